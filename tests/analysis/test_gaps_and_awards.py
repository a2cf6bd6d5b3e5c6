"""Whose figures are not whole takes no award; an incomplete plan ranks nobody. By hand on communes
of the city 930: see test_worked_examples for the points.
"""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.assembly import analyse_period
from dxkit.analysis.rules import Candidate, decide
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef, Claim
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, Observation
from dxkit.model.plan import plan_findings, why_no_ranking, without_target
from dxkit.model.rules import RewardRule
from dxkit.report.sentences.data_state import reporting_claims
from dxkit.report.sentences.headlines import headlines
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import Writer
from dxkit.verify.kinds import trials
from tests.analysis.test_results import analyse, full, observe
from tests.oracles.second_path import made_again

A, B, C = "31318", "31321", "31324"
HAMLET = ("households", "households_digital_skills", "households_app", "households_cashless",
          "farm_households", "farm_households_ecommerce")  # fmt: skip


def decided(analysis: Analysis) -> dict[str, tuple[bool, str]]:
    """What the reward of communes decides in the city, which the proof decides alike."""
    found = {
        d.unit_code: (d.awarded, d.reason)
        for d in analysis.results.decisions["commune", "930", "commune"]
    }
    again = made_again(analysis.campaign, analysis.received, None)
    assert again.decisions("930")["commune"] == found
    return found


def hamlet(code: str, value: int | None, flag: Flag | None = None) -> list[Observation]:
    return [observe(code, measure, value, flag) for measure in HAMLET]


def messages(analysis: Analysis, unit: str) -> dict[str, list[str]]:
    """The headlines and the state of the reports of a page, with the units that each names."""
    view = View(analysis, analysis.units.get(unit))
    claims = [*headlines(view), *reporting_claims(view)]
    return {
        claim.message: [r.id for name, some in claim.references if name == "units" for r in some]
        for claim in claims
    }


def plain(analysis: Analysis, claim: Claim, lang: str) -> str:
    return Writer(analysis.campaign, analysis.units, load_language(lang)).plain(claim)


@pytest.mark.parametrize("flag", [Flag.NOT_REPORTED, Flag.NO_DATA, Flag.REJECTED])
def test_the_best_whose_hamlet_lacks_leaves_the_award_to_the_next(
    flag: Flag, haugiang: Campaign
) -> None:
    analysis = analyse(haugiang, *full(A, 1.0), *hamlet(f"{A}-b", None, flag), *full(B, 0.9))
    totals = analysis.results.totals
    assert (totals[A].rank, totals[A].points) == (1, pytest.approx(95))
    assert len(totals[A].lacking) == 4  # what is counted by hamlet: not dossiers, not initiatives
    assert decided(analysis) == {A: (False, "figures_lacking"), B: (True, "within_quota")}
    found = messages(analysis, A)
    assert found["headline_figures_lacking"] == [f"{A}-b"]
    assert "data_all_reported" not in found
    assert "headline_figures_lacking" not in messages(analysis, B)
    assert "data_all_reported" in messages(analysis, B)


def test_what_did_not_arise_is_no_gap(haugiang: Campaign) -> None:
    none = hamlet(f"{A}-b", None, Flag.NOT_APPLICABLE)
    analysis = analyse(haugiang, *full(A, 1.0), *none, *full(B, 0.9))
    assert decided(analysis) == {A: (True, "within_quota"), B: (False, "quota_full")}
    assert not [m for m in messages(analysis, A) if "lacking" in m]


def test_a_unit_with_gaps_is_on_no_list_in_any_trial(haugiang: Campaign) -> None:
    gap = hamlet(f"{A}-b", None, Flag.REJECTED)
    analysis = analyse(haugiang, *full(A, 1.0), *gap, *full(B, 0.9))
    sure = analysis.certainty_of(analysis.units.get(A))
    assert sure is not None
    assert {code: r.award_draws for code, r in sure.ranges.items()} == {A: 0.0, B: 1.0}
    assert not sure.draws_changing
    again = made_again(analysis.campaign, analysis.received, None)
    listed = trials(again, A).listed
    assert (listed[A], listed[B]) == (0, haugiang.uncertainty.draws)


