"""Tiers: three communes of which two are equal (test_uncertainty.three), worked by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.rows import RANKING_COLUMNS, ranking_rows
from dxkit.model.campaign import Campaign
from dxkit.report.sentences.headlines import headlines
from dxkit.report.sentences.ranking_and_rewards import ranking_rules, reward_rules
from dxkit.report.sentences.situation import certainty
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import Writer
from tests.analysis.test_results import analyse, full
from tests.analysis.test_uncertainty import changed, three
from tests.oracles.second_path import made_again

A, B, C = "31318", "31321", "31324"


def by_tier(campaign: Campaign, **rule: Any) -> Campaign:
    """The campaign with tiers, and rewards of communes by tier where a rule is given."""
    rewards = campaign.rewards
    if rule:
        rewards = tuple(dataclasses.replace(r, by="tier", **rule) for r in rewards)
    ranking = dataclasses.replace(campaign.ranking, tiers=True)
    return dataclasses.replace(campaign, ranking=ranking, rewards=rewards)


def tiers(analysis: Analysis) -> list[int | None]:
    return [analysis.results.totals[code].tier for code in (A, B, C)]


def decided(analysis: Analysis) -> dict[str, tuple[int, bool, str]]:
    found = analysis.results.decisions["commune", "930", "commune"]
    again = made_again(analysis.campaign, analysis.received, None).decisions("930")
    assert again == {"commune": {d.unit_code: (d.awarded, d.reason) for d in found}}
    return {d.unit_code: (d.rank, d.awarded, d.reason) for d in found}


def words(analysis: Analysis, code: str) -> str:
    """What the page of a unit says of its standing, in Vietnamese."""
    writer = Writer(analysis.campaign, analysis.units, load_language("vi"))
    view = View(analysis, analysis.units.get(code))
    return " ".join(writer.plain(claim) for claim in (*headlines(view), *certainty(view)))


def test_units_whose_ranges_overlap_stand_together(haugiang: Campaign) -> None:
    """A and B have 85 points each, in other criteria; C has 55, and comes third at any weights."""
    analysis = three(by_tier(haugiang))
    assert tiers(analysis) == [1, 1, 2]
    kinds = [[analysis.facts.get(code, "total", kind).value for kind in
              ("tier", "tiers", "tier_units")] for code in (A, C)]  # fmt: skip
    assert kinds == [[1, 2, 2], [2, 2, 1]]
    rows = [dict(zip(RANKING_COLUMNS, row, strict=True)) for row in ranking_rows(analysis)]
    told = {row["unit_code"]: row["tier"] for row in rows}
    assert [told[code] for code in (A, B, C, "31327")] == [1, 1, 2, None]
    assert "thuộc nhóm 1 trong 2 nhóm; nhóm này gồm 2 đơn vị" in words(analysis, A)
    assert "một mình thuộc nhóm 2 trong 2 nhóm" in words(analysis, C)


def test_a_small_change_turns_ranks_and_leaves_tiers(haugiang: Campaign) -> None:
    """One household more or less with the app is 0.25 points: A or B leads, by a quarter point of
    the three or more that weights of ±20 % move between them.
    """
    campaign = by_tier(haugiang)
    found = []
    for households in (39, 40, 41):
        a = changed(full(A, 1.0), dossiers_online=25)
        b = changed(full(B, 1.0), households_app=households)
        analysis = analyse(campaign, *a, *b, *full(C, 0.5))
        ranks = [analysis.results.totals[code].rank for code in (A, B, C)]
        found.append((ranks, tiers(analysis)))
    assert found == [([1, 2, 3], [1, 1, 2]), ([2, 1, 3], [1, 1, 2]), ([2, 1, 3], [1, 1, 2])]


def test_all_in_one_tier(haugiang: Campaign) -> None:
    """C is equal to neither A nor B but may come before either, as each may before the other."""
    rows = [*changed(full(A, 1.0), dossiers_online=25), *changed(full(B, 1.0), households_app=40),
            *changed(full(C, 1.0), households_cashless=41)]  # fmt: skip
    analysis = analyse(by_tier(haugiang), *rows)
    assert tiers(analysis) == [1, 1, 1]
    assert "cả 3 đơn vị thuộc cùng một nhóm" in words(analysis, A)


def test_without_the_option_there_are_none(haugiang: Campaign) -> None:
    analysis = three(haugiang)
    assert tiers(analysis) == [None] * 3
    assert analysis.facts.find(A, "total", "tier") is None
    assert "nhóm" not in words(analysis, A).replace("nhóm xếp loại", "")


@pytest.mark.parametrize(
    ("quota", "ties", "of_ab", "of_c"),
    [
        (1, "all", (1, True, "tier_into_quota"), (2, False, "quota_full")),
        (1, "none", (1, False, "tier_out_of_quota"), (2, False, "quota_full")),
        (2, "none", (1, True, "within_quota"), (2, False, "quota_full")),
        (3, "all", (1, True, "within_quota"), (2, True, "within_quota")),
        (0, "all", (1, False, "quota_full"), (2, False, "quota_full")),
    ],
)
def test_a_reward_by_tier_takes_or_leaves_it_whole(
    quota: int, ties: str, of_ab: object, of_c: object, haugiang: Campaign
) -> None:
    rule = {"quota": quota, "ties": ties, "minimum_coverage": 0.0}
    analysis = three(by_tier(haugiang, **rule))
    assert decided(analysis) == {A: of_ab, B: of_ab, C: of_c}
    assert analysis.certainty_of(analysis.units.get(A)) is not None
    assert analysis.list_certainty(analysis.units.get("930")) is None  # that of points is tried


def test_pages_tell_the_rule_and_why_a_unit_is_on_the_list(haugiang: Campaign) -> None:
    analysis = three(by_tier(haugiang, quota=1, minimum_coverage=0.0))
    assert "thuộc nhóm 1 trong 2 nhóm, cả nhóm cùng được đề nghị" in words(analysis, A)
    assert "kế tiếp (dự bị)" in words(analysis, C)
    view = View(analysis, analysis.units.get("930"))
    rule = next(r for r in analysis.campaign.rewards if r.level == "commune")
    said = [claim.message for claim in (*ranking_rules(view), *reward_rules(view, rule))]
    assert "rule_tiers" in said
    assert said[-2:] == ["reward_by_tier", "reward_tier_all"]
