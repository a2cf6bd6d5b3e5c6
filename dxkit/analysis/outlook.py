"""Outlook: how far it is to the target, counted in things people can act on."""

from __future__ import annotations

import datetime
import math
from fractions import Fraction


def shortfall(numerator: int, denominator: int, target: float) -> int:
    """How many more of the denominator must be counted to reach a target share; 0 when reached.

    The target is taken as the decimal it was written as: 0.7 is seven tenths.
    """
    needed = math.ceil(Fraction(repr(target)) * denominator)
    return max(needed - numerator, 0)


def per_week(amount: int, days: int) -> int:
    """The pace that covers an amount in the given days, in whole things a week, rounded up."""
    return math.ceil(Fraction(amount * 7, days))


def weekly_pace(value: float, before: float, denominator: int, days: int) -> float:
    """How many things a week a share has gained over the days since it was ``before``, counted on
    today's denominator, so that places that report only once do not look like growth.
    """
    return (value - before) * denominator * 7 / days


def day_reached(last_day: datetime.date, lacking: int, pace: float) -> datetime.date | None:
    """The day on which ``lacking`` things are covered at a weekly pace above 0; None beyond the
    calendar's end.
    """
    try:
        days = math.ceil(round(lacking * 7 / pace, 9))  # a whole number of days is no day more
        return last_day + datetime.timedelta(days=days)
    except OverflowError:
        return None
