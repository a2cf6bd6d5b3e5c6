"""Workbooks whose every text field is hostile."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

UNSEEN = "\u202e\u2066\u200b"
TEXTS = (
    "<script>window.ran = 1</script>",
    '"><img src=x onerror="window.ran = 2">',
    '<a href="javascript:window.ran=3" onmouseover="window.ran=4">bấm</a>',
    "</style></title></main><svg onload=window.ran=5>",
    "{{ 7*7 }} {% raw %} $x^2$ \\frac",
    "a\u202egnp.exe \u2066b\u200bc",
    '=HYPERLINK("http://example.com","x")',
    "+A1+1", "@SUM(A1)", "-2+A3", "x;=1+1", "y\n=1+1",
    "漢字 \U0001f600 ꯍ",
    "x" * 10_000,
    "]]>&amp;&lt;b&gt;",
    "'--></script><script>window.ran = 6</script>",
    "__proto__",
)  # fmt: skip
FILES = (
    "934 <img src=x onerror=window.ran=7>'&\u202e.xlsx",
    '936 "onload=window.ran=8 =1+1 {{7+7}}' + "x" * 150 + ".xlsx",
    "=HYPERLINK(1)<svg onload=window.ran=9>.csv",
)
SHEETS = ("<svg onload=window.ran=10>", "'=1+1\" onclick=window.ran=11", "{{7+7}}\u202e<b>", "=1+1")


def actions_in(print_: Path) -> list[bytes]:
    """The names of what a PDF would do by itself, outside its compressed streams, whose bytes may
    spell anything.
    """
    content = re.sub(rb"\bstream\r?\n.*?\bendstream\b", b"", print_.read_bytes(), flags=re.DOTALL)
    return re.findall(
        rb"/(?:JavaScript|JS|Launch|OpenAction|EmbeddedFile|URI)(?![A-Za-z])", content
    )


def write_hostile(raw: Path, folder: Path) -> None:
    """The workbooks of two districts from ``raw``, spoiled, and a text file, under hostile names.

    Only what says whose a row is stays readable, as otherwise nothing of it would reach a page.
    """
    book = openpyxl.load_workbook(raw / "934-huyen-phung-hiep.xlsx")
    households, dossiers, register, teams = book.worksheets
    for n, sheet in enumerate(book.worksheets):
        for row, text in zip((2, 4, 6, 8), TEXTS[n * 3 :], strict=False):
            _put(sheet, row, 1, text)  # letterhead, title, remark below it
        for row, text in enumerate(TEXTS, start=14):
            _put(sheet, row, sheet.max_column, text)  # remarks
        sheet.cell(13, 2).comment = Comment(TEXTS[n], TEXTS[1])
        sheet.oddFooter.center.text = TEXTS[0]
    _spoil_hamlets(households)
    for column, text in enumerate(TEXTS[:6], start=3):
        _put(dossiers, 15 + column, column, text)  # figures that are none
    _put(teams, 15, 2, TEXTS[0])  # a unit that nobody knows
    _put(teams, 10, 7, TEXTS[1])  # a heading
    for merged in [m for m in register.merged_cells.ranges if m.min_row > 10]:
        register.unmerge_cells(str(merged))  # the signatures below
    for place, text in enumerate(TEXTS):
        _put(register, 11 + place, 1, str(place + 1))
        for column in range(2, 9):
            if column != 3:  # the locality, without which a row is nobody's
                _put(register, 11 + place, column, text)
        register.cell(11 + place, 3).value = register.cell(11 + place, 3).value or "Xã Hòa Mỹ"
    for sheet, name in zip(book.worksheets, SHEETS, strict=True):
        sheet.title = name
    book.properties.creator = book.properties.title = TEXTS[0]
    book.save(folder / FILES[0])
    other = openpyxl.load_workbook(raw / "936-huyen-long-my.xlsx")
    for row, text in enumerate(TEXTS[10:], start=11):  # names of things that have a month
        if _is_dated(other.worksheets[2], row):
            _put(other.worksheets[2], row, 2, text)
    other.save(folder / FILES[1])
    (folder / FILES[2]).write_text("\n".join(text for text in TEXTS if "\n" not in text), "utf-8")


def _spoil_hamlets(sheet: Worksheet) -> None:
    """Names of hamlets: the text itself below the word that says what it is."""
    texts = iter(TEXTS)
    for row in range(14, sheet.max_row):
        if str(sheet.cell(row, 2).value or "").startswith("Ấp"):
            text = next(texts, None)
            if text is None:
                return
            _put(sheet, row, 2, f"Ấp {text}")


def _is_dated(sheet: Worksheet, row: int) -> bool:
    return "/20" in str(sheet.cell(row, 5).value)


def _put(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Text as text, whatever it looks like."""
    cell = sheet.cell(row, column)
    if type(cell).__name__ != "MergedCell":
        cell.value, cell.data_type = text, "s"
