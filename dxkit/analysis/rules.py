"""What the campaign's rules make of values: the share of an indicator's points that one earns,
ranks from points, and who is rewarded, by quotas and conditions.

A function that scores is chosen by its name. Each gives a share, 0 for no points and 1 for all of
them, or None when the rule says nothing about the case (no target is set, all compared units are
equal).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from dxkit.model.rules import Band, RewardRule

NOT_SCORED = "not_scored"
"""Why there are no points for what is known: the rule says nothing about it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A known value to be scored. ``direction`` is +1 when more is better, -1 when less is;
    ``peers`` are the known values of all units it is compared with, itself among them.
    """

    value: float
    target: float | None = None
    direction: int = 1
    parameters: Mapping[str, float] = field(default_factory=dict)
    peers: Sequence[float] = ()


def ratio_to_target(case: Case) -> float | None:
    """Value over target, at most 1; target over value when less is better."""
    uncapped = ratio_to_target_uncapped(case)
    return None if uncapped is None else min(uncapped, 1.0)


def ratio_to_target_uncapped(case: Case) -> float | None:
    """Value over target without a limit, for plans that reward exceeding it."""
    if case.target is None or case.target <= 0:
        return None
    if case.direction > 0:
        return max(case.value, 0.0) / case.target
    return case.target / case.value if case.value > 0 else 1.0


def share(case: Case) -> float:
    """The value itself, which is a share; its complement when less is better."""
    return _directed(case.value, case.direction)


def count(case: Case) -> float:
    """A number of things over the parameter ``full``, at most 1."""
    return _directed(case.value / case.parameters["full"], case.direction)


def steps(case: Case) -> float:
    """The share of the best step reached. Parameters come in pairs ``from_1`` and ``share_1``,
    ``from_2`` and ``share_2``, …: at least ``from`` (at most, when less is better) earns
    ``share``; a value that reaches no step earns 0.
    """
    return max(
        (
            case.parameters["share_" + name.removeprefix("from_")]
            for name, threshold in case.parameters.items()
            if name.startswith("from_") and (case.value - threshold) * case.direction >= 0
        ),
        default=0.0,
    )


def min_max(case: Case) -> float | None:
    """The position between the worst and the best of the units compared."""
    low, high = min(case.peers), max(case.peers)
    if low == high:
        return None
    return _directed((case.value - low) / (high - low), case.direction)


def goalposts(case: Case) -> float:
    """The position between the parameters ``low`` and ``high``, kept within 0 and 1."""
    low, high = case.parameters["low"], case.parameters["high"]
    return _directed((case.value - low) / (high - low), case.direction)


def none(case: Case) -> None:
    """No points: the indicator is shown and ranked but not scored."""


def _directed(position: float, direction: int) -> float:
    position = min(max(position, 0.0), 1.0)
    return position if direction > 0 else 1.0 - position


REGISTRY: Mapping[str, Callable[[Case], float | None]] = {
    function.__name__: function
    for function in (
        ratio_to_target,
        ratio_to_target_uncapped,
        share,
        count,
        steps,
        min_max,
        goalposts,
        none,
    )
}


def band_of(share_of_points: float, bands: Sequence[Band]) -> Band | None:
    """The best band whose lower edge is reached; None below them all.

    Shares within 1e-9 of an edge are on it: 324 of 360 points are 90 %.
    """
    reached = [band for band in bands if share_of_points >= band.from_share - 1e-9]
    return max(reached, key=lambda band: band.from_share, default=None)


TOLERANCE_DIGITS = 9
"""Values equal to this many decimals are equal: floating-point noise decides no award."""


def ranks_of(
    values: Mapping[str, Sequence[float]], method: str = "competition", decimals: int | None = None
) -> dict[str, int]:
    """Ranks of units by their keys: the first number decides, the next break ties.

    Greater is better throughout. ``competition`` gives 1, 2, 2, 4 and ``dense`` 1, 2, 2, 3.
    ``decimals`` rounds the first number half up before it is compared. The result is in order of
    rank, then of the input.
    """
    keys = {unit: _key(numbers, decimals) for unit, numbers in values.items()}
    ordered = sorted(keys, key=lambda unit: keys[unit], reverse=True)
    found: dict[str, int] = {}
    for position, unit in enumerate(ordered):
        if position == 0:
            found[unit] = 1
        elif keys[unit] == keys[ordered[position - 1]]:
            found[unit] = found[ordered[position - 1]]
        elif method == "dense":
            found[unit] = found[ordered[position - 1]] + 1
        else:
            found[unit] = position + 1
    return found


def rounded(points: float, decimals: int | None) -> float:
    """Points as they are compared: to the tolerance, then half up to ``decimals``, if declared."""
    steady = round(points, TOLERANCE_DIGITS)
    if decimals is None or math.isinf(steady):
        return steady
    step = Decimal(1).scaleb(-decimals)
    return float(Decimal(repr(steady)).quantize(step, ROUND_HALF_UP))


def _key(numbers: Sequence[float], decimals: int | None) -> tuple[float, ...]:
    first, *others = numbers
    return (rounded(first, decimals), *(rounded(number, None) for number in others))


WITHIN_QUOTA = "within_quota"
TIED_INTO_QUOTA = "tied_into_quota"
TIED_OUT_OF_QUOTA = "tied_out_of_quota"
TIER_INTO_QUOTA = "tier_into_quota"
TIER_OUT_OF_QUOTA = "tier_out_of_quota"
QUOTA_FULL = "quota_full"
BELOW_MINIMUM_SHARE = "below_minimum_share"
BELOW_MINIMUM_TARGETS = "below_minimum_targets"
HAS_AN_AWARD = "has_an_award"
FIGURES_LACKING = "figures_lacking"
BELOW_MINIMUM_COVERAGE = "below_minimum_coverage"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ranked unit: its rank in the ranking that counts, its share of the points, how many
    targets it meets, and whether its figures are whole.
    """

    unit_code: str
    rank: int
    share: float
    targets_met: int
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule decides about one unit, and the reason: one of this module's names."""

    unit_code: str
    rule: RewardRule
    rank: int
    awarded: bool
    reason: str


