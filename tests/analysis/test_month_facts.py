"""A flow month by month, against sums read straight from the workbook."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from dxkit.analysis.analysis import Analysis
from dxkit.model.facts import CellRef, FactKey
from dxkit.period import OpenPeriod

MONTHS = {"2022-10": ("C", "D"), "2022-11": ("E", "F"), "2022-12": ("G", "H")}
"""Columns of the second sheet: dossiers received, and received online."""
SHEET = "2. Hồ sơ TTHC"


@pytest.fixture(scope="module")
def analysis(periods: dict[str, OpenPeriod]) -> Analysis:
    return periods["2022-Q4"].analysis


@pytest.mark.parametrize("month", MONTHS)
def test_a_month_is_the_sum_of_its_own_columns(root: Path, analysis: Analysis, month: str) -> None:
    name = "932-huyen-chau-thanh-a.xlsx"
    sheet = openpyxl.load_workbook(root / "data/raw/haugiang-2022/2022-Q4" / name)[SHEET]
    rows = [row for row in range(13, 23) if str(sheet[f"A{row}"].value).strip().isdigit()]
    assert len(rows) == 10  # its communes
    whole, part = (sum(sheet[f"{column}{row}"].value for row in rows) for column in MONTHS[month])
    facts = analysis.scorecard("932").facts
    shown = {
        kind: facts[FactKey(month, "932", "online_dossiers", f"month_{kind}")]
        for kind in ("denominator", "numerator", "value")
    }
    assert shown["denominator"].value == whole
    assert shown["numerator"].value == part
    assert shown["value"].value == pytest.approx(float(Fraction(part, whole)), rel=1e-15)
    assert [key.kind for key in shown["value"].inputs] == ["month_numerator", "month_denominator"]
    file = f"2022-Q4/{name}"
    assert set(shown["numerator"].sources) == {
        CellRef(file, SHEET, f"{MONTHS[month][1]}{row}") for row in rows
    }


def test_months_add_up_to_the_quarter(analysis: Analysis) -> None:
    for code in ("930", "932", "936", "93"):
        facts = analysis.scorecard(code).facts
        for side in ("numerator", "denominator"):
            months = [
                facts[FactKey(month, code, "online_dossiers", f"month_{side}")].number
                for month in MONTHS
            ]
            whole = facts[FactKey("2022-Q4", code, "online_dossiers", side)]
            assert sum(months) == whole.value, (code, side)
