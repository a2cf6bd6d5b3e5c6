"""league.xlsx: the tables of a period for people who go on in a spreadsheet."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from dxkit.model.facts import TOTAL, reward_subject
from dxkit.model.received_text import harmless
from dxkit.model.rules import RankingRule, RewardRule, ScoringRule
from dxkit.model.units import Unit
from dxkit.period import OpenPeriod
from dxkit.press.publish.fact_workbook import Entry, FactBook
from dxkit.report.sentences.ranking_and_rewards import list_certainty, ranking_rules, reward_rules
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import Language
from dxkit.report.wording.sentences import Writer

_DETAILS = ("numerator", "denominator", "value", "target", "gap", "points", "rank")
_WORDS = ("unit", "level", "indicator", "award", "reason")
"""Columns that hold names."""


def write_league(opened: OpenPeriod, path: Path, language: Language) -> None:
    """Ranking, comparison and details of all levels with fixed units, notes, and the list of all
    numbers. The file appears whole or not at all, with the same bytes every time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        warning = language.plain("report.simulated") if opened.received.simulated_files else ""
        book = FactBook(scratch, language, warning)
        league = _League(book, opened, language)
        league.ranking()
        league.comparison()
        league.indicators()
        league.notes()
        book.numbers()
        book.close()
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


class _League:
    """What stands on the sheets."""

    def __init__(self, book: FactBook, opened: OpenPeriod, language: Language) -> None:
        self._book = book
        self._opened = opened
        self._language = language

    def ranking(self) -> None:
        """The units that get a report, by place."""
        opened, language = self._opened, self._language
        standing = opened.analysis.standing
        awards = {rule.id: language.name(rule.names) for rule in opened.campaign.rewards}
        units = opened.analysis.units.at_level(opened.campaign.report_level)
        reasons = {  # of the reward that a unit has, or else of the last that it might have had
            decision.unit_code: language.plain(f"report.reason_{decision.reason}")
            for decision in standing.decisions()
            if not decision.awarded or standing.award(decision.unit_code) == decision.rule.id
        }
        rows: list[list[Entry]] = []
        for code in standing.in_order(unit.code for unit in units):
            card, grade = opened.analysis.scorecard(code), standing.band(code)
            places = ("points", "max_points", "rank", "rank_best", "rank_worst")
            facts = [card.find(TOTAL, kind) for kind in places]
            before = [card.previous(TOTAL, "rank"), card.find(TOTAL, "rank_change")]
            before += [card.find(TOTAL, kind) for kind in ("progress", "progress_rank")]
            band = language.name(grade.names) if grade else None
            award = [awards.get(standing.award(code)), reasons.get(code)]
            rows.append([*self._names(card.unit), *facts, *before, band, *award])
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
            for indicator in View(opened.analysis, unit).indicators:
                facts = [card.find(indicator.id, kind) for kind in _DETAILS]
                level = self._language.name(opened.campaign.level(unit.level).names)
                name = self._language.name(indicator.short_names)
                rows.append([*self._names(unit), level, name, *facts])
        self._sheet("indicators", ("code", "unit", "level", "indicator", *_DETAILS), rows)

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
        self._book.texts(say("workbook.notes"), dict.fromkeys(lines))

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
        return [unit.code, harmless(unit.name)]

    def _sheet(
        self,
        key: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Entry]],
        more: Sequence[str] = (),
    ) -> None:
        """One table: ``columns`` are keys of words, ``more`` further headings as they are."""
        say = self._language.plain
        headings = [*(say(f"workbook.{column}") for column in columns), *more]
        wide = [place for place, column in enumerate(columns) if column in _WORDS]
        self._book.table(say(f"workbook.{key}"), headings, rows, wide)
