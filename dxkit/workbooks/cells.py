"""The nouns of a workbook: cells, sheets, the file, and why a file cannot be read."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from dxkit.model.addresses import column_letters

CellValue = str | int | float | bool | datetime.date | datetime.time | datetime.timedelta | None

Range = tuple[int, int, int, int]
"""First row, first column, last row, last column."""


class UnreadableFileError(Exception):
    """The file cannot be read; ``reason`` is a key of the finding's reasons. ``sheet`` and
    ``cell`` say where, when one cell is to blame.
    """

    def __init__(self, reason: str, sheet: str = "", cell: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.sheet = sheet
        self.cell = cell


_PLAIN = frozenset({"General", "@", "0", "#,##0", ""})


@lru_cache(maxsize=1_000)
def _is_percentage(number_format: str) -> bool:
    return "%" in re.sub(r'"[^"]*"|\\.', "", number_format)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that holds something. Rows and columns count from 1. ``struck`` says that all or
    some of its letters are crossed out.
    """

    row: int
    column: int
    value: CellValue
    number_format: str = "General"
    font: str = ""
    formula_without_value: bool = False
    is_error: bool = False
    struck: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the cell shows what it holds and nothing else."""
        return self.number_format in _PLAIN and not self.struck

    @property
    def is_percentage(self) -> bool:
        """Whether its format shows a number in percent: 0.8 as "80%"."""
        return "%" in self.number_format and _is_percentage(self.number_format)

    @property
    def text(self) -> str:
        """The content as text, as near to what was typed as the file tells."""
        value = self.value
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return str(value)

    @property
    def address(self) -> str:
        """The address in A1 style."""
        return f"{column_letters(self.column)}{self.row}"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its cells by (row, column), without the empty ones.

    ``covered`` are cells that hold something below a merged one, where nobody sees it: they are
    not among the cells. ``row_lengths`` are the numbers of fields of a
    text file's lines that are shorter than its longest.
    ``comments`` are the notes that people fixed to cells, also to empty ones; ``formulas`` those of
    an .xlsx by their addresses, as ``written_out`` reads them.
    """

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merged: tuple[Range, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    comments: Mapping[tuple[int, int], str] = field(default_factory=dict)
    covered: tuple[Cell, ...] = ()
    row_lengths: Mapping[int, int] = field(default_factory=dict)
    formulas: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def rows(self) -> dict[int, tuple[Cell, ...]]:
        """The cells of each row that has any, from left to right."""
        found: dict[int, list[Cell]] = {}
        for row, column in sorted(self.cells):
            found.setdefault(row, []).append(self.cells[row, column])
        return {row: tuple(cells) for row, cells in found.items()}

    @cached_property
    def merged_at(self) -> dict[tuple[int, int], Range]:
        """The merged ranges by the cell that shows what they hold."""
        return {merged[:2]: merged for merged in self.merged}

    def merged_above(self, row: int, column: int) -> Cell | None:
        """The cell that shows what a merged range holds, for a row of the range below its first
        and the range's first column; None for any other.
        """
        ranges = self._merged_rows.get(column, [])
        position = bisect_left(ranges, (row, 0)) - 1  # the last that begins above the row
        if position < 0 or row > ranges[position][1]:
            return None
        return self.cell(ranges[position][0], column)

    @cached_property
    def _merged_rows(self) -> dict[int, list[tuple[int, int]]]:
        """First and last rows of merged ranges by their first column. (Each row of each range
        would be millions.)
        """
        found: dict[int, list[tuple[int, int]]] = {}
        for top, left, bottom, _ in sorted(self.merged):
            found.setdefault(left, []).append((top, bottom))
        return found

    def cell(self, row: int, column: int) -> Cell:
        """The cell at an address; an empty one where nothing stands."""
        return self.cells.get((row, column)) or Cell(row, column, None)


@dataclass(frozen=True)
class Workbook:
    """One received file. ``format`` is what its content is in: xlsx, xls, ods or text;
    ``encoding`` is that of a text, empty for other formats; ``properties`` what offices and
    programs have it say of itself beside its cells, with all marks of its format.
    """

    file: str
    sheets: tuple[Sheet, ...]
    format: str
    encoding: str = ""
    properties: str = ""


_SHARED = "\t"  # in no formula: before the address of the first cell, and after it


def shared(formula: str, address: str) -> str:
    """A formula, without the leading "=", that the file keeps once for many cells, as it is kept
    for each: with the address of the first.
    """
    return f"{_SHARED}{address}{_SHARED}{formula}"


def written_out(formula: str, address: str) -> str:
    """The formula of the cell at an address, as it would stand there alone."""
    if not formula.startswith(_SHARED):
        return formula
    _, origin, text = formula.split(_SHARED, 2)
    return moved(text, origin, address)


def moved(formula: str, origin: str, address: str) -> str:
    """A formula as it reads after its cell went from one address to another."""
    from openpyxl.formula.tokenizer import TokenizerError
    from openpyxl.formula.translate import Translator

    if not formula or origin == address:
        return formula
    try:
        return str(Translator(f"={formula}", origin=origin).translate_formula(address))[1:]
    except TokenizerError:
        return formula
