"""Change between two periods: one line for each indicator, from then to now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.campaign import IndicatorKind
from dxkit.model.facts import Fact
from dxkit.report.charts.canvas import Canvas
from dxkit.report.charts.figure import ChartData, DataRow, chart, name_of, short_name
from dxkit.report.charts.style import (
    BAD,
    GOOD,
    LINE,
    PEER,
    SMALL,
    SOFT,
    WIDE_WIDTH,
    WIDTH,
    broken,
    letters,
    spread,
)
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.below import too_few_to_judge
from dxkit.report.sentences.chart_titles import changes_claim
from dxkit.report.wording.language import Language

_BEFORE, _NOW = 60.0, 124.0
_ASIDE = 14.0  # from an axis to its numbers, so that a stroke leads from each to its end
_NAME = _NOW + 70.0  # behind the number now
_TOP, _BOTTOM = 42.0, 14.0
_APART = 15.0
_LINE = SMALL * 1.05


@dataclass(frozen=True, slots=True)
class Slope:
    """One indicator then and now; both values are known."""

    label: str
    before: Fact
    now: Fact
    direction: int = 1

    @property
    def better(self) -> int:
        """+1 when better than before, -1 when worse, 0 when the same."""
        change = (self.now.number - self.before.number) * self.direction
        return (change > 0) - (change < 0)


def draw_slopes(
    name: str, slopes: Sequence[Slope], before: str, now: str, language: Language
) -> Markup:
    """The lines between two upright axes that are headed by the periods' names.

    Blue lines are better than before, orange ones worse; numbers stand at both ends, the name and
    number now on the right. Labels that would touch are moved apart; a thin stroke leads from each
    end of a line to its number.
    """
    labels = [broken(slope.label, letters(WIDTH - _NAME)) for slope in slopes]
    apart = max([_APART, *(_LINE * (1 + label.count("\n")) + 3 for label in labels)])
    height = max(170.0, apart * len(slopes) + _TOP + _BOTTOM + 20)
    with Canvas(name, height, language) as canvas:
        for x, period in ((_BEFORE, before), (_NOW, now)):
            head = broken(period, letters(_NOW - _BEFORE - 6))
            canvas.words(x, 14, head, at="center", colour=SOFT, size=SMALL)
        bottom = height - _BOTTOM
        canvas.lines([[(x, _TOP - 8), (x, bottom + 6)] for x in (_BEFORE, _NOW)], LINE, 1)
        values = [f.number for s in slopes for f in (s.before, s.now)]
        low, high = min(values), max(values)
        wide = high - low or 1.0

        def at(fact: Fact) -> float:
            return bottom - (bottom - _TOP) * (fact.number - low) / wide

        for better, colour in ((0, PEER), (1, GOOD), (-1, BAD)):
            chosen = [s for s in slopes if s.better == better]
            ends = [((_BEFORE, at(s.before)), (_NOW, at(s.now))) for s in chosen]
            canvas.lines(ends, colour, 2)
            canvas.dots([point for pair in ends for point in pair], colour, 6)
        left = spread([at(s.before) for s in slopes], _APART - 2, _TOP, bottom)
        right = spread([at(s.now) for s in slopes], apart, _TOP, bottom)
        leads = []
        for slope, label, then, today in zip(slopes, labels, left, right, strict=True):
            leads.append([(_BEFORE - 4, at(slope.before)), (_BEFORE - _ASIDE + 2, then)])
            leads.append([(_NOW + 4, at(slope.now)), (_NOW + _ASIDE - 2, today)])
            canvas.fact(_BEFORE - _ASIDE, then, slope.before, at="right", size=SMALL)
            canvas.fact(_NOW + _ASIDE, today, slope.now, size=SMALL, weight="bold")
            canvas.words(_NAME, today, label, size=SMALL)
        canvas.lines(leads, SOFT, 0.75)
        return canvas.svg()


_ACROSS, _PAIR_HIGH = 4, 100.0
MOST_PAIRS = 12
"""How many small pictures are drawn at most."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A unit before and after, both known, and the mean of its matched units beside it."""

    label: str
    before: Fact
    now: Fact
    others: tuple[float, float]


def draw_pairs(name: str, pairs: Sequence[Pair], language: Language) -> Markup:
    """One small picture for each unit, all on one scale: blue the unit, grey those matched."""
    shown = pairs[:MOST_PAIRS]
    values = [v for p in shown for v in (p.before.number, p.now.number, *p.others)]
    low, wide = min(values), (max(values) - min(values)) or 1.0
    step = WIDE_WIDTH / _ACROSS
    with Canvas(name, _PAIR_HIGH * -(-len(shown) // _ACROSS), language, WIDE_WIDTH) as canvas:
        for n, pair in enumerate(shown):
            middle, top = step * (n % _ACROSS + 0.5), _PAIR_HIGH * (n // _ACROSS)
            ends = [
                [(x, top + 88 - 54 * (value - low) / wide) for x, value in zip(
                    (middle - 20, middle + 20), two, strict=True)]
                for two in (pair.others, (pair.before.number, pair.now.number))
            ]  # fmt: skip
            canvas.words(middle, top + 12, broken(pair.label, letters(step), 1), at="center",
                         size=SMALL)  # fmt: skip
            for line, colour in zip(ends, (PEER, GOOD), strict=True):
                canvas.lines([line], colour, 2)
            canvas.dots(ends[1], GOOD, 6)
            canvas.fact(middle - 26, ends[1][0][1], pair.before, at="right", size=SMALL)
            canvas.fact(middle + 26, ends[1][1][1], pair.now, size=SMALL)
        return canvas.svg()


def changes_chart(context: Context) -> Section:
    """Each share in the period before and now; nothing in the first period, or where too small a
    part of the unit has figures.
    """
    view, text = context.view, context.language.plain
    if view.previous_period is None or too_few_to_judge(view):
        return NO_SECTION
    slopes = []
    for indicator in view.indicators:
        before = view.scorecard.previous(indicator.id, "value")
        now = view.fact(indicator.id, "value")
        is_share = indicator.kind is IndicatorKind.RATIO
        if is_share and before is not None and before.known and now.known:
            slopes.append(Slope(short_name(context, indicator), before, now, indicator.direction))
    if not slopes:
        return NO_SECTION
    before_name = context.language.period(view.previous_period.id)
    now_name = context.language.period(view.analysis.period.id)
    data = ChartData(
        text("report.indicator"),
        (context.date(before_name), context.date(now_name)),
        tuple(DataRow(slope.label, (slope.before, slope.now)) for slope in slopes),
    )
    drawing = draw_slopes(name_of("changes"), slopes, before_name, now_name, context.language)
    return Section(chart(context, "changes", drawing, [changes_claim(view)], data))
