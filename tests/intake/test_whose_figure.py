"""Whose a figure is: the nearest name on its left in its own row, one source for each figure, and
rows that stand in their columns.
"""

from __future__ import annotations

import openpyxl
import pytest

from dxkit.intake.findings import FindingFactory
from dxkit.intake.names import Names
from dxkit.intake.tables.layout import Column, Layout
from dxkit.intake.tables.read import read_table
from dxkit.intake.tables.rows import RowReader
from dxkit.model.observations import Flag
from dxkit.workbooks.cells import Cell
from dxkit.workbooks.formats import build_sheet
from tests.intake.office import DOSSIERS, HEAD, HOA_LUU, PHUONG_I, VI_TAN, Office, Row, Seen, at

TITLE: Row = ["SỐ LIỆU QUÝ IV NĂM 2022"]


def test_names_between_figures_do_not_take_those_on_their_left(office: Office) -> None:
    seen = office.sends(
        ["TT", "Địa bàn", "Số tổ", None, "Số thành viên"],
        [1, "Phường I", 5, "Xã Vị Tân", 40],
        [2, "Xã Vị Tân", 7, "Phường I", 30],
    )
    assert seen.figure(PHUONG_I, "teams") == (5, None, at("C2"))
    assert seen.figure(VI_TAN, "teams") == (7, None, at("C3"))
    assert seen.figure(VI_TAN, "team_members") == (40, None, at("E2"))
    assert seen.figure(PHUONG_I, "team_members") == (30, None, at("E3"))


@pytest.mark.parametrize(
    ("head", "row", "cells"),
    [
        # an unlabelled column of names nearer to the figures than the labelled one
        (["TT", "Đơn vị", None, "Số tổ", "Số thành viên"],
         [1, "Phường I", "Xã Vị Tân", 5, 40], ["D2", "E2"]),
        (["TT", "Đơn vị", "Số tổ", "Thuộc", "Số thành viên"],
         [1, "Phường I", 5, "UBND xã Vị Tân", 40], ["E2"]),
        (["TT", "Đơn vị", "Số tổ", "Thuộc", "Số thành viên"],
         [1, "Phường I", 5, "Khu vực 3", 40], ["E2"]),
        # no name on the left, and two on the right
        (["Số tổ", None, "Số thành viên", None],
         [5, "Phường I", 40, "Xã Vị Tân"], ["A2", "C2"]),
        # another name beside the one on the left, and one behind all figures
        (["TT", "Địa bàn", None, "Số tổ", "Số thành viên"],
         [1, "Phường I", "Xã Vị Tân", 5, 40], ["D2", "E2"]),
        (["TT", "Đơn vị", "Số tổ", "Số thành viên", None],
         [1, "Phường I", 5, 40, "Xã Vị Tân"], ["C2", "D2"]),
    ],
)  # fmt: skip
def test_a_figure_with_another_name_nearer_is_not_used(
    office: Office, head: Row, row: Row, cells: list[str]
) -> None:
    seen = office.sends(head, row)
    assert seen.findings("name_not_nearest") == [("name_not_nearest", at(c)) for c in cells]
    used = {str(o.address) for o in seen.received.table.observations if o.value is not None}
    assert used.isdisjoint(at(cell) for cell in cells)
    assert len(used) == 2 - len(cells)


def test_a_figure_on_the_left_of_the_only_name_in_its_row(office: Office) -> None:
    seen = office.sends(["TT", "Số tổ", "Đơn vị", "Số thành viên"], [1, 5, "Phường I", 40])
    assert seen.figure(PHUONG_I, "teams") == (5, None, at("B2"))
    assert seen.figure(PHUONG_I, "team_members") == (40, None, at("D2"))


