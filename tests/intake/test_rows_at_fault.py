"""A row that is not understood takes no other row with it; the finding names the row at fault."""

from __future__ import annotations

import openpyxl
import pytest

from tests.intake.office import DOSSIERS, HOUSEHOLDS, VI_TAN, Office, Row, at

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


@pytest.mark.parametrize("parts", [("Nữ", "Nam"), ("Nam", "Nữ"), ("Nam giới", "Nữ giới")])
def test_men_stand_beside_women(office: Office, parts: tuple[str, str]) -> None:
    rows = [[None, name, 60, 40] for name in parts]
    values, findings = read(office, GROUP, AP_1, *rows, AP_2, *rows, AP_3)
    assert values == ALL
    assert findings == [("sub_row_skipped", at(f"B{row}")) for row in (4, 5, 7, 8)]


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
        assert (values, findings) == (ALL, [("type_without_accent", at("B3"))])


@pytest.mark.parametrize("group", ["Xa Vị Tân", "XA VỊ TÂN", "Xa  Vị Tân:"])
def test_a_type_of_a_declared_unit_may_lack_its_accent(office: Office, group: str) -> None:
    values, findings = read(office, ["I", group], AP_1, AP_2, AP_3)
    assert (values, findings) == (ALL, [("type_without_accent", at("B2"))])


@pytest.mark.parametrize("remark", ["mới tách", "cũ", "đã sáp nhập; chờ xác nhận"])
def test_a_remark_behind_a_declared_name_is_told(office: Office, remark: str) -> None:
    values, findings = read(office, ["I", f"Xã Vị Tân ({remark})"], AP_1, AP_2, AP_3)
    assert (values, findings) == (ALL, [("name_with_remark", at("B2"))])


@pytest.mark.parametrize("remark", [
    "nữ", "kế hoạch", "trừ ấp 4", "Hỏa Lựu", "thuộc phường I", "lũy kế", "phần còn lại",
    "Quý III/2022", "không kể ấp 4",
])  # fmt: skip
def test_a_bracket_that_says_other_figures_is_no_remark(office: Office, remark: str) -> None:
    values, findings = read(office, ["I", f"Xã Vị Tân ({remark})"], AP_1, AP_2, AP_3)
    assert values == {}
    assert "name_with_remark" not in dict(findings)


@pytest.mark.parametrize(
    ("name", "likely"),
    [("Khóm 3", "Ấp 3"), ("Thôn 03", "Ấp 03"), ("Âp 3", "Ấp 3"), ("Khu dân cư Tân Lợi", "")],
)
def test_the_name_that_a_number_behind_another_type_is_likely_to_mean_is_told(
    office: Office, name: str, likely: str
) -> None:
    seen = office.sends(HOUSEHOLDS, GROUP, AP_1, AP_2, [3, name, 140, 90])
    told = [f for f in seen.received.findings if f.code == "unit_unknown"]
    assert [(f.address.cell, f.values["candidates"]) for f in told] == [("B5", likely)]


NEW: Row = [3, "Ấp 3 (mới tách)", 150, 90]


def test_a_hamlet_may_be_called_so(office: Office) -> None:
    """Nobody declares hamlets: where nobody knows Ap 3, so it is called."""
    values, findings = read(office, GROUP, AP_1, AP_2, NEW)
    assert (values, findings) == ({"ap-1": 120, "ap-2": 130, "ap-3-mowis-tachs": 150}, [])


@pytest.mark.parametrize("name", ["Ấp 3 (mới tách)", "Ấp 3 (mới)", "ẤP 3 (A)"])
def test_beside_one_of_that_name_it_counts_as_another_and_that_is_told(
    office: Office, name: str
) -> None:
    values, findings = read(office, GROUP, AP_1, AP_2, AP_3, [4, name, 150, 90])
    assert sorted(map(str, values.values())) == ["120", "130", "140", "150"]
    assert findings == [("unit_beside_like", at("B6"))]


def test_two_names_that_differ_by_their_brackets_are_told(office: Office) -> None:
    old, new = [3, "Ấp 3 (cũ)", 140, 90], [4, "Ấp 3 (mới)", 150, 90]
    values, findings = read(office, GROUP, AP_1, AP_2, old, new)
    assert sorted(map(str, values.values())) == ["120", "130", "140", "150"]
    assert findings == [("unit_beside_like", at("B5")), ("unit_beside_like", at("B6"))]


@pytest.mark.parametrize("mark", ["(*)", "(**)", "( )"])
def test_a_mark_of_a_footnote_in_brackets_makes_no_other_name(office: Office, mark: str) -> None:
    assert read(office, GROUP, AP_1, AP_2, [3, f"Ấp 3 {mark}", 140, 90]) == (ALL, [])


