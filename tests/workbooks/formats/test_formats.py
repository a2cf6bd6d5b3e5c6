"""The same table in every format gives the same cells: ``writing.TRUTH`` is the truth."""

from __future__ import annotations

import csv
import datetime
import io
import random
import re
import zipfile
from pathlib import Path

import pytest
import writing
from python_calamine import CalamineWorkbook

from dxkit.model.addresses import column_letters
from dxkit.workbooks.cells import Sheet, UnreadableFileError
from dxkit.workbooks.csv_text import separator_of
from dxkit.workbooks.reading import read_workbook
from dxkit.workbooks.xlsx import unescaped

ROOT = Path(__file__).parents[3]
REAL = ROOT.parent / "shared" / "real"


def values(sheet: Sheet) -> dict[str, object]:
    return {cell.address: cell.value for cell in sheet.cells.values()}


def check_table(path: Path, comments: bool = True, booleans: bool = True) -> None:
    book = read_workbook(path, path.name)
    assert [(sheet.name, sheet.hidden) for sheet in book.sheets] == [
        (writing.NAME, False),
        ("ẩn", True),
        ("ẩn hẳn", True),
    ]
    sheet = book.sheets[0]
    assert values(sheet) == {**writing.TRUTH, "H8": 99}
    kinds = {a: type(v) for a, v in values(sheet).items() if isinstance(v, (bool, datetime.date))}
    assert {a for a, kind in kinds.items() if kind is bool} == ({"E4", "E5"} if booleans else set())
    errors = {cell.address for cell in sheet.cells.values() if cell.is_error}
    assert errors == {"F4", "F5"}
    for address, code in writing.PERCENT.items():
        row, column = int(address[1:]), ord(address[0]) - 64
        assert sheet.cell(row, column).number_format == code
    assert set(sheet.merged) == writing.MERGED
    assert writing.HIDDEN_ROW in sheet.hidden_rows
    assert not sheet.hidden_rows & set(range(1, writing.HIDDEN_ROW))
    assert writing.HIDDEN_COLUMN in sheet.hidden_columns
    assert not sheet.hidden_columns & set(range(1, writing.HIDDEN_COLUMN))
    if comments:
        assert {k: c.split("\n")[-1] for k, c in sheet.comments.items()} == {
            (5, 2): writing.COMMENT
        }


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_the_table_in_each_format(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"bảng.{suffix}"
    getattr(writing, suffix)(path)
    check_table(path, comments=suffix != "xls")


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_the_table_as_libreoffice_saves_it(suffix: str, tmp_path: Path) -> None:
    writing.xlsx(tmp_path / "table.xlsx")
    path = writing.converted(tmp_path / "table.xlsx", suffix, tmp_path)
    if path is None:
        pytest.skip("LibreOffice is not on this machine")
    check_table(path, booleans=suffix != "ods")  # it writes them as a formula, =TRUE()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258"]
)
def test_the_table_as_text(separator: str, encoding: str, tmp_path: Path) -> None:
    text = writing.text(separator)
    if encoding == "cp1258":  # it has letters and marks apart, and not all ready-made ones
        import unicodedata

        parts = "\u0300\u0301\u0303\u0309\u0323"
        text = "".join(
            letter
            if letter.encode("cp1258", "ignore")
            else unicodedata.normalize("NFC", "".join(d for d in decomposed if d not in parts))
            + "".join(d for d in decomposed if d in parts)
            for letter in text
            for decomposed in [unicodedata.normalize("NFD", letter)]
        )
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    book = read_workbook(path, "table.csv")
    assert book.encoding == encoding
    wanted = {cell: writing.as_text(value) for cell, value in writing.TRUTH.items()}
    import unicodedata

    assert {
        cell: unicodedata.normalize("NFC", str(value))
        for cell, value in values(book.sheets[0]).items()
    } == {cell: value for cell, value in wanted.items() if value}


def test_a_separator_that_the_file_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=|\nA|B\n1,5|2;3\n")
    found = values(read_workbook(path, "a.csv").sheets[0])
    assert found == {"A2": "A", "B2": "B", "A3": "1,5", "B3": "2;3"}


