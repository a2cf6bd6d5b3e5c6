"""A row that is not understood takes no other row with it; the finding names the row at fault."""

from __future__ import annotations

import pytest

from tests.intake.office import HOUSEHOLDS, VI_TAN, Office, Row, at

GROUP: Row = ["I", "Xã Vị Tân"]
AP_1, AP_2, AP_3 = [1, "Ấp 1", 120, 80], [2, "Ấp 2", 130, 70], [3, "Ấp 3", 140, 90]
ALL = {"ap-1": 120, "ap-2": 130, "ap-3": 140}


def read(office: Office, *rows: Row) -> tuple[dict[str, object], list[tuple[str, str]]]:
    """What was read of the hamlets of one commune, and the findings."""
    seen = office.sends(HOUSEHOLDS, *rows)
    values = {
        o.unit_code.removeprefix(f"{VI_TAN}-"): o.value
        for o in seen.received.table.observations
        if o.measure == "households" and o.value is not None
    }
    return values, seen.findings()


@pytest.mark.parametrize("name", [
    "Trong đó: nữ", "Trong đó hộ nghèo", "- Nữ", "+ Nam", "Gồm: hộ mới", "Bao gồm cả tạm trú",
    "Of which: women",
])  # fmt: skip
def test_a_row_that_parts_the_one_above_is_passed_over(office: Office, name: str) -> None:
    part: Row = [None, name, 60, 40]
    values, findings = read(office, GROUP, AP_1, part, AP_2, part, AP_3, part)
    assert values == ALL
    assert findings == [("sub_row_skipped", at(f"B{row}")) for row in (4, 6, 8)]


def test_a_heading_over_the_parts_says_nothing(office: Office) -> None:
    values, findings = read(office, GROUP, [None, "Trong đó:"], AP_1, AP_2, AP_3)
    assert (values, findings) == (ALL, [])


def test_a_units_name_behind_such_a_word_is_no_part(office: Office) -> None:
    values, findings = read(office, GROUP, AP_1, AP_2, [3, "Trong đó: Ấp 3", 140, 90])
    assert values == {"ap-1": 120, "ap-2": 130}
    assert findings == [("unit_unknown", at("B5"))]


def test_a_name_that_is_also_a_word_for_a_part_is_asked(office: Office) -> None:
    """Nam is "men" and "south": without a dash before it nobody knows which."""
    values, findings = read(office, GROUP, AP_1, AP_2, [3, "Nam", 140, 90])
    assert values == {"ap-1": 120, "ap-2": 130}
    assert findings == [("unit_unknown", at("B5"))]


def test_ditto_below_a_part_means_nothing(office: Office) -> None:
    values, findings = read(office, GROUP, AP_1, [None, "Trong đó: nữ", 60, 40],
                            [2, "Ấp 2", "nt", 70])  # fmt: skip
    assert values == {"ap-1": 120}
    assert sorted(findings) == [("sub_row_skipped", at("B4")), ("value_unreadable", at("C5"))]


@pytest.mark.parametrize("line", ["Vi Tan commune", "VI TAN COMMUNE", "Commune of Vi Tan"])
def test_a_group_said_again_in_another_language_stays_the_group(office: Office, line: str) -> None:
    assert read(office, GROUP, [None, line], AP_1, AP_2, AP_3) == (ALL, [])


@pytest.mark.parametrize("line", ["Xa Vi Tan Dong", "Hoa Luu commune", "Xã Vị Tấn"])
def test_a_group_that_nobody_knows_still_ends_the_one_above(office: Office, line: str) -> None:
    values, findings = read(office, GROUP, [None, line], AP_1, AP_2, AP_3)
    assert values == {}
    assert ("unit_unknown", at("B4")) in findings


@pytest.mark.parametrize("first", ["Ap 1", "AP 1", "ap 01", "A 1"])
def test_a_type_before_a_number_may_lack_its_accent(office: Office, first: str) -> None:
    values, findings = read(office, GROUP, [1, first, 120, 80], AP_2, AP_3)
    if first == "A 1":
        assert (values, findings) == ({"ap-2": 130, "ap-3": 140}, [("unit_unknown", at("B3"))])
    else:
        assert (values, findings) == (ALL, [])


def test_a_name_without_accents_is_not_taken_for_one_with_them(office: Office) -> None:
    values, findings = read(office, GROUP, [1, "Ap Tan Loi", 120, 80], AP_2, AP_3)
    assert values == {"ap-2": 130, "ap-3": 140}
    assert findings == [("unit_unknown", at("B3"))]


@pytest.mark.parametrize("name", ["Khóm 1", "Tổ dân phố 1", "Xóm Mới"])
def test_an_unknown_member_is_refused_alone(office: Office, name: str) -> None:
    values, findings = read(office, GROUP, [1, name, 120, 80], AP_2, AP_3)
    assert values == {"ap-2": 130, "ap-3": 140}
    assert findings == [("unit_unknown", at("B3"))]


def test_an_unknown_group_takes_its_members_with_it(office: Office) -> None:
    """A roman number, or the type of a group: nobody knows whose the rows below are."""
    for number, name in (("II", "Khu Mới"), (3, "Xã Xuân Tiến")):
        values, findings = read(office, GROUP, AP_1, AP_2, [number, name], AP_3)
        assert values == {"ap-1": 120, "ap-2": 130}
        assert findings == [("unit_unknown", at("B6"))]


def test_members_that_begin_again_below_an_unknown_row_are_not_used(office: Office) -> None:
    values, findings = read(office, GROUP, AP_1, AP_2, [3, "Khóm Tây", 10, 5],
                            [1, "Ấp 3", 140, 90])  # fmt: skip
    assert values == {"ap-1": 120, "ap-2": 130}
    assert findings == [("unit_unknown", at("B5")), ("group_unclear", at("B6"))]
