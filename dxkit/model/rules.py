"""The campaign's rules on points, places and rewards, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, str]
"""One name in each language: language code → text."""


@dataclass(frozen=True, slots=True)
class Band:
    """A grade given from a share of the points upwards (``from_share`` itself belongs to it)."""

    id: str
    names: Words
    from_share: float


@dataclass(frozen=True, slots=True)
class ScoringRule:
    """How points become a total. ``total_points`` is the maximum of one unit and period.

    ``bonus`` lists indicators whose points come on top of the scale: they are not part of
    ``total_points``, and a unit without a value of theirs has no bonus and loses nothing.
    """

    total_points: float
    bands: tuple[Band, ...]
    source: str
    assumed: bool
    bonus: tuple[str, ...] = ()


RANKING_METHODS = ("competition", "dense")
"""Places of ties: 1, 2, 2, 4 or 1, 2, 2, 3."""

CONDITIONS = ("covered", "reported", "value")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a unit must fulfil to be ranked, at a level or (empty) at every level.

    ``kind`` is ``covered`` (share of the scale that applies to the unit), ``reported`` (share of
    the units below that sent a report) or ``value`` (of the indicator); each ``at_least``, for
    an indicator whose direction is down at most.
    """

    kind: str
    at_least: float
    level: str = ""
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A unit that is not ranked in a period by somebody's decision, and why."""

    unit: str
    period: str
    reason: Words
    source: str


@dataclass(frozen=True, slots=True)
class RankingRule:
    """How totals become places.

    ``within`` maps a level to the level inside which its units are compared; ``tie_break`` lists
    indicator ids whose values decide equal points, in order; ``decimals`` rounds the points half
    up before they are compared, None compares them unrounded.
    """

    method: str  # one of RANKING_METHODS
    within: Mapping[str, str]
    tie_break: tuple[str, ...]
    source: str
    assumed: bool
    decimals: int | None = None
    conditions: tuple[Condition, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()


REWARD_BASES = ("points", "progress")


@dataclass(frozen=True, slots=True)
class RewardRule:
    """How many units of a level are rewarded in a period, and under which conditions.

    Rules apply in the campaign's order, and a unit gets one award. ``by`` says which ranking
    counts: of the points, or of the progress since the period before. Without ``periods`` the rule
    holds in all. ``ties`` says what becomes of units tied across the edge of the quota: ``all``
    of them are rewarded, or ``none``.
    """

    id: str
    level: str
    quota: int
    minimum_share: float  # of the points
    names: Words
    source: str
    assumed: bool
    by: str = "points"  # one of REWARD_BASES
    periods: tuple[str, ...] = ()
    minimum_targets: int = 0  # how many targets must be met
    ties: str = "all"  # or "none"


@dataclass(frozen=True, slots=True)
class UncertaintyRule:
    """How far the certainty of places is tried: each weight is varied by up to ``weight_band`` of
    itself either way, evenly, in ``draws`` draws from the generator seeded with ``seed``.
    """

    weight_band: float
    draws: int
    seed: int
    source: str
    assumed: bool
