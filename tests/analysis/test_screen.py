"""The screen: cheating of each kind is planted in simulated quarters and found; honest units are
left alone. Each check has a case worked by hand as well.
"""

from __future__ import annotations

import itertools
import random
import statistics
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxkit.analysis.assembly import analyse_period
from dxkit.analysis.screen import jumps_into_awards
from dxkit.intake.checks.screen import screened
from dxkit.model.campaign import Campaign
from dxkit.model.findings import Finding
from dxkit.model.rules import Spread
from dxkit.model.units import Unit
from tests.analysis.quarters import PARTS, Quarter, simulated

Plant = Callable[[Quarter, Quarter, random.Random], str]
"""Spoils the second quarter; returns the unit that a finding must name, empty if it could not."""


def some_commune(now: Quarter, draw: random.Random) -> str:
    return draw.choice([u.code for u in now.units.at_level("commune") if now.hamlets(u.code)])


def heap(before: Quarter, now: Quarter, draw: random.Random) -> str:
    """A district lifts its hamlets that are up to 8 points below a target to just above it."""
    targets = {"households_digital_skills": 0.9, "households_app": 0.8, "households_cashless": 0.8}
    districts = now.units.at_level("district")
    for district in [d for d in draw.sample(districts, len(districts)) if now.hamlets(d.code)]:
        for measure in draw.sample(PARTS, 3):
            target, codes = targets[measure], now.hamlets(district.code)
            whole = {code: now.figures[code, "households", -1] for code in codes}
            low = [c for c in codes if -0.08 <= now.figures[c, measure, -1] / whole[c] - target < 0]
            if len(low) < len(codes) / 4:
                continue
            for code in low:
                value = round(whole[code] * (target + draw.uniform(0.001, 0.015)) + 0.5)
                now.figures[code, measure, -1] = value
            return district.code
    return ""


def copy_another(before: Quarter, now: Quarter, draw: random.Random) -> str:
    """A hamlet writes off the figures of another one of its commune."""
    codes = draw.sample(now.hamlets(some_commune(now, draw)), 2)
    one, other = sorted(codes, key=lambda code: now.figures[code, "households", -1])
    for measure in (*PARTS, "farm_households_ecommerce"):
        now.figures[other, measure, -1] = now.figures[one, measure, -1]
    return "|".join(codes)


def copy_before(before: Quarter, now: Quarter, draw: random.Random) -> str:
    """A commune sends the figures of the last quarter again."""
    commune = some_commune(now, draw)
    for code in now.hamlets(commune):
        for measure in (*PARTS, "farm_households_ecommerce"):
            now.figures[code, measure, -1] = before.figures[code, measure, -1]
    return "|".join(now.hamlets(commune))


def round_off(before: Quarter, now: Quarter, draw: random.Random) -> str:
    """A commune guesses its hamlets' figures to the nearest five."""
    commune = some_commune(now, draw)
    for code in now.hamlets(commune):
        for measure in PARTS:
            now.figures[code, measure, -1] = now.figures[code, measure, -1] // 5 * 5
    return commune


def jump(before: Quarter, now: Quarter, draw: random.Random) -> str:
    """The commune next after the list finds 15 points more of one or two shares, and is on it."""
    results = analyse_period(now.campaign, now.received()).results
    for (level, _, _), decisions in draw.sample(
        [*results.decisions.items()], len(results.decisions)
    ):
        reserve = next((d.unit_code for d in decisions if d.reason == "quota_full"), "")
        if level != "commune" or not reserve:
            continue
        one, other, third = draw.sample(PARTS, 3)
        for measures in ((one,), (other,), (one, other), (other, third)):
            kept = dict(now.figures)
            for code, measure in itertools.product(now.hamlets(reserve), measures):
                whole = now.figures[code, "households", -1]
                more = now.figures[code, measure, -1] + round(0.15 * whole)
                now.figures[code, measure, -1] = min(more, whole)
            totals = analyse_period(now.campaign, now.received()).results.totals
            if totals[reserve].award:
                return reserve
            now.figures = kept
    return ""


def shrink(before: Quarter, now: Quarter, draw: random.Random) -> str:
    """A hamlet leaves out the tenth of its households that has nothing to show."""
    commune = some_commune(now, draw)
    code = draw.choice(now.hamlets(commune))
    whole = round(now.figures[code, "households", -1] * 0.88)
    now.figures[code, "households", -1] = whole
    for measure in (*PARTS, "farm_households"):
        now.figures[code, measure, -1] = min(now.figures[code, measure, -1], whole)
    return code


CHECKS: dict[str, tuple[Plant, tuple[str, ...]]] = {
    "heaped_above_target": (heap, ("district",)),
    "copied_from_another": (copy_another, ("hamlet", "commune")),
    "copied_forward row_unchanged": (copy_before, ("hamlet", "commune")),
    "digits_repeated": (round_off, ("commune", "district")),
    "whole_shrank": (shrink, ("hamlet", "commune")),
    "jump_into_award": (jump, ("hamlet", "commune", "district")),
}
"""By the codes that tell of it, what is planted, and at which levels honest units may be told."""


