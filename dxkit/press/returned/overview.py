"""The first sheet of a returned workbook: what is to be checked, with links to the cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from dxkit.intake.file_cells import MARK, is_mark
from dxkit.model.addresses import column_letters
from dxkit.model.findings import Severity
from dxkit.press.returned.styles import Styles
from dxkit.workbooks.package import OFFICE, Element, Package, main, writable

_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_WIDTHS = (5, 14, 22, 8, 24, 50, 44)
_LINE = 15  # points
_ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to check; ``sheet`` and ``cell`` are empty when it has no one place."""

    severity: Severity
    severity_name: str
    sheet: str
    cell: str
    received: str
    wrong: str
    to_do: str


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
    part = package.sheets[earlier] if earlier else _new_part(package)
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
        _insert(package, part, _free_name(overview.name, package))


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


def _new_part(package: Package) -> str:
    number = 1
    while f"xl/worksheets/dxkit{number}.xml" in package.names:
        number += 1
    return f"xl/worksheets/dxkit{number}.xml"


def _free_name(name: str, package: Package) -> str:
    taken = {sheet.casefold() for sheet in package.sheets}
    number, free = 1, name[:31]
    while free.casefold() in taken:
        number += 1
        free = f"{name[:27]} {number}"
    return free


def _insert(package: Package, part: str, name: str) -> None:
    root = package.tree(package.workbook)
    sheets = root.find(main("sheets"))
    if sheets is None:
        raise KeyError("sheets")
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
    by_severity = {
        severity: styles.text(ground=severity) for severity in (Severity.ERROR, Severity.WARNING)
    }
    root = etree.Element(main("worksheet"), nsmap={None: main("")[1:-1], "r": OFFICE})
    properties = etree.SubElement(root, main("sheetPr"))
    etree.SubElement(properties, main("pageSetUpPr"), {"fitToPage": "1"})
    above = len(overview.remarks) + 3
    views = etree.SubElement(root, main("sheetViews"))
    view = etree.SubElement(views, main("sheetView"), {"tabSelected": "1", "workbookViewId": "0"})
    top = {"ySplit": str(above), "topLeftCell": f"A{above + 1}", "state": "frozen"}
    etree.SubElement(view, main("pane"), {**top, "activePane": "bottomLeft"})
    columns = etree.SubElement(root, main("cols"))
    for number, width in enumerate(_WIDTHS, start=1):
        where = {"min": str(number), "max": str(number), "width": str(width), "customWidth": "1"}
        etree.SubElement(columns, main("col"), where)
    data = etree.SubElement(root, main("sheetData"))
    _row(data, 1, [(overview.title, bold)])
    for number, remark in enumerate(overview.remarks, start=2):
        _row(data, number, [(remark, plain)])
    _row(data, above - 1, [(overview.mark, soft)])
    _row(data, above, [(name, head) for name in overview.headings])
    links = []
    for number, line in enumerate(overview.lines, start=1):
        row = above + number
        reachable = bool(line.cell) and line.sheet in linkable
        texts = (str(number), line.severity_name, line.sheet, line.cell, line.received)
        formats = [plain, by_severity.get(line.severity, plain), plain, plain, plain]
        if reachable:
            formats[3] = link
            links.append((f"D{row}", f"{_quoted(line.sheet)}!{line.cell}", line.cell))
        cells = list(zip(texts, formats, strict=True))
        _row(data, row, [*cells, (line.wrong, plain), (line.to_do, plain)])
    last = column_letters(len(_WIDTHS))
    reference = f"A{above}:{last}{above + max(len(overview.lines), 1)}"
    etree.SubElement(root, main("autoFilter"), {"ref": reference})
    merged = etree.SubElement(root, main("mergeCells"))
    for number in range(1, above):
        etree.SubElement(merged, main("mergeCell"), {"ref": f"A{number}:{last}{number}"})
    if links:
        holder = etree.SubElement(root, main("hyperlinks"))
        for reference, location, shown in links:
            where = {"ref": reference, "location": location, "display": shown}
            etree.SubElement(holder, main("hyperlink"), where)
    setup = {"paperSize": "9", "orientation": "landscape", "fitToHeight": "0"}
    etree.SubElement(root, main("pageSetup"), setup)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def _row(data: Element, number: int, cells: Sequence[tuple[str, int]]) -> None:
    row = etree.SubElement(data, main("row"), {"r": str(number)})
    # Not every program fits the height of a row to wrapped text when it opens a file.
    room = [sum(_WIDTHS)] if len(cells) == 1 else _WIDTHS
    lines = max(
        sum(1 + int(len(line) / width) for line in text.split("\n") or [""])
        for (text, _), width in zip(cells, room, strict=False)
    )
    row.set("ht", str(_LINE * min(lines, 12)))
    row.set("customHeight", "1")
    for column, (text, style) in enumerate(cells, start=1):
        where = {"r": f"{column_letters(column)}{number}", "s": str(style), "t": "inlineStr"}
        cell = etree.SubElement(row, main("c"), where)
        words = etree.SubElement(etree.SubElement(cell, main("is")), main("t"))
        words.text = written(text)
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def written(text: str) -> str:
    """A text as a cell can hold it: a text always, whatever it looks like."""
    return _ESCAPE_LOOKALIKE.sub("_x005F_", writable(text))[:32_000]


def _quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"
