"""Written names and the units they mean."""

from __future__ import annotations

import pytest

from dxkit.intake.names import Names
from dxkit.model.campaign import Campaign


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


def test_names_that_differ_only_in_accents_have_codes_of_their_own(names: Names) -> None:
    commune = names.units.get("31318")
    units = [names.open_unit(name, commune) for name in ("Ấp Bình Thành", "Ấp Bình Thạnh")]
    assert [unit.code for unit in units if unit] == [
        "31318-ap-binhf-thanhf",
        "31318-ap-binhf-thanhj",
    ]
    assert [unit.name for unit in units if unit] == ["Ấp Bình Thành", "Ấp Bình Thạnh"]
