"""league.xlsx: what an official signs, and what a spreadsheet goes on with."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dxkit.model.rules import Exclusion
from dxkit.period import OpenPeriod
from dxkit.press.publish.league_workbook import write_league
from dxkit.press.publish.sheets import Column, workbook
from dxkit.report.wording.language import load_language

HEAD = 4
"""The row of headings: title, campaign and warning stand above."""


@pytest.fixture(scope="module")
def path(outputs: Path) -> Path:
    return outputs / "league.xlsx"


@pytest.fixture(scope="module")
def book(path: Path) -> Any:
    return openpyxl.load_workbook(path)


def table(book: Any, name: str) -> list[dict[str, Any]]:
    """The rows of a sheet's table by heading."""
    (place,) = (t.ref for t in book[name].tables.values())
    head, *rows = ([cell.value for cell in row] for row in book[name][place])
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_its_sheets_are_told_by_the_contents(book: Any) -> None:
    assert book.sheetnames == [
        "Mục lục", "Xếp hạng", "Xã, phường, thị trấn", "Đề nghị khen thưởng", "So sánh", "Tiêu chí",
        "Chi tiết", "Chuỗi số liệu", "Ghi chú", "Đối chiếu",
    ]  # fmt: skip
    first = book["Mục lục"]
    links = [row[1].hyperlink for row in first.iter_rows(min_row=HEAD, max_row=HEAD + 8)]
    assert [link.location for link in links] == [f"'{name}'!A1" for name in book.sheetnames[1:]]
    assert all(
        len(str(row[2].value)) > 20 for row in first.iter_rows(min_row=HEAD, max_row=HEAD + 8)
    )
    assert first["A1"].value == "Xếp hạng và đề nghị khen thưởng quý IV/2022"


def test_every_sheet_is_titled_dated_and_printed_on_a4(book: Any) -> None:
    for sheet in book.worksheets[:-1]:
        assert "quý IV/2022" in sheet["A1"].value
        assert sheet["A2"].value.startswith(
            "Phong trào thi đua chuyển đổi số tỉnh Hậu Giang năm 2022"
        )
        assert sheet["A2"].value.endswith("15/9/2022 – 14/12/2022")
        assert "MÔ PHỎNG" in sheet["A3"].value
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (
            True,
            0,
        )
        assert sheet.print_area.startswith(f"'{sheet.title}'!$A$1:")
        assert "&P/&N" in sheet.oddFooter.right.text
        assert "MÔ PHỎNG" in sheet.oddHeader.center.text
    assert {book.properties.creator, book.properties.title} == {
        "Ủy ban nhân dân tỉnh Hậu Giang", "Xếp hạng và đề nghị khen thưởng quý IV/2022",
    }  # fmt: skip


def test_tables_have_formats_bars_heights_and_stay_in_sight(book: Any) -> None:
    for name, kept in (("Xếp hạng", "D"), ("Xã, phường, thị trấn", "E"), ("So sánh", "C"),
                       ("Tiêu chí", "B"), ("Chi tiết", "C"), ("Chuỗi số liệu", "D")):  # fmt: skip
        sheet = book[name]
        (found,) = sheet.tables.values()
        assert found.ref.startswith(f"A{HEAD}:")
        assert found.autoFilter.ref == found.ref
        assert sheet.freeze_panes == f"{kept}{HEAD + 1}"
        assert sheet.print_title_rows == f"${HEAD}:${HEAD}"
        assert sheet.row_dimensions[HEAD].height > 18
    ranking = book["Xếp hạng"]
    assert ranking["D5"].number_format == "#,##0.00"
    bars = {
        str(place.sqref): rules for place, rules in ranking.conditional_formatting._cf_rules.items()
    }
    (rule,) = bars["D5:D12"]
    assert rule.type == "dataBar"
    assert [end.val for end in rule.dataBar.cfvo] == [0, 100]
    compared = {row["Mã"]: row for row in table(book, "So sánh")}
    assert 0 < compared["936"]["Hồ sơ trực tuyến"] < 1
    assert book["So sánh"]["C5"].number_format == "0.0%"
    kinds = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row}
    assert kinds <= {"s", "n"}


