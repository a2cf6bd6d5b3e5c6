"""Cases of scoring, placing and rewarding worked by hand on a field of a few communes.

``full(code, 1.0)`` has 95 points: 20 + 20 + 20 + 20 of the four targets, 5 of the farm households
(half of 10), 10 of the one initiative. At a share of 0.5 the first four are halves: 55 points.
"""

from __future__ import annotations

import dataclasses
import math

import pytest

from dxkit.analysis.assembly import analyse_period
from dxkit.analysis.rules import Candidate, decide, ranks_of
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, Observation
from dxkit.model.rules import RewardRule
from dxkit.period import OpenPeriod
from dxkit.report.sentences.ranking_and_rewards import list_certainty
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import Writer
from dxkit.verify.kinds import list_trials
from tests.analysis.test_results import analyse, full, observe
from tests.oracles.second_path import made_again

A, B, C, D = "31318", "31321", "31324", "31327"


def scored(campaign: Campaign, indicator: str, scoring: str, **parameters: float) -> Campaign:
    indicators = tuple(
        dataclasses.replace(i, scoring=scoring, parameters=parameters) if i.id == indicator else i
        for i in campaign.indicators
    )
    return dataclasses.replace(campaign, indicators=indicators)


def changed(rows: list[Observation], **values: int) -> list[Observation]:
    return [
        dataclasses.replace(o, value=values[o.measure]) if o.measure in values else o for o in rows
    ]


@pytest.mark.parametrize(
    ("scoring", "parameters", "points"),
    [
        # the farm households are 5 of 10: A 50 %, B 20 %, C 80 %; ten points
        ("share", {}, {A: 5.0, B: 2.0, C: 8.0}),
        ("count", {"full": 1.0}, {A: 5.0, B: 2.0, C: 8.0}),
        ("steps", {"from_1": 0.8, "share_1": 1.0, "from_2": 0.5, "share_2": 0.5},
         {A: 5.0, B: 0.0, C: 10.0}),
        ("min_max", {}, {A: 5.0, B: 0.0, C: 10.0}),  # from the least, 20 %, to the most, 80 %
        ("goalposts", {"low": 0.0, "high": 0.5}, {A: 10.0, B: 4.0, C: 10.0}),
    ],
)  # fmt: skip
def test_the_points_of_three_communes(
    scoring: str, parameters: dict[str, float], points: dict[str, float], haugiang: Campaign
) -> None:
    campaign = scored(haugiang, "ecommerce_farms", scoring, **parameters)
    rows = [
        *full(A, 1.0),
        *changed(full(B, 1.0), farm_households_ecommerce=2),
        *changed(full(C, 1.0), farm_households_ecommerce=8),
    ]
    results = analyse(campaign, *rows).results
    for code, expected in points.items():
        assert results.by_indicator[code, "ecommerce_farms"].points == pytest.approx(expected)
        assert results.totals[code].points == pytest.approx(90 + expected)


def test_what_has_no_rule_for_the_case_leaves_the_scale(haugiang: Campaign) -> None:
    """All alike, there is no place between the worst and the best: 90 of 90 points are 100."""
    campaign = scored(haugiang, "ecommerce_farms", "min_max")
    totals = analyse(campaign, *full(A, 1.0), *full(B, 1.0)).results.totals
    assert totals[A].points == pytest.approx(100)
    assert totals[A].covered == pytest.approx(0.9)
    without = scored(haugiang, "ecommerce_farms", "none")
    totals = analyse(without, *full(A, 0.5)).results.totals
    assert totals[A].points == pytest.approx(50 / 90 * 100)  # 40 and 10 of 80 and 10


@pytest.mark.parametrize(
    ("flag", "missing", "points"),
    [
        (Flag.NOT_APPLICABLE, "", 75 / 80 * 100),
        (Flag.NO_DATA, "incomplete", None),
        (Flag.REJECTED, "incomplete", None),
        (Flag.NOT_REPORTED, "incomplete", None),
    ],
)
def test_missing_and_not_applicable_are_two_things(
    flag: Flag, missing: str, points: float | None, haugiang: Campaign
) -> None:
    rows = [
        dataclasses.replace(o, value=None, flag=flag) if o.measure.startswith("dossiers") else o
        for o in full(A, 1.0)
    ]
    total = analyse(haugiang, *rows, *full(B, 0.5)).results.totals[A]
    assert total.points == (None if points is None else pytest.approx(points))
    assert total.missing == missing
    assert (total.rank is None) is bool(missing)


def test_whoever_lacks_the_number_that_decides_comes_last_of_the_tied() -> None:
    assert ranks_of({"a": (90, -math.inf), "b": (90, 0.1), "c": (90, 0.1)}) == {
        "b": 1,
        "c": 1,
        "a": 3,
    }


def test_four_tied_across_three_rules(haugiang: Campaign) -> None:
    """A leads; B, C, D have the same points. The tie-break gives B the second place by its online
    dossiers; C and D stay tied.
    """
    rows = [*full(A, 1.0), *changed(full(B, 0.5), dossiers_online=26)]
    rows += [*full(C, 0.5), *full(D, 0.5)]
    capped = scored(haugiang, "online_dossiers", "steps", from_1=0.25, share_1=0.5)
    totals = analyse(capped, *rows).results.totals
    assert [totals[c].rank for c in (A, B, C, D)] == [1, 2, 3, 3]
    assert [totals[c].sharing for c in (A, B, C, D)] == [1, 1, 2, 2]
    dense = dataclasses.replace(capped.ranking, method="dense", tie_break=())
    totals = analyse(dataclasses.replace(capped, ranking=dense), *rows).results.totals
    assert [totals[c].rank for c in (A, B, C, D)] == [1, 2, 2, 2]
    assert totals[B].sharing == 3


