"""The sheets of an OpenDocument spreadsheet."""

from __future__ import annotations

import datetime
import io

from dxkit.intake.workbook import MOST_CELLS, Cell, CellValue, Sheet, UnreadableFileError


def read_sheets(content: bytes) -> tuple[Sheet, ...]:
    """The sheets of an .ods file, repeated cells written out where they hold something."""
    from odf.opendocument import load
    from odf.table import Table

    document = load(io.BytesIO(content))
    return tuple(_sheet(table) for table in document.spreadsheet.getElementsByType(Table))


def _sheet(table) -> Sheet:  # type: ignore[no-untyped-def]
    from odf.table import TableRow

    cells: dict[tuple[int, int], Cell] = {}
    merged = []
    hidden_rows: set[int] = set()
    row_number = 0
    for row in table.getElementsByType(TableRow):
        repeated = _number(row, "numberrowsrepeated")
        found, spans = _row(row, row_number + 1)
        if found and repeated * len(found) + len(cells) > MOST_CELLS:
            raise UnreadableFileError("too_large")
        for again in range(repeated if found else 1):
            for cell in found:
                number = row_number + 1 + again
                cells[number, cell.column] = Cell(
                    number, cell.column, cell.value, cell.number_format, is_error=cell.is_error
                )
        merged.extend(spans)
        if row.getAttribute("visibility") in ("collapse", "filter"):
            hidden_rows.update(range(row_number + 1, row_number + 1 + min(repeated, 1000)))
        row_number += repeated
    return Sheet(
        table.getAttribute("name"), cells, tuple(merged), hidden_rows=frozenset(hidden_rows)
    )


def _row(row, number: int):  # type: ignore[no-untyped-def]
    from odf.table import CoveredTableCell, TableCell

    cells: list[Cell] = []
    spans = []
    column = 1
    for element in row.childNodes:
        if element.qname not in (TableCell().qname, CoveredTableCell().qname):
            continue
        repeated = _number(element, "numbercolumnsrepeated")
        value, is_error = _value(element)
        if value is not None:
            for again in range(min(repeated, 1024)):
                percent = element.getAttribute("valuetype") == "percentage"
                cells.append(
                    Cell(
                        number,
                        column + again,
                        value,
                        "0%" if percent else "General",
                        is_error=is_error,
                    )
                )
        rows = _number(element, "numberrowsspanned")
        columns = _number(element, "numbercolumnsspanned")
        if rows > 1 or columns > 1:
            spans.append((number, column, number + rows - 1, column + columns - 1))
        column += repeated
    return cells, spans


def _number(element, attribute: str) -> int:  # type: ignore[no-untyped-def]
    try:
        return int(element.getAttribute(attribute) or 1)
    except ValueError:  # the attribute does not belong to this kind of element
        return 1


def _value(element) -> tuple[CellValue, bool]:  # type: ignore[no-untyped-def]
    from odf.teletype import extractText
    from odf.text import P

    kind = element.getAttribute("valuetype")
    text = "\n".join(extractText(paragraph) for paragraph in element.getElementsByType(P))
    if kind in ("float", "percentage", "currency"):
        number = float(element.getAttribute("value"))
        return (int(number) if number.is_integer() else number), False
    if kind == "date":
        return datetime.datetime.fromisoformat(element.getAttribute("datevalue")), False
    if kind == "boolean":
        return element.getAttribute("booleanvalue") == "true", False
    return (text or None), text.startswith(("#", "Err:"))
