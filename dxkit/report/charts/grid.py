"""The chart of units × indicators: a table in colours, by how far each value is from its target."""

from __future__ import annotations

from dxkit.analysis.analysis import Scorecard
from dxkit.model.campaign import Indicator
from dxkit.model.facts import TOTAL
from dxkit.report.charts.figure import (
    MOST_ROWS,
    coloured_table,
    known,
    measured_by_share,
    short_name,
    step_of,
    steps_key,
)
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.chart_titles import grid_claim
from dxkit.report.tables import NOTHING, Cell, Column, Number, render_table
from dxkit.report.wording.sentences import NBSP


def children_chart(context: Context) -> Section:
    """The units below × the indicators as a table in colours, most points first. Line ends may part
    names: it fits the narrowest phone.
    """
    cards = _by_points(context)
    indicators = _shown(context, cards)
    if not indicators or len(cards) > MOST_ROWS:
        return NO_SECTION
    rows: list[list[Cell]] = [
        [
            context.name(card.unit.code).replace(NBSP, " "),
            *(_graded(card, indicator) for indicator in indicators),
        ]
        for card in cards
    ]
    claims = [grid_claim(context.view)]
    columns = [
        Column(context.language.plain("report.unit")),
        *(Column(short_name(context, indicator), numeric=True) for indicator in indicators),
    ]
    unit = context.writer.name(context.view.itself)
    period = context.date(context.language.period(context.view.analysis.period.id))
    caption = context.language.text("chart.children_caption", unit=unit, period=period)
    steps = [cell.step if isinstance(cell, Number) else None for row in rows for cell in row[1:]]
    table = steps_key(context.language, steps)
    table += render_table(caption, columns, rows, context.language)
    figure = coloured_table(context, "children", table, claims)
    return context.section("children", figure, aside=True)


def _graded(card: Scorecard, indicator: Indicator) -> Cell:
    value = known(card.find(indicator.id, "value"))
    if value is None:
        return NOTHING
    target = card.find(indicator.id, "target")
    return Number(value, step_of(value, target, indicator.direction))


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
