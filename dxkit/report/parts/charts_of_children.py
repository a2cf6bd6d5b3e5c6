"""Charts about the units below: all values as a grid, one indicator ranked, who makes the gap."""

from __future__ import annotations

from dxkit.analysis.facts.scorecard import Scorecard
from dxkit.model.campaign import Indicator
from dxkit.model.facts import TOTAL
from dxkit.report.charts.bars import Bar, draw_bars
from dxkit.report.charts.figure import ChartData, DataRow
from dxkit.report.charts.frame import (
    NOTHING,
    attained,
    chart,
    coloured_table,
    known,
    measured_by_share,
    name_of,
    short_name,
)
from dxkit.report.charts.style import grade
from dxkit.report.parts.context import Context, Part
from dxkit.report.sentences.chart_titles import (
    gap_claim,
    grid_claim,
    ranked_claim,
    weakest_indicator,
)
from dxkit.report.tables import NOTHING as NO_FIGURE
from dxkit.report.tables import Cell, Column, Graded, render_table

_MOST_ROWS = 30
"""A chart with more rows is longer than a page; the tables hold them all."""


def children_chart(context: Context) -> Part:
    """The units below × the indicators as a table in colours, most points first."""
    cards = _by_points(context)
    indicators = _shown(context, cards)
    if not indicators or len(cards) > _MOST_ROWS:
        return NOTHING
    rows: list[list[Cell]] = [
        [context.name(card.unit.code), *(_graded(card, indicator) for indicator in indicators)]
        for card in cards
    ]
    claims = [grid_claim(context.view)]
    columns = [
        Column(context.language.plain("report.unit")),
        *(Column(short_name(context, indicator), numeric=True) for indicator in indicators),
    ]
    caption = context.language.text("chart.children_caption")
    table = render_table(caption, columns, rows, context.language)
    return context.section("children", coloured_table(context, "children", table, claims))


def gap_chart(context: Context) -> Part:
    """Where the things are lacking that the weakest indicator needs to reach its target."""
    indicator = weakest_indicator(context.view)
    if indicator is None:
        return NOTHING
    lacking = [
        fact for fact in context.view.child_facts(indicator.id, "shortfall") if fact.number > 0
    ]
    if not lacking or len(lacking) > _MOST_ROWS:
        return NOTHING
    lacking.sort(key=lambda fact: -fact.number)
    units = context.opened.analysis.units
    bars = [Bar(units.get(fact.key.unit).name, fact) for fact in lacking]
    claims = [gap_claim(context.view, indicator, lacking[0])]
    data = ChartData(
        context.language.plain("report.unit"),
        (context.language.plain("chart.lacking"),),
        tuple(DataRow(context.name(fact.key.unit), (fact,)) for fact in lacking),
    )
    drawing = draw_bars(name_of("gap"), bars, context.language, short_of=True)
    return Part(chart(context, "gap", drawing, claims, data))


def ranked_chart(context: Context, indicator_id: str = "") -> Part:
    """The units below ranked on one indicator (left out: the weakest) with the target as a line."""
    indicator = _chosen(context, indicator_id)
    if indicator is None:
        return NOTHING
    cards = [card for card in context.view.children if known(card.find(indicator.id, "value"))]
    if not cards or len(cards) > _MOST_ROWS:
        return NOTHING
    cards.sort(key=lambda card: -card.fact(indicator.id, "value").number * indicator.direction)
    target = known(cards[0].find(indicator.id, "target"))
    bars = [
        Bar(card.unit.name, card.fact(indicator.id, "value"), target, indicator.direction)
        for card in cards
    ]
    language = context.language
    data = ChartData(
        language.plain("report.unit"),
        (language.plain("report.column_value"), language.plain("report.column_target")),
        tuple(
            DataRow(context.name(card.unit.code), (card.fact(indicator.id, "value"), target))
            for card in cards
        ),
    )
    claims = [ranked_claim(context.view, indicator)]
    drawing = draw_bars(
        name_of("ranked"),
        bars,
        language,
        line=target,
        line_word=language.plain("chart.target_word"),
    )
    return Part(chart(context, "ranked", drawing, claims, data))


def _graded(card: Scorecard, indicator: Indicator) -> Cell:
    value = known(card.find(indicator.id, "value"))
    if value is None:
        return NO_FIGURE
    share = attained(value, card.find(indicator.id, "target"), indicator.direction)
    return Graded(value, None if share is None else grade(share))


def _chosen(context: Context, indicator_id: str) -> Indicator | None:
    if indicator_id:
        return context.opened.campaign.indicator(indicator_id)
    return weakest_indicator(context.view)


def _by_points(context: Context) -> list[Scorecard]:
    """The units below, most points first; those without any keep their order at the end."""

    def place(card: Scorecard) -> float:
        points = known(card.find(TOTAL, "points"))
        return -points.number if points is not None else 1.0

    return sorted(context.view.children, key=place)


def _shown(context: Context, cards: list[Scorecard]) -> tuple[Indicator, ...]:
    """The indicators on a common scale, and counts with a target, of which some unit below has a
    value.
    """
    on_scale = measured_by_share(context)
    candidates = tuple(
        i
        for i in context.view.indicators
        if i in on_scale or any(known(card.find(i.id, "target")) for card in cards)
    )
    candidates = candidates or context.opened.campaign.indicators
    return tuple(i for i in candidates if any(known(card.find(i.id, "value")) for card in cards))
