"""The census figures that the project carries, against the published workbook."""

from __future__ import annotations

import unicodedata
import warnings
from pathlib import Path

import openpyxl

from dxkit.press.demo.truth import read_census

SPLIT = {"31366": 312, "31369": 789}  # households of the dissolved commune, by its transfer


def key(name: str) -> str:
    text = unicodedata.normalize("NFC", name.strip()).lower()
    for old, new in (("oả", "ỏa"), ("oà", "òa"), ("uỷ", "ủy"), ("oá", "óa")):
        text = text.replace(old, new)
    return text.removeprefix("xã ").removeprefix("phường ").removeprefix("thị trấn ")


def test_the_75_communes_equal_the_published_census(root: Path, published: Path, haugiang) -> None:
    ours = read_census(root / "data/raw/haugiang-2022/reference/households_census_2019.csv")
    assert len(ours) == 75
    assert sum(ours.values()) == 201_970
    assert sum(SPLIT.values()) == 1_101
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(published / "gso_census2019_households.xlsx", read_only=True)
    province = district = ""
    theirs = {}
    for row in book.worksheets[0].iter_rows(min_row=5, max_col=4, values_only=True):
        province, district = row[0] or province, row[1] or district
        if province.strip() == "Tỉnh Hậu Giang" and row[2]:
            theirs[key(district.split(" ", 1)[1]), district[:3], key(row[2])] = int(row[3])
    assert len(theirs) == 76
    units = haugiang.units.on(haugiang.periods[0].last_day)
    matched = 0
    for code, households in ours.items():
        unit = units.get(code)
        found = [
            n
            for (_, _, name), n in theirs.items()
            if name == key(unit.name) and households - SPLIT.get(code, 0) == n
        ]
        assert len(found) >= 1, unit.name
        matched += 1
    assert matched == 75
