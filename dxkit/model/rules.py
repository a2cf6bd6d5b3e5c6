"""The campaign's rules on points, ranks, rewards and doubtful figures, as data; and how far a
figure lies from others of its kind, by the median, which no single one can shift.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from dxkit.model import keys
from dxkit.model.keys import Key, Number, Words


@dataclass(frozen=True, slots=True)
class Band:
    """A grade given from a share of the points upwards (``from_share`` itself belongs to it)."""

    id: keys.Id
    names: Annotated[Words, Key("name")]
    from_share: Annotated[float, Number(0, 10)]


@dataclass(frozen=True, slots=True)
class ScoringRule:
    """How points become a total. ``total_points`` is the maximum of one unit and period.

    ``bonus`` lists indicators whose points come on top of the scale: they are not part of
    ``total_points``, and a unit without a value of theirs has no bonus and loses nothing.
    """

    total_points: Annotated[float, Number(0.001, 1_000_000)]
    bands: Annotated[tuple[Band, ...], Key(default=())]
    source: str
    assumed: bool
    bonus: tuple[keys.OfIndicator, ...] = ()


RANKING_METHODS = ("competition", "dense")
"""Ranks of ties: 1, 2, 2, 4 or 1, 2, 2, 3."""

CONDITIONS = ("covered", "reported", "complete", "value")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a unit must fulfil to be ranked, at a level or (empty) at every level.

    ``kind`` is ``covered`` (of the points that its level can have, the share that applies to the
    unit), ``reported`` (share of the units below that sent a report), ``complete`` (in each
    criterion, the share of the units below whose figures are in it, by weight) or ``value`` (of the
    indicator); each ``at_least``, for an indicator whose direction is down at most.
    """

    kind: Annotated[str, Key("condition"), keys.Choice(CONDITIONS)]
    at_least: Annotated[float, Number(-1e12, 1e12)]
    level: keys.OfLevel = ""
    indicator: keys.OfIndicator = ""


COVERED_BY_DEFAULT = Condition("covered", 0.75)
"""Holds at every level for which the plan says nothing else: what does not apply is made up by the
other criteria, so that without it a few criteria could give the first rank.
"""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A unit that is not ranked in a period by somebody's decision, and why."""

    unit: keys.OfUnit
    period: keys.OfPeriod
    reason: Words
    source: str


