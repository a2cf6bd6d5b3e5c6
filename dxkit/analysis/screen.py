"""What of the screen needs ranks: a jump only where an award was near."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.outcomes import Result, Results
from dxkit.analysis.ranking import QUOTA_FULL, TOLERANCE_DIGITS, Decision
from dxkit.analysis.scoring import REGISTRY, Case
from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.findings import Finding
from dxkit.model.outliers import excess


def jumps_into_awards(analysis: Analysis) -> Iterator[Finding]:
    """A share that rose by far more than at the other units of the group, at a unit that with their
    median change would not be on the list of rewards: it would have no more points than the
    reserve, or miss the least share of points or number of targets.

    Far: by ``award_jump``, and by ``outlying`` deviations of the units of the level from the
    medians of their groups, which chance gives as rarely as ``excess`` says; and of these only what
    decides an award is told.
    """
    results, rules = analysis.results, analysis.campaign.checks
    if analysis.previous is None:
        return
    for indicator in analysis.campaign.indicators:
        if indicator.kind is not IndicatorKind.RATIO:
            continue
        now, before = (
            _values(of, indicator, rules.smallest) for of in (results, analysis.previous.results)
        )
        changes = {c: (v - before[c]) * indicator.direction for c, v in now.items() if c in before}
        usual = {
            group: statistics.median(known)
            for group, members in results.groups.items()
            if (known := [changes[u.code] for u in members if u.code in changes])
        }
        apart: dict[str, dict[str, float]] = defaultdict(dict)
        for (level, group), members in results.groups.items():
            for unit in members:
                if unit.code in changes:
                    apart[level][unit.code] = changes[unit.code] - usual[level, group]
        for (level, group, _), decisions in results.decisions.items():
            for decision in decisions:
                code = decision.unit_code
                if not decision.awarded or decision.rule.by != "points" or code not in changes:
                    continue
                above = apart[level][code]
                if above < rules.award_jump:
                    continue
                others = [value for other, value in apart[level].items() if other != code]
                result = results.by_indicator[code, indicator.id]
                if excess(above, others, rules.outlying) is None or not _decides(
                    results, decisions, decision, result, above, tuple(now.values())
                ):
                    continue
                values = {
                    "change": round(changes[code] * 100, 1),
                    "usual": round(usual[level, group] * 100, 1),
                    "indicator": indicator.id,
                }
                first = result.measured.numerator.observations[0]
                yield Finding("jump_into_award", first.address, code, "", values)


def _values(results: Results, indicator: Indicator, smallest: float) -> dict[str, float]:
    """The known values of the units that have at least so many of the denominator, by code."""
    return {
        code: float(result.measured.value.value)
        for (code, subject), result in results.by_indicator.items()
        if subject == indicator.id
        and result.measured.value.value is not None
        and (result.measured.denominator.value or 0) >= smallest
    }


def _decides(
    results: Results,
    decisions: tuple[Decision, ...],
    decision: Decision,
    result: Result,
    above: float,
    peers: tuple[float, ...],
) -> bool:
    """Whether a unit on the list is there because of so much of one value."""
    rule, indicator, scoring = decision.rule, result.indicator, results.campaign.scoring
    total = results.totals[decision.unit_code]
    usual = (result.measured.value.value or 0.0) - above * indicator.direction
    target = result.target.value if result.target else None
    earned = REGISTRY[indicator.scoring](
        Case(usual, target, indicator.direction, indicator.parameters, peers)
    )
    lost = (result.points or 0.0) - (earned or 0.0) * indicator.max_points
    if indicator.id not in scoring.bonus:
        lost /= total.covered
    points = round((total.points or 0.0) - lost, TOLERANCE_DIGITS)
    reserve = [
        results.totals[d.unit_code].points or 0.0 for d in decisions if d.reason == QUOTA_FULL
    ]
    met = [r.is_met for r in results.of_unit(decision.unit_code)].count(True)
    missed = target is not None and (usual - target) * indicator.direction < 0
    return (
        points <= round(max(reserve, default=-1.0), TOLERANCE_DIGITS)
        or points < rule.minimum_share * scoring.total_points
        or (result.is_met is True and missed and met - 1 < rule.minimum_targets)
    )
