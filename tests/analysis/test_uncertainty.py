"""How sure a place is, on a group of three worked by hand."""

from __future__ import annotations

import dataclasses
import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.assembly import analyse_period
from dxkit.analysis.outcomes import Certainty
from dxkit.analysis.robustness import Trials, above_and_equal, certainty, value_without
from dxkit.analysis.rules import ranks_of
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Observation
from dxkit.model.rules import RewardRule
from dxkit.report.sentences.ranking_and_rewards import list_certainty
from dxkit.report.sentences.situation import certainty as certainty_claims
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import Writer
from dxkit.verify.kinds import tiers, trials
from tests.analysis.test_results import analyse, full, observe
from tests.oracles.second_path import made_again


def changed(rows: list[Observation], **values: int) -> list[Observation]:
    return [
        dataclasses.replace(o, value=values[o.measure]) if o.measure in values else o for o in rows
    ]


def is_sure(found: Certainty) -> bool:
    """Whether no trial changes any award."""
    changing = found.tied + found.draws_changing + found.corners_changing
    return not (changing or found.ways_changing or found.deciding_cells)


def three(campaign: Campaign, *more: Observation) -> Analysis:
    """A and B have 85 points each, A by the app, B by the dossiers; C has 55."""
    a = changed(full("31318", 1.0), dossiers_online=25)
    b = changed(full("31321", 1.0), households_app=40)
    ranking = dataclasses.replace(campaign.ranking, tie_break=())
    plain = dataclasses.replace(campaign, ranking=ranking)
    return analyse(plain, *a, *b, *full("31324", 0.5), *more)


def test_points_that_rest_on_one_indicator_are_not_sure(haugiang: Campaign) -> None:
    analysis = three(haugiang)
    totals = analysis.results.totals
    assert [totals[c].rank for c in ("31318", "31321", "31324")] == [1, 1, 3]
    found = analysis.certainty_of(analysis.units.get("31318"))
    by = found.ranges["31318"].by
    assert by["indicators"] == (1, 2)  # without the app B leads, without the dossiers A
    assert by["weights"] == (1, 2)
    assert by["cells"] == (1, 2)  # equal as it is: either may be first
    assert by["rounding"] == (1, 2)
    assert by["methods"] == (1, 2)  # both have one half and else all
    assert found.ranges["31324"].best == found.ranges["31324"].worst == 3
    assert not is_sure(found)


def test_how_often_a_unit_is_rewarded_is_counted_over_the_declared_draws(
    haugiang: Campaign,
) -> None:
    found = three(haugiang)
    sure = found.certainty_of(found.units.get("31318")).ranges
    rule = haugiang.uncertainty
    draws = np.random.default_rng(rule.seed).uniform(
        1 - rule.weight_band, 1 + rule.weight_band, (rule.draws, 6)
    )
    # A leads exactly when the app (third) weighs more than the dossiers (first)
    leads = sum(draw[2] > draw[0] for draw in draws.tolist()) / rule.draws
    assert sure["31318"].award_draws == pytest.approx(leads)
    assert sure["31321"].award_draws == pytest.approx(1 - leads)
    assert 0.4 < leads < 0.6
    assert sure["31324"].award_draws == 0


def test_the_same_seed_gives_the_same_ranges(haugiang: Campaign) -> None:
    units = [three(haugiang) for _ in range(2)]
    assert units[0].certainty_of(units[0].units.get("31318")) == units[1].certainty_of(
        units[1].units.get("31318")
    )


def test_the_one_doubtful_cell_that_decides_an_award_is_named(haugiang: Campaign) -> None:
    # A and C as above; B better than A by a second hamlet whose app figure is doubtful
    doubtful = observe("31321-b", "households_app", 100)
    rows = [
        *changed(full("31318", 1.0), dossiers_online=25),
        *changed(full("31321", 1.0), households_app=30),
        observe("31321-b", "households", 100),
        observe("31321-b", "households_digital_skills", 90),
        observe("31321-b", "households_cashless", 80),
        observe("31321-b", "farm_households", 0),
        observe("31321-b", "farm_households_ecommerce", 0),
        doubtful,
    ]
    analysis = analyse(haugiang, *rows)
    totals = analysis.results.totals
    # B: (30+100)/200 = 65 % of 80 % gives 16,25; A half of the dossiers gives 10
    assert totals["31321"].points == pytest.approx(75 + 16.25)
    assert totals["31321"].award == "commune"
    found = certainty(
        analysis.results, "commune", "930", haugiang.uncertainty, frozenset({doubtful.address})
    )
    # without the cell: 30 of 100 gives 7,5, less than A
    assert found.doubtful_cells == 1
    (cell,) = found.deciding_cells
    assert (cell.cell, cell.gains, cell.loses) == (doubtful.address, ("31318",), ("31321",))
    assert found.ranges["31321"].by["cells"] == (1, 2)
    assert not is_sure(found)


