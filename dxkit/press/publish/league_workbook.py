"""league.xlsx: the tables of a period for people who go on in a spreadsheet.

Every number is written unrounded, with a format that shows it as the pages do, and is listed on the
last sheet with its fact and cells. Text is written as text: nothing becomes a formula or a link.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from dxkit.model.addresses import ranges_by_sheet
from dxkit.model.facts import TOTAL, CellRef, Fact, UnitOfMeasure, reward_subject
from dxkit.model.rules import REWARD_BASES, RankingRule, RewardRule, ScoringRule
from dxkit.model.text import harmless
from dxkit.model.units import Unit
from dxkit.period import OpenPeriod
from dxkit.report.sentences.ranking_and_rewards import list_certainty, ranking_rules, reward_rules
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import Language
from dxkit.report.wording.sentences import Writer
from dxkit.workbooks.atomic import replacing

Entry = Fact | str | None
_DETAILS = ("numerator", "denominator", "value", "target", "gap", "points", "rank")
_WORDS = ("unit", "level", "within", "indicator", "award", "reason")
"""Columns that hold names."""
_LISTED = {"sheet": 14, "cell": 8, "fact": 42, "shown": 14, "source_cells": 110}
"""Columns of the last sheet and their widths."""


def write_league(opened: OpenPeriod, path: Path, language: Language) -> None:
    """Ranking, comparison and details of all levels with fixed units, notes, and the list of all
    numbers. The file appears whole or not at all, with the same bytes every time.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with replacing(path) as scratch, xlsxwriter.Workbook(scratch, options) as book:
        book.set_properties({"created": datetime.datetime(2000, 1, 1)})  # same bytes
        league = _League(book, opened, language)
        league.ranking()
        league.awards()
        league.comparison()
        league.indicators()
        league.notes()
        league.numbers()


