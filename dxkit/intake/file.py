"""One received file: its sheets read, and what is wrong with the file as a whole."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dxkit.intake.dates import stated_day
from dxkit.intake.file_cells import FileCells, Origin, cells_of, without_remarks
from dxkit.intake.names import Names
from dxkit.intake.sheets import read_sheets
from dxkit.intake.tables.read import TableRead
from dxkit.intake.tables.titles import sender_in_name
from dxkit.model.addresses import column_number
from dxkit.model.campaign import Campaign, Correction
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import SourceFile
from dxkit.model.periods import Period
from dxkit.model.text import clean, normalise
from dxkit.workbooks.cells import Cell, Sheet, UnreadableFileError, Workbook
from dxkit.workbooks.legacy_text import decoded_sheet
from dxkit.workbooks.raw_folder import WORKBOOK_SUFFIXES
from dxkit.workbooks.reading import SUFFIXES, is_workbook, read_content, workbook_of

_NO_WORKBOOK = frozenset({"file_type_unknown", "file_superseded", "file_repeated"})


@dataclass
class FileRead:
    """What one file says."""

    source: SourceFile
    tables: list[TableRead] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    corrected: dict[CellRef, Correction] = field(default_factory=dict)
    cells: FileCells = field(default_factory=lambda: FileCells({}))

    @property
    def is_unused(self) -> bool:
        """Whether a workbook came of which no figure could be taken."""
        codes = {finding.code for finding in self.findings}
        used = any(table.observations or table.register_rows for table in self.tables)
        return not used and not codes & _NO_WORKBOOK


def read_file(
    campaign: Campaign, period: Period, names: Names, path: Path, folder: Path
) -> FileRead:
    """One file; a file that cannot be read is a finding."""
    file = path.relative_to(folder).as_posix()
    place = CellRef(file)
    named = sender_in_name(file, names)
    by_name = named.code if named is not None else ""
    result = FileRead(SourceFile(file, "", unit_code=by_name))
    suffix = path.suffix.lower()
    try:
        content = read_content(path)
        result.source = SourceFile(file, hashlib.sha256(content).hexdigest(), False, by_name)
        if suffix not in WORKBOOK_SUFFIXES:
            code = "workbook_not_read" if is_workbook(content) else "file_type_unknown"
            result.findings.append(Finding(code, place, by_name))
            return result
        workbook = workbook_of(content, file)
    except UnreadableFileError as error:
        result.findings.append(unreadable(file, error.reason, error.sheet, error.cell, by_name))
        return result
    if suffix not in SUFFIXES[workbook.format]:
        values = {"format": workbook.format, "suffix": suffix}
        result.findings.append(Finding("file_type_differs", place, values=values))
    if workbook.encoding not in ("", "utf-8", "utf-8-sig"):
        values = {"encoding": workbook.encoding}
        result.findings.append(Finding("encoding_detected", place, values=values))
    workbook, origin = without_remarks(workbook)
    workbook = _in_unicode(workbook, result)
    result.cells = cells_of(workbook, origin)
    mine = [_for_copy(c, workbook, origin) for c in campaign.corrections if c.period == period.id]
    workbook, about_corrections, result.corrected = apply_corrections(workbook, mine)
    result.findings += about_corrections
    result.tables, about_sheets = read_sheets(campaign, period, names, workbook)
    result.findings += about_sheets
    marker = normalise(campaign.simulated_marker)
    if marker and any(
        marker in normalise(c.text)
        for s in workbook.sheets
        for c in s.cells.values()
        if isinstance(c.value, str)
    ):
        result.source = dataclasses.replace(result.source, simulated=True)
        result.findings.append(Finding("simulated_data", place))
    result.findings += _sent_late(workbook, period)
    sender = next((t.sender.code for t in result.tables if t.sender), by_name)
    result.source = dataclasses.replace(result.source, unit_code=sender)
    return result


def unreadable(
    file: str, reason: str, sheet: str = "", cell: str = "", unit_code: str = ""
) -> Finding:
    """That a file, or what stands in a file's place, is not read."""
    return Finding("file_unreadable", CellRef(file, sheet, cell), unit_code, "", {"reason": reason})


