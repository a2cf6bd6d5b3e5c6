"""Written names and the units they mean."""

from __future__ import annotations

import dataclasses
import sys
import unicodedata

import pytest

from dxkit.intake.names import Names, sender_in_name
from dxkit.model.campaign import Campaign
from dxkit.model.units import Unit
from tests.intake.office import Office


@pytest.fixture(scope="module")
def names(haugiang: Campaign) -> Names:
    return Names(haugiang, haugiang.period("2022-Q4").last_day)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("TP. Vị Thanh", "930"), ("Tp Vị Thanh", "930"), ("T.P Vị Thanh", "930"),
        ("UBND TP Vị Thanh", "930"), ("H. Châu Thành A", "932"), ("Châu Thành - A", "932"),
        ("CTA", "932"), ("Huyện Châu Thành", "933"), ("Châu Thành А", "932"),
        ("VI THUY", "935"), ("HUYỆN VỊ THUỶ", "935"), ("Huyện Vị Thủy", "935"),
        ("TX. Long Mỹ", "937"), ("Huyện Long Mỹ", "936"),
    ],
)  # fmt: skip
def test_districts(names: Names, written: str, code: str) -> None:
    match = names.find(written, [names.units.at_level("district")])
    assert match.unit is not None
    assert match.unit.code == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("TT Cái Tắc", "31362"), ("TT. Cái Tắc", "31362"), ("Thị Trấn Cái Tắc", "31362"),
        ("P.I", "31318"), ("P1", "31318"), ("Phường 1", "31318"), ("Phường I", "31318"),
        ("Hoả Lựu", "31336"), ("Hỏa Lựu", "31336"), ("Ðông Phước", "31384"),
        (" Xã  Vị\u200b Tân ", "31333"),
    ],
)  # fmt: skip
def test_communes(names: Names, written: str, code: str) -> None:
    match = names.find(written, [names.units.at_level("commune")])
    assert match.unit is not None
    assert match.unit.code == code


@pytest.mark.parametrize(
    ("written", "problem", "candidate"),
    [
        ("Long Mỹ", "unit_ambiguous", "936"),
    ],
)
def test_district_questions(names: Names, written: str, problem: str, candidate: str) -> None:
    match = names.find(written, [names.units.at_level("district")])
    assert match.unit is None
    assert match.problem == problem
    assert candidate in [unit.code for unit in match.candidates]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("Xã Xuân Tiến", "unit_unknown"),
        ("Xã Phú An", "unit_not_valid"),
        ("Xã Vị Thanh 1", "unit_not_valid"),
        ("Bình Thanh", "unit_unknown"),
    ],
)
def test_commune_questions(names: Names, written: str, problem: str) -> None:
    match = names.find(written, [names.units.at_level("commune")])
    assert (match.unit, match.problem) == (None, problem)


def test_a_misspelt_name_is_suggested_and_not_accepted(names: Names) -> None:
    match = names.find("Xã Xuân Tiến", [names.units.children("930")])
    assert match.unit is None
    assert match.candidates[0].name == "Xã Tân Tiến"


@pytest.mark.parametrize(
    ("written", "code"),
    [("Ấp 1", "31318-ap-1"), ("KV4", "31318-khu-vuc-4"), ("Khu vực IV", "31318-khu-vuc-4"),
     ("ấp 2A", "31318-ap-2a")],
)  # fmt: skip
def test_hamlets_are_named_under_their_commune(names: Names, written: str, code: str) -> None:
    unit = names.open_unit(written, names.units.get("31318"))
    assert unit is not None
    assert unit.code == code


def test_other_texts_are_no_hamlets(names: Names) -> None:
    assert names.open_unit("Apple 1", names.units.get("31318")) is None


