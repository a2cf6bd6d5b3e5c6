"""The report of one unit as an official document: parts I to IV and annexes.

The text is that of the page, from the same markup, so a document says what the page says; each
number keeps its fact.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from lxml import html

from dxkit.campaign.publications import stated
from dxkit.model.text import harmless, visible
from dxkit.period import OpenPeriod
from dxkit.press.publish.word import layout
from dxkit.press.publish.word.layout import FACT_STYLE, DocumentFacts, attach_facts
from dxkit.report.charts.canvas import with_bitmaps
from dxkit.report.charts.style import GRADES, MET
from dxkit.report.report import Report
from dxkit.report.tables import IN_PERCENT, STEP
from dxkit.report.wording.publications import state_html
from dxkit.workbooks.atomic import replacing

_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("direction", ("activity",)),
    ("results", ("headlines", "targets_chart", "narrative", "league", "children_chart",
                 "changes_chart", "months_chart", "registers")),
    ("limits", ("data_state", "gap_chart")),
    ("tasks", ("next_steps",)),
)  # fmt: skip
_ANNEXES = ("indicators", "comparison", "method", "sources")
_TEXT_WIDTH = 165.0
_PICTURE_HEIGHT = Mm(210)
_LETTER, _PADDING = 2.05, 4.0
"""Millimetres of a letter in tables, and of a cell's margins."""
_LEFT_OUT = {"details", "nav", "script", "button"}
Element = Any


def write_document(opened: OpenPeriod, unit_code: str, language_code: str, path: Path) -> None:
    """``path`` as .docx, whole or not at all, with the same bytes every time. It says what the
    unit's page says, from the same claims and facts.
    """
    with with_bitmaps() as pictures:
        report = Report(opened, unit_code, language_code)
        sections = {
            name: str(getattr(report, name)().html)
            for name in (*(n for _, names in _PARTS for n in names), *_ANNEXES)
        }
    language = report.context.language
    say = language.plain
    organiser = language.name(opened.campaign.organiser)
    document = docx.Document()
    layout.set_up(document, language)
    document.core_properties.title = report.title
    document.core_properties.author = organiser
    layout.heading_block(document, organiser, language)
    period = language.period(opened.analysis.period.id)
    unit = harmless(opened.analysis.units.get(unit_code).name)
    layout.title(
        document, say("official.report"), say("official.abstract", period=period, unit=unit)
    )
    text = PageText(document, pictures, say("official.letters"))
    publication = stated(opened.project, opened.campaign.id, opened.analysis.period.id)
    if publication is not None:
        text.centred(state_html(publication, "", language).striptags(), bold=True)
    if opened.received.simulated_files:
        text.centred(say("report.simulated"), bold=True)
    text.centred(say("official.addressed"))
    for numeral, (key, names) in zip(layout.ROMAN, _PARTS, strict=False):
        document.add_heading(f"{numeral}. {say(f'official.part_{key}')}", level=1)
        if not any(sections[name].strip() for name in names):
            text.to_fill(say("official.to_fill"))
        text.start_part()
        for name in names:
            text.add(sections[name])
        if key in ("direction", "limits"):
            text.to_fill(say(f"official.to_fill_{key}"))
    layout.first_line(document.add_paragraph(say("official.ends")))
    layout.closing(document, language)
    filled = [name for name in _ANNEXES if sections[name].strip()]
    for numeral, name in zip(layout.ROMAN, filled, strict=False):
        heading = text.centred(f"{say('official.annex')} {numeral}", bold=True)
        heading.paragraph_format.page_break_before = numeral == "I"
        heading.paragraph_format.keep_with_next = True
        text.start_part()
        text.add(sections[name])
    attach_facts(document, text.facts, language_code)
    _save(document, path)


def _save(document: docx.document.Document, path: Path) -> None:
    """Written anew with one date for all members, so that the bytes are the same every time."""
    first = io.BytesIO()
    document.save(first)
    with (
        replacing(path) as scratch,
        zipfile.ZipFile(first) as made,
        zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as final,
    ):
        for name in made.namelist():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            final.writestr(member, made.read(name))


