"""Generated workbooks as files, written by libraries or by hand, never by the kit."""

from __future__ import annotations

import csv
import datetime
import io
import random
from pathlib import Path

import openpyxl
from openpyxl.styles import Font

from tests.intake.generated.meaning import SHEET_CELL, Office, Page
from tests.workbooks.old_writing import TCVN3, VNI, written
from tests.workbooks.text_files import cp1258_bytes

Content = dict[SHEET_CELL, tuple[object, str]]  # with the number format


def write_office(office: Office, folder: Path, dice: random.Random) -> Path:
    """The office's workbook in a random format that can hold it."""
    hidden = any(page.hidden_rows for page in office.pages)
    formulas = any(f.written.formula for page in office.pages for f in page.figures)
    formats = ["xlsx", "xlsx", "xlsx", "xlsm", "xls"]
    if not formulas:  # a text file or an .ods without values tells nothing of formulas
        formats += ["ods"]
        merged = any(page.needs_merged for page in office.pages)
        formats += ["csv", "tsv"] if len(office.pages) == 1 and not hidden and not merged else []
    ending = dice.choice(formats)
    if ending in ("xlsx", "xls") and dice.random() < 0.3:
        font = dice.choice([".VnTime", "VNI-Times"])
        office.font = font if _can_be_old(office, font) else ""
    path = folder / f"{office.file}.{ending}"
    writer = {"xlsx": _xlsx, "xlsm": _xlsx, "xls": _xls, "ods": _ods, "csv": _text, "tsv": _text}
    writer[ending](office, path, dice)
    return path


def _can_be_old(office: Office, font: str) -> bool:
    """Whether every text can be written in an old font: no letter of another writing in it."""
    table = VNI if font.startswith("VNI") else TCVN3
    texts = [text for page in office.pages for text in page.texts.values() if isinstance(text, str)]
    return all(
        ord(letter) < 256 and letter not in "\u00d0\u00f0"
        for text in texts
        for letter in (text if text.isascii() else written(text, table))
    )


def _content(office: Office, page: Page) -> Content:
    found: Content = {cell: (text, "General") for cell, text in page.texts.items()}
    for figure in page.figures:
        if figure.written.content is not None:
            found[figure.cell] = (figure.written.content, figure.written.number_format)
    if office.font:
        table = VNI if office.font.startswith("VNI") else TCVN3
        found = {
            cell: (written(value, table) if isinstance(value, str) else value, number_format)
            for cell, (value, number_format) in found.items()
        }
    return found


def _xlsx(office: Office, path: Path, dice: random.Random) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for page in office.pages:
        sheet = book.create_sheet(page.name)
        for (row, column), (value, number_format) in _content(office, page).items():
            cell = sheet.cell(row, column)
            cell.value = value
            if isinstance(value, str) and value.startswith("#"):
                cell.data_type = "e"
            cell.number_format = number_format
            if office.font:
                cell.font = Font(name=office.font)
        for row in page.hidden_rows:
            sheet.row_dimensions[row].hidden = True
        for top, left, bottom, right in page.merged:
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    book.save(path)


def _xls(office: Office, path: Path, dice: random.Random) -> None:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    for page in office.pages:
        sheet = book.add_sheet(page.name)
        content = _content(office, page)
        for row in page.hidden_rows:
            sheet.row(row - 1).hidden = True
        merged = {area[:2]: area for area in page.merged}
        covered = {
            (row, column)
            for top, left, bottom, right in page.merged
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        }
        for cell, (value, number_format) in content.items():
            style = xlwt.XFStyle()
            style.num_format_str = number_format
            if office.font:
                style.font.name = office.font
            if isinstance(value, str) and value.startswith("="):
                value = xlwt.Formula(value[1:].replace("1048576", "65000"))
            if cell in merged:
                top, left, bottom, right = merged[cell]
                sheet.write_merge(top - 1, bottom - 1, left - 1, right - 1, value, style)
            elif cell not in covered:
                sheet.write(cell[0] - 1, cell[1] - 1, value, style)
    book.save(str(path))


def _ods(office: Office, path: Path, dice: random.Random) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import CoveredTableCell, Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    for page in office.pages:
        table = Table(name=page.name)
        content = _content(office, page)
        spans = {area[:2]: area for area in page.merged}
        covered = {
            (row, column)
            for top, left, bottom, right in page.merged
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        } - set(spans)
        for row in range(1, max(r for r, _ in content) + 1):
            line = TableRow(**({"visibility": "collapse"} if row in page.hidden_rows else {}))
            for column in range(1, max(c for _, c in content) + 1):
                value = content.get((row, column), (None, ""))[0]
                attributes: dict[str, object] = {}
                if (row, column) in spans:
                    top, left, bottom, right = spans[row, column]
                    attributes["numberrowsspanned"] = bottom - top + 1
                    attributes["numbercolumnsspanned"] = right - left + 1
                if isinstance(value, bool):
                    attributes |= {"valuetype": "boolean", "booleanvalue": str(value).lower()}
                elif isinstance(value, (int, float)):
                    attributes |= {"valuetype": "float", "value": repr(value)}
                elif isinstance(value, datetime.datetime):
                    attributes |= {"valuetype": "date", "datevalue": value.isoformat()}
                elif value is not None:
                    attributes["valuetype"] = "string"
                kind = CoveredTableCell if (row, column) in covered else TableCell
                cell = kind(**attributes)
                if value is not None:
                    for part in str(value).split("\n"):
                        cell.addElement(P(text=part))
                line.addElement(cell)
            table.addElement(line)
        document.spreadsheet.addElement(table)
    document.save(str(path))


def _text(office: Office, path: Path, dice: random.Random) -> None:
    page = office.pages[0]
    content = _content(office, page)
    rows = [
        [
            _shown(content.get((row, column), (None, ""))[0])
            for column in range(1, max(c for _, c in content) + 1)
        ]
        for row in range(1, max(r for r, _ in content) + 1)
    ]
    separator = "\t" if path.suffix == ".tsv" else dice.choice([",", ";", ";"])
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    encoding = dice.choice(["utf-8", "utf-8-sig", "utf-16", "cp1258"])
    if encoding == "cp1258":
        try:
            path.write_bytes(cp1258_bytes(text.getvalue()))
            return
        except UnicodeEncodeError:  # a letter that Windows did not have
            encoding = "utf-8"
    path.write_bytes(text.getvalue().encode(encoding))


def _shown(value: object) -> str:
    """A value as a spreadsheet saves it to a text file in Viet Nam."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime):
        return f"{value.day}/{value.month}/{value.year}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value).replace(".", ",")
    return str(value)