def test_a_cell_is_left_out_with_what_stands_beside_it(haugiang: Campaign) -> None:
    analysis = analyse(
        haugiang,
        observe("31318-a", "households", 100),
        observe("31318-a", "households_app", 10),
        observe("31318-b", "households", 300),
        observe("31318-b", "households_app", 270),
    )
    result = analysis.results.by_indicator["31318", "app_installed"]
    part, whole = (CellRef("a.xlsx", "S", f"{m}31318-b") for m in ("households_app", "households"))
    assert value_without(result, [part]) == value_without(result, [whole]) == 10 / 100
    assert value_without(result, []) == 280 / 400
    everything = [o.address for o in result.measured.value.observations]
    assert value_without(result, everything) is None


def test_warnings_make_cells_doubtful(haugiang: Campaign) -> None:
    analysis = three(haugiang)
    place = CellRef("a.xlsx", "S", "households_app31318-a")
    finding = Finding("value_approximate", place, "31318")
    received = dataclasses.replace(analysis.received, findings=(finding,))
    again = analyse_period(analysis.campaign, received)
    assert again.received.doubtful_cells == {place}
    assert again.scorecard("31318").fact("total", "cells_doubtful").value == 1
    assert again.certainty_of(again.units.get("31318")).doubtful_cells == 1
    # the app left out, A has 65 of 80 points, B 85 of 100: A falls behind
    assert again.certainty_of(again.units.get("31318")).ranges["31318"].by["cells"] == (1, 2)


def test_a_group_without_anyone_ranked_has_no_ranges(haugiang: Campaign) -> None:
    analysis = analyse(haugiang)
    assert analysis.certainty_of(analysis.units.get("31318")).ranges == {}


@pytest.mark.parametrize("entries", [0, 1, 2, 9, 32, 33, 60])
def test_rows_of_any_length_are_compared_entry_by_entry(entries: int) -> None:
    keys = np.random.default_rng(entries).integers(-(10**17), 10**17, (7, entries))
    keys[1:5] %= 4  # many are equal
    keys[6, ::2] = np.iinfo(np.int64).min
    above, equal = above_and_equal(keys)
    for row, greater, same in zip(keys.tolist(), above.tolist(), equal.tolist(), strict=True):
        assert greater == [sum(other > key for other in row) for key in row]
        assert same == [row.count(key) for key in row]
    assert above.dtype == equal.dtype == np.int64


@pytest.mark.parametrize("method", ["competition", "dense"])
def test_the_matrix_places_agree_with_the_plain_ones(haugiang: Campaign, method: str) -> None:
    """Those who are equal stand either way: at the first of their ranks, and at the last."""
    ranking = dataclasses.replace(haugiang.ranking, method=method, tie_break=())
    campaign = dataclasses.replace(haugiang, ranking=ranking)
    codes = sorted(COMMUNES)
    trials = Trials(analyse(campaign, *(o for c in codes for o in full(c, 0.5))).results,
                    "commune", "930")  # fmt: skip
    generator = np.random.default_rng(7)
    for row in generator.integers(0, 6, size=(50, len(codes))):
        best, worst = trials.ranks(row[None, :])
        first = ranks_of({str(i): (int(v),) for i, v in enumerate(row)}, method)
        shared = [list(first.values()).count(own) if method == "competition" else 1
                  for own in first.values()]  # fmt: skip
        assert {str(i): int(b) for i, b in enumerate(best)} == first
        assert dict(
            zip(first, (worst - best + 1)[[int(i) for i in first]].tolist(), strict=True)
        ) == dict(zip(first, shared, strict=True))


