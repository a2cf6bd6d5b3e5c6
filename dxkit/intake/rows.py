"""The rows of a table: which unit each is about, and what its cells say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dxkit.intake.layout import Column, Layout
from dxkit.intake.names import Match, Names
from dxkit.intake.text import clean, is_word, normalise, starts_with_word
from dxkit.intake.values import Value, count_from_share, read_count, read_number
from dxkit.intake.workbook import Cell, Sheet
from dxkit.model.campaign import MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.table import Flag
from dxkit.model.units import Unit

_COLUMN_NUMBER = re.compile(r"\(?\d{1,2}\)?(\s*=.*)?\Z")


@dataclass(frozen=True)
class RowRead:
    """One row of a table. ``unit`` is None for a row of totals over the whole table."""

    number: int
    unit: Unit | None
    name_cell: Cell
    values: dict[Column, tuple[Cell, Value]] = field(default_factory=dict)
    remark: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether no column of the row holds anything."""
        return all(cell.value is None for cell, _ in self.values.values())


class RowReader:
    """Reads the rows of one sheet's table. ``sender`` is the unit whose file it is, if known."""

    def __init__(
        self, names: Names, file: str, sheet: Sheet, layout: Layout, sender: Unit | None
    ) -> None:
        self.names = names
        self.file = file
        self.sheet = sheet
        self.layout = layout
        self.sender = sender
        self.findings: list[Finding] = []
        self._parent: Unit | None = None

    def place(self, cell: Cell) -> CellRef:
        """The full address of a cell."""
        return CellRef(self.file, self.sheet.name, cell.address)

    def read(self) -> Iterator[RowRead]:
        """All rows of units and totals, from the header down to the notes below the table."""
        for number, cells in self.sheet.rows.items():
            if number < self.layout.first_row or self._is_numbers_of_columns(cells):
                continue
            if self._ends_table(cells):
                return
            if self._repeats_header(number):
                continue
            if number in self.sheet.hidden_rows:
                self._note_hidden(number, cells)
                continue
            row = self._row(number)
            if row is not None:
                yield row

    def _row(self, number: int) -> RowRead | None:
        name_cell = self._name_cell(number)
        if name_cell is None:
            self._note_nameless(number)
            return None
        written = clean(name_cell.text)
        total = is_word("total_rows", written)
        unit = None
        if not total:
            match = self._unit(written, number)
            if match.unit is None:
                if any(
                    self.sheet.cell(number, c.number).value is not None for c in self.layout.columns
                ):
                    self._name_problem(match, name_cell, written)
                self._parent = None  # what stands below belongs to nobody we know
                return None
            unit = match.unit
            level = self.names.open_level
            if level is None or unit.level != level.id:
                self._parent = unit
        return RowRead(number, unit, name_cell, self._values(number), self._remark(number))

    def _name_cell(self, number: int) -> Cell | None:
        """The last unit column that holds something: the finest unit named. The label of a total
        may stand further left, in the column of row numbers.
        """
        for column in reversed(self.layout.unit_columns):
            cell = self.sheet.cell(number, column)
            if cell.text.strip():
                return cell
        first = self.sheet.rows[number][0]
        return first if is_word("total_rows", clean(first.text)) else None

    def _note_nameless(self, number: int) -> None:
        """Figures without a name beside them are nobody's, and are not passed over in silence."""
        for cell, value in self._values(number).values():
            if value.value is not None:
                self._name_problem(Match(None, "unit_unknown"), cell, "")
                return

    def _note_hidden(self, number: int, cells: tuple[Cell, ...]) -> None:
        """A hidden row is not read; that it holds figures is said."""
        if any(value.value is not None for _, value in self._values(number).values()):
            self.findings.append(Finding("hidden_content_skipped", self.place(cells[0])))

    def _unit(self, written: str, number: int) -> Match:
        units = self.names.units
        if self.layout.code_column is not None:
            code = clean(self.sheet.cell(number, self.layout.code_column).text)
            if code in units and self.names.find(written, [[units.get(code)]]).unit:
                return Match(units.get(code))
        if self._parent is not None:
            hamlet = self.names.open_unit(written, self._parent)
            if hamlet is not None:
                return Match(hamlet)
        near = (self.sender, *units.children(self.sender.code)) if self.sender else ()
        scopes = [near] if near else []
        scopes += [units.at_level(level) for level in units.levels]
        return self.names.find(written, scopes)

    def _name_problem(self, match: Match, cell: Cell, written: str) -> None:
        names = ", ".join(unit.name for unit in match.candidates)
        values: dict[str, object] = {"name": written, "candidates": names or "–"}
        if match.problem == "unit_not_valid":
            unit = match.candidates[0]
            values = {
                "name": written,
                "valid_from": unit.valid_from.isoformat() if unit.valid_from else "…",
                "valid_to": unit.valid_to.isoformat() if unit.valid_to else "…",
            }
        sender = self.sender.code if self.sender else ""
        self.findings.append(Finding(match.problem, self.place(cell), sender, written, values))

    def _values(self, number: int) -> dict[Column, tuple[Cell, Value]]:
        found: dict[Column, tuple[Cell, Value]] = {}
        for column in self.layout.columns:
            cell = self.sheet.cell(number, column.number)
            if column.measure.kind is MeasureKind.COUNT:
                found[column] = (cell, read_count(cell))
            elif column.measure.kind in (MeasureKind.SCORE, MeasureKind.SHARE):
                found[column] = (cell, read_number(cell, column.measure.kind))
        for column, (cell, value) in found.items():
            if value.share is not None:
                found[column] = (cell, self._from_share(column, value, found))
        return found

    @staticmethod
    def _from_share(column: Column, value: Value, row: dict[Column, tuple[Cell, Value]]) -> Value:
        """The count behind a typed share, when the whole beside it leaves only one."""
        whole = next(
            (
                found.value
                for other, (_, found) in row.items()
                if other.measure.id == column.measure.whole
                and (other.period, other.control) == (column.period, column.control)
            ),
            None,
        )
        count = None
        if isinstance(whole, int) and value.share is not None and 0 <= value.share <= 100:
            count = count_from_share(value.share, whole)
        if count is None:
            return value
        return Value(count, Flag.FROM_SHARE, "count_from_share", {"value": count, "whole": whole})

    def _remark(self, number: int) -> str:
        column = self.layout.remark_column
        return clean(self.sheet.cell(number, column).text) if column else ""

    @staticmethod
    def _is_numbers_of_columns(cells: tuple[Cell, ...]) -> bool:
        texts = [clean(cell.text) for cell in cells]
        return (
            len(texts) > 1
            and all(_COLUMN_NUMBER.match(text) for text in texts)
            and any(not text.isdigit() for text in texts)
        )

    @staticmethod
    def _ends_table(cells: tuple[Cell, ...]) -> bool:
        return bool(starts_with_word("end_rows", clean(cells[0].text)))

    def _repeats_header(self, number: int) -> bool:
        """Whether the row is the header again, as at a page break."""
        labels = {
            normalise(cell.text)
            for row in self.layout.header_rows
            for cell in self.sheet.rows.get(row, ())
        }
        cells = self.sheet.rows[number]
        return len(cells) > 1 and all(normalise(cell.text) in labels for cell in cells)
