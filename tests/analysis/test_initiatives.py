"""Matching, intervals, grades and suggestions on cases worked by hand."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random

import pytest

from dxkit.analysis.initiatives.effect import (
    Evidence,
    Interval,
    compare,
    grade,
    permutation_interval,
    where_next,
)
from dxkit.analysis.initiatives.matching import (
    Candidate,
    Course,
    Panel,
    Place,
    match,
    panel_of,
    slope_of_change,
)
from dxkit.model.campaign import Campaign
from tests.analysis.panels import synthetic
from tests.analysis.test_results import analyse, full


def candidate(code: str, level: float, size: float = 1000, kind: str = "commune") -> Candidate:
    return Candidate(code, kind, level, size)


def test_matching_by_hand() -> None:
    treated = [candidate("t1", 0.50), candidate("t2", 0.60), candidate("t3", 0.55, kind="ward")]
    pool = [
        candidate("a", 0.51),
        candidate("b", 0.59),
        candidate("c", 0.52),
        candidate("far", 0.90),
        candidate("large", 0.50, size=2001),
        candidate("ward", 0.90, kind="ward"),
    ]
    found = {m.code: m.controls for m in match(treated, pool, controls=2)}
    # t2's second round: c (0.08 away) is left, after t1 took a in the first and c in the second.
    assert found == {"t1": ("a", "c"), "t2": ("b",)}


def test_a_place_serves_once_and_first_matches_come_before_second_ones() -> None:
    treated = [candidate("t1", 0.50), candidate("t2", 0.50)]
    pool = [candidate("a", 0.50), candidate("b", 0.54), candidate("z", 0.95)]
    found = {m.code: m.controls for m in match(treated, pool, controls=3)}
    assert found == {"t1": ("a",), "t2": ("b",)}


def brute(sets: list[list[float]], effect: float, level: float) -> bool:
    """Whether the test rejects a constant effect, by every dealing of the labels."""

    def mean(choice: tuple[int, ...]) -> float:
        differences = []
        for members, first in zip(sets, choice, strict=True):
            values = [members[0] - effect, *members[1:]]
            others = values[:first] + values[first + 1 :]
            differences.append(values[first] - math.fsum(others) / len(others))
        return math.fsum(differences) / len(differences)

    real = mean((0,) * len(sets))
    dealt = [mean(c) for c in itertools.product(*(range(len(s)) for s in sets))]
    greater = sum(value >= real - 1e-12 for value in dealt)
    smaller = sum(value <= real + 1e-12 for value in dealt)
    return min(greater, smaller) / len(dealt) <= level / 2


@pytest.mark.parametrize("seed", range(6))
def test_the_interval_holds_just_what_the_test_does_not_reject(seed: int) -> None:
    draw = random.Random(seed)
    sets = [[draw.gauss(0, 1) for _ in range(draw.choice((2, 3, 4)))] for _ in range(5)]
    found = permutation_interval(sets, 0.1)
    step = 1e-6
    for bound, outside in ((found.low, -step), (found.high, step)):
        if math.isfinite(bound):
            assert brute(sets, bound + outside, 0.1)
            assert not brute(sets, bound - outside, 0.1)
    assert not brute(sets, found.estimate, 0.1)


def test_one_place_alone_proves_nothing() -> None:
    found = permutation_interval([[9.0, 1.0, 1.1, 0.9]])
    assert (found.low, found.high) == (-math.inf, math.inf)
    assert found.estimate == pytest.approx(8.0)
    assert found.probability == pytest.approx(0.5)  # two sides of one in four


def test_slope_by_hand() -> None:
    levels = {str(n): n / 10 for n in range(12)}
    changes = {code: 0.3 - 0.5 * level for code, level in levels.items()}
    found = slope_of_change(levels, changes, dict.fromkeys(levels, "commune"))
    assert found is not None
    assert found.value == pytest.approx(-0.5)
    assert found.error == pytest.approx(0, abs=1e-9)
    few = dict(itertools.islice(levels.items(), 9))
    assert slope_of_change(few, changes, dict.fromkeys(few, "commune")) is None


def small_panel(**more: float) -> Panel:
    """Two places with the initiative, one control each near them; no slope can be told."""
    values = {
        "t1": (0.40, 0.60), "c1": (0.41, 0.51), "t2": (0.50, 0.64), "c2": (0.49, 0.55),
        "far": (0.70, 0.72), "new": (0.45, more.get("new", 0.50)),
    }  # fmt: skip
    return Panel(
        "cashless", 1, ("Q3", "Q4"),
        {c: Place(c, "commune", 1000) for c in values},
        {(c, p): v for c, pair in values.items() for p, v in zip(("Q3", "Q4"), pair, strict=True)},
    )  # fmt: skip


def test_difference_of_differences_by_hand() -> None:
    found = compare(small_panel(), {"t1": "Q4", "t2": "Q4"}, excluded={"far", "new"}, controls=1)
    assert [(s.place.code, s.controls[0].code) for s in found.sets] == [("t1", "c1"), ("t2", "c2")]
    assert [round(s.difference, 9) for s in found.sets] == [0.10, 0.08]
    assert found.plain_change == pytest.approx(0.17)
    assert found.interval is not None
    assert found.interval.estimate == pytest.approx(0.09)
    assert found.pull is None
    evidence = grade(found)
    assert evidence.grade == "D"
    assert set(evidence.reasons) >= {"few_places", "chance"}
    assert evidence.seems == "unknown"


def test_places_that_cannot_be_compared_say_why() -> None:
    panel = small_panel()
    starts = {"t1": "Q4", "t2": "Q3", "new": "", "nowhere": "Q4", "far": "Q4"}
    found = compare(panel, starts)
    assert dict(found.left_out) == {
        "t2": "no_before", "new": "no_start", "nowhere": "other_level", "far": "no_match",
    }  # fmt: skip


def test_grades() -> None:
    panel = dataclasses.replace(
        small_panel(),
        periods=("Q1", "Q2", "Q3", "Q4"),
        places={str(n): Place(str(n), "commune", 1000, f"district {n % 3}") for n in range(8)},
    )
    base = compare(small_panel(), {"t1": "Q4", "t2": "Q4"}, excluded={"far", "new"}, controls=1)
    clear = Interval(0.05, 0.02, 0.08, 0.01, 0.05)
    nothing = Interval(0.0, -0.02, 0.02, 0.9, 0.05)

    def graded(places: int, start: str, **more: object) -> Evidence:
        sets = tuple(
            dataclasses.replace(base.sets[0], place=Course(str(n), 0.4, 0.6), start=start)
            for n in range(places)
        )
        changed = {"panel": panel, "sets": sets, "interval": clear, "pull": 0.01, **more}
        return grade(dataclasses.replace(base, **changed))  # type: ignore[arg-type]

    assert graded(8, "Q3", earlier=nothing) == Evidence("A", "helps", ())
    assert graded(7, "Q3", earlier=nothing).grade == "B"
    # "earlier" compares Q1 with Q2; a start in Q4 leaves the step from Q2 to Q3 untested
    assert graded(8, "Q4", earlier=nothing) == Evidence(
        "C", "helps", ("course_untested", "one_after")
    )
    assert graded(8, "Q3") == Evidence("C", "helps", ("course_untested",))
    short = dataclasses.replace(panel, periods=("Q1", "Q2", "Q3"))
    assert graded(8, "Q3", panel=short, earlier=nothing) == Evidence("B", "helps", ("one_after",))
    assert graded(8, "Q2") == Evidence("C", "helps", ("one_before",))
    assert graded(8, "Q3", earlier=clear) == Evidence("D", "helps", ("before_start",))
    assert graded(8, "Q3", interval=nothing, earlier=nothing) == Evidence(
        "D", "unknown", ("chance",)
    )
    assert graded(8, "Q3", pull=None, earlier=nothing) == Evidence("C", "helps", ("no_guard",))
    assert graded(4, "Q3").grade == "D"
    simulated = dataclasses.replace(panel, simulated=True)
    assert graded(8, "Q3", panel=simulated, earlier=nothing) == Evidence(
        "D", "helps", ("simulated",)
    )
    down = dataclasses.replace(panel, direction=-1)
    assert graded(8, "Q3", panel=down).seems == "harms"
    two = dataclasses.replace(panel, periods=("Q3", "Q4"))
    assert graded(8, "Q4", panel=two) == Evidence("D", "helps", ("two_periods",))
    for number, capped in ((2, ("few_districts",)), (3, ())):
        places = {c: dataclasses.replace(p, district=str(int(c) % number))
                  for c, p in panel.places.items()}  # fmt: skip
        spread = dataclasses.replace(panel, places=places)
        found = graded(8, "Q3", panel=spread, earlier=nothing)
        assert found == Evidence("C" if capped else "A", "helps", capped)
    unknown = {c: dataclasses.replace(p, district="") for c, p in panel.places.items()}
    nowhere = dataclasses.replace(panel, places=unknown)
    assert graded(8, "Q3", panel=nowhere, earlier=nothing).reasons == ("few_districts",)


def test_where_next_by_hand() -> None:
    found = compare(small_panel(), {"t1": "Q4", "t2": "Q4"}, excluded={"far", "new"}, controls=1)
    # far (0.72) is above the goal; c2 lies nearest to t1 (0.60), as do all below it.
    assert [(s.code, s.like) for s in where_next(found, 0.6)] == [
        ("new", "t1"), ("c1", "t1"), ("c2", "t1"),
    ]  # fmt: skip
    assert [round(s.lag, 9) for s in where_next(found, 0.6)] == [0.10, 0.09, 0.05]
    assert where_next(found, 0.6, excluded={"new", "c1", "c2"}) == ()


def test_places_of_one_district_never_get_a_or_b() -> None:
    """An effect of 5 points in 15 of 75 places, by lot: solid evidence over eight districts, but
    not when all these places lie in one, where a good year of the district would look the same.
    """
    panel, starts = synthetic(5, effect=0.05, periods=4, start=2, noise=0.02)
    reasons = {}
    for name, of in (
        ("eight", lambda code: str(int(code) % 8)),
        ("one", lambda code: "one" if code in starts else str(int(code) % 8)),
        ("unknown", lambda code: ""),
    ):
        places = {c: dataclasses.replace(p, district=of(c)) for c, p in panel.places.items()}
        evidence = grade(compare(dataclasses.replace(panel, places=places), starts))
        assert evidence.seems == "helps"
        reasons[name] = (evidence.grade, evidence.reasons)
    assert reasons["eight"] == ("A", ())
    assert reasons["one"] == reasons["unknown"] == ("C", ("few_districts",))


def test_two_periods_are_never_more_than_d() -> None:
    panel, starts = synthetic(5, effect=0.2, noise=0.01)
    places = {c: dataclasses.replace(p, district=c) for c, p in panel.places.items()}
    found = grade(compare(dataclasses.replace(panel, places=places), starts))
    assert found == Evidence("D", "helps", ("two_periods",))


def test_a_place_lies_in_the_unit_next_to_the_top(haugiang: Campaign) -> None:
    analysis = analyse(haugiang, *full("31318", 1.0), *full("31340", 1.0))
    panel = panel_of([analysis], "cashless", "commune")
    assert panel.places["31318"].district == "930"
    assert panel.places["31340"].district == "931"
    # where units of that level are compared, each is its own
    assert panel_of([analysis], "cashless", "district").places["931"].district == "931"
