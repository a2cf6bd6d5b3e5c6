"""The methods by which a fact is made from others: small pure functions, each of which returns the
number, or the reason (a word of ``trace.toml``) why there is none.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, takewhile

from dxkit.model.facts import NORMAL, Fact, as_written
from dxkit.model.observations import Flag

NO_PROGRESS = "no_progress"
REACHED = "reached"
BEYOND_CALENDAR = "beyond_calendar"
OTHER_UNITS = "other_units"
"""Why there is no change of rank: other units were ranked a period ago."""

Number = float | int


def quotient(value: Number, other: Number) -> Number | str:
    """``value`` over ``other``; nothing to divide by is no result."""
    return value / other if other else str(Flag.NOT_APPLICABLE)


def interval_low(part: Number, whole: Number) -> Number:
    """The lower end of Wilson's interval of a share of a few things: the least share of which a
    sample of so many would still be within 1.96 standard errors (E. B. Wilson 1927).
    """
    return _wilson(part, whole, -1)


def interval_high(part: Number, whole: Number) -> Number:
    """The upper end of it."""
    return _wilson(part, whole, 1)


def _wilson(part: Number, whole: Number, end: int) -> float:
    share, square = part / whole, NORMAL * NORMAL / whole
    middle = share + square / 2
    spread = math.sqrt(square * (share * (1 - share) + square / 4))
    return min(max((middle + end * spread) / (1 + square), 0.0), 1.0)


def summed(*values: Number) -> Number:
    """The sum."""
    return sum(values)


def places_gained(rank: Number, before: Number, same_units: bool) -> Number | str:
    """By how much a rank has become better; negative where it has become worse. Ranks are compared
    only when the same units were ranked both times.
    """
    return before - rank if same_units else OTHER_UNITS


def shortfall(numerator: Number, denominator: Number, target: float) -> Number | str:
    """How many more of the denominator must be counted to reach a target share; 0 when reached. Of
    nothing there is no share to reach. Whole things are rounded up to the next one, amounts to the
    next hundredth.

    The target is taken as the decimal it was written as: 0.7 is seven tenths.
    """
    if not denominator:
        return str(Flag.NOT_APPLICABLE)
    share = _as_written(target)
    if isinstance(numerator, int) and isinstance(denominator, int):
        return max(-(-share.numerator * denominator // share.denominator) - numerator, 0)
    lacking = share * Fraction(repr(denominator)) - Fraction(repr(numerator))
    return max(math.ceil(lacking * 100), 0) / 100


@lru_cache
def _as_written(target: float) -> Fraction:
    return Fraction(repr(target))


def per_week(amount: Number, days: int) -> int:
    """The pace that covers an amount in the given days, in whole things a week, rounded up."""
    return math.ceil(Fraction(repr(amount)) * 7 / days)


def weekly_pace(value: float, before: float, denominator: Number, days: int) -> float:
    """How many things a week a share has gained over the days since it was ``before``, counted on
    today's denominator, so that units that report only once do not look like growth.
    """
    return round((value - before) * denominator * 7 / days, 9)  # 25.5 is written 26, and not 25


def day_at_present_pace(lacking: Number, pace: float, last_day: datetime.date) -> int | str:
    """The day, as its proleptic ordinal, on which ``lacking`` things are covered at a weekly pace
    that goes on from ``last_day``.
    """
    if not lacking:
        return REACHED
    if pace <= 0:
        return NO_PROGRESS
    try:
        days = math.ceil(round(lacking * 7 / pace, 9))  # a whole number of days is no day more
        return (last_day + datetime.timedelta(days=days)).toordinal()
    except OverflowError:
        return BEYOND_CALENDAR


def steps_of(stretch: Sequence[Fact], up: bool, decimals: int) -> int:
    """How many periods in a row, the first of the stretch the last of them, each have a greater
    number than the one before, or a smaller one, as they are written with so many decimals.
    """
    steady = (replace(f, value=round(f.number, 9), decimals=decimals) for f in stretch)
    written = [*map(as_written, steady)]
    changes = [now - before for now, before in pairwise(written)]
    return len([*takewhile(lambda change: change > 0 if up else change < 0, changes)])


def extreme(stretch: Sequence[Fact], direction: int, *, best: bool) -> Number | None:
    """The best number of a stretch before its first, or the worst."""
    numbers = [fact.number for fact in stretch[1:]]
    if not numbers:
        return None
    return max(numbers) if (direction > 0) is best else min(numbers)
