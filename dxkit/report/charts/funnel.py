"""The units below in a funnel: each share against the number of things that it is a share of,
between the limits that chance alone seldom crosses (Spiegelhalter, *Funnel plots for comparing
institutional performance*, Statistics in Medicine 24, 2005).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import FUNNEL_ENDS, Fact
from dxkit.report.charts.canvas import Canvas, Point
from dxkit.report.charts.figure import ChartData, DataRow, chart, known, name_of
from dxkit.report.charts.style import (
    BAD,
    GOOD,
    INK,
    LINE,
    PEER,
    SMALL,
    SOFT,
    WIDTH,
    broken,
    letters,
    spread,
)
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.chart_titles import funnel_claim
from dxkit.report.wording.language import Language

_LEFT, _RIGHT = 46.0, 148.0
_TOP, _BOTTOM = 10.0, 190.0
_NAMES = _RIGHT + 12
_STEPS = 48
MOST_NAMED = 12
"""Of more units the dots have no names; the table has them."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A unit: its name, its share and the number of things that it is a share of."""

    label: str
    share: Fact
    size: Fact


def draw_funnel(
    name: str, dots: Sequence[Dot], whole: Fact, direction: int, words: str, language: Language
) -> Markup:
    """The dots, farther right the greater their denominator (``words`` says so), higher up the
    greater their share; the level line is the ``whole``, the curves are the limits. Grey dots lie
    between the outer ones; of those beyond blue ones are better, orange ones worse.
    """
    most, common = max(dot.size.number for dot in dots), whole.number
    least = min(dot.size.number for dot in dots)
    reach = FUNNEL_ENDS[1] * math.sqrt(common * (1 - common) / least)
    low = max(0.0, min([common - reach, *(dot.share.number for dot in dots)]))
    high = min(1.0, max([common + reach, *(dot.share.number for dot in dots)]))

    def at(size: float, share: float) -> Point:
        kept = min(max(share, low), high)
        across = (_RIGHT - _LEFT - 6) * size / most
        return _LEFT + across, _BOTTOM - (_BOTTOM - _TOP) * (kept - low) / (high - low or 1.0)

    with Canvas(name, _BOTTOM + 22, language) as canvas:
        canvas.lines([[(_LEFT, _TOP), (_LEFT, _BOTTOM), (_RIGHT, _BOTTOM)]], LINE, 1)
        for end, colour in zip(FUNNEL_ENDS, (LINE, SOFT), strict=True):
            sizes = [most * n / _STEPS for n in range(1, _STEPS + 1)]
            reaches = [end * math.sqrt(common * (1 - common) / size) for size in sizes]
            pairs = list(zip(sizes, reaches, strict=True))
            curves = [[at(n, common + sign * reach) for n, reach in pairs] for sign in (1, -1)]
            canvas.lines(curves, colour, 1)
        canvas.lines([[at(0, common), at(most, common)]], INK, 1.6)
        canvas.fact(_LEFT - 5, at(0, common)[1], whole, at="right", size=SMALL)
        canvas.words(_LEFT, _BOTTOM + 12, words, colour=SOFT, size=SMALL)
        for dot in dots:
            away = dot.share.number - common
            limit = FUNNEL_ENDS[1] * math.sqrt(common * (1 - common) / dot.size.number)
            colour = PEER if abs(away) <= limit else GOOD if away * direction > 0 else BAD
            canvas.dots([at(dot.size.number, dot.share.number)], colour, 7)
        if len(dots) <= MOST_NAMED:
            ends = [at(dot.size.number, dot.share.number) for dot in dots]
            heights = spread([y for _, y in ends], 14, _TOP, _BOTTOM)
            canvas.lines(
                [[(x + 4, y), (_NAMES - 3, place)] for (x, y), place in
                 zip(ends, heights, strict=True)], LINE, 0.7,
            )  # fmt: skip
            for dot, place in zip(dots, heights, strict=True):
                label = broken(dot.label, letters(WIDTH - _NAMES), lines=1)
                canvas.words(_NAMES, place, label, size=SMALL)
        return canvas.svg()


def funnel_chart(context: Context, indicator_id: str = "") -> Section:
    """The units below on one indicator; left out, on that of which there are fewest things."""
    view = context.view
    shares = [i for i in view.indicators if i.kind is IndicatorKind.RATIO]
    found = [i for i in shares if known(view.scorecard.find(i.id, "children_outside"))]
    chosen = [i for i in found if i.id == indicator_id] if indicator_id else found
    if not chosen:
        return NO_SECTION
    indicator = min(chosen, key=lambda i: view.fact(i.id, "denominator").number)
    dots, text = _dots(context, indicator), context.language.plain
    rows = tuple(DataRow(dot.label, (dot.size, dot.share)) for dot in dots)
    headings = (text("chart.denominator"), text("report.column_value"))
    data = ChartData(text("report.unit"), headings, rows)
    drawing = draw_funnel(
        name_of("funnel"), dots, view.fact(indicator.id, "value"), indicator.direction,
        f"{headings[0]} →", context.language,
    )  # fmt: skip
    claims = [funnel_claim(view, indicator)]
    return Section(chart(context, "funnel", drawing, claims, data, what=indicator))


def _dots(context: Context, indicator: Indicator) -> list[Dot]:
    found = []
    for card in context.view.children:
        share, size = (known(card.find(indicator.id, kind)) for kind in ("value", "denominator"))
        if share is not None and size is not None:
            label = context.language.unit(card.unit, starts=True)
            found.append(Dot(label, share, size))
    return found
