"""The tables below one header block: which column holds what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dxkit.intake.tables.column_labels import ColumnLabels, Labelled
from dxkit.intake.tables.columns import columns_of, ratios_of
from dxkit.intake.tables.header_labels import (
    Paths,
    header_paths,
    is_below_figures,
    labels_just_above,
    labels_just_below,
)
from dxkit.intake.tables.layout import Layout
from dxkit.intake.vocabulary import starts_with_word
from dxkit.model.campaign import Campaign, MeasureKind
from dxkit.model.periods import Period
from dxkit.model.text import clean
from dxkit.workbooks.cells import Sheet

_ROWS_LOOKED_AT = 200


class HeaderReader:
    """Reads header blocks of one campaign and period."""

    def __init__(self, campaign: Campaign, period: Period, labels: ColumnLabels) -> None:
        self.period = period
        self._labels = labels
        of_texts = [m for m in campaign.measures if m.kind is MeasureKind.TEXT]
        first = {measure.table: measure for measure in reversed(of_texts)}
        self._titles = [*first.values()]

    def read(self, sheet: Sheet, rows: range) -> tuple[Layout, ...]:
        """The tables side by side below one header block."""
        paths = header_paths(sheet, rows)
        found: dict[int, Labelled] = {}
        labelled_units = [
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
        if not found:
            return ()
        texts = {
            number
            for number, labelled in found.items()
            if any(measure.kind is MeasureKind.TEXT for measure in labelled.measures)
        }
        if not self._holds_titles(found, texts):
            # Places alone make no register: they are the units of a table of figures.
            found = {number: labelled for number, labelled in found.items() if number not in texts}
            texts = set()
            if not found:
                return ()
        units = [n for n in labelled_units if n in texts or n not in found]
        if texts:  # a register: its units stand among its texts
            return (self._layout(rows, paths, tuple(units), found),)
        units += self._unlabelled_units(sheet, rows, paths, found, units)
        tables = [
            self._layout(rows, paths, unit_columns, {number: found[number] for number in columns})
            for unit_columns, columns in _side_by_side(sorted(units), sorted(found))
        ]
        # What no table beside understands is said once.
        known = {c.number for table in tables for c in table.columns} | set(units)
        known |= {ratio.number for table in tables for ratio in table.ratios}
        unknown = {entry for table in tables for entry in table.not_understood}
        rest = tuple(sorted(entry for entry in unknown if entry[0] not in known))
        tables[0] = replace(tables[0], not_understood=rest)
        return (tables[0], *(replace(table, not_understood=()) for table in tables[1:]))

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

    def _holds_titles(self, found: Mapping[int, Labelled], texts: Iterable[int]) -> bool:
        """Whether columns of texts are those of a register: its first measure must be there."""
        return any(measure in self._titles for n in texts for measure in found[n].measures)

    def _unlabelled_units(
        self,
        sheet: Sheet,
        rows: range,
        paths: Paths,
        found: Iterable[int],
        units: Sequence[int],
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
        below = [row for row in sheet.rows if row >= rows.stop][:_ROWS_LOOKED_AT]
        names = [column for column in unlabelled if _holds_names(sheet, below, column)]
        if units or (names and names[0] < numbers[0]):
            return names
        # A label that nobody declared, over names: they must still be names of units to count.
        labelled = [
            column
            for column, path in paths.items()
            if column < numbers[0]
            and not any(
                self._labels.is_one(kind, path)
                for kind in ("row_number_labels", "code_labels", "remark_labels")
            )
            and _holds_names(sheet, below, column)
        ]
        return [*labelled[-1:], *names]

    def _layout(
        self,
        rows: range,
        paths: Paths,
        units: tuple[int, ...],
        found: dict[int, Labelled],
    ) -> Layout:
        counted = Counter(m.table for labelled in found.values() for m in labelled.measures)
        table = max(counted, key=lambda name: counted[name])
        columns = columns_of(table, found, self.period.id)
        ratios = ratios_of(paths, columns)
        others = {
            kind: [n for n, path in paths.items() if self._labels.is_one(kind, path)]
            for kind in ("row_number_labels", "code_labels", "remark_labels")
        }
        known = {c.number for c in columns} | set(units) | {r.number for r in ratios}
        known |= {n for numbers in others.values() for n in numbers}
        last = max((n for n in paths), default=0)
        unknown = tuple(
            (n, clean(" ".join(path)))
            for n, path in paths.items()
            if min(units, default=1) <= n <= last
            and n not in known
            and path
            and not starts_with_word("ratio_labels", path[-1])
        )
        return Layout(
            table,
            rows,
            columns,
            units,
            next(iter(others["row_number_labels"]), None),
            next(iter(others["code_labels"]), None),
            next(iter(others["remark_labels"]), None),
            ratios,
            unknown,
            rows.stop,
        )


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
