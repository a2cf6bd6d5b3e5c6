"""The catalogue of messy patterns of office workbooks: each number is one pattern, with the cell
it stands in, what it is read as, and the finding it gives. Truths are written by hand.
"""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

import openpyxl
import pytest

from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign
from dxkit.model.observations import Flag
from dxkit.model.periods import Period
from dxkit.model.text import clean
from dxkit.report.wording.findings import finding_text
from dxkit.report.wording.language import load_language
from tests.intake.office import (
    DOSSIERS,
    HEAD,
    HOA_LUU,
    HOUSEHOLDS,
    PHUONG_I,
    POOR,
    VI_TAN,
    Office,
    Row,
    Seen,
    at,
)


def test_01_title_rows_above_the_table(office: Office) -> None:
    seen = office.sends(
        ["UBND TỈNH HẬU GIANG", None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["UBND THÀNH PHỐ VỊ THANH", None, "Độc lập - Tự do - Hạnh phúc"],
        ["Số: 05/BC-UBND", None, "Vị Thanh, ngày 15 tháng 12 năm 2022"],
        ["BÁO CÁO TỔ CÔNG NGHỆ SỐ CỘNG ĐỒNG QUÝ IV NĂM 2022"],
        ["(Kèm theo Báo cáo số 05/BC-UBND ngày 15/12/2022)"],
        [],
        HEAD,
        [1, "Xã Vị Tân", 7, 52],
    )
    assert seen.figure(VI_TAN, "teams") == (7, None, at("C8"))
    assert seen.figure(VI_TAN, "team_members") == (52, None, at("D8"))
    assert seen.findings() == []


def test_02_merged_header_of_two_rows(office: Office) -> None:
    seen = office.sends(
        ["TT", "Đơn vị", "Hồ sơ TTHC", None, None],
        [None, None, "Phát sinh", "Trực tuyến", "Tỷ lệ (%)"],
        [1, "Xã Vị Tân", 200, 90, 45],
        merged="C1:E1 A1:A2 B1:B2",
    )
    assert seen.figure(VI_TAN, "dossiers") == (200, None, at("C3"))
    assert seen.figure(VI_TAN, "dossiers_online") == (90, None, at("D3"))
    assert seen.findings() == []


@pytest.mark.parametrize(
    ("remark", "is_read"),
    [("hộ", True), ("ĐVT: hộ", True), ("1", True), ("Quý IV", True), ("kỳ này", True),
     ("người", False), ("x1000", False), ("x 1.000", False), ("thousand", False), ("k", False),
     ("female", False), ("quý III", False), ("tháng 9", False), ("đến 30/9", False), ("%", False)],
)  # fmt: skip
def test_02_a_bracket_behind_a_heading(office: Office, remark: str, is_read: bool) -> None:
    """It is passed over only where it says no more than what is counted, and for this period."""
    head: Row = ["TT", "Đơn vị", f"Tổng số hộ ({remark})", "Hộ có kỹ năng số"]
    seen = office.sends(head, ["I", "Xã Vị Tân"], [1, "Ấp 1", 120, 80])
    found = seen.figure("31333-ap-1", "households")
    assert found == ((120, None, at("C3")) if is_read else ())
    told = [] if is_read else [("column_not_understood", at("C1"))]
    assert seen.findings("column_not_understood") == told


def test_03_row_of_column_numbers(office: Office) -> None:
    seen = office.sends(
        ["TT", "Đơn vị", "Hồ sơ phát sinh", "Nộp trực tuyến", "Tỷ lệ (%)"],
        ["A", "B", "(1)", "(2)", "(3)=(2)/(1)"],
        [1, "Xã Vị Tân", 200, 90, 45],
    )
    assert seen.figure(VI_TAN, "dossiers") == (200, None, at("C3"))
    assert seen.findings() == []


def test_04_roman_group_row_is_the_parent_of_the_rows_below(office: Office) -> None:
    seen = office.sends(
        HOUSEHOLDS,
        ["I", "Xã Vị Tân", None, None],
        [1, "Ấp 1", 120, 80],
        ["II", "Xã Hỏa Lựu", None, None],
        [1, "Ấp 1", 140, 90],
    )
    assert seen.figure("31333-ap-1", "households") == (120, None, at("C3"))
    assert seen.figure("31336-ap-1", "households") == (140, None, at("C5"))
    assert seen.findings() == []


def test_05_row_numbers_are_no_key(office: Office) -> None:
    seen = office.sends(HEAD, ["1.", "Xã Vị Tân", 7, 52], ["01", "Xã Hỏa Lựu", 5, 40])
    assert seen.figure(VI_TAN, "teams") == (7, None, at("C2"))
    assert seen.figure(HOA_LUU, "teams") == (5, None, at("C3"))


@pytest.mark.parametrize("label", ["Tổng cộng", "Cộng", "TỔNG", "Toàn thành phố",
                                   "Thành phố Vị Thanh (Tổng số)"])  # fmt: skip
def test_06_total_rows_are_set_apart_and_checked(office: Office, label: str) -> None:
    seen = office.sends(
        HEAD, [1, "Xã Vị Tân", 7, 52], [2, "Xã Hỏa Lựu", 5, 40], [None, label, 12, 92]
    )
    assert seen.findings() == []
    reported = {o.unit_code for o in seen.received.table.observations if o.value is not None}
    assert reported == {VI_TAN, HOA_LUU}


def test_07_total_that_is_not_the_sum(office: Office) -> None:
    seen = office.sends(
        HEAD, [1, "Xã Vị Tân", 705, 52], [2, "Xã Hỏa Lựu", 500, 40], [None, "Tổng cộng", 1160, 92]
    )
    assert seen.figure(VI_TAN, "teams") == (705, None, at("C2"))
    assert seen.findings() == [("total_differs", at("C4"))]
    finding = next(f for f in seen.received.findings if f.code == "total_differs")
    assert finding.values == {"total": 1160, "sum": 1205, "difference": 45}


def test_08_notes_date_and_signature_below(office: Office) -> None:
    seen = office.sends(
        HEAD,
        [1, "Xã Vị Tân", 7, 52],
        ["Ghi chú: số liệu đến ngày 14/12/2022"],
        [None, None, "Vị Thanh, ngày 15 tháng 12 năm 2022"],
        [None, "NGƯỜI LẬP BIỂU", None, "TM. ỦY BAN NHÂN DÂN"],
        [None, "Nguyễn Văn A", None, "KT. CHỦ TỊCH"],
    )
    assert seen.findings() == []


def test_08_date_and_signature_without_a_note_before_them(office: Office) -> None:
    seen = office.sends(
        HEAD,
        [1, "Xã Vị Tân", 7, 52],
        [None, None, None, "Vị Thanh, ngày 15 tháng 12 năm 2022"],
        [None, None, "NGƯỜI LẬP BIỂU", "CHỦ TỊCH"],
        [None, None, "Nguyễn Văn A", "Trần Văn B"],
    )
    assert seen.figure(VI_TAN, "teams") == (7, None, at("C2"))
    assert seen.findings() == []


def test_09_header_repeated_at_a_page_break(office: Office) -> None:
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, 52], HEAD, [2, "Xã Hỏa Lựu", 5, 40])
    assert seen.figure(HOA_LUU, "teams") == (5, None, at("C4"))
    assert seen.findings() == []


def test_10_parent_given_once_then_blank(office: Office) -> None:
    seen = office.sends(
        ["TT", "Xã, phường, thị trấn", "Ấp, khu vực", "Tổng số hộ", "Hộ có kỹ năng số"],
        [1, "Xã Vị Tân", "Ấp 1", 120, 80],
        [2, None, "Ấp 2", 130, 70],
        [3, "Xã Hỏa Lựu", "Ấp 1", 140, 90],
    )
    assert seen.figure("31333-ap-2", "households") == (130, None, at("D3"))
    assert seen.figure("31336-ap-1", "households") == (140, None, at("D4"))
    assert seen.findings() == []


@pytest.mark.parametrize(
    ("written", "number_format", "value"),
    [("45,6%", "General", 0.456), ("45,6", "General", 0.456), (45.6, "General", 0.456),
     (0.8, "0%", 0.8), ("62,5% (25/40)", "General", 0.625), ("25/40", "General", 0.625)],
)  # fmt: skip
def test_11_percentages(office: Office, written: object, number_format: str, value: float) -> None:
    rows = POOR, [1, "Xã Vị Tân", written], [2, "Xã Hỏa Lựu", "12,5%"]
    seen = office.sends(*rows, formats={"C2": number_format})
    assert seen.figure(VI_TAN, "poor_share") == (value, None, at("C2"))
    assert seen.findings() == []


def test_11_a_share_is_never_below_nought(office: Office) -> None:
    seen = office.sends(POOR, [1, "Xã Vị Tân", -4.5])
    assert seen.figure(VI_TAN, "poor_share") == (None, Flag.REJECTED, at("C2"))
    assert seen.findings() == [("count_negative", at("C2"))]


@pytest.mark.parametrize(("sign", "is_read"), [("%", True), ("‰", False)])
def test_11_a_column_says_what_it_counts_by(office: Office, sign: str, is_read: bool) -> None:
    seen = office.sends(["TT", "Đơn vị", f"Tỷ lệ hộ nghèo ({sign})"], [1, "Xã Vị Tân", 4.5])
    found = seen.figure(VI_TAN, "poor_share")
    assert found == ((0.045, None, at("C2")) if is_read else ())


def test_12_fraction_for_percentage_only_if_the_whole_column_is(office: Office) -> None:
    seen = office.sends(POOR, [1, "Xã Vị Tân", 0.456], [2, "Xã Hỏa Lựu", "0,5"])
    assert seen.figure(VI_TAN, "poor_share") == (0.456, None, at("C2"))
    assert seen.figure(HOA_LUU, "poor_share") == (0.5, None, at("C3"))
    assert seen.findings() == [("column_of_fractions", at("C1"))]


def test_12_else_it_is_a_question(office: Office) -> None:
    seen = office.sends(POOR, [1, "Xã Vị Tân", 0.456], [2, "Xã Hỏa Lựu", 45.6])
    assert seen.figure(VI_TAN, "poor_share") == (None, Flag.REJECTED, at("C2"))
    assert seen.figure(HOA_LUU, "poor_share") == (0.456, None, at("C3"))
    assert seen.findings() == [("value_ambiguous", at("C2"))]


def one_count(office: Office, written: object, **more: object) -> tuple[object, object, list[str]]:
    """Value, flag and finding codes of one cell, D2, of a column of counts."""
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, written], [2, "Xã Hỏa Lựu", 5, 40], **more)
    value, flag, place = seen.figure(VI_TAN, "team_members")
    assert place == at("D2")
    codes = seen.findings()
    assert all(where == at("D2") for _, where in codes)
    return value, flag, [code for code, _ in codes]


