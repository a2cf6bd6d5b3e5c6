"""Every indicator of every district, recomputed from the workbooks without the kit's help."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

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
