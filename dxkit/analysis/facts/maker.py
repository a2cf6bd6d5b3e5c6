"""The three ways a fact comes to be: reported by somebody, declared by the plan, derived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dxkit.analysis.aggregates import Quantity
from dxkit.model.facts import (
    CellRef,
    Fact,
    FactKey,
    UnitOfMeasure,
    united_marks,
    united_sources,
)
from dxkit.model.observations import Flag

_APPROXIMATE = frozenset({Flag.APPROXIMATE_ABOVE, Flag.APPROXIMATE_BELOW, Flag.APPROXIMATE})


@lru_cache(maxsize=1 << 18)
def _located(period: str, cell: CellRef) -> CellRef:
    """The address within the campaign's raw folder: periods have files of the same name."""
    return CellRef(f"{period}/{cell.file}", cell.sheet, cell.cell)


@dataclass(frozen=True, slots=True)
class FactMaker:
    """Makes the facts of one unit in one period.

    ``simulated_files`` and ``doubtful_cells`` decide which reservations a reported fact carries.
    """

    period: str
    unit_code: str
    simulated_files: frozenset[str]
    doubtful_cells: frozenset[CellRef]

    def key(self, subject: str, kind: str) -> FactKey:
        """The key of a fact of this unit and period."""
        return FactKey(self.period, self.unit_code, subject, kind)

    def reported(
        self,
        subject: str,
        kind: str,
        quantity: Quantity,
        unit: UnitOfMeasure,
        decimals: int = 0,
        method: str = "sum",
        inputs: Iterable[Fact] = (),
    ) -> Fact:
        """A fact made straight from observations, with their cells and reservations."""
        cells = dict.fromkeys(observation.place for observation in quantity.observations)
        reservations = {
            "partial": quantity.partial,
            "simulated": any(cell.file in self.simulated_files for cell in cells),
            "doubtful": not self.doubtful_cells.isdisjoint(cells),
            "approximate": any(o.flag in _APPROXIMATE for o in quantity.observations),
        }
        return Fact(
            self.key(subject, kind),
            quantity.value,
            unit,
            decimals,
            method,
            tuple(fact.key for fact in inputs),
            tuple(sorted([_located(self.period, cell) for cell in cells])),
            quantity.missing,
            frozenset(mark for mark, applies in reservations.items() if applies),
        )

    def declared(
        self, subject: str, kind: str, value: float, unit: UnitOfMeasure, *, assumed: bool
    ) -> Fact:
        """A number that the campaign folder sets, written with the decimals it needs."""
        shown = value * 100 if unit is UnitOfMeasure.SHARE else value
        decimals = 0 if abs(shown - round(shown)) < 1e-9 else 1
        marks = frozenset({"assumed"}) if assumed else frozenset()
        return Fact(self.key(subject, kind), value, unit, decimals, "declared", marks=marks)

    def derived(
        self,
        subject: str,
        kind: str,
        value: float | int | None,
        unit: UnitOfMeasure,
        decimals: int,
        method: str,
        inputs: Iterable[Fact],
        *,
        missing: str = "",
        assumed: bool = False,
    ) -> Fact:
        """A fact made from facts, whose cells and reservations it unites.

        Without a value it is missing for the reason given, or for that of its first missing input.
        """
        facts = tuple(inputs)
        if value is None and not missing:
            missing = next(fact.missing for fact in facts if fact.missing)
        return Fact(
            self.key(subject, kind),
            value,
            unit,
            decimals,
            method,
            tuple(fact.key for fact in facts),
            united_sources(facts),
            missing if value is None else "",
            united_marks(facts) | ({"assumed"} if assumed else set()),
        )

    def counted(
        self, subject: str, kind: str, value: int, method: str, inputs: Iterable[Fact] = ()
    ) -> Fact:
        """How many units there are of some sort."""
        return self.derived(subject, kind, value, UnitOfMeasure.COUNT, 0, method, inputs)

    def absent(self, subject: str, kind: str, unit: UnitOfMeasure, reason: str) -> Fact:
        """The fact that there is no such number, and why."""
        return Fact(self.key(subject, kind), None, unit, missing=reason)