@pytest.mark.parametrize(
    ("number", "written", "value", "flag", "codes"),
    [
        (13, "1.234", 1234, None, []),
        (14, "1.234,0", 1234, None, []),
        (14, "1.234,5", None, Flag.REJECTED, ["count_not_whole"]),
        (15, "1,234", 1234, None, []),
        (15, "1,234,567", 1234567, None, []),
        (15, "45.6", None, Flag.REJECTED, ["count_not_whole"]),
        (15, "0.456", None, Flag.REJECTED, ["count_not_whole"]),
        (15, "0,456", None, Flag.REJECTED, ["count_not_whole"]),
        (16, "10.50,15", None, Flag.REJECTED, ["value_unreadable"]),
        (16, "1.23.456", None, Flag.REJECTED, ["value_unreadable"]),
        (17, "12 345", 12345, None, []),
        (17, "12\u00a0345", 12345, None, []),
        (17, "12\u202f345", 12345, None, []),
        (18, "1205", 1205, None, []),
        (18, "'1205", 1205, None, []),
        (18, "1205 ", 1205, None, []),
        (19, "102 người", 102, None, []),
        (19, "1.020 người", 1020, None, []),
        (19, "102 hộ", None, Flag.REJECTED, ["value_of_other_thing"]),
        (19, "85 %", None, Flag.REJECTED, ["share_in_count_column"]),
        (20, "25/40", None, Flag.REJECTED, ["value_ambiguous"]),  # of a measure with no whole
        (21, datetime.datetime(2022, 4, 3), None, Flag.REJECTED, ["value_is_date"]),
        (21, datetime.time(1, 2), None, Flag.REJECTED, ["value_is_date"]),
        (21, datetime.timedelta(hours=25), None, Flag.REJECTED, ["value_is_date"]),
        (21, "03-Thg4", None, Flag.REJECTED, ["value_is_date"]),
        (22, "gần 60", 60, Flag.APPROXIMATE_BELOW, ["value_approximate"]),
        (22, "trên 445.300", 445300, Flag.APPROXIMATE_ABOVE, ["value_approximate"]),
        (22, "hơn 70.000", 70000, Flag.APPROXIMATE_ABOVE, ["value_approximate"]),
        (22, "khoảng 400", 400, Flag.APPROXIMATE, ["value_approximate"]),
        (22, "gần 60 người", 60, Flag.APPROXIMATE_BELOW, ["value_approximate"]),
        (22, "gần 60%", None, Flag.REJECTED, ["value_ambiguous"]),
        (23, "-", None, Flag.NO_DATA, ["value_missing"]),
        (23, "–", None, Flag.NO_DATA, ["value_missing"]),
        (23, "…", None, Flag.NO_DATA, ["value_missing"]),
        (23, "x", None, Flag.NO_DATA, ["value_missing"]),
        (23, None, None, Flag.NO_DATA, ["value_missing"]),
        (23, "  ", None, Flag.NO_DATA, ["value_missing"]),
        (23, "chưa có số liệu", None, Flag.NO_DATA, ["value_missing"]),
        (23, "chưa thống kê", None, Flag.NO_DATA, ["value_missing"]),
        (24, 0, 0, None, []),
        (24, "0", 0, None, []),
        (24, "không", 0, None, []),
        (26, "#DIV/0!", None, Flag.REJECTED, ["value_is_error"]),
        (26, "#REF!", None, Flag.REJECTED, ["value_is_error"]),
        (26, "#N/A", None, Flag.REJECTED, ["value_is_error"]),
        (28, "12O", 120, Flag.REPAIRED, ["digits_repaired"]),
        (28, "l5", 15, Flag.REPAIRED, ["digits_repaired"]),
        (28, "1.O5O", 1050, Flag.REPAIRED, ["digits_repaired"]),
        (28, "gần 12O", None, Flag.REJECTED, ["value_unreadable"]),
        (56, "=C2*2", None, Flag.REJECTED, ["formula_not_calculated"]),
        (0, "102¹", None, Flag.REJECTED, ["value_unreadable"]),  # a footnote's mark is no digit
        (0, "102①", None, Flag.REJECTED, ["value_unreadable"]),
        (0, "5 nghìn", None, Flag.REJECTED, ["value_unreadable"]),
        (0, "-5", None, Flag.REJECTED, ["count_negative"]),
        (0, -5, None, Flag.REJECTED, ["count_negative"]),
        (0, 104.99999999999999, 105, None, []),  # what a formula leaves of 105
        (0, "1.234,5 người", None, Flag.REJECTED, ["count_not_whole"]),
    ],
)  # fmt: skip
def test_13_to_28_counts(
    office: Office,
    number: int,
    written: object,
    value: int | None,
    flag: Flag | None,
    codes: list[str],
) -> None:
    assert one_count(office, written) == (value, flag, codes)


def test_13_a_dot_that_a_spreadsheet_took_for_a_decimal_mark(office: Office) -> None:
    """1.234 as a number: not whole; and 12.000 beside it may stand there as 12."""
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, 1.234], [2, "Xã Hỏa Lựu", 5, 12])
    assert seen.figure(VI_TAN, "team_members") == (None, Flag.REJECTED, at("D2"))
    assert seen.findings() == [("count_not_whole", at("D2")), ("column_with_decimals", at("D1"))]


def test_19_a_format_that_shows_thousands(office: Office) -> None:
    assert one_count(office, 5, formats={"D2": '0" nghìn"'}) == (
        None, Flag.REJECTED, ["value_shown_otherwise"]
    )  # fmt: skip


@pytest.mark.parametrize(("thing", "is_read"), [("người", True), ("hộ", False), (" h", True)])
def test_19_a_format_that_shows_what_is_counted(office: Office, thing: str, is_read: bool) -> None:
    value, _, codes = one_count(office, 52, formats={"D2": f'0" {thing}"'})
    assert (value, codes) == ((52, []) if is_read else (None, ["value_of_other_thing"]))


def test_20_ratio_in_the_cell(office: Office) -> None:
    seen = office.sends(
        HOUSEHOLDS,
        ["I", "Xã Vị Tân", None, None],
        [1, "Ấp 1", 40, "25/40"],
        [2, "Ấp 2", 40, "62,5% (25/40)"],
        [3, "Ấp 3", 40, "63,5% (25/40)"],
        [4, "Ấp 4", 50, "25/40"],
    )
    skills = "households_digital_skills"
    assert seen.figure("31333-ap-1", skills) == (25, None, at("D3"))
    assert seen.figure("31333-ap-2", skills) == (25, None, at("D4"))
    assert seen.figure("31333-ap-3", skills) == (None, Flag.REJECTED, at("D5"))
    assert seen.figure("31333-ap-4", skills) == (25, None, at("D6"))
    assert sorted(seen.findings()) == [
        ("ratio_contradicts_parts", at("D6")),
        ("value_unreadable", at("D5")),
    ]


@pytest.mark.parametrize(
    ("whole", "written", "value"),
    [(12, "3/12", 3), (400, "3/12", None), (None, "3/12", None), (400, "01/6", None),
     ("chưa rõ", "5/9", None), (400, "25/40", 25), (9, "5/9", 5)],
)  # fmt: skip
def test_20_what_may_be_a_day_is_a_part_only_of_the_whole_beside_it(
    office: Office, whole: object, written: str, value: int | None
) -> None:
    seen = office.sends(HOUSEHOLDS, ["I", "Xã Vị Tân", None, None], [1, "Ấp 1", whole, written])
    assert seen.figure("31333-ap-1", "households_digital_skills")[0] == value
    if value is None:
        assert seen.findings("value_is_date") == [("value_is_date", at("D3"))]


def test_21_a_date_in_a_column_of_ratios_is_a_question(office: Office) -> None:
    seen = office.sends(
        [*DOSSIERS, "Tỷ lệ (%)"],
        [1, "Xã Vị Tân", 4, 3, datetime.datetime(2022, 4, 3)],
        [2, "Xã Hỏa Lựu", 40, 25, 62.5],
    )
    assert seen.figure(VI_TAN, "dossiers_online") == (3, None, at("D2"))
    assert seen.findings() == [("value_is_date", at("E2"))]


def test_21_a_date_serial_in_a_column_of_shares(office: Office) -> None:
    seen = office.sends(POOR, [1, "Xã Vị Tân", 44654], [2, "Xã Hỏa Lựu", 45.6])
    assert seen.figure(VI_TAN, "poor_share") == (446.54, Flag.EXCEEDS_WHOLE, at("C2"))
    assert seen.findings() == [("share_exceeds_whole", at("C2"))]


@pytest.mark.parametrize(
    ("written", "others", "is_read"),
    [
        (44682, (120, 90, 150), False), ("44682", (120,), False), (2022, (5, 9), False),
        (44682, (39_000, 41_000), True), (2022, (1_800, 950), True), (44682, (), True),
        (31_000, (120, 90), True), (1998, (5, 9), True), (2022, (180, 150, 1900), True),
        (2022, (0, 0), True), (44682, (44683, 44684, 90), False),
    ],
)  # fmt: skip
def test_21_a_count_that_may_be_the_number_of_a_day_or_a_year(
    office: Office, written: object, others: tuple[int, ...], is_read: bool
) -> None:
    """44682 is 1 May 2022. A total may have such a number."""
    rows = [[n, f"Ấp {n}", other, 1] for n, other in enumerate(others, 2)]
    total = [None, "Tổng cộng", sum(others) + int(str(written)), 1 + len(others)]
    seen = office.sends(HOUSEHOLDS, ["I", "Xã Vị Tân"], [1, "Ấp 1", written, 1], *rows, total)
    found = seen.figure("31333-ap-1", "households")
    assert found == ((int(str(written)), None, at("C3")) if is_read else
                     (None, Flag.REJECTED, at("C3")))  # fmt: skip
    like = [at(f"C{row}") for row, other in enumerate(others, 4) if other in (44683, 44684)]
    told = [at("C3"), *like] * (not is_read)
    assert seen.findings("value_is_date") == [("value_is_date", cell) for cell in told]


def test_25_nothing_arose_is_not_applicable(office: Office) -> None:
    seen = office.sends(DOSSIERS, [1, "Xã Vị Tân", 0, "không phát sinh"])
    assert seen.figure(VI_TAN, "dossiers") == (None, Flag.NOT_APPLICABLE, at("C2"))
    assert seen.figure(VI_TAN, "dossiers_online") == (None, Flag.NOT_APPLICABLE, at("D2"))


@pytest.mark.parametrize("mark", ["nt", "-nt-", "như trên"])
def test_27_ditto(office: Office, mark: str) -> None:
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, 52], [2, "Xã Hỏa Lựu", 5, mark])
    assert seen.figure(HOA_LUU, "team_members") == (52, Flag.REPAIRED, at("D3"))
    assert seen.findings() == [("ditto_read", at("D3"))]


def test_29_part_above_whole_and_share_above_everything(office: Office) -> None:
    seen = office.sends(DOSSIERS, [1, "Xã Vị Tân", 120, 130])
    assert seen.figure(VI_TAN, "dossiers_online") == (130, Flag.EXCEEDS_WHOLE, at("D2"))
    assert seen.findings() == [("part_exceeds_whole", at("D2"))]
    seen = office.sends(POOR, [1, "Xã Vị Tân", "108%"])
    assert seen.figure(VI_TAN, "poor_share") == (1.08, Flag.EXCEEDS_WHOLE, at("C2"))
    assert seen.findings() == [("share_exceeds_whole", at("C2"))]


@pytest.mark.parametrize("stated", [45, "45%", "45,2"])
def test_30_ratio_that_contradicts_its_parts(office: Office, stated: object) -> None:
    seen = office.sends([*DOSSIERS, "Tỷ lệ (%)"], [1, "Xã Vị Tân", 100, 50, stated])
    assert seen.figure(VI_TAN, "dossiers_online") == (50, None, at("D2"))
    assert seen.findings() == [("ratio_contradicts_parts", at("E2"))]


@pytest.mark.parametrize("stated", [50, "50%", 0.5, "50,0"])
def test_30_ratio_that_agrees(office: Office, stated: object) -> None:
    rows = [1, "Xã Vị Tân", 100, 50, stated], [2, "Xã Hỏa Lựu", 40, 20, stated]
    seen = office.sends([*DOSSIERS, "Tỷ lệ (%)"], *rows)
    assert seen.findings() == []


def test_31_cumulative_beside_the_period_of_a_flow(office: Office) -> None:
    seen = office.sends(
        ["TT", "Đơn vị", "Hồ sơ phát sinh", None, "Nộp trực tuyến", None],
        [None, None, "Trong quý", "Lũy kế", "Trong quý", "Luỹ kế đến 14/12/2022"],
        [1, "Xã Vị Tân", 200, 700, 90, 300],
        merged="C1:D1 E1:F1",
    )
    assert seen.figure(VI_TAN, "dossiers") == (200, None, at("C3"))
    assert seen.figure(VI_TAN, "dossiers_online") == (90, None, at("E3"))
    cumulative = [(o.measure, o.value, str(o.address)) for o in seen.received.cumulative]
    assert cumulative == [("dossiers", 700, at("D3")), ("dossiers_online", 300, at("F3"))]
    assert seen.findings() == [("column_cumulative", at("D1")), ("column_cumulative", at("F1"))]


def test_31_a_stock_is_its_cumulative_column(office: Office) -> None:
    seen = office.sends(
        ["TT", "Đơn vị", "Số tổ", None],
        [None, None, "Trong kỳ", "Lũy kế"],
        [1, "Xã Vị Tân", 2, 7],
        merged="C1:D1",
    )
    assert seen.figure(VI_TAN, "teams") == (7, None, at("D3"))


def test_31_the_growth_of_a_stock_alone_is_a_question(office: Office) -> None:
    seen = office.sends(["TT", "Đơn vị", "Số tổ"], [None, None, "Trong kỳ"], [1, "Xã Vị Tân", 2])
    assert seen.figure(VI_TAN, "teams") == (None, Flag.REJECTED, at("C3"))
    assert seen.findings() == [("column_span_unclear", at("C3"))]


