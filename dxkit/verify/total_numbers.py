"""Every kind of number about a unit's total, its place and its rewards, made again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dxkit.model.rules import Condition, RewardRule
from dxkit.verify.indicator_numbers import Number, less
from dxkit.verify.points import place_by
from dxkit.verify.reached import lacking_below
from dxkit.verify.sources import cells_behind

if TYPE_CHECKING:
    from dxkit.verify.numbers import Again


def _rank_change(again: Again, unit: str) -> Number:
    if again.before is None or unit not in again.before.units:
        return None
    if set(again.ranks(unit)) != set(again.before.ranks(unit)):
        return None  # other units were ranked: the places are not comparable
    return less(again.before.rank(unit), again.rank(unit))


def _points_before(again: Again, unit: str) -> Number:
    earlier = again.scores_before
    return earlier.total(unit)[0] if earlier is not None else None


def _silent(again: Again, unit: str, why: str) -> int:
    return sum(again.scores.total(c)[2] == why for c in again.children(unit))


def _draws(again: Again, unit: str) -> Number:
    rule = again.campaign.uncertainty
    return again.trials(unit).listed[unit] / rule.draws if rule else None


TOTALS: dict[str, Callable[[Again, str], Number]] = {
    "points": lambda a, u: a.scores.total(u)[0],
    "max_points": lambda a, u: a.campaign.scoring.total_points,
    "covered": lambda a, u: a.scores.total(u)[1],
    "bonus": lambda a, u: a.scores.bonus(u),
    "rank": lambda a, u: a.rank(u),
    "rank_shared": lambda a, u: a.shared(u),
    "ranked": lambda a, u: sum(a.scores.is_ranked(m) for m in a.scores.members(u)),
    "rank_change": _rank_change,
    "points_before": _points_before,
    "progress": lambda a, u: a.gains(u).get(u),
    "progress_rank": lambda a, u: place_by(
        {k: (round(v, 9),) for k, v in a.gains(u).items()}, a.campaign.ranking.method
    ).get(u),
    "progress_ranked": lambda a, u: len(a.gains(u)),
    "rank_best": lambda a, u: a.trials(u).best.get(u),
    "rank_worst": lambda a, u: a.trials(u).worst.get(u),
    "award_draws": _draws,
    "cells": lambda a, u: len(cells_behind(a, u)),
    "cells_doubtful": lambda a, u: len(cells_behind(a, u) & a.doubtful),
    "children_unchanged": lambda a, u: len(a.unchanged_below(u)),
    "targets": lambda a, u: sum(a.scores.target(u, i) is not None for i in a.scores.indicators(u)),
    "targets_known": lambda a, u: sum(
        a.scores.is_met(u, i) is not None for i in a.scores.indicators(u)
    ),
    "targets_met": lambda a, u: sum(a.scores.is_met(u, i) is True for i in a.scores.indicators(u)),
    "units": lambda a, u: len(a.children(u)),
    "units_not_reported": lambda a, u: _silent(a, u, "not_reported"),
    "decimals": lambda a, u: a.campaign.ranking.decimals,
    "least_reported": lambda a, u: _condition(a, u, "reported").at_least,
    "least_covered": lambda a, u: _condition(a, u, "covered").at_least,
    "trials": lambda a, u: a.list_trials(u).lists_tried,
    "trials_changing": lambda a, u: a.list_trials(u).lists_changed,
    "cells_tried": lambda a, u: a.list_trials(u).cells_tried,
    "cells_deciding": lambda a, u: len(a.list_trials(u).deciding),
    "units_lacking": lambda a, u: len(lacking_below(a, u)),
    "tables_lacking": lambda a, u: len(
        [
            f
            for f in a.received.findings
            if f.code in ("unit_missing", "table_missing")
            and f.unit_code in a.units
            and u in [f.unit_code, *(x.code for x in a.units.ancestors(f.unit_code))]
        ]
    ),
    "figures_lacking": lambda a, u: len(a.scores.lacking(u)),
    "units_unread": lambda a, u: _silent(a, u, "unread"),
}


def _condition(again: Again, unit: str, kind: str) -> Condition:
    """The condition for being ranked inside the unit; raises KeyError when there is none."""
    level = again.level_below(unit)
    found = (c for c in again.campaign.ranking.conditions if c.level in ("", level))
    for condition in found:
        if condition.kind == kind:
            return condition
    raise KeyError(kind)


def least_value(again: Again, unit: str, indicator: str) -> float:
    """The least value of an indicator with which a unit is ranked; KeyError for none."""
    level = again.level_below(unit)
    for condition in again.campaign.ranking.conditions:
        if condition.level in ("", level) and condition.indicator == indicator:
            return condition.at_least
    raise KeyError(indicator)


def reward_number(again: Again, unit: str, subject: str, kind: str) -> float:
    """What the campaign declares of a reward among the units below; KeyError for no such reward."""
    level = again.level_below(unit)
    for rule in again.campaign.rewards:
        in_force = not rule.periods or again.period.id in rule.periods
        if f"reward-{rule.id}" == subject and rule.level == level and in_force:
            return _REWARDS[kind](rule)
    raise KeyError(subject)


_REWARDS: dict[str, Callable[[RewardRule], float]] = {
    "quota": lambda rule: rule.quota,
    "minimum_share": lambda rule: rule.minimum_share,
    "minimum_targets": lambda rule: rule.minimum_targets,
}
REWARD_KINDS = frozenset(_REWARDS)
