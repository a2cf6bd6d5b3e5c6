"""Which rows of a sheet belong to a table: from the header down to the notes below it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from dxkit.intake.dates import Stated, other_time, stated_day
from dxkit.intake.names import Names
from dxkit.intake.tables.header_labels import is_column_number, says_units_of_measure
from dxkit.intake.tables.layout import Layout
from dxkit.intake.tables.row_labels import row_label
from dxkit.intake.tables.row_values import RowValues
from dxkit.intake.vocabulary import starts_with_word
from dxkit.model.campaign import MeasureKind
from dxkit.model.periods import Period
from dxkit.model.text import clean, normalise
from dxkit.workbooks.cells import Cell, Sheet


class TableRows:
    """The rows of one table. ``other_title`` is set when they end at a title of another time with
    rows of units below it: the cell, and the time that it states.
    """

    def __init__(
        self, names: Names, sheet: Sheet, layout: Layout, values: RowValues, period: Period | None
    ) -> None:
        self._names = names
        self._sheet = sheet
        self._layout = layout
        self._values = values
        self._period = period
        self._is_register = any(c.measure.kind is MeasureKind.TEXT for c in layout.columns)
        self.other_title: tuple[Cell, Stated] | None = None

    def __iter__(self) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        for number, cells in self._sheet.rows.items():
            if not self._layout.first_row <= number <= self._layout.last_row:
                continue
            if self._numbers_columns(number, cells) or self._repeats_header(cells):
                continue
            if says_units_of_measure(cells):
                continue
            if not self._is_register and self._has_figures(number):
                yield number, cells
                continue
            if self._ends_at(number, cells):
                return
            if self._is_register or not _begins_notes(cells):
                yield number, cells

    def _ends_at(self, number: int, cells: tuple[Cell, ...]) -> bool:
        """Whether the table ends at a row without figures: at notes, a date or a signature below
        it, or at a title of another time.
        """
        if self._is_register:
            return _begins_notes(cells)
        other = self._title_of_other_time(cells)
        if other is None and not _begins_notes(cells):
            return False
        goes_on = self._goes_on(number)
        if other is not None and goes_on:
            self.other_title = other
        return other is not None or not goes_on

    def _title_of_other_time(self, cells: tuple[Cell, ...]) -> tuple[Cell, Stated] | None:
        if self._period is None:
            return None
        for cell in cells:
            if isinstance(cell.value, str) and (time := other_time(cell.text, self._period)):
                return cell, time
        return None

    def _goes_on(self, number: int) -> bool:
        """Whether rows of units with figures follow."""
        return number < self._last_of_units

    @cached_property
    def _last_of_units(self) -> int:
        """The last row that names a unit and holds figures; looked for once, from below."""
        for number in sorted(self._sheet.rows, reverse=True):
            if not self._layout.first_row <= number <= self._layout.last_row:
                continue
            names = [self._sheet.cell(number, column).text for column in self._layout.unit_columns]
            if any(map(self._is_known, names)) and self._has_figures(number):
                return number
        return 0

    def _is_known(self, text: str) -> bool:
        """Whether a text names a unit."""
        label = row_label(text)
        if not label.open_name:
            return False
        return self._names.is_of_open_level(label.open_name) or any(
            self._names.is_written(name) for name in label.readings
        )

    def _has_figures(self, number: int) -> bool:
        for column in self._layout.columns:
            value = self._sheet.cell(number, column.number).value
            if isinstance(value, str) and value.isascii() and value.isdigit():
                return True
        return any(value.value is not None for _, value in self._values.read(number).values())

    def _numbers_columns(self, number: int, cells: tuple[Cell, ...]) -> bool:
        """Whether a row numbers the columns: (1) (2) (3)=(2)/(1), or 1 2 3 below the header."""
        if len(cells) < 2 or not all(is_column_number(cell) for cell in cells):
            return False
        texts = [clean(cell.text) for cell in cells]
        if any(not text.isdigit() for text in texts):
            return True
        numbers = [int(text) for text in texts]
        named = all(self._sheet.cell(number, c).text.strip() for c in self._layout.unit_columns)
        return named and len(numbers) > 2 and numbers == list(range(1, len(numbers) + 1))

    def _repeats_header(self, cells: tuple[Cell, ...]) -> bool:
        """Whether a row is the header again, as at a page break."""
        return len(cells) > 1 and all(normalise(cell.text) in self._labels for cell in cells)

    @cached_property
    def _labels(self) -> frozenset[str]:
        return frozenset(
            normalise(cell.text)
            for row in self._layout.header_rows
            for cell in self._sheet.rows.get(row, ())
        )


def _begins_notes(cells: tuple[Cell, ...]) -> bool:
    """Whether notes, a date or a signature begin: a text says so."""
    return any(
        bool(starts_with_word("end_rows", clean(cell.text)) or stated_day(cell.text))
        for cell in cells
        if isinstance(cell.value, str)
    )
