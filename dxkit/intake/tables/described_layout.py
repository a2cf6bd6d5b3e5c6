"""Sheets that layouts.toml describes: each as it is then read, with the addresses that its cells
have in the file. What is declared and does not fit is refused; nothing else is tried in its place.
And what was understood of any table, column by column, for whoever describes the next one.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dxkit.intake.dates import names_period, stated_times
from dxkit.intake.names import Names
from dxkit.intake.tables.labels import header_paths, is_figure, label_text
from dxkit.intake.tables.layout import Column, Layout, written_path
from dxkit.intake.tables.row_units import row_label
from dxkit.intake.vocabulary import is_word
from dxkit.model.addresses import column_letters, line_number
from dxkit.model.campaign import Campaign, Measure, SheetLayout
from dxkit.model.observations import ColumnRead
from dxkit.model.periods import Period
from dxkit.model.text import clean, normalise
from dxkit.model.units import Unit
from dxkit.workbooks.cells import Cell, Sheet

_DEEPEST, _ROWS_LOOKED_AT = 4, 60  # of a header that nobody declared
_LONGEST_TITLE = 100  # characters of a line that says which period a block is of


class UnfitLayoutError(Exception):
    """What layouts.toml declares does not fit the sheet; ``reason`` is a key of the finding's."""

    def __init__(self, reason: str, cell: Cell | None = None) -> None:
        super().__init__(reason)
        self.reason, self.cell = reason, cell


@dataclass(frozen=True, slots=True)
class MovedCell(Cell):
    """A cell that is read at another place than it has in the file, with its address there."""

    row_in_file: int = 0
    column_in_file: int = 0

    @property
    def address(self) -> str:
        """The address in the file."""
        return f"{column_letters(self.column_in_file)}{self.row_in_file}"


@dataclass(frozen=True)
class _Transposed(Sheet):
    def cell(self, row: int, column: int) -> Cell:
        return self.cells.get((row, column)) or moved_cell(Cell(column, row, None), row, column)


def moved_cell(cell: Cell, row: int, column: int, **changes: object) -> MovedCell:
    """A cell as it is read at another place, with its own address."""
    values = {f.name: getattr(cell, f.name) for f in dataclasses.fields(Cell)}
    of_file = (cell.row, cell.column)
    if isinstance(cell, MovedCell):
        of_file = (cell.row_in_file, cell.column_in_file)
    values |= {"row": row, "column": column, **changes}
    return MovedCell(**values, row_in_file=of_file[0], column_in_file=of_file[1])


def transposed(sheet: Sheet) -> Sheet:
    """The sheet with rows and columns changed about."""
    return _Transposed(
        sheet.name,
        {(c, r): moved_cell(cell, c, r) for (r, c), cell in sheet.cells.items()},
        tuple((left, top, right, bottom) for top, left, bottom, right in sheet.merged),
        sheet.hidden,
        sheet.hidden_columns,
        sheet.hidden_rows,
        formulas=sheet.formulas,
    )


@dataclass(frozen=True)
class DescribedLayout:
    """An entry of layouts.toml in numbers: rows and columns of the sheet as it is read."""

    header_rows: range
    unit_columns: tuple[int, ...]
    columns: Mapping[int, Measure]

    @classmethod
    def of(cls, layout: SheetLayout, campaign: Campaign) -> DescribedLayout:
        """The entry for a campaign whose plan is sound."""
        first, _, last = layout.header_rows.partition("-")
        rows = range(line_number(first), line_number(last or first) + 1) if first else range(0)
        columns = {line_number(at): campaign.measure(id) for at, id in layout.columns.items()}
        return cls(rows, tuple(map(line_number, layout.unit_columns)), columns)

    def rows_above_figures(self, sheet: Sheet) -> range:
        """The row above the first that holds a name and a figure of declared columns: the header
        of a table that has no labels. Raises UnfitLayoutError when there is none.
        """
        for row in sheet.rows:
            names = (sheet.cell(row, column).text for column in self.unit_columns)
            figures = (sheet.cell(row, column) for column in self.columns)
            if any(map(_has_letters, names)) and any(map(is_figure, figures)):
                return range(max(row - 1, 1), row)
        raise UnfitLayoutError("line_empty", sheet.cell(1, min(self.columns)))


NOT_DESCRIBED = DescribedLayout(range(0), (), {})
"""Of a sheet that layouts.toml does not describe."""


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))