DOSSIERS_OF: list[Row] = [DOSSIERS, GROUP, [1, "Ấp 1", 10, 5], [2, "Ấp 2", 11, 6]]


@pytest.mark.parametrize("new_first", [False, True])
@pytest.mark.parametrize("name", ["Ấp 3 (mới tách)", "Ấp 03 (cũ)", "Ấp 3 (đã sáp nhập)"])
def test_another_sheet_that_knows_the_name_without_brackets_makes_it_a_question(
    office: Office, name: str, new_first: bool
) -> None:
    names = [name, "Ấp 3"] if new_first else ["Ấp 3", name]
    book = openpyxl.Workbook()
    book.remove(book.active)
    tables = [[HOUSEHOLDS, GROUP, AP_1, AP_2], DOSSIERS_OF]
    for title, rows, third in zip(("Hộ", "Hồ sơ"), tables, names, strict=True):
        sheet = book.create_sheet(title)
        for row in (*rows, [3, third, 140, 90]):
            sheet.append(row)
    book.save(office.folder / "930.xlsx")
    seen = office.sent()
    asked = at("B5", sheet="Hộ" if new_first else "Hồ sơ")
    assert seen.findings("name_or_remark") == [("name_or_remark", asked)]
    kept, lost = ("dossiers", "households") if new_first else ("households", "dossiers")
    assert seen.figure(f"{VI_TAN}-ap-3", kept)[0] == 140
    of_lost = [o for o in seen.received.table.observations if o.measure == lost]
    assert [o.value for o in of_lost if o.address.cell == "C5"] == [None]


@pytest.mark.parametrize("earlier", ["Ấp 3", "ấp 3", "Ấp 3 (mới tách)", "Ấp 4"])
def test_the_period_before_that_knows_the_name_without_brackets_makes_it_a_question(
    office: Office, earlier: str
) -> None:
    before = office.sends(HOUSEHOLDS, GROUP, AP_1, AP_2, [3, earlier, 140, 90]).received
    office.sends(HOUSEHOLDS, GROUP, AP_1, AP_2, NEW)
    seen = office.sent(before)
    is_asked = earlier.casefold() == "ấp 3"
    assert bool(seen.findings("name_or_remark")) == is_asked
    value = seen.figure(f"{VI_TAN}-ap-3-mowis-tachs", "households")[0]
    assert value == (None if is_asked else 150)


@pytest.mark.parametrize("said", ["nữ", "kế hoạch", "không kể tạm trú", "6 tháng đầu năm"])
def test_brackets_that_say_which_figures_make_no_hamlet(office: Office, said: str) -> None:
    values, findings = read(office, GROUP, AP_1, AP_2, AP_3, [None, f"Ấp 3 ({said})", 70, 40])
    assert (values, findings) == (ALL, [("unit_unknown", at("B6"))])


@pytest.mark.parametrize("said", ["chưa gửi báo cáo", "Chưa báo cáo", "chưa gửi BC; chưa gửi"])
def test_a_hamlet_that_has_not_reported_is_itself(office: Office, said: str) -> None:
    row: Row = [3, f"Ấp 3 ({said})", None, None]
    seen = office.sends(HOUSEHOLDS, GROUP, AP_1, AP_2, row)
    assert seen.figure(f"{VI_TAN}-ap-3", "households")[:2] == (None, "not_reported")
    assert seen.findings("name_with_remark") == [("name_with_remark", at("B5"))]


@pytest.mark.parametrize("group", ["Xa Vi Tan", "XÃ VỊ TÂN", "Vị Tân", "X. Vị Tân"])
def test_a_name_without_any_accent_or_type_lacks_none(office: Office, group: str) -> None:
    assert read(office, ["I", group], AP_1, AP_2, AP_3) == (ALL, [])


@pytest.mark.parametrize("group", ["Xa Vị Tấn", "Xạ Vị Tân", "Huyen Vị Tân"])
def test_another_name_or_type_is_not_one_without_accents(office: Office, group: str) -> None:
    values, findings = read(office, ["I", group], AP_1, AP_2, AP_3)
    assert values == {}
    assert ("unit_unknown", at("B2")) in findings


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
        assert findings == [("unit_unknown", at("B5")), ("unit_unknown", at("B6"))]


