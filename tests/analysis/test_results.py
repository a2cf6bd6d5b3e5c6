"""Aggregation and totals on a small tree worked by hand."""

from __future__ import annotations

import dataclasses
import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import strategies as st

from dxkit.analysis.aggregates import difference
from dxkit.analysis.analysis import Analysis
from dxkit.analysis.assembly import analyse_period
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.observations import Flag, IndicatorTable, Observation, Received
from dxkit.model.rules import Condition, Exclusion
from dxkit.model.units import Unit
from tests.unhurried import given


def observe(unit: str, measure: str, value: int | None, flag: Flag | None = None) -> Observation:
    period = "2022-10" if measure.startswith("dossiers") else "2022-Q4"
    return Observation(
        period, unit, measure, value, CellRef("a.xlsx", "S", f"{measure}{unit}"), "", flag
    )


def analyse(campaign: Campaign, *observations: Observation, strict: bool = False) -> Analysis:
    """A quarter in which a few of the nine communes of 930 are enough, unless ``strict``."""
    units = campaign.units.on(campaign.period("2022-Q4").last_day)
    known = {o.unit_code for o in observations if o.unit_code not in units}
    hamlets = [Unit(c, c, "", "hamlet", c.split("-")[0]) for c in sorted(known)]
    table = IndicatorTable("2022-Q4", observations)
    if not strict:
        ranking = dataclasses.replace(campaign.ranking, minimum_ranked=1)
        rewards = tuple(dataclasses.replace(r, minimum_coverage=0.0) for r in campaign.rewards)
        campaign = dataclasses.replace(campaign, ranking=ranking, rewards=rewards)
    return analyse_period(campaign, Received(table, units.with_units(hamlets)))


def test_numerators_and_denominators_are_added_before_they_are_divided(haugiang: Campaign) -> None:
    analysis = analyse(
        haugiang,
        observe("31318-a", "households", 100),
        observe("31318-a", "households_app", 10),
        observe("31321-a", "households", 300),
        observe("31321-a", "households_app", 270),
    )
    value = analysis.scorecard("930").fact("app_installed", "value")
    assert value.value == 280 / 400  # not the mean of 10 % and 90 %
    assert {cell.cell for cell in value.sources} == {
        "households31318-a", "households_app31318-a", "households31321-a", "households_app31321-a",
    }  # fmt: skip
    assert "partial" in value.marks  # seven communes have sent nothing


def test_a_place_with_half_a_pair_is_left_out_of_both_sums(haugiang: Campaign) -> None:
    analysis = analyse(
        haugiang,
        observe("31318-a", "households", 100),
        observe("31318-a", "households_app", 10),
        observe("31318-b", "households", 300),
        observe("31318-b", "households_app", None, Flag.REJECTED),
        observe("31318-c", "households", None, Flag.REJECTED),
        observe("31318-c", "households_app", 50),
    )
    card = analysis.scorecard("31318")
    assert card.fact("app_installed", "numerator").value == 10
    assert card.fact("app_installed", "denominator").value == 100
    assert "partial" in card.fact("app_installed", "value").marks
    assert analysis.scorecard("31318-b").fact("app_installed", "value").missing == "rejected"


def test_of_several_reasons_that_which_somebody_must_mend_is_told(haugiang: Campaign) -> None:
    reasons = {"a": Flag.NO_DATA, "b": Flag.REJECTED, "c": Flag.NOT_APPLICABLE}
    analysis = analyse(
        haugiang,
        *(
            observe(f"31318-{hamlet}", measure, None, flag)
            for hamlet, flag in reasons.items()
            for measure in ("households", "households_app")
        ),
    )
    assert analysis.scorecard("31318").fact("app_installed", "value").missing == "rejected"


def test_nothing_arose_is_not_nothing_reported(haugiang: Campaign) -> None:
    analysis = analyse(
        haugiang,
        observe("31318", "dossiers", None, Flag.NOT_APPLICABLE),
        observe("31318", "dossiers_online", None, Flag.NOT_APPLICABLE),
        observe("31321", "dossiers", 0),
        observe("31321", "dossiers_online", 0),
    )
    for code in ("31318", "31321"):
        fact = analysis.scorecard(code).fact("online_dossiers", "value")
        assert fact.missing == "not_applicable"
    assert analysis.scorecard("31324").fact("online_dossiers", "value").missing == "not_reported"


