"""An .xlsx file as the package of parts it is, so that one part can be changed and every other
one stays as its sender made it. (Office Open XML, ECMA-376 part 2.)
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, count
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from lxml import etree

from dxkit.model.addresses import column_letters
from dxkit.workbooks.archive import Archive, Packed, archive_of, pack
from dxkit.workbooks.cells import UnreadableFileError
from dxkit.workbooks.limits import LARGEST_PARSED, MOST_PARSED

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# lxml takes the prefixes of new attributes from what a process has registered: openpyxl registers
# this one, so that a copy's bytes would tell whether it was imported before.
etree.register_namespace("r", OFFICE)
_CONTENT_TYPES = "[Content_Types].xml"
_PIECE = 1 << 18

Element = Any  # of lxml, which ships no types

_LIKE_NUMBER = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return _UNWRITABLE.sub("", text)


def main(tag: str) -> str:
    """A tag of the spreadsheet namespace."""
    return f"{{{MAIN}}}{tag}"


def parse(content: bytes, lenient: bool = False) -> Element:
    """XML without entities, network or size tricks; raises etree.XMLSyntaxError, and
    UnreadableFileError for more tags and attributes than are kept. ``lenient`` takes what is not
    quite XML.
    """
    if _nodes(content) > MOST_PARSED:
        raise UnreadableFileError("too_large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, recover=lenient
    )
    return etree.fromstring(content, parser)


def _nodes(content: bytes) -> int:
    """At least as many as the tags and attributes that a tree of the content would keep."""
    return content.count(b"<") + content.count(b"=")


class Package:
    """The parts of a zipped workbook. Raises KeyError for a part that is not there,
    UnreadableFileError for an archive that is refused and a part that is too large.
    """

    def __init__(self, content: bytes) -> None:
        self._archive = Archive(content)
        self._names = list(self._archive.names)
        self._known = {part_key(name): name for name in self._names}
        self._changed: dict[str, bytes] = {}
        self._trees: dict[str, Element] = {}
        self._parsed = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all parts."""
        return tuple(self._names)

    def read(self, name: str) -> bytes:
        """The content of a part."""
        if name in self._trees:
            return _written(self._trees[name])
        if name in self._changed:
            return self._changed[name]
        with self._archive.open(name, LARGEST_PARSED) as part:
            return part.read()

    def holds(self, name: str, *texts: bytes) -> bool:
        """Whether any of some texts stands in a part, which may be too large to be read whole."""
        if self._is_ours(name):
            content = self.read(name)
            return any(text in content for text in texts)
        kept, end = max(map(len, texts)) - 1, b""
        with self._archive.open(name) as part:
            while piece := part.read(_PIECE):
                piece = end + piece
                if any(text in piece for text in texts):
                    return True
                end = piece[-kept:]
        return False

    def tree(self, name: str) -> Element:
        """The root of a part; what is changed below it will be written."""
        if name not in self._trees:
            content = self.read(name)
            self._parsed += _nodes(content)
            if self._parsed > MOST_PARSED:
                raise UnreadableFileError("too_large")
            self._trees[name] = parse(content)
        return self._trees[name]

    def put(self, name: str, content: bytes, content_type: str = "") -> None:
        """Write a part; ``content_type`` when it is new."""
        if name not in self._names:
            self._names.append(name)
            self._known[part_key(name)] = name
        self._trees.pop(name, None)
        self._changed[name] = content
        if content_type:
            self._forget_type(name)
            override = etree.SubElement(self.tree(_CONTENT_TYPES), f"{{{_TYPES}}}Override")
            override.set("PartName", f"/{name}")
            override.set("ContentType", content_type)

    def drop(self, name: str) -> None:
        """Take a part out, with what it relates to by itself left in place."""
        if name in self._names:
            self._names.remove(name)
            self._known.pop(part_key(name), None)
        self._changed.pop(name, None)
        self._trees.pop(name, None)
        self._forget_type(name)

    def content_type(self, name: str) -> str:
        """The declared type of a part, empty when only its ending has one."""
        for override in self.tree(_CONTENT_TYPES).iter(f"{{{_TYPES}}}Override"):
            if override.get("PartName", "").lower() == f"/{name}".lower():
                return str(override.get("ContentType", ""))
        return ""

    def declare_ending(self, ending: str, content_type: str) -> None:
        """Give all parts with an ending a type, unless they have one."""
        types = self.tree(_CONTENT_TYPES)
        known = {d.get("Extension", "").lower() for d in types.iter(f"{{{_TYPES}}}Default")}
        if ending not in known:
            default = etree.Element(f"{{{_TYPES}}}Default")
            default.set("Extension", ending)
            default.set("ContentType", content_type)
            types.insert(0, default)

    def _forget_type(self, name: str) -> None:
        types = self.tree(_CONTENT_TYPES)
        for override in list(types.iter(f"{{{_TYPES}}}Override")):
            if override.get("PartName", "").lower() == f"/{name}".lower():
                types.remove(override)

    # relations -----------------------------------------------------------------------------

    def related(self, part: str, kind: str) -> list[str]:
        """The parts that a part relates to in a way: ``kind`` is the last word of the type."""
        return [
            _resolved(part, relation.get("Target", ""))
            for relation in self._relations(part)
            if relation.get("Type", "").rpartition("/")[2] == kind
            and relation.get("TargetMode") != "External"
        ]

    def target(self, part: str, relation_id: str) -> str:
        """The part behind a relation's id; raises KeyError."""
        for relation in self._relations(part):
            if relation.get("Id") == relation_id:
                return _resolved(part, relation.get("Target", ""))
        raise KeyError(relation_id)

    def relate(self, part: str, kind: str, target: str) -> str:
        """A new relation of a part to another; returns its id."""
        name = relations_name(part)
        if name not in self._names:
            self.put(name, f'<Relationships xmlns="{_RELATIONS}"/>'.encode())
        root = self.tree(name)
        taken = {relation.get("Id") for relation in root}
        number = next(n for n in range(1, len(taken) + 2) if f"dxkit{n}" not in taken)
        relation = etree.SubElement(root, f"{{{_RELATIONS}}}Relationship")
        relation.set("Id", f"dxkit{number}")
        relation.set("Type", f"{OFFICE}/{kind}")
        relation.set("Target", f"/{target}")
        return f"dxkit{number}"

    def unrelate(self, part: str, target: str) -> None:
        """Take out every relation of a part to another."""
        for relation in self._relations(part):
            if _resolved(part, relation.get("Target", "")) == target:
                parent = relation.getparent()
                if parent is not None:
                    parent.remove(relation)

    def relations(self, part: str) -> list[tuple[Element, str]]:
        """All relations of a part, each with the part that it leads to if it leads to one."""
        return [(r, _resolved(part, r.get("Target", ""))) for r in self._relations(part)]

    def _relations(self, part: str) -> list[Element]:
        name = self._known.get(part_key(relations_name(part)))
        return list(self.tree(name)) if name else []

    # the workbook --------------------------------------------------------------------------

    @cached_property
    def workbook(self) -> str:
        """The name of the workbook's part."""
        found = self.related("", "officeDocument")
        if len(found) != 1 or etree.QName(self.tree(found[0])).namespace != MAIN:
            raise KeyError("officeDocument")
        return found[0]

    @property
    def sheets(self) -> dict[str, str]:
        """Sheet name → part, in the workbook's order."""
        relation_id = f"{{{OFFICE}}}id"
        return {
            str(sheet.get("name", "")): self.target(self.workbook, sheet.get(relation_id, ""))
            for sheet in self.tree(self.workbook).iter(main("sheet"))
        }

    def save(self, long: Mapping[str, Iterable[bytes]] = MappingProxyType({})) -> bytes:
        """The whole package; the same parts give the same bytes. Parts that nobody changed are
        copied as they are packed; ``long`` are those that come in pieces, instead of what is there.
        """

        def packed(name: str) -> Packed:
            if name in long:
                return pack(long[name])
            return pack([self.read(name)]) if self._is_ours(name) else self._archive.packed(name)

        return archive_of((name, packed(name)) for name in self._names)

    def _is_ours(self, name: str) -> bool:
        return name in self._trees or name in self._changed


