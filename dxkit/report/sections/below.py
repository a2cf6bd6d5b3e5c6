"""The units inside one: ranked, rewarded and compared."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from dxkit.analysis.analysis import Scorecard
from dxkit.model.facts import TOTAL, Fact
from dxkit.model.observations import SILENT
from dxkit.model.rules import REWARD_BASES, RewardRule
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.data_state import reporting_claims
from dxkit.report.sentences.headlines import standing as standing_claim
from dxkit.report.sentences.ranking_and_rewards import list_certainty, ranking_rules, reward_rules
from dxkit.report.sentences.unit_view import View
from dxkit.report.tables import Cell, Column, bulleted, render_table

_IN_SIGHT = ("rank", "points", "rank_change")
"""The columns that a phone shows of the ranking; the others are folded there."""


def league(context: Context) -> Section:
    """The units that are ranked inside this one: rank, points, grade, award; the rules; those that
    are not ranked, each with its reason; and who is rewarded and why.
    """
    standing, cards = context.opened.analysis.standing, context.view.children
    if not standing.ranks_below(context.view.unit.code):
        return NO_SECTION
    by_code = {card.unit.code: card for card in cards}
    in_order = (by_code[code] for code in standing.in_order(by_code))
    ranked = [card for card in in_order if card.fact(TOTAL, "rank").known]
    body = _ranking(context, ranked) + _rules(context, ranked)
    apart = [card for card in cards if not card.fact(TOTAL, "rank").known]
    body += _not_ranked(context, apart)
    for rule in context.opened.campaign.rewards:
        if rule.level == context.view.child_level.id:
            body += _decisions(context, rule)
    body += _visits(context)
    sure = list(list_certainty(context.view))
    if sure:
        text = context.language.text("report.certainty")
        body += context.aside(text, context.writer.paragraph(sure), headed=False)
    return context.section("league", body)


def _ranking(context: Context, ranked: list[Scorecard]) -> Markup:
    if not ranked:
        return Markup("")
    columns = list(_columns(context, ranked))
    text = context.language.text
    headings = [Column(text("report.unit"))]
    headings += [
        Column(text(f"report.column_{key}"), numeric=True, more=key not in _IN_SIGHT)
        for key in columns
    ]
    bands = [context.band(card.unit.code) for card in ranked]
    alike = len(bands) > 2 and len({band.striptags() for band in bands}) == 1  # told once, below
    graded = bool(context.opened.campaign.scoring.bands) and not alike
    headings += [Column(text("report.column_band"), more=True)] * graded
    rows: list[list[Cell]] = []
    for card, band in zip(ranked, bands, strict=True):
        code = card.unit.code
        row: list[Cell] = [context.name(code) + context.award(code)]
        rows.append([*row, *(_number(context, card, key) for key in columns), *[band] * graded])
    caption = text("report.league_caption", unit=context.writer.name(context.view.itself))
    notes = list[Markup]()
    if alike and context.opened.campaign.scoring.bands:
        notes.append(Markup("{}: {}.").format(text("report.column_band"), bands[0]))
    if context.view.previous_period and (change := _incomparable(ranked)):
        told = text("report.column_rank_change"), context.language.fact(change)
        notes.append(Markup("{}: {}.").format(*told))
    below = Markup(" ").join(notes)
    return render_table(caption, headings, rows, context.language, below, name="league")


def _columns(context: Context, ranked: list[Scorecard]) -> Iterator[str]:
    """The columns of figures that hold something."""
    yield "rank"
    if any(card.find(TOTAL, "rank_best") for card in ranked):
        yield "rank_range"
    if any(card.find(TOTAL, "tier") for card in ranked):
        yield "tier"
    yield "points"
    covered = (card.fact(TOTAL, "covered") for card in ranked)
    if any(fact.known and fact.number < 1 for fact in covered):
        yield "covered"
    if context.view.previous_period is not None:
        yield from () if _incomparable(ranked) else ("rank_change",)
        yield from ("progress", "progress_rank")


def _incomparable(ranked: list[Scorecard]) -> Fact | None:
    """The change of a rank, where none of several has one and all for one reason: told once."""
    found = [card.fact(TOTAL, "rank_change") for card in ranked]
    is_one = len(found) > 2 and len({(fact.known, fact.missing) for fact in found}) == 1
    return found[0] if is_one and not found[0].known else None


def _number(context: Context, card: Scorecard, key: str) -> Cell:
    if key != "rank_range":
        return card.find(TOTAL, key) or "–"
    best, worst = (card.find(TOTAL, kind) for kind in ("rank_best", "rank_worst"))
    if best is None or worst is None:
        return "–"
    if best.value == worst.value:
        return best
    return context.language.fact(best) + Markup("–") + context.language.fact(worst)


def _rules(context: Context, ranked: list[Scorecard]) -> Markup:
    """The whole rule under the table, and what its columns mean."""
    note = context.sentences(ranking_rules(context.view))
    if context.opened.campaign.ranking.assumed:
        note += Markup(" ") + context.assumed()
    sure = next((card for card in ranked if card.find(TOTAL, "rank_best")), None)
    if sure is not None:
        key = "ranking_columns" if context.view.previous_period else "ranking_columns_first"
        band = sure.fact(TOTAL, "weight_band")
        note += Markup(" ") + context.language.text(f"report.{key}", weight_band=band)
    return context.more("rules", Markup('<p class="note">{}</p>').format(note))


def _not_ranked(context: Context, apart: list[Scorecard]) -> Markup:
    """Those that are not ranked, each with its reason."""
    analysis = context.opened.analysis
    silent = {c.unit.code for c in apart if c.fact(TOTAL, "points").missing in SILENT}
    elsewhere = ("data_all_reported", "data_lacking")
    claims = [c for c in reporting_claims(context.view) if c.message not in elsewhere]
    if not silent:
        claims = []
    others = (standing_claim(View(analysis, c.unit)) for c in apart if c.unit.code not in silent)
    claims += [claim for claim in others if claim is not None]
    if not claims:
        return Markup("")
    title = context.language.text("report.unranked")
    return Markup("<h3>{}</h3>{}").format(title, bulleted(map(context.writer.sentence, claims)))


def _decisions(context: Context, rule: RewardRule) -> Markup:
    """Who is on the list of a reward and why, and why the next one is not; its conditions."""
    text, analysis, group = context.language.text, context.opened.analysis, context.view.unit.code
    listed = analysis.standing.short_list(group, rule.id)
    kind, _ = REWARD_BASES[rule.by]
    rows: list[list[Cell]] = [
        [
            context.name(d.unit_code),
            analysis.scorecard(d.unit_code).fact(TOTAL, kind),
            context.said(
                f"decision/{d.unit_code}/{rule.id}",
                text(f"report.award_{analysis.standing.verdict(group, d)}"),
            ),
            context.said(f"reason/{d.unit_code}/{rule.id}", text(f"report.reason_{d.reason}")),
        ]
        for d in listed
    ]
    if not rows:
        return Markup("")
    columns = [
        Column(text("report.unit")),
        Column(text(f"report.column_{kind}"), numeric=True),
        Column(text("report.column_award")),
        Column(text("report.column_reason")),
    ]
    visited = [_verified(context, analysis.scorecard(d.unit_code)) for d in listed]
    if any(cell != "–" for cell in visited):
        columns.append(Column(text("report.column_verified"), numeric=True))
        rows = [[*row, cell] for row, cell in zip(rows, visited, strict=True)]
    caption = text("report.award_caption", award=context.language.name(rule.names))
    note = context.sentences(reward_rules(context.view, rule))
    if rule.assumed:
        note += Markup(" ") + context.assumed()
    rules = context.more("award_rules", Markup('<p class="note">{}</p>').format(note))
    return render_table(caption, columns, rows, context.language) + rules


def _verified(context: Context, card: Scorecard) -> Cell:
    """The share of a unit's reported cases that visits confirm, with its interval."""
    share, *ends = (card.find(TOTAL, f"verified{end}") for end in ("", "_low", "_high"))
    if share is None or not share.known:
        return share or "–"
    low, high = (context.language.fact(end) for end in ends if end is not None)
    return Markup("{} ({} – {})").format(context.language.fact(share), low, high)


