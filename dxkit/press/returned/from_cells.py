"""A workbook made of the cells that were read, for senders whose format cannot be written back."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping
from typing import Any

from dxkit.model.addresses import column_letters
from dxkit.workbooks.cells import Sheet, Workbook
from dxkit.workbooks.package import Element, Package, main, writable


def workbook_of_cells(workbook: Workbook, titles: Mapping[str, str]) -> Package:
    """An .xlsx with the same cells at the same addresses: values, number formats, fonts, notes,
    merged cells, hidden rows, columns and sheets. ``titles`` maps sheet names to those to write.

    Every text is a text: nothing becomes a formula. Formulas are their results.
    """
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.properties.created = datetime.datetime(2000, 1, 1)
    for sheet in workbook.sheets:
        _write(book.create_sheet(titles[sheet.name]), sheet)
    target = io.BytesIO()
    book.save(target)
    package = Package(target.getvalue())
    written = package.tree("docProps/core.xml").find("{http://purl.org/dc/terms/}modified")
    if written is not None:  # the library puts the clock there: the same cells, the same bytes
        written.text = "2000-01-01T00:00:00Z"
    for sheet in workbook.sheets:
        _exact(package.tree(package.sheets[titles[sheet.name]]), sheet)
    return package


def _exact(root: Element, sheet: Sheet) -> None:
    """Write out all digits of numbers: the library keeps sixteen."""
    numbers = {
        cell.address: repr(cell.value)
        for cell in sheet.cells.values()
        if isinstance(cell.value, float) and float(f"{cell.value:.16g}") != cell.value
    }
    for cell in root.iter(main("c")) if numbers else ():
        value = cell.find(main("v"))
        if value is not None and cell.get("r") in numbers:
            value.text = numbers[cell.get("r")]


def _write(target, sheet: Sheet) -> None:  # type: ignore[no-untyped-def]
    from openpyxl.comments import Comment
    from openpyxl.worksheet.properties import PageSetupProperties

    styles: dict[
        tuple[type, str, str, bool, bool], Any
    ] = {}  # one for all cells that look alike: much faster
    for (row, column), cell in sheet.cells.items():
        written = target.cell(row, column)
        value = writable(cell.value) if isinstance(cell.value, str) else cell.value
        written.value = value
        is_text = isinstance(value, str) and not cell.is_error
        if is_text:
            written.data_type = "s"
        quoted = is_text and str(value).startswith(("=", "+", "-", "@"))
        # The type too, for a date has its own format.
        look = (type(value), cell.font, cell.number_format, quoted, cell.struck)
        if look not in styles:
            styles[look] = _style(written, *look[1:])
        written._style = styles[look]
    for (row, column), note in sheet.comments.items():
        target.cell(row, column).comment = Comment(writable(note), "")
    for first_row, first_column, last_row, last_column in sheet.merged:
        target.merge_cells(
            start_row=first_row, start_column=first_column, end_row=last_row, end_column=last_column
        )
    for row in sheet.hidden_rows:
        target.row_dimensions[row].hidden = True
    for column, width in _widths(sheet).items():
        target.column_dimensions[column_letters(column)].width = width
    for column in sheet.hidden_columns:
        target.column_dimensions[column_letters(column)].hidden = True
    target.page_setup.orientation, target.page_setup.fitToHeight = "landscape", 0
    target.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    target.sheet_state = "hidden" if sheet.hidden else "visible"


def _style(  # type: ignore[no-untyped-def]
    target, font: str, number_format: str, quoted: bool, struck: bool
) -> Any:
    """The style of a look, made on its first cell. A quoted text stays one when it is edited."""
    from openpyxl.styles import Font

    if number_format != "General":
        target.number_format = number_format
    if font or struck:
        target.font = Font(name=font or None, strike=struck or None)
    if quoted:
        target.quotePrefix = True
    return target._style


def _widths(sheet: Sheet) -> dict[int, float]:
    """As wide as the longest short text of a column, for the reader keeps no widths."""
    widths: dict[int, float] = {}
    across = {(row, column) for row, column, _, last in sheet.merged if last > column}
    for address, cell in sheet.cells.items():
        longest = max(len(line) for line in cell.text.splitlines() or [""])
        if longest <= 60 and address not in across:
            widths[cell.column] = max(widths.get(cell.column, 6.0), longest + 2.0)
    return widths
