"""A unit's report as an official document, composed from its finished page: its sentences, tables
and drawings in sections by what they mean. Nothing is worked out or worded anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count, zip_longest
from pathlib import Path
from typing import Any

from lxml import html

from dxkit.model.campaign import MeasureKind
from dxkit.model.text import harmless, visible
from dxkit.period import OpenPeriod
from dxkit.press.publish.document import (
    ROMAN,
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
    frame_of,
    text_of,
)
from dxkit.report.charts.style import GRADES, MET
from dxkit.report.tables import STEP
from dxkit.report.wording.language import IN_SENTENCES, SIGNS, Language, load_language

_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("situation", ("data_state", "findings", "activity")),
    ("results", ("verdict", "indicators", "narrative", "months", "course", "league")),
    ("limits", ("causes",)),
    ("tasks", ("tasks", "chart-gap")),
    ("proposals", ("awards",)),
)  # fmt: skip
"""The sections of the document, and what of the page stands in each."""
_ANNEXES = ("children", "comparison", "registers", "method")
_BLANK = ("situation", "limits", "proposals")
"""Sections of which no figure can say all: the office fills in the rest."""
_LEFT_OUT = {"details", "nav", "script", "button"}
_SIZES = (11.0, 10.5, 10.0, 9.5, 9.0)
"""Sizes that a table's letters may have, in points."""
_ALIKE = 3
"""From so many rows on a column that says the same in all of them is a note."""
_PADDING = 3.4
"""Millimetres of a cell's margins, left and right."""
_SCALE = 0.8
"""How large drawings are, whose least letters are of 11.25 points on a page."""
_TALLEST = 200.0
"""Points; a taller drawing would leave half a page free above it: the page has it."""
_NAME = 10.0
"""Up to how many sizes of the letters the first column's texts are names, not to be broken."""
_WIDEST = 60.0
"""Millimetres that a column may ask for so that its texts stand on one line."""
_NARROW, _WIDE = " iIljtfr.,:;()/-'|", "mwMW%+−"
_EM = 0.3528
"""Millimetres of a point."""
_SPACES = re.compile(r"[ \t\r\n]+")
_VARIABLE = re.compile(r"var\([^,()]*,\s*([^()]*)\)")
Element = Any


def compose(page: Path, opened: OpenPeriod, unit_code: str) -> Document:
    """The document of a unit's ``page``, in the page's language."""
    whole = html.HTMLParser(encoding="utf-8", huge_tree=True)  # none is cut at the parser's limits
    root = html.fromstring(page.read_bytes(), parser=whole)
    language = load_language(root.get("lang"))
    say, campaign = language.plain, opened.campaign
    words = {
        "unit": harmless(language.unit(opened.analysis.units.get(unit_code))),
        "period": language.period(opened.analysis.period.id),
        "organiser": language.name(campaign.organiser),
        "campaign": language.name(campaign.names),
    }
    composed = _Composition(root, opened, language)
    banners = (p for p in root.iter("p") if "banner" in p.get("class", "").split())
    opening = [Paragraph((Run(_plain(banner), bold=True),), "centred") for banner in banners]
    opening.append(Paragraph(text_of(say("official.addressed")), "centred"))
    for basis in campaign.legal_basis:
        said = say("official.basis", basis=language.name(basis))
        opening.append(Paragraph(text_of(said, italic=True), "basis"))
    cut_off = root.find(".//p[@class='cut-off']")
    opening += [Paragraph(_text(cut_off))] if cut_off is not None else []
    opening.append(Paragraph(text_of(say("official.opening", **words))))
    body = [*composed.body(), Paragraph(text_of(say("official.ends")))]
    attached = say("official.attached", **words)
    return Document(
        language=language.code,
        title=_plain(root.find(".//title")),
        author=words["organiser"],
        subject=words["campaign"],
        keywords=(words["period"], words["unit"]),
        frame=frame_of(words["organiser"], language),
        kind=say("official.report"),
        about=(
            say("official.abstract", **words),
            *(_plain(where) for where in root.iterfind(".//p[@class='where']")),
            say("official.within", **words),
        ),
        opening=tuple(opening),
        body=tuple(body),
        annexes=tuple(composed.annexes(attached)),
    )


