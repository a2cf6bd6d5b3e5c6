"""The facts that others are made of: values, points and places, each made once.

Scorecards of other units and of the next period need them without all the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dxkit.analysis.facts.indicator_kinds import TOTAL, points_fact, value_facts
from dxkit.analysis.facts.total_kinds import rank_fact, total_points_fact
from dxkit.analysis.totals import Result
from dxkit.model.campaign import Measure, MeasureKind
from dxkit.model.facts import Fact, FactKey, UnitOfMeasure
from dxkit.model.units import Unit

if TYPE_CHECKING:
    from dxkit.analysis.facts.scorecard import Analysis


class BasicFacts:
    """The basic facts of all units in one period."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._values: dict[tuple[str, str], tuple[Fact, tuple[Fact, ...]]] = {}
        self._points: dict[tuple[str, str], Fact] = {}
        self._totals: dict[str, Fact] = {}

    def value(self, result: Result) -> tuple[Fact, tuple[Fact, ...]]:
        """The value of one result, and its numerator and denominator when it is a ratio."""
        key = (result.unit_code, result.indicator.id)
        if key not in self._values:
            maker = self._analysis.fact_maker(result.unit_code)
            self._values[key] = value_facts(maker, result)
        return self._values[key]

    def points(self, result: Result) -> Fact:
        """The points of one result."""
        key = (result.unit_code, result.indicator.id)
        if key not in self._points:
            maker = self._analysis.fact_maker(result.unit_code)
            self._points[key] = points_fact(maker, result, self.value(result)[0])
        return self._points[key]

    def known_points(self, unit_code: str) -> tuple[Fact, ...]:
        """The points of a unit's indicators, as far as there are any."""
        results = self._analysis.results.of_unit(unit_code)
        return tuple(fact for fact in map(self.points, results) if fact.known)

    def total_points(self, unit_code: str) -> Fact:
        """The points of a unit over all indicators."""
        if unit_code not in self._totals:
            analysis = self._analysis
            self._totals[unit_code] = total_points_fact(
                analysis.fact_maker(unit_code),
                analysis.results.totals[unit_code],
                self.known_points(unit_code),
                analysis.campaign.scoring,
            )
        return self._totals[unit_code]

    def rank(self, unit_code: str) -> Fact | None:
        """The place of a unit, without a value when it has none; None when it is compared with
        nobody.
        """
        results = self._analysis.results
        unit = self._analysis.units.get(unit_code)
        group = results.group_of(unit)
        points_of_group = tuple(
            FactKey(self._analysis.period.id, member.code, TOTAL, "points")
            for member in (results.groups[unit.level, group] if group else ())
            if results.totals[member.code].points is not None
        )
        if not group:
            return None
        return rank_fact(
            self._analysis.fact_maker(unit_code),
            results.totals[unit_code],
            self.total_points(unit_code),
            points_of_group,
            self._analysis.campaign.ranking,
        )

    def measure(self, unit: Unit, measure: Measure) -> Fact | None:
        """What was counted of a measure; None where it is not counted at the unit's level."""
        level_of = {level.id: depth for depth, level in enumerate(self._analysis.campaign.levels)}
        counted = measure.kind in (MeasureKind.COUNT, MeasureKind.ROWS)
        if not counted or level_of[unit.level] > level_of[measure.level]:
            return None
        quantity = self._analysis.results.aggregates.measure(unit.code, measure.id)
        maker = self._analysis.fact_maker(unit.code)
        return maker.reported(measure.id, "value", quantity, UnitOfMeasure.COUNT)

    def find(self, key: FactKey) -> Fact | None:
        """The fact of that key if it is one of an indicator's value or of the place."""
        if key.period != self._analysis.period.id:
            return None
        if (key.subject, key.kind) == (TOTAL, "rank"):
            return self.rank(key.unit)
        result = self._analysis.results.by_indicator.get((key.unit, key.subject))
        if result is None:
            return None
        value, parts = self.value(result)
        return next((fact for fact in (value, *parts) if fact.key == key), None)
