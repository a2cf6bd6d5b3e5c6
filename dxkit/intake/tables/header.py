"""Where the tables are and which column holds what: header blocks, found by the labels that the
campaign declares.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from dxkit.intake.dates import names_period
from dxkit.intake.numbers import read_count
from dxkit.intake.tables.described_layout import NOT_DESCRIBED, DescribedLayout, UnfitLayoutError
from dxkit.intake.tables.labels import (
    ColumnLabels,
    Labelled,
    Paths,
    Span,
    header_paths,
    is_below_figures,
    is_figure,
    labels_just_above,
    labels_just_below,
    rows_from,
)
from dxkit.intake.tables.layout import Column, Layout, RatioColumn, written_path
from dxkit.intake.vocabulary import starts_with_word
from dxkit.model.campaign import Accumulation, Campaign, MeasureKind
from dxkit.model.periods import Period
from dxkit.model.text import clean
from dxkit.workbooks.cells import Cell, Sheet


def columns_of(table: str, found: Mapping[int, Labelled], period_id: str) -> tuple[Column, ...]:
    """The columns of one table by what their labels say, each that is unclear with its problem."""
    chosen = [
        (number, measure, labelled)
        for number, labelled in found.items()
        if (measure := next((m for m in labelled.measures if m.table == table), None))
    ]
    # "In the quarter" says of a stock how much it grew; the stock itself may stand beside.
    states = {m.id for _, m, labelled in chosen if labelled.span is not Span.IN_PERIOD}
    columns = []
    for number, measure, labelled in chosen:
        is_stock = measure.accumulation is Accumulation.STOCK
        in_period = labelled.span is Span.IN_PERIOD
        if not (is_stock and in_period and measure.id in states):
            cumulative = labelled.span is Span.CUMULATIVE and not is_stock
            problem = "column_span_unclear" if is_stock and in_period else ""
            of = (labelled.period, labelled.control, cumulative, in_period)
            columns.append(Column(number, measure, *of, problem, labelled.unit))
    # Only a column of the whole period is a control, and only when its parts are there: a word for
    # totals above a month's column takes its figures from nobody.
    with_parts = {c.measure.id for c in columns if c.period != period_id}
    sums = [c.measure.id in with_parts and c.period == period_id for c in columns]
    columns = [replace(c, control=c.control and s) for c, s in zip(columns, sums, strict=True)]
    often = Counter((c.measure.id, c.scope) for c in columns)

    def problem_of(c: Column) -> str:
        if often[c.measure.id, c.scope] > 1:
            return "column_repeated"
        # Beside columns that name their month, one that names none may be a month's as well.
        is_clear = c.control or c.cumulative or c.problem
        of_no_part = c.measure.id in with_parts and c.period == period_id
        return "column_part_unclear" if of_no_part and not is_clear else c.problem

    return tuple(replace(c, problem=problem_of(c)) for c in columns)


def ratios_of(paths: Paths, columns: Sequence[Column]) -> tuple[RatioColumn, ...]:
    """Each ratio column belongs to the nearest part on its left and that part's whole."""
    found = []
    for number, path in paths.items():
        if not path or not starts_with_word("ratio_labels", path[-1]):
            continue
        parts = [c for c in columns if c.number < number and c.measure.whole]
        if not parts:
            continue
        part = max(parts, key=lambda c: c.number)
        whole = next(
            (c for c in columns if c.measure.id == part.measure.whole and c.scope == part.scope),
            None,
        )
        if whole is not None:
            found.append(RatioColumn(number, part.number, whole.number))
    return tuple(found)


_NO_FIGURES = ("row_number_labels", "code_labels", "remark_labels")
_DEEPEST_HEADER = 6
_MOST_HEADER_ROWS = 200
_LONGEST_LABEL = 300  # characters
_FIGURE = re.compile(r"\s*\d[\d., ]{2,}%?\s*\Z")  # column numbers are shorter
_ROWS_LOOKED_AT = 200
_YEAR = re.compile(r"(?:19|20)\d\d\Z")


