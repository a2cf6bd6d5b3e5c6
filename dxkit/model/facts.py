"""Facts: numbers that know where they came from, and claims made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from itertools import chain
from typing import NamedTuple


class CellRef(NamedTuple):
    """The address of one received cell. ``cell`` is in A1 style, or empty for a whole sheet.

    ``file`` is relative to the raw folder of the period in observations and findings, of the
    campaign in facts (so "2022-Q4/..."), with ``/`` between folders. A tuple, because there are
    half a million of them behind the facts of a province, to be told apart and put in order.
    """

    file: str
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        inside = "!".join(part for part in (self.sheet, self.cell) if part)  # text has no sheets
        return f"{self.file} › {inside}" if inside else self.file


class UnitOfMeasure(StrEnum):
    """What a number counts, which decides how it is written."""

    SHARE = "share"  # fraction 0..1, written as a percentage
    SHARE_DIFFERENCE = "share_difference"  # fraction, written in percentage points
    COUNT = "count"  # whole things: households, dossiers, ranks
    POINTS = "points"  # score points
    SCORE = "score"  # a value on the indicator's own scale
    DATE = "date"  # a day, as its proleptic ordinal (datetime.date.toordinal)


NORMAL = 1.96
"""How many standard errors an interval reaches either way: 95 in 100 hold the true share."""
_STUDENT = (
    4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
    2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052,
    2.048, 2.045, 2.042,
)  # fmt: skip
"""From two degrees of freedom on."""


def student(freedom: int) -> float:
    """The quantile of Student's distribution within which 95 in 100 lie, as tables print it."""
    at = freedom - 2
    return _STUDENT[at] if at < len(_STUDENT) else NORMAL + 2.5 / freedom


FUNNEL_ENDS = (NORMAL, 3.09)
"""Standard errors from a common share that chance crosses 50 times in 1,000, and twice."""
TOTAL = "total"
"""The subject of facts about all indicators together."""


def reward_subject(reward: str) -> str:
    """The subject of the facts about a reward."""
    return f"reward-{reward}"


class FactKey(NamedTuple):
    """Names a fact: one period, one unit, one indicator or measure, one kind of number. A tuple,
    because a province's facts have a hundred thousand of them to be made and looked up.
    """

    period: str
    unit: str
    subject: str
    kind: str

    def __str__(self) -> str:
        return "/".join(self)

    def __reduce__(self) -> tuple[type[FactKey], tuple[str, ...]]:
        """For pickle, faster than a named tuple's own way: processes hand on thousands."""
        return FactKey, tuple(self)

    @classmethod
    def parse(cls, text: str) -> FactKey:
        """Read the form written by ``str``; raises ValueError on any other text."""
        parts = text.split("/")
        if len(parts) != 4 or not all(parts):
            raise ValueError(f"not a fact key: {text!r}")
        return cls(*parts)


@dataclass(frozen=True, slots=True)
class Fact:
    """One number about one unit in one period, with everything needed to prove it again.

    ``value`` is unrounded, or None when there is no number; then ``missing`` gives the reason
    (a name of ``table.Flag``). ``method`` names how it was made and ``inputs`` the keys of the
    facts it was made from. ``sources`` are all cells behind it, sorted, each once. ``marks``
    are reservations a reader must be told: ``simulated``, ``partial``, ``assumed``,
    ``doubtful``, ``explained``, ``approximate``.
    """

    key: FactKey
    value: float | int | None
    unit: UnitOfMeasure
    decimals: int = 0
    method: str = "reported"
    inputs: tuple[FactKey, ...] = ()
    sources: tuple[CellRef, ...] = ()
    missing: str = ""
    marks: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.missing):
            raise ValueError(f"{self.key}: a fact has either a value or a reason for having none")

    def __repr__(self) -> str:
        """In short: of hundreds of cells, how many there are."""
        value = repr(self.value) if self.known else f"missing={self.missing!r}"
        marks = "".join(f", {mark}" for mark in sorted(self.marks))
        return f"Fact({str(self.key)!r}, {value}, cells={len(self.sources)}{marks})"

    def __reduce__(self) -> tuple[type[Fact], tuple[object, ...]]:
        """For pickle, as in FactKey."""
        return Fact, (
            self.key, self.value, self.unit, self.decimals, self.method,
            self.inputs, self.sources, self.missing, self.marks,
        )  # fmt: skip

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return self.value is not None

    @property
    def number(self) -> float | int:
        """The value of a known fact; raises ValueError for a missing one."""
        if self.value is None:
            raise ValueError(f"{self.key} has no value: {self.missing}")
        return self.value


