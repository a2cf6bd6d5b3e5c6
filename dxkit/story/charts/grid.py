"""Units × indicators as a heat map: every value written, its background telling how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.facts import Fact
from dxkit.story.charts.canvas import Canvas
from dxkit.story.charts.labels import broken
from dxkit.story.charts.style import GRADES, INK, SMALL, SOFT, TRACK, WIDTH, grade
from dxkit.story.messages import Language

_LEFT = 104.0
_ROW = 19.0


@dataclass(frozen=True, slots=True)
class Square:
    """One value and how much of its target it is (None: no target, or no value)."""

    value: Fact | None
    attained: float | None


@dataclass(frozen=True, slots=True)
class GridRow:
    """One unit with a square for each indicator."""

    label: str
    squares: tuple[Square, ...]


def draw_grid(
    name: str, headings: Sequence[str], rows: Sequence[GridRow], language: Language
) -> Markup:
    """The grid. A value at or above its target is bold as well as blue."""
    lines = [broken(heading, 9, 4) for heading in headings]
    top = 12.0 * max((text.count("\n") + 1 for text in lines), default=1) + 4
    width = (WIDTH - _LEFT) / max(len(headings), 1)
    with Canvas(name, top + _ROW * len(rows) + 1, language) as canvas:
        for n, text in enumerate(lines):
            middle = _LEFT + width * (n + 0.5)
            canvas.words(middle, top / 2 - 1, text, at="center", colour=SOFT, size=7.5, spacing=1.1)
        boxes: dict[str, list[tuple[float, float, float, float]]] = {}
        for n, row in enumerate(rows):
            for m, square in enumerate(row.squares):
                colour = TRACK if square.attained is None else GRADES[grade(square.attained)]
                box = (_LEFT + m * width + 1, top + n * _ROW + 1, width - 2, _ROW - 2)
                boxes.setdefault(colour, []).append(box)
        for colour in (TRACK, *GRADES):
            canvas.bars(boxes.get(colour, ()), colour)
        for n, row in enumerate(rows):
            middle = top + (n + 0.5) * _ROW
            canvas.words(_LEFT - 6, middle, broken(row.label, 20, 1), at="right", size=SMALL)
            for m, square in enumerate(row.squares):
                _write(canvas, _LEFT + (m + 0.5) * width, middle, square)
        return canvas.svg()


def _write(canvas: Canvas, x: float, y: float, square: Square) -> None:
    if square.value is None or not square.value.known:
        canvas.words(x, y, "–", at="center", colour=SOFT, size=SMALL)
        return
    met = square.attained is not None and square.attained >= 1
    weight = "bold" if met else "normal"
    canvas.fact(x, y, square.value, at="center", colour=INK, size=SMALL, weight=weight)
