"""Conditions of sentences: terms of facts compared and joined, as data.

A condition can be asked (``condition(facts, direction)``), joined with ``&``, ``|`` and ``~``,
written as a formula (``str``), and changed by one step (``mutants``), which is how the tests know
that every step of it is held by an example. What needs an unknown number is not fulfilled.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from dxkit.model.facts import Fact, as_written

Facts = Mapping[str, Fact]
"""The facts by placeholder."""
Number = Decimal | float
_SIGNS = {
    "<": operator.lt, "<=": operator.le, "==": operator.eq,
    "!=": operator.ne, ">=": operator.ge, ">": operator.gt,
}  # fmt: skip
_OTHER_SIGNS = {"<": ("<=",), "<=": ("<",), "==": ("<=", ">="), ">=": (">",), ">": (">=",)}


class Condition(ABC):
    """Something that is so or not so of facts, ``direction`` being the one that is good for the
    indicator: 1 where more is better, else -1.
    """

    @abstractmethod
    def __call__(self, facts: Facts, direction: int = 1) -> bool:
        """Whether it is so."""

    @abstractmethod
    def mutants(self) -> Iterator[Condition]:
        """All conditions that differ from it by one step."""

    def __and__(self, other: Condition) -> Condition:
        return All((*parts_of(self), *parts_of(other)))

    def __or__(self, other: Condition) -> Condition:
        return Any((self, other))

    def __invert__(self) -> Condition:
        return Not(self)


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that it joins, or itself."""
    return condition.conditions if isinstance(condition, All) else (condition,)


# how they are joined ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class All(Condition):
    """All of them are so; of none that is so of any facts."""

    conditions: tuple[Condition, ...] = ()

    def __call__(self, facts: Facts, direction: int = 1) -> bool:
        return all(condition(facts, direction) for condition in self.conditions)

    def mutants(self) -> Iterator[Condition]:
        for place, condition in enumerate(self.conditions):
            before, after = self.conditions[:place], self.conditions[place + 1 :]
            yield type(self)((*before, *after))
            for mutant in condition.mutants():
                yield type(self)((*before, mutant, *after))

    def __str__(self) -> str:
        return "; ".join(map(str, self.conditions))


class Any(All):
    """One of them at least is so."""

    def __call__(self, facts: Facts, direction: int = 1) -> bool:
        return any(condition(facts, direction) for condition in self.conditions)

    def __str__(self) -> str:
        return f"({' | '.join(map(str, self.conditions))})"


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """It is not so."""

    condition: Condition

    def __call__(self, facts: Facts, direction: int = 1) -> bool:
        return not self.condition(facts, direction)

    def mutants(self) -> Iterator[Condition]:
        yield self.condition
        yield from map(Not, self.condition.mutants())

    def __str__(self) -> str:
        return f"¬ {self.condition}"


ALWAYS: Condition = All()
"""True of any facts: what is said needs none."""


