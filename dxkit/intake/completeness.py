"""What the tables of a period say together: each figure once, and who has not reported."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path

from dxkit.intake.tables import TableRead
from dxkit.intake.text import normalise
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.table import Flag, Observation, RegisterRow
from dxkit.model.units import Unit, UnitRegistry


def united(tables: Iterable[TableRead]) -> tuple[list[Observation], list[Finding]]:
    """All observations; a unit that two tables report differently is used from neither."""
    kept: dict[tuple[str, str, str], Observation] = {}
    findings = []
    for table in tables:
        for observation in table.observations:
            key = (observation.unit_code, observation.period, observation.measure)
            earlier = kept.get(key)
            if earlier is None or earlier.value is None:
                if earlier is None or observation.value is not None:
                    kept[key] = observation
            elif observation.value is not None and observation.value != earlier.value:
                kept[key] = dataclasses.replace(earlier, value=None, flag=Flag.REJECTED)
                values = {"unit": observation.unit_code, "cell": str(earlier.place)}
                findings.append(
                    Finding(
                        "unit_repeated",
                        observation.place,
                        observation.unit_code,
                        observation.raw,
                        values,
                    )
                )
    return list(kept.values()), findings


def without_repeated_rows(tables: Iterable[TableRead]) -> Iterator[Finding]:
    """A unit's initiative that stands twice in a register is kept once."""
    seen: dict[tuple[str, str, str], RegisterRow] = {}
    for table in tables:
        kept = []
        for row in table.register_rows:
            name = row.fields[0][1]
            key = (row.register, row.unit_code, normalise(name))
            if key in seen:
                values = {"cell": str(seen[key].place)}
                yield Finding("initiative_repeated", row.place, row.unit_code, name, values)
            else:
                seen[key] = row
                kept.append(row)
        table.register_rows = kept


def register_counts(
    campaign: Campaign,
    units: UnitRegistry,
    tables: Iterable[TableRead],
    observations: Iterable[Observation],
    period_id: str,
) -> list[Observation]:
    """One for each row of a register, and nought for the units of its sender that reported
    something else but have no row.
    """
    reported = {o.unit_code for o in observations if o.value is not None}
    reported |= {u.code for code in tuple(reported) if code in units for u in units.ancestors(code)}
    counts: list[Observation] = []
    for table in tables:
        measures = [m for m in campaign.measures if m.table == table.table and m.kind == "rows"]
        for measure in measures if table.header_place else ():
            with_rows = {row.unit_code for row in table.register_rows}
            counts += [
                Observation(period_id, row.unit_code, measure.id, 1, row.place, row.fields[0][1])
                for row in table.register_rows
            ]
            if table.sender is None or table.header_place is None:
                continue
            counts += [
                Observation(period_id, unit.code, measure.id, 0, table.header_place)
                for unit in units.descendants(table.sender.code)
                if unit.level == measure.level
                and unit.code in reported
                and unit.code not in with_rows
            ]
    return counts


def missing_units(
    campaign: Campaign, units: UnitRegistry, observations: Iterable[Observation], folder: Path
) -> Iterator[Finding]:
    """Units that should have reported and did not: a whole workbook, or one unit of it."""
    known: dict[str, Observation] = {}
    for observation in observations:
        chain: list[Unit] = [units.get(observation.unit_code)]
        chain += units.ancestors(observation.unit_code)
        for unit in chain:
            earlier = known.get(unit.code)
            if earlier is None or (earlier.value is None and observation.value is not None):
                known[unit.code] = observation
    open_levels = {level.id for level in campaign.levels if level.open}
    finest = [level.id for level in campaign.levels if level.id not in open_levels][-1]
    for unit in units.at_level(campaign.report_level):
        if unit.code not in known:
            place = CellRef(folder.name)
            yield Finding("workbook_missing", place, unit.code, values={"unit": unit.name})
            continue
        if finest == campaign.report_level:
            continue
        for below in units.descendants(unit.code):
            if below.level != finest:
                continue
            found = known.get(below.code)
            if found is None or found.value is None:
                place = found.place if found else CellRef(known[unit.code].place.file)
                yield Finding("unit_not_reported", place, below.code, values={"unit": below.name})