@dataclass(frozen=True, slots=True)
class RankingRule:
    """How totals become ranks.

    ``within`` maps a level to the level inside which its units are compared; ``tie_break`` lists
    indicator ids whose values decide equal points, in order; ``decimals`` rounds the points half
    up before they are compared, None compares them unrounded. Where fewer than ``minimum_ranked``
    units of a group could be ranked, in all or by one indicator, none is. A share of fewer things
    than ``least_denominator`` has no rank by its indicator; its points count. ``weight`` is the
    measure by which units count when completeness is judged; without it they count alike. With
    ``tiers`` the ranked units of a group are parted into tiers by their ranges of ranks.
    """

    method: Annotated[str, keys.Choice(RANKING_METHODS)]
    within: Mapping[keys.OfLevel, keys.OfLevel]
    tie_break: Annotated[tuple[keys.OfIndicator, ...], Key(default=())]
    source: str
    assumed: bool
    decimals: Annotated[int | None, Number(0, 10, whole=True)] = None
    conditions: tuple[Condition, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    minimum_ranked: Annotated[int, Number(1, 1000, whole=True)] = 2
    weight: keys.OfMeasure = ""
    least_denominator: Annotated[float, Number(0, 1e9)] = 30.0
    tiers: bool = False

    def conditions_at(self, level: str) -> tuple[Condition, ...]:
        """The conditions of a level: those declared, and that of what applies by default."""
        found = tuple(c for c in self.conditions if c.level in ("", level))
        kinds = {condition.kind for condition in found}
        return found if "covered" in kinds else (COVERED_BY_DEFAULT, *found)

    def least(self, kind: str, level: str, indicator: str = "") -> float | None:
        """What the conditions of a kind ask of the units of a level; None for nothing."""
        found = (c for c in self.conditions_at(level) if c.kind == kind)
        asked = [c.at_least for c in found if c.indicator in ("", indicator)]
        return asked[-1] if asked else None


REWARD_BASES = {"points": ("rank", "ranked"), "progress": ("progress_rank", "progress_ranked"),
                "tier": ("tier", "tiers")}  # fmt: skip
"""What a reward may go by: the kinds of facts that hold a unit's rank by it, and of how many."""


@dataclass(frozen=True, slots=True)
class RewardRule:
    """How many units of a level are rewarded in a period, and under which conditions.

    Rules apply in the campaign's order, and a unit gets one award. ``by`` says which ranking
    counts: of the points, of the progress since the period before, or of the tiers, in which units
    are tied. Without ``periods`` the rule holds in all. ``ties`` says what becomes of units tied
    across the edge of the quota: ``all`` of them are rewarded, or ``none``. Nobody is rewarded
    where less than ``minimum_coverage`` of the units that are compared have a rank.
    """

    id: keys.Id
    level: keys.OfLevel
    quota: Annotated[int, Number(1, 100_000, whole=True)]
    minimum_share: Annotated[float, Number(0, 10)]  # of the points
    names: Annotated[Words, Key("name")]
    source: str
    assumed: bool
    by: Annotated[str, keys.Choice(tuple(REWARD_BASES))] = "points"
    periods: tuple[keys.OfPeriod, ...] = ()
    minimum_targets: Annotated[int, Number(0, 1000, whole=True)] = 0  # so many must be met
    ties: Annotated[str, keys.Choice(("all", "none"))] = "all"
    minimum_coverage: keys.Share = 0.5


@dataclass(frozen=True, slots=True)
class UncertaintyRule:
    """How far the certainty of ranks is tried: each weight is varied by up to ``weight_band`` of
    itself either way, evenly, in ``draws`` draws from the generator seeded with ``seed``.
    """

    weight_band: Annotated[float, Number(0, 0.99)]
    draws: Annotated[int, Number(1, 100_000, whole=True)]
    seed: Annotated[int, Number(0, 2**32 - 1, whole=True)]
    source: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class ReferenceCheck:
    """A reported measure is compared with a published one read from ``folder`` under the
    campaign's raw folder; a relative difference above ``tolerance`` is a finding.
    """

    measure: keys.OfMeasure
    reference: keys.OfMeasure
    folder: keys.Folder
    tolerance: Annotated[float, Number(0, 1000)]
    source: str


@dataclass(frozen=True, slots=True)
class CheckRules:
    """From where on a figure is unlikely enough to ask for a second look.

    ``jump_share`` is a change of a share between periods (0.5: 50 points), ``jump_stock`` one of a
    whole relative to itself, ``jump_ratio`` a multiple of a flow; units below ``smallest`` things
    are left alone. ``copied_rows`` equal rows make a column a copy of the last period's.
    A whole that falls below ``vanished_share`` of the last period's is an error. ``rounding`` is by
    how much of its last written digit an amount (of money, weight, area) may be off, and a total
    with each of its parts; counts of people and things are exact. ``heaping_window``
    is how near to a target (0.02: 2 points) units are compared, and
    ``heaping_chance`` how unlikely a crowd just above it must be; ``digits_chance`` the same of
    last digits. A whole shrank if it fell by ``shrunk_share`` of itself and, as for a jump before
    an award of ``award_jump`` (0.05: 5 points), by more than so many ``outlying`` deviations of the
    other units' changes.
    """

    jump_share: keys.Share = 0.5
    jump_stock: Annotated[float, Number(0, 1000)] = 0.3
    jump_ratio: Annotated[float, Number(1, 1_000_000)] = 5.0
    smallest: Annotated[float, Number(0, 1e9)] = 30.0
    vanished_share: keys.Share = 0.1
    rounding: Annotated[float, Number(0, 10)] = 0.5
    copied_rows: Annotated[int, Number(2, 100_000, whole=True)] = 5
    heaping_window: keys.Share = 0.02
    heaping_chance: keys.Share = 0.01
    digits_chance: keys.Share = 0.001
    shrunk_share: keys.Share = 0.05
    award_jump: keys.Share = 0.05
    outlying: Annotated[float, Number(0, 100)] = 3.5


_FEWEST = 3
"""Others below which nothing is said."""
_AS_DEVIATION = 1.4826
"""What makes of the median absolute deviation of a normal distribution its standard deviation."""


class Spread:
    """Numbers of one kind, ordered once, so that each can be held against all others."""

    def __init__(self, numbers: Iterable[float]) -> None:
        self._ordered = sorted(numbers)
        self._apart: dict[float, list[float]] = {}  # without one the median is one of three

    def excess(self, value: float, deviations: float) -> float | None:
        """By how much ``value``, one of the numbers, exceeds the median of the others, where that
        is more than so many of their ``deviations``; else None.

        With 3.5 deviations one in about 4,000 normally distributed numbers is told, of ten numbers
        one in about 100, as their spread is then known badly (Iglewicz and Hoaglin, How to Detect
        and Handle Outliers, 1993).
        """
        if len(self._ordered) <= _FEWEST:
            return None
        middle = _median_without(value, self._ordered)
        if middle not in self._apart:
            self._apart[middle] = sorted(abs(number - middle) for number in self._ordered)
        spread = _AS_DEVIATION * _median_without(abs(value - middle), self._apart[middle])
        above = value - middle
        return above if above > deviations * spread else None


def _median_without(value: float, ordered: Sequence[float]) -> float:
    """The median of ordered numbers but for one of them."""
    at, left = bisect_left(ordered, value), len(ordered) - 1
    low, high = (n + (n >= at) for n in ((left - 1) // 2, left // 2))
    return (ordered[low] + ordered[high]) / 2
