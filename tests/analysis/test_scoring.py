"""Scoring functions by hand, and what holds of all of them."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from dxkit.analysis.rules import REGISTRY, Case, band_of
from dxkit.model.campaign import SCORING_FUNCTIONS, Campaign
from tests.unhurried import given

STEPS = {"from_1": 4, "share_1": 1.0, "from_2": 3, "share_2": 0.75, "from_3": 2, "share_3": 0.5,
         "from_4": 1, "share_4": 0.25}  # fmt: skip
"""The district table: four meetings 20 points, three 15, two 10, one 5, else none."""
HALF = {"from_1": 2, "share_1": 1.0, "from_2": 1, "share_2": 0.5}
"""Full, half or no points by who chairs."""
FEWER = {"from_1": 1, "share_1": 1.0, "from_2": 3, "share_2": 0.5}
"""At most one late report earns all, at most three half."""


@pytest.mark.parametrize(
    ("name", "case", "share"),
    [
        # two fifths of a target of one half are four fifths of the points
        ("ratio_to_target", Case(0.4, 0.5), 0.8),
        ("ratio_to_target", Case(0.5, 0.5), 1.0),
        ("ratio_to_target", Case(0.6, 0.5), 1.0),
        ("ratio_to_target", Case(0.0, 0.5), 0.0),
        ("ratio_to_target", Case(-0.1, 0.5), 0.0),
        ("ratio_to_target", Case(0.6, None), None),
        ("ratio_to_target", Case(0.6, 0.0), None),
        # twenty days where ten are allowed earn half
        ("ratio_to_target", Case(20, 10, -1), 0.5),
        ("ratio_to_target", Case(5, 10, -1), 1.0),
        ("ratio_to_target", Case(0, 10, -1), 1.0),
        ("ratio_to_target_uncapped", Case(0.6, 0.5), 1.2),
        ("ratio_to_target_uncapped", Case(5, 10, -1), 2.0),
        ("ratio_to_target_uncapped", Case(0.6, None), None),
        ("share", Case(0.25), 0.25),
        ("share", Case(0.25, direction=-1), 0.75),
        ("share", Case(1.08), 1.0),
        ("count", Case(3, parameters={"full": 4}), 0.75),
        ("count", Case(9, parameters={"full": 4}), 1.0),
        ("count", Case(0, parameters={"full": 4}), 0.0),
        ("count", Case(1, direction=-1, parameters={"full": 4}), 0.75),
        ("steps", Case(4, parameters=STEPS), 1.0),
        ("steps", Case(3.5, parameters=STEPS), 0.75),
        ("steps", Case(3, parameters=STEPS), 0.75),
        ("steps", Case(2, parameters=STEPS), 0.5),
        ("steps", Case(1, parameters=STEPS), 0.25),
        ("steps", Case(0, parameters=STEPS), 0.0),
        ("steps", Case(2, parameters=HALF), 1.0),
        ("steps", Case(1, parameters=HALF), 0.5),
        ("steps", Case(0, parameters=HALF), 0.0),
        ("steps", Case(1, direction=-1, parameters=FEWER), 1.0),
        ("steps", Case(2, direction=-1, parameters=FEWER), 0.5),
        ("steps", Case(4, direction=-1, parameters=FEWER), 0.0),
        ("min_max", Case(3, peers=(1, 3, 5)), 0.5),
        ("min_max", Case(5, peers=(1, 3, 5)), 1.0),
        ("min_max", Case(3, direction=-1, peers=(3, 5)), 1.0),
        ("min_max", Case(3, peers=(3, 3)), None),
        ("goalposts", Case(8.5, parameters={"low": 0, "high": 10}), 0.85),
        ("goalposts", Case(12, parameters={"low": 0, "high": 10}), 1.0),
        ("goalposts", Case(-1, parameters={"low": 0, "high": 10}), 0.0),
        ("goalposts", Case(20, direction=-1, parameters={"low": 10, "high": 50}), 0.75),
        ("none", Case(8), None),
    ],
)
def test_worked_examples(name: str, case: Case, share: float | None) -> None:
    found = REGISTRY[name](case)
    assert found is None if share is None else found == pytest.approx(share)


def test_the_campaign_reader_and_the_registry_know_the_same_functions() -> None:
    assert set(REGISTRY) == set(SCORING_FUNCTIONS)


VALUES = st.floats(0.01, 1)
PARAMETERS = {"full": 1.0, "low": 0.0, "high": 1.0, "from_1": 0.5, "share_1": 1.0}


@given(st.sampled_from(sorted(set(REGISTRY) - {"none"})), VALUES, VALUES, st.sampled_from([1, -1]))
def test_a_better_value_never_scores_less(
    name: str, one: float, other: float, direction: int
) -> None:
    low, high = sorted((one, other))
    better, worse = (high, low) if direction > 0 else (low, high)
    peers = (0.0, 1.0)
    shares = [REGISTRY[name](Case(v, 0.5, direction, PARAMETERS, peers)) for v in (better, worse)]
    assert shares[0] >= shares[1] - 1e-12


@given(
    st.sampled_from(sorted(set(REGISTRY) - {"none", "min_max"})),
    VALUES,
    st.lists(VALUES, min_size=1),
    st.lists(VALUES, min_size=1),
)
def test_a_score_depends_on_others_only_where_the_function_says_so(
    name: str, value: float, some: list[float], others: list[float]
) -> None:
    shares = [REGISTRY[name](Case(value, 0.5, 1, PARAMETERS, peers)) for peers in (some, others)]
    assert shares[0] == shares[1]


@pytest.mark.parametrize(
    ("points", "band"),
    [
        (328.64, "excellent"),  # Châu Thành A, council of 13/2/2023: Xuất sắc
        (324, "excellent"), (323.99, "good"), (288, "good"), (287.99, "fair"), (252, "fair"),
        (251.99, "average"), (180, "average"), (179.99, "weak"), (0, "weak"),
    ],
)  # fmt: skip
def test_the_bands_of_decision_1949(points: float, band: str, haugiang: Campaign) -> None:
    assert band_of(points / 360, haugiang.scoring.bands).id == band


@pytest.mark.parametrize(
    ("points", "band"),
    [(220.5, "excellent"), (220, "good"), (196, "good"), (171.5, "fair"), (122.5, "average"),
     (122, "weak")],
)  # fmt: skip
def test_the_same_bands_on_the_departments_scale(
    points: float, band: str, haugiang: Campaign
) -> None:
    """245 points: the published edges 220/196/171/122 are 220.5/196/171.5/122.5 rounded down."""
    assert band_of(points / 245, haugiang.scoring.bands).id == band
