"""Units over periods, of which some have an initiative: the course of each around its start, and
those of its district without one.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dxkit.analysis.analysis import Analysis
from dxkit.model.initiatives import Initiative
from dxkit.model.units import MapShapes, UnitRegistry

NOWHERE = MapShapes({}, {})


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of the panel: its ``type`` (commune, ward, township), its ``size``, the denominator of
    the indicator (households), 1 when it has none, and the ``district`` in which it lies: the unit
    next to the top of the tree, itself where it stands there, empty when that is not known.
    ``neighbours`` are the places that it borders on; empty when that is not known.
    """

    code: str
    type: str = ""
    size: float = 1.0
    district: str = ""
    neighbours: frozenset[str] = frozenset()


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

    def values_of(self, unit_code: str, numbers: Iterable[int]) -> list[float] | None:
        """A unit's values in the periods of these numbers; None unless all are there."""
        found = [self.values.get((unit_code, self.periods[number])) for number in numbers]
        known = [value for value in found if value is not None]
        return known if len(known) == len(found) else None


def panel_of(
    analyses: Sequence[Analysis], indicator_id: str, level: str, shapes: MapShapes = NOWHERE
) -> Panel:
    """The panel of an indicator at a level from analysed periods, given forward in time.

    Units are those of the last period; ``shapes`` tell which border on each other. Values are
    unrounded; shares are fractions.
    """
    last = analyses[-1]
    indicator = last.campaign.indicator(indicator_id)
    next_to_top = last.campaign.levels[:2][-1].id
    places, values = {}, {}
    beside = shapes.neighbours([unit.code for unit in last.units.at_level(level)])
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
                unit.code,
                unit.type,
                float(size or 1),
                district.code if district else "",
                beside[unit.code],
            )
    return Panel(
        indicator_id,
        indicator.direction,
        tuple(analysis.period.id for analysis in analyses),
        places,
        values,
        any(analysis.received.simulated_files for analysis in analyses),
    )


LINE_FROM = 3
"""Through so many periods before a straight line is drawn and carried on."""


@dataclass(frozen=True, slots=True)
class Course:
    """A place before and after a start: the mean of the periods ``before`` it, the mean ``after``,
    from it on, and what its own course before let be ``expected`` there: the mean before or, where
    places have trends of their own, the straight line through it carried on.
    """

    code: str
    before: float
    after: float
    expected: float

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Window:
    """The numbers of the periods that are taken for before and after."""

    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def distance(self) -> float:
        """How many periods lie between the middles of both."""
        return math.fsum(self.after) / len(self.after) - math.fsum(self.before) / len(self.before)

    def course(self, panel: Panel, code: str, line: bool = False) -> Course | None:
        """A place's course, by a ``line`` where there are periods enough; None when a value is
        missing.
        """
        known, later = panel.values_of(code, self.before), panel.values_of(code, self.after)
        if known is None or later is None:
            return None
        before = expected = math.fsum(known) / len(known)
        if line and len(known) >= LINE_FROM:
            middle = math.fsum(self.before) / len(self.before)
            steps = [number - middle for number in self.before]
            rise = math.fsum(s * v for s, v in zip(steps, known, strict=True))
            expected += rise / math.fsum(s**2 for s in steps) * self.distance
        return Course(code, before, math.fsum(later) / len(later), expected)


def whole_window(panel: Panel, start: str) -> Window:
    """All periods before a start, and all from it on."""
    first = panel.periods.index(start)
    return Window(tuple(range(first)), tuple(range(first, len(panel.periods))))


@dataclass(frozen=True, slots=True)
class Group:
    """Places of one district in which an initiative began in one period, and the places of the
    district that have neither it nor another with the same aim.
    """

    district: str
    start: str
    places: tuple[str, ...]
    others: tuple[str, ...]


def groups_of(
    panel: Panel, starts: Mapping[str, str], excluded: Collection[str]
) -> tuple[tuple[Group, ...], tuple[tuple[str, str], ...]]:
    """The groups, and the places left out with their reasons.

    Where initiatives of a district began in several periods, its other places are dealt out among
    them, so that each serves once.
    """
    left_out: list[tuple[str, str]] = []
    found: dict[str, dict[str, list[str]]] = {}
    for code, start in starts.items():
        if code not in panel.places:
            left_out.append((code, "other_level"))
        elif start not in panel.periods:
            left_out.append((code, "no_start"))
        elif start == panel.periods[0]:
            left_out.append((code, "no_before"))
        elif whole_window(panel, start).course(panel, code) is None:
            left_out.append((code, "no_value"))
        else:
            found.setdefault(_block(panel, code), {}).setdefault(start, []).append(code)
    everywhere = range(len(panel.periods))
    free: dict[str, list[str]] = {}
    for code in panel.places:
        known = panel.values_of(code, everywhere) is not None
        if known and code not in starts and code not in excluded:
            free.setdefault(_block(panel, code), []).append(code)
    groups = []
    for district, by_start in sorted(found.items()):
        others: dict[str, list[str]] = {start: [] for start in by_start}
        for code in free.get(district, ()):
            least = min(by_start, key=lambda s: (len(others[s]) / len(by_start[s]), s))
            others[least].append(code)
        for start, codes in sorted(by_start.items()):
            if others[start]:
                groups.append(Group(district, start, tuple(codes), tuple(others[start])))
            else:
                left_out += [(code, "no_match") for code in codes]
    return tuple(groups), tuple(left_out)


def _block(panel: Panel, code: str) -> str:
    """The district in which a place is compared; of districts, the whole."""
    district = panel.places[code].district
    return "" if district == code else district


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