def _sent_late(workbook: Workbook, period: Period) -> Iterator[Finding]:
    """The latest day that a workbook is signed with, when it is after the period's due day."""
    if period.due_day is None:
        return
    signed = [
        (day, sheet, cell)
        for sheet in workbook.sheets
        for cell in sheet.cells.values()
        if isinstance(cell.value, str) and (day := stated_day(cell.value))
    ]
    if not signed:
        return
    day, sheet, cell = max(signed, key=lambda entry: entry[0])
    if day > period.due_day:
        place = CellRef(workbook.file, sheet.name, cell.address)
        values = {"day": day.isoformat(), "due": period.due_day.isoformat()}
        yield Finding("sent_late", place, "", cell.text, values)


def _for_copy(correction: Correction, workbook: Workbook, origin: Origin | None) -> Correction:
    """A repair of the file that a returned copy was made of holds for the copy too."""
    if origin is None or correction.file != origin.file or not workbook.sheets:
        return correction
    sheet = correction.sheet or workbook.sheets[0].name  # a text file's sheet has no name
    return dataclasses.replace(correction, file=workbook.file, sheet=sheet)


def _in_unicode(workbook: Workbook, result: FileRead) -> Workbook:
    """The workbook with text of old encodings decoded, and a finding for each such sheet."""
    sheets = []
    for sheet in workbook.sheets:
        in_unicode, encoding = decoded_sheet(sheet)
        sheets.append(in_unicode)
        if encoding is not None:
            place = CellRef(workbook.file, sheet.name)
            values = {"encoding": encoding.value}
            result.findings.append(Finding("legacy_text_decoded", place, values=values))
    return dataclasses.replace(workbook, sheets=tuple(sheets))


def apply_corrections(
    workbook: Workbook, corrections: Iterable[Correction]
) -> tuple[Workbook, list[Finding], dict[CellRef, Correction]]:
    """The workbook with its repairs, what there is to say of each, and the cells repaired."""
    mine = [c for c in corrections if c.file == workbook.file]
    findings: list[Finding] = []
    applied: dict[CellRef, Correction] = {}
    sheets = tuple(
        _corrected(sheet, workbook.file, mine, findings, applied) for sheet in workbook.sheets
    )
    names = {sheet.name for sheet in workbook.sheets}
    for correction in mine:
        if correction.sheet not in names:
            place = CellRef(workbook.file, correction.sheet, correction.cell)
            values = {"expected": correction.expected, "reason": correction.reason}
            findings.append(Finding("correction_outdated", place, values=values))
    return dataclasses.replace(workbook, sheets=sheets), findings, applied


def _corrected(
    sheet: Sheet,
    file: str,
    corrections: Sequence[Correction],
    findings: list[Finding],
    applied: dict[CellRef, Correction],
) -> Sheet:
    cells = dict(sheet.cells)
    for correction in corrections:
        if correction.sheet != sheet.name:
            continue
        place = CellRef(file, sheet.name, correction.cell)
        letters = correction.cell.rstrip("0123456789")
        row, column = int(correction.cell[len(letters) :]), column_number(letters)
        cell = sheet.cell(row, column)
        values = {
            "expected": correction.expected,
            "corrected": correction.corrected,
            "reason": correction.reason,
            "name": correction.name,
            "date": correction.date,
        }
        if clean(cell.text) != clean(correction.expected):
            findings.append(Finding("correction_outdated", place, "", cell.text, values))
            continue
        cells[row, column] = Cell(row, column, correction.corrected, font=cell.font)
        applied[place] = correction
        findings.append(Finding("correction_applied", place, "", cell.text, values))
    return dataclasses.replace(sheet, cells=cells)
