"""Cell addresses written short: runs of cells in one column become ranges."""

from __future__ import annotations

from collections.abc import Iterable

from dxkit.intake.workbook import column_letters, column_number
from dxkit.model.facts import CellRef


def ranges_by_sheet(cells: Iterable[CellRef]) -> dict[tuple[str, str], str]:
    """(file, sheet) → "C12:C20, E12", files, sheets and cells in order."""
    columns: dict[tuple[str, str], dict[int, list[int]]] = {}
    for cell in cells:
        letters = cell.cell.rstrip("0123456789")
        if letters:
            rows = columns.setdefault((cell.file, cell.sheet), {})
            rows.setdefault(column_number(letters), []).append(int(cell.cell[len(letters) :]))
    return {
        place: ", ".join(
            _written(column_letters(column), first, last)
            for column, numbers in sorted(found.items())
            for first, last in _runs(sorted(set(numbers)))
        )
        for place, found in sorted(columns.items())
    }


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
