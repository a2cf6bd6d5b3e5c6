"""Things on a timeline: one line for each, a dot in its month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.report.charts.canvas import Canvas
from dxkit.report.charts.labels import broken
from dxkit.report.charts.style import GOOD, LINE, SMALL, SOFT, WIDTH, letters
from dxkit.report.wording.language import Language

_MONTH = 52.0  # what the name of a month needs
_LEFT = 132.0  # where months begin
_LABEL = letters(_LEFT - 8)
_TOP = 22.0


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
    ordered = sorted(events, key=lambda event: months.index(event.month))
    labels = [broken(event.label, _LABEL, 3) for event in ordered]
    heights = [SMALL * (1 + label.count("\n")) + 8 for label in labels]
    height = _TOP + sum(heights) + 4
    width = max(WIDTH, _LEFT + _MONTH * len(months))
    at = {month: _LEFT + _MONTH * (n + 0.5) for n, month in enumerate(months)}
    with Canvas(name, height, language, width) as canvas:
        for month, text in month_names.items():
            canvas.words(at[month], 8, text, at="center", colour=SOFT, size=SMALL)
        canvas.lines([[(x, _TOP - 5), (x, height)] for x in at.values()], LINE, 1)
        below = _TOP
        for event, label, high in zip(ordered, labels, heights, strict=True):
            middle = below + high / 2
            below += high
            canvas.words(0, middle, label, size=SMALL, spacing=1.0)
            canvas.dots([(at[event.month], middle)], GOOD, 8.5)
        return canvas.svg()
