"""One example worked by hand for each kind of number, on three wards in two quarters.

In both quarters ward A has everything but dossiers (25 of 100 online), B everything but the app, C
half of everything; see ``full``. In the quarter before, 60 households of A and 27 of B had the app.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.assembly import analyse_period
from dxkit.analysis.facts.kinds import KINDS
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef, FactKey
from dxkit.model.observations import Flag, IndicatorTable, Observation, Received, Visit
from dxkit.model.rules import Condition
from tests.analysis.test_results import analyse, full, observe
from tests.analysis.test_uncertainty import changed
from tests.oracles.second_path import made_again

A, B, C, CITY, PROVINCE = "31318", "31321", "31324", "930", "93"
NOW, BEFORE = "2022-Q4", "2022-Q3"
APP, TOTAL = "app_installed", "total"


def wards(apps_of_a: int, apps_of_b: int) -> list[Observation]:
    a = changed(full(A, 1.0), dossiers_online=25, households_app=apps_of_a)
    return [*a, *changed(full(B, 1.0), households_app=apps_of_b), *full(C, 0.5)]


@pytest.fixture(scope="module")
def analysis(haugiang: Campaign) -> Analysis:
    conditions = (
        Condition("reported", 0.8, "district"),
        Condition("covered", 0.6, "district"),
        Condition("complete", 0.3, "district"),
        Condition("value", 0.2, "commune", APP),
    )
    ranking = dataclasses.replace(haugiang.ranking, tie_break=(), decimals=2, conditions=conditions,
                                  tiers=True)  # fmt: skip
    rewards = tuple(dataclasses.replace(r, minimum_coverage=0.25) for r in haugiang.rewards)
    campaign = dataclasses.replace(haugiang, ranking=ranking, rewards=rewards)
    now = analyse(campaign, *wards(80, 40))
    earlier = {NOW: BEFORE, "2022-10": "2022-07"}
    then = tuple(dataclasses.replace(o, period=earlier[o.period]) for o in wards(60, 27))
    previous = dataclasses.replace(now.received, table=IndicatorTable(BEFORE, then))
    received = dataclasses.replace(now.received, visits=VISITS)
    return analyse_period(campaign, received, previous)


VISITS = tuple(
    Visit(unit, chance, size, checked, confirmed, CellRef("field_checks/1.xlsx", "1", "I8"))
    for unit, chance, size, checked, confirmed in
    ((A, 0.5, 100, 10, 10), (B, 0.25, 50, 10, 5), (C, 1.0, 200, 20, 16))
)  # fmt: skip
"""Each stands for 200 cases. The shares 1, 0.5 and 0.8 are 0.2333, -0.2667 and 0.0333 from their
mean: the variance is 3/2 (0.0778² + 0.0889² + 0.0111²) = 0.02111, as of 8.474 cases; by Student's
4.303 as of 8.474 x (1.96 / 4.303)² = 1.758.
"""
DEADLINE = datetime.date(2022, 12, 31).toordinal()  # 17 days after the quarter's last
EXAMPLES: dict[tuple[str, str], dict[str, Any]] = {
    (A, APP): {
        "numerator": 80, "denominator": 100, "value": 0.8, "target": 0.8, "gap": 0, "attained": 1,
        "shortfall": 0, "change": 0.8 - 0.6, "points": 20, "max_points": 20, "rank": 1, "ranked": 3,
        "contribution": 80 / 160, "weight": 100 / 300,
        "goal": 0.8, "deadline": DEADLINE, "goal_shortfall": 0, "per_week": 0,
        "pace": 20 / 13, "goal_date": "reached",  # 20 households in 13 weeks
    },
    (B, APP): {
        "rank": 2, "points_to_target": 10, "shortfall": 40, "goal_shortfall": 40,
        "per_week": 17,  # 40 × 7 / 17 = 16.5
        "pace": 1, "goal_date": datetime.date(2023, 9, 20).toordinal(),  # 40 weeks from 14/12
    },
    (CITY, APP): {
        "children": 9, "children_known": 3, "children_left_out": 6, "children_not_applicable": 0,
        "children_met": 1, "spread": 0.4, "shortfall": 80, "smallest": 30, "small_denominators": 0,
        "least_value": 0.2,
    },
    (A, "ecommerce_farms"): {  # 5 of 10: 23.66 to 76.34 % in the tables of Wilson's interval
        "interval_low": pytest.approx(0.2366, abs=5e-5),
        "interval_high": pytest.approx(0.7634, abs=5e-5),
        "rank": "too_few_things", "ranked": 0, "least_denominator": 30, "points": 5,
    },
    (CITY, "ecommerce_farms"): {"small_denominators": 3},  # 10 farms in each ward
    (A, "initiatives"): {"movement_target": 2, "movement_value": 2, "value": 1},
    (A, TOTAL): {
        "targets": 5, "targets_known": 5, "targets_met": 4,
        "points": 85, "max_points": 100, "covered": 1, "complete": 1,
        "figures_lacking": 0,  # 10 + 3 × 20 + 5 + 10
        "rank": 1, "ranked": 3, "rank_shared": 2, "rank_change": 0,  # B's points are 85 too
        "points_before": 80, "progress": 5, "progress_rank": 1, "progress_ranked": 3,
        "tier": 1, "tiers": 2, "tier_units": 2,
        "rank_best": 1, "rank_worst": 2, "trial_best": 1, "trial_worst": 2,
        "trials_outside": 0, "cells": 9, "cells_doubtful": 0,
    },
    (B, TOTAL): {  # the app gave 27/80 of 20 points; by the rules of then A had 91.7, B 85.8
        "points_before": 81.75, "progress": 3.25, "progress_rank": 2, "rank_change": 1,
    },
    (C, TOTAL): {"points": 55, "rank": 3, "rank_shared": 1, "progress": 0, "tier": 2},
    (CITY, TOTAL): {
        "visits": 3, "checked": 40, "confirmed": 31, "verified": pytest.approx(2.3 / 3),
        "verified_low": pytest.approx(0.1885, abs=5e-4),
        "verified_high": pytest.approx(0.9789, abs=5e-4),
        "units": 9, "units_not_reported": 6, "units_unread": 0, "units_lacking": 0,
        "tables_lacking": 0, "minimum_ranked": 2, "least_denominator": 30,
        "children_unchanged": 1, "decimals": 2,
        "weight_band": 0.2, "trials": 2000, "corners": 64, "corners_changing": 64, "ways": 8,
        "ways_changing": 8, "tied_at_quota": 2,  # A and B as it is; six indicators, two means
        "cells_tried": 0, "cells_deciding": 0,
    },
    (PROVINCE, TOTAL): {"least_reported": 0.8, "least_covered": 0.6, "least_complete": 0.3},
    (A, "households"): {"value": 100},
    (CITY, "households"): {"value": 300},
    (CITY, "reward-commune"): {"quota": 1, "minimum_share": 0.5, "minimum_targets": 0,
                                "minimum_coverage": 0.25},
}  # fmt: skip


@pytest.mark.parametrize("about", EXAMPLES, ids="/".join)
def test_examples_by_hand(about: tuple[str, str], analysis: Analysis) -> None:
    for kind, expected in EXAMPLES[about].items():
        fact = analysis.facts.get(*about, kind)
        found = fact.missing if isinstance(expected, str) else fact.number
        near = pytest.approx(expected) if isinstance(expected, float | int) else expected
        assert found == near, kind


OTHERS: dict[str, float] = {
    "group_units": 4, "group_value": 180 / 400, "against_group": 0.8 - 180 / 400,
    "type_units": 3, "type_value": 160 / 300, "against_type": 0.8 - 160 / 300,
}  # fmt: skip


def test_a_unit_is_compared_with_the_others_without_itself(haugiang: Campaign) -> None:
    """Beside ward A, of 100 households 80 with the app, are three wards with 40, 40 and 80, and a
    commune with 20. The commune has four wards beside it but no other commune.
    """
    more = [*full("31327", 1.0), *full("31333", 0.25)]
    analysis = analyse(haugiang, *wards(80, 40), *more)
    facts, again = analysis.facts, made_again(haugiang, analysis.received, None)
    for kind, expected in OTHERS.items():
        assert facts.get(A, APP, kind).number == pytest.approx(expected), kind
        with pytest.raises(KeyError):  # nor does the proof compare a share of ten farms
            again.number(FactKey(NOW, A, "ecommerce_farms", kind))
    assert facts.get("31333", APP, "group_value").number == pytest.approx(240 / 400)
    assert facts.find(A, "ecommerce_farms", "group_value") is None  # of ten farms
    assert facts.find("31333", APP, "type_value") is None


def test_with_fewer_than_three_others_nothing_is_compared(analysis: Analysis) -> None:
    assert [kind for kind in OTHERS if analysis.facts.find(A, APP, kind) is not None] == []


def test_a_month_by_hand(analysis: Analysis) -> None:
    facts = analysis.scorecard(A).facts
    for kind, expected in (("numerator", 25), ("denominator", 100), ("value", 0.25)):
        key = FactKey("2022-10", A, "online_dossiers", f"month_{kind}")
        assert facts[key].value == expected


def test_a_bonus_by_hand(haugiang: Campaign) -> None:
    """The initiative's 10 points come on top of 75 of 90, which are 83.3 of 100."""
    scoring = dataclasses.replace(haugiang.scoring, bonus=("initiatives",))
    campaign = dataclasses.replace(haugiang, scoring=scoring)
    card = analyse(campaign, *wards(80, 40)).scorecard(A)
    assert card.fact(TOTAL, "bonus").value == 10
    assert card.fact(TOTAL, "points").value == pytest.approx(75 / 90 * 100 + 10)


