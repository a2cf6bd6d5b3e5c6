"""Scorecards: everything known about one unit in one period, as Facts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dxkit.analysis.aggregates import Aggregates
from dxkit.analysis.facts.basic_facts import BasicFacts
from dxkit.analysis.facts.card_facts import CardFacts
from dxkit.analysis.facts.maker import FactMaker
from dxkit.analysis.facts.month_facts import aggregates_by_part
from dxkit.analysis.results import Results
from dxkit.analysis.robustness.ranges import Certainty, certainty
from dxkit.model.campaign import Campaign, IndicatorKind
from dxkit.model.facts import CellRef, Fact, FactKey
from dxkit.model.findings import Severity
from dxkit.model.observations import Received, RegisterRow
from dxkit.model.periods import Period
from dxkit.model.units import Unit


@dataclass(frozen=True)
class Scorecard:
    """All facts of one unit in one period, by subject (indicator, measure or ``total``) and kind.

    Kinds of an indicator: value, numerator, denominator, target, gap (value less target),
    attained (value over target), shortfall (things still to be counted to reach the target),
    change, points, max_points, rank, ranked (how many were compared); against_group and, among
    units of the same type, type_units, type_value, against_type; contribution and weight (what it
    has of the unit above); spread (between the units below); goal, goal_shortfall, deadline,
    per_week, pace, goal_date (the way to the next target); movement_value, movement_target. Of
    ``total``: points, max_points, covered, figures_lacking (indicators of the scale whose figures
    are not whole), units_lacking, bonus, rank, rank_shared, ranked, rank_change (places gained
    among the same units), points_before, progress, progress_rank, progress_ranked, rank_best,
    rank_worst, award_draws, cells, cells_doubtful. Of a measure: value. Of the ranking and the
    rewards among the units below: what the campaign declares, and how the list stands the trials
    (see ``rule_facts``). Facts of the period before stand under their own period: ``previous``
    finds them.
    """

    unit: Unit
    period: Period
    facts: Mapping[FactKey, Fact]

    def __repr__(self) -> str:
        about = f"unit={self.unit.code!r}, period={self.period.id!r}"
        return f"Scorecard({about}, facts={len(self.facts)})"

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


@dataclass(frozen=True)
class WorkedOut:
    """What takes longest to work out of a period: scorecards by unit, and how sure places are by
    level and unit that they are compared in.
    """

    scorecards: Mapping[str, Scorecard]
    certainties: Mapping[tuple[str, str], Certainty]


class Analysis:
    """One period analysed: the results of all units, and scorecards on demand."""

    def __init__(
        self, campaign: Campaign, received: Received, previous: Received | None = None
    ) -> None:
        self.campaign = campaign
        self.received = received
        self.period = campaign.period(received.table.period)
        self.units = received.units
        self.previous = Analysis(campaign, previous) if previous else None
        before: Results | None = self.previous.results if self.previous is not None else None
        self.results: Results = Results(campaign, received, before)
        self.basic_facts = BasicFacts(self)
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
            facts = {fact.key: fact for fact in CardFacts(self, unit).make()}
            self._scorecards[unit_code] = Scorecard(unit, self.period, facts)
        return self._scorecards[unit_code]

    @property
    def worked_out(self) -> WorkedOut:
        """What is known so far, for another process."""
        return WorkedOut(self._scorecards, self._certainties)

    def take_over(self, worked_out: WorkedOut) -> None:
        """Use what another process has worked out from the same campaign and workbooks."""
        self._scorecards.update(worked_out.scorecards)
        self._certainties.update(worked_out.certainties)

    def find(self, key: FactKey) -> Fact | None:
        """The fact of that key, of this period, one of its parts or a period before; or None."""
        if key.period in (self.period.id, *self.period.parts):
            if key.unit not in self.units:
                return None
            return self.basic_facts.find(key) or self.scorecard(key.unit).facts.get(key)
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
    def parts(self) -> dict[str, Aggregates]:
        """The sums of each part of the period that somebody reported on."""
        return aggregates_by_part(self.campaign, self.received, self.period)

    @cached_property
    def doubtful_cells(self) -> frozenset[CellRef]:
        """The cells that a warning stands against: used, but somebody should look."""
        return frozenset(
            finding.place
            for finding in self.received.findings
            if finding.severity is Severity.WARNING and finding.place.cell
        )

    def fact_maker(self, unit_code: str) -> FactMaker:
        """What makes the facts of one unit."""
        return FactMaker(
            self.period.id, unit_code, self.received.simulated_files, self.doubtful_cells
        )

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

    def list_certainty(self, unit: Unit) -> Certainty | None:
        """How sure the list of rewards among the units directly below is; None for no list."""
        below = self.units.children(unit.code)
        if not below or self.results.group_of(below[0]) != unit.code:
            return None
        rules = (r for r in self.campaign.rewards if r.level == below[0].level and r.by == "points")
        in_force = any(not r.periods or self.period.id in r.periods for r in rules)
        return self.certainty_of(below[0]) if in_force else None

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


def _figures(results: Results, unit_code: str) -> tuple[float | int, ...]:
    """All numerators and denominators of a unit; empty when it lacks one."""
    found = [
        quantity.value
        for result in results.of_unit(unit_code)
        if result.indicator.kind is IndicatorKind.RATIO
        for quantity in (result.measured.numerator, result.measured.denominator)
    ]
    return tuple(n for n in found if n is not None) if None not in found else ()
