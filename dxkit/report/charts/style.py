"""The house style of charts: colours that a page may set for light, dark and print, and how words
are broken and kept apart.

Charts are drawn in the light colours; the finished drawing names a CSS variable of the page for
each, with the light colour to fall back on where there is no page (in JupyterLab). Good and bad
are blue and orange, which colour-blind readers tell apart; a shape or a word always says it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from dxkit.model.facts import reaches

INK = "#222222"
SOFT = "#55606e"
LINE = "#d5dbe3"
TRACK = "#e9edf2"
PEER = "#8b95a3"
GOOD = "#0173b2"  # the first of seaborn's colorblind palette; importing that takes a second
BAD = "#c26a00"
GRADES = ("#eba55f", "#f3bf8b", "#f9d8b5", "#fdeedd", "#a9cfee")
"""Backgrounds from far from a target to reaching it, all pale enough for ink to be read on; in grey
they are evenly lighter the nearer it is, and reaching it is bold."""

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
WIDE_WIDTH = 560.0
"""Width of a chart in a notebook for exploring, which nobody reads on a phone."""
FONT_SIZE = 12.0
SMALL = 11.25  # the smallest that charts are written in
LETTER = 6.6  # width of most letters at that size in the widest of the page's fonts


def letters(space: float) -> int:
    """How many letters of the smallest size fit into so many points."""
    return int(space / LETTER)


DISTANCES = (0.3, 0.2, 0.1)
"""Where the second, third and fourth background begin: distances from a target, as parts of it."""
EARNED = (0.6, 0.7, 0.8, 0.9)
"""Shares of the points at which the second to fifth background begin on a map."""
MET = 4
"""The background of a target that is reached."""


def step(number: float, target: float, direction: int) -> int:
    """Which background of ``GRADES`` stands for a number that should reach a target."""
    if reaches(number, target, direction):
        return MET
    distance = abs(number - target) / abs(target) if target else 1.0
    return sum(round(distance, 12) <= end for end in DISTANCES)


def broken(text: str, width: int, lines: int = 2) -> str:
    """The text in at most ``lines`` lines of about ``width`` letters, as even as words allow; what
    does not fit becomes "…".
    """
    whole = " ".join(text.split())
    words = whole[: (width + 7) * lines + 1].split()  # more than fits, so that a cut is always seen

    def within(width: int) -> list[str]:
        return filled(words, lambda line: len(line) <= width)

    made, narrower = within(width), width - 1
    while narrower and 1 < len(made) <= lines and len(within(narrower)) == len(made):
        made = within(narrower)
        narrower -= 1
    if len(made) > lines:
        made = [*made[: lines - 1], made[lines - 1] + "…"]
    for number, line in enumerate(made):
        if len(line) > width + 6:  # so what is shown is always how the text begins
            made = [*made[:number], line[: width + 5] + "…"]
            break
    return "\n".join(made)


def filled(words: Iterable[str], fits: Callable[[str], bool]) -> list[str]:
    """The words one after the other in lines that fit; one that does not fit stands alone."""
    made = [""]
    for word in words:
        joined = f"{made[-1]} {word}".strip()
        if not made[-1] or fits(joined):
            made[-1] = joined
        else:
            made.append(word)
    return made


def spread(places: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """The places moved as little as is simple so that all are ``distance`` apart within bounds.

    Keeps their order. When they do not fit they fill the bounds evenly.
    """
    order = sorted(range(len(places)), key=lambda n: places[n])
    if not order:
        return []
    distance = min(distance, (high - low) / max(len(order) - 1, 1))
    moved = [0.0] * len(places)
    edge = low
    for n in order:
        moved[n] = max(places[n], edge)
        edge = moved[n] + distance
    edge = high
    for n in reversed(order):
        moved[n] = min(moved[n], edge)
        edge = moved[n] - distance
    return moved