COMMUNES = ("31318", "31321", "31324", "31327", "31330", "31333", "31336", "31338", "31339")
WHOLES = {"digital_skills": 90, "app_installed": 80, "cashless": 80, "online_dossiers": 50}


def random_campaign(
    haugiang: Campaign, seed: int, draws: int = 1
) -> tuple[Analysis, dict[str, list[Fraction]]]:
    """A campaign of 3 to 9 communes with weights, results and a quota drawn by the seed, and the
    share of each indicator's points that each commune earns, in the campaign's order. Half of the
    campaigns know few different results, so that there are ties.
    """
    draw = random.Random(seed)
    given = [draw.choice((5, 10, 12.5, 20, 40)) for _ in haugiang.indicators]
    indicators = tuple(dataclasses.replace(i, max_points=points)
                       for i, points in zip(haugiang.indicators, given, strict=True))  # fmt: skip
    rule = dataclasses.replace(haugiang.uncertainty, weight_band=draw.choice((0.05, 0.2, 0.5)),
                               draws=draws)  # fmt: skip
    quota = draw.randint(1, 3)
    rewards = tuple(dataclasses.replace(r, quota=quota, minimum_share=draw.choice((0, 0.5)),
                                        ties=draw.choice(("all", "none")))
                    for r in haugiang.rewards)  # fmt: skip
    campaign = dataclasses.replace(
        haugiang, indicators=indicators, uncertainty=rule, rewards=rewards,
        scoring=dataclasses.replace(haugiang.scoring, total_points=sum(given)),
        ranking=dataclasses.replace(haugiang.ranking, tie_break=(), tiers=True),
    )  # fmt: skip
    steps = draw.choice((2, 40))
    rows, shares = [], {}
    for code in COMMUNES[: draw.randint(3, 9)]:
        part = {name: Fraction(draw.randint(0, steps), steps) for name in WHOLES}
        counts = {name: int(part[name] * whole) for name, whole in WHOLES.items()}
        farms, made = draw.randint(0, 10), draw.randint(0, 1)
        rows += changed(
            full(code, 1), households_digital_skills=counts["digital_skills"],
            households_app=counts["app_installed"], households_cashless=counts["cashless"],
            dossiers_online=counts["online_dossiers"], farm_households_ecommerce=farms,
            initiatives_effective=made,
        )  # fmt: skip
        earned = {name: Fraction(counts[name], whole) for name, whole in WHOLES.items()}
        earned |= {"ecommerce_farms": Fraction(farms, 10), "initiatives": Fraction(made)}
        shares[code] = [earned[i.id] for i in indicators]
    return analyse(campaign, *rows), shares


def plain_list(rule: RewardRule, most: Fraction, points: dict[str, Fraction]) -> set[str]:
    """Who is on the list: while the quota lasts, those who are equal together or not at all."""
    able = {c: p for c, p in points.items() if p >= Fraction(rule.minimum_share) * most}
    found = set()
    for code, own in able.items():
        above = sum(other > own for other in able.values())
        equal = sum(other == own for other in able.values())
        if above + equal <= rule.quota or (above < rule.quota and rule.ties == "all"):
            found.add(code)
    return found


def is_open(rule: RewardRule, most: Fraction, points: dict[str, Fraction]) -> bool:
    """Whether those who are equal cross the edge of the quota."""
    able = [p for p in points.values() if p >= Fraction(rule.minimum_share) * most]
    return any(sum(o > p for o in able) < rule.quota < sum(o >= p for o in able) for p in able)


def plain_tiers(rankings: list[dict[str, Fraction]]) -> dict[str, int]:
    """By what tiers are for: the first so many, few as they may be, that stand before all others by
    whatever points, are the first tier; and so on.
    """
    found: dict[str, int] = {}
    order = sorted(rankings[0], key=lambda code: rankings[0][code], reverse=True)
    start = 0
    for end in range(1, len(order) + 1):
        upper, lower = order[start:end], order[end:]
        if all(p[u] > p[v] for p in rankings for u in upper for v in lower):
            found |= dict.fromkeys(upper, 1 + max(found.values(), default=0))
            start = end
    return found