def found(before: Quarter, now: Quarter, codes: str = "") -> list[Finding]:
    campaign, earlier, received = now.campaign, before.received(), now.received()
    of_figures = [*screened(campaign, received, earlier)] if "jump" not in codes else []
    if codes and "jump" not in codes:
        return [f for f in of_figures if f.code in codes.split()]
    analysis = analyse_period(campaign, received, earlier)
    return [*of_figures, *jumps_into_awards(analysis)]


def test_planted_cheating_is_found_and_honest_units_are_left_alone(
    haugiang: Campaign, root: Path, request: pytest.FixtureRequest
) -> None:
    """At least 80 % of what is planted is found, at most 5 % of honest units are told."""
    full = request.config.option.full
    raw, quarters = root / "data/raw/haugiang-2022", range(1, 201 if full else 2)
    planted, caught, told, honest = (Counter[str]() for _ in range(4))
    for seed in quarters:
        before, now = simulated(haugiang, raw, seed, (str(930 + seed % 7), str(931 + seed % 7)))
        findings = found(before, now)
        for codes, (plant, levels) in CHECKS.items():
            honest[codes] += len({c for c, *_ in now.figures if now.units.get(c).level in levels})
            honest[codes] += len(now.units.at_level("district")) if "district" in levels else 0
            told[codes] += len({f.unit_code for f in findings if f.code in codes.split()})
            spoilt = Quarter(now.campaign, now.period, now.units, dict(now.figures))
            if who := plant(before, spoilt, random.Random(seed)):
                planted[codes] += 1
                named = {f.unit_code for f in found(before, spoilt, codes)}
                caught[codes] += bool(named & {*who.split("|")})
    for codes in CHECKS:
        print(f"{codes}: found {caught[codes]} of {planted[codes]}, "
              f"honest units told {told[codes]} of {honest[codes]}")  # fmt: skip
    assert [c for c in CHECKS if caught[c] < 0.8 * planted[c]] == []
    assert [c for c in CHECKS if told[c] > 0.05 * honest[c]] == []
    assert not full or min(planted.values()) >= len(quarters) / 2


VI_TAN = "31333"
SKILLS, APP, CASHLESS = PARTS


def quarter(campaign: Campaign, hamlets: list[tuple[int, ...]], period: str = "2022-Q4") -> Quarter:
    """Hamlets of one commune: households and as many of the three parts as are given."""
    units = campaign.units.on(campaign.period(period).last_day).with_units(
        Unit(f"{VI_TAN}-{n}", f"Ấp {n}", "Ấp", "hamlet", VI_TAN) for n in range(len(hamlets))
    )
    figures = {
        (f"{VI_TAN}-{n}", measure, -1): value
        for n, hamlet in enumerate(hamlets)
        for measure, value in zip(("households", *PARTS), hamlet, strict=False)
    }
    for measure in ("farm_households", "farm_households_ecommerce"):
        figures |= {(f"{VI_TAN}-{n}", measure, -1): 0 for n in range(len(hamlets))}
    return Quarter(campaign, period, units, figures)


def told(now: Quarter, before: Quarter | None = None) -> list[tuple[str, str]]:
    earlier = before.received() if before else None
    return [(f.code, f.unit_code) for f in screened(now.campaign, now.received(), earlier)]


def test_a_crowd_just_above_a_target_outnumbers_both_its_neighbours(haugiang: Campaign) -> None:
    """Target 90 %, strips of 2 points. Seven of seven heads come in one of 128 throws; with one on
    either side, ten of eleven in 12 of 2,048 and nine of ten in 11 of 1,024.
    """
    apart = [(100 + n, 20 + n) for n in range(3)]
    crowd = [(1000 + n, 911 + n) for n in range(10)]
    heaped = [("heaped_above_target", "930")]
    assert told(quarter(haugiang, crowd[:7] + apart)) == heaped
    assert told(quarter(haugiang, crowd[:6] + apart)) == []
    for neighbour in ((1000, 889), (1000, 931)):
        assert told(quarter(haugiang, [*crowd, *apart, neighbour])) == heaped
        assert told(quarter(haugiang, [*crowd[:9], *apart, neighbour])) == []
    below, above = [(1000 + n, 881 + n) for n in range(5)], [(1000 + n, 931 + n) for n in range(5)]
    assert told(quarter(haugiang, crowd + apart + below)) == []  # 10 of 15
    assert told(quarter(haugiang, crowd + apart + above)) == []


@pytest.mark.parametrize(
    ("ends", "is_told"),
    [
        ("7777777" + "123", True),  # 2 x 10 digits x 0.0000091 = 0.0002, of ten throws at 0.1
        ("777777" + "1234", False),  # 20 x 0.000147 = 0.003
        ("05050505" + "12", True),  # 2 x 0.000078 = 0.00016, of ten throws at 0.2
        ("0505050" + "123", False),  # 2 x 0.000864 = 0.0017
        ("7" * 9, False),  # too few
        ("0123456789" * 4, False),
    ],
)
def test_last_digits_that_are_repeated(haugiang: Campaign, ends: str, is_told: bool) -> None:
    hamlets = [(1000 + 10 * n + int(end),) for n, end in enumerate(ends)]
    expected = [("digits_repeated", VI_TAN)] if is_told else []
    assert told(quarter(haugiang, hamlets)) == expected