@pytest.mark.parametrize(
    ("separator", "lines"),
    [
        # a comma file with decimal commas in quotes
        (",", ['STT,Đơn vị,Tỷ lệ', '1,Ấp 1,"45,6"', '2,Ấp 2,"33,2"', '3,Ấp 3,50']),
        # semicolons in titles and in a sentence of a comma file
        (",", ["UBND xã; Phòng VHTT; Đội", "STT,Đơn vị,Ghi chú", "1,Ấp 1,nộp; đủ", "2,Ấp 2,x"]),
        # a tab file whose texts and numbers hold commas and semicolons
        ("\t", ["STT\tĐơn vị\tTỷ lệ", "1\tẤp 1, 2; 3\t45,6", "2\tẤp 4\t1,5"]),
        # a semicolon file with decimal commas in every row, and a title with commas
        (";", ["Kèm theo Báo cáo, ngày 1/1, của UBND", "Đơn vị;A;B;C", "Ấp 1;4,5;3,2;1,1",
               "Ấp 2;4,6;3,3;1,2"]),
        (";", ["Đơn vị;Tỷ lệ", "Ấp 1;45,6", "Ấp 2;33,2"]),
        # rows of unequal length, as people type them
        (";", ["Xã Vị Tân", "STT;Đơn vị;Số hộ;Ghi chú", "1;Ấp 1;12", "2;Ấp 2;13;x"]),
        ("|", ["STT|Đơn vị|Số hộ|Tỷ lệ", "1|Ấp 1, 2|1,200|45,6", "2|Ấp 3; 4|900|33,2"]),
        # one column only
        (";", ["Xã Vị Tân", "Ấp 1", "Ấp 2, mới"]),
    ],
)  # fmt: skip
def test_the_separator(separator: str, lines: list[str]) -> None:
    assert separator_of("\n".join(lines)) == separator


@pytest.mark.parametrize(
    "lines",
    [
        # decimal commas without quotes between commas: where a number ends is anybody's guess
        ["STT,Đơn vị,Tỷ lệ", "1,Ấp 1,45,6", "2,Ấp 2,33,2"],
        ["STT,Đơn vị,A,B", "1,Ấp 1,45,6,7", "2,Ấp 2,33,2"],
        # two marks split every line alike
        ["A|B,C", "a|b,c", "e|f,g"],
        ["A;B,C", "a;b,c", "e;f,g"],
    ],
)
def test_an_uncertain_separator_is_refused(lines: list[str]) -> None:
    with pytest.raises(UnreadableFileError, match="separator_unclear"):
        separator_of("\n".join(lines))


def test_random_tables_as_text_are_split_rightly_or_refused() -> None:
    """Tables with foreign marks in their texts, quoted as the format asks: none may be split
    otherwise than it was written, and few refused.
    """
    random.seed(11)
    words = ["Ấp 1", "Khu vực 4; 5", "Ấp 2, mới", "Chợ 4.0", "a;b", "x,y", "-", "", "Số hộ, hộ"]
    refused = wrong = 0
    for _ in range(1_000):
        separator = random.choice(",;\t")
        columns = random.randint(2, 9)
        rows = [["Kèm theo Báo cáo, số 12; quý IV"] + [""] * (columns - 1)]
        rows.append([f"Cột {n}" for n in range(columns)])
        for _ in range(random.randint(3, 30)):
            row = [random.choice(words)]
            for _ in range(columns - 1):
                number = random.choice([random.randint(0, 5000), random.random() * 100])
                text = f"{number:.1f}".replace(".", ",") if isinstance(number, float) else number
                row.append(random.choice([str(text), str(text), random.choice(words)]))
            rows.append(row)
        made = io.StringIO()
        csv.writer(made, delimiter=separator).writerows(rows)
        try:
            wrong += separator_of(made.getvalue()) != separator
        except UnreadableFileError:
            refused += 1
    print(f"1000 tables: {wrong} split wrongly, {refused} refused")
    assert wrong == 0
    assert refused <= 10


@pytest.mark.parametrize(
    "text",
    [
        'Đơn vị;Số hộ\n"Ấp 1;12\nẤp 2;13\n',  # the quotation never ends
        'Đơn vị;Số hộ;x\n"Ấp 1;12;1\nẤp 2;13;2\nẤp 3";14;3\n',  # it ends two rows below
    ],
)
def test_rows_that_a_quotation_swallows(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(UnreadableFileError, match="quotation_open"):
        read_workbook(tmp_path / "a.csv", "a.csv")


def test_a_formula_without_a_value(tmp_path: Path) -> None:
    """In .xlsx by a library that computes nothing, by one that writes a nought and asks for a
    calculation, and in .ods.
    """
    import openpyxl
    import xlsxwriter
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow

    book = openpyxl.Workbook()
    book.active["B2"] = "=1+1"
    book.save(tmp_path / "a.xlsx")
    other = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    other.add_worksheet().write_formula("B2", "=1+1")
    other.close()
    document = OpenDocumentSpreadsheet()
    table = Table(name="Sheet1")
    table.addElement(TableRow())
    row = TableRow()
    row.addElement(TableCell())
    row.addElement(TableCell(formula="of:=1+1"))
    table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "c.ods"))
    for name in ("a.xlsx", "b.xlsx", "c.ods"):
        (cell,) = read_workbook(tmp_path / name, name).sheets[0].cells.values()
        assert (cell.address, cell.value, cell.formula_without_value) == ("B2", None, True), name


