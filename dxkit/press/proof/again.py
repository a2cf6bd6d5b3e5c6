"""Every number that a page can show, made again from the received cells."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from dxkit.model.campaign import WHOLE_MOVEMENT, Campaign, Indicator
from dxkit.model.facts import CellRef, Fact, FactKey, UnitOfMeasure
from dxkit.model.findings import Severity
from dxkit.model.periods import Period
from dxkit.model.table import Received
from dxkit.press.proof.points import Scores, place_by
from dxkit.press.proof.sums import Sums
from dxkit.press.proof.trials import Trials
from dxkit.press.proof.writing import form, is_date

Number = int | float | Fraction | None


class Again:
    """One period made again; ``before`` is the period before, when its files are at hand."""

    def __init__(self, campaign: Campaign, received: Received, before: Again | None) -> None:
        self.campaign = campaign
        self.received = received
        self.before = before
        self.period: Period = campaign.period(received.table.period)
        self.units = received.units
        self.sums = Sums(campaign, received)
        self.scores = Scores(campaign, self.sums, self.period.id)
        self._parts: dict[str, Sums] = {}
        self._trials: dict[str, Trials] = {}
        self._known: dict[FactKey, Number] = {}
        self._ranks: dict[str, dict[str, int]] = {}

    def number(self, key: FactKey) -> Number:
        """The number of a fact, None when there is none; raises KeyError for an unknown key."""
        if key not in self._known:
            self._known[key] = self._make(key)
        return self._known[key]

    def _make(self, key: FactKey) -> Number:
        if key.period != self.period.id and key.period not in self.period.parts:
            if self.before is None:
                raise KeyError(str(key))
            return self.before.number(key)
        if key.unit not in self.units:
            raise KeyError(str(key))
        if key.period in self.period.parts:
            return self._month(key)
        if key.subject == "total":
            return _TOTALS[key.kind](self, key.unit)
        indicators = {indicator.id: indicator for indicator in self.campaign.indicators}
        if key.subject in indicators:
            indicator = indicators[key.subject]
            if not self.sums.is_measured(key.unit, indicator):
                raise KeyError(str(key))
            return _INDICATORS[key.kind](self, key.unit, indicator)
        if key.kind != "value":
            raise KeyError(str(key))
        self.campaign.measure(key.subject)
        return self.sums.total(key.unit, (key.subject,))[0]

    def _month(self, key: FactKey) -> Number:
        if key.period not in self._parts:
            self._parts[key.period] = Sums(self.campaign, self.received, part=key.period)
        sums, indicator = self._parts[key.period], self.campaign.indicator(key.subject)
        sides = {"month_numerator": 0, "month_denominator": 1}
        if key.kind in sides:
            return sums.side(key.unit, indicator, sides[key.kind])
        if key.kind != "month_value":
            raise KeyError(str(key))
        return sums.value(key.unit, indicator)

    # what several kinds need -------------------------------------------------------------

    @cached_property
    def doubtful(self) -> frozenset[CellRef]:
        """The cells that a warning stands against."""
        return frozenset(
            f.place
            for f in self.received.findings
            if f.severity is Severity.WARNING and f.place.cell
        )

    @cached_property
    def scores_before(self) -> Scores | None:
        """The period before, scored by this period's rules."""
        if self.before is None:
            return None
        return Scores(self.campaign, self.before.sums, self.period.id)

    def children(self, unit: str) -> list[str]:
        """The units directly below."""
        return [u.code for u in self.units.children(unit)]

    def value(self, unit: str, indicator: Indicator) -> Number:
        """The value as pages give it."""
        return self.sums.value(unit, indicator)

    def value_before(self, unit: str, indicator: Indicator) -> Number:
        """The value of the period before."""
        if self.before is None or unit not in self.before.units:
            return None
        return self.before.sums.value(unit, indicator)

    def goal(self, unit: str, indicator: Indicator) -> tuple[float | None, datetime.date | None]:
        """The target ahead and the day by which."""
        level = self.units.get(unit).level
        coming = self.campaign.next_period(self.period.id)
        ahead = self.campaign.target(indicator.id, level, coming.id) if coming else None
        if coming is not None and ahead is not None:
            return ahead.value, coming.last_day
        last = self.campaign.last_day
        later = last if last is not None and last > self.period.last_day else None
        return self.scores.target(unit, indicator), later

    def lacking(self, unit: str, indicator: Indicator, target: float | None) -> Number:
        """How many more of the denominator must count to reach a target."""
        upper = self.sums.side(unit, indicator, 0)
        lower = self.sums.side(unit, indicator, 1)
        if upper is None or lower is None or target is None or not lower:
            return None
        return max(0, math.ceil(Fraction(repr(target)) * lower) - int(upper))

    def trials(self, unit: str) -> Trials:
        """The trials of the unit's group."""
        group = f"{self.units.get(unit).level}/{self.scores.group(unit)}"
        if group not in self._trials:
            self._trials[group] = Trials(self.scores, unit, self.doubtful)
        return self._trials[group]

    def rank(self, unit: str) -> int | None:
        """The unit's place."""
        return self.ranks(unit).get(unit)

    def ranks(self, unit: str) -> dict[str, int]:
        """The places of the unit's group."""
        members = self.scores.members(unit)
        if members[0] not in self._ranks:
            ranked = [u for u in members if self.scores.is_ranked(u)]
            points = {u: self.scores.total(u)[0] or 0.0 for u in ranked}
            self._ranks[members[0]] = self.scores.places(points)
        return self._ranks[members[0]]

    def shared(self, unit: str) -> int | None:
        """How many units have the unit's place, itself among them."""
        own = self.rank(unit)
        return list(self.ranks(unit).values()).count(own) if own else None

    def why_unranked(self, unit: str) -> str:
        """Why a unit with points has no place: a decision, or the condition it falls below."""
        rule = self.campaign.ranking
        if (unit, self.period.id) in {(e.unit, e.period) for e in rule.exclusions}:
            return "excluded"
        for condition in rule.conditions:
            alone = replace(rule, conditions=(condition,))
            campaign = replace(self.campaign, ranking=alone)
            if not Scores(campaign, self.sums, self.period.id).is_ranked(unit):
                return f"below_{condition.kind}"
        return ""

    def gains(self, unit: str) -> dict[str, float]:
        """Points gained since the period before by this period's rules, in the unit's group."""
        found: dict[str, float] = {}
        earlier = self.scores_before
        for member in self.scores.members(unit):
            if earlier is None or member not in earlier.sums.received.units:
                continue
            before, now = earlier.total(member)[0], self.scores.total(member)[0]
            if before is not None and now is not None and self.scores.is_ranked(member):
                found[member] = now - before
        return found

    def unchanged_below(self, unit: str) -> list[str]:
        """The units directly below whose figures are all those of the period before."""
        earlier, found = self.before, []
        for child in self.children(unit) if earlier is not None else []:
            if earlier is None or child not in earlier.units:
                continue
            ratios = [i for i in self.scores.indicators(child) if i.kind == "ratio"]
            now = [self.sums.side(child, i, s) for i in ratios for s in (0, 1)]
            then = [earlier.sums.side(child, i, s) for i in ratios for s in (0, 1)]
            if now and None not in now and now == then:
                found.append(child)
        return found

    def cells(self, unit: str) -> set[CellRef]:
        """All cells behind the unit's indicators."""
        found: set[CellRef] = set()
        for indicator in self.scores.indicators(unit):
            found |= self.sums.cells(unit, indicator)
        return found


