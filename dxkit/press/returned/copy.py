"""One sender's workbook with the doubtful cells coloured and explained.

The file is not written anew but changed where remarks stand. (openpyxl, tried on a workbook with
everything in it, loses shapes, sparklines, results of formulas and what newer Excels add.)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dxkit.intake.file_cells import Origin, mark, sheet_titles, without_remarks
from dxkit.model.findings import Severity
from dxkit.model.observations import SourceFile
from dxkit.press.returned.from_cells import workbook_of_cells
from dxkit.press.returned.marks import Mark, is_address, mark_sheet
from dxkit.press.returned.notes import heading
from dxkit.press.returned.overview import Line, Overview, put_overview
from dxkit.press.returned.returned_parts import without_programs
from dxkit.press.returned.styles import COLOURS, Styles
from dxkit.report.wording.language import Language
from dxkit.workbooks.legacy_text import decoded_sheet
from dxkit.workbooks.package import Package
from dxkit.workbooks.reading import read_content, read_workbook


def annotated_copy(
    path: Path, source: SourceFile, lines: Sequence[Line], period: str, language: Language
) -> bytes | None:
    """The copy of a raw file as an .xlsx: the sender's file changed in place, or else made of the
    cells that were read; None when neither can be done.

    ``lines`` is what there is to say, in order; ``period`` what the period is called.
    """
    ways: tuple[Callable[[Path, str], _Copy], ...] = (_in_place, _of_cells)
    for way in ways:
        try:
            return _annotated(way(path, source.name), source, lines, period, language)
        except Exception:  # a sender's file may hold anything; the next way asks less of it
            continue
    return None


@dataclass(frozen=True)
class _Copy:
    """A workbook to be annotated, what it lacks, and the names its sheets have in it."""

    package: Package
    lacking: tuple[str, ...]
    titles: Mapping[str, str] = field(default_factory=dict)


def _in_place(path: Path, file: str) -> _Copy:
    package = Package(read_content(path))
    return _Copy(package, without_programs(package))


def _of_cells(path: Path, file: str) -> _Copy:
    workbook, _ = without_remarks(read_workbook(path, file))
    lacking = "of_cells"
    if workbook.encoding:  # a text: no font would tell its old encoding to the next reader
        in_unicode = tuple(decoded_sheet(sheet)[0] for sheet in workbook.sheets)
        workbook = dataclasses.replace(workbook, sheets=in_unicode)
        lacking = "of_text"
    titles = sheet_titles(sheet.name for sheet in workbook.sheets)
    return _Copy(workbook_of_cells(workbook, titles), (lacking,), titles)


def _annotated(
    copy: _Copy, source: SourceFile, lines: Sequence[Line], period: str, language: Language
) -> bytes:
    say, package = language.plain, copy.package
    styles = Styles(package)
    lines = [_renamed(line, copy.titles) for line in lines]
    numbers = {s: str(sum(line.severity is s for line in lines)) for s in Severity}
    remarks = [
        say("workbook.check_how"),
        say(
            "workbook.check_colours",
            errors=numbers[Severity.ERROR],
            warnings=numbers[Severity.WARNING],
        ),
        *(say(f"workbook.lacks_{what}", file=source.name) for what in copy.lacking),
    ]
    overview = Overview(
        say("workbook.to_check"),
        say(
            "workbook.check_title",
            file=source.name,
            period=period,
        ),
        remarks,
        mark(Origin(source.name, source.sha256)),
        [say(f"workbook.{key}") for key in
         ("number", "severity", "sheet", "cell", "received", "remark", "to_do")],
        lines,
    )  # fmt: skip
    marks: dict[str, list[Mark]] = {}
    for line in lines:
        if is_address(line.cell) and line.severity in COLOURS:
            text = f"{line.severity_name}. {line.wrong} {line.to_do}".strip()
            marks.setdefault(line.sheet, []).append(Mark(line.cell, line.severity, text))
    for sheet, part in package.sheets.items():
        has_notes = bool(package.related(part, "comments"))
        if sheet in marks or has_notes:
            words = heading(say("workbook.to_check"))
            mark_sheet(package, part, styles, marks.get(sheet, ()), words)
    put_overview(package, styles, overview)
    return package.save()


def _renamed(line: Line, titles: Mapping[str, str]) -> Line:
    return dataclasses.replace(line, sheet=titles.get(line.sheet, line.sheet))
