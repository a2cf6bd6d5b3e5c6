"""What was received, once more in the plainest way: added up unit by unit over the tree, and moved
to the units of another day, place by place along the rows of successions.csv, one date after the
other.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from dxkit.model.boundaries import with_former
from dxkit.model.campaign import Campaign, Indicator
from dxkit.model.facts import CellRef
from dxkit.model.observations import (
    NOT_USED,
    Flag,
    IndicatorTable,
    Observation,
    Received,
    RegisterRow,
    Visit,
)
from dxkit.model.text import normalise
from dxkit.model.units import Succession, Unit, UnitRegistry

Number = int | float | Fraction
Measures = tuple[str, ...]
Answer = TypeVar("Answer")
_REASONS = (
    "rejected",
    "not_carried",
    "no_data",
    "unread",
    "part_not_reported",
    "not_reported",
    "not_measured",
    "not_applicable",
)
"""Why there is no number, the chief one first."""


def remembered(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """Have an object's answers kept in it, by what was asked: of an indicator by its id."""

    @wraps(method)
    def ask(self: Any, *asked: Any) -> Answer:
        known: dict[Any, Answer] = self.__dict__.setdefault("_remembered", {})
        key = (method, *(one.id if isinstance(one, Indicator) else one for one in asked))
        if key not in known:
            known[key] = method(self, *asked)
        return known[key]

    return ask


class Pair(NamedTuple):
    """What a unit tells of some measures together: a number of each (None where there is none), why
    not, the cells of each, and whether nothing is lacking that should be there.
    """

    unit: str
    numbers: tuple[Fraction | None, ...]
    reasons: frozenset[str]
    cells: tuple[frozenset[CellRef], ...]
    is_whole: bool

    @property
    def counts(self) -> bool:
        """Whether every number is there."""
        return None not in self.numbers

    @property
    def why(self) -> str:
        """The reason to tell for having no number, or no quotient of numbers."""
        reasons = {"not_applicable"} if self.counts else self.reasons
        return next(reason for reason in _REASONS if reason in reasons)