def test_districts_stand_by_rank_to_be_signed(book: Any) -> None:
    rows = table(book, "Xếp hạng")
    assert [row["Thứ hạng"] for row in rows] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [row["Mã"] for row in rows][::7] == ["932", "936"]
    assert (rows[0]["Đề nghị"], rows[0]["Xếp loại"]) == ("Đề nghị khen thưởng", "Xuất sắc")
    assert rows[4]["Lý do"] == "Còn thiếu số liệu nên không được xét"
    foot = [c.value for row in book["Xếp hạng"].iter_rows(min_row=13) for c in row if c.value]
    assert foot[0] == "NGƯỜI LẬP BIỂU"
    assert foot[1].startswith("TM. …")


def test_the_rank_before_stands_also_where_there_is_none_now(
    periods: dict[str, OpenPeriod], tmp_path: Path
) -> None:
    """Of a unit that the plan leaves out of this quarter's ranking, and of all where it ranks no
    districts any more; each is the one that the quarter before was published with.
    """
    opened, then = periods["2022-Q4"], periods["2022-Q3"].analysis
    plan = opened.campaign
    left_out = replace(plan.ranking, exclusions=(Exclusion("936", "2022-Q4", "visited", "A"),))
    within = {level: w for level, w in plan.ranking.within.items() if level != "district"}
    apart = replace(plan.ranking, within=within)
    for number, (ranking, without) in enumerate(((left_out, {"936"}), (apart, None))):
        other = opened.analysis.by_plan(replace(plan, ranking=ranking))
        path = tmp_path / f"{number}.xlsx"
        write_league(replace(opened, analysis=other), path, load_language("vi"))
        rows = {row["Mã"]: row for row in table(openpyxl.load_workbook(path), "Xếp hạng")}
        ranked = {code for code, row in rows.items() if isinstance(row["Thứ hạng"], int)}
        assert rows.keys() - ranked == (without or rows.keys())
        assert {code: row["Thứ hạng kỳ trước"] for code, row in rows.items()} == {
            code: then.scorecard(code).fact("total", "rank").number for code in rows
        }


def test_all_communes_are_there_with_all_that_decides(
    book: Any, outputs: Path, periods: dict[str, OpenPeriod]
) -> None:
    """As many as the register has, each with the points that ranking.csv tells."""
    rows = table(book, "Xã, phường, thị trấn")
    units = periods["2022-Q4"].analysis.units.at_level("commune")
    assert {row["Mã"] for row in rows} == {unit.code for unit in units}
    assert len(rows) == len(units) == 75
    text = (outputs / "data/ranking.csv").read_text("utf-8-sig")
    told = {r["unit_code"]: r for r in csv.DictReader(io.StringIO(text))}
    for row in rows:
        points = told[row["Mã"]]["points"]
        assert row["Điểm"] == (pytest.approx(float(points)) if points else "chưa gửi báo cáo")
    (silent,) = (row for row in rows if row["Mã"] == "31417")
    assert (silent["Thuộc"], silent["Thứ hạng"]) == ("Huyện Phụng Hiệp", "không xếp hạng")
    inside = [row["Thứ hạng"] for row in rows if row["Thuộc"] == "Huyện Long Mỹ"]
    assert inside == sorted(inside)


def test_proposals_name_reasons_and_the_reserve(book: Any) -> None:
    rows = {row["Mã"]: row for row in table(book, "Đề nghị khen thưởng")}
    assert rows["935"]["Đề nghị"] == "Dự bị"
    assert rows["935"]["Lý do"] == "Các đơn vị xếp trên đã đủ số lượng"
    assert rows["930"]["Lý do"] == "Trong số lượng được đề nghị"
    hamlet = rows["31318-khu-vuc-2"]
    assert (hamlet["Đơn vị"], hamlet["Thuộc"], hamlet["Thứ hạng"]) == ("Khu vực 2", "Phường I", 1)
    assert {row["Cấp"] for row in rows.values()} == {
        "huyện, thị xã, thành phố", "xã, phường, thị trấn", "ấp, khu vực",
    }  # fmt: skip


