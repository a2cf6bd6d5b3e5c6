"""A flow by month: everything as a pale column, the part that counts inside it, its share above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.facts import Fact
from dxkit.story.charts.canvas import Canvas
from dxkit.story.charts.style import GOOD, LINE, PEER, SMALL, SOFT, WIDTH
from dxkit.story.messages import Language

_TOP, _HIGH = 16.0, 100.0


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
    step = WIDTH / max(len(months), 1)
    thick = min(step * 0.36, 42.0)
    with Canvas(name, bottom + 22, language) as canvas:
        for n, month in enumerate(months):
            middle = step * (n + 0.42)
            canvas.words(middle, bottom + 12, month.label, at="center", size=9)
            if not (month.whole.known and month.part.known):
                canvas.fact(middle, bottom - 10, month.whole, at="center", size=SMALL)
                continue
            high = _HIGH * month.whole.number / most
            part = _HIGH * month.part.number / most
            left = middle - thick / 2
            canvas.bars([(left, bottom - high, thick, high)], LINE)
            canvas.bars([(left, bottom - part, thick, part)], GOOD)
            canvas.fact(
                middle, bottom - high - 8, month.whole, at="center", colour=SOFT, size=SMALL
            )
            canvas.fact(left + thick + 5, bottom - part / 2 - 6, month.part, size=9)
            canvas.fact(left + thick + 5, bottom - part / 2 + 7, month.share, size=9, weight="bold")
        canvas.lines([[(0, bottom), (WIDTH, bottom)]], PEER, 1)
        return canvas.svg()
