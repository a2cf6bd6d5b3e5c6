"""The archive that a zipped workbook is: one policy for all who open one, to read or to send back;
and its parts in XML, read piece by piece within the bounds.

What an archive says of itself may lie. Before anything is unpacked its list is therefore looked at
whole: how parts are packed (zipfile unpacks bzip2 and LZMA without a bound on memory), and where
they lie. A part is then never unpacked beyond the size that the list says.

Written are archives whose parts may be copied as they lie in another, without unpacking them.
(zipfile can only unpack a part and pack it again: a picture of some kilobytes may unfold to
gigabytes.) The same parts give the same bytes: every part is dated 1980-01-01. (PKWARE APPNOTE,
sections 4.3 and 4.4.)

The parser refuses a document type declaration, so that no entity is ever expanded or fetched:
neither format has one.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Protocol
from xml.parsers import expat

from dxkit.workbooks import limits
from dxkit.workbooks.cells import UnreadableFileError
from dxkit.workbooks.limits import Allowance

_LOCAL_MARK = b"PK\x03\x04"
_LOCAL = struct.Struct("<4s5H3L2H")
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
    data: bytes | bytearray


def pack(pieces: Iterable[bytes]) -> Packed:
    """A content, which may come in pieces, deflated."""
    press = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    data, checksum, size = bytearray(), 0, 0
    for piece in pieces:
        data += press.compress(piece)
        checksum = zlib.crc32(piece, checksum)
        size += len(piece)
    data += press.flush()
    return Packed(_DEFLATED, checksum, size, data)


def archive_of(parts: Iterable[tuple[str, Packed]]) -> bytes:
    """The archive of named parts, in their order. Raises struct.error beyond 4 GB or 65,535 parts,
    which an archive without extensions cannot hold.
    """
    written, listed, number, start = list[bytes | bytearray](), bytearray(), 0, 0
    for name, part in parts:
        encoded = name.encode("utf-8")
        flags = 0 if name.isascii() else _UTF8
        said = (_VERSION, flags, part.method, 0, _DAY, part.checksum, len(part.data), part.size)
        written += (_LOCAL.pack(_LOCAL_MARK, *said, len(encoded), 0), encoded, part.data)
        listed += _LISTED.pack(
            b"PK\x01\x02", _VERSION, *said, len(encoded), 0, 0, 0, 0, 0, start
        ) + encoded  # fmt: skip
        number += 1
        start += _LOCAL.size + len(encoded) + len(part.data)
    end = _END.pack(b"PK\x05\x06", 0, 0, number, number, len(listed), start, 0)
    return b"".join([*written, listed, end])


_LISTED_PART = b"PK\x01\x02"  # how each entry of an archive's list begins
_ENCRYPTED = 1  # of an entry's flags
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # those that the formats allow
_LARGEST_SIZE = 0xFFFFFFFF  # that an entry can say without an extension


class Archive:
    """The parts of an archive. Names are compared without case, as the formats ask; KeyError for
    one that is not there.

    Raises UnreadableFileError for an archive that is damaged, is encrypted, has too many parts,
    packs one in another way than the formats allow, or has parts that share bytes or a name.
    """

    def __init__(self, content: bytes) -> None:
        if content.count(_LISTED_PART) > limits.MOST_PARTS:
            raise UnreadableFileError("too_large")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except Exception as error:  # a damaged list may raise anything
            raise UnreadableFileError("damaged") from error
        self._content = content
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in self._zip.infolist():
            if member.flag_bits & _ENCRYPTED:
                raise UnreadableFileError("encrypted")
            if member.compress_type not in _METHODS:
                raise UnreadableFileError("packed_otherwise")
            if self._members.setdefault(member.filename.lower(), member) is not member:
                raise UnreadableFileError("damaged")  # one reader takes the first, another the last
        self._begins = self._beginnings()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all parts, as they are written."""
        return tuple(member.filename for member in self._members.values())

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._members

    def open(self, name: str, largest: int = limits.LARGEST_UNPACKED) -> IO[bytes]:
        """A part, to be unpacked piece by piece. Raises UnreadableFileError, before anything is
        unpacked, for one that is larger than ``largest`` or unfolds too often.
        """
        member = self._members[name.lower()]
        if member.file_size > largest:
            raise UnreadableFileError("too_large")
        if member.file_size > max(
            limits.LARGEST_SMALL_PART, limits.MOST_TIMES_UNFOLDED * member.compress_size
        ):
            raise UnreadableFileError("unfolds")
        return self._zip.open(member)

    def packed(self, name: str) -> Packed:
        """A part as it lies in the archive; it is not unpacked."""
        member = self._members[name.lower()]
        begins = self._begins[name.lower()]
        data = self._content[begins : begins + member.compress_size]
        return Packed(member.compress_type, member.CRC, member.file_size, data)

    def _beginnings(self) -> dict[str, int]:
        """Where the bytes of each part begin."""
        found, free = {}, 0
        for member in sorted(self._members.values(), key=lambda m: m.header_offset):
            start = member.header_offset
            header = self._content[start : start + _LOCAL.size]
            if not header.startswith(_LOCAL_MARK) or len(header) < _LOCAL.size:
                raise UnreadableFileError("damaged")
            name, extra = struct.unpack("<HH", header[-4:])
            begins = start + _LOCAL.size + name + extra
            if start < free:
                raise UnreadableFileError("parts_overlap")
            free = begins + member.compress_size
            found[member.filename.lower()] = begins
            if member.file_size > _LARGEST_SIZE:
                raise UnreadableFileError("too_large")
        if free > self._zip.start_dir:
            raise UnreadableFileError("parts_overlap")
        return found


