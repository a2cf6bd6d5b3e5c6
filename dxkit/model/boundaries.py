"""What was received of a period, as it is of the units of another day.

A unit that is wholly one other gets its code. Any other stays as it was, as a *former* unit below
each of its heirs, at a level of its own: so sums, gaps, cells and shares of the weights stay those
of the places that reported. Hamlets stay below their commune.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from dxkit.model.campaign import Campaign, Measure
from dxkit.model.observations import (
    NOT_USED,
    Flag,
    IndicatorTable,
    Observation,
    Received,
    RegisterRow,
    Visit,
)
from dxkit.model.units import OUTSIDE, Share, Unit, UnitRegistry

_FORMER = "_before"
_Row = TypeVar("_Row", RegisterRow, Visit)
Places = Mapping[str, tuple[tuple[str, Share], ...]]
"""By code of a unit then, the codes that its figures are under afterwards, and which part is."""


def as_of(campaign: Campaign, received: Received, day: datetime.date) -> tuple[Campaign, Received]:
    """The plan and what was received of one of its periods, as they are by the units of a day: both
    as they are given where no succession lies between.
    """
    own = campaign.period(received.table.period).last_day
    if not any(min(own, day) < s.date <= max(own, day) for s in campaign.successions):
        return campaign, received
    return _Carried(campaign, received, day).both


class _Carried:
    def __init__(self, campaign: Campaign, received: Received, day: datetime.date) -> None:
        self.campaign, self.received, self.day = campaign, received, day
        own = campaign.period(received.table.period).last_day
        self.by = campaign.passage(own, day)
        self.renamed, self.after = self.by.renamed, campaign.units.on(day)
        first, last = sorted((own, day))  # one name over all periods: a place is the same in them
        self.mark = f"{max(s.date for s in campaign.successions if first < s.date <= last)}"
        self.told = {(o.unit_code, o.measure) for o in received.table.observations}
        self.places: dict[str, tuple[tuple[str, Share], ...]] = {}
        self.former: list[Unit] = []
        self.heirs: dict[str, str] = {}
        for unit in received.units.units:
            self._place(unit)
        self.former += self._outside()

    def _place(self, unit: Unit) -> None:
        if unit.code in self.renamed:
            self.places[unit.code] = ((self.renamed[unit.code], Fraction(1)),)
        elif unit.code in self.by.shares:
            self._former(unit)
        else:
            self._below(unit)

    def _former(self, unit: Unit) -> None:
        """One that only those below it reported for is no place of its own: they are."""
        is_last = not any(c.code in self.by.shares for c in self.received.units.children(unit.code))
        if not is_last and not any(code == unit.code for code, _ in self.told):
            return
        heirs = {h: share for h, share in self.by.shares[unit.code].items() if h != OUTSIDE}
        found = []
        for heir, share in heirs.items():
            code = f"{unit.code}-{self.mark}" + (f"-{heir}" if len(heirs) > 1 else "")
            self.former.append(Unit(code, unit.name, unit.type, f"{unit.level}{_FORMER}", heir))
            self.heirs[code] = heir
            found.append((code, share))
        self.places[unit.code] = tuple(found)

    def _below(self, unit: Unit) -> None:
        """A hamlet goes with its commune."""
        found = []
        for above, share in self.places.get(unit.parent_code, ()):
            code = f"{above}{unit.code.removeprefix(unit.parent_code)}"
            self.former.append(replace(unit, code=code, parent_code=above))
            if above in self.heirs:
                self.heirs[code] = self.heirs[above]
            found.append((code, share))
        self.places[unit.code] = tuple(found)

    def _outside(self) -> Iterator[Unit]:
        """What comes from outside the plan, of which nobody reports."""
        rows = {s.to_code: s.basis for s in self.campaign.successions if s.from_code == OUTSIDE}
        for heir in self.by.shares[OUTSIDE]:
            if heir != OUTSIDE and self.by.shares[OUTSIDE][heir] is None:
                level = self.after.get(heir).level
                name = rows.get(heir) or "…"
                yield Unit(f"{heir}-{self.mark}-outside", name, "", f"{level}{_FORMER}", heir)

    @property
    def weighted(self) -> frozenset[str]:
        """The units in which only a known part of another is: up to the unit that has all of it."""
        found: set[str] = set()
        for heirs in self.by.shares.values():
            parts = [h for h, share in heirs.items() if share not in (None, 1)]
            lines = [set(self.after.line(h)) for h in parts if h != OUTSIDE]
            is_all_here = len(lines) == len(parts)
            whole = set.intersection(*lines) if lines and is_all_here else set[str]()
            found |= set[str]().union(*lines) - whole
        for places in self.places.values():
            found |= {code for code, share in places if share not in (None, 1)}
        return frozenset(found)

    def _spots(self, code: str) -> Iterator[str]:
        """Where a unit is, or where those below it are."""
        if code in self.places:
            yield from (place for place, _ in self.places[code])
        elif code in self.received.units:
            for child in self.received.units.children(code):
                yield from self._spots(child.code)

    def _moved(self, rows: Iterable[_Row]) -> tuple[_Row, ...]:
        """Rows that can only be in one place; of what is in several places nobody knows."""
        found = []
        for row in rows:
            places = self.places.get(row.unit_code, ())
            if len(places) == 1:
                found.append(replace(row, unit_code=places[0][0]))
        return tuple(found)

    def _observations(self, observations: Iterable[Observation]) -> Iterator[Observation]:
        for o in observations:
            measure, is_same = self.campaign.measure(o.measure), o.unit_code in self.renamed
            below = () if is_same else self.received.units.descendants(o.unit_code)
            if any(c.code in self.by.shares and (c.code, o.measure) in self.told for c in below):
                continue  # each closed unit below that told of it, too, has its place
            for code, share in self.places.get(o.unit_code, ()):
                if is_same or measure.kind.adds_up:
                    yield _part(o, code, share)
                else:
                    yield _part(o, self.heirs[code], None)

    @property
    def both(self) -> tuple[Campaign, Received]:
        """The plan with the former levels, and what was received."""
        plan = with_former(self.campaign, self.former, self.mark)
        received, table = self.received, self.received.table
        findings = [
            replace(finding, unit_code=spot)
            for finding in received.findings
            for spot in self._of_finding(finding.unit_code, finding.code, finding.address.file)
        ]
        weights = {
            place: received.weights[code] * float(1 if share is None else share)
            for code, places in self.places.items()
            for place, share in places
            if code in received.weights
        }
        sources = (
            replace(s, unit_code=next(iter(spots)) if len(spots) == 1 else "")
            for s in received.sources
            for spots in [{*self._spots(s.unit_code)}]
        )
        carried = replace(
            received,
            table=IndicatorTable(
                table.period,
                tuple(self._observations(table.observations)),
                self._moved(table.register_rows),
            ),
            units=UnitRegistry(
                (*self.after.units, *self.former), tuple(level.id for level in plan.levels)
            ),
            findings=tuple(findings),
            sources=tuple(sources),
            cumulative=tuple(self._observations(received.cumulative)),
            weights=weights,
            visits=self._moved(received.visits),
            parts=tuple(as_of(self.campaign, part, self.day)[1] for part in received.parts),
            weighted=self.weighted,
            heirs=self.heirs,
            as_of=self.day,
        )
        return plan, carried

    def _of_finding(self, code: str, finding: str, file: str) -> Iterable[str]:
        if finding in NOT_USED:
            code = code or self.received.senders.get(file, "")
        return [*self._spots(code)] or [""]


def with_former(campaign: Campaign, units: Iterable[Unit], mark: str) -> Campaign:
    """The plan with the levels of former ``units``, each below its own and named after the date of
    the change: what adds up is reported by the former units of its level, where there are some.
    """
    former = {unit.level for unit in units}

    def moved(measure: Measure) -> Measure:
        level = f"{measure.level}{_FORMER}"
        is_moved = level in former and measure.kind.adds_up
        return replace(measure, level=level) if is_moved else measure

    levels = []
    for level in campaign.levels:
        levels.append(level)
        if f"{level.id}{_FORMER}" in former:
            names = {code: f"{name} (→ {mark})" for code, name in level.names.items()}
            levels.append(replace(level, id=f"{level.id}{_FORMER}", names=names))
    return replace(campaign, levels=tuple(levels), measures=tuple(map(moved, campaign.measures)))


def _part(o: Observation, code: str, share: Share) -> Observation:
    if share is None:
        return replace(o, unit_code=code, value=None, flag=Flag.NOT_CARRIED)
    if share == 1 or o.value is None:
        return replace(o, unit_code=code)
    return replace(o, unit_code=code, value=float(Fraction(repr(o.value)) * share))
