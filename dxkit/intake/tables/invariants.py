"""What must hold of every figure, whatever the reader took it for: the name of its unit stands on
its left in its own row, with no other unit's nearer (or above it, where cells are merged), and one
cell is its source. What breaks either is not used and is a finding. Two rows, sheets or files that
say the same figure are two sources: ``checks.completeness`` sees them.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Iterator
from functools import cached_property

from dxkit.intake.names import Names
from dxkit.intake.numbers import bare_number, rejected, without_words
from dxkit.intake.tables.layout import Column, Layout
from dxkit.intake.tables.row_units import is_roman, row_label
from dxkit.intake.tables.row_values import Values, whole_of
from dxkit.model.observations import Flag
from dxkit.model.text import clean, normalise
from dxkit.model.units import Unit
from dxkit.workbooks.cells import Cell, Sheet

_MANY = 10
_BARE_NUMBER = re.compile(r"\d[\d.,]*\Z")
_WHOLE = re.compile(r"\d{1,9}\Z")
_SPLIT = re.compile(r"[1-9]\d{0,2}\|\d{3}\Z")  # the parts of a number with a comma for thousands


class NameInRow:
    """The first invariant, for the rows of one table."""

    def __init__(self, names: Names, sheet: Sheet, layout: Layout) -> None:
        self._names = names
        self._sheet = sheet
        self._layout = layout
        others = (layout.row_number_column, layout.code_column, layout.remark_column)
        known = {number for number in others if number is not None} | sheet.hidden_columns
        known |= {c.number for c in layout.columns} | {r.number for r in layout.ratios}
        self._known = known | set(layout.unit_columns)  # columns that hold something else

    def kept(self, unit: Unit, own: Cell, values: Values) -> Values:
        """The figures of a row that was read by the name in ``own``, without those that have
        another unit's name nearer on their left: whose they are is not certain. Nor is it where
        the name is not the unit's, where names stand on their right only, and more than one does,
        or where another unit of the same level stands beside the name on their left, or behind all
        figures in a column without a label.
        """
        readings = row_label(own.text).readings
        is_own = self._names.may_be_called(readings, unit) or self._by_code(own.row, unit)
        foreign = [*self._foreign(unit, own)]
        if is_own and not foreign:
            return values
        rival = next((n for n in foreign if self._is_rival(n, unit, own)), None)
        kept = dict(values)
        for column, (cell, value) in values.items():
            left = [name for name in (own, *foreign) if name.column < column.number]
            nearest = max(left, key=lambda name: name.column, default=(*foreign, own)[0])
            nearest = rival if nearest is own and rival is not None else nearest
            is_doubtful = nearest is not own or not is_own or cell.row != own.row
            if is_doubtful and value.value is not None:
                named = {"name": nearest.text.strip(), "cell": nearest.address}
                kept[column] = cell, rejected("name_not_nearest", **named)
        return kept

    def _by_code(self, row: int, unit: Unit) -> bool:
        """Whether the column of codes says the unit of a row."""
        column = self._layout.code_column
        return column is not None and clean(self._sheet.cell(row, column).text) == unit.code

    def _foreign(self, unit: Unit, own: Cell) -> Iterator[Cell]:
        """The cells of a row that name a unit and that it was not read by, without the columns
        that hold something else, and without units that its own lies in.
        """
        units = self._names.units
        above = unit.code if unit.code in units else unit.parent_code
        line = units.line(above) if above in units else ()
        for cell in self._sheet.rows.get(own.row, ()):
            is_other = cell.column != own.column and cell.column not in self._known
            if is_other and isinstance(cell.value, str) and self._is_name(cell.text):
                other = self._names.known(cell.text)
                is_same = normalise(cell.text) == normalise(own.text)
                if not is_same and (other is None or other.code not in line):
                    yield cell

    def _is_rival(self, name: Cell, unit: Unit, own: Cell) -> bool:
        """Whether a name of the level of a row's own stands beside it on its left, or behind all
        figures in a column without a label.
        """
        other = self._names.known(name.text)
        is_open = unit.code not in self._names.units
        is_alike = is_open and self._names.is_of_open_level(name.text)
        if not (is_alike or (other is not None and other.level == unit.level)):
            return False
        if name.column < own.column:
            between = range(name.column + 1, own.column)
            return all(
                bare_number(self._sheet.cell(own.row, column))[0] is None for column in between
            )
        labels = (self._sheet.cell(row, name.column).text for row in self._layout.header_rows)
        last = self._sheet.rows[own.row][-1].column
        is_last = last == name.column > self._layout.extent[1]
        return is_last and not any(label.strip() for label in labels)

    def _is_name(self, text: str) -> bool:
        """Whether a text names a unit; "II" is a grade as well as a ward's bare name."""
        if sum(map(str.isalpha, text)) < 2 or is_roman(text):
            return False
        label = row_label(text)
        return not label.is_total and label.is_known(self._names)


class OneSource:
    """The second invariant within a row: its cells fit their columns in one way only."""

    def __init__(self, sheet: Sheet, layout: Layout) -> None:
        self._sheet = sheet
        self._layout = layout
        self._rows = layout.rows_in(sheet)
        self._numbers: dict[int, list[int]] = {}
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

    def fits_two_ways(self, number: int, found: Values) -> bool:
        """Whether the figures of a row seem to stand one cell too far to the right: one lacks, and
        a bare number stands in the first column behind the table, which has no label, or among the
        remarks; there also when none lacks and one may have been split: "1,900" as 1 and 900. In a
        line of a text file the second half may show the same.
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
        if not self._sheet.name and any(self._is_cut(column, found) for column in found):
            return True
        if not blank or not _is_bare_number(self._sheet.cell(number, self._behind)):
            return False
        return self._behind not in self._labelled or self._is_of_shifted_rows

    def _is_cut(self, column: Column, found: Values) -> bool:
        """Whether a figure reads as one number with the cell on its left, and one is meant: it
        begins with nought, or is more than its whole: ten times, or the one number is more like
        those of the other rows.
        """
        (cell, part), whole = found[column], whole_of(column, found)
        left, text = clean(self._sheet.cell(cell.row, cell.column - 1).text), clean(cell.text)
        if not _SPLIT.match(f"{left}|{text}"):
            return False
        if text.startswith("0"):
            return True
        if part.value is None or whole is None or part.value <= whole:
            return False
        others = self._numbers_in(cell.column - 1).copy()
        if len(others) > 1:  # itself among them
            others.remove(int(left))
        is_like_others = int(left + text) * int(left) < statistics.median(others) ** 2  # by factors
        return part.value >= _MANY * whole or is_like_others

    def _numbers_in(self, column: int) -> list[int]:
        """The whole numbers in a column, in their order: found once, for many rows may be cut."""
        if column not in self._numbers:
            texts = (clean(self._sheet.cell(row, column).text) for row in self._rows)
            self._numbers[column] = sorted(int(text) for text in texts if _WHOLE.match(text))
        return self._numbers[column]

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


def _is_bare_number(cell: Cell) -> bool:
    """Whether a cell holds a number and nothing else but what it counts, be it as text."""
    if isinstance(cell.value, str):
        text = clean(cell.value)
        if text[:1].isdecimal() and not _BARE_NUMBER.match(text):
            text, _, _ = without_words(text)
        return bool(_BARE_NUMBER.match(text))
    return isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool)
