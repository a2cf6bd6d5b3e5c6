"""Spoilt copies of workbooks: in their bytes, in the parts of their archive, in their cells."""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable

Mutate = Callable[[bytes, random.Random], bytes]

TYPED = [
    None, 0, -3, 7, 12.5, 1e205, 99999999, True, "", " ", "-", "…", "x", "12O", "1.234", "1,234",
    "1.234,5", "10.50,15", "45,6%", "85 %", "25/40", "gần 60", "hơn 70.000", "khoảng 400", "nt",
    "không", "không phát sinh", "chưa có số liệu", "#REF!", "#DIV/0!", "=1+1", "=cmd|'/C calc'!A0",
    "<script>alert(1)</script>", "Tổng cộng", "Xã Xuân Tiến", "Long Mỹ", "Ấp 1", "Phường I",
    "Cộng", "Ghi chú: hết", "Quý III năm 2022", "STT", "Đơn vị", "Tổng số hộ", "(1)", "II",
    "1205 hộ", "'1205", "１２３", "12 345", "1.2.3", "l5", "a" * 5000, "\u200b12", "Hé gia ®×nh",
    "1e5", "0x10", "½",
]  # fmt: skip


def in_bytes(content: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, put in, taken out; a stretch blanked or doubled; the end cut off."""
    spoilt = bytearray(content)
    for _ in range(chance.choice([1, 1, 1, 2, 8])):
        place = chance.randrange(len(spoilt))
        stretch = chance.randint(1, 64)
        match chance.randrange(7):
            case 0 | 1:
                spoilt[place] ^= 1 << chance.randrange(8)
            case 2:
                spoilt[place] = chance.randrange(256)
            case 3:
                spoilt[place:place] = chance.randbytes(stretch)
            case 4:
                del spoilt[place : place + stretch]
            case 5:
                spoilt[place : place + stretch] = bytes(len(spoilt[place : place + stretch]))
            case 6:
                spoilt[place:place] = spoilt[place : place + stretch]
        if not spoilt:
            break
    if chance.random() < 0.05:
        del spoilt[chance.randrange(len(spoilt) + 1) :]
    return bytes(spoilt)


def in_parts(content: bytes, chance: random.Random) -> bytes:
    """A part of the archive changed, left out, doubled or exchanged, under right checksums."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [[name, archive.read(name)] for name in archive.namelist()]
    likely = [p for p in parts if re.search(r"sheet\d|content|sharedStr|workbook|styles", p[0])]
    part = chance.choice(likely if chance.random() < 0.9 else parts)
    match chance.randrange(10):
        case 0:
            parts.remove(part)
        case 1:
            parts.append([part[0], chance.choice(parts)[1]])
        case 2:
            other = chance.choice(parts)
            part[1], other[1] = other[1], part[1]
        case _:
            for _ in range(chance.choice([1, 1, 3])):
                part[1] = _xml(part[1], chance)
    made = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two parts of one name
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in parts:
                archive.writestr(name, text)
    return made.getvalue()


def _xml(text: bytes, chance: random.Random) -> bytes:
    """The text of a part with one thing changed that mostly keeps it well-formed."""

    def some(pattern: bytes) -> re.Match[bytes] | None:
        found = list(re.finditer(pattern, text))
        return chance.choice(found) if found else None

    def put(match: re.Match[bytes] | None, new: bytes) -> bytes:
        return text if match is None else text[: match.start()] + new + text[match.end() :]

    number = str(chance.choice([0, 1, 3, chance.randrange(100), 10**9, -1])).encode()
    match chance.randrange(10):
        case 0:
            return put(some(rb"(?<=>)[^<>]+(?=<)"), number)
        case 1:
            return put(some(rb'(?<==")[^"]*(?=")'), number)
        case 2:  # a digit of a number
            return put(some(rb"(?<=[>\"\d])\d"), str(chance.randrange(10)).encode())
        case 3:  # an element doubled
            match = some(rb"<(c|row|v|si|table:table-row|table:table-cell)\b[^>]*>.*?</\1>")
            return text if match is None else put(match, match[0] * 2)
        case 4:  # or taken out
            return put(
                some(rb"<(c|row|v|si|t|table:table-row|table:table-cell)\b[^>]*>.*?</\1>"), b""
            )
        case 5:  # an attribute taken out
            return put(some(rb'\s[\w:-]+="[^"]*"'), b"")
        case 6:  # the kind or the style or the place of a cell
            kinds = b"t=s t=str t=b t=e t=n t=d s=3 r=C9 hidden=1 ht=0".split()
            kind = b' %s="%s"' % tuple(chance.choice(kinds).split(b"="))
            match = some(rb"<(c|row|col)\b")
            return text if match is None else put(match, match[0] + kind)
        case 7:  # two numbers exchanged
            first, second = some(rb"(?<=<v>)\d+(?=</v>)"), some(rb"(?<=<v>)\d+(?=</v>)")
            if first is None or second is None or first.start() >= second.start():
                return text
            return (text[: first.start()] + second[0] + text[first.end() : second.start()]
                    + first[0] + text[second.end() :])  # fmt: skip
        case 8:
            return put(some(rb"<[^>]*>"), b"")
        case _:
            place = chance.randrange(len(text) + 1)
            return text[:place] + chance.randbytes(1) + text[place + 1 :]


def in_cells(content: bytes, chance: random.Random) -> bytes:
    """Cells typed over, rows moved, hidden and merged by a spreadsheet library."""
    import openpyxl
    from openpyxl.utils import get_column_letter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    sheet = chance.choice(book.worksheets)
    for _ in range(chance.choice([1, 1, 2, 5])):
        row = chance.randint(1, sheet.max_row)
        column = chance.randint(1, sheet.max_column)
        cell = sheet.cell(row, column)
        match chance.randrange(12):
            case 0:
                sheet.row_dimensions[row].hidden = True
            case 1:
                sheet.column_dimensions[get_column_letter(column)].hidden = True
            case 2:
                sheet.delete_rows(row)
            case 3:
                sheet.insert_rows(row)
            case 4:
                cell.number_format = chance.choice(["0%", "0.00", "dd/mm/yyyy", "@", "General"])
            case 5:
                other = sheet.cell(chance.randint(1, sheet.max_row), column)
                if "MergedCell" not in type(cell).__name__ + type(other).__name__:
                    cell.value, other.value = other.value, cell.value
            case _:
                if type(cell).__name__ != "MergedCell":
                    value = chance.choice(TYPED)
                    cell.value = value
                    if isinstance(value, str) and chance.random() < 0.5:
                        cell.data_type = "s"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
