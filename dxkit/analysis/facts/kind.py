"""What a kind of fact is: one entry of the table in ``kinds``, and the ways a fact is made.

A fact is reported by somebody, declared by the plan, taken from the results that are worked out for
all units at once, or derived from other facts, whose cells and reservations it unites, by one of
the ``methods``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TypeVar

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.facts.about import About
from dxkit.analysis.facts.methods import Number
from dxkit.model.facts import (
    CellRef,
    Fact,
    FactKey,
    UnitOfMeasure,
    declared,
    shared_marks,
    united_marks,
    united_sources,
)
from dxkit.model.observations import APPROXIMATE, Quantity, Visit


@dataclass(frozen=True)
class Elsewhere:
    """Facts of one kind of other units, periods or indicators, and ``whence``; ``find`` gives None
    when there are none.
    """

    kind: str
    whence: str
    find: Callable[[About], tuple[Fact, ...] | None]


Input = str | Elsewhere
"""Another kind about the same, by name, or what finds facts elsewhere."""
Declaration = tuple[Number, bool]
"""What the plan says, and whether it is assumed."""

COUNT = UnitOfMeasure.COUNT


def always(about: About) -> bool:
    """There is such a fact of everything the table is about."""
    return True


T = TypeVar("T")


def of_about(given: T | Callable[[About], T], about: About) -> T:
    """What is the same for all, or depends on what is asked about."""
    return given(about) if callable(given) else given


def own_decimals(about: About) -> int:
    """With how many decimals the plan writes an indicator."""
    return about.indicator.decimals


_USUAL_DECIMALS = {UnitOfMeasure.SHARE: 1, UnitOfMeasure.POINTS: 2}


@dataclass(frozen=True)
class Kind:
    """One kind of number: its name, its unit of measure, the facts it is made from and how, and of
    what there is such a fact (``when``). Unit and decimals may depend on what is asked about; left
    out, the decimals are those of the unit: of one that depends on the indicator, the plan's.
    """

    name: str
    unit: UnitOfMeasure | Callable[[About], UnitOfMeasure]
    _: KW_ONLY
    inputs: tuple[Input, ...] = ()
    method: str | Callable[[About], str] = ""
    when: Callable[[About], bool] = always
    decimals: int | Callable[[About], int] | None = None

    def __post_init__(self) -> None:
        if self.decimals is None:
            unit = self.unit
            usual = own_decimals if callable(unit) else _USUAL_DECIMALS.get(unit, 0)
            object.__setattr__(self, "decimals", usual)

    def make(self, about: About) -> Fact | None:
        """The fact; None when there is none of this kind."""
        return self.of(about) if self.when(about) else None

    def of(self, about: About) -> Fact | None:
        """The fact of something of which there is such a fact."""
        raise NotImplementedError

    def inputs_of(self, about: About) -> tuple[Fact, ...] | None:
        """The facts it is made from; None when one of them does not exist."""
        found: list[Fact] = []
        some: tuple[Fact, ...] | None
        for given in self.inputs:
            if isinstance(given, str):
                fact = about.fact(given)
                some = (fact,) if fact is not None else None
            else:
                some = given.find(about)
            if some is None:
                return None
            found += some
        return tuple(found)

    def absent(self, about: About, reason: str) -> Fact:
        """The fact that there is no such number, and why."""
        return Fact(about.key(self.name), None, of_about(self.unit, about), missing=reason)


MOST_DECIMALS = 2
"""Of an amount: a hundredth of a kilogram, a hectare, a million dong."""


def _needed(value: Number | None, usual: object) -> int:
    """The decimals of an amount where whole things have none, those that it needs."""
    if usual != 0 or not isinstance(value, float):
        return 0
    exact = (n for n in range(MOST_DECIMALS) if round(value, n) == value)
    return next(exact, MOST_DECIMALS)


@dataclass(frozen=True)
class Reported(Kind):
    """Made straight from observations: their sum, or the quotient of the two sums ``inputs``."""

    quantity: Callable[[About], Quantity]

    def of(self, about: About) -> Fact | None:
        quantity, sums = self.quantity(about), self.inputs_of(about) or ()
        sources: tuple[CellRef, ...] = ()
        marks: frozenset[str] = frozenset()
        if sums and quantity.value is not None:
            sources, marks = united_sources(sums), united_marks(sums)
        elif quantity.observations:
            sources, marks = _cells_and_marks(quantity, about.unit.code, about.period)
        return Fact(
            about.key(self.name),
            quantity.value,
            of_about(self.unit, about),
            of_about(self.decimals, about) or _needed(quantity.value, self.decimals),
            of_about(self.method, about) or "sum",
            tuple(fact.key for fact in sums),
            sources,
            quantity.missing,
            marks,
        )


def _cells_and_marks(
    quantity: Quantity, unit: str, period: Analysis
) -> tuple[tuple[CellRef, ...], frozenset[str]]:
    """The cells of observations, and what a reader must be told of them."""
    cells = dict.fromkeys(observation.address for observation in quantity.observations)
    simulated = period.received.simulated_files
    reservations = {
        "partial": quantity.partial,
        "simulated": not simulated.isdisjoint(cell.file for cell in cells),
        "weighted": unit in period.received.weighted,
        "doubtful": not period.received.doubtful_cells.isdisjoint(cells),
        "explained": not period.received.explained_cells.isdisjoint(cells),
        "approximate": not APPROXIMATE.isdisjoint(o.flag for o in quantity.observations),
    }
    marks = shared_marks(frozenset(mark for mark, applies in reservations.items() if applies))
    return tuple(sorted(map(period.received.located, cells))), marks


@dataclass(frozen=True)
class Declared(Kind):
    """A number that the campaign folder sets, written with the decimals it needs; without one the
    fact is missing for the reason ``without``, or there is none where no reason is given.
    """

    declaration: Callable[[About], Declaration | None]
    _: KW_ONLY
    without: str = ""

    def of(self, about: About) -> Fact | None:
        found, unit = self.declaration(about), of_about(self.unit, about)
        if found is None:
            return self.absent(about, self.without) if self.without else None
        value, assumed = found
        return declared(about.key(self.name), value, unit, assumed=assumed)


@dataclass(frozen=True)
class Derived(Kind):
    """Made from facts by ``function``, a method that takes their numbers and then what ``more``
    gives, and returns a number or the reason for none.

    An input without a number makes the fact missing for the same reason; one that does not exist
    for the reason ``without``, or there is no fact where no reason is given. ``missing`` gives
    another reason, ``marks`` further reservations. ``own_cells`` leaves out the cells of all inputs
    but the first.
    """

    function: Callable[..., Number | str | None]
    _: KW_ONLY
    more: Callable[[About], tuple[object, ...]] = lambda about: ()
    without: str | Callable[[About], str] = ""
    missing: Callable[[About], str] = lambda about: ""
    marks: Callable[[About], Iterable[str]] = lambda about: ()
    own_cells: bool = False

    def of(self, about: About) -> Fact | None:
        facts = self.inputs_of(about)
        if facts is None:
            reason = of_about(self.without, about)
            return self.absent(about, reason) if reason else None
        return self.fact(about, self.value(about, facts), facts)

    def value(self, about: About, facts: tuple[Fact, ...]) -> Number | str | None:
        """The number or the reason for none; None when an input has no number."""
        if not all(fact.known for fact in facts):
            return None
        return self.function(*(fact.number for fact in facts), *self.more(about))

    def fact(self, about: About, value: Number | str | None, facts: tuple[Fact, ...]) -> Fact:
        """The fact of a value, or of the reason for none, made from these facts."""
        reason = value if isinstance(value, str) else ""
        if value is None:
            reason = self.missing(about) or next(f.missing for f in facts if f.missing)
        return Fact(
            about.key(self.name),
            None if reason else value,  # type: ignore[arg-type]
            of_about(self.unit, about),
            of_about(self.decimals, about) or 0,
            of_about(self.method, about) or self.function.__name__,
            tuple(fact.key for fact in facts),
            united_sources(facts[:1] if self.own_cells else facts),
            reason,
            united_marks(facts, self.marks(about)),
        )


@dataclass(frozen=True)
class Taken(Derived):
    """Taken from the results, which are worked out for all units at once; ``inputs`` tell from
    what. ``keys`` names further facts it was made from, whose cells it does not carry.
    """

    function: Callable[[About], Number | str | None]
    _: KW_ONLY
    keys: Callable[[About], tuple[FactKey, ...]] | None = None

    def of(self, about: About) -> Fact | None:
        made = super().of(about)
        return made if made is None or self.keys is None else replace(made, inputs=self.keys(about))

    def value(self, about: About, facts: tuple[Fact, ...]) -> Number | str | None:
        return self.function(about)


@dataclass(frozen=True)
class Counted(Kind):
    """How many there are of some sort: units, targets, cells; told in which ``cells``, where it is
    read in some.
    """

    count: Callable[[About], int]
    cells: Callable[[About], tuple[CellRef, ...]] = field(default=lambda about: ())

    def of(self, about: About) -> Fact | None:
        key, cells = about.key(self.name), self.cells(about)
        return Fact(key, self.count(about), COUNT, 0, str(self.method), sources=cells)


def counted(
    name: str, method: str, count: Callable[[About], int], when: Callable[[About], bool] = always
) -> Counted:
    """The entry of such a kind."""
    return Counted(name, COUNT, count, method=method, when=when)


def counted_in_visits(name: str, method: str, count: Callable[[Visit], int]) -> Counted:
    """The entry of one that is added up over the visits whose results came back."""

    def cells(about: About) -> tuple[CellRef, ...]:
        return tuple(sorted(visit.source_in(about.period.period.id) for visit in about.visits))

    def total(about: About) -> int:
        return sum(map(count, about.visits))

    return Counted(name, COUNT, total, cells, method=method, when=lambda a: bool(a.visits))
