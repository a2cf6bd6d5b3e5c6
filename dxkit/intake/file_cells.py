"""What a file says: cell by cell, to be compared with its other versions, and by its tables; and
copies that went to a sender with remarks: how they are named, and known when they come back.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath

from dxkit.model.addresses import cells_of_text
from dxkit.model.campaign import Correction
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Observation, RegisterRow, Reply, SheetRead, SourceFile
from dxkit.model.text import cut
from dxkit.model.units import Unit, UnitRegistry
from dxkit.workbooks.cells import Cell, Sheet, Workbook

MARK = b"dxkit-returned:"
"""What a file that holds a mark holds."""

_MARK = re.compile(r"dxkit-returned:([0-9a-f]{64}):(.+)", re.DOTALL)
_FIRST_ROWS = 20  # of the sheet with the remarks, where the mark stands
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that a returned copy was made of: its name in the raw folder and its hash."""

    file: str
    sha256: str


Content = tuple[str, str]
"""A cell's text and its formula, either of which may be empty."""


@dataclass(frozen=True)
class FileCells:
    """All cells of a file that hold something, as text: sheet → address → content. ``origin`` is
    set when the file is a returned copy.
    """

    sheets: Mapping[str, Mapping[str, Content]]
    origin: Origin | None = None

    @property
    def titled(self) -> Mapping[str, Mapping[str, Content]]:
        """The sheets under the names they have in a returned copy."""
        titles = sheet_titles(self.sheets)
        return {titles[name]: cells for name, cells in self.sheets.items()}


def cells_of(workbook: Workbook, origin: Origin | None) -> FileCells:
    """The cells of a workbook as they are compared."""
    return FileCells(
        {
            sheet.name: {
                cell.address: (cell.text, sheet.formulas.get(cell.address, ""))
                for cell in sheet.cells.values()
            }
            for sheet in workbook.sheets
        },
        origin,
    )


def mark(origin: Origin) -> str:
    """The text by which a copy is known, in a cell of its first sheet."""
    return f"dxkit-returned:{origin.sha256}:{origin.file}"


def is_mark(text: str) -> bool:
    """Whether a text is the mark of a copy."""
    return _MARK.fullmatch(text.strip()) is not None


def without_remarks(workbook: Workbook) -> tuple[Workbook, Origin | None]:
    """The workbook without the sheet of remarks, and what it was made of if it is a copy.

    Names do not count: the sheet may be renamed or moved, the file called anything.
    """
    origin = None
    sheets = []
    for sheet in workbook.sheets:
        found = _mark_in(sheet)
        if found is None:
            sheets.append(sheet)
        else:
            origin = Origin(found[1][2], found[1][1])
    return dataclasses.replace(workbook, sheets=tuple(sheets)), origin


def _mark_in(sheet: Sheet) -> tuple[int, re.Match[str]] | None:
    """The row of a sheet's mark, and the mark; None where it has none."""
    return next(
        (
            (row, match)
            for (row, _), cell in sheet.cells.items()
            if row <= _FIRST_ROWS and isinstance(cell.value, str)
            if (match := _MARK.fullmatch(cell.value.strip()))
        ),
        None,
    )


ANSWERS, ABOUT = "dxkit-answers", "dxkit-about"
"""What stands beside a mark, above the column for explanations and above what each is about."""


def about(code: str, sheet: str, cells: str) -> str:
    """The text by which an explanation on the sheet of remarks is known to be about a finding."""
    return f"{code}|{cells}|{sheet}"


def listed_answers(workbook: Workbook) -> dict[tuple[str, str, str], tuple[str, Cell]]:
    """What stands as explanations on sheets of remarks, by sheet, cell and code of the finding that
    each is about, with the sheet of remarks that it stands on.
    """
    found: dict[tuple[str, str, str], tuple[str, Cell]] = {}
    for sheet in workbook.sheets:
        if (marked := _mark_in(sheet)) is None:
            continue
        at = {c.text: c.column for (row, _), c in sheet.cells.items() if row == marked[0]}
        for row in sheet.rows:
            code, _, rest = sheet.cell(row, at.get(ABOUT, 0)).text.partition("|")
            cells, _, name = rest.partition("|")
            answer = sheet.cell(row, at.get(ANSWERS, 0))
            if row > marked[0] and answer.text.strip():
                found |= {(name, cell, code): (sheet.name, answer) for cell in cells_of_text(cells)}
    return found


def returned_name(file: str) -> str:
    """What the copy of a raw file is called: the same if it is an .xlsx, else its own name with
    the old ending before the new one.
    """
    path = PurePosixPath(file)
    if path.suffix == ".xlsx":
        return file
    return path.with_name(f"{path.stem}-{path.suffix.lower()[1:]}.xlsx").as_posix()


