"""Plans of other kinds than the shipped ones: what the analysis makes of them is what is counted
again.
"""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest

from dxkit.model.campaign import Campaign
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, Observation
from dxkit.model.rules import Exclusion
from dxkit.verify.verify import recount_facts
from tests.analysis.test_results import analyse, full
from tests.analysis.test_uncertainty import changed
from tests.oracles.second_path import made_again

A, B, C, D = "31318", "31321", "31324", "31327"
Plan = tuple[Campaign, list[Observation]]


def in_dense_ranks(campaign: Campaign) -> Plan:
    """A and B are equal: both are first, as they are when points are taken as they are written."""
    ranking = dataclasses.replace(campaign.ranking, method="dense")
    rows = [*full(A, 1.0), *full(B, 1.0), *full(C, 0.5), *full(D, 0.25)]
    return dataclasses.replace(campaign, ranking=ranking), rows


def by_whole_points(campaign: Campaign) -> Plan:
    """Of four criteria that weigh alike, B is third by three and first by the app: 2.5 on average,
    of which a half goes up as it does of points.
    """
    ranking = dataclasses.replace(campaign.ranking, decimals=0, tie_break=())
    scored = {"digital_skills", "app_installed", "cashless", "online_dossiers"}
    indicators = tuple(
        dataclasses.replace(i, max_points=25.0)
        if i.id in scored
        else dataclasses.replace(i, scoring="none")
        for i in campaign.indicators
    )
    rows = [
        *changed(full(C, 0.4), households_app=10),
        *changed(full(A, 0.3), households_app=30),
        *changed(full(B, 0.2), households_app=40),
        *changed(full(D, 0.1), households_app=20),
    ]
    return dataclasses.replace(campaign, ranking=ranking, indicators=indicators), rows


def between_the_worst_and_the_best(campaign: Campaign) -> Plan:
    """D, which is not ranked, is the worst by the app all the same. Without its second hamlet A
    has 0.55 there, and 45 of 80 parts of the way from D to C, before B with 40.
    """
    out = Exclusion(D, "2022-Q4", {"vi": "x", "en": "x"}, "x")
    ranking = dataclasses.replace(campaign.ranking, exclusions=(out,))
    indicators = tuple(
        dataclasses.replace(i, scoring="min_max") if i.id == "app_installed" else i
        for i in campaign.indicators
    )
    app = {A: 55, B: 50, C: 90, D: 10}
    rows = [o for code in app for o in changed(full(code, 0.5), households_app=app[code])]
    second = [
        dataclasses.replace(o, unit_code=f"{A}-b", address=o.address._replace(cell=f"b{n}"))
        for n, o in enumerate(changed(full(A, 0.5), households_app=30))
    ]
    return dataclasses.replace(campaign, ranking=ranking, indicators=indicators), [*rows, *second]


def with_a_bonus(campaign: Campaign) -> Plan:
    """B lacks a figure: it has no points, and none on top of them."""
    scoring = dataclasses.replace(campaign.scoring, bonus=("digital_skills",))
    lacking = [o for o in full(B, 0.8) if o.measure != "households_app"]
    return dataclasses.replace(campaign, scoring=scoring), [*full(A, 1.0), *lacking, *full(C, 0.5)]


def two_levels_up(campaign: Campaign) -> Plan:
    """Communes are ranked in the province, as its districts are."""
    within = {**campaign.ranking.within, "commune": "province"}
    ranking = dataclasses.replace(campaign.ranking, within=within)
    rewards = tuple(dataclasses.replace(r, minimum_coverage=0.0) for r in campaign.rewards)
    rows = [*full(A, 1.0), *full(B, 0.8), *full(C, 0.5)]
    return dataclasses.replace(campaign, ranking=ranking, rewards=rewards), rows


def without_points(campaign: Campaign) -> Plan:
    """All points are for dossiers, which hamlets never have and of which A had none."""
    points = {"online_dossiers": ("share", 100.0), "initiatives": ("share", 0.0)}
    indicators = tuple(
        dataclasses.replace(i, scoring=scoring, max_points=most)
        for i in campaign.indicators
        for scoring, most in [points.get(i.id, ("none", 0.0))]
    )
    idle = [
        dataclasses.replace(o, value=None, flag=Flag.NOT_APPLICABLE)
        if o.measure.startswith("dossiers")
        else o
        for o in full(A, 1.0)
    ]
    rows = [*idle, *full(B, 0.8), *full(C, 0.5)]
    return dataclasses.replace(campaign, indicators=indicators), rows


def opened(campaign: Campaign, rows: list[Observation]) -> SimpleNamespace:
    """A quarter with these rows, of which one cell is doubtful."""
    analysis = analyse(campaign, *rows)
    doubtful = [o.address for o in rows if o.measure == "households_app"][-1]
    finding = Finding("value_approximate", doubtful)
    received = dataclasses.replace(analysis.received, findings=(finding,))
    analysis = type(analysis)(campaign, received, None, analysis._methods)
    return SimpleNamespace(campaign=campaign, analysis=analysis, received=received)


@pytest.mark.parametrize(
    "plan",
    [
        in_dense_ranks,
        by_whole_points,
        between_the_worst_and_the_best,
        with_a_bonus,
        without_points,
    ],
)
def test_no_plan_raises_an_alarm(plan, haugiang: Campaign) -> None:  # type: ignore[no-untyped-def]
    draws = dataclasses.replace(haugiang.uncertainty, draws=12)
    period = opened(*plan(dataclasses.replace(haugiang, uncertainty=draws)))
    again = made_again(period.campaign, period.received)
    counted, found = recount_facts(period, again, [])
    assert counted > 1000
    assert found == []


def test_a_reward_two_levels_up_is_decided_again(haugiang: Campaign) -> None:
    campaign, rows = two_levels_up(dataclasses.replace(haugiang, uncertainty=None))
    period = opened(campaign, rows)
    decided = period.analysis.results.decisions
    first, *others = decided["commune", "93", "commune"]
    decided["commune", "93", "commune"] = (dataclasses.replace(first, awarded=False), *others)
    _, found = recount_facts(period, made_again(campaign, period.received), [])
    assert [difference.place for difference in found] == [f"2022-Q4/93/total/commune/{A}"]