def test_a_commune_that_lacks_one_table_is_named_and_has_not_kept_silent(
    haugiang: Campaign,
) -> None:
    """All nine communes but one are whole; C has dossiers and an initiative, and no households."""
    codes = [u.code for u in haugiang.units.on(datetime.date(2022, 12, 14)).children("930")]
    rows = [o for code in codes for o in full(code, 1.0) if not o.unit_code.startswith(f"{C}-")]
    analysis = analyse(haugiang, *rows)
    results = analysis.results
    assert results.by_indicator[C, "app_installed"].measured.value.missing == "no_data"
    assert results.totals[C].missing == "incomplete"
    assert results.lacking_below("930") == (C,)
    found = messages(analysis, "930")
    assert found["data_lacking"] == [C]
    assert not {"data_all_reported", "data_not_reported"} & set(found)
    again = made_again(haugiang, analysis.received, None)
    assert again.incomplete_below("930") == [C]
    assert again.sums.of(C, haugiang.indicator("app_installed")).why == "no_data"


@pytest.mark.parametrize("silent", [("a", "b"), ("b",)])
def test_a_commune_whose_hamlets_are_all_empty_rows_has_not_kept_silent(
    silent: tuple[str, ...], haugiang: Campaign
) -> None:
    """C has dossiers and the rows of two hamlets: with both empty its city says that C lacks
    figures; with one of them, another sentence tells that some in C have not reported.
    """
    codes = [u.code for u in haugiang.units.on(datetime.date(2022, 12, 14)).children("930")]
    empty = [o for name in silent for o in hamlet(f"{C}-{name}", None, Flag.NOT_REPORTED)]
    gone = {o.unit_code for o in empty}
    rows = [o for code in codes for o in full(code, 1.0) if o.unit_code not in gone]
    analysis = analyse(haugiang, *rows, *empty)
    both = len(silent) == 2
    assert analysis.results.lacking_below("930") == ((C,) if both else ())
    found = messages(analysis, "930")
    assert found.get("data_lacking") == ([C] if both else None)
    assert ("data_all_reported" in found) is not both
    again = made_again(haugiang, analysis.received, None)
    assert again.incomplete_below("930") == ([C] if both else [])


@pytest.mark.parametrize(("code", "of"), [("unit_missing", C), ("table_missing", "930")])
def test_a_table_without_criteria_that_did_not_come_leaves_no_word_that_all_reported(
    code: str, of: str, haugiang: Campaign
) -> None:
    codes = [u.code for u in haugiang.units.on(datetime.date(2022, 12, 14)).children("930")]
    whole = analyse(haugiang, *(o for unit in codes for o in full(unit, 1.0)))
    gap = Finding(code, CellRef("930.xlsx", "4", "B10"), of, "", {"table": "teams", "unit": of})
    received = dataclasses.replace(whole.received, findings=(gap,))
    lacking = analyse_period(haugiang, received, None)
    assert "data_all_reported" in messages(whole, "930")
    assert "data_all_reported" not in messages(lacking, "930")
    assert "data_all_reported" in messages(lacking, B)  # nothing of its own did not come


def test_a_decision_names_the_gap_before_other_conditions() -> None:
    rule = RewardRule("flag", "district", 1, 0.5, {}, "", True)
    found = decide(rule, [Candidate("a", 1, 0.4, 0, False), Candidate("b", 2, 0.6, 0)], set())
    assert [(d.unit_code, d.awarded, d.reason) for d in found] == [
        ("a", False, "figures_lacking"), ("b", True, "within_quota"),
    ]  # fmt: skip


def without_targets(campaign: Campaign, *indicators: str) -> Campaign:
    kept = tuple(
        t for t in campaign.targets if t.period != "2022-Q4" or t.indicator not in indicators
    )
    return dataclasses.replace(campaign, targets=kept)