def test_ranges_and_lists_equal_brute_force_over_the_vertices(
    haugiang: Campaign, pytestconfig: pytest.Config
) -> None:
    """120 campaigns, by default every tenth."""
    for seed in range(0, 120, 1 if pytestconfig.getoption("--full") else 10):
        compare_with_brute_force(seed, haugiang)


def test_draws_go_to_both_sides_of_a_weight_and_are_counted_alike_by_the_proof(
    haugiang: Campaign,
) -> None:
    """The same seed gives the same draws, so that each unit is listed as often."""
    moved = 0
    for seed in range(6):
        analysis, shares = random_campaign(haugiang, seed, draws=200)
        again = trials(made_again(analysis.campaign, analysis.received, None), COMMUNES[0])
        found = analysis.certainty_of(analysis.units.get(COMMUNES[0]))
        listed = {code: round(200 * r.award_draws) for code, r in found.ranges.items()}
        assert listed == {code: again.listed[code] for code in shares}
        moved += any(0 < number < 200 for number in listed.values())
    assert moved


def compare_with_brute_force(seed: int, haugiang: Campaign) -> None:
    """All 64 combinations of weights at their ends, in fractions and loops; and the proof alike."""
    analysis, shares = random_campaign(haugiang, seed)
    campaign, rule = analysis.campaign, analysis.campaign.uncertainty
    reward = next(r for r in campaign.rewards if r.level == "commune")
    weights = [Fraction(i.max_points) for i in campaign.indicators]
    band, most = Fraction(str(rule.weight_band)), Fraction(campaign.scoring.total_points)

    def points_by(weights: list[Fraction]) -> dict[str, Fraction]:
        return {c: most * sum(w * s for w, s in zip(weights, own, strict=True)) / sum(weights)
                for c, own in shares.items()}  # fmt: skip

    base = points_by(weights)
    drawn = np.random.default_rng(rule.seed).uniform(1 - rule.weight_band, 1 + rule.weight_band, 6)
    tries = [base, points_by([w * Fraction(f) for w, f in zip(weights, drawn, strict=True)])]
    signs = itertools.product((1 - band, 1 + band), repeat=6)
    corners = [points_by([w * f for w, f in zip(weights, s, strict=True)]) for s in signs]
    expected = {
        code: (min(1 + sum(o > p[code] for o in p.values()) for p in (*tries, *corners)),
               max(sum(o >= p[code] for o in p.values()) for p in (*tries, *corners)))
        for code in shares
    }  # fmt: skip
    usual = plain_list(reward, most, base)
    changed_by = sum(plain_list(reward, most, p) != usual or is_open(reward, most, p)
                     for p in corners)  # fmt: skip
    found = analysis.certainty_of(analysis.units.get(COMMUNES[0]))
    assert {code: (r.best, r.worst) for code, r in found.ranges.items()} == expected
    assert (found.corners, found.corners_changing) == (64, changed_by)
    assert bool(found.tied) == is_open(reward, most, base)
    if changed_by:
        assert not is_sure(found)
    recount = made_again(campaign, analysis.received, None)
    in_tiers = plain_tiers([*tries, *corners])
    assert {code: analysis.results.totals[code].tier for code in shares} == in_tiers
    assert tiers(recount, COMMUNES[0]) == in_tiers
    again = trials(recount, COMMUNES[0])
    assert again.by["weights"] == expected
    assert sum(again.changed["corner"]) == changed_by
    assert [way for way, other in again.ways.items() if other] == list(found.ways_changing)
    for code, sure in found.ranges.items():
        assert again.ends(code, by_weights=False) == (sure.trial_best, sure.trial_worst)
        assert again.outside(code) == set(sure.outside)


def test_all_equal_may_have_any_rank_and_leave_the_list_open(haugiang: Campaign) -> None:
    """Nine alike for one reward: first to ninth in every trial, whatever breaks ties."""
    analysis = analyse(haugiang, *(o for code in COMMUNES for o in full(code, 0.5)))
    found = analysis.certainty_of(analysis.units.get(COMMUNES[0]))
    assert {(r.best, r.worst) for r in found.ranges.values()} == {(1, 9)}
    assert (found.tied, found.draws_changing, found.corners_changing) == (9, 2000, 64)
    assert len(found.ways_changing) == found.ways == 8  # six criteria, two other means
    view = View(analysis, analysis.units.get("930"))
    said = [claim.message for claim in list_certainty(view)]
    assert said == ["list_tied", "list_ways_changing", "list_cells_absent"]