def test_31_a_cumulative_figure_below_that_of_the_period(office: Office) -> None:
    seen = office.sends(
        ["TT", "Đơn vị", "Hồ sơ phát sinh", None],
        [None, None, "Trong quý", "Lũy kế"],
        [1, "Xã Vị Tân", 200, 150],
        merged="C1:D1",
    )
    assert ("cumulative_below_period", at("D3")) in seen.findings()


def test_33_households_and_downloads_are_two_quantities(office: Office) -> None:
    seen = office.sends(
        ["TT", "Đơn vị", "Tổng số hộ", "Hộ cài HauGiang App", "Lượt tải HauGiang App"],
        ["I", "Xã Vị Tân", None, None, None],
        [1, "Ấp 1", 40, 32, 70],
    )
    assert seen.figure("31333-ap-1", "households_app") == (32, None, at("D3"))
    assert seen.findings() == [("column_not_understood", at("E1"))]


DISTRICTS = {
    "930": ["TP. Vị Thanh", "Tp Vị Thanh", "T.P Vị Thanh", "UBND TP Vị Thanh", "TPVT"],  # 34
    "932": ["H. Châu Thành A", "Châu Thành - A", "CTA", "Châu Thành А", "Châu Thành Ａ",  # 35, 42
            "HuyÖn Ch©u Thµnh A", "Huyeän Chaâu Thaønh A"],
    "933": ["Huyện Châu Thành"],
    "935": ["VI THUY", "HUYỆN VỊ THUỶ", "Huyện Vị Thủy", "Vị Thuỷ"],  # 39, 45
    "936": ["H. Long Mỹ", "Huyện Long Mỹ"],
    "937": ["TX Long Mỹ", "TX. Long Mỹ", "Thị xã Long Mỹ"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "written"), [(code, name) for code, names in DISTRICTS.items() for name in names]
)
def test_34_to_45_writings_of_districts(campaign: Campaign, code: str, written: str) -> None:
    from dxkit.intake.names import Names
    from dxkit.workbooks.legacy_text import decoded, recognised

    names = Names(campaign, datetime.date(2022, 12, 14))
    encoding = recognised([written])
    text = decoded(written, encoding) if encoding else written
    match = names.find(text, [names.units.at_level("district")])
    assert match.unit is not None
    assert match.unit.code == code


def test_36_ambiguous_district(campaign: Campaign) -> None:
    from dxkit.intake.names import Names

    names = Names(campaign, datetime.date(2022, 12, 14))
    match = names.find("Long Mỹ", [names.units.at_level("district")])
    assert (match.unit, match.problem) == (None, "unit_ambiguous")
    assert [unit.code for unit in match.candidates] == ["936", "937"]


def test_36_ambiguous_district_in_a_workbook(office: Office) -> None:
    seen = office.sends(HEAD, [1, "Long Mỹ", 7, 52], file="tinh.xlsx")
    assert seen.findings() == [("unit_ambiguous", at("B2", "tinh.xlsx"))]
    assert seen.received.table.observations == ()


COMMUNES = [
    ("932", "31362", ["TT Cái Tắc", "TT. Cái Tắc", "Thị Trấn Cái Tắc"]),  # 37
    ("930", PHUONG_I, ["P.I", "P1", "Phường 1", "Phường I"]),  # 38
    ("930", HOA_LUU, ["Xã Hoả Lựu", "Xã Hỏa Lựu", "xã hỏa lựu"]),  # 39
    ("930", VI_TAN, ["Xa\u0303 Vi\u0323 Ta\u0302n", " Xã  Vị Tân", "Xã\nVị Tân",
                     "X\u200bã Vị Tân", "XÃ VỊ TÂN"]),  # 40, 46
    ("933", "31384", ["Xã Ðông Phước", "Xã Đông Phước", "Xã \u00f0ông Phước"]),  # 41
    ("933", "31387", ["Xã Đông Phước А"]),  # 42, beside Đông Phước
]  # fmt: skip


@pytest.mark.parametrize(
    ("district", "code", "written"),
    [(district, code, name) for district, code, names in COMMUNES for name in names],
)
def test_37_to_46_writings_of_communes(
    office: Office, district: str, code: str, written: str
) -> None:
    file = f"{district}.xlsx"
    seen = office.sends(HEAD, [1, written, 7, 52], file=file)
    assert seen.figure(code, "teams") == (7, None, at("C2", file))
    assert seen.findings() == []


@pytest.mark.parametrize(
    ("font", "encoding", "commune", "hamlet"),
    [(".VnTime", "TCVN3", "X· VÞ T©n", "Êp 1"), ("VNI-Times", "VNI", "Xaõ Vò Taân", "AÁp 1")],
)
def test_43_44_old_fonts(
    office: Office, font: str, encoding: str, commune: str, hamlet: str
) -> None:
    """43 TCVN3, 44 VNI; the labels are in the old writing too."""
    heads = {
        "TCVN3": ["TT", "§¬n vÞ", "Tæng sè hé", "Hé cã kü n¨ng sè"],
        "VNI": ["TT", "Ñôn vò", "Toång soá hoä", "Hoä coù kyõ naêng soá"],
    }
    rows: list[Row] = [list(heads[encoding]), ["I", commune, None, None], [1, hamlet, 120, 100]]
    seen = office.sends(*rows, font=font)
    assert seen.figure("31333-ap-1", "households") == (120, None, at("C3"))
    assert seen.findings() == [("legacy_text_decoded", "930.xlsx › Biểu")]


def test_45_without_accents_only_where_one_unit_is_meant(office: Office) -> None:
    seen = office.sends(HEAD, [1, "Binh Thanh", 7, 52], [2, "Tan Long", 5, 40], file="934.xlsx")
    assert [o.unit_code for o in seen.received.table.observations if o.value == 7] == ["31402"]
    assert seen.findings() == []


def test_45_a_workbook_without_any_accent(office: Office) -> None:
    head: Row = ["STT", "DON VI", "TONG SO HO", "HO CO KY NANG SO"]
    title: Row = ["BAO CAO QUY IV NAM 2022"]
    seen = office.sends(title, head, ["I", "XA VI TAN"], [1, "AP 1", 120, 80])
    assert seen.figure("31333-ap-1", "households") == (120, None, at("C4"))
    assert seen.figure("31333-ap-1", "households_digital_skills") == (80, None, at("D4"))
    assert seen.findings() == [("type_without_accent", at("B4"))]


def test_47_misspelt_unit_is_suggested_never_taken(office: Office) -> None:
    seen = office.sends(HEAD, [1, "xã Xuân Tiến", 7, 52])
    assert seen.received.table.observations == ()
    assert seen.findings() == [("unit_unknown", at("B2"))]
    finding = next(f for f in seen.received.findings if f.code == "unit_unknown")
    assert "Tân Tiến" in str(finding.values["candidates"])


def test_47_no_name_and_a_name_like_no_other_are_told_as_that(office: Office) -> None:
    seen = office.sends(HEAD, [1, "Xã Wxyz", 7, 52], [2, None, 8, 60])
    found = [f for f in seen.received.findings if f.code == "unit_unknown"]
    told = [finding_text(f, load_language("vi")) for f in found]
    assert [text.split(" nên ")[0].split(". ")[0] for text in told] == [
        'Không tìm thấy đơn vị "Xã Wxyz", cũng không có tên nào gần giống',
        "Dòng có nội dung nhưng không ghi tên đơn vị",
    ]


@pytest.mark.parametrize(
    ("number", "file", "written", "code"),
    [
        (48, "933.xlsx", "Xã Phú An", "unit_not_valid"),  # split in 2020
        (49, "935.xlsx", "Xã Vị Thanh 1", "unit_not_valid"),  # from 1 July 2025
    ],
)
def test_48_49_units_of_another_time(
    office: Office, number: int, file: str, written: str, code: str
) -> None:
    seen = office.sends(HEAD, [1, written, 7, 52], file=file)
    assert seen.received.table.observations == ()
    assert seen.findings() == [(code, at("B2", file))]
    values = next(f.values for f in seen.received.findings if f.code == code)
    assert values["valid_to" if number == 48 else "valid_from"] != "…"


def test_48_an_old_name_of_a_unit_that_goes_on(office: Office) -> None:
    seen = office.sends(HEAD, [1, "Xã Hiệp Lợi", 7, 52], file="931.xlsx")
    assert seen.figure("31344", "teams") == (7, None, at("C2", "931.xlsx"))
    assert seen.findings() == [("unit_renamed", at("B2", "931.xlsx"))]


@pytest.mark.parametrize(
    ("commune", "written", "code"),
    [("Xã Vị Tân", "Ấp 1", "31333-ap-1"), ("Phường I", "KV4", "31318-khu-vuc-4"),
     ("Phường I", "Khu vực IV", "31318-khu-vuc-4"), ("Phường I", "KV. 04", "31318-khu-vuc-4"),
     ("Xã Vị Tân", "Ấp 1 A", "31333-ap-1a"), ("Xã Vị Tân", "Ấp 1A", "31333-ap-1a"),
     ("Xã Vị Tân", "Ấp 1-a", "31333-ap-1a"), ("Xã Vị Tân", "Ấp số 8", "31333-ap-8"),
     ("Xã Vị Tân", "Ấp thứ 8", "31333-ap-8"), ("Xã Vị Tân", "Ấp Số", "31333-ap-soos")],
)  # fmt: skip
def test_50_numbered_hamlets(office: Office, commune: str, written: str, code: str) -> None:
    seen = office.sends(HOUSEHOLDS, ["I", commune, None, None], [1, written, 120, 80])
    assert seen.figure(code, "households") == (120, None, at("C3"))


def test_51_the_same_unit_twice(office: Office) -> None:
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, 52], [2, "Xã Vị Tân", 7, 52])
    assert seen.figure(VI_TAN, "teams") == (7, None, at("C2"))
    assert seen.findings() == [("unit_repeated_alike", at("B3"))]
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, 52], [2, "Xã Vị Tân", 8, 52])
    assert seen.figure(VI_TAN, "teams") == (None, Flag.REJECTED, at("C2"))
    assert seen.findings() == [("unit_repeated", at("B3")), ("unit_repeated", at("B2"))]


def test_51_the_same_unit_in_two_workbooks(office: Office) -> None:
    office.sends(HEAD, [1, "Xã Vị Tân", 7, 52])
    other_table: list[Row] = [["Đơn vị", "Số thành viên", "Số tổ"], ["Xã Vị Tân", 52, 8]]
    seen = office.sends(*other_table, file="930-xa.xlsx")
    assert [o.value for o in seen.received.table.of(VI_TAN, "teams")] == [None]
    assert [o.value for o in seen.received.table.of(VI_TAN, "team_members")] == [52]
    both = [("unit_repeated", at("C2", "930-xa.xlsx")), ("unit_repeated", at("C2"))]
    assert sorted(seen.findings("unit_repeated")) == both
    # A third that agrees with one of the two decides nothing.
    third: list[Row] = [["Đơn vị", "Số tổ", "Số thành viên"], ["Xã Vị Tân", 8, 52]]
    seen = office.sends(*third, file="930_lan_3.xlsx")
    assert [o.value for o in seen.received.table.of(VI_TAN, "teams")] == [None]
    assert ("unit_repeated", at("B2", "930_lan_3.xlsx")) in seen.findings()


def test_51_two_versions_of_one_workbook(office: Office) -> None:
    office.sends(HEAD, [1, "Xã Vị Tân", 7, 52])
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 8, 52], file="930-lan-2.xlsx")
    assert [o.value for o in seen.received.table.of(VI_TAN, "teams")] == [None]
    assert [o.value for o in seen.received.table.of(VI_TAN, "team_members")] == [52]
    here = ("cell_versions_differ", at("C2", "930-lan-2.xlsx"))
    assert seen.findings() == [("file_versions_differ", "930-lan-2.xlsx"), here]
    (finding,) = [f for f in seen.received.findings if f.code == "file_versions_differ"]
    assert finding.values == {"file": "930.xlsx", "count": 1, "cells": "Biểu C2"}
    # A third that agrees with one of the two decides nothing.
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 8, 52], file="930_lan_3.xlsx")
    assert [o.value for o in seen.received.table.of(VI_TAN, "teams")] == [None]
    assert [o.value for o in seen.received.table.of(VI_TAN, "team_members")] == [52]


