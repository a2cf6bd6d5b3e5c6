"""Every kind of number, counted again in the plainest way: the proof's own table of methods."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from fractions import Fraction

from dxkit.model.campaign import WHOLE_MOVEMENT, Indicator
from dxkit.model.facts import TOTAL, FactKey, reward_subject
from dxkit.verify.recount import Decisions, Recount, of_group, share_of_points
from dxkit.verify.sums import Number, Sums, measures_of
from dxkit.verify.trials import Trials

OfIndicator = Callable[[Recount, str, Indicator], "Number | None"]
Told = dict[str, list[Fraction]]
OfTotal = Callable[[Recount, str], "Number | None"]


def number_of(r: Recount, key: FactKey) -> Number | None:
    """The number of a fact, None when there is none; raises KeyError for an unknown key."""
    unit, subject, kind = key.unit, key.subject, key.kind
    indicator = next((i for i in r.campaign.indicators if i.id == subject), None)
    if indicator is not None and key.period in r.period.parts:
        return _OF_PART[kind](r.part(key.period), unit, indicator)
    if key.period != r.period.id or unit not in r.units:
        if r.before is None or key.period == r.period.id:
            raise KeyError(str(key))
        return number_of(r.before, key)
    if subject == TOTAL:
        return _TOTAL[kind](r, unit)
    if indicator is not None:
        if kind != "least_value" and not r.sums.is_measured(unit, indicator):
            raise KeyError(str(key))
        return _INDICATOR[kind](r, unit, indicator)
    if kind in _OF_REWARD:
        rules = {reward_subject(x.id): x for x in r.rewards(r.level_below(unit))}
        declared: float = getattr(rules[subject], kind)
        return declared
    if kind != "value":
        raise KeyError(str(key))
    return r.sums.total(unit, (r.campaign.measure(subject).id,)).numbers[0]


def _less(left: Number | None, right: Number | None) -> Number | None:
    return None if left is None or right is None else left - right


def _over(left: Number | None, right: Number | None) -> Number | None:
    return None if left is None or not right else left / right


# of an indicator -----------------------------------------------------------------------------


def _value(r: Recount, unit: str, indicator: Indicator) -> Fraction | None:
    return r.value(unit, indicator)


def _before(r: Recount, unit: str, indicator: Indicator) -> Fraction | None:
    return r.before.value(unit, indicator) if r.before else None


@of_group
def _ranks(r: Recount, unit: str, indicator: Indicator) -> dict[str, int]:
    keys, rule = dict[str, tuple[object, ...]](), r.campaign.ranking
    for u in r.members(unit):
        value, lower = r.value(u, indicator), r.sums.of(u, indicator).numbers[1:]
        few = any(side and side < rule.least_denominator for side in lower)
        if value is not None and not few:
            keys[u] = (round(value * indicator.direction, 9),)
    return r.ranks_of(keys) if len(keys) >= rule.minimum_ranked else {}


def _known_below(r: Recount, unit: str, indicator: Indicator) -> list[Fraction]:
    values = (r.value(child, indicator) for child in r.below(unit, indicator))
    return [value for value in values if value is not None]


def _idle_below(r: Recount, unit: str, i: Indicator) -> int:
    below = (child for child in r.below(unit, i) if r.value(child, i) is None)
    return sum(r.sums.why_missing(child, i) == "not_applicable" for child in below)


def _others(r: Recount, unit: str, indicator: Indicator, types: Collection[str]) -> list[str]:
    """The others it is ranked with that have a value and are of one of the types, if any is told;
    below three of them nothing is told.
    """
    members = (u for u in r.members(unit) if u != unit)
    alike = (u for u in members if not types or r.units.get(u).type in types)
    found = [u for u in alike if r.value(u, indicator) is not None]
    if len(found) < 3:
        raise KeyError(f"{unit}/{indicator.id}")
    return found


def _of_others(r: Recount, unit: str, indicator: Indicator, types: Collection[str]) -> Fraction:
    others = _others(r, unit, indicator, types)
    upper, lower = (sum(r.sums.side(u, indicator, s) or 0 for u in others) for s in (0, 1))
    return Fraction(upper) / Fraction(lower)


def _own_type(r: Recount, unit: str) -> tuple[str]:
    return (r.units.get(unit).type,)


def _told_both_times(r: Recount, unit: str, indicator: Indicator) -> tuple[Told, Told]:
    """What reporting units told now and in the period before, where some told only in one."""
    if r.before is None or unit not in r.before.units:
        raise KeyError(unit)
    before = r.before
    if not before.sums.is_measured(unit, indicator) or indicator.kind == "value":
        raise KeyError(unit)
    known = r.value(unit, indicator) is not None and before.value(unit, indicator) is not None
    now, then = (s.places_told(unit, measures_of(indicator)) for s in (r.sums, before.sums))
    if not known or not now or not then or set(now) == set(then):
        raise KeyError(unit)
    return now, then


def _like_change(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    now, then = _told_both_times(r, unit, indicator)
    if set(now).isdisjoint(then):
        return None
    values: list[Number | None] = []
    for told in (now, then):
        sums = [Fraction(0)] * len(next(iter(told.values())))
        for code in set(now) & set(then):
            sums = [a + b for a, b in zip(sums, told[code], strict=True)]
        values.append(_over(*sums) if len(sums) > 1 else sums[0])
    return _less(*values)


def _of_parent(r: Recount, unit: str, indicator: Indicator, side: int) -> Number | None:
    above = r.sums.side(r.units.get(unit).parent_code, indicator, side)
    return _over(r.sums.side(unit, indicator, side), above)


def _points_to_target(r: Recount, unit: str, i: Indicator) -> Number | None:
    target, share = r.target(unit, i), r.share(unit, i)
    if r.is_met(unit, i) is not False or i.scoring in ("none", "min_max") or target is None:
        raise KeyError(unit)
    full = share_of_points(i, target, target, ())
    return None if full is None or share is None else (full - share) * i.max_points


def _goal_shortfall(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    return r.shortfall(unit, indicator, r.goal(unit, indicator)[0])


def _pace(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    rise = _less(_value(r, unit, indicator), _before(r, unit, indicator))
    lower = r.sums.side(unit, indicator, 1)
    if rise is None or lower is None or r.before is None:
        return None
    days = (r.period.last_day - r.before.period.last_day).days
    return round(Fraction(rise) * lower * 7 / days, 9)


def _goal_date(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    lacking, pace = _goal_shortfall(r, unit, indicator), _pace(r, unit, indicator)
    if not lacking or pace is None or pace <= 0:
        return None
    return r.period.last_day.toordinal() + math.ceil(round(float(lacking * 7 / pace), 9))


def _deadline(r: Recount, unit: str, indicator: Indicator) -> int | None:
    day = r.goal(unit, indicator)[1]
    return day.toordinal() if day else None


def _per_week(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    lacking, last = _goal_shortfall(r, unit, indicator), r.period.last_day.toordinal()
    measures = [r.campaign.measure(m) for m in (indicator.numerator, indicator.denominator)]
    days = (_deadline(r, unit, indicator) or last) - last
    if all(measure.accumulation == "flow" for measure in measures):
        days = 1 + (r.period.last_day - r.period.first_day).days
    return math.ceil(Fraction(lacking) * 7 / days) if lacking is not None and days else None


def _spread(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    values = _known_below(r, unit, indicator)
    return max(values) - min(values) if values else None


def _movement(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    now, known = _value(r, unit, indicator), r.campaign.previous_period(r.period.id) is None
    if known or now is None:
        return now
    before = r.before
    if before is None or unit not in before.units or not before.sums.is_measured(unit, indicator):
        return None
    earlier = _movement(before, unit, indicator)
    return None if earlier is None else now + earlier


def _movement_target(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    target = r.campaign.target(indicator.id, r.level(unit), WHOLE_MOVEMENT)
    return target.value if target else None


def _small(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    sides = (r.sums.side(c, indicator, 1) or 0 for c in r.below(unit, indicator))
    return sum(0 < side < r.campaign.checks.smallest for side in sides)


def _end(r: Recount, unit: str, indicator: Indicator, larger: bool) -> Number | None:
    """An end of Wilson's interval: a root of (p - q)² = 1.96² q (1 - q) / n, for p of n things."""
    upper, lower = (r.sums.side(unit, indicator, side) for side in (0, 1))
    few = bool(lower) and (lower or 0) < r.campaign.checks.smallest
    if indicator.kind != "ratio" or upper is None or not lower or not few or upper > lower:
        raise KeyError(unit)
    square = Fraction(196, 100) ** 2 / lower
    a, b, c = 1 + square, -(2 * upper / lower + square), (upper / lower) ** 2
    root = math.sqrt(b * b - 4 * a * c)
    return min(1.0, max(0.0, (-float(b) + (root if larger else -root)) / (2 * float(a))))