Row = tuple[float, tuple[Hashable, ...], Iterable[str | float | None]]
"""Its height in points, to the next pixel, 0 for the usual one, the looks of its cells, and what
stands in them.
"""


@dataclass(frozen=True)
class Rows:
    """The rows of a sheet from ``first`` to ``last``, and for each look a cell that has it."""

    sheet: str
    first: int
    last: int
    looks: Mapping[Any, str]
    rows: Iterable[Row]


def with_rows(content: bytes, *several: Rows) -> bytes:
    """A finished workbook with these rows in the place of what stands there. They are written as
    they come: what makes workbooks holds all cells, of which there may be millions.
    """
    package, long = Package(content), dict[str, Iterable[bytes]]()
    for one in several:
        part = package.sheets[one.sheet]
        there = package.tree(part).find(main("sheetData"))
        styles = {cell.get("r"): cell.get("s", "0") for row in there for cell in row}
        looks = {look: styles[cell] for look, cell in one.looks.items()}
        above = [row for row in there if int(row.get("r")) < one.first]
        for row in list(there):
            if one.first <= int(row.get("r")) <= one.last:
                there.remove(row)
        there.insert(len(above), etree.Comment(_HERE))
        start, _, rest = package.read(part).partition(f"<!--{_HERE}-->".encode())
        long[part] = chain([start], _pieces(one, looks), [rest])
    return package.save(long)


_HERE = "rows"


def _pieces(one: Rows, looks: Mapping[Any, str]) -> Iterator[bytes]:
    frames: dict[tuple[Hashable, ...], str] = {}
    for number, (height, cells, values) in enumerate(one.rows, start=one.first):
        if cells not in frames:  # most rows are alike
            named = zip(map(column_letters, count(1)), map(looks.__getitem__, cells), strict=False)
            frames[cells] = "".join(f'<c r="{at}\0" s="{look}"%s' for at, look in named)
        written = frames[cells].replace("\0", str(number)) % tuple(map(_value, values))
        tall = f' ht="{round(height / 0.75) * 0.75:g}" customHeight="1"' if height else ""
        yield f'<row r="{number}"{tall}>{written}</row>'.encode()


def _value(value: str | float | None) -> str:
    """The rest of a cell."""
    if value is None:
        return "/>"
    return _text(value) if isinstance(value, str) else f"><v>{value:.16G}</v></c>"


@lru_cache(maxsize=1 << 12)  # many stand in several rows
def _text(value: str) -> str:
    """A text as its own, which no list of texts counts (ECMA-376 part 1, 18.18.11); what looks like
    the number of a character in it (_x0041_) is none.
    """
    text = escape(_LIKE_NUMBER.sub("_x005F_", value) if "_x" in value else value)
    kept = "" if text == text.strip() else ' xml:space="preserve"'
    return f' t="inlineStr"><is><t{kept}>{writable(text)}</t></is></c>'


def _written(root: Element) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def part_key(name: str) -> str:
    """What is equal for all writings of a part's name: case and escapes do not count."""
    return unquote(name).lower()


def relations_name(part: str) -> str:
    """The part that holds the relations of a part."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolved(part: str, target: str) -> str:
    if target.startswith("/"):
        return posixpath.normpath(target[1:])
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
