"""A flow by month: everything as a pale column, the part that counts inside it, its share above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.facts import Fact
from dxkit.report.charts.canvas import Canvas
from dxkit.report.charts.labels import broken
from dxkit.report.charts.style import GOOD, LINE, PEER, SMALL, SOFT, WIDTH, letters
from dxkit.report.wording.language import Language

_TOP, _HIGH = 16.0, 110.0
_THICK = 38.0
_LEAST = 92.0  # what a month needs for its column and the numbers beside it


@dataclass(frozen=True, slots=True)
class Month:
    """One month: its name, the whole, the part, and the part's share of the whole."""

    label: str
    whole: Fact
    part: Fact
    share: Fact


def draw_months(name: str, months: Sequence[Month], language: Language) -> Markup:
    """The columns in the order given, with three numbers each: whole, part, share."""
    bottom = _TOP + _HIGH
    known = [m.whole.number for m in months if m.whole.known]
    most = max(known, default=1) or 1
    width = max(WIDTH, _LEAST * len(months))
    step = width / max(len(months), 1)
    labels = [broken(month.label, letters(step * 0.8)) for month in months]
    below = 8 + SMALL * 1.05 * (1 + max((label.count("\n") for label in labels), default=0))
    with Canvas(name, bottom + below, language, width) as canvas:
        for n, (month, label) in enumerate(zip(months, labels, strict=True)):
            middle = step * n + 2 + _THICK / 2
            canvas.words(step * n, bottom + below / 2 + 1, label, size=SMALL)
            if not (month.whole.known and month.part.known):
                canvas.fact(middle, bottom - 10, month.whole, at="center", size=SMALL)
                continue
            high = _HIGH * month.whole.number / most
            part = _HIGH * month.part.number / most
            left = middle - _THICK / 2
            canvas.bars([(left, bottom - high, _THICK, high)], LINE)
            canvas.bars([(left, bottom - part, _THICK, part)], GOOD)
            canvas.fact(
                middle, bottom - high - 8, month.whole, at="center", colour=SOFT, size=SMALL
            )
            beside, height = left + _THICK + 5, max(bottom - part / 2, _TOP)
            canvas.fact(beside, height - 7, month.part, size=SMALL)
            canvas.fact(beside, height + 7, month.share, size=SMALL, weight="bold")
        canvas.lines([[(0, bottom), (width, bottom)]], PEER, 1)
        return canvas.svg()
