"""What the readers of all formats share: how a cell looks, as far as it changes what it says
(number formats, fonts, dates, letters that are crossed out or stand above the line), and the sheet
that cells, merged ranges and the rest make.
"""

from __future__ import annotations

import datetime
import itertools
import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dxkit.workbooks.cells import Cell, CellValue, Range, Sheet, UnreadableFileError
from dxkit.workbooks.limits import MOST_MERGED_COLUMNS

_NUMBER = re.compile(r"[+-]?(?:\d+(\.\d*)?|(\.\d+))([eE][+-]?\d{1,3})?\Z", re.ASCII)
_LONGEST_NUMBER = 60  # digits, sign and power; spreadsheets write 17 digits


@dataclass(frozen=True, slots=True)
class Style:
    """The number format and the font of cells; ``is_date`` when numbers are shown as dates,
    ``struck`` when all letters are crossed out.
    """

    number_format: str = "General"
    font: str = ""
    is_date: bool = False
    is_duration: bool = False
    struck: bool = False


@lru_cache(maxsize=10_000)
def style_of(number_format: str, font: str, struck: bool = False) -> Style:
    """The style of a number format as Excel writes it."""
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format

    return Style(
        number_format, font, bool(is_date_format(number_format)),
        bool(is_timedelta_format(number_format)), struck,
    )  # fmt: skip


def builtin_formats() -> dict[int, str]:
    """The number formats that Excel knows by number."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    return dict(BUILTIN_FORMATS)


def shown(number: float, style: Style, counts_from_1904: bool) -> tuple[CellValue, bool]:
    """What a number is shown as: itself, a date or a duration; and whether it is an error, as a
    date beyond the calendar is.
    """
    if not math.isfinite(number):
        return "#NUM!", True
    if not style.is_date:
        return number, False
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

    first_day: datetime.datetime = CALENDAR_MAC_1904 if counts_from_1904 else CALENDAR_WINDOWS_1900
    try:
        return from_excel(number, first_day, timedelta=style.is_duration), False
    except (ValueError, OverflowError):
        return "#VALUE!", True


def written_number(text: str) -> int | float | None:
    """The number that an XML part writes, whole where it is written so; None for anything else."""
    match = _NUMBER.match(text) if len(text) <= _LONGEST_NUMBER else None
    if match is None:
        return None
    number = int(text) if match.group(1, 2, 3) == (None, None, None) else float(text)
    return number if math.isfinite(number) else None


_RAISED = str.maketrans(
    "0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
)


def raised(text: str) -> str:
    """The text with its digits as superscripts: a footnote's mark is no digit of a number."""
    return text.translate(_RAISED)


class Runs:
    """The runs of one text of Office Open XML. ``struck`` tells whether any letter is crossed
    out.
    """

    def __init__(self) -> None:
        self.struck = False
        self._strikes = self._raises = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Hear the beginning of an element within the text."""
        if name == "r":
            self._strikes = self._raises = False
        elif name == "strike":
            self._strikes = is_on(attributes)
        elif name == "vertAlign":
            self._raises = attributes.get("val") == "superscript"

    def end(self, name: str) -> None:
        """Hear the end of an element within the text."""
        if name == "r":
            self._strikes = self._raises = False

    def letters(self, text: str) -> str:
        """Letters of the present run, as they are read."""
        self.struck = self.struck or (self._strikes and bool(text.strip()))
        return raised(text) if self._raises else text


def is_on(attributes: Mapping[str, str]) -> bool:
    """Whether a property that is there is on: it may say that it is off."""
    return attributes.get("val", "1") not in ("0", "false", "off")


def build_sheet(
    name: str,
    cells: dict[tuple[int, int], Cell],
    merged: Iterable[Range] = (),
    *,
    hidden: bool = False,
    hidden_rows: Iterable[int] = (),
    hidden_columns: Iterable[int] = (),
    comments: Mapping[tuple[int, int], str] | None = None,
    formulas: Mapping[str, str] | None = None,
) -> Sheet:
    """The sheet. Merged ranges end where the used part of the sheet does; what stands below one is
    covered; two that overlap make the file a damaged one. Hidden rows that hold nothing are left
    out.
    """
    last_row = max((row for row, _ in cells), default=0)
    last_column = max((column for _, column in cells), default=0)
    within = [
        (top, left, min(bottom, last_row), min(right, last_column))
        for top, left, bottom, right in merged
        if top <= last_row and left <= last_column and (top, left) != (bottom, right)
    ]
    covered = _covered(name, cells, within)
    used = {row for row, _ in cells}
    for cell in covered:
        del cells[cell.row, cell.column]
    return Sheet(
        name,
        cells,
        tuple(within),
        hidden,
        frozenset(used.intersection(hidden_rows)),
        frozenset(hidden_columns),
        comments or {},
        tuple(covered),
        formulas=formulas or {},
    )


def _covered(
    name: str, cells: Mapping[tuple[int, int], Cell], merged: Iterable[Range]
) -> list[Cell]:
    by_column: dict[int, list[tuple[int, int, int]]] = {}  # first row, last row, first column
    allowed = MOST_MERGED_COLUMNS
    for top, left, bottom, right in merged:
        allowed -= right - left + 1
        if allowed < 0:
            raise UnreadableFileError("too_large", name)
        for column in range(left, right + 1):
            by_column.setdefault(column, []).append((top, bottom, left))
    for spans in by_column.values():
        spans.sort()
        if any(later[0] <= earlier[1] for earlier, later in itertools.pairwise(spans)):
            raise UnreadableFileError("damaged", name)
    found = []
    for (row, column), cell in cells.items():
        if spans := by_column.get(column, []):
            position = bisect_right(spans, (row, _BEYOND, _BEYOND)) - 1
            if position >= 0:
                top, bottom, left = spans[position]
                if row <= bottom and (row, column) != (top, left):
                    found.append(cell)
    return found


_BEYOND = 1 << 30
