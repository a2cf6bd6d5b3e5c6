"""Change between two periods: one line for each indicator, from then to now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.facts import Fact
from dxkit.story.charts.canvas import Canvas
from dxkit.story.charts.labels import broken, spread
from dxkit.story.charts.style import BAD, GOOD, LINE, PEER, SMALL, SOFT
from dxkit.story.messages import Language

_BEFORE = 46.0
_NOW = 150.0
_TOP, _BOTTOM = 30.0, 14.0
_APART = 15.0


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
    number now on the right. Labels that would touch are moved apart.
    """
    height = max(150.0, _APART * len(slopes) + _TOP + _BOTTOM + 40)
    with Canvas(name, height, language) as canvas:
        canvas.words(_BEFORE, 8, before, at="center", colour=SOFT, size=SMALL)
        canvas.words(_NOW, 8, now, at="center", colour=SOFT, size=SMALL)
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
        left = spread([at(s.before) for s in slopes], _APART - 3, _TOP, bottom)
        right = spread([at(s.now) for s in slopes], _APART, _TOP, bottom)
        for slope, then, today in zip(slopes, left, right, strict=True):
            canvas.fact(_BEFORE - 8, then, slope.before, at="right", size=9)
            canvas.fact(_NOW + 8, today, slope.now, size=9, weight="bold")
            canvas.words(_NOW + 46, today, broken(slope.label, 27, 1), size=9)
        return canvas.svg()
