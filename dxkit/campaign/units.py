"""Reading the campaign's units and their aliases."""

from __future__ import annotations

import datetime
from collections import defaultdict

from dxkit.campaign.csv_reader import RowsOf
from dxkit.campaign.toml_reader import Declaration
from dxkit.model.campaign import Alias
from dxkit.model.units import Unit, UnitRegistry


def read_units(rows_of: RowsOf, plan: Declaration, level_ids: tuple[str, ...]) -> UnitRegistry:
    """The file units.csv; each unit's parent must be there on every day, and above it."""
    columns = ("code", "name", "type", "level", "parent", "valid_from", "valid_to")
    found: dict[str, list[Unit]] = defaultdict(list)
    rows = []
    for row in rows_of("units.csv", *columns):
        unit = Unit(
            row.text("code", required=True),
            row.text("name", required=True),
            row.text("type"),
            row.one_of("level", level_ids),
            row.text("parent"),
            row.day("valid_from"),
            row.day("valid_to"),
        )
        if any(_overlap(unit, other) for other in found[unit.code]):
            row.problem("unit_repeated", unit=unit.code)
        found[unit.code].append(unit)
        rows.append((row, unit))
    for row, unit in rows:
        top = bool(level_ids) and unit.level == level_ids[0]
        parents = [p for p in found.get(unit.parent_code, []) if _overlap(unit, p)]
        if top == bool(unit.parent_code) or (unit.parent_code and not parents):
            row.problem("parent_unknown", unit=unit.code, parent=unit.parent_code)
        elif any(
            p.level in level_ids
            and unit.level in level_ids
            and level_ids.index(p.level) >= level_ids.index(unit.level)
            for p in parents
        ):
            row.problem("parent_not_above", unit=unit.code, parent=unit.parent_code)
    if not rows:
        plan.problem("no_units", "levels")
    return UnitRegistry(tuple(unit for _, unit in rows), level_ids)


def read_aliases(rows_of: RowsOf, units: UnitRegistry) -> tuple[Alias, ...]:
    """The file aliases.csv."""
    aliases = []
    for row in rows_of("aliases.csv", "code", "alias"):
        if row.text("code") not in units:
            row.problem("unit_unknown", unit=row.text("code"))
        aliases.append(Alias(row.text("code"), row.text("alias", required=True)))
    return tuple(aliases)


def _overlap(one: Unit, other: Unit) -> bool:
    """Whether two units exist on a common day."""
    start = max(one.valid_from or datetime.date.min, other.valid_from or datetime.date.min)
    return start <= min(one.valid_to or datetime.date.max, other.valid_to or datetime.date.max)