class MarkupBlocks:
    """Makes blocks of the markup of a report; tables and drawings are numbered as they come."""

    def __init__(self, language: Language) -> None:
        self._say = language.plain
        self._tables, self._figures = count(1), count(1)

    def blocks(
        self, elements: Iterable[Element], numbers: Iterator[int] | None = None
    ) -> Iterator[Block]:
        """What elements say: an h2 as a heading "1." where there are ``numbers``, an h3 as "a)"."""
        letters = iter(self._say("official.letters").split())
        for element in elements:
            classes = (element.get("class") or "").split()
            unseen = element.get("hidden") is not None or element.get("aria-hidden") is not None
            if element.tag in _LEFT_OUT or unseen or "legend" in classes:
                continue
            if element.tag == "h2":
                if numbers is not None:
                    yield Heading(2, (Run(f"{next(numbers)}. "), *_text(element)))
            elif element.tag == "h3":
                level, sign = (3, f"{next(letters, '-')}) ") if numbers is not None else (2, "")
                yield Heading(level, (Run(sign), *_text(element)) if sign else _text(element))
            elif element.tag == "p":
                small = {"note", "source"} & {*classes}
                yield Paragraph(_text(element), "note" if small else "body")
            elif element.tag in ("ul", "ol"):
                yield from (Paragraph(_text(item), "item") for item in element.iter("li"))
            elif element.tag == "dl":
                yield from map(_told, element)
            elif element.tag == "figure":
                yield from self._figure(element)
            elif element.tag == "table":
                yield from self._table(element, element.find("caption"))
            else:
                yield from self.blocks(element, numbers)

    def _figure(self, element: Element) -> Iterator[Block]:
        title, drawing = element.find("figcaption"), element.find("div/svg")
        sources = element.xpath("p[@class='about' or @class='source']")
        if drawing is not None:
            name = element.get("id")
            label = f"{self._say('official.figure')} {next(self._figures)}. "
            spoken = element.find(f".//p[@id='{name}-text']")
            yield Figure(
                name=name,
                caption=(Run(label, bold=True), *_text(title)),
                note=sum(((*_text(source), Run(" ")) for source in sources), ())[:-1],
                svg=standing_alone(drawing),
                width=_size(drawing)[0],
                alternative=" ".join(_plain(e) for e in (title, spoken) if e is not None),
            )
        elif (table := element.find("div/table")) is not None:
            yield from self._table(table, title)
            yield from (Paragraph(_text(source), "note") for source in sources)

    def _table(self, element: Element, caption: Element) -> Iterator[Block]:
        label = f"{self._say('official.table')} {next(self._tables)}. "
        head, *rows = element.iter("tr")
        grid = [[_cell(cell, heads=True) for cell in head]]
        for row in rows:
            total = "total" in (row.get("class") or "")
            grid.append([_cell(cell, heads=total) for cell in row])
        filled = [*zip_longest(*zip_longest(*grid, fillvalue=Cell(())))]
        filled, once = _said_once(filled)
        widths, size = _widths(filled)
        yield Table((Run(label, bold=True), *_text(caption)), tuple(filled), widths, size)
        shown = {c for e in element.iter("data", "th") for c in e.get("class", "").split()}
        legend = " ".join(self._say(f"trace.legend_{mark}") for mark in SIGNS if mark in shown)
        if legend:
            yield Paragraph(text_of(legend), "note")
        yield from (Paragraph(text_of(words), "note") for words in once)


