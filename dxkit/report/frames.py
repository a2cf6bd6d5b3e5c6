"""A period as pandas frames, for analysts: tidy, one thing per row, columns as documented.

Shares are fractions. Text columns hold text, never a missing value; numbers that are missing are
NaN or NA, and ``flag`` says why. What the plan puts in an order (periods, levels, indicators,
measures, grades) is an ordered categorical; ranks and other whole numbers that may be missing are
``Int64``. Behind the documented columns stand labels in words, and the units above at every level;
``attrs`` says what the headings mean. Each call makes a new frame, so nothing an analyst does to
one reaches another.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from dxkit.analysis import rows
from dxkit.analysis.facts.kinds import VALUE_UNITS
from dxkit.analysis.panel import Panel
from dxkit.analysis.rows import (
    FINDING_COLUMNS,
    INDICATOR_COLUMNS,
    OBSERVATION_COLUMNS,
    RANK_RANGE_COLUMNS,
)
from dxkit.campaign.project import Project
from dxkit.model.campaign import Campaign, CampaignError
from dxkit.model.findings import Severity
from dxkit.model.observations import Initiative
from dxkit.model.periods import split_period_id
from dxkit.model.plan import is_measured_at
from dxkit.model.units import UnitRegistry
from dxkit.report.wording.findings import problem_lines, texts_of_findings
from dxkit.report.wording.language import Language
from dxkit.workbooks.raw_folder import raw_files

if TYPE_CHECKING:
    import pandas as pd

    from dxkit.analysis.analysis import Analysis
    from dxkit.period import OpenPeriod

PERIOD_COLUMNS = (
    "campaign", "campaign_name", "period", "period_name", "first_day", "last_day", "due_day",
    "workbooks", "problem",
)  # fmt: skip
UNIT_COLUMNS = ("unit_code", "unit_name", "type", "level", "parent_code")
RULE_COLUMNS = (
    "period", "indicator", "level", "target", "max_points", "scoring", "direction",
    "numerator_measure", "denominator_measure", "assumed",
)  # fmt: skip
CERTAINTY_COLUMNS = (
    "period", "level", "group_code", "group_name", "draws", "draws_changing", "corners",
    "corners_changing", "ways", "ways_changing", "doubtful_cells", "deciding_cells", "tied",
)  # fmt: skip
FACT_COLUMNS = (
    "period", "unit_code", "subject", "kind", "value", "unit_of_measure", "decimals", "method",
    "missing", "marks", "cells",
)  # fmt: skip
INITIATIVE_COLUMNS = (
    "name", "unit_code", "unit_name", "locality", "field", "start", "start_period", "aim",
    "indicators", "households", "evidence", "source", "period", "published", "file", "sheet",
    "cell",
)  # fmt: skip
PANEL_COLUMNS = (
    "unit_code", "period", "time", "value", "first_treated", "district", "type", "size",
)  # fmt: skip
_NUMBERS = {"value", "numerator", "denominator", "target", "attained", "points", "award_draws",
            "size", "max_points"}  # fmt: skip
_WHOLE = {
    "rank", "previous_rank", "tier", "best", "worst", "households", "workbooks", "decimals",
    "direction", "draws", "draws_changing", "corners", "corners_changing", "ways", "doubtful_cells",
    "deciding_cells", "tied", "time", "first_treated",
    *(column for column in RANK_RANGE_COLUMNS if column.endswith(("_best", "_worst"))),
}  # fmt: skip
_TRUTHS = {"published", "awarded", "reserve", "assumed"}
_DAYS = {"first_day", "last_day", "due_day", "period_end"}
_AS_THEY_ARE = {"cells"}


def _frame(columns: Sequence[str], entries: Iterable[Sequence[object]]) -> pd.DataFrame:
    import pandas as pd  # when a frame is asked for: it takes longer than a page to make

    frame = pd.DataFrame([list(row) for row in entries], columns=list(columns), dtype=object)
    for column in columns:
        if column in _NUMBERS:
            frame[column] = frame[column].astype(float)
        elif column in _WHOLE:
            frame[column] = pd.array(frame[column].to_list(), dtype="Int64")
        elif column in _TRUTHS:
            frame[column] = frame[column].astype(bool)
        elif column in _DAYS:
            frame[column] = pd.to_datetime(frame[column])
        elif column not in _AS_THEY_ARE:
            frame[column] = frame[column].fillna("").astype(str)
    return frame


def _ordered(texts: pd.Series[Any], order: Iterable[str]) -> pd.Series[Any]:
    """Texts as an ordered categorical; those of no order (empty ones) come first."""
    import pandas as pd

    found = dict.fromkeys(order)
    rest = sorted({*texts.unique()} - {*found})
    return texts.astype(pd.CategoricalDtype([*rest, *found], ordered=True))


@dataclass(frozen=True)
class Frames:
    """Frames of a campaign in the words of a language, with the units of the period; those that are
    gone since are looked for among the units of earlier ones, the nearest first.
    """

    campaign: Campaign
    language: Language
    units: UnitRegistry
    earlier: tuple[UnitRegistry, ...] = ()

    # what things are called ---------------------------------------------------------------------

    @cached_property
    def _names_by_column(self) -> dict[str, dict[str, str]]:
        """By column, what stands in it in the plan's order and its name in words."""
        plan, say, name = self.campaign, self.language, self.language.name
        rewards = {reward.id: name(reward.names) for reward in plan.rewards}
        return {
            "period": {
                period: say.period(period) for p in plan.periods for period in (*p.parts, p.id)
            },
            "level": {level.id: name(level.names) for level in plan.levels},
            "indicator": {i.id: name(i.short_names) for i in plan.indicators},
            "measure": {measure.id: name(measure.names) for measure in plan.measures},
            "band": {band.id: name(band.names) for band in reversed(plan.scoring.bands)},
            "award": rewards,
            "rule": rewards,
            "reason": {
                key.removeprefix("reason_"): text
                for key, text in say.sections["report"].items()
                if key.startswith("reason_") and "{" not in text
            },
            "severity": {str(s): say.plain(f"site.severity_{s}") for s in reversed(Severity)},
        }

    def _period_end(self, period: str) -> datetime.date | None:
        """The last day of a period; of one of the months that it is reported by, the month's."""
        with_days = {known.id: known.last_day for known in self.campaign.periods}
        if period in with_days or not period:
            return with_days.get(period)
        year, kind, month = split_period_id(period)
        month = month if kind == "month" else 3 * month or 12
        return datetime.date(year, month, calendar.monthrange(year, month)[1])

    def labelled(self, frame: pd.DataFrame, period: str = "") -> pd.DataFrame:
        """The frame with what the plan orders in order, and behind its columns the labels."""
        import pandas as pd

        beside: dict[str, Any] = {}
        for column, names in self._names_by_column.items():
            if column not in frame:
                continue
            texts = frame[column]
            label = texts.map(lambda text, names=names: names.get(text, text))
            if column not in ("award", "rule", "reason"):
                frame[column] = _ordered(texts, names)
                if len(set(names.values())) == len(names):
                    label = _ordered(label, names.values())
            beside[f"{column}_name"] = label
        if "period" in frame:
            ends = {period: self._period_end(period) for period in frame["period"].unique()}
            days = [ends[period] for period in frame["period"]]
            beside["period_end"] = pd.Series(days, frame.index, dtype="datetime64[s]")
        if "unit_code" in frame:
            beside |= self._above(frame["unit_code"])
        for name, column in beside.items():
            if name not in frame:
                frame[name] = column
        return self.told(frame, period)

    def _above(self, codes: Iterable[str]) -> dict[str, list[str]]:
        """By level, code and name of the unit itself or the one above it; empty above its level."""
        found: dict[str, list[str]] = {}
        known = {
            code: {unit.level: unit for unit in (units.get(code), *units.ancestors(code))}
            for units in (*reversed(self.earlier), self.units)
            for code in {*codes}
            if code in units
        }
        for level in (level.id for level in self.campaign.levels[:-1]):
            units = [known.get(code, {}).get(level) for code in codes]
            found[f"{level}_code"] = [unit.code if unit else "" for unit in units]
            found[f"{level}_name"] = [unit.name if unit else "" for unit in units]
        return found

    def told(self, frame: pd.DataFrame, period: str) -> pd.DataFrame:
        """The frame with what its headings mean in ``attrs``."""
        words = self.language.sections["frame"]
        levels = {
            f"{level}_{what}": f"{name} ({words[f'above_{what}']})"
            for level, name in self._names_by_column["level"].items()
            for what in ("code", "name")
        }
        columns = [str(column) for column in frame]
        frame.attrs = {
            "campaign": self.campaign.id,
            "period": period,
            "language": self.language.code,
            "labels": {column: words.get(column) or levels[column] for column in columns},
            "units": {c: words[f"{c}_unit"] for c in columns if f"{c}_unit" in words},
        }
        return frame

    # frames ---------------------------------------------------------------------------------------

    def periods(self, project: Project) -> pd.DataFrame:
        """One row per period of the campaign, in the plan's order."""
        campaign, name = self.campaign, self.language.name(self.campaign.names)
        files = {
            period: len(raw_files(project.period_folder(campaign.id, period)))
            for period in project.periods_with_raw(campaign)
        }
        entries = (
            [
                campaign.id, name, p.id, self.language.period(p.id), p.first_day, p.last_day,
                p.due_day, files.get(p.id, 0), "",
            ]
            for p in campaign.periods
        )  # fmt: skip
        return self.told(_frame(PERIOD_COLUMNS, entries), "")

    def rules(self, campaign: Campaign, period: str) -> pd.DataFrame:
        """One row per indicator and level at which it is measured."""
        entries = (
            [
                period, i.id, level.id, target.value if target else None, i.max_points, i.scoring,
                i.direction, i.numerator, i.denominator,
                i.assumed or bool(target and target.assumed),
            ]
            for i in campaign.indicators
            for level in campaign.levels
            if is_measured_at(campaign, level.id, i)
            for target in [campaign.target(i.id, level.id, period)]
        )  # fmt: skip
        frame = self.labelled(_frame(RULE_COLUMNS, entries), period)
        frame["unit_of_measure"] = self._units_of(frame["indicator"])
        return self.told(frame, period)

    def _units_of(self, indicators: Iterable[str]) -> list[str]:
        """What each of these indicators is measured in."""
        units = {i.id: str(VALUE_UNITS[i.kind]) for i in self.campaign.indicators}
        return [units[indicator] for indicator in indicators]

    def all_units(self, period: str) -> pd.DataFrame:
        """One row per unit, hamlets included, parents before children's level."""
        entries = ([u.code, u.name, u.type, u.level, u.parent_code] for u in self.units.units)
        return self.labelled(_frame(UNIT_COLUMNS, entries), period)

    def observations(self, analyses: Sequence[Analysis]) -> pd.DataFrame:
        """One row per received value, with the cell it stands in."""
        frame = self.of_rows(OBSERVATION_COLUMNS, rows.observation_rows, *analyses)
        measures = [self.campaign.measure(measure) for measure in frame["measure"]]
        frame["unit_of_measure"] = [str(measure.kind) for measure in measures]
        frame["things"] = [self.language.name(m.things) if m.things else "" for m in measures]
        return self.told(frame, analyses[-1].period.id)

    def indicators(self, analyses: Sequence[Analysis]) -> pd.DataFrame:
        """One row per unit, indicator and period."""
        frame = self.of_rows(INDICATOR_COLUMNS, rows.indicator_rows, *analyses)
        frame["unit_of_measure"] = self._units_of(frame["indicator"])
        return self.told(frame, analyses[-1].period.id)

    def of_rows(
        self, columns: Sequence[str], make: Callable[[Analysis], rows.Rows], *analyses: Analysis
    ) -> pd.DataFrame:
        """The rows that ``make`` gives of each period."""
        entries = chain.from_iterable(map(make, analyses))
        return self.labelled(_frame(columns, entries), analyses[-1].period.id)

    def findings(self, opened: OpenPeriod) -> pd.DataFrame:
        """One row per finding, with its text."""
        texts = texts_of_findings(self.campaign, self.units, self.language)
        entries = rows.finding_rows(opened.all_findings, texts)
        return self.labelled(_frame(FINDING_COLUMNS, entries), opened.analysis.period.id)

    def facts(self, analysis: Analysis, unit_code: str) -> pd.DataFrame:
        """One row per fact of a unit's scorecard; ``cells`` lists the cells behind it."""
        entries = (
            [
                key.period, key.unit, key.subject, key.kind, fact.value, str(fact.unit),
                fact.decimals, fact.method, fact.missing, " ".join(sorted(fact.marks)),
                [str(cell) for cell in fact.sources],
            ]
            for key, fact in analysis.scorecard(unit_code).facts.items()
        )  # fmt: skip
        return self.labelled(_frame(FACT_COLUMNS, entries), analysis.period.id)

    def initiatives(self, initiatives: Iterable[Initiative], period: str) -> pd.DataFrame:
        """One row per initiative and unit, reported and published ones."""
        entries = (
            [
                i.name, i.unit_code, self.units.get(i.unit_code).name, i.locality, i.field, i.start,
                i.start_period, i.aim, " ".join(i.indicators), i.households, i.evidence, i.source,
                i.period, i.published, i.address.file, i.address.sheet, i.address.cell,
            ]
            for i in initiatives
        )  # fmt: skip
        return self.labelled(_frame(INITIATIVE_COLUMNS, entries), period)


