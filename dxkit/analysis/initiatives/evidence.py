"""What a comparison is worth: a plain grade with its reasons, what another place may expect, and
where to try next.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection
from dataclasses import dataclass

from dxkit.analysis.initiatives.dealings import LEVEL
from dxkit.analysis.initiatives.effect import Comparison

FEW_PLACES = 5
"""Under so many places compared, a difference may be one place's own story."""
MANY_PLACES = 8
FEW_DISTRICTS = 3
"""In fewer of them, what moved a whole district cannot be told from the initiative."""
SOLID = 0.01
"""Solid is what chance makes as great in one of a hundred comparisons at most."""
ENOUGH_POWER = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """``grade`` from A (solid) to D (nothing can be concluded); ``seems`` is ``helps``, ``harms``
    or, always at D, ``unknown``; ``reasons`` are codes of what holds the grade down, the weightiest
    first.
    """

    grade: str
    seems: str
    reasons: tuple[str, ...]

    @property
    def is_ground_to_go_on(self) -> bool:
        """Whether it allows to say where to try next: grade A or B."""
        return self.grade in ("A", "B")


def grade(comparison: Comparison) -> Evidence:
    """Grade a comparison: the worst letter of all that holds it down, A where nothing does.

    ``docs/en/method.md`` tells what each letter asks for.
    """
    interval = comparison.interval
    limits: list[tuple[str, str]] = []
    if comparison.panel.simulated:
        limits.append(("D", "simulated"))
    if interval is None:
        return _evidence([*limits, ("D", "no_places")], "unknown")
    if len(comparison.places) < FEW_PLACES:
        limits.append(("D", "few_places"))
    elif len(comparison.places) < MANY_PLACES:
        limits.append(("B", "some_places"))
    if len(comparison.panel.periods) < 3:
        limits.append(("D", "two_periods"))
    elif comparison.periods_before < 2:
        limits.append(("C", "one_before"))
    elif comparison.periods_after < 2:
        limits.append(("B", "one_after"))
    if comparison.districts < FEW_DISTRICTS:
        limits.append(("C", "few_districts"))
    if comparison.pull is None:
        limits.append(("C", "no_guard"))
    if interval.excludes_nothing:
        limits.append(("D", "chance"))
    else:
        limits += _weaknesses(comparison, interval.probability)
    better = (interval.estimate > 0) == (comparison.panel.direction > 0)
    return _evidence(limits, "helps" if better else "harms")


def _weaknesses(comparison: Comparison, probability: float) -> list[tuple[str, str]]:
    """What holds down a difference that chance does not explain."""
    limits = [("B", "some_doubt")] if probability > SOLID else []
    earlier = comparison.earlier
    if earlier is not None and earlier.probability <= LEVEL:
        allowed_for = comparison.carried is not None and comparison.holds_without_a_period
        limits.append(("C", "own_course") if allowed_for else ("D", "before_start"))
    elif earlier is not None and earlier.power < ENOUGH_POWER:
        limits.append(("C", "weak_test"))
    if comparison.carriers:
        limits.append(("B", "one_carries"))
    if comparison.spillover is not None and not comparison.spillover.excludes_nothing:
        limits.append(("B", "neighbours"))
    return limits


def _evidence(limits: list[tuple[str, str]], seems: str) -> Evidence:
    worst = max((limit for limit, _ in limits), default="A")
    reasons = [reason for _, reason in sorted(limits, key=lambda item: item[0], reverse=True)]
    return Evidence(worst, "unknown" if worst == "D" else seems, tuple(reasons))


def another_place(comparison: Comparison, level: float = LEVEL) -> tuple[float, float] | None:
    """Between which differences that of one more place like these lies with probability 1 -
    ``level``, by how those of the places compared vary. None with fewer than five of them.
    """
    found = [*comparison.table.differences().values()]
    if comparison.interval is None or len(found) < FEW_PLACES:
        return None
    spread = statistics.stdev(found) * math.sqrt(1 + 1 / len(found))
    reach = t_quantile(1 - level / 2, len(found) - 1) * spread
    return comparison.interval.estimate - reach, comparison.interval.estimate + reach


def t_quantile(share: float, free: int) -> float:
    """A quantile of Student's t with four degrees of freedom or more, to two decimals (Abramowitz
    and Stegun 1964, 26.7.5).
    """
    z = statistics.NormalDist().inv_cdf(share)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return math.fsum(term / free**power for power, term in enumerate(terms))


SIZE_CALIPER = 2.0
"""By which factor the sizes of places that are alike may differ."""


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
    """Places of the same type and size (within a factor of two) as a place where the difference is
    on the good side, without the initiative, that lie behind ``goal``, the furthest behind first.
    It is a list of places to look at, not a forecast; ``another_place`` tells what one may expect.
    """
    panel = comparison.panel
    last = panel.periods[-1]
    with_it = {*comparison.places, *(code for code, _ in comparison.left_out)}
    differences = comparison.table.differences()
    good = [code for code, value in differences.items() if value * panel.direction > 0]
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