class Sums:
    """One received period. ``part`` keeps only what was reported on one part of it; ``without`` are
    cells that are treated as if they held nothing.
    """

    def __init__(
        self, campaign: Campaign, received: Received, part: str = "",
        without: frozenset[CellRef] = frozenset(),
    ) -> None:  # fmt: skip
        self.campaign, self.received, self.units = campaign, received, received.units
        self._part, self._without = part, without
        self._depth = {level.id: n for n, level in enumerate(campaign.levels)}
        self._again = frozenset[CellRef]()  # rows of registers that were counted in an earlier part
        self._parts: list[Sums] = []
        seen = set[tuple[str, str, str]]()
        for one in received.parts:
            sums = Sums(campaign, one, without=without)
            rows = {
                o.address: (o.unit_code, o.measure, normalise(o.raw))
                for o in one.table.observations
                if o.raw and self._is_register(o.measure)
            }
            sums._again = frozenset(at for at, row in rows.items() if row in seen)
            seen |= {*rows.values()}
            self._parts.append(sums)

    def _is_register(self, measure: str) -> bool:
        return self.campaign.measure(measure).kind == "rows"

    def _over_time(self, measures: Sequence[str]) -> tuple[list[Sums], bool]:
        """The parts of the period that count for these measures, none where it has none; and
        whether some are of the last part, others of all.
        """
        kinds = {self.campaign.measure(m).accumulation for m in measures}
        is_mixed = "stock" in kinds and len(kinds) > 1
        return self._parts[-1:] if kinds == {"stock"} else self._parts, is_mixed

    def _told(self, unit: str, measure: str) -> list[Observation]:
        if self._parts:
            return [o for one in self._over_time((measure,))[0] for o in one._told(unit, measure)]
        found = self.received.table.of(unit, measure)
        return [o for o in found if self._part in ("", o.period)]

    def _below_finest(self, unit: str, measures: Sequence[str]) -> int:
        """How far a unit's level is below the finest at which all of these measures are known."""
        finest = min(self._depth[self.campaign.measure(m).level] for m in measures)
        return self._depth[self.units.get(unit).level] - finest

    def is_measured(self, unit: str, indicator: Indicator) -> bool:
        """Whether units of this level can have a value at all."""
        below = self._below_finest(unit, measures_of(indicator))
        return below == 0 if indicator.kind == "value" else below <= 0

    @remembered
    def pairs(self, unit: str, measures: Measures) -> list[Pair]:
        """What every reporting unit at or below this one tells about these measures together."""
        below = self._below_finest(unit, measures)
        if below > 0:
            return [_none(unit, measures, "not_measured")]
        parts, is_mixed = self._over_time(measures)
        if parts and not is_mixed:
            silent = [_none(unit, measures, "not_reported")]
            return self._since_heard(unit, [
                p for s in parts for p in (s.pairs(unit, measures) if unit in s.units else silent)
            ])  # fmt: skip
        here = [self._told(unit, m) for m in measures]
        if all(here) and not is_mixed:
            months = sorted({o.period for found in here for o in found})
            reported = ([[o for o in f if o.period == p] for f in here] for p in months)
            return [self._reported(unit, sides) for sides in reported]
        children = [child.code for child in self.units.children(unit)]
        is_below = bool(children) and self._below_finest(children[0], measures) <= 0
        if any(here) or (is_mixed and not is_below):  # each side by itself, wherever it stands
            each = [self.total(unit, (m,)) for m in measures]
            numbers, cells = tuple(p.numbers[0] for p in each), tuple(p.cells[0] for p in each)
            reasons = frozenset[str]().union(*(p.reasons for p in each if not p.counts))
            return [Pair(unit, numbers, reasons, cells, all(p.is_whole for p in each))]
        if is_below:
            return [pair for child in children for pair in self.pairs(child, measures)]
        return [_none(unit, measures, self._silence(unit))]

    def _reported(self, unit: str, sides: list[list[Observation]]) -> Pair:
        numbers: list[Fraction | None] = []
        reasons, cells = set[str](), list[frozenset[CellRef]]()
        for whole in sides:
            found = [o for o in whole if o.address not in self._without]
            flags = [str(o.flag) for o in found if o.value is None]
            if not found or (len(sides) > 1 and len(found) < len(whole)):
                flags.append("left_out" if whole else "not_reported")
            known = sum((self._number(o) for o in found), Fraction(0))
            numbers.append(None if flags else known)
            reasons.update(flags[:1])
            cells.append(frozenset(o.address for o in found))
        is_whole = reasons <= {"not_applicable"}
        return Pair(unit, tuple(numbers), frozenset(reasons), tuple(cells), is_whole)

    def _number(self, o: Observation) -> Fraction:
        """What is counted; a row of a register as one, where it is not counted already."""
        if o.value is not None and o.raw and self._is_register(o.measure):
            return Fraction(o.address not in self._again)
        return Fraction(repr(o.value or 0))

    def _silence(self, unit: str) -> str:
        """Why there is nothing of a unit: what came was not used, it lacks beside others, or
        nothing came.
        """
        if unit in self._unread():
            return "unread"
        return "no_data" if unit in self.received.units_heard else "not_reported"

    def _since_heard(self, unit: str, told: list[Pair]) -> list[Pair]:
        """The same where who told of any part of the period has not been silent in all of it."""
        if not any(unit in part.received.units_heard for part in self._parts):
            return told
        named = {"not_reported": "part_not_reported"}
        return [p._replace(reasons=frozenset(named.get(r, r) for r in p.reasons)) for p in told]

    @remembered
    def _unread(self) -> frozenset[str]:
        return self.received.not_used_of(self.campaign.report_level)

    @remembered
    def total(self, unit: str, measures: Measures) -> Pair:
        """The sums of these measures over the units that tell of all of them."""
        pairs = self.pairs(unit, measures)
        counted, is_whole = [p for p in pairs if p.counts], all(p.is_whole for p in pairs)
        if not counted:
            reasons = {reason for pair in pairs for reason in pair.reasons}
            return _none(unit, measures, *reasons, is_whole=is_whole)
        cells = [
            frozenset[CellRef]().union(*side)
            for side in zip(*(p.cells for p in counted), strict=True)
        ]
        return Pair(unit, added(counted), frozenset(), tuple(cells), is_whole)

    # of an indicator -----------------------------------------------------------------------

    @remembered
    def of(self, unit: str, indicator: Indicator) -> Pair:
        """What an indicator of a unit is made from."""
        measures = measures_of(indicator)
        if indicator.kind != "value":
            return self.total(unit, measures)
        if self._parts:
            return self._value_of_parts(unit, indicator)
        own = self._told(unit, indicator.numerator)  # a value is never added up
        return self.pairs(unit, measures)[0] if own else _none(unit, measures, self._silence(unit))

    def _value_of_parts(self, unit: str, indicator: Indicator) -> Pair:
        """The value of the last part, the sum of all, or their mean, as the plan says."""
        parts = self._over_time([indicator.numerator])[0]
        each = self._since_heard(unit, [part.of(unit, indicator) for part in parts])
        if len(each) == 1:
            return each[0]
        counted = [pair for pair in each if pair.counts]
        reasons = frozenset[str]().union(*(pair.reasons for pair in each))
        if not counted or "left_out" in reasons:
            return _none(unit, measures_of(indicator), *reasons)
        is_mean = self.campaign.measure(indicator.numerator).accumulation == "mean"
        (number,), cells = added(counted), (pair.cells[0] for pair in counted)
        told = (frozenset[CellRef]().union(*cells),)
        found = number / len(counted) if is_mean else number
        return Pair(unit, (found,), frozenset(), told, all(pair.is_whole for pair in each))

    @remembered
    def value(self, unit: str, indicator: Indicator) -> Fraction | None:
        """The indicator of a unit; None also for a unit that there was not."""
        if unit not in self.units:
            return None
        return quotient(self.of(unit, indicator).numbers)

    def completeness(self, unit: str, indicator: Indicator) -> Fraction:
        """The share of the places at or below a unit, by weight, that tell of an indicator."""
        measures = measures_of(indicator)
        if indicator.kind == "value":
            parts = self._over_time(measures)[0] or [self]
            there = sum(part.of(unit, indicator).why == "not_applicable" for part in parts)
            return Fraction(there, len(parts))
        there_and_due = self._weighed(unit, measures)
        return quotient(there_and_due) or Fraction(not there_and_due[1])

    def _weighed(self, unit: str, measures: Measures) -> tuple[Fraction, Fraction]:
        """The weight of the places that tell of these measures, and of all that should."""
        parts, is_mixed = self._over_time(measures)
        own = Fraction(self.received.weights.get(unit, 1))
        each = [(Fraction(0), own) if unit not in part.units else part._weighed(unit, measures)
                for part in parts if not is_mixed]  # fmt: skip
        each += [self._weighed(unit, (m,)) for m in measures if is_mixed]
        for place, told in {} if each else _by_unit(self.pairs(unit, measures)).items():
            weight = Fraction(self.received.weights.get(place, 1))
            each.append((weight * sum(pair.is_whole for pair in told) / len(told), weight))
        return sum((t for t, _ in each), Fraction(0)), sum((d for _, d in each), Fraction(0))

    @remembered
    def tellers(self, unit: str, measures: Measures) -> set[str]:
        """Who told what the total of these measures is made from."""
        found = set[str]()
        for pair in self.pairs(unit, measures):
            if pair.counts and all(self._told(pair.unit, m) for m in measures):
                found.add(pair.unit)
            elif pair.counts:  # one side stands here, the other further down
                found |= {u for m in measures for u in self.tellers(pair.unit, (m,))}
        return found

    def places_told(self, unit: str, measures: Measures) -> dict[str, list[Pair]]:
        """What each reporting unit at or below this one told of these measures; raises KeyError
        where they come from different ones.
        """
        found = _by_unit(pair for pair in self.pairs(unit, measures) if pair.counts)
        if not all(self._told(place, measure) for place in found for measure in measures):
            raise KeyError(unit)
        return found


