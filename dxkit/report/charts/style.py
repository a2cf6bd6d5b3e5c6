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

WIDTH = 288.0
"""Width of a chart in points: that of the narrowest phone's column in CSS pixels, so that there a
chart's text has the size written here and nothing scrolls."""
FONT_SIZE = 12.0
SMALL = 11.25  # the smallest that charts are written in
LETTER = 6.6  # width of most letters at that size in the widest of the page's fonts


def letters(space: float) -> int:
    """How many letters of the smallest size fit into so many points."""
    return int(space / LETTER)


GRADE_STARTS = (0.75, 0.9, 1.0, 1.1)
"""Shares of the target at which the second, third, fourth and fifth background begin."""


MET = 3
"""The first background of a target that is reached."""


def grade(attained: float) -> int:
    """Which background of ``GRADES`` stands for a value that is ``attained`` of its target."""
    return sum(attained >= start for start in GRADE_STARTS)
