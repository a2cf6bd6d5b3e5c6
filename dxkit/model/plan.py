"""What the plan says for a period: whether it is complete (without its targets, or after the
movement's end, a period is neither ranked nor rewarded), what it asks of an indicator next, and
what it would be by other rules.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from dxkit.model.campaign import Campaign, Indicator, IndicatorKind, Target
from dxkit.model.choices import check_names
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding

NO_TARGETS, AFTER_END = "no_targets", "after_end"
"""Why nobody is ranked in a period."""
FINDINGS = {NO_TARGETS: "plan_without_targets", AFTER_END: "period_after_end"}
BY_TARGET = frozenset({"ratio_to_target", "ratio_to_target_uncapped"})
"""Scorings that go by a target."""


def why_no_ranking(campaign: Campaign, level: str, period_id: str) -> str:
    """Why the plan lets nobody of a level be ranked in a period; empty when it does. Without the
    targets of the level that gets a report no other is ranked either.
    """
    if campaign.last_day is not None and campaign.period(period_id).first_day > campaign.last_day:
        return AFTER_END
    levels = {campaign.report_level, *({level} & campaign.ranking.within.keys())}
    lacks = any(without_target(campaign, needed, period_id) for needed in levels)
    return NO_TARGETS if lacks else ""


def with_rules(
    campaign: Campaign,
    period_id: str,
    weights: Mapping[str, float],
    targets: Mapping[str | tuple[str, str], float],
) -> Campaign:
    """The plan with other points for indicators, brought to the points of the whole scale, and
    other targets in a period: of an indicator at each level that has one, or else can have one, or
    at the level named beside it. Raises UnknownNameError, and ValueError for what cannot be points
    or a target.
    """
    bonus = campaign.scoring.bonus
    scale = [i.id for i in campaign.indicators if i.scoring != "none" and i.id not in bonus]
    check_names("indicator with points", weights, [*scale, *bonus])
    points = {i.id: i.max_points for i in campaign.indicators}
    before = math.fsum(points[i] for i in scale)
    for indicator, weight in weights.items():
        points[indicator] = _number(f"the weight of {indicator!r}", weight)
    after = math.fsum(points[i] for i in scale)
    if weights and not after:
        raise ValueError("no indicator has any weight")
    if weights:
        points |= {i: points[i] * before / after for i in scale}
    indicators = tuple(replace(i, max_points=points[i.id]) for i in campaign.indicators)
    found = {(t.indicator, t.level, t.period): t for t in campaign.targets}
    for named, value in targets.items():
        for target in _targets(campaign, period_id, named, value):
            found[target.indicator, target.level, period_id] = target
    return replace(campaign, indicators=indicators, targets=tuple(found.values()))


def _targets(
    campaign: Campaign, period_id: str, named: str | tuple[str, str], value: float
) -> Iterator[Target]:
    name, level = (named, "") if isinstance(named, str) else named
    check_names("indicator", {name: value}, (i.id for i in campaign.indicators))
    indicator = campaign.indicator(name)
    number = _number(f"the target of {name!r}", value)
    if indicator.kind is IndicatorKind.RATIO and number > 1:
        raise ValueError(f"the target of {name!r} is a fraction from 0 to 1, not {value!r}")
    able = [known.id for known in campaign.levels if is_measured_at(campaign, known.id, indicator)]
    check_names(f"level with {name!r}", {level: value} if level else {}, able)
    have = [known for known in able if campaign.target(name, known, period_id)]
    for known in [level] if level else have or able:
        yield Target(name, known, period_id, number, "", assumed=True)


def _number(what: str, value: float) -> float:
    if isinstance(value, bool) or not 0 <= value < math.inf:
        raise ValueError(f"{what} is a number from 0, not {value!r}")
    return float(value)


def without_target(campaign: Campaign, level: str, period_id: str) -> tuple[Indicator, ...]:
    """The indicators of the scale whose points go by a target that the plan does not set."""
    return tuple(
        indicator
        for indicator in campaign.scale
        if indicator.scoring in BY_TARGET
        and indicator.max_points > 0
        and is_measured_at(campaign, level, indicator)
        and campaign.target(indicator.id, level, period_id) is None
    )


def plan_findings(campaign: Campaign, period_id: str) -> Iterator[Finding]:
    """What the plan lacks for a period, at the level that gets a report and where rewards are
    given.
    """
    levels = dict.fromkeys((campaign.report_level, *(rule.level for rule in campaign.rewards)))
    for level in levels:
        why = why_no_ranking(campaign, level, period_id)
        if why == AFTER_END and campaign.last_day is not None:
            values: dict[str, object] = {"expected": period_id, "last": str(campaign.last_day)}
            yield Finding(FINDINGS[why], CellRef("campaign.toml"), values=values)
            return
        lacking = without_target(campaign, level, period_id)
        if why == NO_TARGETS and lacking:
            values = {
                "expected": period_id,
                "level": level,
                "points": sum(indicator.max_points for indicator in lacking),
                "total": campaign.scoring.total_points,
                "indicators": ", ".join(indicator.id for indicator in lacking),
            }
            yield Finding(FINDINGS[why], CellRef("targets.csv"), values=values)


def is_measured_at(campaign: Campaign, level: str, indicator: Indicator) -> bool:
    """Whether units of a level can have a value of the indicator."""
    order = [known.id for known in campaign.levels]
    measures = filter(None, (indicator.numerator, indicator.denominator))
    finest = min(order.index(campaign.measure(measure).level) for measure in measures)
    depth = order.index(level)
    return depth == finest if indicator.kind is IndicatorKind.VALUE else depth <= finest


@dataclass(frozen=True, slots=True)
class Goal:
    """What an indicator should reach next and the day by which. ``days`` are those over which what
    is lacking has to be made up, None without a deadline: those to the deadline of what is counted
    once and stays, those of the period of what arises anew in each.
    """

    target: Target
    deadline: datetime.date | None
    days: int | None = None


def goal_of(campaign: Campaign, indicator: Indicator, level: str, period_id: str) -> Goal | None:
    """The target of the period to come and its last day; in the last period the same target by
    the campaign's own last day, when that is still ahead; None without any target.
    """
    period, flow = campaign.period(period_id), campaign.is_flow(indicator)
    own_days = (period.last_day - period.first_day).days + 1
    coming = campaign.next_period(period_id)
    ahead = campaign.target(indicator.id, level, coming.id) if coming else None
    if coming is not None and ahead is not None:
        days = own_days if flow else (coming.last_day - period.last_day).days
        return Goal(ahead, coming.last_day, days)
    present = campaign.target(indicator.id, level, period_id)
    if present is None:
        return None
    last = campaign.last_day
    if last is None or last <= period.last_day:
        return Goal(present, None, own_days if flow else None)
    return Goal(present, last, own_days if flow else (last - period.last_day).days)
