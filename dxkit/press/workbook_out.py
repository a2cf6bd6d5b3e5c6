"""league.xlsx: the tables for people who go on in a spreadsheet. Text never becomes a formula."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any

import xlsxwriter

from dxkit.analysis.rows import indicator_rows, ranking_rows
from dxkit.story.messages import Language
from dxkit.story.period import OpenPeriod


def write_league(opened: OpenPeriod, path: Path, language: Language) -> None:
    """The ranking and the indicators of the levels that get reports, and a sheet of notes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    book = xlsxwriter.Workbook(scratch, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime.datetime(2000, 1, 1)})  # same bytes every time
    campaign, say = opened.campaign, language.plain
    names = {i.id: language.name(i.short_names) for i in campaign.indicators}
    levels = [level.id for level in campaign.levels if not level.open]
    ranking = [
        [r.unit_code, r.unit_name, r.points, r.rank, r.previous_rank, r.band, r.award]
        for r in ranking_rows(opened.analysis)
        if r.level == campaign.report_level
    ]
    columns: tuple[str, ...] = ("code", "unit", "points", "rank", "previous_rank", "band", "award")
    _sheet(book, opened, language, "ranking", columns, ranking, {2: "0.00"})
    indicators = [
        [r.unit_code, r.unit_name, names[r.indicator], r.numerator, r.denominator, r.value,
         r.target, r.points, r.flag]
        for r in indicator_rows(opened.analysis)
        if r.level in levels
    ]  # fmt: skip
    columns = ("code", "unit", "indicator", "numerator", "denominator", "value", "target",
               "points", "flag")  # fmt: skip
    _sheet(book, opened, language, "indicators", columns, indicators, {5: "0.0000", 7: "0.00"})
    notes = book.add_worksheet(say("workbook.notes"))
    notes.set_column(0, 0, 110)
    lines = [language.name(campaign.names), language.period(opened.analysis.period.id)]
    lines += [say("workbook.values"), campaign.scoring.source, campaign.ranking.source]
    lines += [f"{language.name(i.names)}: {i.source}" for i in campaign.indicators]
    for row, line in enumerate(lines):
        notes.write_string(row, 0, line)
    try:
        book.close()
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def _sheet(
    book: Any,
    opened: OpenPeriod,
    language: Language,
    key: str,
    columns: tuple[str, ...],
    rows: list[list[Any]],
    formats: dict[int, str],
) -> None:
    sheet = book.add_worksheet(language.plain(f"workbook.{key}"))
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    made = {column: book.add_format({"num_format": form}) for column, form in formats.items()}
    first = 0
    if opened.received.simulated_files:
        warning = book.add_format({"bold": True, "font_color": "#C00000"})
        sheet.write_string(0, 0, language.plain("report.simulated"), warning)
        first = 1
    for column, name in enumerate(columns):
        sheet.write_string(first, column, language.plain(f"workbook.{name}"), bold)
    for number, row in enumerate(rows, start=first + 1):
        for column, value in enumerate(row):
            if isinstance(value, (int, float)):
                sheet.write_number(number, column, value, made.get(column))
            elif value:
                sheet.write_string(number, column, str(value))
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, 2, 28)
    sheet.set_column(3, len(columns) - 1, 14)
    sheet.freeze_panes(first + 1, 2)
    sheet.repeat_rows(first)
    sheet.autofilter(first, 0, first + max(len(rows), 1), len(columns) - 1)
