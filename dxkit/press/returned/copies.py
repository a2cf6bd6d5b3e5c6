"""Copies for the senders, kept up to date in the period's folder: each one's workbook with the
doubtful cells coloured and explained.

The file is not written anew but changed where remarks stand. (openpyxl, tried on a workbook with
everything in it, loses shapes, sparklines, results of formulas and what newer Excels add.)
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dxkit.intake.file_cells import Origin, mark, returned_name, sheet_titles, without_remarks
from dxkit.model.addresses import column_letters
from dxkit.model.observations import Mistake, SourceFile
from dxkit.period import OpenPeriod
from dxkit.press.manifest import code_key, digest_of, hash_of, is_damaged
from dxkit.press.returned.active_content import active_kinds, take_out
from dxkit.press.returned.marks import heading, is_address, mark_sheet
from dxkit.press.returned.overview import COLOURS, Line, Overview, Styles, listed, put_overview
from dxkit.report.wording.findings import (
    finding_kind,
    finding_text,
    in_order,
    names_in_findings,
    what_follows,
    what_to_do,
)
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import (
    carry_mark_of_the_web,
    set_aside,
    take_away,
    write_bytes,
    write_text,
)
from dxkit.workbooks.cells import Cell, Sheet, Workbook
from dxkit.workbooks.legacy_text import decoded_sheet
from dxkit.workbooks.package import Element, Package, main, writable
from dxkit.workbooks.raw_folder import read_content
from dxkit.workbooks.reading import workbook_of

_WITHOUT_COPY = frozenset({"file_unreadable", "file_type_unknown", "file_superseded"})
_RECORD = Path("data") / "returned.json"


@dataclass
class Returned:
    """What was written: raw file → path of its copy in the period's folder; the copies that
    somebody had worked in, under the names they were kept by; and those that stand ``as_written``.
    """

    copies: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    as_written: list[str] = field(default_factory=list)


def write_returned(opened: OpenPeriod, folder: Path, language: Language) -> Returned:
    """``returned/<workbook>`` for every readable file with an error or a warning.

    A copy that would be the same is not written again; one that is not needed any more is taken
    away; one that was changed since it was written is kept under another name.
    """
    by_file: dict[str, list[Mistake]] = {}
    for mistake in opened.received.mistakes:
        by_file.setdefault(mistake[0].address.file, []).append(mistake)
    names = names_in_findings(opened.campaign, opened.analysis.units, language)
    period = language.period(opened.analysis.period.id)
    raw = opened.project.period_folder(opened.campaign.id, opened.analysis.period.id)
    result, code = Returned(), code_key()
    record = _Record(folder, result, {source.sha256 for source in opened.received.sources})
    parts = opened.received.parts  # those of a period made of others go back in their own
    for source in () if parts else opened.received.sources:
        mistakes = by_file.get(source.name, [])
        useless = any(f.code in _WITHOUT_COPY for f, _ in mistakes)
        if useless or not any(f.severity in COLOURS for f, _ in mistakes):
            continue
        name = _free_name(source.name, result.copies.values())
        lines = [_line(mistake, names, language) for mistake in in_order(mistakes)]
        key = digest_of(source.sha256, repr(lines), language.code, code)
        if not record.has(name, key):
            content = annotated_copy(raw / source.name, source, lines, period, language)
            if content is None:
                result.failed.append(source.name)
                continue
            record.write(name, key, content)
            carry_mark_of_the_web(raw / source.name, folder / name)
        record.wanted.add(name)
        result.copies[source.name] = name
    record.close()
    return result


def _free_name(file: str, taken: Iterable[str]) -> str:
    """Where the copy of a file goes; "a.xls" does not take the place of "a-xls.xlsx"."""
    path = Path("returned") / returned_name(file)
    lower = {name.casefold() for name in taken}
    number, free = 1, path
    while free.as_posix().casefold() in lower:
        number += 1
        free = path.with_name(f"{path.stem} {number}{path.suffix}")
    return free.as_posix()


def _line(mistake: Mistake, names: Mapping[str, str], language: Language) -> Line:
    finding, consequences = mistake
    also = what_follows(finding, consequences, language)
    return Line(
        finding.severity,
        language.plain(f"site.severity_{finding.severity}"),
        finding.address.sheet,
        finding.address.cell,
        finding.raw,
        f"{finding_text(finding, language, names)} {also}".rstrip(),
        what_to_do(finding.code, language),
        finding_kind(finding.code, language),
        finding.code,
        str(finding.values["answer"]) if "!" in str(finding.values.get("answer_at", "")) else "",
    )


class _Record:
    """What was written before, so that a person's own work in a copy is never written over."""

    def __init__(self, folder: Path, result: Returned, received: Collection[str]) -> None:
        self._folder, self._result, self._received = folder, result, received
        self.wanted: set[str] = set()
        try:
            self._written = json.loads((folder / _RECORD).read_text("utf-8"))
        except (OSError, ValueError):
            self._written = {}

    def has(self, name: str, key: str) -> bool:
        """Whether the copy is there, made under the same key, or as somebody has saved it since."""
        known = self._written.get(name, {})
        whole = self._hash(name) == known.get("sha256") or not is_damaged(self._folder / name)
        return known.get("key") == key and whole

    def write(self, name: str, key: str, content: bytes) -> None:
        """Write a copy, whole or not at all."""
        self._make_room(name, self._received)
        write_bytes(self._folder / name, content)
        self._written[name] = {"key": key, "sha256": digest_of(content)}

    def close(self) -> None:
        """Take away the copies that nothing is to be said of any more, and keep the record."""
        for name in [n for n in self._written if n not in self.wanted]:
            self._make_room(name, ())
            take_away(self._folder / name)
            del self._written[name]
        written = self._written.items()
        self._result.as_written += [n for n, w in written if self._hash(n) == w["sha256"]]
        write_text(self._folder / _RECORD, json.dumps(self._written, indent=1) + "\n")

    def _make_room(self, name: str, received: Collection[str]) -> None:
        """Set aside a copy that somebody has worked in, unless it was received back as it is."""
        path = self._folder / name
        present = self._hash(name)
        known = self._written.get(name, {}).get("sha256", "")
        if present == known or is_damaged(path) or hash_of(path) in received:
            return
        self._result.kept.append(set_aside(path).relative_to(self._folder).as_posix())

    def _hash(self, name: str) -> str:
        try:
            return digest_of((self._folder / name).read_bytes())
        except OSError:
            return ""


