"""Ranges of columns as bits of a number: a file may hold millions that each cover every column."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.workbooks.limits import MOST_COLUMNS


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