def _visits(context: Context) -> Markup:
    """What visits on the spot say of the unit as a whole."""
    kinds = ("visits", "checked", "confirmed", "verified", "verified_low", "verified_high")
    facts = [context.view.scorecard.find(TOTAL, kind) for kind in kinds]
    told = {f.key.kind: context.language.fact(f) for f in facts if f is not None and f.known}
    if not told:
        return Markup("")
    key = "visits_share" if "verified" in told else "visits_few"
    return Markup("<p>{}</p>").format(context.language.text(f"report.{key}", **told))


def comparison(context: Context) -> Section:
    """The same indicators for all units below."""
    if not context.view.children:
        return NO_SECTION
    text = context.language.text
    columns = [Column(text("report.unit"))]
    cards = [*context.view.children, *([context.view.scorecard] if context.view.indicators else [])]
    shown = [
        i for i in context.opened.campaign.indicators if any(c.find(i.id, "value") for c in cards)
    ]
    columns += [Column(context.language.name(i.short_names), numeric=True) for i in shown]
    rows: list[list[Cell]] = []
    for card in cards:
        row: list[Cell] = [context.name(card.unit.code)]
        values: list[Fact | None] = [card.find(indicator.id, "value") for indicator in shown]
        row += [value or "–" for value in values]
        rows.append(row)
    caption = text("report.comparison_caption", unit=context.writer.name(context.view.itself))
    totals = len(cards) - len(context.view.children)
    table = render_table(caption, columns, rows, context.language, totals=totals)
    return context.section("comparison", table, aside=True)