def test_criteria_have_targets_and_sources_and_the_series_all_periods(book: Any) -> None:
    criteria = table(book, "Tiêu chí")
    (cashless,) = (r for r in criteria if "không dùng tiền mặt" in r["Tiêu chí"])
    assert (cashless["Chỉ tiêu"], cashless["Điểm tối đa"]) == (0.8, 20)
    assert (cashless["Số đơn vị đạt"], cashless["Số đơn vị có số liệu"]) == (2, 8)
    assert "Kế hoạch 124/KH-UBND" in cashless["Nguồn"]
    assert "giả định" in cashless["Nguồn"]
    series = {(row["Mã"], row["Tiêu chí"]): row for row in table(book, "Chuỗi số liệu")}
    assert (
        series["936", "Thứ hạng"]["Quý III/2022"] == series["936", "Thứ hạng"]["Quý IV/2022"] == 8
    )
    assert series["936", "Hồ sơ trực tuyến"]["Quý IV/2022"] == pytest.approx(1421 / 5071)
    assert "Kế hoạch 103/KH-UBND" in str([row["Nguồn của chỉ tiêu"] for row in criteria])
    notes = "\n".join(str(c.value) for (_, c) in book["Ghi chú"].iter_rows(max_col=2))
    assert "15/9/2022 – 14/12/2022 (giả định)" in notes
    assert "danh sách đề nghị" in notes


def test_every_number_is_traced_in_words(book: Any) -> None:
    listed = {(r[0], r[1]): r for r in book["Đối chiếu"].iter_rows(min_row=2, values_only=True)}
    cells = [c for sheet in book.worksheets[1:] for row in sheet.iter_rows() for c in row]
    numbers = {(c.parent.title, c.coordinate) for c in cells if isinstance(c.value, (int, float))}
    assert numbers == listed.keys()
    told = listed["Xếp hạng", "D5"]
    assert told[2:6] == (
        "2022-Q4/932/total/points",
        "91,19",
        "Huyện Châu Thành A",
        "Tổng điểm: điểm",
    )
    assert "932-huyen-chau-thanh-a.xlsx › " in told[6]


def test_it_has_the_same_bytes_every_time_and_says_its_state(
    path: Path, periods: dict[str, OpenPeriod], tmp_path: Path
) -> None:
    opened = periods["2022-Q4"]
    record = """{"campaign": "haugiang-2022", "period": "2022-Q4", "number": 2, "state":
        "provisional", "day": "2023-01-05", "by": "A"}"""
    (tmp_path / "publication.json").write_text(record, "utf-8")
    kept = replace(opened, project=replace(opened.project, stated=tmp_path / "publication.json"))
    for name, one in (("a", opened), ("b", kept), ("c", kept)):
        write_league(one, tmp_path / f"{name}.xlsx", load_language("vi"))
    a, b, c = ((tmp_path / f"{name}.xlsx").read_bytes() for name in "abc")
    assert a == path.read_bytes()
    assert b == c
    sheet = openpyxl.load_workbook(io.BytesIO(b))["Xếp hạng"]
    assert sheet["A3"].value.startswith("SỐ LIỆU SƠ BỘ. Bản công bố số 2, ngày 05/01/2023")
    assert "MÔ PHỎNG" in sheet["A4"].value


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        ("Huyện/thị: [a]*?", "Huyện thị a"),
        ("x" * 40, "x" * 31),
        ("'", "-"),
        ("mục LỤC", "mục LỤC (2)"),
    ],
)
def test_a_level_of_any_name_has_a_sheet(name: str, fitting: str, tmp_path: Path) -> None:
    """Names that Excel refuses, and headings that are alike to it."""
    language, heads = load_language("vi"), ["=1+1", "Tên", "tên", "Số (a)", "số (A)"]
    columns = [Column(head) for head in heads]
    with workbook(tmp_path / "a.xlsx", language, "về", [], {}) as sheets:
        sheets.contents("Mục lục", "Tựa &P")
        sheets.table(name, "Tựa", "gồm", columns, [["=2", "a", None, None, "b"]] * 2)
        sheets.table(name, "Tựa", "gồm", columns, [])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert " ".join(book.sheetnames[1].split()) == fitting
    assert len({n.casefold() for n in book.sheetnames}) == 3
    told = ["=1+1", "Tên", "tên (2)", "Số (a)", "số (A) (2)"]
    assert [c.value for c in book.worksheets[1][3]] == told
    assert {c.data_type for row in book.worksheets[1].iter_rows() for c in row} <= {"s", "n"}
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert re.search("<oddFooter>&amp;L&amp;8Tựa &amp;&amp;P", sheet)