# kinds of an indicator -------------------------------------------------------------------


def _less(left: Number, right: Number) -> Number:
    return None if left is None or right is None else left - right


def _over(left: Number, right: Number) -> Number:
    return None if left is None or right is None or not right else left / right


def _ranks(again: Again, unit: str, indicator: Indicator) -> dict[str, int]:
    keys = {}
    for member in again.scores.members(unit):
        value = again.sums.value(member, indicator)
        if value is not None:
            keys[member] = (round(float(value) * indicator.direction, 9),)
    return place_by(keys, again.campaign.ranking.method)


def _known_below(again: Again, unit: str, indicator: Indicator) -> list[Fraction]:
    values = (
        again.sums.value(c, indicator)
        for c in again.children(unit)
        if again.sums.is_measured(c, indicator)
    )
    return [value for value in values if value is not None]


def _below(again: Again, unit: str, indicator: Indicator) -> list[str]:
    return [c for c in again.children(unit) if again.sums.is_measured(c, indicator)]


def _idle(again: Again, unit: str, indicator: Indicator) -> int:
    return sum(
        again.sums.value(c, indicator) is None
        and again.sums.why_missing(c, indicator) == "not_applicable"
        for c in _below(again, unit, indicator)
    )


def _alike(again: Again, unit: str, indicator: Indicator) -> list[str]:
    kind = again.units.get(unit).type
    return [
        u
        for u in again.scores.members(unit)
        if again.units.get(u).type == kind and again.sums.value(u, indicator) is not None
    ]


def _of_type(again: Again, unit: str, indicator: Indicator) -> Number:
    alike = _alike(again, unit, indicator)
    upper = sum(again.sums.side(u, indicator, 0) or 0 for u in alike)
    lower = sum(again.sums.side(u, indicator, 1) or 0 for u in alike)
    return Fraction(upper) / Fraction(lower)


def _part_of_parent(again: Again, unit: str, indicator: Indicator, side: int) -> Number:
    parent = again.units.get(unit).parent_code
    return _over(again.sums.side(unit, indicator, side), again.sums.side(parent, indicator, side))


