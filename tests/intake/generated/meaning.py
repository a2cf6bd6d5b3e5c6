"""What a generated workbook means: the figures, how each is written, and what can be read of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dxkit.model.campaign import SheetLayout

SHEET_CELL = tuple[int, int]


class Reading(StrEnum):
    """What a careful person can do with a cell."""

    CLEAR = "clear"  # read the figure that was meant
    MISSING = "missing"  # see that there is no figure
    UNCLEAR = "unclear"  # nothing: whoever reads a figure here has guessed


@dataclass(frozen=True)
class Written:
    """One figure as it is written in a cell. ``meant`` is what a careful person reads, None where
    nobody can or nothing is said.
    """

    content: object
    reading: Reading
    meant: float | None
    pattern: str
    number_format: str = "General"
    formula: bool = False  # without a value kept beside it


@dataclass(frozen=True)
class Figure:
    """A figure of a unit and where it stands. ``name_cell`` holds the unit's name; ``unit_clear``
    says that a careful person knows from it which unit is meant.
    """

    sheet: str
    cell: SHEET_CELL
    unit: str
    measure: str
    period: str
    written: Written
    name_cell: SHEET_CELL
    unit_clear: bool = True
    column_clear: bool = True


@dataclass
class Page:
    """One sheet: what stands where."""

    name: str
    texts: dict[SHEET_CELL, object] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    needs_merged: bool = False  # a text file could not tell what it says
    is_copy: bool = False  # of another page, so that each figure of it stands there


@dataclass
class Office:
    """One workbook that somebody sends."""

    file: str
    pages: list[Page]
    font: str = ""
    encoding: str = "utf-8"
    separator: str = ";"
    kind: str = ""  # how it is laid out, for the record
    layouts: tuple[SheetLayout, ...] = ()  # what the office that reads it declares
    left_out: list[str] = field(default_factory=list)  # units that the table should have