_INDICATOR: dict[str, OfIndicator] = {
    "value": _value,
    "numerator": lambda r, u, i: r.sums.side(u, i, 0),
    "denominator": lambda r, u, i: r.sums.side(u, i, 1),
    "target": lambda r, u, i: r.target(u, i),
    "gap": lambda r, u, i: _less(_value(r, u, i), r.target(u, i)),
    "attained": lambda r, u, i: _over(_value(r, u, i), r.target(u, i)),
    "interval_low": lambda r, u, i: _end(r, u, i, larger=False),
    "interval_high": lambda r, u, i: _end(r, u, i, larger=True),
    "shortfall": lambda r, u, i: r.shortfall(u, i, r.target(u, i)),
    "change": lambda r, u, i: _less(_value(r, u, i), _before(r, u, i)),
    "points": lambda r, u, i: s * i.max_points if (s := r.share(u, i)) is not None else None,
    "max_points": lambda r, u, i: i.max_points,
    "points_to_target": _points_to_target,
    "rank": lambda r, u, i: _ranks(r, u, i).get(u),
    "ranked": lambda r, u, i: len(_ranks(r, u, i)),
    "places_in_one": lambda r, u, i: len(
        set.symmetric_difference(*map(set, _told_both_times(r, u, i)))
    ),
    "like_change": _like_change,
    "group_units": lambda r, u, i: len(_others(r, u, i, ())),
    "group_value": lambda r, u, i: _of_others(r, u, i, ()),
    "against_group": lambda r, u, i: _less(_value(r, u, i), _of_others(r, u, i, ())),
    "children": lambda r, u, i: len(r.below(u, i)),
    "children_known": lambda r, u, i: len(_known_below(r, u, i)),
    "children_not_applicable": _idle_below,
    "children_left_out": lambda r, u, i: (
        len(r.below(u, i)) - len(_known_below(r, u, i)) - _idle_below(r, u, i)
    ),
    "children_met": lambda r, u, i: sum(r.is_met(c, i) is True for c in r.below(u, i)),
    "type_units": lambda r, u, i: len(_others(r, u, i, _own_type(r, u))),
    "type_value": lambda r, u, i: _of_others(r, u, i, _own_type(r, u)),
    "against_type": lambda r, u, i: _less(_value(r, u, i), _of_others(r, u, i, _own_type(r, u))),
    "contribution": lambda r, u, i: _of_parent(r, u, i, 0),
    "weight": lambda r, u, i: _of_parent(r, u, i, 1),
    "spread": _spread,
    "smallest": lambda r, u, i: r.campaign.checks.smallest,
    "small_denominators": _small,
    "goal": lambda r, u, i: r.goal(u, i)[0],
    "goal_shortfall": _goal_shortfall,
    "deadline": _deadline,
    "per_week": _per_week,
    "pace": _pace,
    "goal_date": _goal_date,
    "movement_value": _movement,
    "movement_target": _movement_target,
    "least_value": lambda r, u, i: _condition(r, u, indicator=i.id),
    "least_denominator": lambda r, u, i: r.campaign.ranking.least_denominator,
}
_OF_PART: dict[str, Callable[[Sums, str, Indicator], Number | None]] = {
    "month_value": lambda sums, u, i: sums.value(u, i),
    "month_numerator": lambda sums, u, i: sums.side(u, i, 0),
    "month_denominator": lambda sums, u, i: sums.side(u, i, 1),
}
_OF_REWARD = ("quota", "minimum_share", "minimum_targets", "minimum_coverage")

