"""The census figures that the project carries, against the published workbook."""

from __future__ import annotations

import unicodedata
import warnings
from pathlib import Path

import openpyxl

from dxkit.demo.truth import read_census

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
    theirs = []
    province = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a page header in the published file
        book = openpyxl.load_workbook(published / "gso_census2019_households.xlsx", read_only=True)
        for row in book.worksheets[0].iter_rows(min_row=5, max_col=4, values_only=True):
            province = row[0] or province
            if province.strip() == "Tỉnh Hậu Giang" and row[2]:
                theirs.append((key(row[2]), int(row[3])))
    assert len(theirs) == 76
    units = haugiang.units.on(haugiang.periods[0].last_day)
    for code, households in ours.items():
        expected = (key(units.get(code).name), households - SPLIT.get(code, 0))
        theirs.remove(expected)  # each published row serves one commune
    assert theirs == [("phú an", 1_101)]
