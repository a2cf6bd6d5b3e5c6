"""How a cell looks, as far as it changes what it says: number formats, fonts, dates."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass
from functools import lru_cache

from dxkit.workbooks.cells import CellValue

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
