"""Every kind of number, counted again in the plainest way: the proof's own table of methods."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from dxkit.model.campaign import WHOLE_MOVEMENT, Indicator
from dxkit.model.facts import TOTAL, FactKey, reward_subject
from dxkit.verify import visits
from dxkit.verify.recount import Decisions, Recount, of_group, share_of_points
from dxkit.verify.sums import Number, Pair, measures_of
from dxkit.verify.trials import Trials

Told = dict[str, tuple[Fraction, ...]]


@dataclass(frozen=True)
class Asked:
    """What may be asked of an indicator of a unit: a number by its kind. Raises ArithmeticError
    where there is none, as where it is divided by nothing, and KeyError where nothing is told.
    """

    r: Recount
    unit: str
    i: Indicator

    def __call__(self, kind: str) -> Fraction:
        if (number := _INDICATOR[kind](self)) is None:
            raise ArithmeticError(kind)
        return Fraction(str(number))  # a float as it is written

    def before(self, kind: str) -> Fraction:
        """A number of the period before."""
        if self.r.before is None:
            raise ArithmeticError(kind)
        return replace(self, r=self.r.before)(kind)

    def of_whole(self, kind: str) -> Fraction:
        """A number as a part of that of the unit above."""
        return self(kind) / replace(self, unit=self.r.units.get(self.unit).parent_code)(kind)

    def below(self) -> dict[str, Pair]:
        """What units directly below have, where the indicator is measured."""
        units = (u for u in self.r.children(self.unit) if self.r.sums.is_measured(u, self.i))
        return {unit: self.r.sums.of(unit, self.i) for unit in units}

    def values_below(self) -> list[Fraction]:
        """The values that there are."""
        values = (self.r.sums.value(unit, self.i) for unit in self.below())
        return [value for value in values if value is not None]

    def idle_below(self) -> int:
        """How many have no value, and none to have."""
        without = (u for u in self.below() if self.r.sums.value(u, self.i) is None)
        return sum(self.r.sums.of(u, self.i).why == "not_applicable" for u in without)

    def spread(self) -> Fraction | None:
        """From the lowest to the highest value."""
        return max(values) - min(values) if (values := self.values_below()) else None

    def outside(self) -> int:
        """How many shares below are more than 3.09 standard errors from that of all."""
        common = self("value")
        values = {u: v for u in self.below() if (v := self.r.sums.value(u, self.i)) is not None}
        sizes = {u: pair.numbers[1] or 0 for u, pair in self.below().items()}
        limit = Fraction(309, 100) ** 2 * common * (1 - common)
        return sum((value - common) ** 2 * sizes[u] > limit for u, value in values.items())

    def others(self, *, alike: bool = False) -> list[str]:
        """The others that it is ranked with and that have a value, maybe of its own type alone; of
        less than three nothing is told, nor of a share of few things.
        """
        units, sums = self.r.units, self.r.sums
        members = (u for u in self.r.members(self.unit) if u != self.unit)
        found = [u for u in members if sums.value(u, self.i) is not None
                 and (not alike or units.get(u).type == units.get(self.unit).type)]  # fmt: skip
        if len(found) < 3 or self.r.is_of_few(self.unit, self.i):
            raise KeyError(f"{self.unit}/{self.i.id}")
        return found

    def value_of_others(self, *, alike: bool = False) -> Fraction:
        """The value of all of them together."""
        pairs = [self.r.sums.of(unit, self.i) for unit in self.others(alike=alike)]
        upper, lower = (sum(pair.numbers[side] or 0 for pair in pairs) for side in (0, 1))
        return Fraction(upper) / lower

    def told(self) -> list[Told]:
        """What is told of it, where it is known both times."""
        self("change")  # which raises where either is not known
        if self.i.kind == "value":
            raise KeyError(self.unit)
        return _told(self.r, self.unit, measures_of(self.i))

    def goal(self) -> tuple[float | None, datetime.date | None]:
        """The target ahead and the day by which."""
        campaign, period = self.r.campaign, self.r.period
        coming = campaign.next_period(period.id)
        ahead = coming and campaign.target(self.i.id, self.r.level(self.unit), coming.id)
        if coming and ahead:
            return ahead.value, coming.last_day
        last = campaign.last_day
        later = last if last is not None and last > period.last_day else None
        return self.r.target(self.unit, self.i), later

    def lacking(self, target: str) -> Fraction:
        """How many more of the denominator must count for a target: of amounts in hundredths."""
        upper, lower, wanted = self("numerator"), self("denominator"), self(target)
        if not lower:
            raise ArithmeticError(target)
        step = 1 if upper.denominator == lower.denominator == 1 else 100
        return Fraction(max(0, math.ceil((wanted * lower - upper) * step)), step)

    def per_week(self) -> int:
        """How many of them in a week."""
        lacking, period = self("goal_shortfall"), self.r.period
        if all(self.r.campaign.measure(m).accumulation == "flow" for m in measures_of(self.i)):
            days = 1 + (period.last_day - period.first_day).days
        else:
            days = int(self("deadline")) - period.last_day.toordinal()
        return math.ceil(lacking * 7 / days)

    def points_to_target(self) -> float | None:
        """The points that reaching the target brings, where it is not reached."""
        target, share = self.r.target(self.unit, self.i), self.r.share(self.unit, self.i)
        is_missed = self.r.is_met(self.unit, self.i) is False
        if not is_missed or self.i.scoring in ("none", "min_max") or target is None:
            raise KeyError(self.unit)
        full = share_of_points(self.i, target, target, ())
        return None if full is None or share is None else (full - share) * self.i.max_points

    def pace(self) -> Fraction:
        """How many there were in a week."""
        rise = self("change") * self("denominator")
        before = self.r.before.period if self.r.before else self.r.period
        return round(rise * 7 / (self.r.period.last_day - before.last_day).days, 9)

    def goal_date(self) -> int | None:
        """The day on which the goal is reached at this pace."""
        lacking, pace = self("goal_shortfall"), self("pace")
        if not lacking or pace <= 0:
            return None
        days = math.ceil(round(float(lacking * 7 / pace), 9))
        return self.r.period.last_day.toordinal() + days

    def movement_value(self) -> Fraction:
        """The sum over all periods of the movement so far."""
        first = self.r.campaign.previous_period(self.r.period.id) is None
        return self("value") + (0 if first else self.before("movement_value"))

    def interval(self) -> list[float]:
        """Wilson's: the roots of (p - q)² = 1.96² q (1 - q) / n, for p of n things."""
        upper, lower = self("numerator"), self("denominator")
        few = 0 < lower < self.r.campaign.checks.smallest and upper <= lower
        if self.i.kind != "ratio" or not few:
            raise KeyError(self.unit)
        square = Fraction(196, 100) ** 2 / lower
        a, b, c = 1 + square, -(2 * upper / lower + square), (upper / lower) ** 2
        root = math.sqrt(b * b - 4 * a * c)
        ends = ((-float(b) + end) / (2 * float(a)) for end in (-root, root))
        return [min(1.0, max(0.0, end)) for end in ends]


