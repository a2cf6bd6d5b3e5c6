"""Who is rewarded and why, decided again in the plainest way."""

from __future__ import annotations

from dxkit.model.rules import RewardRule
from dxkit.verify.numbers import Again
from dxkit.verify.points import place_by, place_by_rank

Decisions = dict[str, tuple[bool, str]]
"""By unit: whether it is on the list, and the reason."""


def decisions_again(again: Again, unit: str) -> dict[str, Decisions]:
    """What each reward in force decides about the units ranked inside this one."""
    try:
        level = again.level_below(unit)
    except KeyError:
        return {}
    found: dict[str, Decisions] = {}
    has_one: set[str] = set()
    for rule in again.campaign.rewards:
        if rule.level == level and (not rule.periods or again.period.id in rule.periods):
            found[rule.id] = _decide(again, unit, rule, has_one)
            has_one |= {code for code, (listed, _) in found[rule.id].items() if listed}
    return found


def _decide(again: Again, unit: str, rule: RewardRule, has_one: set[str]) -> Decisions:
    first = again.children(unit)[0]
    places = again.ranks(first)
    if rule.by == "progress":
        gains = {code: (round(gain, 9),) for code, gain in again.gains(first).items()}
        places = place_by(gains, again.campaign.ranking.method)
    found: Decisions = {}
    given = 0
    for tied in place_by_rank(places):
        eligible = []
        for code in tied:
            reason = _obstacle(again, code, rule, has_one)
            if reason:
                found[code] = (False, reason)
            else:
                eligible.append(code)
        if given >= rule.quota:
            verdict = (False, "quota_full")
        elif given + len(eligible) <= rule.quota:
            verdict = (True, "within_quota")
        elif rule.ties == "all":
            verdict = (True, "tied_into_quota")
        else:
            verdict = (False, "tied_out_of_quota")
        found |= dict.fromkeys(eligible, verdict)
        given += len(eligible)
    return found


def _obstacle(again: Again, unit: str, rule: RewardRule, has_one: set[str]) -> str:
    scores, points = again.scores, again.scores.total(unit)[0] or 0.0
    if unit in has_one:
        return "has_an_award"
    if scores.lacking(unit):
        return "figures_lacking"
    if round(points / again.campaign.scoring.total_points, 9) < round(rule.minimum_share, 9):
        return "below_minimum_share"
    met = sum(scores.is_met(unit, i) is True for i in scores.indicators(unit))
    return "below_minimum_targets" if met < rule.minimum_targets else ""


def band_again(again: Again, unit: str) -> str:
    """The id of the unit's grade; empty without points or below all grades."""
    points = again.scores.total(unit)[0]
    if points is None:
        return ""
    share = points / again.campaign.scoring.total_points
    reached = [b for b in again.campaign.scoring.bands if share >= b.from_share - 1e-9]
    return max(reached, key=lambda band: band.from_share).id if reached else ""
