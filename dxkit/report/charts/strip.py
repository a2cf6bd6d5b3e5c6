"""A unit among its peers: one strip for each indicator, a dot for each unit compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.facts import Fact, reaches
from dxkit.report.charts.canvas import Canvas
from dxkit.report.charts.figure import (
    ChartData,
    DataRow,
    chart,
    known,
    measured_by_share,
    name_of,
    short_name,
)
from dxkit.report.charts.style import BAD, GOOD, INK, LINE, PEER, SMALL, WIDTH, broken, letters
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.below import too_few_to_judge
from dxkit.report.sentences.chart_titles import peers_claim
from dxkit.report.sentences.situation import strengths
from dxkit.report.wording.language import Language

_LEFT = 120.0
_LABEL = letters(_LEFT - 12)
_RIGHT = WIDTH - 10.0
_ROW = 38.0
_TOP = 4.0


@dataclass(frozen=True, slots=True)
class Strip:
    """One indicator: the unit's own value, that of its peers together, and theirs one by one.

    The peers' values are drawn as nameless dots: a page tells nothing about another unit.
    """

    label: str
    own: Fact
    whole: Fact | None
    peers: tuple[float, ...]
    direction: int = 1


def draw_strips(name: str, strips: Sequence[Strip], language: Language) -> Markup:
    """The strips one below the other, each on the scale from its lowest to its highest value.

    Grey dots are the peers, the upright stroke is all of them together, the large dot with its
    number is the unit: blue when at least as good as they are, orange when not.
    """
    with Canvas(name, _TOP + _ROW * len(strips), language) as canvas:
        for n, strip in enumerate(strips):
            middle = _TOP + n * _ROW + 24
            canvas.lines([[(_LEFT, middle), (_RIGHT, middle)]], LINE, 1)
            label = broken(strip.label, _LABEL)
            canvas.words(_LEFT - 10, middle, label, at="right", size=SMALL, spacing=1.0)
            _draw(canvas, strip, middle)
        return canvas.svg()


def _draw(canvas: Canvas, strip: Strip, middle: float) -> None:
    known = [f.number for f in (strip.own, strip.whole) if f is not None and f.known]
    values = [*strip.peers, *known]
    if not values:
        canvas.fact(_LEFT, middle - 10, strip.own, size=SMALL)
        return
    low, high = min(values), max(values)
    wide = high - low or 1.0

    def at(value: float) -> float:
        return _LEFT + 4 + (_RIGHT - _LEFT - 8) * (value - low) / wide

    canvas.dots([(at(value), middle) for value in strip.peers], PEER, 6)
    whole = strip.whole if strip.whole is not None and strip.whole.known else None
    if whole is not None:
        canvas.lines([[(at(whole.number), middle - 8), (at(whole.number), middle + 8)]], INK, 1.6)
    if not strip.own.known:
        canvas.fact(_LEFT, middle - 14, strip.own, size=SMALL)
        return
    good = whole is None or reaches(strip.own.number, whole.number, strip.direction)
    x = at(strip.own.number)
    canvas.dots([(x, middle)], GOOD if good else BAD, 10.5)
    side = "left" if x < _LEFT + 26 else "right" if x > _RIGHT - 18 else "center"
    shift = {"left": -5, "right": 5, "center": 0}[side]
    canvas.fact(x + shift, middle - 14, strip.own, at=side, weight="bold", size=SMALL)


def peers_chart(context: Context) -> Section:
    """The unit's shares among those it is ranked with, who stay nameless; nothing where they are of
    too small a part of the unit.
    """
    view, text = context.view, context.language.plain
    if view.group is None or len(view.peers) < 3 or too_few_to_judge(view):
        return NO_SECTION
    strips, rows = [], []
    for indicator in measured_by_share(context):
        own = view.fact(indicator.id, "value")
        others = tuple(
            fact.number
            for peer in view.peers
            if peer.unit.code != view.unit.code
            and (fact := known(peer.find(indicator.id, "value"))) is not None
        )
        whole = known(view.scorecard.find(indicator.id, "group_value"))
        strips.append(
            Strip(short_name(context, indicator), own, whole, others, indicator.direction)
        )
        rank = known(view.scorecard.find(indicator.id, "rank"))
        rows.append(DataRow(short_name(context, indicator), (own, whole, rank)))
    if not any(strip.own.known for strip in strips):
        return NO_SECTION
    headings = ["report.column_value", "chart.whole", "report.column_rank"]
    claims, read_as = [peers_claim(view)], ""
    if not any(strip.whole for strip in strips):  # there are too few others
        headings.remove("chart.whole")
        rows = [DataRow(row.label, row.facts[::2]) for row in rows]
        claims, read_as = list(strengths(view)), "peers_alone"
    data = ChartData(text("report.indicator"), tuple(text(key) for key in headings), tuple(rows))
    drawing = draw_strips(name_of("peers"), strips, context.language)
    return Section(chart(context, "peers", drawing, claims, data, read_as))
