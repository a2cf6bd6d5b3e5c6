"""Copies for the senders: their own workbooks with the doubtful cells coloured and explained."""

from __future__ import annotations

import io
import os
import warnings
from collections import defaultdict
from pathlib import Path

from dxkit.model.findings import Finding, Severity
from dxkit.story.findings import finding_text
from dxkit.story.messages import Language
from dxkit.story.period import OpenPeriod

_COLOURS = {Severity.ERROR: "F8CBAD", Severity.WARNING: "FFE699"}


def write_returned(opened: OpenPeriod, raw: Path, folder: Path, language: Language) -> None:
    """``returned/<workbook>`` for every .xlsx with findings of severity error or warning."""
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for finding in opened.received.findings:
        if finding.severity in _COLOURS and finding.place.cell:
            by_file[finding.place.file].append(finding)
    for file, findings in by_file.items():
        if file.endswith(".xlsx"):
            _annotate(raw / file, folder / "returned" / file, findings, language)


def _annotate(source: Path, target: Path, findings: list[Finding], language: Language) -> None:
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts of the sender's file that are not kept
        book = openpyxl.load_workbook(io.BytesIO(source.read_bytes()))
    overview = book.create_sheet(language.plain("workbook.to_check")[:31], 0)
    for column, key in enumerate(("sheet", "cell", "received", "remark"), start=1):
        overview.cell(1, column, language.plain(f"workbook.{key}"))
    for row, finding in enumerate(findings, start=2):
        text = finding_text(finding, language)
        sheet = book[finding.place.sheet]
        cell = sheet[finding.place.cell]
        cell.fill = PatternFill("solid", fgColor=_COLOURS[finding.severity])
        cell.comment = Comment(text, "dxkit")
        for column, value in enumerate(
            (finding.place.sheet, finding.place.cell, finding.raw, text), start=1
        ):
            written = overview.cell(row, column)
            written.value = value
            written.data_type = "s"  # never a formula
        name = finding.place.sheet.replace("'", "''")
        overview.cell(row, 2).hyperlink = f"#'{name}'!{finding.place.cell}"
    for letters, width in (("A", 24), ("B", 10), ("C", 24), ("D", 90)):
        overview.column_dimensions[letters].width = width
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    book.save(scratch)
    os.replace(scratch, target)
