"""Units with an initiative, each with those without it that were most like it before it began; and
since when each has one.
"""

from __future__ import annotations

import datetime
import math
import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dxkit.analysis.analysis import Analysis
from dxkit.model.initiatives import Initiative
from dxkit.model.units import UnitRegistry


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of the panel: its ``type`` (commune, ward, township), its ``size``, the denominator of
    the indicator (households), 1 when it has none, and the ``district`` in which it lies: the unit
    next to the top of the tree, itself where it stands there, empty when that is not known.
    """

    code: str
    type: str = ""
    size: float = 1.0
    district: str = ""


@dataclass(frozen=True)
class Panel:
    """Values by (unit code, period); what is missing is not in it. ``direction`` is +1 when more
    is better, else -1; ``periods`` run forward in time.
    """

    indicator: str
    direction: int
    periods: tuple[str, ...]
    places: Mapping[str, Place]
    values: Mapping[tuple[str, str], float]
    simulated: bool = False

    def __repr__(self) -> str:
        size = f"periods={len(self.periods)}, places={len(self.places)}, values={len(self.values)}"
        return f"Panel({self.indicator!r}, {size})"

    def mean(self, unit_code: str, periods: Sequence[str]) -> float | None:
        """The mean of a unit's values over some periods; None unless all are there."""
        found = [self.values.get((unit_code, period)) for period in periods]
        known = [value for value in found if value is not None]
        return math.fsum(known) / len(known) if known and len(known) == len(found) else None


def panel_of(analyses: Sequence[Analysis], indicator_id: str, level: str) -> Panel:
    """The panel of an indicator at a level from analysed periods, given forward in time.

    Units are those of the last period. Values are unrounded; shares are fractions.
    """
    last = analyses[-1]
    indicator = last.campaign.indicator(indicator_id)
    next_to_top = last.campaign.levels[:2][-1].id
    places, values = {}, {}
    for unit in last.units.at_level(level):
        for analysis in analyses:
            result = analysis.results.by_indicator.get((unit.code, indicator_id))
            if result is None:
                continue
            value = result.measured.value.value
            if value is not None:
                values[unit.code, analysis.period.id] = float(value)
            size = result.measured.denominator.value
            district = last.units.ancestor_at(unit.code, next_to_top)
            places[unit.code] = Place(
                unit.code, unit.type, float(size or 1), district.code if district else ""
            )
    return Panel(
        indicator_id,
        indicator.direction,
        tuple(analysis.period.id for analysis in analyses),
        places,
        values,
        any(analysis.received.simulated_files for analysis in analyses),
    )


LEVEL_CALIPER = 1.0
"""How far start levels may lie apart, in standard deviations of all start levels."""
SIZE_CALIPER = 2.0
"""By which factor sizes may differ."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be matched: its type, start level and size."""

    code: str
    type: str
    level: float
    size: float


@dataclass(frozen=True, slots=True)
class MatchedSet:
    """A place with the initiative and those it is compared with, nearest first."""

    code: str
    controls: tuple[str, ...]


def match(
    treated: Sequence[Candidate], pool: Sequence[Candidate], controls: int = 3
) -> tuple[MatchedSet, ...]:
    """Up to ``controls`` places of the pool for each treated one, each used once at most.

    Only places of the same type match, whose start levels and sizes lie within the calipers. The
    nearest pairs are joined first, one round after the other, so that every place gets its first
    match before any gets its second. Places without a match are left out.
    """
    levels = [candidate.level for candidate in (*treated, *pool)]
    spread = statistics.pstdev(levels) if len(levels) > 1 else 0.0
    pairs = sorted(
        (distance, one.code, other.code)
        for one in treated
        for other in pool
        if (distance := _distance(one, other, spread)) is not None
    )
    found: dict[str, list[str]] = {candidate.code: [] for candidate in treated}
    used: set[str] = set()
    for number in range(controls):
        for _, one, other in pairs:
            if len(found[one]) == number and other not in used:
                found[one].append(other)
                used.add(other)
    return tuple(MatchedSet(code, tuple(others)) for code, others in found.items() if others)


def _distance(one: Candidate, other: Candidate, spread: float) -> float | None:
    """In standard deviations of level plus half the doublings of size; None beyond a caliper."""
    if one.type != other.type:
        return None
    level = abs(one.level - other.level) / spread if spread else 0.0
    doublings = abs(math.log2(one.size / other.size))
    if level > LEVEL_CALIPER or doublings > math.log2(SIZE_CALIPER):
        return None
    return level + doublings / 2


@dataclass(frozen=True, slots=True)
class Slope:
    """How much more a place gains for each unit that it starts higher (negative when there is a
    pull back to the mean), and its standard error.
    """

    value: float
    error: float


NO_SLOPE = Slope(0.0, 0.0)


def slope_of_change(
    levels: Mapping[str, float], changes: Mapping[str, float], types: Mapping[str, str]
) -> Slope | None:
    """The slope of change on start level among places of one type that did nothing, by least
    squares. None with too few places (under ten) to tell.
    """
    groups: dict[str, list[str]] = {}
    for code in levels:
        groups.setdefault(types[code], []).append(code)
    starts: list[float] = []
    gains: list[float] = []
    for codes in groups.values():
        level = statistics.fmean(levels[code] for code in codes)
        change = statistics.fmean(changes[code] for code in codes)
        starts += [levels[code] - level for code in codes]
        gains += [changes[code] - change for code in codes]
    squares = math.fsum(start**2 for start in starts)
    free = len(starts) - len(groups) - 1
    if len(starts) < 10 or free < 1 or not squares:
        return None
    value = math.fsum(s * g for s, g in zip(starts, gains, strict=True)) / squares
    rest = math.fsum((g - value * s) ** 2 for s, g in zip(starts, gains, strict=True))
    return Slope(value, math.sqrt(rest / free / squares))


