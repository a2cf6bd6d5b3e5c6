"""Scorecards: everything known about one unit in one period, as Facts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from dxkit.analysis.facts.evaluator import Facts
from dxkit.analysis.period_results import PeriodResults
from dxkit.analysis.robustness.ranges import Certainty
from dxkit.model.campaign import Campaign
from dxkit.model.facts import Fact, FactKey
from dxkit.model.observations import Received, RegisterRow
from dxkit.model.periods import Period
from dxkit.model.units import Unit


@dataclass(frozen=True)
class Scorecard:
    """All facts of one unit in one period, by subject (indicator, measure, reward or ``total``) and
    kind, as the table in ``kinds`` lists them. Facts of the period before stand under their own
    period: ``previous`` finds them.
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


class Analysis(PeriodResults):
    """One period analysed: what is worked out of all units, and their facts on demand."""

    def __init__(
        self, campaign: Campaign, received: Received, previous: Received | None = None
    ) -> None:
        self.previous: Analysis | None = Analysis(campaign, previous) if previous else None
        super().__init__(campaign, received, self.previous)
        self.facts: Facts = Facts(self, self.previous.facts if self.previous else None)
        self._scorecards: dict[str, Scorecard] = {}

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
            facts = {fact.key: fact for fact in self.facts.of_unit(unit)}
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
        card = self._scorecards.get(key.unit)
        known = card.facts.get(key) if card is not None else None
        return known or self.facts.find_key(key)

    def register_rows(self, unit_code: str, register: str) -> tuple[RegisterRow, ...]:
        """The rows of a register for a unit and everything below it, in reading order."""
        codes = {unit_code, *(unit.code for unit in self.units.descendants(unit_code))}
        return tuple(
            row
            for row in self.received.table.register_rows
            if row.register == register and row.unit_code in codes
        )
