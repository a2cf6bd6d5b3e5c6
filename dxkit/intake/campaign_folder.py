"""Reading a campaign folder: the whole plan at once, with every mistake in it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from dxkit.intake.campaign_rules import (
    read_ranking,
    read_rewards,
    read_scoring,
    read_uncertainty,
)
from dxkit.intake.declared import Declaration, Problems, Row, read_declaration, read_rows
from dxkit.model.campaign import (
    SCORING_FUNCTIONS,
    WHOLE_MOVEMENT,
    Accumulation,
    Alias,
    Campaign,
    CampaignError,
    CheckRules,
    Correction,
    Indicator,
    IndicatorKind,
    Level,
    Measure,
    MeasureKind,
    ReferenceCheck,
    Target,
)
from dxkit.model.initiatives import ROLES, InitiativeRegister
from dxkit.model.periods import Period, split_period_id
from dxkit.model.units import Unit, UnitRegistry

LANGUAGES = ("vi", "en")
_ALL_LEVELS = "*"
_Kind = TypeVar("_Kind", bound=StrEnum)


def campaign_ids(folder: Path) -> tuple[str, ...]:
    """Ids of the campaigns that a folder of campaign folders holds, sorted."""
    return tuple(sorted(path.parent.name for path in folder.glob("*/campaign.toml")))


def load_campaign(folder: Path) -> Campaign:
    """The campaign in ``folder``; raises CampaignError listing everything that is wrong with it."""
    problems: Problems = []
    campaign = _Reader(folder, problems).read()
    if problems:
        raise CampaignError(tuple(sorted(problems, key=lambda p: (p.file, p.line))))
    return campaign


class _Reader:
    def __init__(self, folder: Path, problems: Problems) -> None:
        self.folder = folder
        self.problems = problems
        self.plan = read_declaration(folder / "campaign.toml", problems)

    def rows(self, name: str, *columns: str) -> list[Row]:
        return read_rows(self.folder / name, columns, self.problems)

    def read(self) -> Campaign:
        plan = self.plan
        if plan.text("id") != self.folder.name:
            plan.problem("id_differs", "id", text=plan.text("id"), folder=self.folder.name)
        levels = tuple(self._level(table) for table in plan.tables("levels"))
        level_ids = tuple(level.id for level in levels)
        if not levels:
            plan.problem("key_missing", "levels")
        report_level = plan.text("report_level")
        if report_level not in level_ids:
            plan.problem("level_unknown", "report_level", text=report_level)
        periods = self._periods()
        period_ids = [period.id for period in periods]
        units = self._units(level_ids)
        measures = self._measures(level_ids)
        indicators = self._indicators(measures)
        campaign = Campaign(
            id=plan.text("id"),
            folder=self.folder,
            names=plan.words("name", LANGUAGES),
            organiser=plan.words("organiser", LANGUAGES),
            legal_basis=tuple(
                {code: table.text(code) for code in LANGUAGES}
                for table in plan.tables("legal_basis")
            ),
            levels=levels,
            report_level=report_level,
            languages=LANGUAGES,
            simulated_marker=plan.text("simulated_marker", ""),
            periods=periods,
            units=units,
            aliases=self._aliases(units),
            measures=measures,
            indicators=indicators,
            targets=self._targets(indicators, level_ids, periods),
            scoring=read_scoring(plan, indicators, LANGUAGES),
            ranking=read_ranking(plan, level_ids, indicators, units, period_ids, LANGUAGES),
            rewards=read_rewards(plan, level_ids, period_ids, LANGUAGES),
            uncertainty=read_uncertainty(plan),
            last_day=plan.day("last_day") if plan.has("last_day") else None,
            reference_checks=self._reference_checks(measures),
            checks=self._check_rules(),
            corrections=self._corrections(periods),
            layouts=self._layouts(),
            tables=self._tables(measures),
            initiatives=self._initiatives(measures),
        )
        plan.refuse_unknown_keys()
        return campaign

    def _level(self, table: Declaration) -> Level:
        level = Level(
            table.text("id"),
            table.words("name", LANGUAGES),
            table.truth("open", False),
            table.texts("prefixes", []),
        )
        table.refuse_unknown_keys()
        return level

    def _periods(self) -> tuple[Period, ...]:
        periods: list[Period] = []
        for table in self.plan.tables("periods"):
            period = Period(
                table.text("id"),
                table.day("first_day"),
                table.day("last_day"),
                table.texts("parts", []),
                table.text("source", ""),
                table.truth("assumed", False),
                table.day_or_none("due_day"),
            )
            table.refuse_unknown_keys()
            for identifier in (period.id, *period.parts):
                try:
                    split_period_id(identifier)
                except ValueError:
                    table.problem("period_malformed", "id", text=identifier)
            if period.last_day < period.first_day:
                table.problem("period_backwards", "last_day", period=period.id)
            if periods and period.first_day <= periods[-1].last_day:
                table.problem("period_overlaps", "first_day", period=period.id)
            periods.append(period)
        if not periods:
            self.plan.problem("key_missing", "periods")
        return tuple(periods)

    def _units(self, level_ids: tuple[str, ...]) -> UnitRegistry:
        columns = ("code", "name", "type", "level", "parent", "valid_from", "valid_to")
        found: dict[str, list[Unit]] = defaultdict(list)
        rows = []
        for row in self.rows("units.csv", *columns):
            unit = Unit(
                row.text("code", required=True),
                row.text("name", required=True),
                row.text("type"),
                row.one_of("level", level_ids),
                row.text("parent"),
                row.day("valid_from"),
                row.day("valid_to"),
            )
            if any(_overlap(unit, other) for other in found[unit.code]):
                row.problem("unit_repeated", unit=unit.code)
            found[unit.code].append(unit)
            rows.append((row, unit))
        for row, unit in rows:
            top = bool(level_ids) and unit.level == level_ids[0]
            parents = [p for p in found.get(unit.parent_code, []) if _overlap(unit, p)]
            if top == bool(unit.parent_code) or (unit.parent_code and not parents):
                row.problem("parent_unknown", unit=unit.code, parent=unit.parent_code)
            elif any(
                p.level in level_ids
                and unit.level in level_ids
                and level_ids.index(p.level) >= level_ids.index(unit.level)
                for p in parents
            ):
                row.problem("parent_not_above", unit=unit.code, parent=unit.parent_code)
        if not rows:
            self.plan.problem("no_units", "levels")
        return UnitRegistry(tuple(unit for _, unit in rows), level_ids)

    def _aliases(self, units: UnitRegistry) -> tuple[Alias, ...]:
        aliases = []
        for row in self.rows("aliases.csv", "code", "alias"):
            if row.text("code") not in units:
                row.problem("unit_unknown", unit=row.text("code"))
            aliases.append(Alias(row.text("code"), row.text("alias", required=True)))
        return tuple(aliases)

    def _measures(self, level_ids: tuple[str, ...]) -> tuple[Measure, ...]:
        names = [f"{column}_{code}" for column in ("name", "thing") for code in LANGUAGES]
        columns = ("kind", "accumulation", "level", "table", "headers", "whole")
        rows = self.rows("measures.csv", "measure", *names, *columns)
        measures = tuple(
            Measure(
                row.text("measure", required=True),
                row.words("name", LANGUAGES),
                {code: row.text(f"thing_{code}") for code in LANGUAGES},
                _enumeration(MeasureKind, row, "kind"),
                _enumeration(Accumulation, row, "accumulation"),
                row.one_of("level", level_ids),
                row.text("table", required=True),
                row.parts("headers"),
                row.text("whole"),
            )
            for row in rows
        )
        ids = [measure.id for measure in measures]
        for row, measure in zip(rows, measures, strict=True):
            if ids.count(measure.id) > 1:
                row.problem("repeated", text=measure.id)
            if measure.whole and measure.whole not in ids:
                row.problem("measure_unknown", text=measure.whole)
            if not measure.headers and measure.kind is not MeasureKind.ROWS:
                row.problem("field_empty", column="headers")
        return measures

    def _indicators(self, measures: tuple[Measure, ...]) -> tuple[Indicator, ...]:
        names = [f"{column}_{code}" for column in ("name", "short_name") for code in LANGUAGES]
        columns = [
            "kind",
            "numerator",
            "denominator",
            "direction",
            "decimals",
            "max_points",
            "scoring",
            "parameters",
            "source",
            "assumed",
        ]
        rows = self.rows("indicators.csv", "indicator", *names, *columns)
        ids = {measure.id for measure in measures}
        indicators = []
        for row in rows:
            kind = _enumeration(IndicatorKind, row, "kind")
            ratio = kind is IndicatorKind.RATIO
            indicators.append(
                Indicator(
                    row.text("indicator", required=True),
                    row.words("name", LANGUAGES),
                    row.words("short_name", LANGUAGES),
                    kind,
                    row.one_of("numerator", ids),
                    row.one_of("denominator", ids if ratio else (), empty=not ratio),
                    1 if row.one_of("direction", ("up", "down")) == "up" else -1,
                    int(row.number("decimals")),
                    row.number("max_points"),
                    row.one_of("scoring", sorted(SCORING_FUNCTIONS)),
                    _parameters(row),
                    row.text("source", required=True),
                    row.truth("assumed"),
                )
            )
            if [i.id for i in indicators].count(indicators[-1].id) > 1:
                row.problem("repeated", text=indicators[-1].id)
        return tuple(indicators)

    def _targets(
        self,
        indicators: tuple[Indicator, ...],
        level_ids: tuple[str, ...],
        periods: tuple[Period, ...],
    ) -> tuple[Target, ...]:
        kinds = {indicator.id: indicator.kind for indicator in indicators}
        columns = ("indicator", "level", "period", "target", "source", "assumed")
        targets: dict[tuple[str, str, str], Target] = {}
        for row in self.rows("targets.csv", *columns):
            indicator = row.one_of("indicator", kinds)
            named = row.one_of("level", (*level_ids, _ALL_LEVELS))
            period = row.one_of("period", [WHOLE_MOVEMENT, *(p.id for p in periods)])
            value = row.number("target")
            if kinds.get(indicator) is IndicatorKind.RATIO and not 0 < value <= 1:
                row.problem("target_not_a_share", text=row.text("target"))
            source, assumed = row.text("source", required=True), row.truth("assumed")
            for level in level_ids if named == _ALL_LEVELS else (named,):
                if (indicator, level, period) in targets:
                    row.problem("repeated", text=f"{indicator}, {level}, {period}")
                targets[indicator, level, period] = Target(
                    indicator, level, period, value, source, assumed
                )
        return tuple(targets.values())

    def _check_rules(self) -> CheckRules:
        table = self.plan.table("checks", optional=True)
        default = CheckRules()
        rules = CheckRules(
            table.number("jump_share", default.jump_share),
            table.number("jump_stock", default.jump_stock),
            table.number("jump_ratio", default.jump_ratio),
            table.number("smallest", default.smallest),
            int(table.number("copied_rows", default.copied_rows)),
            table.number("heaping_window", default.heaping_window),
            table.number("heaping_chance", default.heaping_chance),
        )
        table.refuse_unknown_keys()
        return rules

    def _reference_checks(self, measures: tuple[Measure, ...]) -> tuple[ReferenceCheck, ...]:
        ids = {measure.id for measure in measures}
        checks = []
        for table in self.plan.tables("reference_checks"):
            check = ReferenceCheck(
                table.text("measure"),
                table.text("reference"),
                table.text("folder"),
                table.number("tolerance"),
                table.text("source"),
            )
            for key in ("measure", "reference"):
                if getattr(check, key) not in ids:
                    table.problem("measure_unknown", key, text=getattr(check, key))
            table.refuse_unknown_keys()
            checks.append(check)
        return tuple(checks)

    def _initiatives(self, measures: tuple[Measure, ...]) -> InitiativeRegister | None:
        table = self.plan.table("initiatives", optional=True)
        if not table.keys():
            return None
        ids = {measure.id for measure in measures}
        columns = {role: table.text(role) for role in ROLES}
        for role, measure in columns.items():
            if measure and measure not in ids:
                table.problem("measure_unknown", role, text=measure)
        register = InitiativeRegister(table.text("table"), table.text("folder", ""), columns)
        if register.table not in {measure.table for measure in measures}:
            table.problem("unknown_choice", "table", text=register.table, allowed="measures.csv")
        unknown = [key for key in table.keys() if key not in (*ROLES, "table", "folder")]  # noqa: SIM118
        for key in unknown:
            table.problem("key_unknown", key)
        return register

    def _corrections(self, periods: tuple[Period, ...]) -> tuple[Correction, ...]:
        columns = [
            "period",
            "file",
            "sheet",
            "cell",
            "expected",
            "corrected",
            "reason",
            "name",
            "date",
        ]
        corrections = []
        for row in self.rows("corrections.csv", *columns):
            row.one_of("period", [period.id for period in periods])
            row.day("date")
            required = {"file", "cell", "corrected", "reason", "name", "date"}
            fields = (row.text(column, required=column in required) for column in columns)
            corrections.append(Correction(*fields))
        return tuple(corrections)

    def _layouts(self) -> dict[str, object]:
        layouts = read_declaration(self.folder / "layouts.toml", self.problems)
        sheets = []
        for table in layouts.tables("sheets"):
            sheets.append(
                {
                    "file": table.text("file"),
                    "sheet": table.text("sheet"),
                    "read": table.truth("read"),
                }
            )
            table.refuse_unknown_keys()
        layouts.refuse_unknown_keys()
        return {"sheets": sheets}

    def _tables(self, measures: tuple[Measure, ...]) -> dict[str, dict[str, str]]:
        declared = self.plan.table("tables")
        named = {key: declared.words(key, LANGUAGES) for key in declared.keys()}  # noqa: SIM118
        for table in dict.fromkeys(measure.table for measure in measures):
            if table not in named:
                self.plan.problem("table_without_name", "tables", text=table)
        return named


def _enumeration(kinds: type[_Kind], row: Row, column: str) -> _Kind:
    members = {str(member): member for member in kinds}
    text = row.one_of(column, members)
    return members.get(text, next(iter(kinds)))


def _parameters(row: Row) -> dict[str, float]:
    """The field ``parameters``: ``name=number`` pairs between ``|``."""
    found = {}
    for part in row.parts("parameters"):
        name, _, number = part.partition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError:
            row.problem("not_a_number", column="parameters", text=part)
    return found


def _overlap(one: Unit, other: Unit) -> bool:
    """Whether two units exist on a common day."""
    start = max(one.valid_from or datetime.date.min, other.valid_from or datetime.date.min)
    return start <= min(one.valid_to or datetime.date.max, other.valid_to or datetime.date.max)
