"""The parts of a zipped workbook, read piece by piece within the bounds.

The parser refuses a document type declaration, so that no entity is ever expanded or fetched:
neither format has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from xml.parsers import expat

from dxkit.workbooks import limits
from dxkit.workbooks.archive import Archive
from dxkit.workbooks.cells import UnreadableFileError
from dxkit.workbooks.limits import Allowance

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
