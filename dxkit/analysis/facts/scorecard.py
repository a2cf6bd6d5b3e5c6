"""A period analysed: any fact on demand, and scorecards: all that is known about one unit."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dxkit.analysis.facts.about import About
from dxkit.analysis.facts.kind import Derived, Kind
from dxkit.analysis.facts.kinds import INDICATOR, MEASURE, PART, REWARD, TOTAL_KINDS
from dxkit.analysis.period_results import PeriodResults, flow_indicators
from dxkit.analysis.ranking import Decision
from dxkit.analysis.results import Results
from dxkit.analysis.robustness.ranges import Certainty, inputs_of
from dxkit.model.campaign import Campaign, Indicator
from dxkit.model.facts import TOTAL, Fact, FactKey, reaches, reward_subject
from dxkit.model.observations import Received, RegisterRow
from dxkit.model.periods import Period
from dxkit.model.rules import Band
from dxkit.model.units import Unit


class Facts:
    """Makes any fact of a period on demand, by the table of kinds, and remembers it; ``before``
    are those of the period before.
    """

    def __init__(self, period: PeriodResults, before: Facts | None = None) -> None:
        self._period = period
        self._before = before
        self._known: dict[tuple[str, str, str], About | None] = {}
        campaign = period.campaign
        self._indicators = frozenset(indicator.id for indicator in campaign.indicators)
        self._tables: dict[str, Mapping[str, Kind]] = {
            TOTAL: _by_name(TOTAL_KINDS),
            **dict.fromkeys(self._indicators, _by_name(INDICATOR)),
            **dict.fromkeys((m.id for m in campaign.measures), _by_name(MEASURE)),
            **dict.fromkeys((reward_subject(r.id) for r in campaign.rewards), _by_name(REWARD)),
        }
        self._of_part = _by_name(PART)

    def find(self, unit_code: str, subject: str, kind: str, part: str = "") -> Fact | None:
        """One fact of a unit; None when there is no such fact."""
        about = self._about(unit_code, subject, part)
        return about.fact(kind) if about is not None else None

    def get(self, unit_code: str, subject: str, kind: str) -> Fact:
        """The same; raises KeyError when there is no such fact."""
        fact = self.find(unit_code, subject, kind)
        if fact is None:
            raise KeyError(f"{unit_code}/{subject}/{kind}")
        return fact

    def find_key(self, key: FactKey) -> Fact | None:
        """The fact of that key, of this period, one of its parts or a period before; or None."""
        if key.period == self._period.period.id:
            return self.find(key.unit, key.subject, key.kind)
        if key.period in self._period.parts:
            return self.find(key.unit, key.subject, key.kind, key.period)
        return self._before.find_key(key) if self._before is not None else None

    def of_unit(self, unit: Unit) -> list[Fact]:
        """All facts of a unit, those of indicators first; before each, those of the period before
        and of the unit it is ranked in that it was made from.
        """
        campaign, period = self._period.campaign, self._period
        subjects = [(indicator.id, "") for indicator in campaign.indicators]
        for indicator in flow_indicators(campaign):
            if period.results.aggregates.is_measured_at(unit.level, indicator):
                subjects += [(indicator.id, part) for part in period.parts]
        subjects += [(TOTAL, ""), *((reward_subject(rule.id), "") for rule in campaign.rewards)]
        subjects += [(measure.id, "") for measure in campaign.measures]
        found: list[Fact] = []
        group = period.results.group_of(unit)
        for subject, part in subjects:
            about = self._about(unit.code, subject, part)
            if about is not None:
                self._add_all(about, group, found)
        return found

    def _add_all(self, about: About, group: str, found: list[Fact]) -> None:
        own = self._period.period.id
        for name, kind in about.kinds.items():
            fact = about.fact(name)
            if fact is None:
                continue
            if isinstance(kind, Derived) and not kind.own_cells:
                for key in fact.inputs:
                    if key.period != own or key.unit == group:
                        other = self.find_key(key)
                        if other is not None:
                            found.append(other)
            found.append(fact)

    def _about(self, unit_code: str, subject: str, part: str) -> About | None:
        """None for a unit that is not known and for an indicator not measured at its level."""
        asked = (unit_code, subject, part)
        if asked not in self._known:
            self._known[asked] = self._new(*asked)
        return self._known[asked]

    def _new(self, unit_code: str, subject: str, part: str) -> About | None:
        period = self._period
        kinds = self._of_part if part else self._tables.get(subject)
        measured = subject not in self._indicators or (
            (unit_code, subject) in period.results.by_indicator
        )
        if kinds is None or not measured or unit_code not in period.units:
            return None
        before = self._before.find if self._before is not None else None
        return About(period, period.units.get(unit_code), subject, kinds, self.find, before, part)


def _by_name(kinds: tuple[Kind, ...]) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}


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

    def is_met(self, indicator: Indicator) -> bool | None:
        """Whether the unit reaches its target; None without a value or a target."""
        value, target = (self.find(indicator.id, kind) for kind in ("value", "target"))
        if value is None or target is None or not (value.known and target.known):
            return None
        return reaches(value.number, target.number, indicator.direction)

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
class Standing:
    """What is worked out of a period and is no number: who is ranked with whom, in which order,
    with what grade and award, and why.
    """

    results: Results

    def group_of(self, unit: Unit) -> str:
        """Code of the unit inside which this one is ranked; empty when it is not ranked."""
        return self.results.group_of(unit)

    def ranks_below(self, unit_code: str) -> bool:
        """Whether the units directly below are ranked inside this one."""
        below = self.results.units.children(unit_code)
        return bool(below) and self.results.group_of(below[0]) == unit_code

    def in_order(self, codes: Iterable[str]) -> list[str]:
        """The units from the first rank down; those without one at the end, as they are given."""
        ranks = {code: self.results.totals[code].rank for code in codes}
        return sorted(ranks, key=lambda code: ranks[code] or math.inf)

    def band(self, unit_code: str) -> Band | None:
        """The unit's grade."""
        return self.results.totals[unit_code].band

    def is_of_part(self, unit_code: str) -> bool:
        """Whether the unit has points, and some figures that should be in them are lacking."""
        total = self.results.totals[unit_code]
        return total.points is not None and bool(total.lacking)

    def award(self, unit_code: str) -> str:
        """The id of the reward that the unit is proposed for; empty for none."""
        return self.results.totals[unit_code].award

    def decisions(self, group: str = "", rule: str = "") -> Iterator[Decision]:
        """What the reward rules decide and why, in order of rank; of one group or rule only."""
        for (_, found, rule_id), decisions in self.results.decisions.items():
            if group in ("", found) and rule in ("", rule_id):
                yield from decisions


@dataclass(frozen=True)
class WorkedOut:
    """What takes longest to work out of a period: scorecards by unit, and how sure ranks are by
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
        self.standing = Standing(self.results)
        self._scorecards: dict[str, Scorecard] = {}

    def ranked_within(self, level: str, within: str) -> Analysis:
        """The same period with the units of ``level`` compared inside the level ``within``."""
        ranking = self.campaign.ranking
        ranking = dataclasses.replace(ranking, within={**ranking.within, level: within})
        campaign = dataclasses.replace(self.campaign, ranking=ranking)
        return Analysis(campaign, self.received, self.previous.received if self.previous else None)

    def rank_all(self) -> None:
        """Work out the totals and ranks of all units, which each of their scorecards needs."""
        _ = self.results.totals, self.results.progress
        if self.previous is not None:
            _ = self.previous.results.totals

    def inputs_of_trials(self) -> dict[str, object]:
        """Everything that the trials of the rankings start from; empty when none are declared."""
        return inputs_of(self.results, self.doubtful_cells)

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
