"""Doubtful cells of a sender's sheet coloured and explained by a note; nothing else is touched.

A note (comment) is text in one part of the package, the drawn box in another.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from lxml import etree

from dxkit.model.addresses import column_letters, column_number
from dxkit.model.findings import Severity
from dxkit.press.returned.overview import Line, Styles, new_name, required
from dxkit.workbooks.limits import MOST_COLUMNS, columns_between, each_column
from dxkit.workbooks.package import OFFICE, Element, Package, main, parse, writable

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_AUTHOR = "dxkit"
_OURS = re.compile(r"\n*\u25bc [^\n]*\(dxkit\)")  # how a heading looks
_AFTER_DRAWING = (
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
    "tableParts", "extLst", "AlternateContent",
)  # fmt: skip
_VML, _EXCEL = "urn:schemas-microsoft-com:vml", "urn:schemas-microsoft-com:office:excel"
_NAMES = f'xmlns:v="{_VML}" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="{_EXCEL}"'
_EMPTY_DRAWING = f"""<xml {_NAMES}><o:shapelayout v:ext="edit">\
<o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>"""
_SHAPE_TYPE = f"""<v:shapetype {_NAMES} id="_x0000_t202" coordsize="21600,21600" o:spt="202" \
path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>\
<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>"""
_BOX = """<v:shape {names} id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;\
visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>\
<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>\
<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>\
<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>\
<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>\
</x:ClientData></v:shape>"""
_WIDTH = 340  # pixels of a note
_LETTERS_IN_LINE = 48

Address = tuple[int, int]


def mark_sheet(
    package: Package, part: str, styles: Styles, lines: Iterable[Line], heading: str
) -> None:
    """Colour and explain cells of one sheet, after taking away what an earlier round put there.

    All lines about one cell are one note, under ``heading``; those of a merged cell stand at its
    first one; a sender's own note is kept above. Their rows are shown.
    """
    cells = _Cells(package.tree(part))
    notes = Notes(package, part)
    for address in notes.take_ours_away():
        cell = cells.existing(*parsed(address))
        if cell is not None:
            cell.set("s", str(styles.uncoloured(int(cell.get("s", "0")))))
    by_cell: dict[Address, list[Line]] = {}
    anchors = cells.anchors({parsed(line.cell) for line in lines})
    for line in lines:
        by_cell.setdefault(anchors[parsed(line.cell)], []).append(line)
    for (row, column), about in sorted(by_cell.items()):
        severity = min((line.severity for line in about), key=list(Severity).index)
        cell = cells.cell(row, column)
        cells.show(row)
        cell.set("s", str(styles.coloured(int(cell.get("s", "0")), severity)))
        text = "\n".join([heading, *dict.fromkeys(f"• {line.remark}" for line in about)])
        notes.add(f"{column_letters(column)}{row}", text, cells.widths)
    notes.write()


def is_address(text: str) -> bool:
    """Whether a text is the address of one cell."""
    return _ADDRESS.fullmatch(text) is not None


def parsed(address: str) -> Address:
    """Row and column of an address in A1 style; raises ValueError for anything else."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError(address)
    return int(found[2]), column_number(found[1])