@pytest.mark.parametrize(
    ("formula", "result", "is_blank"),
    [
        # as LibreOffice saves a formula: of text, with or without what it gives
        ("SUM(A1:A2)", "<v></v>", False),
        ("SUM(A1:A2)", "", False),
        ('IF(A1&gt;5,"x","")', "<v></v>", True),  # no text is what it gives
    ],
)
def test_a_formula_of_text_without_a_result(
    formula: str, result: str, is_blank: bool, tmp_path: Path
) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active["B2"] = 7
    book.save(tmp_path / "a.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "a.xlsx") as source,
        zipfile.ZipFile(tmp_path / "b.xlsx", "w") as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                cell = f'<c r="B2" t="str"><f>{formula}</f>{result}</c>'
                content = re.sub(rb'<c r="B2".*?</c>', cell.encode(), content)
            target.writestr(name, content)
    found = read_workbook(tmp_path / "b.xlsx", "b.xlsx").sheets[0].cells.values()
    assert [cell.formula_without_value for cell in found] == ([] if is_blank else [True])


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("_x0037_31", "731"), ("\u1ea4p_x0020_1", "\u1ea4p 1"), ("_x1EA4_p 1", "\u1ea4p 1"),
        ("_x005F_x0035_", "_x0035_"), ("a_x000D_b", "a\rb"),
        ("_x0000_", "_x0000_"), ("_xD83D_", "_xD83D_"), ("_x35_", "_x35_"),
    ],
)  # fmt: skip
def test_letters_written_by_their_number(written: str, text: str) -> None:
    assert unescaped(written) == text


def test_macros_are_carried_along_unread(tmp_path: Path) -> None:
    writing.xlsx(tmp_path / "a.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "a.xlsx") as source,
        zipfile.ZipFile(tmp_path / "a.xlsm", "w") as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name))
        target.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 Shell cmd.exe")
    check_table(tmp_path / "a.xlsm")


def test_what_stands_below_a_merged_cell_is_not_read(tmp_path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("a", cell_overwrite_ok=True)
    sheet.write_merge(0, 1, 0, 1, 5)
    sheet.write(1, 1, 7)
    book.save(str(tmp_path / "a.xls"))
    found = read_workbook(tmp_path / "a.xls", "a.xls").sheets[0]
    assert values(found) == {"A1": 5}
    assert [cell.value for cell in found.covered] == [7]


def published() -> list[Path]:
    raw = ROOT / "data" / "raw"
    return [*sorted(raw.rglob("*.xlsx")), *(sorted(REAL.glob("*.xls*")) if REAL.is_dir() else ())]


@pytest.mark.parametrize("path", published(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_published_workbooks_as_another_reader_reads_them(path: Path) -> None:
    """Every cell of the demonstration and the published workbooks, against calamine."""
    book = read_workbook(path, path.name)
    other = CalamineWorkbook.from_path(str(path))
    assert [sheet.name for sheet in book.sheets] == other.sheet_names
    compared = 0
    for sheet in book.sheets:
        rows = other.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        plain = {
            f"{column_letters(c)}{r}": value
            for r, row in enumerate(rows, start=1)
            for c, value in enumerate(row, start=1)
            if value != ""
        }
        covered = {cell.address for cell in sheet.covered}
        plain = {address: value for address, value in plain.items() if address not in covered}
        for address, value in values(sheet).items():
            cell = next(iter(()), None)
            if value is None:  # a nought that waits for its calculation
                assert plain.pop(address) == 0
                continue
            if isinstance(value, datetime.datetime) and value.time() == datetime.time():
                value = value.date()
            if address not in plain:  # calamine gives nothing for errors
                row, column = next(k for k, c in sheet.cells.items() if c.address == address)
                cell = sheet.cell(row, column)
                assert cell.is_error, address
                continue
            assert plain.pop(address) == value, address
            compared += 1
        assert plain == {}
    assert compared > 500
