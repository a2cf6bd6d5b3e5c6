"""Workbooks in which a figure is not what its cell alone says. Whoever reads them with care takes
it otherwise or asks: no figure may be read as if nothing were there. Truths are written by hand.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

import openpyxl
import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TextProperties
from odf.table import Table, TableCell, TableRow
from odf.text import P, Span
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from tests.intake.office import DOSSIERS, HEAD, HOUSEHOLDS, Office, Row, Seen

VI_TAN, HOA_LUU = [1, "Xã Vị Tân", 7, 52], [2, "Xã Hỏa Lựu", 5, 40]
BOTH = {"C2": 7, "D2": 52, "C3": 5, "D3": 40}
GROUP_1, GROUP_2 = ["I", "Xã Vị Tân"], ["II", "Xã Hỏa Lựu"]
AP_1, AP_2, AP_3, AP_4 = [1, "Ấp 1", 120, 80], [2, "Ấp 2", 130, 70], [1, "Ấp 3", 140, 90], [
    2, "Ấp 4", 150, 95]  # fmt: skip
TWO_COLUMNS = ["TT", "Xã, phường, thị trấn", "Ấp, khu vực", "Tổng số hộ"]
COLUMNS_OF_TWO = [None, None, "Phát sinh", "Trực tuyến", "Phát sinh", "Trực tuyến"]


@dataclass(frozen=True)
class Sent:
    """Rows of a sheet, the figures that may be used by their cells, and the findings."""

    rows: list[Row]
    used: dict[str, int]
    found: list[str]
    file: str = "930.xlsx"
    sheet: str = "Biểu"
    merged: str = ""
    dressed: Callable[[Worksheet], None] | None = None
    units: dict[str, str] = field(default_factory=dict)  # of cells whose unit matters


def cell_d2(value: object, number_format: str = "", font: Font | None = None) -> Sent:
    """Two communes of which the first's members say something odd."""

    def dressed(sheet: Worksheet) -> None:
        if isinstance(value, CellRichText):
            sheet["D2"] = value
        if number_format:
            sheet["D2"].number_format = number_format
        if font is not None:
            sheet["D2"].font = font

    plain = "?" if isinstance(value, CellRichText) else value
    used = {cell: number for cell, number in BOTH.items() if cell != "D2"}
    return Sent([HEAD, [1, "Xã Vị Tân", 7, plain], HOA_LUU], used, [], dressed=dressed)


def letters(*runs: tuple[str, dict[str, object]]) -> CellRichText:
    return CellRichText(*(TextBlock(InlineFont(**look), text) for text, look in runs))


