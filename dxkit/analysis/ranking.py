"""Ranks from points and who is rewarded, by the rules, quotas and conditions of the campaign."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from dxkit.model.rules import RewardRule

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