class _League:
    """The workbook being written, sheet by sheet. On simulated data a warning stands above every
    table.
    """

    def __init__(self, book: Any, opened: OpenPeriod, language: Language) -> None:
        self._book = book
        self._opened = opened
        self._language = language
        self._formats: dict[str, Any] = {}
        self._written: list[tuple[str, str, Fact]] = []

    def ranking(self) -> None:
        """The units that get a report, by rank."""
        opened, language = self._opened, self._language
        standing = opened.analysis.standing
        awards = {rule.id: language.name(rule.names) for rule in opened.campaign.rewards}
        units = opened.analysis.units.at_level(opened.campaign.report_level)
        reasons = {  # of the reward that a unit has, or else of the last that it might have had
            decision.unit_code: language.plain(f"report.reason_{decision.reason}")
            for decision in standing.decisions()
            if not decision.awarded or standing.award(decision.unit_code) == decision.rule.id
        }
        kinds = ["points", "max_points", "rank", "rank_best", "rank_worst"]
        kinds += ["tier"] * opened.campaign.ranking.tiers
        rows: list[list[Entry]] = []
        for code in standing.in_order(unit.code for unit in units):
            card, grade = opened.analysis.scorecard(code), standing.band(code)
            facts = [card.find(TOTAL, kind) for kind in kinds]
            before = [card.previous(TOTAL, "rank"), card.find(TOTAL, "rank_change")]
            before += [card.find(TOTAL, kind) for kind in ("progress", "progress_rank")]
            band = language.name(grade.names) if grade else None
            award = [awards.get(standing.award(code)), reasons.get(code)]
            visited = self._visits(code)
            rows.append([*self._names(card.unit), *facts, *before, band, *award, *visited])
        self._table(
            "ranking",
            ("code", "unit", *kinds, "previous_rank", "rank_change", "progress", "progress_rank",
             "band", "award", "reason", *self._of_visits),
            rows,
        )  # fmt: skip

    def awards(self) -> None:
        """Who is proposed at every level, group by group, with the reason and the reserve."""
        opened, say = self._opened, self._language.plain
        analysis, rows = opened.analysis, list[list[Entry]]()
        for group in analysis.units.units:
            for rule in opened.campaign.rewards:
                level = self._language.name(opened.campaign.level(rule.level).names)
                kind, _ = REWARD_BASES[rule.by]
                reserve = analysis.standing.reserve(group.code, rule.id)
                for d in analysis.standing.short_list(group.code, rule.id):
                    unit = self._names(analysis.units.get(d.unit_code))
                    award = self._language.name(rule.names) if d.awarded else None
                    if d.unit_code in reserve:
                        award = say("report.award_next")
                    rank = analysis.facts.get(d.unit_code, TOTAL, kind)
                    reason = say(f"report.reason_{d.reason}")
                    place = [level, self._names(group)[1]]
                    rows.append([*unit, *place, rank, award, reason, *self._visits(d.unit_code)])
        if rows:
            columns = ("code", "unit", "level", "within", "rank", "award", "reason")
            self._table("awards", (*columns, *self._of_visits), rows)

    @property
    def _of_visits(self) -> tuple[str, ...]:
        """The columns on visits, once the results of any came back."""
        there = self._opened.received.visits
        return ("checked", "verified", "verified_low", "verified_high") if there else ()

    def _visits(self, code: str) -> list[Entry]:
        find = self._opened.analysis.facts.find
        return [find(code, TOTAL, kind) for kind in self._of_visits]

    def comparison(self) -> None:
        """Units × indicators, for the report level and the whole above it."""
        opened = self._opened
        units = opened.analysis.units
        rows: list[list[Entry]] = []
        for unit in (*units.at_level(opened.campaign.report_level), units.top):
            card = opened.analysis.scorecard(unit.code)
            values = [card.find(i.id, "value") for i in opened.campaign.indicators]
            rows.append([*self._names(unit), *values])
        names = [self._language.name(i.short_names) for i in opened.campaign.indicators]
        self._table("comparison", ("code", "unit"), rows, names)

    def indicators(self) -> None:
        """All details of all units of fixed levels, one row for each unit and indicator."""
        opened = self._opened
        levels = {level.id for level in opened.campaign.levels if not level.open}
        rows: list[list[Entry]] = []
        for unit in opened.analysis.units.units:
            if unit.level not in levels:
                continue
            card = opened.analysis.scorecard(unit.code)
            for indicator in View(opened.analysis, unit).indicators:
                facts = [card.find(indicator.id, kind) for kind in _DETAILS]
                level = self._language.name(opened.campaign.level(unit.level).names)
                name = self._language.name(indicator.short_names)
                rows.append([*self._names(unit), level, name, *facts])
        self._table("indicators", ("code", "unit", "level", "indicator", *_DETAILS), rows)

    def notes(self) -> None:
        """What the tables are, how indicators are defined, and the sources of the rules."""
        opened, language, say = self._opened, self._language, self._language.plain
        campaign, period = opened.campaign, opened.analysis.period
        assumed = f" ({say('report.assumed')})"
        days = (day.strftime("%d/%m/%Y") for day in (period.first_day, period.last_day))
        lines = [
            (language.name(campaign.names), language.period(period.id)),
            (say("site.days"), " – ".join(days) + (assumed if period.assumed else "")),
            (say("workbook.notes"), say("workbook.values")),
            (
                say("report.column_scoring"),
                f"{say('report.method_shares')} {say('report.method_points')}",
            ),
        ]
        rules: list[ScoringRule | RankingRule | RewardRule] = [campaign.scoring, campaign.ranking]
        for rule in (*rules, *campaign.rewards):
            lines.append((say("report.column_source"), rule.source + assumed * rule.assumed))
        for i in campaign.indicators:
            lines.append((language.name(i.names), i.source + assumed * i.assumed))
        for target in campaign.targets:
            if target.period == period.id:
                name = language.name(campaign.indicator(target.indicator).short_names)
                lines.append(
                    (f"{say('workbook.target')}: {name}", target.source + assumed * target.assumed)
                )
        lines += self._rules()
        sheet = self._sheet(say("workbook.notes"), (34, 110))
        wrap = self._format(text_wrap=True, valign="top")
        for row, pair in enumerate(dict.fromkeys(lines)):
            for column, text in enumerate(pair):
                sheet.write_string(row, column, text, wrap)

    def _rules(self) -> Iterator[tuple[str, str]]:
        """The rules of ranking and rewards, and how the lists stand the trials, as pages say."""
        opened, say = self._opened, self._language.plain
        writer = Writer(opened.campaign, opened.analysis.units, self._language)
        units = opened.analysis.units.at_level(opened.campaign.report_level)
        groups = dict.fromkeys(opened.analysis.standing.group_of(unit) for unit in units)
        for group in filter(None, groups):
            view = View(opened.analysis, opened.analysis.units.get(group))
            if view.child_level.id != opened.campaign.report_level:
                continue
            told = {"rules": ranking_rules(view), "certainty": list_certainty(view)}
            for key, claims in told.items():
                text = " ".join(writer.plain(claim) for claim in claims)
                if text:
                    yield say(f"workbook.{key}"), text
            for rule in opened.campaign.rewards:
                if view.scorecard.find(reward_subject(rule.id), "quota"):
                    name = self._language.name(rule.names)
                    text = " ".join(writer.plain(claim) for claim in reward_rules(view, rule))
                    yield f"{say('workbook.reward_rules')}: {name}", text

    def _names(self, unit: Unit) -> list[Entry]:
        return [unit.code, harmless(self._language.unit(unit, starts=True))]

    def _table(
        self,
        key: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Entry]],
        more: Sequence[str] = (),
    ) -> None:
        """One table on a sheet of its own, whose first two columns stay in sight: ``columns`` are
        keys of words, ``more`` further headings as they are.
        """
        say = self._language.plain
        name = say(f"workbook.{key}")
        headings = [*(say(f"workbook.{column}") for column in columns), *more]
        widths = [24 if column in _WORDS else 13 for column in columns[1:]]
        sheet = self._sheet(name, (9, *widths, *(13 for _ in more)))
        first = 0
        if self._opened.received.simulated_files:
            bold = self._format(bold=True, font_color="#A04C00")
            sheet.write_string(0, 0, say("report.simulated"), bold)
            first = 1
        self._headings(sheet, first, headings, len(rows), 2, valign="bottom")
        sheet.set_row(first, 32)
        for number, entries in enumerate(rows, start=first + 1):
            for column, entry in enumerate(entries):
                self._write(sheet, name, number, column, entry)

    def numbers(self) -> None:
        """Every number of the other sheets: its address, its fact, how it is shown, its cells."""
        say = self._language.plain
        sheet = self._sheet(say("workbook.numbers"), _LISTED.values())
        headings = [say(f"workbook.{key}") for key in _LISTED]
        self._headings(sheet, 0, headings, len(self._written), 0)
        for row, (name, cell, fact) in enumerate(self._written, start=1):
            texts = (name, cell, str(fact.key), self._language.number(fact), _cells(fact.sources))
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text)

    def _sheet(self, name: str, widths: Iterable[int]) -> Any:
        """A sheet to be printed on A4 across, with columns of these widths."""
        sheet = self._book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&P/&N")
        return sheet

    def _headings(
        self, sheet: Any, row: int, headings: Sequence[str], rows: int, kept: int, **more: Any
    ) -> None:
        """The heading row of a table of so many rows, in sight and on every printed page, with the
        first ``kept`` columns.
        """
        heading = self._format(bold=True, bottom=1, text_wrap=True, bg_color="#EAF2FA", **more)
        for column, text in enumerate(headings):
            sheet.write_string(row, column, text, heading)
        sheet.freeze_panes(row + 1, kept)
        sheet.repeat_rows(row)
        sheet.autofilter(row, 0, row + max(rows, 1), len(headings) - 1)

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


@lru_cache(maxsize=1 << 12)  # a share has the cells of its two parts, its points have them too
def _cells(sources: tuple[CellRef, ...]) -> str:
    ranges = ranges_by_sheet(sources).items()
    text = "; ".join(f"{file} › {sheet}: {cells}" for (file, sheet), cells in ranges)
    return harmless(text, 2000)
