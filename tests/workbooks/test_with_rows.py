"""Rows put into a finished workbook read as those that its maker writes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
from python_calamine import CalamineWorkbook

from dxkit.workbooks.atomic import new_workbook
from dxkit.workbooks.package import Rows, with_rows

SHEET = "b & 'c' d"
TEXTS: list[tuple[float, tuple[str | float, str | float | None]]] = [
    (0, ("Xã Phú Hữu", "0,5")),
    (30, ("a < b & c > d \"e\" 'f' ]]>", "=1+1")),
    (47, ("_x0041_ _x00_ A_x000D_", "a, b; c")),
    (0, ("<r><t>a</t></r> b", "")),
    (0, ("a", None)),
    (17, ("https://a.vn", "00012")),
    (0, (" x" * 2000, "Đ ")),
    (32, (1234567.125, 0)),
    (0, (-1 / 3, 1e-9)),
]
"""Heights, and what stands in the cells of two columns."""


def rows(first: int, last: int, texts: Any) -> Rows:
    """Those rows, texts and numbers each as the cell in the row below the heading looks."""
    each = (
        (height, tuple(isinstance(value, str) for value in values), values)
        for height, values in texts
    )
    return Rows(SHEET, first, last, {True: "A2", False: "B2"}, each)


def written(path: Path, texts: Any, last: int) -> bytes:
    """By the maker of workbooks alone: a heading, rows, a foot; without rows two cells' looks."""
    with new_workbook(path) as book:
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
        share = book.add_format({"num_format": "0.0%"})
        book.add_worksheet("a").write_string(0, 0, "Xã Phú Hữu")
        sheet = book.add_worksheet(SHEET)
        sheet.write_row(0, 0, ("Một", "Hai"), bold)
        sheet.write_blank(1, 0, "", wrap)
        sheet.write_blank(1, 1, "", share)
        for row, (height, values) in enumerate(texts, start=1):
            sheet.set_row(row, height or None)
            for at, value in enumerate(values):
                if value is None:
                    sheet.write_blank(row, at, "", share)
                elif isinstance(value, str):
                    sheet.write_string(row, at, value, wrap)
                else:
                    sheet.write_number(row, at, value, share)
        sheet.write_string(last, 1, "ký", bold)
        sheet.autofilter(0, 0, last, 1)
        sheet.freeze_panes(1, 0)
        book.add_worksheet("d").write_string(0, 0, "e")
    return path.read_bytes()


def told(content: bytes) -> list[Any]:
    """All that a reader is shown of each sheet; openpyxl knows no escapes in a cell's own text."""

    def plain_text(value: Any) -> Any:
        return value.replace("x005F_", "") if isinstance(value, str) else value

    book = openpyxl.load_workbook(io.BytesIO(content))
    plain = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [
        (s.title, s.dimensions, s.freeze_panes, s.auto_filter.ref,
         {n: row.height for n, row in s.row_dimensions.items() if row.height},
         [(c.coordinate, plain_text(c.value), c.data_type, c.alignment.wrap_text, c.font.b,
           c.number_format)
          for row in s.iter_rows() for c in row],
         plain.get_sheet_by_name(s.title).to_python())
        for s in book
    ]  # fmt: skip


def test_they_read_as_what_the_maker_writes(tmp_path: Path) -> None:
    end = len(TEXTS) + 1
    plain = written(tmp_path / "a.xlsx", TEXTS, end)
    frame = written(tmp_path / "b.xlsx", [], end)
    filled = with_rows(frame, rows(2, end, TEXTS))
    assert told(filled) == told(plain)
    assert told(frame) != told(plain)
    assert with_rows(frame, rows(2, end, TEXTS)) == filled
    read = openpyxl.load_workbook(io.BytesIO(filled))[SHEET]
    found = [row[1].value for row in read.iter_rows(min_row=2)]
    assert found == [*(b for _, (_, b) in TEXTS), "ký"]
    assert (read["A9"].number_format, read["A10"].value) == ("0.0%", -0.3333333333333333)


def test_none_leave_the_heading_and_the_foot(tmp_path: Path) -> None:
    filled = with_rows(written(tmp_path / "a.xlsx", [], 2), rows(2, 2, ()))
    sheet = openpyxl.load_workbook(io.BytesIO(filled))[SHEET]
    told = [[c.value for c in row] for row in sheet.iter_rows()]
    assert told == [["Một", "Hai"], [None, None], [None, "ký"]]


def test_what_no_file_can_hold_is_left_out(tmp_path: Path) -> None:
    frame = written(tmp_path / "a.xlsx", [], 2)
    filled = with_rows(frame, rows(2, 2, [(0, ("a\x01b\ufffe", "c"))]))
    assert openpyxl.load_workbook(io.BytesIO(filled))[SHEET]["A2"].value == "ab"