SERIES = (
    "alike", "rises", "falls", "rises_before", "falls_before", "best_before", "worst_before",
    "behind", "ranks_alike", "rank_best_before", "rank_worst_before",
)  # fmt: skip
"""Made from several periods."""


def test_each_kind_has_an_example() -> None:
    """Those counted over the draws of weights have theirs in test_uncertainty, those made from
    several periods in test_series, on a change of boundaries in test_boundaries.
    """
    worked = {kind for kinds in EXAMPLES.values() for kind in kinds} | {"bonus", *OTHERS, *LIKE}
    worked |= {*SERIES}
    worked |= {"children_outside", "boundary_day", "parts_of_units"}
    worked |= {kind.name for kind in KINDS["month"]} | {"award_draws", "trials_changing"}
    assert {kind.name for kinds in KINDS.values() for kind in kinds} == worked


def test_like_for_like_is_of_those_who_told_both_times(haugiang: Campaign) -> None:
    """In the quarter before, A had 60 of 100 households and C 40; now A has 80 and B 40. The city
    went from 100 to 120 of 200; in A alone, the only one with figures both times, from 60 to 80 %.
    """
    then = [*changed(full(A, 1.0), households_app=60), *full(C, 0.5)]
    now = [*full(A, 1.0), *changed(full(B, 1.0), households_app=40)]
    both = both_quarters(haugiang, then, now)
    facts = {kind: both.facts.get(CITY, APP, kind).number for kind in (*LIKE, "change")}
    assert facts == pytest.approx({"places_in_one": 2, "like_change": 0.2, "change": 0.1})
    models = {kind: both.facts.get(CITY, "initiatives", kind).number for kind in (*LIKE, "change")}
    assert models == {"places_in_one": 2, "like_change": 0, "change": 0}
    again = made_again(haugiang, both.received, both.previous.received if both.previous else None)
    for indicator in (APP, "initiatives", "online_dossiers"):
        for kind in LIKE:
            fact = both.facts.get(CITY, indicator, kind)
            assert again.number(fact.key) == pytest.approx(fact.number), fact.key
    # a change that some told only once says so, of the points gained too
    assert "other_places" in both.facts.get(CITY, APP, "change").marks
    assert "other_places" not in both.facts.get(A, APP, "change").marks
    assert "other_places" not in both.facts.get(A, TOTAL, "progress").marks
    # the same units both times: the change is of the same as it is
    alike = both_quarters(haugiang, then, then)
    assert [kind for kind in LIKE if alike.facts.find(CITY, APP, kind) is not None] == []


