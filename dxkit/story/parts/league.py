"""The units inside one, ranked and compared."""

from __future__ import annotations

from markupsafe import Markup

from dxkit.analysis.unit_facts import TOTAL
from dxkit.model.facts import Reference
from dxkit.story.parts.context import Context, Part
from dxkit.story.tables import Cell, Column, render_table


def league(context: Context) -> Part:
    """The units that are ranked inside this one: place, points, grade, award."""
    text = context.language.text
    if not context.view.children:
        return Part(Markup(""))
    totals = context.opened.analysis.results.totals
    ordered = sorted(
        context.view.children,
        key=lambda child: (
            totals[child.unit.code].rank is None,
            totals[child.unit.code].rank or 0,
        ),
    )
    with_previous = context.view.previous_period is not None
    columns = [Column(text("report.unit")), Column(text("report.column_rank"), numeric=True)]
    columns.append(Column(text("report.column_points"), numeric=True))
    if with_previous:
        columns.append(Column(text("report.column_rank_change"), numeric=True))
    columns += [Column(text("report.column_band")), Column(text("report.column_award"))]
    rows: list[list[Cell]] = []
    for child in ordered:
        total = totals[child.unit.code]
        award = next((r for r in context.opened.campaign.rewards if r.id == total.award), None)
        row: list[Cell] = [context.name(child.unit.code), child.fact(TOTAL, "rank")]
        row.append(child.fact(TOTAL, "points"))
        if with_previous:
            row.append(child.fact(TOTAL, "rank_change"))
        row.append(context.language.name(total.band.names) if total.band else "–")
        row.append(context.language.name(award.names) if award else "–")
        rows.append(row)
    caption = text("report.league_caption", unit=context.writer.name(context.view.itself))
    body = render_table(caption, columns, rows, context.language, _ranking_note(context))
    body += _decisions(context)
    return context.section("league", body)


def comparison(context: Context) -> Part:
    """The same indicators for all units below."""
    if not context.view.children:
        return Part(Markup(""))
    text = context.language.text
    columns = [Column(text("report.unit"))]
    cards = [*context.view.children, *([context.view.scorecard] if context.view.results else [])]
    shown = [
        i for i in context.opened.campaign.indicators if any(c.find(i.id, "value") for c in cards)
    ]
    columns += [Column(context.language.name(i.short_names), numeric=True) for i in shown]
    rows: list[list[Cell]] = []
    for card in cards:
        row: list[Cell] = [context.name(card.unit.code)]
        row += [card.find(indicator.id, "value") or "–" for indicator in shown]
        rows.append(row)
    caption = text("report.comparison_caption", unit=context.writer.name(context.view.itself))
    totals = len(cards) - len(context.view.children)
    table = render_table(caption, columns, rows, context.language, totals=totals)
    return context.section("comparison", table)


def _decisions(context: Context) -> Markup:
    """Who is on each list of rewards and why, and why the next one is not."""
    text, analysis = context.language.text, context.opened.analysis
    columns = [
        Column(text("report.unit")),
        Column(text("report.column_rank"), numeric=True),
        Column(text("report.column_award")),
        Column(text("report.column_reason")),
    ]
    body = Markup("")
    for rule in context.opened.campaign.rewards:
        key = (context.view.child_level.id, context.view.unit.code, rule.id)
        decisions = analysis.results.decisions.get(key, ())
        last = max((n for n, d in enumerate(decisions) if d.awarded), default=-1)
        kind = "rank" if rule.by == "points" else "progress_rank"
        rows: list[list[Cell]] = [
            [
                context.name(d.unit_code),
                analysis.scorecard(d.unit_code).fact(TOTAL, kind),
                text("report.award_yes" if d.awarded else "report.award_no"),
                text(f"report.reason_{d.reason}"),
            ]
            for d in decisions[: last + 2]
        ]
        if rows:
            caption = text("report.award_caption", award=context.language.name(rule.names))
            body += render_table(caption, columns, rows, context.language)
    return body


def _ranking_note(context: Context) -> Markup:
    """The whole rule: method, ties, rounding, who is ranked."""
    rule, text = context.opened.campaign.ranking, context.language.text
    ties = context.writer.names([Reference("indicator", i) for i in rule.tie_break])
    method = "ranking_note" if rule.method == "competition" else "ranking_note_dense"
    note = text(f"report.{method}")
    if rule.tie_break:
        note += Markup(" ") + text("report.ranking_ties", ties=ties)
    rounding = "ranking_unrounded" if rule.decimals is None else "ranking_rounded"
    note += Markup(" ") + text(f"report.{rounding}")
    level = context.view.child_level.id
    for condition in rule.conditions:
        if condition.level in ("", level):
            note += Markup(" ") + text(f"report.ranking_condition_{condition.kind}")
    return note + Markup(" ") + context.assumed() if rule.assumed else note
