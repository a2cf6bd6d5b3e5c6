"""How much of one received file is ever read: bounds on memory and time, each with its reason.

Every count is of the file's content, never of the clock, so that a file is read, or refused, alike
on every machine. docs/en/limits.md says the same to the reader.
"""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.model.addresses import column_letters
from dxkit.workbooks.cells import CellValue, UnreadableFileError

LARGEST_FILE = 50_000_000
"""Bytes as received. The census of the whole country, commune by commune, has 1.5 million."""

LARGEST_UNPACKED = 400_000_000
"""Bytes of the parts of a zipped workbook that are read, counted while they are unpacked: what the
archive says of itself may lie. Unpacked piece by piece, never kept whole."""

MOST_TIMES_UNFOLDED = 100
"""Times that a part of more than LARGEST_SMALL_PART may unfold. A million rows that are only
formatted unfold some 15 times, blanks a thousandfold."""

LARGEST_PARSED = 32_000_000
"""Bytes of a part that is taken whole, to be marked in the sender's copy or followed for formulas;
beyond it the copy is made of the cells that were read."""

MOST_PARSED = 1_200_000
"""Tags and attributes in all parts of one workbook that are parsed whole: some 200,000 cells, at
the most 280 MB of memory."""

MOST_PARTS = 10_000
"""Parts of a zipped workbook: their list is kept whole. A sheet has three at the most."""

MOST_TAGS = 10_000_000
"""Tags in these parts: some seconds, and ten times the census. A million rows that are only
formatted have some millions, and are passed over."""

LONGEST_TAG = 1_000_000
"""Bytes that one tag, comment or declaration may take: the parser keeps it whole."""

MOST_TAG_NAMES = 5_000
"""Different names of elements and attributes: the parser keeps each. Real files have some 300."""

DEEPEST_TAG = 100
"""Elements inside each other: the parser keeps each open one. Real files have under 20."""

MOST_PART_TAGS = 1_000_000
"""Tags in a small part (styles, list of sheets), which is kept whole while it is read."""

LARGEST_SMALL_PART = 20_000_000
"""Bytes of such a part."""

MOST_CELLS = 500_000
"""Cells that hold something: four times the census of the whole country; about 200 MB and, where
every row is wrong, a minute."""

LONGEST_TEXT = 32_767
"""Characters in one cell: more than a spreadsheet can hold was not written by one."""

MOST_TEXT = 20_000_000
"""Characters in all cells: some ten thousand pages. A text that many cells share counts for each,
since each is compared with names and labels."""

LONGEST_LINE = 1_000_000
"""Characters in one line of a text file: the reader of fields takes a line whole."""

MOST_STRINGS = 1_000_000
"""Different texts in a workbook's list of texts: no more than it may have cells."""

MOST_SHEETS = 1_000
"""Sheets: more than the communes of any province."""

MOST_COLUMNS = 400
"""Columns up to the last that holds something: a table of every day of a year has some 370. The
search for a table's labels looks at each column many times."""

MOST_MERGED_COLUMNS = 1_000_000
"""Columns of all merged ranges, each range within the used part of its sheet."""

MOST_ROWS = 1_048_576
"""Rows: what a spreadsheet can hold."""

WIDEST_SHEET = 16_384
"""Columns: what a spreadsheet can hold."""


class Allowance:
    """What one file may still use of the bounds. Raises ``UnreadableFileError`` beyond them."""

    def __init__(self) -> None:
        self.cells = MOST_CELLS
        self.text = self.formulas = MOST_TEXT
        self.unpacked = LARGEST_UNPACKED
        self.tags = MOST_TAGS

    def take_cell(self, value: CellValue, sheet: str, row: int, column: int) -> None:
        """Count one cell and the text it holds."""
        self.cells -= 1
        if isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                raise UnreadableFileError("cell_too_long", sheet, f"{column_letters(column)}{row}")
            self.take_text(value)
        if column > MOST_COLUMNS:
            raise UnreadableFileError("too_wide", sheet, f"{column_letters(column)}{row}")
        if self.cells < 0:
            raise UnreadableFileError("too_large", sheet)

    def take_text(self, text: str) -> None:
        """Count a text that is kept."""
        self.text -= len(text)
        if self.text < 0:
            raise UnreadableFileError("too_large")

    def take_formula(self, text: str) -> bool:
        """Whether a formula may be kept; nothing that is read depends on it."""
        self.formulas -= len(text)
        return self.formulas >= 0

    def take_unpacked(self, piece: bytes) -> None:
        """Count a piece of an unpacked part."""
        self.unpacked -= len(piece)
        self.tags -= piece.count(b"<")
        if self.unpacked < 0 or self.tags < 0:
            raise UnreadableFileError("too_large")


def columns_between(first: int, last: int) -> int:
    """The columns of a range, as far as columns are read: bit 3 stands for column 3."""
    last = min(last, MOST_COLUMNS)
    return (1 << last + 1) - (1 << first) if first <= last else 0


def each_column(columns: int) -> Iterator[int]:
    """The numbers of some columns, from the right to the left."""
    while columns:
        number = columns.bit_length() - 1
        columns ^= 1 << number
        yield number
