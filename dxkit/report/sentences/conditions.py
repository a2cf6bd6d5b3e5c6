"""Predicates over facts, and how they are joined: what the rules of the sentences are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from dxkit.model.facts import Fact, UnitOfMeasure

Facts = Mapping[str, Fact]
Predicate = Callable[[Facts, int], bool]
"""Takes the facts by placeholder and the direction that is good for the indicator."""


def known(facts: Facts, *names: str) -> bool:
    """Whether all these facts are there and have a value."""
    return all(name in facts and facts[name].known for name in names)


def shows_zero(fact: Fact) -> bool:
    """Whether a fact that is not zero would be written as zero."""
    return not as_written(fact)


def as_written(fact: Fact) -> Decimal:
    """The number that a reader sees of a known fact."""
    scale = 100 if fact.unit in (UnitOfMeasure.SHARE, UnitOfMeasure.SHARE_DIFFERENCE) else 1
    value = Decimal(repr(fact.number)) * scale
    return value.quantize(Decimal(1).scaleb(-fact.decimals), ROUND_HALF_UP)


def sign(facts: Facts, name: str) -> int:
    """-1, 0 or 1 as the fact is below, at or above zero."""
    value = facts[name].number
    return (value > 0) - (value < 0)


def has_sign(name: str, *signs: int) -> Predicate:
    """The fact is known and its sign, 0 when it would be written as zero, is one of ``signs``."""

    def holds(facts: Facts, direction: int) -> bool:
        if not known(facts, name):
            return False
        return (0 if shows_zero(facts[name]) else sign(facts, name)) in signs

    return holds


def all_have_sign(prefix: str, wanted: int) -> Predicate:
    """Every fact whose name begins with ``prefix`` has that sign as written, and there is one."""

    def holds(facts: Facts, direction: int) -> bool:
        names = [name for name in facts if name.startswith(prefix)]
        return bool(names) and all(has_sign(name, wanted)(facts, direction) for name in names)

    return holds


def all_missing(prefix: str, reason: str) -> Predicate:
    """Every fact whose name begins with ``prefix`` is missing for that reason, and there is one."""

    def holds(facts: Facts, direction: int) -> bool:
        found = [fact for name, fact in facts.items() if name.startswith(prefix)]
        return bool(found) and all(fact.missing == reason for fact in found)

    return holds


def all_lacking(prefix: str) -> Predicate:
    """Every fact whose name begins with ``prefix`` should be there and is not: it is missing for
    another reason than that there is nothing to measure.
    """

    def holds(facts: Facts, direction: int) -> bool:
        found = [fact for name, fact in facts.items() if name.startswith(prefix)]
        return all(not fact.known and fact.missing != "not_applicable" for fact in found)

    return holds


def all_nought(prefix: str) -> Predicate:
    """Every fact whose name begins with ``prefix`` is zero, or was said not to apply, and there is
    one.
    """

    def holds(facts: Facts, direction: int) -> bool:
        found = [fact for name, fact in facts.items() if name.startswith(prefix)]
        return bool(found) and all(
            fact.value == 0 if fact.known else fact.missing == "not_applicable" for fact in found
        )

    return holds


def none_named(prefix: str) -> Predicate:
    """No fact's name begins with ``prefix``."""
    return lambda facts, direction: not any(name.startswith(prefix) for name in facts)


def number_named(prefix: str, number: int) -> Predicate:
    """Exactly so many facts' names begin with ``prefix``."""
    return lambda facts, direction: sum(name.startswith(prefix) for name in facts) == number


def pairs(part: str, whole: str, test: Callable[[float, float], bool]) -> Predicate:
    """Of every fact ``<part>x`` there is a fact ``<whole>x``, their values pass the test, and there
    is one.
    """

    def holds(facts: Facts, direction: int) -> bool:
        ends = [name.removeprefix(part) for name in facts if name.startswith(part)]
        return bool(ends) and all(
            compare(f"{part}{end}", test, f"{whole}{end}")(facts, direction) for end in ends
        )

    return holds


def names_all_behind(prefix: str, part: str, whole: str) -> Predicate:
    """The facts whose names begin with ``prefix`` are gaps on the wrong side of their target, and
    there is one for each of the ``whole`` that is not in the ``part``.
    """

    def holds(facts: Facts, direction: int) -> bool:
        named = [name for name in facts if name.startswith(prefix)]
        if not named or not known(facts, part, whole, *named):
            return False
        behind = all(sign(facts, name) * direction < 0 for name in named)
        return behind and len(named) == facts[whole].number - facts[part].number

    return holds


def missing(name: str, *reasons: str) -> Predicate:
    """The fact is there without a value, for one of these reasons, or any when none is given."""

    def holds(facts: Facts, direction: int) -> bool:
        if name not in facts or facts[name].known:
            return False
        return not reasons or facts[name].missing in reasons

    return holds


def gap(*signs: int, written_as_zero: bool = False) -> Predicate:
    """The gap to the target, seen in the direction that is good for the indicator."""

    def holds(facts: Facts, direction: int) -> bool:
        if not known(facts, "value", "target", "gap"):
            return False
        return (
            sign(facts, "gap") * direction in signs and shows_zero(facts["gap"]) is written_as_zero
        )

    return holds


def always(facts: Facts, direction: int) -> bool:
    """True of any facts: what is said needs none."""
    return True


def every(*predicates: Predicate) -> Predicate:
    """All of them hold."""
    return lambda facts, direction: all(holds(facts, direction) for holds in predicates)


def are_known(*names: str) -> Predicate:
    """These facts are there and have a value."""
    return lambda facts, direction: known(facts, *names)


def is_number(name: str, test: Callable[[float], bool]) -> Predicate:
    """The fact is known and its value passes the test."""
    return lambda facts, direction: known(facts, name) and test(facts[name].number)


def positive(name: str) -> Predicate:
    """The fact is known and above zero."""
    return is_number(name, lambda number: number > 0)


def some_positive(facts: Facts, direction: int) -> bool:
    """Some fact is above zero."""
    return any(fact.known and fact.number > 0 for fact in facts.values())


def sum_exceeds(names: Sequence[str], whole: str) -> Predicate:
    """These facts are known and above zero, and together more than the fact ``whole``."""

    def holds(facts: Facts, direction: int) -> bool:
        if not known(facts, *names, whole) or any(facts[name].number <= 0 for name in names):
            return False
        return sum(facts[name].number for name in names) > facts[whole].number > 0

    return holds


def written_between(name: str, low: int, high: int) -> Predicate:
    """The fact is known and the number that a reader sees is between these, neither included."""
    return lambda facts, direction: known(facts, name) and low < as_written(facts[name]) < high


def compare(left: str, test: Callable[[float, float], bool], right: str) -> Predicate:
    """Both facts are known and their values pass the test."""
    return lambda facts, direction: (
        known(facts, left, right) and test(facts[left].number, facts[right].number)
    )


def better(best: str, worst: str) -> Predicate:
    """Both are known and the first is the better one in the direction that is good."""
    return lambda facts, direction: (
        known(facts, best, worst) and (facts[best].number - facts[worst].number) * direction > 0
    )


def compare_written(left: str, test: Callable[[Decimal, Decimal], bool], right: str) -> Predicate:
    """The same on the numbers that a reader sees."""
    return lambda facts, direction: (
        known(facts, left, right) and test(as_written(facts[left]), as_written(facts[right]))
    )
