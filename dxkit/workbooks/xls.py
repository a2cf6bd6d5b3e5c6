"""Workbooks of Excel 5 to 2003: .xls."""

from __future__ import annotations

from typing import Any

from dxkit.workbooks.cells import Cell, Sheet, UnreadableFileError
from dxkit.workbooks.limits import MOST_SHEETS, Allowance
from dxkit.workbooks.rich_text import raised
from dxkit.workbooks.sheet_building import build_sheet
from dxkit.workbooks.styles import shown, style_of
from dxkit.workbooks.xls_records import wanted_records

_SUPERSCRIPT = 1  # of a font's escapement
# Control characters, which no page and no workbook can hold; the other formats cannot either.
_NO_CHARACTERS = {n: "\ufffd" for n in range(32) if chr(n) not in "\t\n\r"}


class _NoLog:
    """Takes what the library has to say of a damaged file: it may be longer than the file."""

    def write(self, _: str) -> None:
        """Nothing is kept."""

    def flush(self) -> None:
        """Nothing is kept."""


def read_xls(content: bytes, allowance: Allowance) -> tuple[Sheet, ...]:
    """The sheets that hold cells. One is read after the other, for the memory."""
    import xlrd

    records = wanted_records(_stream(content))
    book = xlrd.open_workbook(
        file_contents=records.stream,
        formatting_info=True,
        on_demand=True,
        ragged_rows=True,
        logfile=_NoLog(),
    )
    positions = book._sh_abs_posn
    if book.nsheets > MOST_SHEETS:
        raise UnreadableFileError("too_large")
    if len(set(positions)) < len(positions) or not set(positions) <= records.beginnings:
        raise UnreadableFileError("damaged")
    sheets = []
    for number in range(book.nsheets):
        page = book.sheet_by_index(number)
        sheets.append(_sheet(book, page, allowance))
        book.unload_sheet(number)
    if not sheets:
        raise UnreadableFileError("damaged")
    return tuple(sheets)


def _stream(content: bytes) -> bytes:
    """The stream of workbook records within the file."""
    from xlrd.compdoc import CompDoc, CompDocError

    try:
        document = CompDoc(content, logfile=_NoLog())
        for name in ("Workbook", "Book"):
            memory, start, length = document.locate_named_stream(name)
            if memory:
                return bytes(memory[start : start + length])
        names = {entry.name for entry in document.dirlist}
    except CompDocError as error:
        raise UnreadableFileError("damaged") from error
    locked = names & {"EncryptedPackage", "EncryptionInfo"}
    raise UnreadableFileError("encrypted" if locked else "not_a_workbook")


def _sheet(book: Any, page: Any, allowance: Allowance) -> Sheet:
    import xlrd

    cells: dict[tuple[int, int], Cell] = {}
    for row in range(page.nrows):
        for column, kind in enumerate(page.row_types(row)):
            if kind not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                found = _cell(book, page, row, column)
                if found is not None:
                    allowance.take_cell(found.value, page.name, found.row, found.column)
                    cells[found.row, found.column] = found
    hidden_rows = {n + 1 for n, r in page.rowinfo_map.items() if r.hidden or r.height == 0}
    if page.default_row_hidden:
        hidden_rows |= {row for row, _ in cells if row - 1 not in page.rowinfo_map}
    return build_sheet(
        page.name,
        cells,
        [(top + 1, left + 1, bottom, right) for top, bottom, left, right in page.merged_cells],
        hidden=bool(page.visibility),  # 1 hidden, 2 hidden from the menu as well
        hidden_rows=hidden_rows,
        hidden_columns={n + 1 for n, c in page.colinfo_map.items() if c.hidden or c.width == 0},
        comments={(row + 1, column + 1): n.text for (row, column), n in page.cell_note_map.items()},
    )


def _cell(book: Any, page: Any, row: int, column: int) -> Cell | None:
    import xlrd

    kind, value = page.cell_type(row, column), page.cell_value(row, column)
    if value == "":
        return None
    xf = book.xf_list[page.cell_xf_index(row, column)]
    font = book.font_list[xf.font_index]
    struck = bool(font.struck_out)
    style = style_of(book.format_map[xf.format_key].format_str, font.name)
    is_error = False
    if kind == xlrd.XL_CELL_ERROR:
        value, is_error = xlrd.error_text_from_code.get(value, "#ERROR"), True
    elif kind == xlrd.XL_CELL_BOOLEAN:
        value = bool(value)
    elif isinstance(value, str):
        value = value.translate(_NO_CHARACTERS)
        runs = page.rich_text_runlist_map.get((row, column))
        if runs:
            value, partly = _of_runs(value, runs, book.font_list, font)
            struck = struck or partly
    elif isinstance(value, float):
        value, is_error = shown(value, style, bool(book.datemode))
    return Cell(
        row + 1,
        column + 1,
        value,
        style.number_format,
        style.font,
        is_error=is_error,
        struck=struck,
    )


def _of_runs(text: str, runs: Any, fonts: Any, first: Any) -> tuple[str, bool]:
    """A text with runs of fonts of their own, as it is read; whether letters are crossed out."""
    starts = [0, *(min(offset, len(text)) for offset, _ in runs), len(text)]
    of_run = [first, *(fonts[number] for _, number in runs if number < len(fonts))]
    pieces, struck = [], False
    for start, end, font in zip(starts, starts[1:], of_run, strict=False):
        piece = text[start:end]
        struck = struck or (bool(font.struck_out) and bool(piece.strip()))
        pieces.append(raised(piece) if font.escapement == _SUPERSCRIPT else piece)
    return ("".join(pieces) if len(of_run) == len(starts) - 1 else text), struck
