"""The comparison of initiatives on panels whose truth is known: an effect is found, none is not.

The figures are printed (``pytest -s``). By default a seeded sample of panels, ``--full`` all 1,000.
"""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dxkit.analysis.initiatives.effect import Comparison, compare

sys.path.insert(0, str(Path(__file__).parent))
from panels import synthetic

LEVEL = 0.05


@pytest.fixture
def number(request: pytest.FixtureRequest) -> int:
    return 1000 if request.config.getoption("--full") else 200


def comparisons(number: int, **settings: object) -> Iterator[Comparison]:
    for seed in range(number):
        yield compare(*synthetic(seed, **settings))  # type: ignore[arg-type]


def claims(found: list[Comparison]) -> int:
    """How many claim a difference, on either side."""
    return sum(c.interval is not None and not c.interval.excludes_nothing for c in found)


def most_claims(number: int) -> int:
    """The 99.9th percentile of claims when each of ``number`` is made with probability LEVEL."""
    below = 0.0
    for count in range(number + 1):
        below += math.comb(number, count) * LEVEL**count * (1 - LEVEL) ** (number - count)
        if below > 0.999:
            return count
    return number


def naive_claims(found: list[Comparison]) -> int:
    """How many a plain before/after at the places themselves would claim: the change less the mean
    change of everybody else, against twice its standard error.
    """
    claimed = 0
    for c in found:
        own = {s.place.code for s in c.sets} | {code for code, _ in c.left_out}
        first, last = c.panel.periods[0], c.panel.periods[-1]
        change = {k: c.panel.values[k, last] - c.panel.values[k, first] for k in c.panel.places}
        mine = [v for k, v in change.items() if k in own]
        others = [v for k, v in change.items() if k not in own]
        error = math.sqrt(
            statistics.variance(mine) / len(mine) + statistics.variance(others) / len(others)
        )
        claimed += abs(statistics.fmean(mine) - statistics.fmean(others)) > 1.96 * error
    return claimed


def test_a_known_effect_is_recovered(number: int) -> None:
    found = list(comparisons(number, effect=0.05))
    estimates = [c.interval.estimate for c in found if c.interval]
    mean, error = statistics.fmean(estimates), statistics.stdev(estimates) / math.sqrt(number)
    covered = sum(c.interval.low <= 0.05 <= c.interval.high for c in found if c.interval)
    print(f"\neffect 5 points: mean estimate {100 * mean:.2f} points, {number} panels, "
          f"interval holds it in {covered}, claimed in {claims(found)}")  # fmt: skip
    assert abs(mean - 0.05) < 4 * error
    assert covered >= number - most_claims(number)
    assert claims(found) > 0.8 * number


def test_no_effect_is_not_claimed_more_often_than_the_stated_level(number: int) -> None:
    found = list(comparisons(number))
    print(f"\nno effect: claimed in {claims(found)} of {number} panels, stated level {LEVEL}")
    assert len({c.interval for c in found}) == number
    assert claims(found) <= most_claims(number)
    assert claims(found) > 0  # the test is not one that never claims


def test_regression_to_the_mean_is_not_claimed(number: int) -> None:
    found = list(comparisons(number, noise=0.06, lowest=True))
    naive = naive_claims(found)
    print(f"\nonly regression to the mean: claimed in {claims(found)} of {number} panels, "
          f"by plain before/after in {naive}")  # fmt: skip
    assert naive > 0.8 * number  # there is something to guard against
    assert claims(found) <= most_claims(number)
    pulls = [c.pull for c in found if c.pull is not None]
    assert statistics.fmean(pulls) > 0.02  # and the guard says how much of it


def test_regression_to_the_mean_with_a_longer_past(number: int) -> None:
    settings = {"noise": 0.06, "lowest": True, "periods": 6, "start": 3}
    found = list(comparisons(number // 2, **settings))
    print(f"\nthe same with six quarters: claimed in {claims(found)} of {number // 2}")
    assert claims(found) <= most_claims(number // 2)
