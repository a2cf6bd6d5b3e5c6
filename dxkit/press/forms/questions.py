"""What a sender is asked: the tables, their columns and rows, from the plan and from what came in
the period before; and what the form itself says of a row while it is filled in: formulas by the
rules of the checks that the figures will meet when they come back (``intake.checks.figures``), and
by no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from dxkit.model.rules import CheckRules
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


OPEN = ("empty", "partial", "wrong", "exceeds", "nameless", "explain")
"""Why a row is not done, worst last but one for each colour; ``done`` says that it is."""


@dataclass(frozen=True)
class RowCells:
    """The addresses of a row's cells: of each column; of the name where it is written in, of the
    choice why cells are empty, of the explanation. ``before`` has columns of which the choice
    ``as_before`` (its words, quoted) may say that what the cell given shows still holds.
    """

    columns: Mapping[Asked, str]
    name: str
    choice: str
    answer: str
    as_before: str = ""
    before: Mapping[Asked, str] = field(default_factory=dict)

    def value(self, column: Asked) -> str:
        """The formula of what the row says of a column."""
        at = self.columns[column]
        before = self.before.get(column)
        return f"IF({self._is_left(at)},{before},{at})" if before else at

    def there(self, column: Asked) -> str:
        """The condition that the row says a number of a column."""
        at = self.columns[column]
        is_typed = f"COUNT({at})=1"
        return f"OR({is_typed},{self._is_left(at)})" if column in self.before else is_typed

    def _is_left(self, at: str) -> str:
        return f"{at}&{self.choice}={self.as_before}"  # empty, and the choice made


class States:
    """The formulas of one table; ``say`` gives the words of a state."""

    def __init__(
        self, columns: Sequence[Asked], rules: CheckRules, say: Callable[[str], str]
    ) -> None:
        self._columns, self._rules, self._say = columns, rules, say
        self._entries = [column for column in columns if column.role is Role.ENTRY]
        self._whole = {c.measure.id: c for c in columns if c.role in (Role.ENTRY, Role.SUM)}
        self._before = {c.measure.id: c for c in columns if c.role is Role.BEFORE}

    def validity(self, column: Asked, cells: RowCells) -> str:
        """The condition that what is typed into a cell fulfils."""
        at = cells.columns[column]
        conditions = [f"ISNUMBER({at})", *(f"NOT({wrong})" for wrong in self._wrong(column, at))]
        whole = self._whole_of(column)
        if whole is not None:
            of = cells.columns[whole]
            conditions.append(f"OR(NOT(ISNUMBER({of})),{at}<={of})")
        return f"=AND({','.join(conditions)})"

    def state(self, cells: RowCells, earlier: Mapping[str, float | int]) -> str:
        """The formula of the state of a row whose unit reported ``earlier``, by measure."""
        entries = ",".join(cells.columns[column] for column in self._entries)
        count = len(self._entries)
        wrong = [f"COUNT({entries})<COUNTA({entries})"]
        for column in self._entries:
            wrong += self._wrong(column, cells.columns[column])
        exceeds = [
            f"AND({cells.there(column)},{cells.there(whole)},"
            f"{cells.value(column)}>{cells.value(whole)})"
            for column in self._entries
            if (whole := self._whole_of(column)) is not None
        ]
        asking = [*self._asking(cells, earlier), f'{cells.choice}="{self._say("no_data")}"']
        say = {state: f'"{self._say(f"state_{state}")}"' for state in (*OPEN, "done")}
        nothing = f'AND(COUNTA({entries})=0,{cells.choice}="")'
        named = f'IF({cells.name}="","",{say["empty"]})' if cells.name else say["empty"]
        asks = f'AND({cells.answer}="",OR({",".join(asking)}))'
        formula = f"IF({asks},{say['explain']},{say['done']})"
        lacking = f'AND(COUNT({entries})<{count},{cells.choice}="")'
        if others := [
            c for at, c in cells.columns.items() if at in self._entries and at not in cells.before
        ]:
            is_short = f"COUNT({','.join(others)})<{len(others)}"
            lacking = f"OR({lacking},AND({cells.choice}={cells.as_before},{is_short}))"
        formula = f"IF({lacking},{say['partial']},{formula})"
        if exceeds:
            formula = f"IF(OR({','.join(exceeds)}),{say['exceeds']},{formula})"
        formula = f"IF(OR({','.join(wrong)}),{say['wrong']},{formula})"
        if cells.name:
            formula = f'IF({cells.name}="",{say["nameless"]},{formula})'
        return f"=IF({nothing},{named},{formula})"

    def _whole_of(self, column: Asked) -> Asked | None:
        """The column of the whole that a figure is part of, for the same time."""
        asked = column.measure.whole, column.period
        found = (c for c in self._entries if (c.measure.id, c.period) == asked)
        return next(found, None)

    @staticmethod
    def _wrong(column: Asked, at: str) -> Iterator[str]:
        """What a number of a kind cannot be."""
        kind = column.measure.kind
        if kind is not MeasureKind.SCORE:
            yield f"N({at})<0"
        if kind is MeasureKind.COUNT:
            yield f"INT(N({at}))<>N({at})"
        if kind is MeasureKind.SHARE:
            yield f"N({at})>1"

    def _asking(self, cells: RowCells, earlier: Mapping[str, float | int]) -> Iterator[str]:
        """The conditions under which a figure asks for an explanation: a part of a whole that fell,
        and a change that ``CheckRules`` hold to be unlikely.
        """
        rules = self._rules
        for measure, column in self._whole.items():
            was = earlier.get(measure)
            if was is None or measure not in self._before:
                continue
            at, kind = cells.columns[column], column.measure
            before = cells.columns[self._before[measure]]
            counted = f"COUNT({at})=1"
            if column.role is Role.SUM:
                parts = [cells.columns[c] for c in self._entries if c.measure.id == measure]
                counted = f"COUNT({','.join(parts)})={len(parts)}"
            if kind.accumulation is Accumulation.FLOW:
                larger, smaller = f"MAX({at},{before})", f"MIN({at},{before})"
                unlikely = f"{larger}>={rules.smallest:g},{larger}>{rules.jump_ratio:g}*{smaller}"
            elif kind.whole:
                yield f"AND({counted},{at}<{before})"
                of, then = self._whole.get(kind.whole), self._before.get(kind.whole)
                if of is None or then is None or not earlier.get(kind.whole):
                    continue
                now, past, at = cells.value(of), cells.columns[then], cells.value(column)
                counted = f"N({now})>={rules.smallest:g},{cells.there(column)}"
                unlikely = f"ABS({at}/MAX({now},1)-{before}/{past})>{rules.jump_share:g}"
            else:
                unlikely = (
                    f"{before}>={rules.smallest:g},ABS({at}-{before})>{rules.jump_stock:g}*{before}"
                )
            yield f"AND({counted},{unlikely})"