def as_written(fact: Fact) -> Decimal:
    """The number that a reader sees of a known fact: rounded half up, a share in hundredths. What
    is written and what is said of it both go by this number.
    """
    return _rounded(fact.number, fact.unit, fact.decimals)


def _rounded(number: float, unit: UnitOfMeasure, decimals: int) -> Decimal:
    rounded = Decimal(repr(number)) * _scale(unit)
    rounded = rounded.quantize(_step(decimals), ROUND_HALF_UP)
    return rounded or abs(rounded)  # never "-0"


@cache
def _step(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def _scale(unit: UnitOfMeasure) -> int:
    return 100 if unit in (UnitOfMeasure.SHARE, UnitOfMeasure.SHARE_DIFFERENCE) else 1


def reaches(value: float, target: float, direction: int) -> bool:
    """Whether a target is reached, on unrounded values, in the direction that is good."""
    return (value - target) * direction >= 0


def deciding_decimals(
    value: float, target: float, direction: int, unit: UnitOfMeasure, least: int
) -> int:
    """With how many decimals, ``least`` or more, a value that misses its target is seen to miss it:
    79.95 % of 80 % is not written as 80.0 %.
    """
    scale = _scale(unit)
    if reaches(value, target, direction) or abs(value - target) * scale >= 10**-least:
        return least  # rounding moves a value by half of that
    goal = Decimal(repr(target)) * scale
    steps = range(least, _MOST_DECIMALS)
    missed = (n for n in steps if (_rounded(value, unit, n) - goal) * direction < 0)
    return next(missed, _MOST_DECIMALS)


_DECLARED_DECIMALS, _MOST_DECIMALS = 4, 16
"""Of what a plan sets; and with so many two different numbers are written differently."""


def declared(key: FactKey, value: float, unit: UnitOfMeasure, *, assumed: bool = False) -> Fact:
    """A number that the campaign folder sets, written with the decimals it needs, four at most."""
    shown = value * 100 if unit is UnitOfMeasure.SHARE else value
    exact = (n for n in range(_DECLARED_DECIMALS) if abs(shown - round(shown, n)) < 1e-9)
    decimals = next(exact, _DECLARED_DECIMALS)
    return Fact(
        key, value, unit, decimals, "declared", marks=frozenset({"assumed"} if assumed else ())
    )


def united_sources(facts: Iterable[Fact]) -> tuple[CellRef, ...]:
    """All cells behind several facts, sorted, each once."""
    several = list({id(fact.sources): fact.sources for fact in facts if fact.sources}.values())
    if len(several) <= 1:  # sorted already, as those of every fact are
        return several[0] if several else ()
    return tuple(dict.fromkeys(sorted(chain.from_iterable(several))))  # merges what is sorted


def united_marks(facts: Iterable[Fact], more: Iterable[str] = ()) -> frozenset[str]:
    """All reservations on several facts, and ``more``."""
    several = {fact.marks for fact in facts}
    united = several.pop() if len(several) == 1 else frozenset[str]().union(*several)
    return shared_marks(united.union(more))


@cache
def shared_marks(marks: frozenset[str]) -> frozenset[str]:
    """The same reservations as one object for all facts that have them: these are very many."""
    return marks


@dataclass(frozen=True, slots=True)
class Reference:
    """Something named in a sentence: an id whose name the reader's language supplies.

    ``kind`` is ``unit``, ``former`` (a unit of another day: "31318/2022-12-14"), ``indicator``,
    ``short_indicator``, ``measure``, ``thing`` (what a measure counts), ``period``, ``level``,
    ``band``, ``award``, ``table`` (of measures), ``type`` (of a unit, as the campaign writes it)
    or ``cell`` (an address as it is written).
    """

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that is true: a message key and what fills it.

    ``facts`` fills the placeholders that are numbers; ``references`` those that are names, a list
    of several being written as an enumeration.
    """

    message: str
    facts: tuple[tuple[str, Fact], ...] = ()
    references: tuple[tuple[str, tuple[Reference, ...]], ...] = ()