_Mark = tuple[bool, range]  # whether a label names the period, and the columns below it


def of_period_block(sheet: Sheet, names: Names, period: Period) -> tuple[Sheet, frozenset[int]]:
    """The sheet without the blocks of other periods, side by side or one below the other, and the
    rows that say of which period the rows below are. Raises UnfitLayoutError when no block is the
    period's.
    """
    said = {row: marks for row in sheet.rows if (marks := _block_marks(sheet, row, names, period))}
    if not any(is_own for marks in said.values() for is_own, _ in marks):
        at = next(iter(said.items()), None)
        raise UnfitLayoutError("no_period", at and sheet.cell(at[0], at[1][0][1].start))
    dropped_rows: set[int] = set()
    dropped: set[tuple[int, int]] = set()
    for beside in (False, True):
        rows = sorted(row for row, marks in said.items() if (len(marks) > 1) is beside)
        for first, following in itertools.pairwise([*rows, max(sheet.rows) + 1]):
            below = [row for row in sheet.rows if first <= row < following]
            for is_own, columns in said[first]:
                if beside and is_own:
                    dropped.add((first, columns.start))
                elif beside:
                    dropped |= {(row, column) for row in below for column in columns}
                elif not is_own:
                    dropped_rows.update(below)
    kept = {
        at: cell
        for at, cell in sheet.cells.items()
        if at not in dropped and at[0] not in dropped_rows
    }
    dividing = frozenset(row for row, marks in said.items() if len(marks) == 1)
    return dataclasses.replace(sheet, cells=kept), dividing


def _block_marks(sheet: Sheet, row: int, names: Names, period: Period) -> list[_Mark]:
    """The labels of a row that name periods and the columns of each; none in a row that holds a
    unit's name or a figure.
    """
    cells = [cell for cell in sheet.rows[row] if cell.text.strip()]
    found: list[tuple[bool, int]] = []
    for position, cell in enumerate(cells):
        text = clean(label_text(cell))
        is_own = names_period(text, period) if len(text) <= _LONGEST_TITLE else None
        if is_own is not None:
            found.append((is_own, position))
        elif is_figure(cell) or row_label(text).is_known(names):
            return []
    marks: list[_Mark] = []
    for is_own, position in found:
        first = cells[position].column
        *_, right = sheet.merged_at.get((row, first), (0,))
        end = right + 1
        if right <= first:
            width = len(marks[-1][1]) if marks else max(c.column for c in sheet.cells.values())
            end = cells[position + 1].column if position + 1 < len(cells) else first + width
        marks.append((is_own, range(first, end)))
    return marks