def test_activity_is_compared_like_for_like_too(haugiang: Campaign) -> None:
    """Five and seven teams, then six where there were five: one more, and not six fewer."""
    then = [*full(A, 1.0), observe(A, "teams", 5), observe(C, "teams", 7)]
    both = both_quarters(haugiang, then, [*full(A, 1.0), observe(A, "teams", 6)])
    facts = {kind: both.facts.get(CITY, "teams", kind) for kind in (*LIKE, "change")}
    told = {kind: fact.number for kind, fact in facts.items()}
    assert told == {"places_in_one": 1, "like_change": 1, "change": -6}
    assert "other_places" in facts["change"].marks
    again = made_again(haugiang, both.received, both.previous and both.previous.received)
    assert {kind: again.number(fact.key) for kind, fact in facts.items()} == told
    assert both.facts.find(A, "teams", "like_change") is None
    assert facts["like_change"].decimals == 0
    # what a criterion is made of is compared with the criterion
    assert both.facts.find(CITY, "households", "change") is None


def test_half_a_pair_is_no_report_whatever_stands_below(haugiang: Campaign) -> None:
    """A rose from 60 to 80 %; C told only then. Of B only the numerator can be used now: its
    hamlets' households are lacking or cannot be read. Where they can, the sides are of others.
    """
    then = [*changed(full(A, 1.0), households_app=60), *full(C, 0.5)]
    half = observe(B, "households_app", 80)
    for below, expected in (
        ([], {"places_in_one": 1, "like_change": 0.2}),
        ([observe(f"{B}-1", "households", None, Flag.REJECTED)],
         {"places_in_one": 1, "like_change": 0.2}),
        ([observe(f"{B}-1", "households", 100)], {}),
    ):  # fmt: skip
        both = both_quarters(haugiang, then, [*full(A, 1.0), half, *below])
        found = {kind: both.facts.find(CITY, APP, kind) for kind in LIKE}
        told = {kind: fact.number for kind, fact in found.items() if fact is not None}
        assert told == pytest.approx(expected)
        previous = both.previous.received if both.previous else None
        sums = made_again(haugiang, both.received, previous)
        for kind in LIKE:
            try:
                number = sums.number(FactKey(NOW, CITY, APP, kind))
            except KeyError:
                assert kind not in expected
            else:
                assert number == pytest.approx(expected[kind])


