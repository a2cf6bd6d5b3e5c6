"""Rows of units and of totals: which group a total closes that names none."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from dxkit.intake.tables.row_values import Values
from dxkit.model.units import Unit
from dxkit.workbooks.cells import Cell


@dataclass(frozen=True)
class RowRead:
    """One row of a table. A row ``is_total`` when its label says so: of ``unit``, or of the whole
    table when that is None.
    """

    number: int
    unit: Unit | None
    name_cell: Cell
    values: Values = field(default_factory=dict)
    remark: str = ""
    is_total: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no column of the row holds anything."""
        return all(not cell.text.strip() for cell, _ in self.values.values())


def with_totals_placed(rows: list[RowRead]) -> list[RowRead]:
    """Totals that name no unit, given the group that they close.

    "Cong" below a group is the group's; the last one is the whole table's, unless every group
    has had its own.
    """
    named = {row.unit.code for row in rows if row.unit is not None}
    parents = [row.unit.parent_code if row.unit is not None else "" for row in rows]
    groups = {code for code in parents if code in named}
    bare = [row for row in rows if row.is_total and row.unit is None]
    each_group = len(groups) > 1 and len(bare) == len(groups)
    units = {row.unit.code: row.unit for row in rows if row.unit is not None}
    placed: list[RowRead] = []
    group = ""
    for position, row in enumerate(rows):
        if row.unit is not None:
            group = row.unit.code if row.unit.code in groups else row.unit.parent_code
        elif group in groups:
            later = any(r.unit is not None or r.is_total for r in rows[position + 1 :])
            if each_group or later:
                row = dataclasses.replace(row, unit=units[group])
        placed.append(row)
    return placed
