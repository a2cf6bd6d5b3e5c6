"""A workbook of facts for people who go on in a spreadsheet.

Every number is written unrounded, with a format that shows it as the pages do, and is listed on the
last sheet with its fact and cells. Text is written as text: nothing becomes a formula or a link.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from dxkit.model.facts import CellRef, Fact, UnitOfMeasure
from dxkit.model.received_text import harmless
from dxkit.report.wording.cell_ranges import ranges_by_sheet
from dxkit.report.wording.language import Language

Entry = Fact | str | None


def number_format(fact: Fact) -> str:
    """The spreadsheet format that shows a fact as a page does: "0.0%", "#,##0"."""
    places = "." + "0" * fact.decimals if fact.decimals else ""
    if fact.unit is UnitOfMeasure.SHARE_DIFFERENCE:
        return f"+0{places};-0{places};0{places}"
    return f"0{places}%" if fact.unit is UnitOfMeasure.SHARE else f"#,##0{places}"


def as_in_cell(fact: Fact) -> float | int:
    """The number for the cell: the fact's own value to the 16 digits that the format keeps,
    differences of shares in percentage points.
    """
    scale = 100 if fact.unit is UnitOfMeasure.SHARE_DIFFERENCE else 1
    value = fact.number * scale
    return value if isinstance(value, int) else float(f"{value:.16G}")


class FactBook:
    """The workbook being written, sheet by sheet; ``warning`` stands above every table."""

    def __init__(self, path: Path, language: Language, warning: str = "") -> None:
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(path, options)
        self._book.set_properties({"created": datetime.datetime(2000, 1, 1)})  # same bytes
        self._language = language
        self._warning = warning
        self._formats: dict[str, Any] = {}
        self._written: list[tuple[str, str, Fact]] = []

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def table(
        self,
        name: str,
        headings: Sequence[str],
        rows: Sequence[Sequence[Entry]],
        wide: Iterable[int] = (),
    ) -> None:
        """One table on a sheet of its own, whose first two columns stay in sight; columns ``wide``
        hold words.
        """
        sheet = self._book.add_worksheet(name)
        first = 0
        if self._warning:
            bold = self._format(bold=True, font_color="#A04C00")
            sheet.write_string(0, 0, self._warning, bold)
            first = 1
        heading = self._format(
            bold=True, bottom=1, text_wrap=True, valign="bottom", bg_color="#EAF2FA"
        )
        for column, text in enumerate(headings):
            sheet.write_string(first, column, text, heading)
        for number, entries in enumerate(rows, start=first + 1):
            for column, entry in enumerate(entries):
                self._write(sheet, name, number, column, entry)
        sheet.set_row(first, 32)
        sheet.set_column(0, len(headings) - 1, 13)
        sheet.set_column(0, 0, 9)
        for column in wide:
            sheet.set_column(column, column, 24)
        sheet.freeze_panes(first + 1, 2)
        sheet.repeat_rows(first)
        sheet.autofilter(first, 0, first + max(len(rows), 1), len(headings) - 1)
        _print_settings(sheet)

    def texts(self, name: str, lines: Iterable[tuple[str, str]]) -> None:
        """Texts in two columns: what it is about, and what is to be said."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 110)
        wrap = self._format(text_wrap=True, valign="top")
        for row, pair in enumerate(lines):
            for column, text in enumerate(pair):
                sheet.write_string(row, column, text, wrap)
        _print_settings(sheet)

    def numbers(self) -> None:
        """Every number of the other sheets: its place, its fact, how it is shown, its cells."""
        say = self._language.plain
        sheet = self._book.add_worksheet(say("workbook.numbers"))
        heading = self._format(bold=True, bottom=1, text_wrap=True, bg_color="#EAF2FA")
        for column, key in enumerate(("sheet", "cell", "fact", "shown", "source_cells")):
            sheet.write_string(0, column, say(f"workbook.{key}"), heading)
        for row, (name, cell, fact) in enumerate(self._written, start=1):
            for column, text in enumerate(
                (name, cell, str(fact.key), self._language.number(fact), _cells(fact.sources))
            ):
                sheet.write_string(row, column, text)
        for column, width in enumerate((14, 8, 42, 14, 110)):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(self._written), 1), 4)
        sheet.repeat_rows(0)
        _print_settings(sheet)

    def _format(self, **properties: Any) -> Any:
        key = repr(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def _write(self, sheet: Any, name: str, row: int, column: int, entry: Entry) -> None:
        if isinstance(entry, Fact):
            if entry.known:
                form = self._format(num_format=number_format(entry))
                sheet.write_number(row, column, as_in_cell(entry), form)
                self._written.append((name, xl_rowcol_to_cell(row, column), entry))
            else:
                soft = self._format(italic=True, font_color="#55606E")
                sheet.write_string(row, column, self._language.number(entry), soft)
        elif entry:
            sheet.write_string(row, column, entry)


@lru_cache(maxsize=1 << 12)  # a share has the cells of its two parts, its points have them too
def _cells(sources: tuple[CellRef, ...]) -> str:
    places = ranges_by_sheet(sources).items()
    text = "; ".join(f"{file} › {sheet}: {ranges}" for (file, sheet), ranges in places)
    return harmless(text, 2000)


def _print_settings(sheet: Any) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P/&N")
