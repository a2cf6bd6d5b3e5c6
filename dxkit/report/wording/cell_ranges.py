"""Cell addresses written short: runs of cells in one column become ranges."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from dxkit.model.addresses import column_letters, column_number
from dxkit.model.facts import CellRef


def ranges_by_sheet(cells: Iterable[CellRef]) -> dict[tuple[str, str], str]:
    """(file, sheet) → "C12:C20, E12", files, sheets and cells in order."""
    columns: dict[tuple[str, str], dict[int, list[int]]] = {}
    for file, sheet, address in cells:
        column, row = _column_and_row(address)
        if column:
            columns.setdefault((file, sheet), {}).setdefault(column, []).append(row)
    return {
        place: ", ".join(
            _written(column_letters(column), first, last)
            for column, numbers in sorted(found.items())
            for first, last in _runs(sorted(set(numbers)))
        )
        for place, found in sorted(columns.items())
    }


@lru_cache(maxsize=1 << 16)
def _column_and_row(address: str) -> tuple[int, int]:
    """C12 → 3, 12. Nothing of a whole sheet: 0, 0."""
    letters = address.rstrip("0123456789")
    return (column_number(letters), int(address[len(letters) :])) if letters else (0, 0)


def _runs(numbers: list[int]) -> Iterable[tuple[int, int]]:
    start = previous = numbers[0]
    for number in numbers[1:]:
        if number != previous + 1:
            yield start, previous
            start = number
        previous = number
    yield start, previous


def _written(letters: str, first: int, last: int) -> str:
    return f"{letters}{first}" if first == last else f"{letters}{first}:{letters}{last}"