def _pace(again: Again, unit: str, indicator: Indicator) -> Number:
    rise = _less(again.value(unit, indicator), again.value_before(unit, indicator))
    lower = again.sums.side(unit, indicator, 1)
    if rise is None or lower is None or again.before is None:
        return None
    return rise * lower * 7 / (again.period.last_day - again.before.period.last_day).days


def _goal_date(again: Again, unit: str, indicator: Indicator) -> Number:
    lacking = again.lacking(unit, indicator, again.goal(unit, indicator)[0])
    pace = _pace(again, unit, indicator)
    if not lacking or pace is None or pace <= 0:
        return None
    days = math.ceil(round(float(lacking * 7 / pace), 9))
    return again.period.last_day.toordinal() + days


def _per_week(again: Again, unit: str, indicator: Indicator) -> Number:
    target, deadline = again.goal(unit, indicator)
    lacking = again.lacking(unit, indicator, target)
    measures = [again.campaign.measure(m) for m in (indicator.numerator, indicator.denominator)]
    days = 1 + (again.period.last_day - again.period.first_day).days
    if any(measure.accumulation != "flow" for measure in measures):
        days = (deadline - again.period.last_day).days if deadline else 0
    return math.ceil(Fraction(lacking) * 7 / days) if lacking is not None and days else None


def _per_hundred(again: Again, unit: str, indicator: Indicator) -> Number:
    lower, target = again.sums.side(unit, indicator, 1), again.scores.target(unit, indicator)
    if lower is None or indicator.scoring == "share":
        return None if lower is None else Fraction(indicator.max_points) * 100 / lower
    return indicator.max_points * 100 / (target * float(lower)) if target else None


def _deadline(again: Again, unit: str, indicator: Indicator) -> Number:
    day = again.goal(unit, indicator)[1]
    return day.toordinal() if day else None


def _spread(again: Again, unit: str, indicator: Indicator) -> Number:
    values = _known_below(again, unit, indicator)
    return max(values) - min(values) if values else None


def _movement(again: Again, unit: str, indicator: Indicator) -> Number:
    now = again.value(unit, indicator)
    previous = again.campaign.previous_period(again.period.id)
    if previous is None:
        return now
    if again.campaign.previous_period(previous.id) is not None:
        return None
    before = again.value_before(unit, indicator)
    return None if now is None or before is None else now + before


def _movement_target(again: Again, unit: str, indicator: Indicator) -> Number:
    level = again.units.get(unit).level
    target = again.campaign.target(indicator.id, level, WHOLE_MOVEMENT)
    return target.value if target else None


def _points(again: Again, unit: str, indicator: Indicator) -> Number:
    share = again.scores.share(unit, indicator)
    return None if share is None else share * indicator.max_points


def _small(again: Again, unit: str, indicator: Indicator) -> Number:
    sides = (again.sums.side(c, indicator, 1) or 0 for c in _below(again, unit, indicator))
    return sum(0 < side < again.campaign.checks.smallest for side in sides)


_INDICATORS: dict[str, Callable[[Again, str, Indicator], Number]] = {
    "value": lambda a, u, i: a.value(u, i),
    "numerator": lambda a, u, i: a.sums.side(u, i, 0),
    "denominator": lambda a, u, i: a.sums.side(u, i, 1),
    "target": lambda a, u, i: a.scores.target(u, i),
    "gap": lambda a, u, i: _less(a.value(u, i), a.scores.target(u, i)),
    "attained": lambda a, u, i: _over(a.value(u, i), a.scores.target(u, i)),
    "shortfall": lambda a, u, i: a.lacking(u, i, a.scores.target(u, i)),
    "change": lambda a, u, i: _less(a.value(u, i), a.value_before(u, i)),
    "points": _points,
    "max_points": lambda a, u, i: i.max_points,
    "rank": lambda a, u, i: _ranks(a, u, i).get(u),
    "ranked": lambda a, u, i: len(_ranks(a, u, i)),
    "against_group": lambda a, u, i: _less(a.value(u, i), a.value(a.scores.group(u), i)),
    "children": lambda a, u, i: len(_below(a, u, i)),
    "children_known": lambda a, u, i: len(_known_below(a, u, i)),
    "children_not_applicable": _idle,
    "children_left_out": lambda a, u, i: (
        len(_below(a, u, i)) - len(_known_below(a, u, i)) - _idle(a, u, i)
    ),
    "children_met": lambda a, u, i: sum(a.scores.is_met(c, i) is True for c in _below(a, u, i)),
    "type_units": lambda a, u, i: len(_alike(a, u, i)),
    "type_value": _of_type,
    "against_type": lambda a, u, i: _less(a.value(u, i), _of_type(a, u, i)),
    "contribution": lambda a, u, i: _part_of_parent(a, u, i, 0),
    "weight": lambda a, u, i: _part_of_parent(a, u, i, 1),
    "spread": _spread,
    "smallest": lambda a, u, i: a.campaign.checks.smallest,
    "small_denominators": _small,
    "goal": lambda a, u, i: a.goal(u, i)[0],
    "goal_shortfall": lambda a, u, i: a.lacking(u, i, a.goal(u, i)[0]),
    "deadline": _deadline,
    "per_week": _per_week,
    "pace": _pace,
    "goal_date": _goal_date,
    "points_per_hundred": _per_hundred,
    "movement_value": _movement,
    "movement_target": _movement_target,
}

