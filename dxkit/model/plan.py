"""Whether the plan is complete for a period: without its targets, or after the movement's end, a
period is neither ranked nor rewarded.
"""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.model.campaign import Campaign, Indicator, IndicatorKind
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


def without_target(campaign: Campaign, level: str, period_id: str) -> tuple[Indicator, ...]:
    """The indicators of the scale whose points go by a target that the plan does not set."""
    return tuple(
        indicator
        for indicator in campaign.indicators
        if indicator.scoring in BY_TARGET
        and indicator.max_points > 0
        and indicator.id not in campaign.scoring.bonus
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