def _told(r: Recount, unit: str, measures: tuple[str, ...]) -> list[Told]:
    """What reporting units told now and in the period before, where some told only in one."""
    if r.before is None or unit not in r.before.units:
        raise KeyError(unit)
    told = [period.sums.places_told(unit, measures) for period in (r, r.before)]
    if not all(told) or set(told[0]) == set(told[1]):
        raise KeyError(unit)
    return told


def _in_one(now: Told, then: Told) -> int:
    return len({*now} ^ {*then})


def _like_change(now: Told, then: Told) -> Fraction | None:
    """The change of those who told both times."""
    both, values = {*now} & {*then}, []
    for places in (now, then) if both else ():
        sides = zip(*(places[code] for code in both), strict=True)
        upper, *lower = [sum(side, Fraction(0)) for side in sides]
        values.append(upper / lower[0] if lower else upper)
    return values[0] - values[1] if both else None


def _sum(r: Recount | None, unit: str, measures: tuple[str, ...]) -> Number:
    found = None if r is None else r.sums.total(unit, measures).numbers[0]
    if found is None:
        raise ArithmeticError(unit)
    return found


def _condition(r: Recount, unit: str, **asked: str) -> float:
    """The least share or value with which units are ranked inside this one; KeyError for none."""
    level = r.level_below(unit)
    for condition in r.campaign.ranking.conditions_at(level):
        if all(getattr(condition, name) == wanted for name, wanted in asked.items()):
            return condition.at_least
    raise KeyError(unit)


