"""Every indicator of every district, recomputed from the workbooks without the kit's help."""

from __future__ import annotations

import csv
import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from dxkit.period import OpenPeriod
from dxkit.period.opening import open_period

PLAIN = {
    "digital_skills": (4, 3),  # columns (1-based) of part and whole in sheet 1
    "app_installed": (6, 3),
    "cashless": (8, 3),
    "ecommerce_farms": (11, 10),
}


def whole_number(value: object, whole: int | None) -> int:
    """A count as an office types it, read in the simplest way."""
    if isinstance(value, int | float):
        return int(value)
    text = str(value).replace("O", "0").replace(".", "").strip()
    if text.endswith("%"):
        share = Fraction(str(value).strip("% ").replace(",", ".")) / 100
        fitting = [
            n for n in range(whole + 1) if abs(Fraction(n, whole) - share) <= Fraction(1, 2000)
        ]
        assert len(fitting) == 1
        return fitting[0]
    return int(text)


@cache
def recompute(path: Path) -> dict[str, tuple[int, int]]:
    book = openpyxl.load_workbook(path, data_only=True)
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in book["1. Chỉ tiêu hộ"].iter_rows(min_row=13, values_only=True):
        name = str(row[1] or "")
        if not re.match(r"(Ấp|Khu vực) \d+$", name):
            continue
        for indicator, (part, whole) in PLAIN.items():
            total = whole_number(row[whole - 1], None)
            sums[indicator][0] += whole_number(row[part - 1], total)
            sums[indicator][1] += total
    for row in book["2. Hồ sơ TTHC"].iter_rows(min_row=13, values_only=True):
        if row[0] is None or not str(row[0]).isdigit() or row[2] in (None, "không phát sinh"):
            continue
        for month in range(3):
            sums["online_dossiers"][0] += whole_number(row[3 + 2 * month], None)
            sums["online_dossiers"][1] += whole_number(row[2 + 2 * month], None)
    rows = book["3. Mô hình, sáng kiến"].iter_rows(min_row=11, values_only=True)
    number = sum(1 for row in rows if str(row[0] or "").isdigit())
    return {**{k: tuple(v) for k, v in sums.items()}, "initiatives": (number, 1)}


@pytest.fixture(scope="module")
def indicators(outputs: Path) -> dict[tuple[str, str], dict[str, str]]:
    with (outputs / "data/indicators.csv").open(encoding="utf-8-sig", newline="") as file:
        return {(row["unit_code"], row["indicator"]): row for row in csv.DictReader(file)}


def test_every_district_indicator_is_recomputed_exactly(
    root: Path, outputs: Path, indicators: dict[tuple[str, str], dict[str, str]]
) -> None:
    workbooks = sorted((root / "data/raw/haugiang-2022/2022-Q4").glob("*.xlsx"))
    assert len(workbooks) == 8
    compared = 0
    for workbook in workbooks:
        code = workbook.name[:3]
        page = next(outputs.glob(f"district/{code}-*.html")).read_text("utf-8")
        for indicator, (part, whole) in recompute(workbook).items():
            row = indicators[code, indicator]
            expected = part if indicator == "initiatives" else part / whole
            assert row["value"] == repr(expected), (code, indicator)
            key = f"2022-Q4/{code}/{indicator}/value"
            shown = set(re.findall(f'<data[^>]*value="([^"]*)"[^>]*data-fact="{key}"', page))
            shown |= set(re.findall(f'data-fact="{key}"[^>]*value="([^"]*)"', page))
            assert shown == {repr(expected)}, (code, indicator)
            compared += 1
    assert compared == 48


TEAMS = {
    "teams": 3, "team_members": 4, "outreach_sessions": 5, "outreach_people": 6,
    "training_sessions": 7, "training_people": 8,
}  # fmt: skip
"""Columns of sheet 4."""


def told_by_place(path: Path) -> dict[str, dict[object, tuple[Fraction, ...]]]:
    """What each hamlet, or commune, tells, under its number in the form: of shares both sides."""
    book = openpyxl.load_workbook(path, data_only=True)
    found: dict[str, dict[object, tuple[Fraction, ...]]] = defaultdict(dict)
    commune: object = None
    for row in book["1. Chỉ tiêu hộ"].iter_rows(min_row=13, values_only=True):
        if str(row[0] or "-").isdigit():
            for indicator, (part, whole) in PLAIN.items():
                total = whole_number(row[whole - 1], None)
                upper = whole_number(row[part - 1], total)
                found[indicator][commune, int(row[0])] = (Fraction(upper), Fraction(total))
        elif row[0] is not None:
            commune = row[0]
    for row in book["2. Hồ sơ TTHC"].iter_rows(min_row=13, values_only=True):
        if str(row[0] or "-").isdigit() and row[2] is not None:
            online, arisen = (
                sum(whole_number(row[first + 2 * month], None) for month in range(3))
                for first in (3, 2)
            )
            found["online_dossiers"][int(row[0])] = (Fraction(online), Fraction(arisen))
    for row in book["4. Tổ công nghệ số"].iter_rows(min_row=13, values_only=True):
        if str(row[0] or "-").isdigit() and row[2] is not None:
            for measure, column in TEAMS.items():
                found[measure][int(row[0])] = (Fraction(whole_number(row[column - 1], None)),)
    return found


