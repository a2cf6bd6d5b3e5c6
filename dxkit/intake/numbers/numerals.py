"""Numbers in Vietnamese and English writing."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_LONGEST_NUMBER = 24  # characters: a spreadsheet's numbers have 15 digits
_PLAIN = re.compile(r"[+]?\d+\Z")
# A group of thousands never begins with nought: "0.456" is no 456.
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([. ])\d{3})(?:\1\d{3})*\Z")
_ENGLISH_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+\Z")
_DECIMAL_COMMA = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:([. ])\d{3})(?:\1\d{3})*),\d+\Z")
_DECIMAL_POINT = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)\.\d+\Z")
_DIGIT_LOOKALIKES = str.maketrans("OolI", "0011")
_WITH_LOOKALIKES = re.compile(r"(?=.*\d)(?=.*[OolI])[\dOolI]+(?:[. ][\dOolI]{3})*\Z")


def parse_decimal(text: str) -> Decimal | None:
    """A decimal number in Vietnamese or English writing; None for anything else.

    A point is a decimal mark when it cannot group thousands.
    """
    if len(text) > _LONGEST_NUMBER:
        return None
    if _DECIMAL_COMMA.match(text):
        return Decimal(re.sub(r"[. ]", "", text).replace(",", "."))
    if _PLAIN.match(text) or _DECIMAL_POINT.match(text):
        return Decimal(text.replace(",", ""))
    return None


def parse_whole(text: str) -> int | None:
    """A whole number, plain or grouped in thousands by points, blanks or commas; else None."""
    if len(text) > _LONGEST_NUMBER:
        return None
    if _PLAIN.match(text):
        return int(text)
    if _GROUPED.match(text) or _ENGLISH_GROUPED.match(text):
        return int(re.sub(r"[., ]", "", text))
    return None


def parse_with_lookalikes(text: str) -> int | None:
    """A whole number in which letters stand for digits ("12O", "l5"), or None."""
    if not _WITH_LOOKALIKES.match(text):
        return None
    return parse_whole(text.translate(_DIGIT_LOOKALIKES))


_MOST_DECIMALS = 6  # of a percentage beside its part and whole


def agrees(part: int, whole: int, percentage: Decimal) -> bool:
    """Whether part of whole, rounded half up to the decimals typed, is the percentage typed."""
    decimals = -int(percentage.as_tuple().exponent)
    if decimals > _MOST_DECIMALS:
        return False
    step = Decimal(1).scaleb(-decimals)
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
        if agrees(part, whole, percentage)
    ]
    return found[0] if len(found) == 1 else None
