"""The first sheet of a returned workbook: what is to be checked, with links to the cells; and the
cell formats that are added to the sender's own, which stay.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count

from lxml import etree
from lxml.builder import ElementMaker

from dxkit.intake.file_cells import ABOUT, ANSWERS, MARK, about, is_mark
from dxkit.model.addresses import column_letters, quoted, ranges_by_sheet
from dxkit.model.facts import CellRef
from dxkit.model.findings import Severity
from dxkit.workbooks.package import MAIN, OFFICE, Element, Package, main, parse, writable

_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_WIDTHS = (5, 14, 22, 8, 24, 50, 44, 40)
_LINE = 15  # points
_E = ElementMaker(namespace=MAIN, nsmap={None: MAIN, "r": OFFICE})
_ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
COLOURS = {Severity.ERROR: "FFF8CBAD", Severity.WARNING: "FFFFE699"}
"""Ground of a doubtful cell: the light orange and yellow of the usual palette, as ARGB."""


def required(parent: Element, tag: str) -> Element:
    """The first child of a kind; raises KeyError when there is none."""
    found = parent.find(main(tag))
    if found is None:
        raise KeyError(tag)
    return found


def new_name(package: Package, pattern: str) -> str:
    """The first numbered name that no part of a package has."""
    numbered = (pattern.format(number) for number in count(1))
    return next(name for name in numbered if name not in package.names)


class Styles:
    """The formats of one package. Raises KeyError when it has none."""

    def __init__(self, package: Package) -> None:
        (part,) = package.related(package.workbook, "styles") or [""]
        self._root = package.tree(part)
        self._formats = required(self._root, "cellXfs")
        self._fills = required(self._root, "fills")
        self._made: dict[tuple[int, str], int] = {}

    def coloured(self, style: int, severity: Severity) -> int:
        """The format like another one, on the ground of a severity."""
        key = (style, str(severity))
        if key not in self._made:
            fill = self._fill(COLOURS[severity])
            self._made[key] = self._variant(style, {"fillId": str(fill), "applyFill": "1"})
        return self._made[key]

    def uncoloured(self, style: int) -> int:
        """The format without the ground that an earlier round gave it; others stay."""
        number = int(self._formats[style].get("fillId", "0"))
        colours = {str(c.get("rgb", "")).upper() for c in self._fills[number].iter(main("fgColor"))}
        if not colours & set(COLOURS.values()):
            return style
        key = (style, "")
        if key not in self._made:
            self._made[key] = self._variant(style, {"fillId": "0"})
        return self._made[key]

    def text(self, *, bold: bool = False, colour: str = "", ground: Severity | None = None) -> int:
        """A format for wrapped text in the workbook's own first font."""
        fonts = required(self._root, "fonts")
        font = copy.deepcopy(fonts[0])
        for tag in ("b", "color", "u"):
            for child in font.findall(main(tag)):
                font.remove(child)
        # The schema wants bold first and the colour before size and name of the font.
        if colour:
            font.insert(0, parse(f'<color xmlns="{MAIN}" rgb="{colour}"/>'.encode()))
        if bold:
            font.insert(0, parse(f'<b xmlns="{MAIN}"/>'.encode()))
        fonts.append(font)
        fonts.set("count", str(len(fonts)))
        fill = self._fill(COLOURS[ground]) if ground else 0
        self._formats.append(
            parse(
                f'<xf xmlns="{MAIN}" numFmtId="49" fontId="{len(fonts) - 1}" fillId="{fill}" '
                'borderId="0" applyFont="1" applyFill="1" applyNumberFormat="1" '
                'applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'.encode()
            )
        )
        return self._counted(self._formats)

    def _fill(self, colour: str) -> int:
        for number, fill in enumerate(self._fills):
            if any(c.get("rgb") == colour for c in fill.iter(main("fgColor"))):
                return number
        self._fills.append(
            parse(
                f'<fill xmlns="{MAIN}"><patternFill patternType="solid"><fgColor rgb="{colour}"/>'
                '<bgColor indexed="64"/></patternFill></fill>'.encode()
            )
        )
        return self._counted(self._fills)

    def _variant(self, style: int, changes: dict[str, str]) -> int:
        variant = copy.deepcopy(self._formats[style])
        for name, value in changes.items():
            variant.set(name, value)
        self._formats.append(variant)
        return self._counted(self._formats)

    @staticmethod
    def _counted(parent: Element) -> int:
        parent.set("count", str(len(parent)))
        return len(parent) - 1


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to check; ``sheet`` and ``cell`` are empty when it has no one address. ``kind``
    says in a few words what it is, for several alike, ``code`` the same to the kit, and ``answer``
    what the sender has explained in the list.
    """

    severity: Severity
    severity_name: str
    sheet: str
    cell: str
    received: str
    wrong: str
    to_do: str
    kind: str = ""
    code: str = ""
    answer: str = ""

    @property
    def remark(self) -> str:
        """What the note at its cell says."""
        return f"{self.severity_name}. {self.wrong} {self.to_do}".strip()


_FEW = 2  # alike in one column that are listed one by one


def listed(lines: Iterable[Line]) -> list[Line]:
    """The lines, those of one kind down a column of a sheet as one, at the place of the first."""
    columns: dict[tuple[object, ...], list[Line]] = {}
    for number, line in enumerate(lines):
        letters = line.cell.rstrip("0123456789")
        alike = (
            (line.severity, line.kind, line.sheet, letters, line.answer)
            if letters and line.kind
            else (number,)
        )
        columns.setdefault(alike, []).append(line)
    return [
        found
        for alike in columns.values()
        for found in ([_of_column(alike)] if len(alike) > _FEW else alike)
    ]


def _of_column(lines: Sequence[Line]) -> Line:
    """One line for several alike: what they all say, or their kind where each says its own."""
    first = lines[0]
    (cells,) = ranges_by_sheet(CellRef("", line.sheet, line.cell) for line in lines).values()
    received = first.received if {line.received for line in lines} == {first.received} else ""
    wrong = first.wrong if {line.wrong for line in lines} == {first.wrong} else first.kind
    return dataclasses.replace(first, cell=cells, received=received, wrong=wrong)


@dataclass(frozen=True)
class Overview:
    """What the sheet says: its name, lines of text above the table, the table."""

    name: str
    title: str
    remarks: Sequence[str]
    mark: str
    headings: Sequence[str]
    lines: Sequence[Line]


def put_overview(package: Package, styles: Styles, overview: Overview) -> None:
    """Write the sheet before all others, in the place of an earlier round's if there is one."""
    earlier = _earlier(package)
    part = package.sheets[earlier] if earlier else new_name(package, "xl/worksheets/dxkit{}.xml")
    linkable = set(package.sheets) - {earlier}
    content = _sheet(overview, styles, linkable)
    _show_no_other(package)
    if earlier:
        for kind in ("comments", "vmlDrawing", "printerSettings", "drawing"):
            for other in package.related(part, kind):
                package.unrelate(part, other)
        package.put(part, content)
    else:
        package.put(part, content, _SHEET_TYPE)
        taken = {sheet.casefold() for sheet in package.sheets}
        numbered = (f"{overview.name[:27]} {number}" for number in count(2))
        names = chain([overview.name[:31]], numbered)
        _insert(package, part, next(name for name in names if name.casefold() not in taken))


