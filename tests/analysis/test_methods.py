"""The way that is left, by hand."""

from __future__ import annotations

import datetime

import pytest

from dxkit.analysis.facts.methods import (
    BEYOND_CALENDAR,
    NO_PROGRESS,
    REACHED,
    day_at_present_pace,
    per_week,
    shortfall,
    weekly_pace,
)


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