MONTHS: Row = ["TT", "Đơn vị", "Tháng 10", None, "Tháng 11", None, "Tháng 12", None]
BY_MONTH: Row = [None, None, *["Phát sinh", "Trực tuyến"] * 3]


def test_51_a_quarter_beside_its_months_does_not_count_twice(office: Office) -> None:
    office.sends(MONTHS, BY_MONTH, [1, "Xã Vị Tân", 100, 50, 110, 60, 120, 70])
    seen = office.sends(DOSSIERS, [1, "Xã Vị Tân", 330, 180], file="930-quy.xlsx")
    assert [o.value for o in seen.received.table.of(VI_TAN, "dossiers")] == [100, 110, 120]
    assert seen.findings() == []
    seen = office.sends(DOSSIERS, [1, "Xã Vị Tân", 331, 180], file="930-quy.xlsx")
    assert [o.value for o in seen.received.table.of(VI_TAN, "dossiers")] == [None] * 3
    assert [o.value for o in seen.received.table.of(VI_TAN, "dossiers_online")] == [50, 60, 70]
    assert ("unit_repeated", at("C2", "930-quy.xlsx")) in seen.findings()


@pytest.mark.parametrize("names", ["October November December", "Oct-2022 Nov-2022 Dec-2022"])
def test_51_months_in_english_are_months(office: Office, names: str) -> None:
    head = [None, None, *(cell for name in names.split() for cell in (name, None))]
    seen = office.sends(head, BY_MONTH, [1, "Xã Vị Tân", 100, 50, 110, 60, 120, 70])
    found = [seen.figure(VI_TAN, "dossiers", f"2022-{month}") for month in (10, 11, 12)]
    assert found == [(100, None, at("C3")), (110, None, at("E3")), (120, None, at("G3"))]
    assert seen.findings() == []


@pytest.mark.parametrize("word", ["Cộng", "Tổng", "Tổng cộng"])
@pytest.mark.parametrize("before", [1, 2, 4, 6])
def test_51_a_word_for_totals_above_months_takes_no_figure_away(
    office: Office, before: int, word: str
) -> None:
    """The columns of months stay their months'; that of the quarter is compared with them."""
    above: Row = [*[None] * before, word]
    months, by_month = [*MONTHS, "Cả quý"], [*BY_MONTH, "Phát sinh"]
    row = [1, "Xã Vị Tân", 100, 50, 110, 60, 120, 70]
    seen = office.sends(above, months, by_month, [*row, 330])
    assert [o.value for o in seen.received.table.of(VI_TAN, "dossiers")] == [100, 110, 120]
    assert [o.value for o in seen.received.table.of(VI_TAN, "dossiers_online")] == [50, 60, 70]
    assert seen.findings() == []
    seen = office.sends(above, months, by_month, [*row, 331])
    assert seen.findings() == [("total_differs", at("I4"))]


@pytest.mark.parametrize("before", [3, 5])
def test_51_a_month_whose_name_a_word_above_cuts_off_is_missed(office: Office, before: int) -> None:
    """The month's name stands above the first of its two columns only."""
    row: Row = [1, "Xã Vị Tân", 100, 50, 110, 60, 120, 70]
    seen = office.sends([*[None] * before, "Cộng"], MONTHS, BY_MONTH, row)
    assert [o.value for o in seen.received.table.of(VI_TAN, "dossiers")] == [100, 110, 120]
    rest = {3: [60, 70, None], 5: [50, 70, None]}[before]
    assert [o.value for o in seen.received.table.of(VI_TAN, "dossiers_online")] == rest
    assert seen.findings("part_missing") == [("part_missing", "930.xlsx › Biểu")]


def test_52_a_month_whose_column_is_not_understood_is_missed(office: Office) -> None:
    months: Row = [*MONTHS[:6], "Thnág 12", None]
    seen = office.sends(months, BY_MONTH, [1, "Xã Vị Tân", 100, 50, 110, 60, 120, 70])
    values = {o.period: o.value for o in seen.received.table.of(VI_TAN, "dossiers")}
    assert values == {"2022-10": 100, "2022-11": 110, "2022-12": None}
    assert seen.findings("part_missing") == [("part_missing", "930.xlsx › Biểu")] * 2


def test_52_a_unit_that_is_missing_is_not_nought(office: Office) -> None:
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, 52], [2, "Xã Hỏa Lựu", None, None])
    assert seen.figure(HOA_LUU, "teams") == (None, Flag.NOT_REPORTED, at("C3"))
    missing = {f.unit_code for f in seen.received.findings if f.code == "unit_missing"}
    assert HOA_LUU in missing
    assert VI_TAN not in missing
    assert len(missing) == 8  # of the nine communes of the city


def test_52_a_unit_whose_figures_were_all_refused_has_reported(office: Office) -> None:
    seen = office.sends(HEAD, [1, "Xã Vị Tân", "nhiều", "#REF!"], [2, "Xã Hỏa Lựu", 5, 40])
    assert seen.figure(VI_TAN, "teams") == (None, Flag.REJECTED, at("C2"))
    missing = {f.unit_code for f in seen.received.findings if f.code == "unit_missing"}
    assert len(missing) == 7
    assert not missing & {VI_TAN, HOA_LUU}


@pytest.mark.parametrize("file", ["935.xlsx", "bao cao huyen vi thuy.xlsx"])
def test_52_a_file_that_came_and_cannot_be_read_is_no_silence(office: Office, file: str) -> None:
    (office.folder / file).write_bytes(b"PK\x03\x04 cut short")
    seen = office.sent()
    about = {f.code: str(f.address) for f in seen.received.findings if f.unit_code == "935"}
    assert about == {"file_unreadable": file, "workbook_unused": file}
    silent = {f.unit_code for f in seen.received.findings if f.code == "workbook_missing"}
    assert silent == {"930", "931", "932", "933", "934", "936", "937"}


@pytest.mark.parametrize(
    "title", ["Báo cáo Quý IV năm 2022", "BIỂU TỔNG HỢP Q4/2022", "quý 4 - 2022", "Quý 04/2022"]
)
def test_53_period_in_words(office: Office, title: str) -> None:
    seen = office.sends([title], HEAD, [1, "Xã Vị Tân", 7, 52])
    assert seen.figure(VI_TAN, "teams") == (7, None, at("C3"))
    assert seen.findings() == []


def test_53_all_months_since_january_are_no_quarter(office: Office) -> None:
    seen = office.sends(["Kết quả 12 tháng năm 2022"], DOSSIERS, [1, "Xã Vị Tân", 200, 90])
    assert seen.figure(VI_TAN, "dossiers") == ()
    assert [(o.measure, o.value) for o in seen.received.cumulative] == [
        ("dossiers", 200), ("dossiers_online", 90)
    ]  # fmt: skip
    assert seen.findings("cumulative_title") == [("cumulative_title", at("A1"))]


@pytest.mark.parametrize(
    "title",
    ["Báo cáo Quý III năm 2022", "Báo cáo Quý IV năm 2021", "Kết quả 9 tháng đầu năm 2022",
     "Số liệu tháng 11 năm 2022"],
)  # fmt: skip
def test_54_another_period_in_the_title_stops_the_sheet(office: Office, title: str) -> None:
    seen = office.sends([title], HEAD, [1, "Xã Vị Tân", 7, 52])
    assert seen.received.table.observations == ()
    assert seen.findings() == [("wrong_period", at("A1"))]