def _earlier(package: Package) -> str:
    """The name of the sheet that an earlier round wrote, known by its mark; empty without one."""
    shared: set[str] = set()
    for part in package.related(package.workbook, "sharedStrings"):
        if package.holds(part, MARK):
            texts = enumerate(package.tree(part).iter(main("si")))
            shared = {str(n) for n, text in texts if is_mark("".join(text.itertext()))}
    for name, part in package.sheets.items():
        if not shared and not package.holds(part, MARK):
            continue
        for cell in package.tree(part).iter(main("c")):
            text = "".join(cell.itertext())
            if text in shared if cell.get("t") == "s" else is_mark(text):
                return name
    return ""


def _insert(package: Package, part: str, name: str) -> None:
    root = package.tree(package.workbook)
    sheets = required(root, "sheets")
    sheet = sheets.makeelement(main("sheet"), {"name": name})
    sheet.set("sheetId", str(1 + max(int(s.get("sheetId", "0")) for s in sheets)))
    sheet.set(f"{{{OFFICE}}}id", package.relate(package.workbook, "worksheet", part))
    sheets.insert(0, sheet)
    for defined in root.iter(main("definedName")):
        local = defined.get("localSheetId")  # counts the sheets from the left
        if local is not None:
            defined.set("localSheetId", str(int(local) + 1))


