"""The rows of a table: which unit each is about, and what its cells say."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field

from dxkit.intake.header import is_column_number, says_units_of_measure
from dxkit.intake.labels import RowLabel, is_roman, row_label
from dxkit.intake.layout import Layout
from dxkit.intake.names import Match, Names
from dxkit.intake.row_values import RowValues, Values
from dxkit.intake.stated import stated_day
from dxkit.intake.text import clean, normalise, starts_with_word
from dxkit.intake.workbook import Cell, Sheet
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.units import Unit


@dataclass(frozen=True)
class RowRead:
    """One row of a table. A row ``is_total`` when its label says so: of ``unit``, or of the whole
    table when that is None.
    """

    number: int
    unit: Unit | None
    name_cell: Cell
    values: Values = field(default_factory=dict)
    remark: str = ""
    is_total: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no column of the row holds anything."""
        return all(not cell.text.strip() for cell, _ in self.values.values())


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
        self._parent = sender if sender and names.open_level_below(sender) else None
        if sender is None and len(names.units.units) == 1:  # everything stands below the only one
            self._parent = names.units.units[0]
        self._top = self._parent
        self.opened: dict[str, Unit] = {}
        self._chain: list[Unit | None] = [None] * len(layout.unit_columns)
        self._unknown: set[int] = set()  # unit columns that last held a name nobody knows
        self._values = RowValues(sheet, layout)

    def place(self, cell: Cell) -> CellRef:
        """The full address of a cell."""
        return CellRef(self.file, self.sheet.name, cell.address)

    def read(self) -> list[RowRead]:
        """All rows of units and totals, from the header down to the notes below the table."""
        rows = [row for number, cells in self._table_rows() if (row := self._row(number, cells))]
        for code, header in self._values.about_columns([row.number for row in rows]):
            self.findings.append(Finding(code, self.place(header)))
        return _with_totals_placed(rows)

    def _table_rows(self) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        for number, cells in self.sheet.rows.items():
            if not self.layout.first_row <= number <= self.layout.last_row:
                continue
            if self._numbers_columns(number, cells) or self._repeats_header(number):
                continue
            if says_units_of_measure(cells):
                continue
            if self._ends_table(number, cells):
                return
            if number in self.sheet.hidden_rows:
                self._note_hidden(number, cells)
                continue
            yield number, cells

    def _row(self, number: int, cells: tuple[Cell, ...]) -> RowRead | None:
        named = self._named_cells(number, cells)
        if not named:
            self._note_nameless(number)
            return None
        unit: Unit | None = None
        label = RowLabel("")
        for position, cell in named:
            label = row_label(cell.text)
            unit = None
            if label.name:
                match = self._unit(label, position, number)
                unit = match.unit
                if match.problem and (unit is not None or self._has_content(number)):
                    self._name_problem(match, cell, label.name)
                if unit is None and match.problem:
                    self._forget(position)
                    return None
                if not label.is_total:
                    self._remember(position, unit)
        values = self._values.read(number, unit.level if unit else "")
        if unit is not None and not label.is_total:
            self._values.remember(unit.level, values)
        return RowRead(number, unit, named[-1][1], values, self._remark(number), label.is_total)

    def _named_cells(self, number: int, cells: tuple[Cell, ...]) -> list[tuple[int, Cell]]:
        """The unit columns' cells that hold something, coarser first. The label of a total may
        stand further left, in the column of row numbers.
        """
        found = [
            (position, cell)
            for position, column in enumerate(self.layout.unit_columns)
            if (cell := self.sheet.cell(number, column)).text.strip()
        ]
        if not found and row_label(cells[0].text).is_total:
            return [(0, cells[0])]
        return found

    def _remember(self, position: int, unit: Unit | None) -> None:
        self._chain[position:] = [unit] + [None] * (len(self._chain) - position - 1)
        self._unknown -= set(range(position, len(self._chain)))
        if unit is None:
            return
        if self.names.open_level_below(unit) is not None:
            self._parent = unit
        elif unit.code in self.names.units:  # a declared unit without hamlets of its own
            self._parent = None

    def _forget(self, position: int) -> None:
        """After an unknown name: what stands below it belongs to nobody we know."""
        self._chain[position:] = [None] * (len(self._chain) - position)
        self._unknown.add(position)
        if position < len(self._chain) - 1 or len(self._chain) == 1:
            self._parent = None

    def _unit(self, label: RowLabel, position: int, number: int) -> Match:
        units = self.names.units
        readings = label.readings
        if self.layout.code_column is not None:
            code = clean(self.sheet.cell(number, self.layout.code_column).text)
            if code in units and any(
                self.names.find(name, [[units.get(code)]]).unit for name in readings
            ):
                return Match(units.get(code))
        if any(before in self._unknown for before in range(position)):
            return Match(None, "unit_unknown")
        left = next((u for u in reversed(self._chain[:position]) if u is not None), None)
        above = left or self._parent_by_number(number)
        if above is not None and (opened := self.names.open_unit(label.open_name, above)):
            return Match(self.opened.setdefault(opened.code, opened))
        first: Match | None = None
        for name in readings:
            match = self.names.find(name, self._scopes(left))
            if match.unit is not None:
                return match
            first = first or match
        return first or Match(None, "unit_unknown")

    def _parent_by_number(self, number: int) -> Unit | None:
        """The unit that the first name of a row stands below. In a single column of names it is the
        group above; where every name is taken, the row numbers tell groups (roman) from members.
        """
        if len(self._chain) > 1:
            return self._top
        level = self.names.open_level_below(self._top) if self._top else None
        column = self.layout.row_number_column
        if level is None or level.prefixes or column is None:
            return self._parent
        return self._top if is_roman(self.sheet.cell(number, column).text) else self._parent

    def _scopes(self, above: Unit | None) -> list[tuple[Unit, ...]]:
        units = self.names.units
        if above is not None:
            return [tuple(units.children(above.code)), tuple(units.descendants(above.code))]
        scopes: list[tuple[Unit, ...]] = []
        if self.sender is not None and self.sender.code in units:
            scopes.append((self.sender, *units.children(self.sender.code)))
        return scopes + [tuple(units.at_level(level)) for level in units.levels]

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
        if match.problem == "unit_renamed" and match.unit is not None:
            values = {"name": written, "unit": match.unit.name}
        sender = self.sender.code if self.sender else ""
        self.findings.append(Finding(match.problem, self.place(cell), sender, written, values))

    def _note_nameless(self, number: int) -> None:
        """Figures without a name beside them are nobody's, and are not passed over in silence."""
        for cell, value in self._values.read(number).values():
            if value.value is not None or value.problem:
                self._name_problem(Match(None, "unit_unknown"), cell, "")
                return

    def _note_hidden(self, number: int, cells: tuple[Cell, ...]) -> None:
        """A hidden row is not read; that it holds figures is said."""
        if any(value.value is not None for _, value in self._values.read(number).values()):
            self.findings.append(Finding("hidden_content_skipped", self.place(cells[0])))

    def _has_content(self, number: int) -> bool:
        return any(self.sheet.cell(number, c.number).text.strip() for c in self.layout.columns)

    def _remark(self, number: int) -> str:
        column = self.layout.remark_column
        return clean(self.sheet.cell(number, column).text) if column else ""

    def _numbers_columns(self, number: int, cells: tuple[Cell, ...]) -> bool:
        """Whether a row numbers the columns: (1) (2) (3)=(2)/(1), or 1 2 3 below the header."""
        if len(cells) < 2 or not all(is_column_number(cell) for cell in cells):
            return False
        texts = [clean(cell.text) for cell in cells]
        if any(not text.isdigit() for text in texts):
            return True
        numbers = [int(text) for text in texts]
        named = all(self.sheet.cell(number, c).text.strip() for c in self.layout.unit_columns)
        return named and len(numbers) > 2 and numbers == list(range(1, len(numbers) + 1))

    def _ends_table(self, number: int, cells: tuple[Cell, ...]) -> bool:
        """Whether notes, a date or a signature begin: a text says so in a row without figures."""
        last = any(
            starts_with_word("end_rows", clean(cell.text)) or stated_day(cell.text)
            for cell in cells
            if isinstance(cell.value, str)
        )
        return last and all(value.value is None for _, value in self._values.read(number).values())

    def _repeats_header(self, number: int) -> bool:
        """Whether the row is the header again, as at a page break."""
        labels = {
            normalise(cell.text)
            for row in self.layout.header_rows
            for cell in self.sheet.rows.get(row, ())
        }
        cells = self.sheet.rows[number]
        return len(cells) > 1 and all(normalise(cell.text) in labels for cell in cells)


def _with_totals_placed(rows: list[RowRead]) -> list[RowRead]:
    """Totals that name no unit, given the group that they close.

    "Cong" below a group is the group's; the last one is the whole table's, unless every group
    has had its own.
    """
    named = {row.unit.code for row in rows if row.unit is not None}
    parents = [row.unit.parent_code if row.unit is not None else "" for row in rows]
    groups = {code for code in parents if code in named}
    bare = [row for row in rows if row.is_total and row.unit is None]
    each_group = len(groups) > 1 and len(bare) == len(groups)
    units = {row.unit.code: row.unit for row in rows if row.unit is not None}
    placed: list[RowRead] = []
    group = ""
    for position, row in enumerate(rows):
        if row.unit is not None:
            group = row.unit.code if row.unit.code in groups else row.unit.parent_code
        elif group in groups:
            later = any(r.unit is not None or r.is_total for r in rows[position + 1 :])
            if each_group or later:
                row = dataclasses.replace(row, unit=units[group])
        placed.append(row)
    return placed
