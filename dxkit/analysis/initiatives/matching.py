"""Places without the initiative that were most like those with it, before it began."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEVEL_CALIPER = 1.0
"""How far start levels may lie apart, in standard deviations of all start levels."""
SIZE_CALIPER = 2.0
"""By which factor sizes may differ."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be matched: its type, start level and size."""

    code: str
    type: str
    level: float
    size: float


@dataclass(frozen=True, slots=True)
class MatchedSet:
    """A place with the initiative and those it is compared with, nearest first."""

    code: str
    controls: tuple[str, ...]


def match(
    treated: Sequence[Candidate], pool: Sequence[Candidate], controls: int = 3
) -> tuple[MatchedSet, ...]:
    """Up to ``controls`` places of the pool for each treated one, each used once at most.

    Only places of the same type match, whose start levels and sizes lie within the calipers. The
    nearest pairs are joined first, one round after the other, so that every place gets its first
    match before any gets its second. Places without a match are left out.
    """
    levels = [candidate.level for candidate in (*treated, *pool)]
    spread = statistics.pstdev(levels) if len(levels) > 1 else 0.0
    pairs = sorted(
        (distance, one.code, other.code)
        for one in treated
        for other in pool
        if (distance := _distance(one, other, spread)) is not None
    )
    found: dict[str, list[str]] = {candidate.code: [] for candidate in treated}
    used: set[str] = set()
    for number in range(controls):
        for _, one, other in pairs:
            if len(found[one]) == number and other not in used:
                found[one].append(other)
                used.add(other)
    return tuple(MatchedSet(code, tuple(others)) for code, others in found.items() if others)


def _distance(one: Candidate, other: Candidate, spread: float) -> float | None:
    """In standard deviations of level plus half the doublings of size; None beyond a caliper."""
    if one.type != other.type:
        return None
    level = abs(one.level - other.level) / spread if spread else 0.0
    doublings = abs(math.log2(one.size / other.size))
    if level > LEVEL_CALIPER or doublings > math.log2(SIZE_CALIPER):
        return None
    return level + doublings / 2


@dataclass(frozen=True, slots=True)
class Slope:
    """How much more a place gains for each unit that it starts higher (negative when there is a
    pull back to the mean), and its standard error.
    """

    value: float
    error: float


NO_SLOPE = Slope(0.0, 0.0)


def slope_of_change(
    levels: Mapping[str, float], changes: Mapping[str, float], types: Mapping[str, str]
) -> Slope | None:
    """The slope of change on start level among places of one type that did nothing, by least
    squares. None with too few places (under ten) to tell.
    """
    groups: dict[str, list[str]] = {}
    for code in levels:
        groups.setdefault(types[code], []).append(code)
    starts: list[float] = []
    gains: list[float] = []
    for codes in groups.values():
        level = statistics.fmean(levels[code] for code in codes)
        change = statistics.fmean(changes[code] for code in codes)
        starts += [levels[code] - level for code in codes]
        gains += [changes[code] - change for code in codes]
    squares = math.fsum(start**2 for start in starts)
    free = len(starts) - len(groups) - 1
    if len(starts) < 10 or free < 1 or not squares:
        return None
    value = math.fsum(s * g for s, g in zip(starts, gains, strict=True)) / squares
    rest = math.fsum((g - value * s) ** 2 for s, g in zip(starts, gains, strict=True))
    return Slope(value, math.sqrt(rest / free / squares))