class LayoutFinder:
    """Finds the tables of one campaign and period."""

    def __init__(self, campaign: Campaign, period: Period) -> None:
        self.period = period
        self._labels = ColumnLabels(campaign, period)
        of_texts = [m for m in campaign.measures if m.kind is MeasureKind.TEXT]
        first = {measure.table: measure for measure in reversed(of_texts)}
        self._titles = [*first.values()]

    def find(self, sheet: Sheet, declared: DescribedLayout = NOT_DESCRIBED) -> tuple[Layout, ...]:
        """The sheet's tables from the top down and from left to right; none when no header in it
        holds a declared label. One table where the header's rows are declared, or columns by their
        letters: raises UnfitLayoutError when they do not fit the sheet.
        """
        if not declared.header_rows and not declared.columns:
            return self._search(sheet, declared)
        rows = declared.header_rows
        if not rows:
            found = self._search(sheet, DescribedLayout(range(0), declared.unit_columns, {}))
            most = max(found, key=lambda layout: len(layout.columns), default=None)
            rows = most.header_rows if most else declared.rows_above_figures(sheet)
        layouts = self.read(sheet, rows, declared)
        if not layouts:
            first = next(iter(sheet.rows.get(rows.start, ())), None)
            raise UnfitLayoutError("no_measure", first)
        return tuple(self._bounded(sheet, [layouts]))

    def _search(self, sheet: Sheet, declared: DescribedLayout) -> tuple[Layout, ...]:
        known = [row for row in sheet.rows if self._may_be_header(sheet, row)]
        blocks = []
        # A group's label may stand in a row without any known word above one that has some.
        near = known[:_MOST_HEADER_ROWS]
        free = {row for at in near for row in (at - 1, at) if row in sheet.rows}
        scored = sorted(
            (
                (self._score(layouts), -depth, -first, layouts)
                for first in free
                for depth in range(1 + (first not in near), self._deepest(sheet, first) + 1)
                if (layouts := self.read(sheet, range(first, first + depth), declared))
            ),
            key=lambda entry: entry[:3],
            reverse=True,
        )
        taken: set[int] = set()
        for _, _, _, layouts in scored:
            rows = layouts[0].header_rows
            # A further header must name its units, or any row with a known word would be one.
            if taken and not all(layout.unit_columns for layout in layouts):
                continue
            if taken.isdisjoint(rows):
                taken.update(range(rows.start, rows.stop))
                blocks.append(layouts)
        blocks.sort(key=lambda layouts: layouts[0].header_rows.start)
        return tuple(self._bounded(sheet, blocks))

    @staticmethod
    def _deepest(sheet: Sheet, first: int) -> int:
        """How many rows from one on may be one header: it ends above a row of names and figures."""
        rows = range(first, first + _DEEPEST_HEADER)
        return next(
            (row - first for row in rows if _is_of_figures(sheet.rows.get(row, ()))),
            _DEEPEST_HEADER,
        )

    @staticmethod
    def _score(layouts: Sequence[Layout]) -> int:
        columns = [c for layout in layouts for c in layout.columns]
        clear = sum(-1 if column.problem == "column_repeated" else 1 for column in columns)
        return clear + any(layout.unit_columns for layout in layouts)

    @staticmethod
    def _bounded(sheet: Sheet, blocks: Sequence[Sequence[Layout]]) -> Iterable[Layout]:
        """The layouts with the row at which each ends; headers that only repeat are passed over."""
        different: list[Sequence[Layout]] = []
        for layouts in blocks:
            signature = [layout.signature for layout in layouts]
            if not different or signature != [layout.signature for layout in different[-1]]:
                different.append(layouts)
        last = max(sheet.rows, default=0)
        for number, layouts in enumerate(different):
            following = different[number + 1 : number + 2]
            end = following[0][0].header_rows.start - 1 if following else last
            for layout in layouts:
                yield replace(layout, last_row=end)

    def _may_be_header(self, sheet: Sheet, row: int) -> bool:
        """Whether a row holds a known word and no figures."""
        known = False
        for cell in sheet.rows[row]:
            if isinstance(cell.value, datetime.datetime):  # "10/2022" over columns of a month
                continue
            if not isinstance(cell.value, str):
                return False
            text = cell.value
            if len(text) > _LONGEST_LABEL or _FIGURE.match(text):
                return False
            known = known or self._labels.holds_known_word(text)
        return known

    def read(
        self, sheet: Sheet, rows: range, declared: DescribedLayout = NOT_DESCRIBED
    ) -> tuple[Layout, ...]:
        """The tables side by side below one header block."""
        paths = header_paths(sheet, rows)
        found: dict[int, Labelled] = {}
        labelled_units = [*declared.unit_columns] or [
            n for n, path in paths.items() if self._labels.is_one("unit_labels", path)
        ]
        begins_anew = labelled_units and is_below_figures(sheet, rows.start)
        under_other_labels = () if begins_anew else labels_just_above(sheet, rows.start)
        for number, path in paths.items():
            if number in under_other_labels:
                continue
            if labelled := self._labels.read(path, bool(labelled_units)):
                found[number] = labelled
        for number in labels_just_below(sheet, rows.stop, labelled_units):
            found.pop(number, None)
        for number in [n for n in found if self._may_be_grouped(sheet, rows, paths, n)]:
            del found[number]
        beside_figures = _beside_figures(sheet, rows, paths, found)
        for number in beside_figures:
            del found[number]
        found |= dict(self._by_letter(sheet, rows, paths, declared))
        if not found:
            return ()
        texts = {n for n in found if any(m.kind is MeasureKind.TEXT for m in found[n].measures)}
        if not any(measure in self._titles for n in texts for measure in found[n].measures):
            # Localities alone make no register: they are the units of a table of figures.
            found = {number: labelled for number, labelled in found.items() if number not in texts}
            texts = set()
            if not found:
                return ()
        found = {n: labelled for n, labelled in found.items() if n not in declared.unit_columns}
        units = [n for n in labelled_units if n in texts or n not in found]
        if texts:  # a register: its units stand among its texts
            return (self._layout(rows, paths, tuple(units), found),)
        if not declared.unit_columns:
            units += self._unlabelled_units(sheet, rows, paths, found, units)
        tables = [
            self._layout(rows, paths, unit_columns, {number: found[number] for number in columns})
            for unit_columns, columns in _side_by_side(sorted(units), sorted(found))
        ]
        # What no table beside understands is said once.
        known = {c.number for table in tables for c in table.columns} | set(units)
        known |= {ratio.number for table in tables for ratio in table.ratios} | {*beside_figures}
        unknown = {entry for table in tables for entry in table.not_understood}
        rest = tuple(sorted(entry for entry in unknown if entry[0] not in known))
        tables[0] = replace(tables[0], not_understood=rest)
        return (tables[0], *(replace(table, not_understood=()) for table in tables[1:]))

    def _by_letter(
        self, sheet: Sheet, rows: range, paths: Paths, declared: DescribedLayout
    ) -> Iterator[tuple[int, Labelled]]:
        """The columns that layouts.toml names by their letters. Raises UnfitLayoutError for one
        that holds nothing or whose label says something else.
        """
        for number, measure in declared.columns.items():
            header = sheet.cell(rows.start, number)
            if not any(
                row >= rows.stop and sheet.cell(row, number).text.strip() for row in sheet.rows
            ):
                raise UnfitLayoutError("line_empty", header)
            above = (sheet.cell(row, number).text for row in range(1, rows.stop))
            for path in (paths.get(number, ()), *((text,) for text in above)):
                said = self._labels.read(path) if path else None
                if said is not None and measure not in said.measures:
                    raise UnfitLayoutError("other_measure", header)
            times = [names_period(text, self.period) for text in paths.get(number, ())]
            read = self._labels.of_time(paths.get(number, ()))
            if False in times and read.period == self.period.id:
                raise UnfitLayoutError("other_period", header)
            yield number, replace(read, measures=(measure,))

    def _may_be_grouped(self, sheet: Sheet, rows: range, paths: Paths, number: int) -> bool:
        """Whether a column's only label would mean another measure below the label of the group on
        its right, which somebody may have written over the middle of its columns.
        """
        if len(paths[number]) != 1:
            return False
        near = range(max(rows.start - 1, 1), rows.stop)
        row = next((row for row in near if sheet.cell(row, number + 1).text.strip()), 0)
        if not row or sheet.cell(row, number).text.strip() or (row, number + 1) in sheet.merged_at:
            return False
        alone = self._labels.read(paths[number])
        grouped = self._labels.read((sheet.cell(row, number + 1).text, *paths[number]))
        return grouped is not None and (alone is None or grouped.measures != alone.measures)

    def _unlabelled_units(
        self, sheet: Sheet, rows: range, paths: Paths, found: Iterable[int], units: Sequence[int]
    ) -> list[int]:
        """Columns of text without any label: left of all figures when no column is labelled as
        the units', or between figures, as in tables of pairs of names and scores.
        """
        numbers = sorted(found)
        unlabelled = [
            column
            for column in range(1, numbers[-1])
            if not paths.get(column) and column not in numbers
        ]
        if units:
            unlabelled = [column for column in unlabelled if numbers[0] < column]
        below = rows_from(sheet, rows.stop, _ROWS_LOOKED_AT)
        names = [column for column in unlabelled if _holds_names(sheet, below, column)]
        if units or (names and names[0] < numbers[0]):
            return names
        # A label that nobody declared, over names: they must still be names of units to count.
        labelled = [
            column
            for column, path in paths.items()
            if column < numbers[0]
            and not any(self._labels.is_one(kind, path) for kind in _NO_FIGURES)
            and _holds_names(sheet, below, column)
        ]
        return [*labelled[-1:], *names]

    def _layout(
        self, rows: range, paths: Paths, units: tuple[int, ...], found: dict[int, Labelled]
    ) -> Layout:
        counted = Counter(m.table for labelled in found.values() for m in labelled.measures)
        table = max(counted, key=lambda name: counted[name])
        columns = columns_of(table, found, self.period.id)
        ratios = ratios_of(paths, columns)
        numbers, codes, remarks = (
            [n for n, path in paths.items() if self._labels.is_one(kind, path)]
            for kind in _NO_FIGURES
        )
        known = {c.number for c in columns} | {r.number for r in ratios}
        known.update(units, numbers, codes, remarks)
        unknown = tuple(
            (n, written_path(path))
            for n, path in paths.items()
            if n >= min(units, default=1) and n not in known and path
            if not starts_with_word("ratio_labels", path[-1])
        )
        number, code, remark = (min(kind, default=None) for kind in (numbers, codes, remarks))
        return Layout(
            table, rows, columns, units, number, code, remark, ratios, unknown, rows.stop, paths
        )


