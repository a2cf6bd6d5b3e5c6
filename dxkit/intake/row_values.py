"""The cells of a row read by their columns, with what the cells beside and above them tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxkit.intake.layout import Column, Layout
from dxkit.intake.text import is_word, normalise
from dxkit.intake.values import (
    Counted,
    Value,
    count_from_share,
    is_fraction,
    read_count,
    read_number,
)
from dxkit.intake.workbook import Cell, Sheet
from dxkit.model.campaign import Measure, MeasureKind
from dxkit.model.table import Flag

Values = dict[Column, tuple[Cell, Value]]


class RowValues:
    """Reads the rows of one table; ditto marks take the value of the last row remembered."""

    def __init__(self, sheet: Sheet, layout: Layout) -> None:
        self._sheet = sheet
        self._layout = layout
        self._fractions = {c for c in layout.columns if self._holds_fractions(c)}
        self._counted = {c: _counted(c.measure) for c in layout.columns}
        self._above: tuple[str, dict[Column, Value]] = ("", {})  # with the level of its unit

    def remember(self, level: str, values: Values) -> None:
        """Keep a row of a unit of ``level`` for the ditto marks in the next one."""
        self._above = (level, {column: value for column, (_, value) in values.items()})

    def about_columns(self, rows: Sequence[int]) -> Iterator[tuple[str, Cell]]:
        """Finding codes about whole columns, with their header cells."""
        for column in self._layout.columns:
            header = self._sheet.cell(self._layout.header_rows.stop - 1, column.number)
            if column in self._fractions:
                yield "column_of_fractions", header
            if self._has_decimals(column, rows):
                yield "column_with_decimals", header

    def read(self, number: int, level: str = "") -> Values:
        """The cells of a row and what they say; ``level`` is that of the row's unit."""
        found: Values = {}
        for column in self._layout.columns:
            if column.measure.kind in (MeasureKind.TEXT, MeasureKind.ROWS):
                continue
            cell = self._sheet.cell(number, column.number)
            found[column] = (cell, self._value(column, cell, level))
        for column, (cell, value) in found.items():
            if value.share is not None:
                found[column] = (cell, self._from_share(column, value, found))
        return found

    def _value(self, column: Column, cell: Cell, level: str) -> Value:
        if column.problem and cell.text.strip():
            return Value(None, Flag.REJECTED, column.problem)
        if isinstance(cell.value, str) and is_word("ditto", cell.value):
            of_level, values = self._above
            above = values.get(column)
            if above is None or above.value is None or of_level != level:
                return Value(None, Flag.REJECTED, "value_unreadable")
            return Value(above.value, Flag.REPAIRED, "ditto_read", {"value": above.value})
        if column.measure.kind is MeasureKind.COUNT:
            return read_count(cell, self._counted[column])
        return read_number(cell, column.measure.kind, column in self._fractions)

    def _holds_fractions(self, column: Column) -> bool:
        """Whether a column of shares is written in fractions from top to bottom."""
        if column.measure.kind is not MeasureKind.SHARE:
            return False
        written = [
            is_fraction(cell)
            for number in self._sheet.rows
            if self._layout.first_row <= number <= self._layout.last_row
            and (cell := self._sheet.cell(number, column.number)).text.strip()
        ]
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
            and "%" not in cell.number_format
            and abs(cell.value * 1000 - round(cell.value * 1000)) < 1e-6
            and not cell.value.is_integer()
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


def _counted(measure: Measure) -> Counted:
    """What the cells of a measure's column count."""
    things = frozenset(normalise(thing) for thing in measure.things.values() if thing)
    return Counted(things, bool(measure.whole))
