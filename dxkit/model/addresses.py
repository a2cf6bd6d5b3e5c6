"""Addresses of cells in A1 style: columns count from 1 and have letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice, product


@lru_cache(maxsize=20_000)
def column_letters(column: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while column:
        column, remainder = divmod(column - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters


def column_number(letters: str) -> int:
    """A → 1, AA → 27; the inverse of ``column_letters``."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def line_number(name: str) -> int:
    """The number of a row or a column by its name in a sheet: C → 3, 4 → 4."""
    return int(name) if name.isdecimal() else column_number(name)


@lru_cache(maxsize=1 << 16)
def column_and_row(address: str) -> tuple[int, int]:
    """C12 → 3, 12. Nothing of a whole sheet: 0, 0."""
    letters = address.rstrip("0123456789")
    return (column_number(letters), int(address[len(letters) :])) if letters else (0, 0)


def quoted(sheet: str) -> str:
    """The name of a sheet as formulas and links write it."""
    return "'" + sheet.replace("'", "''") + "'"


def cell_order(address: tuple[str, str, str]) -> tuple[str, str, int, int]:
    """By what addresses are put in order: file, sheet, row, column."""
    column, row = column_and_row(address[2])
    return address[0], address[1], row, column


def ranges_by_sheet(cells: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], str]:
    """(file, sheet) → "C12:C20, E12", files, sheets and cells in order."""
    columns: dict[tuple[str, str], dict[int, list[int]]] = {}
    if isinstance(cells, Sequence) and len(cells) == 1:  # as of most numbers
        return {cell[:2]: cell[2] for cell in cells if column_and_row(cell[2])[0]}
    for file, sheet, address in cells:
        column, row = column_and_row(address)
        if column:
            columns.setdefault((file, sheet), {}).setdefault(column, []).append(row)
    return {
        sheet: ", ".join(
            _written(column_letters(column), run[0], run[-1])
            for column, numbers in sorted(found.items())
            for run in runs(sorted(set(numbers)))
        )
        for sheet, found in sorted(columns.items())
    }


def named_ranges(cells: Iterable[tuple[str, str, str]]) -> list[str]:
    """The same as it is written for readers: "file › sheet: C12:C20, E12"."""
    return [f"{file} › {sheet}: {at}" for (file, sheet), at in ranges_by_sheet(cells).items()]


def cells_of_text(text: str) -> Iterator[str]:
    """The cells of such a text, "C12" to "C20" and "E12"; of a range at most ``_MOST``."""
    for first, last in _RANGE.findall(text):
        (column, top), (right, bottom) = map(column_and_row, (first, last or first))
        area = product(range(top, bottom + 1), range(column, right + 1))
        yield from (f"{column_letters(number)}{row}" for row, number in islice(area, _MOST))


_MOST = 10_000
_RANGE = re.compile(r"([A-Z]{1,3}[1-9][0-9]{0,6})(?::([A-Z]{1,3}[1-9][0-9]{0,6}))?")


def runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    """Numbers that follow each other, together."""
    if len(numbers) == 1:  # as most are
        yield list(numbers)
        return
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        yield [number for _, number in run]


def _written(letters: str, first: int, last: int) -> str:
    return f"{letters}{first}" if first == last else f"{letters}{first}:{letters}{last}"
