"""What a sender is asked: the tables, their columns and rows, from the plan and from what came in
the period before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from dxkit.intake.checks.figures import exact_stocks, sums_of
from dxkit.model.boundaries import as_of
from dxkit.model.campaign import (
    Accumulation,
    Campaign,
    Indicator,
    IndicatorKind,
    Measure,
    MeasureKind,
)
from dxkit.model.observations import Received
from dxkit.model.periods import Period
from dxkit.model.units import Unit, UnitRegistry
from dxkit.report.wording.language import Language

_FURTHER, _WITHOUT_ANY = 3, 12
"""Rows for units that the plan does not list, below each unit above: where some are known, where
none is.
"""
_LEAST_ROWS = 10  # of a register
_OF_TEXTS = (MeasureKind.TEXT, MeasureKind.ROWS)


class Role(StrEnum):
    """What a column is for."""

    ENTRY = "entry"  # filled in
    SUM = "sum"  # of the parts of the period
    BEFORE = "before"  # what was reported a period ago
    SHARE = "share"  # of a whole, in per cent


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A column with the labels above it, from the top down. Of a share ``measure`` is the part.
    Each is itself: columns are compared and hashed by identity.
    """

    role: Role
    measure: Measure
    period: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A row: of a unit, of one still to be named (None), or of a ``group`` of the rows below it;
    ``depth`` counts the groups above.
    """

    unit: Unit | None
    depth: int
    group: bool = False


@dataclass(frozen=True)
class Question:
    """One table of figures, or a register, whose rows are all further ones."""

    table: str
    columns: tuple[Asked, ...]
    rows: tuple[AskedRow, ...]
    is_register: bool = False

    @property
    def depth(self) -> int:
        """Rows of labels."""
        return max(len(column.path) for column in self.columns)

    @property
    def stocks(self) -> dict[Asked, Asked]:
        """The columns of stocks to be filled in, each with that of the period before."""
        before = {c.measure.id: c for c in self.columns if c.role is Role.BEFORE}
        return {
            column: before[column.measure.id]
            for column in self.columns
            if column.role is Role.ENTRY and column.measure.id in before
            if column.measure.accumulation is Accumulation.STOCK
        }


class Questions:
    """What the senders of a period are asked."""

    def __init__(
        self, campaign: Campaign, period: Period, before: Received | None, language: Language
    ) -> None:
        self.campaign, self.period, self.before, self.language = campaign, period, before, language
        self.units: UnitRegistry = campaign.units.on(period.last_day)
        self._order = [level.id for level in campaign.levels]
        references = {check.reference for check in campaign.reference_checks}
        register = campaign.initiatives
        published = {register.columns["source"]} if register else set[str]()
        self._measures = [m for m in campaign.measures if m.id not in references | published]

    def of(self, sender: Unit) -> list[Question]:
        """The tables that a unit reports, in the plan's order."""
        tables = dict.fromkeys(measure.table for measure in self._measures)
        found = (self._question(table, sender) for table in tables)
        return [question for question in found if question is not None]

    def _question(self, table: str, sender: Unit) -> Question | None:
        own = [m for m in self._measures if m.table == table and m.kind is not MeasureKind.ROWS]
        level = max((m.level for m in own), key=self._order.index, default="")
        if not own or self._order.index(level) < self._order.index(sender.level):
            return None
        if any(m.kind in _OF_TEXTS for m in own):
            columns = [Asked(Role.ENTRY, m, self.period.id, self._path(m)[-1:]) for m in own]
            number = max(_LEAST_ROWS, 2 * len(self.at(sender, level)))
            return Question(table, tuple(columns), (AskedRow(None, 0),) * number, True)
        rows = self._rows(sender, level, 0, sends=True)
        return Question(table, tuple(self._columns(own)), tuple(rows)) if rows else None

    def at(self, sender: Unit, level: str) -> list[Unit]:
        """The units of a level at or below a sender."""
        return [u for u in (sender, *self.units.descendants(sender.code)) if u.level == level]

    # columns ---------------------------------------------------------------------------------

    def _columns(self, measures: Sequence[Measure]) -> Iterator[Asked]:
        by_parts = [measure for measure in measures if self._is_by_parts(measure)]
        for part in self.period.parts if by_parts else ():
            label = self.label_of(part)
            for measure in by_parts:
                yield Asked(Role.ENTRY, measure, part, (label, *self._path(measure)))
        for measure in measures:
            path, role = self._path(measure), Role.ENTRY
            if measure in by_parts:
                path, role = (self.language.plain("form.whole_period"), *path), Role.SUM
            yield Asked(role, measure, self.period.id, path)
            if self.before is not None:
                label = self.language.plain("form.before")
                yield Asked(Role.BEFORE, measure, self.period.id, (*path[:-1], label))
            for indicator in self._shares(measure, measures):
                label = self.language.plain("form.share")
                if target := self._targets(indicator, measure.level):
                    label += "\n" + self.language.plain("form.target", target=target)
                yield Asked(Role.SHARE, measure, self.period.id, (*path[:-1], label))

    def _is_by_parts(self, measure: Measure) -> bool:
        """Whether a flow is asked for each part of the period: as it was reported a period ago."""
        if not self.period.parts or measure.accumulation is not Accumulation.FLOW:
            return False
        if self.before is None:
            return True
        of = self.before.table
        return {o.period for o in of.observations if o.measure == measure.id} != {of.period}

    def _path(self, measure: Measure) -> tuple[str, ...]:
        """The labels of a measure's column: as the plan writes them first, and the name in the
        form's language below where that is another.
        """
        name = self.language.name(measure.names)
        if not measure.headers:
            return (name,)
        path = tuple(label.strip() for label in measure.headers[0].split(">"))
        if self.language.code != self.campaign.languages[0] and name not in path:
            path = (*path[:-1], f"{path[-1]}\n{name}")
        thing = next(iter(measure.things.values()), "")
        if measure.kind is MeasureKind.AMOUNT and thing and thing not in path[-1]:
            path = (*path[:-1], f"{path[-1]} ({thing})")
        return path

    def label_of(self, part: str) -> str:
        """The label of a part of the period."""
        own = self.language.period(part)
        label = self.language.plain("form.month", number=str(int(part[5:])), year=part[:4])
        return label if own.casefold() == label.casefold() else f"{label}\n{own}"

    def _shares(self, measure: Measure, beside: Sequence[Measure]) -> list[Indicator]:
        """The ratios of which a measure is the part, and its own whole is beside it."""
        return [
            indicator
            for indicator in self.campaign.indicators
            if indicator.kind is IndicatorKind.RATIO
            and indicator.numerator == measure.id
            and indicator.denominator == measure.whole
            and measure.whole in {other.id for other in beside}
        ][:1]

    def _targets(self, indicator: Indicator, level: str) -> str:
        """What an indicator should reach at the level that reports, in per cent."""
        target = self.campaign.target(indicator.id, level, self.period.id)
        mark = self.language.plain("number.decimal_mark")
        return f"{target.value * 100:g}".replace(".", mark) if target else ""

    # rows ------------------------------------------------------------------------------------

    def _rows(self, unit: Unit, level: str, depth: int, *, sends: bool = False) -> list[AskedRow]:
        """The rows for a unit: itself where it is of the level that reports, else its group; none
        where nothing is below.
        """
        if unit.level == level:
            return [AskedRow(unit, depth)]
        at = self._order.index(unit.level) + 1
        is_open = self._order[at] == level and self.campaign.level(level).open
        below = self._named_before(unit, level) if is_open else self.units.children(unit.code)
        is_group = is_open or not sends  # the sender's own group is the whole table
        rows = [row for child in below for row in self._rows(child, level, depth + is_group)]
        if is_open:
            rows += [AskedRow(None, depth + 1)] * (_FURTHER if below else _WITHOUT_ANY)
        return [AskedRow(unit, depth, group=True), *rows] if is_group and rows else rows

    def _named_before(self, unit: Unit, level: str) -> Sequence[Unit]:
        """The units of an open level that were reported below a unit a period ago."""
        known = self.before.units.children(unit.code) if self.before else ()
        return [child for child in known if child.level == level]

    # what is said of them --------------------------------------------------------------------

    def name_of(self, table: str) -> str:
        """The name of a table; its id where the plan gives none."""
        return self.language.name(self.campaign.tables.get(table) or {"": table})

    @property
    def days(self) -> str:
        """From when to when the period is."""
        first, last = map(self.language.day, (self.period.first_day, self.period.last_day))
        return self.language.plain("form.from_to", first=first, last=last)

    @cached_property
    def earlier(self) -> dict[str, dict[str, float | int]]:
        """What was reported a period ago, over all its parts, by unit and measure."""
        found: dict[str, dict[str, float | int]] = {}
        observations = self.before.table.observations if self.before else ()
        for (unit, measure), value in sums_of(observations).items():
            found.setdefault(unit, {})[measure] = value
        return found

    @cached_property
    def exact_stocks(self) -> frozenset[tuple[str, str]]:
        """The units and measures of which a sender may say that what was reported a period ago
        still holds: none of a unit that took in or gave away a part of another since.
        """
        if self.before is None:
            return frozenset()
        _, carried = as_of(self.campaign, self.before, self.period.last_day)
        then, now = (exact_stocks(self.campaign, each) for each in (self.before, carried))
        return frozenset(key for key, value in then.items() if now.get(key) == value)
