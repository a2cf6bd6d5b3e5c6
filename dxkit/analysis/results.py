"""Results: what every unit reached on every indicator, its points over all of them, whether it may
be ranked, and its rank.

Values, points and ranks are unrounded; the ranks need all units, so this runs once per period.
"""

from __future__ import annotations

import dataclasses
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from dxkit.analysis.aggregates import Aggregates
from dxkit.analysis.outcomes import (
    EXCLUDED,
    INCOMPLETE,
    TOO_FEW,
    TOO_FEW_THINGS,
    WEIGHTED,
    Progress,
    Result,
    Results,
    Total,
)
from dxkit.analysis.rules import (
    NOT_SCORED,
    REGISTRY,
    Candidate,
    Case,
    Decision,
    band_of,
    decide,
    ranks_of,
)
from dxkit.model.campaign import Campaign, Indicator
from dxkit.model.observations import SILENT, Flag, Measured
from dxkit.model.plan import is_measured_at, why_no_ranking
from dxkit.model.rules import Condition, RankingRule, ScoringRule
from dxkit.model.units import Unit

Tiers = Callable[[Results], Mapping[str, int]]
"""By the results of a period, before any award: the tier of each ranked unit by its code."""


def make_results(
    tiers: Tiers,
    campaign: Campaign,
    aggregates: Aggregates,
    period: str,
    before: Aggregates | None = None,
) -> Results:
    """All results of a period; ``before`` are the sums of the period before. ``tiers`` are asked
    for where the campaign parts units into some.
    """
    earlier = None
    if before is not None:  # by this plan, with the levels of units that were there until then
        there = {"levels": before.campaign.levels, "measures": before.campaign.measures}
        earlier = _League(dataclasses.replace(campaign, **there), before, period)  # type: ignore[arg-type]
    league = _League(campaign, aggregates, period, earlier)
    found = Results(
        campaign, league.units, period, league.group_codes, league.groups, league.by_indicator,
        league.ranked, {}, {},
    )  # fmt: skip
    league.tiers = tiers(found) if campaign.ranking.tiers else {}
    return dataclasses.replace(
        found, totals=league.totals, progress=league.progress, decisions=league.decisions
    )


