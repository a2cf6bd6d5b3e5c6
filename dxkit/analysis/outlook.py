"""Outlook: how far it is to the target, counted in things people can act on."""

from __future__ import annotations

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
