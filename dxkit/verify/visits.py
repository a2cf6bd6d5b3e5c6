"""Results of visits, counted again another way."""

from __future__ import annotations

import math
from fractions import Fraction

from dxkit.model.facts import NORMAL, student
from dxkit.model.observations import Visit
from dxkit.verify.recount import Recount
from dxkit.verify.sums import Number


def visits_to(r: Recount, unit: str) -> list[Visit]:
    """The visits at or below a unit; KeyError without any."""
    if not (visits := r.received.visits_to(unit)):
        raise KeyError(unit)
    return visits


def verified(r: Recount, unit: str) -> tuple[Number, float, float]:
    """The share of reported cases that are true: of a visited unit itself that of its cases, else
    by the reported cases for which each visit stands; and the ends of its interval, for as many
    cases as would vary like the visits do among themselves. ArithmeticError for too few visits.
    """
    visits = visits_to(r, unit)
    for own in (visit for visit in visits if visit.unit_code == unit):
        share = Fraction(own.confirmed, own.checked)
        return (share, *interval(share, own.checked))
    if len(visits) < 3:
        raise ArithmeticError("too few visits")
    stands = [Fraction(v.size) / Fraction(v.chance) for v in visits]
    told = [(s / sum(stands), Fraction(v.confirmed, v.checked))
            for s, v in zip(stands, visits, strict=True)]  # fmt: skip
    share = sum((weight * each for weight, each in told), Fraction(0))
    free = len(visits) - 1
    apart = sum(((weight * (each - share)) ** 2 for weight, each in told), Fraction(0))
    variance = apart * (free + 1) / free
    cases = Fraction(sum(visit.checked for visit in visits))
    if variance:
        cases = min(cases, share * (1 - share) / variance)
    return (
        share,
        *interval(share, cases * (Fraction(str(NORMAL)) / Fraction(str(student(free)))) ** 2),
    )


def interval(share: Fraction, cases: Fraction | int) -> tuple[float, float]:
    """Wilson's: the roots of (p - q)² = 1.96² q (1 - q) / n, for a share p of n cases."""
    square = Fraction(str(NORMAL)) ** 2 / cases
    a, b, c = 1 + square, -(2 * share + square), share**2
    root = math.sqrt(b * b - 4 * a * c)
    low, high = ((-float(b) + end) / (2 * float(a)) for end in (-root, root))
    return max(0.0, low), min(1.0, high)