def test_the_check_does_not_rest_on_how_the_header_was_read(office: Office) -> None:
    """As if the names between the figures had been taken for the only ones."""
    layout = Layout(
        "teams", range(1, 2),
        tuple(
            Column(number, office.campaign.measure(measure), "2022-Q4")
            for number, measure in ((3, "teams"), (5, "team_members"))
        ),
        (4,), 1, None, None, (), (), 2,
    )  # fmt: skip
    texts = [[], [1, "Phường I", 5, "Xã Vị Tân", 40]]
    cells = [
        Cell(row, column, value)
        for row, values in enumerate(texts, 1)
        for column, value in enumerate(values, 1)
    ]
    sheet = build_sheet("Biểu", {(cell.row, cell.column): cell for cell in cells})
    period = office.campaign.period("2022-Q4")
    names = Names(office.campaign, period.last_day)
    finding = FindingFactory("930.xlsx", sheet.name)
    read = read_table(RowReader(names, sheet, layout, None, finding, period), layout, period.id)
    assert [(o.unit_code, o.value, o.address.cell) for o in read.observations] == [
        (VI_TAN, None, "C2"),
        (VI_TAN, 40, "E2"),
    ]
    assert [(f.code, f.address.cell) for f in read.findings] == [("name_not_nearest", "C2")]


@pytest.mark.parametrize("text", ["II", "Khá", "xã hội hoá", "2", "Thành phố Vị Thanh", "Phường I"])
def test_other_texts_beside_figures_are_no_names(office: Office, text: str) -> None:
    seen = office.sends(
        ["TT", "Đơn vị", "Số tổ", "Xếp loại", "Số thành viên"], [1, "Phường I", 5, text, 40]
    )
    assert seen.figure(PHUONG_I, "team_members") == (40, None, at("E2"))


