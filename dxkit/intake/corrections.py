"""The office's own repairs of cells, applied only while the cell reads as expected."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from dxkit.model.addresses import column_number
from dxkit.model.campaign import Correction
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.text import clean
from dxkit.workbooks.cells import Cell, Sheet, Workbook


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