@dataclass(frozen=True, slots=True)
class Course:
    """A place before and after a start: means over the periods before it, and from it on."""

    code: str
    before: float
    after: float

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class ComparedSet:
    """A place with the initiative, its matched places, and the difference of differences: the
    plain one, and the one ``adjusted`` for the pull back to the mean.
    """

    place: Course
    controls: tuple[Course, ...]
    difference: float
    adjusted: float
    start: str


def matched_sets(
    panel: Panel, starts: Mapping[str, str], excluded: Collection[str], controls: int = 3
) -> tuple[tuple[ComparedSet, ...], tuple[tuple[str, str], ...], dict[str, Slope | None]]:
    """The sets, the places left out with their reasons, and the slope of change by start."""
    left_out: list[tuple[str, str]] = []
    by_start: dict[str, list[Course]] = {}
    for code, start in starts.items():
        course = course_of(panel, code, start) if start in panel.periods[1:] else None
        if code not in panel.places:
            left_out.append((code, "other_level"))
        elif start not in panel.periods:
            left_out.append((code, "no_start"))
        elif start == panel.periods[0]:
            left_out.append((code, "no_before"))
        elif course is None:
            left_out.append((code, "no_value"))
        else:
            by_start.setdefault(start, []).append(course)
    compared: list[ComparedSet] = []
    slopes: dict[str, Slope | None] = {}
    used: set[str] = set()
    for start, courses in sorted(by_start.items(), key=lambda i: panel.periods.index(i[0])):
        pool = {
            code: course
            for code in panel.places
            if code not in starts and code not in excluded and code not in used
            if (course := course_of(panel, code, start)) is not None
        }
        slopes[start] = slope = _slope(panel, pool)
        found = match(
            [_candidate(panel, course) for course in courses],
            [_candidate(panel, course) for course in pool.values()],
            controls,
        )
        used |= {code for matched in found for code in matched.controls}
        own = {course.code: course for course in courses}
        compared += [_set(own[m.code], m, pool, (slope or NO_SLOPE).value, start) for m in found]
        matched_codes = {m.code for m in found}
        left_out += [(c.code, "no_match") for c in courses if c.code not in matched_codes]
    return tuple(compared), tuple(left_out), slopes


def course_of(panel: Panel, code: str, start: str) -> Course | None:
    """A place before and from ``start`` on; None when a value is missing."""
    place = panel.periods.index(start)
    before = panel.mean(code, panel.periods[:place])
    after = panel.mean(code, panel.periods[place:])
    return None if before is None or after is None else Course(code, before, after)


def _candidate(panel: Panel, course: Course) -> Candidate:
    place = panel.places[course.code]
    return Candidate(course.code, place.type, course.before, place.size)


def _slope(panel: Panel, pool: Mapping[str, Course]) -> Slope | None:
    return slope_of_change(
        {code: course.before for code, course in pool.items()},
        {code: course.change for code, course in pool.items()},
        {code: panel.places[code].type for code in pool},
    )


def _set(
    place: Course, matched: MatchedSet, pool: Mapping[str, Course], slope: float, start: str
) -> ComparedSet:
    others = tuple(pool[code] for code in matched.controls)
    number = len(others)
    difference = place.change - math.fsum(o.change for o in others) / number
    head_start = place.before - math.fsum(o.before for o in others) / number
    return ComparedSet(place, others, difference, difference - slope * head_start, start)


def choose(
    initiatives: Iterable[Initiative],
    units: UnitRegistry,
    *,
    field: str = "",
    within: str = "",
    indicator: str = "",
    period: str = "",
) -> tuple[Initiative, ...]:
    """The initiatives of a field, at a unit or below it, that aim at an indicator, reported in a
    period; what is left empty does not choose.
    """
    inside = {within, *(unit.code for unit in units.descendants(within))} if within else set()
    return tuple(
        initiative
        for initiative in initiatives
        if (not field or initiative.field == field)
        and (not within or initiative.unit_code in inside)
        and (not indicator or indicator in initiative.indicators)
        and (not period or initiative.period == period)
    )


def begun_by(initiatives: Iterable[Initiative], day: datetime.date) -> tuple[Initiative, ...]:
    """Those that may have begun by a day: all but those that surely began later."""
    return tuple(i for i in initiatives if i.first_day is None or i.first_day <= day)


def counts(initiatives: Iterable[Initiative]) -> dict[tuple[str, str], int]:
    """How many initiatives each unit reported in each period, by (unit code, period); published
    ones are not counted, for nobody reported them in a period.
    """
    return dict(Counter((i.unit_code, i.period) for i in initiatives if not i.published))


def started_at(initiatives: Iterable[Initiative], periods: Iterable[str]) -> dict[str, str]:
    """The period in which each unit's first of these initiatives began, by unit code; empty text
    when that cannot be told or lies outside ``periods``.
    """
    order = {period: place for place, period in enumerate(periods)}
    found: dict[str, str] = {}
    for initiative in initiatives:
        code, start = initiative.unit_code, initiative.start_period
        start = start if start in order else ""
        earlier = found.setdefault(code, start)
        if not start or not earlier:
            found[code] = ""
        elif order[start] < order[earlier]:
            found[code] = start
    return found
