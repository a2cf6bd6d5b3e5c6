"""A period analysed: what is worked out of all units at once, any fact on demand, and scorecards:
all that is known about one unit. These are the nouns; how things are worked out is given them by
``assembly``.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Protocol

from dxkit.analysis.aggregates import Aggregates, Completeness, total
from dxkit.analysis.outcomes import Certainty, Result, Results
from dxkit.analysis.rules import QUOTA_FULL, Decision
from dxkit.analysis.series import PeriodKept, PeriodOfSeries, digest_of_units
from dxkit.model.campaign import Campaign, Indicator, IndicatorKind
from dxkit.model.choices import UnknownNameError
from dxkit.model.facts import TOTAL, CellRef, Fact, FactKey, reaches
from dxkit.model.observations import IndicatorTable, Received, RegisterRow
from dxkit.model.periods import Period
from dxkit.model.rules import Band, UncertaintyRule
from dxkit.model.units import Share, Unit


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
        """One fact of this unit and period; raises UnknownNameError, which tells the kinds of facts
        of that subject, or else the subjects, when there is no such fact.
        """
        found = self.find(subject, kind)
        if found is None:
            own = [k for k in self.facts if (k.period, k.unit) == (self.period.id, self.unit.code)]
            kinds = dict.fromkeys(key.kind for key in own if key.subject == subject)
            if not kinds:
                subjects = dict.fromkeys(key.subject for key in own)
                raise UnknownNameError(f"facts of unit {self.unit.code!r} about", subject, subjects)
            raise UnknownNameError(f"fact about {subject!r} of kind", kind, kinds)
        return found

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
class Boundary:
    """Since which ``day``, the last of several, a unit has been made of the units ``origins`` of a
    day ``before``, by code, and of which share of each; without those within others of them.
    """

    day: datetime.date
    before: datetime.date
    origins: Mapping[str, Share]


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

    def short_list(self, group: str, rule: str) -> tuple[Decision, ...]:
        """Those whom a rule rewards, those before them whom it does not, and the next; where there
        is a reserve, down to it.
        """
        decisions, reserve = tuple(self.decisions(group, rule)), self.reserve(group, rule)
        last = max((n for n, d in enumerate(decisions) if d.awarded), default=-1) + 1
        kept = (n for n, d in enumerate(decisions) if d.unit_code in reserve)
        return decisions[: max((last, *kept)) + 1]

    def reserve(self, group: str, rule: str) -> frozenset[str]:
        """Codes of the units that are next after a full list: of the best rank left out by it."""
        full = [d for d in self.decisions(group, rule) if d.reason == QUOTA_FULL]
        return frozenset(d.unit_code for d in full if d.rank == full[0].rank)

    def verdict(self, group: str, decision: Decision) -> str:
        """What is proposed of a unit in a group: ``yes``, ``next`` after a full list, ``no``."""
        is_next = decision.unit_code in self.reserve(group, decision.rule.id)
        return "yes" if decision.awarded else "next" if is_next else "no"


@dataclass(frozen=True)
class WorkedOut:
    """What takes longest to work out of a period: scorecards by unit, and how sure ranks are by
    level and unit that they are compared in.
    """

    scorecards: Mapping[str, Scorecard]
    certainties: Mapping[tuple[str, str], Certainty]


@dataclass(frozen=True)
class Peers:
    """The known results on one indicator of units that are ranked together, of all or of those of
    one type. What is asked of one unit is of the others: that is told from what all have, as there
    may be hundreds.
    """

    period: str
    results: Mapping[str, Result]
    """By code of the unit."""

    def others(self, unit: str) -> int:
        """How many others there are."""
        return len(self.results) - (unit in self.results)

    def is_partial(self, unit: str) -> bool:
        """Whether the value of one of them is partial."""
        return bool(self._partial - {unit})

    def keys(self, unit: str) -> tuple[FactKey, ...]:
        """The keys of their numerators and denominators."""
        return tuple(key for key in self._keys if key.unit != unit)

    def value(self, unit: str) -> float:
        """Their sums, divided."""
        own = self.results[unit].measured
        upper, lower = self._sums
        return (upper - (own.numerator.value or 0)) / (lower - (own.denominator.value or 0))

    @cached_property
    def _partial(self) -> frozenset[str]:
        return frozenset(c for c, r in self.results.items() if r.measured.value.partial)

    @cached_property
    def _keys(self) -> tuple[FactKey, ...]:
        return tuple(
            FactKey(self.period, code, result.indicator.id, kind)
            for code, result in self.results.items()
            for kind in ("numerator", "denominator")
        )

    @cached_property
    def _sums(self) -> tuple[float | int, float | int]:
        found = [result.measured for result in self.results.values()]
        return total(m.numerator.value or 0 for m in found), total(
            m.denominator.value or 0 for m in found
        )


class Facts(Protocol):
    """Any fact of a period on demand."""

    def find(self, unit_code: str, subject: str, kind: str, part: str = "") -> Fact | None:
        """One fact of a unit; None when there is no such fact."""

    def get(self, unit_code: str, subject: str, kind: str) -> Fact:
        """The same; raises KeyError when there is no such fact."""

    def find_key(self, key: FactKey) -> Fact | None:
        """The fact of that key, of this period, one of its parts or a period before; or None."""

    def of_unit(self, unit: Unit) -> list[Fact]:
        """All facts of a unit, with those of other periods and units that they are made from."""


@dataclass(frozen=True)
class Methods:
    """How a period is worked out: its results from its sums and those of the period before; how
    sure the ranks of a level inside a unit are, by the doubtful cells, and what the trials of that
    start from; its facts.
    """

    results: Callable[[Campaign, Aggregates, str, Aggregates | None], Results]
    certainty: Callable[[Results, str, str, UncertaintyRule, frozenset[CellRef]], Certainty]
    inputs_of_trials: Callable[[Results, frozenset[CellRef]], dict[str, object]]
    facts: Callable[[Analysis], Facts]


class _FactsOfUnit(Mapping[FactKey, Fact]):
    """The facts of a scorecard. Those of its own unit, of any period, are made as they are asked
    for, all others with them when somebody goes through them: of most units few are looked at.
    """

    def __init__(self, facts: Facts, unit: Unit) -> None:
        self._facts, self._unit = facts, unit

    @cached_property
    def _all(self) -> dict[FactKey, Fact]:
        return {fact.key: fact for fact in self._facts.of_unit(self._unit)}

    def get(self, key: FactKey, default: object = None) -> Any:
        """The fact of that key; the default where there is none."""
        if "_all" in self.__dict__ or key.unit != self._unit.code:
            return self._all.get(key, default)
        return self._facts.find_key(key) or default

    def __getitem__(self, key: FactKey) -> Fact:
        return self._all[key]

    def __iter__(self) -> Iterator[FactKey]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __reduce__(self) -> tuple[type, tuple[dict[FactKey, Fact]]]:
        return dict, (self._all,)


class Analysis:
    """One period analysed: what is worked out of all units, when it is first asked for, and their
    facts on demand.

    ``received.units`` holds all units, hamlets known only from workbooks included. ``past`` are the
    periods of its length before the ``previous`` one and those that it is made of, as far as they
    are at hand, in any order.
    """

    def __init__(
        self,
        campaign: Campaign,
        received: Received,
        previous: Analysis | None,
        methods: Methods,
        past: Sequence[PeriodKept] = (),
    ) -> None:
        self.campaign = campaign
        self.received = received
        self.period = campaign.period(received.table.period)
        self.units = received.units
        self.previous = previous
        self.past = past
        self._methods = methods
        self._certainties: dict[tuple[str, str], Certainty] = {}
        self._peers: dict[tuple[str, str, str, str], Peers] = {}
        self._scorecards: dict[str, Scorecard] = {}

    @cached_property
    def aggregates(self) -> Aggregates:
        """The sums of the whole period."""
        return Aggregates(self.campaign, self.received)

    @cached_property
    def results(self) -> Results:
        """What every unit reached, its points, its rank."""
        before = self.previous.aggregates if self.previous is not None else None
        return self._methods.results(self.campaign, self.aggregates, self.period.id, before)

    @cached_property
    def facts(self) -> Facts:
        """Any fact of the period."""
        return self._methods.facts(self)

    @cached_property
    def standing(self) -> Standing:
        """What is worked out and is no number."""
        return Standing(self.results)

    @cached_property
    def completeness(self) -> Completeness:
        """Of whom which figures are there."""
        return Completeness(self.campaign, self.received)

    def peers(self, unit: Unit, indicator: str, *, of_its_type: bool = False) -> Peers:
        """The results of the units that the unit is ranked with, its own among them."""
        group, type_ = self.results.group_of(unit), unit.type if of_its_type else ""
        key = (unit.level, group, type_, indicator)
        if key not in self._peers:
            members = self.results.groups[unit.level, group] if group else ()
            found = {u.code: self.results.by_indicator[u.code, indicator] for u in members
                     if not of_its_type or u.type == type_}  # fmt: skip
            known = {u: r for u, r in found.items() if r.measured.value.value is not None}
            self._peers[key] = Peers(self.period.id, known)
        return self._peers[key]

    @cached_property
    def series(self) -> tuple[PeriodOfSeries | None, ...]:
        """The periods of its length from itself back to the first one at hand; None stands for one
        that is not.
        """
        known: dict[str, PeriodOfSeries] = {kept.id: kept for kept in self.past}
        for analysis in (self, self.previous):
            if analysis is not None:
                known[analysis.period.id] = PeriodAtHand(analysis)
        alike = [period.id for period in self.campaign.alike(self.period.id)]
        found = [known.get(p) for p in alike[: alike.index(self.period.id) + 1]]
        first = next(n for n, period in enumerate(found) if period is not None)
        return tuple(reversed(found[first:]))

    @cached_property
    def boundaries(self) -> Mapping[str, Boundary]:
        """By code of a unit of which units that there were in the first of the periods at hand it
        is made; without those that were one of them as a whole, and those that were in none.
        """
        last = self.received.as_of or self.period.last_day
        first = min(self.campaign.period(p.id).last_day for p in self.series if p is not None)
        since: dict[str, datetime.date] = {}
        for day in sorted({s.date for s in self.campaign.successions if first < s.date <= last}):
            made = self.campaign.passage(day - datetime.timedelta(days=1), last)
            since |= dict.fromkeys(made.origins.keys() - {*made.renamed.values()}, day)
        if not since:
            return {}
        by = self.campaign.passage(first, last)
        origins = {unit: by.origins.get(unit, {}) for unit in since.keys() - {*by.renamed.values()}}
        then = self.campaign.units.on(first)
        outer = {
            unit: {c: s for c, s in of.items() if c and of.keys().isdisjoint(then.line(c)[1:])}
            for unit, of in origins.items() if unit
        }  # fmt: skip
        return {unit: Boundary(since[unit], first, of) for unit, of in outer.items() if of}

    @cached_property
    def course(self) -> tuple[PeriodKept, ...]:
        """The periods that it is made of, as far as they are at hand, forward in time."""
        known = {kept.id: kept for kept in self.past}
        return tuple(known[part] for part in self.period.of if part in known)

    def over_time(self, unit: str, subject: str, kind: str) -> dict[str, Fact | None]:
        """A fact of each period of the series by the period's id, forward in time; None where there
        is no such fact, or nothing of the period is at hand.
        """
        alike = [period.id for period in self.campaign.alike(self.period.id)]
        series = self.series[::-1]
        last = alike.index(self.period.id) + 1
        return {
            name: period.find(unit, subject, kind) if period is not None else None
            for name, period in zip(alike[last - len(series) : last], series, strict=True)
        }

    @cached_property
    def parts(self) -> dict[str, Aggregates]:
        """The sums of each part of the period ("2022-10") that somebody reported on."""
        found = {}
        for part in self.period.parts:
            own = tuple(o for o in self.received.table.observations if o.period == part)
            if own:
                table = IndicatorTable(self.received.table.period, own)
                received = dataclasses.replace(self.received, table=table)
                found[part] = Aggregates(self.campaign, received)
        return found

    def certainty_of(self, unit: Unit) -> Certainty | None:
        """How sure the ranks in the unit's group are; None when it is compared with nobody or
        the campaign does not declare how to try them.
        """
        rule, group = self.campaign.uncertainty, self.results.group_of(unit)
        if rule is None or not group:
            return None
        key = (unit.level, group)
        if key not in self._certainties:
            self._certainties[key] = self._methods.certainty(
                self.results, unit.level, group, rule, self.received.doubtful_cells
            )
        return self._certainties[key]

    def list_certainty(self, unit: Unit) -> Certainty | None:
        """How sure the list of rewards among the units directly below is; None for no list, and of
        units that only the workbooks name.
        """
        below = self.units.children(unit.code)
        if not below or self.results.group_of(below[0]) != unit.code:
            return None
        if self.campaign.level(below[0].level).open:
            return None
        rules = self.campaign.rewards_in(self.period.id, below[0].level)
        return self.certainty_of(below[0]) if any(r.by == "points" for r in rules) else None

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

    def by_plan(self, campaign: Campaign) -> Analysis:
        """The same period by another plan; the periods before it stay as they are."""
        return Analysis(campaign, self.received, self.previous, self._methods, self.past)

    def ranked_within(self, level: str, within: str) -> Analysis:
        """The same period with the units of ``level`` compared inside the level ``within``."""
        ranking = self.campaign.ranking
        ranking = dataclasses.replace(ranking, within={**ranking.within, level: within})
        campaign = dataclasses.replace(self.campaign, ranking=ranking)
        previous = self.previous.ranked_within(level, within) if self.previous else None
        return Analysis(campaign, self.received, previous, self._methods)

    def rank_all(self) -> None:
        """Work out the totals and ranks of all units, which each of their scorecards needs."""
        _ = self.results, self.previous.results if self.previous is not None else None

    def inputs_of_trials(self) -> dict[str, object]:
        """Everything that the trials of the rankings start from; empty when none are declared."""
        return self._methods.inputs_of_trials(self.results, self.received.doubtful_cells)

    def scorecard(self, unit_code: str) -> Scorecard:
        """The scorecard of one unit; raises KeyError for an unknown code."""
        if unit_code not in self._scorecards:
            unit = self.units.get(unit_code)
            facts = _FactsOfUnit(self.facts, unit)
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


class PeriodAtHand(PeriodOfSeries):
    """A period of a series that is analysed."""

    def __init__(self, analysis: Analysis) -> None:
        self.id, self._analysis = analysis.period.id, analysis
        self._digest_of_ranked = cache(digest_of_units)  # once for a group, whatever its size

    @property
    def sources(self) -> Mapping[str, str]:
        return self._analysis.received.hashes

    def find(self, unit: str, subject: str, kind: str) -> Fact | None:
        return self._analysis.facts.find(unit, subject, kind)

    def places(self, unit: str, subject: str) -> str:
        results = self._analysis.results
        if subject == TOTAL and unit in self._analysis.units:
            return self._digest_of_ranked(results.ranked_with(unit))
        found = results.by_indicator.get((unit, subject))
        told = found.measured.value.observations if found is not None else ()
        return digest_of_units([o.unit_code for o in told])


def _figures(results: Results, unit_code: str) -> tuple[float | int, ...]:
    """All numerators and denominators of a unit; empty when it lacks one."""
    found = [
        quantity.value
        for result in results.of_unit(unit_code)
        if result.indicator.kind is IndicatorKind.RATIO
        for quantity in (result.measured.numerator, result.measured.denominator)
    ]
    return tuple(n for n in found if n is not None) if None not in found else ()
