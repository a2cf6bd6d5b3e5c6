"""A received file as cells that keep their address, whatever its format.

``read_workbook`` opens one file and raises ``UnreadableFileError`` for anything it cannot read.
"""

from __future__ import annotations

import csv
import datetime
import io
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CellValue = str | int | float | bool | datetime.date | None

LARGEST_FILE = 50_000_000  # bytes as received
LARGEST_UNPACKED = 500_000_000  # bytes of all members of a zipped workbook
MOST_CELLS = 5_000_000
LONGEST_TEXT = 32_767  # what a spreadsheet cell can hold


class UnreadableFileError(Exception):
    """The file cannot be read; ``reason`` is a key of the finding's reasons."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that holds something. Rows and columns count from 1."""

    row: int
    column: int
    value: CellValue
    number_format: str = "General"
    font: str = ""
    formula_without_value: bool = False
    is_error: bool = False

    @property
    def text(self) -> str:
        """The content as text, as near to what was typed as the file tells."""
        if self.value is None:
            return ""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return str(self.value)

    @property
    def address(self) -> str:
        """The address in A1 style."""
        return f"{column_letters(self.column)}{self.row}"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its cells by (row, column), without the empty ones."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    @cached_property
    def rows(self) -> dict[int, tuple[Cell, ...]]:
        """The cells of each row that has any, from left to right."""
        found: dict[int, list[Cell]] = {}
        for _, cell in sorted(self.cells.items()):
            found.setdefault(cell.row, []).append(cell)
        return {row: tuple(cells) for row, cells in found.items()}

    def cell(self, row: int, column: int) -> Cell:
        """The cell at an address; an empty one where nothing stands."""
        return self.cells.get((row, column)) or Cell(row, column, None)


@dataclass(frozen=True)
class Workbook:
    """One received file. ``encoding`` is that of a text file, empty for other formats."""

    file: str
    sheets: tuple[Sheet, ...]
    encoding: str = ""


def column_letters(column: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while column:
        column, remainder = divmod(column - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters


def column_number(letters: str) -> int:
    """A → 1, AA → 27; the inverse of ``column_letters``."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def read_workbook(path: Path, file: str) -> Workbook:
    """The cells of a file; ``file`` is the name that addresses will carry.

    The content decides the format, not the name: an HTML page saved as .xls is refused.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UnreadableFileError("too_large")
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError("cannot_open") from error
    reader = _reader_for(content, path.suffix.lower())
    try:
        sheets, encoding = reader(content)
    except UnreadableFileError:
        raise
    except MemoryError as error:
        raise UnreadableFileError("too_large") from error
    except Exception as error:  # the libraries raise anything on damaged input
        raise UnreadableFileError("damaged") from error
    return Workbook(file, sheets, encoding)


Reading = tuple[tuple[Sheet, ...], str]  # with the encoding of a text file


def _reader_for(content: bytes, suffix: str) -> Callable[[bytes], Reading]:
    if not content.strip():
        raise UnreadableFileError("empty")
    if content[:4] == b"PK\x03\x04":
        return _read_zipped
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _read_xls
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        raise UnreadableFileError("web_page")
    if suffix in {".csv", ".tsv", ".txt"}:
        return _read_text
    raise UnreadableFileError("not_a_workbook")


def _read_zipped(content: bytes) -> Reading:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
            raise UnreadableFileError("too_large")
        if "xl/workbook.xml" in names:
            has_formulas = any(
                b"<f" in archive.read(name)
                for name in names
                if name.startswith("xl/worksheets/") and name.endswith(".xml")
            )
            return _read_xlsx(content, has_formulas)
        if "content.xml" in names:
            return _read_ods(content)
    raise UnreadableFileError("not_a_workbook")


def _read_xlsx(content: bytes, has_formulas: bool) -> Reading:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of parts that it does not keep
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content)) if has_formulas else None
    sheets = []
    for worksheet in book.worksheets:
        with_formulas = formulas[worksheet.title] if formulas else None
        cells = {}
        for row in worksheet.iter_rows():
            for cell in row:
                found = _xlsx_cell(cell, with_formulas)
                if found is not None:
                    cells[found.row, found.column] = found
                    if len(cells) > MOST_CELLS:
                        raise UnreadableFileError("too_large")
        sheets.append(
            Sheet(
                worksheet.title,
                cells,
                tuple(
                    (m.min_row, m.min_col, m.max_row, m.max_col)
                    for m in worksheet.merged_cells.ranges
                ),
                worksheet.sheet_state != "visible",
                frozenset(n for n, row in worksheet.row_dimensions.items() if row.hidden),
                frozenset(
                    column
                    for dimension in worksheet.column_dimensions.values()
                    if dimension.hidden
                    for column in range(dimension.min, dimension.max + 1)
                ),
            )
        )
    return tuple(sheets), ""


