"""Workbooks of Excel 5 to 2003: .xls.

The records are looked through before their library reads them: it unfolds some without a bound (a
link on whole columns, blanks that are only formatted), so that only the records that hold what is
wanted are left to it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from dxkit.workbooks.cells import Cell, Sheet, UnreadableFileError
from dxkit.workbooks.formats import build_sheet, raised, shown, style_of
from dxkit.workbooks.limits import MOST_CELLS, MOST_SHEETS, Allowance

_BEGIN, _END, _CONTINUE, _PASSWORD = 0x809, 0x0A, 0x3C, 0x2F
_FORMULA, _COLUMN_INFO, _MANY_NUMBERS = 0x06, 0x7D, 0xBD
_CELLS = frozenset({0x203, 0x27E, _MANY_NUMBERS, 0x204, 0xD6, 0xFD, _FORMULA, 0x205})
_WANTED = _CELLS | {
    _BEGIN, _END, _PASSWORD, _COLUMN_INFO,
    0x42, 0x22, 0x85, 0xFC,  # code page, first day, sheets, texts
    0x31, 0x41E, 0xE0, 0x56,  # fonts, number formats, styles
    0x208, 0x225, 0xE5,  # rows, rows without a record, merged ranges
    0x207, 0x221, 0x4BC, 0x236,  # what follows a formula
    0x1C, 0x5D, 0x1B6,  # notes and the shapes that hold their text
}  # fmt: skip
_UNKNOWN = struct.pack("<H", 0x0FFF)  # the library passes over what it does not know


@dataclass(frozen=True)
class Records:
    """The stream with the wanted records only, and the positions where its parts begin: the list
    of sheets, then each sheet.
    """

    stream: bytes
    beginnings: frozenset[int]


def wanted_records(stream: bytes) -> Records:
    """The records, looked through once; raises ``UnreadableFileError``."""
    kept = bytearray(stream)
    beginnings: set[int] = set()
    allowed = MOST_CELLS
    position = depth = 0
    wanted = False
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        end = position + 4 + length
        if depth == 0:
            if kind != _BEGIN:
                break  # what follows the last sheet belongs to nothing
            beginnings.add(position)
        if end > len(stream) or kind == 0:  # no record has this kind: bytes were blanked
            break
        if kind == _BEGIN:
            depth += 1
        elif kind == _END:
            depth -= 1
        elif kind == _PASSWORD:
            raise UnreadableFileError("encrypted")
        if kind != _CONTINUE:
            wanted = kind in _WANTED
        if not wanted:
            kept[position : position + 2] = _UNKNOWN
        elif kind in _CELLS:
            allowed -= max((length - 6) // 6, 1) if kind == _MANY_NUMBERS else 1
            if allowed < 0:
                raise UnreadableFileError("too_large")
        elif kind == _COLUMN_INFO:
            first, last = struct.unpack_from("<HH", stream, position + 4)
            if not first <= last <= 256:
                raise UnreadableFileError("damaged")
        position = end
    if depth or not beginnings:
        raise UnreadableFileError("damaged")
    return Records(bytes(kept), frozenset(beginnings))


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