class ChosenRows:
    """The rows of a table that are the period's and fit the filter, each with its unit's name."""

    def __init__(
        self, sheet: Sheet, layout: Layout, entry: SheetLayout, period: Period, names: Names
    ) -> None:
        self._sheet, self._layout, self._period, self._names = sheet, layout, period, names
        self._periods = tuple(map(line_number, entry.period_columns))
        self._wanted = {
            line_number(at): frozenset(map(normalise, texts)) for at, texts in entry.rows.items()
        }
        self._one_unit = entry.one_unit
        self._is_all = not (self._periods or self._wanted or self._one_unit)
        self._said = {*self._periods, *self._wanted}
        self._rows = layout.rows_in(sheet)
        self._above: dict[tuple[int, int], Cell] = {}  # periods that stand once for many rows
        for column in self._periods:
            self._above |= self._stated_once(column)
        self.unclear: list[Cell] = []  # of rows with figures that say no period, or nothing wanted

    def undeclared_periods(self) -> tuple[str, Cell] | None:
        """A column that names periods though nothing is declared of it, by its header and what is
        wrong: the same units have rows of the period and of others, or all rows are of others.
        """
        figures = {c.number for c in self._layout.columns} | {0}
        known = {*self._layout.unit_columns, self._layout.row_number_column, *figures}
        columns = {*range(1, max(figures)), *self._layout.paths} - known
        for column in columns if self._is_all else ():
            rows = (row for row in self._rows if self._sheet.cell(row, column).text.strip())
            said = self._times(rows, column)
            if not said or None in said.values():
                continue
            header = self._sheet.cell(self._layout.header_rows.stop - 1, column)
            named = [
                tuple(self._sheet.cell(row, c).text for c in self._layout.unit_columns)
                for row in said
            ]
            if len({*said.values()}) > 1 and len(set(named)) < len(named):
                return "period_columns", header
            texts = (self._sheet.cell(row, column).text for row in said)
            path = self._layout.paths.get(column, ())
            is_of_time = any(is_word("period_labels", label) for label in path)
            if True not in said.values() and (is_of_time or all(map(stated_times, texts))):
                return "other_periods", header
        return None

    def _times(self, rows: Iterable[int], column: int) -> dict[int, bool | None]:
        """Whether rows name the period, up to the first of which that cannot be said."""
        found: dict[int, bool | None] = {}
        for row in rows:
            found[row] = names_period(label_text(self._sheet.cell(row, column)), self._period)
            if found[row] is None:
                break
        return found

    def read(self, sender: Unit | None) -> tuple[Sheet, Layout]:
        """The sheet with these rows only, and the layout for it. Raises UnfitLayoutError when no
        row of figures is chosen, or one unit's sheet does not say whose it is.
        """
        if self._is_all:
            return self._sheet, self._layout
        kept, moved = self._chosen()
        layout = self._layout
        if not any(self._has_figures(row) for row in kept):
            columns = (*self._periods, *self._wanted)
            header = self._sheet.cell(layout.header_rows.start, columns[0]) if columns else None
            raise UnfitLayoutError("no_period" if self._periods else "no_row", header)
        if self._one_unit:
            if sender is None:
                raise UnfitLayoutError("no_sender")
            layout = dataclasses.replace(layout, unit_columns=(0,))
            for row in filter(self._has_figures, kept):
                moved[row, 0] = moved_cell(self._sheet.rows[row][0], row, 0, value=sender.name)
        known = {*self._said, *layout.unit_columns}
        rest = tuple(entry for entry in layout.not_understood if entry[0] not in known)
        gone = set(self._rows) - kept
        cells = {at: cell for at, cell in self._sheet.cells.items() if at[0] not in gone}
        sheet = dataclasses.replace(self._sheet, cells=cells | moved)
        return sheet, dataclasses.replace(layout, not_understood=rest)

    def _chosen(self) -> tuple[set[int], dict[tuple[int, int], Cell]]:
        """The rows, and names that stand further up, at each row that they are of."""
        kept: set[int] = set()
        moved: dict[tuple[int, int], Cell] = {}
        current: dict[int, Cell] = {}  # unit column → the name that stands for the rows below it
        used: set[Cell] = set()
        doubtful: dict[int, Cell] = {}  # rows with figures of which nothing is said
        columns = self._layout.unit_columns
        last = columns[-1] if columns else 0
        for row in self._rows:
            fits = self._fits(row)
            for position, column in enumerate(columns):
                cell = self._sheet.cell(row, column)
                if cell.text.strip() and not (fits is not None and column in self._said):
                    current = {c: n for c, n in current.items() if c in columns[:position]}
                    current[column] = cell
            if fits is None and not self._has_figures(row):
                kept.add(row)
            elif fits is None and not self._is_total(row):
                doubtful[row] = self._sheet.cell(row, min(self._said, default=last))
            if not fits:
                continue
            kept.add(row)
            for column in columns:
                own = self._sheet.cell(row, column)
                name = current.get(column)
                if (
                    name is None
                    or name.row == row
                    or (own.text.strip() and column not in self._said)
                ):
                    continue
                if column == last:
                    if name in used:
                        moved[row, column] = Cell(row, column, None)
                        continue
                    used.add(name)
                    kept.discard(name.row)
                    doubtful.pop(name.row, None)
                moved[row, column] = moved_cell(name, row, column)
            used |= {current[last]} if last in current else set()
        self.unclear = list(doubtful.values())
        return kept, moved

    def _fits(self, row: int) -> bool | None:
        """Whether a row is the period's and wanted; None when that is not said."""
        found: list[bool | None] = []
        if self._periods:
            texts = [self._time_text(row, column) for column in self._periods]
            texts.sort(
                key=lambda text: bool(re.search(r"\d{4}", text))
            )  # "Quy I" before "Nam 2026"
            found.append(names_period(" ".join(filter(None, texts)), self._period))
        for column, wanted in self._wanted.items():
            text = normalise(self._text(row, column))
            found.append(text in wanted if text else None)
        return False if False in found else None if None in found else True

    def _time_text(self, row: int, column: int) -> str:
        """What a cell says of a period, with its column's label where it is a bare number."""
        text = self._text(row, column)
        if len(self._periods) > 1 and re.fullmatch(r"[IV]{1,3}|\d{1,2}", text):
            header = self._layout.header_rows
            label = next((self._sheet.cell(r, column).text for r in header[::-1]), "")
            text = f"{clean(label)} {text}"
        return text

    def _text(self, row: int, column: int) -> str:
        cell = self._sheet.cell(row, column)
        if not cell.text.strip():
            cell = self._sheet.merged_above(row, column) or cell
        if not cell.text.strip():
            cell = self._above.get((row, column), cell)
        return clean(label_text(cell))

    def _stated_once(self, column: int) -> dict[tuple[int, int], Cell]:
        """The periods of a column's blank cells, where each is written in its first row only."""
        cells = [self._sheet.cell(row, column) for row in self._rows]
        times = Counter(clean(cell.text) for cell in cells if cell.text.strip())
        if max(times.values(), default=0) != 1 or len(times) == len(cells):
            return {}
        filled: dict[tuple[int, int], Cell] = {}
        above = cells[0]
        for cell in cells:
            above = cell if cell.text.strip() else above
            filled[cell.row, column] = above
        return filled

    def _has_figures(self, row: int) -> bool:
        cells = (self._sheet.cell(row, column.number) for column in self._layout.columns)
        return any(cell.text.strip() for cell in cells)

    def _is_total(self, row: int) -> bool:
        cells = self._sheet.rows[row][:2]
        return any(row_label(cell.text).is_total for cell in cells)


