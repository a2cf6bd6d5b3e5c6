"""Plain sums over the tree of units: what was received, added up unit by unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cached_property, wraps
from typing import Any, NamedTuple, TypeVar

from dxkit.model.campaign import Campaign, Indicator
from dxkit.model.facts import CellRef
from dxkit.model.observations import Observation, Received

Number = int | float | Fraction
Answer = TypeVar("Answer")
_REASONS = ("rejected", "no_data", "unread", "not_reported", "not_measured", "not_applicable")
"""Why there is no number, the chief one first."""


def remembered(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """Have an object's answers kept in it, by what was asked: of an indicator by its id."""

    @wraps(method)
    def ask(self: Any, *asked: Any) -> Answer:
        known: dict[Any, Answer] = self.__dict__.setdefault("_remembered", {})
        is_of_indicator = isinstance(asked[-1], Indicator)
        key = (method, asked[0], asked[-1].id) if is_of_indicator else (method, asked)
        if key not in known:
            known[key] = method(self, *asked)
        return known[key]

    return ask


class Pair(NamedTuple):
    """What is told of some measures together: a number of each (None where there is none), why
    not, the cells, and whether nothing is lacking that should be there.
    """

    numbers: tuple[Fraction | None, ...]
    reasons: frozenset[str]
    cells: tuple[CellRef, ...]
    is_whole: bool

    @property
    def counts(self) -> bool:
        """Whether every number is there."""
        return None not in self.numbers


