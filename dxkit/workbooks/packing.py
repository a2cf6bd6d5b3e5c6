"""Writing an archive whose parts may be copied as they lie in another, without unpacking them.

(zipfile can only unpack a part and pack it again: a picture of some kilobytes may unfold to
gigabytes.) The same parts give the same bytes: every part is dated 1980-01-01. (PKWARE APPNOTE,
sections 4.3 and 4.4.)
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

LOCAL_MARK = b"PK\x03\x04"
LOCAL = struct.Struct("<4s5H3L2H")
"""What stands before each part: mark, version needed, flags, method, time, day, checksum, packed
size, size, lengths of the name and of what follows it."""

_LISTED = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _UTF8, _DAY = 20, 0x800, 1 << 5 | 1
_DEFLATED = 8


@dataclass(frozen=True, slots=True)
class Packed:
    """The bytes of a part as they lie in an archive, and what its list says of them."""

    method: int
    checksum: int
    size: int
    data: bytes


def pack(content: bytes) -> Packed:
    """A content deflated."""
    press = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = press.compress(content) + press.flush()
    return Packed(_DEFLATED, zlib.crc32(content), len(content), data)


def archive_of(parts: Iterable[tuple[str, Packed]]) -> bytes:
    """The archive of named parts, in their order. Raises struct.error beyond 4 GB or 65,535 parts,
    which an archive without extensions cannot hold.
    """
    written, listed, number = bytearray(), bytearray(), 0
    for name, part in parts:
        encoded = name.encode("utf-8")
        flags = 0 if name.isascii() else _UTF8
        said = (_VERSION, flags, part.method, 0, _DAY, part.checksum, len(part.data), part.size)
        start = len(written)
        written += LOCAL.pack(LOCAL_MARK, *said, len(encoded), 0) + encoded + part.data
        listed += _LISTED.pack(
            b"PK\x01\x02", _VERSION, *said, len(encoded), 0, 0, 0, 0, 0, start
        ) + encoded  # fmt: skip
        number += 1
    end = _END.pack(b"PK\x05\x06", 0, 0, number, number, len(listed), len(written), 0)
    return bytes(written + listed + end)
