"""Percentages beside the counts that they are shares of."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

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
