"""The strip at the top of a page: where the unit stands, its points, targets and reward, then what
to do first and what is missing; and the one screen of a unit that has not reported: what is
missing, in which file, till when, and its results of the period before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from dxkit.analysis.aggregates import Presence
from dxkit.model.facts import TOTAL, Claim, Reference
from dxkit.model.rules import RewardRule
from dxkit.report.context import Context, Section
from dxkit.report.sections.spine import state_of
from dxkit.report.sentences.headlines import (
    first_period,
    lacking_notes,
    points_notes,
    rank_notes,
    standing,
    targets_notes,
)
from dxkit.report.sentences.next_steps import next_steps
from dxkit.report.sentences.situation import standing as situation
from dxkit.report.tables import NOTHING, Cell, Column, State, bulleted, render_table, sign_of

_LEADERS = 3
"""Ranks that are named where the units below are ranked."""
_MOST_NAMED = 6
"""Units that a tile names; where they are more, the league table tells."""
_TOLD = frozenset({"rank_tied", "certainty_fixed", "certainty_range"})
"""What the strip says itself."""


def verdict(context: Context, *, brief: bool = False) -> Section:
    """The strip; on a ``brief`` page also what the narrative would say of points and rank."""
    view = context.view
    if context.is_silent:
        return context.section("verdict", silence(context))
    tiles = (_rank, _leaders, _points, _targets, _award)
    strip = Markup("").join(each for make in tiles for each in make(context))
    body = Markup('<dl class="verdict">{}</dl>').format(strip) if strip else Markup("")
    if not strip or not view.indicators:
        first = standing(view)
        body += context.writer.paragraph([first] if first is not None else [])
    step = next(iter(next_steps(view)), ())
    step = step if brief else step[:1]  # the table of tasks says the rest
    body += _line(context, "first", step)
    body += _line(context, "lacking", lacking_notes(view))
    body += context.writer.paragraph(first_period(view))
    if brief:
        more = (c for c in situation(view, compared=False) if c.message not in _TOLD)
        body += context.writer.paragraph(more)
    return context.section("verdict", body)


def _line(context: Context, key: str, claims: Iterable[Claim]) -> Markup:
    said = context.sentences(claims)
    title = context.language.text(f"report.verdict_{key}")
    line = Markup('<p class="{}"><b>{}:</b> {}</p>')
    return line.format(key, title, said) if said else Markup("")


def _rank(context: Context) -> Iterator[Markup]:
    view, sentence = context.view, context.writer.sentence
    if view.group is None:
        return
    group = context.writer.name(Reference("unit", view.group.code))
    title = context.language.text("report.verdict_rank", group=group)
    rank = view.fact(TOTAL, "rank")
    if rank.known:
        shown = map(context.language.fact, (rank, view.fact(TOTAL, "ranked")))
        figure = Markup('{}<span class="of">/{}</span>').format(*shown)
        yield tile(title, figure, paragraphs(map(sentence, rank_notes(view))), kind="half")
    else:
        why = standing(view)
        yield tile(title, Markup("–"), paragraphs([sentence(why)] if why is not None else []))


def _leaders(context: Context) -> Iterator[Markup]:
    """Which of the units below lead, and which are proposed for a reward, where they are ranked
    and this one is not.
    """
    ranks, code = context.opened.analysis.standing, context.view.unit.code
    if context.view.group is not None or not ranks.ranks_below(code):
        return
    by_code = {card.unit.code: card for card in context.view.children}
    items: list[Markup] = []
    for unit in ranks.in_order(by_code):
        rank, points = (by_code[unit].fact(TOTAL, kind) for kind in ("rank", "points"))
        if not rank.known or rank.number > _LEADERS:
            break
        shown = (context.language.fact(rank), context.name(unit), context.language.fact(points))
        items.append(Markup("{}. {}: {}").format(*shown))
    if 0 < len(items) <= _MOST_NAMED:
        title = context.language.text("report.verdict_leading")
        yield tile(title, Markup(""), bulleted(items))
    for rule in context.opened.campaign.rewards:
        proposed = [d.unit_code for d in ranks.decisions(code, rule.id) if d.awarded]
        if 0 < len(proposed) <= _MOST_NAMED:
            names = bulleted(map(context.name, proposed))
            yield tile(context.language.name(rule.names), Markup(""), names)


def _points(context: Context) -> Iterator[Markup]:
    view = context.view
    if not view.indicators or not view.fact(TOTAL, "points").known:
        return
    shown = (context.language.fact(view.fact(TOTAL, kind)) for kind in ("points", "max_points"))
    figure = Markup('{}<span class="of">/{}</span>').format(*shown)
    graded = context.opened.campaign.scoring.bands and view.group is not None
    grade = Markup("{}: {}").format(
        context.language.text("report.column_band"), context.band(view.unit.code)
    )
    notes = [grade] if graded else []
    notes += map(context.writer.sentence, points_notes(view))
    title = context.language.text("report.verdict_points")
    half = "half" if view.group is not None else "wide"
    yield tile(title, figure, paragraphs(notes), kind=half)


def _targets(context: Context) -> Iterator[Markup]:
    """How many targets are reached, and each as a sign with its name and, for who hears the page,
    its word.
    """
    view, language = context.view, context.language
    targeted = [i for i in view.indicators if view.scorecard.find(i.id, "gap") is not None]
    known = view.fact(TOTAL, "targets_known") if targeted else None
    if known is None or not known.number:
        return
    dots = (_dot(state_of(context, i), language.name(i.short_names)) for i in targeted)
    notes = list(targets_notes(view))
    figure = Markup("")
    if all(claim.message != "verdict_targets_open" for claim in notes):
        shown = map(language.fact, (view.fact(TOTAL, "targets_met"), known))
        figure = Markup('{}<span class="of">/{}</span>').format(*shown)
    said = paragraphs(map(context.writer.sentence, notes))
    yield tile(language.text("report.verdict_targets"), figure, bulleted(dots, "dots"), said)


def _dot(state: State, name: str) -> Markup:
    return Markup(
        '<span class="state {}" aria-hidden="true">{}</span> {}'
        '<span class="unseen">: <span data-said="{}">{}</span></span>'
    ).format(state.kind, sign_of(state), name, state.said, state.word)


def _award(context: Context) -> Iterator[Markup]:
    """Whether the unit is proposed for a reward, and why: for the one that it is proposed for, is
    next for, or else the first that the plan gives at its level.
    """
    view, standing_ = context.view, context.opened.analysis.standing
    if view.group is None:
        return
    code, group = view.unit.code, view.group.code
    found: list[tuple[int, RewardRule, str, str]] = []
    for rule in context.opened.campaign.rewards:
        if rule.level != view.unit.level or not any(standing_.decisions(group, rule.id)):
            continue
        own = next((d for d in standing_.decisions(group, rule.id) if d.unit_code == code), None)
        verdict_ = standing_.verdict(group, own) if own else "no"
        order = ("yes", "next", "no").index(verdict_)
        unranked = "not_ranked" if view.rank_of(code) is None else "without_rank"
        found.append((order, rule, verdict_, own.reason if own else unranked))
    if not found:
        return
    _, rule, verdict_, reason = min(found, key=lambda told: told[0])
    text = context.language.text
    figure = context.said(f"decision/{code}/{rule.id}", text(f"report.award_{verdict_}"))
    why = context.said(f"reason/{code}/{rule.id}", text(f"report.reason_{reason}"))
    if rule.assumed:
        why += Markup(" ") + context.assumed()
    yield tile(context.language.name(rule.names), figure, paragraphs([why]))


# the screen of a unit that has not reported -------------------------------------------------------


def tile(title: str | Markup, figure: Markup, *blocks: Markup, kind: str = "wide") -> Markup:
    """A tile of the strip: its title, its large number, and what stands below that."""
    large = Markup('<p class="figure">{}</p>').format(figure) if figure else ""
    markup = Markup('<div class="{}"><dt>{}</dt><dd>{}{}</dd></div>')
    return markup.format(kind, title, large, Markup("").join(blocks))


def paragraphs(texts: Iterable[Markup]) -> Markup:
    """Texts, each a paragraph."""
    return Markup("").join(map(Markup("<p>{}</p>").format, texts))


def silence(context: Context) -> Markup:
    """Why there is nothing, what is to be sent, and the results of the period before."""
    said = [c for c in (standing(context.view),) if c is not None]
    said += next(iter(next_steps(context.view)), ())
    strip = Markup("").join((*_tables(context), *_files(context), *_due(context)))
    body = context.writer.paragraph(said) + Markup('<dl class="verdict">{}</dl>').format(strip)
    return body + _before(context)


def _tables(context: Context) -> Iterator[Markup]:
    """Each table without the unit's figures, and whether its row is there."""
    found, unit = context.opened.analysis.completeness, context.view.unit
    names, text = context.opened.campaign.tables, context.language.text
    items = [
        Markup("{}: {}").format(context.language.name(names[table]), text(f"site.{state}"))
        for table in found.tables
        if (state := found.of(unit, table)) is not Presence.COMPLETE
    ]
    if items:
        yield tile(text("report.silent_tables"), Markup(""), bulleted(items))


