"""Rows put into a finished workbook read as those that its maker writes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from dxkit.workbooks.atomic import new_workbook
from dxkit.workbooks.package import with_rows

ROWS: list[tuple[float, tuple[str, str]]] = [
    (0, ("Xã Phú Hữu", "0,5")),
    (30, ("a < b & c > d \"e\" 'f' ]]>", "=1+1")),
    (45, ("_x0041_ _x00_ A_x000D_", "a, b; c")),
    (0, ("<r><t>a</t></r> b", "")),
    (0, ("https://a.vn", "00012")),
    (0, ("x" * 2000, "Đ")),
]


def written(path: Path, rows: list[tuple[float, tuple[str, str]]], last: int) -> bytes:
    """By the maker of workbooks alone: a heading, rows, and room down to the last one."""
    with new_workbook(path) as book:
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
        book.add_worksheet("a").write_string(0, 0, "Xã Phú Hữu")
        sheet = book.add_worksheet("b & 'c' d")
        sheet.write_row(0, 0, ("Một", "Hai"), bold)
        for row, (height, texts) in enumerate(rows, start=1):
            sheet.set_row(row, height or None)
            for at, text in enumerate(texts):
                sheet.write_string(row, at, text, wrap)
        if not rows:
            sheet.write_blank(last, 0, "", wrap)
            sheet.write_blank(last, 1, "", wrap)
        sheet.autofilter(0, 0, last, 1)
        sheet.freeze_panes(1, 0)
        book.add_worksheet("d").write_string(0, 0, "e")
    return path.read_bytes()


def told(content: bytes) -> list[Any]:
    """All that a reader is shown of each sheet; openpyxl knows no escapes in a cell's own text."""

    def plain_text(value: str | None) -> str | None:
        return value and value.replace("x005F_", "")

    book = openpyxl.load_workbook(io.BytesIO(content))
    plain = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [
        (s.title, s.dimensions, s.freeze_panes, s.auto_filter.ref,
         {n: row.height for n, row in s.row_dimensions.items() if row.height},
         [(c.coordinate, plain_text(c.value), c.data_type, c.alignment.wrap_text, c.font.b)
          for row in s.iter_rows() for c in row],
         plain.get_sheet_by_name(s.title).to_python())
        for s in book
    ]  # fmt: skip


def test_they_read_as_what_the_maker_writes(tmp_path: Path) -> None:
    plain = written(tmp_path / "a.xlsx", ROWS, len(ROWS))
    frame = written(tmp_path / "b.xlsx", [], len(ROWS))
    filled = with_rows(frame, "b & 'c' d", iter(ROWS))
    assert told(filled) == told(plain)
    assert told(frame) != told(plain)
    assert with_rows(frame, "b & 'c' d", iter(ROWS)) == filled
    read = openpyxl.load_workbook(io.BytesIO(filled))["b & 'c' d"]
    assert [row[1].value or "" for row in read.iter_rows(min_row=2)] == [b for _, (_, b) in ROWS]


def test_none_leave_the_headings(tmp_path: Path) -> None:
    filled = with_rows(written(tmp_path / "a.xlsx", [], 1), "b & 'c' d", ())
    sheet = openpyxl.load_workbook(io.BytesIO(filled))["b & 'c' d"]
    assert [[c.value for c in row] for row in sheet.iter_rows()] == [["Một", "Hai"]]


def test_what_no_file_can_hold_is_left_out(tmp_path: Path) -> None:
    filled = with_rows(
        written(tmp_path / "a.xlsx", [], 1), "b & 'c' d", [(0, ("a\x01b\ufffe", "c"))]
    )
    assert openpyxl.load_workbook(io.BytesIO(filled))["b & 'c' d"]["A2"].value == "ab"


def test_rows_have_a_text_for_each_column(tmp_path: Path) -> None:
    frame = written(tmp_path / "a.xlsx", [], 1)
    with pytest.raises(ValueError, match="zip"):
        with_rows(frame, "b & 'c' d", [(0, ("a",))])  # type: ignore[list-item]