class Sums:
    """One received period. ``part`` keeps only what was reported on one part of it; ``without`` are
    cells that are treated as if they held nothing.
    """

    def __init__(
        self,
        campaign: Campaign,
        received: Received,
        part: str = "",
        without: frozenset[CellRef] = frozenset(),
    ) -> None:
        self.campaign, self.received, self.without = campaign, received, without
        self.depth = {level.id: n for n, level in enumerate(campaign.levels)}
        self.found: dict[tuple[str, str], list[Observation]] = defaultdict(list)
        """The observations of a unit and a measure."""
        for observation in received.table.observations:
            if not part or observation.period == part:
                self.found[observation.unit_code, observation.measure].append(observation)
        self._unread = received.not_used_of(campaign.report_level)

    @cached_property
    def places(self) -> dict[str, set[CellRef]]:
        """The cells received, by measure."""
        found: dict[str, set[CellRef]] = defaultdict(set)
        for (_, measure), observations in self.found.items():
            found[measure].update(o.address for o in observations)
        return found

    def leaving_out(self, cells: frozenset[CellRef]) -> Sums:
        """The same sums as if these cells held nothing; what was received is not sorted again."""
        other = object.__new__(Sums)
        vars(other).update({**vars(self), "without": cells, "_remembered": {}})
        return other

    def finest(self, measures: Sequence[str]) -> int:
        """The depth of the finest level at which all of these measures can be known."""
        return min(self.depth[self.campaign.measure(m).level] for m in measures)

    def is_measured(self, unit: str, indicator: Indicator) -> bool:
        """Whether units of this level can have a value at all."""
        depth = self.depth[self.received.units.get(unit).level]
        finest = self.finest(measures_of(indicator))
        return depth == finest if indicator.kind == "value" else depth <= finest

    @remembered
    def pairs(self, unit: str, measures: tuple[str, ...]) -> list[Pair]:
        """What every reporting unit at or below this one tells about these measures together."""
        units, finest = self.received.units, self.finest(measures)
        if self.depth[units.get(unit).level] > finest:
            return [_none(measures, "not_measured")]
        here = [self.found.get((unit, m), []) for m in measures]
        if all(here):
            parts = sorted({o.period for found in here for o in found})
            return [self._reported([[o for o in f if o.period == p] for f in here]) for p in parts]
        if any(here):  # one side stands here, the other further down
            sides = [self.total(unit, (m,)) for m in measures]
            reasons = frozenset[str]().union(*(s.reasons for s in sides if not s.counts))
            return [Pair(tuple(s.numbers[0] for s in sides), reasons,
                         tuple(cell for s in sides for cell in s.cells),
                         all(s.is_whole for s in sides))]  # fmt: skip
        below = units.children(unit)
        if not below or self.depth[below[0].level] > finest:
            return [_none(measures, self._silence(unit))]
        return [pair for child in below for pair in self.pairs(child.code, measures)]

    def _reported(self, sides: list[list[Observation]]) -> Pair:
        numbers: list[Fraction | None] = []
        reasons: set[str] = set()
        for whole in sides:
            found = [o for o in whole if o.address not in self.without]
            flags = [str(o.flag) for o in found if o.value is None]
            if not found or (len(sides) > 1 and len(found) < len(whole)):
                flags.append("left_out" if whole else "not_reported")
            known = sum((Fraction(repr(o.value or 0)) for o in found), Fraction(0))
            numbers.append(None if flags else known)
            reasons.update(flags[:1])
        cells = tuple(o.address for found in sides for o in found if o.address not in self.without)
        is_whole = reasons <= {"not_applicable"}
        return Pair(tuple(numbers), frozenset(reasons), cells, is_whole)

    def _silence(self, unit: str) -> str:
        """Why there is nothing of a unit: what came was not used, it lacks beside others, or
        nothing came.
        """
        if unit in self._unread:
            return "unread"
        return "no_data" if unit in self.received.units_heard else "not_reported"

    @remembered
    def total(self, unit: str, measures: tuple[str, ...]) -> Pair:
        """The sums of these measures over the units that tell of all of them."""
        pairs = self.pairs(unit, measures)
        counted, is_whole = [p for p in pairs if p.counts], all(p.is_whole for p in pairs)
        if not counted:
            reasons = frozenset(reason for pair in pairs for reason in pair.reasons)
            return _none(measures, *(reasons or {"not_reported"}), is_whole=is_whole)
        sides = zip(*(pair.numbers for pair in counted), strict=True)
        numbers = tuple(sum((n for n in side if n is not None), Fraction(0)) for side in sides)
        cells = tuple(cell for pair in counted for cell in pair.cells)
        return Pair(numbers, frozenset(), cells, is_whole)

    # of an indicator -----------------------------------------------------------------------

    @remembered
    def of(self, unit: str, indicator: Indicator) -> Pair:
        """What an indicator of a unit is made from."""
        measures = measures_of(indicator)
        if indicator.kind != "value":
            return self.total(unit, measures)
        own = (unit, indicator.numerator) in self.found  # a value is never added up
        return self.pairs(unit, measures)[0] if own else _none(measures, self._silence(unit))

    def completeness(self, unit: str, indicator: Indicator) -> Fraction:
        """The share of the places at or below a unit, by weight, that tell of an indicator."""
        measures, places = measures_of(indicator), self._tellers(unit, measures_of(indicator))
        if indicator.kind == "value":
            return Fraction(chief_reason(self.of(unit, indicator)) == "not_applicable")
        due = there = Fraction(0)
        for place in places:
            weight = Fraction(self.received.weights.get(place, 1))
            told = [pair.is_whole for pair in self.pairs(place, measures)]
            due, there = due + weight, there + weight * sum(told) / len(told)
        return there / due if due else Fraction(1)

    def _tellers(self, unit: str, measures: tuple[str, ...]) -> list[str]:
        """The places at or below a unit that tell, or should have told, of these measures."""
        below, finest = self.received.units.children(unit), self.finest(measures)
        if any((unit, m) in self.found for m in measures):
            return [unit]
        if not below or self.depth[below[0].level] > finest:
            return [unit]
        return [place for child in below for place in self._tellers(child.code, measures)]

    def side(self, unit: str, indicator: Indicator, side: int) -> Fraction | None:
        """The numerator (0) or denominator (1) of a unit."""
        return self.of(unit, indicator).numbers[side]

    @remembered
    def value(self, unit: str, indicator: Indicator) -> Fraction | None:
        """The indicator of a unit."""
        upper, *lower = self.of(unit, indicator).numbers
        if not lower or upper is None:
            return upper
        return upper / lower[0] if lower[0] else None

    def places_told(self, unit: str, measures: tuple[str, ...]) -> dict[str, list[Fraction]]:
        """The sums of what each reporting unit at or below this one told of these measures; raises
        KeyError where they come from different ones.
        """
        here = [(unit, measure) in self.found for measure in measures]
        if not any(here):
            below = (self.places_told(c.code, measures) for c in self.received.units.children(unit))
            return {code: sums for places in below for code, sums in places.items()}
        if not all(here):
            if any(pair.counts for pair in self.pairs(unit, measures)):
                raise KeyError(unit)
            return {}  # half a pair does not count
        counted = [pair.numbers for pair in self.pairs(unit, measures) if pair.counts]
        sides = zip(*counted, strict=True)
        sums = [sum((n for n in side if n is not None), Fraction(0)) for side in sides]
        return {unit: sums} if counted else {}

    def why_missing(self, unit: str, indicator: Indicator) -> str:
        """The chief reason for having no value."""
        return chief_reason(self.of(unit, indicator))

    def cells(self, unit: str, indicator: Indicator) -> set[CellRef]:
        """The cells behind an indicator of a unit."""
        return set(self.of(unit, indicator).cells)


def measures_of(indicator: Indicator) -> tuple[str, ...]:
    """The measures that an indicator is made from."""
    return tuple(m for m in (indicator.numerator, indicator.denominator) if m)


def chief_reason(pair: Pair) -> str:
    """The reason to tell for having no number of a pair."""
    if pair.counts:
        return "not_applicable"  # divided by nothing
    return next(reason for reason in _REASONS if reason in pair.reasons)


def _none(measures: Sequence[str], *reasons: str, is_whole: bool = False) -> Pair:
    return Pair((None,) * len(measures), frozenset(reasons), (), is_whole)