class PageText:
    """Adds sections of a page to one document and keeps the facts written, in order."""

    def __init__(self, document: Any, pictures: dict[str, bytes], letters: str) -> None:
        self._document = document
        self._letters = letters.split()
        self._number = self._letter = 0
        self._pictures = pictures
        self.facts = DocumentFacts()

    def centred(self, words: str, *, bold: bool = False) -> Any:
        """A line of its own in the middle."""
        paragraph = self._document.add_paragraph()
        paragraph.alignment = layout.CENTRE
        run = paragraph.add_run(words)
        if bold:
            run.bold = True
        return paragraph

    def to_fill(self, words: str) -> None:
        """What no figure can say is left to the office, in brackets."""
        self._paragraph().add_run(words).italic = True

    def _paragraph(self) -> Any:
        paragraph = self._document.add_paragraph()
        layout.first_line(paragraph)
        return paragraph

    def start_part(self) -> None:
        """Number the headings that follow from 1 again."""
        self._number = self._letter = 0

    def add(self, markup: str) -> None:
        """A section's text. Its h2 becomes a heading 1., 2., an h3 one of a), b)."""
        if not markup.strip():
            return
        for element in html.fragments_fromstring(markup):
            if not isinstance(element, str):
                self._block(element)

    def _block(self, element: Element) -> None:
        tag = element.tag
        classes = (element.get("class") or "").split()
        if tag in _LEFT_OUT or element.get("hidden") is not None or "legend" in classes:
            return
        if tag == "h2":
            self._number, self._letter = self._number + 1, 0
            self._heading(2, f"{self._number}. ", element)
        elif tag == "h3":
            letter = self._letters[self._letter % len(self._letters)]
            self._letter += 1
            self._heading(3, f"{letter}) ", element)
        elif tag == "p":
            small = "note" in classes or "source" in classes
            self._inline(self._paragraph(), element, size=11 if small else None, italic=small)
        elif tag in ("ul", "ol"):
            for item in element.iter("li"):
                paragraph = self._paragraph()
                paragraph.add_run("- ")
                self._inline(paragraph, item)
        elif tag == "table":
            self._table(element)
        elif tag == "figure":
            self._figure(element)
        else:
            for child in element:
                self._block(child)

    def _heading(self, level: int, numeral: str, element: Element) -> None:
        heading = self._document.add_heading(level=level)
        heading.add_run(numeral)
        self._inline(heading, element)

    def _inline(
        self,
        paragraph: Any,
        element: Element,
        *,
        size: float | None = None,
        bold: bool = False,
        italic: bool = False,
    ) -> None:
        def write(text: str | None, fact: Element | None = None, slanted: bool = False) -> None:
            if not text:
                return
            run = paragraph.add_run(visible(text))
            if fact is not None:
                run.style = FACT_STYLE
                self.facts.runs.append(fact.get("data-fact"))
            run.bold = bold or None
            run.italic = italic or slanted or None
            if size is not None:
                run.font.size = Pt(size)

        def walk(node: Element, slanted: bool) -> None:
            write(node.text, node if node.tag == "data" else None, slanted)
            for child in node:
                soft = "assumed" in (child.get("class") or "")
                walk(child, slanted or soft)
                write(child.tail, None, slanted)

        walk(element, False)

    def _table(self, element: Element) -> None:
        caption = element.find("caption")
        if caption is not None:
            paragraph = self._document.add_paragraph()
            paragraph.paragraph_format.keep_with_next = True
            self._inline(paragraph, caption, size=11, italic=True)
        rows = list(element.iter("tr"))
        columns = max(len(row) for row in rows)
        table = self._document.add_table(rows=0, cols=columns, style="Table Grid")
        table.autofit = False
        widths = _widths(rows, columns)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for number, row in enumerate(rows):
            made = table.add_row()
            (layout.never_split if number else layout.repeat_heading_row)(made)
            for cell, source, width in zip(made.cells, row, widths, strict=False):
                cell.width = width
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(0)
                paragraph.paragraph_format.line_spacing = 1.0
                classes = (source.get("class") or "").split()
                numeric = "number" in classes
                step = next((int(c.removeprefix(STEP)) for c in classes if c.startswith(STEP)), -1)
                if step >= 0:
                    layout.shade(cell, GRADES[step])
                if number == 0:
                    paragraph.alignment = layout.CENTRE
                elif numeric:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                total = "total" in (row.get("class") or "")
                self._inline(paragraph, source, size=10.5, bold=number == 0 or total or step >= MET)
        self._document.add_paragraph().paragraph_format.space_after = Pt(2)

    def _figure(self, element: Element) -> None:
        name = element.get("id")
        alternative = element.find(f".//p[@id='{name}-text']")
        title, data = element.find("figcaption"), element.find("details")
        if name in self._pictures and alternative is not None:
            self._picture(name, title, alternative, data)
        elif (table := element.find("div/table")) is not None:
            self._caption(title)
            self._table(table)
        else:
            return
        source = element.find("p[@class='source']")
        if source is not None:
            below = self._document.add_paragraph()
            below.alignment = layout.CENTRE
            self._inline(below, source, size=10.5, italic=True)

    def _caption(self, title: Element) -> None:
        caption = self._document.add_paragraph()
        caption.paragraph_format.keep_with_next = True
        self._inline(caption, title, bold=True)

    def _picture(self, name: str, title: Element, alternative: Element, data: Element) -> None:
        text = visible(" ".join(f"{title.text_content()} {alternative.text_content()}".split()))
        self.facts.pictures[name] = [
            (fact.get("data-fact"), fact.text + _percent_above(fact))
            for part in (title, data)
            for fact in part.iter("data")
        ]
        self._caption(title)
        paragraph = self._document.add_paragraph()
        paragraph.alignment = layout.CENTRE
        paragraph.paragraph_format.keep_with_next = True
        picture = paragraph.add_run().add_picture(io.BytesIO(self._pictures[name]))
        scale = min(1, Mm(_TEXT_WIDTH) / picture.width, _PICTURE_HEIGHT / picture.height)
        picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
        picture._inline.docPr.set("descr", text)
        picture._inline.docPr.set("name", name)


def _widths(rows: list[Element], columns: int) -> list[Any]:
    """Widths that break no word where the page has room for all, and give long texts what is left;
    together the width of the page.
    """
    least, wanted = [], []
    for column in range(columns):
        texts = [" ".join(row[column].text_content().split()) for row in rows if len(row) > column]
        longest = max((len(word) for text in texts for word in text.split()), default=1)
        least.append(_PADDING + _LETTER * min(max(longest, 3), 24))
        wanted.append(1 + min(sum(map(len, texts)) / len(texts), 40))
    spare = _TEXT_WIDTH - sum(least)
    if spare < 0:
        return [Mm(_TEXT_WIDTH * width / sum(least)) for width in least]
    return [Mm(w + spare * share / sum(wanted)) for w, share in zip(least, wanted, strict=True)]


def _percent_above(fact: Element) -> str:
    """ "%" when the heading of the table's column that a fact stands in says it."""
    cell = next(fact.iterancestors("td"), None)
    if cell is None:
        return ""
    heading = next(cell.iterancestors("table")).findall("thead/tr/th")[cell.getparent().index(cell)]
    return "%" if heading.text_content().endswith(IN_PERCENT) else ""