class _Cells:
    """The cells of a sheet's tree. Rows and cells without an address follow the one before."""

    def __init__(self, root: Element) -> None:
        self._data = required(root, "sheetData")
        self._rows: dict[int, Element] = {}
        self._cells: dict[int, dict[int, Element]] = {}  # of the rows that were looked at
        number = 0
        for row in self._data.findall(main("row")):
            number = int(row.get("r", number + 1))
            self._rows[number] = row
        self._numbers = sorted(self._rows)
        self._merged = [_range(m.get("ref", "")) for m in root.iter(main("mergeCell"))]
        self._columns = _columns(root)

    @cached_property
    def widths(self) -> Mapping[int, float]:
        """Widths in characters of the columns that have their own."""
        return {n: float(column.get("width", 8.43)) for n, column in self._columns.items()}

    def anchors(self, addresses: Collection[Address]) -> dict[Address, Address]:
        """For each address the first cell of the merged range that holds it, or itself."""
        found = {address: address for address in addresses}
        ordered = sorted(found)
        for first_row, first_column, last_row, last_column in self._merged:
            start = bisect.bisect_left(ordered, (first_row, first_column))
            for row, column in ordered[start : bisect.bisect_left(ordered, (last_row + 1, 0))]:
                if first_column <= column <= last_column:
                    found[row, column] = first_row, first_column
        return found

    def existing(self, row: int, column: int) -> Element | None:
        """The cell at an address, if the file has it."""
        if row not in self._rows:
            return None
        return self._of_row(row).get(column)

    def cell(self, row: int, column: int) -> Element:
        """The cell at an address; an empty one in the style of its row or column if need be."""
        found = self.existing(row, column)
        if found is not None:
            return found
        element = self._row(row)
        new = element.makeelement(main("c"), {"r": f"{column_letters(column)}{row}"})
        style = element.get("s") if element.get("customFormat") in ("1", "true") else None
        if style is None and column in self._columns:
            style = self._columns[column].get("style")
        if style:
            new.set("s", style)
        element.attrib.pop("spans", None)  # a hint that might not be true any more
        before = sum(number < column for number in self._of_row(row))
        element.insert(before, new)
        self._of_row(row)[column] = new
        return new

    def show(self, row: int) -> None:
        """Show a row that a filter or somebody has hidden."""
        element = self._rows[row]
        element.attrib.pop("hidden", None)
        if element.get("ht", "1").strip("0") in ("", "."):
            element.attrib.pop("ht")

    def _row(self, row: int) -> Element:
        if row not in self._rows:
            place = bisect.bisect_left(self._numbers, row)
            new = self._data.makeelement(main("row"), {"r": str(row)})
            self._data.insert(place, new)
            self._numbers.insert(place, row)
            self._rows[row] = new
        return self._rows[row]

    def _of_row(self, row: int) -> dict[int, Element]:
        if row in self._cells:
            return self._cells[row]
        found = self._cells[row] = {}
        number = 0
        for cell in self._rows[row].findall(main("c")):
            address = cell.get("r")
            number = parsed(address)[1] if address else number + 1
            found[number] = cell
        return found


def _columns(root: Element) -> dict[int, Element]:
    """Column → the first element that says how it looks, as far as columns are read."""
    found: dict[int, Element] = {}
    free = columns_between(1, MOST_COLUMNS)
    for column in root.iter(main("col")):
        covered = free & columns_between(int(column.get("min", 1)), int(column.get("max", 1)))
        found |= dict.fromkeys(each_column(covered), column)
        free ^= covered
    return found


def _range(reference: str) -> Sequence[int]:
    first, _, last = reference.partition(":")
    return (*parsed(first), *parsed(last or first))