OTHER_TIMES = [
    ("2022-10", "Số liệu tháng 10 năm 2022", None),
    ("2022-10", "Vị Thanh, ngày      tháng 11 năm 2022", None),  # the day is left open
    ("2022-10", "Số liệu tháng 10 (quý IV) năm 2022", None),
    ("2022-10", "Số liệu tháng 9 năm 2022", "wrong_period"),
    ("2022-10", "BÁO CÁO THÁNG 9", "wrong_period"),
    ("2022-10", "(đến 17h00 ngày 30/9/2022)", "wrong_period"),
    ("2022-10", "Số liệu chốt ngày 30/9/2022", "wrong_period"),
    ("2022-10", "Số liệu từ 01/10/2022 đến 07/10/2022", "wrong_period"),
    ("2022-10", "BÁO CÁO THÁNG 10/2021", "wrong_period"),
    ("2022-10", "Báo cáo quý IV năm 2022", "wrong_period"),
    ("2022-10", "Kết quả 9 tháng đầu năm 2022", "wrong_period"),
    ("2022-10", "Số liệu từ 01/9/2022 đến 30/9/2022", "wrong_period"),
    ("2022-10", "(tính đến hết ngày 30 tháng 9 năm 2022)", "wrong_period"),
    ("2022-10", "Kết quả 10 tháng đầu năm 2022", "cumulative_title"),
    ("2022", "Báo cáo năm 2022", None),
    ("2022", "Kết quả 12 tháng năm 2022", None),
    ("2022", "Số liệu lũy kế năm 2022", None),
    ("2022", "Điều tra tháng 7 năm 2022", None),  # counted once in the year
    ("2022", "Điều tra từ 01/7/2022 đến 31/7/2022", None),
    ("2022", "Số liệu từ 01/01/2022 đến 30/6/2022", "wrong_period"),
    ("2022", "Kết quả chín tháng đầu năm 2022", "wrong_period"),
    ("2022", "Báo cáo năm 2021", "wrong_period"),
    ("2022", "Báo cáo quý IV năm 2022", "wrong_period"),
    ("2022", "Kết quả 9 tháng đầu năm 2022", "wrong_period"),
    ("2022-Q4", "Vị Thanh, ngày … tháng 12 năm 2022", None),
    ("2022-Q4", "Vị Thanh, ngày … tháng … năm 2023", None),
    ("2022-Q4", "(số liệu đến 14/12/2022)", None),
    ("2022-Q4", "Số liệu quý IV năm 2022 (so với quý III năm 2022)", None),
    ("2022-Q4", "SO VOI QUY III NAM 2022", None),
    ("2022-Q4", "Số liệu quý III so với quý IV năm 2022", "wrong_period"),
    ("2022-Q4", "Kết quả so với kế hoạch quý III năm 2022", "wrong_period"),
    ("2022-Q4", "SO SÁNH VỚI KỲ TRƯỚC - QUÝ III NĂM 2022", "wrong_period"),
    ("2022-10", "Báo cáo tháng 10, phương hướng nhiệm vụ tháng 11 năm 2022", None),
    ("2022-10", "Công tác tháng 10, chương trình công tác tháng 11 năm 2022", None),
    ("2022-10", "Chương trình công tác tháng 11 năm 2022", "wrong_period"),
    ("2022-Q4", "KẾT QUẢ QUÝ IV NĂM 2022, PHƯƠNG HƯỚNG NHIỆM VỤ QUÝ I NĂM 2023", None),
    ("2022-Q4", "Kết quả quý IV, nhiệm vụ quý I/2023", None),
    ("2022-Q4", "Báo cáo quý IV phong trào thi đua chuyển đổi số năm 2022", None),
    ("2022-Q4", "Báo cáo quý IV phong trào thi đua chuyển đổi số năm 2021", "wrong_period"),
    ("2022-Q4", "Kết quả quý IV, phương hướng nhiệm vụ năm 2023", None),
    ("2022-Q4", "Kết quả quý IV, phương hướng nhiệm vụ năm 2024", "wrong_period"),
    ("2022-Q4", "Kết quả quý IV, nhiệm vụ quý I/2022", "wrong_period"),  # of a year ago
    ("2022-Q4", "Phương hướng, nhiệm vụ quý I năm 2023", "wrong_period"),
    ("2022-Q4", "Kết quả thực hiện nhiệm vụ quý IV, phương hướng nhiệm vụ quý I/2023", None),
    ("2022-Q4", "Kết quả nhiệm vụ quý IV, phương hướng quý I/2023", None),
    ("2022-Q4", "Kết quả quý IV thực hiện nhiệm vụ chuyển đổi số năm 2023", "wrong_period"),
    ("2022-Q4", "Kết quả 9 tháng đầu năm, nhiệm vụ quý IV năm 2022", "wrong_period"),
    ("2022-10", "Kết quả quý III, nhiệm vụ tháng 10 năm 2022", "wrong_period"),
    ("2022-Q4", "Kết quả năm 2021, phương hướng nhiệm vụ quý IV năm 2022", "wrong_period"),
    ("2022", "Kết quả năm 2021, phương hướng nhiệm vụ năm 2022", "wrong_period"),
    ("2022", "Kết quả năm 2022, phương hướng nhiệm vụ quý I/2023", None),
    ("2022", "Kết quả 12 tháng, phương hướng nhiệm vụ quý I/2023", None),
    ("2022", "Kết quả 12 tháng, phương hướng nhiệm vụ quý I/2022", "wrong_period"),
    ("2022-Q4", "Quý IV, chuyển đổi số đến năm 2025, định hướng đến năm 2030", None),
    ("2022-Q4", "Quý IV (kế hoạch 5 năm 2021-2025)", None),
    ("2022-Q4", "QUY IV, CHUYEN DOI SO DEN NAM 2025, DINH HUONG DEN NAM 2030", None),
    ("2022-Q4", "Bao cao quy IV phong trao thi dua chuyen doi so nam 2021", "wrong_period"),
    ("2022-Q4", "BAO CAO QUY IV, ngày 05 tháng 01 năm 2023", None),
    ("2022", "BAO CAO NAM 2021", "wrong_period"),
    ("2022", "BAO CAO NAM 2022, ngay    thang 01 nam 2023", None),
    ("2022", "Vi Thanh, ngay    thang 01 nam 2023", None),
    ("2022-Q4", "Quý IV (số liệu đến năm 2023)", "wrong_period"),
    ("2022-Q4", "Kết quả quý III, phương hướng quý IV năm 2022", "wrong_period"),
    ("2022-Q4", "(So với quý III năm 2022) từ 15/6/2022 đến 14/9/2022", "wrong_period"),
    ("2022-Q4", "Từ đầu năm đến ngày 14/12/2022", "cumulative_title"),
    ("2022-Q4", "(số liệu tính đến 14/9/2022)", "wrong_period"),
    ("2022-Q4", "Từ 01/6/2022 đến 31/3/2023", "wrong_period"),  # its middle lies in the quarter
    ("2022-Q4", "Từ ngày 15/6/2022 đến ngày 14/12/2022", "cumulative_title"),
    # in words, shortened, in figures alone
    ("2022-10", "BÁO CÁO THÁNG HAI", "wrong_period"),
    ("2022-10", "BAO CAO THANG CHIN", "wrong_period"),
    ("2022-10", "BAO CAO THANG SAU NAM 2022", "wrong_period"),
    ("2022-10", "Số liệu tháng năm năm 2022", "wrong_period"),
    ("2022-10", "Số liệu tháng mười hai năm 2022", "wrong_period"),
    ("2022-10", "SỐ LIỆU THÁNG MƯỜI", None),
    ("2022-10", "T9/2022", "wrong_period"),
    ("2022-10", "BÁO CÁO T9", "wrong_period"),
    ("2022-10", "Kỳ báo cáo: 09/2022", "wrong_period"),
    ("2022-10", "Ky bao cao: 202209", "wrong_period"),
    ("2022-10", "Kỳ báo cáo: 2022-10", None),
    ("2022-10", "BÁO CÁO CHUYỂN ĐỔI SỐ 09/2022", "wrong_period"),
    ("2022-Q4", "QUÝ BA", "wrong_period"),
    ("2022-Q4", "SO LIEU QUY BA NAM 2022", "wrong_period"),
    ("2022-Q4", "SAU THANG DAU NAM", "wrong_period"),
    ("2022-Q4", "Kỳ báo cáo: 2022Q3", "wrong_period"),
    ("2022-Q4", "01/7/2022 ~ 30/9/2022", "wrong_period"),
    ("2022-Q4", "01/10/2022 → 31/12/2022", None),
    ("2022-Q4", "Quý IV/21", "wrong_period"),
    ("2022-Q4", "Báo cáo quý 4/22", None),
    ("2022-Q4", "Kết quả 9T đầu năm 2022", "wrong_period"),
    ("2022-Q4", "6T/2022", "wrong_period"),
    ("2022-Q4", "3T cuối năm 2022", None),
    ("2022-Q4", "Sản lượng: 6T, năm 2022", None),  # tonnes
    ("2022-Q4", "Ba quý đầu năm 2022", "wrong_period"),
    ("2022-Q4", "SỐ LIỆU CẢ NĂM 2022", "cumulative_title"),
    ("2022-Q4", "Báo cáo quý IV và cả năm 2022", None),
    ("2022-Q4", "T7-T9/2022", "wrong_period"),
    ("2022-Q4", "T10, T11, T12/2022", None),
    ("2022", "Kết quả cả năm 2022", None),
    ("2022-Q4", "Kỳ báo cáo: Quý 4/2022", None),
    ("2022-Q4", "Báo cáo 2021", "wrong_period"),
    ("2022-Q4", "SỐ LIỆU NỬA ĐẦU NĂM 2022", "wrong_period"),
    ("2022-Q4", "SO LIEU NUA CUOI NAM", "wrong_period"),
    ("2022-10", "BÁO CÁO THÁNG IX", "wrong_period"),
    ("2022-10", "Tháng: chín", "wrong_period"),
    ("2022-Q4", "Từ tháng 7 đến tháng 9 năm 2022", "wrong_period"),
    ("2022-Q4", "TU THANG 7 DEN THANG 9 NAM 2022", "wrong_period"),
    ("2022-Q4", "Số liệu tháng 7, 8 và 9 năm 2022", "wrong_period"),
    ("2022-Q4", "Từ tháng 1 đến tháng 12 năm 2022", "wrong_period"),
    ("2022-Q4", "Từ tháng 10 đến tháng 12 năm 2022", None),
    ("2022-Q4", "Tháng 10, 11, 12 năm 2022", None),
    ("2022-10", "Ngày    tháng X năm 2022", None),
    ("2022-Q4", "Kết quả 3 tháng cuối năm 2022", None),
    ("2022-Q4", "Kết quả ba tháng cuối năm", None),
    ("2022-Q4", "Kết quả 3 tháng cuối năm 2021", "wrong_period"),
    ("2022-Q4", "Thực hiện Kế hoạch 5 năm 2021-2025", None),
    ("2022-Q4", "Đề án chuyển đổi số đến năm 2030", None),
    ("2022-Q4", "Kết quả đến năm 2021", "wrong_period"),
    ("2022-Q4", "Biểu số liệu (cập nhật 12/2022)", None),
    ("2022-Q4", "Biểu số liệu 12/2022", "wrong_period"),
    # in English, by number, without a year, beside another time
    ("2022-Q4", "September 2022", "wrong_period"),
    ("2022-Q4", "Report for September", "wrong_period"),
    ("2022-10", "Sep-22", "wrong_period"),
    ("2022-10", "October 2022", None),
    ("2022-Q4", "QUÝ IV NĂM 2022 / QUARTER 3, 2022", "wrong_period"),
    ("2022-Q4", "Third quarter of 2022", "wrong_period"),
    ("2022-Q4", "Q.3/2022", "wrong_period"),
    ("2022-Q4", "Q 3 2022", "wrong_period"),
    ("2022-Q4", "Q-4/2022", None),
    ("2022-Q4", "UBND Q.3", None),
    ("2022-Q4", "Kết quả quý IV/2022 và kế hoạch quý I/2023", None),
    ("2022-Q4", "Kết quả quý III/2022 và kế hoạch quý IV/2022", "wrong_period"),
    ("2022-Q4", "Kết quả thực hiện kế hoạch quý III/2022", "wrong_period"),
    ("2022-Q4", "Results of Q4 2022 and plan for Q1 2023", None),
    ("2022-Q4", "4th quarter 2022", None),
    ("2022-Q4", "3Q22", "wrong_period"),
    ("2022-Q4", "H1/2022", "wrong_period"),
    ("2022-Q4", "First nine months of 2022", "wrong_period"),
    ("2022-Q4", "July to September 2022", "wrong_period"),
    ("2022-Q4", "From 15 June to 14 September 2022", "wrong_period"),
    ("2022-Q4", "15 September - 14 December 2022", None),
    ("2022-Q4", "Vi Thanh, December 14, 2022", None),
    ("2022-Q4", "Year to date", "cumulative_title"),
    ("2022-Q4", "FY2021", "wrong_period"),
    ("2022-Q4", "May đo 2022", None),
    ("2022-Q4", "Quý thứ ba", "wrong_period"),
    ("2022-Q4", "Quý thứ tư năm 2022", None),
    ("2022-Q4", "Kỳ báo cáo: III", "wrong_period"),
    ("2022-Q4", "Kỳ báo cáo: 4/2022", None),
    ("2022-Q4", "Kỳ 3/2022", "wrong_period"),
    ("2022-10", "Kỳ báo cáo: 9", "wrong_period"),
    ("2022-Q4", "Quý IIl/2022", "wrong_period"),
    ("2022-Q4", "Quý lV/2022", None),
    ("2022-Q4", "Quý_III_2022", "wrong_period"),
    ("2022-Q4", "Từ 01/7/22 đến 30/9/22", "wrong_period"),
    ("2022-Q4", "15/9/22-14/12/22", None),
    ("2022-Q4", "Từ 15/6 đến 14/9", "wrong_period"),
    ("2022-Q4", "Từ ngày 15/9 đến ngày 14/12", None),
    ("2022-Q4", "Từ 15/9/2021 đến 14/12/2021", "wrong_period"),
    ("2022-Q4", "Thời điểm: 30/9/2022", "wrong_period"),
    ("2022-Q4", "Chốt số liệu: 14.9.2022", "wrong_period"),
    ("2022-Q4", "Tính đến 30/9", "wrong_period"),
    ("2022-Q4", "Th.9/2022", "wrong_period"),
    ("2022-10", "Thg 9", "wrong_period"),
    ("2022-Q4", "Tháng 9", "wrong_period"),
    ("2022-Q4", "T7", "wrong_period"),
    ("2022-Q4", "Báo cáo T9", "wrong_period"),
    ("2022-Q4", "Tháng 10 của quý", None),
    ("2022-Q4", "Tháng 7+8+9/2022", "wrong_period"),
    ("2022-Q4", "Các tháng 7, 8, 9", "wrong_period"),
    ("2022-Q4", "Kỳ báo cáo: 7-9/2022", "wrong_period"),
    ("2022-Q4", "3 tháng (10, 11, 12)/2022", None),
    ("2022-Q4", "Từ 07/2022 đến 09/2022", "wrong_period"),
    ("2022-Q4", "6 tháng 2022", "wrong_period"),
    ("2022-Q4", "Từ đầu năm đến nay", "cumulative_title"),
    ("2022-Q4", "(3 tháng một lần)", None),
    ("2022-Q4", "Chế độ báo cáo: 6 tháng/lần", None),
    ("2022-Q4", "Kỳ này: quý IV; kỳ trước: quý III", None),
    ("2022-Q4", "Kỳ này: quý III; kỳ trước: quý II", "wrong_period"),
    ("2022-Q4", "Quý này: quý IV/2022, quý trước: quý III/2022", None),
    ("2022-Q4", "Kỳ trước: quý III", "wrong_period"),
    ("2022-10", "Số liệu tháng 10 (thay thế biểu tháng 9)", None),
    ("2022-10", "(thay thế biểu tháng 9)", "wrong_period"),
    ("2022-10", "Công tác tháng 10, kế hoạch công tác tháng 11 năm 2022", None),
    # of weeks, of last year, up to the end of a month, since the period began
    ("2022-Q4", "Báo cáo tuần 36", "wrong_period"),
    ("2022-Q4", "Tuần 36/2022", "wrong_period"),
    ("2022-10", "Báo cáo tuần 2 tháng 10 năm 2022", "wrong_period"),
    ("2022-Q4", "Tuần lễ chuyển đổi số", None),
    ("2022-Q4", "T7, T8, T9", "wrong_period"),
    ("2022-Q4", "T10, T11, T12", None),
    ("2022-Q4", "Quý 4 năm trước", "wrong_period"),
    ("2022-Q4", "QUY IV CUA NAM NGOAI", "wrong_period"),
    ("2022-Q4", "Quý IV, tăng 5% so với quý IV năm trước", None),
    ("2022-Q4", "Quy III năm 2022", "wrong_period"),
    ("2022-Q4", "Quý \u0406\u0406\u0406/2022", "wrong_period"),  # Cyrillic
    ("2022-Q4", "Đến cuối tháng 9", "wrong_period"),
    ("2022-Q4", "Den het thang 9", "wrong_period"),
    ("2022-Q4", "Tinh den 30/9/2022", "wrong_period"),
    ("2022-Q4", "Tu ngay 15/6 den ngay 14/9", "wrong_period"),
    ("2022-Q4", "Đến hết tháng 12/2022", None),
    ("2022-10", "Đến cuối tháng 10", None),
    ("2022-Q4", "Số liệu đến 2022-09-30", "wrong_period"),
    ("2022-Q4", "Số liệu đến ngày 31/3/2023", "wrong_period"),
    ("2022-Q4", "Lũy kế từ 15/9 đến 14/12/2022", None),
    ("2022-Q4", "Luy ke tu ngay 15/9/2022", None),
    ("2022-Q4", "Lũy kế từ 15/6 đến 14/12/2022", "cumulative_title"),
    ("2022-Q4", "Số hộ theo Tổng điều tra năm 2019", None),
    ("2022-Q4", "(Ban hành kèm theo Quyết định số 1342/QĐ-UBND tháng 7 năm 2022)", None),
    ("2022-Q4", "Theo Nghị quyết 04-NQ/TU năm 2021", None),
    ("2022-Q4", "Theo Nghị quyết 04-NQ/TU năm 2021, quý III", "wrong_period"),
    ("2022-Q4", "Nghị quyết 04-NQ/TU, kết quả tháng 9 năm 2022", "wrong_period"),
    ("2022-Q4", "Thực hiện Nghị quyết 04-NQ/TU quý III năm 2022", "wrong_period"),
    ("2022-Q4", "Số hộ theo điều tra tháng 7 năm 2022", "wrong_period"),
    ("2022-Q4", "Công văn số 5: kết quả năm 2021", "wrong_period"),
    ("2022-Q4", "Nghị quyết 04 kết quả 9 tháng năm 2022", "wrong_period"),
    ("2022-Q4", "Quyết định công bố số liệu năm 2021", "wrong_period"),
    ("2022-Q4", "Ban hành số liệu năm 2021", "wrong_period"),
    ("2022-Q4", "Kết quả theo điều tra năm 2021", "wrong_period"),
    ("2022-Q4", "Kết quả chuyển đổi số tuần 36", "wrong_period"),
    ("2022-Q4", "Quý IV năm 2022 (cập nhật tuần 50)", None),
    ("2022-Q4", "Cập nhật tuần 50 - Quý IV năm 2022", None),
    ("2022-Q4", "Lũy kế từ đầu năm (lấy từ ngày 15/9/2022)", "cumulative_title"),
    ("2022-Q4", "Cộng dồn; tổ thành lập từ 15/9", "cumulative_title"),
    # no time of the figures
    ("2022-10", "Ngày    tháng    năm 2023", None),
    ("2022-10", "Vị Thanh, ngày 05 tháng Một năm 2023", None),
    ("2022-10", "Số liệu theo tháng, năm", None),
    ("2022-10", "Mỗi tháng hai lần", None),
    ("2022-10", "NHIEM VU THANG SAU", None),
    ("2022-10", "(Kèm theo Công văn số 09/2022)", None),
    ("2022-10", "Mẫu số 01/2022", None),
    ("2022-10", "Kết quả thực hiện Chỉ thị số 09/2022", None),
    ("2022-10", "KET QUA THUC HIEN NGHI QUYET SO 09/2022", None),
    ("2022-10", "Số: 09/2022", None),
    ("2022-10", "Từ 01/2022 đến 10/2022", "cumulative_title"),
    ("2022-10", "Tổ T9", None),
    ("2022-Q4", "Mỗi quý một mô hình", None),
]  # fmt: skip


