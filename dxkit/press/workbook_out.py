"""league.xlsx: the tables for people who go on in a spreadsheet.

Every number is written unrounded, with a format that shows it as the pages do, and is listed on the
last sheet with its fact and its cells. Text never becomes a formula or a link.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from dxkit.analysis.rule_facts import reward_subject
from dxkit.analysis.unit_facts import TOTAL
from dxkit.model.facts import Fact, UnitOfMeasure
from dxkit.model.rules import RankingRule, RewardRule, ScoringRule
from dxkit.model.units import Unit
from dxkit.story.claims.ranking_rules import list_certainty, ranking_rules, reward_rules
from dxkit.story.claims.view import View
from dxkit.story.messages import Language
from dxkit.story.period import OpenPeriod
from dxkit.story.places import ranges_by_sheet
from dxkit.story.plain_text import harmless
from dxkit.story.sentences import Writer

_DETAILS = ("numerator", "denominator", "value", "target", "gap", "points", "rank")
Entry = Fact | str | None


def write_league(opened: OpenPeriod, path: Path, language: Language) -> None:
    """Ranking, comparison and details of all levels with fixed units, notes, and the list of all
    numbers. The file appears whole or not at all, with the same bytes every time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        book = LeagueBook(scratch, opened, language)
        book.ranking()
        book.comparison()
        book.indicators()
        book.notes()
        book.numbers()
        book.close()
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def number_format(fact: Fact) -> str:
    """The spreadsheet format that shows a fact as a page does: "0.0%", "#,##0"."""
    places = "." + "0" * fact.decimals if fact.decimals else ""
    if fact.unit is UnitOfMeasure.SHARE_DIFFERENCE:
        return f"+0{places};-0{places};0{places}"
    return f"0{places}%" if fact.unit is UnitOfMeasure.SHARE else f"#,##0{places}"


