"""The cells of a row read by their columns, with what the cells beside and above them tell."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from dxkit.intake.numbers import (
    Amount,
    Counted,
    Value,
    count_from_share,
    decimal_mark,
    is_fraction,
    read_amount,
    read_count,
    read_number,
    without_words,
)
from dxkit.intake.tables.layout import Column, Layout
from dxkit.intake.vocabulary import is_word
from dxkit.model.campaign import Measure, MeasureKind
from dxkit.model.observations import Flag
from dxkit.model.text import clean, normalise
from dxkit.workbooks.cells import Cell, Sheet

_BARE_NUMBER = re.compile(r"\d[\d.,]*\Z")
_SPLIT = re.compile(r"[1-9]\d{0,2}\|\d{3}\Z")  # the parts of a number with a comma for thousands

Values = dict[Column, tuple[Cell, Value]]


class RowValues:
    """Reads the rows of one table; ditto marks take the value of the last row remembered."""

    def __init__(self, sheet: Sheet, layout: Layout) -> None:
        self._sheet = sheet
        self._layout = layout
        self._rows = layout.rows_in(sheet)
        self._fractions = {c for c in layout.columns if self._holds_fractions(c)}
        self._counted = {c: _counted(c.measure) for c in layout.columns}
        self._amounts = {
            c: Amount(c.units, c.factor, decimal_mark(self._cells(c)))
            for c in layout.columns
            if c.units is not None
        }
        shares = {c: self._shares_of(c) for c in layout.columns if self._may_hold_shares(c)}
        self._of_shares = {column: most for column, most in shares.items() if most is not None}
        numbers = [c.number for c in layout.columns] + [r.number for r in layout.ratios]
        self._behind = max(numbers, default=0) + 1
        self._labelled = {
            cell.column for row in layout.header_rows for cell in sheet.rows.get(row, ())
        } | {
            column
            for top, left, _, right in sheet.merged
            if top in layout.header_rows
            for column in range(left, right + 1)
        }
        self._struck = {
            column
            for column in layout.columns
            if any(sheet.cell(row, column.number).struck for row in layout.header_rows)
        }
        self._above: tuple[str, dict[Column, Value]] = ("", {})  # with the level of its unit

    def remember(self, level: str, values: Values) -> None:
        """Keep a row of a unit of ``level`` for the ditto marks in the next one."""
        self._above = (level, {column: value for column, (_, value) in values.items()})

    def forget(self) -> None:
        """Ditto marks in the next row mean nothing that is known."""
        self._above = ("", {})

    def about_columns(self, rows: Sequence[int]) -> Iterator[tuple[str, Cell]]:
        """Finding codes about whole columns, with their header cells."""
        for column in self._layout.columns:
            header = self._sheet.cell(self._layout.header_rows.stop - 1, column.number)
            if column in self._fractions:
                yield "column_of_fractions", header
            if self._has_decimals(column, rows):
                yield "column_with_decimals", header

    def read(self, number: int, level: str = "", struck: bool = False) -> Values:
        """The cells of a row and what they say; ``level`` is that of the row's unit, ``struck``
        says that its name is crossed out.
        """
        found: Values = {}
        for column in self._layout.columns:
            if column.measure.kind in (MeasureKind.TEXT, MeasureKind.ROWS):
                continue
            cell = self._sheet.cell(number, column.number)
            found[column] = (cell, self._value(column, cell, level))
        if struck:
            return {c: (cell, _unsure(v, "value_struck_out")) for c, (cell, v) in found.items()}
        if self._is_shifted(number, found):
            return {c: (cell, _unsure(v, "row_shifted")) for c, (cell, v) in found.items()}
        for column, (cell, value) in found.items():
            if value.share is not None:
                found[column] = (cell, self._from_share(column, value, found))
        return found

    def _value(self, column: Column, cell: Cell, level: str) -> Value:
        if column.problem and cell.text.strip():
            return Value(None, Flag.REJECTED, column.problem)
        if column in self._struck and cell.text.strip():
            return Value(None, Flag.REJECTED, "value_struck_out")
        if isinstance(cell.value, str) and is_word("ditto", cell.value):
            of_level, values = self._above
            above = values.get(column)
            if above is None or above.value is None or of_level != level:
                return Value(None, Flag.REJECTED, "value_unreadable")
            return Value(above.value, Flag.REPAIRED, "ditto_read", {"value": above.value})
        if column.measure.kind is MeasureKind.COUNT:
            value = read_count(cell, self._counted[column])
            is_share = column in self._of_shares and value.value is not None
            unsure = is_share and (value.value == 1 or self._of_shares[column])
        elif column in self._amounts:
            value, unsure = read_amount(cell, self._amounts[column]), False
        else:
            value = read_number(cell, column.measure.kind, column in self._fractions)
            unsure = False
        if self._is_shared(column, cell):
            return _unsure(value, "cell_merged")
        return _unsure(value) if unsure else value

    def _is_shared(self, column: Column, cell: Cell) -> bool:
        """Whether a merged cell stands for several columns of figures or several units."""
        merged = self._sheet.merged_at.get((cell.row, cell.column))
        if merged is None:
            return False
        top, left, bottom, right = merged
        if any(left < other.number <= right for other in self._layout.columns):
            return True
        return any(
            self._sheet.cell(row, unit).text.strip()
            for row in range(top + 1, bottom + 1)
            for unit in self._layout.unit_columns
        )

    def _is_shifted(self, number: int, found: Values) -> bool:
        """Whether the figures of a row seem to stand one cell too far to the right: one lacks, and
        a bare number stands in the first column behind the table, which has no label, or among the
        remarks; there also when none lacks and one may have been split: "1,900" as 1 and 900.
        """
        length = self._sheet.row_lengths.get(number)
        if length is not None and any(length < column.number for column in found):
            return True  # a line of a text file that breaks off: which field it lacks is not known
        blank = [
            cell.column
            for cell, value in found.values()
            if value.flag is Flag.NO_DATA and not cell.text
        ]
        remark = self._layout.remark_column
        if remark is not None and _is_bare_number(self._sheet.cell(number, remark)):
            lacks = any(column < remark for column in blank) or any(
                not self._sheet.cell(number, column).text.strip()
                for column in self._usually_filled
                if column < remark
            )
            if lacks or self._may_be_split(number, remark):
                return True
        if not blank or not _is_bare_number(self._sheet.cell(number, self._behind)):
            return False
        return self._behind not in self._labelled or self._is_of_shifted_rows

    @cached_property
    def _is_of_shifted_rows(self) -> bool:
        """Whether the column behind the table holds numbers in rows only that lack one."""
        figures = [column.number for column in self._layout.columns]
        return all(
            any((row, column) not in self._sheet.cells for column in figures)
            for row in self._rows
            if _is_bare_number(self._sheet.cell(row, self._behind))
        )

    @cached_property
    def _usually_filled(self) -> tuple[int, ...]:
        """The labelled columns behind the names that nobody declared and that hold something in
        most rows: earlier figures, shares.
        """
        units = max(self._layout.unit_columns, default=0)
        rows = [row for row in self._rows if any(self._sheet.cell(row, c.number).text.strip()
                                                 for c in self._layout.columns)]  # fmt: skip
        declared = {column.number for column in self._layout.columns}
        return tuple(
            column
            for column in self._labelled - declared
            if column > units
            and sum((row, column) in self._sheet.cells for row in rows) > len(rows) / 2
        )

    def _may_be_split(self, number: int, remark: int) -> bool:
        """Whether two cells side by side, from the first figure to the remark, read as one number
        in two parts.
        """
        first = min((column.number for column in self._layout.columns), default=remark)
        texts = [clean(self._sheet.cell(number, at).text) for at in range(first, remark + 1)]
        return any(map(_SPLIT.match, map("|".join, itertools.pairwise(texts))))

    def _cells(self, column: Column) -> Iterator[Cell]:
        """The cells of a column that hold something, from the header to the next table."""
        for row in self._rows:
            if (row, column.number) in self._sheet.cells:
                yield self._sheet.cells[row, column.number]

    def _shares_of(self, column: Column) -> bool | None:
        """Whether figures of a column of counts are shares: most (True) or some (False); None when
        none is.
        """
        numbers, shares = 0, 0
        for cell in self._cells(column):
            numbers += read_count(cell).value is not None
            shares += is_fraction(cell) is True and read_count(cell).value is None
        if not shares:
            return None
        return shares > 1 and shares >= numbers

    def _may_hold_shares(self, column: Column) -> bool:
        """Whether a column of counts holds anything between nought and one."""
        if column.measure.kind is not MeasureKind.COUNT:
            return False
        return any(
            (isinstance(v, float) and 0 < v < 1) or (isinstance(v, str) and v[:2] in ("0,", "0."))
            for v in (cell.value for cell in self._cells(column))
        )

    def _holds_fractions(self, column: Column) -> bool:
        """Whether a column of shares is written in fractions from top to bottom."""
        if column.measure.kind is not MeasureKind.SHARE:
            return False
        written = map(is_fraction, self._cells(column))
        known = [fraction for fraction in written if fraction is not None]
        return len(known) > 1 and all(known)

    def _has_decimals(self, column: Column, rows: Sequence[int]) -> bool:
        """Whether numbers of a column of counts have decimals as "1.234" has where a spreadsheet
        took its dot for a decimal mark: "12.000" then stands there as 12, and nobody can see it.
        """
        cells = [self._sheet.cell(row, column.number) for row in rows]
        return any(
            isinstance(cell.value, float)
            and column.measure.kind is MeasureKind.COUNT
            and 1 < cell.value < 1000
            and not cell.is_percentage
            and abs(cell.value * 1000 - round(cell.value * 1000)) < 1e-6
            and abs(cell.value - round(cell.value)) > 1e-6
            for cell in cells
        )

    @staticmethod
    def _from_share(column: Column, value: Value, row: Values) -> Value:
        """The count behind a typed share, when the whole beside it leaves only one."""
        whole = next(
            (
                found.value
                for other, (_, found) in row.items()
                if other.measure.id == column.measure.whole and other.scope == column.scope
            ),
            None,
        )
        count = None
        if isinstance(whole, int) and value.share is not None and 0 <= value.share <= 100:
            count = count_from_share(value.share, whole)
        if count is None:
            return value
        return Value(count, Flag.FROM_SHARE, "count_from_share", {"value": count, "whole": whole})


def _is_bare_number(cell: Cell) -> bool:
    """Whether a cell holds a number and nothing else but what it counts, be it as text."""
    if isinstance(cell.value, str):
        text = clean(cell.value)
        if text[:1].isdecimal() and not _BARE_NUMBER.match(text):
            text, _, _ = without_words(text)
        return bool(_BARE_NUMBER.match(text))
    return isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool)


def _unsure(value: Value, problem: str = "value_ambiguous") -> Value:
    """What a cell says when it is not certain that it says it."""
    if value.value is None:
        return value
    return Value(None, Flag.REJECTED, problem)


def _counted(measure: Measure) -> Counted:
    """What the cells of a measure's column count."""
    things = frozenset(normalise(thing) for thing in measure.things.values() if thing)
    return Counted(things, bool(measure.whole))
