"""A campaign: the plan of an emulation movement as data.

Everything a province can change is here; nothing of it is code. ``campaign.folder`` reads it from
``data/campaigns/<id>/``; what each key and column may hold is said of the fields.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated

from dxkit.model import keys
from dxkit.model.choices import look_up
from dxkit.model.keys import Key, Number, Words
from dxkit.model.periods import Period
from dxkit.model.rules import (
    CheckRules,
    RankingRule,
    ReferenceCheck,
    RewardRule,
    ScoringRule,
    UncertaintyRule,
)
from dxkit.model.units import Passage, Succession, Unit, UnitRegistry, passage

WHOLE_MOVEMENT = "*"
"""The period of a target that is to be reached over all periods together."""

ALL_LEVELS = "*"
"""The level of a row of targets.csv that stands for every level."""

SCORING_FUNCTIONS = (
    "ratio_to_target", "ratio_to_target_uncapped", "share", "count", "steps", "min_max",
    "goalposts", "none",
)  # fmt: skip
"""Names an indicator may give as its scoring; ``analysis.rules`` holds the functions."""


class MeasureKind(StrEnum):
    """What a column holds, which decides how its cells are read."""

    COUNT = "count"  # whole things, 0 or more
    AMOUNT = "amount"  # of a unit of measure, with decimals: kg, ha, million dong; 0 or more
    SHARE = "share"  # percentages; stored as fractions
    SCORE = "score"  # a number on a scale of its own
    TEXT = "text"  # words, kept as a column of a register
    ROWS = "rows"  # no column: each row of the register counts one

    @property
    def adds_up(self) -> bool:
        """Whether a unit's number is the sum of those below it."""
        return self in (MeasureKind.COUNT, MeasureKind.AMOUNT, MeasureKind.ROWS)


class Accumulation(StrEnum):
    """How a measure adds up over time."""

    STOCK = "stock"  # the state on the last day
    FLOW = "flow"  # happenings; the parts of a period add up
    MEAN = "mean"  # a score of which, over periods, the mean counts


@dataclass(frozen=True, slots=True)
class Measure:
    """Something somebody reports. ``headers`` are the writings its column goes by; ``whole`` the
    measure it is a part of, if any; ``table`` names the sheet table the column belongs to;
    ``level`` is the finest level that reports it.
    """

    id: Annotated[keys.Id, Key("measure")]
    names: Annotated[Words, Key("name")]
    things: Annotated[Words, Key("thing", default="")]  # what is counted: households, dossiers
    kind: MeasureKind
    accumulation: Accumulation
    level: keys.OfLevel
    table: keys.Id
    headers: Annotated[tuple[str, ...], Key(default=())]
    whole: keys.OfMeasure = ""


class IndicatorKind(StrEnum):
    """How an indicator is made from measures."""

    RATIO = "ratio"  # numerator and denominator added up the tree, then divided
    COUNT = "count"  # numerator added up the tree
    VALUE = "value"  # the measure as reported for the unit itself; never added


@dataclass(frozen=True, slots=True)
class Indicator:
    """A quantity judged by the campaign. ``direction`` is +1 when more is better, else -1.

    ``scoring`` names a function of ``analysis.rules``; ``parameters`` are its numbers.
    """

    id: Annotated[keys.Id, Key("indicator")]
    names: Annotated[Words, Key("name")]
    short_names: Annotated[Words, Key("short_name")]
    kind: IndicatorKind
    numerator: keys.OfMeasure
    denominator: Annotated[keys.OfMeasure, Key(default="")]
    direction: Annotated[int, keys.Choice({"up": 1, "down": -1})]
    decimals: Annotated[int, Number(0, 6, whole=True)]
    max_points: Annotated[float, Number(0, 1_000_000)]
    scoring: Annotated[str, keys.Choice(SCORING_FUNCTIONS)]
    parameters: Mapping[keys.Id, Annotated[float, Number(-1e12, 1e12)]]
    source: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class Target:
    """What an indicator should reach at a level by the end of a period. Shares are fractions."""

    indicator: keys.OfIndicator
    level: Annotated[str, keys.Declared("levels", (ALL_LEVELS,))]
    period: Annotated[str, keys.Declared("periods", (WHOLE_MOVEMENT,))]
    value: Annotated[float, Key("target"), Number(-1e12, 1e12)]
    source: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the tree. Units of an ``open`` level are not in units.csv: the workbooks name
    them, and their code is made from their parent's code and their name.
    """

    id: keys.Id
    names: Annotated[Words, Key("name")]
    open: bool = False
    prefixes: tuple[str, ...] = ()  # the words its units begin with, in several writings


@dataclass(frozen=True, slots=True)
class Alias:
    """Another writing of a unit's name."""

    code: keys.OfUnit
    alias: str