@pytest.mark.parametrize(("period", "title", "code"), OTHER_TIMES)
def test_54_titles_are_held_against_months_quarters_and_years(
    campaign: Campaign, tmp_path: Path, period: str, title: str, code: str | None
) -> None:
    days = {"2022-10": ((2022, 10, 1), (2022, 10, 31)), "2022": ((2022, 1, 1), (2022, 12, 31)),
            "2022-Q4": ((2022, 9, 15), (2022, 12, 14))}  # fmt: skip
    first, last = (datetime.date(*day) for day in days[period])
    campaign = dataclasses.replace(campaign, periods=(Period(period, first, last),))
    seen = Office(campaign, tmp_path, period).sends([title], DOSSIERS, [1, "Xã Vị Tân", 7, 5])
    found = seen.findings("wrong_period", "cumulative_title")
    assert found == ([(code, at("A1"))] if code else [])
    used = {o.measure: o.value for o in seen.received.table.observations}
    assert used == ({} if code else {"dossiers": 7, "dossiers_online": 5})


@pytest.mark.parametrize(
    ("title", "wrong"),
    [("Kết quả 9 tháng", True), ("Kết quả năm 2021", True), ("Kết quả năm 2022", False)],
)
def test_54_an_outlook_below_a_title_is_no_time_of_its_figures(
    office: Office, title: str, wrong: bool
) -> None:
    seen = office.sends([title], ["Phương hướng, nhiệm vụ quý IV năm 2022"], HEAD)
    assert seen.findings("wrong_period") == [("wrong_period", at("A1"))] * wrong


@pytest.mark.parametrize("title", ["Báo cáo Quý III", "Kết quả 9 tháng đầu năm 2022"])
def test_54_a_time_without_a_year_is_told_in_the_words_of_its_title(
    office: Office, title: str
) -> None:
    (about,) = [
        f for f in office.sends([title], HEAD).received.findings if f.code == "wrong_period"
    ]
    assert about.values["stated"] == title


@pytest.mark.parametrize(
    ("period", "name", "fits"),
    [
        ("2022-10", "T9", False), ("2022-10", "09-2022", False), ("2022-10", "T10", True),
        ("2022-10", "Biểu 9", True), ("2022", "2021", False), ("2022", "Năm 2022", True),
        ("2022-10", "THÁNG CHÍN", False), ("2022-10", "Tháng 10 năm 2021", False),
        ("2022-10", "202209", False), ("2022-10", "BC T9", False), ("2022-10", "102022", True),
        ("2022-Q4", "6 tháng", False), ("2022-Q4", "Năm 2021", False), ("2022-Q4", "2021", False),
        ("2022-Q4", "2022-07", False), ("2022-Q4", "Quý ba", False), ("2022-Q4", "III.2022", False),
        ("2022-Q4", "T2", True), ("2022-Q4", "Năm 2022", True), ("2022-Q4", "IV-2022", True),
        ("2022-Q4", "Ấp 6", True), ("2022", "Cả năm", True), ("2022-Q4", "3Q22", False),
        ("2022-Q4", "September", False), ("2022-Q4", "Kỳ 4", True), ("2022-Q4", "Kỳ 3", False),
    ],
)  # fmt: skip
def test_54_names_are_held_against_months_and_years(
    campaign: Campaign, tmp_path: Path, period: str, name: str, fits: bool
) -> None:
    own = Period(period, datetime.date(2022, 10, 1), datetime.date(2022, 10, 31))
    campaign = dataclasses.replace(campaign, periods=(own,))
    seen = Office(campaign, tmp_path, period).sends(DOSSIERS, [1, "Xã Vị Tân", 7, 5], sheet=name)
    found = seen.findings("wrong_period")
    assert found == ([] if fits else [("wrong_period", f"930.xlsx › {name}")])


@pytest.mark.parametrize(
    ("name", "fits"),
    [("2022-10", True), ("2023-01", True), ("2022-10-05", True), ("phuong-9-2022", True),
     ("ca-nam-2021", False), ("nua-dau-nam", False), ("9T-2022", False),
     ("3-thang-cuoi-nam", True),
     ("2022-09", False), ("2022-Q3", False), ("6-thang", False), ("bao-cao-T7-2022", False),
     ("2021", False), ("2022", True), ("9thang", False), ("quy-thu-ba", False), ("ky-4-2022", True),
     ("ky-3-2022", False), ("september-2022", False), ("3rd-quarter", False), ("9th-ward", True)],
)  # fmt: skip
def test_54_a_file_may_be_called_after_the_month_it_was_sent_in(
    campaign: Campaign, tmp_path: Path, name: str, fits: bool
) -> None:
    own = Period("2022-Q4", datetime.date(2022, 10, 1), datetime.date(2022, 12, 31))
    campaign = dataclasses.replace(campaign, periods=(own,))
    sent = Office(campaign, tmp_path).sends(HEAD, [1, "Xã Vị Tân", 7, 5], file=f"930-{name}.xlsx")
    assert sent.findings("wrong_period") == (
        [] if fits else [("wrong_period", f"930-{name}.xlsx › Biểu")]
    )


def test_54_a_sheet_called_after_another_time_below_a_copied_title(office: Office) -> None:
    for name in ("6 tháng", "Năm 2021", "Tháng bảy", "2021", "Q3-2022", "July 2022"):
        seen = office.sends(["Quý IV năm 2022"], HEAD, [1, "Xã Vị Tân", 7, 52], sheet=name)
        assert seen.findings("wrong_period") == [("wrong_period", f"930.xlsx › {name}")]


@pytest.mark.parametrize(
    ("period", "title", "cell"),
    [
        ("2022-10", ["Tháng:", 9, "Năm:", 2022], "A1"), ("2022-10", ["Tháng", 9], "A1"),
        ("2022-Q4", ["Số liệu", "Quý:", "IV", "Năm:", 2021], "B1"),
        ("2022-Q4", ["Năm:", 2021], "A1"), ("2022-10", ["Kỳ báo cáo:", None, 202209], "C1"),
        ("2022-10", ["Tháng", 10, "Năm", 2022], ""), ("2022-Q4", ["Quý:", "IV"], ""),
        ("2022-10", ["Ngày", "05", "tháng", "01", "năm", "2023"], ""),
    ],
)  # fmt: skip
def test_54_a_time_whose_words_have_cells_of_their_own(
    campaign: Campaign, tmp_path: Path, period: str, title: Row, cell: str
) -> None:
    own = Period(period, datetime.date(2022, 10, 1), datetime.date(2022, 12, 31))
    campaign = dataclasses.replace(campaign, periods=(own,))
    seen = Office(campaign, tmp_path, period).sends(title, DOSSIERS, [1, "Xã Vị Tân", 7, 5])
    found = seen.findings("wrong_period")
    assert found == ([("wrong_period", at(cell))] if cell else [])
    assert bool(seen.figure(VI_TAN, "dossiers", period)) != bool(cell)


@pytest.mark.parametrize(
    ("titles", "cell"),
    [
        ([["Quý"], ["III"], ["năm 2022"]], "A1"), ([["Quý"], ["IV"], ["năm 2022"]], ""),
        ([["Biểu 1"], [None, "NĂM"], [None, 2021]], "B2"), ([["2021"]], "A1"), ([["(2022)"]], ""),
        ([["30/09/2022"]], "A1"), ([["Ngày 30.9.2022"]], "A1"), ([["14/12/2022"]], ""),
        ([["Hạn: 25/09/2022"]], ""), ([["Số liệu: 25/09/2022"]], "A1"),
        ([[datetime.datetime(2022, 9, 30)]], "A1"), ([["Số: 12", "30/09/2022"], ["Biểu 1"]], ""),
    ],
)  # fmt: skip
def test_54_a_time_over_several_rows_or_alone_in_one(
    office: Office, titles: list[Row], cell: str
) -> None:
    seen = office.sends(*titles, HEAD, [1, "Xã Vị Tân", 7, 52])
    assert seen.findings() == ([("wrong_period", at(cell))] if cell else [])
    assert bool(seen.figure(VI_TAN, "teams")) != bool(cell)


@pytest.mark.parametrize(
    ("title", "note", "wrong"),
    [
        ("Biểu 1", "Ghi chú: số liệu quý III năm 2022", True), ("Biểu 1", "Số liệu năm 2021", True),
        ("Biểu 1", "Năm 2020, xã Phú An giải thể", False),
        ("Biểu 1", "Số liệu tính đến 30/9/2022", True), ("Quý IV", "Đã gồm quý III", False),
        ("Biểu 1", "Vị Thanh, ngày 5 tháng 10 năm 2022", False),
        ("Biểu 1", "Ghi chú: tăng 5% so với quý III", False), ("Biểu 1", "Quý III", True),
        ("Biểu 1", "Tháng 11/2022 xã bị lũ", False), ("Biểu 1", "Tính đến 30/9/2022", True),
        ("Biểu 1", "Đến 30/9/2022 xã mới thành lập tổ", False),
        ("Biểu 1", "Ghi chú: số liệu dân số năm 2020", False),
        ("Biểu 1", "Ghi chú: xã Phú An (1.101 hộ năm 2019) giải thể năm 2020", False),
    ],
)  # fmt: skip
def test_54_a_time_that_only_a_note_below_states(
    office: Office, title: str, note: str, wrong: bool
) -> None:
    seen = office.sends([title], HEAD, [1, "Xã Vị Tân", 7, 52], [], [None, "Người lập"], [note])
    assert seen.findings() == [("wrong_period", at("A6"))] * wrong
    assert bool(seen.figure(VI_TAN, "teams")) != wrong