class _League:
    """The units of one period as they are worked out, by the targets and exclusions of the period
    ``rules_of``; ``before`` is the period before by the same.
    """

    def __init__(
        self,
        campaign: Campaign,
        aggregates: Aggregates,
        rules_of: str,
        before: _League | None = None,
    ) -> None:
        self.campaign = campaign
        self.units = aggregates.units
        self.aggregates = aggregates
        self.rules_of = rules_of
        self.before = before
        self.tiers: Mapping[str, int] = {}

    @cached_property
    def group_codes(self) -> dict[str, str]:
        """By unit code, the unit inside which it is compared; empty when it is not compared."""
        found = {}
        for unit in self.units.units:
            level = self.campaign.ranking.within.get(unit.level)
            group = self.units.ancestor_at(unit.code, level) if level else None
            found[unit.code] = group.code if group else ""
        return found

    @cached_property
    def groups(self) -> dict[tuple[str, str], tuple[Unit, ...]]:
        """The units that are compared with each other, by level and group code."""
        found: dict[tuple[str, str], list[Unit]] = defaultdict(list)
        for unit in self.units.units:
            found[unit.level, self.group_codes[unit.code] or unit.code].append(unit)
        return {key: tuple(members) for key, members in found.items()}

    @cached_property
    def by_indicator(self) -> dict[tuple[str, str], Result]:
        """Results by unit code and indicator id; none where a level is below the indicator."""
        found: dict[tuple[str, str], Result] = {}
        for (level, _), members in self.groups.items():
            for indicator in self.campaign.indicators:
                if is_measured_at(self.campaign, level, indicator):
                    for result in self._compare(level, members, indicator):
                        found[result.unit_code, indicator.id] = result
        return found

    def of_unit(self, unit_code: str) -> tuple[Result, ...]:
        """The results of one unit, in the campaign's order of indicators."""
        keys = ((unit_code, indicator.id) for indicator in self.campaign.indicators)
        return tuple(self.by_indicator[key] for key in keys if key in self.by_indicator)

    @cached_property
    def _unranked(self) -> dict[str, Total]:
        scoring, found = self.campaign.scoring, {}
        levels = {level.id for level in self.campaign.levels}
        why = {level: why_no_ranking(self.campaign, level, self.rules_of) for level in levels}
        for unit in self.units.units:
            total = _total_of(unit.code, self.of_unit(unit.code), scoring)
            found[unit.code] = without_points(total, why[unit.level])
        return found

    @cached_property
    def ranked(self) -> dict[str, Total]:
        """Totals with their ranks, before any award."""
        found = dict(self._unranked)
        for (level, group), members in self.groups.items():
            if group in {unit.code for unit in members}:  # compared with nobody
                continue
            reasons = {unit.code: self._why_unranked(unit, level) for unit in members}
            could = {c: found[c].points or 0.0 for c, reason in reasons.items() if not reason}
            if len(could) < self.campaign.ranking.minimum_ranked:
                reasons, could = {c: reason or TOO_FEW for c, reason in reasons.items()}, {}
            ranks = self.rank(could)
            for code, reason in reasons.items():
                rank = ranks.get(code)
                found[code] = dataclasses.replace(
                    found[code],
                    rank=rank,
                    ranked=len(ranks),
                    unranked=reason,
                    sharing=sum(other == rank for other in ranks.values()),
                )
        return found

    def rank(self, points: Mapping[str, float]) -> dict[str, int]:
        """Ranks of units by these points and the campaign's rules on ties and rounding."""
        rule = self.campaign.ranking
        keys = {
            code: (value, *tie_break(self.campaign, self.by_indicator, code))
            for code, value in points.items()
        }
        return ranks_of(keys, rule.method, rule.decimals)

    @cached_property
    def totals(self) -> dict[str, Total]:
        """Totals by unit code."""
        found = {
            code: dataclasses.replace(total, tier=self.tiers[code]) if code in self.tiers else total
            for code, total in self.ranked.items()
        }
        for decisions in self.decisions.values():
            for decision in decisions:
                if decision.awarded:
                    code = decision.unit_code
                    found[code] = dataclasses.replace(found[code], award=decision.rule.id)
        return found

    @cached_property
    def progress(self) -> dict[str, Progress]:
        """Progress by unit code: of units that are ranked now and had a total before."""
        if self.before is None:
            return {}
        weighted, earlier = self.before.aggregates.weighted, self.before._unranked
        found: dict[str, Progress] = {}
        for members in self.groups.values():
            gains: dict[str, float] = {}
            for unit in members:
                total = self.ranked[unit.code]
                is_there = unit.code in earlier and unit.code not in weighted
                before = earlier[unit.code].points if is_there else None
                if total.rank is not None and total.points is not None and before is not None:
                    gains[unit.code] = total.points - before
            ranks = ranks_of(
                {code: (gain,) for code, gain in gains.items()}, self.campaign.ranking.method
            )
            for code, gain in gains.items():
                before = earlier[code].points or 0.0
                found[code] = Progress(code, before, gain, ranks[code], len(ranks))
        return found

    @cached_property
    def decisions(self) -> dict[tuple[str, str, str], tuple[Decision, ...]]:
        """What the reward rules decide, by level, group code and rule id."""
        found: dict[tuple[str, str, str], tuple[Decision, ...]] = {}
        for (level, group), members in self.groups.items():
            if group in {unit.code for unit in members}:
                continue
            awarded: set[str] = set()
            for rule in self.campaign.rewards_in(self.rules_of, level):
                candidates = [c for u in members if (c := self._candidate(u.code, rule.by))]
                decisions = decide(rule, candidates, awarded, len(members))
                awarded |= {d.unit_code for d in decisions if d.awarded}
                found[level, group, rule.id] = decisions
        return found

    def _candidate(self, unit_code: str, by: str) -> Candidate | None:
        total = self.ranked[unit_code]
        rank = total.rank
        if by == "progress":
            progress = self.progress.get(unit_code)
            rank = progress.rank if progress else None
        elif by == "tier":
            rank = self.tiers.get(unit_code)
        if rank is None or total.points is None:
            return None
        met = sum(result.is_met is True for result in self.of_unit(unit_code))
        share = total.points / self.campaign.scoring.total_points
        return Candidate(unit_code, rank, share, met, not total.lacking)

    def _why_unranked(self, unit: Unit, level: str) -> str:
        total, children = self._unranked[unit.code], self.units.children(unit.code)
        if unit.code in self.aggregates.weighted:
            return total.missing or WEIGHTED
        silent = sum(self._unranked[c.code].silent for c in children)
        return _why_unranked(
            total,
            level,
            1 - silent / len(children) if children else None,
            {result.indicator.id: result for result in self.of_unit(unit.code)},
            self.campaign.ranking,
            self.rules_of,
        )

    def _compare(self, level: str, members: tuple[Unit, ...], indicator: Indicator) -> list[Result]:
        target = self.campaign.target(indicator.id, level, self.rules_of)
        measured = {u.code: self.aggregates.indicator(u.code, indicator) for u in members}
        known = {c: float(m.value.value) for c, m in measured.items() if m.value.value is not None}
        rule, unranked = self.campaign.ranking, dict[str, str]()
        ranks: dict[str, int] = {}
        if self.group_codes[members[0].code]:
            unranked = {c: TOO_FEW_THINGS for c in known if is_of_few(measured[c], rule)}
            unranked |= dict.fromkeys(self.aggregates.weighted & known.keys(), WEIGHTED)
            keys = {c: (v * indicator.direction,) for c, v in known.items() if c not in unranked}
            if len(keys) < rule.minimum_ranked:
                unranked = dict.fromkeys(keys, TOO_FEW) | unranked
            else:
                ranks = ranks_of(keys, rule.method)
        peers = tuple(known.values())
        results = []
        for code, found in measured.items():
            points = None
            if code in known:
                goal = target.value if target else None
                earned = REGISTRY[indicator.scoring](
                    Case(known[code], goal, indicator.direction, indicator.parameters, peers)
                )
                points = None if earned is None else earned * indicator.max_points
            rank = (ranks.get(code), len(ranks), unranked.get(code, ""))
            results.append(Result(code, indicator, found, target, points, *rank))
        return results


