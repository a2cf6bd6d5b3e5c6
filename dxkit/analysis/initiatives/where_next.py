"""Where to try next: places like those where it seems to have worked, that lag on the aim."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from dxkit.analysis.initiatives.effect import Comparison
from dxkit.analysis.initiatives.matching import SIZE_CALIPER


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place, its last value, how far it lies behind ``goal``, and the place with the initiative
    that it is most like.
    """

    code: str
    value: float
    lag: float
    like: str


def where_next(
    comparison: Comparison, goal: float, excluded: Collection[str] = (), most: int = 10
) -> tuple[Suggestion, ...]:
    """Places of the same type and size (within a factor of two) as a place where the adjusted
    difference is on the good side, without the initiative, that lie behind ``goal``, the furthest
    behind first. It is a list of places to look at, not a forecast.
    """
    panel = comparison.panel
    last = panel.periods[-1]
    with_it = {s.place.code for s in comparison.sets} | {code for code, _ in comparison.left_out}
    good = [s.place.code for s in comparison.sets if s.adjusted * panel.direction > 0]
    found = []
    for code, place in panel.places.items():
        value = panel.values.get((code, last))
        if value is None or code in with_it or code in excluded:
            continue
        lag = (goal - value) * panel.direction
        alike = [
            (abs(panel.values.get((other, last), value) - value), other)
            for other in good
            if panel.places[other].type == place.type
            and 1 / SIZE_CALIPER <= panel.places[other].size / place.size <= SIZE_CALIPER
        ]
        if lag > 0 and alike:
            found.append(Suggestion(code, value, lag, min(alike)[1]))
    return tuple(sorted(found, key=lambda s: (-s.lag, s.code))[:most])