def full(code: str, share: float) -> list[Observation]:
    hamlet = f"{code}-a"
    return [
        observe(hamlet, "households", 100),
        observe(hamlet, "households_digital_skills", round(90 * share)),
        observe(hamlet, "households_app", round(80 * share)),
        observe(hamlet, "households_cashless", round(80 * share)),
        observe(hamlet, "farm_households", 10),
        observe(hamlet, "farm_households_ecommerce", 5),
        observe(code, "dossiers", 100),
        observe(code, "dossiers_online", round(50 * share)),
        observe(code, "initiatives_effective", 1),
    ]


def test_a_total_by_hand(haugiang: Campaign) -> None:
    analysis = analyse(haugiang, *full("31318", 1.0), *full("31321", 0.5))
    # four indicators at their targets 20 each, half the farms 5 of 10, one initiative 10 of 10
    assert analysis.results.totals["31318"].points == pytest.approx(95)
    assert analysis.results.totals["31321"].points == pytest.approx(55)
    assert analysis.results.totals["31318"].rank == 1
    assert analysis.results.totals["31321"].rank == 2
    assert analysis.results.totals["31318"].award == "commune"
    assert analysis.results.totals["31321"].award == ""
    assert analysis.results.totals["31324"].missing == "not_reported"


def test_what_does_not_apply_is_taken_out_of_the_scale(haugiang: Campaign) -> None:
    rows = [o for o in full("31318", 1.0) if not o.measure.startswith("dossiers")]
    rows += [
        observe("31318", m, None, Flag.NOT_APPLICABLE) for m in ("dossiers", "dossiers_online")
    ]
    total = analyse(haugiang, *rows).results.totals["31318"]
    assert total.points == pytest.approx(75 / 80 * 100)
    assert total.covered == pytest.approx(0.8)


def test_a_unit_that_lacks_one_figure_is_not_ranked(haugiang: Campaign) -> None:
    rows = [
        dataclasses.replace(o, value=None, flag=Flag.REJECTED)
        if o.measure == "households_app"
        else o
        for o in full("31318", 1.0)
    ]
    total = analyse(haugiang, *rows, *full("31321", 0.5)).results.totals["31318"]
    assert (total.points, total.rank, total.missing) == (None, None, "incomplete")


def test_a_derived_fact_unites_its_sources(haugiang: Campaign) -> None:
    card = analyse(haugiang, *full("31318", 1.0)).scorecard("31318")
    points = card.fact("total", "points")
    assert len(points.sources) == 9
    assert points.marks >= {"assumed"}
    assert card.fact("app_installed", "shortfall").value == 0


def ruled(campaign: Campaign, **more: object) -> Campaign:
    return dataclasses.replace(
        campaign, ranking=dataclasses.replace(campaign.ranking, conditions=(), **more)
    )


def test_a_tie_is_broken_by_the_declared_indicators_in_their_order(haugiang: Campaign) -> None:
    # both 95 points: full() of 1.0; the first has more dossiers online, which is past the target
    rows = [
        dataclasses.replace(o, value=60) if o.measure == "dossiers_online" else o
        for o in full("31321", 1.0)
    ]
    totals = analyse(haugiang, *full("31318", 1.0), *rows).results.totals
    assert totals["31318"].points == totals["31321"].points
    assert (totals["31321"].rank, totals["31318"].rank) == (1, 2)
    untied = analyse(ruled(haugiang, tie_break=()), *full("31318", 1.0), *rows).results.totals
    assert (untied["31321"].rank, untied["31318"].rank) == (1, 1)
    assert untied["31321"].award == untied["31318"].award == "commune"  # tied into the quota of one


def test_a_unit_excluded_by_decision_keeps_its_points_and_has_no_place(haugiang: Campaign) -> None:
    exclusion = Exclusion("31318", "2022-Q4", {"vi": "x"}, "y")
    campaign = ruled(haugiang, exclusions=(exclusion,))
    totals = analyse(campaign, *full("31318", 1.0), *full("31321", 0.5)).results.totals
    assert totals["31318"].points == pytest.approx(95)
    assert (totals["31318"].rank, totals["31318"].unranked) == (None, "excluded")
    assert (totals["31321"].rank, totals["31321"].ranked) == (1, 1)
    assert (totals["31318"].award, totals["31321"].award) == ("", "commune")


@pytest.mark.parametrize(
    ("condition", "ranked"),
    [
        (Condition("value", 0.25, "commune", "online_dossiers"), {"31318", "31321"}),
        (Condition("value", 0.26, "commune", "online_dossiers"), {"31318"}),
        (Condition("value", 0.26, "district", "online_dossiers"), {"31318", "31321"}),
        (Condition("covered", 1.0, "commune"), {"31318", "31321"}),
        (Condition("reported", 0.9, ""), {"31318", "31321"}),
    ],
)
def test_a_condition_keeps_out_whoever_does_not_fulfil_it(
    haugiang: Campaign, condition: Condition, ranked: set[str]
) -> None:
    campaign = ruled(haugiang)
    ranking = dataclasses.replace(campaign.ranking, conditions=(condition,))
    campaign = dataclasses.replace(campaign, ranking=ranking)
    totals = analyse(campaign, *full("31318", 1.0), *full("31321", 0.5)).results.totals
    assert {c for c in ("31318", "31321") if totals[c].rank is not None} == ranked
    assert {totals[c].unranked for c in {"31318", "31321"} - ranked} <= {condition.kind}