def _files(context: Context) -> Iterator[Markup]:
    """The files that its figures belong into, or that none has come from whom they should."""
    opened, code = context.opened, context.view.unit.code
    line, units = opened.analysis.units.line(code), opened.analysis.units
    names = [name for name, sender in opened.received.senders.items() if sender in line]
    sender = units.ancestor_at(code, opened.campaign.report_level)
    whose = context.writer.name(Reference("unit", sender.code if sender is not None else code))
    told = [Markup('<span class="place">{}</span>').format(name) for name in names]
    title = context.language.text("report.silent_files", unit=whose)
    none = context.language.text("report.silent_no_file")
    yield tile(title, Markup(""), paragraphs(told or [none]))


def _due(context: Context) -> Iterator[Markup]:
    """The day till when reports are to be in."""
    period = context.opened.analysis.period
    if period.due_day is not None:
        day = context.date(context.language.day(period.due_day))
        note = [context.assumed()] if period.assumed else []
        yield tile(context.language.text("report.silent_due"), day, paragraphs(note))


def _before(context: Context) -> Markup:
    """The results of the period before; nothing without any."""
    previous, code = context.opened.analysis.previous, context.view.unit.code
    if previous is None or code not in previous.units:
        return Markup("")
    text, find = context.language.text, previous.facts.find
    values = [(i, find(code, i.id, "value")) for i in context.view.indicators]
    if not any(value is not None and value.known for _, value in values):
        return Markup("")
    rows: list[list[Cell]] = [
        [context.language.name(i.short_names), value, find(code, i.id, "points") or NOTHING]
        for i, value in values
        if value is not None
    ]
    rows.append([text("report.total"), "", find(code, TOTAL, "points") or NOTHING])
    columns = [Column(text("report.indicator"))]
    columns += [Column(text(f"report.column_{key}"), numeric=True) for key in ("value", "points")]
    names = {"unit": context.writer.name(context.view.itself)}
    period = context.writer.name(Reference("period", previous.period.id))
    caption = text("report.silent_caption", period=period, **names)
    return render_table(caption, columns, rows, context.language, totals=1)
