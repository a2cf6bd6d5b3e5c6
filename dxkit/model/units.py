"""Administrative units: a dated tree, in which a code without a date does not name a place; and
what becomes of them when boundaries change.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Annotated

from dxkit.model.choices import UnknownNameError
from dxkit.model.keys import Key, MayBeEmpty, OfLevel, OfUnit, PartOfWhole, UnitCode


@dataclass(frozen=True, slots=True)
class Unit:
    """One administrative unit. ``name`` holds its type; the day ``valid_to`` is its
    last; None means not limited.
    """

    code: UnitCode
    name: str
    type: MayBeEmpty
    level: OfLevel
    parent_code: Annotated[OfUnit, Key("parent")] = ""
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None

    def valid_on(self, day: datetime.date) -> bool:
        """Whether the unit exists on that day."""
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)

    @property
    def bare_name(self) -> str:
        """The name without its type."""
        return self.name.removeprefix(self.type).strip()


@dataclass(frozen=True)
class UnitRegistry:
    """The units of a campaign, in the order of the campaign folder.

    One code may stand for several units at different dates; ``on`` gives the tree of one day,
    in which each code is unique. ``levels`` runs from the top level down.
    """

    units: tuple[Unit, ...]
    levels: tuple[str, ...]

    def __repr__(self) -> str:
        return f"UnitRegistry(units={len(self.units)}, levels={self.levels!r})"

    def on(self, day: datetime.date) -> UnitRegistry:
        """The registry as it stands on one day."""
        return UnitRegistry(tuple(u for u in self.units if u.valid_on(day)), self.levels)

    def with_units(self, more: Iterable[Unit]) -> UnitRegistry:
        """This registry and further units."""
        return UnitRegistry((*self.units, *more), self.levels)

    @cached_property
    def _by_code(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def _children(self) -> dict[str, tuple[Unit, ...]]:
        found: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            if unit.parent_code:
                found[unit.parent_code].append(unit)
        return {code: tuple(children) for code, children in found.items()}

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def get(self, code: str) -> Unit:
        """The unit of that code; raises KeyError when there is none."""
        return self._by_code[code]

    def code_of(self, given: str | int) -> str:
        """A code as somebody gives it: text as it is; a number, which has lost the noughts in
        front, as the one code that it can mean, else as its digits.
        """
        if isinstance(given, str):
            return given
        digits = f"{given:.0f}"
        same = [code for code in self._by_code if code.isascii() and code.lstrip("0") == digits]
        return same[0] if len(same) == 1 else digits

    def find(self, given: str | int) -> Unit:
        """The unit that somebody names by its code, as text or number. Raises UnknownNameError with
        units of a code or name like it, or else those below the top, when there is none.
        """
        code = self.code_of(given)
        if code not in self._by_code:
            known = (*self.children(self.top.code), *self.units)
            raise UnknownNameError("unit", code, {unit.code: unit.name for unit in known})
        return self._by_code[code]

    def children(self, code: str) -> tuple[Unit, ...]:
        """The units directly below, in registry order."""
        return self._children.get(code, ())

    def parent(self, code: str) -> Unit | None:
        """The unit directly above, or None at the top."""
        parent_code = self.get(code).parent_code
        return self._by_code.get(parent_code)

    @cached_property
    def _by_level(self) -> dict[str, tuple[Unit, ...]]:
        found: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            found[unit.level].append(unit)
        return {level: tuple(units) for level, units in found.items()}

    @cached_property
    def _ancestors(self) -> dict[str, tuple[Unit, ...]]:
        return {}

    def ancestors(self, code: str) -> tuple[Unit, ...]:
        """All units above, nearest first."""
        known = self._ancestors.get(code)
        if known is None:
            above = self.parent(code)
            known = () if above is None else (above, *self.ancestors(above.code))
            self._ancestors[code] = known
        return known

    def line(self, code: str) -> tuple[str, ...]:
        """The codes of a unit and of all above it, nearest first."""
        return (code, *(unit.code for unit in self.ancestors(code)))

    def descendants(self, code: str) -> tuple[Unit, ...]:
        """All units below, depth first in registry order."""
        found: list[Unit] = []
        for child in self.children(code):
            found.append(child)
            found.extend(self.descendants(child.code))
        return tuple(found)

    def at_level(self, level: str) -> tuple[Unit, ...]:
        """All units of one level, in registry order."""
        return self._by_level.get(level, ())

    @property
    def top(self) -> Unit:
        """The one unit of the top level."""
        return self.at_level(self.levels[0])[0]

    def ancestor_at(self, code: str, level: str) -> Unit | None:
        """The unit itself or the one above it at ``level``; None when there is none."""
        unit = self.get(code)
        return next((u for u in (unit, *self.ancestors(code)) if u.level == level), None)


Share = Fraction | None
"""A part of a unit, above 0 and up to 1; None where there is some and nobody knows how much."""
OUTSIDE = ""
"""The code that stands for all that is not in the plan."""
_ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Succession:
    """One row of successions.csv: a ``share`` of the unit of a code on the day before ``date`` is
    from that day on in a unit of that day. Without a share it is all, where the unit has one heir.
    ``basis`` says what the share is of: people, area.
    """

    from_code: Annotated[OfUnit, Key("from", default=OUTSIDE)]
    to_code: Annotated[OfUnit, Key("to", default=OUTSIDE)]
    date: datetime.date
    share: Annotated[Share, PartOfWhole()] = None
    basis: MayBeEmpty = ""
    source: str = ""

    @property
    def day_before(self) -> datetime.date:
        """The last day of what there was."""
        return self.date - _ONE_DAY


def used(successions: Iterable[Succession]) -> list[Succession]:
    """Of the rows of a unit and a date those of the basis that stands first."""
    basis: dict[tuple[str, datetime.date], str] = {}
    return [s for s in successions if basis.setdefault((s.from_code, s.date), s.basis) == s.basis]


@dataclass(frozen=True)
class Passage:
    """How what is of the units of one day goes to those of another: ``shares`` by code and code, as
    a sparse matrix. A row holds all of its unit, what goes outside the plan, too; there is one of
    what is outside.
    """

    shares: Mapping[str, Mapping[str, Share]]

    def then(self, later: Passage) -> Passage:
        """This passage and a later one after it: the product of the matrices."""
        made: dict[str, dict[str, Share]] = {}
        for code, heirs in self.shares.items():
            row = made.setdefault(code, {})
            for between, first in heirs.items():
                for heir, second in later.shares.get(between, {OUTSIDE: Fraction(1)}).items():
                    part = None if first is None or second is None else first * second
                    known = row.get(heir, Fraction(0))
                    row[heir] = None if known is None or part is None else known + part
        return Passage(made)

    def back(self) -> Passage:
        """The way back: of a unit all of whose heirs have nothing else in them, they are all; of
        others nobody knows which part they are.
        """
        origins = self.origins
        made: dict[str, dict[str, Share]] = {heir: {} for heir in origins}
        for code, heirs in self.shares.items():
            is_alone = OUTSIDE not in (code, *heirs) and all(len(origins[h]) == 1 for h in heirs)
            for heir in heirs:
                made[heir][code] = Fraction(1) if is_alone else None
        made[OUTSIDE][OUTSIDE] = Fraction(1)
        return Passage(made)

    @cached_property
    def origins(self) -> dict[str, dict[str, Share]]:
        """By code of a unit afterwards, what came to it from each unit before."""
        found: dict[str, dict[str, Share]] = defaultdict(dict)
        for code, heirs in self.shares.items():
            for heir, share in heirs.items():
                found[heir][code] = share
        return dict(found)

    @cached_property
    def renamed(self) -> dict[str, str]:
        """The units that are wholly one other, or still themselves, by code the code afterwards."""
        origins = self.origins
        return {
            code: heir
            for code, heirs in self.shares.items()
            for heir, share in heirs.items()
            if OUTSIDE not in (code, heir) and share == 1 and len(origins[heir]) == 1
        }


def passage(
    units: UnitRegistry,
    successions: Iterable[Succession],
    start: datetime.date,
    end: datetime.date,
) -> Passage:
    """From the units of one day to those of another, earlier or later one."""
    if end < start:
        return passage(units, successions, end, start).back()
    rows: dict[datetime.date, list[Succession]] = defaultdict(list)
    for succession in used(successions):
        rows[succession.date].append(succession)
    changes = {*rows, *_first_days(units.units)}
    codes = (OUTSIDE, *(unit.code for unit in units.on(start).units))
    found = Passage({code: {code: Fraction(1)} for code in codes})
    for day in sorted(day for day in changes if start < day <= end):
        found = found.then(_step(rows[day], units.on(day - _ONE_DAY), units.on(day)))
    return found


def _first_days(units: Iterable[Unit]) -> Iterator[datetime.date]:
    """The days on which units begin, and those after which units were there last."""
    for unit in units:
        if unit.valid_from is not None:
            yield unit.valid_from
        if unit.valid_to is not None:
            yield unit.valid_to + _ONE_DAY


def _step(rows: Iterable[Succession], before: UnitRegistry, after: UnitRegistry) -> Passage:
    declared: dict[str, dict[str, Share]] = defaultdict(dict)
    for row in rows:
        declared[row.from_code][row.to_code] = row.share
    shares: dict[str, dict[str, Share]] = {}
    for unit in before.units:
        heirs = declared.get(unit.code) or {unit.code if unit.code in after else OUTSIDE: None}
        is_one = len(heirs) == 1
        shares[unit.code] = {h: Fraction(1) if is_one else s for h, s in heirs.items()}
    shares[OUTSIDE] = {**dict.fromkeys(declared[OUTSIDE]), OUTSIDE: Fraction(1)}
    return Passage(shares)


Ring = tuple[tuple[float, float], ...]
"""Longitude and latitude of the corners of an area."""


@dataclass(frozen=True)
class MapShapes:
    """Where units lie. ``tiles``: code → (row, column) of a schema. ``areas``: code → rings of
    (longitude, latitude). Either may be empty; areas are preferred.
    """

    tiles: dict[str, tuple[int, int]]
    areas: dict[str, tuple[Ring, ...]]

    def neighbours(self, codes: Collection[str]) -> dict[str, frozenset[str]]:
        """For each of these units those of them that it touches: areas by a common corner, tiles by
        side or corner. Nothing for units that lie nowhere.
        """
        corners: dict[str, set[tuple[float, ...]]] = {}
        at: dict[tuple[float, ...], set[str]] = defaultdict(set)
        for code in codes:
            corners[code] = {point for ring in self.areas.get(code, ()) for point in ring}
            if not corners[code] and code in self.tiles:
                row, column = self.tiles[code]
                corners[code] = {(row + r, column + c, 0) for r in (0, 1) for c in (0, 1)}
            for corner in corners[code]:
                at[corner].add(code)
        beside = {
            code: {other for corner in corners[code] for other in at[corner]} for code in codes
        }
        return {code: frozenset(others - {code}) for code, others in beside.items()}
