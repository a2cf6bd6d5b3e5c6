"""Indicators from observations: numerators and denominators are added up the tree, then divided;
and what of a period is there: of each unit and table of figures, judged measure by measure.

A unit enters a ratio only when both its numerator and its denominator are known; what is left out
makes the result partial, never smaller in silence.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache

from dxkit.model.campaign import (
    Accumulation,
    Campaign,
    Indicator,
    IndicatorKind,
    Measure,
    MeasureKind,
)
from dxkit.model.observations import (
    NO_DENOMINATOR,
    NOT_MEASURED,
    Flag,
    Measured,
    Observation,
    Quantity,
    Received,
)
from dxkit.model.units import Unit


def total(values: Iterable[float | int]) -> float | int:
    """The exact sum of counts, and of amounts as they are written: 0.1 and 0.2 are 0.3."""
    numbers = list(values)
    added = sum(numbers)  # a fraction as soon as one of them is
    if isinstance(added, int) or len(numbers) == 1:
        return added
    exact = sum(map(Decimal, map(repr, numbers)), Decimal(0))
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def difference(value: float | int, other: float | int) -> float | int:
    """``value`` less ``other``, without what a subtraction of binary fractions adds in its last
    places: 2677/3200 less 2285/3200 is 0.1225, which is written 12.3 points, and not 12.2.
    """
    found = value - other
    if isinstance(found, int):
        return found
    size = max(abs(value), abs(other))
    return round(found, 15 - (int(math.log10(size)) + 1 if size > 1 else 0))


@dataclass(frozen=True, slots=True)
class _Pair:
    """What one unit contributes: two values of which both or neither are used."""

    numerator: Quantity
    denominator: Quantity | None

    @property
    def is_known(self) -> bool:
        """Whether neither value is missing."""
        known = self.numerator.value is not None
        return known and (self.denominator is None or self.denominator.value is not None)

    @property
    def reasons(self) -> set[str]:
        sides = (self.numerator, self.denominator)
        return {side.missing for side in sides if side is not None and side.value is None}

    def heard(self) -> _Pair:
        """The same of a unit that reported in another part of the period."""
        return _Pair(_heard(self.numerator), self.denominator and _heard(self.denominator))


class Aggregates:
    """Sums and indicators of every unit of one period. Results are remembered."""

    def __init__(self, campaign: Campaign, received: Received) -> None:
        self.campaign = campaign
        self.units, self.weighted = received.units, received.weighted
        self._table = received.table
        self.depth = {level.id: depth for depth, level in enumerate(campaign.levels)}
        self._not_used = received.not_used_of(campaign.report_level)
        self._heard = received.units_heard.union(*(p.units_heard for p in received.parts))
        self._weights = received.weights
        self._weighed_known: dict[tuple[str, str, str], tuple[float, float]] = {}
        self._pairs_known: dict[tuple[str, str, str], tuple[_Pair, ...]] = {}
        self._parts = tuple(Aggregates(campaign, part) for part in received.parts)
        self._over_time = cache(self._how_over_time)  # both are asked for each unit
        self._finest = cache(self._finest_depth)

    def measure(self, unit_code: str, measure_id: str) -> Quantity:
        """The sum of one measure over a unit and everything below it."""
        pairs = self._pairs(unit_code, measure_id, "")
        return _sum(pairs, "numerator")

    def indicator(self, unit_code: str, indicator: Indicator) -> Measured:
        """One indicator of one unit."""
        if indicator.kind is IndicatorKind.VALUE:
            each = self._values(unit_code, indicator.numerator)
            value = _sum(tuple(_Pair(one, None) for one in each), "numerator")
            known = sum(one.missing in ("", Flag.NOT_APPLICABLE) for one in each)
            is_mean = self._over_time(indicator.numerator) == {Accumulation.MEAN}
            if len(each) == 1:
                value = each[0]
            elif value.value is not None and is_mean:
                value = replace(value, value=value.value / sum(not one.missing for one in each))
            return Measured(value, value, NO_DENOMINATOR, known / len(each))
        pairs = self._pairs(unit_code, indicator.numerator, indicator.denominator)
        numerator = _sum(pairs, "numerator")
        there, due = self._weighed(unit_code, indicator.numerator, indicator.denominator)
        complete = there / due if due else 1.0
        if indicator.kind is IndicatorKind.COUNT:
            return Measured(numerator, numerator, NO_DENOMINATOR, complete)
        denominator = _sum(pairs, "denominator")
        value = _quotient(numerator, denominator)
        return Measured(value, numerator, denominator, complete)

    def _values(self, unit_code: str, measure_id: str) -> tuple[Quantity, ...]:
        """What a unit itself said: of a period made of others in each that counts."""
        if (each := self._in_parts(measure_id, "")) is not None:
            told = tuple(v for part, *_ in each for v in part._values(unit_code, measure_id))
            return tuple(map(_heard, told)) if unit_code in self._heard else told
        own = self._own(unit_code, measure_id)
        return (own[0].numerator if own else self._nothing(unit_code),)

    def _finest_depth(self, *measures: str) -> int:
        """How deep the units are of which measures are told, where these differ of the finer."""
        return min(self.depth[self.campaign.measure(m).level] for m in measures if m)

    def _how_over_time(self, *measures: str) -> set[Accumulation]:
        """How measures add up over time."""
        return {self.campaign.measure(m).accumulation for m in measures if m}

    def _in_parts(self, one: str, other: str) -> list[tuple[Aggregates, str, str]] | None:
        """Which sums of a period made of others two measures are put together from: of both in each
        part, of stocks in the last, of a stock and a flow each by itself; None of another period.
        """
        kinds = self._over_time(one, other)
        if not self._parts:
            return None
        if Accumulation.STOCK in kinds and len(kinds) > 1:
            return [(self, one, ""), (self, other, "")]
        used = self._parts[-1:] if kinds == {Accumulation.STOCK} else self._parts
        return [(part, one, other) for part in used]

    def _weighed(self, unit_code: str, measure_id: str, other_id: str) -> tuple[float, float]:
        """The weight of the units at or below one whose figures are there, and of all of them."""
        key = (unit_code, measure_id, other_id)
        if key not in self._weighed_known:
            wanted = [i for i in (measure_id, other_id) if i]
            finest = self._finest(measure_id, other_id)
            children = self.units.children(unit_code)
            each = self._in_parts(measure_id, other_id)
            here = any(self._table.of(unit_code, i) for i in wanted)
            weight = self._weights.get(unit_code, 1.0)
            if each is not None:
                below = [
                    part._weighed(unit_code, *asked) if unit_code in part.units else (0.0, weight)
                    for part, *asked in each
                ]
            elif here or not children or self.depth[children[0].level] > finest:
                pairs = self._pairs(unit_code, measure_id, other_id)
                there = sum(p.is_known or p.reasons <= {Flag.NOT_APPLICABLE} for p in pairs)
                below = [(weight * there / len(pairs), weight)]
            else:
                below = [self._weighed(c.code, measure_id, other_id) for c in children]
            self._weighed_known[key] = (
                math.fsum(b[0] for b in below),
                math.fsum(b[1] for b in below),
            )
        return self._weighed_known[key]

    def _nothing(self, unit_code: str) -> Quantity:
        """That a figure of a unit is not at hand: it may have been sent all the same, it lacks
        beside others that came, or nothing came at all.
        """
        if unit_code in self._not_used:
            return Quantity(None, Flag.UNREAD)
        came = unit_code in self._heard
        return Quantity(None, Flag.NO_DATA if came else Flag.NOT_REPORTED)

    def _own(self, unit_code: str, measure_id: str, other_id: str = "") -> tuple[_Pair, ...]:
        """The pairs that the unit itself reported, one for each part of the period."""
        told = [self._table.of(unit_code, i) for i in (measure_id, other_id) if i]
        if {len(each) for each in told} == {1} and len({each[0].period for each in told}) == 1:
            numerator, *denominator = map(_reported, told)  # as of most units
            return (_Pair(numerator, denominator[0] if denominator else None),)
        parts: dict[str, dict[str, list[Observation]]] = defaultdict(lambda: defaultdict(list))
        for wanted in filter(None, (measure_id, other_id)):
            for observation in self._table.of(unit_code, wanted):
                parts[observation.period][wanted].append(observation)
        return tuple(
            _Pair(_reported(found[measure_id]), _reported(found[other_id]) if other_id else None)
            for _, found in sorted(parts.items())
        )

    def _pairs(self, unit_code: str, measure_id: str, other_id: str) -> tuple[_Pair, ...]:
        key = (unit_code, measure_id, other_id)
        if key not in self._pairs_known:
            self._pairs_known[key] = self._find_pairs(*key)
        return self._pairs_known[key]

    def _find_pairs(self, unit_code: str, measure_id: str, other_id: str) -> tuple[_Pair, ...]:
        unit = self.units.get(unit_code)
        wanted = [i for i in (measure_id, other_id) if i]
        finest = self._finest(measure_id, other_id)
        if self.depth[unit.level] > finest:
            return (_Pair(Quantity(None, NOT_MEASURED), None),)
        each = self._in_parts(measure_id, other_id)
        is_mixed = each is not None and any(part is self for part, *_ in each)
        if each is not None and not is_mixed:
            nothing = Quantity(None, Flag.NOT_REPORTED)  # of a unit that there was not
            silent = (_Pair(nothing, nothing if other_id else None),)
            told = tuple(
                pair
                for part, *asked in each
                for pair in (part._pairs(unit_code, *asked) if unit_code in part.units else silent)
            )
            return tuple(p.heard() for p in told) if unit_code in self._heard else told
        children = self.units.children(unit_code)
        is_below = bool(children) and self.depth[children[0].level] <= finest
        reported = [bool(self._table.of(unit_code, i)) for i in wanted]
        if all(reported) and not is_mixed:
            return self._own(unit_code, measure_id, other_id)
        if any(reported) or (is_mixed and not is_below):  # each side stands where it stands
            sides = [self.measure(unit_code, i) for i in wanted]
            return (_Pair(sides[0], sides[1]),)
        if not is_below:
            nothing = self._nothing(unit_code)
            return (_Pair(nothing, nothing if other_id else None),)
        return tuple(
            pair for child in children for pair in self._pairs(child.code, measure_id, other_id)
        )


def _reported(observations: Sequence[Observation]) -> Quantity:
    if not observations:
        return Quantity(None, Flag.NOT_REPORTED)
    flags = [o.flag for o in observations if o.value is None]
    if flags:
        return Quantity(None, str(flags[0]), tuple(observations))
    return Quantity(
        total(o.value for o in observations if o.value is not None), "", tuple(observations)
    )


def _heard(found: Quantity) -> Quantity:
    is_silent = found.missing == Flag.NOT_REPORTED
    return replace(found, missing=str(Flag.PART_NOT_REPORTED)) if is_silent else found


def _sum(pairs: tuple[_Pair, ...], side: str) -> Quantity:
    if len(pairs) == 1 and pairs[0].is_known:  # as of most units
        only: Quantity = getattr(pairs[0], side)
        return only
    used: list[Quantity] = []
    left_out: set[str] = set()
    for pair in pairs:
        if pair.is_known:
            used.append(getattr(pair, side))
        else:
            left_out |= pair.reasons
    if not used:
        return Quantity(None, _chief_reason(left_out or {Flag.NOT_REPORTED}))
    return Quantity(
        total(quantity.value for quantity in used if quantity.value is not None),
        "",
        tuple(o for quantity in used for o in quantity.observations),
        partial=bool(left_out - {Flag.NOT_APPLICABLE}) or any(q.partial for q in used),
    )


def _chief_reason(reasons: set[str]) -> str:
    """The reason to tell when several units lack a value for different reasons."""
    order = (
        Flag.REJECTED,
        Flag.NOT_CARRIED,
        Flag.NO_DATA,
        Flag.UNREAD,
        Flag.PART_NOT_REPORTED,
        Flag.NOT_REPORTED,
        NOT_MEASURED,
        Flag.NOT_APPLICABLE,
    )
    return next(str(reason) for reason in order if reason in reasons)


def _quotient(numerator: Quantity, denominator: Quantity) -> Quantity:
    if numerator.value is None or denominator.value is None:
        return Quantity(None, numerator.missing or denominator.missing)
    if not denominator.value:
        return Quantity(None, Flag.NOT_APPLICABLE)
    return Quantity(
        numerator.value / denominator.value,
        "",
        (*numerator.observations, *denominator.observations),
        numerator.partial or denominator.partial,
    )


class Presence(StrEnum):
    """How much of the figures that a table should have of a unit can be used."""

    COMPLETE = "complete"
    PARTLY = "partly"
    EMPTY = "empty"  # its row is there, without any figure that can be used
    ABSENT = "absent"  # no row in the files received


class Completeness:
    """The matrix of units and tables of a period. A table's measures are those that a criterion
    rests on, where it has such; hamlets are judged within their commune, those of the last period
    among them. Of a table that only an earlier part of the period has, part is there.
    """

    def __init__(self, campaign: Campaign, received: Received) -> None:
        self._units = received.units
        self._parts = tuple(Completeness(campaign, part) for part in received.parts)
        used = {m for i in campaign.indicators for m in (i.numerator, i.denominator)}
        published = {check.reference for check in campaign.reference_checks}
        figures: dict[str, list[Measure]] = {table: [] for table in campaign.tables}
        for measure in campaign.measures:
            if measure.kind is not MeasureKind.TEXT and measure.id not in published:
                figures.setdefault(measure.table, []).append(measure)
        self._measures = {
            table: [m for m in found if m.id in used] or found
            for table, found in figures.items()
            if found
        }
        self._order = [level.id for level in campaign.levels]
        closed = [level.id for level in campaign.levels if not level.open]
        self._finest = {
            table: closed[min(max(self._order.index(m.level) for m in found), len(closed) - 1)]
            for table, found in self._measures.items()
        }
        self._own: set[tuple[str, str]] = set()
        self._counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for o in received.table.observations:
            self._own.add((o.unit_code, o.measure))
            is_there = o.value is not None or o.flag is Flag.NOT_APPLICABLE
            for code in self._units.line(o.unit_code):
                count = self._counts[code, o.measure]
                count[0] += 1
                count[1] += is_there

    @property
    def tables(self) -> Sequence[str]:
        """The tables of figures, in the campaign's order."""
        return tuple(self._measures)

    def of(self, unit: Unit, table: str) -> Presence:
        """How much of a unit's figures a table has."""
        finest = self._order.index(self._finest[table])
        depth = self._order.index(unit.level)
        is_told_here = any((unit.code, m.id) in self._own for m in self._measures[table])
        below = self._units.children(unit.code)
        if depth >= finest or is_told_here or not below:
            return self._told(unit, table, told_above=not is_told_here)
        found = {self.of(child, table) for child in below}
        if len(found) == 1:
            return found.pop()
        return Presence.EMPTY if found <= {Presence.EMPTY, Presence.ABSENT} else Presence.PARTLY

    def _told(self, unit: Unit, table: str, told_above: bool) -> Presence:
        measures = self._measures[table]
        counts = [self._counts.get((unit.code, m.id), [0, 0]) for m in measures]
        if not any(due for due, _ in counts):
            above = self._units.ancestors(unit.code) if told_above else ()
            for other in above:  # one that reports for all below it
                if any((other.code, m.id) in self._own for m in measures):
                    return self._told(other, table, told_above=False)
            parts = (p._told(unit, table, told_above) for p in self._parts if unit.code in p._units)
            is_absent = {*parts} <= {Presence.EMPTY, Presence.ABSENT}
            return Presence.ABSENT if is_absent else Presence.PARTLY
        if not any(there for _, there in counts):
            return Presence.EMPTY
        is_whole = all(due and due == there for due, there in counts)
        return Presence.COMPLETE if is_whole else Presence.PARTLY
