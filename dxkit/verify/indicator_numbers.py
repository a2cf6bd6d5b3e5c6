"""Every kind of number about an indicator, made again in the plainest way."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from dxkit.model.campaign import WHOLE_MOVEMENT, Indicator
from dxkit.verify.points import place_by

if TYPE_CHECKING:
    from dxkit.verify.numbers import Again

Number = int | float | Fraction | None


def less(left: Number, right: Number) -> Number:
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
    rise = less(again.value(unit, indicator), again.value_before(unit, indicator))
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


def _deadline(again: Again, unit: str, indicator: Indicator) -> Number:
    day = again.goal(unit, indicator)[1]
    return day.toordinal() if day else None


def _spread(again: Again, unit: str, indicator: Indicator) -> Number:
    values = _known_below(again, unit, indicator)
    return max(values) - min(values) if values else None


def _movement(again: Again, unit: str, indicator: Indicator) -> Number:
    now = again.value(unit, indicator)
    if again.campaign.previous_period(again.period.id) is None:
        return now
    if again.is_beyond_the_second_period:
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


INDICATORS: dict[str, Callable[[Again, str, Indicator], Number]] = {
    "value": lambda a, u, i: a.value(u, i),
    "numerator": lambda a, u, i: a.sums.side(u, i, 0),
    "denominator": lambda a, u, i: a.sums.side(u, i, 1),
    "target": lambda a, u, i: a.scores.target(u, i),
    "gap": lambda a, u, i: less(a.value(u, i), a.scores.target(u, i)),
    "attained": lambda a, u, i: _over(a.value(u, i), a.scores.target(u, i)),
    "shortfall": lambda a, u, i: a.lacking(u, i, a.scores.target(u, i)),
    "change": lambda a, u, i: less(a.value(u, i), a.value_before(u, i)),
    "points": _points,
    "max_points": lambda a, u, i: i.max_points,
    "rank": lambda a, u, i: _ranks(a, u, i).get(u),
    "ranked": lambda a, u, i: len(_ranks(a, u, i)),
    "against_group": lambda a, u, i: less(a.value(u, i), a.value(a.scores.group(u), i)),
    "children": lambda a, u, i: len(_below(a, u, i)),
    "children_known": lambda a, u, i: len(_known_below(a, u, i)),
    "children_not_applicable": _idle,
    "children_left_out": lambda a, u, i: (
        len(_below(a, u, i)) - len(_known_below(a, u, i)) - _idle(a, u, i)
    ),
    "children_met": lambda a, u, i: sum(a.scores.is_met(c, i) is True for c in _below(a, u, i)),
    "type_units": lambda a, u, i: len(_alike(a, u, i)),
    "type_value": _of_type,
    "against_type": lambda a, u, i: less(a.value(u, i), _of_type(a, u, i)),
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
    "movement_value": _movement,
    "movement_target": _movement_target,
}