ODD_CELLS = {
    "two numbers on two lines": (cell_d2("120\n100"), "value_ambiguous"),
    "two numbers far apart": (cell_d2("120      100"), "value_ambiguous"),
    "an old number crossed out": (
        cell_d2(letters(("10", {"strike": True}), ("52", {}))), "value_struck_out"),
    "a footnote's mark": (
        cell_d2(letters(("52", {}), ("1", {"vertAlign": "superscript"}))), "value_unreadable"),
    "a cell crossed out": (cell_d2(52, font=Font(strike=True)), "value_struck_out"),
    "thousands left out by the format": (cell_d2(5000, "#,##0,"), "value_shown_otherwise"),
    "thousands written by the format": (cell_d2(5, '0".000"'), "value_shown_otherwise"),
    "hidden by the format": (cell_d2(52, ";;;"), "value_shown_otherwise"),
    "a nought that its format hides": (cell_d2(0, "0;-0;;@"), "value_shown_otherwise"),
    "a percent sign of the format's own": (cell_d2(52, '0"%"'), "value_shown_otherwise"),
    "a telephone number": (cell_d2("0939123456"), "value_ambiguous"),
    "more digits than a number has": (cell_d2("1" * 18), "value_ambiguous"),
    "below nought in brackets": (cell_d2("(5)"), "count_negative"),
    "below nought with another dash": (cell_d2("−5"), "count_negative"),
    "a range": (cell_d2("50-60"), "value_unreadable"),
    "more than": (cell_d2(">50"), "value_unreadable"),
    "a sum": (cell_d2("10+5"), "value_is_sum"),
    "a power": (cell_d2("1E3"), "value_unreadable"),
    "something else beside": (cell_d2("52 (xã 20)"), "value_unreadable"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD_CELLS)
def test_a_cell_that_says_more_than_its_number(office: Office, name: str) -> None:
    sent, code = ODD_CELLS[name]
    check(office, Sent(sent.rows, sent.used, [f"{code} D2"], dressed=sent.dressed))


def hide_row(number: int) -> Callable[[Worksheet], None]:
    return lambda sheet: setattr(sheet.row_dimensions[number], "hidden", True)


def strike_row(sheet: Worksheet) -> None:
    for cell in sheet[2]:
        cell.font = Font(strike=True)


ROWS = {
    "a row crossed out": Sent(
        [HEAD, VI_TAN, HOA_LUU], {"C3": 5, "D3": 40},
        ["value_struck_out C2", "value_struck_out D2"], dressed=strike_row),
    "one cell for two units": Sent(
        [HEAD, VI_TAN, [2, "Xã Hỏa Lựu", 5, None]], {"C2": 7, "C3": 5},
        ["cell_merged D2"], merged="D2:D3"),
    "one cell for two columns": Sent(
        [HEAD, [1, "Xã Vị Tân", 7, None], HOA_LUU], {"C3": 5, "D3": 40},
        ["cell_merged C2"], merged="C2:D2"),
    "a plan and a result under one name": Sent(
        [["TT", "Đơn vị", "Nội dung", "Số tổ", "Số thành viên"],
         [1, "Xã Vị Tân", "Kế hoạch", 10, 100], [None, None, "Thực hiện", 7, 52]],
        {}, ["column_not_understood C1", "unit_repeated B2", "unit_repeated B3"], merged="B2:B3"),
    "one row moved by a cell": Sent(
        [HEAD, [1, "Xã Vị Tân", None, 7, 52], HOA_LUU], {"C3": 5, "D3": 40},
        ["row_shifted D2"]),
    "shares in a column of counts": Sent(
        [HOUSEHOLDS, GROUP_1, [1, "Ấp 1", 120, 0.85], [2, "Ấp 2", 130, 1]],
        {"C3": 120, "C4": 130}, ["count_not_whole D3", "value_ambiguous D4"]),
    "ditto below an unknown name": Sent(
        [HEAD, VI_TAN, [2, "Xã Xuân Tiến", 4, 60], [3, "Xã Hỏa Lựu", 5, "nt"]],
        {"C2": 7, "D2": 52, "C4": 5}, ["unit_unknown B3", "value_unreadable D4"]),
    "ditto below a hidden row": Sent(
        [HEAD, VI_TAN, [2, "Xã Tân Tiến", 4, 60], [3, "Xã Hỏa Lựu", 5, "nt"]],
        {"C2": 7, "D2": 52, "C4": 5}, ["row_hidden B3", "value_unreadable D4"],
        dressed=hide_row(3)),
    "a code of another unit": Sent(
        [["TT", "Mã ĐVHC", "Đơn vị", "Số tổ", "Số thành viên"], [1, "31336", "Xã Vị Tân", 7, 52]],
        {}, ["unit_ambiguous C2"]),
    "an initiative without a place": Sent(
        [["TT", "Tên mô hình", "Địa phương"], [1, "Chợ 4.0", "Xã Vị Tân"],
         [2, "Tuyến đường số", None]], {"B2": 1}, ["unit_unknown B3"]),
    "one place for two initiatives": Sent(
        [["TT", "Tên mô hình", "Địa phương"], [1, "Chợ 4.0", "Xã Vị Tân"],
         [2, "Tuyến đường số", None]], {"B2": 1, "B3": 1}, [], merged="C2:C3"),
    "a name crossed out": Sent(
        [HEAD, VI_TAN, HOA_LUU], {"C3": 5, "D3": 40},
        ["value_struck_out C2", "value_struck_out D2"],
        dressed=lambda sheet: setattr(sheet["B2"], "font", Font(strike=True))),
    "a heading crossed out": Sent(
        [HEAD, VI_TAN], {"D2": 52}, ["value_struck_out C2"],
        dressed=lambda sheet: setattr(sheet["C1"], "font", Font(strike=True))),
    "two units in one row": Sent(
        [HOUSEHOLDS, GROUP_1, [1, "Ấp 1, Ấp 2", 250, 150]], {}, ["unit_unknown B3"]),
    "a note between the rows": Sent(
        [HOUSEHOLDS, GROUP_1, AP_1, ["Ghi chú: ấp 2 mới tách"], AP_2],
        {"C3": 120, "D3": 80, "C5": 130, "D5": 70}, []),
}  # fmt: skip

GROUPS = {
    "the row that names the group is hidden": Sent(
        [HOUSEHOLDS, GROUP_1, AP_1, GROUP_2, AP_3],
        {"C3": 120, "D3": 80, "C5": 140, "D5": 90}, [], dressed=hide_row(4),
        units={"C5": "31336-ap-3"}),
    "its name stands in the column of row numbers": Sent(
        [HOUSEHOLDS, GROUP_1, AP_1, ["II. Xã Hỏa Lựu"], AP_3],
        {"C3": 120, "D3": 80, "C5": 140, "D5": 90}, [], units={"C5": "31336-ap-3"}),
    "its name is merged over the whole row": Sent(
        [HOUSEHOLDS, GROUP_1, AP_1, ["II. Xã Hỏa Lựu", None, None, None], AP_3],
        {"C3": 120, "D3": 80, "C5": 140, "D5": 90}, [], merged="A4:D4",
        units={"C5": "31336-ap-3"}),
    "an unknown name there": Sent(
        [HOUSEHOLDS, GROUP_1, AP_1, ["II. Xã Xuân Tiến"], AP_3],
        {"C3": 120, "D3": 80}, ["unit_unknown B5"]),
    "groups stand below their members": Sent(
        [HOUSEHOLDS, AP_1, AP_2, ["I", "Xã Vị Tân", 250, 150], AP_3, AP_4,
         ["II", "Xã Hỏa Lựu", 290, 185]], {},
        ["group_unclear B4", "group_unclear B5", "group_unclear B6", "group_unclear B7",
         "unit_unknown B2", "unit_unknown B3"]),
    "a total that names another unit": Sent(
        [HOUSEHOLDS, GROUP_1, AP_1, ["II", "Tổng xã Hỏa Lựu", 140, 90], AP_3],
        {"C3": 120, "D3": 80}, ["unit_unknown B5"]),
    "a total, and no group after it": Sent(
        [HOUSEHOLDS, GROUP_1, AP_1, [None, "Cộng", 120, 80], AP_3],
        {"C3": 120, "D3": 80}, ["group_unclear B5"]),
    "a name that says itself where it lies": Sent(
        [HOUSEHOLDS, [1, "Ấp 1, xã Vị Tân", 120, 80], [2, "Ấp 3 - xã Hỏa Lựu", 140, 90],
         [3, "Ấp 4 xã Hỏa Lựu", 150, 95]],
        {"C2": 120, "D2": 80, "C3": 140, "D3": 90, "C4": 150, "D4": 95}, [],
        units={"C2": "31333-ap-1", "C3": "31336-ap-3", "C4": "31336-ap-4"}),
    "and contradicts its group": Sent(
        [HOUSEHOLDS, GROUP_1, AP_1, [2, "Ấp 3, xã Hỏa Lựu", 140, 90]],
        {"C3": 120, "D3": 80}, ["unit_ambiguous B4"]),
    "communes that say their district": Sent(
        [HEAD, [1, "Xã Vị Tân, TP Vị Thanh", 7, 52],
         [2, "Xã Hỏa Lựu (thành phố Vị Thanh)", 5, 40]], BOTH, [], units={"C3": "31336"}),
    "the parent in the middle row of its block": Sent(
        [TWO_COLUMNS, [1, None, "Ấp 1", 120], [2, "Xã Vị Tân", "Ấp 2", 130], [3, None, "Ấp 3", 140],
         [4, None, "Ấp 4", 150], [5, "Xã Hỏa Lựu", "Ấp 5", 160]],
        {"D3": 130, "D6": 160},
        ["group_unclear C4", "group_unclear C5", "unit_unknown C2"]),
    "no parent below its total": Sent(
        [TWO_COLUMNS, [1, "Xã Vị Tân", "Ấp 1", 120], [None, "Cộng", None, 120],
         [2, None, "Ấp 2", 150]], {"D2": 120}, ["unit_unknown C4"]),
    "a row below the parent's merged cell": Sent(
        [TWO_COLUMNS, [1, "Xã Vị Tân", "Ấp 1", 120], [2, None, "Ấp 2", 130],
         [3, None, "Ấp 3", 140], [4, "Xã Hỏa Lựu", "Ấp 1", 150]],
        {"D2": 120, "D3": 130, "D5": 150}, ["group_unclear C4"], merged="B2:B3"),
    "one bare name of a district and of a commune of the group": Sent(
        [HEAD, ["I", "Huyện Vị Thủy"], [1, "Vị Thanh", 7, 52]], {"C3": 7, "D3": 52}, [],
        file="tinh.xlsx", units={"C3": "31465"}),
    "a commune in the group of another district": Sent(
        [HEAD, ["II", "Thành phố Ngã Bảy"], [1, "Xã Vị Tân", 8, 60]], {}, ["group_unclear B3"],
        file="tinh.xlsx"),
    "its hamlets": Sent(
        [HOUSEHOLDS, ["I", "Huyện Vị Thủy"], [1, "Xã Vị Tân"], [1, "Ấp 1", 120, 80]], {},
        ["group_unclear B3", "unit_unknown B4"], file="tinh.xlsx"),
    "row numbers that begin again without a group": Sent(
        [HOUSEHOLDS, GROUP_1, AP_1, [], AP_3], {"C3": 120, "D3": 80}, ["group_unclear B5"]),
    "a group in a sentence": Sent(
        [HOUSEHOLDS, GROUP_1, AP_1, ["Số liệu của UBND xã Hỏa Lựu"], [2, "Ấp 3", 140, 90]],
        {"C3": 120, "D3": 80}, ["unit_unknown A4", "unit_unknown B5"]),
    "groups that count their members": Sent(
        [HOUSEHOLDS, ["I", "Xã Vị Tân (1 ấp)"], AP_1, ["B.", "B. Xã Hỏa Lựu (2 ấp)"],
         [1, "1.1. Ấp 3", 140, 90]], {"C3": 120, "D3": 80, "C5": 140, "D5": 90}, [],
        units={"C5": "31336-ap-3"}),
    "the same where numbers tell nothing": Sent(
        [HEAD, [None, "Huyện Vị Thủy"], [None, "Vị Thanh", 7, 52]], {}, ["unit_ambiguous B3"],
        file="tinh.xlsx"),
    "one name in two districts": Sent(
        [HEAD, ["I", "Huyện Vị Thủy"], [1, "Vĩnh Tường", 7, 52], ["II", "Thị xã Long Mỹ"],
         [1, "Vĩnh Tường", 5, 40]], {"C3": 7, "D3": 52, "C5": 5, "D5": 40}, [],
        file="tinh.xlsx", units={"C3": "31459", "C5": "31475"}),
    "another commune's table below": Sent(
        [["UBND XÃ VỊ TÂN"], HOUSEHOLDS, AP_1, [], ["UBND XÃ HỎA LỰU"], HOUSEHOLDS, AP_3],
        {"C3": 120, "D3": 80, "C7": 140, "D7": 90}, [], units={"C7": "31336-ap-3"}),
}  # fmt: skip


def titled(title: str, rows: list[Row] | None = None, code: str = "wrong_period") -> Sent:
    return Sent([[title], *(rows or [HEAD, VI_TAN])], {}, [f"{code} A1"])


TIMES = {
    "quí": titled("Báo cáo Quí III năm 2022"),
    "no accents": titled("BAO CAO QUY III NAM 2022"),
    "in words": titled("Báo cáo quý ba năm 2022"),
    "a roman number": titled("Biểu số liệu III/2022"),
    "another year": titled("BÁO CÁO NĂM 2021"),
    "a plan for next year": titled("KẾ HOẠCH GIAO NĂM 2023"),
    "days": titled("(Số liệu từ ngày 15/6/2022 đến ngày 14/9/2022)"),
    "days in words": titled("(từ ngày 15 tháng 6 năm 2022 đến ngày 14 tháng 9 năm 2022)"),
    "half a year": titled("Báo cáo 6 tháng cuối năm 2022"),
    "a sheet of one month": Sent(
        [DOSSIERS, VI_TAN], {}, ["wrong_period "], sheet="Tháng 10"),
    "a sheet of one month in short": Sent([DOSSIERS, VI_TAN], {}, ["wrong_period "], sheet="T10"),
    "beside the table": Sent(
        [[*HEAD, None, "Số liệu quý III năm 2022"], VI_TAN], {}, ["wrong_period F1"]),
    "above a second table": Sent(
        [["Báo cáo Quý IV năm 2022"], HEAD, VI_TAN, [], ["Báo cáo Quý III năm 2022"], HEAD,
         HOA_LUU], {"C3": 7, "D3": 52}, ["wrong_period A5"]),
    "above a second table of other columns": Sent(
        [["Báo cáo Quý IV năm 2022"], HEAD, VI_TAN, [], ["Báo cáo Quý III năm 2022"], DOSSIERS,
         HOA_LUU], {"C3": 7, "D3": 52}, ["wrong_period A5"]),
    "a cumulative title": Sent(
        [["SỐ LIỆU LŨY KẾ TỪ ĐẦU NĂM"], DOSSIERS, [1, "Xã Vị Tân", 700, 300]], {},
        ["column_cumulative C2", "column_cumulative D2", "cumulative_title A1"]),
    "months of another year": Sent(
        [["TT", "Đơn vị", "Tháng 10/2021", None], COLUMNS_OF_TWO[:4], [1, "Xã Vị Tân", 100, 50]],
        {}, ["sheet_without_table "], merged="C1:D1"),
    "months in figures": Sent(
        [["TT", "Đơn vị", "10/2022", None, "11/2022", None], COLUMNS_OF_TWO,
         [1, "Xã Vị Tân", 100, 50, 110, 60]],
        {"C3": 100, "D3": 50, "E3": 110, "F3": 60}, ["part_missing ", "part_missing "],
        merged="C1:D1 E1:F1"),
    "months that a spreadsheet made dates of": Sent(
        [["TT", "Đơn vị", datetime.datetime(2022, 10, 1), None,
          datetime.datetime(2022, 11, 1), None], COLUMNS_OF_TWO,
         [1, "Xã Vị Tân", 100, 50, 110, 60]],
        {"C3": 100, "D3": 50, "E3": 110, "F3": 60}, ["part_missing ", "part_missing "],
        merged="C1:D1 E1:F1"),
    "the quarter before beside this one": Sent(
        [["TT", "Đơn vị", "Quý III", None, "Quý IV", None], COLUMNS_OF_TWO,
         [1, "Xã Vị Tân", 150, 60, 200, 90]], {"E3": 200, "F3": 90},
        ["column_not_understood C1", "column_not_understood D1"], merged="C1:D1 E1:F1"),
    "a plan beside the result": Sent(
        [["TT", "Đơn vị", "Hồ sơ phát sinh", None], [None, None, "Kế hoạch", "Thực hiện"],
         [1, "Xã Vị Tân", 150, 200]], {"D3": 200}, ["column_not_understood C1"], merged="C1:D1"),
}  # fmt: skip

SENDERS = {
    "a file of one commune, a title of another": Sent(
        [["UBND XÃ HỎA LỰU"], HOUSEHOLDS, AP_3], {}, ["sender_unclear A1"], file="xa-vi-tan.xlsx"),
    "a sheet of one commune, a title of another": Sent(
        [["UBND XÃ HỎA LỰU"], HOUSEHOLDS, AP_3], {}, ["sender_unclear A1"], sheet="Xã Vị Tân"),
    "a file of one district, a title of another": Sent(
        [["UBND THỊ XÃ LONG MỸ"], HEAD, [1, "Xã Long Phú", 7, 52]], {}, ["sender_unclear A1"],
        file="936-huyen-long-my.xlsx"),
    "titles of the offices above": Sent(
        [["UBND TỈNH HẬU GIANG"], ["UBND THÀNH PHỐ VỊ THANH"], ["UBND XÃ VỊ TÂN"],
         HOUSEHOLDS, AP_1],
        {"C5": 120, "D5": 80}, [], units={"C5": "31333-ap-1"}),
}  # fmt: skip

COLUMNS = {
    "a thousand households": Sent(
        [["ĐVT: 1.000 hộ"], HOUSEHOLDS, GROUP_1, AP_1], {}, ["unit_scaled A1"]),
    "thousands in brackets": Sent(
        [["(Nghìn hộ)"], HOUSEHOLDS, GROUP_1, AP_1], {}, ["unit_scaled A1"]),
    "thousands of what there is": Sent(
        [["Đơn vị tính: nghìn"], HOUSEHOLDS, GROUP_1, AP_1], {}, ["unit_scaled A1"]),
    "a group's label over its second column": Sent(
        [["TT", "Đơn vị", None, "Hộ có kỹ năng số"], [None, None, "Số hộ", "Tỷ lệ (%)"],
         GROUP_1, [1, "Ấp 1", 80, 66.7]], {}, ["sheet_without_table "]),
    "one label over a count and a share": Sent(
        [[*HOUSEHOLDS, None], GROUP_1, [1, "Ấp 1", 120, 66, 80]], {"C3": 120},
        ["column_repeated D3", "column_repeated E3"], merged="D1:E1"),
    "one label over columns called number and share": Sent(
        [["TT", "Đơn vị", "Số tổ", "Số thành viên", None],
         [None, None, None, "Số lượng", "Tỷ lệ (%)"], [1, "Xã Vị Tân", 7, 52, 80]],
        {"C3": 7, "D3": 52}, [], merged="C1:C2 D1:E1"),
    "the same in short, each with its number": Sent(
        [["TT", "Đơn vị", "Số tổ", None, "Số thành viên", None],
         [None, None, "SL", "TL (%)", "SL (người)", "TL (%)"], [1, "Xã Vị Tân", 7, 70, 52, 80]],
        {"C3": 7, "E3": 52}, ["column_not_understood D1", "column_not_understood F1"],
        merged="C1:D1 E1:F1"),
    "a number planned beside the one reached": Sent(
        [["TT", "Đơn vị", "Số tổ", "Số thành viên", None, None, None],
         [None, None, None, "Kế hoạch", None, "Thực hiện", None],
         [None, None, None, "Số lượng", "Tỷ lệ", "Số lượng", "Tỷ lệ"],
         [1, "Xã Vị Tân", 7, 60, 90, 52, 80]],
        {"C4": 7, "F4": 52}, ["column_not_understood D1"],
        merged="C1:C3 D1:G1 D2:E2 F2:G2"),
    "an abbreviation that says which figures": Sent(
        [["TT", "Đơn vị", "Số tổ", "Số thành viên (KH)"], VI_TAN], {"C2": 7},
        ["column_not_understood D1"]),
    "another language that says which figures": Sent(
        [["TT", "Đơn vị", "Số tổ (Teams)", "Số thành viên\nlast quarter"], VI_TAN], {"C2": 7},
        ["column_not_understood D1"]),
    "other columns on the next page": Sent(
        [HEAD, VI_TAN, ["TT", "Đơn vị", "Số thành viên", "Số tổ"], [2, "Xã Hỏa Lựu", 40, 5]],
        {"C2": 7, "D2": 52, "C4": 40, "D4": 5}, []),
    "a table far to the right": Sent(
        [[None] * 5 + HEAD, [None] * 5 + VI_TAN], {"H2": 7, "I2": 52}, []),
}  # fmt: skip


UNTOUCHED = {
    "labels and figures merged over two columns each": Sent(
        [["TT", "Đơn vị", "Số tổ", None, "Số thành viên", None],
         [1, "Xã Vị Tân", 7, None, 52, None]], {"C2": 7, "E2": 52}, [],
        merged="C1:D1 E1:F1 C2:D2 E2:F2"),
    "every unit merged over two rows": Sent(
        [HEAD, VI_TAN, [None] * 4, HOA_LUU, [None] * 4], {"C2": 7, "D2": 52, "C4": 5, "D4": 40},
        [], merged="A2:A3 B2:B3 C2:C3 D2:D3 A4:A5 B4:B5 C4:C5 D4:D5"),
    "the office's name at a page break": Sent(
        [HOUSEHOLDS, GROUP_1, AP_1, ["UBND THÀNH PHỐ VỊ THANH"], HOUSEHOLDS, AP_2],
        {"C3": 120, "D3": 80, "C6": 130, "D6": 70}, []),
    "the office's name below": Sent(
        [HOUSEHOLDS, GROUP_1, AP_1, [None, None, "TM. UBND XÃ VỊ TÂN"], [None, None, "CHỦ TỊCH"]],
        {"C3": 120, "D3": 80}, []),
    "remarks of other places and times": Sent(
        [[*HOUSEHOLDS, "Ghi chú"], GROUP_1, [*AP_1, "giáp xã Hỏa Lựu"],
         [*AP_2, "tăng so với quý III năm 2022"]],
        {"C3": 120, "D3": 80, "C4": 130, "D4": 70}, []),
    "a comparison below": Sent(
        [["Quý IV năm 2022"], HEAD, VI_TAN, ["So với quý III năm 2022 tăng 2 tổ"]],
        {"C3": 7, "D3": 52}, []),
    "the days of the calendar's quarter": Sent(
        [["(Từ ngày 01/10/2022 đến ngày 31/12/2022)"], HEAD, VI_TAN], {"C3": 7, "D3": 52}, []),
    "a plan of another day": Sent(
        [["Thực hiện Kế hoạch số 103/KH-UBND ngày 30/5/2022"], HEAD, VI_TAN],
        {"C3": 7, "D3": 52}, []),
    "a plan of another year beside the quarter": Sent(
        [["Căn cứ Kế hoạch số 12 năm 2021"], ["Quý IV/2022"], HEAD, VI_TAN],
        {"C4": 7, "D4": 52}, []),
    "a hint of what is counted on a second line": Sent(
        [HEAD, [1, "Xã Vị Tân", "7\ntổ", "52\nngười"]], {"C2": 7, "D2": 52}, []),
}  # fmt: skip

PLAIN_FORMATS = ['0" người"', "#,##0_);(#,##0)", '[=0]"-";General', "00", "[$-42A]#,##0", "# ##0",
                 "#,##0;;", "[Red][<50]0;[Blue]0", "0.00", "0_ ;-0\\ ",
                 '_(* #,##0_);_(* (#,##0);_(* "-"??_);_(@_)']  # fmt: skip


@pytest.mark.parametrize("number_format", PLAIN_FORMATS)
def test_a_format_that_shows_the_number(office: Office, number_format: str) -> None:
    sent = cell_d2(52, number_format)
    check(office, Sent(sent.rows, {**sent.used, "D2": 52}, [], dressed=sent.dressed))


def check(office: Office, sent: Sent) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = sent.sheet
    for row in sent.rows:
        sheet.append(row)
    for area in sent.merged.split():
        sheet.merge_cells(area)
    if sent.dressed is not None:
        sent.dressed(sheet)
    book.save(office.folder / sent.file)
    seen = office.sent()
    used = {
        o.address.cell: o
        for o in seen.received.table.observations
        if o.value is not None and not (o.measure == "initiatives_effective" and o.value == 0)
    }
    assert {cell: o.value for cell, o in used.items()} == sent.used
    assert {cell: used[cell].unit_code for cell in sent.units} == sent.units
    quiet = {"total_differs", "value_missing", "figure_missing"}  # of totals, and of what is blank
    found = [
        f"{code} {place.partition('!')[2]}" for code, place in seen.findings() if code not in quiet
    ]
    assert sorted(found) == sorted(sent.found)


CASES = {**ROWS, **GROUPS, **TIMES, **SENDERS, **COLUMNS, **UNTOUCHED}


@pytest.mark.parametrize("name", CASES)
def test_what_a_careful_reader_sees(office: Office, name: str) -> None:
    check(office, CASES[name])


def test_a_line_of_a_text_file_that_breaks_off(office: Office) -> None:
    """Which of its fields lacks is not known."""
    text = "TT;Đơn vị;Số tổ;Số thành viên\n1;Xã Vị Tân;52\n2;Xã Hỏa Lựu;5;40\n"
    (office.folder / "930.csv").write_text(text, "utf-8")
    seen = office.sent()
    used = {
        o.address.cell: o.value for o in seen.received.table.observations if o.value is not None
    }
    assert used == {"C3": 5, "D3": 40}
    assert seen.findings("row_shifted") == [("row_shifted", "930.csv › C2")]


def test_letters_crossed_out_and_raised_in_xls(office: Office) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Biểu")
    for number, row in enumerate([HEAD, VI_TAN, HOA_LUU, [3, "Xã Tân Tiến", 4, 30]]):
        for column, value in enumerate(row):
            if column != 3 or number == 0:
                sheet.write(number, column, value)
    plain, struck = xlwt.easyfont(""), xlwt.easyfont("struck_out on")
    sheet.write(1, 3, 52, xlwt.easyxf("font: struck_out on"))
    sheet.write_rich_text(2, 3, [("10", struck), ("40", plain)])
    sheet.write_rich_text(3, 3, [("30", plain), ("1", xlwt.easyfont("escapement superscript"))])
    book.save(str(office.folder / "930.xls"))
    expect_odd_members(office.sent())


def test_letters_crossed_out_and_raised_in_ods(office: Office) -> None:
    document = OpenDocumentSpreadsheet()
    for name, family, look in (
        ("crossed", "table-cell", {"textlinethroughstyle": "solid"}),
        ("out", "text", {"textlinethroughstyle": "solid"}),
        ("raised", "text", {"textposition": "super 58%"}),
    ):
        style = Style(name=name, family=family)
        style.addElement(TextProperties(**look))
        document.automaticstyles.addElement(style)
    table = Table(name="Biểu")
    document.spreadsheet.addElement(table)
    odd = {1: [("52", "")], 2: [("10", "out"), ("40", "")], 3: [("30", ""), ("1", "raised")]}
    for number, row in enumerate([HEAD, VI_TAN, HOA_LUU, [3, "Xã Tân Tiến", 4, 30]]):
        line = TableRow()
        table.addElement(line)
        for column, value in enumerate(row):
            runs = odd.get(number, []) if column == 3 else []
            text = P(text="" if runs else str(value))
            for run, style_name in runs:
                text.addElement(
                    Span(stylename=style_name, text=run) if style_name else Span(text=run)
                )
            look = {"stylename": "crossed"} if column == 3 and number == 1 else {}
            cell = TableCell(valuetype="string", **look)
            cell.addElement(text)
            line.addElement(cell)
    document.save(str(office.folder / "930.ods"))
    expect_odd_members(office.sent())


def expect_odd_members(seen: Seen) -> None:
    """Members of three communes: crossed out, partly crossed out, with a footnote's mark."""
    used = {
        o.address.cell: o.value for o in seen.received.table.observations if o.value is not None
    }
    assert used == {"C2": 7, "C3": 5, "C4": 4}
    codes = [(code, place.partition("!")[2]) for code, place in seen.findings()]
    assert codes == [
        ("value_struck_out", "D2"), ("value_struck_out", "D3"), ("value_unreadable", "D4")
    ]  # fmt: skip
