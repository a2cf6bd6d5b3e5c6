"""What the periods of a series say: of a period that is open, its facts; of one before it, those of
them that are kept of every period, in plain lists that a file can hold.

What is kept of a period tells no cells: opening it does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import Any, Protocol

from dxkit.model.facts import Fact, FactKey, UnitOfMeasure

KEPT: Mapping[str, tuple[str, ...]] = {
    "indicator": ("numerator", "denominator", "value", "target", "points", "rank", "ranked"),
    "total": ("points", "max_points", "covered", "figures_lacking", "rank", "ranked", "targets",
              "targets_met"),
    "measure": ("value",),
}  # fmt: skip
"""The kinds of facts that are kept of every period, by what they are about."""
_MADE_FROM = {"value": ("numerator", "denominator"), "points": ("value",), "rank": ("value",)}
Kept = Mapping[str, Any]
"""What is kept of a period: ``sources`` by name their hash, ``units`` by code, subject and kind:
value, decimals, unit, method, reason, marks; also ``places``, as ``PeriodOfSeries`` tells them.
"""


class PeriodOfSeries(Protocol):
    """A period as a series looks at it."""

    id: str

    @property
    def sources(self) -> Mapping[str, str]:
        """The hash of each file that the period was made from, by its name."""

    def find(self, unit: str, subject: str, kind: str) -> Fact | None:
        """One fact of a unit; None when there is no such fact."""

    def places(self, unit: str, subject: str) -> str:
        """The same text for the same units: who told of an indicator, or has a rank (total)."""


def is_alike(one: PeriodOfSeries, other: PeriodOfSeries, unit: str, indicator: str) -> bool:
    """Whether two values of an indicator can be compared: the same places told of it, or all that
    should.
    """
    if one.places(unit, indicator) == other.places(unit, indicator):
        return True
    facts = (period.find(unit, indicator, "value") for period in (one, other))
    return not any(fact is None or "partial" in fact.marks for fact in facts)


class PeriodKept(PeriodOfSeries):
    """One of which is known what is kept; ``ask`` gives that, when it is first needed."""

    def __init__(self, period: str, ask: Callable[[], Kept]) -> None:
        self.id, self._ask = period, ask

    @cached_property
    def _kept(self) -> Kept:
        return self._ask()

    @property
    def sources(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self._kept["sources"]
        return found

    def find(self, unit: str, subject: str, kind: str) -> Fact | None:
        told = self._kept["units"].get(unit, {}).get(subject, {})
        if kind == "places" or kind not in told:
            return None
        value, decimals, measured, method, missing, marks = told[kind]
        key = FactKey(self.id, unit, subject, kind)
        made_from = (key._replace(kind=k) for k in _MADE_FROM.get(kind, ()) if k in told)
        inputs = tuple(made_from) if value is not None else ()
        reserved = frozenset(marks.split())
        return Fact(
            key, value, UnitOfMeasure(measured), decimals, method, inputs, (), missing, reserved
        )

    def places(self, unit: str, subject: str) -> str:
        found: str = self._kept["units"].get(unit, {}).get(subject, {}).get("places", "")
        return found

    def facts(self, unit: str) -> Iterator[Fact]:
        """All facts of a unit."""
        for subject, kinds in self._kept["units"].get(unit, {}).items():
            found = (self.find(unit, subject, kind) for kind in kinds)
            yield from (fact for fact in found if fact is not None)


def digest_of_units(codes: Collection[str]) -> str:
    """A short text that is the same for the same units."""
    told = "/".join(sorted({*codes}))
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest() if told else ""
