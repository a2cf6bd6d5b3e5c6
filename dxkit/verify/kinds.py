"""Every kind of number, counted again in the plainest way: the proof's own table of methods."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from dxkit.model.campaign import WHOLE_MOVEMENT, Indicator
from dxkit.model.facts import TOTAL, FactKey, reward_subject
from dxkit.verify.points import rank_by
from dxkit.verify.recount import Recount
from dxkit.verify.sums import Number

OfIndicator = Callable[[Recount, str, Indicator], "Number | None"]
OfTotal = Callable[[Recount, str], "Number | None"]


def number_of(r: Recount, key: FactKey) -> Number | None:
    """The number of a fact, None when there is none; raises KeyError for an unknown key."""
    if key not in r.known:
        r.known[key] = _number(r, key)
    return r.known[key]


def _number(r: Recount, key: FactKey) -> Number | None:
    unit, subject, kind = key.unit, key.subject, key.kind
    if key.period not in (r.period.id, *r.period.parts):
        if r.before is None:
            raise KeyError(str(key))
        return number_of(r.before, key)
    if unit not in r.units:
        raise KeyError(str(key))
    indicator = next((i for i in r.campaign.indicators if i.id == subject), None)
    if key.period in r.period.parts:
        if indicator is None:
            raise KeyError(str(key))
        sums, sides = r.part(key.period), ("month_numerator", "month_denominator")
        if kind in sides:
            return sums.side(unit, indicator, sides.index(kind))
        return {"month_value": sums.value}[kind](unit, indicator)
    if subject == TOTAL:
        return _TOTAL[kind](r, unit)
    if subject.startswith(reward_subject("")):
        rule = next((x for x in r.rewards(unit) if reward_subject(x.id) == subject), None)
        if rule is None or kind not in ("quota", "minimum_share", "minimum_targets"):
            raise KeyError(str(key))
        declared: float = getattr(rule, kind)
        return declared
    if indicator is not None:
        if kind != "least_value" and not r.sums.is_measured(unit, indicator):
            raise KeyError(str(key))
        return _INDICATOR[kind](r, unit, indicator)
    if kind != "value":
        raise KeyError(str(key))
    return r.sums.total(unit, (r.campaign.measure(subject).id,))[0]


def _less(left: Number | None, right: Number | None) -> Number | None:
    return None if left is None or right is None else left - right


def _over(left: Number | None, right: Number | None) -> Number | None:
    return None if left is None or not right else left / right


# of an indicator -----------------------------------------------------------------------------


def _value(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    return r.sums.value(unit, indicator)


def _target(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    return r.scores.target(unit, indicator)


def _ranks(r: Recount, unit: str, indicator: Indicator) -> dict[str, int]:
    values = ((u, r.sums.value(u, indicator)) for u in r.scores.members(unit))
    keys = {u: (round(float(v) * indicator.direction, 9),) for u, v in values if v is not None}
    return rank_by(keys, r.campaign.ranking.method)


def _known_below(r: Recount, unit: str, indicator: Indicator) -> list[Fraction]:
    values = (r.sums.value(c, indicator) for c in r.below(unit, indicator))
    return [value for value in values if value is not None]


def _idle_below(r: Recount, unit: str, indicator: Indicator) -> int:
    return sum(
        r.sums.value(c, indicator) is None and r.sums.why_missing(c, indicator) == "not_applicable"
        for c in r.below(unit, indicator)
    )


def _alike(r: Recount, unit: str, indicator: Indicator) -> list[str]:
    own = r.units.get(unit).type
    members = (u for u in r.scores.members(unit) if r.units.get(u).type == own)
    return [u for u in members if r.sums.value(u, indicator) is not None]


def _of_type(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    alike = _alike(r, unit, indicator)
    upper, lower = (sum(r.sums.side(u, indicator, s) or 0 for u in alike) for s in (0, 1))
    return Fraction(upper) / Fraction(lower)


def _of_parent(r: Recount, unit: str, indicator: Indicator, side: int) -> Number | None:
    above = r.sums.side(r.units.get(unit).parent_code, indicator, side)
    return _over(r.sums.side(unit, indicator, side), above)


def _pace(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    rise = _less(_value(r, unit, indicator), r.value_before(unit, indicator))
    lower = r.sums.side(unit, indicator, 1)
    if rise is None or lower is None or r.before is None:
        return None
    return rise * lower * 7 / (r.period.last_day - r.before.period.last_day).days


def _goal_date(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    lacking = r.lacking(unit, indicator, r.goal(unit, indicator)[0])
    pace = _pace(r, unit, indicator)
    if not lacking or pace is None or pace <= 0:
        return None
    return r.period.last_day.toordinal() + math.ceil(round(float(lacking * 7 / pace), 9))


def _per_week(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    target, deadline = r.goal(unit, indicator)
    lacking = r.lacking(unit, indicator, target)
    measures = [r.campaign.measure(m) for m in (indicator.numerator, indicator.denominator)]
    days = 1 + (r.period.last_day - r.period.first_day).days
    if any(measure.accumulation != "flow" for measure in measures):
        days = (deadline - r.period.last_day).days if deadline else 0
    return math.ceil(Fraction(lacking) * 7 / days) if lacking is not None and days else None


def _deadline(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    day = r.goal(unit, indicator)[1]
    return day.toordinal() if day else None


def _spread(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    values = _known_below(r, unit, indicator)
    return max(values) - min(values) if values else None


def _movement(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    now, before = _value(r, unit, indicator), r.value_before(unit, indicator)
    if r.campaign.previous_period(r.period.id) is None:
        return now
    if r.is_beyond_the_second_period or now is None or before is None:
        return None
    return now + before


def _movement_target(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    target = r.campaign.target(indicator.id, r.units.get(unit).level, WHOLE_MOVEMENT)
    return target.value if target else None


def _points(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    share = r.scores.share(unit, indicator)
    return None if share is None else share * indicator.max_points


def _small(r: Recount, unit: str, indicator: Indicator) -> Number | None:
    sides = (r.sums.side(c, indicator, 1) or 0 for c in r.below(unit, indicator))
    return sum(0 < side < r.campaign.checks.smallest for side in sides)


_INDICATOR: dict[str, OfIndicator] = {
    "value": _value,
    "numerator": lambda r, u, i: r.sums.side(u, i, 0),
    "denominator": lambda r, u, i: r.sums.side(u, i, 1),
    "target": _target,
    "gap": lambda r, u, i: _less(_value(r, u, i), _target(r, u, i)),
    "attained": lambda r, u, i: _over(_value(r, u, i), _target(r, u, i)),
    "shortfall": lambda r, u, i: r.lacking(u, i, r.scores.target(u, i)),
    "change": lambda r, u, i: _less(_value(r, u, i), r.value_before(u, i)),
    "points": _points,
    "max_points": lambda r, u, i: i.max_points,
    "rank": lambda r, u, i: _ranks(r, u, i).get(u),
    "ranked": lambda r, u, i: len(_ranks(r, u, i)),
    "against_group": lambda r, u, i: _less(_value(r, u, i), _value(r, r.scores.group(u), i)),
    "children": lambda r, u, i: len(r.below(u, i)),
    "children_known": lambda r, u, i: len(_known_below(r, u, i)),
    "children_not_applicable": _idle_below,
    "children_left_out": lambda r, u, i: (
        len(r.below(u, i)) - len(_known_below(r, u, i)) - _idle_below(r, u, i)
    ),
    "children_met": lambda r, u, i: sum(r.scores.is_met(c, i) is True for c in r.below(u, i)),
    "type_units": lambda r, u, i: len(_alike(r, u, i)),
    "type_value": _of_type,
    "against_type": lambda r, u, i: _less(_value(r, u, i), _of_type(r, u, i)),
    "contribution": lambda r, u, i: _of_parent(r, u, i, 0),
    "weight": lambda r, u, i: _of_parent(r, u, i, 1),
    "spread": _spread,
    "smallest": lambda r, u, i: r.campaign.checks.smallest,
    "small_denominators": _small,
    "goal": lambda r, u, i: r.goal(u, i)[0],
    "goal_shortfall": lambda r, u, i: r.lacking(u, i, r.goal(u, i)[0]),
    "deadline": _deadline,
    "per_week": _per_week,
    "pace": _pace,
    "goal_date": _goal_date,
    "movement_value": _movement,
    "movement_target": _movement_target,
    "least_value": lambda r, u, i: _condition(r, u, indicator=i.id),
}

# of the total --------------------------------------------------------------------------------


def _condition(r: Recount, unit: str, **asked: str) -> float:
    """The least share or value with which units are ranked inside this one; KeyError for none."""
    level = r.level_below(unit)
    for condition in r.campaign.ranking.conditions:
        alike = all(getattr(condition, name) == wanted for name, wanted in asked.items())
        if alike and condition.level in ("", level):
            return condition.at_least
    raise KeyError(unit)


def _rank_change(r: Recount, unit: str) -> Number | None:
    if r.before is None or unit not in r.before.units:
        return None
    now, then = r.ranks(unit), r.before.ranks(unit)
    if set(now) != set(then):
        return None  # other units were ranked: the ranks are not comparable
    return _less(then.get(unit), now.get(unit))


def _shared(r: Recount, unit: str) -> Number | None:
    ranks = r.ranks(unit)
    return list(ranks.values()).count(ranks[unit]) if unit in ranks else None


def _draws(r: Recount, unit: str) -> Number | None:
    rule = r.campaign.uncertainty
    return r.trials(unit).listed[unit] / rule.draws if rule else None


def _silent(why: str) -> OfTotal:
    return lambda r, u: sum(r.scores.total(c)[2] == why for c in r.children(u))


_TOTAL: dict[str, OfTotal] = {
    "points": lambda r, u: r.scores.total(u)[0],
    "max_points": lambda r, u: r.campaign.scoring.total_points,
    "covered": lambda r, u: r.scores.total(u)[1],
    "bonus": lambda r, u: r.scores.bonus(u),
    "rank": lambda r, u: r.ranks(u).get(u),
    "rank_shared": _shared,
    "ranked": lambda r, u: len(r.ranks(u)),
    "rank_change": _rank_change,
    "points_before": lambda r, u: r.scores_before.total(u)[0] if r.scores_before else None,
    "progress": lambda r, u: r.gains(u).get(u),
    "progress_rank": lambda r, u: r.gain_ranks(u).get(u),
    "progress_ranked": lambda r, u: len(r.gains(u)),
    "rank_best": lambda r, u: r.trials(u).ends(u)[0],
    "rank_worst": lambda r, u: r.trials(u).ends(u)[1],
    "award_draws": _draws,
    "cells": lambda r, u: len(r.cells_behind(u)),
    "cells_doubtful": lambda r, u: len(r.cells_behind(u) & r.doubtful),
    "children_unchanged": lambda r, u: len(r.unchanged_below(u)),
    "targets": lambda r, u: sum(_target(r, u, i) is not None for i in r.scores.indicators(u)),
    "targets_known": lambda r, u: sum(
        r.scores.is_met(u, i) is not None for i in r.scores.indicators(u)
    ),
    "targets_met": lambda r, u: r.scores.met(u),
    "units": lambda r, u: len(r.children(u)),
    "units_not_reported": _silent("not_reported"),
    "units_unread": _silent("unread"),
    "units_lacking": lambda r, u: len(r.lacking_below(u)),
    "tables_lacking": lambda r, u: r.tables_lacking(u),
    "figures_lacking": lambda r, u: len(r.scores.lacking(u)),
    "decimals": lambda r, u: r.campaign.ranking.decimals,
    "least_reported": lambda r, u: _condition(r, u, kind="reported"),
    "least_covered": lambda r, u: _condition(r, u, kind="covered"),
    "trials": lambda r, u: r.list_trials(u).lists_tried,
    "trials_changing": lambda r, u: r.list_trials(u).lists_changed,
    "cells_tried": lambda r, u: r.list_trials(u).cells_tried,
    "cells_deciding": lambda r, u: len(r.list_trials(u).deciding),
}

KINDS = frozenset({*_INDICATOR, *_TOTAL, "quota", "minimum_share", "minimum_targets",
                   "month_value", "month_numerator", "month_denominator"})  # fmt: skip
"""All kinds that can be counted again."""
