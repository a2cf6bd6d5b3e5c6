"""league.xlsx: the tables of a period to sign from, and for people who go on in a spreadsheet.

Every number is written unrounded, with a format that shows it as the pages do, and is listed on the
last sheet with its fact and cells. Text is written as text: nothing becomes a formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from dxkit.campaign.project import stated
from dxkit.model.addresses import named_ranges
from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import TOTAL, CellRef, Fact, FactKey, reward_subject
from dxkit.model.rules import REWARD_BASES, RankingRule, RewardRule, ScoringRule
from dxkit.model.text import harmless
from dxkit.model.units import Unit
from dxkit.period import OpenPeriod
from dxkit.press.publish.sheets import Column, Entry, Sheets, workbook
from dxkit.report.sentences.ranking_and_rewards import list_certainty, ranking_rules, reward_rules
from dxkit.report.sentences.unit_view import View
from dxkit.report.tracing import subject_names
from dxkit.report.wording.language import Language
from dxkit.report.wording.publications import state_html
from dxkit.report.wording.sentences import Writer

_DETAILS = ("numerator", "denominator", "value", "target", "gap", "points", "rank")
_WIDTHS = {"unit": 24, "level": 24, "within": 22, "indicator": 24, "award": 20, "reason": 36,
           "rank": 7, "max_points": 10, "value": 10, "name": 40, "source": 46,
           "source_of_target": 46}  # fmt: skip
"""Letters that columns have room for, where these are not ten."""
_CENTRED = {"code", "rank", "previous_rank", "rank_change", "rank_best", "rank_worst", "band",
            "progress_rank", "tier"}  # fmt: skip
_LISTED = {"sheet": 18, "cell": 7, "fact": 34, "shown": 11, "unit": 20, "what": 34,
           "source_cells": 60}  # fmt: skip
"""Columns of the last sheet and their widths."""


def write_league(opened: OpenPeriod, path: Path, language: Language) -> None:
    """Contents, ranking, all units of fixed levels below, proposals, comparison, criteria, details,
    series, notes, and the list of all numbers. The file appears whole or not at all, with the same
    bytes every time.
    """
    campaign, period = opened.campaign, opened.analysis.period
    say, name = language.plain, language.name(campaign.names)
    days = " – ".join(map(language.day, (period.first_day, period.last_day)))
    publication = stated(opened.project, campaign.id, period.id)
    warnings = [state_html(publication, "", language).striptags()] if publication else []
    warnings += [say("report.simulated")] * bool(opened.received.simulated_files)
    told = {"title": language.titled("workbook.title", period), "subject": name,
            "author": language.name(campaign.organiser)}  # fmt: skip
    about = f"{name} – {days}"
    with workbook(path, language, about, warnings, told) as sheets:
        league = _League(sheets, opened, language)
        league.contents()
        league.ranking()
        league.levels_below()
        league.awards()
        league.comparison()
        league.criteria()
        league.details()
        league.series()
        league.notes()
        league.numbers()


class _League:
    """The workbook being written, sheet by sheet."""

    def __init__(self, sheets: Sheets, opened: OpenPeriod, language: Language) -> None:
        self._sheets = sheets
        self._opened = opened
        self._language = language
        self._known_names: dict[str, str] = {}
        self._awards = {rule.id: language.name(rule.names) for rule in opened.campaign.rewards}
        self._reasons = {  # of the reward that a unit has, or else of the last it might have had
            decision.unit_code: language.plain(f"report.reason_{decision.reason}")
            for decision in opened.analysis.standing.decisions()
            if not decision.awarded
            or opened.analysis.standing.award(decision.unit_code) == decision.rule.id
        }

    def contents(self) -> None:
        """What the sheets hold, and room for who signs them."""
        say, opened = self._language.plain, self._opened
        title = self._language.titled("workbook.title", opened.analysis.period)
        self._sheets.contents(say("workbook.contents"), title, self._signed())

    def _signed(self) -> Sequence[Sequence[str]]:
        say = self._language.plain
        signs = [say(f"official.{key}") for key in ("on_behalf", "office_holder")]
        return (
            (say("workbook.prepared"), "", "", "", "", say("official.signed_by")),
            (*signs, "", "", "", say("official.signed_by")),
        )

    def ranking(self) -> None:
        """The units that get a report, by rank."""
        opened, standing = self._opened, self._opened.analysis.standing
        units = opened.analysis.units.at_level(opened.campaign.report_level)
        before = opened.analysis.previous
        kinds = ["points", "max_points", "rank_change"]
        sure = ["rank_best", "rank_worst", *(["tier"] * opened.campaign.ranking.tiers)]
        moved = ["progress", "progress_rank"]
        rows: list[list[Entry]] = []
        for code in standing.in_order(unit.code for unit in units):
            card = opened.analysis.scorecard(code)
            row = [card.find(TOTAL, "rank"), *self._names(card.unit)]
            row += [card.find(TOTAL, kind) for kind in kinds]
            was = before.facts.find(code, TOTAL, "rank") if before is not None else None
            row += [was, *self._judged(code)]
            row += [card.find(TOTAL, kind) for kind in (*sure, *moved)]
            rows.append([*row, *self._visits(code)])
        heads = ("rank", "code", "unit", *kinds, "previous_rank", "band", "award", "reason",
                 *sure, *moved, *self._of_visits)  # fmt: skip
        columns = self._columns(heads, rows)
        self._sheets.table(*self._head("ranking"), columns, rows, kept=3, signed=self._signed())

    def _judged(self, code: str) -> list[Entry]:
        """A unit's grade, reward, and the reason for it."""
        standing = self._opened.analysis.standing
        grade = standing.band(code)
        band = self._language.name(grade.names) if grade else None
        return [band, self._awards.get(standing.award(code)), self._reasons.get(code)]

    def levels_below(self) -> None:
        """All units of each fixed level below, unit by unit above them, by rank."""
        opened, analysis = self._opened, self._opened.analysis
        ids = [level.id for level in opened.campaign.levels]
        for level in opened.campaign.levels[ids.index(opened.campaign.report_level) + 1 :]:
            units = analysis.units.at_level(level.id)
            if level.open or not units:
                continue
            shown = [
                i for i in opened.campaign.indicators
                if any(self._fact(unit.code, i.id, "value") for unit in units)
            ]  # fmt: skip
            rows: list[list[Entry]] = []
            for above in dict.fromkeys(unit.parent_code for unit in units):
                group = (unit.code for unit in analysis.units.children(above))
                for code in analysis.standing.in_order(group):
                    rank, *told = (
                        self._fact(code, TOTAL, kind) for kind in ("rank", "points", "rank_change")
                    )
                    row = [*self._names(analysis.units.get(above))[1:], rank]
                    row += [*self._names(analysis.units.get(code)), *told, *self._judged(code)]
                    rows.append([*row, *(self._fact(code, i.id, "value") for i in shown)])
            heads = ("within", "rank", "code", "unit", "points", "rank_change", "band", "award",
                     "reason")  # fmt: skip
            columns = [*self._columns(heads, rows), *map(self._column, shown)]
            name = self._language.name(level.names)
            said = self._language.plain("workbook.about_level", level=name)
            title = self._title(name)
            self._sheets.table(name[:1].upper() + name[1:], title, said, columns, rows, kept=4)

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
            heads = ("code", "unit", "level", "within", "rank", "award", "reason", *self._of_visits)
            head = self._head("awards")
            self._sheets.table(
                *head, self._columns(heads, rows), rows, kept=2, signed=self._signed()
            )

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
        columns = [*self._columns(("code", "unit")), *map(self._column, opened.campaign.indicators)]
        self._sheets.table(*self._head("comparison"), columns, rows, kept=2)

    def criteria(self) -> None:
        """What each criterion is, what it counts, its target and who reaches it."""
        opened, language = self._opened, self._language
        campaign, top = opened.campaign, opened.analysis.units.top.code
        found = opened.analysis.facts.find
        assumed = f" ({language.plain('report.assumed')})"
        sources = {t.indicator: t.source + assumed * t.assumed for t in campaign.targets
                   if t.period == opened.analysis.period.id}  # fmt: skip
        units = opened.analysis.units.at_level(campaign.report_level)
        rows: list[list[Entry]] = []
        for i in campaign.indicators:
            cards = [opened.analysis.scorecard(unit.code) for unit in units]
            row: list[Entry] = [
                language.name(i.names),
                next((f for c in cards if (f := c.find(i.id, "max_points"))), None),
            ]
            row += [next((f for c in cards if (f := c.find(i.id, "target"))), None)]
            row += [found(top, i.id, kind) for kind in ("value", "children_met", "children_known")]
            rows.append([*row, i.source + assumed * i.assumed, sources.get(i.id)])
        heads = ("name", "max_points", "target", "whole", "children_met", "children_known",
                 "source", "source_of_target")  # fmt: skip
        self._sheets.table(*self._head("criteria"), self._columns(heads), rows, kept=1)

    def details(self) -> None:
        """All details of all units of fixed levels, one row for each unit and indicator."""
        opened = self._opened
        levels = {level.id for level in opened.campaign.levels if not level.open}
        rows: list[list[Entry]] = []
        for unit in opened.analysis.units.units:
            if unit.level not in levels:
                continue
            for indicator in View(opened.analysis, unit).indicators:
                facts = [self._fact(unit.code, indicator.id, kind) for kind in _DETAILS]
                level = self._language.name(opened.campaign.level(unit.level).names)
                name = self._language.name(indicator.short_names)
                rows.append([*self._names(unit), level, name, *facts])
        columns = self._columns(("code", "unit", "level", "indicator", *_DETAILS))
        self._sheets.table(*self._head("details"), columns, rows, kept=2)

    def series(self) -> None:
        """Points, rank and results of the units that get a report in all periods there are."""
        opened, language = self._opened, self._language
        analysis, say = opened.analysis, language.plain
        told = [(TOTAL, kind, say(f"workbook.{kind}")) for kind in ("points", "rank")]
        told += [(i.id, "value", language.name(i.short_names)) for i in opened.campaign.indicators]
        rows: list[list[Entry]] = []
        for unit in (*analysis.units.at_level(opened.campaign.report_level), analysis.units.top):
            for subject, kind, name in told:
                found = analysis.over_time(unit.code, subject, kind)
                if any(found.values()):
                    rows.append([*self._names(unit), name, *found.values()])
        columns = self._columns(("code", "unit", "indicator"), rows)
        named = map(language.period, analysis.over_time(analysis.units.top.code, TOTAL, "points"))
        columns += [Column(name[:1].upper() + name[1:], 12) for name in named]
        self._sheets.table(*self._head("series"), columns, rows, kept=3)

    def notes(self) -> None:
        """What the tables are, how indicators are defined, and the sources of the rules."""
        opened, language, say = self._opened, self._language, self._language.plain
        campaign, period = opened.campaign, opened.analysis.period
        assumed = f" ({say('report.assumed')})"
        days = map(language.day, (period.first_day, period.last_day))
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
        lines += self._rules()
        self._sheets.pairs(*self._head("notes"), dict.fromkeys(lines))

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

    def _fact(self, code: str, subject: str, kind: str) -> Fact | None:
        """A fact of a unit whose whole scorecard nobody may need."""
        analysis = self._opened.analysis
        return analysis.find(FactKey(analysis.period.id, code, subject, kind))

    def _name(self, unit: Unit) -> str:
        if unit.code not in self._known_names:  # each stands in many rows
            name = harmless(self._language.unit(unit, starts=True))
            self._known_names[unit.code] = name
        return self._known_names[unit.code]

    def _names(self, unit: Unit) -> list[Entry]:
        return [unit.code, self._name(unit)]

    def _title(self, what: str) -> str:
        period = self._language.period(self._opened.analysis.period.id)
        return self._language.plain(
            "workbook.titled", what=what[:1].upper() + what[1:], period=period
        )

    def _head(self, key: str) -> tuple[str, str, str]:
        """A sheet's name, its title and what it holds."""
        say = self._language.plain
        name = say(f"workbook.{key}")
        return name, self._title(name), say(f"workbook.about_{key}")

    def _columns(self, keys: Sequence[str], rows: Sequence[Sequence[Entry]] = ()) -> list[Column]:
        """Columns by the keys of their headings, codes as wide as those in the ``rows``; points
        have bars up to the whole.
        """
        at = keys.index("code") if "code" in keys else -1
        codes = [str(row[at]) for row in rows]
        widths = {**_WIDTHS, "code": max(6, *map(len, codes)) + 2 if codes else 8}
        whole = sum(i.max_points for i in self._opened.campaign.indicators)
        return [
            Column(
                self._language.plain(f"workbook.{key}"),
                widths.get(key, 10),
                whole if key == "points" and "numerator" not in keys else 0,
                key in _CENTRED,
            )
            for key in keys
        ]

    def _column(self, indicator: Indicator) -> Column:
        """The results on an indicator, shares with bars."""
        name = self._language.name(indicator.short_names)
        return Column(name, 11, float(indicator.kind is IndicatorKind.RATIO))

    def numbers(self) -> None:
        """Every number of the other sheets: its address, its fact, how it is shown, its cells."""
        say = self._language.plain
        columns = [Column(say(f"workbook.{key}"), width) for key, width in _LISTED.items()]
        rows = self._rows_of_numbers()
        name, about = say("workbook.numbers"), say("workbook.about_numbers")
        many = sum(1 for _ in self._sheets.numbers())
        self._sheets.listing(name, about, columns, rows, many)

    def _rows_of_numbers(self) -> Iterator[Sequence[str]]:
        analysis = self._opened.analysis
        subjects = subject_names(analysis.campaign, self._language)
        known = self._language.sections["trace"]
        for name, cell, fact in self._sheets.numbers():
            key = fact.key
            kind = known.get(f"kind_{key.kind}", key.kind)
            what = f"{subjects.get(key.subject, key.subject)}: {kind}"
            unit = self._name(analysis.units.get(key.unit))
            shown = self._language.number(fact)
            yield name, cell, str(key), shown, unit, what, _cells(fact.sources)


@lru_cache(maxsize=1 << 12)  # a share has the cells of its two parts, its points have them too
def _cells(sources: tuple[CellRef, ...]) -> str:
    return harmless("; ".join(named_ranges(sources)), 2000)
