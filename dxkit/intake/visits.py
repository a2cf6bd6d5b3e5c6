"""What came back from visits on the spot: workbooks that ``dxkit sample`` has made, filled in, in a
folder of the campaign's raw folder of their own. Columns go by the ids in their second heading.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dxkit.intake.findings import FindingFactory
from dxkit.model.findings import Finding
from dxkit.model.observations import VISITS, Visit
from dxkit.model.units import UnitRegistry
from dxkit.workbooks.cells import Cell, UnreadableFileError
from dxkit.workbooks.raw_folder import look_into
from dxkit.workbooks.reading import read_workbook

COLUMNS = ("unit", "chance", "size", "checked", "confirmed")  # by the ids below headings


@dataclass
class VisitsRead:
    """The visits with their results, and what cannot be used."""

    visits: list[Visit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_visits(folder: Path, units: UnitRegistry) -> VisitsRead:
    """All that came back of a period. A row with neither number is a visit still to come."""
    found, raw = VisitsRead(), look_into(folder)
    for passed, reason in raw.passed_over:
        file = FindingFactory(f"{VISITS}/{passed}")
        found.findings.append(file("file_unreadable", reason=reason))
    seen: set[str] = set()
    for path in raw.files:
        name = f"{VISITS}/{path.relative_to(folder).as_posix()}"
        try:
            book = read_workbook(path, name)
        except UnreadableFileError as error:
            found.findings.append(FindingFactory(name)("file_unreadable", reason=error.reason))
            continue
        rows = 0
        for sheet in book.sheets:
            told = FindingFactory(name, sheet.name)
            for row in _rows(sheet.rows):
                rows += 1
                cells = [row[column] for column in COLUMNS]
                if all(cell.value in (None, "") for cell in cells[3:]):
                    continue
                code = cells[0].text.strip()
                reason, at = _why_not(code, cells, units, seen)
                seen.add(code)
                if reason:
                    found.findings.append(
                        told("visit_unusable", at, code if code in units else "", at.text,
                             reason=f"visit_{reason}")
                    )  # fmt: skip
                    continue
                chance, size, checked, confirmed = (float(c.text) for c in cells[1:])
                found.visits.append(
                    Visit(code, chance, size, int(checked), int(confirmed), told.address(cells[4]))
                )
        if not rows:
            found.findings.append(
                FindingFactory(name)("visit_unusable", reason="visit_without_rows")
            )
    return found


def _rows(rows: Mapping[int, tuple[Cell, ...]]) -> Iterator[dict[str, Cell]]:
    """The rows below the heading of ids that name a unit, by id of the column."""
    columns: dict[str, int] = {}
    for number, cells in rows.items():
        at = {cell.column: cell for cell in cells}
        ids = {cell.text.strip(): cell.column for cell in cells}
        if {*COLUMNS} <= ids.keys():
            columns = ids
        elif columns and columns["unit"] in at:
            yield {id: at.get(columns[id], Cell(number, columns[id], None)) for id in COLUMNS}


def _why_not(code: str, cells: list[Cell], units: UnitRegistry, seen: set[str]) -> tuple[str, Cell]:
    """Why a row cannot be used, and the cell at fault; an empty reason where it can."""
    if code not in units:
        return "unknown_unit", cells[0]
    if code in seen:
        return "twice", cells[0]
    numbers = [_number(cell) for cell in cells[1:]]
    chance, size, checked, confirmed = numbers
    if chance is None or not 0 < chance <= 1:
        return "chance", cells[1]
    if size is None or size <= 0:
        return "chance", cells[2]
    if checked is None or checked < 1 or checked != int(checked):
        return "count", cells[3]
    if confirmed is None or not 0 <= confirmed <= checked or confirmed != int(confirmed):
        return "count", cells[4]
    return "", cells[0]


def _number(cell: Cell) -> float | None:
    try:
        number = float(cell.text)
    except ValueError:
        return None
    return number if math.isfinite(number) and not cell.struck and not cell.is_error else None
