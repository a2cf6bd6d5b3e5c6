"""Things on a timeline: one line for each, a dot in its month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.story.charts.canvas import Canvas
from dxkit.story.charts.labels import broken
from dxkit.story.charts.style import GOOD, LINE, SMALL, SOFT, WIDTH
from dxkit.story.messages import Language

_RIGHT = WIDTH - 8.0
_LEFT = 208.0
_TOP, _ROW = 22.0, 24.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that began in a month ("2022-11")."""

    label: str
    month: str


def draw_timeline(
    name: str, events: Sequence[Event], month_names: dict[str, str], language: Language
) -> Markup:
    """The events from the earliest down. ``month_names`` gives all months of the axis, in order."""
    months = list(month_names)
    height = _TOP + _ROW * len(events) + 4
    step = (_RIGHT - _LEFT) / max(len(months), 1)
    at = {month: _LEFT + step * (n + 0.5) for n, month in enumerate(months)}
    with Canvas(name, height, language) as canvas:
        for month, text in month_names.items():
            canvas.words(at[month], 8, text, at="center", colour=SOFT, size=SMALL)
        canvas.lines([[(x, _TOP - 5), (x, height)] for x in at.values()], LINE, 1)
        ordered = sorted(events, key=lambda event: months.index(event.month))
        for n, event in enumerate(ordered):
            middle = _TOP + _ROW * (n + 0.5)
            label = broken(event.label, 36, 2)
            canvas.words(_LEFT - 6, middle, label, at="right", size=SMALL, spacing=1.0)
            canvas.dots([(at[event.month], middle)], GOOD, 7.5)
        return canvas.svg()
