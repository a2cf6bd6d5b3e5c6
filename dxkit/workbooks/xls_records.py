"""The records of an old Excel workbook (.xls), looked through before its library reads them.

The library unfolds some records without a bound (a link on whole columns, blanks that are only
formatted), so that only the records that hold what is wanted are left to it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from dxkit.workbooks.cells import UnreadableFileError
from dxkit.workbooks.limits import MOST_CELLS

_BEGIN, _END, _CONTINUE, _PASSWORD = 0x809, 0x0A, 0x3C, 0x2F
_FORMULA, _COLUMN_INFO, _MANY_NUMBERS = 0x06, 0x7D, 0xBD
_CELLS = frozenset({0x203, 0x27E, _MANY_NUMBERS, 0x204, 0xD6, 0xFD, _FORMULA, 0x205})
_WANTED = _CELLS | {
    _BEGIN, _END, _PASSWORD, _COLUMN_INFO,
    0x42, 0x22, 0x85, 0xFC,  # code page, first day, sheets, texts
    0x31, 0x41E, 0xE0, 0x56,  # fonts, number formats, styles
    0x208, 0x225, 0xE5,  # rows, rows without a record, merged ranges
    0x207, 0x221, 0x4BC, 0x236,  # what follows a formula
    0x1C, 0x5D, 0x1B6,  # notes and the shapes that hold their text
}  # fmt: skip
_UNKNOWN = struct.pack("<H", 0x0FFF)  # the library passes over what it does not know


@dataclass(frozen=True)
class Records:
    """The stream with the wanted records only, and the positions where its parts begin: the list
    of sheets, then each sheet.
    """

    stream: bytes
    beginnings: frozenset[int]


def wanted_records(stream: bytes) -> Records:
    """The records, looked through once; raises ``UnreadableFileError``."""
    kept = bytearray(stream)
    beginnings: set[int] = set()
    allowed = MOST_CELLS
    position = depth = 0
    wanted = False
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        end = position + 4 + length
        if depth == 0:
            if kind != _BEGIN:
                break  # what follows the last sheet belongs to nothing
            beginnings.add(position)
        if end > len(stream) or kind == 0:  # no record has this kind: bytes were blanked
            break
        if kind == _BEGIN:
            depth += 1
        elif kind == _END:
            depth -= 1
        elif kind == _PASSWORD:
            raise UnreadableFileError("encrypted")
        if kind != _CONTINUE:
            wanted = kind in _WANTED
        if not wanted:
            kept[position : position + 2] = _UNKNOWN
        elif kind in _CELLS:
            allowed -= max((length - 6) // 6, 1) if kind == _MANY_NUMBERS else 1
            if allowed < 0:
                raise UnreadableFileError("too_large")
        elif kind == _COLUMN_INFO:
            first, last = struct.unpack_from("<HH", stream, position + 4)
            if not first <= last <= 256:
                raise UnreadableFileError("damaged")
        position = end
    if depth or not beginnings:
        raise UnreadableFileError("damaged")
    return Records(bytes(kept), frozenset(beginnings))
