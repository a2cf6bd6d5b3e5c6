"""Ranking: places from unrounded values, by rules that the campaign declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

TOLERANCE_DIGITS = 9
"""Values equal to this many decimals are equal: floating-point noise decides no award."""


def competition_ranks(values: Mapping[str, Sequence[float]]) -> dict[str, int]:
    """Places 1, 2, 2, 4 of units by their keys: the first number decides, the next break ties.

    Greater is better throughout. The result is in order of place, then of the input.
    """
    keys = {
        unit: tuple(round(number, TOLERANCE_DIGITS) for number in numbers)
        for unit, numbers in values.items()
    }
    ordered = sorted(keys, key=lambda unit: keys[unit], reverse=True)
    ranks: dict[str, int] = {}
    for place, unit in enumerate(ordered, start=1):
        tied = place > 1 and keys[unit] == keys[ordered[place - 2]]
        ranks[unit] = ranks[ordered[place - 2]] if tied else place
    return ranks
