"""The frame of an official document: page, fonts, heading block, numbering, signature.

Decree 30/2020, annex I: A4, margins 20, 30, 20, 15 mm, Times New Roman 13 to 14, page number at
the top but for the first page, heading of two blocks, parts in roman numerals, "./." at the end.

And the facts of a document: which words of it show which, kept inside the file. Runs of text that
show a fact have the character style ``FACT_STYLE``. A part of the package lists, in reading order,
the key of each, and for each picture the keys and the words of the numbers in its text alternative.
Readers of the document see neither.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor

from dxkit.report.charts.style import broken
from dxkit.report.tables import IN_PERCENT
from dxkit.report.wording.language import Language

FACT_STYLE = "dxkit fact"
_PART_NAME = "/customXml/dxkit-facts.json"
_CONTENT_TYPE = "application/json"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
_FONT = "Times New Roman"
CENTRE = WD_ALIGN_PARAGRAPH.CENTER
_BLOCKS = (Mm(70), Mm(95))
"""Widths of the two heading blocks: the state's name stands on one line."""
_BODY = 24  # letters of the issuing body on a line
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def set_up(document: Any, language: Language) -> None:
    """Paper, margins, styles, page number, language."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.different_first_page_header_footer = True
    header = section.header.paragraphs[0]
    header.alignment = CENTRE
    field = OxmlElement("w:instrText")
    field.text = "PAGE"
    begin, end = (_element("w:fldChar", fldCharType=kind) for kind in ("begin", "end"))
    header.add_run()._r.extend((begin, field, end))
    normal = document.styles["Normal"]
    _font(normal, 13)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.15
    spoken = {"vi": "vi-VN", "en": "en-GB"}.get(language.code, language.code)
    normal.element.get_or_add_rPr().append(_element("w:lang", val=spoken))
    for level in (1, 2, 3):
        heading = document.styles[f"Heading {level}"]
        _font(heading, 13)
        heading.font.bold = True
        heading.font.italic = level == 3
        heading.font.color.rgb = RGBColor(0, 0, 0)
        heading.paragraph_format.space_before = Pt(8)
        heading.paragraph_format.space_after = Pt(4)
    document.styles.add_style(FACT_STYLE, WD_STYLE_TYPE.CHARACTER)


def heading_block(document: Any, organiser: str, language: Language) -> None:
    """Issuing body on the left, name of the state and motto on the right, number, place, date."""
    say = language.plain
    table = document.add_table(rows=2, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, _BLOCKS, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    margins = OxmlElement("w:tblCellMar")
    margins.extend(_element(side, w="0", type="dxa") for side in ("w:left", "w:right"))
    look = table._tbl.tblPr.find(qn("w:tblLook"))  # which the format wants behind the margins
    look.addprevious(margins)
    _line(table.cell(0, 0), broken(organiser.upper(), _BODY, 3), 12, bold=True, ruled=20)
    _line(table.cell(0, 1), say("official.state"), 12, bold=True)
    _line(table.cell(0, 1), say("official.motto"), 13, bold=True, ruled=47)
    _line(table.cell(1, 0), say("official.number"), 13)
    _line(table.cell(1, 1), say("official.place_and_date"), 13, italic=True)


def title(document: Any, kind: str, abstract: str) -> None:
    """What kind of document it is, and what it is about."""
    for text, above in ((kind, 18), (abstract, 0)):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(above)
        paragraph.alignment = CENTRE
        run = paragraph.add_run(text)
        run.bold = True
        run.font.size = Pt(14)
    paragraph.paragraph_format.space_after = Pt(2)
    rule = document.add_paragraph()
    rule.alignment = CENTRE
    rule.add_run("────────").font.size = Pt(8)


def closing(document: Any, language: Language) -> None:
    """Recipients on the left, who signs on the right; left open for the office to fill."""
    say = language.plain
    table = document.add_table(rows=1, cols=2)
    never_split(table.rows[0])
    left, right = table.rows[0].cells
    _line(left, say("official.recipients"), 12, bold=True, italic=True, centred=False)
    for key in ("recipient_above", "recipient_others", "recipient_file"):
        _line(left, say(f"official.{key}"), 11, centred=False)
    _line(right, say("official.on_behalf"), 13, bold=True)
    _line(right, say("official.office_holder"), 13, bold=True)


def first_line(paragraph: Any) -> None:
    """Body text: justified, first line set in."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Cm(1.0)