class _Composition:
    """The pieces of one page, by name."""

    def __init__(self, root: Element, opened: OpenPeriod, language: Language) -> None:
        self._say = language.plain
        self._text = MarkupBlocks(language)
        for folded in [*root.iter("details")]:
            if folded.get("class") in ("more", "aside"):
                if [e.tag for e in folded] == ["summary", "ul"]:  # which alone says what is listed
                    folded[0].tag = "p"
                else:
                    folded.remove(folded[0])
                folded.drop_tag()
        titled = {_plain(section[0]): list(section) for section in root.iterfind(".//section[h2]")}
        self._pieces: dict[str, list[Element]] = {}
        for key in (
            "verdict", "indicators", "narrative", "league", "children", "comparison", "months",
            "course", "tasks", "data_state", "method",
        ):  # fmt: skip
            self._pieces[key] = titled.get(self._say(f"report.{key}_title"), [])
        registers = {m.table for m in opened.campaign.measures if m.kind is MeasureKind.ROWS}
        for table, names in opened.campaign.tables.items():
            pieces = titled.get(language.name(names), [])
            if table not in registers:
                self._pieces.setdefault("activity", []).extend(pieces)
            elif any(element.tag == "div" for element in pieces):  # the list itself
                listed = [element for element in pieces if element.tag != "figure"]
                self._pieces.setdefault("registers", []).extend(listed)
        for figure in root.iterfind(".//figure[@class='chart']"):
            if _size(figure.find("div/svg"))[1] <= _TALLEST:
                self._pieces[figure.get("id")] = [figure]
        lines = {line.get("class"): line for line in self._pieces["verdict"] if line.tag == "p"}
        apart = [lines[key] for key in ("first", "lacking") if key in lines]
        self._pieces["verdict"] = [e for e in self._pieces["verdict"] if e not in apart]
        first = [line for line in apart if line.get("class") == "first"]  # to do, not a result
        self._pieces["tasks"][1:1] = first
        for chart in [e for piece in self._pieces["tasks"] for e in piece.iter("figure")]:
            chart.drop_tree()  # a piece of its own
        self._divide("narrative", "causes", self._begins_causes)
        self._pieces["causes"] = self._pieces["causes"][1:]  # the section's own heading says it
        self._divide("league", "awards", _decides)
        self._divide("data_state", "findings", self._begins_findings)
        if self._pieces["children"]:  # which says the same, in colours
            self._pieces["comparison"] = []

    def _divide(self, key: str, second: str, begins: Any) -> None:
        """Give what follows in a section from some element on a name of its own."""
        pieces = self._pieces.get(key, [])
        at = next((n for n, element in enumerate(pieces) if begins(element)), len(pieces))
        self._pieces[key], self._pieces[second] = pieces[:at], pieces[at:]

    def _begins_causes(self, element: Element) -> bool:
        return element.tag == "h3" and _plain(element) == self._say("report.narrative_causes")

    def _begins_findings(self, element: Element) -> bool:
        return _plain(element) == self._say("report.findings_listed")

    def body(self) -> Iterator[Block]:
        for roman, (part, names) in zip(ROMAN, _PARTS, strict=False):
            yield Heading(1, text_of(f"{roman}. {self._say(f'official.part_{part}')}"))
            filled = [name for name in names if self._pieces.get(name)]
            headed = [n for n in filled if self._pieces[n][0].tag == "h2"]
            numbered = len(headed) > 1
            numbers = count(1)
            for name in filled:
                blocks = self._text.blocks(self._pieces[name], numbers if numbered else None)
                if name == "findings":  # for who fills in the workbooks, not for who signs
                    blocks = (Paragraph(b.text, "note") for b in blocks if isinstance(b, Paragraph))
                yield from blocks
            if part in _BLANK or not filled:
                key = f"official.to_fill_{part}" if part in _BLANK else "official.to_fill"
                yield Paragraph(text_of(self._say(key), italic=True), "blank")

    def annexes(self, attached: str) -> Iterator[Annex]:
        filled = [name for name in _ANNEXES if self._pieces.get(name)]
        for roman, name in zip(ROMAN, filled, strict=False):
            pieces = self._pieces[name]
            said = _plain(pieces[0]).rstrip(":")
            body = tuple(self._text.blocks(pieces[1:]))
            yield Annex(f"{self._say('official.annex')} {roman}", said, attached, body)


def _decides(element: Element) -> bool:
    """Whether it is the first table of who is proposed for a reward."""
    return any(e.get("data-said", "").startswith("decision/") for e in element.iter("span"))


def _told(tile: Element) -> Paragraph:
    """A tile of the strip as one item: its title, its number, its sentences."""
    title, said = tile
    runs = [Run(f"{_plain(title)}:", bold=True)]
    for element in said.iter("p", "li"):
        words = _text(element)
        ends = "" if _words(words).endswith(".") else "."
        more = element.tag == "li" and element.getnext() is not None
        runs += [Run(" "), *words, Run(";" if more else ends)]
    return Paragraph(tuple(run for run in runs if run.text), "item")


def _said_once(rows: list[tuple[Cell, ...]]) -> tuple[list[tuple[Cell, ...]], list[str]]:
    """A table without the columns that say the same words in every row, and these as notes."""
    kept, once = list[tuple[Cell, ...]](), list[str]()
    for head, *cells in zip(*rows, strict=True):
        words = {_words(cell.text) for cell in cells}
        said = words.pop()
        if kept and len(cells) >= _ALIKE and not words and any(map(str.isalpha, said)):
            once.append(f"{_words(head.text)}: {said}.")
        else:
            kept.append((head, *cells))
    return [*zip(*kept, strict=True)], once


def _words(text: Text) -> str:
    return "".join(run.text for run in text)


def _cell(element: Element, *, heads: bool) -> Cell:
    classes = (element.get("class") or "").split()
    step = next((int(c.removeprefix(STEP)) for c in classes if c.startswith(STEP)), -1)
    colour = GRADES[step] if step >= 0 else ""
    return Cell(_text(element), "number" in classes, heads or step >= MET, colour)


