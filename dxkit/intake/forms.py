"""Forms that come back: known by their identity, compared with their map cell by cell, and read by
it where they stand as they were made. What was changed is told at its cell; a sheet whose rows,
columns or labels are others is left to the usual reader, which takes only what its words say.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property

from dxkit.intake.findings import FindingFactory
from dxkit.intake.tables.described_layout import moved_cell
from dxkit.intake.tables.layout import Column, Layout
from dxkit.intake.vocabulary import is_word
from dxkit.model.addresses import column_and_row
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.forms import REPLIES, VERSION, Form, FormSheet, Identity
from dxkit.model.observations import Reply
from dxkit.model.periods import Period
from dxkit.model.text import clean
from dxkit.workbooks.cells import Cell, Sheet, Workbook, written_out

_TRACE = re.compile(r"dxkit-form:\d+:[^\s<]+")
_ROWS_LOOKED_AT = 60  # for the identity
_FIELDS = 4  # of a line of the map
_CHOICES = ("none_arose", "no_data", "as_before")


@dataclass
class FormRead:
    """A form as far as it is one: the ``workbook`` with the sheets that are to be read, the layouts
    of those that are as they were made, by name, and what is wrong. ``refused`` is one of another
    campaign or period. ``answers`` are the cells with a sender's explanations, by sheet and row,
    ``replies`` what it says of draft results; such a form has no sheet to be read. ``as_before``
    are the figures of the period before of which it says that they still hold, with the choices.
    """

    identity: Identity
    workbook: Workbook
    answers: dict[tuple[str, int], Cell] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    refused: bool = False
    replies: list[Reply] = field(default_factory=list)
    as_before: dict[CellRef, CellRef] = field(default_factory=dict)


def read_form(campaign: Campaign, period: Period, workbook: Workbook) -> FormRead | None:
    """What is known of a workbook as a form; None when nothing says that it is one."""
    found = _identity(workbook)
    if found is None:
        return None
    identity, sheet, cell = found
    about = FindingFactory(workbook.file, sheet.name if sheet else "", identity.sender)
    read = FormRead(identity, workbook)
    if (identity.campaign, identity.period) != (campaign.id, period.id):
        values = {"campaign": identity.campaign, "stated": identity.period, "expected": period.id}
        read.findings.append(about("form_of_another", cell, None, identity.text, **values))
        read.refused = True
        return read
    has_map = sheet is not None and _is_map(sheet) and workbook.format != "text"
    form = Form.of(_lines(sheet)) if sheet is not None and has_map else None
    reason = ""
    if identity.version != VERSION:
        reason = "form_older" if identity.version < VERSION else "form_newer"
    elif form is None:
        reason = "form_map_damaged" if has_map else "form_map_lost"
    if reason or form is None:
        read.findings.append(about("form_without_map", cell, None, identity.text, reason=reason))
        sheets = [] if identity.asks_replies else [s for s in workbook.sheets if not _is_map(s)]
        read.workbook = dataclasses.replace(workbook, sheets=tuple(sheets))
        return read
    _read_sheets(campaign, form, read)
    return read


def identity_of(workbook: Workbook) -> Identity | None:
    """What a workbook says that it is; None for one that is no form."""
    found = _identity(workbook)
    return found[0] if found else None


def _identity(workbook: Workbook) -> tuple[Identity, Sheet | None, Cell | None] | None:
    """What a workbook says that it is, the sheet and the cell that say so: the map first."""
    for sheet in sorted(workbook.sheets, key=lambda s: not _is_map(s)):
        for cell in sheet.cells.values():
            if cell.row <= _ROWS_LOOKED_AT and isinstance(cell.value, str):
                trace = _TRACE.search(cell.value)
                if trace and (identity := Identity.of(trace[0])):
                    return identity, sheet, cell
    trace = _TRACE.search(workbook.properties)
    identity = Identity.of(trace[0]) if trace else None
    return (identity, None, None) if identity else None


def _is_map(sheet: Sheet) -> bool:
    return Identity.of(sheet.cell(1, 1).text) is not None


def _lines(sheet: Sheet) -> list[tuple[str, ...]]:
    """The lines of a map."""
    rows = (row for row in sheet.rows if sheet.cell(row, 1).text)
    return [tuple(sheet.cell(row, n).text for n in range(1, _FIELDS + 1)) for row in rows]


def _read_sheets(campaign: Campaign, form: Form, read: FormRead) -> None:
    """Each sheet of the form compared with the map, and the others told."""
    workbook, sender = read.workbook, form.sender
    there = {sheet.name: sheet for sheet in workbook.sheets}
    known = {measure.id for measure in campaign.measures}
    kept: list[Sheet] = []
    lacking = [of.name for of in form.sheets if of.name not in there]
    for of in form.sheets:
        about = FindingFactory(workbook.file, of.name, sender)
        if of.name in lacking:
            read.findings.append(about("form_changed", reason="form_sheet_missing"))
            continue
        compared = _Compared(of, there[of.name], about, has_formulas=workbook.format == "xlsx")
        changes = [*compared.changes()]
        unknown = [c for c in of.columns if c.measure not in known]
        if unknown:
            at = there[of.name].cell(of.header[0], unknown[0].number)
            changes.append(about("form_changed", at, reason="form_measure_unknown"))
        read.findings += changes or compared.overwritten()
        if of.table == REPLIES:
            read.replies += [] if changes else compared.replies(sender)
        elif changes:
            kept.append(compared.without_unclear)
        else:
            kept.append(compared.view)
            read.layouts[of.name] = _layout(campaign, of)
            read.answers |= compared.answers
            read.as_before |= compared.as_before
    named = {form.guide, *(of.name for of in form.sheets)}
    for name, sheet in there.items():
        if name in named or _is_map(sheet):
            continue
        about = FindingFactory(workbook.file, name, sender)
        if lacking:  # one of them under another name, perhaps
            kept.append(sheet)
        elif sheet.cells:
            read.findings.append(about("form_changed", reason="form_sheet_added"))
    read.workbook = dataclasses.replace(workbook, sheets=tuple(kept))


def _layout(campaign: Campaign, of: FormSheet) -> Layout:
    """The layout of a sheet that is as it was made."""
    columns = tuple(Column(c.number, campaign.measure(c.measure), c.period) for c in of.columns)
    header = range(of.header[0], of.header[1] + 1)
    units, last = (of.unit_column,), max((*of.rows, *of.groups))
    return Layout(of.table, header, columns, units, 1, None, None, (), (), last)


class _Compared:
    """A sheet beside its map."""

    def __init__(
        self, of: FormSheet, sheet: Sheet, about: FindingFactory, *, has_formulas: bool
    ) -> None:
        self._of, self._sheet, self._about, self._has_formulas = of, sheet, about, has_formulas
        self._first, self._last = of.header[0], max((*of.rows, *of.groups))
        self._fixed = {column_and_row(at)[::-1]: text for at, text in of.fixed.items()}
        self._right = max(column for _, column in self._fixed)
        self._entries = {column.number for column in of.columns}
        self._unclear: set[tuple[int, int]] = set()  # rows, with 0, and columns, with 0 before

    def _text(self, row: int, column: int) -> str:
        text = clean(self._sheet.cell(row, column).text)
        return "" if _TRACE.search(text) else text  # the identity is no part of the map

    def _is_as_made(self, row: int, column: int) -> bool:
        expected = self._fixed[row, column]
        cell = self._sheet.cell(row, column)
        if expected.startswith("="):
            found = self._sheet.formulas.get(cell.address, "")
            written = written_out(found, cell.address) if found else ""
            return not self._has_formulas or _bare(written) == _bare(expected[1:])
        if clean(expected) == clean(cell.text):
            return True
        with suppress(ValueError):
            return abs(float(expected) - float(cell.text)) < 1e-9 * max(1.0, abs(float(expected)))
        return False

    @cached_property
    def _others(self) -> list[tuple[int, int]]:
        """The fixed cells that hold something else."""
        return [at for at in self._fixed if not self._is_as_made(*at)]

    def _is_bearing(self, row: int, column: int) -> bool:
        """Whether a cell says which row or column something stands in."""
        if row < self._first or row > self._last:
            return False
        return row <= self._of.header[1] + 1 or column in (1, self._of.unit_column)

    # what no longer stands where it stood ---------------------------------------------------

    def changes(self) -> Iterator[Finding]:
        """What says that rows, columns or labels are others than those of the form."""
        if not any(self._is_bearing(*at) for at in self._others):
            return
        for reason, row, column in dict.fromkeys([*self._rows(), *self._columns()]):
            cell = self._sheet.cell(row, column)
            code = "form_part_unclear" if reason.endswith("_unclear") else "form_changed"
            yield self._about(code, cell, None, cell.text, reason=reason)

    @property
    def without_unclear(self) -> Sheet:
        """The sheet without rows that have another name under their number, and columns that have
        another label: whether the name was written over or the figures is not known.
        """
        kept = {
            at: cell
            for at, cell in self._sheet.cells.items()
            if (at[0], 0) not in self._unclear
            and not ((0, at[1]) in self._unclear and at[0] >= self._first)
        }
        return dataclasses.replace(self._sheet, cells=kept)

    def _rows(self) -> Iterator[tuple[str, int, int]]:
        """Rows put in, taken out, or named otherwise, each at its cell."""
        unit = self._of.unit_column
        named = {clean(self._fixed.get((row, unit), "")) for row in range(1, self._last + 1)}
        made = [self._key(row, self._made, named) for row in range(1, self._last + 1)]
        last = max((*self._sheet.rows, self._last))
        there = [self._key(row, self._text, named) for row in range(1, last + 1)]
        ends = [at for at, key in enumerate(there, start=1) if key == made[-1]]
        del there[max(ends, default=len(made)) :]  # signatures and what else is below
        for reason, at in _told(made, there, "row"):
            yield reason, at + 1, unit
            if reason == "form_row_unclear":
                self._unclear.add((at + 1, 0))

    def _made(self, row: int, column: int) -> str:
        return clean(self._fixed.get((row, column), ""))

    def _key(self, row: int, text: Callable[[int, int], str], named: set[str]) -> tuple[str, str]:
        name = text(row, self._of.unit_column)
        return text(row, 1), name if name in named else ""

    def _columns(self) -> Iterator[tuple[str, int, int]]:
        """Columns put in, taken out, or labelled otherwise, each at its label."""
        numbers = self._of.header[1] + 1
        row = next((r for r in self._sheet.rows if self._text(r, 1) == "(1)"), numbers)
        made = [(self._made(numbers, n), *self._labels(n)) for n in range(1, self._right + 1)]
        last = max((n for _, n in self._sheet.cells), default=0)
        up = row - numbers
        there = [
            (self._text(row, n), *(self._text(r + up, n) for r in self._header))
            for n in range(1, max(last, self._right) + 1)
        ]
        while len(there) > len(made) and not any(there[-1]):
            there.pop()
        for reason, at in _told(made, there, "column"):
            yield reason, max(self._first + up, 1), at + 1
            if reason == "form_column_unclear":
                self._unclear.add((0, at + 1))

    @property
    def _header(self) -> range:
        return range(self._first, self._of.header[1] + 1)

    def _labels(self, number: int) -> Iterator[str]:
        return (self._made(row, number) for row in self._header)

    # what stands as it was made -------------------------------------------------------------

    def overwritten(self) -> Iterator[Finding]:
        """Cells that nobody was asked for and that hold something else: formulas, figures of the
        period before, what was typed beside; and reasons for empty cells that are none.
        """
        for row, column in self._others:
            cell = self._sheet.cell(row, column)
            expected = self._fixed[row, column]
            yield self._about("form_cell_overwritten", cell, None, cell.text, made=expected)
        for (row, column), cell in self._sheet.cells.items():
            is_inside = self._first <= row <= self._last and column <= self._right
            if is_inside and (row, column) not in self._fixed and not self._is_open(row, column):
                if cell.text.strip():
                    yield self._about("form_cell_overwritten", cell, None, cell.text, made="")
            elif column == self._of.choices and row in self._of.rows and self._choice(row) is None:
                reason = "form_choice_unknown"
                yield self._about("form_changed", cell, None, cell.text, reason=reason)

    def _is_open(self, row: int, column: int) -> bool:
        """Whether a cell was to be filled in."""
        if row not in self._of.rows:
            return False
        others = (self._of.choices, self._of.answers)
        is_name = column == self._of.unit_column and not self._of.rows[row]
        return column in self._entries or column in others or is_name

    def _choice(self, row: int) -> str | None:
        """Why cells of a row are empty, empty when nothing is said; None for another text."""
        text = self._text(row, self._of.choices) if self._of.choices else ""
        return text if not text or any(is_word(kind, text) for kind in _CHOICES) else None

    @property
    def answers(self) -> dict[tuple[str, int], Cell]:
        """The cells in which the sender has explained a row."""
        column = self._of.answers
        cells = {row: self._sheet.cell(row, column) for row in self._of.rows if column}
        return {(self._of.name, row): cell for row, cell in cells.items() if cell.text.strip()}

    def replies(self, sender: str) -> Iterator[Reply]:
        """What the sender says of each row of draft results."""
        for (_, row), cell in self.answers.items():
            labels = (self._made(row, n) for n in (self._of.unit_column, self._of.unit_column + 1))
            about = ": ".join(filter(None, labels))
            yield Reply(self._about.address(cell), sender, about, clean(cell.text))

    @property
    def view(self) -> Sheet:
        """The sheet with what was asked and what says whose it is, nothing beside: a cell that is
        empty says what was chosen for its row, at the address of the choice; where that is that the
        figure of the period before still holds it says this figure, at its own address. What a
        formula of the form works out is no news.
        """
        kept: dict[tuple[int, int], Cell] = {}
        for (row, column), cell in self._sheet.cells.items():
            is_label = row <= self._of.header[1]
            is_name = column in (1, self._of.unit_column)
            is_entry = row in self._of.rows and column in self._entries
            is_typed = column in self._entries and (row, column) in self._others  # over a formula
            is_typed = is_typed and self._is_total(row)
            below = row > self._last
            if row == self._of.header[1] + 1:
                continue
            if is_label or is_name or is_entry or is_typed or below:
                kept[row, column] = cell
        for row in self._of.rows:
            choice = self._sheet.cell(row, self._of.choices) if self._of.choices else None
            if choice is not None and self._choice(row) and not self._is_as_before(row):
                for column in self._entries:
                    if not self._text(row, column):
                        kept[row, column] = moved_cell(choice, row, column)
        for row, column, number in self._held:
            kept[row, column] = moved_cell(self._sheet.cell(row, number), row, column)
        return dataclasses.replace(self._sheet, cells=kept)

    def _is_as_before(self, row: int) -> bool:
        return is_word("as_before", self._choice(row) or "")

    @cached_property
    def _held(self) -> list[tuple[int, int, int]]:
        """The empty cells, by row and column, of which their sender says that the figure of the
        period before still holds, and the column in which that stands as the form was made.
        """
        return [
            (row, column.number, column.before)
            for row in filter(self._is_as_before, self._of.rows)
            for column in self._of.columns
            if column.before and not self._text(row, column.number)
            if not any(
                t <= row <= b and le <= column.number <= r for t, le, b, r in self._sheet.merged
            )
            if (row, column.before) in self._fixed and (row, column.before) not in self._others
        ]

    @property
    def as_before(self) -> dict[CellRef, CellRef]:
        """The addresses of these figures, each with that of the choice."""
        at = self._about.address
        return {
            at(self._sheet.cell(row, number)): at(self._sheet.cell(row, self._of.choices))
            for row, _, number in self._held
        }

    def _is_total(self, group: int) -> bool:
        """Whether another group or a row with a name is below a group's: without any, a figure over
        its sum would be read as its own.
        """
        end = next((row for row in sorted(self._of.groups) if row > group), self._last + 1)
        named = (self._text(row, self._of.unit_column) for row in range(group + 1, end))
        return end == group + 1 or any(named)


def _told(
    made: Sequence[tuple[str, ...]], there: Sequence[tuple[str, ...]], kind: str
) -> Iterator[tuple[str, int]]:
    """How one sequence of numbers and labels became another, each change by where it is in what is
    there. What has another label under its own number is unclear.
    """
    matcher = SequenceMatcher(None, made, there, autojunk=False)
    for change, first, last, start, end in matcher.get_opcodes():
        if change == "insert":
            yield from ((f"form_{kind}_inserted", at) for at in range(start, end))
        elif change == "delete":
            yield f"form_{kind}_deleted", start
        elif change == "replace":
            for at in range(start, end):
                same = first + at - start < last and made[first + at - start][0] == there[at][0]
                is_unclear = same and bool(there[at][0])
                yield f"form_{kind}_{'unclear' if is_unclear else 'renamed'}", at


def _bare(formula: str) -> str:
    """A formula as any program may write it."""
    return re.sub(r"\s|_xlfn\.", "", formula).casefold()