@pytest.mark.parametrize(
    ("written", "level", "code"),
    [("Thị xã Ngã Bảy", "district", "931"), ("Xã Hiệp Lợi", "commune", "31344")],
)
def test_an_old_name_of_a_unit_that_goes_on_means_it_and_says_so(
    names: Names, written: str, level: str, code: str
) -> None:
    match = names.find(written, [names.units.at_level(level)])
    assert match.unit is not None
    assert (match.unit.code, match.problem) == (code, "unit_renamed")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ấp Bình Thuận", "Ấp Bình Thuận"), ("Ấp Hòa Luật", "Ấp Hòa Luật"),
        ("Ấp Hoà Khuê", "Ấp Hoà Khuê"), ("Ấp 3/2", "Ấp 3/2"), ("Ấp Lợi A2", "Ấp Lợi A2"),
        ("Ấp Bắc-Nam", "Ấp Bắc-Nam"), ("Ấp Tân Hòa (cũ)", "Ấp Tân Hòa (cũ)"),
        ("Ấp (cũ) 1", "Ấp (cũ) 1"), ("Ấp 05", "Ấp 05"), ("Khu vực IV", "Khu vực IV"),
        ("Ấp McĐơn", "Ấp McĐơn"), ("Ấp TÂN AN", "Ấp TÂN AN"),
        ("Ấp Bến µ 2", "Ấp Bến µ 2"), ("Ấp ¸nh Sáng", "Ấp ¸nh Sáng"),
        (unicodedata.normalize("NFD", "Ấp Bình Thuận"), "Ấp Bình Thuận"),
        # the type as the campaign declares it
        ("KV4", "Khu vực 4"), ("KV. A1", "Khu vực A1"), ("KHU VỰC: Bình An", "Khu vực Bình An"),
        ("ấp 2a", "Ấp 2a"),
    ],
)  # fmt: skip
def test_the_name_of_a_hamlet_stays_as_it_was_written(
    names: Names, written: str, name: str
) -> None:
    unit = names.open_unit(written, names.units.get("31318"))
    assert unit is not None
    assert (unit.name, unit.type) == (name, name.removesuffix(unit.bare_name).strip())


def test_of_two_writings_of_a_hamlet_the_commoner_is_shown(office: Office) -> None:
    written = ("Khu vực Bình THUẬN", "KV Bình Thuận", "Khu vực Bình Thuận")
    for number, hamlet in enumerate(written):
        office.sends(
            ["TT", "Đơn vị", ("Tổng số hộ", "Hộ có kỹ năng số", "Hộ SXNN")[number]],
            ["I", "Phường I"],
            [1, hamlet, 100],
            file=f"930 {number}.xlsx",
        )
    received = office.sent().received
    hamlets = [unit for unit in received.units.units if unit.level == "hamlet"]
    assert [(u.code, u.name) for u in hamlets] == [
        ("31318-khu-vuc-binhf-thuaanj", "Khu vực Bình Thuận")
    ]
    assert [o.value for o in received.table.observations] == [100, 100, 100]


def test_looking_up_a_name_costs_the_same_among_more_units(haugiang: Campaign) -> None:
    def calls(communes: int) -> int:
        more = [
            Unit(f"x{n}", f"Xã Thử Nghiệm {n}", "Xã", "commune", "930") for n in range(communes)
        ]
        campaign = dataclasses.replace(haugiang, units=haugiang.units.with_units(more))
        names = Names(campaign, haugiang.period("2022-Q4").last_day)

        def look() -> None:
            levels = [names.units.at_level(level) for level in names.units.levels]
            assert len(levels[2]) == 75 + communes
            assert names.find("Xã Vị Tân", names.scopes.levels).unit is not None
            assert sender_in_name("2022/930 Vị Thanh.xlsx", names) is not None
            assert sender_in_name("xa-vi-tan.xlsx", names) is not None

        look()  # prepares
        counted = 0

        def count(*_: object) -> None:
            nonlocal counted
            counted += 1

        sys.setprofile(count)
        try:
            look()
        finally:
            sys.setprofile(None)
        return counted

    assert calls(400) == calls(20)


def test_names_that_differ_only_in_accents_have_codes_of_their_own(names: Names) -> None:
    commune = names.units.get("31318")
    units = [names.open_unit(name, commune) for name in ("Ấp Bình Thành", "Ấp Bình Thạnh")]
    assert [unit.code for unit in units if unit] == [
        "31318-ap-binhf-thanhf",
        "31318-ap-binhf-thanhj",
    ]
    assert [unit.name for unit in units if unit] == ["Ấp Bình Thành", "Ấp Bình Thạnh"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ấp Kos", "Ấp Kó"),  # as a keyboard types the tone
        ("Ấp Kaan", "Ấp Kân"),
        ("Ấp Ddung", "Ấp Đung"),
        ("Ấp Tow Nhá", "Ấp Tơ Nhá"),
        ("Ấp Kñ", "Ấp K"),  # a letter of another language
        ("Ấp ភូមិ", "Ấp ថ្មី"),
        ("Ấp 5%", "Ấp 5"),
        ("Ấp " + "Bình " * 30 + "Kos", "Ấp " + "Bình " * 30 + "Kó"),
        ("Ấp " + "Bình " * 30 + "Thành", "Ấp " + "Bình " * 30 + "Thạnh"),
    ],
)
def test_two_names_never_share_a_code(names: Names, one: str, other: str) -> None:
    units = [names.open_unit(name, names.units.get("31318")) for name in (one, other)]
    codes = {unit.code for unit in units if unit}
    assert len(codes) == 2
    assert all(len(code) < 90 and code.startswith("31318-ap") for code in codes)
    again = [
        names.open_unit(f"  {name.upper()}.", names.units.get("31318")) for name in (one, other)
    ]
    assert {unit.code for unit in again if unit} == codes
