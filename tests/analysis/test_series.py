"""Facts over several periods: examples by hand, what breaks a series, and random series that are
worked out once more in the plainest way.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from dxkit.analysis.analysis import Analysis, PeriodAtHand
from dxkit.analysis.assembly import kept_of
from dxkit.analysis.facts.kind import Kind
from dxkit.analysis.facts.kinds import KINDS
from dxkit.analysis.series import PeriodKept
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.observations import Flag, Observation, Received
from tests.analysis.several_periods import all_received, analysed, longer, with_targets
from tests.analysis.test_kinds import SERIES
from tests.analysis.test_results import full, observe
from tests.analysis.test_uncertainty import changed
from tests.oracles.second_path import made_again

A, B, C, CITY = "31318", "31321", "31324", "930"
APP, TOTAL = "app_installed", "total"


def wards(apps_of_a: int | None, *others: int, of: Sequence[str] = (A, B, C)) -> list[Observation]:
    """What wards tell when so many of 100 households of each have the app; None for no figure."""
    rows = []
    for code, apps in zip(of, (apps_of_a, *others), strict=False):
        own = changed(full(code, 1.0), households_app=apps or 0)
        flag = Flag.NO_DATA if apps is None else None
        rows += [
            dataclasses.replace(o, value=None, flag=flag)
            if o.measure == "households_app" and flag
            else o
            for o in own
        ]
    return rows


def numbers(analysis: Analysis, unit: str, subject: str, *kinds: str) -> dict[str, Any]:
    """By kind; None for no such fact."""
    found = {kind: analysis.facts.find(unit, subject, kind) for kind in kinds}
    return {kind: fact.value if fact is not None else None for kind, fact in found.items()}


def proved(campaign: Campaign, received: Sequence[Received], units: Sequence[str]) -> Analysis:
    """The analysis, all of whose numbers over time the proof counts alike."""
    analysis = analysed(campaign, *received)
    again = made_again(campaign, *received[::-1])
    for unit in units:
        facts = [*analysis.scorecard(unit).facts.values()]
        facts += [fact for period in analysis.past for fact in period.facts(unit)]
        for fact in facts:
            number = again.number(fact.key)
            exact = None if number is None else float(number)
            assert exact == pytest.approx(fact.value, abs=1e-12), fact
    return analysis


def test_a_series_by_hand(haugiang: Campaign) -> None:
    """The app in ward A: 60, 50, 55, 61, 70 of 100; the target is 80 % all the time."""
    campaign = longer(haugiang, "2021-Q1")
    apps = (60, 50, 55, 61, 70)
    told = {p.id: wards(n, 40, 30) for p, n in zip(campaign.periods, apps, strict=True)}
    analysis = proved(campaign, all_received(campaign, told), (A, B, CITY))
    assert numbers(analysis, A, APP, *SERIES) == {
        "alike": 5, "rises": 3, "falls": 0, "rises_before": 2, "falls_before": 0,
        "best_before": 0.61, "worst_before": 0.5, "behind": 5,
        "ranks_alike": None, "rank_best_before": None, "rank_worst_before": None,
    }  # fmt: skip
    assert numbers(analysis, B, APP, "rises", "falls", "best_before") == {
        "rises": 0, "falls": 0, "best_before": 0.4,
    }  # fmt: skip
    # 85 to 97.5 points of five targets of 20 and 10 of initiatives, half of 10 of the farms
    assert numbers(analysis, A, TOTAL, *SERIES[:7]) == {
        "alike": 5, "rises": 3, "falls": 0, "rises_before": 2, "falls_before": 0,
        "best_before": pytest.approx(75 + 20 * 61 / 80), "worst_before": pytest.approx(87.5),
    }  # fmt: skip
    assert numbers(analysis, A, TOTAL, *SERIES[8:]) == {
        "ranks_alike": 5, "rank_best_before": 1, "rank_worst_before": 1,
    }  # fmt: skip
    fact = analysis.facts.get(A, APP, "rises")
    assert [key.period for key in fact.inputs] == [p.id for p in reversed(campaign.periods)]


def test_two_points_are_no_trend(haugiang: Campaign) -> None:
    campaign = longer(haugiang, "2020-Q3")
    told = {p.id: wards(n) for p, n in zip(campaign.periods, (50, 60, 70), strict=True)}
    three = all_received(campaign, told)
    assert numbers(analysed(campaign, *three), A, APP, "rises") == {"rises": 2}
    two = analysed(campaign, *three[:2])
    assert [k for k in SERIES if two.facts.find(A, APP, k) or two.facts.find(A, TOTAL, k)] == []


@pytest.mark.parametrize(
    ("apps", "expected"),
    [
        ((50, 60, None, 70, 75), (2, 1)),  # a period without figures: what is behind it is apart
        ((50, 60, "gap", 70, 75), (2, 1)),  # nothing came at all
        ((50, 60, 70, 75, None), (None, None)),
        ((70, 60, 50, 60, 70), (5, 2)),
        ((50, 60, 60, 70, 75), (5, 2)),  # as high as before is no rise
    ],
)
def test_what_ends_a_run(
    haugiang: Campaign, apps: Sequence[Any], expected: tuple[int | None, int | None]
) -> None:
    campaign = longer(haugiang, "2021-Q1")
    rows = zip(campaign.periods, apps, strict=True)
    told = {period.id: wards(n) for period, n in rows if n != "gap"}
    analysis = proved(campaign, all_received(campaign, told), (A, CITY))
    assert tuple(numbers(analysis, A, APP, "alike", "rises").values()) == expected


def test_figures_of_other_places_are_not_compared(haugiang: Campaign) -> None:
    """The city of one ward, then of two, then of the same two: less than nine of nine communes tell
    each time, so that only the last two periods are of the same places.
    """
    campaign = longer(haugiang, "2020-Q4")
    told = dict(zip((p.id for p in campaign.periods), (
        wards(50), wards(60), wards(90, 60), wards(95, 70)), strict=True))  # fmt: skip
    analysis = proved(campaign, all_received(campaign, told), (A, CITY))
    assert numbers(analysis, CITY, APP, "alike", "rises") == {"alike": 2, "rises": 1}
    assert numbers(analysis, A, APP, "alike", "rises") == {"alike": 4, "rises": 3}


def test_rows_of_a_register_share_their_cell(haugiang: Campaign) -> None:
    """Who told is not to be read from the cells."""
    campaign = longer(haugiang, "2020-Q4")
    cell = CellRef("register.xlsx", "3", "")

    def rows(*wards: str) -> list[Observation]:
        return [dataclasses.replace(observe(ward, "initiatives_effective", n), address=cell)
                for n, ward in enumerate(wards, 1)]  # fmt: skip

    told = {"2020-Q1": rows(A, B), "2020-Q2": rows(A, C), "2020-Q3": rows(A, C),
            "2020-Q4": rows(C, A)}  # fmt: skip
    analysis = proved(campaign, all_received(campaign, told), (A, CITY))
    assert numbers(analysis, CITY, "initiatives", "alike") == {"alike": 3}


def test_of_all_places_more_are_still_all(haugiang: Campaign) -> None:
    """A ward whose hamlets are counted anew: all told each time."""
    campaign = longer(haugiang, "2020-Q3")

    def hamlets(**apps: int) -> list[Observation]:
        rows = [o for o in full(A, 1.0) if not o.measure.startswith("households")]
        for name, number in apps.items():
            rows += [observe(f"{A}-{name}", "households", 100)]
            rows += [observe(f"{A}-{name}", "households_app", number)]
        return rows

    told = {
        "2020-Q1": hamlets(a=50, b=50), "2020-Q2": hamlets(a=60, b=55),
        "2020-Q3": hamlets(a=60, b=55, c=70),
    }  # fmt: skip
    analysis = proved(campaign, all_received(campaign, told), (A,))
    assert numbers(analysis, A, APP, "alike", "rises") == {"alike": 3, "rises": 2}


def test_points_by_other_targets_are_not_compared(haugiang: Campaign) -> None:
    campaign = with_targets(longer(haugiang, "2021-Q1"), APP, Q2020_1=0.5, Q2020_2=0.5)
    told = {p.id: wards(n) for p, n in zip(campaign.periods, (40, 52, 55, 60, 70), strict=True)}
    analysis = proved(campaign, all_received(campaign, told), (A,))
    assert numbers(analysis, A, TOTAL, "alike", "rises") == {"alike": 3, "rises": 2}
    assert numbers(analysis, A, APP, "alike", "rises", "behind") == {
        "alike": 5, "rises": 4, "behind": 3,  # 52 of 50 % was enough
    }  # fmt: skip


def test_points_on_other_criteria_are_not_compared(haugiang: Campaign) -> None:
    """Nothing arose on one of two criteria of 20 points each, then on the other."""
    campaign = longer(haugiang, "2020-Q4")

    def without(idle: str) -> list[Observation]:
        return [
            dataclasses.replace(o, value=None, flag=Flag.NOT_APPLICABLE) if o.measure == idle else o
            for o in full(A, 1.0)
        ]

    idle = ("households_cashless", *["households_app"] * 3)
    told = {p.id: without(measure) for p, measure in zip(campaign.periods, idle, strict=True)}
    analysis = proved(campaign, all_received(campaign, told), (A,))
    assert numbers(analysis, A, TOTAL, "covered", "alike") == {"covered": 0.8, "alike": 3}


def test_ranks_are_compared_among_the_same_units(haugiang: Campaign) -> None:
    campaign = longer(haugiang, "2021-Q1")
    apps = ((70, 60, 50), (40, 60, 50), (50, 60, 40), (40, 60, 50), (80, 60, 50))
    told = {p.id: wards(*n) for p, n in zip(campaign.periods, apps, strict=True)}
    told["2020-Q1"] = wards(70, 60)  # C was not ranked
    analysis = proved(campaign, all_received(campaign, told), (A, B, C))
    assert numbers(analysis, A, TOTAL, *SERIES[8:]) == {
        "ranks_alike": 4, "rank_best_before": 2, "rank_worst_before": 3,
    }  # fmt: skip


def test_no_points_that_depend_on_the_others_are_compared(haugiang: Campaign) -> None:
    indicators = tuple(
        dataclasses.replace(i, scoring="min_max") if i.id == APP else i for i in haugiang.indicators
    )
    campaign = longer(dataclasses.replace(haugiang, indicators=indicators), "2020-Q3")
    told = {p.id: wards(n, 40) for p, n in zip(campaign.periods, (50, 60, 70), strict=True)}
    analysis = proved(campaign, all_received(campaign, told), (A,))
    assert numbers(analysis, A, TOTAL, "alike", "rises") == {"alike": None, "rises": None}


def test_what_is_kept_says_what_the_period_says(haugiang: Campaign) -> None:
    """From a file, too: what was kept, written and read is what is kept."""
    campaign = longer(haugiang, "2020-Q2")
    told = {"2020-Q1": wards(50, None, 30), "2020-Q2": wards(60, 70, 30)}
    analysis = analysed(campaign, *all_received(campaign, told))
    own = PeriodAtHand(analysis)
    again = PeriodKept("2020-Q2", lambda: json.loads(json.dumps(kept_of(analysis))))
    found = 0
    for unit in analysis.units.units:
        for fact in again.facts(unit.code):
            made = analysis.find(fact.key)
            assert made is not None
            assert fact == dataclasses.replace(made, sources=(), inputs=fact.inputs)
            assert {*fact.inputs} <= {*made.inputs}
            found += 1
        for subject in (TOTAL, APP):
            assert again.places(unit.code, subject) == own.places(unit.code, subject)
    assert found > 100


def plain(values: Sequence[int | None]) -> dict[str, int | float | None]:
    """The trend of shares of 1,000, in whole tenths of a per cent, the plainest way."""
    if values[-1] is None:
        return dict.fromkeys(SERIES[:7])
    start = len(values)
    while start and values[start - 1] is not None:
        start -= 1
    known = [v for v in values[start:] if v is not None]

    def run(row: list[int], up: bool) -> int:
        length = 0
        for n in range(len(row) - 1, 0, -1):
            if (row[n] > row[n - 1]) if up else (row[n] < row[n - 1]):
                length += 1
            else:
                break
        return length

    earlier = known[:-1]
    return {
        "alike": len(known), "rises": run(known, up=True), "falls": run(known, up=False),
        "rises_before": run(earlier, up=True), "falls_before": run(earlier, up=False),
        "best_before": max(earlier) / 1000 if earlier else None,
        "worst_before": min(earlier) / 1000 if earlier else None,
    }  # fmt: skip


def test_random_series_are_worked_out_alike(haugiang: Campaign, request: Any) -> None:
    """Shares of 10,000 households, so that what differs by less than is written occurs as well."""
    seeds = range(300 if request.config.getoption("--full") else 6)
    for seed in seeds:
        draw = random.Random(seed)
        number = draw.choice((3, 4, 6, 12))
        start = draw.randrange(len(campaigns := longer(haugiang).periods) - number + 1)
        campaign = longer(haugiang)
        names = [p.id for p in campaigns][start : start + number]
        shares = [draw.randrange(3900, 4100) if draw.random() > 0.1 else None for _ in names]
        if draw.random() < 0.5:  # often a run
            shares = sorted(shares, key=lambda s: s or 0)
        told = {}
        for name, share in zip(names, shares, strict=True):
            rows = [o for o in full(A, 1.0) if not o.measure.startswith("households")]
            rows += [observe(A, "households", 10_000)]
            rows += [] if share is None else [observe(A, "households_app", share)]
            told[name] = rows
        analysis = proved(campaign, all_received(campaign, told), (A,))
        written = [
            None if s is None else int((Decimal(s) / 10).quantize(Decimal(1), ROUND_HALF_UP))
            for s in shares
        ]
        expected = plain(written)
        exact = plain([None if s is None else s for s in shares])
        for kind in ("best_before", "worst_before"):  # of the unrounded
            best = exact[kind]
            expected[kind] = None if best is None else pytest.approx(best / 10)
        assert numbers(analysis, A, APP, *SERIES[:7]) == expected, seed


def test_the_cells_of_a_series_are_those_of_its_period(haugiang: Campaign) -> None:
    campaign = longer(haugiang, "2020-Q3")
    told = {p.id: wards(n) for p, n in zip(campaign.periods, (50, 60, 70), strict=True)}
    analysis = analysed(campaign, *all_received(campaign, told))
    cell = CellRef("2020-Q3/a.xlsx", "S", f"households_app{A}-a")
    assert cell in analysis.facts.get(A, APP, "rises").sources
    assert {c.file for c in analysis.facts.get(A, APP, "rises").sources} == {"2020-Q3/a.xlsx"}


def test_the_kinds_over_time_are_all_here() -> None:
    def of_series(kind: Kind) -> bool:
        return any(getattr(i, "whence", "") == "periods_comparable" for i in kind.inputs)

    found = dict.fromkeys(k.name for kinds in KINDS.values() for k in kinds if of_series(k))
    assert {*found} == {*SERIES}