@dataclass(frozen=True, slots=True)
class Correction:
    """The office's own repair of one cell, valid only while the cell reads ``expected``."""

    period: keys.OfPeriod
    file: str
    sheet: keys.MayBeEmpty
    cell: keys.Cell
    expected: keys.MayBeEmpty
    corrected: str
    reason: str
    name: str
    date: Annotated[str, keys.Day(written=True)]


class Decision(StrEnum):
    """What the office says of an explanation."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The office's decision on what a sender says of one finding at one cell, valid only while the
    cell reads ``value`` and the sender says the same.
    """

    period: keys.OfPeriod
    file: str
    sheet: keys.MayBeEmpty
    cell: keys.Cell
    code: keys.Id
    value: keys.MayBeEmpty
    explanation: str
    decision: Decision
    name: str
    date: Annotated[str, keys.Day(written=True)]
    note: keys.MayBeEmpty


Line = Annotated[str, keys.Text("[A-Z]{1,3}|[1-9][0-9]{0,6}", "C, 4")]
"""A column of a sheet by its letter, a row by its number."""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """How sheets are laid out, as far as their headings do not tell; ``file`` and ``sheet`` are
    patterns of names. In a ``transposed`` one rows and columns have changed places: its
    ``header_rows`` are letters, its columns numbers, as the sheet shows them.
    """

    file: str
    sheet: str
    read: bool = True
    header_rows: Annotated[
        str, keys.Text("[1-9][0-9]{0,6}(-[1-9][0-9]{0,6})?|[A-Z]{1,3}(-[A-Z]{1,3})?", "3, 3-4, A")
    ] = ""
    unit_columns: tuple[Line, ...] = ()  # of the names of units, coarser first
    one_unit: bool = False  # the whole sheet is its sender's, whose name stands in no row
    columns: Mapping[Line, keys.OfMeasure] = field(default_factory=dict)
    rows: Mapping[Line, tuple[str, ...]] = field(default_factory=dict)  # only these: column → texts
    transposed: bool = False
    period_columns: tuple[Line, ...] = ()  # each row is of the period that they name
    period_blocks: bool = False  # blocks of rows or columns, each below the period it is of

    @property
    def names_periods(self) -> bool:
        """Whether rows or blocks say which period they are of."""
        return bool(self.period_columns) or self.period_blocks

    @property
    def is_plain(self) -> bool:
        """Whether headings tell all, so that the sheet is read as any other."""
        return self == SheetLayout(self.file, self.sheet, self.read)


INITIATIVE_ROLES = ("name", "locality", "field", "start", "aim", "households", "evidence", "source")
"""What a register tells of an initiative; a campaign says which of its measures holds which."""


@dataclass(frozen=True, slots=True)
class InitiativeRegister:
    """Where a campaign keeps its initiatives: the measures' ``table``, the ``folder`` of published
    ones under the campaign's raw folder (empty when there are none), and ``columns``, which maps
    each of ``INITIATIVE_ROLES`` to a measure id.
    """

    table: keys.Id
    folder: Annotated[keys.Folder, Key(default="")]
    columns: Annotated[Mapping[str, keys.OfMeasure], Key(each=INITIATIVE_ROLES)]


