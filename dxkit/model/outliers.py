"""How far a number lies from others of its kind, by the median, which no single one can shift."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

_FEWEST = 3
"""Others below which nothing is said."""
_AS_DEVIATION = 1.4826
"""What makes of the median absolute deviation of a normal distribution its standard deviation."""


def excess(value: float, others: Sequence[float], deviations: float) -> float | None:
    """By how much ``value`` exceeds the median of the others, where that is more than so many of
    their ``deviations``; else None.

    With 3.5 deviations one in about 4,000 normally distributed numbers is told, of ten numbers one
    in about 100, as their spread is then known badly (Iglewicz and Hoaglin, How to Detect and
    Handle Outliers, 1993).
    """
    if len(others) < _FEWEST:
        return None
    middle = statistics.median(others)
    spread = _AS_DEVIATION * statistics.median(abs(other - middle) for other in others)
    above = value - middle
    return above if above > deviations * spread else None
