"""Who may be ranked and rewarded at all: by hand on the nine communes of the city 930, each of
which has 95 points or fewer (test_results.full), and the same by the proof.
"""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.rows import INDICATOR_COLUMNS, indicator_rows
from dxkit.model.campaign import Campaign
from dxkit.model.observations import Flag, Observation
from dxkit.report.sentences.headlines import headlines
from dxkit.report.sentences.ranking_and_rewards import ranking_rules, reward_rules
from dxkit.report.sentences.situation import levels
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import Writer
from dxkit.verify.kinds import number_of
from tests.analysis.test_results import analyse, full
from tests.oracles.second_path import made_again

A, B, C = "31318", "31321", "31324"


def communes(campaign: Campaign, number: int) -> list[Observation]:
    codes = [u.code for u in campaign.units.on(datetime.date(2022, 12, 14)).children("930")]
    return [o for n, code in enumerate(codes[:number]) for o in full(code, 1 - n / 10)]


def without(idle: str | tuple[str, ...], rows: list[Observation]) -> list[Observation]:
    """The same, with nothing that arises of the measures that begin so."""
    return [
        dataclasses.replace(o, value=None, flag=Flag.NOT_APPLICABLE)
        if o.measure.startswith(idle)
        else o
        for o in rows
    ]


def decided(analysis: Analysis) -> dict[str, tuple[bool, str]]:
    """What the reward of communes decides, and the proof alike."""
    found = {
        d.unit_code: (d.awarded, d.reason)
        for d in analysis.results.decisions["commune", "930", "commune"]
    }
    assert made_again(analysis.campaign, analysis.received, None).decisions("930") == {
        "commune": found
    }
    return found


def why_not(analysis: Analysis, unit: str) -> str:
    """Why a unit has no rank, and the proof alike."""
    again = made_again(analysis.campaign, analysis.received, None)
    found = analysis.results.totals[unit].unranked
    assert again.why_not(unit) == found
    return found


@pytest.mark.parametrize(
    ("number", "first"),
    [
        (1, None),  # the first of one is no rank
        (2, (False, "below_minimum_coverage")),
        (4, (False, "below_minimum_coverage")),  # of nine: less than half
        (5, (True, "within_quota")),
        (9, (True, "within_quota")),
    ],
)
def test_a_reward_needs_half_of_the_units_that_are_compared(
    number: int, first: tuple[bool, str] | None, haugiang: Campaign
) -> None:
    analysis = analyse(haugiang, *communes(haugiang, number), strict=True)
    found = decided(analysis)
    assert found.get(A) == first
    assert len(found) == (number if number > 1 else 0)
    assert sum(awarded for awarded, _ in found.values()) == (number > 4)
    assert analysis.results.totals[A].rank == (1 if number > 1 else None)
    sure = analysis.certainty_of(analysis.units.get(A))
    assert sure is not None
    if number < 5:  # in no trial is anybody on a list that cannot be made
        assert not any(r.award_draws for r in sure.ranges.values())
        assert not sure.draws_changing
    assert why_not(analysis, A) == ("too_few_ranked" if number == 1 else "")


def test_one_that_sends_alone_is_told_why_it_has_no_rank(haugiang: Campaign) -> None:
    analysis = analyse(haugiang, *full(A, 1.0), strict=True)
    (first, *others) = headlines(View(analysis, analysis.units.get(A)))
    said = {
        lang: Writer(haugiang, analysis.units, load_language(lang)).plain(first)
        for lang in ("vi", "en")
    }
    assert said == {
        "vi": "Phường I đạt 95,00/100 điểm; quý IV/2022 không xếp hạng vì quá ít đơn vị đủ điều "
        "kiện xếp hạng.",
        "en": "Ward I earns 95.00 of 100 points; there is no ranking for Q4 2022, because too "
        "few units could be ranked.",
    }
    assert not [c for c in others if c.message.startswith(("headline_award", "headline_rank"))]


@pytest.mark.parametrize(
    ("idle", "reason"),
    [
        ((), ""),
        (("farm",), ""),  # 90 of 100 points apply
        (("dossiers",), ""),  # 80
        (("dossiers", "farm"), "covered"),  # 70
    ],
)
def test_of_the_scale_three_quarters_must_apply_if_the_plan_says_nothing_else(
    idle: tuple[str, ...], reason: str, haugiang: Campaign
) -> None:
    rows = without(idle, full(A, 0.9))
    analysis = analyse(haugiang, *rows, *full(B, 0.8), *full(C, 0.7), strict=True)
    assert why_not(analysis, A) == reason
    assert (analysis.results.totals[A].rank == 1) is not bool(reason)


def test_hamlets_are_measured_by_what_hamlets_can_have(haugiang: Campaign) -> None:
    """Neither dossiers nor initiatives are counted by hamlet: 70 points, of which 60 apply to a
    hamlet without farms, 86 %, and 10 to one of which only farms are known, 14 %.
    """
    b, c = (
        [dataclasses.replace(o, unit_code=f"{A}-{name}") for o in full(A, 0.5)
         if o.unit_code == f"{A}-a"]
        for name in "bc"
    )  # fmt: skip
    hamlets = [*without("farm", b), *without("households", c)]
    analysis = analyse(haugiang, *full(A, 1.0), *hamlets, strict=True)
    reasons = {name: why_not(analysis, f"{A}-{name}") for name in "abc"}
    assert reasons == {"a": "", "b": "", "c": "covered"}


