"""One small table, written in every format by libraries that have nothing to do with the kit.

``TRUTH`` says what each cell holds, as a person reads it off the screen.
"""

from __future__ import annotations

import csv
import datetime
import io
import shutil
import subprocess
from pathlib import Path

NAME = "Biểu 1"
TRUTH: dict[str, object] = {
    "A1": "ỦY BAN NHÂN DÂN XÃ VỊ TÂN; số 12, quý IV",
    "A3": "Đơn vị",
    "B3": "Tổng số hộ",
    "C3": "Tỷ lệ",
    "D3": "Ngày",
    "E3": "Đạt",
    "F3": "Kiểm tra",
    "A4": "Ấp 1\n(Ấp Nhất)",
    "B4": 1205,
    "C4": 0.625,
    "D4": datetime.datetime(2022, 12, 14),
    "E4": True,
    "F4": "#DIV/0!",
    "A5": 'Ấp "Hai", mới',
    "B5": 300.5,
    "C5": 0.8,
    "D5": datetime.datetime(1999, 1, 2, 10, 30),
    "E5": False,
    "F5": "#N/A",
    "A6": "Ấp 3",
    "B6": 1505.5,
    "A7": "'=1+1",
    "B7": "-",
}
PERCENT = {"C4": "0.0%", "C5": "0%"}
MERGED = {(1, 1, 1, 6)}
HIDDEN_ROW, HIDDEN_COLUMN = 8, 8  # H8 holds 99 and is hidden twice
FORMULA = "B6"  # the sum, with its value
COMMENTED, COMMENT = "B5", "Số tạm tính"


