"""Twenty-one mistakes as offices make them, planted in workbooks of the demonstration, each with
the cell at which it must be told. Formulas become their results first, as where figures are typed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Font

Book = Any
HOUSEHOLDS, DOSSIERS, TEAMS = 0, 1, 3


def put(index: int, row: int, column: str, value: object) -> Callable[[Book], None]:
    def edit(book: Book) -> None:
        book.worksheets[index][f"{column}{row}"].value = value

    return edit


def struck(book: Book) -> None:
    book.worksheets[HOUSEHOLDS]["D15"].font = Font(strike=True)


def shifted(book: Book) -> None:
    """The farm figures of a hamlet one cell to the right, the last among the remarks."""
    sheet = book.worksheets[HOUSEHOLDS]
    for column in "MLK":
        sheet[f"{column}17"].value = sheet[f"{chr(ord(column) - 1)}17"].value
    sheet["J17"].value = None


def twice(book: Book) -> None:
    """The third hamlet has the second's name."""
    sheet = book.worksheets[HOUSEHOLDS]
    sheet["B21"].value = sheet["B20"].value


def cleared(index: int, row: int, columns: str) -> Callable[[Book], None]:
    def edit(book: Book) -> None:
        for column in columns:
            book.worksheets[index][f"{column}{row}"].value = None

    return edit


def without_sheet(book: Book) -> None:
    book.remove(book.worksheets[DOSSIERS])


def merged(book: Book) -> None:
    sheet = book.worksheets[TEAMS]
    sheet["C15"].value = None
    sheet.merge_cells("C14:C15")


def of_another_quarter(book: Book) -> None:
    book.worksheets[TEAMS]["A5"].value = "Quý III năm 2022 (từ ngày 15/6/2022 đến ngày 14/9/2022)"


Plant = Mapping[str, Mapping[str, Callable[[Book], None]]]
PLANTED: Plant = {
    # by workbook, the cell at which each must be told first
    "930": {
        "1. Chỉ tiêu hộ!F14": put(HOUSEHOLDS, 14, "F", "3O1"),  # a letter for a digit
        "1. Chỉ tiêu hộ!D15": struck,
        "1. Chỉ tiêu hộ!C17": shifted,
        "2. Hồ sơ TTHC!E14": put(DOSSIERS, 14, "E", datetime.datetime(2022, 4, 3)),
        "4. Tổ công nghệ số!D15": put(TEAMS, 15, "D", -4),
    },
    "931": {
        "1. Chỉ tiêu hộ!B13": put(HOUSEHOLDS, 13, "B", "Phường Ngã Bẩy Mới"),
        "2. Hồ sơ TTHC!D15": put(DOSSIERS, 15, "D", "1,234"),
        "4. Tổ công nghệ số!C14": merged,
    },
    "932": {
        "1. Chỉ tiêu hộ!D14": put(HOUSEHOLDS, 14, "D", 4890),  # a nought too many
        "1. Chỉ tiêu hộ!F18": put(HOUSEHOLDS, 18, "F", 2865),  # a wrong total of a commune
        "1. Chỉ tiêu hộ!H20": put(HOUSEHOLDS, 20, "H", "không rõ"),
        "1. Chỉ tiêu hộ!C24": put(HOUSEHOLDS, 24, "C", 353),  # digits transposed
        "2. Hồ sơ TTHC!H23": put(DOSSIERS, 23, "H", 1365),  # a wrong total
    },
    "933": {
        "1. Chỉ tiêu hộ!B21": twice,
        "1. Chỉ tiêu hộ!K15": cleared(HOUSEHOLDS, 15, "K"),
        "4. Tổ công nghệ số!A5": of_another_quarter,
    },
    "934": {"": without_sheet},
    "936": {
        "1. Chỉ tiêu hộ!B20": put(HOUSEHOLDS, 20, "B", "Xã Thuận Hậu"),
        "1. Chỉ tiêu hộ!E15": put(HOUSEHOLDS, 15, "E", 19.9),  # a wrong share
        "2. Hồ sơ TTHC!B10": cleared(DOSSIERS, 14, "ABCDEFGHIJKL"),  # a commune left out
        "4. Tổ công nghệ số!F14": put(TEAMS, 14, "F", "=1/0"),
    },
}


def write_planted(raw: Path, folder: Path) -> None:
    """The workbooks of ``PLANTED`` with the mistakes, made of those in ``raw``."""
    for code, mistakes in PLANTED.items():
        (path,) = raw.glob(f"{code}-*.xlsx")
        book = openpyxl.load_workbook(path, data_only=True)
        for edit in mistakes.values():
            edit(book)
        book.save(folder / path.name)
