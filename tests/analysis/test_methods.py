"""The way that is left, by hand."""

from __future__ import annotations

import datetime
import math
import random
from fractions import Fraction

import pytest

from dxkit.analysis.facts.methods import (
    BEYOND_CALENDAR,
    NO_PROGRESS,
    REACHED,
    day_at_present_pace,
    interval_high,
    interval_low,
    per_week,
    shortfall,
    weekly_pace,
)
from dxkit.model.facts import UnitOfMeasure, deciding_decimals


@pytest.mark.parametrize(
    ("numerator", "denominator", "target", "lacking"),
    [(60, 100, 0.7, 10), (70, 100, 0.7, 0), (71, 100, 0.7, 0), (0, 3, 0.5, 2), (699, 1000, 0.7, 1),
     (0, 0, 0.5, "not_applicable")],
)  # fmt: skip
def test_the_shortfall_in_households(
    numerator: int, denominator: int, target: float, lacking: int | str
) -> None:
    assert shortfall(numerator, denominator, target) == lacking


def test_the_pace_that_is_needed_is_rounded_up() -> None:
    assert per_week(100, 30) == 24  # 23,3
    assert per_week(412, 17) == 170  # 169,6
    assert per_week(0, 17) == 0


def test_the_pace_so_far_is_counted_on_todays_denominator() -> None:
    # from 40 % to 54 % of 1.000 households in 14 days: 140 in two weeks
    assert weekly_pace(0.54, 0.40, 1000, 14) == pytest.approx(70)
    # three more of 300 in two weeks are 1.5 a week, to the last digit: it is written 2
    assert weekly_pace(10 / 300, 7 / 300, 300, 14) == 1.5
    assert weekly_pace(0.40, 0.54, 1000, 14) == pytest.approx(-70)


def test_the_day_at_the_present_pace() -> None:
    end = datetime.date(2022, 12, 14)

    def day(lacking: int, pace: float) -> datetime.date | str:
        found = day_at_present_pace(lacking, pace, end)
        return found if isinstance(found, str) else datetime.date.fromordinal(found)

    assert day(140, 70.0) == datetime.date(2022, 12, 28)
    assert day(141, 70.0) == datetime.date(2022, 12, 29)
    assert day(10**9, 0.001) == BEYOND_CALENDAR
    assert day(0, 70.0) == REACHED
    assert day(140, 0.0) == day(140, -3.0) == NO_PROGRESS
    # 27 days exactly, which 7 x 27 / (7.000000000000001) must not turn into 28
    assert day(27, 6.999999999999999) == datetime.date(2023, 1, 10)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_that_newcombe_published(
    part: int, whole: int, low: float, high: float
) -> None:
    found = interval_low(part, whole), interval_high(part, whole)
    assert found == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


def test_as_many_decimals_as_show_which_side_of_a_target_a_value_is_on() -> None:
    """Beside an exact way: the first of all writings that is short of the target."""
    dice = random.Random(7)
    for _ in range(4000):
        unit = dice.choice([UnitOfMeasure.SHARE, UnitOfMeasure.COUNT])
        least, direction = dice.randint(0, 2), dice.choice([1, -1])
        target = round(dice.uniform(-1, 1), dice.randint(0, 4))
        value = target + dice.choice([1, -1]) * round(10 ** dice.uniform(-9, 0), dice.randint(2, 9))
        scale = 100 if unit is UnitOfMeasure.SHARE else 1
        exact = [Fraction(repr(number)) * scale for number in (value, target)]
        missed = (value - target) * direction < 0
        written = (
            Fraction(math.floor(abs(exact[0]) * 10**n + Fraction(1, 2)), 10**n)
            * (1 if value > 0 else -1) for n in range(least, 16)
        )  # fmt: skip
        sides = ((shown - exact[1]) * direction < 0 for shown in written)
        found = next((least + n for n, is_off in enumerate(sides) if is_off), 16)
        expected = found if missed else least
        assert deciding_decimals(value, target, direction, unit, least) == expected