def xlsx(path: Path) -> None:
    """With values behind its formulas, as a spreadsheet program leaves them."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet(NAME)
    formats = {
        cell: book.add_format({"num_format": code})
        for cell, code in {**PERCENT, "D4": "dd/mm/yyyy", "D5": "dd/mm/yyyy hh:mm"}.items()
    }
    sheet.merge_range("A1:F1", TRUTH["A1"])
    for cell, value in TRUTH.items():
        if cell == FORMULA:
            sheet.write_formula(cell, "=B4+B5", None, value)
        elif isinstance(value, datetime.datetime):
            sheet.write_datetime(cell, value, formats[cell])
        elif isinstance(value, bool):
            sheet.write_boolean(cell, value)
        elif isinstance(value, str) and value.startswith("#"):
            sheet.write_formula(cell, "=1/0" if "DIV" in value else "=NA()", None, value)
        elif isinstance(value, str):
            sheet.write_string(cell, value)
        elif cell != "A1":
            sheet.write_number(cell, value, formats.get(cell))
    sheet.write_number("H8", 99)
    sheet.write_comment(COMMENTED, COMMENT)
    sheet.set_row(HIDDEN_ROW - 1, None, None, {"hidden": True})
    sheet.set_column(HIDDEN_COLUMN - 1, HIDDEN_COLUMN - 1, None, None, {"hidden": True})
    book.add_worksheet("ẩn").hide()
    book.add_worksheet("ẩn hẳn").very_hidden()
    book.get_worksheet_by_name("ẩn").write("A1", 1)
    book.get_worksheet_by_name("ẩn hẳn").write("A1", 1)
    book.close()


def xls(path: Path) -> None:
    """By a library that writes .xls: it has no comments and no values of formulas."""
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet(NAME)
    for cell, value in TRUTH.items():
        row, column = int(cell[1:]) - 1, ord(cell[0]) - 65
        style = xlwt.XFStyle()
        style.num_format_str = PERCENT.get(cell, "General")
        if isinstance(value, datetime.datetime):
            style.num_format_str = "dd/mm/yyyy hh:mm"
        if cell == "A1":
            sheet.write_merge(0, 0, 0, 5, value)
        elif isinstance(value, str) and value.startswith("#"):
            sheet.row(row).set_cell_error(column, {"#DIV/0!": 0x07, "#N/A": 0x2A}[value])
        else:
            sheet.write(row, column, value, style)
    sheet.write(7, 7, 99)
    sheet.row(HIDDEN_ROW - 1).hidden = True
    sheet.col(HIDDEN_COLUMN - 1).hidden = True
    for name, visibility in (("ẩn", 1), ("ẩn hẳn", 2)):
        other = book.add_sheet(name)
        other.write(0, 0, 1)
        other.visibility = visibility
    book.save(str(path))


def ods(path: Path) -> None:
    """By a library that writes .ods, with a comment and a hidden row, column and sheet."""
    from odf.number import Number, PercentageStyle
    from odf.office import Annotation
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.style import Style, TableProperties
    from odf.table import CoveredTableCell, Table, TableCell, TableColumn, TableRow
    from odf.text import P, S

    document = OpenDocumentSpreadsheet()
    for cell, code in PERCENT.items():
        percent = PercentageStyle(name=f"P{cell}")
        percent.addElement(Number(decimalplaces=code.count("0") - 1, minintegerdigits=1))
        document.automaticstyles.addElement(percent)
        style = Style(name=f"S{cell}", family="table-cell", datastylename=f"P{cell}")
        document.automaticstyles.addElement(style)
    unseen = Style(name="unseen", family="table")
    unseen.addElement(TableProperties(display="false"))
    document.automaticstyles.addElement(unseen)
    sheet = Table(name=NAME)
    sheet.addElement(TableColumn(numbercolumnsrepeated=HIDDEN_COLUMN - 1))
    sheet.addElement(TableColumn(visibility="collapse"))
    for number in range(1, 9):
        if number == 2:
            sheet.addElement(TableRow())
            continue
        row = TableRow(visibility="filter" if number == HIDDEN_ROW else "visible")
        for letter in "ABCDEFGH":
            key = f"{letter}{number}"
            value = 99 if key == "H8" else TRUTH.get(key)
            made = (CoveredTableCell if number == 1 and letter in "BCDEF" else TableCell)(
                **_ods_attributes(key, value)
            )
            if key == COMMENTED:
                note = Annotation()
                note.addElement(P(text=COMMENT))
                made.addElement(note)
            if value is not None:
                for line in str(value).split("\n"):
                    paragraph = P()
                    first, blank, rest = line.partition(" ")
                    paragraph.addText(first)
                    if blank:  # a blank may be an element of its own
                        paragraph.addElement(S())
                        paragraph.addText(rest)
                    made.addElement(paragraph)
            row.addElement(made)
        sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    for name in ("ẩn", "ẩn hẳn"):
        other = Table(name=name, stylename=unseen)
        row = TableRow()
        row.addElement(TableCell(valuetype="float", value="1"))
        other.addElement(row)
        document.spreadsheet.addElement(other)
    document.save(str(path))


def _ods_attributes(key: str, value: object) -> dict[str, object]:
    if key == "A1":
        return {"valuetype": "string", "numbercolumnsspanned": 6, "numberrowsspanned": 1}
    if key in PERCENT:
        return {"valuetype": "percentage", "value": repr(value), "stylename": f"S{key}"}
    if isinstance(value, bool):
        return {"valuetype": "boolean", "booleanvalue": str(value).lower()}
    if isinstance(value, datetime.datetime):
        return {"valuetype": "date", "datevalue": value.isoformat()}
    if isinstance(value, (int, float)):
        formula = {"formula": "of:=[.B4]+[.B5]"} if key == FORMULA else {}
        return {"valuetype": "float", "value": repr(value), **formula}
    if isinstance(value, str) and value.startswith("#"):
        # As older office programs write an error: a nought, and what is shown beside it.
        return {"valuetype": "float", "value": "0", "formula": "of:=1/0"}
    return {"valuetype": "string"} if isinstance(value, str) else {}


def as_text(value: object) -> str:
    """A cell of the table as an office types it into a text file."""
    if isinstance(value, bool):
        return "x" if value else ""
    if isinstance(value, datetime.datetime):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, float) and value < 1:
        return f"{value * 100:g}%".replace(".", ",")
    return str(value).replace(".", ",") if isinstance(value, (int, float)) else str(value)


def text(separator: str) -> str:
    """The table as a spreadsheet saves it as text: a quoted field may hold breaks."""
    made = io.StringIO()
    writer = csv.writer(made, delimiter=separator)
    for number in range(1, 8):
        writer.writerow([as_text(TRUTH.get(f"{letter}{number}", "")) for letter in "ABCDEF"])
    return made.getvalue()


def converted(path: Path, suffix: str, folder: Path) -> Path | None:
    """The file as LibreOffice saves it in another format; None where it is not installed."""
    program = shutil.which("soffice")
    if program is None:
        return None
    command = [
        program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
        "--convert-to", suffix, "--outdir", str(folder), str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / f"{path.stem}.{suffix}"