def _plain(element: Element) -> str:
    return visible(_SPACES.sub(" ", element.text_content()).strip())


def _text(element: Element) -> Text:
    """The words of an element, with the signs behind numbers that have a reservation; of what
    unfolds, those that are always seen.
    """
    runs: list[Run] = []
    own = (element.get("class") or "").split()
    signs = SIGNS if element.tag in ("td", "th") else IN_SENTENCES

    def sign(classes: Iterable[str]) -> None:
        for mark in signs:
            if mark in classes:
                add(SIGNS[mark], raised=True)

    def add(words: str | None, **look: bool) -> None:
        words = visible(_SPACES.sub(" ", words or ""))
        if not runs or runs[-1].text.endswith(" "):
            words = words.lstrip(" ")
        if words and runs and replace(runs[-1], text="") == Run("", **look):
            runs[-1] = replace(runs[-1], text=runs[-1].text + words)
        elif words:
            runs.append(Run(words, **look))

    def walk(node: Element, **look: bool) -> None:
        add(node.text, **look)
        for child in node:
            classes = (child.get("class") or "").split()
            folded = node.tag == "details" and child.tag != "summary"
            if child.get("aria-hidden") is None and "scripted" not in classes and not folded:
                inside = dict(look)
                inside |= {"italic": True} if child.tag == "span" and "assumed" in classes else {}
                inside |= {"bold": True} if child.tag in ("b", "strong") else {}
                walk(child, **inside)
                sign(classes if child.tag == "data" else ())
            add(child.tail, **look)

    walk(element)
    sign(own if element.tag == "th" else ())
    if runs:
        runs[-1] = replace(runs[-1], text=runs[-1].text.rstrip(" "))
    return tuple(run for run in runs if run.text)


def _size(drawing: Element) -> tuple[float, float]:
    """How wide and how high a drawing of the page is set, in points."""
    *_, width, height = map(float, drawing.get("viewbox").split())
    return width * _SCALE, height * _SCALE


def standing_alone(drawing: Element) -> str:
    """A drawing of the page in the colours of print, that needs no page around it."""
    text = html.tostring(drawing, encoding="unicode", with_tail=False)
    text = text.replace(' viewbox="', ' viewBox="', 1).replace("currentColor", "#000")
    return _VARIABLE.sub(r"\1", text)


def _widths(rows: Sequence[Sequence[Cell]]) -> tuple[tuple[float, ...], float]:
    """Widths in millimetres and the size of letters: the largest with which each text stands on one
    line, or else no word is broken; what is left goes to the texts that take several lines.
    """
    columns = [
        [(_words(cell.text), cell.bold) for cell in column] for column in zip(*rows, strict=True)
    ]
    longest = [max(_ems(w, bold) for t, bold in column for w in t.split(" ")) for column in columns]
    lines = [max(_ems(*cell) for cell in column[1:]) for column in columns]
    lines = [max(pair) for pair in zip(lines, longest, strict=True)]
    heads = [_ems(*column[0]) / 2 for column in columns]  # a heading on two lines
    wide = [max(pair) for pair in zip(lines, heads, strict=True)]
    named = [lines[0] if lines[0] <= _NAME else longest[0], *longest[1:]]
    sizes = ((wide, _SIZES[:-2]), (lines, _SIZES), (named, _SIZES[1:]), (longest, _SIZES))
    ways = [(ems, size) for ems, some in sizes for size in some]
    least, size = next((w for w in ways if _width(*w) <= TEXT_WIDTH), ways[-1])
    widths = [_width([ems], size) for ems in least]
    spare = TEXT_WIDTH - sum(widths)
    more = (
        max(min(_width([e], size), _WIDEST) - w, 1.0) for e, w in zip(wide, widths, strict=True)
    )
    shares = widths if spare < 0 else [*more]
    return tuple(
        round(w + spare * s / sum(shares), 2) for w, s in zip(widths, shares, strict=True)
    ), size


def _width(ems: Sequence[float], size: float) -> float:
    """Millimetres of columns that hold texts of these widths."""
    return sum(_PADDING + width * size * _EM for width in ems)


def _ems(words: str, bold: bool) -> float:
    """How wide words are in a serif face, in sizes of the letters, with a little to spare."""
    plain = sum(
        0.3 if c in _NARROW else 0.85 if c in _WIDE else 0.74 if c.isupper() else 0.5
        for c in unicodedata.normalize("NFD", words) if not unicodedata.combining(c)
    )  # fmt: skip
    return plain * (1.1 if bold else 1.02)
