"""A document as Word, in the styles, headings and fields that an office goes on working with; and
as PDF, set by Typst in this process: tagged for readers who listen (PDF/UA-1, which the compiler
checks), with bookmarks. Each has the same bytes every time: Office packages are freed of their
clocks.

The letters of a PDF are those of the machine: Times New Roman as the decree asks, or a face of the
same widths; else the one that Typst carries. A face that lacks Vietnamese letters is not taken.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from dxkit.press.publish.document import (
    MARGINS,
    SPOKEN,
    TEXT_WIDTH,
    Annex,
    Block,
    Cell,
    Document,
    Figure,
    Heading,
    Paragraph,
    Run,
    Table,
    Text,
)

_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_BLOCKS = (Mm(70), Mm(95))
"""Widths of the two heading blocks: the state's name stands on one line."""
_SIGNATURE = (Mm(75), Mm(90))


def word_of(document: Document) -> bytes:
    """The .docx, with the same bytes every time."""
    made = docx.Document()
    _set_up(made, document)
    writer = _Writer(made)
    _heading_block(made, document)
    writer.add(document.opening)
    writer.add(document.body)
    for paragraph in made.paragraphs[-2:]:  # who signs stays with two lines of the text
        _set(paragraph, keep_with_next=True, keep_together=True)
    _closing(made, document)
    for number, annex in enumerate(document.annexes):
        writer.annex(annex, on_new_page=number == 0)
    first = io.BytesIO()
    made.save(first)
    return stable(first.getvalue())


def _set_up(made: Any, document: Document) -> None:
    """Paper, margins, styles, page number, language, properties."""
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, width in MARGINS.items():
        setattr(section, f"{side}_margin", Mm(width))
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    header = section.header.paragraphs[0]
    header.alignment = _CENTRE
    field = OxmlElement("w:instrText")
    field.text = "PAGE"
    begin, end = (_element("w:fldChar", fldCharType=kind) for kind in ("begin", "end"))
    header.add_run()._r.extend((begin, field, end))
    normal = made.styles["Normal"]
    _font(normal, 13)
    _set(normal, space_after=Pt(6), line_spacing=1.0)
    spoken = SPOKEN.get(document.language, document.language)
    normal.element.get_or_add_rPr().append(_element("w:lang", val=spoken))
    for level in (1, 2, 3):
        heading = made.styles[f"Heading {level}"]
        _font(heading, 13)
        heading.font.bold = level < 3
        heading.font.italic = level == 3
        heading.font.color.rgb = RGBColor(0, 0, 0)
        _set(heading, space_before=Pt(6), space_after=Pt(3))
    about = (document.title, document.author, document.subject, ", ".join(document.keywords))
    rels = made.part.package.rels
    for relation in filter(is_left_out, [*rels.values()]):
        rels.pop(relation.rId)
    describe(made, *about, spoken)
    if any(isinstance(block, Figure) for block in document.blocks()):
        made.core_properties.version = _setter()


