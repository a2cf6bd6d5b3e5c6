"""A check of what was read, apart from the reading: a figure belongs to the nearest name on its
left in its own row.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from dxkit.intake.names import Names
from dxkit.intake.numbers.cell_values import rejected
from dxkit.intake.tables.layout import Layout
from dxkit.intake.tables.row_labels import is_roman, row_label
from dxkit.intake.tables.totals import RowRead
from dxkit.workbooks.cells import Cell, Sheet


def of_nearest_names(
    rows: Sequence[RowRead], names: Names, sheet: Sheet, layout: Layout
) -> list[RowRead]:
    """The rows, without figures that have another unit's name nearer on their left than the one
    that their row was read by: whose they are is not certain. Nor is it where names stand on their
    right only, and more than one does.
    """
    others = (layout.row_number_column, layout.code_column, layout.remark_column)
    known = {number for number in others if number is not None} | sheet.hidden_columns
    known |= {c.number for c in layout.columns} | {r.number for r in layout.ratios}
    known |= set(layout.unit_columns)
    return [
        row if row.is_total or row.unit is None else _checked(row, names, sheet, known)
        for row in rows
    ]


def _checked(row: RowRead, names: Names, sheet: Sheet, known: set[int]) -> RowRead:
    own = row.name_cell
    foreign = [*_foreign_names(row, names, sheet, known)]
    if not foreign:
        return row
    values = dict(row.values)
    for column, (cell, value) in row.values.items():
        left = [name for name in (own, *foreign) if name.column < column.number]
        nearest = max(left, key=lambda name: name.column, default=foreign[0])
        if nearest is not own and value.value is not None:
            problem = rejected("name_not_nearest", name=nearest.text.strip(), cell=nearest.address)
            values[column] = cell, problem
    return dataclasses.replace(row, values=values)


def _foreign_names(row: RowRead, names: Names, sheet: Sheet, known: set[int]) -> Iterator[Cell]:
    """The cells of a row that name a unit and that it was not read by, without the columns that
    are ``known`` to hold something else.
    """
    for cell in sheet.rows.get(row.number, ()):
        is_other = cell.column != row.name_cell.column and cell.column not in known
        if is_other and isinstance(cell.value, str) and _is_name(cell.text, names):
            yield cell


def _is_name(text: str, names: Names) -> bool:
    """Whether a text names a unit; "II" is a grade as well as a ward's bare name."""
    if sum(map(str.isalpha, text)) < 2 or is_roman(text):
        return False
    label = row_label(text)
    return not label.is_total and (
        names.is_of_open_level(label.open_name) or any(map(names.is_written, label.readings))
    )
