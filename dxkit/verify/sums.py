"""Plain sums over the tree of units: what was received, added up place by place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, wraps
from typing import Any, TypeVar

from dxkit.model.campaign import Campaign, Indicator
from dxkit.model.facts import CellRef
from dxkit.model.observations import NOT_USED, Observation, Received

Number = int | float | Fraction
Answer = TypeVar("Answer")
SILENT = frozenset({"not_reported", "unread"})
Total = tuple[Fraction | None, frozenset[str], tuple[CellRef, ...]]
"""A sum, or None and why there is none; and the cells that were added."""


REMEMBERED = "_remembered"


def remembered(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """Have an object's answers kept in it, by what was asked."""

    @wraps(method)
    def ask(self: Any, *asked: Any) -> Answer:
        known: dict[Any, Answer] = self.__dict__.setdefault(REMEMBERED, {})
        key = (method, asked)
        if key not in known:
            known[key] = method(self, *asked)
        return known[key]

    return ask


@dataclass(frozen=True)
class Pair:
    """What one place tells: numbers (None where it does not), the reasons, and its cells."""

    numbers: tuple[Fraction | None, ...]
    reasons: frozenset[str]
    cells: tuple[CellRef, ...]

    @property
    def whole(self) -> bool:
        """Whether every number is there, so that the place counts."""
        return None not in self.numbers