# what is compared ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """One number taken from the facts, so many times: the unrounded ``number`` of a fact, the one
    that a reader sees (``written``), the one whose more is better (``good``), or how many facts are
    so named (``count``; ``unknown_*`` are all whose names begin so).
    """

    way: str
    name: str
    times: int = 1

    def of(self, facts: Facts, direction: int) -> Number | None:
        """The number; None where the fact is not known."""
        if self.way == "count":
            return self.times * len(names_like(self.name, facts))
        fact = facts.get(self.name)
        if fact is None or not fact.known:
            return None
        if self.way == "written":
            return self.times * as_written(fact)
        return self.times * fact.number * (direction if self.way == "good" else 1)

    def mutants(self) -> Iterator[Reading]:
        if self.way in ("written", "good"):
            yield replace(self, way="number")
        if abs(self.times) > 1:
            yield from (replace(self, times=self.times + step) for step in (-1, 1))

    def __str__(self) -> str:
        name = self.name if self.way == "number" else f"{self.way}({self.name})"
        return f"{self.times} × {name}" if abs(self.times) > 1 else name


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A sum of numbers taken from the facts. Compared with another, or with a whole number, it
    makes a condition.
    """

    readings: tuple[Reading, ...]

    def of(self, facts: Facts, direction: int) -> Number | None:
        """The sum; None where one of the numbers is not known."""
        numbers = [reading.of(facts, direction) for reading in self.readings]
        known = [number for number in numbers if number is not None]
        if len(known) < len(numbers):
            return None
        return known[0] if len(known) == 1 else sum(map(float, known))

    def mutants(self) -> Iterator[Term]:
        """The terms of which one reading differs."""
        for place, reading in enumerate(self.readings):
            for mutant in reading.mutants():
                yield Term((*self.readings[:place], mutant, *self.readings[place + 1 :]))

    def __add__(self, other: Term) -> Term:
        return Term((*self.readings, *other.readings))

    def __sub__(self, other: Term) -> Term:
        return self + -1 * other

    def __rmul__(self, times: int) -> Term:
        return Term(tuple(replace(r, times=r.times * times) for r in self.readings))

    def __lt__(self, other: Term | int) -> Condition:
        return Comparison(self, "<", other)

    def __le__(self, other: Term | int) -> Condition:
        return Comparison(self, "<=", other)

    def __gt__(self, other: Term | int) -> Condition:
        return Comparison(self, ">", other)

    def __ge__(self, other: Term | int) -> Condition:
        return Comparison(self, ">=", other)

    def __eq__(self, other: Term | int) -> Condition:  # type: ignore[override]
        return Comparison(self, "==", other)

    def __ne__(self, other: Term | int) -> Condition:  # type: ignore[override]
        return Comparison(self, "!=", other)

    def __str__(self) -> str:
        first, *others = self.readings
        signed = (f" {'-' if r.times < 0 else '+'} {r}" for r in others)
        return f"{first}{''.join(signed)}"


@dataclass(frozen=True, slots=True)
class Comparison(Condition):
    """Both numbers are known and stand so to each other."""

    left: Term
    sign: str
    right: Term | int

    def __call__(self, facts: Facts, direction: int = 1) -> bool:
        left = self.left.of(facts, direction)
        right = self.right if isinstance(self.right, int) else self.right.of(facts, direction)
        return left is not None and right is not None and _SIGNS[self.sign](left, right)

    def mutants(self) -> Iterator[Condition]:
        yield Not(self)
        for sign in _OTHER_SIGNS.get(self.sign, ()):
            yield replace(self, sign=sign)
        for left in self.left.mutants():
            yield replace(self, left=left)
        right = self.right
        others = (right - 1, right + 1) if isinstance(right, int) else tuple(right.mutants())
        for other in others:
            yield replace(self, right=other)

    def __str__(self) -> str:
        return f"{self.left} {self.sign.replace('==', '=')} {self.right}"


# what is known --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known(Condition):
    """These facts are there and have a value."""

    names: tuple[str, ...]

    def __call__(self, facts: Facts, direction: int = 1) -> bool:
        return all(name in facts and facts[name].known for name in self.names)

    def mutants(self) -> Iterator[Condition]:
        yield Not(self)
        for name in self.names:
            yield Known(tuple(other for other in self.names if other != name))

    def __str__(self) -> str:
        return f"known({', '.join(self.names)})"


@dataclass(frozen=True, slots=True)
class Missing(Condition):
    """The fact is there without a value, for one of these reasons, or any when none is given."""

    name: str
    reasons: tuple[str, ...]

    def __call__(self, facts: Facts, direction: int = 1) -> bool:
        reason = facts[self.name].missing if self.name in facts else ""
        return bool(reason) and (not self.reasons or reason in self.reasons)

    def mutants(self) -> Iterator[Condition]:
        yield Not(self)
        for reason in self.reasons:
            yield Missing(self.name, tuple(r for r in self.reasons if r != reason))
        if len(self.reasons) > 1:
            yield Missing(self.name, ())

    def __str__(self) -> str:
        return f"missing({self.name}{': ' if self.reasons else ''}{' | '.join(self.reasons)})"


