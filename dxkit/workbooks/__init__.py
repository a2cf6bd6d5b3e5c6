"""A received file as cells that keep their address, whatever its format.

One module for each format (``xlsx``, ``xls``, ``ods``, ``separated_text``); ``detection`` tells by
the content which one a file is in, ``limits`` says how much of a file is ever read.
"""

from dxkit.workbooks.cells import (
    Cell,
    CellValue,
    Sheet,
    UnreadableFileError,
    Workbook,
    column_letters,
    column_number,
)
from dxkit.workbooks.reading import read_content, read_workbook, workbook_of

__all__ = [
    "Cell",
    "CellValue",
    "Sheet",
    "UnreadableFileError",
    "Workbook",
    "column_letters",
    "column_number",
    "read_content",
    "read_workbook",
    "workbook_of",
]
