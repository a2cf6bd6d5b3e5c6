"""Which model initiatives seem to work, where, and what to try next: before and after at the units
with one, against the others of their districts; the difference, how it stands against what chance
makes, and what would undo it; and what that is worth: a plain grade with its reasons, what another
place may expect, and where to try next.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dxkit.analysis.panel import (
    LEVEL,
    LINE_FROM,
    Dealings,
    Earlier,
    Group,
    Interval,
    Numbers,
    Panel,
    Place,
    Window,
    begun_by,
    choose,
    counts,
    groups_of,
    panel_of,
    started_at,
    whole_window,
)

__all__ = [
    "Comparison", "Earlier", "Evidence", "Group", "Interval", "Panel", "Place", "Suggestion",
    "another_place", "begun_by", "choose", "compare", "counts", "grade", "groups_of", "panel_of",
    "started_at", "where_next",
]  # fmt: skip

_TRENDS_FROM = statistics.NormalDist().inv_cdf(0.8)
"""By so many standard errors slopes must vary more than by chance: one in five panels does so when
there are none, for a line drawn in vain costs less than one that lacks.
"""
_ENOUGH_OTHERS = 10
"""Of so many places without the initiative it can be told how start level, type and size count."""


class Table:
    """The places of some groups and those they are compared with, one row each, with a window for
    each start.
    """

    def __init__(
        self, panel: Panel, groups: Sequence[Group], windows: Mapping[str, Window], line: bool
    ) -> None:
        rows = [(g, c) for g in groups for c in (*g.places, *g.others)]
        self.panel = panel
        self.codes = [code for _, code in rows]
        self.windows = [windows[group.start] for group, _ in rows]
        self.treated = np.array([code in group.places for group, code in rows], float)
        self._blocks = [(group.district, group.start) for group, _ in rows]
        self._rows = [*zip(self._blocks, self.treated, strict=True)]
        courses = (
            window.course(panel, code, line)
            for code, window in zip(self.codes, self.windows, strict=True)
        )
        self.courses = [course for course in courses if course is not None]

    @property
    def guarded(self) -> bool:
        """Whether there are others enough to tell how start level, type and size count."""
        return int((self.treated == 0).sum()) >= _ENOUGH_OTHERS

    def _dealings(self, levels_from: float = 1) -> Dealings:
        """The dealings, given type and size, and the level before of places with at least so many
        periods before; given nothing where too few places can tell.
        """
        places = [self.panel.places[code] for code in self.codes]
        columns: list[list[float]] = []
        if self.guarded:
            kinds = sorted({place.type for place in places})
            columns = [[place.type == kind for place in places] for kind in kinds]
            columns.append([math.log(place.size) for place in places])
            for window in dict.fromkeys(self.windows):
                if len(window.before) >= levels_from:
                    both = zip(self.windows, self.courses, strict=True)
                    columns.append([course.before * (w == window) for w, course in both])
        given = np.array(columns, float).reshape(len(columns), len(places)).T
        return Dealings(self.treated, self._blocks, given)

    def _beyond(self, levels_from: float = 1) -> Numbers:
        """The change of each place beyond what its own course let expect; the level after of those
        with fewer periods before.
        """
        both = zip(self.windows, self.courses, strict=True)
        return np.array([c.after - c.expected * (len(w.before) >= levels_from) for w, c in both])

    @property
    def one_before(self) -> bool:
        """Whether there is a start with one period before it only."""
        return any(len(window.before) == 1 for window in self.windows)

    def interval(self, level: float = LEVEL, *, by_lot: bool = False) -> Interval | None:
        """The difference, given start level, type and size. Of one period before nobody knows what
        part of a level was chance: unless places were chosen ``by_lot``, the interval holds what is
        found if none more than at other places was, and if all was. None if nothing can be told.
        """
        found = []
        for levels_from in (1, 2) if self.one_before and not by_lot else (1,):
            dealings = self._dealings(levels_from)
            if not dealings.tells:
                return None
            found.append(dealings.interval(self._beyond(levels_from), level))
        return Interval(
            found[0].estimate,
            min(one.low for one in found),
            max(one.high for one in found),
            max(one.probability for one in found),
            level,
        )

    def pulls(self) -> tuple[float, float]:
        """By how much the difference is greater when start levels are not taken off, and by how
        much smaller when those of places with one period before are taken for chance.
        """
        beyond = self._beyond()
        found = self._dealings().estimate(beyond)
        by_chance = self._dealings(2).estimate(self._beyond(2))
        return self._dealings(math.inf).estimate(beyond) - found, found - by_chance

    def differences(self) -> dict[str, float]:
        """The difference of each place with the initiative to the mean of those it is compared
        with, by code; given start level, type and size.
        """
        values = self._dealings().adjusted(self._beyond())
        beside = {
            block: values[[b == block and not own for b, own in self._rows]].mean()
            for block in dict.fromkeys(self._blocks)
        }
        rows = zip(self.codes, values, self._rows, strict=True)
        return {code: float(value - beside[block]) for code, value, (block, own) in rows if own}

    def carried(self) -> float:
        """What straight courses of their own let the places gain more than the others."""
        gained = [course.expected - course.before for course in self.courses]
        return self._dealings(math.inf).estimate(np.array(gained))

    def earlier(self, estimate: float) -> Earlier | None:
        """The joint test of all periods before, against a trend that alone makes ``estimate``."""
        most = max(len(window.before) for window in self.windows) - 1
        dealings = self._dealings(math.inf)
        if most < 1 or not dealings.tells:
            return None
        found, trend = np.zeros((len(self.codes), most)), np.zeros((len(self.codes), most))
        for row, (code, window) in enumerate(zip(self.codes, self.windows, strict=True)):
            values = self.panel.values_of(code, window.before) or []
            for back in range(len(window.before) - 1):
                number = window.before[-1 - back]
                found[row, back] = values[-1 - back] - math.fsum(values) / len(values)
                middle = math.fsum(window.before) / len(window.before)
                trend[row, back] = estimate / window.distance * (number - middle)
        return Earlier(*dealings.joint(found, trend * self.treated[:, None]))


def trends_differ(panel: Panel, groups: Sequence[Group]) -> bool:
    """Whether places without the initiative have trends of their own: whether their slopes over all
    periods, beside those of their groups, vary by more than what is left lets expect.
    """
    steps = np.arange(len(panel.periods)) - (len(panel.periods) - 1) / 2
    slopes = rest = free = 0.0
    for group in groups:
        values = np.array([panel.values_of(c, range(len(panel.periods))) for c in group.others])
        beside = values - values.mean(axis=0)
        beside -= beside.mean(axis=1, keepdims=True)
        along = (beside @ steps)[:, None] * steps / (steps @ steps)
        slopes += float((along**2).sum())
        rest += float(((beside - along) ** 2).sum())
        free += len(values) - 1
    left = free * (len(panel.periods) - 2)
    if not left or not rest:
        return False
    usual = 1 + _TRENDS_FROM * math.sqrt(2 / free + 2 / left)
    return slopes / free / (rest / left) > usual


@dataclass(frozen=True)
class Comparison:
    """The initiative's places against the others of their districts.

    ``interval`` is that of the differences beyond each place's own course, None where nothing can
    be compared; ``line`` says whether that course is a straight line. ``left_out`` gives for each
    place that is not compared the reason: ``no_start``, ``no_before``, ``no_value``, ``no_match``,
    ``other_level``. What is to be known about the interval is worked out when it is asked for.
    """

    panel: Panel
    groups: tuple[Group, ...]
    left_out: tuple[tuple[str, str], ...]
    excluded: frozenset[str]
    line: bool
    interval: Interval | None

    def __repr__(self) -> str:
        places = f"places={len(self.places)}, left_out={len(self.left_out)}"
        return f"Comparison({self.panel!r}, {places}, interval={self.interval!r})"

    @cached_property
    def windows(self) -> dict[str, Window]:
        """The periods before and after each start."""
        return {group.start: whole_window(self.panel, group.start) for group in self.groups}

    @cached_property
    def table(self) -> Table:
        """All places compared and those they are compared with."""
        return self._table(self.groups, self.windows)

    def _table(self, groups: Sequence[Group], windows: Mapping[str, Window]) -> Table:
        return Table(self.panel, groups, windows, self.line)

    @property
    def places(self) -> tuple[str, ...]:
        """The places compared."""
        return tuple(code for group in self.groups for code in group.places)

    @property
    def districts(self) -> int:
        """In how many districts they lie; those of which none is known add none."""
        return len({self.panel.places[code].district for code in self.places} - {""})

    @property
    def periods_before(self) -> int:
        """The fewest periods that lie before a start."""
        return min((len(window.before) for window in self.windows.values()), default=0)

    @property
    def periods_after(self) -> int:
        """The fewest periods from a start on."""
        return min((len(window.after) for window in self.windows.values()), default=0)

    @cached_property
    def plain_change(self) -> float | None:
        """The mean change at the places compared."""
        table = self.table
        found = [c.change for c, own in zip(table.courses, table.treated, strict=True) if own]
        return math.fsum(found) / len(found) if found else None

    @cached_property
    def pull(self) -> float | None:
        """What the places gain only because they started lower or higher than others of their
        districts, as measured among these; it is taken off. None with too few others to tell.
        """
        if self.interval is None or not self.table.guarded:
            return None
        return self.table.pulls()[0]

    @cached_property
    def pull_unseen(self) -> float | None:
        """What more they gain if all that they started lower or higher was chance; it is not taken
        off, the interval allows for it. None with two periods before every start.
        """
        if self.interval is None or not self.table.one_before:
            return None
        return self.table.pulls()[1]

    @cached_property
    def carried(self) -> float | None:
        """What straight courses of their own let the places gain more than the others; taken off.
        None where no line is drawn, for want of trends or of periods.
        """
        drawn = self.line and self.periods_before >= LINE_FROM
        return self.table.carried() if self.interval is not None and drawn else None

    @cached_property
    def earlier(self) -> Earlier | None:
        """The test of all periods before; None where some place has only one."""
        if self.interval is None or self.periods_before < 2:
            return None
        return self.table.earlier(self.interval.estimate)

    @cached_property
    def holds_without_a_period(self) -> bool:
        """Whether the interval excludes no difference whichever earlier period is left out."""
        return not any(
            self._fails(self.groups, self._less(back)) for back in range(self.periods_before)
        )

    def _less(self, back: int) -> dict[str, Window]:
        return {
            s: Window((*w.before[: -1 - back], *w.before[len(w.before) - back :]), w.after)
            for s, w in self.windows.items()
        }

    def _fails(self, groups: Sequence[Group], windows: Mapping[str, Window]) -> bool:
        found = self._table(groups, windows).interval() if groups else None
        return found is None or found.excludes_nothing

    @cached_property
    def carriers(self) -> tuple[str, ...]:
        """The places, and the districts, without which the interval holds no difference."""
        districts = dict.fromkeys(group.district for group in self.groups)
        return tuple(
            code
            for code in (*self.places, *(districts if len(districts) > 1 else ()))
            if self._fails(_without(self.groups, code), self.windows)
        )

    @cached_property
    def placebos(self) -> tuple[Interval, ...]:
        """What is found when the start is put one, two, … periods earlier and all from the true
        start on is left away: there nothing should be found.
        """
        found = []
        for back in range(1, max((len(w.before) for w in self.windows.values()), default=0)):
            windows = {s: Window(w.before[:-back], w.before[-back:])
                       for s, w in self.windows.items() if len(w.before) > back}  # fmt: skip
            groups = [group for group in self.groups if group.start in windows]
            found.append(self._table(groups, windows).interval(by_lot=True))
        return tuple(interval for interval in found if interval is not None)

    @property
    def undoing_break(self) -> float | None:
        """By how much a period the trend of these places alone would have to break at the start for
        the interval to hold no difference. None where it does.
        """
        if self.interval is None or self.interval.excludes_nothing:
            return None
        table = self.table
        reach = [(len(w.after) + 1) / 2 for w, own in zip(table.windows, table.treated, strict=True)
                 if own]  # fmt: skip
        bound = min(self.interval.low, self.interval.high, key=abs)
        return bound / (math.fsum(reach) / len(reach))

    @cached_property
    def spillover(self) -> Interval | None:
        """The same difference at neighbours without the initiative, against places that border on
        none with it. Where no borders are known, the districts are the neighbours. None where there
        is nothing to compare.
        """
        panel, near = self.panel, dict[str, str]()
        for group in sorted(self.groups, key=lambda g: panel.periods.index(g.start), reverse=True):
            for code in group.places:
                beside = panel.places[code].neighbours or group.others
                near |= {other: group.start for other in beside if other in panel.places}
        own = {*self.places, *(code for code, _ in self.left_out)}
        near = {code: start for code, start in near.items() if code not in own | self.excluded}
        if not any(place.neighbours for place in panel.places.values()):
            whole = {c: dataclasses.replace(p, district="") for c, p in panel.places.items()}
            panel = dataclasses.replace(panel, places=whole)
        found = compare(panel, near, own | self.excluded, line=self.line)
        return found.interval


def _without(groups: Sequence[Group], left: str) -> tuple[Group, ...]:
    kept = (
        dataclasses.replace(group, places=tuple(code for code in group.places if code != left))
        for group in groups
        if group.district != left
    )
    return tuple(group for group in kept if group.places)


def compare(
    panel: Panel,
    starts: Mapping[str, str],
    excluded: Collection[str] = (),
    level: float = LEVEL,
    *,
    line: bool | None = None,
) -> Comparison:
    """Compare the places of an initiative (code to period of start, empty when unknown) with those
    of their districts that have neither it nor, being ``excluded``, another with the same aim.
    ``line`` says whether straight courses are carried on; without it the others tell.
    """
    groups, left_out = groups_of(panel, starts, excluded)
    line = trends_differ(panel, groups) if line is None else line
    found = Comparison(panel, groups, left_out, frozenset(excluded), line, None)
    if not groups:
        return found
    return dataclasses.replace(found, interval=found.table.interval(level))


_FEW_PLACES = 5
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
    if len(comparison.places) < _FEW_PLACES:
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
    if comparison.interval is None or len(found) < _FEW_PLACES:
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
