"""What was understood of a table, column by column, for whoever describes the next one."""

from __future__ import annotations

import itertools

from dxkit.intake.tables.described_layout import line
from dxkit.intake.tables.labels import header_paths, is_figure
from dxkit.intake.tables.layout import Column, Layout, written_path
from dxkit.model.addresses import column_letters
from dxkit.model.campaign import SheetLayout
from dxkit.model.observations import ColumnRead
from dxkit.workbooks.cells import Sheet

_DEEPEST, _ROWS_LOOKED_AT = 4, 60


def columns_read(layout: Layout, entry: SheetLayout, period_id: str) -> tuple[ColumnRead, ...]:
    """The columns of a table as they were taken, from left to right."""
    first = min(layout.unit_columns, default=1)
    labelled = (number for number, path in layout.paths.items() if path and number >= first)
    uses = dict.fromkeys(labelled, "not_declared")
    uses |= dict.fromkeys(map(line, entry.rows), "filter")
    uses |= dict.fromkeys(map(line, entry.period_columns), "period")
    uses |= {ratio.number: "ratio" for ratio in layout.ratios}
    others = (layout.row_number_column, layout.code_column, layout.remark_column)
    for number, use in zip(others, ("row_number", "code", "remark"), strict=True):
        uses |= {number: use} if number is not None else {}
    uses |= dict.fromkeys(layout.unit_columns, "units")
    uses |= {column.number: _use(column) for column in layout.columns}
    columns = {column.number: column for column in layout.columns}
    found = []
    for number in sorted(set(uses) - {0}):  # nought is where one unit's name is put
        at = str(number) if entry.transposed else column_letters(number)
        path = written_path(layout.paths.get(number, ()))
        column = columns.get(number)
        measure = column.measure.id if column else ""
        part = column.period if column and column.period != period_id else ""
        found.append(ColumnRead(at, path, uses[number], measure, part))
    return tuple(found)


def _use(column: Column) -> str:
    if column.problem or column.control:
        return column.problem or "control"
    return "cumulative" if column.cumulative else "measure"


def lines_of(rows: range, is_transposed: bool = False) -> str:
    """The lines of a header as the sheet shows them: 3-4, or A in a transposed one."""
    ends = dict.fromkeys((rows.start, max(rows.stop - 1, rows.start)))
    return "-".join(column_letters(row) if is_transposed else str(row) for row in ends)


def likely_header(sheet: Sheet) -> tuple[str, tuple[ColumnRead, ...]]:
    """The rows of labels just above the first figures of a sheet in which no declared label was
    found, and the labels above each column.
    """
    for row, cells in itertools.islice(sheet.rows.items(), _ROWS_LOOKED_AT):
        figures = [cell for cell in cells if is_figure(cell)]
        if len(figures) < 2 or len(figures) == len(cells):
            continue
        first = row
        while row - first < _DEEPEST and len(sheet.rows.get(first - 1, ())) > 1:
            first -= 1
        paths = header_paths(sheet, range(first, row))
        columns = ((column_letters(n), path) for n, path in paths.items())
        found = tuple(ColumnRead(at, written_path(p), "not_declared") for at, p in columns if p)
        return lines_of(range(first, row)) if found else "", found
    return "", ()