def measures_of(indicator: Indicator) -> Measures:
    """The measures that an indicator is made from."""
    return tuple(m for m in (indicator.numerator, indicator.denominator) if m)


def added(pairs: Iterable[Pair]) -> tuple[Fraction, ...]:
    """The sums of the numbers of several pairs."""
    sides = zip(*(pair.numbers for pair in pairs), strict=True)
    return tuple(sum((n for n in side if n is not None), Fraction(0)) for side in sides)


def quotient(numbers: Sequence[Fraction | None]) -> Fraction | None:
    """One number, or the first of two over the second; None where there is none."""
    upper, *lower = numbers
    if not lower or upper is None:
        return upper
    return upper / lower[0] if lower[0] else None


def _by_unit(pairs: Iterable[Pair]) -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[pair.unit].append(pair)
    return found


def _none(unit: str, measures: Measures, *reasons: str, is_whole: bool = False) -> Pair:
    nothing = (None,) * len(measures)
    return Pair(unit, nothing, frozenset(reasons), (frozenset(),) * len(measures), is_whole)


Parts = dict[str, Fraction | None]
"""Of something by code of a unit; None for a part that nobody knows."""
_Row = TypeVar("_Row", RegisterRow, Visit)


def carried(
    campaign: Campaign, received: Received, day: datetime.date
) -> tuple[Campaign, Received]:
    """The plan and what was received, by the units of a day."""
    own = campaign.period(received.table.period).last_day
    first, last = sorted((own, day))
    dates = sorted({s.date for s in campaign.successions if first < s.date <= last})
    if not dates:
        return campaign, received
    before, after = campaign.units.on(first), campaign.units.on(last)
    ways = _ways(campaign, first, last)
    if day < own:
        ways = _turned(ways, after)
    then, now = (before, after) if own <= day else (after, before)
    return _Moved(campaign, received, ways, then, now, f"{dates[-1]}", day).result()