@dataclass(frozen=True, slots=True)
class Every(Condition):
    """It is so of each ending of the facts named ``met_*``, and there is one; or there are exactly
    so many.
    """

    pattern: str
    condition: Condition
    number: int | None = None
    changed: str = ""

    def __call__(self, facts: Facts, direction: int = 1) -> bool:
        names = names_like(self.pattern, facts)
        ends = [name.removeprefix(self.pattern[:-1]) for name in names]
        found = [self.condition(_ending(facts, end), direction) for end in ends]
        if self.changed:
            return any(found) if self.changed == "any" else all(found)
        return all(found) and (bool(found) if self.number is None else len(found) == self.number)

    def mutants(self) -> Iterator[Condition]:
        yield Not(self)
        if self.number is None:
            yield from (replace(self, changed=way) for way in ("any", "none"))
        else:
            yield replace(self, number=None)
        for mutant in self.condition.mutants():
            yield replace(self, condition=mutant)

    def __str__(self) -> str:
        return f"{'every' if self.number is None else self.number}({self.condition})"


@dataclass(frozen=True, slots=True)
class Rising(Condition):
    """More is better for the indicator."""

    def __call__(self, facts: Facts, direction: int = 1) -> bool:
        return direction > 0

    def mutants(self) -> Iterator[Condition]:
        yield Not(self)

    def __str__(self) -> str:
        return "rising"


def names_like(pattern: str, facts: Facts) -> list[str]:
    """The names of facts that are so, or begin so where a ``*`` follows."""
    if not pattern.endswith("*"):
        return [pattern] if pattern in facts else []
    return [name for name in facts if name.startswith(pattern[:-1])]


def _ending(facts: Facts, end: str) -> Facts:
    """The facts, those of one ending under the names that end in ``*`` too."""
    own = {f"{n.removesuffix(end)}*": fact for n, fact in facts.items() if n.endswith(f"_{end}")}
    return {**facts, **own}


# how they are written -------------------------------------------------------------------------


def number(name: str) -> Term:
    """The unrounded number of a fact."""
    return Term((Reading("number", name),))


def written(name: str) -> Term:
    """The number of a fact that a reader sees: 45.6 of a share of 0.4563."""
    return Term((Reading("written", name),))


def good(name: str) -> Term:
    """The unrounded number of a fact, turned so that more is better."""
    return Term((Reading("good", name),))


def count(pattern: str) -> Term:
    """How many facts are so named."""
    return Term((Reading("count", pattern),))


def known(*names: str) -> Condition:
    """These facts are there and have a value; of none that is so of any facts."""
    return Known(names) if names else ALWAYS


def missing(name: str, *reasons: str) -> Condition:
    """The fact is there without a value, for one of these reasons, or any when none is given."""
    return Missing(name, reasons)


def lacking(name: str) -> Condition:
    """The fact should have a value: it is missing, and not because there is nothing to measure."""
    return missing(name) & ~missing(name, "not_applicable")


def every(pattern: str, condition: Condition, number: int | None = None) -> Condition:
    """It is so of each of the facts named ``met_*``, and there is one, or exactly ``number``."""
    return Every(pattern, condition, number)


def positive(name: str) -> Condition:
    """The fact is known and above zero."""
    return number(name) > 0


def zero(name: str) -> Condition:
    """Nothing of a whole number of things."""
    return number(name) < 1


RISING = Rising()
REACHED = good("gap") >= 0
"""The one condition of a target reached: the unrounded gap to it is not on the wrong side."""
BEHIND = good("gap") < 0
"""The one condition of a target missed."""
