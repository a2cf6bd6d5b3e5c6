"""Scoring functions by hand, and what holds of all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxkit.analysis.outlook import per_week, shortfall
from dxkit.analysis.ranking import competition_ranks
from dxkit.analysis.rewards import rewarded
from dxkit.analysis.scoring import REGISTRY, Case, band_of
from dxkit.model.campaign import SCORING_FUNCTIONS, Band, RewardRule

STEPS = {"from_1": 4, "share_1": 1.0, "from_2": 3, "share_2": 0.75, "from_3": 2, "share_3": 0.5}


@pytest.mark.parametrize(
    ("name", "case", "share"),
    [
        ("ratio_to_target", Case(0.4, 0.5), 0.8),
        ("ratio_to_target", Case(0.6, 0.5), 1.0),
        ("ratio_to_target", Case(0.6, None), None),
        ("ratio_to_target", Case(20, 10, -1), 0.5),
        ("ratio_to_target", Case(0, 10, -1), 1.0),
        ("ratio_to_target_uncapped", Case(0.6, 0.5), 1.2),
        ("share", Case(0.25), 0.25),
        ("share", Case(0.25, direction=-1), 0.75),
        ("share", Case(1.08), 1.0),
        ("count", Case(3, parameters={"full": 4}), 0.75),
        ("count", Case(9, parameters={"full": 4}), 1.0),
        ("steps", Case(4, parameters=STEPS), 1.0),
        ("steps", Case(3.5, parameters=STEPS), 0.75),
        ("steps", Case(1, parameters=STEPS), 0.0),
        ("min_max", Case(3, peers=(1, 3, 5)), 0.5),
        ("min_max", Case(3, direction=-1, peers=(3, 5)), 1.0),
        ("min_max", Case(3, peers=(3, 3)), None),
        ("goalposts", Case(8.5, parameters={"low": 0, "high": 10}), 0.85),
        ("goalposts", Case(12, parameters={"low": 0, "high": 10}), 1.0),
        ("none", Case(8), None),
    ],
)
def test_worked_examples(name: str, case: Case, share: float | None) -> None:
    found = REGISTRY[name](case)
    assert found is None if share is None else found == pytest.approx(share)


def test_the_campaign_reader_and_the_registry_know_the_same_functions() -> None:
    assert set(REGISTRY) == SCORING_FUNCTIONS


@given(
    st.sampled_from(sorted(set(REGISTRY) - {"none"})),
    st.floats(0.01, 1),
    st.floats(0.01, 1),
    st.sampled_from([1, -1]),
)
def test_a_better_value_never_scores_less(
    name: str, one: float, other: float, direction: int
) -> None:
    low, high = sorted((one, other))
    better, worse = (high, low) if direction > 0 else (low, high)
    parameters = {"full": 1.0, "low": 0.0, "high": 1.0, "from_1": 0.5, "share_1": 1.0}
    peers = (0.0, 1.0)
    shares = [REGISTRY[name](Case(v, 0.5, direction, parameters, peers)) for v in (better, worse)]
    assert shares[0] >= shares[1] - 1e-12


def bands() -> tuple[Band, ...]:
    edges = (("A", 0.9), ("B", 0.8), ("C", 0.7), ("D", 0.5), ("E", 0.0))
    return tuple(Band(name, {"vi": name}, edge) for name, edge in edges)


@pytest.mark.parametrize(
    ("points", "band"),
    [(328.64, "A"), (324, "A"), (323.99, "B"), (288, "B"), (252, "C"), (180, "D"), (179, "E")],
)
def test_the_bands_of_decision_1949(points: float, band: str) -> None:
    assert band_of(points / 360, bands()).id == band


def test_ties_rank_one_two_two_four_and_noise_decides_nothing() -> None:
    values = {"a": (0.1 + 0.2,), "b": (0.9,), "c": (0.3,), "d": (0.1,)}
    assert competition_ranks(values) == {"b": 1, "a": 2, "c": 2, "d": 4}
    assert competition_ranks({"a": (1, 0.2), "b": (1, 0.3)}) == {"b": 1, "a": 2}


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 5), min_size=1), st.randoms())
def test_ranks_do_not_depend_on_the_order_of_rows(values: dict[str, int], random) -> None:
    rows = list(values.items())
    random.shuffle(rows)
    first = competition_ranks({k: (v,) for k, v in values.items()})
    assert first == competition_ranks({k: (v,) for k, v in rows})
    for unit, value in values.items():
        assert first[unit] == 1 + sum(other > value for other in values.values())


def test_a_tie_at_the_edge_of_the_quota_stands_together() -> None:
    rule = RewardRule("x", "district", 2, 0.5, {}, "", True)
    ranks = {"a": 1, "b": 2, "c": 2, "d": 4}
    assert rewarded(ranks, dict.fromkeys(ranks, 0.9), rule) == {"a", "b", "c"}
    assert rewarded(ranks, {"a": 0.9, "b": 0.4, "c": 0.5, "d": 0.9}, rule) == {"a", "c"}


@pytest.mark.parametrize(
    ("numerator", "denominator", "target", "lacking"),
    [(60, 100, 0.7, 10), (70, 100, 0.7, 0), (71, 100, 0.7, 0), (0, 3, 0.5, 2), (699, 1000, 0.7, 1)],
)
def test_the_shortfall_in_households(
    numerator: int, denominator: int, target: float, lacking: int
) -> None:
    assert shortfall(numerator, denominator, target) == lacking


def test_the_pace_is_rounded_up() -> None:
    assert per_week(100, 30) == 24
