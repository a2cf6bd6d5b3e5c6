"""An official document as a small tree: what it says and in which order, not how it is set. The
``document_writers`` set the same tree as Word and PDF as decree 30/2020/ND-CP lays documents out.

A report is composed from its page (``document_composition``). Another kind of document, as a notice
that corrects a publication, is a ``Document`` with the ``frame_of`` its organiser, its own
``kind``, ``about``, ``opening`` (``Paragraph``) and ``body`` (``Heading`` of level 1 "I. ...",
``Paragraph``, ``Table``, ``Figure``), given to ``word_of`` or ``pdf_of``. ``text_of`` makes the
text of plain words; numbers stand in sentences and tables of the report, as everywhere, of whose
elements ``document_composition.MarkupBlocks`` makes blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from dxkit.report.wording.language import Language

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
TEXT_WIDTH = 165.0
"""Millimetres between the margins."""
MARGINS = {"top": 20, "bottom": 20, "left": 30, "right": 15}
"""Millimetres that stay free at the four sides of the paper, A4."""
SPOKEN = {"vi": "vi-VN", "en": "en-GB"}
"""The tongue of a document by the code of its language."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words set alike; ``raised`` for a sign that refers to a note."""

    text: str
    bold: bool = False
    italic: bool = False
    raised: bool = False


Text = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, of one ``kind``: "body", "item" of a list, "note" to what stands above it,
    "blank" for the office to fill in, "basis", or "centred".
    """

    text: Text
    kind: str = "body"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3 with its number; it stays with what follows."""

    level: int
    text: Text


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; ``colour`` of its ground as "#rrggbb"."""

    text: Text
    is_number: bool = False
    bold: bool = False
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table under its caption. The first row heads it and stands again on each page. ``widths``
    of its columns in millimetres, ``size`` of its letters in points.
    """

    caption: Text
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    size: float

    @property
    def is_long(self) -> bool:
        """Whether it may run over to the next page."""
        return len(self.rows) > _SHORT


_SHORT = 10
"""Rows, the head among them, of a table that stands whole on one page."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing over its caption and a note on how to read it: SVG, set ``width`` points wide, and
    what it says to who cannot see it.
    """

    name: str
    caption: Text
    note: Text
    svg: str
    width: float
    alternative: str


Block = Paragraph | Heading | Table | Figure


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex: its number, its name, which document it belongs to."""

    label: str
    name: str
    attached: str
    body: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the text of any document: the heading's two blocks, who receives it, who
    signs; what is not known is left open for the office. ``issuer`` in up to three lines.
    """

    issuer: tuple[str, ...]
    state: str
    motto: str
    number: str
    dated: str
    addressed: str
    recipients: tuple[str, ...]
    signature: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. ``title``, ``author``, ``subject`` and ``keywords`` are its properties."""

    language: str
    title: str
    author: str
    subject: str
    keywords: tuple[str, ...]
    frame: Frame
    kind: str
    about: tuple[str, ...]
    opening: tuple[Paragraph, ...]
    body: tuple[Block, ...]
    annexes: tuple[Annex, ...]

    def blocks(self) -> Iterator[Block]:
        """All that is said, in order."""
        yield from (*self.opening, *self.body)
        for annex in self.annexes:
            yield from annex.body

    def as_data(self) -> dict[str, Any]:
        """The tree as plain data, each block with its ``type`` in small letters."""

        def typed(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
            return [
                {"type": type(block).__name__.lower()}
                | asdict(block)
                | ({"is_long": block.is_long} if isinstance(block, Table) else {})
                for block in blocks
            ]

        annexes = [asdict(annex) | {"body": typed(annex.body)} for annex in self.annexes]
        own = {"opening": typed(self.opening), "body": typed(self.body), "annexes": annexes}
        return asdict(self) | own


def text_of(words: str, *, italic: bool = False) -> Text:
    """Words set alike."""
    return (Run(words, italic=italic),)


def frame_of(organiser: str, language: Language) -> Frame:
    """The frame of a document of an organiser."""
    from dxkit.report.charts.style import broken

    say = language.plain
    return Frame(
        issuer=tuple(broken(organiser.upper(), 24, 3).split("\n")),
        state=say("official.state"),
        motto=say("official.motto"),
        number=say("official.number"),
        dated=say("official.place_and_date"),
        addressed=say("official.addressed"),
        recipients=tuple(
            say(f"official.{key}")
            for key in ("recipients", "recipient_above", "recipient_others", "recipient_file")
        ),
        signature=tuple(
            say(f"official.{key}") for key in ("on_behalf", "office_holder", "signed_by")
        ),
    )
