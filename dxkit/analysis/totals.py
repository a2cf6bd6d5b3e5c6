"""Totals: the points of one unit over all indicators, and whether it may be ranked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dxkit.analysis.aggregates import Measured
from dxkit.analysis.scoring import band_of
from dxkit.model.campaign import Indicator, Target
from dxkit.model.facts import reaches
from dxkit.model.observations import SILENT, Flag
from dxkit.model.rules import Band, Condition, Exclusion, RankingRule, ScoringRule

INCOMPLETE = "incomplete"
"""Why a unit has no total: some, not all, of its indicators lack a value."""
EXCLUDED, TOO_FEW = "excluded", "too_few_ranked"
"""Why a unit with a total is not ranked: the campaign's folder names it; too few could be ranked.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One unit on one indicator. ``points`` is None without a value or without a rule for it;
    ``rank`` is that among the ``ranked`` units of the group that have a value.
    """

    unit_code: str
    indicator: Indicator
    measured: Measured
    target: Target | None
    points: float | None
    rank: int | None = None
    ranked: int = 0

    @property
    def attained(self) -> float | None:
        """Value over target; None when one of them is missing."""
        value = self.measured.value.value
        if value is None or self.target is None or not self.target.value:
            return None
        return value / self.target.value

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached, on unrounded values; None without a value or a target."""
        value = self.measured.value.value
        if value is None or self.target is None:
            return None
        return reaches(value, self.target.value, self.indicator.direction)


@dataclass(frozen=True, slots=True)
class Total:
    """The points of one unit over all indicators, brought to the campaign's full scale.

    ``covered`` is the share of the scale whose indicators apply, ``applies`` the same of what can
    be had at the unit's level; ``bonus`` the part of ``points`` that comes on top of the scale.
    ``missing`` tells why there is no total (``not_reported``, ``unread``, ``incomplete``, or what
    the plan lacks). ``sharing`` is how many units have its rank, itself among them; ``unranked``
    tells why there is no rank: that, ``excluded``, ``too_few_ranked``, or the kind of a condition
    that the unit does not fulfil. ``lacking`` are the indicators of the scale whose figures are not
    whole: some unit that should be in them is not. Such a unit takes no award.
    """

    unit_code: str
    points: float | None
    covered: float
    missing: str = ""
    band: Band | None = None
    rank: int | None = None
    ranked: int = 0
    award: str = ""
    bonus: float = 0.0
    unranked: str = ""
    sharing: int = 0
    lacking: tuple[str, ...] = ()
    applies: float = 0.0


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
    return Total(unit_code, points, share, band=band, bonus=bonus, lacking=lacking, applies=applies)


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


def exclusion_of(unit_code: str, period: str, rule: RankingRule) -> Exclusion | None:
    """The decision that keeps a unit out of the ranking, or None."""
    found = (e for e in rule.exclusions if (e.unit, e.period) == (unit_code, period))
    return next(found, None)


def _is_fulfilled(
    condition: Condition, total: Total, reported: float | None, results: Mapping[str, Result]
) -> bool:
    """A condition on something that does not exist at the unit is fulfilled."""
    if condition.kind == "covered":
        return total.applies >= condition.at_least - 1e-9
    if condition.kind == "reported":
        return reported is None or reported >= condition.at_least - 1e-9
    result = results.get(condition.indicator)
    value = result.measured.value.value if result else None
    if result is None or value is None:
        return True
    return (value - condition.at_least) * result.indicator.direction >= -1e-9
