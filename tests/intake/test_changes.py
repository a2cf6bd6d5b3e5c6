"""What changed between two versions of a file, against a plain comparison of two dictionaries."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
from hypothesis import settings
from hypothesis import strategies as st

from dxkit.intake.differences import CellChange, compare
from dxkit.intake.file_cells import (
    FileCells,
    Origin,
    mark,
    returned_name,
    sheet_titles,
    without_remarks,
)
from dxkit.intake.revisions import FileHistory, History
from dxkit.model.addresses import column_letters
from dxkit.model.text import clean
from dxkit.workbooks.cells import Cell, Sheet, written_out
from dxkit.workbooks.cells import Workbook as Book
from dxkit.workbooks.reading import read_workbook
from tests.unhurried import EXAMPLES, given

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=4)
grids = st.dictionaries(
    st.tuples(st.integers(1, 9), st.integers(1, 4)).map(lambda a: f"{column_letters(a[1])}{a[0]}"),
    st.tuples(texts, st.just("")),
    max_size=20,
)


@settings(max_examples=2 * EXAMPLES)
@given(st.dictionaries(st.sampled_from(["A", "B", "C"]), grids, max_size=3))
def test_a_file_does_not_differ_from_itself(sheets: dict[str, dict[str, tuple[str, str]]]) -> None:
    assert compare(FileCells(sheets), FileCells(sheets)).changes == ()


@settings(max_examples=2 * EXAMPLES)
@given(grids, st.dictionaries(st.sampled_from(["A1", "B2", "C3"]), texts, max_size=2))
def test_changed_cells_are_exactly_those_that_differ(
    before: dict[str, tuple[str, str]], changed: dict[str, str]
) -> None:
    """Up to two rows change: no row is taken for another."""
    after = before | {at: (text, "") for at, text in changed.items()}
    found = compare(FileCells({"S": before}), FileCells({"S": after})).changes
    plain = {
        at: (before.get(at, ("", ""))[0], after[at][0])
        for at in after
        if before.get(at, ("", ""))[0] != after[at][0]
    }
    listed = {change.cell: (change.before, change.after) for change in found}
    assert set(listed) <= set(plain)
    assert {at: listed[at] for at in listed} == {at: plain[at] for at in listed}
    assert all(_alike(plain[at]) for at in set(plain) - set(listed))


def _alike(pair: tuple[str, str]) -> bool:
    if clean(pair[0]) == clean(pair[1]):
        return True
    try:
        return abs(float(pair[0]) - float(pair[1])) <= 1e-12 * abs(float(pair[0]))
    except ValueError:
        return False


def table(rows: int) -> dict[str, tuple[str, str]]:
    cells = {}
    for row in range(1, rows + 1):
        cells |= {f"A{row}": (f"Ấp {row}", ""), f"B{row}": (str(row * 7), "")}
        cells[f"C{row}"] = (str(row * 70), f"B{row}*10")
    return cells


def shifted(cells: dict[str, tuple[str, str]], first: int, by: int) -> dict[str, tuple[str, str]]:
    moved = {}
    for at, (text, formula) in cells.items():
        row = int(at[1:])
        now = row + by if row >= first else row
        moved[f"{at[0]}{now}"] = (text, f"B{now}*10" if formula else "")
    return moved


def test_a_row_put_in_moves_the_others() -> None:
    before, after = table(30), shifted(table(30), 12, 1)
    after |= {"A12": ("Ấp mới", ""), "B12": ("5", ""), "C12": ("50", "B12*10")}
    after["B25"] = ("999", "")  # was B24
    after["C25"] = ("9990", "B25*10")
    found = compare(FileCells({"S": before}), FileCells({"S": after}))
    assert found.changes == (
        CellChange("S", "A12", "", "", "Ấp mới"),
        CellChange("S", "B12", "", "", "5"),
        CellChange("S", "C12", "", "", "50"),
        CellChange("S", "B25", "B24", "168", "999"),
        CellChange("S", "C25", "C24", "1680", "9990", recalculated=True),
    )
    assert (found.now_at("S", "B24"), found.now_at("S", "B3")) == ("B25", "B3")


def test_a_row_taken_out_is_gone() -> None:
    before = table(30)
    kept = {at: content for at, content in before.items() if at[1:] != "12"}
    after = shifted(kept, 13, -1)
    found = compare(FileCells({"S": before}), FileCells({"S": after}))
    assert {(c.cell, c.before, c.after) for c in found.changes} == {
        ("A12", "Ấp 12", ""), ("B12", "84", ""), ("C12", "840", ""),
    }  # fmt: skip


def test_a_formula_written_over_is_no_recalculation() -> None:
    before = {"B1": ("10", "A1*2"), "B2": ("4", "A2*2"), "B3": ("6", "A3*2")}
    after = {"B1": ("12", "A1*2"), "B2": ("5", ""), "B3": ("7", "A3*2+1")}
    changes = compare(FileCells({"S": before}), FileCells({"S": after})).changes
    assert [change.recalculated for change in changes] == [True, False, False]


def test_formulas_kept_once_for_many_cells_are_written_out_where_they_stand(
    tmp_path: Path,
) -> None:
    path = tmp_path / "chung.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for row in range(1, 5):
        sheet.cell(row, 1).value = row
        sheet.cell(row, 2).value = f"=A{row}*$A$1"
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    xml = parts["xl/worksheets/sheet1.xml"].decode()
    for row in range(1, 5):
        rest = "A1*$A$1" if row == 1 else ""
        first = ' ref="B1:B4"' if row == 1 else ""
        xml = xml.replace(f"<f>A{row}*$A$1</f>", f'<f t="shared" si="0"{first}>{rest}</f>')
    parts["xl/worksheets/sheet1.xml"] = xml.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    (sheet_read,) = read_workbook(path, path.name).sheets
    found = sheet_read.formulas
    assert {at: written_out(formula, at) for at, formula in found.items()} == {
        f"B{row}": f"A{row}*$A$1" for row in range(1, 5)
    }
    (path := tmp_path / "chung.csv").write_bytes(b"a;=B1\n1;2\n")
    assert [sheet.formulas for sheet in read_workbook(path, path.name).sheets] == [{}]
    before = {"B3": ("9", found["B3"])}
    after = {"B3": ("12", "A3*$A$1")}
    (change,) = compare(FileCells({"S": before}), FileCells({"S": after})).changes
    assert change.recalculated


def test_a_renamed_sheet_is_the_same_sheet() -> None:
    found = compare(
        FileCells({"Cũ": table(3), "Khác": table(1)}),
        FileCells({"Mới": table(3), "Khác": table(1)}),
    )
    assert found.changes == ()
    assert found.sheet("Cũ") == "Mới"
    gone = compare(FileCells({"A": table(1), "B": table(1)}), FileCells({"A": table(1)}))
    assert {(c.sheet, c.after) for c in gone.changes} == {("B", "")}


def test_the_last_digit_of_a_number_is_no_change() -> None:
    before, after = {"A1": ("0.30000000000000004", "")}, {"A1": ("0.3", "")}
    assert compare(FileCells({"S": before}), FileCells({"S": after})).changes == ()
    after = {"A1": ("0.3001", "")}
    assert len(compare(FileCells({"S": before}), FileCells({"S": after})).changes) == 1


def test_the_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    files = {
        "a.xlsx": FileHistory(
            "1" * 64, frozenset({("S", "A1"), ("S", ""), ("", "")}), {("S", "B2"): "trước"}
        )
    }
    history = History(tmp_path, files, frozenset({"a.xlsx"}), (("c", "a.xlsx", "S", "A1", "930"),))
    history.save()
    assert History.open(tmp_path) == history
    cells = FileCells({"S": {"A1": ("x", ""), "B1": ("2", "A1*2")}}, Origin("b.xlsx", "2" * 64))
    history.keep("1" * 64, cells)
    assert history.cells("1" * 64) == cells
    assert history.cells("3" * 64) is None
    History(tmp_path).save()
    assert not list((tmp_path / "cells").iterdir())
    (tmp_path / "history.json").write_text("{", "utf-8")
    assert History.open(tmp_path) == History(tmp_path)


def test_the_sheet_of_remarks_is_known_by_its_mark_alone() -> None:
    origin = Origin("xã: 1/bảng.xls", "0f" * 32)
    data = Sheet("Số liệu", {(1, 1): Cell(1, 1, "STT")})
    remarks = Sheet("Tên gì cũng được", {(4, 1): Cell(4, 1, f" {mark(origin)} ")})
    far_below = Sheet("Trích", {(400, 1): Cell(400, 1, mark(origin))})
    book = _book("x.xlsx", data, remarks, far_below)
    bare, found = without_remarks(book)
    assert found == origin
    assert [sheet.name for sheet in bare.sheets] == ["Số liệu", "Trích"]
    assert without_remarks(_book("x.xlsx", data))[1] is None


def _book(file: str, *sheets: Sheet) -> Book:
    return Book(file, sheets, "xlsx")


def test_names_of_copies() -> None:
    assert returned_name("a b/x.y.xlsx") == "a b/x.y.xlsx"
    assert returned_name("x.XLSX") != "x.XLSX"
    assert returned_name("x.csv") == "x-csv.xlsx"
    titles = sheet_titles(["", "a/b", "a:b", "'x'", "y" * 40])
    assert len({title.casefold() for title in titles.values()}) == 5
    assert all(len(t) <= 31 and not set("[]:*?/\\") & set(t) and t for t in titles.values())
    assert sheet_titles(titles.values()) == {t: t for t in titles.values()}


def test_a_history_may_be_taken_along(tmp_path: Path) -> None:
    cells = FileCells({"Sheet1": {"A1": ("12", "")}}, Origin("a.xlsx", "ff"))
    files = {"a.xlsx": FileHistory("aa", frozenset({("Sheet1", "A1")}), {("Sheet1", "B2"): "7"})}
    here = History(tmp_path / "here", files, frozenset({"a.xlsx"}), (("c", "f", "s", "A1", "u"),))
    here.keep("aa", cells)
    here.save()
    History.open(tmp_path / "here").copy(tmp_path / "there")
    there = History.open(tmp_path / "there")
    assert there == replace(here, folder=tmp_path / "there")
    assert there.cells("aa") == cells
    History.open(tmp_path / "nowhere").copy(tmp_path / "there")
    assert History.open(tmp_path / "there") == there