def test_members_that_begin_again_below_an_unknown_row_are_not_used(office: Office) -> None:
    values, findings = read(office, GROUP, AP_1, AP_2, [3, "Khóm Tây", 10, 5],
                            [1, "Ấp 3", 140, 90])  # fmt: skip
    assert values == {"ap-1": 120, "ap-2": 130}
    assert findings == [("unit_unknown", at("B5")), ("group_unclear", at("B6"))]


COMMUNE = "xa-vi-tan.xlsx"
"""A file of one commune, all of whose rows stand in it."""


def read_commune(office: Office, *rows: Row) -> tuple[dict[str, object], list[tuple[str, str]]]:
    """As ``read``, of a commune's own file."""
    seen = office.sends(HOUSEHOLDS, *rows, file=COMMUNE)
    values = {
        o.unit_code.removeprefix(f"{VI_TAN}-"): o.value
        for o in seen.received.table.observations
        if o.measure == "households" and o.value is not None
    }
    return values, [(code, place.partition("!")[2]) for code, place in seen.findings()]


@pytest.mark.parametrize(
    "rows",
    [
        [[1, "Ấp Tân", 120, 80], [None, "Thới Thượng"]],
        [[1, "Ấp Tân"], [None, "Thới Thượng", 120, 80]],
        [[1, "Ấp Tân", 120, 80], [None, "Thới"], [None, "Thượng"]],
        [[1, "ẤP TÂN", 120, 80], [None, "THỚI"]],
    ],
)
def test_a_name_over_two_rows_is_asked_and_no_hamlet_of_half_of_it_made(
    office: Office, rows: list[Row]
) -> None:
    values, findings = read_commune(office, *rows, AP_2, AP_3)
    assert values == {"ap-2": 130, "ap-3": 140}
    assert findings == [("name_broken", "B2")]


def test_a_name_over_two_rows_among_several_groups(office: Office) -> None:
    """The numbers of the rows go on below it."""
    values, findings = read(office, GROUP, [1, "Ấp Tân", 120, 80], [None, "Thới"], AP_2, AP_3)
    assert values == {"ap-2": 130, "ap-3": 140}
    assert findings == [("name_broken", at("B3"))]


def test_the_first_half_of_a_declared_name_may_be_a_name(office: Office) -> None:
    units = [u for u in office.campaign.units.units if u.bare_name == "Đông Phước A"]
    code = next(u.code for u in office.campaign.units.units if u.name == "Xã Đông Phước")
    assert units
    rows: list[Row] = [[1, "Xã Đông Phước", 7, 30], [None, "A"], [2, "Xã Đông Thạnh", 5, 20]]
    seen = office.sends(["TT", "Đơn vị", "Số tổ", "Số thành viên"], *rows, file="933.xlsx")
    assert seen.figure(code, "teams") == ()
    assert seen.findings("name_broken") == [("name_broken", at("B2", "933.xlsx"))]


@pytest.mark.parametrize("line", ["(Số liệu tính đến 14/12)", "nguồn: công an xã", "Nguồn số liệu"])
def test_a_remark_below_the_last_row_breaks_no_name(office: Office, line: str) -> None:
    values, findings = read_commune(office, AP_1, AP_2, AP_3, [None, line])
    assert (values, findings) == (ALL, [])


@pytest.mark.parametrize(
    "name",
    ["Ấp 4, 5", "Ấp 4, Ấp 5", "Ấp 4 và 5", "Ấp 4+5", "Ấp 4; 5", "Ấp 4-5", "Ấp Tân Lợi, Tân Phú",
     "Ấp 4\nẤp 5", "Ấp Đông & Tây", "Ấp 4-7", "Ấp 4 đến 7", "Ấp 4 → 6", "Ấp khác", "Ấp còn lại"],
)  # fmt: skip
def test_several_units_in_one_cell_are_asked(office: Office, name: str) -> None:
    values, findings = read(office, GROUP, AP_1, [2, name, 60, 40], AP_2, AP_3)
    assert (values, findings) == (ALL, [("unit_unknown", at("B4"))])


@pytest.mark.parametrize("name", ["Ấp 2/9", "Ấp 2-9", "Ấp Mới (tách, nhập)", "Ấp Bắc-Nam"])
def test_marks_in_one_name_are_no_several(office: Office, name: str) -> None:
    values, findings = read(office, GROUP, AP_1, AP_2, AP_3, [4, name, 60, 40])
    assert (len(values), findings) == (4, [])


@pytest.mark.parametrize("name", ["- Hộ nghèo", "a) Dân tộc Khmer", "+ Hộ mới", "Khác"])
def test_an_unknown_row_of_a_communes_own_file_is_refused_alone(office: Office, name: str) -> None:
    values, findings = read_commune(office, AP_1, [None, name, 60, 40], AP_2, AP_3)
    assert (values, findings) == (ALL, [("unit_unknown", "B3")])


