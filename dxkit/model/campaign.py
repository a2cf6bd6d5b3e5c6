"""A campaign: the plan of an emulation movement as data.

Everything a province can change is here; nothing of it is code. ``intake.campaign_folder``
reads it from ``data/campaigns/<id>/``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from dxkit.model.check_rules import CheckRules, ReferenceCheck
from dxkit.model.initiatives import InitiativeRegister
from dxkit.model.periods import Period
from dxkit.model.rules import RankingRule, RewardRule, ScoringRule, UncertaintyRule, Words
from dxkit.model.units import UnitRegistry

WHOLE_MOVEMENT = "*"
"""The period of a target that is to be reached over all periods together."""

SCORING_FUNCTIONS = frozenset(
    {
        "ratio_to_target",
        "ratio_to_target_uncapped",
        "share",
        "count",
        "steps",
        "min_max",
        "goalposts",
        "none",
    }
)
"""Names an indicator may give as its scoring; ``analysis.scoring`` holds the functions."""


class MeasureKind(StrEnum):
    """What a column holds, which decides how its cells are read."""

    COUNT = "count"  # whole things, 0 or more
    SHARE = "share"  # percentages; stored as fractions
    SCORE = "score"  # a number on a scale of its own
    TEXT = "text"  # words, kept as a column of a register
    ROWS = "rows"  # no column: each row of the register counts one


class Accumulation(StrEnum):
    """How a measure adds up over time."""

    STOCK = "stock"  # the state on the last day
    FLOW = "flow"  # happenings; the parts of a period add up


@dataclass(frozen=True, slots=True)
class Measure:
    """Something somebody reports. ``headers`` are the writings its column goes by; ``whole`` the
    measure it is a part of, if any; ``table`` names the sheet table the column belongs to;
    ``level`` is the finest level that reports it.
    """

    id: str
    names: Words
    things: Words  # what is counted: households, dossiers
    kind: MeasureKind
    accumulation: Accumulation
    level: str
    table: str
    headers: tuple[str, ...]
    whole: str = ""


class IndicatorKind(StrEnum):
    """How an indicator is made from measures."""

    RATIO = "ratio"  # numerator and denominator added up the tree, then divided
    COUNT = "count"  # numerator added up the tree
    VALUE = "value"  # the measure as reported for the unit itself; never added


@dataclass(frozen=True, slots=True)
class Indicator:
    """A quantity judged by the campaign. ``direction`` is +1 when more is better, else -1.

    ``scoring`` names a function of ``analysis.scoring``; ``parameters`` are its numbers.
    """

    id: str
    names: Words
    short_names: Words
    kind: IndicatorKind
    numerator: str
    denominator: str
    direction: int
    decimals: int
    max_points: float
    scoring: str
    parameters: Mapping[str, float]
    source: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class Target:
    """What an indicator should reach at a level by the end of a period. Shares are fractions."""

    indicator: str
    level: str
    period: str
    value: float
    source: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the tree. Units of an ``open`` level are not in units.csv: the workbooks name
    them, and their code is made from their parent's code and their name.
    """

    id: str
    names: Words
    open: bool = False
    prefixes: tuple[str, ...] = ()  # the words its units begin with, in several writings


@dataclass(frozen=True, slots=True)
class Alias:
    """Another writing of a unit's name."""

    code: str
    alias: str


@dataclass(frozen=True, slots=True)
class Correction:
    """The office's own repair of one cell, valid only while the cell reads ``expected``."""

    period: str
    file: str
    sheet: str
    cell: str
    expected: str
    corrected: str
    reason: str
    name: str
    date: str


@dataclass(frozen=True)
class Campaign:
    """The whole plan. ``units`` holds all dates: ask ``units.on(period.last_day)``."""

    id: str
    folder: Path
    names: Words
    organiser: Words
    legal_basis: tuple[Words, ...]
    levels: tuple[Level, ...]
    report_level: str
    languages: tuple[str, ...]
    simulated_marker: str
    periods: tuple[Period, ...]
    units: UnitRegistry
    aliases: tuple[Alias, ...]
    measures: tuple[Measure, ...]
    indicators: tuple[Indicator, ...]
    targets: tuple[Target, ...]
    scoring: ScoringRule
    ranking: RankingRule
    rewards: tuple[RewardRule, ...] = ()
    reference_checks: tuple[ReferenceCheck, ...] = ()
    checks: CheckRules = field(default_factory=CheckRules)
    corrections: tuple[Correction, ...] = ()
    layouts: Mapping[str, object] = field(default_factory=dict)
    tables: Mapping[str, Words] = field(default_factory=dict)  # names of the measures' tables
    initiatives: InitiativeRegister | None = None
    uncertainty: UncertaintyRule | None = None
    last_day: datetime.date | None = None  # when the movement itself ends

    def __repr__(self) -> str:
        return f"Campaign({self.id!r})"

    @cached_property
    def _measures(self) -> dict[str, Measure]:
        return {measure.id: measure for measure in self.measures}

    @cached_property
    def _indicators(self) -> dict[str, Indicator]:
        return {indicator.id: indicator for indicator in self.indicators}

    @cached_property
    def _periods(self) -> dict[str, Period]:
        return {period.id: period for period in self.periods}

    @cached_property
    def _levels(self) -> dict[str, Level]:
        return {level.id: level for level in self.levels}

    @cached_property
    def _targets(self) -> dict[tuple[str, str, str], Target]:
        return {(t.indicator, t.level, t.period): t for t in self.targets}

    def measure(self, measure_id: str) -> Measure:
        """The measure of that id; raises KeyError when there is none."""
        return self._measures[measure_id]

    def indicator(self, indicator_id: str) -> Indicator:
        """The indicator of that id; raises KeyError when there is none."""
        return self._indicators[indicator_id]

    def period(self, period_id: str) -> Period:
        """The period of that id; raises KeyError when there is none."""
        return self._periods[period_id]

    def previous_period(self, period_id: str) -> Period | None:
        """The period before, in the campaign's order, or None for the first."""
        position = [period.id for period in self.periods].index(period_id)
        return self.periods[position - 1] if position else None

    def next_period(self, period_id: str) -> Period | None:
        """The period after, in the campaign's order, or None for the last."""
        position = [period.id for period in self.periods].index(period_id)
        return self.periods[position + 1] if position + 1 < len(self.periods) else None

    def level(self, level_id: str) -> Level:
        """The level of that id; raises KeyError when there is none."""
        return self._levels[level_id]

    def is_flow(self, indicator: Indicator) -> bool:
        """Whether it is a ratio of which both sides are flows: what arises anew in each period."""
        return indicator.kind is IndicatorKind.RATIO and all(
            self.measure(measure).accumulation is Accumulation.FLOW
            for measure in (indicator.numerator, indicator.denominator)
        )

    def target(self, indicator_id: str, level: str, period_id: str) -> Target | None:
        """The target that applies, or None when the plan sets none."""
        return self._targets.get((indicator_id, level, period_id))
