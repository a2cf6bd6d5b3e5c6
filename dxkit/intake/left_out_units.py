"""Units that only the workbooks name (hamlets), left out together with their figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from dxkit.model.campaign import Accumulation, Campaign, MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, Observation, Received
from dxkit.model.units import Unit, UnitRegistry

_ENOUGH = 0.5  # of the figures gone must lack above, or they stand under another name


@dataclass
class LeftOut:
    """The units left out, an observation without a value for each of their figures, so that the
    others are never taken for the whole, and the findings.
    """

    units: list[Unit] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def left_out(
    campaign: Campaign,
    units: UnitRegistry,
    period_id: str,
    observations: Iterable[Observation],
    before: Received,
) -> LeftOut:
    """What the last period had of open levels and this one has not. Units that merged or are
    written in another way are not left out: what they had is still there above them.
    """
    open_levels = {level.id for level in campaign.levels if level.open}
    bases = {
        measure.id
        for measure in campaign.measures
        if measure.level in open_levels and measure.kind is MeasureKind.COUNT
        if measure.accumulation is Accumulation.STOCK and not measure.whole
    }
    now = _Below(units, observations, bases)
    then = _Below(before.units, before.table.observations, bases)
    gone: dict[str, list[Unit]] = defaultdict(list)
    for unit in before.units.units:
        if unit.level in open_levels and unit.code not in units and unit.parent_code in now.first:
            gone[unit.parent_code].append(unit)
    found = LeftOut()
    for parent, lacking in gone.items():
        sheet = now.first[parent].place
        place = CellRef(sheet.file, sheet.sheet)
        if not any(_lacks(now, then, parent, base, lacking) for base in sorted(bases)):
            continue
        for unit in lacking:
            found.units.append(unit)
            found.observations += [
                Observation(period_id, unit.code, measure, None, place, "", Flag.NOT_REPORTED)
                for measure in then.measures[unit.code]
            ]
            values = {"unit": unit.name, "parent": units.get(parent).name}
            found.findings.append(Finding("unit_left_out", place, parent, values=values))
    return found


class _Below:
    """What was received of units, by the unit above them."""

    def __init__(
        self, units: UnitRegistry, observations: Iterable[Observation], bases: Collection[str]
    ) -> None:
        self.first: dict[str, Observation] = {}
        self.values: dict[tuple[str, str], float | int] = {}
        self.sums: dict[tuple[str, str], float | int] = defaultdict(int)
        self.measures: dict[str, list[str]] = defaultdict(list)
        for o in observations:
            parent = units.get(o.unit_code).parent_code
            self.measures[o.unit_code].append(o.measure)
            if o.measure in bases:
                self.first.setdefault(parent, o)
                self.values[o.unit_code, o.measure] = o.value or 0
                self.sums[parent, o.measure] += o.value or 0


def _lacks(now: _Below, then: _Below, parent: str, base: str, units: Iterable[Unit]) -> bool:
    """Whether figures of a measure went with the units."""
    lost = sum(then.values.get((unit.code, base), 0) for unit in units)
    fell = then.sums[parent, base] - now.sums[parent, base]
    return lost > 0 and fell >= _ENOUGH * lost