def columns_read(layout: Layout, entry: SheetLayout, period_id: str) -> tuple[ColumnRead, ...]:
    """The columns of a table as they were taken, from left to right."""
    first = min(layout.unit_columns, default=1)
    labelled = (number for number, path in layout.paths.items() if path and number >= first)
    uses = dict.fromkeys(labelled, "not_declared")
    uses |= dict.fromkeys(map(line_number, entry.rows), "filter")
    uses |= dict.fromkeys(map(line_number, entry.period_columns), "period")
    uses |= {ratio.number: "ratio" for ratio in layout.ratios}
    others = (layout.row_number_column, layout.code_column, layout.remark_column)
    for number, use in zip(others, ("row_number", "code", "remark"), strict=True):
        uses |= {number: use} if number is not None else {}
    uses |= dict.fromkeys(layout.unit_columns, "units")
    uses |= {column.number: _use(column) for column in layout.columns}
    columns = {column.number: column for column in layout.columns}
    found = []
    for number in sorted(set(uses) - {0}):  # nought is where one unit's name is put
        at = str(number) if entry.transposed else column_letters(number)
        path = written_path(layout.paths.get(number, ()))
        column = columns.get(number)
        measure = column.measure.id if column else ""
        part = column.period if column and column.period != period_id else ""
        found.append(ColumnRead(at, path, uses[number], measure, part))
    return tuple(found)


def _use(column: Column) -> str:
    if column.problem or column.control:
        return column.problem or "control"
    return "cumulative" if column.cumulative else "measure"


def lines_of(rows: range, is_transposed: bool = False) -> str:
    """The lines of a header as the sheet shows them: 3-4, or A in a transposed one."""
    ends = dict.fromkeys((rows.start, max(rows.stop - 1, rows.start)))
    return "-".join(column_letters(row) if is_transposed else str(row) for row in ends)


def likely_header(sheet: Sheet) -> tuple[str, tuple[ColumnRead, ...]]:
    """The rows of labels just above the first figures of a sheet in which no declared label was
    found, and the labels above each column.
    """
    for row, cells in itertools.islice(sheet.rows.items(), _ROWS_LOOKED_AT):
        figures = [cell for cell in cells if is_figure(cell)]
        if len(figures) < 2 or len(figures) == len(cells):
            continue
        first = row
        while row - first < _DEEPEST and len(sheet.rows.get(first - 1, ())) > 1:
            first -= 1
        paths = header_paths(sheet, range(first, row))
        columns = ((column_letters(n), path) for n, path in paths.items())
        found = tuple(ColumnRead(at, written_path(p), "not_declared") for at, p in columns if p)
        return lines_of(range(first, row)) if found else "", found
    return "", ()
