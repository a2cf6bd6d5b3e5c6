"""Where the tables are: header blocks, found by the labels that the campaign declares."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dxkit.intake.tables.column_labels import ColumnLabels
from dxkit.intake.tables.header import HeaderReader
from dxkit.intake.tables.layout import Layout
from dxkit.model.campaign import Campaign
from dxkit.model.periods import Period
from dxkit.workbooks.cells import Sheet

_DEEPEST_HEADER = 6
_MOST_HEADER_ROWS = 200
_LONGEST_LABEL = 300  # characters
_FIGURE = re.compile(r"\s*\d[\d., ]{2,}%?\s*\Z")  # column numbers are shorter


class LayoutFinder:
    """Finds the tables of one campaign and period."""

    def __init__(self, campaign: Campaign, period: Period) -> None:
        self._labels = ColumnLabels(campaign, period)
        self._headers = HeaderReader(campaign, period, self._labels)

    def find(self, sheet: Sheet) -> tuple[Layout, ...]:
        """The sheet's tables from the top down and from left to right; none when no header in it
        holds a declared label.
        """
        known = [row for row in sheet.rows if self._may_be_header(sheet, row)]
        blocks = []
        # A group's label may stand in a row without any known word above one that has some.
        free = {row for near in known[:_MOST_HEADER_ROWS] for row in (near - 1, near)}
        scored = sorted(
            (
                (self._score(layouts), -depth, -first, layouts)
                for first in free
                for depth in range(1, _DEEPEST_HEADER + 1)
                if (layouts := self._headers.read(sheet, range(first, first + depth)))
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