@pytest.mark.parametrize("name", ["a) Nữ", "Số nữ", "Nữ giới", "Chia theo giới: nam", "* women"])
def test_further_words_for_a_part(office: Office, name: str) -> None:
    values, findings = read(office, GROUP, AP_1, [None, name, 60, 40], AP_2, AP_3)
    assert (values, findings) == (ALL, [("sub_row_skipped", at("B4"))])


def test_an_unknown_member_is_told_by_the_numbers_of_the_rows(office: Office) -> None:
    """Without roman numbers: what is counted on is no group."""
    values, findings = read(office, [None, "Xã Vị Tân"], AP_1, [2, "Khóm 2", 5, 5],
                            [3, "Ấp 2", 130, 70], [4, "Ấp 3", 140, 90])  # fmt: skip
    assert (values, findings) == (ALL, [("unit_unknown", at("B4"))])


def test_every_name_may_be_said_again_in_another_language(office: Office) -> None:
    line: list[Row] = [[None, f"Hamlet {n}"] for n in (1, 2, 3)]
    values = read(office, ["I", "Xã Vị Tân / Vi Tan commune"], AP_1, line[0], AP_2, line[1],
                  [3, "Ấp 3\nHamlet 3", 140, 90])  # fmt: skip
    assert values == (ALL, [])


@pytest.mark.parametrize("hidden", [[4], [3, 4, 5]])
def test_rows_that_a_filter_hides_are_an_error_and_the_whole_lacks_them(
    office: Office, hidden: list[int]
) -> None:
    book = openpyxl.Workbook()
    for row in (HOUSEHOLDS, GROUP, AP_1, AP_2, AP_3):
        book.active.append(row)
    for row in hidden:
        book.active.row_dimensions[row].hidden = True
    book.active.title = "Biểu"
    book.save(office.folder / "930.xlsx")
    seen = office.sent()
    assert seen.findings() == [("row_hidden", at(f"B{row}")) for row in hidden]
    for row, unit in ((3, "ap-1"), (4, "ap-2"), (5, "ap-3")):
        value = seen.figure(f"{VI_TAN}-{unit}", "households")[0]
        assert (value is None) == (row in hidden)


def test_a_hidden_draft_of_a_row_is_a_note(office: Office) -> None:
    book = openpyxl.Workbook()
    for row in (HOUSEHOLDS, GROUP, AP_1, [1, "Ấp 1", 100, 60], AP_2):
        book.active.append(row)
    book.active.row_dimensions[4].hidden = True
    book.active.title = "Biểu"
    book.save(office.folder / "930.xlsx")
    seen = office.sent()
    assert seen.findings() == [("hidden_content_skipped", at("A4"))]
    assert seen.figure(f"{VI_TAN}-ap-1", "households")[0] == 120


def test_a_first_row_that_is_there_twice_takes_no_other_with_it(office: Office) -> None:
    """It has no number: the first of another group would have one, as the others have."""
    values, findings = read(office, GROUP, AP_1, [None, "Ấp 1", 125, 81], AP_2, AP_3)
    assert values == {"ap-2": 130, "ap-3": 140}
    assert findings == [("unit_repeated", at("B4")), ("unit_repeated", at("B3"))]


def test_a_first_row_that_is_there_twice_and_numbered_may_begin_a_group(office: Office) -> None:
    values, _ = read(office, GROUP, AP_1, [1, "Ấp 1", 125, 81], AP_2, AP_3)
    assert "ap-2" not in values
    assert "ap-3" not in values


def test_a_first_row_that_is_there_twice_without_numbers_may_begin_a_group(office: Office) -> None:
    rows: list[Row] = [[None, *row[1:]] for row in (AP_1, ["", "Ấp 1", 125, 81], AP_2, AP_3)]
    values, findings = read(office, GROUP, *rows)
    assert values == {}
    assert [code for code, _ in findings].count("group_unclear") == 2


def test_a_row_of_figures_is_no_second_row_of_labels(office: Office) -> None:
    """Where two columns have one label, the row below is not taken for what tells them apart."""
    seen = office.sends(
        ["TT", "Đơn vị", "Số tổ", "Số tổ", "Số thành viên"],
        [1, "Phường I", 12, 13, 84], [2, "Phường III", 9, 8, 61],
    )  # fmt: skip
    assert seen.figure("31321", "team_members") == (61, None, at("E3"))
    assert seen.figure("31321", "teams")[:1] in ((), (None,))
    assert ("column_repeated", at("C3")) in seen.findings()
