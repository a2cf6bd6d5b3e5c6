"""Facts over the periods of a series. A stretch is the periods up to this one, nearest first, that
can be compared: each has a number, and nothing between two neighbours changed what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise, takewhile

from dxkit.analysis.facts.about import About
from dxkit.analysis.series import PeriodOfSeries, is_alike
from dxkit.model.facts import TOTAL, Fact, as_written, reaches
from dxkit.model.plan import BY_TARGET

LEAST_PERIODS = 3
"""Two points are no trend."""
Stretch = Callable[[About], tuple[Fact, ...]]
Comparable = Callable[[PeriodOfSeries, PeriodOfSeries], bool]


def is_series(about: About) -> bool:
    """Whether so many periods are at hand that they can show a trend."""
    there = [period for period in about.period.series if period is not None]
    return len(there) >= LEAST_PERIODS


def _at_hand(about: About) -> Iterator[PeriodOfSeries]:
    """The periods from this one back to the first that is not at hand."""
    for period in about.period.series:
        if period is None:
            return
        yield period


def _stretch(about: About, kind: str, comparable: Comparable) -> tuple[Fact, ...]:
    found: list[Fact] = []
    newer: PeriodOfSeries | None = None
    for period in _at_hand(about):
        fact = period.find(about.unit.code, about.subject, kind)
        is_next = newer is None or comparable(period, newer)
        if fact is None or not fact.known or not is_next:
            break
        found.append(fact)
        newer = period
    return tuple(found)


def values(about: About) -> tuple[Fact, ...]:
    """The stretch of an indicator's values: of all that should be in it, or of the same places."""
    named = about.unit.code, about.subject
    return _stretch(about, "value", lambda one, other: is_alike(one, other, *named))


def points(about: About) -> tuple[Fact, ...]:
    """The stretch of the points: of whole figures, on the same criteria, by the same targets; none
    where points depend on the others.
    """
    if any(i.scoring == "min_max" for i in about.period.campaign.indicators):
        return ()
    return _stretch(about, "points", partial(_by_alike_rules, about))


def _by_alike_rules(about: About, one: PeriodOfSeries, other: PeriodOfSeries) -> bool:
    plan = about.period.campaign
    by_target = [i.id for i in plan.indicators if i.scoring in BY_TARGET]

    def rules(period: PeriodOfSeries) -> list[object]:
        def value(subject: str, kind: str) -> float | None:
            fact = period.find(about.unit.code, subject, kind)
            return fact.value if fact is not None else None

        counted = [i.id for i in plan.scale if value(i.id, "points") is not None]
        return [value(TOTAL, "figures_lacking"), counted, *(value(i, "target") for i in by_target)]

    before, now = rules(one), rules(other)
    return before == now and now[0] == 0


def ranks(about: About) -> tuple[Fact, ...]:
    """The stretch of ranks among the same units."""
    of = about.unit.code, TOTAL
    return _stretch(about, "rank", lambda one, other: one.places(*of) == other.places(*of))


def behind(about: About) -> tuple[Fact, ...]:
    """The values of the periods up to this one that miss their own targets, nearest first."""
    found = []
    for period in _at_hand(about):
        value, target = (
            period.find(about.unit.code, about.subject, kind) for kind in ("value", "target")
        )
        if value is None or target is None or not (value.known and target.known):
            break
        if reaches(value.number, target.number, about.indicator.direction):
            break
        found.append(value)
    return tuple(found)


def steps(stretch: Sequence[Fact], up: bool, decimals: int) -> int:
    """How many periods in a row, the first of the stretch the last of them, each have a greater
    number than the one before, or a smaller one, as they are written with so many decimals.
    """
    steady = (replace(f, value=round(f.number, 9), decimals=decimals) for f in stretch)
    written = [*map(as_written, steady)]
    changes = [now - before for now, before in pairwise(written)]
    return len([*takewhile(lambda change: change > 0 if up else change < 0, changes)])


def extreme(stretch: Sequence[Fact], direction: int, *, best: bool) -> float | int | None:
    """The best number of a stretch before its first, or the worst."""
    numbers = [fact.number for fact in stretch[1:]]
    if not numbers:
        return None
    return max(numbers) if (direction > 0) is best else min(numbers)