def annotated_copy(
    path: Path, source: SourceFile, lines: Sequence[Line], period: str, language: Language
) -> bytes | None:
    """The copy of a raw file as an .xlsx: the sender's file changed in place, or else made of the
    cells that were read; None when neither can be done, or the file is not that which was read.

    ``lines`` is what there is to say, in order; ``period`` what the period is called.
    """
    content = read_content(path)
    if hashlib.sha256(content).hexdigest() != source.sha256:
        return None
    ways: tuple[Callable[[bytes, str], _Copy], ...] = (_in_place, _of_cells)
    for way in ways:
        try:
            return _annotated(way(content, source.name), source, lines, period, language)
        except Exception:  # a sender's file may hold anything; the next way asks less of it
            continue
    return None


@dataclass(frozen=True)
class _Copy:
    """A workbook to be annotated, what it lacks, and the names its sheets have in it."""

    package: Package
    lacking: tuple[str, ...]
    titles: Mapping[str, str] = field(default_factory=dict)


def _in_place(content: bytes, file: str) -> _Copy:
    package, taken = Package(content), active_kinds(content)
    take_out(package)
    return _Copy(package, taken)


def _of_cells(content: bytes, file: str) -> _Copy:
    workbook, _ = without_remarks(workbook_of(content, file))
    lacking = "of_cells"
    if workbook.encoding:  # a text: no font would tell its old encoding to the next reader
        in_unicode = tuple(decoded_sheet(sheet)[0] for sheet in workbook.sheets)
        workbook = replace(workbook, sheets=in_unicode)
        lacking = "of_text"
    titles = sheet_titles(sheet.name for sheet in workbook.sheets)
    return _Copy(_workbook_of_cells(workbook, titles), (lacking, *active_kinds(content)), titles)


def _annotated(
    copy: _Copy, source: SourceFile, lines: Sequence[Line], period: str, language: Language
) -> bytes:
    say, package = language.plain, copy.package
    styles = Styles(package)
    lines = [replace(line, sheet=copy.titles.get(line.sheet, line.sheet)) for line in lines]
    errors, warnings = (
        str(sum(line.severity is severity for line in lines)) for severity in COLOURS
    )
    remarks = [
        say("workbook.check_how"),
        say("workbook.check_colours", errors=errors, warnings=warnings),
        *(say(f"workbook.lacks_{what}", file=source.name) for what in copy.lacking),
    ]
    overview = Overview(
        say("workbook.to_check"),
        say("workbook.check_title", file=source.name, period=period),
        remarks,
        mark(Origin(source.name, source.sha256)),
        [say(f"workbook.{key}") for key in
         ("number", "severity", "sheet", "cell", "received", "remark", "to_do", "answers")],
        listed(lines),
    )  # fmt: skip
    by_sheet: dict[str, list[Line]] = {}
    for line in lines:
        if is_address(line.cell) and line.severity in COLOURS:
            by_sheet.setdefault(line.sheet, []).append(line)
    for sheet, part in package.sheets.items():
        if sheet in by_sheet or package.related(part, "comments"):
            words = heading(say("workbook.to_check"))
            mark_sheet(package, part, styles, by_sheet.get(sheet, ()), words)
    put_overview(package, styles, overview)
    return package.save()