def _beside_figures(
    sheet: Sheet, rows: range, paths: Paths, found: Mapping[int, Labelled]
) -> list[int]:
    """The columns that share the merged label of one column of figures and hold none themselves:
    marks and remarks.
    """
    beside: list[int] = []
    for top, left, _, right in sheet.merged:
        below = [n for n in range(left, right + 1) if n in found]
        if top not in rows or len({paths[n] for n in below}) != 1:
            continue
        near = rows_from(sheet, rows.stop, _ROWS_LOOKED_AT)
        of_figures = [n for n in below if any(_may_count(sheet.cell(row, n)) for row in near)]
        if len(of_figures) == 1:
            beside += [n for n in below if n not in of_figures]
    return beside


def _is_of_figures(cells: Sequence[Cell]) -> bool:
    """Whether a row holds words and figures other than years: no header does."""
    has_words = any(
        isinstance(c.value, str) and len(clean(c.text)) > 2 and not is_figure(c) for c in cells
    )
    return has_words and any(is_figure(c) and not _YEAR.match(c.text.strip()) for c in cells)


def _may_count(cell: Cell) -> bool:
    return is_figure(cell) or read_count(cell).value is not None


def _holds_names(sheet: Sheet, rows: Sequence[int], column: int) -> bool:
    """Whether a column holds texts below the header, and next to no figures."""
    values = [sheet.cell(row, column).value for row in rows]
    texts = [v for v in values if isinstance(v, str) and any(letter.isalpha() for letter in v)]
    others = [v for v in values if v is not None and not (isinstance(v, str) and not v.strip())]
    return len(texts) >= 1 and len(texts) >= 0.9 * len(others)


def _side_by_side(
    units: Sequence[int], figures: Sequence[int]
) -> Iterable[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Unit columns with the figures on their right, up to the next unit columns."""
    groups: list[tuple[list[int], list[int]]] = [([], [])]
    for column in sorted((*units, *figures)):
        if column in units:
            if groups[-1][1]:
                groups.append(([], []))
            groups[-1][0].append(column)
        else:
            groups[-1][1].append(column)
    if not groups[0][0] and len(groups) > 1:  # figures left of all names belong to the first
        groups[1] = (groups[1][0], groups[0][1] + groups[1][1])
        groups = groups[1:]
    for names, columns in groups:
        if columns:
            yield tuple(names), tuple(columns)