def two_sheets(office: Office, first: Row, second: Row, name: str = "Bản cũ") -> Seen:
    """A workbook with a row of Phường I on two sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, row in (("Biểu", first), (name, second)):
        sheet = book.create_sheet(title)
        for line in (TITLE, HEAD, [1, "Phường I", *row]):
            sheet.append(line)
        for cell in sheet[3]:
            if cell.value == "#REF!":
                cell.data_type = "e"
    book.save(office.folder / "930.xlsx")
    return office.sent()


@pytest.mark.parametrize("bad", ["#REF!", "chưa rõ", None, "không phát sinh", "chưa báo cáo"])
@pytest.mark.parametrize("old_first", [False, True])
def test_a_figure_is_not_taken_from_another_sheet(
    office: Office, bad: object, old_first: bool
) -> None:
    rows: list[Row] = [[bad, 40], [5, 40]]
    seen = two_sheets(office, *(rows[::-1] if old_first else rows))
    assert seen.figure(PHUONG_I, "teams") == (None, Flag.REJECTED, at("C3"))
    assert seen.figure(PHUONG_I, "team_members") == (40, None, at("D3"))
    assert sorted(place for _, place in seen.findings("unit_repeated")) == [
        at("C3", sheet="Biểu"),
        at("C3", sheet="Bản cũ"),
    ]
    assert seen.findings("table_repeated") == [("table_repeated", "930.xlsx › Bản cũ")]


def test_a_row_left_blank_is_not_filled_from_another_sheet(office: Office) -> None:
    seen = two_sheets(office, [None, None], [5, 40])
    assert seen.figure(PHUONG_I, "teams") == (None, Flag.REJECTED, at("C3"))
    assert seen.figure(PHUONG_I, "team_members") == (None, Flag.REJECTED, at("D3"))


def test_a_table_that_stands_alike_on_two_sheets_counts_once(office: Office) -> None:
    seen = two_sheets(office, [5, 40], [5, 40])
    assert seen.figure(PHUONG_I, "teams") == (5, None, at("C3"))
    assert seen.findings() == [("table_repeated", "930.xlsx › Bản cũ")]


@pytest.mark.parametrize("second", [[], [[2, "Xã Vị Tân", 7, 30], [3, "Xã Hỏa Lựu", 6, 20]]])
def test_a_unit_on_one_of_two_copies_only_is_asked(office: Office, second: list[Row]) -> None:
    first: list[Row] = [[1, "Phường I", 5, 40], [2, "Xã Vị Tân", 7, 30]]
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in (("Biểu", first), ("Bản cũ", [first[0], *second])):
        sheet = book.create_sheet(title)
        for line in (TITLE, HEAD, *rows):
            sheet.append(line)
    book.save(office.folder / "930.xlsx")
    seen = office.sent()
    alone = (HOA_LUU, at("B5", sheet="Bản cũ")) if second else (VI_TAN, at("B4"))
    assert seen.figure(PHUONG_I, "teams")[0] == 5
    assert seen.figure(alone[0], "teams")[:2] == (None, Flag.REJECTED)
    assert seen.figure(VI_TAN, "teams")[0] == (7 if second else None)
    found = [f for f in seen.received.findings if f.code == "unit_in_one_copy"]
    assert [f.unit_code for f in found] == [alone[0]]


@pytest.mark.parametrize("said", [(0, "không phát sinh"), ("không phát sinh", 0)])
def test_nought_and_nothing_arose_are_no_contradiction(
    office: Office, said: tuple[object, object]
) -> None:
    seen = two_sheets(office, [said[0], 40], [said[1], 40])
    assert seen.findings("unit_repeated") == []
    assert seen.figure(PHUONG_I, "team_members") == (40, None, at("D3"))


@pytest.mark.parametrize(
    ("first", "expected"), [(None, 5), ("chưa rõ", None)], ids=["blank", "unreadable"]
)
def test_another_file_fills_what_was_left_blank_and_nothing_else(
    office: Office, first: object, expected: int | None
) -> None:
    office.sends(HEAD, [1, "Phường I", first, 40], [2, "Xã Vị Tân", 7, 30])
    seen = office.sends(
        TITLE, [], ["TT", "Đơn vị", "Số tổ"], [1, "Phường I", 5], file="930 bổ sung.xlsx"
    )
    assert seen.figure(PHUONG_I, "teams")[0] == expected
    assert bool(seen.findings("unit_repeated")) == (expected is None)


@pytest.mark.parametrize(
    ("name", "is_read"),
    [
        ("Tháng 6", False), ("thang 8-2022", False), ("Quý III", False), ("Tháng 11.2021", False),
        ("Tháng 9", True), ("Tháng 11", True), ("Tháng 01.2023", True), ("Quý IV", True),
        ("Quỹ 2", True), ("Q3", True), ("Biểu 6", True),
    ],
)  # fmt: skip
def test_the_name_of_a_sheet_states_a_time_too(office: Office, name: str, is_read: bool) -> None:
    seen = office.sends(TITLE, HEAD, [1, "Phường I", 5, 40], sheet=name)
    found = [] if is_read else [("wrong_period", f"930.xlsx › {name}")]
    assert seen.findings("wrong_period") == found
    assert bool(seen.figure(PHUONG_I, "teams")) == is_read


@pytest.mark.parametrize(
    ("name", "title", "is_read"),
    [
        ("Kế hoạch", "SỐ LIỆU", False), ("KẾ HOẠCH NĂM 2022", "SỐ LIỆU", False),
        ("Chỉ tiêu giao", "SỐ LIỆU", False), ("Cùng kỳ năm trước", "SỐ LIỆU", False),
        ("Dự kiến quý IV", "SỐ LIỆU", False), ("Plan 2022", "SỐ LIỆU", False),
        ("Biểu", "CHỈ TIÊU GIAO QUÝ IV NĂM 2022", False), ("Biểu", "Dự kiến kết quả", False),
        ("Biểu", "Số liệu ước thực hiện quý IV năm 2022", False),
        ("Kế hoạch 124-UBND", "SỐ LIỆU", True), ("Chỉ tiêu theo hộ", "SỐ LIỆU", True),
        ("Biểu KH", "KẾT QUẢ THỰC HIỆN KẾ HOẠCH", True), ("Năm 2022", "SỐ LIỆU", True),
        ("Biểu", "Kế hoạch 124/KH-UBND", True), ("Biểu", "KẾ HOẠCH QUÝ IV NĂM 2022", False),
        ("Biểu", "Kế hoạch năm 2022", False),
        ("Biểu", "Kế hoạch số 124/KH-UBND năm 2022", True),
        ("Biểu", "Báo cáo kế hoạch quý IV năm 2022", True),
        ("Biểu", "Dữ liệu kỳ trước", False), ("Biểu", "Kết quả năm ngoái", False),
        ("Biểu", "Kết quả so với năm trước", True), ("Biểu", "So với kết quả quý trước", True),
    ],
)  # fmt: skip
def test_a_sheet_of_planned_or_earlier_figures_is_told_and_not_used(
    office: Office, name: str, title: str, is_read: bool
) -> None:
    seen = office.sends([title], HEAD, [1, "Phường I", 5, 40], sheet=name)
    cell = "" if title == "SỐ LIỆU" else "!A1"
    found = [] if is_read else [("sheet_of_other_figures", f"930.xlsx › {name}{cell}")]
    assert seen.findings("sheet_of_other_figures") == found
    assert bool(seen.figure(PHUONG_I, "teams")) == is_read


REMARKS: Row = [*HEAD, "Ghi chú"]


@pytest.mark.parametrize(
    ("row", "is_shifted"),
    [
        ([None, 5, 40], True), ([None, 5, "40"], True),  # one cell to the right
        ([1, 900, 40], True), ([5, 1, 900], True), ([5, "1", "044"], True),  # 1,900 and 1,044
        ([5, 40, 7], False), ([5, 1900, 12], False),
        ([None, 5, "40 người"], True), ([None, 5, "40 người mới"], False),
        ([5, 1, "900 người mới"], False),
    ],
)  # fmt: skip
def test_a_bare_number_among_the_remarks(office: Office, row: Row, is_shifted: bool) -> None:
    seen = office.sends(REMARKS, [1, "Phường I", *row], [2, "Xã Vị Tân", 7, 30, "đủ"])
    figures = dict(zip(("teams", "team_members"), row, strict=False))
    for (measure, number), column in zip(figures.items(), "CD", strict=True):
        value = None if is_shifted or number is None else int(str(number))
        assert seen.figure(PHUONG_I, measure)[::2] == (value, at(f"{column}2"))
    places = [at(f"{c}2") for c, n in zip("CD", figures.values(), strict=True) if n is not None]
    assert [place for _, place in seen.findings("row_shifted")] == (places if is_shifted else [])
    assert seen.figure(VI_TAN, "team_members") == (30, None, at("D3"))


@pytest.mark.parametrize(
    ("line", "is_cut"), [("1,520", True), ("40,900", True), ("520,620", False)]
)
def test_a_part_many_times_its_whole_may_be_its_second_half(
    office: Office, line: str, is_cut: bool
) -> None:
    lines = [",".join(map(str, DOSSIERS)), f"1,Phường I,{line}", "2,Xã Vị Tân,300,200"]
    (office.folder / "930.csv").write_text("\n".join(lines) + "\n", "utf-8")
    seen = office.sent()
    used = [seen.figure(PHUONG_I, m)[0] for m in ("dossiers", "dossiers_online")]
    assert used == ([None, None] if is_cut else [520, 620])
    places = ["930.csv › C2", "930.csv › D2"] if is_cut else []
    assert [at for _, at in seen.findings("row_shifted")] == places
    assert seen.figure(VI_TAN, "dossiers")[0] == 300
    (office.folder / "930.csv").unlink()
    book = office.sends(DOSSIERS, [1, "Phường I", 1, 520])  # no comma separates its cells
    assert book.figure(PHUONG_I, "dossiers_online")[0] == 520


@pytest.mark.parametrize(
    ("line", "other", "is_cut"),
    [("12,100", "11400,200", True), ("90,150", "80000,200", True), ("12,011", "11,9", True),
     ("12,100", "14,9", False), ("12,100", "200,90", False), ("400,420", "900,200", False),
     ("12,10", "11400,200", False), ("120,100", "11400,200", False)],
)  # fmt: skip
def test_a_part_of_a_whole_unlike_the_others_may_be_its_second_half(
    office: Office, line: str, other: str, is_cut: bool
) -> None:
    """12,100 among thousands is one number, among dozens a part above its whole."""
    lines = [",".join(map(str, DOSSIERS)), f"1,Phường I,{line}", f"2,Xã Vị Tân,{other}"]
    (office.folder / "930.csv").write_text("\n".join(lines) + "\n", "utf-8")
    seen = office.sent()
    used = [seen.figure(PHUONG_I, m)[0] for m in ("dossiers", "dossiers_online")]
    assert used == ([None, None] if is_cut else [*map(int, line.split(","))])
    assert len(seen.findings("row_shifted")) == 2 * is_cut


@pytest.mark.parametrize("line", ["1,Phường I,5,1,044", "1,Phường I,1,900,40", "1,Phường I,,5,40"])
def test_a_number_that_its_comma_cuts_in_two_in_a_text_file(office: Office, line: str) -> None:
    lines = [",".join(map(str, REMARKS)), line, "2,Xã Vị Tân,7,30,", "3,Xã Hỏa Lựu,6,20,đủ"]
    (office.folder / "930.csv").write_text("\n".join(lines) + "\n", "utf-8")
    seen = office.sent()
    for measure in ("teams", "team_members"):
        assert seen.figure(PHUONG_I, measure)[0] is None
    assert ("row_shifted", "930.csv › D2") in [
        (code, place.replace("!", "")) for code, place in seen.findings("row_shifted")
    ]
    assert seen.figure(VI_TAN, "team_members")[0] == 30
    assert seen.figure(HOA_LUU, "team_members")[0] == 20


UNCLEAR = "sender_unclear"
BLOCK: list[Row] = [HEAD, [1, "Xã Vị Tân", 7, 30]]


@pytest.mark.parametrize(
    ("rows", "file", "sheet", "cell"),
    [
        # the name of the file, without accents and without the type
        ([["UBND XÃ HỎA LỰU"]], "vi-tan.xlsx", "Biểu", "A1"),
        ([["UBND XÃ HỎA LỰU"]], "BC quy 4 - Vị Tân.xlsx", "Biểu", "A1"),
        # a title against the letterhead, wherever it stands and however it is written
        ([["UBND XÃ VỊ TÂN"], ["BÁO CÁO CỦA XÃ HỎA LỰU QUÝ IV NĂM 2022"]], "a.xlsx", "Biểu", "A2"),
        ([["UBND XÃ VỊ TÂN"], ["BAO CAO CUA XA HOA LUU"]], "a.xlsx", "Biểu", "A2"),
        ([["UBND XÃ VỊ TÂN"], [None, None, "Báo cáo", "xã Hỏa Lựu"]], "a.xlsx", "Biểu", "D2"),
        # the name of the sheet
        ([["UBND XÃ VỊ TÂN"]], "a.xlsx", "Hỏa Lựu", "A1"),
        ([["UBND XÃ VỊ TÂN"]], "a.xlsx", "Biểu 1 (hoa luu)", "A1"),
        ([["UBND XÃ VỊ TÂN"]], "a.xlsx", "Xã Hỏa Lựu", "A1"),
        ([[]], "xa-vi-tan.xlsx", "Hỏa Lựu", ""),
    ],
)
def test_places_that_name_the_sender_contradict_each_other(
    office: Office, rows: list[Row], file: str, sheet: str, cell: str
) -> None:
    seen = office.sends(*rows, TITLE, *BLOCK, file=file, sheet=sheet)
    assert seen.findings() == [(UNCLEAR, at(cell, file, sheet).removesuffix("!"))]
    assert seen.figure(VI_TAN, "teams") == ()


def test_a_signature_of_another_office(office: Office) -> None:
    signed: list[Row] = [[], [None, None, "TM. UBND XÃ HỎA LỰU"], [None, None, "CHỦ TỊCH"]]
    seen = office.sends(["UBND XÃ VỊ TÂN"], TITLE, *BLOCK, *signed, file="a.xlsx")
    assert seen.findings() == [(UNCLEAR, at("C6", "a.xlsx"))]


@pytest.mark.parametrize(
    ("rows", "file", "sheet"),
    [
        ([["UBND XÃ VỊ TÂN"], ["Kính gửi: UBND xã Hỏa Lựu"]], "a.xlsx", "Biểu"),
        ([["UBND THÀNH PHỐ VỊ THANH"], ["SỐ LIỆU XÃ VỊ TÂN"]], "930.xlsx", "Vị Tân"),
        ([["UBND XÃ VỊ TÂN"], ["Kèm theo Kế hoạch của UBND tỉnh Hậu Giang"]], "vi-tan.xlsx", "II"),
    ],
)
def test_places_that_name_the_sender_or_what_it_lies_in_agree(
    office: Office, rows: list[Row], file: str, sheet: str
) -> None:
    seen = office.sends(*rows, TITLE, *BLOCK, file=file, sheet=sheet)
    assert seen.findings() == []
    assert seen.figure(VI_TAN, "teams")[0] == 7


def test_rows_of_another_unit_than_the_senders_are_asked(office: Office) -> None:
    seen = office.sends(["UBND XÃ VỊ TÂN"], TITLE, *BLOCK, [2, "Xã Hỏa Lựu", 5, 20], file="a.xlsx")
    assert seen.findings() == [("unit_of_another", at("B5", "a.xlsx"))]
    assert seen.figure(VI_TAN, "teams")[0] == 7
    assert seen.figure(HOA_LUU, "teams") == ()


def test_whose_file_came_is_not_told_to_have_sent_nothing(office: Office) -> None:
    rows = [["UBND THÀNH PHỐ NGÃ BẢY"], TITLE, *BLOCK]
    seen = office.sends(*rows, file="huyen-vi-thuy.xlsx")
    said = {(f.code, f.unit_code) for f in seen.received.findings}
    named = {f.unit_code for f in seen.received.findings if f.code == "workbook_unused"}
    assert named == {"931", "935"}
    assert not any(("workbook_missing", code) in said for code in named)


BESIDE: Row = [None, "TT", "Đơn vị", "Số tổ"]


@pytest.mark.parametrize(
    ("titles", "used"),
    [
        # the row of titles above the header, and the columns whose figures are used
        ([None] * 5 + ["Quý III năm 2022"], "CD"),
        ([None] * 6 + ["QUÝ III/2022"], "CD"),
        ([None] * 5 + ["Tháng 8 năm 2022"], "CD"),
        (["Quý IV năm 2022", *[None] * 4, "Quý III năm 2022"], "CD"),
        (["Quý III năm 2022", *[None] * 4, "Quý IV năm 2022"], "H"),
    ],
)
def test_a_block_of_another_time_beside_the_table_refuses_itself_only(
    office: Office, titles: Row, used: str
) -> None:
    rows: list[Row] = [
        [*HEAD, *BESIDE],
        [1, "Phường I", 5, 40, None, 1, "Phường I", 3],
        [2, "Xã Vị Tân", 7, 30, None, 2, "Xã Vị Tân", 6],
    ]
    seen = office.sends(TITLE, titles, *rows)
    places = [o.address.cell for o in seen.received.table.observations if o.value is not None]
    assert places == [f"{c}{r}" for r in (4, 5) for c in used]
    cell = next(
        f"{'ABCDEFGH'[n]}2" for n, text in enumerate(titles) if text and "IV" not in str(text)
    )
    assert seen.findings() == [("wrong_period", at(cell))]


def test_without_a_title_of_the_period_a_block_beside_refuses_the_sheet(office: Office) -> None:
    seen = office.sends([None] * 5 + ["Quý III năm 2022"], [*HEAD, *BESIDE],
                        [1, "Phường I", 5, 40, None, 1, "Phường I", 3])  # fmt: skip
    assert seen.findings() == [("wrong_period", at("F1"))]
    assert seen.figure(PHUONG_I, "teams") == ()


def test_a_block_of_the_same_time_beside_goes_on_with_the_table(office: Office) -> None:
    seen = office.sends(TITLE, [None] * 5 + ["Quý IV năm 2022 (tiếp)"], [*HEAD, *BESIDE],
                        [1, "Phường I", 5, 40, None, 2, "Xã Vị Tân", 6])  # fmt: skip
    assert seen.figure(PHUONG_I, "teams")[::2] == (5, at("C4"))
    assert seen.figure(VI_TAN, "teams")[::2] == (6, at("H4"))


@pytest.mark.parametrize("rows", [[["SỐ LIỆU QUÝ III NĂM 2022"], HEAD, [1, "Xã Vị Tân", 7, 30]],
                                  [["không có bảng"]]])  # fmt: skip
def test_who_names_itself_on_a_sheet_that_is_not_used_has_sent_something(
    office: Office, rows: list[Row]
) -> None:
    seen = office.sends(["UBND XÃ VỊ TÂN"], *rows, file="a.xlsx")
    codes = {f.code: f.address.file for f in seen.received.findings if f.unit_code == "930"}
    assert codes["workbook_unused"] == "a.xlsx"
    assert "workbook_missing" not in codes


@pytest.mark.parametrize("extra", ["Quý III/2022", "Số tổ năm trước", "Tỷ lệ (%)"])
def test_a_row_moved_from_a_column_that_nobody_declared(office: Office, extra: str) -> None:
    """The blank cell stands below a label that is none of the plan's."""
    seen = office.sends(
        ["TT", "Đơn vị", extra, "Số tổ", "Số thành viên", "Ghi chú"],
        [1, "Phường I", 6, 5, 40, None],
        [2, "Xã Vị Tân", None, 8, 7, 30],
        [3, "Xã Hỏa Lựu", 9, 8, 50, "đã kiểm tra"],
    )
    assert seen.figure(VI_TAN, "teams") == (None, Flag.REJECTED, at("D3"))
    assert seen.figure(VI_TAN, "team_members") == (None, Flag.REJECTED, at("E3"))
    assert seen.figure(PHUONG_I, "teams") == (5, None, at("D2"))
    assert seen.figure(HOA_LUU, "team_members") == (50, None, at("E4"))
    assert {code for code, _ in seen.findings()} - {"column_not_understood"} == {"row_shifted"}


