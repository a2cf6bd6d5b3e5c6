"""Files that nobody should send, made from a small good one."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

import xlsxwriter
import xlwt
from xlwt.CompoundDoc import XlsDoc

from tests.workbooks.ods_files import ods_of

ROWS = [["STT", "Đơn vị", "Tổng số hộ"], ["I", "Xã Vị Tân", ""], ["1", "Ấp 1", 1205]]
SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_MAIN}"><sheetData>'.encode()
_TAIL = b"</sheetData></worksheet>"


def good_xlsx(name: str = "Sheet1") -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet(name)
    for number, row in enumerate(ROWS):
        sheet.write_row(number, 0, row)
    book.close()
    return made.getvalue()


def good_xls() -> bytes:
    made = io.BytesIO()
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for number, row in enumerate(ROWS):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.save(made)
    return made.getvalue()


def good_ods() -> bytes:
    return ods_of([("Sheet1", ROWS)])


def good_csv() -> bytes:
    return "\n".join(";".join(map(str, row)) for row in ROWS).encode()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def with_part(change: Callable[[bytes], bytes], name: str = SHEET, of: bytes = b"") -> bytes:
    """The good workbook with one part changed."""
    parts = parts_of(of or good_xlsx())
    parts[name] = change(parts[name])
    return zipped(parts)


def filling(size: int, between: bytes = b"") -> bytes:
    """Letters that unfold less than a hundred times, in blocks of 30,000."""
    noise = random.Random(5)
    blocks = (noise.randbytes(400).hex().encode() + b"a" * 29_200 for _ in range(size // 30_000))
    return between.join(blocks)


def with_large_part(
    size: int, piece: bytes, head: bytes = _HEAD, tail: bytes = _TAIL, *, noise: int = 0
) -> bytes:
    """The good workbook with a first sheet of ``size`` repeated pieces, made without holding it.
    ``noise`` is the length of a comment after each million, so that it unfolds less often.
    """
    letters = random.Random(5)
    parts = parts_of(good_xlsx())
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            if name != SHEET:
                archive.writestr(name, content)
        with archive.open(SHEET, "w", force_zip64=True) as target:
            target.write(head)
            block = piece * max(1, 1_000_000 // len(piece))
            for _ in range(size * len(piece) // len(block)):
                target.write(block)
                if noise:
                    target.write(b"<!--%s-->" % letters.randbytes(noise).hex().encode())
            target.write(tail)
    return made.getvalue()


def blank_rows(count: int) -> bytes:
    """The good workbook with formatted, empty rows below the table."""
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/><c r="B%d" s="0"/></row>' % (n, n, n)
                    for n in range(10, count))  # fmt: skip
    return with_part(lambda sheet: sheet.replace(b"</sheetData>", rows + b"</sheetData>"))


def entities(sheet: bytes) -> bytes:
    """A billion laughs: ten entities, each ten of the one before."""
    declared = b'<!DOCTYPE worksheet [<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    text = sheet.replace(b"?>", b"?>" + declared + b"]>", 1)
    return text.replace(b"</sheetData>", b'<row r="9"><c r="A9" t="inlineStr"><is><t>&a9;</t></is>'
                        b"</c></row></sheetData>")  # fmt: skip


def foreign_entity(part: bytes) -> bytes:
    """An entity that is a file of the reader's machine."""
    declared = b'<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    return part.replace(b"?>", b"?>" + declared, 1)


