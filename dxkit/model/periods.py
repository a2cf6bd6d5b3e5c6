"""Reporting periods: identifiers such as ``2022-Q3`` or ``2009``, with first and last day."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from dxkit.model.keys import OfPeriod, PeriodId

_PERIOD_ID = re.compile(
    r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])|H(?P<half>[12])"
    r"|(?P<years>\d{4})))?\Z"
)
LONG_KINDS = ("half", "years")
"""Half-years and several years, which nobody reports: they are made of other periods."""


@dataclass(frozen=True, slots=True)
class Period:
    """One reporting period. Both days belong to it. ``parts`` are the months it is reported by;
    a report signed after ``due_day`` is late, and nobody is when it is None. Nobody reports one
    that is made ``of`` others.
    """

    id: PeriodId
    first_day: datetime.date
    last_day: datetime.date
    parts: tuple[PeriodId, ...] = ()
    source: str = ""
    assumed: bool = False
    due_day: datetime.date | None = None
    of: tuple[OfPeriod, ...] = ()

    @property
    def kind(self) -> str:
        """How long it is by its identifier: ``month``, ``quarter``, ``half``, ``year`` or
        ``years``. Periods of one kind follow each other and are compared.
        """
        match = _PERIOD_ID.match(self.id)
        return split_period_id(self.id)[1] if match else ""

    @property
    def year(self) -> int:
        """The year in the identifier."""
        return split_period_id(self.id)[0]


def split_period_id(period_id: str) -> tuple[int, str, int]:
    """``2022-Q3`` → (2022, "quarter", 3); ``2022-10`` → (2022, "month", 10); ``2022-H1`` → (2022,
    "half", 1); ``2009`` → (2009, "year", 0); ``2022-2025`` → (2022, "years", 2025). Raises
    ValueError on any other text.
    """
    match = _PERIOD_ID.match(period_id)
    if match is None:
        raise ValueError(f"not a period id: {period_id!r}")
    year = int(match["year"])
    kind = match.lastgroup or ""
    return (year, kind, int(match[kind])) if kind != "year" else (year, kind, 0)


def calendar_days(period_id: str) -> tuple[datetime.date, datetime.date]:
    """The first and the last day that the calendar gives an identifier. Raises ValueError."""
    year, kind, number = split_period_id(period_id)
    if kind in ("year", "years"):
        return datetime.date(year, 1, 1), datetime.date(number or year, 12, 31)
    months = {"month": 1, "quarter": 3, "half": 6}[kind]
    after = year * 12 + number * months  # months since the year nought, as the last one ends
    first = datetime.date(year, (number - 1) * months + 1, 1)
    return first, datetime.date(after // 12, after % 12 + 1, 1) - datetime.timedelta(days=1)
