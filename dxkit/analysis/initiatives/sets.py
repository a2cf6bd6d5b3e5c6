"""The places of an initiative, each with the matched places it is compared with."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dxkit.analysis.initiatives.matching import (
    NO_SLOPE,
    Candidate,
    MatchedSet,
    Slope,
    match,
    slope_of_change,
)
from dxkit.analysis.initiatives.panel import Panel


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