def repeat_heading_row(row: Any) -> None:
    """The row stands again on every page the table runs over; no row is split."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    never_split(row)


def never_split(row: Any) -> None:
    """The row stays on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def shade(cell: Any, colour: str) -> None:
    """The cell stands on a coloured ground ("#rrggbb")."""
    shading = _element("w:shd", val="clear", color="auto", fill=colour[1:])
    cell._tc.get_or_add_tcPr().append(shading)


def _element(tag: str, **attributes: str) -> Any:
    """An element of the format, its attributes named without their prefix."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _line(
    cell: Any,
    text: str,
    size: float,
    *,
    bold: bool = False,
    italic: bool = False,
    centred: bool = True,
    ruled: int = 0,
) -> None:
    """One line in a cell; ``ruled`` draws a rule of that many millimetres under it."""
    paragraph = cell.paragraphs[0]
    if paragraph.text:
        paragraph = cell.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    if centred:
        paragraph.alignment = CENTRE
    run = paragraph.add_run(text)
    run.bold, run.italic = bold, italic
    run.font.size = Pt(size)
    if ruled:
        below = cell.add_paragraph()
        below.alignment = CENTRE
        below.paragraph_format.space_after = Pt(4)
        below.paragraph_format.line_spacing = 0.6
        below.add_run("─" * (ruled // 3)).font.size = Pt(7)


def _font(style: Any, size: float) -> None:
    style.font.name = _FONT
    style.font.size = Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), _FONT)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)


@dataclass
class DocumentFacts:
    """What a document shows: keys of the runs in order; for each picture pairs of key and words."""

    runs: list[str] = field(default_factory=list)
    pictures: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


def attach_facts(document: Any, facts: DocumentFacts, language: str) -> None:
    """Put the list into the document."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    content = {"language": language, "runs": facts.runs, "pictures": facts.pictures}
    blob = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    part = Part(PackURI(_PART_NAME), _CONTENT_TYPE, blob, document.part.package)
    document.part.relate_to(part, _RELATION)


def read_facts(path: Path) -> tuple[str, list[tuple[str, str]]]:
    """The document's language, and for each number its fact's key and the words that show it: of
    the text first, then of the pictures' alternatives. Raises ValueError when the file holds no
    list, or text and list do not pair.
    """
    import docx

    document = docx.Document(str(path))
    parts = document.part.package.iter_parts()
    blob = next((part.blob for part in parts if part.partname == _PART_NAME), None)
    if blob is None:
        raise ValueError(f"{path.name} holds no list of facts")
    content = json.loads(blob)
    style = document.styles[FACT_STYLE].style_id
    body = document.element.body
    runs = body.xpath(f".//w:r[w:rPr/w:rStyle[@w:val='{style}']]")
    texts = [_words(run) + _percent_above(run) for run in runs]
    numbers = list(zip(content["runs"], texts, strict=True))
    alternatives = {e.get("name"): e.get("descr") for e in body.xpath(".//wp:docPr[@descr]")}
    for name, pairs in content["pictures"].items():
        text, start = alternatives[name], 0
        for key, words in pairs:
            start = text.find(words, start)
            if start < 0:
                raise ValueError(f"{path.name}: {name} does not say {words}")
            start += len(words)
            numbers.append((key, words))
    return str(content["language"]), numbers


def _words(element: Any) -> str:
    return "".join(node.text or "" for node in element.xpath(".//w:t"))


def _percent_above(run: Any) -> str:
    """ "%" when a run stands in a table's cell below a heading that says it for its column."""
    cell = next(iter(run.xpath("./ancestor::w:tc[1]")), None)
    if cell is None:
        return ""
    first, *_ = cell.xpath("./ancestor::w:tbl[1]/w:tr")
    heading = first.xpath("./w:tc")[len(cell.xpath("./preceding-sibling::w:tc"))]
    return "%" if cell not in first and _words(heading).endswith(IN_PERCENT) else ""
