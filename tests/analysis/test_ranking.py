"""Places by hand, and what holds of all of them."""

from __future__ import annotations

import random

import pytest
from hypothesis import strategies as st

from dxkit.analysis.rules import ranks_of, rounded
from tests.unhurried import given


def test_ties_rank_one_two_two_four_and_noise_decides_nothing() -> None:
    values = {"a": (0.1 + 0.2,), "b": (0.9,), "c": (0.3,), "d": (0.1,)}
    assert ranks_of(values) == {"b": 1, "a": 2, "c": 2, "d": 4}


def test_dense_ties_rank_one_two_two_three() -> None:
    values = {"a": (3,), "b": (9,), "c": (3,), "d": (1,)}
    assert ranks_of(values, "dense") == {"b": 1, "a": 2, "c": 2, "d": 3}


def test_equal_points_are_decided_by_the_next_number_then_the_one_after() -> None:
    assert ranks_of({"a": (1, 0.2), "b": (1, 0.3)}) == {"b": 1, "a": 2}
    values = {"a": (1, 0.3, 5), "b": (1, 0.3, 7), "c": (2, 0, 0), "d": (1, 0.3, 7)}
    assert ranks_of(values) == {"c": 1, "b": 2, "d": 2, "a": 4}


def test_a_rounding_rule_makes_ties_that_the_tie_break_decides() -> None:
    values = {"a": (88.446, 0.2), "b": (88.444, 0.3), "c": (88.455, 0.1)}
    assert ranks_of(values) == {"c": 1, "a": 2, "b": 3}
    # one decimal: 88,4 88,4 88,5
    assert ranks_of(values, decimals=1) == {"c": 1, "b": 2, "a": 3}
    assert ranks_of({"a": (88.44,), "b": (88.43,)}, decimals=1) == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("points", "decimals", "expected"),
    [(2.675, 2, 2.68), (2.665, 2, 2.67), (0.5, 0, 1.0), (1.5, 0, 2.0), (-0.5, 0, -1.0),
     (88.4449999999999, 2, 88.45), (3.14, None, 3.14)],
)  # fmt: skip
def test_points_are_rounded_half_up(points: float, decimals: int | None, expected: float) -> None:
    assert rounded(points, decimals) == expected


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 5), min_size=1), st.randoms())
def test_ranks_do_not_depend_on_the_order_of_rows(
    values: dict[str, int], shuffler: random.Random
) -> None:
    rows = list(values.items())
    shuffler.shuffle(rows)
    first = ranks_of({k: (v,) for k, v in values.items()})
    assert first == ranks_of({k: (v,) for k, v in rows})
    for unit, value in values.items():
        assert first[unit] == 1 + sum(other > value for other in values.values())


@given(st.dictionaries(st.text(min_size=1), st.floats(0, 100), min_size=2))
def test_adding_the_same_to_all_changes_no_place(values: dict[str, float]) -> None:
    steady = {k: round(v, 3) for k, v in values.items()}
    moved = {k: (v + 7,) for k, v in steady.items()}
    assert ranks_of({k: (v,) for k, v in steady.items()}) == ranks_of(moved)