# kinds of the total ----------------------------------------------------------------------


def _rank_change(again: Again, unit: str) -> Number:
    if again.before is None or unit not in again.before.units:
        return None
    return _less(again.before.rank(unit), again.rank(unit))


def _points_before(again: Again, unit: str) -> Number:
    earlier = again.scores_before
    return earlier.total(unit)[0] if earlier is not None else None


def _silent(again: Again, unit: str, why: str) -> int:
    return sum(again.scores.total(c)[2] == why for c in again.children(unit))


def _draws(again: Again, unit: str) -> Number:
    rule = again.campaign.uncertainty
    return again.trials(unit).listed[unit] / rule.draws if rule else None


_TOTALS: dict[str, Callable[[Again, str], Number]] = {
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
    "cells": lambda a, u: len(a.cells(u)),
    "cells_doubtful": lambda a, u: len(a.cells(u) & a.doubtful),
    "children_unchanged": lambda a, u: len(a.unchanged_below(u)),
    "targets": lambda a, u: sum(a.scores.target(u, i) is not None for i in a.scores.indicators(u)),
    "targets_met": lambda a, u: sum(a.scores.is_met(u, i) is True for i in a.scores.indicators(u)),
    "units": lambda a, u: len(a.children(u)),
    "units_not_reported": lambda a, u: _silent(a, u, "not_reported"),
    "units_unread": lambda a, u: _silent(a, u, "unread"),
}


def kinds() -> frozenset[str]:
    """All kinds that can be made again."""
    months = ("month_value", "month_numerator", "month_denominator")
    return frozenset({*_INDICATORS, *_TOTALS, *months})


def made_again(campaign: Campaign, received: Received, previous: Received | None) -> Again:
    """The period and the one before it."""
    before = Again(campaign, previous, None) if previous is not None else None
    return Again(campaign, replace(received), before)


# as facts --------------------------------------------------------------------------------


def fact_of(again: Again, text: str) -> Fact | None:
    """The fact that a key names, made again; None for a key that names none."""
    try:
        return proved_fact(again, FactKey.parse(text))
    except (KeyError, ValueError):
        return None


def proved_fact(again: Again, key: FactKey) -> Fact:
    """The fact made again, as it is written; raises KeyError for an unknown key."""
    number = again.number(key)
    scale, decimals, sign = form(key, float(number or 0), again.campaign)
    unit = UnitOfMeasure.COUNT
    if is_date(key):
        unit = UnitOfMeasure.DATE
    elif scale == 100:
        unit = UnitOfMeasure.SHARE if sign else UnitOfMeasure.SHARE_DIFFERENCE
    if number is None:
        return Fact(key, None, unit, decimals, missing=_why(again, key))
    whole = float(number).is_integer()
    return Fact(key, int(number) if whole else float(number), unit, decimals)


def _why(again: Again, key: FactKey) -> str:
    """Why there is no number, as far as the rules of the sentences ask."""
    indicators = {i.id: i for i in again.campaign.indicators}
    if key.subject in indicators:
        indicator = indicators[key.subject]
        why = "no_target" if key.kind == "target" else "not_applicable"
        if key.kind in ("change", "goal_date", "pace") and again.before is None:
            return "first_period"
        if key.kind == "deadline":
            return "no_deadline"
        if key.kind == "goal_date":
            pace = again.number(FactKey(key.period, key.unit, key.subject, "pace"))
            if pace is not None:
                lacking = FactKey(key.period, key.unit, key.subject, "goal_shortfall")
                return "no_progress" if again.number(lacking) else "reached"
        if again.value(key.unit, indicator) is None and key.kind != "target":
            return again.sums.why_missing(key.unit, indicator)
        if key.kind in ("change", "goal_date", "pace", "movement_value"):
            return "no_data"
        return why
    if key.subject == "total":
        if key.kind in ("progress", "progress_rank", "rank_change"):
            return "first_period" if again.before is None else "not_ranked"
        points, _, why = again.scores.total(key.unit)
        if key.kind == "rank" and points is not None:
            return again.why_unranked(key.unit)
        return why if key.kind == "points" else "not_ranked"
    return again.sums.why_no_total(key.unit, (key.subject,))