@dataclass
class Sums:
    """One received period. ``part`` keeps only what was reported on one part of it; ``without`` are
    cells that are treated as if they held nothing.
    """

    campaign: Campaign
    received: Received
    part: str = ""
    without: frozenset[CellRef] = frozenset()
    _found: dict[tuple[str, str], list[Observation]] = field(init=False)

    def __post_init__(self) -> None:
        self._found = defaultdict(list)
        for observation in self.received.table.observations:
            if not self.part or observation.period == self.part:
                self._found[observation.unit_code, observation.measure].append(observation)
        answers = (o for o in self.received.table.observations if o.flag != "not_reported")
        units = self.received.units
        self._came = {
            code
            for one in {o.unit_code for o in answers}
            for code in (one, *(above.code for above in units.ancestors(one)))
        }
        self._depth = {level.id: n for n, level in enumerate(self.campaign.levels)}

    @cached_property
    def places(self) -> dict[str, set[CellRef]]:
        """The cells received, by measure."""
        found: dict[str, set[CellRef]] = defaultdict(set)
        for (_, measure), observations in self._found.items():
            found[measure].update(o.place for o in observations)
        return found

    def leaving_out(self, cells: frozenset[CellRef]) -> Sums:
        """The same sums as if these cells held nothing; what was received is not sorted again."""
        other = copy(self)
        other.without = cells
        vars(other).pop(REMEMBERED, None)
        return other

    @remembered
    def pairs(self, unit: str, measures: tuple[str, ...]) -> list[Pair]:
        """What every reporting place at or below the unit tells about these measures together."""
        units = self.received.units
        finest = min(self._depth[self.campaign.measure(m).level] for m in measures)
        if self._depth[units.get(unit).level] > finest:
            return [Pair((None,) * len(measures), frozenset({"not_measured"}), ())]
        here = [self._found.get((unit, m), []) for m in measures]
        if all(here):
            parts = sorted({o.period for found in here for o in found})
            return [self._pair([[o for o in f if o.period == p] for f in here]) for p in parts]
        if any(here):
            sides = [self.total(unit, (m,)) for m in measures]
            numbers = tuple(value for value, _, _ in sides)
            reasons = frozenset(
                reason for v, reasons, _ in sides if v is None for reason in reasons
            )
            cells = tuple(cell for _, _, found in sides for cell in found)
            return [Pair(numbers, reasons, cells)]
        below = units.children(unit)
        if not below or self._depth[below[0].level] > finest:
            return [Pair((None,) * len(measures), frozenset({self.silence(unit)}), ())]
        return [pair for child in below for pair in self.pairs(child.code, measures)]

    def _pair(self, sides: list[list[Observation]]) -> Pair:
        numbers: list[Fraction | None] = []
        reasons: set[str] = set()
        cells: list[CellRef] = []
        for whole in sides:
            found = whole
            if len(sides) == 1:  # a count: only the cell itself is left out
                found = [o for o in whole if o.place not in self.without]
            flags = [str(o.flag) for o in found if o.value is None]
            if any(o.place in self.without for o in found):
                flags.append("left_out")
            if not found:
                flags.append("not_reported")
            if flags:
                numbers.append(None)
                reasons.add(flags[0])
            else:
                numbers.append(sum((Fraction(o.value or 0) for o in found), Fraction(0)))
                cells += [o.place for o in found]
        return Pair(tuple(numbers), frozenset(reasons), tuple(cells))

    @remembered
    def total(self, unit: str, measures: tuple[str, ...], side: int = 0) -> Total:
        """The sum of one side over the places that count, or why there is none; and the cells."""
        pairs = self.pairs(unit, measures)
        counted = [pair for pair in pairs if pair.whole]
        if not counted:
            reasons = frozenset(reason for pair in pairs for reason in pair.reasons)
            return None, reasons or frozenset({"not_reported"}), ()
        numbers = [pair.numbers[side] for pair in counted]
        cells = tuple(cell for pair in counted for cell in pair.cells)
        return sum((n for n in numbers if n is not None), Fraction(0)), frozenset(), cells

    def measures_of(self, indicator: Indicator) -> tuple[str, ...]:
        """The measures that an indicator is made from."""
        return tuple(m for m in (indicator.numerator, indicator.denominator) if m)

    def side(self, unit: str, indicator: Indicator, side: int) -> Fraction | None:
        """The numerator (0) or denominator (1) of a unit."""
        return self.total(unit, self.measures_of(indicator), side)[0]

    def value(self, unit: str, indicator: Indicator) -> Fraction | None:
        """The indicator of a unit."""
        if indicator.kind == "value":
            own = self._found.get((unit, indicator.numerator), [])
            known = [o for o in own if o.value is not None and o.place not in self.without]
            return Fraction(known[0].value or 0) if known and len(known) == len(own) else None
        upper = self.side(unit, indicator, 0)
        if indicator.kind == "count" or upper is None:
            return upper
        lower = self.side(unit, indicator, 1)
        return upper / lower if lower else None

    def why_missing(self, unit: str, indicator: Indicator) -> str:
        """The reason for having no value: ``not_applicable`` only when nothing else is lacking."""
        if indicator.kind == "value":
            own = self._found.get((unit, indicator.numerator), [])
            return str(own[0].flag) if own else self.silence(unit)
        return self.why_no_total(unit, self.measures_of(indicator))

    def why_no_total(self, unit: str, measures: tuple[str, ...]) -> str:
        """The chief reason for having no sum of these measures together."""
        number, reasons, _ = self.total(unit, measures)
        if number is not None:
            return "not_applicable"  # divided by nothing
        order = ("rejected", "no_data", "unread", "not_reported", "not_measured", "not_applicable")
        return next(reason for reason in order if reason in reasons)

    def is_whole(self, unit: str, indicator: Indicator) -> bool:
        """Whether every place that should be in the indicator is, or had nothing to count."""
        if indicator.kind == "value":
            lacks = self.value(unit, indicator) is None
            return not lacks or self.why_missing(unit, indicator) == "not_applicable"
        return self._is_complete(unit, self.measures_of(indicator))

    def _is_complete(self, unit: str, measures: tuple[str, ...]) -> bool:
        here = [m for m in measures if (unit, m) in self._found]
        below = self.received.units.children(unit)
        if here and len(here) < len(measures):  # one side stands here, the other further down
            return all(self._is_complete(unit, (m,)) for m in measures)
        finest = min(self._depth[self.campaign.measure(m).level] for m in measures)
        if not here and below and self._depth[below[0].level] <= finest:
            return all(self._is_complete(child.code, measures) for child in below)
        pairs = self.pairs(unit, measures)
        return all(pair.whole or pair.reasons <= {"not_applicable"} for pair in pairs)

    def is_measured(self, unit: str, indicator: Indicator) -> bool:
        """Whether units of this level can have a value at all."""
        finest = min(
            self._depth[self.campaign.measure(m).level] for m in self.measures_of(indicator)
        )
        depth = self._depth[self.received.units.get(unit).level]
        return depth == finest if indicator.kind == "value" else depth <= finest

    def silence(self, unit: str) -> str:
        """Why there is nothing of a unit: nothing came, what came was not used, or it lacks beside
        others.
        """
        units = self.received.units
        senders = {s.name: s.unit_code for s in self.received.sources}
        line = [unit, *(above.code for above in units.ancestors(unit))]
        reporter = next((c for c in line if units.get(c).level == self.campaign.report_level), "")
        for finding in self.received.findings:
            if finding.code in NOT_USED:
                sender = finding.unit_code or senders.get(finding.place.file, "")
                if sender in line or (sender not in units and reporter and self._is_bare(reporter)):
                    return "unread"
        return "no_data" if unit in self._came else "not_reported"

    def _is_bare(self, unit: str) -> bool:
        """Whether nothing of a unit and those below it was used."""
        own = {unit, *(below.code for below in self.received.units.descendants(unit))}
        return not any(o.unit_code in own for o in self.received.table.observations)

    def cells(self, unit: str, indicator: Indicator) -> set[CellRef]:
        """The cells behind an indicator of a unit."""
        if indicator.kind == "value":
            return {o.place for o in self._found.get((unit, indicator.numerator), [])}
        return set(self.total(unit, self.measures_of(indicator))[2])
