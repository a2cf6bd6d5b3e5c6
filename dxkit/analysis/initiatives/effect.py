"""Before and after at the places of an initiative, against matched places without it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import NormalDist

from dxkit.analysis.initiatives.matching import NO_SLOPE, Slope
from dxkit.analysis.initiatives.panel import Panel
from dxkit.analysis.initiatives.permutation import Interval, permutation_interval
from dxkit.analysis.initiatives.sets import ComparedSet, course_of, matched_sets

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


def _earlier(
    panel: Panel,
    compared: Collection[ComparedSet],
    level: float,
) -> Interval | None:
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