class _Writer:
    """Adds blocks to a document."""

    def __init__(self, made: Any) -> None:
        self._made = made
        self._size: float | None = None

    def add(self, blocks: Iterable[Block]) -> None:
        """Blocks one after the other."""
        for block in blocks:
            if isinstance(block, Heading):
                _write(self._made.add_heading(level=block.level), block.text)
            elif isinstance(block, Table):
                self._table(block)
            elif isinstance(block, Figure):
                self._figure(block)
            else:
                self._paragraph(block)

    def annex(self, annex: Annex, *, on_new_page: bool) -> None:
        """An annex under its number, its name and the document it belongs to."""
        heading = self._made.add_heading(level=1)
        _set(heading, _CENTRE, page_break_before=on_new_page, space_before=Pt(16))
        run = heading.add_run(annex.label)
        run.add_break()
        heading.add_run(annex.name)
        for run in heading.runs:
            run.font.size = Pt(14)
        attached = _set(self._made.add_paragraph(), _CENTRE, keep_with_next=True)
        attached.add_run(annex.attached).italic = True
        self._size = 11.5
        self.add(annex.body)

    def _paragraph(self, block: Paragraph) -> None:
        centred = block.kind == "centred"
        alignment = _CENTRE if centred else WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph = _set(self._made.add_paragraph(), alignment)
        if block.kind == "note":
            _set(paragraph, space_after=Pt(3))
            _write(paragraph, block.text, size=10.5, italic=True)
            return
        if block.kind == "item":
            _set(paragraph, left_indent=Mm(9), first_line_indent=Mm(-4), space_after=Pt(3))
            paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(9))
            _write(paragraph, (Run("-\t"),), size=self._size)
        elif not centred:
            _set(paragraph, first_line_indent=Mm(10))
        _write(paragraph, block.text, size=self._size)

    def _caption(self, text: Text, *, below: bool = False) -> None:
        before = Pt(0 if below else 4)
        look = {"keep_with_next": True, "space_before": before, "space_after": Pt(3)}
        _write(_set(self._made.add_paragraph(), _CENTRE, **look), text, size=12)

    def _table(self, block: Table) -> None:
        self._caption(block.caption)
        table = self._made.add_table(rows=0, cols=len(block.widths), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        _cell_margins(table, 90)
        for column, width in zip(table.columns, block.widths, strict=True):
            column.width = Mm(width)
        for number, row in enumerate(block.rows):
            made = table.add_row()
            _never_split(made)
            if number == 0:
                made._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
            for target, cell, width in zip(made.cells, row, block.widths, strict=True):
                target.width = Mm(width)
                _fill(target, cell, block.size, heads=number == 0)
                if not block.is_long and number < len(block.rows) - 1:
                    _set(target.paragraphs[0], keep_with_next=True)
        _set(self._made.add_paragraph(), space_after=Pt(0), line_spacing=Pt(5))

    def _figure(self, block: Figure) -> None:
        look = {"keep_with_next": True, "space_before": Pt(6), "space_after": Pt(4)}
        paragraph = _set(self._made.add_paragraph(), _CENTRE, **look)
        drawn = io.BytesIO(_picture_of(block.svg))
        picture = paragraph.add_run().add_picture(drawn, width=Pt(block.width))
        picture._inline.docPr.set("descr", block.alternative)
        picture._inline.docPr.set("name", block.name)
        self._caption(block.caption, below=True)
        self._paragraph(Paragraph(block.note, "note"))


def _heading_block(made: Any, document: Document) -> None:
    """The issuer on the left, name of the state and motto on the right, number, place, date; then
    what kind of document it is, and what it is about.
    """
    frame = document.frame
    table = _two_blocks(made, 2, _BLOCKS)
    for said in frame.issuer:
        _line(table.cell(0, 0), said, 12, bold=True)
    _rule(table.cell(0, 0).add_paragraph(), 20, _BLOCKS[0])
    _line(table.cell(0, 1), frame.state, 12, bold=True)
    _line(table.cell(0, 1), frame.motto, 13, bold=True)
    _rule(table.cell(0, 1).add_paragraph(), 47, _BLOCKS[1])
    _line(table.cell(1, 0), frame.number, 13)
    _line(table.cell(1, 1), frame.dated, 13, italic=True)
    for number, said in enumerate((document.kind, *document.about)):
        look = {"space_before": Pt(0 if number else 10), "space_after": Pt(2)}
        run = _set(made.add_paragraph(), _CENTRE, **look).add_run(said)
        run.bold = True
        run.font.size = Pt(14)
    _rule(made.add_paragraph(), 30, Mm(TEXT_WIDTH))


def _closing(made: Any, document: Document) -> None:
    """Recipients on the left, who signs on the right; left open for the office to fill."""
    table = _two_blocks(made, 1, _SIGNATURE)
    _never_split(table.rows[0])
    left, right = table.rows[0].cells
    heading, *recipients = document.frame.recipients
    _line(left, heading, 12, bold=True, italic=True, centred=False)
    for recipient in recipients:
        _line(left, recipient, 11, centred=False)
    *above, name = document.frame.signature
    for said in above:
        _line(right, said, 13, bold=True)
    for said in ("", "", "", name):
        _line(right, said, 13, bold=True)


def _two_blocks(made: Any, rows: int, widths: tuple[Any, Any]) -> Any:
    table = made.add_table(rows=rows, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _cell_margins(table, 0)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    return table


def _set(paragraph: Any, alignment: Any = None, **look: Any) -> Any:
    """A paragraph, or a style of paragraphs, with this alignment, if any, and this format."""
    if alignment is not None:
        paragraph.alignment = alignment
    for name, value in look.items():
        setattr(paragraph.paragraph_format, name, value)
    return paragraph


def _cell_margins(table: Any, twips: int) -> None:
    margins = OxmlElement("w:tblCellMar")
    margins.extend(_element(side, w=str(twips), type="dxa") for side in ("w:left", "w:right"))
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)  # the format wants it there


def _fill(target: Any, cell: Cell, size: float, *, heads: bool) -> None:
    alignment = _CENTRE if heads else _RIGHT if cell.is_number else None
    paragraph = _set(target.paragraphs[0], alignment, space_after=Pt(0))
    if cell.colour:
        shading = _element("w:shd", val="clear", color="auto", fill=cell.colour[1:])
        target._tc.get_or_add_tcPr().append(shading)
    target.vertical_alignment = 1  # in the middle
    _write(paragraph, cell.text, size=size, bold=cell.bold)


def _write(
    paragraph: Any,
    text: Text,
    *,
    size: float | None = None,
    bold: bool = False,
    italic: bool = False,
) -> None:
    for run in text:
        made = paragraph.add_run(run.text)
        made.bold = bold or run.bold or None
        made.italic = italic or run.italic or None
        made.font.superscript = run.raised or None
        if size is not None:
            made.font.size = Pt(size)


def _line(
    cell: Any, text: str, size: float, *, bold: bool = False, italic: bool = False,
    centred: bool = True,
) -> None:  # fmt: skip
    """One line in a cell."""
    paragraph = cell.paragraphs[0]
    if paragraph.text:
        paragraph = cell.add_paragraph()
    _set(paragraph, _CENTRE if centred else None, space_after=Pt(0))
    run = paragraph.add_run(text or "\u00a0")
    run.bold, run.italic = bold, italic
    run.font.size = Pt(size)


def _rule(paragraph: Any, width: int, room: Any) -> None:
    """A line of that many millimetres in the middle of its room: the border of a low paragraph."""
    side = int((room - Mm(width)) / 2)
    look = {"space_before": Pt(3), "space_after": Pt(6), "line_spacing": Pt(3)}
    _set(paragraph, left_indent=side, right_indent=side, **look)
    borders = OxmlElement("w:pBdr")
    borders.append(_element("w:top", val="single", sz="6", space="1", color="auto"))
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc"
    )


