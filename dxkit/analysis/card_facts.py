"""All facts of one unit's scorecard, in one place: which there are, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

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
from dxkit.analysis.month_facts import flow_indicators, month_facts
from dxkit.analysis.outlook_facts import goal_of, outlook_facts
from dxkit.analysis.rule_facts import list_facts, rule_facts
from dxkit.analysis.standing_facts import (
    certainty_facts,
    doubt_facts,
    movement_facts,
    progress_facts,
)
from dxkit.analysis.totals import Result
from dxkit.analysis.unit_facts import TOTAL, indicator_facts, total_facts
from dxkit.model.campaign import WHOLE_MOVEMENT, IndicatorKind, MeasureKind
from dxkit.model.facts import Fact, FactKey, UnitOfMeasure
from dxkit.model.units import Unit

if TYPE_CHECKING:
    from dxkit.analysis.scorecard import Analysis


class CardFacts:
    """Makes the facts of one unit. Those of other units that it compares with come from their own
    scorecards or results.
    """

    def __init__(self, analysis: Analysis, unit: Unit) -> None:
        self.analysis = analysis
        self.unit = unit
        self.maker = analysis.fact_maker(unit.code)

    def make(self) -> Iterator[Fact]:
        """All of them, indicators first."""
        maker, unit = self.maker, self.unit
        results = self.analysis.results.of_unit(unit.code)
        group = self.analysis.results.group_of(unit)
        points: list[Fact] = []
        for result in results:
            subject = result.indicator.id
            before = self._previous_fact(subject, "value")
            if before is not None:
                yield before
            made = {fact.key.kind: fact for fact in indicator_facts(maker, result, before)}
            yield from made.values()
            if made["points"].known:
                points.append(made["points"])
            of_group = self.analysis.scorecard(group).find(subject, "value") if group else None
            if of_group is not None:
                yield from against_group_facts(maker, made["value"], of_group)
            below = self._results_below(subject)
            yield from children_facts(maker, subject, below)
            if result.indicator.kind is IndicatorKind.RATIO:
                yield from self._ratio_facts(result, made, before)
            yield from self._movement_facts(result, made["value"])
        for indicator in flow_indicators(self.analysis.campaign):
            if self.analysis.results.aggregates.is_measured_at(unit.level, indicator):
                yield from month_facts(maker, indicator, self.analysis.parts)
        yield from target_count_facts(maker, results)
        totals = self.analysis.results.totals
        children = self.analysis.units.children(unit.code)
        yield from reporting_facts(maker, [totals[child.code] for child in children])
        yield from total_facts(
            maker,
            self.analysis.results.totals[unit.code],
            tuple(points),
            self._totals_of_group(group),
            self._previous_fact(TOTAL, "rank"),
            self.analysis.campaign.scoring,
            self.analysis.campaign.ranking,
        )
        yield from self._standing_facts(tuple(points))
        yield from self._facts_of_the_ranking_below()
        depth = {level.id: place for place, level in enumerate(self.analysis.campaign.levels)}
        for measure in self.analysis.campaign.measures:
            counted = measure.kind in (MeasureKind.COUNT, MeasureKind.ROWS)
            if counted and depth[unit.level] <= depth[measure.level]:
                quantity = self.analysis.results.aggregates.measure(unit.code, measure.id)
                yield maker.reported(measure.id, "value", quantity, UnitOfMeasure.COUNT)

    def _ratio_facts(
        self,
        result: Result,
        made: dict[str, Fact],
        before: Fact | None,
    ) -> Iterator[Fact]:
        """What only ratios have: parts of a whole, spread, units of the same type, outlook."""
        maker, unit = self.maker, self.unit
        subject = result.indicator.id
        numerator, denominator, value = (made[k] for k in ("numerator", "denominator", "value"))
        below = (self.analysis.value_facts(child)[0] for child in self._results_below(subject))
        yield from small_facts(
            maker, self._results_below(subject), self.analysis.campaign.checks.smallest
        )
        yield from spread_facts(maker, [fact for fact in below if fact.known])
        parent = self.analysis.units.parent(unit.code)
        above = self.analysis.results.by_indicator.get((parent.code, subject)) if parent else None
        if above is not None:
            _, whole = self.analysis.value_facts(above)
            yield from part_of_whole_facts(maker, (numerator, denominator), whole)
        group = self.analysis.results.group_of(unit)
        if group:
            alike = [
                self.analysis.results.by_indicator[u.code, subject]
                for u in self.analysis.results.groups[unit.level, group]
                if u.type == unit.type
            ]
            yield from same_type_facts(maker, value, alike)
        goal = goal_of(
            self.analysis.campaign, result.indicator, unit.level, self.analysis.period.id
        )
        if goal is not None and result.indicator.direction > 0:
            earlier = self.analysis.previous.period.last_day if self.analysis.previous else None
            days = (self.analysis.period.last_day, earlier)
            parts = (numerator, denominator)
            yield from outlook_facts(maker, result, goal, parts, value, before, days)

    def _movement_facts(self, result: Result, value: Fact) -> Iterator[Fact]:
        maker, unit = self.maker, self.unit
        subject = result.indicator.id
        target = self.analysis.campaign.target(subject, unit.level, WHOLE_MOVEMENT)
        if target is None:
            return
        previous = self.analysis.campaign.previous_period(self.analysis.period.id)
        earlier = None
        if previous is not None and self.analysis.campaign.previous_period(previous.id) is None:
            earlier = self._previous_fact(subject, "value")
        yield from movement_facts(maker, subject, value, earlier, previous is None, target.value)

    def _standing_facts(self, points: tuple[Fact, ...]) -> Iterator[Fact]:
        maker, unit = self.maker, self.unit
        total = self.analysis.results.totals[unit.code]
        if self.analysis.results.group_of(unit):
            results = self.analysis.results.of_unit(unit.code)
            earlier = (self._previous_fact(r.indicator.id, "value") for r in results)
            inputs = (*points, *(fact for fact in earlier if fact is not None))
            progress = self.analysis.results.progress.get(unit.code)
            yield from progress_facts(maker, progress, self.analysis.previous is None, inputs)
            certain = self.analysis.certainty_of(unit)
            if certain is not None and unit.code in certain.ranges:
                summed = maker.derived(
                    TOTAL, "points", total.points, UnitOfMeasure.POINTS, 2, "", points
                )
                yield from certainty_facts(maker, certain.ranges[unit.code], summed)
        cells = {
            o.place
            for r in self.analysis.results.of_unit(unit.code)
            for quantity in (r.measured.numerator, r.measured.denominator)
            for o in quantity.observations
        }
        yield from doubt_facts(maker, tuple(cells), self.analysis.doubtful_cells)
        if self.analysis.previous is not None:
            unchanged = len(self.analysis.unchanged_below(unit))
            yield maker.counted(TOTAL, "children_unchanged", unchanged, "count_of_units")

    def _results_below(self, indicator: str) -> list[Result]:
        codes = (child.code for child in self.analysis.units.children(self.unit.code))
        found = self.analysis.results.by_indicator
        return [found[code, indicator] for code in codes if (code, indicator) in found]

    def _totals_of_group(self, group: str) -> tuple[FactKey, ...]:
        return tuple(
            FactKey(self.analysis.period.id, member.code, TOTAL, "points")
            for member in (self.analysis.results.groups[self.unit.level, group] if group else ())
            if self.analysis.results.totals[member.code].points is not None
        )

    def _previous_fact(self, subject: str, kind: str) -> Fact | None:
        if self.analysis.previous is None or self.unit.code not in self.analysis.previous.units:
            return None
        return self.analysis.previous.scorecard(self.unit.code).find(subject, kind)

    def _facts_of_the_ranking_below(self) -> Iterator[Fact]:
        """The rules that the units directly below are ranked by, when they are ranked here."""
        analysis = self.analysis
        below = analysis.units.children(self.unit.code)
        if below and analysis.results.group_of(below[0]) == self.unit.code:
            period = analysis.period.id
            yield from rule_facts(self.maker, analysis.campaign, below[0].level, period)
            found = analysis.list_certainty(self.unit)
            if found is not None:
                yield from list_facts(self.maker, found)
