"""Sheets to print and to sign: a title, a table of Excel's under it, print area, titles and feet,
on A4 across. Text is written as text: nothing becomes a formula or a link.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count, islice, repeat
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from dxkit.model.addresses import column_letters
from dxkit.model.facts import Fact, UnitOfMeasure
from dxkit.model.text import cut, harmless
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import replacing, workbook_at
from dxkit.workbooks.limits import MOST_ROWS
from dxkit.workbooks.package import Row, Rows, with_rows

Entry = Fact | str | None
_Looks = tuple[tuple[str, bool], ...]
"""What the cells of a row are like, and which are centred."""
FACE = "Times New Roman"
_LOOK = {"font_name": FACE, "font_size": 11, "font_scheme": ""}
_LINE = 15.0
"""Points of height that a line of text takes."""
_TITLE_ROWS, _TITLE_WIDTH = 2, 100
_NO_NAME = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31
"""What the name of a sheet may not hold, and how many letters of it there may be."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its width in letters, for the bars behind its numbers the
    number that fills the cell, and whether what stands in it is ``centred``.
    """

    heading: str
    width: float = 10
    full: float = 0.0
    centred: bool = False


class Sheets:
    """A workbook being written, sheet by sheet. ``about`` stands under each title, ``warnings``
    below it, on every page that is printed too. ``later`` are the rows that are not written yet.
    """

    def __init__(self, book: Any, language: Language, about: str, warnings: Sequence[str]) -> None:
        self._book, self._language = book, language
        self._about, self._warnings = about, warnings
        self._formats: dict[frozenset[tuple[str, Any]], Any] = {}
        self._tables: list[tuple[str, int, Sequence[Sequence[Entry]]]] = []
        self.later: list[Rows] = []
        self._told: list[tuple[str, str]] = []
        self._first: Any = None
        self._signed: Sequence[Sequence[str]] = ()

    def table(
        self,
        name: str,
        title: str,
        about: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Entry]],
        *,
        kept: int = 0,
        signed: Sequence[Sequence[str]] = (),
    ) -> None:
        """A table on a sheet of its own, whose first ``kept`` columns stay in sight; ``about`` is
        what the contents say of it, ``signed`` the blocks of lines at its foot, side by side.
        """
        name = self._named(name, about)
        sheet = self._sheet(name, title, [column.width for column in columns])
        head = _TITLE_ROWS + len(self._warnings)
        headings = list[str]()
        for column in columns:
            headings.append(_told_apart(harmless(column.heading), headings))
        sheet.set_row(head, _LINE * _lines(headings, _rooms(columns)) + 4)
        last = head + max(len(rows), 1)
        self._leave(sheet, name, (head + 1, last), columns, rows)
        heading = self._format(
            bold=True,
            border=1,
            text_wrap=True,
            bg_color="#EAF2FA",
            align="center",
            valign="vcenter",
        )
        sheet.add_table(
            head, 0, last, len(columns) - 1,
            {
                "name": f"table_{len(self._told)}",
                "style": None,
                "columns": [{"header": h, "header_format": heading} for h in headings],
            },
        )  # fmt: skip
        for at, column in enumerate(columns):
            if column.full and rows:
                sheet.conditional_format(
                    head + 1, at, last, at,
                    {
                        "type": "data_bar", "bar_color": "#B9D7EF",
                        "min_type": "num", "min_value": 0,
                        "max_type": "num", "max_value": column.full,
                    },
                )  # fmt: skip
        sheet.freeze_panes(head + 1, kept)
        sheet.repeat_rows(head)
        self._sign(sheet, last + 2, len(columns), signed)
        foot = last + 2 + max(map(len, signed), default=0) if signed else last
        spare = _TITLE_WIDTH - sum(column.width for column in columns)  # for what stands above
        sheet.print_area(0, 0, foot, len(columns) - 1 + max(math.ceil(spare / 8), 0))

    def pairs(self, name: str, title: str, about: str, lines: Iterable[tuple[str, str]]) -> None:
        """Texts beside what they are about, one pair below the other."""
        widths = (34, 96)
        name = self._named(name, about)
        sheet = self._sheet(name, title, widths)
        wrap = {"text_wrap": True, "valign": "top", "border": 4}
        looks = (self._format(bold=True, **wrap), self._format(**wrap))
        first = row = _TITLE_ROWS + len(self._warnings)
        rooms = _rooms(Column("", width) for width in widths)
        for row, pair in enumerate(lines, start=first):
            sheet.set_row(row, _LINE * _lines(pair, rooms) + 2)
            for at, text in enumerate(pair):
                sheet.write_string(row, at, text, looks[at])
        sheet.print_area(0, 0, row, 1)

    def contents(self, name: str, title: str, signed: Sequence[Sequence[str]] = ()) -> None:
        """The first sheet, which tells what the others hold: to be called before them."""
        self._first = self._sheet(self._named(name), title, (6, 34, 80))
        self._signed = signed

    def list_contents(self) -> None:
        """Fill in the first sheet, once all others are there."""
        sheet, row = self._first, _TITLE_ROWS + len(self._warnings)
        look = self._format(text_wrap=True, valign="vcenter", border=4)
        link = self._format(valign="vcenter", border=4, font_color="#0173B2", underline=1)
        for place, (name, about) in enumerate(self._told[1:], start=1):
            sheet.set_row(row, _LINE * _lines([about], _rooms([Column("", 80)])) + 4)
            sheet.write_string(row, 0, str(place), look)
            sheet.write_url(row, 1, f"internal:'{name}'!A1", link, name)
            sheet.write_string(row, 2, about, look)
            row += 1
        self._sign(sheet, row + 1, 3, self._signed)
        sheet.print_area(0, 0, row + 1 + max(map(len, self._signed), default=0), 2)

    def listing(
        self,
        name: str,
        about: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[str]],
        many: int,
    ) -> None:
        """Texts in rows right under their headings, for programs and for who looks things up: of so
        many rows, ``many`` or what a sheet can hold, only the headings are printed. They are asked
        for when the workbook is ready but for its rows.
        """
        name = self._named(name, about)
        sheet = self._book.add_worksheet(name)
        self._set_up(sheet, name, [column.width for column in columns])
        heading = self._format(bold=True, border=1, text_wrap=True, bg_color="#EAF2FA")
        wrap = self._format(text_wrap=True, valign="top")
        last = min(max(many, 1), MOST_ROWS - 1)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column.heading, heading)
        sheet.write_blank(last, len(columns) - 1, "", wrap)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.freeze_panes(1, 2)
        sheet.print_area(0, 0, 0, len(columns) - 1)
        looks = {"": xl_rowcol_to_cell(last, len(columns) - 1)}
        alike, rooms = ("",) * len(columns), _rooms(columns)
        each = (
            (_LINE * lines if (lines := _lines(texts, rooms)) > 1 else 0, alike, texts)
            for texts in islice(rows, last)
        )
        self.later.append(Rows(name, 2, last + 1, looks, each))

    def numbers(self) -> Iterator[tuple[str, str, Fact]]:
        """Those of all tables so far: sheet, cell and fact."""
        for name, first, rows in self._tables:
            for number, entries in enumerate(rows, start=first + 1):
                for at, entry in enumerate(entries, start=1):
                    if isinstance(entry, Fact) and entry.value is not None:
                        yield name, f"{column_letters(at)}{number}", entry

    # one sheet -------------------------------------------------------------------------------

    def _named(self, name: str, about: str = "") -> str:
        """The name as a sheet may have it, which none before it has."""
        name = cut(_NO_NAME.sub(" ", harmless(name)).strip(), _LONGEST_NAME) or "-"
        others = [other for other, _ in self._told]
        name = _told_apart(name, others, cut(name, _LONGEST_NAME - 4))
        self._told.append((name, about))
        return name

    def _sheet(self, name: str, title: str, widths: Sequence[float]) -> Any:
        sheet = self._book.add_worksheet(name)
        self._set_up(sheet, title, widths)
        sheet.hide_gridlines(2)
        sheet.set_row(0, 22)
        sheet.write_string(0, 0, harmless(title), self._format(bold=True, font_size=14))
        sheet.write_string(1, 0, harmless(self._about), self._format(italic=True))
        for row, text in enumerate(self._warnings, start=_TITLE_ROWS):
            sheet.write_string(row, 0, text, self._format(bold=True, font_color="#A04C00"))
        return sheet

    def _set_up(self, sheet: Any, title: str, widths: Sequence[float]) -> None:
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.center_horizontally()
        said = " ".join(self._warnings)[:200].replace("&", "&&")
        sheet.set_header(f"&C&8{said}" if said else "")
        sheet.set_footer(f"&L&8{harmless(title, 100).replace('&', '&&')}&R&8&P/&N")

    def _sign(self, sheet: Any, row: int, columns: int, blocks: Sequence[Sequence[str]]) -> None:
        """Blocks of lines side by side, over all columns."""
        ends = [round(columns * n / len(blocks)) for n in range(len(blocks) + 1)] if blocks else []
        for block, left, end in zip(blocks, ends, ends[1:], strict=False):
            for line, text in enumerate(block):
                look = self._format(bold=line == 0, align="center")
                if end - left > 1:
                    sheet.merge_range(row + line, left, row + line, end - 1, text, look)
                else:
                    sheet.write_string(row + line, left, text, look)

    def _format(self, **properties: Any) -> Any:
        key = frozenset(properties.items())
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def _text(self, entry: Entry) -> str:
        """What stands in a cell without a number."""
        if isinstance(entry, Fact):
            return "" if entry.known else self._language.number(entry)
        return entry or ""

    def _leave(
        self, sheet: Any, name: str, place: tuple[int, int], columns: Sequence[Column],
        rows: Sequence[Sequence[Entry]],
    ) -> None:  # fmt: skip
        """Leave the rows of a table for later; now written is one blank cell of each look."""
        first, last = place
        centred, looks = [column.centred for column in columns], dict[Hashable, str]()
        known, cells = dict[_Looks, _Looks](), list[_Looks]()
        sheet.write_blank(last, len(columns) - 1, "", self._format())
        for number, entries in enumerate(rows, start=first):
            alike = tuple(zip(map(_look, entries), centred, strict=True))
            if alike not in known:  # most rows are like others
                known[alike] = alike
                for at, look in enumerate(alike):
                    if look not in looks:
                        looks[look] = xl_rowcol_to_cell(number, at)
                        sheet.write_blank(number, at, "", self._format_of(*look))
            cells.append(known[alike])
        self._tables.append((name, first, rows))
        each = map(self._row, rows, cells, repeat(_rooms(columns)))
        self.later.append(Rows(name, first + 1, last + 1, looks, each))

    def _row(self, entries: Sequence[Entry], looks: _Looks, rooms: Sequence[int]) -> Row:
        texts = list(map(self._text, entries))
        values = (
            as_in_cell(entry) if isinstance(entry, Fact) and entry.known else text or None
            for entry, text in zip(entries, texts, strict=True)
        )
        return _LINE * _lines(texts, rooms) + 2, looks, values

    def _format_of(self, look: str, centred: bool) -> Any:
        properties: dict[str, Any] = {"border": 4, "valign": "vcenter"}
        properties |= {"align": "center"} if centred else {}
        if look not in (_TEXT, _REASON):
            return self._format(num_format=look, **properties)
        properties |= {"italic": True, "font_color": "#55606E"} if look == _REASON else {}
        return self._format(text_wrap=True, **properties)


_TEXT, _REASON = "text", "reason"
"""What a cell is like that has no number, and one that says why there is none."""


def _look(entry: Entry) -> str:
    """What a cell is like: of a number, its format."""
    if not isinstance(entry, Fact):
        return _TEXT
    return number_format(entry) if entry.known else _REASON


@contextmanager
def workbook(
    path: Path, language: Language, about: str, warnings: Sequence[str], properties: dict[str, Any]
) -> Iterator[Sheets]:
    """A workbook of such sheets, which appears whole or not at all, with the same bytes every time.
    Raises InUseError.
    """
    look = dict(_LOOK)  # which the library empties
    with replacing(path) as scratch:
        with workbook_at(scratch, properties=properties, default_format_properties=look) as book:
            sheets = Sheets(book, language, about, warnings)
            yield sheets
            sheets.list_contents()
        scratch.write_bytes(with_rows(scratch.read_bytes(), *sheets.later))


def _told_apart(name: str, others: Sequence[str], begun: str = "") -> str:
    """A name that to a spreadsheet is like none of the others: as it is, or with a number."""
    taken = {other.casefold() for other in others}
    numbered = (f"{begun or name} ({number})" for number in count(2))
    return next(one for one in chain([name], numbered) if one.casefold() not in taken)


def _rooms(columns: Iterable[Column]) -> list[int]:
    """How many letters have room in a line of each column."""
    return [int(column.width * 1.15) for column in columns]


def _lines(texts: Iterable[str], rooms: Iterable[int]) -> int:
    """How many lines the tallest of texts takes in its column."""
    most = 1
    for text, room in zip(texts, rooms, strict=True):
        if len(text) > room:
            most = max(most, _wrapped(text, room))
    return most


@lru_cache(maxsize=1 << 14)  # names and cells stand in many rows
def _wrapped(text: str, wide: int) -> int:
    return len(textwrap.wrap(text, wide))


def number_format(fact: Fact) -> str:
    """The spreadsheet format that shows a fact as a page does: "0.0%", "#,##0"."""
    decimals = "." + "0" * fact.decimals if fact.decimals else ""
    if fact.unit is UnitOfMeasure.SHARE_DIFFERENCE:
        return f"+0{decimals};-0{decimals};0{decimals}"
    return f"0{decimals}%" if fact.unit is UnitOfMeasure.SHARE else f"#,##0{decimals}"


def as_in_cell(fact: Fact) -> float | int:
    """The number for the cell: the fact's own value to the 16 digits that the format keeps,
    differences of shares in percentage points.
    """
    scale = 100 if fact.unit is UnitOfMeasure.SHARE_DIFFERENCE else 1
    value = fact.number * scale
    return value if isinstance(value, int) else float(f"{value:.16G}")