def sheet_titles(names: Iterable[str]) -> dict[str, str]:
    """Sheet name → what an .xlsx can call it: at most 31 characters, some forbidden, none twice."""
    titles: dict[str, str] = {}
    for number, sheet in enumerate(names, start=1):
        name = cut(_FORBIDDEN.sub("_", sheet).strip().strip("'"), 31) or f"Sheet{number}"
        while name.casefold() in {title.casefold() for title in titles.values()}:
            name = f"{cut(name, 27)} {number}"
        titles[sheet] = name
    return titles


_NO_WORKBOOK = frozenset({"file_type_unknown", "file_superseded", "file_repeated"})


TotalKey = tuple[str, str, str]
"""Unit, measure and period of a total; the empty code is the whole table's."""
_OVER_PARTS = "over parts"  # in place of a period


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """A number that repeats the sum of observations: of the units below ``unit_code`` (of the
    whole table when empty), or of the parts of the period when ``over_parts``.
    """

    unit_code: str
    measure: str
    period: str
    value: float | int
    address: CellRef
    over_parts: bool = False

    @property
    def key(self) -> TotalKey:
        """What it is the total of, as ``totals_of`` names it."""
        period = _OVER_PARTS if self.over_parts else self.period
        return self.unit_code, self.measure, period


def totals_of(part: Observation, units: UnitRegistry) -> list[TotalKey]:
    """The keys of the totals that an observation is part of."""
    above = (*units.line(part.unit_code)[1:], "")
    over_parts = part.unit_code, part.measure, _OVER_PARTS
    return [over_parts, *((code, part.measure, part.period) for code in above)]


@dataclass(frozen=True)
class RefusedRow:
    """A row that is not read: where its name stands, that of the row that this one was refused for
    (None: for itself), the code of the group it stands in (empty: not known), and what its cells
    say, None where nobody can tell; by measure and period.
    """

    name: CellRef
    cause: CellRef | None
    group: str
    values: Mapping[tuple[str, str], float | int | None]


@dataclass(frozen=True, slots=True)
class StatedShare:
    """A cell that states the share of one cell in another: as it is shown, in percent, and between
    which shares it lies, by the digits written, for each way to read it.
    """

    address: CellRef
    part: CellRef
    whole: CellRef
    percent: float
    between: tuple[tuple[Decimal, Decimal], ...]


@dataclass
class TableRead:
    """What one table of one sheet says."""

    table: str
    file: str
    sheet: str
    observations: list[Observation] = field(default_factory=list)
    register_rows: list[RegisterRow] = field(default_factory=list)
    cumulative: list[Observation] = field(default_factory=list)  # flows since before the period
    controls: list[ControlTotal] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)  # whose units are not known
    shares: list[StatedShare] = field(default_factory=list)  # of rows with something wrong
    units: Counter[Unit] = field(default_factory=Counter)  # that it alone names, as written
    header: CellRef | None = None  # of a register
    heading: CellRef | None = None  # of a table of figures: where the names of its units begin
    sender: Unit | None = None
    names: tuple[str, str] = ("", "")  # addresses of the first and the last name of a unit
    said: dict[str, CellRef] = field(default_factory=dict)  # groups that say they did not report
    remarked: dict[str, tuple[Unit, CellRef]] = field(default_factory=dict)
    """Units that it alone names, by code, whose names end in brackets: each without them, and where
    the name stands.
    """

    @property
    def units_named(self) -> set[str]:
        """The codes of the units that it alone names."""
        return {unit.code for unit in self.units}


@dataclass
class FileRead:
    """What one file says."""

    source: SourceFile
    tables: list[TableRead] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    corrected: dict[CellRef, Correction] = field(default_factory=dict)
    sheets: list[SheetRead] = field(default_factory=list)
    cells: FileCells = field(default_factory=lambda: FileCells({}))
    answers: Mapping[tuple[str, int], Cell] = field(default_factory=dict)
    """The cells of a form in which its sender has explained a row, by sheet and row."""
    listed: Mapping[tuple[str, str, str], tuple[str, Cell]] = field(default_factory=dict)
    """What its sender has explained on the sheet of remarks, as ``listed_answers`` gives it."""

    replies: Sequence[Reply] = ()
    as_before: Mapping[CellRef, CellRef] = field(default_factory=dict)
    """Where a form shows what was reported a period ago and its sender says that it still holds, by
    address; and where that is said.
    """

    @property
    def is_unused(self) -> bool:
        """Whether a workbook came of which no figure could be taken."""
        codes = {finding.code for finding in self.findings}
        used = any(table.observations or table.register_rows for table in self.tables)
        return not used and not self.source.is_reply and not codes & _NO_WORKBOOK

    @property
    def senders(self) -> frozenset[str]:
        """Codes and names of the units that parts say they are from of which no figure could be
        taken.
        """
        unclear = [finding for finding in self.findings if finding.code == "sender_unclear"]
        found = {str(finding.values[of]) for finding in unclear for of in ("unit", "other")}
        if self.is_unused:
            found |= {self.source.unit_code, *(finding.unit_code for finding in self.findings)}
        return frozenset(found - {""})