def test_ties_are_not_broken_by_the_criterion_that_is_left_out(haugiang: Campaign) -> None:
    """A and B are equal, and A has more dossiers online than the target asks: that breaks the tie,
    except where dossiers are left out.
    """
    a = changed(full("31318", 1.0), dossiers_online=60)
    analysis = analyse(haugiang, *a, *full("31321", 1.0), *full("31324", 0.5))
    found = analysis.certainty_of(analysis.units.get("31318"))
    assert found.ranges["31318"].by["weights"] == (1, 1)
    assert found.ranges["31318"].by["indicators"] == (1, 2)
    assert found.ranges["31318"].outside == ("without/online_dossiers", "rounding")
    assert found.ways_changing == ("without/online_dossiers",)


@pytest.mark.parametrize(("by", "first"), [("", "31318"), ("geometric", "31321"),
                                           ("ranks", "31318")])  # fmt: skip
def test_other_means_by_hand(by: str, first: str, haugiang: Campaign) -> None:
    """A is at the target of three criteria and has a tenth of a fourth: 20 × 3 + 2 + 5 + 10 = 77 of
    100; B has 0.75 of each: 60 + 15 = 75. Multiplied, with the same 0.5 of farms and the same
    initiative, A has 0.1^0.2 = 0.63 and B 0.75^0.8 = 0.79. By ranks A is first three times of four.
    """
    a = changed(full("31318", 1.0), households_app=8)
    b = changed(full("31321", 1.0), households_digital_skills=68, households_app=60,
                households_cashless=60, dossiers_online=38)  # fmt: skip
    analysis = analyse(haugiang, *a, *b)
    assert analysis.results.totals["31318"].points == pytest.approx(77)
    trial = Trials(analysis.results, "commune", "930")
    keys = dict(trial.ways())[by] if by else trial.keys(trial.points[None, :])
    assert trial.codes[int(keys[0].argmax())] == first
    found = analysis.certainty_of(analysis.units.get("31318"))
    assert ("geometric" in found.ways_changing, "ranks" in found.ways_changing) == (True, False)
    words = Writer(analysis.campaign, analysis.units, load_language("vi"))
    told = " ".join(map(words.plain, list_certainty(View(analysis, analysis.units.get("930")))))
    assert ("tính trung bình nhân" in told, "cộng thứ hạng" in told) == (True, False)


def said_of_trials(analysis: Analysis, code: str) -> str:
    """What the unit's page says of trials that give it other ranks than weights do."""
    words = Writer(analysis.campaign, analysis.units, load_language("vi"))
    claims = certainty_claims(View(analysis, analysis.units.get(code)))
    return " ".join(words.plain(c) for c in claims if c.message.startswith("rank_trials"))


def test_each_way_of_ranking_is_named_on_the_page(haugiang: Campaign) -> None:
    """Of 10,000 households A has 4,000 with the app and B 4,001: 85 points and 85.0025, which are
    written alike, and equal without the app.
    """
    many = {"households": 10_000, "households_digital_skills": 9_000, "households_cashless": 8_000}
    a = changed(full("31318", 1.0), **many, households_app=4_000)
    b = changed(full("31321", 1.0), **many, households_app=4_001)
    ranking = dataclasses.replace(haugiang.ranking, tie_break=())
    campaign = dataclasses.replace(haugiang, ranking=ranking)
    analysis = analyse(campaign, *a, *b, *full("31324", 0.5))
    assert [analysis.results.totals[c].rank for c in ("31318", "31321")] == [2, 1]
    sure = analysis.certainty_of(analysis.units.get("31318")).ranges["31318"]
    assert (sure.by["weights"], sure.by["rounding"], sure.by["methods"]) == ((2, 2), (1, 2), (2, 2))
    assert said_of_trials(analysis, "31318") == (
        "Các phép thử cho thứ hạng khác (từ thứ 1 đến thứ 2): bỏ tiêu chí ứng dụng HauGiang và làm "
        "tròn điểm."
    )
    assert said_of_trials(analysis, "31324").startswith("Bỏ từng tiêu chí, đổi cách tính")