# of the total --------------------------------------------------------------------------------


def _condition(r: Recount, unit: str, **asked: str) -> float:
    """The least share or value with which units are ranked inside this one; KeyError for none."""
    level = r.level_below(unit)
    for condition in r.campaign.ranking.conditions_at(level):
        if all(getattr(condition, name) == wanted for name, wanted in asked.items()):
            return condition.at_least
    raise KeyError(unit)


def _rank_change(r: Recount, unit: str) -> Number | None:
    then = r.before.ranks(unit) if r.before and unit in r.before.units else {}
    now = r.ranks(unit)
    return then[unit] - now[unit] if unit in now and now.keys() == then.keys() else None


@of_group
def trials(r: Recount, unit: str) -> Trials:
    """The trials of the unit's group; KeyError when the campaign does not say how to try."""
    if r.campaign.uncertainty is None:
        raise KeyError(unit)
    return Trials(r, unit, r.campaign.uncertainty)


@of_group
def tiers(r: Recount, unit: str) -> dict[str, int]:
    """The tiers of the unit's group: one more than there are ranks better than a unit's best below
    which everybody who can have them stays; KeyError where there are none.
    """
    if not r.campaign.ranking.tiers:
        raise KeyError(unit)
    ends = trials(r, unit).by.get("weights", {})
    cuts = [k for k in range(1, len(ends)) if not any(b <= k < w for b, w in ends.values())]
    return {u: 1 + sum(k < best for k in cuts) for u, (best, _) in ends.items()}


