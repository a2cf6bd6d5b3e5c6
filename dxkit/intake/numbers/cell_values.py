"""What a cell says in whichever column of numbers it stands: nothing, or no number at all."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dxkit.intake.numbers.formats import shows_another
from dxkit.intake.vocabulary import is_word
from dxkit.model.observations import Flag
from dxkit.model.text import clean
from dxkit.workbooks.cells import Cell

LARGEST = 10**15  # of a number, whichever its sign: beyond, a spreadsheet loses digits
_TWO_NUMBERS = re.compile(r"\d[^\S\n]*(?:\n|\t|[^\S\n]{2,})\s*\d")  # one below or beside the other
_DATE = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d{2}\Z|(?:19|20)\d{2}-\d{1,2}-\d{1,2}(?:[T ].*)?\Z"
    r"|\d{1,2}[- ](?:Thg|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?[- ]?\d{0,4}\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Value:
    """What a cell says. ``problem`` is a finding code, ``details`` what fills its message.

    ``share`` is set when a percentage stands where a count belongs: see ``count_from_share``.
    """

    value: float | int | None
    flag: Flag | None = None
    problem: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    share: Decimal | None = None
    whole: int | None = None


def rejected(problem: str, **details: object) -> Value:
    """No value, and the finding that says why."""
    return Value(None, Flag.REJECTED, problem, details)


def read_common(cell: Cell) -> Value | None:
    """What is read the same in every column of numbers; None when it is for the column to say."""
    if cell.is_error or (isinstance(cell.value, str) and cell.value.startswith("#")):
        return rejected("value_is_error")
    if cell.formula_without_value:
        return rejected("formula_not_calculated")
    if cell.value is None or (isinstance(cell.value, str) and not clean(cell.value)):
        return Value(None, Flag.NO_DATA)
    if isinstance(cell.value, (datetime.date, datetime.time, datetime.timedelta)):
        return rejected("value_is_date")
    if isinstance(cell.value, bool):
        return rejected("value_unreadable")
    if isinstance(cell.value, (int, float)) and not abs(cell.value) <= LARGEST:
        return rejected("value_unreadable")
    if cell.struck:
        return rejected("value_struck_out")
    if not cell.is_plain and shows_another(cell.number_format, cell.value == 0):
        return rejected("value_shown_otherwise")
    if isinstance(cell.value, str):
        if _TWO_NUMBERS.search(cell.value.strip()):
            return rejected("value_ambiguous")
        # Marks of footnotes ("102\u00b9") and the like are digits that are no part of a number.
        if any(letter.isnumeric() and not letter.isdecimal() for letter in cell.value):
            return rejected("value_unreadable")
        if _DATE.match(clean(cell.value)):
            return rejected("value_is_date")
        for words, value in (
            ("no_data", Value(None, Flag.NO_DATA)),
            ("none_arose", Value(None, Flag.NOT_APPLICABLE)),
            ("not_reported", Value(None, Flag.NOT_REPORTED)),
            ("zero", Value(0)),
        ):
            if is_word(words, cell.value):
                return value
    return None