def decide(
    rule: RewardRule,
    candidates: Sequence[Candidate],
    awarded: Mapping[str, str] | Set[str],
    compared: int = 0,
) -> tuple[Decision, ...]:
    """What a rule decides about each candidate, in order of rank, where so many units ``compared``.

    The quota is filled from the top with the units that fulfil the conditions and are not in
    ``awarded`` yet: a unit that fails one leaves its place on the list to the next. Units tied
    across the edge of the quota, or of one tier there, are on the list or off it together, as the
    rule declares.
    """
    found: list[Decision] = []
    left = rule.quota
    covered = is_covered(rule, len(candidates), compared)
    ordered = sorted(candidates, key=lambda candidate: candidate.rank)
    for rank, tied in itertools.groupby(ordered, key=lambda candidate: candidate.rank):
        eligible = []
        for candidate in tied:
            obstacle = _obstacle(rule, candidate, awarded) if covered else BELOW_MINIMUM_COVERAGE
            if obstacle:
                found.append(Decision(candidate.unit_code, rule, rank, False, obstacle))
            else:
                eligible.append(candidate.unit_code)
        if not eligible:
            continue
        if left <= 0:
            reason, in_list = QUOTA_FULL, False
        elif len(eligible) <= left:
            reason, in_list = WITHIN_QUOTA, True
        elif rule.ties == "all":
            reason, in_list = TIER_INTO_QUOTA if rule.by == "tier" else TIED_INTO_QUOTA, True
        else:
            reason, in_list = TIER_OUT_OF_QUOTA if rule.by == "tier" else TIED_OUT_OF_QUOTA, False
        found += [Decision(unit, rule, rank, in_list, reason) for unit in eligible]
        left -= len(eligible)
    return tuple(found)


def is_covered(rule: RewardRule, ranked: int, compared: int) -> bool:
    """Whether enough of the units compared have a rank for any of them to be rewarded."""
    return round(ranked - rule.minimum_coverage * compared, TOLERANCE_DIGITS) >= 0


def _obstacle(rule: RewardRule, candidate: Candidate, awarded: Mapping[str, str] | Set[str]) -> str:
    if candidate.unit_code in awarded:
        return HAS_AN_AWARD
    if not candidate.is_whole:
        return FIGURES_LACKING
    least = round(rule.minimum_share, TOLERANCE_DIGITS)
    if round(candidate.share, TOLERANCE_DIGITS) < least:
        return BELOW_MINIMUM_SHARE
    if candidate.targets_met < rule.minimum_targets:
        return BELOW_MINIMUM_TARGETS
    return ""