def _show_no_other(package: Package) -> None:
    """The new sheet is the one shown: two selected sheets would be edited together."""
    for view in package.tree(package.workbook).iter(main("workbookView")):
        view.set("activeTab", "0")
        view.set("firstSheet", "0")
    for part in package.sheets.values():
        if package.holds(part, b"tabSelected"):
            for view in package.tree(part).iter(main("sheetView")):
                view.attrib.pop("tabSelected", None)


def _sheet(overview: Overview, styles: Styles, linkable: set[str]) -> bytes:
    head, bold = styles.text(bold=True), styles.text(bold=True, colour="FF1F3864")
    plain, soft = styles.text(), styles.text(colour="FF808080")
    link = styles.text(colour="FF0563C1")
    by_severity = {severity: styles.text(ground=severity) for severity in COLOURS}
    texts = [overview.title, *overview.remarks, overview.mark]
    above = len(texts) + 1
    formats = [bold, *(plain for _ in overview.remarks), soft]
    rows = [_row(n, [cell]) for n, cell in enumerate(zip(texts, formats, strict=True), start=1)]
    blank = [("", plain)] * (len(_WIDTHS) - 2)
    rows[-1] = _row(above - 1, [(overview.mark, soft), *blank, (ANSWERS, soft), (ABOUT, soft)])
    rows[-1].set("hidden", "1")  # the mark is for the kit
    rows.append(_row(above, [(name, head) for name in overview.headings]))
    links = []
    for number, line in enumerate(overview.lines, start=1):
        row, at_cell = above + number, plain
        if line.cell and line.sheet in linkable:
            at_cell = link
            at = line.cell.partition(",")[0]
            where = {"location": f"{quoted(line.sheet)}!{at}", "display": line.cell}
            links.append(_E.hyperlink(ref=f"D{row}", **where))
        severity = (line.severity_name, by_severity.get(line.severity, plain))
        address = [(line.sheet, plain), (line.cell, at_cell)]
        about_it = about(line.code, line.sheet, line.cell) if line.code and line.cell else ""
        texts = [line.received, line.wrong, line.to_do, line.answer, about_it]
        others = [(text, plain) for text in texts]
        rows.append(_row(row, [(str(number), plain), severity, *address, *others]))
    last, hidden = (column_letters(len(_WIDTHS) + more) for more in (0, 1))
    table = f"A{above}:{hidden}{above + max(len(overview.lines), 1)}"  # so all of a row is sorted
    pane = _E.pane({"ySplit": str(above), "topLeftCell": f"A{above + 1}", "state": "frozen",
                    "activePane": "bottomLeft"})  # fmt: skip
    widths = [
        _E.col(min=str(n), max=str(n), width=str(width), customWidth="1")
        for n, width in enumerate(_WIDTHS, start=1)
    ]
    beyond = str(len(_WIDTHS) + 1)
    widths.append(_E.col(min=beyond, max=beyond, width="8", hidden="1", customWidth="1"))
    root = _E.worksheet(
        _E.sheetPr(_E.pageSetUpPr(fitToPage="1")),
        _E.sheetViews(_E.sheetView(pane, tabSelected="1", workbookViewId="0")),
        _E.cols(*widths),
        _E.sheetData(*rows),
        _E.autoFilter(ref=table),
        _E.mergeCells(*(_E.mergeCell(ref=f"A{n}:{last}{n}") for n in range(1, above - 1))),
        *([_E.hyperlinks(*links)] if links else []),
        _E.pageSetup(paperSize="9", orientation="landscape", fitToHeight="0"),
    )
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return content


def _row(number: int, cells: Sequence[tuple[str, int]]) -> Element:
    # Not every program fits the height of a row to wrapped text when it opens a file.
    room = [sum(_WIDTHS)] if len(cells) == 1 else _WIDTHS
    lines = max(
        sum(1 + int(len(line) / width) for line in text.split("\n") or [""])
        for (text, _), width in zip(cells, room, strict=False)
    )
    row = _E.row(r=str(number), ht=str(_LINE * min(lines, 12)), customHeight="1")
    for column, (text, style) in enumerate(cells, start=1):
        words = _E.t(written(text), {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
        where = {"r": f"{column_letters(column)}{number}", "s": str(style), "t": "inlineStr"}
        row.append(_E.c(getattr(_E, "is")(words), where))
    return row


def written(text: str) -> str:
    """A text as a cell can hold it: a text always, whatever it looks like."""
    return _ESCAPE_LOOKALIKE.sub("_x005F_", writable(text))[:32_000]