def decisions(r: Recount, unit: str) -> dict[str, Decisions]:
    """What each reward in force decides about the units ranked inside this one."""
    try:
        level, first = r.level_below(unit), r.children(unit)[0]
    except KeyError:
        return {}
    ranks = {"points": r.ranks(first), "progress": r.gain_ranks(first)}
    if any(rule.by == "tier" for rule in r.rewards(level)):
        ranks["tier"] = tiers(r, first)
    points = {u: r.points(u) for u in r.members(first)}
    return r.decide(level, ranks, points, {u: r.met(u) for u in points})


def _of_tier(number: Callable[[int, list[int]], int]) -> OfTotal:
    """A number of a unit's tier and those of all units of its group; KeyError without one."""
    return lambda r, u: number(tiers(r, u)[u], [*tiers(r, u).values()])


def list_trials(r: Recount, unit: str) -> Trials:
    """The trials of the list of rewards among the units directly below; KeyError for none."""
    level = r.level_below(unit)
    tried = not r.campaign.level(level).open
    if not tried or not any(rule.by == "points" for rule in r.rewards(level)):
        raise KeyError(unit)
    return trials(r, r.children(unit)[0])


def _draws(r: Recount, unit: str) -> Number | None:
    rule = r.campaign.uncertainty
    return trials(r, unit).listed[unit] / rule.draws if rule else None


def _silent(why: str) -> OfTotal:
    return lambda r, u: sum(r.total(child)[2] == why for child in r.children(u))


def _told(r: Recount, unit: str) -> list[bool]:
    met = (r.is_met(unit, i) for i in r.indicators(unit))
    return [one for one in met if one is not None]


