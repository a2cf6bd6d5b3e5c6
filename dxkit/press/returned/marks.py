"""Doubtful cells of a sender's sheet coloured and explained by a note; nothing else is touched."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dxkit.model.addresses import column_letters, column_number
from dxkit.model.findings import Severity
from dxkit.press.returned.notes import Notes
from dxkit.press.returned.styles import Styles
from dxkit.workbooks.limits import MOST_COLUMNS, columns_between, each_column
from dxkit.workbooks.package import Element, Package, main

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")

Address = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """What is to be said at one cell."""

    cell: str
    severity: Severity
    text: str


def mark_sheet(
    package: Package, part: str, styles: Styles, marks: Iterable[Mark], heading: str
) -> None:
    """Colour and explain cells of one sheet, after taking away what an earlier round put there.

    Several marks of one cell are one note, under ``heading``; those of a merged cell stand at its
    first one; a sender's own note is kept above.
    """
    cells = _Cells(package.tree(part))
    notes = Notes(package, part)
    for address in notes.take_ours_away():
        cell = cells.existing(*parsed(address))
        if cell is not None:
            cell.set("s", str(styles.uncoloured(int(cell.get("s", "0")))))
    by_cell: dict[Address, list[Mark]] = {}
    for mark in marks:
        by_cell.setdefault(cells.anchor(*parsed(mark.cell)), []).append(mark)
    for (row, column), here in sorted(by_cell.items()):
        severity = min((mark.severity for mark in here), key=list(Severity).index)
        cell = cells.cell(row, column)
        cell.set("s", str(styles.coloured(int(cell.get("s", "0")), severity)))
        lines = [heading, *dict.fromkeys(f"• {mark.text}" for mark in here)]
        notes.add(f"{column_letters(column)}{row}", "\n".join(lines), cells.widths)
    notes.write()


def is_address(text: str) -> bool:
    """Whether a text is the address of one cell."""
    return _ADDRESS.fullmatch(text) is not None


def parsed(address: str) -> Address:
    """Row and column of an address in A1 style; raises ValueError for anything else."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError(address)
    return int(found[2]), column_number(found[1])


class _Cells:
    """The cells of a sheet's tree. Rows and cells without an address follow the one before."""

    def __init__(self, root: Element) -> None:
        self._root = root
        data = root.find(main("sheetData"))
        if data is None:
            raise KeyError("sheetData")
        self._data = data
        self._rows: dict[int, Element] = {}
        self._cells: dict[int, dict[int, Element]] = {}  # of the rows that were looked at
        number = 0
        for row in data.findall(main("row")):
            number = int(row.get("r", number + 1))
            self._rows[number] = row
        self._numbers = sorted(self._rows)
        self._merged = [_range(m.get("ref", "")) for m in root.iter(main("mergeCell"))]
        self._columns = _columns(root)

    @cached_property
    def widths(self) -> Mapping[int, float]:
        """Widths in characters of the columns that have their own."""
        return {n: float(column.get("width", 8.43)) for n, column in self._columns.items()}

    def anchor(self, row: int, column: int) -> Address:
        """The first cell of the merged range that holds an address, or the address itself."""
        for first_row, first_column, last_row, last_column in self._merged:
            if first_row <= row <= last_row and first_column <= column <= last_column:
                return first_row, first_column
        return row, column

    def existing(self, row: int, column: int) -> Element | None:
        """The cell at an address, if the file has it."""
        if row not in self._rows:
            return None
        return self._of_row(row).get(column)

    def cell(self, row: int, column: int) -> Element:
        """The cell at an address; an empty one in the style of its row or column if need be."""
        found = self.existing(row, column)
        if found is not None:
            return found
        element = self._row(row)
        new = element.makeelement(main("c"), {"r": f"{column_letters(column)}{row}"})
        style = element.get("s") if element.get("customFormat") in ("1", "true") else None
        if style is None and column in self._columns:
            style = self._columns[column].get("style")
        if style:
            new.set("s", style)
        element.attrib.pop("spans", None)  # a hint that might not be true any more
        before = sum(number < column for number in self._of_row(row))
        element.insert(before, new)
        self._of_row(row)[column] = new
        return new

    def _row(self, row: int) -> Element:
        if row not in self._rows:
            place = bisect.bisect_left(self._numbers, row)
            new = self._data.makeelement(main("row"), {"r": str(row)})
            self._data.insert(place, new)
            self._numbers.insert(place, row)
            self._rows[row] = new
        return self._rows[row]

    def _of_row(self, row: int) -> dict[int, Element]:
        if row in self._cells:
            return self._cells[row]
        found = self._cells[row] = {}
        number = 0
        for cell in self._rows[row].findall(main("c")):
            address = cell.get("r")
            number = parsed(address)[1] if address else number + 1
            found[number] = cell
        return found


def _columns(root: Element) -> dict[int, Element]:
    """Column → the first element that says how it looks, as far as columns are read."""
    found: dict[int, Element] = {}
    free = columns_between(1, MOST_COLUMNS)
    for column in root.iter(main("col")):
        covered = free & columns_between(int(column.get("min", 1)), int(column.get("max", 1)))
        found |= dict.fromkeys(each_column(covered), column)
        free ^= covered
    return found


def _range(reference: str) -> Sequence[int]:
    first, _, last = reference.partition(":")
    return (*parsed(first), *parsed(last or first))