def _never_split(row: Any) -> None:
    """The row stays on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _element(tag: str, **attributes: str) -> Any:
    """An element of the format, its attributes named without their prefix."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _font(style: Any, size: float) -> None:
    style.font.name = _FACES[0]
    style.font.size = Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), _FACES[0])
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)


_FACES = ("Times New Roman", "Liberation Serif", "Tinos", "Libertinus Serif")
"""The faces that a document may be set in, best first; Typst carries the last."""
_NEEDED = tuple(
    map(
        ord,
        "\u1ea0\u1ea1\u1eb6\u1ebf\u1ed9\u1eef\u01a0\u01a1\u01af\u01b0\u0110\u0111\u1ef9\u2212\u2020",
    )
)
"""Letters of Vietnamese that older faces lack, the minus sign, and the sign of a note."""
_FOREIGN = re.compile(
    "[^\n -~\u00a0-\u024f\u0300-\u036f\u1e00-\u1eff\u2010-\u2027\u2030-\u203e\u20ab\u2190-\u2199"
    "\u2200-\u22ff\u25a0-\u25ff]"
)
"""What a machine may have no letter for, and a PDF for readers who listen may then not hold: a box
stands for it on every machine, as in the charts.
"""
_TEMPLATES = "dxkit.press.publish.templates"
_DRAWING = """#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg")"""


def pdf_of(document: Document) -> bytes:
    """The PDF. Raises RuntimeError where the compiler refuses it."""
    content = document.as_data() | {
        "faces": [face(), _FACES[-1]],
        "margins": MARGINS,
        "region": SPOKEN.get(document.language, "").partition("-")[2],
    }
    for block in content["body"]:
        if block["type"] == "figure":
            block["svg"] = _lettered(block["svg"])
    template = files(_TEMPLATES).joinpath("document.typ").read_bytes()
    inputs = {"document": _FOREIGN.sub("\u25a1", json.dumps(content, ensure_ascii=False))}
    return _compiled(template, inputs, format="pdf", pdf_standards="ua-1")


def _picture_of(svg: str) -> bytes:
    """A drawing as a bitmap on white, in the letters of the text."""
    return _compiled(_DRAWING.encode(), {"svg": _lettered(svg)}, format="png", ppi=200)


def _lettered(svg: str) -> str:
    """A drawing in the letters of the text."""
    return svg.replace("<svg", f'<svg font-family="{face()}"', 1)


def _compiled(source: bytes, inputs: dict[str, str], **options: Any) -> bytes:
    import typst

    made: bytes = typst.compile(source, font_paths=_fonts(), sys_inputs=inputs, **options)
    return made


def _setter() -> str:
    """What sets pages and drawings here: a file made by another may look otherwise."""
    return f"Typst {version('typst')}, {face()}"


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts()


@cache
def face() -> str:
    """The first of ``_FACES`` of which the machine has all letters."""
    from matplotlib.ft2font import FT2Font

    for name in _FACES[:-1]:
        cuts = [font for font in _fonts().fonts() if font.family == name and font.path]
        letters = [FT2Font(font.path).get_charmap() for font in cuts if not font.index]
        if cuts and all({*_NEEDED} <= found.keys() for found in letters):
            return name
    return _FACES[-1]


_LEFT_OUT = ("docProps/thumbnail.jpeg", "docProps/app.xml")
"""What the libraries' own empty documents bring along, and is not true of ours."""
_CLOCK = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def stable(content: bytes) -> bytes:
    """A package whose members, and workbooks within it, have no time of their making."""
    final = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(final, "w") as made:
        for name in package.namelist():
            part = package.read(name)
            if name.endswith(".xlsx"):
                part = stable(part)
            elif name == "docProps/core.xml":
                part = _CLOCK.sub(rb"\g<1>2000-01-01T00:00:00Z", part)
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(member, part)
    return final.getvalue()


def is_left_out(relation: Any) -> bool:
    """Whether a relation of such a package leads to a part of the library's own template that says
    nothing of the document.
    """
    return not relation.is_external and relation.target_part.partname.lstrip("/") in _LEFT_OUT


def describe(made: Any, title: str, author: str, subject: str, keywords: str, spoken: str) -> None:
    """Give a document of python-docx or python-pptx its true properties, and no others."""
    told = made.core_properties
    told.title, told.author, told.subject, told.keywords = title, author, subject, keywords
    told.language, told.comments, told.last_modified_by = spoken, "", author
    for element in [*told._element]:
        if element.tag.endswith(("}created", "}modified")):
            told._element.remove(element)
