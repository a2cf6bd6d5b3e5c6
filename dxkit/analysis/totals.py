"""Totals: the points of one unit over all indicators, and whether it may be ranked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dxkit.analysis.aggregates import Measured
from dxkit.analysis.outcomes import EXCLUDED, INCOMPLETE, Result, Total
from dxkit.analysis.scoring import band_of
from dxkit.model.campaign import Campaign
from dxkit.model.observations import SILENT, Flag
from dxkit.model.rules import Condition, RankingRule, ScoringRule


def total_of(unit_code: str, results: Sequence[Result], scoring: ScoringRule) -> Total:
    """Points over the indicators that apply, scaled up to the whole when some do not; then the
    bonus.
    """
    counted = [
        r for r in results if r.indicator.scoring != "none" and r.indicator.id not in scoring.bonus
    ]
    lacking = tuple(r.indicator.id for r in counted if not is_whole(r.measured))
    reasons = {r.measured.value.missing for r in counted if r.measured.value.value is None}
    unknown = reasons - {Flag.NOT_APPLICABLE}
    scored = [r for r in counted if r.points is not None]
    covered = math.fsum(r.indicator.max_points for r in scored)
    if unknown or not scored or not covered:
        silence = str(Flag.UNREAD if Flag.UNREAD in unknown else Flag.NOT_REPORTED)
        reason = silence if unknown <= SILENT and not scored else INCOMPLETE
        return Total(unit_code, None, 0.0, reason, unranked=reason, lacking=lacking)
    earned = math.fsum(r.points for r in scored if r.points is not None)
    bonus = math.fsum(
        r.points for r in results if r.indicator.id in scoring.bonus and r.points is not None
    )
    points = earned * (scoring.total_points / covered) + bonus
    band = band_of(points / scoring.total_points, scoring.bands)
    share = covered / scoring.total_points
    applies = covered / math.fsum(r.indicator.max_points for r in counted)
    complete = min(r.measured.complete for r in counted)
    return Total(
        unit_code, points, share, band=band, bonus=bonus, lacking=lacking, applies=applies,
        complete=complete,
    )  # fmt: skip


def without_points(total: Total, reason: str) -> Total:
    """The total of a period whose plan lets nobody be ranked, for that ``reason`` (none: the total
    as it is). A unit of which nothing came stays one.
    """
    if not reason or total.missing in SILENT:
        return total
    return Total(total.unit_code, None, 0.0, reason, unranked=reason, lacking=total.lacking)


def is_whole(measured: Measured) -> bool:
    """Whether nothing that should be in an indicator is left out of it."""
    sides = (measured.value, measured.numerator, measured.denominator)
    known = measured.value.missing in ("", Flag.NOT_APPLICABLE)
    return known and not any(side.partial for side in sides)


def why_unranked(
    total: Total,
    level: str,
    reported: float | None,
    results: Mapping[str, Result],
    rule: RankingRule,
    period: str,
) -> str:
    """Why a unit gets no rank; empty when it gets one. ``reported`` is the share of the units
    below that sent a report, None where there are none; ``results`` are the unit's by indicator.
    """
    if total.points is None:
        return total.missing
    if any((e.unit, e.period) == (total.unit_code, period) for e in rule.exclusions):
        return EXCLUDED
    for condition in rule.conditions_at(level):
        if not _is_fulfilled(condition, total, reported, results):
            return condition.kind
    return ""


def tie_break(
    campaign: Campaign, by_indicator: Mapping[tuple[str, str], Result], unit_code: str
) -> tuple[float, ...]:
    """Values of the tie-break indicators, the better the greater; an absent one comes last."""
    found = []
    for indicator_id in campaign.ranking.tie_break:
        result = by_indicator.get((unit_code, indicator_id))
        value = result.measured.value.value if result else None
        direction = campaign.indicator(indicator_id).direction
        found.append(-math.inf if value is None else value * direction)
    return tuple(found)


def _is_fulfilled(
    condition: Condition, total: Total, reported: float | None, results: Mapping[str, Result]
) -> bool:
    """A condition on something that does not exist at the unit is fulfilled."""
    if condition.kind == "covered":
        return total.applies >= condition.at_least - 1e-9
    if condition.kind == "complete":
        return total.complete >= condition.at_least - 1e-9
    if condition.kind == "reported":
        return reported is None or reported >= condition.at_least - 1e-9
    result = results.get(condition.indicator)
    value = result.measured.value.value if result else None
    if result is None or value is None:
        return True
    return (value - condition.at_least) * result.indicator.direction >= -1e-9