def test_a_district_with_too_few_reports_is_not_ranked(haugiang: Campaign) -> None:
    totals = analyse(haugiang, *full("31318", 1.0)).results.totals  # one commune of nine
    assert totals["930"].points is not None
    assert totals["930"].unranked == "reported"


def test_a_bonus_comes_on_top_and_its_absence_costs_nothing(haugiang: Campaign) -> None:
    scoring = dataclasses.replace(haugiang.scoring, total_points=90.0, bonus=("initiatives",))
    campaign = dataclasses.replace(haugiang, scoring=scoring)
    with_bonus = analyse(campaign, *full("31318", 1.0)).results.totals["31318"]
    # 85 of 90 points, and 10 for the initiative
    assert with_bonus.points == pytest.approx(95)
    assert (with_bonus.bonus, with_bonus.covered) == (pytest.approx(10), pytest.approx(1))
    rows = [o for o in full("31318", 1.0) if not o.measure.startswith("initiatives")]
    without = analyse(campaign, *rows).results.totals["31318"]
    assert (without.points, without.bonus, without.missing) == (pytest.approx(85), 0, "")


def test_progress_is_measured_by_one_periods_rules(haugiang: Campaign) -> None:
    def at(period: str, share: float) -> Received:
        parts = {"2022-10": "2022-07"} if period == "2022-Q3" else {}
        rows = [
            dataclasses.replace(
                o,
                period=period if o.period == "2022-Q4" else parts.get(o.period, o.period),
            )
            for code, part in (("31318", share), ("31321", 0.5))
            for o in full(code, part)
        ]
        units = haugiang.units.on(haugiang.period(period).last_day)
        hamlets = [Unit(f"{c}-a", f"{c}-a", "", "hamlet", c) for c in ("31318", "31321")]
        return Received(IndicatorTable(period, tuple(rows)), units.with_units(hamlets))

    progress = analyse_period(haugiang, at("2022-Q4", 1.0), at("2022-Q3", 0.5)).results.progress
    # half of this quarter's targets then, all of them now; the other has not moved. By the lower
    # targets of then it would have had 20 x 25/30 and so on, which is not asked here.
    assert progress["31318"].before == pytest.approx(55)
    assert progress["31318"].gain == pytest.approx(40)
    assert progress["31321"].gain == pytest.approx(0)
    assert (progress["31318"].rank, progress["31321"].rank) == (1, 2)


def test_ranking_within_another_level(haugiang: Campaign) -> None:
    rows = (*full("31318", 1.0), *full("31340", 0.5))  # communes of two districts
    analysis = analyse(haugiang, *rows)
    assert [analysis.results.totals[c].rank for c in ("31318", "31340")] == [1, 1]
    wider = analysis.ranked_within("commune", "province").results.totals
    assert [wider[c].rank for c in ("31318", "31340")] == [1, 2]


def test_a_difference_of_shares_is_rounded_as_by_hand() -> None:
    # 2677 of 3200 households are 83.65625 %, 2285 were 71.40625 %: 12.25 points, written 12.3
    assert 2677 / 3200 - 2285 / 3200 < 0.1225
    assert difference(2677 / 3200, 2285 / 3200) == 0.1225
    assert difference(59.35, 48.6) == 10.75
    assert difference(8, 9) == -1


@given(st.tuples(*[st.integers(1, 200_000)] * 2), st.tuples(*[st.integers(1, 200_000)] * 2))
def test_differences_are_written_as_exact_ones(
    first: tuple[int, int], other: tuple[int, int]
) -> None:
    shares = [Fraction(min(pair), max(pair)) for pair in (first, other)]
    exact = shares[0] - shares[1]
    found = difference(float(shares[0]), float(shares[1]))
    assert abs(Fraction(found) - exact) < Fraction(1, 10**15)
    tenths = Decimal(repr(found)).scaleb(2).quantize(Decimal("0.1"), ROUND_HALF_UP)
    by_hand = math.floor(abs(exact) * 1000 + Fraction(1, 2)) * (1 if exact >= 0 else -1)
    assert tenths == Decimal(by_hand) / 10