EDGES = [
    # quota, ties, minimum targets → on the list; places 1, 2, 2, 4 with 5, 3, 4, 5 targets met
    (1, "all", 0, {"a"}),
    (2, "all", 0, {"a", "b", "c"}),
    (2, "none", 0, {"a"}),
    (3, "none", 0, {"a", "b", "c"}),
    (2, "all", 4, {"a", "c"}),  # b fails the condition: the tie is no tie any more
    (2, "none", 4, {"a", "c"}),
    (3, "all", 4, {"a", "c", "d"}),
    (0, "all", 0, set()),
]


@pytest.mark.parametrize(("quota", "ties", "least", "listed"), EDGES)
def test_the_edge_of_a_quota(quota: int, ties: str, least: int, listed: set[str]) -> None:
    rule = RewardRule("flag", "commune", quota, 0.5, {}, "", True, ties=ties, minimum_targets=least)
    field = [Candidate("a", 1, 0.9, 5), Candidate("b", 2, 0.8, 3), Candidate("c", 2, 0.8, 4),
             Candidate("d", 4, 0.7, 5)]  # fmt: skip
    assert {d.unit_code for d in decide(rule, field, set()) if d.awarded} == listed


def test_two_rewards_by_points_and_by_progress(
    haugiang: Campaign, periods: dict[str, OpenPeriod]
) -> None:
    """The first goes by points, the second by progress since the quarter before."""
    opened = periods["2022-Q4"]
    rules = tuple(
        RewardRule(name, "district", 1, 0.5, {}, "", True, by=by)
        for name, by in (("best", "points"), ("riser", "progress"))
    )
    campaign = dataclasses.replace(haugiang, rewards=rules)
    previous = opened.analysis.previous
    assert previous is not None
    analysis = analyse_period(campaign, opened.received, previous.received)
    totals, progress = analysis.results.totals, analysis.results.progress
    assert [c for c in totals if totals[c].award == "best"] == ["932"]
    gained = sorted(progress.values(), key=lambda p: p.rank)
    assert [c for c in totals if totals[c].award == "riser"] == [gained[0].unit_code] == ["930"]
    again = made_again(campaign, opened.received, previous.received)
    proved = again.decisions("93")
    for rule in rules:
        decided = analysis.results.decisions["district", "93", rule.id]
        assert {d.unit_code: (d.awarded, d.reason) for d in decided} == proved[rule.id]


def test_a_unit_has_one_award_and_the_next_rule_passes_it_over(haugiang: Campaign) -> None:
    """Both rules go by points and have one place: the second goes to the second."""
    rules = tuple(RewardRule(name, "commune", 1, 0.1, {}, "", True) for name in ("first", "next"))
    campaign = dataclasses.replace(haugiang, rewards=rules)
    rows = [*full(A, 1.0), *full(B, 0.5), *full(C, 0.4)]
    totals = analyse(campaign, *rows).results.totals
    assert [totals[code].award for code in (A, B, C)] == ["first", "next", ""]


def test_a_single_cell_that_decides_is_named_where_the_list_is_signed(haugiang: Campaign) -> None:
    """B is ahead of A by a second hamlet whose figure somebody should look at; without it, A is."""
    rows = [
        *changed(full(A, 1.0), dossiers_online=25),
        *changed(full(B, 1.0), households_app=30),
        observe(f"{B}-b", "households", 100),
        observe(f"{B}-b", "households_digital_skills", 90),
        observe(f"{B}-b", "farm_households", 0),
        observe(f"{B}-b", "farm_households_ecommerce", 0),
        observe(f"{B}-b", "households_cashless", 80),
        observe(f"{B}-b", "households_app", 100),
    ]
    place = CellRef("a.xlsx", "S", "G7")
    rows[-1] = dataclasses.replace(rows[-1], address=place)
    finding = Finding("value_approximate", place, f"{B}-b")
    opened = analyse(haugiang, *rows)
    received = dataclasses.replace(opened.received, findings=(finding,))
    analysis = analyse_period(opened.campaign, received)
    view = View(analysis, analysis.units.get("930"))
    writer = Writer(haugiang, analysis.units, load_language("vi"))
    said = [writer.plain(claim) for claim in list_certainty(view)]
    assert said[1:] == [
        "Các phép thử làm thay đổi danh sách (1 trong 8): bỏ tiêu chí hồ sơ trực tuyến.",
        "Đã thử bỏ riêng từng ô cần xác minh (1 ô): có 1 ô làm thay đổi danh sách, cần kiểm tra "
        "trước khi trình ký.",
        "Nếu không tính ô 2022-Q4/a.xlsx › S: G7, Phường I vào danh sách thay cho Phường III.",
    ]
    trials = list_trials(made_again(opened.campaign, received, None), "930")
    assert trials.deciding == {place: ({A}, {B})}
