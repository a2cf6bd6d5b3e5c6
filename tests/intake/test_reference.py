"""The census figures that the project carries, against the published workbook."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from python_calamine import CalamineWorkbook

from dxkit.demo import read_census

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
    book = CalamineWorkbook.from_path(str(published / "gso_census2019_households.xlsx"))
    for row in book.get_sheet_by_index(0).to_python()[4:]:
        province = row[0] or province
        if province.strip() == "Tỉnh Hậu Giang" and row[2]:
            theirs.append((key(row[2]), int(row[3])))
    assert len(theirs) == 76
    units = haugiang.units.on(haugiang.periods[0].last_day)
    for code, households in ours.items():
        expected = (key(units.get(code).name), households - SPLIT.get(code, 0))
        theirs.remove(expected)  # each published row serves one commune
    assert theirs == [("phú an", 1_101)]