def test_changes_in_the_places_that_told_both_times_are_recomputed(
    root: Path, outputs: Path
) -> None:
    """Xã Phụng Hiệp of 934 sent its figures in the third quarter and not in the fourth: 525 teams
    and then 520 are the same teams everywhere else.
    """
    name = "934-huyen-phung-hiep.xlsx"
    before, now = (told_by_place(root / "data/raw/haugiang-2022" / q / name)
                   for q in ("2022-Q3", "2022-Q4"))  # fmt: skip
    page = next(outputs.glob("district/934-*.html")).read_text("utf-8")
    assert len(before) == len(PLAIN) + 1 + len(TEAMS)
    for subject, told in before.items():
        both = told.keys() & now[subject].keys()
        assert set() < both < told.keys(), subject
        sums = [
            [sum(side) for side in zip(*(at[place] for place in both), strict=True)]
            for at in (now[subject], told)
        ]
        one, other = (side[0] / side[1] if len(side) > 1 else side[0] for side in sums)
        key = f"2022-Q4/934/{subject}/like_change"
        shown = set(re.findall(f'<data[^>]*value="([^"]*)"[^>]*data-fact="{key}"', page))
        (found,) = shown
        assert float(found) == pytest.approx(float(one - other), abs=1e-12), subject
    assert 'data-fact="2022-Q4/934/teams/like_change">0<' in page


def test_every_number_of_the_whole_movement_is_recomputed(
    root: Path, periods: dict[str, OpenPeriod]
) -> None:
    """Stocks of the fourth quarter, flows of both, initiatives of a commune once by their name;
    points by the targets of the whole, ranks by points. Nothing of the kit is asked but the result.
    """
    opened = open_period(periods["2022-Q4"].project, "haugiang-2022", "2022")
    find, raw = opened.analysis.facts.get, root / "data/raw/haugiang-2022"
    with (root / "data/campaigns/haugiang-2022/targets.csv").open(encoding="utf-8-sig") as file:
        targets = {row["indicator"]: Fraction(row["target"]) for row in csv.DictReader(file)
                   if row["period"] == "2022" and row["level"] in ("*", "district")}  # fmt: skip
    with (root / "data/campaigns/haugiang-2022/indicators.csv").open(encoding="utf-8-sig") as file:
        weights = {row["indicator"]: int(row["max_points"]) for row in csv.DictReader(file)}
    province, points, compared = defaultdict(list), dict[str, Fraction](), 0
    for workbook in sorted((raw / "2022-Q4").glob("*.xlsx")):
        code, both = workbook.name[:3], (raw / "2022-Q3" / workbook.name, workbook)
        earlier, told = map(recompute, both)
        pairs = [quarter["online_dossiers"] for quarter in (earlier, told)]
        flow = [sum(side) for side in zip(*pairs, strict=True)]
        names = {name for path in both for name in initiatives_in(path)}
        sums = told | {"online_dossiers": tuple(flow), "initiatives": (len(names), 1)}
        for indicator, pair in sums.items():
            province[indicator].append(pair)
            assert find(code, indicator, "value").number == float(Fraction(*pair)), indicator
            compared += 1
        for measure, column in TEAMS.items():
            used = both if measure.split("_")[0] in ("outreach", "training") else both[1:]
            number = sum(number_in(path, column) for path in used)
            assert find(code, measure, "value").number == number, (code, measure)
            compared += 1
        points[code] = Fraction(100, sum(weights.values())) * sum(
            weight * min(Fraction(*sums[i]) / targets.get(i, 1), Fraction(1))
            for i, weight in weights.items()
        )
        found = find(code, "total", "points").number
        assert found == pytest.approx(float(points[code]), abs=1e-9), code
    for indicator, pairs in province.items():
        upper, lower = (sum(side) for side in zip(*pairs, strict=True))
        whole = upper if indicator == "initiatives" else Fraction(upper, lower)
        assert find("93", indicator, "value").number == float(whole), indicator
    for code, own in points.items():
        rank = 1 + sum(other > own for other in points.values())
        assert find(code, "total", "rank").number == rank, code
    assert compared == 8 * (6 + 6)