class Notes:
    """The notes of one sheet, those of the sender kept."""

    def __init__(self, package: Package, part: str) -> None:
        self._package, self._sheet = package, part
        self._part = next(iter(package.related(part, "comments")), "")
        self._boxes: dict[str, str] = {}
        self._gone: set[str] = set()

    def take_ours_away(self) -> list[str]:
        """Take out what an earlier round wrote; returns the addresses where it stood."""
        found = []
        for address, note in list(self._notes.items()):
            if _cut_ours(note):
                found.append(address)
                if not _text(note).strip():
                    self._comment_list().remove(note)
                    self._gone.add(address)
                    del self._notes[address]
        return found

    def add(self, address: str, text: str, widths: Mapping[int, float]) -> None:
        """Write a text at a cell, below the sender's own note if there is one."""
        text = writable(text)
        self._end_conversation(address)
        note = self._notes.get(address)
        if note is None:
            note = self._notes[address] = etree.SubElement(self._comment_list(), main("comment"))
            note.set("ref", address)
            note.set("authorId", str(self._author()))
            etree.SubElement(note, main("text"))
        holder = note.find(main("text"))
        if holder is None:
            holder = etree.SubElement(note, main("text"))
        before = _text(holder)
        run = holder.makeelement(main("r"), {})
        words = etree.SubElement(run, main("t"))
        words.text = f"\n\n{text}" if before.strip() else text
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        place = sum(1 for child in holder if child.tag in (main("t"), main("r")))
        holder.insert(place, run)
        self._boxes[address] = _anchor(address, f"{before}\n\n{text}", widths)

    def write(self) -> None:
        """Write the drawn boxes of what was added and take away those of what is gone."""
        if not self._boxes and not self._gone:
            return
        part = self._drawing()
        # Excel itself writes drawings that are not quite XML: an open <br> in the text of a button.
        root = parse(self._package.read(part), lenient=True)
        changed = {*self._boxes, *self._gone}
        shapes = list(root.iter(f"{{{_VML}}}shape"))
        for shape in shapes:
            if _address_of(shape) in changed:
                shape.getparent().remove(shape)
        taken = [re.fullmatch(r"_x0000_s(\d+)", shape.get("id", "")) for shape in shapes]
        first = max([1024, *(int(number[1]) for number in taken if number)]) + 1
        types = {shape_type.get("id") for shape_type in root.iter(f"{{{_VML}}}shapetype")}
        if "_x0000_t202" not in types:
            root.append(etree.fromstring(_SHAPE_TYPE))
        for number, (address, anchor) in enumerate(self._boxes.items(), start=first):
            row, column = parsed(address)
            where = {"id": number, "anchor": anchor, "row": row - 1, "column": column - 1}
            root.append(etree.fromstring(_BOX.format(names=_NAMES, **where)))
        etree.cleanup_namespaces(root, top_nsmap={"v": _VML, "x": _EXCEL})
        self._package.put(part, etree.tostring(root, encoding="unicode").encode())

    # the parts -----------------------------------------------------------------------------

    @cached_property
    def _notes(self) -> dict[str, Element]:
        """The notes by address."""
        notes = list(self._comment_list()) if self._part else []
        return {str(note.get("ref", "")): note for note in notes}

    def _comment_list(self) -> Element:
        if not self._part:
            self._part = new_name(self._package, "xl/dxkit-comments{}.xml")
            empty = f'<comments xmlns="{main("")[1:-1]}"><authors/><commentList/></comments>'
            self._package.put(self._part, empty.encode(), _COMMENTS_TYPE)
            self._package.relate(self._sheet, "comments", self._part)
        return required(self._package.tree(self._part), "commentList")

    def _author(self) -> int:
        authors = required(self._package.tree(self._part), "authors")
        names = [author.text for author in authors]
        if _AUTHOR not in names:
            etree.SubElement(authors, main("author")).text = _AUTHOR
            return len(names)
        return names.index(_AUTHOR)

    def _drawing(self) -> str:
        root = self._package.tree(self._sheet)
        reference = root.find(main("legacyDrawing"))
        if reference is not None:
            return self._package.target(self._sheet, reference.get(f"{{{OFFICE}}}id", ""))
        part = new_name(self._package, "xl/drawings/dxkit-notes{}.vml")
        self._package.put(part, _EMPTY_DRAWING.encode())
        self._package.declare_ending("vml", _DRAWING_TYPE)
        new = root.makeelement(main("legacyDrawing"), {})
        new.set(f"{{{OFFICE}}}id", self._package.relate(self._sheet, "vmlDrawing", part))
        later = [i for i, e in enumerate(root) if etree.QName(e).localname in _AFTER_DRAWING]
        root.insert(later[0] if later else len(root), new)
        return part

    def _end_conversation(self, address: str) -> None:
        """Newer programs show a thread of replies instead of the note: its text is in the note."""
        for part in self._package.related(self._sheet, "threadedComment"):
            root = self._package.tree(part)
            for reply in [r for r in root if r.get("ref") == address]:
                root.remove(reply)


def _text(note: Element) -> str:
    return "".join(words.text or "" for words in note.iter(main("t")))


def _cut_ours(note: Element) -> bool:
    """Cut off all from an earlier round's heading on; whether there was one."""
    found = _OURS.search(_text(note))
    if found is None:
        return False
    keep = found.start()
    for words in list(note.iter(main("t"))):
        text = words.text or ""
        words.text = text[:keep]
        keep = max(0, keep - len(text))
        run = words.getparent()
        if not words.text and run.tag == main("r"):
            run.getparent().remove(run)
    return True


def _address_of(shape: Element) -> str:
    """The address of the cell that a drawn note belongs to, empty for other shapes."""
    data = shape.find(f"{{{_EXCEL}}}ClientData")
    if data is None or data.get("ObjectType") != "Note":
        return ""
    row, column = (data.findtext(f"{{{_EXCEL}}}{name}", "").strip() for name in ("Row", "Column"))
    if not (row.isdigit() and column.isdigit()):
        return ""
    return f"{column_letters(int(column) + 1)}{int(row) + 1}"


def _anchor(address: str, text: str, widths: Mapping[int, float]) -> str:
    """Where the box lies: right of the cell, wide and high enough for its text."""
    row, column = parsed(address)
    room, last = 0.0, column
    while room < _WIDTH:
        last += 1
        room += widths.get(last, 8.43) * 7 + 5
    lines = sum(1 + len(line) // _LETTERS_IN_LINE for line in text.strip().split("\n"))
    top = max(row - 2, 0)
    return f"{column}, 12, {top}, 4, {last}, 0, {top + lines + 1}, 4"


def heading(words: str) -> str:
    """The first line of what is added to a note, by which a later round knows it."""
    return f"\u25bc {words} (dxkit)"