def test_of_places_none_of_which_told_both_times_no_change_is_told(haugiang: Campaign) -> None:
    """Neither of shares nor of counts: nought would read as the same number in the same places."""
    both = both_quarters(haugiang, full(A, 1.0), full(B, 1.0))
    again = made_again(haugiang, both.received, both.previous and both.previous.received)
    for indicator in (APP, "initiatives"):
        assert both.facts.get(CITY, indicator, "places_in_one").number == 2
        fact = both.facts.get(CITY, indicator, "like_change")
        assert (fact.value, fact.missing) == (None, Flag.NOT_APPLICABLE)
        assert again.number(fact.key) is None


LIKE = ("places_in_one", "like_change")


def both_quarters(campaign: Campaign, then: list[Observation], now: list[Observation]) -> Analysis:
    present = analyse(campaign, *now, *(o for o in then if "-" in o.unit_code and o not in now))
    units = present.received.units
    earlier = {NOW: BEFORE, "2022-10": "2022-07"}
    rows = tuple(dataclasses.replace(o, period=earlier[o.period]) for o in then)
    previous = Received(IndicatorTable(BEFORE, rows), units)
    received = dataclasses.replace(present.received, table=IndicatorTable(NOW, tuple(now)))
    return analyse_period(campaign, received, previous)


@pytest.mark.parametrize(("fewest", "outside"), [(50, 0), (30, 0), (29, 1), (0, 1)])
def test_units_beyond_the_limits_of_chance(fewest: int, outside: int, haugiang: Campaign) -> None:
    """Of 100 households each, three wards have 50 with the app. With 30 in the fourth the common
    share is 0.45, its standard error 0.04975, the limit 3.09 of them, 0.1537, and 0.15 lies within;
    with 29 it is 0.4475, the limit 0.1536, and 0.1575 lies beyond.
    """
    households = dict(zip((A, B, C, "31327"), (50, 50, 50, fewest), strict=True))
    rows = (changed(full(code, 1.0), households_app=n) for code, n in households.items())
    analysis = analyse(haugiang, *(row for own in rows for row in own))
    fact = analysis.facts.get(CITY, APP, "children_outside")
    again = made_again(haugiang, analysis.received, None)
    assert fact.value == again.number(fact.key) == outside