@pytest.mark.parametrize(
    ("lacking", "points"),
    [
        (("online_dossiers",), 20),
        (("online_dossiers", "digital_skills", "app_installed", "cashless", "initiatives"), 90),
    ],
)
def test_a_period_without_its_targets_ranks_and_rewards_nobody(
    lacking: tuple[str, ...], points: float, haugiang: Campaign
) -> None:
    campaign = without_targets(haugiang, *lacking)
    finding = next(iter(plan_findings(campaign, "2022-Q4")))
    assert (finding.code, finding.severity) == ("plan_without_targets", "error")
    assert finding.values["points"] == points
    assert str(finding.values["indicators"]).split(", ") == list(lacking)
    assert list(plan_findings(campaign, "2022-Q3")) == []
    analysis = analyse(campaign, *full(A, 1.0), *full(B, 0.5))
    totals = analysis.results.totals
    assert all((t.points, t.rank, t.band) == (None, None, None) for t in totals.values())
    assert not any(t.award for t in totals.values())
    assert totals[A].missing == "no_targets"
    assert totals[C].missing == "not_reported"  # nothing came of it, whatever the plan says
    assert decided(analysis) == {}
    assert "headline_no_targets" in messages(analysis, A)
    (first, *_) = headlines(View(analysis, analysis.units.get(A)))
    assert plain(analysis, first, "vi") == (
        "Kỳ báo cáo quý IV/2022 không xếp hạng, không xét khen thưởng: kế hoạch chưa đặt đủ chỉ "
        "tiêu của kỳ này cho các tiêu chí tính điểm theo chỉ tiêu."
    )
    assert analysis.scorecard(A).fact("app_installed", "value").value == pytest.approx(0.8)


def test_communes_without_targets_do_not_cost_the_districts_their_places(
    haugiang: Campaign,
) -> None:
    kept = tuple(
        t for t in haugiang.targets
        if (t.indicator, t.level, t.period) != ("initiatives", "commune", "2022-Q4")
    )  # fmt: skip
    campaign = dataclasses.replace(haugiang, targets=kept)
    (finding,) = plan_findings(campaign, "2022-Q4")
    assert (finding.values["level"], finding.values["points"]) == ("commune", 10)
    assert why_no_ranking(campaign, "district", "2022-Q4") == ""
    assert why_no_ranking(campaign, "commune", "2022-Q4") == "no_targets"


def test_a_period_after_the_movement_ranks_nobody(haugiang: Campaign) -> None:
    """2022-Q4 begins on 15 September: a movement that ended the day before is over, one that ends
    on that day is not.
    """
    over = dataclasses.replace(haugiang, last_day=datetime.date(2022, 9, 14))
    assert [f.code for f in plan_findings(over, "2022-Q4")] == ["period_after_end"]
    assert list(plan_findings(over, "2022-Q3")) == []
    analysis = analyse(over, *full(A, 1.0), *full(B, 0.5))
    assert analysis.results.totals[A].missing == "after_end"
    assert decided(analysis) == {}
    assert "headline_after_end" in messages(analysis, A)
    (first, *_) = headlines(View(analysis, analysis.units.get(A)))
    assert {lang: plain(analysis, first, lang) for lang in ("vi", "en")} == {
        "vi": "Kỳ báo cáo quý IV/2022 không xếp hạng, không xét khen thưởng: kỳ này bắt đầu sau "
        "ngày kết thúc của phong trào ghi trong kế hoạch.",
        "en": "Q4 2022 is neither ranked nor rewarded: it begins after the last day of the "
        "movement that the plan states.",
    }
    last = dataclasses.replace(haugiang, last_day=datetime.date(2022, 9, 15))
    assert why_no_ranking(last, "district", "2022-Q4") == ""


def test_a_plan_that_scores_without_targets_needs_none(pci: Campaign, haugiang: Campaign) -> None:
    assert pci.targets == ()
    assert list(plan_findings(pci, "2009")) == []
    # hamlets report neither dossiers nor initiatives, and e-commerce is scored by its own share
    assert without_target(without_targets(haugiang, "initiatives"), "hamlet", "2022-Q4") == ()
    bonus = dataclasses.replace(haugiang.scoring, bonus=("initiatives",))
    campaign = dataclasses.replace(without_targets(haugiang, "initiatives"), scoring=bonus)
    assert list(plan_findings(campaign, "2022-Q4")) == []