def test_a_row_that_is_another_units(haugiang: Campaign) -> None:
    rows = [(211, 101, 92, 83), (232, 101, 92, 83), (243, 101, 92, 84)]
    assert told(quarter(haugiang, rows)) == [("copied_from_another", f"{VI_TAN}-1")]
    small = [(61, 31, 32, 29), (62, 31, 32, 29)]  # two of the figures are at least 30
    assert told(quarter(haugiang, small)) == []


def test_rows_and_columns_that_are_the_last_quarters(haugiang: Campaign) -> None:
    then = [(211 + 7 * n, 101 + 9 * n, 82 + 11 * n, 93 + 8 * n) for n in range(6)]
    before = quarter(haugiang, then, "2022-Q3")
    later = [
        (a, b + 3 + 2 * n, c + 8 - 2 * n, d + 2 * n + 1) for n, (a, b, c, d) in enumerate(then)
    ]
    assert told(quarter(haugiang, later), before) == []
    assert told(quarter(haugiang, [*later[:5], then[5]]), before) == [
        ("row_unchanged", f"{VI_TAN}-5")
    ]
    column = [(*row[:3], old[3]) for row, old in zip(later, then, strict=True)]
    assert told(quarter(haugiang, column), before) == [("copied_forward", f"{VI_TAN}-0")]
    # Four equal figures are no column, nor is one of noughts.
    four = [*column[:4], *later[4:]]
    assert told(quarter(haugiang, four), before) == []


def test_a_denominator_that_shrank_while_the_share_rose(haugiang: Campaign) -> None:
    then = [(200 + 10 * n, 103 + 7 * n) for n in range(6)]
    before = quarter(haugiang, then, "2022-Q3")

    def with_first(*first: int) -> list[tuple[str, str]]:
        rest = [(households, part + 2) for households, part in then[1:]]
        return told(quarter(haugiang, [first, *rest]), before)

    assert with_first(190, 103) == [("whole_shrank", f"{VI_TAN}-0")]  # 5 % fewer, none elsewhere
    assert with_first(191, 103) == []
    assert with_first(180, 92) == []  # 92 of 180 is less than 103 of 200
    fell = [(round(h * (0.95 - 0.02 * (n % 2))), part + 2) for n, (h, part) in enumerate(then)]
    assert told(quarter(haugiang, fell), before) == []  # all of them do


def test_a_jump_is_told_only_where_it_decides_an_award(haugiang: Campaign) -> None:
    """Points of 60: skills to 90 %, the others to 80 %, twenty each. Others have 10 + 12 + 12."""
    before = quarter(haugiang, [(100, 40, 40, 40)] * 5, "2022-Q3")

    def jumps(*first: int) -> list[object]:
        now = quarter(haugiang, [first, *[(100, 45, 48, 48)] * 4])
        return [f.values["indicator"] for f in found(before, now, "jump")]

    assert jumps(100, 45, 48, 60) == ["cashless"]  # 37; with 48 it would be 34 as the reserve
    assert jumps(100, 45, 48, 52) == []  # 4 points more than the others is not far
    assert jumps(100, 45, 60, 60) == ["app_installed", "cashless"]  # without both it is 34
    assert jumps(100, 48, 60, 60) == []  # without both it is 34.7
    assert jumps(100, 30, 48, 60) == []  # no award


def excess(value: float, others: list[float], deviations: float) -> float | None:
    return Spread([*others, value]).excess(value, deviations)


@given(st.lists(st.integers(-6, 6).map(float), max_size=9), st.floats(0, 4))
def test_each_number_is_held_against_all_others(numbers: list[float], deviations: float) -> None:
    """As by leaving it out and taking both medians anew."""
    among = Spread(numbers)
    for at, value in enumerate(numbers):
        others = numbers[:at] + numbers[at + 1 :]
        expected = None
        if len(others) >= 3:
            middle = statistics.median(others)
            spread = 1.4826 * statistics.median(abs(other - middle) for other in others)
            expected = value - middle if value - middle > deviations * spread else None
        assert among.excess(value, deviations) == expected


def test_excess_by_hand() -> None:
    """Median 5; deviations 4 3 2 1 0 1 2 3 4, of which the median is 2; 3.5 x 1.4826 x 2 = 10.4."""
    others = [float(n) for n in range(1, 10)]
    assert excess(15.4, others, 3.5) == pytest.approx(10.4)
    assert excess(15.3, others, 3.5) is None
    assert excess(-5.4, others, 3.5) is None
    assert excess(100.0, [1.0, 1.0], 3.5) is None
    assert excess(1.5, [1.0] * 3, 3.5) == 0.5
