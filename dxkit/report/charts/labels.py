"""Words on charts: long names shortened or broken into lines, labels kept apart."""

from __future__ import annotations

from collections.abc import Sequence


def broken(text: str, width: int, lines: int = 2) -> str:
    """The text in at most ``lines`` lines of about ``width`` letters, as even as words allow; what
    does not fit becomes "…".
    """
    whole = " ".join(text.split())
    words = whole[: (width + 7) * lines + 1].split()  # more than fits, so that a cut is always seen
    made = _filled(words, width)
    narrower = width - 1
    while narrower and 1 < len(made) <= lines and len(_filled(words, narrower)) == len(made):
        made = _filled(words, narrower)
        narrower -= 1
    if len(made) > lines:
        made = [*made[: lines - 1], made[lines - 1] + "…"]
    for number, line in enumerate(made):
        if len(line) > width + 6:  # so what is shown is always how the text begins
            made = [*made[:number], line[: width + 5] + "…"]
            break
    return "\n".join(made)


def _filled(words: Sequence[str], width: int) -> list[str]:
    """The words one after the other in lines of at most ``width`` letters; a longer word alone."""
    made = [""]
    for word in words:
        joined = f"{made[-1]} {word}".strip()
        if len(joined) <= width or not made[-1]:
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