@pytest.mark.parametrize(
    ("title", "is_other"),
    [("Kế hoạch 2022", True), ("MỤC TIÊU QUÝ IV", True), ("Năm ngoái", True), ("Ví dụ", True),
     ("Bản nháp", True), ("Số liệu ước quý IV", True), ("Đầu năm 2022", True),
     ("Quý IV (ước)", True), ("Quý IV - Kế hoạch", True), ("Kỳ liền trước", True),
     ("Dữ liệu mẫu", True), ("Đăng ký chỉ tiêu quý IV", True), ("Quý IV (kế hoạch 124)", False),
     ("Kế hoạch quý 4 năm 2022", True), ("Kế hoạch 5 năm", False),
     ("Kế hoạch 124/KH-UBND", False), ("Kế hoạch 124", False), ("Bản cũ", False),
     ("PHÒNG TÀI CHÍNH - KẾ HOẠCH", False), ("Sở Tài chính (Kế hoạch)", False),
     ("Quý IV (thực hiện - kế hoạch)", False), ("Kết quả (ước)", True),
     ("Đầu năm học có 5 tổ", False), ("Bản nháp Quý IV", True)],
)  # fmt: skip
def test_54_titles_of_figures_that_are_none_of_the_period(
    office: Office, title: str, is_other: bool
) -> None:
    seen = office.sends([title], HEAD, [1, "Xã Vị Tân", 7, 52])
    assert seen.findings() == [("sheet_of_other_figures", at("A1"))] * is_other


@pytest.mark.parametrize(("marker", "is_read"), [("SỐ LIỆU VÍ DỤ", True), ("", False)])
def test_54_a_campaign_may_mark_simulated_figures_as_examples(
    haugiang: Campaign, office: Office, marker: str, is_read: bool
) -> None:
    office.campaign = dataclasses.replace(haugiang, simulated_marker=marker)
    seen = office.sends(["SỐ LIỆU VÍ DỤ - QUÝ IV NĂM 2022"], HEAD, [1, "Xã Vị Tân", 7, 52])
    assert bool(seen.figure(VI_TAN, "teams")) == is_read


@pytest.mark.parametrize(
    ("above", "below", "read"),
    [("Số tổ", ["Kế hoạch", "Thực hiện"], "D3"), ("Số tổ", ["Kết quả thực hiện", "Chỉ tiêu"], "C3"),
     ("Số tổ", ["TH", "THCS"], ""), ("Số tổ", ["Đã thực hiện", "Chưa thực hiện"], ""),
     ("Kế hoạch", ["Số tổ", "Số thành viên"], "")],
)  # fmt: skip
def test_54_what_is_done_beside_what_is_planned(
    office: Office, above: str, below: Row, read: str
) -> None:
    head = [["TT", "Đơn vị", above, None], [None, None, *below]]
    seen = office.sends(*head, [1, "Xã Vị Tân", 7, 8], merged="A1:A2 B1:B2 C1:D1")
    figure = (int(read == "D3") + 7, None, at(read)) if read else ()
    assert seen.figure(VI_TAN, "teams") == figure
    beside = {"C3": at("D1"), "D3": at("C1")}.get(read)  # the column that is not read
    unread = ("sheet_without_table", "930.xlsx › Biểu")
    assert seen.findings() == [("column_not_understood", beside) if beside else unread]


@pytest.mark.parametrize(
    ("first", "second", "read", "code"),
    [
        ("Quý III", "Quý IV", "H3", "wrong_period"), ("Kỳ trước", "Kỳ này", "H3", "wrong_period"),
        ("Từ 15/6 đến 14/9", "Quý IV", "H3", "wrong_period"),
        ("Tháng 9", "Tháng 12", "", "wrong_period"), ("Tháng 9", "Quý IV", "H3", "wrong_period"),
        ("Kế hoạch", "Thực hiện", "H3", "wrong_period"),
        ("Kỳ trước", None, "", "sheet_of_other_figures"),
    ],
)  # fmt: skip
def test_54_blocks_side_by_side_of_which_one_is_of_another_time(
    office: Office, first: str, second: str | None, read: str, code: str
) -> None:
    """The block of another time was read, and the one beside it passed over."""
    block: Row = [None, *HEAD] if second else []
    figures: Row = [None, 1, "Xã Vị Tân", 7, 52] if second else []
    titles: Row = [first, None, None, None, None, second]
    seen = office.sends(titles, [*HEAD, *block], [1, "Xã Vị Tân", 5, 40, *figures])
    assert seen.figure(VI_TAN, "teams") == ((7, None, at(read)) if read else ())
    assert seen.findings() == [(code, at("A1"))]


@pytest.mark.parametrize(
    "title",
    ["Tháng 9", "Từ 15/6 đến 14/9/2022", "September 2022", "Năm 2021", "2021", "30/09/2022",
     "Số liệu đến 30/9/2022", "Đến cuối tháng 9", "Kế hoạch năm 2022", "Kế hoạch quý IV",
     "KẾT QUẢ CHUYỂN ĐỔI SỐ NĂM 2021"],
)  # fmt: skip
@pytest.mark.parametrize("has_header", [True, False])
def test_54_a_title_between_tables_of_another_time(
    office: Office, title: str, has_header: bool
) -> None:
    rows: list[Row] = [["Quý IV năm 2022"], HEAD, [1, "Xã Vị Tân", 7, 52], [title]]
    rows += [HEAD] if has_header else []
    seen = office.sends(*rows, [2, "Xã Hỏa Lựu", 5, 40])
    assert seen.figure(VI_TAN, "teams") == (7, None, at("C3"))
    assert seen.figure(HOA_LUU, "teams") == ()
    assert seen.findings() == [("wrong_period", at("A4"))]


@pytest.mark.parametrize("head", [[HEAD], []])
@pytest.mark.parametrize(
    "title",
    ["Năm 2022", "Đến 14/12/2022", "Theo Nghị quyết 04 năm 2021", "Các xã thành lập năm 2021",
     "Ghi chú: số liệu năm 2021 của xã Hỏa Lựu", "Dự kiến bổ sung", "Đầu năm 2022 giao 20 tổ"],
)  # fmt: skip
def test_54_a_title_between_tables_of_the_period(
    office: Office, title: str, head: list[Row]
) -> None:
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, 52], [title], *head, [2, "Xã Hỏa Lựu", 5, 40])
    assert seen.figure(HOA_LUU, "teams") == (5, None, at(f"C{4 + len(head)}"))
    assert seen.findings() == []


@pytest.mark.parametrize(
    ("title", "is_own"),
    [("Lũy kế từ đầu năm", False), ("Lũy kế từ 15/9/2022", True), ("Trong quý IV", True)],
)
def test_54_a_title_between_tables_that_adds_up_since_before(
    office: Office, title: str, is_own: bool
) -> None:
    first, second = [1, "Xã Vị Tân", 7, 52], [1, "Xã Hỏa Lựu", 500, 40]
    seen = office.sends(["Quý IV"], HEAD, first, [], [title], DOSSIERS, second)
    assert seen.figure(VI_TAN, "teams") == (7, None, at("C3"))
    assert seen.figure(HOA_LUU, "dossiers") == ((500, None, at("C7")) if is_own else ())
    assert seen.findings("cumulative_title") == [("cumulative_title", at("A5"))] * (not is_own)


def test_54_a_remark_in_a_row_of_a_unit_ends_no_table(office: Office) -> None:
    told: Row = [2, "Xã Hỏa Lựu", None, None, "đến 30/9 chưa có, năm 2021 có 2"]
    seen = office.sends([*HEAD, "Ghi chú"], told, [1, "Xã Vị Tân", 7, 52])
    assert seen.figure(VI_TAN, "teams") == (7, None, at("C3"))
    assert seen.findings("wrong_period") == []


@pytest.mark.parametrize(
    ("label", "number_format", "code"),
    [("Ngày lập:", "dd/mm/yyyy", ""), ("Kỳ báo cáo:", "dd/mm/yyyy", ""),
     ("Kỳ báo cáo:", "mm/yyyy", "wrong_period")],
)  # fmt: skip
def test_54_a_day_in_a_cell_above_the_table(
    office: Office, label: str, number_format: str, code: str
) -> None:
    """Right above the headings it was taken for one of them, and the sheet for no table."""
    day = datetime.datetime(2022, 12, 14)
    formats = {"B1": number_format}
    seen = office.sends([label, day], HEAD, [1, "Xã Vị Tân", 7, 52], formats=formats)
    assert seen.figure(VI_TAN, "teams") == (() if code else (7, None, at("C3")))
    assert seen.findings() == ([(code, at("A1"))] if code else [])


def test_54_another_period_in_the_name_of_the_sheet_or_file(office: Office) -> None:
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, 52], sheet="Quý III")
    assert seen.findings() == [("wrong_period", "930.xlsx › Quý III")]
    (office.folder / "930.xlsx").unlink()
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, 52], file="930_bc_quy_3.xlsx")
    assert seen.findings() == [("wrong_period", "930_bc_quy_3.xlsx › Biểu")]


def test_55_many_sheets_hidden_rows_and_a_copy(office: Office) -> None:
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Xã Vị Tân"
    for name, sheet in (("Xã Vị Tân", first), ("Xã Hỏa Lựu", book.create_sheet("Xã Hỏa Lựu"))):
        for row in (HOUSEHOLDS, [1, "Ấp 1", 120, 80], [2, "Ấp 2", 110, 70]):
            sheet.append(row)
        assert name
    first.row_dimensions[3].hidden = True
    copy = book.create_sheet("Sheet1 (2)")
    copy.sheet_state = "hidden"
    copy.append(["nháp"])
    book.save(office.folder / "930.xlsx")
    seen = office.sent()
    assert seen.figure("31333-ap-1", "households") == (120, None, at("C2", sheet="Xã Vị Tân"))
    hidden = (None, Flag.REJECTED, at("C3", sheet="Xã Vị Tân"))
    assert seen.figure("31333-ap-2", "households") == hidden
    assert seen.figure("31336-ap-2", "households") == (110, None, at("C3", sheet="Xã Hỏa Lựu"))
    assert seen.findings() == [
        ("hidden_content_skipped", "930.xlsx › Sheet1 (2)"),
        ("row_hidden", at("B3", sheet="Xã Vị Tân")),
    ]


def test_56_a_row_of_formulas_without_results_is_told_at_its_cells(office: Office) -> None:
    """None of them is a unit that sent nothing and gave no reason."""
    row: Row = [1, "Xã Vị Tân", "=3+4", "=50+2"]
    seen = office.sends(HEAD, row, [2, '="Xã Hỏa Lựu"', 8, 60])
    assert seen.figure(VI_TAN, "teams") == (None, Flag.REJECTED, at("C2"))
    assert seen.findings() == [("formula_not_calculated", at(c)) for c in ("C2", "D2", "B3")]
    assert ("unit_missing", at("C2")) not in seen.findings("unit_missing")


def test_57_one_name_in_many_places(office: Office) -> None:
    head: Row = ["TT", "Tên mô hình", "Địa phương"]
    seen = office.sends(
        head,
        [1, "Chợ 4.0", "Xã Vị Tân"],
        [2, "Chợ 4.0", "Xã Hỏa Lựu"],
        [3, "CHỢ 4.0", "Xã Vị Tân"],
    )
    rows = [(r.unit_code, r.text("initiative_name")) for r in seen.received.table.register_rows]
    assert rows == [(VI_TAN, "Chợ 4.0"), (HOA_LUU, "Chợ 4.0")]
    assert seen.findings("initiative_repeated") == [("initiative_repeated", at("B4"))]
    counts = {
        o.unit_code: o.value
        for o in seen.received.table.observations
        if o.measure == "initiatives_effective"
    }
    assert (counts[VI_TAN], counts[HOA_LUU]) == (1, 1)


