"""The workbook of visits on the spot: the list of the units drawn, whose last columns come back,
and a sheet to print for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dxkit.analysis.visits import Drawn
from dxkit.intake.visits import COLUMNS
from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.text import harmless
from dxkit.period import OpenPeriod
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import new_workbook

_CASE_LINES = 30
"""Cases to check that a sheet has room for."""
_COLUMN_IDS = dict(zip(("code", *COLUMNS[1:]), COLUMNS, strict=True))
_LISTED = {"code": 9, "unit": 26, "within": 24, "why": 36, "chance": 11, "size": 12, "checked": 12,
           "confirmed": 12, "remark": 22}  # fmt: skip
_CASES = {"number": 5, "place": 18, "person": 26, "indicator": 24, "true": 7, "untrue": 7,
          "remark": 14}  # fmt: skip
"""Columns of the list and of a sheet, and their widths."""


def write_visits(
    opened: OpenPeriod, drawn: Sequence[Drawn], seed: int, path: Path, language: Language
) -> None:
    """The workbook, whole or not at all, with the same bytes every time; text as text."""
    with new_workbook(path) as book:
        sheets = _VisitBook(book, opened, language)
        sheets.list(drawn, seed)
        for one in drawn:
            sheets.unit(one)


class _VisitBook:
    """The workbook being written, sheet by sheet."""

    def __init__(self, book: Any, opened: OpenPeriod, language: Language) -> None:
        self._book, self._opened, self._language = book, opened, language
        self._title = book.add_format({"bold": True, "font_size": 13})
        self._soft = book.add_format({"font_color": "#55606E", "font_size": 8})
        self._head = book.add_format(
            {"bold": True, "border": 1, "text_wrap": True, "bg_color": "#EAF2FA", "valign": "top"}
        )
        self._cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        self._count = book.add_format({"border": 1, "num_format": "#,##0", "valign": "top"})
        self._chance = book.add_format({"border": 1, "num_format": "0.0000", "valign": "top"})
        self._open = book.add_format({"border": 1, "bg_color": "#FFF9DB", "valign": "top"})

    def list(self, drawn: Sequence[Drawn], seed: int) -> None:
        """Who is visited, with which chance and why; checked and confirmed are to be filled in."""
        say = self._say
        sheet = self._sheet(say("list"), _LISTED, landscape=True)
        period = self._language.period(self._opened.analysis.period.id)
        sheet.write_string(0, 0, say("list_title", period=period), self._title)
        sheet.write_string(1, 0, say("design", visits=str(len(drawn)), seed=str(seed)))
        sheet.write_string(2, 0, say("fill_in"))
        sheet.write_string(3, 0, say("come_back", period=self._opened.analysis.period.id))
        for column, key in enumerate(_LISTED):
            sheet.write_string(5, column, say(f"column_{key}"), self._head)
            sheet.write_string(6, column, _COLUMN_IDS.get(key, ""), self._soft)
        sheet.set_row(5, 45)
        sheet.repeat_rows(5, 6)
        sheet.freeze_panes(7, 2)
        units = self._opened.analysis.units
        for row, one in enumerate(drawn, start=7):
            within = units.parent(one.unit_code)
            why = "; ".join(say(f"why_{reason}") for reason in dict.fromkeys(one.reasons))
            names = (units.get(one.unit_code).name, within.name if within else "", why)
            for column, text in enumerate((one.unit_code, *names)):
                sheet.write_string(row, column, harmless(text), self._cell)
            sheet.set_row(row, 16 * (1 + len(why) // 36))
            sheet.write_number(row, 4, one.chance, self._chance)
            sheet.write_number(row, 5, one.size, self._count)
            for column in range(6, len(_LISTED)):
                sheet.write_blank(row, column, None, self._open)

    def unit(self, one: Drawn) -> None:
        """What a unit and those below it have reported, and lines for the cases checked."""
        say, analysis = self._say, self._opened.analysis
        unit = analysis.units.get(one.unit_code)
        sheet = self._sheet(one.unit_code, _CASES, landscape=False)
        period = self._language.period(analysis.period.id)
        sheet.write_string(0, 0, say("sheet_title"), self._title)
        above = [analysis.units.get(code).name for code in analysis.units.line(unit.code)[:-1]]
        sheet.write_string(1, 0, harmless(f"{', '.join(above)}, {period}"))
        sheet.write_string(2, 0, say("visited_on"))
        row = self._reported(sheet, one.unit_code, 4)
        sheet.write_string(row, 0, say("how_to_check"))
        row += 1
        for column, key in enumerate(_CASES):
            sheet.write_string(row, column, say(f"column_{key}"), self._head)
        sheet.set_row(row, 32)
        for number in range(1, _CASE_LINES + 1):
            sheet.set_row(row + number, 19)
            sheet.write_number(row + number, 0, number, self._cell)
            for column in range(1, len(_CASES)):
                sheet.write_blank(row + number, column, None, self._cell)
        row += _CASE_LINES + 2
        sheet.write_string(row, 0, say("sum_line"))
        sheet.write_string(row + 2, 1, say("signed_by_visitor"))
        sheet.write_string(row + 2, 4, say("signed_by_unit"))

    def _reported(self, sheet: Any, code: str, row: int) -> int:
        """What the unit and those below it have reported as reached, one line for each indicator;
        returns the row below.
        """
        analysis = self._opened.analysis
        shares = [i for i in self._opened.campaign.indicators if i.kind is IndicatorKind.RATIO]
        sheet.write_string(row, 0, self._say("reported"))
        for indicator in shares:
            below = (u.code for u in analysis.units.children(code))
            told = [(c, fact) for c in (code, *below) if (fact := self._number(c, indicator))]
            if not told:
                continue
            row += 1
            sheet.write_string(row, 0, self._language.name(indicator.short_names))
            text = "; ".join(f"{analysis.units.get(c).name}: {number}" for c, number in told)
            sheet.merge_range(row, 2, row, len(_CASES) - 1, harmless(text, 2000), self._cell)
            sheet.set_row(row, 15 * (1 + len(text) // 80))
        return row + 2

    def _number(self, code: str, indicator: Indicator) -> str:
        fact = self._opened.analysis.facts.find(code, indicator.id, "numerator")
        return self._language.number(fact) if fact is not None and fact.known else ""

    def _say(self, key: str, **values: str) -> str:
        return self._language.plain(f"visit.{key}", **values)

    def _sheet(self, name: str, widths: dict[str, int], landscape: bool) -> Any:
        """A sheet to be printed on A4."""
        sheet = self._book.add_worksheet(name)
        for column, width in enumerate(widths.values()):
            sheet.set_column(column, column, width)
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
        sheet.set_footer("&C&A, &P/&N")
        if self._opened.received.simulated_files:
            sheet.write_string(4 if landscape else 3, 0, self._language.plain("report.simulated"))
        return sheet