class LeagueBook:
    """The workbook being written, sheet by sheet."""

    def __init__(self, path: Path, opened: OpenPeriod, language: Language) -> None:
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(path, options)
        self._book.set_properties({"created": datetime.datetime(2000, 1, 1)})  # same bytes
        self._opened = opened
        self._language = language
        self._formats: dict[str, Any] = {}
        self._written: list[tuple[str, str, Fact]] = []

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    # the sheets --------------------------------------------------------------------------

    def ranking(self) -> None:
        """The units that get a report, by place."""
        opened, language = self._opened, self._language
        totals = opened.analysis.results.totals
        awards = {rule.id: language.name(rule.names) for rule in opened.campaign.rewards}
        units = opened.analysis.units.at_level(opened.campaign.report_level)
        reasons = {  # of the reward that a unit has, or else of the last that it might have had
            decision.unit_code: language.plain(f"report.reason_{decision.reason}")
            for decisions in opened.analysis.results.decisions.values()
            for decision in decisions
            if not decision.awarded or totals[decision.unit_code].award == decision.rule.id
        }
        rows: list[list[Entry]] = []
        for unit in sorted(
            units, key=lambda u: (totals[u.code].rank is None, totals[u.code].rank or 0)
        ):
            card, total = opened.analysis.scorecard(unit.code), totals[unit.code]
            places = ("points", "max_points", "rank", "rank_best", "rank_worst")
            facts = [card.find(TOTAL, kind) for kind in places]
            before = [card.previous(TOTAL, "rank"), card.find(TOTAL, "rank_change")]
            before += [card.find(TOTAL, kind) for kind in ("progress", "progress_rank")]
            band = language.name(total.band.names) if total.band else None
            award = [awards.get(total.award), reasons.get(unit.code)]
            rows.append([*self._names(unit), *facts, *before, band, *award])
        self._sheet(
            "ranking",
            ("code", "unit", *places, "previous_rank", "rank_change", "progress", "progress_rank",
             "band", "award", "reason"),
            rows,
        )  # fmt: skip

    def comparison(self) -> None:
        """Units × indicators, for the report level and the whole above it."""
        opened = self._opened
        units = [*opened.analysis.units.at_level(opened.campaign.report_level)]
        units.append(opened.analysis.units.top)
        rows: list[list[Entry]] = [
            [
                *self._names(unit),
                *(
                    opened.analysis.scorecard(unit.code).find(indicator.id, "value")
                    for indicator in opened.campaign.indicators
                ),
            ]
            for unit in units
        ]
        names = [self._language.name(i.short_names) for i in opened.campaign.indicators]
        self._sheet("comparison", ("code", "unit"), rows, names)

    def indicators(self) -> None:
        """All details of all units of fixed levels, one row for each unit and indicator."""
        opened = self._opened
        levels = {level.id for level in opened.campaign.levels if not level.open}
        rows: list[list[Entry]] = []
        for unit in opened.analysis.units.units:
            if unit.level not in levels:
                continue
            card = opened.analysis.scorecard(unit.code)
            for result in opened.analysis.results.of_unit(unit.code):
                indicator = result.indicator
                facts = [card.find(indicator.id, kind) for kind in _DETAILS]
                level = self._language.name(opened.campaign.level(unit.level).names)
                name = self._language.name(indicator.short_names)
                rows.append([*self._names(unit), level, name, *facts])
        self._sheet("indicators", ("code", "unit", "level", "indicator", *_DETAILS), rows)

    def notes(self) -> None:
        """What the tables are, how indicators are defined, and the sources of the rules."""
        opened, language, say = self._opened, self._language, self._language.plain
        campaign, period = opened.campaign, opened.analysis.period
        sheet = self._book.add_worksheet(say("workbook.notes"))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 110)
        wrap = self._format(text_wrap=True, valign="top")
        assumed = f" ({say('report.assumed')})"
        days = (day.strftime("%d/%m/%Y") for day in (period.first_day, period.last_day))
        lines = [
            (language.name(campaign.names), language.period(period.id)),
            (say("site.days"), " – ".join(days) + (assumed if period.assumed else "")),
            (say("workbook.notes"), say("workbook.values")),
            (say("report.column_scoring"), say("report.method")),
        ]
        rules: list[ScoringRule | RankingRule | RewardRule] = [campaign.scoring, campaign.ranking]
        for rule in [*rules, *campaign.rewards]:
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
        for row, pair in enumerate(dict.fromkeys(lines)):
            for column, text in enumerate(pair):
                sheet.write_string(row, column, text, wrap)
        _print_settings(sheet)

    def _rules(self) -> Iterator[tuple[str, str]]:
        """The rules of ranking and rewards, and how the lists stand the trials, as pages say."""
        opened, say = self._opened, self._language.plain
        writer = Writer(opened.campaign, opened.analysis.units, self._language)
        units = opened.analysis.units.at_level(opened.campaign.report_level)
        groups = dict.fromkeys(opened.analysis.results.group_of(unit) for unit in units)
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

    def numbers(self) -> None:
        """Every number of the other sheets: its place, its fact, how it is shown, its cells."""
        say = self._language.plain
        sheet = self._book.add_worksheet(say("workbook.numbers"))
        heading = self._format(bold=True, bottom=1, text_wrap=True, bg_color="#EAF2FA")
        for column, key in enumerate(("sheet", "cell", "fact", "shown", "source_cells")):
            sheet.write_string(0, column, say(f"workbook.{key}"), heading)
        for row, (name, cell, fact) in enumerate(self._written, start=1):
            for column, text in enumerate(
                (name, cell, str(fact.key), self._language.number(fact), _cells(fact))
            ):
                sheet.write_string(row, column, text)
        for column, width in enumerate((14, 8, 42, 14, 110)):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(self._written), 1), 4)
        sheet.repeat_rows(0)
        _print_settings(sheet)

    # pieces ------------------------------------------------------------------------------

    def _names(self, unit: Unit) -> list[Entry]:
        return [unit.code, harmless(unit.name)]

    def _format(self, **properties: Any) -> Any:
        key = repr(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def _sheet(
        self,
        key: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Entry]],
        more: Sequence[str] = (),
    ) -> None:
        """One table: ``columns`` are keys of words, ``more`` further headings as they are."""
        say = self._language.plain
        name = say(f"workbook.{key}")
        sheet = self._book.add_worksheet(name)
        first = 0
        if self._opened.received.simulated_files:
            warning = self._format(bold=True, font_color="#A04C00")
            sheet.write_string(0, 0, say("report.simulated"), warning)
            first = 1
        heading = self._format(
            bold=True, bottom=1, text_wrap=True, valign="bottom", bg_color="#EAF2FA"
        )
        headings = [*(say(f"workbook.{column}") for column in columns), *more]
        for column, text in enumerate(headings):
            sheet.write_string(first, column, text, heading)
        for number, entries in enumerate(rows, start=first + 1):
            for column, entry in enumerate(entries):
                self._write(sheet, name, number, column, entry)
        words = [n for n, c in enumerate(columns) if c in ("unit", "level", "indicator")]
        sheet.set_row(first, 32)
        sheet.set_column(0, len(headings) - 1, 13)
        sheet.set_column(0, 0, 9)
        for column in words:
            sheet.set_column(column, column, 24)
        sheet.freeze_panes(first + 1, 2)
        sheet.repeat_rows(first)
        sheet.autofilter(first, 0, first + max(len(rows), 1), len(headings) - 1)
        _print_settings(sheet)

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


def as_in_cell(fact: Fact) -> float | int:
    """The number for the cell: the fact's own value to the 16 digits that the format keeps,
    differences of shares in percentage points.
    """
    scale = 100 if fact.unit is UnitOfMeasure.SHARE_DIFFERENCE else 1
    value = fact.number * scale
    return value if isinstance(value, int) else float(f"{value:.16G}")


def _cells(fact: Fact) -> str:
    places = ranges_by_sheet(fact.sources).items()
    text = "; ".join(f"{file} › {sheet}: {ranges}" for (file, sheet), ranges in places)
    return harmless(text, 2000)


def _print_settings(sheet: Any) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P/&N")