_TOTAL: dict[str, OfTotal] = {
    "points": lambda r, u: r.total(u)[0],
    "max_points": lambda r, u: r.campaign.scoring.total_points,
    "covered": lambda r, u: r.total(u)[1],
    "complete": lambda r, u: r.complete(u),
    "bonus": lambda r, u: r.bonus(u),
    "rank": lambda r, u: r.ranks(u).get(u),
    "rank_shared": lambda r, u: [*r.ranks(u).values()].count(r.ranks(u).get(u, 0)) or None,
    "ranked": lambda r, u: len(r.ranks(u)),
    "tier": _of_tier(lambda own, every: own),
    "tiers": _of_tier(lambda own, every: max(every)),
    "tier_units": _of_tier(lambda own, every: every.count(own)),
    "rank_change": _rank_change,
    "points_before": lambda r, u: b.total(u)[0] if (b := r.before_by_rules) else None,
    "progress": lambda r, u: r.gains(u).get(u),
    "progress_rank": lambda r, u: r.gain_ranks(u).get(u),
    "progress_ranked": lambda r, u: len(r.gains(u)),
    "rank_best": lambda r, u: trials(r, u).ends(u)[0],
    "rank_worst": lambda r, u: trials(r, u).ends(u)[1],
    "trial_best": lambda r, u: trials(r, u).trial_ends(u)[0],
    "trial_worst": lambda r, u: trials(r, u).trial_ends(u)[1],
    "trials_outside": lambda r, u: len(trials(r, u).outside(u)),
    "award_draws": _draws,
    "cells": lambda r, u: len(r.cells_behind(u)),
    "cells_doubtful": lambda r, u: len(r.cells_behind(u) & r.doubtful),
    "children_unchanged": lambda r, u: len(r.unchanged_below(u)),
    "targets": lambda r, u: sum(r.target(u, i) is not None for i in r.indicators(u)),
    "targets_known": lambda r, u: len(_told(r, u)),
    "targets_met": lambda r, u: r.met(u),
    "units": lambda r, u: len(r.children(u)),
    "units_not_reported": _silent("not_reported"),
    "units_unread": _silent("unread"),
    "units_lacking": lambda r, u: len(r.incomplete_below(u)),
    "tables_lacking": lambda r, u: r.tables_lacking(u),
    "figures_lacking": lambda r, u: len(r.incomplete(u)),
    "decimals": lambda r, u: r.campaign.ranking.decimals,
    "least_denominator": lambda r, u: (
        (r.level_below(u) and r.campaign.ranking.least_denominator) or 0
    ),
    "minimum_ranked": lambda r, u: (r.level_below(u) and r.campaign.ranking.minimum_ranked) or 0,
    "least_reported": lambda r, u: _condition(r, u, kind="reported"),
    "least_covered": lambda r, u: _condition(r, u, kind="covered"),
    "least_complete": lambda r, u: _condition(r, u, kind="complete"),
    "weight_band": lambda r, u: getattr(r.campaign.uncertainty, "weight_band", None),
    "trials": lambda r, u: list_trials(r, u).tried["draw"],
    "trials_changing": lambda r, u: list_trials(r, u).changed["draw"],
    "corners": lambda r, u: list_trials(r, u).tried["corner"],
    "corners_changing": lambda r, u: list_trials(r, u).changed["corner"],
    "ways": lambda r, u: len(list_trials(r, u).ways()),
    "ways_changing": lambda r, u: len(list_trials(r, u).ways_changing()),
    "tied_at_quota": lambda r, u: list_trials(r, u).tied,
    "cells_tried": lambda r, u: list_trials(r, u).tried["cell"],
    "cells_deciding": lambda r, u: len(list_trials(r, u).deciding),
}

KINDS = frozenset({*_INDICATOR, *_TOTAL, *_OF_PART, *_OF_REWARD})
"""All kinds that can be counted again."""