def test_a_bare_number_among_remarks_beside_a_column_that_is_mostly_empty(office: Office) -> None:
    seen = office.sends(
        ["TT", "Đơn vị", "Mã cũ", "Số tổ", "Số thành viên", "Ghi chú"],
        [1, "Phường I", 6, 5, 40, None],
        [2, "Xã Vị Tân", None, 8, 70, 2026],
        [3, "Xã Hỏa Lựu", None, 8, 50, None],
    )
    assert seen.figure(VI_TAN, "teams") == (8, None, at("D3"))


@pytest.mark.parametrize(
    ("file", "office_line"),
    [
        ("TP. Ngã Bảy.xlsx", "UBND THÀNH PHỐ NGÃ BẢY"),
        ("tp-nga-bay-q4.xlsx", "Số liệu"),
        ("TP Ngã Bảy.xlsx", "Số liệu"),
        ("nga-bay.xlsx", "UBND THÀNH PHỐ NGÃ BẢY"),  # a ward of the city is called so as well
    ],
)
def test_a_city_and_its_ward_of_the_same_name(office: Office, file: str, office_line: str) -> None:
    seen = office.sends(
        [office_line], HEAD, [1, "Phường Ngã Bảy", 5, 40], [2, "Phường Lái Hiếu", 7, 30], file=file
    )
    assert seen.figure("31340", "teams") == (5, None, at("C3", file))
    assert seen.figure("31341", "teams") == (7, None, at("C4", file))
    assert seen.findings("unit_of_another", "sender_unclear") == []


@pytest.mark.parametrize("label", ["Số khác", "Đạt/Không", "Xếp loại"])
def test_a_moved_row_before_a_column_that_nobody_declared(office: Office, label: str) -> None:
    """A number stands there only where one lacks."""
    rows: list[Row] = [[1, "Phường I", None, 5, 40], [2, "Xã Vị Tân", 7, 30]]
    seen = office.sends([*HEAD, label], *rows)
    assert seen.findings("row_shifted") == [("row_shifted", at("D2"))]
    full = office.sends([*HEAD, label], [1, "Phường I", None, 5, 40], [2, "Xã Vị Tân", 7, 30, 9])
    assert full.findings("row_shifted") == []
    assert full.figure(PHUONG_I, "team_members")[0] == 5