def _xlsx_cell(cell, with_formulas) -> Cell | None:  # type: ignore[no-untyped-def]
    uncalculated = False
    if cell.value is None:
        if with_formulas is None:
            return None
        original = with_formulas.cell(cell.row, cell.column)
        if original.data_type != "f":
            return None
        uncalculated = True
    return Cell(
        cell.row,
        cell.column,
        _limited(cell.value),
        cell.number_format,
        cell.font.name or "",
        uncalculated,
        cell.data_type == "e",
    )


def _limited(value: CellValue) -> CellValue:
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


def _read_xls(content: bytes) -> Reading:
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as error:
        locked = "encrypted" in str(error).lower()
        raise UnreadableFileError("encrypted" if locked else "damaged") from error
    sheets = []
    for page in book.sheets():
        cells = {}
        for row in range(page.nrows):
            for column in range(page.row_len(row)):
                found = _xls_cell(book, page, row, column)
                if found is not None:
                    cells[found.row, found.column] = found
        sheets.append(
            Sheet(
                page.name,
                cells,
                tuple((r1 + 1, c1 + 1, r2, c2) for r1, r2, c1, c2 in page.merged_cells),
                bool(page.visibility),
                frozenset(n + 1 for n, row in page.rowinfo_map.items() if row.hidden),
                frozenset(n + 1 for n, info in page.colinfo_map.items() if info.hidden),
            )
        )
    return tuple(sheets), ""


def _xls_cell(book, page, row: int, column: int) -> Cell | None:  # type: ignore[no-untyped-def]
    import xlrd

    cell = page.cell(row, column)
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) or cell.value == "":
        return None
    style = book.xf_list[cell.xf_index]
    number_format = book.format_map[style.format_key].format_str
    font = book.font_list[style.font_index].name
    value: CellValue = cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        value = xlrd.error_text_from_code.get(cell.value, "#ERROR")
        return Cell(row + 1, column + 1, value, number_format, font, is_error=True)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        value = bool(cell.value)
    elif cell.ctype == xlrd.XL_CELL_DATE:
        value = xlrd.xldate_as_datetime(cell.value, book.datemode)
    return Cell(row + 1, column + 1, _limited(value), number_format, font)


def _read_ods(content: bytes) -> Reading:
    from dxkit.intake.workbook_ods import read_sheets

    return read_sheets(content), ""


def _read_text(content: bytes) -> Reading:
    text, encoding = decode(content)
    lines = text.splitlines()
    marks = (";", "\t", ",")
    # The separator that most lines agree on: titles and notes above and below have none.
    separator = max(marks, key=lambda mark: sum(line.count(mark) > 0 for line in lines))
    if max(line.count(";") for line in lines) >= max(line.count(",") for line in lines) > 0:
        separator = ";"
    cells = {}
    for number, fields in enumerate(csv.reader(io.StringIO(text), delimiter=separator), start=1):
        for column, value in enumerate(fields, start=1):
            if value.strip():
                cells[number, column] = Cell(number, column, value[:LONGEST_TEXT])
    return (Sheet("", cells),), encoding


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file and the encoding it was found to be in."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding), encoding
    zeros = content[:400].count(0)
    if zeros > len(content[:400]) // 4:
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
        return content.decode(encoding), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        from dxkit.intake.legacy_text import recognised

        western = content.decode("latin-1")
        if recognised(western.splitlines()):  # decoded further with the cells of the sheet
            return western, "latin-1"
        return content.decode("cp1258", errors="strict"), "cp1258"