def test_57_a_row_that_names_no_initiative_is_told_and_not_counted(office: Office) -> None:
    """ "Không có" is an answer, no initiative; "4" may be how many there are."""
    none = ["Không có", "KHÔNG PHÁT SINH", "-", "0", 4, "Chưa có mô hình nào trong quý", "…"]
    none += ["Khong co", "KHONG PHAT SINH", "Ko có", "Chưa triển khai", "(không)"]
    honest = ["Không có rác thải nhựa", "Tổ 4.0", "5S", "Chua Ong tu quan", "Không khói thuốc"]
    names = [*none, *honest]
    rows: list[Row] = [[n, name, "Xã Vị Tân"] for n, name in enumerate(names, 1)]
    seen = office.sends(["TT", "Tên mô hình", "Địa phương"], *rows, [18, "=A1", "Xã Vị Tân"])
    kept = [r.text("initiative_name") for r in seen.received.table.register_rows]
    assert kept == honest
    told = [at(f"B{row}") for row in range(2, 2 + len(none))]
    assert seen.findings("initiative_unnamed") == [("initiative_unnamed", cell) for cell in told]
    assert seen.findings("formula_not_calculated") == [
        ("formula_not_calculated", at(f"B{len(names) + 2}"))
    ]


def test_57_a_row_that_may_hold_several_or_what_is_not_in_effect_counts_as_one(
    office: Office,
) -> None:
    unclear = ["1. Chợ A\n2. Tổ A", "Chợ B; Tổ B", "- Chợ C\n- Tổ C", "a) Chợ D b) Tổ D"]
    unclear += ["(1) Chợ E; (2) Tổ E", "Chợ G\nTổ G", "Chợ H + Tổ H", "Có 03 mô hình"]
    unclear += [
        "Chợ L và Tổ L",
        "Camera & đường hoa",
        "02 mô hình: chợ, tổ",
        "Tổ I (dự kiến)",
        "Tổ K (đã dừng)",
        "Dự kiến lập tổ",
    ]
    clear = ["1. Chợ 5.0", "Mô hình Chợ 4.0\nkhông dùng tiền mặt", "1 hộ 1 tài khoản", "3 không",
             'Xã "3 không": không tiền mặt; không giấy; không chờ', "Kế hoạch nhỏ",
             "Tuyến đường số tại Ấp 1 và Ấp 2"]  # fmt: skip
    rows: list[Row] = [[n, name, "Xã Vị Tân"] for n, name in enumerate([*unclear, *clear], 1)]
    later: Row = [22, "Tổ số", "Xã Vị Tân", "15/01/2023"]
    now: Row = [23, "Tổ Facebook", "Xã Vị Tân", "12/2022"]
    head: Row = ["TT", "Tên mô hình", "Địa phương", "Thời điểm bắt đầu"]
    seen = office.sends(head, *rows, later, now)
    assert len(seen.received.table.register_rows) == len(rows) + 2
    told = [at(f"B{row}") for row in (*range(2, 2 + len(unclear)), len(rows) + 2)]
    assert seen.findings() == [("initiative_unclear", cell) for cell in told]


def test_57_the_word_for_an_initiative_is_no_part_of_its_name(office: Office) -> None:
    head: Row = ["TT", "Tên mô hình", "Địa phương"]
    rows: list[Row] = [
        [n, name, "Xã Vị Tân"] for n, name in enumerate(["Chợ 4.0", "Mô hình: Chợ 4.0"], 1)
    ]
    seen = office.sends(head, *rows)
    assert seen.findings() == [("initiative_repeated", at("B3"))]


def test_57_an_initiative_of_the_whole_is_asked_for_its_unit(office: Office) -> None:
    seen = office.sends(["TT", "Tên mô hình", "Địa phương"], [1, "Chợ 4.0", "Toàn thành phố"])
    assert seen.findings() == [("unit_unknown", at("C2"))]


@pytest.mark.parametrize(
    ("encoding", "separator", "named"),
    [("utf-8", ";", None), ("utf-8-sig", ",", None), ("utf-16", "\t", "utf-16"),
     ("cp1258", ";", "cp1258")],
)  # fmt: skip
def test_58_text_files(office: Office, encoding: str, separator: str, named: str | None) -> None:
    from tests.workbooks.text_files import cp1258_bytes

    lines = ["TT;Đơn vị;Số tổ;Số thành viên", "1;Xã Vị Tân;7;52"]
    text = "\n".join(lines).replace(";", separator)
    content = cp1258_bytes(text) if encoding == "cp1258" else text.encode(encoding)
    (office.folder / "930.csv").write_bytes(content)
    seen = office.sent()
    assert seen.figure(VI_TAN, "teams") == (7, None, "930.csv › C2")
    wanted = [("encoding_detected", "930.csv")] if named else []
    assert seen.findings() == wanted


def test_a_table_in_thousands_is_not_used(office: Office) -> None:
    seen = office.sends(["ĐVT: nghìn hộ"], HOUSEHOLDS, ["I", "Xã Vị Tân"], [1, "Ấp 1", 1, 1])
    assert seen.received.table.observations == ()
    assert seen.findings() == [("unit_scaled", at("A1"))]


@pytest.mark.parametrize(
    ("title", "note", "cell"),
    [("(Số liệu tính bằng nghìn hộ)", "", "A1"), ("Unit: thousand households", "", "A1"),
     ("Biểu 1", "Ghi chú: đơn vị tính nghìn hộ", "A5"), ("Biểu 1", "1.000 hộ", "")],
)  # fmt: skip
def test_a_scale_is_told_in_other_words_or_below(
    office: Office, title: str, note: str, cell: str
) -> None:
    rows: list[Row] = [["I", "Xã Vị Tân"], [1, "Ấp 1", 2, 1], [note]]
    seen = office.sends([title], HOUSEHOLDS, *rows)
    assert seen.findings("unit_scaled") == ([("unit_scaled", at(cell))] if cell else [])
    assert bool(seen.figure("31333-ap-1", "households")) != bool(cell)


@pytest.mark.parametrize(
    ("title", "row", "used"),
    [
        (["Biểu"], [None, None, "(hộ)", "(hộ)"], "CD"), (["Biểu"], [None, None, "hộ", "%"], "C"),
        (["Biểu"], [None, None, "(người)", "(hộ)"], "D"), (["ĐVT: hộ"], [], "CD"),
        (["ĐVT: người"], [], ""), (["ĐVT: hộ, người"], [], "CD"), (["ĐVT: hồ sơ"], [], "CD"),
        (["(Đơn vị tính: %)"], [], ""), (["ĐVT: hộ, %"], [], "CD"),
        (["Đơn vị: Xã Vị Tân"], [], "CD"), (["ĐVT: hộ gia đình"], [], "CD"),
    ],
)  # fmt: skip
def test_what_is_counted_is_said_below_the_headings_or_in_a_title(
    office: Office, title: Row, row: Row, used: str
) -> None:
    rows = [title, HOUSEHOLDS, *([row] if row else []), ["I", "Xã Vị Tân"], [1, "Ấp 1", 120, 80]]
    seen = office.sends(*rows)
    values = {cell.address.cell[0] for cell in seen.received.table.observations if cell.value}
    told = {place.partition("!")[2][0] for _, place in seen.findings("column_unit_unclear")}
    assert (values, told) == ({*used}, {*"CD"} - {*used})


def test_a_scale_beside_the_headings_is_one_above_them(office: Office) -> None:
    seen = office.sends([*HOUSEHOLDS, "ĐVT: nghìn hộ"], ["I", "Xã Vị Tân"], [1, "Ấp 1", 1, 1])
    assert seen.received.table.observations == ()
    assert seen.findings() == [("unit_scaled", at("E1"))]


@pytest.mark.parametrize(
    ("remark", "code"),
    [("6/7 ấp", "name_with_remark"), ("7 ấp", ""), ("mới tách", "name_with_remark"),
     ("thiếu 2 ấp", "unit_unknown"), ("không bao gồm ấp 7", "unit_unknown"),
     ("chưa có số liệu Ấp 3", "unit_unknown")],
)  # fmt: skip
def test_a_bracket_that_says_that_a_part_lacks(office: Office, remark: str, code: str) -> None:
    seen = office.sends(HEAD, [1, f"Xã Vị Tân ({remark})", 7, 52])
    used = seen.figure(VI_TAN, "teams")
    assert used == (() if code == "unit_unknown" else (7, None, at("C2")))
    assert seen.findings() == ([(code, at("B2"))] if code else [])


def test_a_report_signed_after_the_due_day(office: Office) -> None:
    seen = office.sends(
        HEAD, [1, "Xã Vị Tân", 7, 52], [None, None, "Vị Thanh, ngày 05 tháng 01 năm 2023"]
    )
    assert seen.findings() == [("sent_late", at("C3"))]


def test_32_and_other_checks_against_the_quarter_before(campaign: Campaign, tmp_path: Path) -> None:
    """Every check against the last period, one cell each; truths by hand."""
    head: Row = [*HOUSEHOLDS, "Hộ cài HauGiang App"]
    cumulative: Row = ["TT", "Đơn vị", "Hồ sơ phát sinh", "Hồ sơ phát sinh (lũy kế)"]
    initiative: Row = ["TT", "Tên mô hình", "Địa phương"]

    def quarter(name: str, households: list[Row], dossiers: list[Row]) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        book = openpyxl.Workbook()
        for number, (top, rows) in enumerate(
            [(head, households), (cumulative, dossiers), (initiative, [[1, "Chợ 4.0", "Vị Tân"]])]
        ):
            sheet = book.active if number == 0 else book.create_sheet()
            sheet.title = f"Biểu {number + 1}"
            for row in (top, *rows):
                sheet.append(row)
        book.save(folder / "930.xlsx")
        return folder

    hamlets = [[n, f"Ấp {n}", 100 + n, 20 + n, 30 + n] for n in range(1, 7)]
    group: Row = ["I", "Xã Vị Tân"]
    before = quarter("2022-Q3", [group, *hamlets], [[1, "Xã Vị Tân", 100, 900]])
    later = [list(row) for row in hamlets]
    later[0][3] = 10  # fell from 21
    later[1][3] = 90  # 22 of 102, then 90 of 102: 67 points
    later[2][2] = 200  # households, 103 before
    # Column E is left as it was: copied.
    later[5][1], later[5][4] = "Ấp 5B", 40  # a hamlet that nobody knows, and one that is gone
    now = quarter("2022-Q4", [group, *later], [[1, "Xã Vị Tân", 600, 850]])
    earlier = read_period(campaign, "2022-Q3", before)
    seen = Seen(read_period(campaign, "2022-Q4", now, None, earlier))
    codes = ("stock_fell", "cumulative_fell", "jump", "copied_forward", "initiative_carried_over",
             "unit_appeared", "unit_disappeared")  # fmt: skip
    assert sorted(seen.findings(*codes), key=lambda f: (f[0], f[1])) == [
        ("copied_forward", at("E3", sheet="Biểu 1")),
        ("cumulative_fell", at("D2", sheet="Biểu 2")),
        ("initiative_carried_over", at("B2", sheet="Biểu 3")),
        ("jump", at("C5", sheet="Biểu 1")),
        ("jump", at("D4", sheet="Biểu 1")),
        ("jump", at("C2", sheet="Biểu 2")),
        ("stock_fell", at("D3", sheet="Biểu 1")),
        ("unit_appeared", at("C8", sheet="Biểu 1")),
        ("unit_disappeared", at("C3", sheet="Biểu 1")),
    ]
    # Without the quarter before there is nothing to compare.
    assert Seen(read_period(campaign, "2022-Q4", now)).findings(*codes) == []


def test_heaping_just_above_a_target(office: Office) -> None:
    """Target 90 %: twelve hamlets at 91 of 100 and none at 89; the chance is 1 in 4,096."""
    rows: list[Row] = [[n, f"Ấp {n}", 100, 91] for n in range(1, 13)]
    seen = office.sends(HOUSEHOLDS, ["I", "Xã Vị Tân"], *rows)
    assert seen.findings("heaped_above_target") == [("heaped_above_target", at("D3"))]
    for row in rows[:6]:
        row[3] = 89  # as many below: nothing odd
    seen = office.sends(HOUSEHOLDS, ["I", "Xã Vị Tân"], *rows)
    assert seen.findings("heaped_above_target") == []


def test_the_text_of_a_cell_is_kept_as_it_was(office: Office) -> None:
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, " gần  60 "])
    raw = next(o.raw for o in seen.received.table.of(VI_TAN, "team_members"))
    assert clean(raw) == "gần 60"
