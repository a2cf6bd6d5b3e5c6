"""The rows of a table, from the header down to the notes below it: which unit each is about, what
its cells say, and which group a total closes that names none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from dxkit.intake.dates import other_times, stated_day
from dxkit.intake.file_cells import RefusedRow
from dxkit.intake.findings import FindingFactory
from dxkit.intake.names import Match, Names, sender_in_name
from dxkit.intake.numbers import Value
from dxkit.intake.tables.invariants import OneSource
from dxkit.intake.tables.labels import is_column_number, says_units_of_measure
from dxkit.intake.tables.layout import Layout
from dxkit.intake.tables.row_units import RowLabel, RowUnits, row_label
from dxkit.intake.tables.row_values import RowValues, Values
from dxkit.intake.vocabulary import is_word, starts_with_word
from dxkit.model.campaign import MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag
from dxkit.model.periods import Period
from dxkit.model.text import clean, normalise
from dxkit.model.units import Unit
from dxkit.workbooks.cells import Cell, Sheet


def _begins_notes(cells: tuple[Cell, ...]) -> bool:
    """Whether notes, a date or a signature begin: a text says so."""
    return any(
        bool(starts_with_word("end_rows", clean(cell.text)) or stated_day(cell.text))
        for cell in cells
        if isinstance(cell.value, str)
    )


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
    is_hidden: bool = False

    @cached_property
    def is_empty(self) -> bool:
        """Whether no column of the row holds anything, be it a formula not yet calculated."""
        return not any(
            cell.text.strip() or cell.formula_without_value for cell, _ in self.values.values()
        )


def with_totals_placed(rows: list[RowRead]) -> list[RowRead]:
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
    named_at = (n for n, row in enumerate(rows) if row.unit is not None or row.is_total)
    last = max(named_at, default=0)
    placed: list[RowRead] = []
    group = ""
    for position, row in enumerate(rows):
        if row.unit is not None:
            group = row.unit.code if row.unit.code in groups else row.unit.parent_code
        elif group in groups and (each_group or position < last):
            row = dataclasses.replace(row, unit=units[group])
        placed.append(row)
    return placed


def _is_end_of_name(label: RowLabel) -> bool:
    """Whether a text may be the rest of a name: a few words with capitals, and nothing else."""
    words = label.name.split()
    return len(words) <= _LONGEST_REST and all(
        w.isalnum() and w[:1] == w[:1].upper() for w in words
    )


_LONGEST_REST = 4  # words of a name in its second row
_LONGEST_GROUP = 80  # characters of a group's label that stands in no unit column


class RowReader:
    """Reads the rows of one sheet's table. ``sender`` is the unit whose file it is, if known."""

    def __init__(
        self,
        names: Names,
        sheet: Sheet,
        layout: Layout,
        sender: Unit | None,
        finding: FindingFactory,
        period: Period,
    ) -> None:
        self.names = names
        self.sheet = sheet
        self.layout = layout
        self.sender = sender
        self.finding = finding
        self.period = period
        self.findings: list[Finding] = []
        self.refused: list[RefusedRow] = []
        self._problem = ""  # for which the row just above was refused
        self._silent: tuple[Match, Cell, str] | None = None  # a name above without any figures
        self._sender = sender.code if sender else ""
        self.remarked: dict[str, tuple[Unit, CellRef]] = {}  # units named with brackets behind
        self._above: RowRead | None = None  # the row above, if it is a unit's
        self._broken: set[int] = set()  # rows of names that are written over several
        self._others: dict[str, bool] = {}  # units that are not the sender's; whether they sign
        self.units = RowUnits(names, sheet, layout, sender)
        of_two = OneSource(sheet, layout).fits_two_ways
        self._values = RowValues(sheet, layout, of_two, period)
        self._is_register = any(c.measure.kind is MeasureKind.TEXT for c in layout.columns)

    def read(self) -> list[RowRead]:
        """All rows of units and totals, from the header down to the notes below the table."""
        table = self._rows_of_table()
        rows = [row for number, cells in table if (row := self._row(number, cells))]
        rows = self._without_hidden([row for row in rows if row.number not in self._broken])
        if self.units.orphans:
            rows = self._without_unclear(rows)
        for code, header in self._values.about_columns([row.number for row in rows]):
            self.findings.append(self.finding(code, header))
        return with_totals_placed(rows)

    def _rows_of_table(self) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        """The rows that belong to the table: from the header down to the notes below it."""
        for number in self.layout.rows_in(self.sheet):
            cells = self.sheet.rows[number]
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
        others = other_times(cells, self.period)
        if not others and not _begins_notes(cells):
            return False
        goes_on = number < self._last_of_units  # rows of units with figures follow
        if others and goes_on:
            cell, time = others[0]
            values = time.against(self.period, cell.text)
            self.findings.append(self.finding("wrong_period", cell, None, cell.text, **values))
        return bool(others) or not goes_on

    @cached_property
    def _last_of_units(self) -> int:
        """The last row that names a unit and holds figures; looked for once, from below."""
        for number in reversed(self.layout.rows_in(self.sheet)):
            names = [self.sheet.cell(number, column).text for column in self.layout.unit_columns]
            if any(row_label(n).is_known(self.names) for n in names) and self._has_figures(number):
                return number
        return 0

    def _has_figures(self, number: int) -> bool:
        for column in self.layout.columns:
            value = self.sheet.cell(number, column.number).value
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
        named = all(self.sheet.cell(number, c).text.strip() for c in self.layout.unit_columns)
        return named and len(numbers) > 2 and numbers == list(range(1, len(numbers) + 1))

    def _repeats_header(self, cells: tuple[Cell, ...]) -> bool:
        """Whether a row is the header again, as at a page break."""
        return len(cells) > 1 and all(normalise(cell.text) in self._labels for cell in cells)

    @cached_property
    def _labels(self) -> frozenset[str]:
        return frozenset(
            normalise(cell.text)
            for row in self.layout.header_rows
            for cell in self.sheet.rows.get(row, ())
        )

    def _row(self, number: int, cells: tuple[Cell, ...]) -> RowRead | None:
        hidden = number in self.sheet.hidden_rows
        if hidden:
            self._values.forget()
        above, self._above = self._above, None
        named = self._named_cells(number, cells)
        if not named:
            if hidden:
                self._note_hidden(number, cells[0])
            else:
                self._note_nameless(number)
            return None
        unit: Unit | None = None
        label, said = RowLabel(""), ""
        alone = named[0][0] > 0
        for position, cell in named:
            label = row_label(cell.text)
            unit = None
            if label.is_sub_row(self.names) or self._is_beside_part(number, cell, label):
                if hidden:
                    self._note_hidden(number, cells[0])
                elif self._has_content(number):
                    about = self.finding("sub_row_skipped", cell, self._sender, name=label.name)
                    self.findings.append(about)
                self._values.forget()
                return None
            if label.name:
                closed_at = self.units.closed_at
                match = self.units.find(label, position, number, alone)
                unit = match.unit
                if hidden:  # its number tells nothing of the rows that are shown
                    self.units.closed_at = closed_at
                elif unit is None and self._goes_on(above, number, cell, label):
                    return None
                if hidden and unit is None:
                    self._note_hidden(number, cells[0])
                elif match.problem and not hidden:
                    self._about_name(match, cell, label.name, number)
                elif unit is not None and self.names.lacks_accent(label.open_name, unit):
                    told = {"name": label.open_name, "unit": unit.name}
                    about = self.finding("type_without_accent", cell, unit.code, **told)
                    self.findings.append(about)
                if unit is None and match.problem:
                    if self.units.repeats_above(label.name) and not self._has_content(number):
                        return None
                    is_member = self.names.is_of_open_level(label.open_name)
                    if match.problem != "group_unclear" or not is_member:
                        self.units.forget(position, number, label)
                    self._values.forget()
                    return None
                self._problem, self._silent = "", None
                if not label.is_total:
                    self.units.remember(position, unit, number)
            said = label.remark(self.names) if unit is not None and "(" not in unit.name else ""
            if unit is not None and said and not hidden:
                told = {"remark": said, "unit": unit.name}
                about = self.finding("name_with_remark", cell, unit.code, cell.text, **told)
                self.findings.append(about)
            if unit is not None and unit.name.endswith(")") and not hidden:
                bare = self.names.without_brackets(unit)
                if bare is not None and bare.code != unit.code:  # "(*)" says nothing
                    self.remarked.setdefault(unit.code, (bare, self.finding.address(cell)))
            if label.is_total:
                self.units.close(unit, cell)
        if unit is not None and not hidden and self._is_of_another(unit, named[-1][1]):
            return None
        struck = any(cell.struck for _, cell in named)
        values = self._values.read(number, unit.level if unit else "", struck)
        if unit is not None and not label.is_total and not hidden:
            self._values.remember(unit.level, values)
        remark = f"{self._remark(number)} {said}".strip()
        of = (remark, label.is_total, hidden)
        row = RowRead(number, unit, named[-1][1], values, *of)
        self._above = None if label.is_total or hidden else row
        return row

    def _is_beside_part(self, number: int, cell: Cell, label: RowLabel) -> bool:
        """Whether "nam" stands next to "nu": men then, no hamlet to the south."""
        beside = (self.sheet.cell(row, cell.column).text for row in (number - 1, number + 1))
        return is_word("sub_row_names", label.name) and any(
            row_label(text).is_sub_row(self.names) for text in beside
        )

    def _goes_on(self, above: RowRead | None, number: int, cell: Cell, label: RowLabel) -> bool:
        """Whether a name that nobody knows goes on with the one in the row above, which is then not
        used: only one of the two rows has figures, and no other row has the numbers of the second.
        """
        if number - 1 in self._broken and not self._has_content(number):
            self._broken.add(number)
            return True
        if self.units.repeats_above(label.name):
            return False
        unit = above.unit if above is not None else None
        if above is None or unit is None or above.number + 1 != number:
            return False
        joined = f"{clean(above.name_cell.text)} {label.name}"
        if unit.code in self.names.units:
            if self.names.known(joined) is None:
                return False
        elif not self.units.is_of_one_group and not self.units.goes_on_below(number + 1):
            return False
        if not _is_end_of_name(label) or self.units.has_number(number):
            return False
        if above.is_empty != self._has_content(number) or self.names.has_type(label.name):
            return False
        self._broken |= {above.number, number}
        with_figures = number if above.is_empty else above.number
        self._refuse(with_figures, above.name_cell, Match(None, "name_broken"))
        self._problem = ""
        self.units.take_back(unit)
        values = {"name": joined, "cell": cell.address}
        at, raw = above.name_cell, above.name_cell.text
        self.findings.append(self.finding("name_broken", at, self._sender, raw, **values))
        return True

    def _without_hidden(self, rows: list[RowRead]) -> list[RowRead]:
        """The rows; of hidden ones only those of units that no other row is about, without their
        figures: a filter may have hidden them. That what is hidden is not used is said.
        """
        shown = {row.unit.code for row in rows if row.unit is not None and not row.is_hidden}
        shown |= {row.unit.parent_code for row in rows if row.unit is not None}
        kept = []
        for row in rows:
            if row.is_hidden:
                if row.unit is None or row.is_total or row.unit.code in shown:
                    self._note_hidden(row.number, self.sheet.rows[row.number][0])
                    continue
                if row.is_empty:
                    continue
                values = {"unit": row.unit.name}
                at = row.name_cell
                self.findings.append(self.finding("row_hidden", at, row.unit.code, **values))
                hidden = Value(None, Flag.REJECTED)
                row = dataclasses.replace(
                    row, values={c: (cell, hidden) for c, (cell, _) in row.values.items()}
                )
            kept.append(row)
        return kept

    def _is_of_another(self, unit: Unit, cell: Cell) -> bool:
        """Whether a row is about a unit that is not the sender's, nor one above it; said once for
        each that the plan declares. Another office's letterhead between the rows begins its own
        table, unless the file is called after one that it does not lie in.
        """
        units, declared = self.names.units, unit
        while declared.code not in units:
            above = declared.parent_code
            declared = self.units.opened.get(above) or units.get(above)
        line = units.line(declared.code)
        sender = self.sender.code if self.sender is not None else declared.code
        if sender in line or declared.code in units.line(sender):
            return False
        if declared.code not in self._others:
            signs = bool(starts_with_word("office_prefixes", cell.text))
            of_file = sender_in_name(self.finding.file, self.names)
            self._others[declared.code] = signs and (of_file is None or of_file.code in line)
            if not self._others[declared.code]:
                values = {"unit": units.get(sender).name, "other": declared.name}
                about = self.finding("unit_of_another", cell, sender, cell.text, **values)
                self.findings.append(about)
        return not self._others[declared.code]

    def _named_cells(self, number: int, cells: tuple[Cell, ...]) -> list[tuple[int, Cell]]:
        """The unit columns' cells that hold something, coarser first. The label of a total, or of a
        group, may stand further left, and a name in a cell merged over rows stands for them all.
        """
        columns = self.layout.unit_columns
        found = [
            (position, cell)
            for position, column in enumerate(columns)
            if (cell := self.sheet.cell(number, column)).text.strip()
        ]
        if found:
            return found
        if row_label(cells[0].text).is_total:
            return [(0, cells[0])]
        above = self.sheet.merged_above(number, columns[-1]) if columns else None
        if above is not None and above.text.strip() and self._has_content(number):
            return [(len(columns) - 1, dataclasses.replace(above, row=number))]
        return [(0, cells[0])] if self._names_group(cells, number) else []

    def _names_group(self, cells: tuple[Cell, ...], number: int) -> bool:
        """Whether the first text of a row names the group of the rows below, though it stands in
        no unit column.
        """
        text = clean(cells[0].text)
        left = cells[0].column < min(self.layout.unit_columns, default=0) or len(cells) == 1
        if not left or sum(letter.isalpha() for letter in text) < 4 or len(text) > _LONGEST_GROUP:
            return False
        label = row_label(text)
        for name in label.readings:
            if unit := self.names.known(name):
                return self.units.begins_elsewhere(unit)
        if self.names.has_type(label.open_name):
            if not self._has_content(number):  # a group that nobody knows, and nothing to lose
                self.units.forget(0, number, label)
                return False
            return True
        # "Figures of the office of X": a heading, if of another unit.
        return any(map(self.units.begins_elsewhere, self.names.at_the_end(text)))

    def _without_unclear(self, rows: list[RowRead]) -> list[RowRead]:
        """The rows, without those of groups that close their rows instead of opening them: names
        stand above the first group, and none below the last.
        """
        groups = [r.number for r in rows if r.unit and self.names.open_level_below(r.unit)]
        members = [r.number for r in rows if r.unit and r.unit.code in self.units.opened]
        if not groups or not members or max(members) > max(groups):
            return rows
        first = next(row.name_cell.address for row in rows if row.number == groups[0])
        self.findings += [
            self.finding("group_unclear", row.name_cell, row.unit.code, cell=first)
            for row in rows
            if row.unit is not None
        ]
        return []

    def _about_name(self, match: Match, cell: Cell, name: str, number: int) -> None:
        """Say what is wrong with a name; with one that has no figures beside it, when rows below
        are refused for it.
        """
        if match.unit is None and not self._has_content(number):
            if not self.units.repeats_above(name):
                self._silent = (match, cell, name)
            return
        if match.unit is None:
            if self._silent is not None and not match.candidates and not self.units.group:
                above, at, written = self._silent
                self._problem = ""
                self._refuse(at.row, at, above)
                self._name_problem(above, at, written)
            self._silent = None
            self._refuse(number, cell, match)
        self._name_problem(match, cell, name)

    def _refuse(self, number: int, cell: Cell, match: Match) -> None:
        """Keep a row whose unit is not known. One with no candidates right below another is a
        member of the group that the other may have named.
        """
        before = self.refused[-1] if self._problem and not match.candidates else None
        group = self.units.group
        if group and (match.problem, self._problem) != ("group_unclear", "group_unclear"):
            before = None
        cause = (before.cause or before.name) if before is not None else None
        values: dict[tuple[str, str], float | int | None] = {}
        for column, (found, value) in self._values.read(number).items():
            if not column.control and not column.cumulative:
                amount = value.value if found.text.strip() else 0
                values[column.measure.id, column.period] = amount
        group = before.group if before is not None else group
        self.refused.append(RefusedRow(self.finding.address(cell), cause, group, values))
        self._problem = match.problem

    def _name_problem(self, match: Match, cell: Cell, written: str) -> None:
        names = ", ".join(unit.name for unit in match.candidates)
        values: dict[str, object] = {"name": written, "candidates": names}
        if match.problem == "unit_not_valid":
            unit = match.candidates[0]
            first, last = (
                day.isoformat() if day else "…" for day in (unit.valid_from, unit.valid_to)
            )
            values = {"name": written, "valid_from": first, "valid_to": last}
        if match.problem == "group_unclear":
            values = {"cell": (self.units.closed_at or cell).address}
        if match.problem == "unit_renamed" and match.unit is not None:
            values = {"name": written, "unit": match.unit.name}
        found = self.finding(match.problem, cell, self._sender, written, **values)
        row = self.refused[-1] if self.refused else None
        cause = row.cause if row is not None and row.name == found.address else None
        self.findings.append(dataclasses.replace(found, cause=cause))

    def _note_nameless(self, number: int) -> None:
        """Figures without a name beside them are nobody's, and are not passed over in silence."""
        for name in (self.sheet.cell(number, column) for column in self.layout.unit_columns):
            if name.formula_without_value:
                self.findings.append(self.finding("formula_not_calculated", name, self._sender))
                return
        for cell, value in self._values.read(number).values():
            if value.value is not None or value.problem:
                self._name_problem(Match(None, "unit_unknown"), cell, "")
                return
        titles = [c for c in self.layout.columns if c.measure.kind is MeasureKind.TEXT]
        if titles and self.sheet.cell(number, titles[0].number).text.strip():
            cell = self.sheet.cell(number, titles[0].number)
            self._name_problem(Match(None, "unit_unknown"), cell, "")

    def _note_hidden(self, number: int, cell: Cell) -> None:
        """A hidden row is not read; that it holds figures is said."""
        if any(value.value is not None for _, value in self._values.read(number).values()):
            self.findings.append(self.finding("hidden_content_skipped", cell))

    def _has_content(self, number: int) -> bool:
        return any(self.sheet.cell(number, c.number).text.strip() for c in self.layout.columns)

    def _remark(self, number: int) -> str:
        column = self.layout.remark_column
        return clean(self.sheet.cell(number, column).text) if column else ""