_INDICATOR: dict[str, Callable[[Asked], Number | None]] = {
    "value": lambda a: a.r.sums.value(a.unit, a.i),
    "numerator": lambda a: a.r.sums.of(a.unit, a.i).numbers[0],
    "denominator": lambda a: a.r.sums.of(a.unit, a.i).numbers[1],
    "target": lambda a: a.r.target(a.unit, a.i),
    "gap": lambda a: a("value") - a("target"),
    "attained": lambda a: a("value") / a("target"),
    "interval_low": lambda a: a.interval()[0],
    "interval_high": lambda a: a.interval()[1],
    "shortfall": lambda a: a.lacking("target"),
    "change": lambda a: a("value") - a.before("value"),
    "points": lambda a: s * a.i.max_points if (s := a.r.share(a.unit, a.i)) is not None else None,
    "max_points": lambda a: a.i.max_points,
    "points_to_target": lambda a: a.points_to_target(),
    "rank": lambda a: a.r.ranks_within(a.unit, a.i).get(a.unit),
    "ranked": lambda a: len(a.r.ranks_within(a.unit, a.i)),
    "places_in_one": lambda a: _in_one(*a.told()),
    "like_change": lambda a: _like_change(*a.told()),
    "group_units": lambda a: len(a.others()),
    "group_value": lambda a: a.value_of_others(),
    "against_group": lambda a: a("value") - a("group_value"),
    "type_units": lambda a: len(a.others(alike=True)),
    "type_value": lambda a: a.value_of_others(alike=True),
    "against_type": lambda a: a("value") - a("type_value"),
    "children": lambda a: len(a.below()),
    "children_known": lambda a: len(a.values_below()),
    "children_not_applicable": lambda a: a.idle_below(),
    "children_left_out": lambda a: a("children") - a("children_known") - a.idle_below(),
    "children_met": lambda a: sum(a.r.is_met(u, a.i) is True for u in a.below()),
    "children_outside": lambda a: a.outside(),
    "small_denominators": lambda a: sum(
        0 < (pair.numbers[1] or 0) < a.r.campaign.checks.smallest for pair in a.below().values()
    ),
    "smallest": lambda a: a.r.campaign.checks.smallest,
    "spread": lambda a: a.spread(),
    "contribution": lambda a: a.of_whole("numerator"),
    "weight": lambda a: a.of_whole("denominator"),
    "goal": lambda a: a.goal()[0],
    "goal_shortfall": lambda a: a.lacking("goal"),
    "deadline": lambda a: day.toordinal() if (day := a.goal()[1]) else None,
    "per_week": lambda a: a.per_week(),
    "pace": lambda a: a.pace(),
    "goal_date": lambda a: a.goal_date(),
    "movement_value": lambda a: a.movement_value(),
    "movement_target": lambda a: a.r.target(a.unit, a.i, WHOLE_MOVEMENT),
    "least_value": lambda a: _condition(a.r, a.unit, indicator=a.i.id),
    "least_denominator": lambda a: a.r.campaign.ranking.least_denominator,
}
_OF_MEASURE: dict[str, Callable[[Recount, str, tuple[str, ...]], Number | None]] = {
    "value": _sum,
    "change": lambda r, u, m: _sum(r, u, m) - _sum(r.before, u, m),
    "places_in_one": lambda r, u, m: _in_one(*_told(r, u, m)),
    "like_change": lambda r, u, m: _like_change(*_told(r, u, m)),
}
_OF_REWARD = ("quota", "minimum_share", "minimum_targets", "minimum_coverage")

# of the total --------------------------------------------------------------------------------


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
    points = {u: r.total(u)[0] or 0.0 for u in r.members(first)}
    return r.decide(level, ranks, points, {u: r.met(u) for u in points})


def list_trials(r: Recount, unit: str) -> Trials:
    """The trials of the list of rewards among the units directly below; KeyError for none."""
    level = r.level_below(unit)
    tried = not r.campaign.level(level).open
    if not tried or not any(rule.by == "points" for rule in r.rewards(level)):
        raise KeyError(unit)
    return trials(r, r.children(unit)[0])


