"""Reading a campaign folder: the whole plan at once, with every mistake in it."""

from __future__ import annotations

from pathlib import Path

from dxkit.campaign.csv_reader import Row, read_rows
from dxkit.campaign.measures import read_indicators, read_measures, read_targets
from dxkit.campaign.rules import (
    read_ranking,
    read_rewards,
    read_scoring,
    read_uncertainty,
)
from dxkit.campaign.toml_reader import Declaration, Problems, read_declaration
from dxkit.campaign.units import read_aliases, read_units
from dxkit.model.campaign import Campaign, Correction, Level, Measure
from dxkit.model.check_rules import CheckRules, ReferenceCheck
from dxkit.model.initiatives import ROLES, InitiativeRegister
from dxkit.model.periods import Period, split_period_id
from dxkit.model.problems import CampaignError

LANGUAGES = ("vi", "en")


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
        units = read_units(self.rows, plan, level_ids)
        measures = read_measures(self.rows, level_ids, LANGUAGES)
        indicators = read_indicators(self.rows, measures, LANGUAGES)
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
            aliases=read_aliases(self.rows, units),
            measures=measures,
            indicators=indicators,
            targets=read_targets(self.rows, indicators, level_ids, periods),
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
