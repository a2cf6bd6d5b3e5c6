"""What a difference could be by chance alone: the label "has the initiative" is dealt anew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 1999
"""How many ways of dealing the labels are drawn when there are more than that."""
_SEED = 124


@dataclass(frozen=True, slots=True)
class Interval:
    """The mean difference, the values of it that the test at ``level`` does not reject, and the
    two-sided probability of a difference as great as this when there is none. With too few
    places a bound is infinite.
    """

    estimate: float
    low: float
    high: float
    probability: float
    level: float

    @property
    def excludes_nothing(self) -> bool:
        """Whether "no difference" is among the values not rejected."""
        return self.low <= 0 <= self.high


def permutation_interval(sets: Sequence[Sequence[float]], level: float = 0.05) -> Interval:
    """The difference of the first of each set to the mean of its others, averaged over the sets.

    Within a set every member may have been the first, were there no difference; the interval holds
    each constant effect that this test does not reject at ``level`` (Rosenbaum 2002, section 2.4).
    All ways of dealing are used when they are few, else a seeded draw, the real one with them.
    """
    means, pulls = _dealt(sets)
    estimate = float(means[0])
    # A dealing is as great as the real one, given an effect, from this effect upwards.
    real = pulls <= -1 + 1e-12
    crossings = np.sort((estimate - means[~real]) / (1 + pulls[~real]))
    whole, same = len(means), int(real.sum())
    needed = math.floor(level / 2 * whole) - same + 1
    low = float(crossings[needed - 1]) if 0 < needed <= len(crossings) else -math.inf
    high = float(crossings[-needed]) if 0 < needed <= len(crossings) else math.inf
    upper = (same + int((crossings <= 0).sum())) / whole
    lower = (same + int((crossings >= 0).sum())) / whole
    return Interval(estimate, low, high, min(1.0, 2 * min(upper, lower)), level)


def _dealt(sets: Sequence[Sequence[float]]) -> tuple[np.ndarray, np.ndarray]:
    """For each dealing, the real one first: the mean difference, and by how much it changes for
    each unit taken off the real firsts.
    """
    ways = math.prod(len(members) for members in sets)
    if ways <= DRAWS + 1:
        choices = np.indices([len(members) for members in sets]).reshape(len(sets), -1).T
    else:
        random = np.random.default_rng(_SEED)
        drawn = [random.integers(0, len(members), DRAWS) for members in sets]
        choices = np.vstack([np.zeros(len(sets), int), np.column_stack(drawn)])
    means = np.zeros(len(choices))
    pulls = np.zeros(len(choices))
    for place, members in enumerate(sets):
        values = np.asarray(members, float)
        others = len(values) - 1
        differences = values - (values.sum() - values) / others
        pull = np.full(len(values), 1 / others)
        pull[0] = -1.0
        means += differences[choices[:, place]]
        pulls += pull[choices[:, place]]
    return means / len(sets), pulls / len(sets)