def origins(campaign: Campaign, first: datetime.date, last: datetime.date) -> dict[str, Parts]:
    """By unit of a later day, of which units of an earlier one it is made, and of which part of
    each; without those that are wholly one, which is wholly it.
    """
    found: dict[str, Parts] = {}
    for code, parts in _ways(campaign, first, last).items():
        for unit, part in parts.items():
            found.setdefault(unit, {})[code] = part
    made = {unit: of for unit, of in found.items() if [*of.values()] != [1]}
    return {unit: {code: of[code] for code in of if code} for unit, of in made.items() if unit}


def _ways(campaign: Campaign, first: datetime.date, last: datetime.date) -> dict[str, Parts]:
    """Where each unit of the first day is on the last one, and what comes from outside the plan."""
    rows: dict[tuple[str, datetime.date], list[Succession]] = {}
    for s in campaign.successions:
        rows.setdefault((s.from_code, s.date), []).append(s)
    days = {s.date for s in campaign.successions}
    days |= {u.valid_from for u in campaign.units.units if u.valid_from}
    days |= {u.valid_to + datetime.timedelta(1) for u in campaign.units.units if u.valid_to}
    ways: dict[str, Parts] = {u.code: {u.code: Fraction(1)} for u in campaign.units.on(first).units}
    ways[""] = {"": Fraction(1)}
    for date in sorted(d for d in days if first < d <= last):
        there = campaign.units.on(date)
        for code, parts in ways.items():
            moved: Parts = {}
            for at, part in parts.items():
                for to, share in _step(rows.get((at, date), []), at, there).items():
                    known = moved.get(to, Fraction(0))
                    is_lost = part is None or share is None or known is None
                    moved[to] = None if is_lost else known + part * share  # type: ignore[operator]
            ways[code] = moved
    return ways


def _step(rows: list[Succession], code: str, there: UnitRegistry) -> Parts:
    rows = [s for s in rows if s.basis == rows[0].basis]
    if code == "":
        return {**{s.to_code: None for s in rows}, "": Fraction(1)}
    if len(rows) == 1:
        return {rows[0].to_code: Fraction(1)}
    return {s.to_code: s.share for s in rows} or {code if code in there else "": Fraction(1)}


def _turned(ways: Mapping[str, Parts], after: UnitRegistry) -> dict[str, Parts]:
    """The ways from the units of the later day back: known where all heirs are of it."""
    back: dict[str, Parts] = {unit.code: {} for unit in after.units}
    coming = Counter(heir for parts in ways.values() for heir in parts)
    for code, parts in ways.items():
        is_sure = code and "" not in parts and all(coming[heir] == 1 for heir in parts)
        for heir in parts:
            back.setdefault(heir, {})[code] = Fraction(1) if is_sure else None
    back[""] = {**back.get("", {}), "": Fraction(1)}
    return back