_TOTAL: dict[str, Callable[[Recount, str], Number | None]] = {
    "points": lambda r, u: r.total(u)[0],
    "max_points": lambda r, u: r.campaign.scoring.total_points,
    "covered": lambda r, u: r.total(u)[1],
    "complete": lambda r, u: r.complete(u),
    "bonus": lambda r, u: r.bonus(u),
    "rank": lambda r, u: r.ranks(u).get(u),
    "rank_shared": lambda r, u: [*r.ranks(u).values()].count(r.ranks(u).get(u, 0)) or None,
    "ranked": lambda r, u: len(r.ranks(u)),
    "tier": lambda r, u: tiers(r, u)[u],
    "tiers": lambda r, u: tiers(r, u)[u] and max(tiers(r, u).values()),
    "tier_units": lambda r, u: [*tiers(r, u).values()].count(tiers(r, u)[u]),
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
    "award_draws": lambda r, u: Fraction(trials(r, u).listed[u], trials(r, u).tried["draw"]),
    "cells": lambda r, u: len(r.cells_of(u, r.indicators(u))),
    "cells_doubtful": lambda r, u: len(r.cells_of(u, r.indicators(u)) & r.doubtful),
    "children_unchanged": lambda r, u: len(r.unchanged_below(u)),
    "targets": lambda r, u: sum(r.target(u, i) is not None for i in r.indicators(u)),
    "targets_known": lambda r, u: sum(r.is_met(u, i) is not None for i in r.indicators(u)),
    "targets_met": lambda r, u: r.met(u),
    "units": lambda r, u: len(r.children(u)),
    "units_not_reported": lambda r, u: sum(r.total(c)[2] == "not_reported" for c in r.children(u)),
    "units_unread": lambda r, u: sum(r.total(c)[2] == "unread" for c in r.children(u)),
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
    **{
        kind: lambda r, u, kind=kind: visits.counted(r, u, kind)  # type: ignore[misc]
        for kind in ("visits", "checked", "confirmed")
    },
    "verified": visits.share,
    "verified_low": lambda r, u: visits.end(r, u, larger=False),
    "verified_high": lambda r, u: visits.end(r, u, larger=True),
    "weight_band": lambda r, u: getattr(r.campaign.uncertainty, "weight_band", None),
    "trials": lambda r, u: list_trials(r, u).tried["draw"],
    "trials_changing": lambda r, u: list_trials(r, u).changed["draw"],
    "corners": lambda r, u: list_trials(r, u).tried["corner"],
    "corners_changing": lambda r, u: list_trials(r, u).changed["corner"],
    "ways": lambda r, u: len(list_trials(r, u).ways),
    "ways_changing": lambda r, u: len(list_trials(r, u).ways_changing),
    "tied_at_quota": lambda r, u: list_trials(r, u).tied,
    "cells_tried": lambda r, u: list_trials(r, u).tried["cell"],
    "cells_deciding": lambda r, u: len(list_trials(r, u).deciding),
}
_OF_PART = {f"month_{kind}": kind for kind in ("value", "numerator", "denominator")}

KINDS = frozenset({*_INDICATOR, *_TOTAL, *_OF_PART, *_OF_REWARD})
"""All kinds that can be counted again."""


def number_of(r: Recount, key: FactKey) -> Number | None:
    """The number of a fact, None when there is none; raises KeyError for an unknown key."""
    unit, subject, kind = key.unit, key.subject, key.kind
    indicator = next((i for i in r.campaign.indicators if i.id == subject), None)
    try:
        if indicator is not None and key.period in r.period.parts:
            return Asked(r.part(key.period), unit, indicator)(_OF_PART[kind])
        if key.period != r.period.id or unit not in r.units:
            if r.before is None or key.period == r.period.id:
                raise KeyError(str(key))
            return number_of(r.before, key)
        if subject == TOTAL:
            return _TOTAL[kind](r, unit)
        if indicator is not None:
            if kind != "least_value" and not r.sums.is_measured(unit, indicator):
                raise KeyError(str(key))
            return Asked(r, unit, indicator)(kind)
        if kind in _OF_REWARD:
            rules = {reward_subject(x.id): x for x in r.rewards(r.level_below(unit))}
            declared: float = getattr(rules[subject], kind)
            return declared
        used = {m for i in r.campaign.indicators for m in measures_of(i)}
        used |= {check.reference for check in r.campaign.reference_checks}
        if kind not in _OF_MEASURE or (kind != "value" and subject in used):
            raise KeyError(str(key))
        return _OF_MEASURE[kind](r, unit, (r.campaign.measure(subject).id,))
    except ArithmeticError:
        return None