def lying_archive() -> bytes:
    """A part that is ten times as long as the archive says, in both of its records."""
    content = good_xlsx()
    size = len(parts_of(content)[SHEET])
    told = struct.pack("<I", size)
    return content.replace(told, struct.pack("<I", size // 10))


def wrong_checksum() -> bytes:
    content = good_xlsx()
    checksum = struct.pack("<I", zlib.crc32(parts_of(content)[SHEET]))
    return content.replace(checksum, struct.pack("<I", 12345))


def packed_by(method: int, good: bytes, name: str) -> bytes:
    """The good workbook with one part packed in another way than the formats allow."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts_of(good).items():
            archive.writestr(part, content, method if part == name else zipfile.ZIP_DEFLATED)
    return made.getvalue()


def shared_bytes() -> bytes:
    """A further part of the list lies where the sheet does."""
    content = good_xlsx()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.start_dir
    entry = content.index(SHEET.encode(), start) - 46
    entry_end = entry + 46 + len(SHEET)
    again = content[entry:entry_end].replace(b"sheet1", b"sheet9")
    tail = content.rindex(b"PK\x05\x06")
    listed = len(parts_of(content)) + 1
    end = bytearray(content[tail:])
    struct.pack_into("<HHL", end, 8, listed, listed, tail + len(again) - start)
    return content[:tail] + again + bytes(end)


def list_within_a_part() -> bytes:
    """The last part says that it goes on into the archive's list."""
    content = good_xlsx()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        last = max(archive.infolist(), key=lambda member: member.header_offset)
    entry = content.index(last.filename.encode(), archive.start_dir) - 46
    longer = struct.pack("<L", last.compress_size + 20)
    return content[: entry + 20] + longer + content[entry + 24 :]


def doubled_part() -> bytes:
    """Two sheets of one name in the archive: one reader takes the first, another the last."""
    import warnings

    made = io.BytesIO(good_xlsx())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(made, "a") as archive:
            archive.writestr(SHEET, parts_of(good_xlsx())[SHEET].replace(b"1205", b"9999"))
    return made.getvalue()


def many_parts(count: int) -> bytes:
    made = io.BytesIO(good_xlsx())
    with zipfile.ZipFile(made, "a") as archive:
        for number in range(count):
            archive.writestr(f"xl/x{number}", b"")
    return made.getvalue()


def locked_archive() -> bytes:
    """The archive's own password: the flag stands in both records of each part."""
    content = bytearray(good_xlsx())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = content.find(mark)
        while position >= 0:
            content[position + offset] |= 1
            position = content.find(mark, position + 4)
    return bytes(content)


def compound(stream: bytes, name: str = "Workbook") -> bytes:
    """A compound file with one stream, as .xls, .doc and locked .xlsx files are."""
    made = io.BytesIO()
    XlsDoc().save(made, stream)
    content = made.getvalue()
    old = "Workbook".encode("utf-16-le")
    entry = content.index(old.ljust(64, b"\0"))
    new = name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2)
    return content[:entry] + new + content[entry + 66 :]


def xls_stream(write: Callable[[xlwt.Workbook], None] | None = None) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for number, row in enumerate(ROWS):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    if write:
        write(book)
    return bytes(book.get_biff_data())


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def in_sheet(stream: bytes, records: bytes) -> bytes:
    """The stream with records before the end of its last sheet."""
    end = record(0x0A, b"")
    assert stream.endswith(end)
    return stream[: -len(end)] + records + end


def linked_columns() -> bytes:
    """An .xls whose links cover whole columns: its library would unfold each cell."""
    link = struct.pack("<4H", 0, 65535, 0, 255) + bytes(16) + struct.pack("<II", 2, 0)
    return compound(in_sheet(xls_stream(), record(0x1B8, link) * 20))


def blank_cells() -> bytes:
    """An .xls whose every row is formatted to its last column, and empty."""
    rows = b"".join(
        record(0xBE, struct.pack("<HH", row, 0) + struct.pack("<256H", *[15] * 256)
               + struct.pack("<H", 255))
        for row in range(100, 30_000)
    )  # fmt: skip
    return compound(in_sheet(xls_stream(), rows))


def one_sheet_many_times() -> bytes:
    """An .xls that lists its one sheet a hundred times."""
    book = xlwt.Workbook()
    for number in range(100):
        book.add_sheet(f"S{number}").write(0, 0, 1)
    stream = bytearray(book.get_biff_data())
    first, position = b"", 0
    while (kind_length := struct.unpack_from("<HH", stream, position))[0] != 0x0A:
        kind, length = kind_length
        if kind == 0x85:
            first = first or bytes(stream[position + 4 : position + 8])
            stream[position + 4 : position + 8] = first
        position += 4 + length
    return compound(bytes(stream))