class _Moved:
    """Units then and now, and the spots at which what was told then is put."""

    def __init__(
        self, campaign: Campaign, received: Received, ways: Mapping[str, Parts],
        then: UnitRegistry, now: UnitRegistry, mark: str, day: datetime.date,
    ) -> None:  # fmt: skip
        self.day = day
        self.campaign, self.received, self.ways = campaign, received, ways
        self.then, self.now, self.mark = then, now, mark
        self.told: dict[str, set[str]] = {}
        for o in received.table.observations:
            self.told.setdefault(o.unit_code, set()).add(o.measure)
        self.former: list[Unit] = []
        self.heir_of: dict[str, str] = {}
        self.spots: dict[str, Parts] = {}
        coming = Counter(heir for parts in ways.values() for heir in parts)
        self.same = {
            code: heir
            for code, parts in ways.items()
            for heir in parts
            if code and heir and len(parts) == 1 and parts[heir] is not None
            and coming[heir] == 1
        }  # fmt: skip
        for unit in received.units.units:
            self.spots[unit.code] = self._spots_of(unit)

    def _spots_of(self, unit: Unit) -> Parts:
        if unit.code in self.same:
            return {self.same[unit.code]: Fraction(1)}
        if unit.code not in self.then:  # a hamlet: where its commune is
            tail = unit.code.removeprefix(unit.parent_code)
            for spot in self.spots[unit.parent_code]:
                self.former.append(replace(unit, code=spot + tail, parent_code=spot))
                if spot in self.heir_of:
                    self.heir_of[spot + tail] = self.heir_of[spot]
            return {spot + tail: p for spot, p in self.spots[unit.parent_code].items()}
        if self.then.children(unit.code) and unit.code not in self.told:
            return {}
        parts = {heir: part for heir, part in self.ways[unit.code].items() if heir}
        found: Parts = {}
        for heir, part in parts.items():
            code = "-".join([unit.code, self.mark, *([heir] if len(parts) > 1 else [])])
            self.former.append(Unit(code, unit.name, unit.type, f"{unit.level}_before", heir))
            self.heir_of[code], found[code] = heir, part
        return found

    def _shown(self, o: Observation) -> list[Observation]:
        """An observation at each of its spots."""
        is_same = o.unit_code in self.same
        below = self.then.descendants(o.unit_code) if o.unit_code in self.then else ()
        if not is_same and any(o.measure in self.told.get(u.code, ()) for u in below):
            return []
        found = []
        for spot, part in self.spots[o.unit_code].items():
            if not is_same and not self.campaign.measure(o.measure).kind.adds_up:
                spot, part = self.heir_of[spot], None
            if part is None:
                lost = replace(o, unit_code=spot, value=None, flag=Flag.NOT_CARRIED)
                found.append(lost)
            elif o.value is None or part == 1:
                found.append(replace(o, unit_code=spot))
            else:
                found.append(
                    replace(o, unit_code=spot, value=float(Fraction(repr(o.value)) * part))
                )
        return found

    def _inside(self, code: str) -> list[str]:
        """The spots of a unit, or of those in it."""
        if own := [*self.spots.get(code, ())]:
            return own
        below = self.received.units.children(code) if code in self.received.units else ()
        return [spot for unit in below for spot in self._inside(unit.code)]

    def _in_one_spot(self, rows: Iterable[_Row]) -> tuple[_Row, ...]:
        """Those of units that are in one spot; where others happened nobody knows."""
        spots = {code: next(iter(parts)) for code, parts in self.spots.items() if len(parts) == 1}
        return tuple(replace(r, unit_code=spots[r.unit_code]) for r in rows if r.unit_code in spots)

    def _weighted(self) -> frozenset[str]:
        found = {s for parts in self.spots.values() for s, p in parts.items() if p not in (None, 1)}
        for parts in self.ways.values():
            some = [heir for heir, part in parts.items() if part not in (None, 1)]
            lines = [self.now.line(heir) for heir in some if heir]
            for line in lines:
                in_all = (all(code in other for other in lines) for code in line)
                found |= {c for c, of_all in zip(line, in_all, strict=True)
                          if not of_all or "" in some}  # fmt: skip
        return frozenset(found)

    def result(self) -> tuple[Campaign, Received]:
        """The plan with the levels of former units, and what was received."""
        for heir, part in self.ways[""].items():
            if heir and part is None:
                of = f"{self.now.get(heir).level}_before"
                self.former.append(Unit(f"{heir}-{self.mark}-outside", "…", "", of, heir))
        plan = with_former(self.campaign, self.former, self.mark)
        r = self.received
        findings, sources = [], []
        for finding in r.findings:
            of = finding.unit_code
            if finding.code in NOT_USED:
                of = of or r.senders.get(finding.address.file, "")
            findings += [replace(finding, unit_code=s) for s in self._inside(of) or [""]]
        for source in r.sources:
            at = {*self._inside(source.unit_code)}
            sources.append(replace(source, unit_code=at.pop() if len(at) == 1 else ""))
        rows = self._in_one_spot(r.table.register_rows)
        weights = {
            spot: r.weights[code] * float(1 if part is None else part)
            for code, parts in self.spots.items() if code in r.weights
            for spot, part in parts.items()
        }  # fmt: skip
        told = tuple(moved for o in r.table.observations for moved in self._shown(o))
        units = UnitRegistry((*self.now.units, *self.former), tuple(lv.id for lv in plan.levels))
        received = replace(
            r, table=IndicatorTable(r.table.period, told, rows), units=units,
            findings=tuple(findings), sources=tuple(sources), weights=weights,
            weighted=self._weighted(),
            heirs=self.heir_of, as_of=self.day, cumulative=(),
            parts=tuple(carried(self.campaign, part, self.day)[1] for part in r.parts),
            visits=self._in_one_spot(r.visits),
        )  # fmt: skip
        return plan, received
