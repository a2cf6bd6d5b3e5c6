"""OpenDocument workbooks for tests."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

Rows = Iterable[Sequence[object]]


def ods_of(sheets: Iterable[tuple[str, Rows]]) -> bytes:
    """A workbook of these sheets; numbers are numbers, all else is text."""
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    for name, rows in sheets:
        table = Table(name=name)
        for values in rows:
            row = TableRow()
            for value in values:
                kind = {"valuetype": "string"}
                if type(value) in (int, float):
                    kind = {"valuetype": "float", "value": repr(value)}
                cell = TableCell(**kind)
                cell.addElement(P(text=str(value)))
                row.addElement(cell)
            table.addElement(row)
        document.spreadsheet.addElement(table)
    made = io.BytesIO()
    document.write(made)
    return made.getvalue()