def panel_frame(panel: Panel, starts: Mapping[str, str], excluded: Collection[str]) -> pd.DataFrame:
    """One row per place and period with a value; ``first_treated`` counts as ``time`` does, from 1,
    and is 0 at places without an initiative. Those whose start is not known, and ``excluded`` ones,
    are left out. As estimators of other packages take it: plain numbers and texts.
    """
    order = {period: number for number, period in enumerate(panel.periods, 1)}
    entries = (
        [
            code, period, order[period], panel.values[code, period],
            order.get(starts.get(code, ""), 0), place.district, place.type, place.size,
        ]
        for code, place in panel.places.items()
        if starts.get(code, "" if code in excluded else "never")
        for period in panel.periods
        if (code, period) in panel.values
    )  # fmt: skip
    frame = _frame(PANEL_COLUMNS, entries)
    return frame.astype({"time": int, "first_treated": int, "size": float})


def campaigns_frame(project: Project, language: Language) -> pd.DataFrame:
    """The periods of all campaigns of a project; of a plan that cannot be loaded, why."""
    import pandas as pd

    from dxkit.campaign.folder import load_campaign

    found = [_frame(PERIOD_COLUMNS, ())]
    for campaign_id in project.campaigns:
        try:
            campaign = load_campaign(project.campaign_folder(campaign_id))
        except CampaignError as error:
            problem = " ".join(problem_lines(error, language))
            entry = [campaign_id, "", "", "", None, None, None, 0, problem]
            found.append(_frame(PERIOD_COLUMNS, [entry]))
        else:
            found.append(Frames(campaign, language, campaign.units).periods(project))
    frame = pd.concat(found, ignore_index=True)
    words = language.sections["frame"]
    labels = {column: words[column] for column in PERIOD_COLUMNS}
    told = {"campaign": "", "period": "", "language": language.code}
    frame.attrs = told | {"labels": labels, "units": {}}
    return frame
