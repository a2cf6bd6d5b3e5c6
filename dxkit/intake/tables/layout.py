"""Where one table stands on a sheet: its header, its columns, the names of its units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dxkit.model.campaign import Measure
from dxkit.model.text import clean
from dxkit.workbooks.cells import Sheet

_SEPARATORS = str.maketrans("|>", "  ")  # of headings and of their parts, in measures.csv


def written_path(path: tuple[str, ...]) -> str:
    """The labels above a column as the list of headings in measures.csv takes them: A > B > C."""
    return " > ".join(clean(label.translate(_SEPARATORS)) for label in path)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column that holds a declared measure, for one part of the period or the whole of it.

    ``control`` marks a column that repeats the parts' sum; ``cumulative`` one that adds a flow up
    since before the period, which is another quantity; ``in_period`` one whose label says that it
    does not; ``problem`` the finding code of one whose cells cannot be used; ``unit`` the
    unit of measure that the label of an amount says, ``units`` those that its cells may say, each
    with how many of the measure's own it is, ``factor`` that of cells that say none. Each is
    itself: columns are compared and hashed by identity.
    """

    number: int
    measure: Measure
    period: str
    control: bool = False
    cumulative: bool = False
    in_period: bool = False
    problem: str = ""
    unit: str = ""
    units: Mapping[str, Decimal] | None = None
    factor: Decimal = Decimal(1)

    @property
    def scope(self) -> tuple[str, bool, bool]:
        """What of the measure the column holds: parts and wholes of one scope belong together."""
        return self.period, self.control, self.cumulative


@dataclass(frozen=True, slots=True)
class RatioColumn:
    """A column that repeats the share of one column in another."""

    number: int
    part: int
    whole: int


@dataclass(frozen=True)
class Layout:
    """One table of a sheet. Rows and columns count from 1.

    ``unit_columns`` hold the names of units, coarser ones first. ``last_row`` is the last before
    another table begins. ``not_understood`` are header labels of columns that nobody declared,
    with their column.
    """

    table: str
    header_rows: range
    columns: tuple[Column, ...]
    unit_columns: tuple[int, ...]
    row_number_column: int | None
    code_column: int | None
    remark_column: int | None
    ratios: tuple[RatioColumn, ...]
    not_understood: tuple[tuple[int, str], ...]
    last_row: int
    paths: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # labels above each column

    @property
    def extent(self) -> tuple[int, int]:
        """The first and the last column of names, figures and shares."""
        found = [*self.unit_columns, *(column.number for column in self.columns)]
        found += [ratio.number for ratio in self.ratios]
        return min(found), max(found)

    @property
    def first_row(self) -> int:
        """The first row below the header."""
        return self.header_rows.stop

    def rows_in(self, sheet: Sheet) -> list[int]:
        """The numbers of the rows from the header to where another table begins that hold
        anything, in order.
        """
        return [row for row in sheet.rows if self.first_row <= row <= self.last_row]

    @property
    def signature(self) -> frozenset[tuple[int, str, tuple[str, bool, bool]]]:
        """What stands in which column: the same for a header repeated at a page break."""
        return frozenset((c.number, c.measure.id, c.scope) for c in self.columns)
