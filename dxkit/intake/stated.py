"""Times that a text states: quarters, months, spans of months from the year's start, days."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

from dxkit.intake.text import fold, normalise, vocabulary
from dxkit.model.periods import Period, split_period_id

_NUMERALS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_LAST_MONTH_OF_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Stated:
    """A time that a text states. ``kind`` is ``quarter``, ``month`` or ``months`` (the first so
    many of the year); ``year`` is None where the text gives none; ``is_all`` says that the text
    holds nothing else.
    """

    kind: str
    number: int
    year: int | None
    is_all: bool = False

    def fits(self, period: Period) -> bool:
        """Whether the period may be meant; a span of months fits the quarter at its end."""
        year, kind, number = split_period_id(period.id)
        if self.year not in (None, year):
            return False
        if self.kind == "months":
            return kind == "quarter" and self.number == number * _LAST_MONTH_OF_QUARTER
        return (self.kind, self.number) == (kind, number)

    @property
    def text(self) -> str:
        """The time as an identifier, as far as it is known."""
        year = str(self.year) if self.year is not None else "?"
        if self.kind == "quarter":
            return f"{year}-Q{self.number}"
        first = "01..." if self.kind == "months" else ""
        return f"{year}-{first}{self.number:02d}"


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    words = vocabulary()
    quarter, month, year, day, until = (
        "|".join(words[key])
        for key in ("period_quarter", "period_month", "period_year", "period_day", "until")
    )
    of_year = r"(?:\D{0,8}(?P<year>(?:19|20)\d{2})\b)?"
    numeral = r"(?P<number>iv|i{1,3}|0?[1-4])"
    return {
        "quarter": re.compile(rf"\b(?:(?:{quarter}) ?|q){numeral}\b{of_year}"),
        "folded quarter": re.compile(
            rf"(?<![^\W_])(?:(?:{fold(quarter)}) ?|q){numeral}(?![^\W_]){of_year}"
        ),
        # "12 months of 2022" is a span, "day 5 month 10" a day, "up to month 12" no month's report.
        "month": re.compile(
            rf"(?<!\d )\b(?:{month}) ?(?P<number>1[0-2]|0?[1-9])\b"
            rf"(?:\D{{0,6}}(?P<year>(?:19|20)\d{{2}})\b)"
        ),
        "months": re.compile(
            rf"(?<!{day} )\b(?P<number>1[0-2]|0?[2-9]) (?:{month})\b(?! ?\d)"
            rf"(?:[^\d]{{0,12}}(?P<year>(?:19|20)\d{{2}})\b)?"
        ),
        "day": re.compile(
            rf"\b(?:{day}) (?P<day>\d{{1,2}}) (?:{month}) (?P<month>\d{{1,2}}) (?:{year}) "
            r"(?P<year>\d{4})\b"
        ),
        "until": re.compile(rf"\b(?:{until})\s*\Z"),
    }


@lru_cache(maxsize=10_000)
def stated_times(text: str) -> tuple[Stated, ...]:
    """Every quarter, month and span of months that a text states, in this order of kinds.

    A month counts only with its year and when it is not the end of a range or part of a day.
    """
    key = normalise(text)
    found = []
    for kind in ("quarter", "months", "month"):
        for match in _patterns()[kind].finditer(key):
            if kind == "month" and _patterns()["until"].search(key[: match.start()]):
                continue
            found.append(_stated(kind, match, match[0] == key))
    return tuple(found)


def named_quarter(text: str) -> Stated | None:
    """The first quarter that a label or a title states."""
    return next((stated for stated in stated_times(text) if stated.kind == "quarter"), None)


def quarter_in_name(name: str) -> Stated | None:
    """The quarter in the name of a file or sheet, where accents are often left out."""
    match = _patterns()["folded quarter"].search(fold(name.replace("_", " ").replace(".", " ")))
    return _stated("quarter", match, False) if match else None


def stated_day(text: str) -> datetime.date | None:
    """The day that a text states as letters do: "ngay 05 thang 10 nam 2022"."""
    match = _patterns()["day"].search(normalise(text))
    if match is None:
        return None
    try:
        return datetime.date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def _stated(kind: str, match: re.Match[str], is_all: bool) -> Stated:
    number = _NUMERALS.get(match["number"].lstrip("0")) or int(match["number"])
    year = int(match["year"]) if match["year"] else None
    return Stated(kind, number, year, is_all)
