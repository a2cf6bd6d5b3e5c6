"""The house style of charts: colours that a page may set for light, dark and print.

Charts are drawn in the light colours; the finished drawing names a CSS variable of the page for
each, with the light colour to fall back on where there is no page (in JupyterLab). Good and bad
are blue and orange, which colour-blind readers tell apart; a shape or a word always says it too.
"""

from __future__ import annotations

INK = "#222222"
SOFT = "#5a6472"
LINE = "#d5dbe3"
TRACK = "#eef1f5"
PEER = "#8b95a3"
GOOD = "#0173b2"  # the first of seaborn's colorblind palette; importing that takes a second
BAD = "#c26a00"
GRADES = ("#f6c28b", "#fbe2c4", "#f3f1ec", "#cfe3f3", "#94c3e6")
"""Backgrounds from far below a target to above it, all pale enough for ink to be read on."""

VARIABLES = {
    INK: "currentColor",
    SOFT: f"var(--soft,{SOFT})",
    LINE: f"var(--line,{LINE})",
    TRACK: f"var(--track,{TRACK})",
    PEER: f"var(--peer,{PEER})",
    GOOD: f"var(--blue,{GOOD})",
    BAD: f"var(--orange,{BAD})",
    **{colour: f"var(--grade-{n},{colour})" for n, colour in enumerate(GRADES, start=1)},
}

FONT_SIZE = 10.0
SMALL = 8.5
WIDTH = 330.0
"""Width of every chart in points: legible when a phone scales it down."""

GRADE_STARTS = (0.75, 0.9, 1.0, 1.1)
"""Shares of the target at which the second, third, fourth and fifth background begin."""


def grade(attained: float) -> int:
    """Which background of ``GRADES`` stands for a value that is ``attained`` of its target."""
    return sum(attained >= start for start in GRADE_STARTS)