@dataclass(frozen=True, slots=True)
class Conversion:
    """A unit of measure that is so many ``times`` another one, which amounts are kept in."""

    unit: str
    of: str
    times: Annotated[float, Number(1e-9, 1e12)]


@dataclass(frozen=True, slots=True)
class CampaignProblem:
    """One thing wrong in a campaign folder. ``line`` is 1-based, 0 for the whole file.

    The text lives in the message files under ``campaign.<code>``.
    """

    code: str
    file: str
    line: int = 0
    values: Mapping[str, object] = field(default_factory=dict)


class CampaignError(Exception):
    """The campaign folder cannot be used; ``problems`` lists everything that is wrong with it."""

    def __init__(self, problems: tuple[CampaignProblem, ...]) -> None:
        super().__init__(
            "; ".join(f"{p.file}:{p.line}: {p.code} {dict(p.values)}" for p in problems)
        )
        self.problems = problems


@dataclass(frozen=True)
class Campaign:
    """The whole plan. ``units`` holds all dates: ask ``units.on(period.last_day)``."""

    id: keys.CampaignId
    folder: Annotated[Path, Key(made=True)]
    names: Annotated[Words, Key("name")]
    organiser: Words
    legal_basis: Annotated[tuple[Words, ...], Key(default=())]
    levels: tuple[Level, ...]
    report_level: keys.OfLevel
    languages: Annotated[tuple[str, ...], Key(made=True)]
    simulated_marker: keys.MayBeEmpty
    periods: tuple[Period, ...]
    units: Annotated[UnitRegistry, Key(file="units.csv", row=Unit)]
    aliases: Annotated[tuple[Alias, ...], Key(file="aliases.csv", row=Alias)]
    measures: Annotated[tuple[Measure, ...], Key(file="measures.csv", row=Measure)]
    indicators: Annotated[tuple[Indicator, ...], Key(file="indicators.csv", row=Indicator)]
    targets: Annotated[tuple[Target, ...], Key(file="targets.csv", row=Target)]
    scoring: ScoringRule
    ranking: RankingRule
    rewards: tuple[RewardRule, ...] = ()
    reference_checks: tuple[ReferenceCheck, ...] = ()
    checks: CheckRules = field(default_factory=CheckRules)
    corrections: Annotated[tuple[Correction, ...], Key(file="corrections.csv", row=Correction)] = ()
    successions: Annotated[
        tuple[Succession, ...], Key(file="successions.csv", row=Succession, optional=True)
    ] = ()
    explanations: Annotated[
        tuple[Explanation, ...], Key(file="explanations.csv", row=Explanation, optional=True)
    ] = ()
    layouts: Annotated[tuple[SheetLayout, ...], Key("sheets", file="layouts.toml")] = ()
    tables: Mapping[keys.Id, Words] = field(default_factory=dict)  # names of the measures' tables
    abbreviations: Mapping[Annotated[str, keys.Text(r"\w+", "A-Z")], str] = field(
        default_factory=dict
    )
    conversions: tuple[Conversion, ...] = ()
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

    @cached_property
    def activity(self) -> tuple[Measure, ...]:
        """The measures that no indicator and no check of references uses."""
        used = {m for i in self.indicators for m in (i.numerator, i.denominator)}
        used |= {check.reference for check in self.reference_checks}
        return tuple(measure for measure in self.measures if measure.id not in used)

    @cached_property
    def scale(self) -> tuple[Indicator, ...]:
        """The indicators whose points add up to those of the scale."""
        scored = (i for i in self.indicators if i.scoring != "none")
        return tuple(i for i in scored if i.id not in self.scoring.bonus)

    def rewards_in(self, period_id: str, level: str) -> tuple[RewardRule, ...]:
        """The rewards of a level that are given in a period, in the campaign's order."""
        given = (r for r in self.rewards if not r.periods or period_id in r.periods)
        return tuple(rule for rule in given if rule.level == level)

    def measure(self, measure_id: str) -> Measure:
        """The measure of that id; raises UnknownNameError when there is none."""
        return look_up("measure", measure_id, self._measures)

    def indicator(self, indicator_id: str) -> Indicator:
        """The indicator of that id; raises UnknownNameError when there is none."""
        return look_up("indicator", indicator_id, self._indicators)

    def period(self, period_id: str) -> Period:
        """The period of that id; raises UnknownNameError when there is none."""
        return look_up("period", period_id, self._periods)

    def period_of_day(self, text: str) -> str:
        """The id of the shortest period that holds a day, such as 2022-12-14 with or without a time
        behind it; any other text, and a day that none holds, as it is.
        """
        with suppress(ValueError):
            day = datetime.datetime.fromisoformat(text).date()
            held = [p for p in self.periods if p.first_day <= day <= p.last_day]
            if held and text not in self._periods:
                return min(held, key=lambda p: p.last_day - p.first_day).id
        return text

    @cached_property
    def reported(self) -> tuple[Period, ...]:
        """The periods that somebody reports: those not made of others."""
        return tuple(period for period in self.periods if not period.of)

    def leaves(self, period_id: str) -> tuple[Period, ...]:
        """The reported periods that one is made of at last, forward in time; itself if it is one
        of them.
        """
        period = self.period(period_id)
        return tuple(leaf for part in period.of for leaf in self.leaves(part)) or (period,)

    def alike(self, period_id: str) -> tuple[Period, ...]:
        """The periods as long as one, itself among them, in the campaign's order."""
        kind = self.period(period_id).kind
        return tuple(period for period in self.periods if period.kind == kind)

    def previous_period(self, period_id: str) -> Period | None:
        """The period before of the same length, or None for the first."""
        return self._neighbour(period_id, -1)

    def next_period(self, period_id: str) -> Period | None:
        """The period after of the same length, or None for the last."""
        return self._neighbour(period_id, 1)

    def _neighbour(self, period_id: str, step: int) -> Period | None:
        alike = self.alike(period_id)
        position = [period.id for period in alike].index(period_id) + step
        return alike[position] if 0 <= position < len(alike) else None

    def passage(self, start: datetime.date, end: datetime.date) -> Passage:
        """How what is of the units of one day goes to those of another."""
        return passage(self.units, self.successions, start, end)

    def unexplained(self, period_id: str, day: datetime.date) -> tuple[Unit, ...]:
        """The units that begin or end between a period's last day and another day, and of which no
        succession tells what they were before or became.
        """
        first, last = sorted((self.period(period_id).last_day, day))
        told = {(s.to_code, s.date) for s in self.successions}
        told |= {(s.from_code, s.day_before) for s in self.successions}
        return tuple(
            unit
            for unit in self.units.units
            if unit.valid_on(first) is not unit.valid_on(last)
            and (unit.code, unit.valid_from if unit.valid_on(last) else unit.valid_to) not in told
        )

    def other_boundaries(self, period_id: str, day: datetime.date) -> str:
        """A name for the boundaries of a day, the same until they change, where they are others
        than those of a period; else nothing.
        """
        days = (self.period(period_id).last_day, day)
        own, since = (max((s.date for s in self.successions if s.date <= d), default=None)
                      for d in days)  # fmt: skip
        return "" if own == since else str(since or "first")

    def level(self, level_id: str) -> Level:
        """The level of that id; raises UnknownNameError when there is none."""
        return look_up("level", level_id, self._levels)

    def is_flow(self, indicator: Indicator) -> bool:
        """Whether it is a ratio of which both sides are flows: what arises anew in each period."""
        return indicator.kind is IndicatorKind.RATIO and all(
            self.measure(measure).accumulation is Accumulation.FLOW
            for measure in (indicator.numerator, indicator.denominator)
        )

    def target(self, indicator_id: str, level: str, period_id: str) -> Target | None:
        """The target that applies, or None when the plan sets none."""
        return self._targets.get((indicator_id, level, period_id))
