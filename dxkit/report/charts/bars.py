"""Horizontal bars: units ranked with a target line, shares of a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.campaign import Indicator
from dxkit.model.facts import Fact, UnitOfMeasure, reaches
from dxkit.report.charts.canvas import Canvas
from dxkit.report.charts.figure import (
    MOST_ROWS,
    ChartData,
    DataRow,
    chart,
    known,
    name_of,
    swatches,
)
from dxkit.report.charts.style import (
    BAD,
    GOOD,
    INK,
    LINE,
    PEER,
    SMALL,
    SOFT,
    TRACK,
    WIDTH,
    broken,
    letters,
)
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.chart_titles import (
    gap_claim,
    ranked_claim,
    weakest_indicator,
)
from dxkit.report.wording.language import Language

_LEFT = 118.0  # where bars begin
_LABEL = letters(_LEFT - 12)
_RIGHT = WIDTH - 58.0  # where the scale ends; room for the number behind
_ROW, _DENSE_ROW = 26.0, 19.0
_MANY = 8  # rows from which they stand closer
_THICK = 13.0
_HEAD = 19.0  # above the bars, when a line is named there


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a label, its value, and the target it is held against, if any. ``direction`` is -1
    when less is better.
    """

    label: str
    value: Fact
    target: Fact | None = None
    direction: int = 1

    @property
    def reached(self) -> bool | None:
        """Whether the value is at or past the target; None where there is none."""
        if self.target is None or not self.target.known or not self.value.known:
            return None
        return reaches(self.value.number, self.target.number, self.direction)


def draw_bars(
    name: str,
    rows: Sequence[Bar],
    language: Language,
    *,
    line: Fact | None = None,
    line_word: str = "",
    short_of: bool = False,
) -> Markup:
    """Bars with their values behind them, in the order given; where there are targets the values
    stand in a column of their own, so that no stroke runs through a number.

    ``line`` is the target of all rows, drawn through them and named above by ``line_word``. Blue
    bars reach their target, orange ones do not, grey ones have none; with ``short_of`` every bar is
    something lacking, so all are orange.
    """
    head = _HEAD if line is not None and line.known else 0.0
    labels = [broken(row.label, _LABEL) for row in rows]
    tallest = SMALL * (1 + max((label.count("\n") for label in labels), default=0))
    step = max(_ROW if len(rows) <= _MANY else _DENSE_ROW, tallest + 5)
    height = head + step * len(rows)
    tops = [head + n * step + (step - _THICK) / 2 for n in range(len(rows))]
    with Canvas(name, height, language) as canvas:
        scale = _scale([*rows, *([Bar("", line)] if line else [])])
        across = {True: GOOD, False: BAD, None: PEER}
        if _is_share(rows):
            whole = (_RIGHT - _LEFT) * min(scale, 1.0) / scale
            canvas.bars([(_LEFT, top, whole, _THICK) for top in tops], TRACK)
        for reached, colour in across.items():
            canvas.bars(
                [
                    (_LEFT, top, _length(row.value, scale), _THICK)
                    for top, row in zip(tops, rows, strict=True)
                    if row.value.known and (False if short_of else row.reached) is reached
                ],
                colour,
            )
        canvas.lines([[(_LEFT, head + 2), (_LEFT, height - 2)]], LINE, 1)
        if line is not None and line.known:
            x = _LEFT + _length(line, scale)
            canvas.lines([[(x, 14), (x, height - 2)]], INK, 1.4)
            canvas.words(x - 2, 6, line_word, at="right", colour=SOFT, size=SMALL)
            canvas.fact(x + 2, 6, line, size=SMALL)
        in_column = any(row.target is not None and row.target.known for row in rows)
        for top, row, label in zip(tops, rows, labels, strict=True):
            middle = top + _THICK / 2
            canvas.words(_LEFT - 7, middle, label, at="right", size=SMALL, spacing=1.0)
            _write_value(canvas, middle, row.value, scale, in_column=in_column)
        return canvas.svg()


def _write_value(canvas: Canvas, y: float, value: Fact, scale: float, *, in_column: bool) -> None:
    if not value.known:
        canvas.fact(_LEFT + 5, y, value, size=SMALL)
    elif in_column:
        canvas.fact(WIDTH, y, value, at="right", weight="bold")
    else:
        canvas.fact(_LEFT + _length(value, scale) + 5, y, value, weight="bold")


def _length(fact: Fact, scale: float) -> float:
    return (_RIGHT - _LEFT) * max(fact.number, 0) / scale


def _scale(rows: Sequence[Bar]) -> float:
    """The value at the right end: 100 % for shares, unless one is greater."""
    shown = [f.number for row in rows for f in (row.value, row.target) if f is not None and f.known]
    return max([*shown, *([1.0] if _is_share(rows) else [])], default=1.0) or 1.0


def _is_share(rows: Sequence[Bar]) -> bool:
    return any(row.value.unit is UnitOfMeasure.SHARE for row in rows)


def gap_chart(context: Context) -> Section:
    """Where the things are lacking that the weakest indicator needs to reach its target; nothing
    with a sole unit below.
    """
    indicator = weakest_indicator(context.view)
    if indicator is None or len(context.view.children) < 2:
        return NO_SECTION
    lacking = [
        fact for fact in context.view.child_facts(indicator.id, "shortfall") if fact.number > 0
    ]
    if not lacking or len(lacking) > MOST_ROWS:
        return NO_SECTION
    lacking.sort(key=lambda fact: -fact.number)
    bars = [Bar(context.name(fact.key.unit).striptags(), fact) for fact in lacking]
    claims = [gap_claim(context.view, indicator, lacking)]
    data = ChartData(
        context.language.plain("report.unit"),
        (context.language.plain("chart.lacking"),),
        tuple(DataRow(context.name(fact.key.unit), (fact,)) for fact in lacking),
    )
    drawing = draw_bars(name_of("gap"), bars, context.language, short_of=True)
    return Section(chart(context, "gap", drawing, claims, data, what=indicator))


def ranked_chart(context: Context, indicator_id: str = "") -> Section:
    """The units below ranked on one indicator (left out: the weakest) with the target as a line."""
    indicator = _chosen(context, indicator_id)
    if indicator is None:
        return NO_SECTION
    cards = [card for card in context.view.children if known(card.find(indicator.id, "value"))]
    if not cards or len(cards) > MOST_ROWS:
        return NO_SECTION
    cards.sort(key=lambda card: -card.fact(indicator.id, "value").number * indicator.direction)
    target = known(cards[0].find(indicator.id, "target"))
    bars = [
        Bar(
            context.name(card.unit.code).striptags(),
            card.fact(indicator.id, "value"),
            target,
            indicator.direction,
        )
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
    reached = {bar.reached for bar in bars}
    words = {True: (GOOD, "reached"), False: (BAD, "missed"), None: (PEER, "free")}
    marks = swatches(language, [words[key] for key in words if key in reached])
    return Section(chart(context, "ranked", drawing, claims, data, marks, indicator))


def _chosen(context: Context, indicator_id: str) -> Indicator | None:
    if indicator_id:
        return context.opened.campaign.indicator(indicator_id)
    return weakest_indicator(context.view)
