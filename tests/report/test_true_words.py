"""Sentences that were false in some case: each with figures small enough to be worked by hand, in
both languages, and proved once more as ``verify`` does.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime
import re
from collections.abc import Iterable
from typing import Any

import pytest

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.assembly import analyse_period
from dxkit.model.campaign import Campaign
from dxkit.model.facts import Claim, FactKey
from dxkit.model.observations import Flag, IndicatorTable, Observation, Received
from dxkit.period import OpenPeriod
from dxkit.report.report import Report
from dxkit.report.sentences.catalogue import SENTENCES
from dxkit.report.sentences.causes import causes
from dxkit.report.sentences.chart_titles import targets_claim
from dxkit.report.sentences.data_state import data_claims
from dxkit.report.sentences.headlines import headlines, standing
from dxkit.report.sentences.next_steps import next_steps
from dxkit.report.sentences.ranking_and_rewards import ranking_rules
from dxkit.report.sentences.situation import changes, level, levels, strengths
from dxkit.report.sentences.situation import standing as situation
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import Writer
from tests.analysis.several_periods import analysed
from tests.analysis.test_results import analyse, full, observe
from tests.oracles.compare import PageProof
from tests.oracles.names_in_sentences import NamesInSentences
from tests.oracles.page_tree import read_page
from tests.oracles.proved import proved_fact
from tests.oracles.second_path import made_again
from tests.oracles.superlatives import Superlatives


def view_of(analysis: Analysis, code: str) -> View:
    return View(analysis, analysis.units.get(code))


def written(analysis: Analysis, claims: Iterable[Claim], language: str = "vi") -> list[str]:
    writer = Writer(analysis.campaign, analysis.units, load_language(language))
    return [writer.plain(claim) for claim in claims]


def prove(analysis: Analysis, code: str, claims: Iterable[Claim]) -> None:
    """Facts, condition, superlatives and names of each sentence, made again by the second path."""
    previous = analysis.previous.received if analysis.previous else None
    again = made_again(analysis.campaign, analysis.received, previous)
    names = NamesInSentences(PageProof("", code, "vi", read_page("<html></html>"), again))
    for claim in claims:
        keys = {name: fact.key for name, fact in claim.facts}
        facts = {name: proved_fact(again, key) for name, key in keys.items()}
        for name, fact in claim.facts:
            made = facts[name].value
            assert made == pytest.approx(fact.value, abs=1e-12), (claim.message, name)
        assert SENTENCES[claim.message].when(facts, 1), claim.message
        assert Superlatives(again).hold(claim.message, keys), claim.message
        for name, references in claim.references:
            if f"{{{name}}}" in load_language("vi").template(f"claim.{claim.message}"):
                named = {reference.id for reference in references}
                assert names.expected(claim.message, name, keys, named) == named, claim.message


def idle(code: str, rows: list[Observation], *measures: str) -> list[Observation]:
    """The same figures, but nothing of these measures arose."""
    kept = [o for o in rows if o.measure not in measures]
    return kept + [observe(code, m, None, Flag.NOT_APPLICABLE) for m in measures]


DOSSIERS = ("dossiers", "dossiers_online")


def three(campaign: Campaign, without_dossiers: str) -> Analysis:
    """Three communes, each worse than the one before on dossiers, skills, app and cashless, alike
    on the rest; in one of them no dossier arose, so that two are ranked on dossiers.
    """
    rows: list[Observation] = []
    for code, share in (("31318", 1.0), ("31321", 0.8), ("31324", 0.6)):
        own = full(code, share)
        rows += idle(code, own, *DOSSIERS) if code == without_dossiers else own
    ranking = dataclasses.replace(campaign.ranking, least_denominator=10)  # ten farms each
    return analyse(dataclasses.replace(campaign, ranking=ranking), *rows)


def test_each_criterion_has_its_own_number_of_ranked_units(haugiang: Campaign) -> None:
    analysis = three(haugiang, without_dossiers="31324")
    first = list(strengths(view_of(analysis, "31318")))
    assert written(analysis, first) == [
        "Theo từng tiêu chí, xếp hạng cao nhất: 1/2 (hồ sơ trực tuyến) và 1/3 (kỹ năng số, ứng "
        "dụng HauGiang, thanh toán không tiền mặt, sàn thương mại điện tử và mô hình, sáng kiến)."
    ]
    assert written(analysis, first, "en")[0].startswith(
        "By criterion, its best ranks are 1 of 2 (online applications) and 1 of 3 ("
    )
    # second of two is the last place: neither a best one nor left out of the lowest
    second = list(strengths(view_of(analysis, "31321")))
    assert written(analysis, second) == [
        "Theo từng tiêu chí, xếp hạng cao nhất: 1/3 (sàn thương mại điện tử và mô hình, sáng "
        "kiến).",
        "Xếp hạng thấp nhất: 2/2 (hồ sơ trực tuyến).",
    ]
    for code, claims in (("31318", first), ("31321", second)):
        prove(analysis, code, claims)


def test_no_last_place_is_left_out(haugiang: Campaign) -> None:
    analysis = three(haugiang, without_dossiers="31318")
    claims = list(strengths(view_of(analysis, "31324")))
    assert written(analysis, claims)[1] == (
        "Xếp hạng thấp nhất: 2/2 (hồ sơ trực tuyến) và 3/3 (kỹ năng số, ứng dụng HauGiang và "
        "thanh toán không tiền mặt)."
    )
    assert written(analysis, claims, "en")[1].startswith(
        "Its lowest ranks are 2 of 2 (online applications) and 3 of 3 ("
    )
    prove(analysis, "31324", claims)
    # the proof refuses the sentence that leaves the first of them out
    _, worst = claims
    keys = {name: fact.key for name, fact in worst.facts}
    alone = {"rank_1": keys["rank_2"], "ranked_1": keys["ranked_2"]}
    again = made_again(analysis.campaign, analysis.received, None)
    assert Superlatives(again).hold("strength_worst_2", keys)
    assert not Superlatives(again).hold("strength_worst_1", alone)


def before_and_now(campaign: Campaign, before: dict[str, float], now: dict[str, float]) -> Analysis:
    """Two quarters of the communes of one district, each with its share of all targets."""
    units = campaign.units.on(campaign.period("2022-Q3").last_day)
    rows = [o for code, share in before.items() for o in full(code, share)]
    hamlets = analyse(campaign, *rows).units.at_level("hamlet")
    months = {"2022-Q4": "2022-Q3", "2022-10": "2022-07"}
    earlier = tuple(dataclasses.replace(o, period=months[o.period]) for o in rows)
    received = Received(IndicatorTable("2022-Q3", earlier), units.with_units(hamlets))
    present = analyse(campaign, *(o for code, share in now.items() for o in full(code, share)))
    return analyse_period(present.campaign, present.received, received)


def test_a_change_of_place_is_told_among_the_same_units_only(haugiang: Campaign) -> None:
    before = {"31318": 0.4, "31321": 0.6, "31324": 0.8}

    def told(now: dict[str, float], language: str) -> str:
        analysis = before_and_now(haugiang, before, now)
        claim = standing(view_of(analysis, "31318"))
        assert claim is not None
        prove(analysis, "31318", [claim])
        return written(analysis, [claim], language)[0]

    # third of three, then first of the same three: two places gained
    same = {"31318": 0.9, "31321": 0.6, "31324": 0.8}
    assert "xếp thứ 1/3" in told(same, "vi")
    assert "tăng 2 bậc so với quý III/2022" in told(same, "vi")
    # third of three, then second of two: the two above may only have sent nothing
    fewer = {"31318": 0.3, "31321": 0.6}
    assert told(fewer, "vi").endswith("xếp loại Yếu.")
    assert "xếp thứ 2/2" in told(fewer, "vi")
    assert "place" not in told(fewer, "en")
    # as many, but another one: the place is the same and yet nothing is the same about it
    other = {"31318": 0.4, "31321": 0.6, "31333": 0.8}
    assert "xếp thứ 3/3" in told(other, "vi")
    assert "thứ hạng" not in told(other, "vi")
    # alone: first of one is no place kept
    assert "giữ nguyên" not in told({"31318": 0.4}, "vi")


def test_a_place_that_cannot_be_compared_says_so_in_the_league(haugiang: Campaign) -> None:
    before = {"31318": 0.4, "31321": 0.6, "31324": 0.5}
    analysis = before_and_now(haugiang, before, {"31318": 0.4, "31321": 0.6})
    change = analysis.scorecard("31318").fact("total", "rank_change")
    assert load_language("vi").number(change) == "không so sánh được"
    assert load_language("en").number(change) == "not comparable"


def shares(campaign: Campaign, direction: int, *skilled: int) -> Analysis:
    """Communes of 100 households each, so many of them skilled; the target is 90 %."""
    indicators = tuple(
        dataclasses.replace(i, direction=direction) if i.id == "digital_skills" else i
        for i in campaign.indicators
    )
    rows = []
    for code, number in zip(("31318", "31321"), skilled, strict=True):
        rows += [o for o in full(code, 1.0) if o.measure != "households_digital_skills"]
        rows.append(observe(f"{code}-a", "households_digital_skills", number))
    return analyse(dataclasses.replace(campaign, indicators=indicators), *rows)


def test_a_distance_to_the_target_is_no_target(haugiang: Campaign) -> None:
    skills = haugiang.indicator("digital_skills")
    analysis = shares(haugiang, 1, 95, 80)
    claim = level(view_of(analysis, "31318"), skills)
    assert written(analysis, [claim])[0].endswith(
        "đạt 95,0% (95/100 hộ), cao hơn chỉ tiêu (90%) 5,0 điểm phần trăm."
    )
    rows = [o for o in full("31318", 1.0) if o.measure != "initiatives_effective"]
    many = analyse(haugiang, *rows, observe("31318", "initiatives_effective", 8))
    count = level(view_of(many, "930"), haugiang.indicator("initiatives"))
    assert "là 8 mô hình, vượt 7 mô hình so với chỉ tiêu (1 mô hình)." in written(many, [count])[0]
    assert "8, above the target of 1 by 7." in written(many, [count], "en")[0]
    prove(many, "930", [count])


def test_where_less_is_better_a_value_is_not_above_what_it_keeps_below(haugiang: Campaign) -> None:
    analysis = shares(haugiang, -1, 80, 95)
    skills = analysis.campaign.indicator("digital_skills")
    for code, vi, en in (
        ("31318", "đạt chỉ tiêu: thấp hơn mức tối đa (90%) 10,0 điểm phần trăm.", "below the"),
        ("31321", "chưa đạt chỉ tiêu: cao hơn mức tối đa (90%) 5,0 điểm phần trăm.", "above the"),
    ):
        claim = level(view_of(analysis, code), skills)
        assert written(analysis, [claim])[0].endswith(vi)
        assert en in written(analysis, [claim], "en")[0]


def test_a_difference_of_nought_is_no_excess(haugiang: Campaign) -> None:
    exact = analyse(haugiang, *full("31318", 1.0))  # 90, 80, 80 of 100 and 50 of 100: the targets
    claim = targets_claim(view_of(exact, "31318"))
    assert claim is not None
    assert written(exact, [claim])[0].endswith(
        "sát chỉ tiêu nhất là hồ sơ trực tuyến, kỹ năng số, ứng dụng HauGiang và thanh toán không "
        "tiền mặt, đúng bằng chỉ tiêu."
    )
    assert written(exact, [claim], "en")[0].endswith("cashless payment, exactly at it.")
    rows = [o for o in full("31318", 1.1) if o.measure not in DOSSIERS]
    rows += [observe("31318", "dossiers", 10_000), observe("31318", "dossiers_online", 5_001)]
    close = analyse(haugiang, *rows)  # 50,01 % of 50 %: above, and 0,0 when it is written
    claim = targets_claim(view_of(close, "31318"))
    assert claim is not None
    assert written(close, [claim])[0].endswith("hồ sơ trực tuyến, ngang chỉ tiêu khi làm tròn.")
    assert written(close, [claim], "en")[0].endswith(
        "online applications, level with it as rounded."
    )
    prove(close, "31318", [claim])


def movement(analysis: Analysis, code: str) -> list[Claim]:
    return [c for group in levels(view_of(analysis, code)) for c in group
            if c.message.startswith("movement_")]  # fmt: skip


QUARTERS = ("2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4")


def quarters(
    campaign: Campaign, *initiatives: int | None, without: str = ""
) -> tuple[Analysis, list[Received]]:
    """Four quarters of one commune, each with so many initiatives, None where it told no number;
    of one ``without`` files nothing is at hand. With what was received of each.
    """
    first = campaign.period("2022-Q3")
    early = [
        dataclasses.replace(first, id=name, first_day=day, last_day=day, parts=())
        for name, day in zip(
            QUARTERS, (datetime.date(2022, 3, 1), datetime.date(2022, 6, 1)), strict=False
        )
    ]
    longer = dataclasses.replace(campaign, periods=(*early, *campaign.periods))
    received = []
    for name, number in zip(QUARTERS, initiatives, strict=True):
        rows = [o for o in full("31318", 0.5) if o.measure != "initiatives_effective"]
        flag = Flag.NOT_REPORTED if number is None else None
        rows.append(observe("31318", "initiatives_effective", number, flag))
        own = analyse(longer, *rows)
        told = tuple(
            dataclasses.replace(o, period=name if o.period == "2022-Q4" else o.period)
            for o in own.received.table.observations
        )
        received.append(dataclasses.replace(own.received, table=IndicatorTable(name, told)))
    there = [one for one in received if one.table.period != without]
    return analysed(own.campaign, *there), there


def prove_all(campaign: Campaign, received: list[Received], claims: list[Claim]) -> None:
    """The number of each claim, added up again from all periods that are there."""
    again = made_again(campaign, *received[::-1])
    for claim in claims:
        for _, fact in claim.facts:
            assert again.number(fact.key) == fact.value, fact


@pytest.mark.parametrize(
    ("initiatives", "without", "told"),
    [
        ((6, 8, 8, 8), "", "Lũy kế từ đầu đợt có 30 mô hình, đạt chỉ tiêu 2 mô hình"),
        ((0, 0, 1, 0), "", "Lũy kế từ đầu đợt mới có 1 mô hình, chưa đạt chỉ tiêu 2 mô hình"),
        ((2, 0, 0, 0), "", "Lũy kế từ đầu đợt có 2 mô hình, đạt chỉ tiêu 2 mô hình"),
        ((0, 0, 0, 0), "", "Từ đầu đợt đến nay chưa có mô hình nào, chưa đạt chỉ tiêu 2 mô hình"),
        ((6, None, 8, 8), "", "Chưa đủ số liệu các kỳ trước để tính lũy kế mô hình"),
        ((6, 8, 8, 8), "2022-Q2", "Chưa đủ số liệu các kỳ trước để tính lũy kế mô hình"),
        ((6, 8, 8, 8), "2022-Q3", "Chưa đủ số liệu các kỳ trước để tính lũy kế mô hình"),
    ],
)
def test_the_sum_over_the_movement_is_of_all_its_periods(
    haugiang: Campaign, initiatives: tuple[int | None, ...], without: str, told: str
) -> None:
    analysis, received = quarters(haugiang, *initiatives, without=without)
    claims = movement(analysis, "31318")
    ending = " so với chỉ tiêu 2 mô hình" if "Chưa đủ" in told else ""
    assert written(analysis, claims) == [f"{told}{ending} của cả đợt thi đua."]
    prove_all(analysis.campaign, received, claims)
    (claim,) = claims
    (total,) = [fact for name, fact in claim.facts if name == "movement_value"]
    files = {key.period for key in total.inputs}
    assert files == (set(QUARTERS) if "Chưa đủ" not in told or None in initiatives else set())


def test_nought_is_told_in_words(haugiang: Campaign) -> None:
    rows = [o for o in full("31318", 0.5) if o.measure != "initiatives_effective"]
    none = observe("31318", "initiatives_effective", 0)
    before = analyse(haugiang, *rows, none).received
    earlier = tuple(
        dataclasses.replace(o, period={"2022-Q4": "2022-Q3", "2022-10": "2022-07"}[o.period])
        for o in before.table.observations
    )
    previous = dataclasses.replace(before, table=IndicatorTable("2022-Q3", earlier))
    analysis = analyse_period(haugiang, before, previous)
    claims = movement(analysis, "31318")
    assert written(analysis, claims) == [
        "Từ đầu đợt đến nay chưa có mô hình nào, chưa đạt chỉ tiêu 2 mô hình của cả đợt thi đua."
    ]
    assert written(analysis, claims, "en")[0].startswith("Since the movement began there are no")
    prove(analysis, "31318", claims)


def headline(analysis: Analysis, code: str) -> Claim:
    claims = headlines(view_of(analysis, code))
    return next(c for c in claims if c.message.startswith("headline_targets"))


def test_what_does_not_arise_is_not_called_without_figures(haugiang: Campaign) -> None:
    analysis = analyse(haugiang, *idle("31318", full("31318", 1.0), *DOSSIERS))
    claim = headline(analysis, "31318")
    assert written(analysis, [claim]) == [
        "Hoàn thành 4/4 chỉ tiêu có số liệu (trong 5 chỉ tiêu); không phát sinh hoặc không có đối "
        "tượng để tính: hồ sơ trực tuyến."
    ]
    assert "no figures" not in written(analysis, [claim], "en")[0]
    lacking = [
        dataclasses.replace(o, value=None, flag=Flag.REJECTED)
        if o.measure == "households_app" else o
        for o in idle("31318", full("31318", 1.0), *DOSSIERS)
    ]  # fmt: skip
    both = analyse(haugiang, *lacking, *full("31321", 1.0))
    assert written(both, [headline(both, "31318")])[0].endswith(
        "chưa có số liệu về: ứng dụng HauGiang; không phát sinh hoặc không có đối tượng để tính: "
        "hồ sơ trực tuyến."
    )
    # the first sentence says what is lacking, which the dossiers are not
    first = standing(view_of(both, "31318"))
    assert first is not None
    assert "hồ sơ" not in written(both, [first])[0]
    prove(analysis, "31318", [claim])
    prove(both, "31318", [headline(both, "31318"), first])


def communes(campaign: Campaign, number: int) -> Analysis:
    """So many of the nine communes of 930 have reached all targets; the others have sent the
    number of their initiatives only.
    """
    analysis = analyse(campaign, *full("31318", 1.0))
    codes = [unit.code for unit in analysis.units.children("930")]
    assert len(codes) == 9
    rows = [o for code in codes[:number] for o in full(code, 1.0)]
    rows += [observe(code, "initiatives_effective", 1) for code in codes[number:]]
    return analyse(campaign, *rows)


def test_a_verdict_on_the_whole_says_on_how_many_it_rests(haugiang: Campaign) -> None:
    most = communes(haugiang, 8)
    claim = headline(most, "930")
    assert written(most, [claim])[0].startswith(
        "Tính trên số liệu của 8/9 xã, phường, thị trấn (ở tiêu chí thiếu nhiều nhất), hoàn thành "
        "cả 5 chỉ tiêu có số liệu: hồ sơ trực tuyến"
    )
    assert written(most, [claim], "en")[0].startswith("On the figures of 8 of 9 communes (")
    few = communes(haugiang, 1)
    withheld = headline(few, "930")
    assert written(few, [withheld]) == [
        "Chưa kết luận về các chỉ tiêu của thành phố Vị Thanh: ở tiêu chí thiếu nhiều nhất, mới có "
        "số liệu của 1/9 xã, phường, thị trấn."
    ]
    assert "reached" not in written(few, [withheld], "en")[0]
    all_ = communes(haugiang, 9)
    assert written(all_, [headline(all_, "930")])[0].startswith("Hoàn thành cả 5 chỉ tiêu: ")
    for analysis in (most, few, all_):
        prove(analysis, "930", [headline(analysis, "930")])
    # nor is the whole said to reach its targets anywhere else
    view = view_of(few, "930")
    steps = [claim for group in next_steps(view) for claim in group]
    assert [claim.message for claim in steps] == ["next_open"]
    assert "mới có số liệu của 1/9 đơn vị trực thuộc" in written(few, steps)[0]
    assert "only 1 of 9 units below" in written(few, steps, "en")[0]
    assert not [c for c in causes(view) if c.message in ("below_whole_met", "below_nothing")]
    prove(few, "930", steps)
    # the proof refuses the verdict without the number of those it rests on
    again = made_again(haugiang, few.received, None)
    kinds = ("targets", "targets_known", "targets_met")
    bare = {kind: FactKey("2022-Q4", "930", "total", kind) for kind in kinds}
    assert not Superlatives(again).hold("headline_targets_all", bare)
    assert not Superlatives(again).hold("below_whole_met", bare)
    assert Superlatives(made_again(haugiang, most.received, None)).hold("below_whole_met", bare)


def test_nothing_arises_of_what_is_counted_once_and_stays(haugiang: Campaign) -> None:
    farms = ("farm_households", "farm_households_ecommerce")
    rows = [o for o in full("31318", 1.0) if o.measure not in farms]
    rows += [observe("31318-a", measure, 0) for measure in farms]
    for extra in (rows, idle("31318-a", rows, *farms)):  # noughts, or dashes
        analysis = analyse(haugiang, *extra, *full("31321", 1.0))
        own = level(view_of(analysis, "31318"), haugiang.indicator("ecommerce_farms"))
        assert written(analysis, [own])[0].endswith(
            "Phường I không có hộ sản xuất nông nghiệp nên không tính."
        )
        above = [c for c in causes(view_of(analysis, "930")) if c.message == "below_none_there"]
        assert written(analysis, above) == [
            "Không tính Phường I về sàn thương mại điện tử vì không có hộ sản xuất nông nghiệp."
        ]
        assert "because there are no farm households" in written(analysis, above, "en")[0]
        prove(analysis, "31318", [own])
        prove(analysis, "930", above)
    # of what is counted anew in each period it is said as before
    dossiers = analyse(haugiang, *idle("31318", full("31318", 1.0), *DOSSIERS))
    claim = level(view_of(dossiers, "31318"), haugiang.indicator("online_dossiers"))
    assert "không phát sinh" in written(dossiers, [claim])[0]


def awards(analysis: Analysis, code: str) -> list[Claim]:
    return [c for c in headlines(view_of(analysis, code)) if c.message.startswith("headline_award")]


def test_a_unit_that_is_proposed_for_a_reward_says_so_and_why(haugiang: Campaign) -> None:
    """Of the communes of a district one is rewarded, with half of the points at least."""
    analysis = analyse(haugiang, *full("31318", 1.0), *full("31321", 0.6))
    claims = awards(analysis, "31318")
    assert written(analysis, claims) == [
        "Phường I có tên trong danh sách “Đề nghị khen thưởng”: xếp thứ 1/2, nằm trong số lượng "
        "đề nghị (1 đơn vị) và đủ điều kiện quy định."
    ]
    assert written(analysis, claims, "en") == [
        "Ward I is on the list “Proposed for reward”: it ranks 1 of 2, is within the quota of 1 "
        "and meets the conditions."
    ]
    assert [c.message for c in headlines(view_of(analysis, "31318"))][1] == "headline_award"
    prove(analysis, "31318", claims)
    assert written(analysis, awards(analysis, "31321")) == [
        "Phường III là đơn vị kế tiếp (dự bị) của danh sách “Đề nghị khen thưởng”: xếp thứ 2/2, đủ "
        "điều kiện quy định nhưng các đơn vị xếp trên đã đủ số lượng đề nghị (1 đơn vị)."
    ]
    prove(analysis, "31321", awards(analysis, "31321"))
    # of one behind the next one nothing is said, nor of a next one with too few points
    more = analyse(haugiang, *full("31318", 1.0), *full("31321", 0.6), *full("31324", 0.55))
    assert awards(more, "31324") == []
    assert awards(analyse(haugiang, *full("31318", 1.0), *full("31321", 0.3)), "31321") == []
    # the first with too few points is on no list either
    low = analyse(haugiang, *full("31318", 0.3), *full("31321", 0.2))
    assert awards(low, "31318") == []
    # two alike at the edge of the quota: both, and that is the reason
    tied = analyse(haugiang, *full("31318", 1.0), *full("31321", 1.0))
    edge = "đồng hạng ở mức cuối của số lượng đề nghị (1 đơn vị)"
    assert edge in written(tied, awards(tied, "31321"))[0]
    prove(tied, "31321", awards(tied, "31321"))


def test_a_reward_for_progress_tells_the_place_in_progress(haugiang: Campaign) -> None:
    rewards = tuple(
        dataclasses.replace(r, by="progress", minimum_share=0.0) for r in haugiang.rewards
    )
    campaign = dataclasses.replace(haugiang, rewards=rewards)
    before, now = {"31318": 0.9, "31321": 0.2}, {"31318": 1.0, "31321": 0.6}
    analysis = before_and_now(campaign, before, now)
    claims = awards(analysis, "31321")
    assert "đứng thứ 1/2 về mức tiến bộ" in written(analysis, claims)[0]
    assert "it ranks 1 of 2 in progress" in written(analysis, claims, "en")[0]
    assert "dự bị" in written(analysis, awards(analysis, "31318"))[0]
    assert "next in reserve" in written(analysis, awards(analysis, "31318"), "en")[0]
    prove(analysis, "31318", awards(analysis, "31318"))
    prove(analysis, "31321", claims)


@pytest.mark.parametrize(
    ("direction", "part", "vi", "en"),
    [
        # 50,005 % and 49,995 % against 50 %: one decimal would write both as 50,0 %
        (1, 5001, "đạt 50,0% (5.001/10.001 hộ), đạt chỉ tiêu 50%", "reaching the target of 50%"),
        (
            1,
            5000,
            "đạt 49,995% (5.000/10.001 hộ), chưa đạt chỉ tiêu 50%, còn thiếu 0,005 điểm",
            "is 49.995% (5,000 of 10,001 households), below the target of 50% by 0.005",
        ),
        (-1, 5000, "đạt 50,0% (5.000/10.001 hộ), đạt chỉ tiêu 50%", "reaching the target of 50%"),
        (
            -1,
            5001,
            "là 50,005% (5.001/10.001 hộ), chưa đạt chỉ tiêu: cao hơn mức tối đa (50%) 0,005",
            "missing the target: above the ceiling of 50% by 0.005",
        ),
    ],
)
def test_a_target_that_is_missed_is_seen_to_be_missed(
    haugiang: Campaign, direction: int, part: int, vi: str, en: str
) -> None:
    indicators = tuple(
        dataclasses.replace(i, direction=direction) if i.id == "app_installed" else i
        for i in haugiang.indicators
    )
    targets = tuple(
        dataclasses.replace(t, value=0.5) if t.indicator == "app_installed" else t
        for t in haugiang.targets
    )
    campaign = dataclasses.replace(haugiang, indicators=indicators, targets=targets)
    rows = [
        observe("31318-a", "households", 10001),
        observe("31318-a", "households_app", part),
    ]
    analysis = analyse(campaign, *rows)
    indicator = campaign.indicator("app_installed")
    view = view_of(analysis, "31318")
    claim = level(view, indicator)
    assert view.is_met(indicator) is ((part > 5000) is (direction > 0))
    assert vi in written(analysis, [claim])[0]
    assert en in written(analysis, [claim], "en")[0]
    again = made_again(campaign, analysis.received, None)
    facts = {name: proved_fact(again, fact.key) for name, fact in claim.facts}
    assert SENTENCES[claim.message].when(facts, direction)


def test_a_count_missed_by_a_fraction_has_its_sentence(haugiang: Campaign) -> None:
    targets = tuple(
        dataclasses.replace(t, value=1.4) if t.indicator == "initiatives" else t
        for t in haugiang.targets
    )
    campaign = dataclasses.replace(haugiang, targets=targets)
    analysis = analyse(campaign, *full("31318", 1.0))
    claim = level(view_of(analysis, "31318"), campaign.indicator("initiatives"))
    assert written(analysis, [claim])[0].endswith(
        "là 1 mô hình, chưa đạt chỉ tiêu 1,4 mô hình, còn thiếu 0,4 mô hình."
    )


def test_there_is_none_of_what_stays_and_nothing_arises_of_what_flows(
    periods: dict[str, OpenPeriod],
) -> None:
    """Ấp 4 of Kinh Cùng has no farm household; at Xà Phiên no application arose."""
    for code, word in (("31393-ap-4", "không có đối tượng"), ("31495", "không phát sinh")):
        table = Report(periods["2022-Q4"], code, "vi").indicators().html.striptags()
        assert word in table
        assert ("không phát sinh" in table) is (word == "không phát sinh")


def test_whole_months_beside_a_quarter_of_other_days_are_told(
    periods: dict[str, OpenPeriod],
) -> None:
    opened = periods["2022-Q4"]
    said = "còn kỳ báo cáo tính từ ngày 15/9/2022 đến ngày 14/12/2022."
    assert said in Report(opened, "930", "vi").months_chart().html.striptags()
    assert "runs from 15 September 2022 to 14 December 2022" in (
        Report(opened, "930", "en").months_chart().html.striptags()
    )
    for first, last, whole in (
        ((2022, 10, 1), (2022, 12, 31), True),
        ((2023, 1, 1), (2023, 2, 28), True),
        ((2024, 1, 1), (2024, 2, 28), False),  # a leap year's February has one day more
        ((2022, 10, 2), (2022, 12, 31), False),
        ((2022, 10, 1), (2022, 12, 30), False),
    ):
        days = {"first_day": datetime.date(*first), "last_day": datetime.date(*last)}
        analysis = copy.copy(opened.analysis)
        analysis.period = dataclasses.replace(opened.analysis.period, **days)
        other = dataclasses.replace(opened, analysis=analysis)
        section = Report(other, "930", "vi").months_chart().html.striptags()
        assert ("trọn từng tháng" not in section) is whole, (first, last)


def coverage(analysis: Analysis, language: str = "vi") -> list[str]:
    groups = levels(view_of(analysis, "930"))
    told = [c for group in groups for c in group if c.message == "level_coverage"]
    prove(analysis, "930", told)
    return written(analysis, told, language)


def test_each_result_of_fewer_than_half_says_of_how_many_it_is(haugiang: Campaign) -> None:
    """Four of nine communes sent their households, all of them their initiatives."""
    few = communes(haugiang, 4)
    assert (
        coverage(few)
        == [
            "Số liệu này mới của 4/9 xã, phường, thị trấn, chưa đại diện cho cả thành phố Vị Thanh."
        ]
        * 5
    )  # of six criteria
    assert coverage(few, "en")[0].startswith("This rests on the figures of 4 of 9 communes only")
    assert coverage(communes(haugiang, 5)) == []
    assert coverage(communes(haugiang, 9)) == []


def test_nothing_is_said_to_have_risen_on_the_figures_of_a_few(haugiang: Campaign) -> None:
    codes = [unit.code for unit in analyse(haugiang, *full("31318", 1.0)).units.children("930")]
    before = dict.fromkeys(codes, 0.5)
    for number, risen in ((4, False), (5, True)):
        now = dict.fromkeys(codes[:number], 0.9)
        claims = headlines(view_of(before_and_now(haugiang, before, now), "930"))
        assert any(c.message == "headline_growth" for c in claims) is risen


def test_the_furthest_below_is_not_one_as_far_above(haugiang: Campaign) -> None:
    """Of 100 households 60 where the three others have 50, and 40 where they have 50."""
    rows = []
    for code, skilled, app in (
        ("31318", 60, 40), ("31321", 50, 50), ("31324", 50, 50), ("31333", 50, 50),
    ):  # fmt: skip
        told = {"households_digital_skills": skilled, "households_app": app}
        rows += [o for o in full(code, 1.0) if o.measure not in told]
        rows += [observe(f"{code}-a", measure, number) for measure, number in told.items()]
    analysis = analyse(haugiang, *rows)
    claims = [c for c in situation(view_of(analysis, "31318")) if c.message.startswith("group_")]
    (said,) = written(analysis, claims, "en")
    assert "(digital skills" not in said
    assert "lower by 10.0 percentage points on HauGiang App" in said
    prove(analysis, "31318", claims)


def steps_of(analysis: Analysis, code: str, subject: str, language: str = "vi") -> list[str]:
    """What to do about one criterion."""
    groups = [g for g in next_steps(view_of(analysis, code)) if g[0].facts[0][1].key[2] == subject]
    prove(analysis, code, [claim for group in groups for claim in group])
    return [line for group in groups for line in written(analysis, group, language)]


def dossiers(campaign: Campaign, arisen: int, online: int, **scoring: Any) -> Analysis:
    """A commune with so many applications, scored in this way; all else is reached."""
    indicators = tuple(
        dataclasses.replace(i, **scoring) if i.id == "online_dossiers" else i
        for i in campaign.indicators
    )
    rows = [o for o in full("31318", 1.0) if o.measure not in DOSSIERS]
    rows += [observe("31318", "dossiers", arisen), observe("31318", "dossiers_online", online)]
    return analyse(dataclasses.replace(campaign, indicators=indicators), *rows)


def test_what_reaching_a_target_brings_is_what_is_left_to_earn(haugiang: Campaign) -> None:
    """178 of 419 are 42.48 % of the 50 % that stand for 20 points: 16.99 are earned, 3.01 left."""
    near = dossiers(haugiang, 419, 178)
    assert steps_of(near, "31318", "online_dossiers")[:2] == [
        "Về hồ sơ trực tuyến, còn thiếu 32 hồ sơ để đạt 50%.",
        "Đạt chỉ tiêu thì tiêu chí này được thêm 3,01 điểm.",
    ]
    assert "would bring 3.01 more points" in steps_of(near, "31318", "online_dossiers", "en")[1]


@pytest.mark.parametrize(
    ("arisen", "online", "scoring", "told"),
    [
        (419, 209, {}, "0,05"),  # one application lacking: 0.5 / 209.5 of 20 points
        (100_000, 49_990, {}, None),  # 0.004 points, written 0,00
        (100, 50, {}, None),  # reached
        (100, 40, {"scoring": "ratio_to_target_uncapped"}, "4,00"),
        (100, 40, {"scoring": "share"}, "2,00"),  # 8 points at 40 %, 10 at 50 %
        (100, 40, {"scoring": "goalposts", "parameters": {"low": 0.3, "high": 0.4}}, None),
        (100, 40, {"scoring": "steps", "parameters": {"from_1": 0.5, "share_1": 1.0}}, "20,00"),
        (100, 40, {"scoring": "min_max"}, None),  # goes by the others
        (100, 40, {"scoring": "none"}, None),
    ],
)
def test_no_more_points_are_promised_than_the_rule_gives_at_the_target(
    haugiang: Campaign, arisen: int, online: int, scoring: dict[str, Any], told: str | None
) -> None:
    said = steps_of(dossiers(haugiang, arisen, online, **scoring), "31318", "online_dossiers")
    promised = [line for line in said if "được thêm" in line]
    assert promised == (
        [] if told is None else [f"Đạt chỉ tiêu thì tiêu chí này được thêm {told} điểm."]
    )


def test_where_the_next_target_is_higher_that_of_this_period_is_told_apart(
    haugiang: Campaign,
) -> None:
    """50 % in this period, 60 % in one to come: 42 of 100 lack 18 to the second, 8 to the first."""
    now = haugiang.period("2022-Q4")
    days = {"first_day": datetime.date(2022, 12, 15), "last_day": datetime.date(2023, 3, 14)}
    coming = dataclasses.replace(now, id="2023-Q1", parts=(), **days)
    first = haugiang.target("online_dossiers", "commune", "2022-Q4")
    assert first is not None
    higher = dataclasses.replace(first, value=0.6, period="2023-Q1")
    campaign = dataclasses.replace(
        haugiang, periods=(*haugiang.periods, coming), targets=(*haugiang.targets, higher),
    )  # fmt: skip
    said = steps_of(dossiers(campaign, 100, 42), "31318", "online_dossiers")
    assert said[:3] == [
        "Về hồ sơ trực tuyến, còn thiếu 18 hồ sơ để đạt 60%.",
        "Chỉ tiêu kỳ này là 50%; chỉ tiêu kỳ tới là 60%.",
        "Riêng chỉ tiêu kỳ này còn thiếu 8 hồ sơ; nếu đạt thì tiêu chí này được thêm 3,20 điểm.",
    ]
    # this period's is reached, the next one's is not: no points of this period are left
    assert not any("được thêm" in s for s in steps_of(
        dossiers(campaign, 100, 55), "31318", "online_dossiers"))  # fmt: skip


# further variants of each kind -------------------------------------------------------------------


def test_no_rank_among_one_is_told_by_criterion(haugiang: Campaign) -> None:
    """Dossiers arose in one commune of three, or in two and the asked one is not of them."""
    for without, asked in ((("31321", "31324"), "31318"), (("31318",), "31318")):
        rows: list[Observation] = []
        for code, share in (("31318", 1.0), ("31321", 0.8), ("31324", 0.6)):
            own = full(code, share)
            rows += idle(code, own, *DOSSIERS) if code in without else own
        analysis = analyse(haugiang, *rows)
        claims = list(strengths(view_of(analysis, asked)))
        assert not any("hồ sơ trực tuyến" in line for line in written(analysis, claims))
        assert not any("1/1" in line for line in written(analysis, claims))
        prove(analysis, asked, claims)


def test_equal_units_have_one_rank_on_all_criteria(haugiang: Campaign) -> None:
    rows = [o for code in ("31318", "31321", "31324") for o in full(code, 0.7)]
    analysis = analyse(haugiang, *rows)
    claims = list(strengths(view_of(analysis, "31321")))
    assert written(analysis, claims) == ["Các tiêu chí của Phường III có cùng thứ hạng 1/3."]
    prove(analysis, "31321", claims)


@pytest.mark.parametrize(
    ("skilled", "of", "told"),
    [
        (7_995, 10_000, "đạt 79,95% (7.995/10.000 hộ), chưa đạt chỉ tiêu 80%, còn thiếu 0,05 điểm"),
        (
            79_999,
            100_000,
            "đạt 79,999% (79.999/100.000 hộ), chưa đạt chỉ tiêu 80%, còn thiếu 0,001",
        ),
        (8_000, 10_000, "đạt 80,0% (8.000/10.000 hộ), đạt chỉ tiêu 80%."),
        (8_001, 10_000, "đạt 80,0% (8.001/10.000 hộ), cao hơn chỉ tiêu (80%) 0,0"),
        (0, 10_000, "đạt 0,0% (0/10.000 hộ), chưa đạt chỉ tiêu 80%, còn thiếu 80,0 điểm"),
    ],
)
def test_the_decimals_that_decide_are_shown(
    haugiang: Campaign, skilled: int, of: int, told: str
) -> None:
    rows = [o for o in full("31318", 1.0) if not o.measure.startswith("households")]
    for measure in ("households_digital_skills", "households_cashless"):
        rows.append(observe("31318-a", measure, of))
    rows += [observe("31318-a", "households", of), observe("31318-a", "households_app", skilled)]
    analysis = analyse(haugiang, *rows)
    app = haugiang.indicator("app_installed")
    claim = level(view_of(analysis, "31318"), app)
    if skilled == 8_001:  # a difference that shows as nought is no excess
        assert "0,0 điểm" not in written(analysis, [claim])[0]
    else:
        assert told in written(analysis, [claim])[0]
    prove(analysis, "31318", [claim])


def test_three_others_are_three_that_have_figures(haugiang: Campaign) -> None:
    """Of three others one had no dossiers: on these alone nothing is compared."""
    rows: list[Observation] = []
    for code in ("31318", "31321", "31324", "31333"):
        own = full(code, 0.5 if code == "31318" else 1.0)
        rows += idle(code, own, *DOSSIERS) if code == "31333" else own
    analysis = analyse(haugiang, *rows)
    claims = [c for c in situation(view_of(analysis, "31318")) if c.message.startswith("group_")]
    (said,) = written(analysis, claims)
    assert "thấp hơn" in said
    assert "hồ sơ trực tuyến" not in said
    assert analysis.facts.find("31318", "online_dossiers", "group_value") is None
    prove(analysis, "31318", claims)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({"31318": 0.8, "31321": 0.6}, {"31318": 0.8, "31321": 0.6}, "giữ nguyên thứ hạng"),
        ({"31318": 0.6, "31321": 0.8}, {"31318": 0.7, "31321": 0.7}, "tăng 1 bậc"),  # now a tie
        ({"31321": 0.8, "31324": 0.6}, {"31318": 0.9, "31321": 0.6}, ""),  # for the first time
        ({"31318": 0.8, "31321": 0.6}, {"31318": 0.8, "31321": 0.9, "31324": 0.9}, ""),
    ],
)
def test_ranks_of_both_times_are_compared_among_the_same_only(
    haugiang: Campaign, before: dict[str, float], now: dict[str, float], told: str
) -> None:
    analysis = before_and_now(haugiang, before, now)
    claim = standing(view_of(analysis, "31318"))
    assert claim is not None
    (said,) = written(analysis, [claim])
    assert told in said
    assert told or not re.search("bậc|giữ nguyên", said)
    prove(analysis, "31318", [claim])


def test_none_there_none_arose_and_not_told_are_three_things(haugiang: Campaign) -> None:
    """No farm household at all; no dossier; the skilled not told; no initiative."""
    rows = idle("31318", full("31318", 1.0), *DOSSIERS)
    changed = {"farm_households": 0, "farm_households_ecommerce": 0, "initiatives_effective": 0}
    rows = [
        dataclasses.replace(o, value=changed[o.measure]) if o.measure in changed else o
        for o in rows if o.measure != "households_digital_skills"
    ]  # fmt: skip
    analysis = analyse(haugiang, *rows)
    groups = [g[0] for g in levels(view_of(analysis, "31318"))]
    said = dict(zip((i.id for i in haugiang.indicators), written(analysis, groups), strict=True))
    assert "không có hộ sản xuất nông nghiệp nên không tính" in said["ecommerce_farms"]
    assert "không phát sinh nên không tính" in said["online_dossiers"]
    assert "trong kỳ chưa có mô hình nào, chưa đạt chỉ tiêu 1 mô hình" in said["initiatives"]
    assert "chưa có số liệu" in said["digital_skills"]
    prove(analysis, "31318", groups)


# verdicts, ranks and rules that said another thing than the figures -------------------------------


def with_analysis(opened: OpenPeriod, analysis: Analysis) -> OpenPeriod:
    return dataclasses.replace(opened, analysis=analysis)


def verdicts(opened: OpenPeriod, analysis: Analysis, code: str, language: str = "vi") -> list[str]:
    table = str(Report(with_analysis(opened, analysis), code, language).indicators().html)
    return re.findall(r'data-said="met/[^"]*">(?:<[^>]*>[^<]*</[^>]*>)?\s*([^<]*)<', table)


def test_a_verdict_is_of_the_whole_and_of_what_arose(
    haugiang: Campaign, periods: dict[str, OpenPeriod]
) -> None:
    """Four of nine communes reach all: of the city nothing is judged but the initiatives, which all
    have told, and nothing is compared; with five it is. Where nothing arose nothing lacks.
    """
    opened = periods["2022-Q4"]
    few, most = communes(haugiang, 4), communes(haugiang, 5)
    said = [text.split()[-1] for text in verdicts(opened, few, "930")]
    assert said == ["luận"] * 4 + ["tiêu", "Đạt"]
    assert [text.split()[-1] for text in verdicts(opened, few, "930", "en")].count("judged") == 4
    assert [text.split()[-1] for text in verdicts(opened, most, "930")].count("Đạt") == 5
    told = {c.message for c in situation(view_of(few, "930"))}
    assert not any(message.startswith(("group_", "type_", "strength")) for message in told)
    table = Report(with_analysis(opened, few), "930", "vi").indicators().html
    assert "<rect" in table
    assert "<circle" not in table  # no dot of another unit
    assert "group_value" not in table
    idle_one = three(haugiang, without_dossiers="31324")
    assert "Không tính" in verdicts(opened, idle_one, "31324")[0]
    assert "Not counted" in verdicts(opened, idle_one, "31324", "en")[0]
    silent = analyse(haugiang, *(o for o in full("31318", 1.0) if o.measure not in DOSSIERS))
    assert "Chưa có số liệu" in verdicts(opened, silent, "31318")[0]


def test_who_has_figures_is_not_said_to_have_none_to_be_ranked_on(haugiang: Campaign) -> None:
    """One commune that is ranked with nobody; three whose shares are of ten households each."""
    alone = analyse(haugiang, *full("31318", 1.0), strict=True)
    tiny = dataclasses.replace(haugiang.ranking, least_denominator=2_000)
    rows = [o for code in ("31318", "31321") for o in full(code, 0.7)]
    small = analyse(dataclasses.replace(haugiang, ranking=tiny), *rows)
    for analysis in (alone, small):
        said = written(analysis, situation(view_of(analysis, "31318")))
        assert not any("có số liệu để xếp hạng" in text for text in said)
    (claim,) = strengths(view_of(alone, "31318"))
    assert written(alone, [claim]) == ["Phường I chưa được xếp hạng ở tiêu chí nào."]
    assert written(alone, [claim], "en") == ["Ward I is not ranked on any criterion."]


def test_who_says_that_nothing_arose_has_reported(haugiang: Campaign) -> None:
    """A ward that says so of everything is not ranked, and yet not silent; nor is one of its wards'
    sole criterion with a rank alike on all of them.
    """
    shares = ("households", "households_digital_skills", "households_app", "households_cashless",
              "farm_households", "farm_households_ecommerce")  # fmt: skip
    rows = [observe("31318-a", measure, None, Flag.NOT_APPLICABLE) for measure in shares]
    rows += [observe("31318", measure, None, Flag.NOT_APPLICABLE) for measure in DOSSIERS]
    idle_one = [*rows, observe("31318", "initiatives_effective", None, Flag.NOT_APPLICABLE)]
    others = [o for code in ("31321", "31324") for o in full(code, 0.7)]
    analysis = analyse(haugiang, *idle_one, *others)
    claim = standing(view_of(analysis, "31318"))
    assert claim is not None
    assert written(analysis, [claim]) == [
        "Phường I không được xếp hạng trong quý IV/2022 vì không phát sinh hoặc không có đối tượng "
        "để tính ở tiêu chí nào."
    ]
    said = list(data_claims(view_of(analysis, "31318")))
    assert written(analysis, said)[0] == "Đã nhận đủ báo cáo của 1 ấp, khu vực."
    assert list(next_steps(view_of(analysis, "31318"))) == []
    assert "6/9" in written(analysis, data_claims(view_of(analysis, "930")))[0]
    prove(analysis, "31318", [claim, *said])
    one = analyse(haugiang, *rows, observe("31318", "initiatives_effective", 0), *others)
    only = list(strengths(view_of(one, "31318")))
    assert written(one, only) == ["Xếp hạng thấp nhất: 3/3 (mô hình, sáng kiến)."]
    prove(one, "31318", only)


def scored_by(campaign: Campaign, scoring: str) -> Campaign:
    indicators = tuple(dataclasses.replace(i, scoring=scoring) for i in campaign.indicators)
    return dataclasses.replace(campaign, indicators=indicators)


def test_who_has_figures_without_points_has_reported(haugiang: Campaign) -> None:
    """Points between the worst and the best of units that are all alike; points by targets that the
    plan does not set; and who lacks a figure beside them.
    """
    rows = [o for code in ("31318", "31321", "31324") for o in full(code, 0.5)]
    some = [o for o in rows if (o.unit_code, o.measure) != ("31318", "dossiers_online")]
    alike, without = scored_by(haugiang, "min_max"), scored_by(haugiang, "ratio_to_target")
    without = dataclasses.replace(without, targets=())
    for campaign, observations, reason, words in (
        (alike, rows, "not_scored", "vì các số liệu hiện có chưa tính được điểm."),
        (alike, some, "incomplete", "hồ sơ thủ tục hành chính nộp trực tuyến"),
        (without, rows, "no_targets", "kế hoạch chưa đặt đủ chỉ tiêu"),
        (without, some, "no_targets", "kế hoạch chưa đặt đủ chỉ tiêu"),
    ):
        analysis = analyse(campaign, *observations)
        again = made_again(campaign, analysis.received, None)
        assert analysis.results.totals["31318"].missing == reason == again.total("31318")[2]
        claim = standing(view_of(analysis, "31318"))
        assert claim is not None
        assert words in written(analysis, [claim])[0]
        told = written(analysis, data_claims(view_of(analysis, "930")))
        assert told[0].startswith("6/9 xã, phường, thị trấn chưa gửi báo cáo"), told
        prove(analysis, "31318", [claim])


def test_of_a_sole_unit_below_nothing_is_the_most(
    haugiang: Campaign, periods: dict[str, OpenPeriod]
) -> None:
    """One hamlet of a ward: neither a sentence nor a chart says where most is lacking."""
    opened = periods["2022-Q4"]
    rows = full("31318", 0.5)
    two = [o if o.unit_code != "31318-a" else dataclasses.replace(o, unit_code="31318-b")
           for o in full("31318", 0.4) if o.unit_code == "31318-a"]  # fmt: skip
    for told, more in ((False, []), (True, two)):
        analysis = analyse(haugiang, *rows, *more, *full("31321", 0.7))
        said = [c for group in next_steps(view_of(analysis, "31318")) for c in group]
        assert any("nhiều nhất ở" in text for text in written(analysis, said)) is told
        chart = Report(with_analysis(opened, analysis), "31318", "vi").gap_chart().html
        assert bool(chart) is told
        prove(analysis, "31318", said)


def test_ties_are_decided_before_ranks_are_shared(
    haugiang: Campaign, periods: dict[str, OpenPeriod]
) -> None:
    """And by no criterion that is not measured at the level ranked: hamlets have no dossiers."""
    analysis = periods["2022-Q4"].analysis
    district = written(analysis, ranking_rules(view_of(analysis, "93")))[:2]
    assert district == [
        "Trường hợp bằng điểm, xét lần lượt: tỷ lệ hồ sơ thủ tục hành chính nộp trực tuyến và tỷ "
        "lệ hộ gia đình có kỹ năng số.",
        "Nếu vẫn bằng nhau thì xếp đồng hạng (một, hai, hai, bốn).",
    ]
    commune = written(analysis, ranking_rules(view_of(analysis, "31420")), "en")[:2]
    assert commune == [
        "Equal points are decided, in this order, by: the share of households with digital skills.",
        "Units that are still equal share a rank (one, two, two, four).",
    ]
    plain = dataclasses.replace(haugiang.ranking, tie_break=(), method="dense")
    other = analyse(dataclasses.replace(haugiang, ranking=plain), *full("31318", 1.0))
    assert written(other, ranking_rules(view_of(other, "930")))[0] == (
        "Đơn vị bằng điểm được xếp đồng hạng (một, hai, hai, ba)."
    )


def test_a_sentence_behind_a_semicolon_begins_small(haugiang: Campaign) -> None:
    """Two communes told an initiative each; now one does, as before."""
    analysis = before_and_now(haugiang, {"31318": 1.0, "31321": 1.0}, {"31318": 1.0})
    writer = Writer(haugiang, analysis.units, load_language("vi"))
    text = str(writer.paragraph(changes(view_of(analysis, "930"))).striptags())
    assert "; mô hình, sáng kiến ở các nơi có số liệu cả hai kỳ không thay đổi" in text
    assert not re.search(r"; [A-ZĐ](?![A-Z])", text.replace("; HauGiang", ""))


def test_who_is_a_little_behind_drags_nothing(haugiang: Campaign) -> None:
    """Two wards of a hundred households: 50 and 46 of them are 52 and 48 in a hundred, 50 and 44
    are 53 and 47; the part of the second is a twentieth less than half only then.
    """
    for behind, told in ((46, False), (44, True)):
        rows = [
            o if o.measure != "households_cashless" else observe(o.unit_code, o.measure, number)
            for code, number in (("31318", 50), ("31321", behind))
            for o in full(code, 1.0)
        ]
        analysis = analyse(haugiang, *rows)
        said = [c for c in causes(view_of(analysis, "930")) if c.message == "below_drag"]
        assert bool(said) is told, behind
