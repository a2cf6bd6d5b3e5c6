"""Units over periods, of which some have an initiative: the course of each around its start, those
of its district without one, and the initiative dealt out anew among the places of each district:
what chance alone makes.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from dxkit.analysis.analysis import Analysis
from dxkit.model.observations import Initiative
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


DRAWS = 1999
"""How many ways of dealing the initiative out anew are drawn."""
_SEED = 124
LEVEL = 0.05
"""How often, at most, a difference may be claimed where there is none, on both sides together."""
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference, the values of it that the test at ``level`` does not reject, and how often one
    as great, to either side, comes about where there is none. With too few places a bound is
    infinite.
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

    @property
    def is_bounded(self) -> bool:
        """Whether the values not rejected end on both sides."""
        return math.isfinite(self.low) and math.isfinite(self.high)


@lru_cache(maxsize=8)
def _ways(blocks: tuple[int, ...]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The numbers of the rows by block, and in each dealing those that take their places."""
    number = np.array(blocks)
    order = np.argsort(number, kind="stable")
    keys = np.random.default_rng(_SEED).random((DRAWS, len(blocks))) + number[order]
    return order, order[np.argsort(keys, axis=1)]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The joint test of the periods before: how often courses as unlike those of the others come
    about by chance, and its ``power``: how often it finds a trend that alone makes the finding.
    """

    probability: float
    power: float


class Dealings:
    """The initiative dealt out anew within each block, in ``DRAWS`` seeded ways.

    The difference is that of least squares with one level for each block and the ``covariates``
    (n × any); what these leave of an outcome changes hands within its block (Freedman and Lane
    1983). ``treated`` is 1 at the places with the initiative, else 0.
    """

    def __init__(self, treated: Numbers, blocks: Sequence[object], covariates: Numbers) -> None:
        names = {name: number for number, name in enumerate(dict.fromkeys(blocks))}
        number = np.array([names[block] for block in blocks])
        base = np.column_stack([number[:, None] == np.arange(len(names)), covariates]).astype(float)
        self._treated, self._base, self._undo = treated, base, np.linalg.pinv(base)
        self._blocks = len(names)
        self._weights = self._left(treated)
        self._whole = float(self._weights @ self._weights)
        free = len(treated) - len(names)
        rank = np.linalg.matrix_rank(base)
        self._wider = math.sqrt(free / max(1, free - (rank - len(names))))
        self.tells = self._whole > 1e-9 and len(treated) > rank + 1
        self._to, self._from = _ways(tuple(number.tolist()))

    def _left(self, outcomes: Numbers) -> Numbers:
        # what is left of figures that are all alike is nought, not what rounding makes of it
        return np.asarray(np.round(outcomes - self._base @ (self._undo @ outcomes), 12), float)

    def estimate(self, outcome: Numbers) -> float:
        """The real difference in an outcome."""
        return float(self._weights @ self._left(outcome) / self._whole)

    def adjusted(self, outcome: Numbers) -> Numbers:
        """An outcome less what the covariates explain of it."""
        whole = np.column_stack([self._base, self._treated])
        explained = np.linalg.pinv(whole) @ outcome
        explained[: self._blocks] = explained[-1] = 0
        return np.asarray(outcome - whole @ explained, float)

    def differences(self, outcomes: Numbers) -> Numbers:
        """The difference in outcomes (n, or n × m) in each dealing, the real one first."""
        left = self._left(outcomes)
        weights = self._weights / self._whole
        dealt = np.tensordot(left[self._from], weights[self._to], axes=(1, 0)) * self._wider
        return np.asarray(np.concatenate([(weights @ left)[None], dealt]), float)

    def interval(self, outcome: Numbers, level: float = LEVEL) -> Interval:
        """The constant effects that the test does not reject (Rosenbaum 2002, section 2.4)."""
        means, shares = self.differences(outcome), self.differences(self._treated)
        estimate = float(means[0])
        # A dealing is as great as the real one, given an effect, from this effect upwards.
        real = shares >= 1 - 1e-9
        crossings = np.sort((estimate - means[~real]) / (1 - shares[~real]))
        whole, same = len(means), int(real.sum())
        needed = math.floor(level / 2 * whole) - same + 1
        low = float(crossings[needed - 1]) if 0 < needed <= len(crossings) else -math.inf
        high = float(crossings[-needed]) if 0 < needed <= len(crossings) else math.inf
        upper = (same + int((crossings <= 0).sum())) / whole
        lower = (same + int((crossings >= 0).sum())) / whole
        return Interval(estimate, low, high, min(1.0, 2 * min(upper, lower)), level)

    def joint(self, outcomes: Numbers, other: Numbers, level: float = LEVEL) -> tuple[float, float]:
        """How often differences in all outcomes (n × m) together as great as these come about
        where there are none; and how often the test at ``level`` would reject if ``other`` (n × m)
        were added to them.
        """
        found = self.differences(outcomes)
        turned = np.linalg.pinv(np.atleast_2d(np.cov(found[1:], rowvar=False)))

        def far(differences: Numbers) -> Numbers:
            return np.asarray(np.einsum("ij,jk,ik->i", differences, turned, differences), float)

        chance = far(found[1:])
        probability = float((1 + (chance >= far(found[:1]) - 1e-9).sum()) / (DRAWS + 1))
        bound = np.quantile(chance, 1 - level)
        return probability, float((far(found[1:] + self.differences(other)[0]) > bound).mean())
