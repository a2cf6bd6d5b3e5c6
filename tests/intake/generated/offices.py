"""Offices that send a workbook: which units, in which layout, under which name."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

from tests.intake.generated.layouts import (
    DOSSIER_FIELDS,
    GROUPED_HOUSEHOLD_FIELDS,
    HOUSEHOLD_FIELDS,
    QUARTER_FIELDS,
    TEAM_FIELDS,
    Place,
    Sheet,
)
from tests.intake.generated.meaning import Office, Page
from tests.intake.generated.troubles import (
    amounts,
    blocks_of_periods,
    indicators_in_rows,
    marks_below_a_merged_label,
    moved_rows,
    names_between_figures,
    old_block_beside,
    periods_in_rows,
    second_sheet,
)

_ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV",
          "XV"]  # fmt: skip
_BY_COMMUNE = (DOSSIER_FIELDS, QUARTER_FIELDS, TEAM_FIELDS)
_BY_HAMLET = (HOUSEHOLD_FIELDS, GROUPED_HOUSEHOLD_FIELDS)


def districts(units_csv: Path, dice: random.Random) -> tuple[Place, ...]:
    """The districts of 2022 with their communes and some hamlets, read from the table of units."""
    with units_csv.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if _in_2022(row)]
    found = []
    for district in rows:
        if district["level"] != "district":
            continue
        communes = tuple(
            Place(row["code"], row["name"], _hamlets(row, dice))
            for row in rows
            if row["parent"] == district["code"]
        )
        found.append(Place(district["code"], district["name"], communes))
    return tuple(found)


def _in_2022(row: dict[str, str]) -> bool:
    return (row["valid_from"] or "0") <= "2022-12-14" <= (row["valid_to"] or "9")


def _hamlets(commune: dict[str, str], dice: random.Random) -> tuple[Place, ...]:
    kind, slug = ("Khu vực", "khu-vuc") if commune["type"] == "Phường" else ("Ấp", "ap")
    numbers = [str(number) for number in range(1, dice.randint(4, 9))]
    if kind == "Ấp" and dice.random() < 0.3:
        numbers += ["7A", "7B"]
    return tuple(
        Place(f"{commune['code']}-{slug}-{number.lower()}", f"{kind} {number}", declared=False)
        for number in numbers
    )


def make_office(dice: random.Random, province: tuple[Place, ...]) -> Office:
    """One workbook of a random kind."""
    kind = dice.choice(list(_KINDS))
    office = _KINDS[kind](dice, province)
    office.kind = kind
    return office


def _district_file(dice: random.Random, district: Place) -> str:
    slug = {"930": "TP Vị Thanh", "931": "TP. Ngã Bảy", "936": "huyen-long-my"}.get(district.code)
    return dice.choice([f"{district.code}-bao-cao", district.code, slug or district.name])


def _households_of_district(dice: random.Random, province: tuple[Place, ...]) -> Office:
    """Communes as group rows, their hamlets below."""
    district = dice.choice(province)
    page = Page("Biểu 1")
    sheet = Sheet(dice, page, dice.choice(_BY_HAMLET))
    sheet.titles(f"UBND {district.name}")
    sheet.header((dice.choice(["Đơn vị", "Ấp, khu vực", "Tên đơn vị"]),))
    for numeral, commune in zip(_ROMAN, district.below, strict=False):
        clear = sheet.group_row(commune, numeral)
        sheet.rows(commune.below, clear=clear)
    _trouble(dice, sheet)
    sheet.foot()
    office = Office(_district_file(dice, district), [page])
    second_sheet(dice, office)
    return office


def _communes_of_district(dice: random.Random, province: tuple[Place, ...]) -> Office:
    district = dice.choice(province)
    page = Page("Biểu 2")
    sheet = Sheet(dice, page, dice.choice(_BY_COMMUNE))
    sheet.titles(f"UBND {district.name}")
    sheet.header((dice.choice(["Đơn vị", "Xã, phường, thị trấn", "Địa phương"]),))
    left_out = dice.sample(district.below, dice.choice([1, 2])) if dice.random() < 0.3 else []
    sheet.has_sub_rows = dice.random() < 0.2
    communes = tuple(commune for commune in district.below if commune not in left_out)
    sheet.rows(communes, repeat_every=dice.choice([0, 0, 5]))
    _trouble(dice, sheet)
    sheet.foot()
    office = Office(_district_file(dice, district), [page], left_out=[c.code for c in left_out])
    second_sheet(dice, office)
    return office


def _one_commune(dice: random.Random, province: tuple[Place, ...]) -> Office:
    """The workbook of one commune: its hamlets, nothing else."""
    commune = dice.choice(dice.choice(province).below)
    page = Page("Sheet1")
    sheet = Sheet(dice, page, dice.choice(_BY_HAMLET))
    sheet.titles(f"UBND {commune.name}")
    sheet.header(("Ấp, khu vực",))
    sheet.has_sub_rows = dice.random() < 0.2
    sheet.rows(commune.below)
    _trouble(dice, sheet)
    sheet.foot()
    office = Office(f"{commune.code}-{dice.choice(['q4', 'bieu'])}", [page])
    second_sheet(dice, office)
    return office


def _trouble(dice: random.Random, sheet: Sheet) -> None:
    """Sometimes one of the troubles that a table may have besides how its cells are written."""
    troubles = [names_between_figures, moved_rows, old_block_beside, marks_below_a_merged_label]
    if dice.random() < 0.5:
        dice.choice(troubles)(dice, sheet)


def _described(dice: random.Random, province: tuple[Place, ...]) -> Office:
    """Tables that only layouts.toml describes."""
    district = dice.choice(province)
    way = dice.choice([indicators_in_rows, periods_in_rows, blocks_of_periods, amounts])
    page, layout = way(dice, district.below, f"UBND {district.name}")
    return Office(_district_file(dice, district), [page], layouts=(layout,))


def _sheet_for_each_commune(dice: random.Random, province: tuple[Place, ...]) -> Office:
    district = dice.choice(province)
    fields = dice.choice(_BY_HAMLET)
    pages = []
    for commune in district.below:
        page = Page(commune.name)
        sheet = Sheet(dice, page, fields)
        sheet.titles(f"UBND {commune.name}")
        sheet.header(("Ấp, khu vực",))
        sheet.has_sub_rows = dice.random() < 0.1
        sheet.rows(commune.below)
        _trouble(dice, sheet)
        sheet.foot()
        pages.append(page)
    return Office(f"{district.code}-cac-xa", pages)


def _province_in_columns(dice: random.Random, province: tuple[Place, ...]) -> Office:
    """Columns of districts and communes, the upper names given once, then blank."""
    page = Page("Toàn tỉnh")
    sheet = Sheet(dice, page, dice.choice(_BY_COMMUNE))
    sheet.extra = ""
    sheet.titles("UBND tỉnh Hậu Giang")
    sheet.header(("Huyện, thị xã, thành phố", "Xã, phường, thị trấn"))
    left_out = _left_out(dice, province)
    for district in province:
        here = [commune for commune in district.below if commune.code not in left_out]
        for position, commune in enumerate(here):
            upper = district.name if position == 0 else ""
            sheet.unit_row(commune, position + 1, names=(upper, commune.name))
            sheet.previous = {}
    sheet.foot()
    return Office("tong-hop", [page], left_out=left_out)


def _province_in_groups(dice: random.Random, province: tuple[Place, ...]) -> Office:
    """Districts as group rows with roman numerals, their communes below."""
    page = Page("Tổng hợp")
    sheet = Sheet(dice, page, dice.choice(_BY_COMMUNE))
    sheet.titles("UBND tỉnh Hậu Giang")
    sheet.header()
    left_out = _left_out(dice, province)
    for numeral, district in zip(_ROMAN, province, strict=False):
        sheet.put(sheet.row, sheet.first_column, numeral)
        sheet.put(sheet.row, sheet.name_column, district.name)
        sheet.row += 1
        sheet.rows(tuple(c for c in district.below if c.code not in left_out))
    sheet.foot()
    return Office("tong-hop-toan-tinh", [page], left_out=left_out)


def _left_out(dice: random.Random, province: tuple[Place, ...]) -> list[str]:
    """Some communes of a province that a table lacks, now and then."""
    communes = [commune.code for district in province for commune in district.below]
    return dice.sample(communes, 3) if dice.random() < 0.3 else []


def _two_tables(dice: random.Random, province: tuple[Place, ...]) -> Office:
    """Two tables on one sheet, one below the other."""
    district = dice.choice(province)
    page = Page("Biểu")
    first = Sheet(dice, page, TEAM_FIELDS)
    first.titles(f"UBND {district.name}")
    first.header()
    first.rows(district.below)
    second = Sheet(dice, page, DOSSIER_FIELDS)
    second.first_column = first.first_column
    second.row = first.row + 2
    second.put(second.row - 1, 1, "2. Hồ sơ thủ tục hành chính")
    second.header()
    second.rows(district.below)
    second.foot()
    return Office(_district_file(dice, district), [page])


_KINDS: dict[str, Callable[[random.Random, tuple[Place, ...]], Office]] = {
    "households of a district": _households_of_district,
    "communes of a district": _communes_of_district,
    "one commune": _one_commune,
    "a sheet for each commune": _sheet_for_each_commune,
    "province in columns": _province_in_columns,
    "province in groups": _province_in_groups,
    "two tables": _two_tables,
    "described": _described,
}
