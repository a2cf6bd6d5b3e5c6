"""Before and after at the units with an initiative, against matched ones: the difference, what it
could be by chance alone, a plain grade for what it is worth, and where to try next.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from dxkit.analysis.initiatives.matching import (
    NO_SLOPE,
    SIZE_CALIPER,
    ComparedSet,
    Panel,
    Slope,
    course_of,
    matched_sets,
)

DRAWS = 1999
"""How many ways of dealing the labels are drawn when there are more than that."""
_SEED = 124


@dataclass(frozen=True, slots=True)
class Interval:
    """The mean difference, the values of it that the test at ``level`` does not reject, and the
    two-sided probability of a difference as great as this when there is none. With too few
    places a bound is infinite.
    """

    estimate: float
    low: float
    high: float
    probability: float
    level: float

    @property
    def excludes_nothing(self) -> bool:
        """Whether "no difference" is among the values not rejected."""
        return self.low <= 0 <= self.high


def permutation_interval(sets: Sequence[Sequence[float]], level: float = 0.05) -> Interval:
    """The difference of the first of each set to the mean of its others, averaged over the sets.

    Within a set every member may have been the first, were there no difference; the interval holds
    each constant effect that this test does not reject at ``level`` (Rosenbaum 2002, section 2.4).
    All ways of dealing are used when they are few, else a seeded draw, the real one with them.
    """
    means, pulls = _dealt(sets)
    estimate = float(means[0])
    # A dealing is as great as the real one, given an effect, from this effect upwards.
    real = pulls <= -1 + 1e-12
    crossings = np.sort((estimate - means[~real]) / (1 + pulls[~real]))
    whole, same = len(means), int(real.sum())
    needed = math.floor(level / 2 * whole) - same + 1
    low = float(crossings[needed - 1]) if 0 < needed <= len(crossings) else -math.inf
    high = float(crossings[-needed]) if 0 < needed <= len(crossings) else math.inf
    upper = (same + int((crossings <= 0).sum())) / whole
    lower = (same + int((crossings >= 0).sum())) / whole
    return Interval(estimate, low, high, min(1.0, 2 * min(upper, lower)), level)


def _dealt(sets: Sequence[Sequence[float]]) -> tuple[np.ndarray, np.ndarray]:
    """For each dealing, the real one first: the mean difference, and by how much it changes for
    each unit taken off the real firsts.
    """
    ways = math.prod(len(members) for members in sets)
    if ways <= DRAWS + 1:
        choices = np.indices([len(members) for members in sets]).reshape(len(sets), -1).T
    else:
        random = np.random.default_rng(_SEED)
        drawn = [random.integers(0, len(members), DRAWS) for members in sets]
        choices = np.vstack([np.zeros(len(sets), int), np.column_stack(drawn)])
    means = np.zeros(len(choices))
    pulls = np.zeros(len(choices))
    for place, members in enumerate(sets):
        values = np.asarray(members, float)
        others = len(values) - 1
        differences = values - (values.sum() - values) / others
        pull = np.full(len(values), 1 / others)
        pull[0] = -1.0
        means += differences[choices[:, place]]
        pulls += pull[choices[:, place]]
    return means / len(sets), pulls / len(sets)


LEVEL = 0.05
"""How often, at most, a difference may be claimed where there is none."""
_FOR_THE_SLOPE = 0.1
"""The part of that which is spent on not knowing the slope (Berger and Boos 1994)."""


@dataclass(frozen=True)
class Comparison:
    """The initiative's places against matched ones.

    ``interval`` is that of the adjusted differences, None without any set. ``plain_change`` is the
    mean before/after change of the places compared; ``pull`` the part of it that places as low or
    high as these, beside the pool's average, gain by themselves (None when the pool is too small
    to tell). ``earlier`` is the same comparison one period earlier, when nothing had begun: it
    should find nothing. ``left_out`` gives for each place that is not compared the reason:
    ``no_start``, ``no_before``, ``no_value``, ``no_match``, ``other_level``.
    """

    panel: Panel
    sets: tuple[ComparedSet, ...]
    left_out: tuple[tuple[str, str], ...]
    interval: Interval | None
    plain_change: float | None
    pull: float | None
    earlier: Interval | None = None

    def __repr__(self) -> str:
        places = f"sets={len(self.sets)}, left_out={len(self.left_out)}"
        return f"Comparison({self.panel!r}, {places}, interval={self.interval!r})"

    @property
    def periods_before(self) -> int:
        """The fewest periods that lie before a start."""
        order = self.panel.periods
        return min((order.index(s.start) for s in self.sets), default=0)

    @property
    def periods_after(self) -> int:
        """The fewest periods from a start on."""
        order = self.panel.periods
        return min((len(order) - order.index(s.start) for s in self.sets), default=0)

    @property
    def districts(self) -> int:
        """In how many districts the places compared lie; those of which none is known add none."""
        return len({self.panel.places[s.place.code].district for s in self.sets} - {""})

    @property
    def earlier_is_whole(self) -> bool:
        """Whether ``earlier`` spans all periods before each start: it spans the last two."""
        order = self.panel.periods
        return self.earlier is not None and all(order.index(s.start) == 2 for s in self.sets)


def compare(
    panel: Panel,
    starts: Mapping[str, str],
    excluded: Collection[str] = (),
    controls: int = 3,
    level: float = LEVEL,
) -> Comparison:
    """Compare the places of an initiative (code to period of start, empty when unknown) with
    matched places that have neither it nor, being ``excluded``, another with the same aim.
    """
    compared, left_out, slopes = matched_sets(panel, starts, excluded, controls)
    interval = plain = None
    if compared:
        interval = _interval(compared, slopes, level)
        plain = math.fsum(s.place.change for s in compared) / len(compared)
    return Comparison(
        panel,
        compared,
        left_out,
        interval,
        plain,
        _mean_pull(panel, compared, excluded, starts, slopes),
        _earlier(panel, compared, level),
    )


def _interval(
    compared: Collection[ComparedSet], slopes: Mapping[str, Slope | None], level: float
) -> Interval:
    """The interval of the adjusted differences, wide enough for every slope that may be true."""
    spent = level * _FOR_THE_SLOPE
    reach = NormalDist().inv_cdf(1 - spent / 2)
    middle, lower, upper = (
        permutation_interval(_values(compared, slopes, reach * side), level - spent)
        for side in (0, -1, 1)
    )
    return Interval(
        middle.estimate,
        min(lower.low, middle.low, upper.low),
        max(lower.high, middle.high, upper.high),
        min(1.0, max(lower.probability, middle.probability, upper.probability) + spent),
        level,
    )


def _values(
    compared: Collection[ComparedSet], slopes: Mapping[str, Slope | None], errors: float
) -> list[list[float]]:
    """The changes of each set's members less what their start levels let expect, by a slope that
    lies some standard ``errors`` from the one found.
    """
    values = []
    for one in compared:
        found = slopes[one.start] or NO_SLOPE
        slope = found.value + errors * found.error
        values.append([c.change - slope * c.before for c in (one.place, *one.controls)])
    return values


def _mean_pull(
    panel: Panel,
    compared: Collection[ComparedSet],
    excluded: Collection[str],
    starts: Mapping[str, str],
    slopes: Mapping[str, Slope | None],
) -> float | None:
    """The change to be expected of the places compared only because of where they started."""
    parts = []
    for one in compared:
        slope = slopes[one.start]
        if slope is None:
            return None
        kind = panel.places[one.place.code].type
        others = [
            course.before
            for code, place in panel.places.items()
            if code not in starts and code not in excluded and place.type == kind
            if (course := course_of(panel, code, one.start)) is not None
        ]
        parts.append(slope.value * (one.place.before - math.fsum(others) / len(others)))
    return math.fsum(parts) / len(parts) if parts else None


def _earlier(panel: Panel, compared: Collection[ComparedSet], level: float) -> Interval | None:
    """The same sets over the last step before the start, where there are two periods before it."""
    changes = []
    for one in compared:
        place = panel.periods.index(one.start)
        if place < 2:
            return None
        first, last = panel.periods[place - 2 : place]
        courses = [
            (panel.values[c.code, first], panel.values[c.code, last])
            for c in (one.place, *one.controls)
        ]
        changes.append([after - before for before, after in courses])
    return permutation_interval(changes, level) if changes else None


FEW_PLACES = 5
"""Under so many places compared, a difference may be one place's own story."""
MANY_PLACES = 8
FEW_DISTRICTS = 3
"""In fewer of them, what moved a whole district cannot be told from the initiative."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """``grade`` from A (solid) to D (nothing can be concluded); ``seems`` is ``helps``,
    ``harms`` or ``unknown``; ``reasons`` are codes of what holds the grade down, the weightiest
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
    """Grade a comparison.

    D: simulated figures, two periods only, no or too few comparable places, a difference that
    chance explains, or one that was there before the start. C: a difference, but only one period
    before, so neither trend nor the pull back to the mean can be checked, or a course before the
    start that was not tested over all periods, or places in fewer than three districts. B: the
    course before tested, but one period after, or few places. A: two or more periods after, at
    least eight places, nothing before the start.
    """
    interval = comparison.interval
    limits: list[tuple[str, str]] = []
    if comparison.panel.simulated:
        limits.append(("D", "simulated"))
    if interval is None:
        limits.append(("D", "no_places"))
        return _evidence(limits, "unknown")
    if len(comparison.sets) < FEW_PLACES:
        limits.append(("D", "few_places"))
    elif len(comparison.sets) < MANY_PLACES:
        limits.append(("B", "some_places"))
    if interval.excludes_nothing:
        limits.append(("D", "chance"))
    if comparison.earlier is not None and not comparison.earlier.excludes_nothing:
        limits.append(("D", "before_start"))
    if len(comparison.panel.periods) < 3:
        limits.append(("D", "two_periods"))
    elif comparison.periods_before < 2:
        limits.append(("C", "one_before"))
    elif not comparison.earlier_is_whole:
        limits.append(("C", "course_untested"))
    if comparison.periods_before >= 2 and comparison.periods_after < 2:
        limits.append(("B", "one_after"))
    if comparison.districts < FEW_DISTRICTS:
        limits.append(("C", "few_districts"))
    if comparison.pull is None:
        limits.append(("C", "no_guard"))
    seems = "unknown"
    if not interval.excludes_nothing:
        better = (interval.estimate > 0) == (comparison.panel.direction > 0)
        seems = "helps" if better else "harms"
    return _evidence(limits, seems)


def _evidence(limits: list[tuple[str, str]], seems: str) -> Evidence:
    worst = max((limit for limit, _ in limits), default="A")
    reasons = [reason for _, reason in sorted(limits, key=lambda item: item[0], reverse=True)]
    return Evidence(worst, seems, tuple(reasons))


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