def _total_of(unit_code: str, results: Sequence[Result], scoring: ScoringRule) -> Total:
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
    if unknown or not covered:
        idle = Flag.NOT_APPLICABLE if reasons else Flag.NOT_REPORTED
        reason = str(next((f for f in (Flag.UNREAD, Flag.NOT_REPORTED) if f in unknown), idle))
        is_known = any(r.measured.value.value is not None for r in counted)
        if unknown - SILENT or is_known:
            reason = INCOMPLETE if unknown else NOT_SCORED
        is_late = bool(unknown) and unknown <= SILENT | {Flag.PART_NOT_REPORTED} and not is_known
        silent = reason in SILENT or is_late
        return Total(unit_code, None, 0.0, reason, unranked=reason, lacking=lacking, silent=silent)
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
    return Total(
        total.unit_code, None, 0.0, reason, unranked=reason, lacking=total.lacking,
        silent=total.silent,
    )  # fmt: skip


def is_whole(measured: Measured) -> bool:
    """Whether nothing that should be in an indicator is left out of it."""
    sides = (measured.value, measured.numerator, measured.denominator)
    known = measured.value.missing in ("", Flag.NOT_APPLICABLE)
    return known and not any(side.partial for side in sides)


def is_of_few(measured: Measured, rule: RankingRule) -> bool:
    """Whether a value is a share of fewer things than have a rank."""
    return 0 < (measured.denominator.value or 0) < rule.least_denominator


def _why_unranked(
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
