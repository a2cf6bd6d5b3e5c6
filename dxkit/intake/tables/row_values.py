"""The cells of a row read by their columns, with what the cells beside and above them tell."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Sequence

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
)
from dxkit.intake.tables.layout import Column, Layout
from dxkit.intake.vocabulary import is_word
from dxkit.model.campaign import Measure, MeasureKind
from dxkit.model.observations import Flag
from dxkit.model.periods import Period
from dxkit.model.text import normalise
from dxkit.workbooks.cells import Cell, Sheet

_MONTHS = 12
_MANY = 10  # times
_A_YEAR = datetime.timedelta(days=366)
_FIRST_DAY = datetime.date(1899, 12, 30)  # of spreadsheets' numbers of days

Values = dict[Column, tuple[Cell, Value]]


class RowValues:
    """Reads the rows of one table; ditto marks take the value of the last row remembered. A row
    that ``fits_two_ways`` is not used.
    """

    def __init__(
        self,
        sheet: Sheet,
        layout: Layout,
        fits_two_ways: Callable[[int, Values], bool],
        period: Period,
    ) -> None:
        self._sheet = sheet
        self._layout = layout
        days = (period.first_day - _A_YEAR, period.last_day + _A_YEAR)
        first, last = ((day - _FIRST_DAY).days for day in days)
        self._dates = (range(first, last), range(days[0].year, days[1].year + 1))
        self._large: dict[Column, float] = {}  # figures of columns with what may be a date
        self._rows = layout.rows_in(sheet)
        of_texts = (MeasureKind.TEXT, MeasureKind.ROWS)
        self._counts = [c for c in layout.columns if c.measure.kind not in of_texts]
        self._fractions = {c for c in layout.columns if self._holds_fractions(c)}
        self._counted = {c: _counted(c.measure) for c in layout.columns}
        self._amounts = {
            c: Amount(c.units, c.factor, decimal_mark(self._cells(c)))
            for c in layout.columns
            if c.units is not None
        }
        shares = {c: self._shares_of(c) for c in layout.columns if self._may_hold_shares(c)}
        self._of_shares = {column: most for column, most in shares.items() if most is not None}
        self._fits_two_ways = fits_two_ways
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
        for column in self._counts:
            cell = self._sheet.cell(number, column.number)
            found[column] = (cell, self._value(column, cell, level))
        if struck:
            return {c: (cell, _unsure(v, "value_struck_out")) for c, (cell, v) in found.items()}
        if self._fits_two_ways(number, found):
            return {c: (cell, _unsure(v, "row_shifted")) for c, (cell, v) in found.items()}
        for column, (cell, value) in found.items():
            if value.share is not None:
                found[column] = (cell, self._from_share(column, value, found))
            elif 0 < (value.whole or 0) <= _MONTHS and value.whole != whole_of(column, found):
                # 3/12 may be a day, and the column of its whole does not say otherwise.
                found[column] = (cell, _unsure(value, "value_is_date"))
        return found

    def _value(self, column: Column, cell: Cell, level: str) -> Value:
        if column.problem and cell.text.strip():
            return Value(None, Flag.REJECTED, column.problem)
        if column in self._struck and cell.text.strip():
            return Value(None, Flag.REJECTED, "value_struck_out")
        written = cell.value
        if isinstance(written, str) and not written.isdigit() and is_word("ditto", written):
            of_level, values = self._above
            above = values.get(column)
            if above is None or above.value is None or of_level != level:
                return Value(None, Flag.REJECTED, "value_unreadable")
            return Value(above.value, Flag.REPAIRED, "ditto_read", {"value": above.value})
        if column.measure.kind is MeasureKind.COUNT:
            value = read_count(cell, self._counted[column])
            is_share = column in self._of_shares and value.value is not None
            unsure = is_share and (value.value == 1 or self._of_shares[column])
            if level == column.measure.level and self._may_be_a_date(column, value):
                return _unsure(value, "value_is_date")
        elif column in self._amounts:
            value, unsure = read_amount(cell, self._amounts[column]), False
        else:
            value = read_number(cell, column.measure.kind, column in self._fractions)
            unsure = False
        if self._is_shared(column, cell):
            return _unsure(value, "cell_merged")
        return _unsure(value) if unsure else value

    def _may_be_a_date(self, column: Column, value: Value) -> bool:
        """Whether a count is the number of a day near the period, or of its year, and many times
        all figures of its column that are none but the largest, which may be the total.
        """
        if not self._is_of_dates(value.value):
            return False
        if column not in self._large:
            counts = (read_count(cell).value for cell in self._cells(column))
            others = sorted(n for n in counts if n is not None and not self._is_of_dates(n))
            self._large[column] = next(iter(others[-2:]), 0) or math.inf
        return (value.value or 0) > _MANY * self._large[column]

    def _is_of_dates(self, count: object) -> bool:
        return isinstance(count, int) and any(count in dates for dates in self._dates)

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
        if column.measure.kind is not MeasureKind.COUNT:
            return False
        cells = (self._sheet.cells.get((row, column.number)) for row in rows)
        return any(
            cell is not None
            and isinstance(cell.value, float)
            and 1 < cell.value < 1000
            and not cell.is_percentage
            and abs(cell.value * 1000 - round(cell.value * 1000)) < 1e-6
            and abs(cell.value - round(cell.value)) > 1e-6
            for cell in cells
        )

    @staticmethod
    def _from_share(column: Column, value: Value, row: Values) -> Value:
        """The count behind a typed share, when the whole beside it leaves only one."""
        whole = whole_of(column, row)
        count = None
        if isinstance(whole, int) and value.share is not None and 0 <= value.share <= 100:
            count = count_from_share(value.share, whole)
        if count is None:
            return value
        return Value(count, Flag.FROM_SHARE, "count_from_share", {"value": count, "whole": whole})


def whole_of(column: Column, row: Values) -> float | int | None:
    """What a row says of the whole that a column is part of."""
    return next(
        (
            found.value
            for other, (_, found) in row.items()
            if other.measure.id == column.measure.whole and other.scope == column.scope
        ),
        None,
    )


def _unsure(value: Value, problem: str = "value_ambiguous") -> Value:
    """What a cell says when it is not certain that it says it."""
    if value.value is None:
        return value
    return Value(None, Flag.REJECTED, problem)


def _counted(measure: Measure) -> Counted:
    """What the cells of a measure's column count."""
    things = frozenset(normalise(thing) for thing in measure.things.values() if thing)
    return Counted(things, bool(measure.whole))
