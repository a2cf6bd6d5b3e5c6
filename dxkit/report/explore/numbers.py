"""Numbers that exploring makes: facts for the sake of their writing, without a cell of their own.

They are shown as plain text; only facts of scorecards are marked as such.
"""

from __future__ import annotations

from collections.abc import Iterable

from dxkit.model.facts import Fact, FactKey, UnitOfMeasure, united_marks, united_sources


def count(value: int, subject: str = "count") -> Fact:
    """How many things there are."""
    return Fact(FactKey("-", "-", subject, "explored"), value, UnitOfMeasure.COUNT, 0, "explored")


def points(value: float, subject: str = "difference") -> Fact:
    """A difference of shares, written in percentage points."""
    key = FactKey("-", "-", subject, "explored")
    return Fact(key, value, UnitOfMeasure.SHARE_DIFFERENCE, 1, "explored")


def share(value: float, decimals: int = 1) -> Fact:
    """A share, written as a percentage."""
    key = FactKey("-", "-", "share", "explored")
    return Fact(key, value, UnitOfMeasure.SHARE, decimals, "explored")


def mean(facts: Iterable[Fact]) -> Fact:
    """The mean of known facts of one kind, with all their cells; of one fact, the fact itself."""
    all_of_them = tuple(facts)
    first = all_of_them[0]
    if len(all_of_them) == 1:
        return first
    key = FactKey(first.key.period, first.key.unit, first.key.subject, "mean")
    return Fact(
        key,
        sum(fact.number for fact in all_of_them) / len(all_of_them),
        first.unit,
        first.decimals,
        "mean",
        tuple(fact.key for fact in all_of_them),
        united_sources(all_of_them),
        marks=united_marks(all_of_them),
    )
