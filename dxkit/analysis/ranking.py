"""Ranking: places from points, by rules that the campaign declares."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

TOLERANCE_DIGITS = 9
"""Values equal to this many decimals are equal: floating-point noise decides no award."""


def places(
    values: Mapping[str, Sequence[float]],
    method: str = "competition",
    decimals: int | None = None,
) -> dict[str, int]:
    """Places of units by their keys: the first number decides, the next break ties.

    Greater is better throughout. ``competition`` gives 1, 2, 2, 4 and ``dense`` 1, 2, 2, 3.
    ``decimals`` rounds the first number half up before it is compared. The result is in order of
    place, then of the input.
    """
    keys = {unit: _key(numbers, decimals) for unit, numbers in values.items()}
    ordered = sorted(keys, key=lambda unit: keys[unit], reverse=True)
    found: dict[str, int] = {}
    for position, unit in enumerate(ordered):
        if position == 0:
            found[unit] = 1
        elif keys[unit] == keys[ordered[position - 1]]:
            found[unit] = found[ordered[position - 1]]
        elif method == "dense":
            found[unit] = found[ordered[position - 1]] + 1
        else:
            found[unit] = position + 1
    return found


def rounded(points: float, decimals: int | None) -> float:
    """Points as they are compared: to the tolerance, then half up to ``decimals``, if declared."""
    steady = round(points, TOLERANCE_DIGITS)
    if decimals is None or math.isinf(steady):
        return steady
    step = Decimal(1).scaleb(-decimals)
    return float(Decimal(repr(steady)).quantize(step, ROUND_HALF_UP))


def _key(numbers: Sequence[float], decimals: int | None) -> tuple[float, ...]:
    first, *others = numbers
    return (rounded(first, decimals), *(rounded(number, None) for number in others))