def initiatives_in(path: Path) -> Iterator[tuple[str, str]]:
    """Commune and name of each row of a register."""
    book = openpyxl.load_workbook(path, data_only=True)
    for row in book["3. Mô hình, sáng kiến"].iter_rows(min_row=11, values_only=True):
        if str(row[0] or "").isdigit():
            yield str(row[2]).strip().casefold(), str(row[1]).strip().casefold()


@cache
def teams_in(path: Path) -> list[tuple[object, ...]]:
    """The rows of sheet 4."""
    book = openpyxl.load_workbook(path, data_only=True)
    return [*book["4. Tổ công nghệ số"].iter_rows(min_row=13, values_only=True)]


def number_in(path: Path, column: int) -> int:
    """The sum of a column of sheet 4, whatever stands beside the figures."""
    told = (row[column - 1] for row in teams_in(path) if str(row[0] or "-").isdigit())
    return sum(int(re.sub(r"[^0-9]", "", str(value)) or 0) for value in told if value is not None)


def rankings_of_districts(root: Path) -> list[dict[str, Fraction]]:
    """The points of each district as the plan has them, and when each weight is raised or lowered
    by the whole band, in all combinations: from the workbooks and the plan's files alone.
    """
    folder = root / "data/campaigns/haugiang-2022"
    plan = tomllib.loads((folder / "campaign.toml").read_text("utf-8"))
    with (folder / "targets.csv").open(encoding="utf-8-sig", newline="") as file:
        targets = {
            row["indicator"]: Fraction(row["target"])
            for row in csv.DictReader(file)
            if row["period"] == "2022-Q4" and row["level"] in ("*", "district")
        }
    with (folder / "indicators.csv").open(encoding="utf-8-sig", newline="") as file:
        weights = {row["indicator"]: Fraction(row["max_points"]) for row in csv.DictReader(file)}
    shares = {}
    for workbook in (root / "data/raw/haugiang-2022/2022-Q4").glob("*.xlsx"):
        values = {k: Fraction(*pair) for k, pair in recompute(workbook).items()}
        shares[workbook.name[:3]] = {
            k: min(value / targets[k], Fraction(1)) if k in targets else value
            for k, value in values.items()
        }
    band = Fraction(str(plan["uncertainty"]["weight_band"]))
    found = []
    for factors in [(1,) * 6, *itertools.product((1 - band, 1 + band), repeat=6)]:
        tried = {k: w * f for (k, w), f in zip(weights.items(), factors, strict=True)}
        whole = sum(tried.values())
        found.append(
            {c: sum(100 * tried[k] * own[k] for k in tried) / whole for c, own in shares.items()}
        )
    return found


def in_tiers(rankings: list[dict[str, Fraction]]) -> list[list[str]]:
    """The smallest sets of which each stands before all that follow in every ranking."""
    order, found = sorted(rankings[0], key=rankings[0].__getitem__, reverse=True), [[]]
    for number, code in enumerate(order, start=1):
        found[-1].append(code)
        after = order[number:]
        if after and all(p[u] > p[v] for p in rankings for u in found[-1] for v in after):
            found.append([])
    return found


def test_ranges_and_tiers_of_districts_are_recomputed(
    root: Path, outputs: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Tiers of the committed workbooks with ``--full``: the plan has none, a copy of it does."""
    rankings = rankings_of_districts(root)
    with (outputs / "data/rank_ranges.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["level"] == "district"]
    for row in rows:
        own = row["unit_code"]
        best = min(1 + sum(o > p[own] for o in p.values()) for p in rankings)
        worst = max(sum(o >= p[own] for o in p.values()) for p in rankings)
        assert (row["weights_best"], row["weights_worst"]) == (str(best), str(worst)), own
    assert len(rows) == 8
    tiers = in_tiers(rankings)
    assert tiers == [["932"], ["931"], ["930", "935"], ["934"], ["933"], ["937"], ["936"]]
    if not pytestconfig.getoption("--full"):
        return
    shutil.copytree(root / "data/campaigns", tmp_path / "data/campaigns")
    (tmp_path / "data/raw").symlink_to(root / "data/raw")
    path = tmp_path / "data/campaigns/haugiang-2022/campaign.toml"
    text = path.read_text("utf-8").replace("\n[ranking]\n", "\n[ranking]\ntiers = true\n")
    path.write_text(text, "utf-8")
    command = [sys.executable, "-m", "dxkit", "rank", "2022-Q4", "--format", "csv"]
    said = subprocess.run(command, env=os.environ | {"DXKIT_PROJECT": str(tmp_path)},
                          stdout=subprocess.PIPE, check=True, encoding="utf-8")  # fmt: skip
    told = {row["unit_code"]: int(row["tier"]) for row in csv.DictReader(said.stdout.splitlines())}
    assert told == {code: n for n, codes in enumerate(tiers, start=1) for code in codes}