def test_a_plan_may_ask_for_less_or_for_more(haugiang: Campaign) -> None:
    rewards = tuple(dataclasses.replace(r, minimum_coverage=2 / 9) for r in haugiang.rewards)
    plan = dataclasses.replace(haugiang, rewards=rewards)
    analysis = analyse(plan, *communes(plan, 2), strict=True)
    assert decided(analysis)[A] == (True, "within_quota")
    ranking = dataclasses.replace(haugiang.ranking, minimum_ranked=3)
    plan = dataclasses.replace(haugiang, ranking=ranking)
    analysis = analyse(plan, *communes(plan, 2), strict=True)
    assert why_not(analysis, A) == "too_few_ranked"
    assert decided(analysis) == {}


def test_the_rules_under_the_table_say_so(haugiang: Campaign) -> None:
    analysis = analyse(haugiang, *full(A, 1.0), *full(B, 0.5), strict=True)
    view = View(analysis, analysis.units.get("930"))
    rule = next(r for r in haugiang.rewards if r.level == "commune")
    said = [*ranking_rules(view), *reward_rules(view, rule)]
    words = Writer(haugiang, analysis.units, load_language("vi"))
    told = " ".join(words.plain(claim) for claim in said)
    assert "Chỉ xếp hạng khi có từ 2 đơn vị đủ điều kiện trở lên." in told
    assert "chiếm từ 75% số điểm của cấp đó trở lên." in told
    assert "từ 50% số đơn vị trong diện so sánh trở lên được xếp hạng." in told


def of_few(campaign: Campaign, *dossiers: int, **rule: float) -> Analysis:
    """The first communes with so many dossiers each, all of them online."""
    ranking = dataclasses.replace(campaign.ranking, **rule)
    codes = [A, B, C]
    rows = [
        dataclasses.replace(o, value=number) if o.measure.startswith("dossiers") else o
        for code, number in zip(codes, dossiers, strict=True)
        for o in full(code, 1.0)
    ]
    return analyse(dataclasses.replace(campaign, ranking=ranking), *rows, strict=True)


@pytest.mark.parametrize(
    ("dossiers", "rule", "ranks"),
    [
        ((30, 30, 30), {}, [1, 1, 1]),
        ((29, 30, 30), {}, ["too_few_things", 1, 1]),
        ((3, 30, 30), {}, ["too_few_things", 1, 1]),  # 3 of 3 are no rank
        ((3, 29, 30), {}, ["too_few_things", "too_few_things", "too_few_ranked"]),  # 1 of 1
        ((3, 29, 30), {"minimum_ranked": 1}, ["too_few_things", "too_few_things", 1]),
        ((3, 1, 29), {}, ["too_few_things"] * 3),
        ((3, 29, 30), {"least_denominator": 0}, [1, 1, 1]),
        ((3, 29, 30), {"least_denominator": 3}, [1, 1, 1]),
        ((3, 29, 30), {"least_denominator": 4}, ["too_few_things", 1, 1]),
    ],
)
def test_a_share_of_few_things_is_no_rank_on_its_criterion(
    dossiers: tuple[int, ...], rule: dict[str, float], ranks: list[int | str], haugiang: Campaign
) -> None:
    """Its points count all the same, and with them the rank over all criteria."""
    analysis = of_few(haugiang, *dossiers, **rule)
    again = made_again(analysis.campaign, analysis.received, None)
    for code, expected in zip((A, B, C), ranks, strict=True):
        result = analysis.results.by_indicator[code, "online_dossiers"]
        fact = analysis.facts.get(code, "online_dossiers", "rank")
        assert (fact.missing or fact.value) == (result.unranked or result.rank) == expected
        assert number_of(again, fact.key) == fact.value
        assert (result.points, analysis.results.totals[code].rank) == (20, 1)
        assert result.ranked == sum(isinstance(rank, int) for rank in ranks)
    rows = [dict(zip(INDICATOR_COLUMNS, r, strict=True)) for r in indicator_rows(analysis)]
    told = [r["unranked"] or r["rank"] for r in rows
            if r["unit_code"] in (A, B, C) and r["indicator"] == "online_dossiers"]  # fmt: skip
    assert told == ranks


def test_pages_say_that_a_share_of_few_things_has_no_rank(haugiang: Campaign) -> None:
    analysis = of_few(haugiang, 3, 30, 30)
    words = Writer(haugiang, analysis.units, load_language("vi"))
    view = View(analysis, analysis.units.get(A))
    told = " ".join(words.plain(claim) for claims in levels(view) for claim in claims)
    assert "Dưới 30 hồ sơ thì không xếp hạng theo tiêu chí này; điểm vẫn được tính." in told
    assert "Dưới 30 hộ" in told  # ten farms
    others = " ".join(words.plain(claim) for claims in levels(View(analysis, analysis.units.get(B)))
                      for claim in claims)  # fmt: skip
    assert "Dưới 30 hồ sơ" not in others
    rules = [words.plain(c) for c in ranking_rules(View(analysis, analysis.units.get("930")))]
    assert (
        "Tỷ lệ có mẫu số dưới 30 thì không xếp hạng theo tiêu chí đó; điểm vẫn được tính." in rules
    )
