"""Reading one cell: what number it holds, or why it holds none.

Whatever is not certain becomes a missing value with a finding, never a guess.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from dxkit.intake.text import clean, is_word, normalise, vocabulary
from dxkit.intake.workbook import Cell
from dxkit.model.campaign import MeasureKind
from dxkit.model.table import Flag

_PLAIN = re.compile(r"[+]?\d+\Z")
_GROUPED = re.compile(r"\d{1,3}(?:([. ])\d{3})(?:\1\d{3})*\Z")
_ENGLISH_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+\Z")
_DECIMAL_COMMA = re.compile(r"(?:\d+|\d{1,3}(?:[. ]\d{3})+),\d+\Z")
_DECIMAL_POINT = re.compile(r"\d+\.\d+\Z")
_DIGIT_LOOKALIKES = str.maketrans("OolI", "0011")
_WITH_LOOKALIKES = re.compile(r"(?=.*\d)[\dOolI]+\Z")
_DATE = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d{2}\Z|(?:19|20)\d{2}-\d{1,2}-\d{1,2}(?:[T ].*)?\Z"
    r"|\d{1,2}[- ](?:Thg|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?[- ]?\d{0,4}\Z",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"(?:(?P<share>[\d.,]+ ?%) ?)?\(?(?P<part>\d[\d. ]*) ?/ ?(?P<whole>\d[\d. ]*)\)?\Z"
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


def _rejected(problem: str, **details: object) -> Value:
    return Value(None, Flag.REJECTED, problem, details)


def read_count(cell: Cell) -> Value:
    """A whole number of things, 0 or more."""
    common = _common(cell)
    if common is not None:
        return common
    if isinstance(cell.value, (int, float)):
        if "%" in cell.number_format:
            return _rejected_share(Decimal(repr(cell.value)) * 100, cell.number_format)
        return _whole(cell.value)
    text = clean(str(cell.value)).removeprefix("'")
    if parts := _PARTS.match(text):
        return _part_of_whole(parts)
    stripped, flag = _without_words(text)
    if stripped.endswith("%"):
        share = parse_decimal(stripped[:-1].strip())
        return (
            _rejected("value_unreadable")
            if share is None
            else Value(None, Flag.REJECTED, "share_in_count_column", share=share)
        )
    found = _whole_number(stripped)
    if found is None and _WITH_LOOKALIKES.match(stripped):
        repaired = int(stripped.translate(_DIGIT_LOOKALIKES))
        return Value(repaired, Flag.REPAIRED, "digits_repaired", {"value": repaired})
    if found is None:
        decimal = parse_decimal(stripped)
        return _rejected("value_unreadable" if decimal is None else "count_not_whole")
    if flag is None:
        return Value(found)
    return Value(found, flag, "value_approximate", {"value": found})


def read_number(cell: Cell, kind: MeasureKind, fractions: bool = False) -> Value:
    """A score, or a percentage as a fraction. ``fractions`` says that the whole column of shares
    is written in fractions, so that 0.456 is 45.6 %.
    """
    common = _common(cell)
    if common is not None:
        return common
    percent_format = "%" in cell.number_format
    if isinstance(cell.value, (int, float)):
        if not math.isfinite(cell.value):
            return _rejected("value_unreadable")
        if kind is MeasureKind.SHARE and not percent_format:
            if fractions:
                return Value(cell.value)
            if 0 < abs(cell.value) <= 1:
                return _rejected("value_ambiguous")
            return Value(float(Decimal(repr(cell.value)) / 100))
        return Value(cell.value)
    text, _ = _without_words(clean(str(cell.value)))
    percent = text.endswith("%")
    number = parse_decimal(text.rstrip("% "))
    if number is None:
        return _rejected("value_unreadable")
    if kind is MeasureKind.SHARE:
        if fractions:
            return Value(float(number))
        if not percent and 0 < number <= 1:
            return _rejected("value_ambiguous")
        return Value(float(number / 100))
    if re.fullmatch(r"\d{1,3}[.,]\d{3}", text):  # one and a bit, or a thousand and a bit?
        return _rejected("value_ambiguous")
    return Value(float(number))


def is_fraction(cell: Cell) -> bool | None:
    """Whether a cell of a column of shares holds a bare number up to 1; None when it says nothing
    about how the column is written.
    """
    if isinstance(cell.value, bool) or cell.is_error:
        return None
    if isinstance(cell.value, (int, float)):
        number: Decimal | None = Decimal(repr(cell.value))
        percent = "%" in cell.number_format
    elif isinstance(cell.value, str):
        text = clean(cell.value)
        number, percent = parse_decimal(text.rstrip("% ")), text.endswith("%")
    else:
        return None
    if number is None or number == 0:
        return None
    return not percent and abs(number) <= 1


def parse_decimal(text: str) -> Decimal | None:
    """A decimal number in Vietnamese or English writing; None for anything else.

    A point is a decimal mark when it cannot group thousands.
    """
    if _DECIMAL_COMMA.match(text):
        return Decimal(re.sub(r"[. ]", "", text).replace(",", "."))
    if _PLAIN.match(text) or _DECIMAL_POINT.match(text):
        return Decimal(text)
    return None


def _whole_number(text: str) -> int | None:
    if _PLAIN.match(text):
        return int(text)
    if _GROUPED.match(text) or _ENGLISH_GROUPED.match(text):
        return int(re.sub(r"[., ]", "", text))
    return None


def _whole(value: float | int) -> Value:
    if not math.isfinite(value):
        return _rejected("value_unreadable")
    if value < 0:
        return _rejected("count_negative")
    if value != int(value):
        return _rejected("count_not_whole")
    return Value(int(value))


def _common(cell: Cell) -> Value | None:
    """What is read the same in every column of numbers; None when it is for the column to say."""
    if cell.is_error or (isinstance(cell.value, str) and cell.value.startswith("#")):
        return _rejected("value_is_error")
    if cell.formula_without_value:
        return _rejected("formula_not_calculated")
    if cell.value is None or (isinstance(cell.value, str) and not clean(cell.value)):
        return Value(None, Flag.NO_DATA)
    if isinstance(cell.value, (datetime.date, datetime.time)):
        return _rejected("value_is_date")
    if isinstance(cell.value, bool):
        return _rejected("value_unreadable")
    if isinstance(cell.value, str):
        if _DATE.match(clean(cell.value)):
            return _rejected("value_is_date")
        for words, value in (
            ("no_data", Value(None, Flag.NO_DATA)),
            ("none_arose", Value(None, Flag.NOT_APPLICABLE)),
            ("not_reported", Value(None, Flag.NOT_REPORTED)),
            ("zero", Value(0)),
        ):
            if is_word(words, cell.value):
                return value
    return None


def _without_words(text: str) -> tuple[str, Flag | None]:
    """The number in a text such as "gan 60 ho", and which side of it the truth lies."""
    flag: Flag | None = None
    for kind, meaning in (
        ("approximate_below", Flag.APPROXIMATE_BELOW),
        ("approximate_above", Flag.APPROXIMATE_ABOVE),
        ("approximate", Flag.APPROXIMATE_BELOW),
    ):
        for word in vocabulary()[kind]:
            if normalise(text).startswith(word + " "):
                text, flag = clean(text)[len(word) :].strip(), meaning
    for word in vocabulary()["units_in_cells"]:
        if normalise(text).endswith(" " + word):
            text = clean(text)[: -len(word)].strip()
    return text, flag


def _part_of_whole(parts: re.Match[str]) -> Value:
    part, whole = (_whole_number(parts[name].strip()) for name in ("part", "whole"))
    if part is None or not whole:
        return _rejected("value_unreadable")
    typed = parse_decimal(parts["share"].rstrip("% ")) if parts["share"] else None
    if parts["share"] and (typed is None or not _agrees(part, whole, typed)):
        return _rejected("value_unreadable")
    return Value(part, whole=whole)


def _rejected_share(percentage: Decimal, number_format: str) -> Value:
    shown = re.search(r"0[.,](0+)", number_format)
    decimals = len(shown[1]) if shown else 0
    rounded = percentage.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return Value(None, Flag.REJECTED, "share_in_count_column", share=rounded)


def _agrees(part: int, whole: int, percentage: Decimal) -> bool:
    """Whether part of whole, rounded half up to the decimals typed, is the percentage typed."""
    step = Decimal(1).scaleb(int(percentage.as_tuple().exponent))
    return (Decimal(part) * 100 / Decimal(whole)).quantize(step, ROUND_HALF_UP) == percentage


def count_from_share(percentage: Decimal, whole: int) -> int | None:
    """The only whole number whose share of ``whole`` is the percentage typed, or None when there
    is none or more than one.
    """
    near = int(percentage * whole / 100)
    reach = whole // 100 + 2
    found = [
        part
        for part in range(max(near - reach, 0), min(near + reach, whole) + 1)
        if _agrees(part, whole, percentage)
    ]
    return found[0] if len(found) == 1 else None
