"""Rewards: who is on the list, by the quota and the conditions of the campaign."""

from __future__ import annotations

from collections.abc import Mapping

from dxkit.analysis.ranking import TOLERANCE_DIGITS
from dxkit.model.campaign import RewardRule


def rewarded(
    ranks: Mapping[str, int], shares: Mapping[str, float], rule: RewardRule
) -> frozenset[str]:
    """The units a rule rewards: within the quota by place and at or above the minimum share.

    Units tied at the edge of the quota stand or fall together: when the tie reaches beyond the
    quota all of them are on the list.
    """
    return frozenset(
        unit
        for unit, rank in ranks.items()
        if rank <= rule.quota
        and round(shares[unit], TOLERANCE_DIGITS) >= round(rule.minimum_share, TOLERANCE_DIGITS)
    )