def _workbook_of_cells(workbook: Workbook, titles: Mapping[str, str]) -> Package:
    """An .xlsx with the same cells at the same addresses: values, number formats, fonts, notes,
    merged cells, hidden rows, columns and sheets. ``titles`` maps sheet names to those to write.

    Every text is a text: nothing becomes a formula. Formulas are their results.
    """
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.properties.created = datetime.datetime(2000, 1, 1)
    for sheet in workbook.sheets:
        _write(book.create_sheet(titles[sheet.name]), sheet)
    target = io.BytesIO()
    book.save(target)
    package = Package(target.getvalue())
    written = package.tree("docProps/core.xml").find("{http://purl.org/dc/terms/}modified")
    if written is not None:  # the library puts the clock there: the same cells, the same bytes
        written.text = "2000-01-01T00:00:00Z"
    for sheet in workbook.sheets:
        _exact(package.tree(package.sheets[titles[sheet.name]]), sheet)
    return package


def _exact(root: Element, sheet: Sheet) -> None:
    """Write out all digits of numbers: the library keeps sixteen."""
    numbers = {
        cell.address: repr(cell.value)
        for cell in sheet.cells.values()
        if isinstance(cell.value, float) and float(f"{cell.value:.16g}") != cell.value
    }
    for cell in root.iter(main("c")) if numbers else ():
        value = cell.find(main("v"))
        if value is not None and cell.get("r") in numbers:
            value.text = numbers[cell.get("r")]


def _write(target: Any, sheet: Sheet) -> None:
    from openpyxl.comments import Comment
    from openpyxl.worksheet.properties import PageSetupProperties

    styles: dict[tuple[object, ...], Any] = {}  # one for all cells that look alike: much faster
    for (row, column), cell in sheet.cells.items():
        written = target.cell(row, column)
        value = writable(cell.value) if isinstance(cell.value, str) else cell.value
        written.value = value
        is_text = isinstance(value, str) and not cell.is_error
        if is_text:
            written.data_type = "s"
        quoted = is_text and str(value).startswith(("=", "+", "-", "@"))
        # The type too, for a date has its own format.
        look = (type(value), cell.font, cell.number_format, quoted, cell.struck)
        if look not in styles:
            styles[look] = _style(written, cell, quoted)
        written._style = styles[look]
    for (row, column), note in sheet.comments.items():
        target.cell(row, column).comment = Comment(writable(note), "")
    for first_row, first_column, last_row, last_column in sheet.merged:
        target.merge_cells(
            start_row=first_row, start_column=first_column, end_row=last_row, end_column=last_column
        )
    for row in sheet.hidden_rows:
        target.row_dimensions[row].hidden = True
    for column, width in _widths(sheet).items():
        target.column_dimensions[column_letters(column)].width = width
    for column in sheet.hidden_columns:
        target.column_dimensions[column_letters(column)].hidden = True
    target.page_setup.orientation, target.page_setup.fitToHeight = "landscape", 0
    target.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    target.sheet_state = "hidden" if sheet.hidden else "visible"


def _style(target: Any, cell: Cell, quoted: bool) -> Any:
    """The style of a look, made on its first cell. A quoted text stays one when it is edited."""
    from openpyxl.styles import Font

    if cell.number_format != "General":
        target.number_format = cell.number_format
    if cell.font or cell.struck:
        target.font = Font(name=cell.font or None, strike=cell.struck or None)
    if quoted:
        target.quotePrefix = True
    return target._style


def _widths(sheet: Sheet) -> dict[int, float]:
    """As wide as the longest short text of a column, for the reader keeps no widths."""
    widths: dict[int, float] = {}
    across = {(row, column) for row, column, _, last in sheet.merged if last > column}
    for address, cell in sheet.cells.items():
        longest = max(len(line) for line in cell.text.splitlines() or [""])
        if longest <= 60 and address not in across:
            widths[cell.column] = max(widths.get(cell.column, 6.0), longest + 2.0)
    return widths
