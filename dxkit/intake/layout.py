"""Where the table is: the header block, found by the labels that the campaign declares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dxkit.intake.text import clean, is_word, normalise, starts_with_word, vocabulary
from dxkit.intake.workbook import Sheet
from dxkit.model.campaign import Campaign, Measure
from dxkit.model.periods import Period, split_period_id

_DEEPEST_HEADER = 6
_MOST_HEADER_ROWS = 40
_COLUMN_NUMBER = re.compile(r"\(?\d{1,2}\)?(\s*=.*)?\Z")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column that holds a declared measure, for one part of the period or the whole of it.

    ``control`` marks a column that repeats the parts' sum. Each is itself: columns are compared
    and hashed by identity.
    """

    number: int
    measure: Measure
    period: str
    control: bool = False


@dataclass(frozen=True, slots=True)
class RatioColumn:
    """A column that repeats the share of one column in another."""

    number: int
    part: int
    whole: int


@dataclass(frozen=True)
class Layout:
    """One table of a sheet. Rows and columns count from 1.

    ``not_understood`` are header labels of columns that nobody declared, with their column.
    """

    table: str
    header_rows: range
    columns: tuple[Column, ...]
    unit_columns: tuple[int, ...]
    code_column: int | None
    remark_column: int | None
    ratios: tuple[RatioColumn, ...]
    not_understood: tuple[tuple[int, str], ...]

    @property
    def first_row(self) -> int:
        """The first row below the header."""
        return self.header_rows.stop


class LayoutFinder:
    """Finds tables of one campaign and period."""

    def __init__(self, campaign: Campaign, period: Period) -> None:
        self.period = period
        self._labels: dict[str, list[Measure]] = {}
        for measure in campaign.measures:
            for header in measure.headers:
                self._labels.setdefault(normalise(header.replace(">", " ")), []).append(measure)
        parts = {
            normalise(part) for m in campaign.measures for h in m.headers for part in h.split(">")
        }
        words = vocabulary()
        self._header_words = parts | {*words["unit_labels"], *words["row_number_labels"]}
        months = "|".join(vocabulary()["period_month"])
        self._month = re.compile(rf"(?:t|{months}) ?(\d{{1,2}})(?: \d{{4}})?\Z")

    def find(self, sheet: Sheet) -> Layout | None:
        """The sheet's table, or None when no header in it holds a declared label."""
        rows = [row for row in sheet.rows if self._may_be_header(sheet, row)][:_MOST_HEADER_ROWS]
        best: tuple[int, int, Layout] | None = None
        for first in rows:
            for depth in range(1, _DEEPEST_HEADER + 1):
                layout = self._read_header(sheet, range(first, first + depth))
                if layout is None:
                    continue
                score = len({(c.measure.id, c.period, c.control) for c in layout.columns})
                if best is None or (score, -depth) > best[:2]:
                    best = (score, -depth, layout)
        return best[2] if best else None

    def _may_be_header(self, sheet: Sheet, row: int) -> bool:
        return any(normalise(cell.text) in self._header_words for cell in sheet.rows[row])

    def _read_header(self, sheet: Sheet, rows: range) -> Layout | None:
        paths = header_paths(sheet, rows)
        tables: dict[str, int] = {}
        found: dict[int, list[Measure]] = {}
        placed: dict[int, tuple[str, bool]] = {}
        for number, path in paths.items():
            label, period, control = self._without_period(path)
            measures = self._labels.get(label)
            if measures:
                found[number] = measures
                placed[number] = (period, control)
                for measure in measures:
                    tables[measure.table] = tables.get(measure.table, 0) + 1
        if not found:
            return None
        table = max(tables, key=lambda name: tables[name])
        columns = []
        for number, measures in found.items():
            chosen = next((m for m in measures if m.table == table), None)
            if chosen is not None:
                period, control = placed[number]
                columns.append(Column(number, chosen, period, control))
        units = [n for n, path in paths.items() if self._is("unit_labels", path)]
        columns = self._demote_controls(columns)
        ratios = self._ratios(paths, columns)
        known = {c.number for c in columns} | set(units) | {r.number for r in ratios}
        others = {
            kind: [n for n, path in paths.items() if self._is(kind, path)]
            for kind in ("row_number_labels", "code_labels", "remark_labels")
        }
        known |= {n for numbers in others.values() for n in numbers}
        unknown = tuple(
            (n, " ".join(path))
            for n, path in paths.items()
            if n not in known and path and not starts_with_word("ratio_labels", path[-1])
        )
        return Layout(
            table,
            rows,
            tuple(columns),
            tuple(units),
            next(iter(others["code_labels"]), None),
            next(iter(others["remark_labels"]), None),
            ratios,
            unknown,
        )

    @staticmethod
    def _is(kind: str, path: Sequence[str]) -> bool:
        return any(is_word(kind, part) for part in path)

    def _without_period(self, path: Sequence[str]) -> tuple[str, str, bool]:
        """The label without the part of the period it names, that part, and whether it is the
        whole period beside its parts.
        """
        parts, period, control = [], self.period.id, False
        for part in path:
            key = normalise(part)
            month = self._month.match(key)
            if month:
                period = self._part(int(month[1])) or period
            elif self.period.parts and is_word("whole_period_labels", part):
                control = True
            else:
                parts.append(key)
        return " ".join(parts), period, control

    def _part(self, month: int) -> str | None:
        return next((p for p in self.period.parts if split_period_id(p)[2] == month), None)

    def _demote_controls(self, columns: list[Column]) -> list[Column]:
        """A column of the whole period is a control only when its parts are there."""
        with_parts = {c.measure.id for c in columns if c.period != self.period.id}
        return [
            Column(c.number, c.measure, c.period, c.control and c.measure.id in with_parts)
            for c in columns
        ]

    @staticmethod
    def _ratios(
        paths: Mapping[int, Sequence[str]], columns: Sequence[Column]
    ) -> tuple[RatioColumn, ...]:
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
                (
                    c
                    for c in columns
                    if c.measure.id == part.measure.whole
                    and (c.period, c.control) == (part.period, part.control)
                ),
                None,
            )
            if whole is not None:
                found.append(RatioColumn(number, part.number, whole.number))
        return tuple(found)


def header_paths(sheet: Sheet, rows: range) -> dict[int, tuple[str, ...]]:
    """The labels above each column from the top down, merged ones repeated over their columns,
    column numbers such as (1) and a label under itself left out.
    """
    labels: dict[tuple[int, int], str] = {}
    columns = set()
    for row in rows:
        for cell in sheet.rows.get(row, ()):
            text = clean(cell.text)
            if text and not _COLUMN_NUMBER.match(text):
                labels[row, cell.column] = text
            columns.add(cell.column)
    for first_row, first_column, last_row, last_column in sheet.merged:
        label = labels.get((first_row, first_column))
        if label is None or first_row not in rows:
            continue
        for row in range(first_row, min(last_row, rows.stop - 1) + 1):
            for column in range(first_column, last_column + 1):
                labels[row, column] = label
                columns.add(column)
    paths: dict[int, tuple[str, ...]] = {}
    for column in sorted(columns):
        path: list[str] = []
        for row in rows:
            text = labels.get((row, column), "")
            if text and (not path or path[-1] != text):
                path.append(text)
        paths[column] = tuple(path)
    return paths
