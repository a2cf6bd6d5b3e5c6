"""What of the screen needs ranks: a jump only where an award was near."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.outcomes import Results
from dxkit.analysis.rules import QUOTA_FULL, REGISTRY, TOLERANCE_DIGITS, Case, Decision
from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.findings import Finding
from dxkit.model.rules import Spread


def jumps_into_awards(analysis: Analysis) -> Iterator[Finding]:
    """A share that rose by far more than at the other units of the group, at a unit that with their
    median change would not be on the list of rewards: it would have no more points than the
    reserve, or miss the least share of points or number of targets. Of several such shares all are
    told, as all together decide.

    Far: by ``award_jump``, and by ``outlying`` deviations of the units of the level from the
    medians of their groups, which chance gives as rarely as ``Spread`` says; and of these only
    what decides an award is told.
    """
    results = analysis.results
    if analysis.previous is None:
        return
    ratios = [i for i in analysis.campaign.indicators if i.kind is IndicatorKind.RATIO]
    jumps = [_Jumps(analysis, analysis.previous.results, indicator) for indicator in ratios]
    for (level, _, _), decisions in results.decisions.items():
        for decision in decisions:
            code = decision.unit_code
            if not decision.awarded or decision.rule.by != "points":
                continue
            far = [(one, above) for one in jumps if (above := one.far(level, code))]
            if far and _decide(results, decisions, decision, far):
                for one, above in far:
                    change = one.changes[code]
                    values = {
                        "change": round(change * 100, 1),
                        "usual": round((change - above) * 100, 1),
                        "indicator": one.indicator.id,
                    }
                    numerator = results.by_indicator[code, one.indicator.id].measured.numerator
                    first = numerator.observations[0].address
                    yield Finding("jump_into_award", first, code, "", values)


class _Jumps:
    """How far the units' changes of one share lie above the medians of their groups."""

    def __init__(self, analysis: Analysis, earlier: Results, indicator: Indicator) -> None:
        self.indicator, self._rules = indicator, analysis.campaign.checks
        self.values = _values(analysis.results, indicator, self._rules.smallest)
        before = _values(earlier, indicator, self._rules.smallest)
        self.changes = {
            code: (value - before[code]) * indicator.direction
            for code, value in self.values.items()
            if code in before
        }
        self._apart: dict[str, dict[str, float]] = defaultdict(dict)
        for (level, _), members in analysis.results.groups.items():
            known = {u.code: self.changes[u.code] for u in members if u.code in self.changes}
            usual = statistics.median(known.values()) if known else 0.0
            self._apart[level] |= {code: change - usual for code, change in known.items()}
        self._levels = {level: Spread(apart.values()) for level, apart in self._apart.items()}

    def far(self, level: str, code: str) -> float:
        """By how much a unit's change is above its group's, if that is far; else 0."""
        apart = self._apart[level].get(code, 0.0)
        if apart < self._rules.award_jump:
            return 0.0
        return apart if self._levels[level].excess(apart, self._rules.outlying) else 0.0


def _values(results: Results, indicator: Indicator, smallest: float) -> dict[str, float]:
    """The known values of the units that have at least so many of the denominator, by code."""
    return {
        code: float(result.measured.value.value)
        for (code, subject), result in results.by_indicator.items()
        if subject == indicator.id
        and result.measured.value.value is not None
        and (result.measured.denominator.value or 0) >= smallest
    }


def _decide(
    results: Results,
    decisions: tuple[Decision, ...],
    decision: Decision,
    far: list[tuple[_Jumps, float]],
) -> bool:
    """Whether a unit on the list is there because of so much of these shares."""
    rule, scoring = decision.rule, results.campaign.scoring
    total, lost, missed = results.totals[decision.unit_code], 0.0, 0
    for one, above in far:
        indicator = one.indicator
        result = results.by_indicator[decision.unit_code, indicator.id]
        usual = one.values[decision.unit_code] - above * indicator.direction
        target = result.target.value if result.target else None
        peers = tuple(one.values[d.unit_code] for d in decisions if d.unit_code in one.values)
        case = Case(usual, target, indicator.direction, indicator.parameters, peers)
        earned = REGISTRY[indicator.scoring](case) or 0.0
        more = (result.points or 0.0) - earned * indicator.max_points
        lost += more if indicator.id in scoring.bonus else more / total.covered
        misses = target is not None and (usual - target) * indicator.direction < 0
        missed += result.is_met is True and misses
    points = round((total.points or 0.0) - lost, TOLERANCE_DIGITS)
    full = (d.unit_code for d in decisions if d.reason == QUOTA_FULL)
    reserve = max((results.totals[code].points or 0.0 for code in full), default=-1.0)
    met = [r.is_met for r in results.of_unit(decision.unit_code)].count(True)
    return (
        points <= round(reserve, TOLERANCE_DIGITS)
        or points < rule.minimum_share * scoring.total_points
        or met - missed < rule.minimum_targets
    )
