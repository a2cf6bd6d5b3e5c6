"""Cells, merged ranges and the rest as one sheet, alike for every format."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Mapping

from dxkit.workbooks.cells import Cell, Range, Sheet, UnreadableFileError
from dxkit.workbooks.limits import MOST_MERGED_COLUMNS


def build_sheet(
    name: str,
    cells: dict[tuple[int, int], Cell],
    merged: Iterable[Range] = (),
    *,
    hidden: bool = False,
    hidden_rows: Iterable[int] = (),
    hidden_columns: Iterable[int] = (),
    comments: Mapping[tuple[int, int], str] | None = None,
    formulas: Mapping[str, str] | None = None,
) -> Sheet:
    """The sheet. Merged ranges end where the used part of the sheet does; what stands below one is
    covered; two that overlap make the file a damaged one. Hidden rows that hold nothing are left
    out.
    """
    last_row = max((row for row, _ in cells), default=0)
    last_column = max((column for _, column in cells), default=0)
    within = [
        (top, left, min(bottom, last_row), min(right, last_column))
        for top, left, bottom, right in merged
        if top <= last_row and left <= last_column and (top, left) != (bottom, right)
    ]
    covered = _covered(name, cells, within)
    used = {row for row, _ in cells}
    for cell in covered:
        del cells[cell.row, cell.column]
    return Sheet(
        name,
        cells,
        tuple(within),
        hidden,
        frozenset(used.intersection(hidden_rows)),
        frozenset(hidden_columns),
        comments or {},
        tuple(covered),
        formulas=formulas or {},
    )


def _covered(
    name: str, cells: Mapping[tuple[int, int], Cell], merged: Iterable[Range]
) -> list[Cell]:
    by_column: dict[int, list[tuple[int, int, int]]] = {}  # first row, last row, first column
    allowed = MOST_MERGED_COLUMNS
    for top, left, bottom, right in merged:
        allowed -= right - left + 1
        if allowed < 0:
            raise UnreadableFileError("too_large", name)
        for column in range(left, right + 1):
            by_column.setdefault(column, []).append((top, bottom, left))
    for spans in by_column.values():
        spans.sort()
        if any(later[0] <= earlier[1] for earlier, later in itertools.pairwise(spans)):
            raise UnreadableFileError("damaged", name)
    found = []
    for (row, column), cell in cells.items():
        if spans := by_column.get(column, []):
            position = bisect_right(spans, (row, _BEYOND, _BEYOND)) - 1
            if position >= 0:
                top, bottom, left = spans[position]
                if row <= bottom and (row, column) != (top, left):
                    found.append(cell)
    return found


_BEYOND = 1 << 30
