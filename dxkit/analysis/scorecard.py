"""Scorecards: everything known about one unit in one period, as Facts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dxkit.analysis.comparison_facts import (
    against_group_facts,
    children_facts,
    part_of_whole_facts,
    reporting_facts,
    same_type_facts,
    small_facts,
    spread_facts,
    target_count_facts,
)
from dxkit.analysis.fact_maker import FactMaker
from dxkit.analysis.indicators import Aggregates
from dxkit.analysis.month_facts import aggregates_by_part, flow_indicators, month_facts
from dxkit.analysis.outlook_facts import goal_of, outlook_facts
from dxkit.analysis.results import Results
from dxkit.analysis.standing_facts import (
    certainty_facts,
    doubt_facts,
    movement_facts,
    progress_facts,
)
from dxkit.analysis.totals import Result
from dxkit.analysis.uncertainty import Certainty, certainty
from dxkit.analysis.unit_facts import TOTAL, indicator_facts, total_facts, value_facts
from dxkit.model.campaign import WHOLE_MOVEMENT, Campaign, IndicatorKind, MeasureKind
from dxkit.model.facts import CellRef, Fact, FactKey, UnitOfMeasure
from dxkit.model.findings import Severity
from dxkit.model.periods import Period
from dxkit.model.table import Received, RegisterRow
from dxkit.model.units import Unit


@dataclass(frozen=True)
class Scorecard:
    """All facts of one unit in one period, by subject (indicator, measure or ``total``) and kind.

    Kinds of an indicator: value, numerator, denominator, target, gap (value less target),
    attained (value over target), shortfall (things still to be counted to reach the target),
    change, points, max_points, rank, ranked (how many were compared); against_group and, among
    units of the same type, type_units, type_value, against_type; contribution and weight (what it
    has of the unit above); spread (between the units below); goal, goal_shortfall, deadline,
    per_week, pace, goal_date, points_per_hundred (the way to the next target); movement_value,
    movement_target. Of ``total``: points, max_points, covered, bonus, rank, rank_shared, ranked,
    rank_change (places gained), points_before, progress, progress_rank, progress_ranked, rank_best,
    rank_worst, award_draws, cells, cells_doubtful. Of a measure: value. Facts of the period
    before stand under their own period: ``previous`` finds them.
    """

    unit: Unit
    period: Period
    facts: Mapping[FactKey, Fact]

    def fact(self, subject: str, kind: str) -> Fact:
        """One fact of this unit and period; raises KeyError when there is no such fact."""
        return self.facts[FactKey(self.period.id, self.unit.code, subject, kind)]

    def find(self, subject: str, kind: str) -> Fact | None:
        """The same, or None."""
        return self.facts.get(FactKey(self.period.id, self.unit.code, subject, kind))

    def previous(self, subject: str, kind: str) -> Fact | None:
        """The fact of the period before, or None when there is none."""
        return next(
            (
                fact
                for key, fact in self.facts.items()
                if (key.subject, key.kind) == (subject, kind) and key.period != self.period.id
            ),
            None,
        )


class Analysis:
    """One period analysed: the results of all units, and scorecards on demand."""

    def __init__(
        self, campaign: Campaign, received: Received, previous: Received | None = None
    ) -> None:
        self.campaign = campaign
        self.received = received
        self.period = campaign.period(received.table.period)
        self.units = received.units
        self.results = Results(campaign, received, previous)
        self.previous = Analysis(campaign, previous) if previous else None
        self._scorecards: dict[str, Scorecard] = {}
        self._certainties: dict[tuple[str, str], Certainty] = {}

    def ranked_within(self, level: str, within: str) -> Analysis:
        """The same period with the units of ``level`` compared inside the level ``within``."""
        ranking = self.campaign.ranking
        ranking = dataclasses.replace(ranking, within={**ranking.within, level: within})
        campaign = dataclasses.replace(self.campaign, ranking=ranking)
        return Analysis(campaign, self.received, self.previous.received if self.previous else None)

    def scorecard(self, unit_code: str) -> Scorecard:
        """The scorecard of one unit; raises KeyError for an unknown code."""
        if unit_code not in self._scorecards:
            unit = self.units.get(unit_code)
            facts = {fact.key: fact for fact in self._facts(unit)}
            self._scorecards[unit_code] = Scorecard(unit, self.period, facts)
        return self._scorecards[unit_code]

    def value_facts(self, result: Result) -> tuple[Fact, tuple[Fact, ...]]:
        """The value of one result, and its numerator and denominator when it is a ratio."""
        return value_facts(self._maker(result.unit_code), result)

    def find(self, key: FactKey) -> Fact | None:
        """The fact of that key, of this period, one of its parts or a period before; or None."""
        if key.period in (self.period.id, *self.period.parts):
            return self.scorecard(key.unit).facts.get(key) if key.unit in self.units else None
        return self.previous.find(key) if self.previous is not None else None

    def register_rows(self, unit_code: str, register: str) -> tuple[RegisterRow, ...]:
        """The rows of a register for a unit and everything below it, in reading order."""
        codes = {unit_code, *(unit.code for unit in self.units.descendants(unit_code))}
        return tuple(
            row
            for row in self.received.table.register_rows
            if row.register == register and row.unit_code in codes
        )

    @cached_property
    def _parts(self) -> dict[str, Aggregates]:
        return aggregates_by_part(self.campaign, self.received, self.period)

    @cached_property
    def doubtful_cells(self) -> frozenset[CellRef]:
        """The cells that a warning stands against: used, but somebody should look."""
        return frozenset(
            finding.place
            for finding in self.received.findings
            if finding.severity is Severity.WARNING and finding.place.cell
        )

    def _maker(self, unit_code: str) -> FactMaker:
        return FactMaker(
            self.period.id, unit_code, self.received.simulated_files, self.doubtful_cells
        )

    def _facts(self, unit: Unit) -> Iterator[Fact]:
        maker = self._maker(unit.code)
        results = self.results.of_unit(unit.code)
        group = self.results.group_of(unit)
        points: list[Fact] = []
        for result in results:
            subject = result.indicator.id
            before = self._previous_fact(unit, subject, "value")
            if before is not None:
                yield before
            made = {fact.key.kind: fact for fact in indicator_facts(maker, result, before)}
            yield from made.values()
            if made["points"].known:
                points.append(made["points"])
            of_group = self.scorecard(group).find(subject, "value") if group else None
            if of_group is not None:
                yield from against_group_facts(maker, made["value"], of_group)
            below = self._results_below(unit, subject)
            yield from children_facts(maker, subject, below)
            if result.indicator.kind is IndicatorKind.RATIO:
                yield from self._ratio_facts(maker, unit, result, made, before)
            yield from self._movement_facts(maker, unit, result, made["value"])
        for indicator in flow_indicators(self.campaign):
            if self.results.aggregates.is_measured_at(unit.level, indicator):
                yield from month_facts(maker, indicator, self._parts)
        yield from target_count_facts(maker, results)
        yield from reporting_facts(
            maker, [self.results.totals[u.code] for u in self.units.children(unit.code)]
        )
        yield from total_facts(
            maker,
            self.results.totals[unit.code],
            tuple(points),
            self._totals_of_group(unit, group),
            self._previous_fact(unit, TOTAL, "rank"),
            self.campaign.scoring,
            self.campaign.ranking,
        )
        yield from self._standing_facts(maker, unit, tuple(points))
        depth = {level.id: place for place, level in enumerate(self.campaign.levels)}
        for measure in self.campaign.measures:
            counted = measure.kind in (MeasureKind.COUNT, MeasureKind.ROWS)
            if counted and depth[unit.level] <= depth[measure.level]:
                quantity = self.results.aggregates.measure(unit.code, measure.id)
                yield maker.reported(measure.id, "value", quantity, UnitOfMeasure.COUNT)

    def certainty_of(self, unit: Unit) -> Certainty | None:
        """How sure the places in the unit's group are; None when it is compared with nobody or
        the campaign does not declare how to try them.
        """
        rule, group = self.campaign.uncertainty, self.results.group_of(unit)
        if rule is None or not group:
            return None
        key = (unit.level, group)
        if key not in self._certainties:
            self._certainties[key] = certainty(
                self.results, unit.level, group, rule, self.doubtful_cells
            )
        return self._certainties[key]

    def unchanged_below(self, unit: Unit) -> tuple[str, ...]:
        """Codes of the units directly below all of whose figures equal those of the period
        before: figures that nobody has renewed.
        """
        if self.previous is None:
            return ()
        earlier = self.previous.results
        return tuple(
            child.code
            for child in self.units.children(unit.code)
            if child.code in earlier.units
            and (now := _figures(self.results, child.code))
            and now == _figures(earlier, child.code)
        )

    def _ratio_facts(
        self,
        maker: FactMaker,
        unit: Unit,
        result: Result,
        made: dict[str, Fact],
        before: Fact | None,
    ) -> Iterator[Fact]:
        """What only ratios have: parts of a whole, spread, units of the same type, outlook."""
        subject = result.indicator.id
        numerator, denominator, value = (made[k] for k in ("numerator", "denominator", "value"))
        below = (self.value_facts(child)[0] for child in self._results_below(unit, subject))
        yield from small_facts(
            maker, self._results_below(unit, subject), self.campaign.checks.smallest
        )
        yield from spread_facts(maker, [fact for fact in below if fact.known])
        parent = self.units.parent(unit.code)
        above = self.results.by_indicator.get((parent.code, subject)) if parent else None
        if above is not None:
            _, whole = self.value_facts(above)
            yield from part_of_whole_facts(maker, (numerator, denominator), whole)
        group = self.results.group_of(unit)
        if group:
            alike = [
                self.results.by_indicator[u.code, subject]
                for u in self.results.groups[unit.level, group]
                if u.type == unit.type
            ]
            yield from same_type_facts(maker, value, alike)
        goal = goal_of(self.campaign, result.indicator, unit.level, self.period.id)
        if goal is not None and result.indicator.direction > 0:
            earlier = self.previous.period.last_day if self.previous else None
            days = (self.period.last_day, earlier)
            parts = (numerator, denominator)
            yield from outlook_facts(maker, result, goal, parts, value, before, days)

    def _movement_facts(
        self, maker: FactMaker, unit: Unit, result: Result, value: Fact
    ) -> Iterator[Fact]:
        subject = result.indicator.id
        target = self.campaign.target(subject, unit.level, WHOLE_MOVEMENT)
        if target is None:
            return
        previous = self.campaign.previous_period(self.period.id)
        earlier = None
        if previous is not None and self.campaign.previous_period(previous.id) is None:
            earlier = self._previous_fact(unit, subject, "value")
        yield from movement_facts(maker, subject, value, earlier, previous is None, target.value)

    def _standing_facts(
        self, maker: FactMaker, unit: Unit, points: tuple[Fact, ...]
    ) -> Iterator[Fact]:
        total = self.results.totals[unit.code]
        if self.results.group_of(unit):
            results = self.results.of_unit(unit.code)
            earlier = (self._previous_fact(unit, r.indicator.id, "value") for r in results)
            inputs = (*points, *(fact for fact in earlier if fact is not None))
            progress = self.results.progress.get(unit.code)
            yield from progress_facts(maker, progress, self.previous is None, inputs)
            certain = self.certainty_of(unit)
            if certain is not None and unit.code in certain.ranges:
                summed = maker.derived(
                    TOTAL, "points", total.points, UnitOfMeasure.POINTS, 2, "", points
                )
                yield from certainty_facts(maker, certain.ranges[unit.code], summed)
        cells = {
            o.place
            for r in self.results.of_unit(unit.code)
            for quantity in (r.measured.numerator, r.measured.denominator)
            for o in quantity.observations
        }
        yield from doubt_facts(maker, tuple(cells), self.doubtful_cells)
        if self.previous is not None:
            unchanged = len(self.unchanged_below(unit))
            yield maker.counted(TOTAL, "children_unchanged", unchanged, "count_of_units")

    def _results_below(self, unit: Unit, indicator: str) -> list[Result]:
        codes = (child.code for child in self.units.children(unit.code))
        found = self.results.by_indicator
        return [found[code, indicator] for code in codes if (code, indicator) in found]

    def _totals_of_group(self, unit: Unit, group: str) -> tuple[FactKey, ...]:
        return tuple(
            FactKey(self.period.id, member.code, TOTAL, "points")
            for member in (self.results.groups[unit.level, group] if group else ())
            if self.results.totals[member.code].points is not None
        )

    def _previous_fact(self, unit: Unit, subject: str, kind: str) -> Fact | None:
        if self.previous is None or unit.code not in self.previous.units:
            return None
        return self.previous.scorecard(unit.code).find(subject, kind)


def _figures(results: Results, unit_code: str) -> tuple[float | int, ...]:
    """All numerators and denominators of a unit; empty when it lacks one."""
    found = [
        quantity.value
        for result in results.of_unit(unit_code)
        if result.indicator.kind is IndicatorKind.RATIO
        for quantity in (result.measured.numerator, result.measured.denominator)
    ]
    return tuple(n for n in found if n is not None) if None not in found else ()
