"""All facts of one unit's scorecard, in one place: which there are, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dxkit.analysis.facts.comparison_kinds import (
    against_group_facts,
    children_facts,
    part_of_whole_facts,
    reporting_facts,
    same_type_facts,
    small_facts,
    spread_facts,
    target_count_facts,
)
from dxkit.analysis.facts.indicator_kinds import MANY_PERIODS, TOTAL, indicator_facts
from dxkit.analysis.facts.month_facts import flow_indicators, month_facts
from dxkit.analysis.facts.outlook_kinds import goal_of, outlook_facts
from dxkit.analysis.facts.rule_facts import list_facts, rule_facts
from dxkit.analysis.facts.standing_facts import (
    certainty_facts,
    doubt_facts,
    movement_facts,
    progress_facts,
)
from dxkit.analysis.facts.total_kinds import total_facts
from dxkit.analysis.totals import Result
from dxkit.model.campaign import WHOLE_MOVEMENT, IndicatorKind
from dxkit.model.facts import Fact
from dxkit.model.observations import Flag
from dxkit.model.units import Unit

if TYPE_CHECKING:
    from dxkit.analysis.facts.scorecard import Analysis


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
        basic = self.analysis.basic_facts
        for result in results:
            subject = result.indicator.id
            before = self._previous_value(subject)
            if before is not None:
                yield before
            value, parts = basic.value(result)
            points = basic.points(result)
            facts = indicator_facts(maker, result, value, parts, points, before)
            made = {fact.key.kind: fact for fact in facts}
            yield from made.values()
            of_group = self.analysis.scorecard(group).find(subject, "value") if group else None
            if of_group is not None:
                yield from against_group_facts(maker, value, of_group)
            below = self._results_below(subject)
            yield from children_facts(maker, subject, below)
            if result.indicator.kind is IndicatorKind.RATIO:
                yield from self._ratio_facts(result, made, before)
            yield from self._movement_facts(result, value)
        for indicator in flow_indicators(self.analysis.campaign):
            if self.analysis.results.aggregates.is_measured_at(unit.level, indicator):
                yield from month_facts(maker, indicator, self.analysis.parts)
        yield from target_count_facts(maker, results)
        totals = self.analysis.results.totals
        children = self.analysis.units.children(unit.code)
        lacking = self.analysis.results.lacking_below(unit.code)
        yield from reporting_facts(maker, [totals[child.code] for child in children], lacking)
        yield from total_facts(
            maker,
            self.analysis.results.totals[unit.code],
            basic.total_points(unit.code),
            basic.known_points(unit.code),
            basic.rank(unit.code),
            self._previous_rank(),
            self.analysis.campaign.scoring,
            same_units=self._same_units_ranked(),
        )
        yield from self._standing_facts(basic.known_points(unit.code))
        yield from self._facts_of_the_ranking_below()
        for measure in self.analysis.campaign.measures:
            fact = basic.measure(unit, measure)
            if fact is not None:
                yield fact

    def _ratio_facts(
        self,
        result: Result,
        made: dict[str, Fact],
        before: Fact | None,
    ) -> Iterator[Fact]:
        """What only ratios have: parts of a whole, spread, units of the same type, outlook."""
        maker, unit, basic = self.maker, self.unit, self.analysis.basic_facts
        subject = result.indicator.id
        numerator, denominator, value = (made[k] for k in ("numerator", "denominator", "value"))
        below = (basic.value(child)[0] for child in self._results_below(subject))
        yield from small_facts(
            maker, self._results_below(subject), self.analysis.campaign.checks.smallest
        )
        yield from spread_facts(maker, [fact for fact in below if fact.known])
        parent = self.analysis.units.parent(unit.code)
        above = self.analysis.results.by_indicator.get((parent.code, subject)) if parent else None
        if above is not None:
            _, whole = basic.value(above)
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
        earlier, missing = None, ""
        if previous is not None:
            earlier = self._previous_value(subject)
            missing = "" if earlier is not None else Flag.NO_DATA
            if self.analysis.campaign.previous_period(previous.id) is not None:
                missing = MANY_PERIODS
        yield from movement_facts(maker, subject, value, earlier, missing, target.value)

    def _standing_facts(self, points: tuple[Fact, ...]) -> Iterator[Fact]:
        maker, unit = self.maker, self.unit
        if self.analysis.results.group_of(unit):
            results = self.analysis.results.of_unit(unit.code)
            earlier = (self._previous_value(r.indicator.id) for r in results)
            inputs = (*points, *(fact for fact in earlier if fact is not None))
            progress = self.analysis.results.progress.get(unit.code)
            yield from progress_facts(maker, progress, self.analysis.previous is None, inputs)
            certain = self.analysis.certainty_of(unit)
            if certain is not None and unit.code in certain.ranges:
                summed = self.analysis.basic_facts.total_points(unit.code)
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

    def _previous_value(self, indicator: str) -> Fact | None:
        previous = self.analysis.previous
        key = (self.unit.code, indicator)
        result = previous.results.by_indicator.get(key) if previous is not None else None
        return previous.basic_facts.value(result)[0] if previous and result else None

    def _previous_rank(self) -> Fact | None:
        previous = self.analysis.previous
        if previous is None or self.unit.code not in previous.units:
            return None
        return previous.basic_facts.rank(self.unit.code)

    def _same_units_ranked(self) -> bool:
        """Whether the units ranked with this one are those that were ranked a period ago."""
        previous, code = self.analysis.previous, self.unit.code
        if previous is None or code not in previous.units:
            return False
        return self.analysis.results.ranked_with(code) == previous.results.ranked_with(code)

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