_PIECE = 1 << 16
_LONGEST_PATH = 1_000

Attributes = dict[str, str]


class Listener(Protocol):
    """What a reader of one part hears. Names are "namespace name"."""

    def start(self, name: str, attributes: Attributes) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a small part: its names from the root down, "/workbook/sheets/sheet"."""

    path: str
    attributes: Attributes


class LocalNames(dict[str, str]):
    """Full names to local ones; the names of other namespaces than the first element's to nothing.
    The first element must have the name ``root``.

    Programs write one format in several namespaces, and parts hold pieces of other formats.
    """

    def __init__(self, root: str) -> None:
        super().__init__()
        self._root = root

    def __missing__(self, name: str) -> str:
        namespace, _, local = name.rpartition(" ")
        if not self:
            self._namespace = namespace
            if local != self._root:  # another part in the place of this one
                raise UnreadableFileError("damaged")
        found = self[name] = local if namespace == self._namespace else ""
        return found


class Parts:
    """The parts of one zipped workbook. Names are compared without case, as the format asks."""

    def __init__(self, content: bytes, allowance: Allowance) -> None:
        self._archive = Archive(content)
        self._allowance = allowance

    def __contains__(self, name: str) -> bool:
        return name in self._archive

    def read(self, name: str, listener: Listener, largest: int = limits.LARGEST_UNPACKED) -> None:
        """Tell the listener of every element of a part, to its end, where its checksum is
        compared.
        """
        if name not in self._archive:
            raise UnreadableFileError("damaged")
        names: dict[str, str] = {}
        parser = expat.ParserCreate(namespace_separator=" ", intern=names)
        parser.buffer_text = True
        parser.StartElementHandler = listener.start
        parser.EndElementHandler = listener.end
        parser.CharacterDataHandler = listener.text
        parser.StartDoctypeDeclHandler = _refuse_declaration
        fed = 0
        with self._archive.open(name, min(largest, self._allowance.unpacked)) as source:
            while piece := source.read(_PIECE):
                self._allowance.take_unpacked(piece)
                parser.Parse(piece)
                fed += len(piece)
                unfinished = fed - parser.CurrentByteIndex
                if unfinished > limits.LONGEST_TAG or len(names) > limits.MOST_TAG_NAMES:
                    raise UnreadableFileError("too_large")
        parser.Parse(b"", True)

    def elements(self, name: str) -> list[Element]:
        """All elements of a small part, in the order in which they begin."""
        collector = _Collector()
        self.read(name, collector, limits.LARGEST_SMALL_PART)
        return collector.found

    def beginning(self, name: str) -> bytes:
        """The first bytes of a part, for telling formats apart."""
        with self._archive.open(name) as source:
            return source.read(_PIECE)


class _Collector:
    def __init__(self) -> None:
        self.found: list[Element] = []
        self._open: list[str] = [""]

    def start(self, name: str, attributes: Attributes) -> None:
        path = f"{self._open[-1]}/{name.rpartition(' ')[2]}"
        self._open.append(path)
        self.found.append(Element(path, attributes))
        if len(path) > _LONGEST_PATH or len(self.found) > limits.MOST_PART_TAGS:
            raise UnreadableFileError("too_large")

    def end(self, name: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        pass


def _refuse_declaration(*_: object) -> None:
    raise UnreadableFileError("declares_entities")
