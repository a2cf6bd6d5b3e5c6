"""What was received of a period moved to the units of another day once more: place by place along
the rows of successions.csv, one date after the other.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from dxkit.model.boundaries import with_former
from dxkit.model.campaign import Campaign
from dxkit.model.observations import (
    NOT_USED,
    Flag,
    IndicatorTable,
    Observation,
    Received,
    RegisterRow,
    Visit,
)
from dxkit.model.units import Succession, Unit, UnitRegistry

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
