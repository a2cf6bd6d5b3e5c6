"""One received file: its sheets read, and what is wrong with the file as a whole."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from dxkit.intake.dates import stated_day
from dxkit.intake.file_cells import (
    FileRead,
    Origin,
    cells_of,
    listed_answers,
    without_remarks,
)
from dxkit.intake.findings import FindingFactory, finding
from dxkit.intake.forms import read_form
from dxkit.intake.names import Names, sender_in_name
from dxkit.intake.sheets import read_sheets
from dxkit.model.addresses import column_and_row
from dxkit.model.campaign import Campaign, Correction
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import SourceFile
from dxkit.model.periods import Period
from dxkit.model.text import clean, normalise
from dxkit.workbooks.cells import Cell, UnreadableFileError, Workbook
from dxkit.workbooks.legacy_text import decoded_sheet
from dxkit.workbooks.processes import no_collection
from dxkit.workbooks.raw_folder import SUFFIXES, WORKBOOK_SUFFIXES, read_content
from dxkit.workbooks.reading import is_workbook, workbook_of


@no_collection()
def read_file(
    campaign: Campaign, period: Period, names: Names, path: Path, folder: Path
) -> FileRead:
    """One file; a file that cannot be read is a finding."""
    file = path.relative_to(folder).as_posix()
    named = sender_in_name(file, names)
    by_name = named.code if named is not None else ""
    result = FileRead(SourceFile(file, "", unit_code=by_name))
    found, finding, suffix = result.findings, FindingFactory(file), path.suffix.lower()
    try:
        content = read_content(path)
        result.source = SourceFile(file, hashlib.sha256(content).hexdigest(), False, by_name)
        if suffix not in WORKBOOK_SUFFIXES:
            code = "workbook_not_read" if is_workbook(content) else "file_type_unknown"
            found.append(finding(code, None, by_name))
            return result
        workbook = workbook_of(content, file)
    except UnreadableFileError as error:
        found.append(unreadable(file, error.reason, error.sheet, error.cell, by_name))
        return result
    if suffix not in SUFFIXES[workbook.format]:
        found.append(finding("file_type_differs", format=workbook.format, suffix=suffix))
    if workbook.encoding not in ("", "utf-8", "utf-8-sig"):
        found.append(finding("encoding_detected", encoding=workbook.encoding))
    result.listed = listed_answers(workbook)
    workbook, origin = without_remarks(workbook)
    workbook = _in_unicode(workbook, found)
    result.cells = cells_of(workbook, origin)
    mine = [_for_copy(c, workbook, origin) for c in campaign.corrections if c.period == period.id]
    workbook, result.corrected = _corrected(workbook, mine, found)
    form = read_form(campaign, period, workbook)
    if form is not None:
        found += form.findings
        result.answers, result.replies = form.answers, form.replies
        result.as_before = form.as_before
        workbook, by_name = form.workbook, by_name or _known(form.identity.sender, names)
        if form.refused or form.identity.asks_replies:
            result.source = dataclasses.replace(
                result.source, unit_code=by_name, is_reply=form.identity.asks_replies
            )
            return result
    read = read_sheets(campaign, period, names, workbook, form.layouts if form else {})
    result.tables, result.sheets = read.tables, read.sheets
    found += read.findings
    marker = normalise(campaign.simulated_marker)
    simulated = bool(marker) and any(
        isinstance(cell.value, str) and marker in normalise(cell.text)
        for sheet in workbook.sheets
        for cell in sheet.cells.values()
    )
    if simulated:
        found.append(finding("simulated_data"))
    found += _sent_late(workbook, period)
    of_sheets = by_name or (read.sender.code if read.sender is not None else "")
    sender = next((t.sender.code for t in result.tables if t.sender), of_sheets)
    result.source = SourceFile(file, result.source.sha256, simulated, sender)
    return result


def _known(code: str, names: Names) -> str:
    return code if code in names.units else ""


def file_that_failed(path: Path, folder: Path, names: Names, reason: str) -> FileRead:
    """A file whose reading gave nothing."""
    file = path.relative_to(folder).as_posix()
    sender = sender_in_name(file, names)
    code = sender.code if sender else ""
    try:
        digest = hashlib.sha256(read_content(path)).hexdigest()
    except UnreadableFileError:
        digest = ""
    source = SourceFile(file, digest, unit_code=code)
    return FileRead(source, findings=[unreadable(file, reason, unit_code=code)])


def unreadable(
    file: str, reason: str, sheet: str = "", cell: str = "", unit_code: str = ""
) -> Finding:
    """That a file, or what stands in a file's place, is not read."""
    return finding("file_unreadable", CellRef(file, sheet, cell), unit_code, reason=reason)


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
        finding = FindingFactory(workbook.file, sheet.name)
        values = {"day": day.isoformat(), "due": period.due_day.isoformat()}
        yield finding("sent_late", cell, None, cell.text, **values)


def _for_copy(correction: Correction, workbook: Workbook, origin: Origin | None) -> Correction:
    """A repair of the file that a returned copy was made of holds for the copy too."""
    if origin is None or correction.file != origin.file or not workbook.sheets:
        return correction
    sheet = correction.sheet or workbook.sheets[0].name  # a text file's sheet has no name
    return dataclasses.replace(correction, file=workbook.file, sheet=sheet)


def _in_unicode(workbook: Workbook, findings: list[Finding]) -> Workbook:
    """The workbook with text of old encodings decoded, and a finding for each such sheet."""
    sheets = []
    for sheet in workbook.sheets:
        in_unicode, encoding = decoded_sheet(sheet)
        sheets.append(in_unicode)
        if encoding is not None:
            finding = FindingFactory(workbook.file, sheet.name)
            findings.append(finding("legacy_text_decoded", encoding=encoding.value))
    return dataclasses.replace(workbook, sheets=tuple(sheets))


def _corrected(
    workbook: Workbook, corrections: Iterable[Correction], findings: list[Finding]
) -> tuple[Workbook, dict[CellRef, Correction]]:
    """The workbook with the office's own repairs of cells, each applied only while its cell reads
    as expected; and the cells repaired. A repair that changes nothing explains its cell.
    """
    mine = [c for c in corrections if c.file == workbook.file]
    applied: dict[CellRef, Correction] = {}
    sheets = []
    for sheet in workbook.sheets:
        cells = dict(sheet.cells)
        for correction in (c for c in mine if c.sheet == sheet.name.strip()):
            address = CellRef(workbook.file, sheet.name, correction.cell)
            column, row = column_and_row(correction.cell)
            cell = sheet.cell(row, column)
            fits = clean(cell.text) == clean(correction.expected)
            code = "correction_applied" if fits else "correction_outdated"
            if fits and clean(correction.corrected) == clean(correction.expected):
                code = "value_explained"  # it stands as it is
            elif fits:
                cells[row, column] = Cell(row, column, correction.corrected, font=cell.font)
                applied[address] = correction
            said = ("expected", "corrected", "reason", "name", "date")
            values = {name: getattr(correction, name) for name in said}
            findings.append(finding(code, address, "", cell.text, **values))
        sheets.append(dataclasses.replace(sheet, cells=cells))
    known = {sheet.name.strip() for sheet in workbook.sheets}
    for correction in (c for c in mine if c.sheet not in known):
        address = CellRef(workbook.file, correction.sheet, correction.cell)
        values = {"expected": correction.expected, "reason": correction.reason}
        findings.append(finding("correction_outdated", address, **values))
    return dataclasses.replace(workbook, sheets=tuple(sheets)), applied
