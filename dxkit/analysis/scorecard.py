"""Scorecards: everything known about one unit in one period, as Facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dxkit.analysis.comparison_facts import (
    against_group_facts,
    children_facts,
    reporting_facts,
    target_count_facts,
)
from dxkit.analysis.fact_maker import FactMaker
from dxkit.analysis.indicators import Aggregates
from dxkit.analysis.month_facts import aggregates_by_part, flow_indicators, month_facts
from dxkit.analysis.results import Result, Results
from dxkit.analysis.unit_facts import TOTAL, indicator_facts, total_facts
from dxkit.model.campaign import Campaign, MeasureKind
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
    change, points, max_points, rank, ranked (how many were compared). Of ``total``: points,
    max_points, covered, rank, ranked, rank_change (places gained). Of a measure: value. Facts of
    the period before stand under their own period: ``previous`` finds them.
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
        self.results = Results(campaign, received)
        self.previous = Analysis(campaign, previous) if previous else None
        self._scorecards: dict[str, Scorecard] = {}

    def scorecard(self, unit_code: str) -> Scorecard:
        """The scorecard of one unit; raises KeyError for an unknown code."""
        if unit_code not in self._scorecards:
            unit = self.units.get(unit_code)
            facts = {fact.key: fact for fact in self._facts(unit)}
            self._scorecards[unit_code] = Scorecard(unit, self.period, facts)
        return self._scorecards[unit_code]

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
    def _doubtful_cells(self) -> frozenset[CellRef]:
        return frozenset(
            finding.place
            for finding in self.received.findings
            if finding.severity is Severity.WARNING and finding.place.cell
        )

    def _facts(self, unit: Unit) -> Iterator[Fact]:
        maker = FactMaker(
            self.period.id, unit.code, self.received.simulated_files, self._doubtful_cells
        )
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
            yield from children_facts(maker, subject, self._results_below(unit, subject))
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
        depth = {level.id: place for place, level in enumerate(self.campaign.levels)}
        for measure in self.campaign.measures:
            counted = measure.kind in (MeasureKind.COUNT, MeasureKind.ROWS)
            if counted and depth[unit.level] <= depth[measure.level]:
                quantity = self.results.aggregates.measure(unit.code, measure.id)
                yield maker.reported(measure.id, "value", quantity, UnitOfMeasure.COUNT)

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
