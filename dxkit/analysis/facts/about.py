"""What a kind of fact is asked about: one unit in one period, with an indicator, a measure, a
reward, or all indicators together; and over the periods of its series. A *stretch* is the periods
up to this one, nearest first, that can be compared: each has a number, and nothing between two
neighbours changed what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol, TypeVar

from dxkit.analysis.analysis import Analysis, Peers
from dxkit.analysis.outcomes import Progress, RankRange, Result, Total
from dxkit.analysis.series import PeriodOfSeries, is_alike
from dxkit.model.campaign import Indicator, IndicatorKind, Measure
from dxkit.model.facts import TOTAL, Fact, FactKey, reaches, reward_subject
from dxkit.model.observations import NO_DENOMINATOR, NOT_MEASURED, Measured, Quantity, Visit
from dxkit.model.plan import BY_TARGET, Goal, goal_of
from dxkit.model.rules import RewardRule
from dxkit.model.units import Unit

_LEAST_PERIODS = 3
"""Two points are no trend."""
T = TypeVar("T")
Lookup = Callable[[str, str, str, str], Fact | None]
"""Finds a fact by unit code, subject, kind and part of the period (or nothing); None for none."""
Places = dict[str, list[float | int]]
"""The sums of what each reporting unit told of an indicator: one, or two of a quotient."""


def _places_of(sides: Sequence[Quantity]) -> Places | None:
    """None where there is nothing, or the two sides of a quotient were told by different units."""
    found: Places = {}
    for number, quantity in enumerate(sides):
        for o in quantity.observations:
            found.setdefault(o.unit_code, [0] * len(sides))[number] += o.value or 0
    told = [{o.unit_code for o in quantity.observations} for quantity in sides]
    return found if found and all(codes == told[0] for codes in told) else None


class Maker(Protocol):
    """What makes the fact of one kind."""

    def make(self, about: About) -> Fact | None:
        """The fact; None when there is none of this kind."""


class About:
    """One unit and subject, the ``kinds`` of facts there are of it, and those made so far.
    ``lookup`` finds other facts of the period, ``lookup_before`` those of the period before, None
    in the first; ``part`` names a part of the period ("2022-10").
    """

    def __init__(
        self,
        period: Analysis,
        unit: Unit,
        subject: str,
        kinds: Mapping[str, Maker],
        lookup: Lookup,
        lookup_before: Lookup | None,
        part: str = "",
    ) -> None:
        self.period = period
        self.unit = unit
        self.subject = subject
        self.kinds = kinds
        self.lookup = lookup
        self.lookup_before = lookup_before
        self.part = part
        self._named = (part or period.period.id, unit.code, subject)
        self._made: dict[str, Fact | None] = {}
        self._done: dict[Callable[[About], object], Any] = {}

    def once(self, work: Callable[[About], T]) -> T:
        """What some work finds out about this: done at the first call, for several facts."""
        if work not in self._done:
            self._done[work] = work(self)
        found: T = self._done[work]
        return found

    def key(self, kind: str) -> FactKey:
        """The key of a fact about this."""
        return FactKey(*self._named, kind)

    def fact(self, kind: str) -> Fact | None:
        """The fact of a kind about this, made at the first call; None when there is none."""
        if kind not in self._made:
            entry = self.kinds.get(kind)
            self._made[kind] = entry.make(self) if entry is not None else None
        return self._made[kind]

    def is_known(self, kind: str) -> bool:
        """Whether there is such a fact and it has a number."""
        fact = self.fact(kind)
        return fact is not None and fact.known

    # units around --------------------------------------------------------------------------

    @property
    def group(self) -> str:
        """Code of the unit inside which this one is ranked; empty for none."""
        return self.period.results.group_of(self.unit)

    @property
    def children(self) -> tuple[Unit, ...]:
        """The units directly below."""
        return self.period.units.children(self.unit.code)

    @property
    def ranks_children(self) -> bool:
        """Whether the units directly below are ranked inside this one."""
        results = self.period.results
        return bool(self.children) and results.group_of(self.children[0]) == self.unit.code

    # of an indicator -------------------------------------------------------------------------

    @cached_property
    def indicator(self) -> Indicator:
        """The indicator asked about."""
        return self.period.campaign.indicator(self.subject)

    @cached_property
    def result(self) -> Result:
        """The unit's result on the indicator; raises KeyError where it is not measured."""
        return self.period.results.by_indicator[self.unit.code, self.subject]

    @cached_property
    def measured(self) -> Measured:
        """The quotient and the sums behind it, of the whole period or of its part."""
        if self.part:
            return self.period.parts[self.part].indicator(self.unit.code, self.indicator)
        return self.result.measured

    @cached_property
    def places(self) -> tuple[Places, Places] | None:
        """What was told now and in the period before, where some told only in one of them."""
        earlier = self.period.previous
        if earlier is None or self.unit.code not in earlier.units:
            return None
        now, then = (
            self._joined(period, _places_of(self._sides(period)), earlier.received.heirs)
            for period in (self.period, earlier)
        )
        return (now, then) if now and then and now.keys() != then.keys() else None

    def _joined(
        self, period: Analysis, found: Places | None, heirs: Mapping[str, str]
    ) -> Places | None:
        """The same with one place for each unit that others went into between two periods, if
        nothing of it is lacking.
        """
        if not found or not heirs:
            return found
        into, made = {*heirs.values()}, Places()
        for code, sums in found.items():
            heir = next((above for above in period.units.line(code) if above in into), "")
            if not heir or not self._of(period, heir)[0].partial:
                known = made.setdefault(heir or code, [0] * len(sums))
                made[heir or code] = [one + other for one, other in zip(known, sums, strict=True)]
        return made

    def _sides(self, period: Analysis) -> tuple[Quantity, ...]:
        """The sums behind it in a period: two of a quotient, none where there is no value."""
        known, *sides = self._of(period, self.unit.code) or (Quantity(None, NOT_MEASURED),)
        return () if known.value is None else tuple(sides)

    def _of(self, period: Analysis, code: str) -> tuple[Quantity, ...]:
        """The value of a unit in a period and the sums behind it."""
        found = period.results.by_indicator.get((code, self.subject))
        if found is not None:
            known, upper, lower = (
                found.measured.value, found.measured.numerator, found.measured.denominator
            )  # fmt: skip
            return (known, upper) if lower is NO_DENOMINATOR else (known, upper, lower)
        if any(measure.id == self.subject for measure in self.period.campaign.activity):
            known = period.aggregates.measure(code, self.subject)
            return (known, known)
        return ()

    @property
    def other_places(self) -> tuple[str, ...]:
        """The reservation on a change that some told only in one of the two periods."""
        return ("other_places",) if self.places is not None else ()

    @property
    def is_quotient(self) -> bool:
        """Whether the indicator has a numerator and a denominator."""
        return self.measured.denominator is not NO_DENOMINATOR

    @property
    def is_ratio(self) -> bool:
        """Whether the indicator is a ratio by the plan."""
        return self.indicator.kind is IndicatorKind.RATIO

    @cached_property
    def results_below(self) -> list[Result]:
        """The indicator's results of the units directly below."""
        found = self.period.results.by_indicator
        keys = ((child.code, self.subject) for child in self.children)
        return [found[key] for key in keys if key in found]

    @cached_property
    def values_below(self) -> list[Fact]:
        """The known values of the units directly below, from the least to the greatest."""
        found = (self.lookup(r.unit_code, self.subject, "value", "") for r in self.results_below)
        return sorted((f for f in found if f is not None and f.known), key=lambda f: f.number)

    def peers(self, of_its_type: bool) -> Peers:
        """The results of the units it is ranked with, or of those of its type; its own is one."""
        return self.period.peers(self.unit, self.subject, of_its_type=of_its_type)

    @cached_property
    def goal(self) -> Goal | None:
        """What a ratio that should rise is to reach next; None for others and without targets."""
        if not self.is_ratio or self.indicator.direction < 0:
            return None
        campaign, period = self.period.campaign, self.period.period.id
        return goal_of(campaign, self.indicator, self.unit.level, period)

    # of the total ----------------------------------------------------------------------------

    @property
    def total(self) -> Total:
        """The unit's points and rank."""
        return self.period.results.totals[self.unit.code]

    @property
    def tiers_beside(self) -> list[int]:
        """The tiers of the ranked units of its group, its own among them."""
        results = self.period.results
        tiers = (results.totals[code].tier for code in results.ranked_with(self.unit.code))
        return [tier for tier in tiers if tier is not None]

    @cached_property
    def visits(self) -> list[Visit]:
        """The visits to the unit and to those below it whose results came back."""
        return self.period.received.visits_to(self.unit.code)

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """All results of the unit, in the campaign's order of indicators."""
        return self.period.results.of_unit(self.unit.code)

    @cached_property
    def points_of_indicators(self) -> tuple[Fact, ...]:
        """The points of the unit's indicators, as far as there are any."""
        found = (self.lookup(self.unit.code, r.indicator.id, "points", "") for r in self.results)
        return tuple(fact for fact in found if fact is not None and fact.known)

    @cached_property
    def earlier_values(self) -> tuple[Fact, ...]:
        """The values of the unit's indicators in the period before, known or not."""
        look = self.lookup_before
        if look is None:
            return ()
        found = (look(self.unit.code, r.indicator.id, "value", "") for r in self.results)
        return tuple(fact for fact in found if fact is not None)

    @property
    def progress(self) -> Progress | None:
        """Points gained since the period before; None when the unit is not ranked by them."""
        return self.period.results.progress.get(self.unit.code)

    @cached_property
    def rank_range(self) -> RankRange | None:
        """The ranks over all trials; None when the unit is not tried."""
        found = self.period.certainty_of(self.unit)
        return found.ranges.get(self.unit.code) if found is not None else None

    # over the periods of a series ------------------------------------------------------------

    @property
    def is_series(self) -> bool:
        """Whether so many periods are at hand that they can show a trend."""
        return sum(period is not None for period in self.period.series) >= _LEAST_PERIODS

    def values_alike(self) -> tuple[Fact, ...]:
        """The stretch of an indicator's values: of all that should be in it, or of the same
        places.
        """
        named = self.unit.code, self.subject
        return self._stretch("value", lambda one, other: is_alike(one, other, *named))

    def points_alike(self) -> tuple[Fact, ...]:
        """The stretch of the points: of whole figures, on the same criteria, by the same targets;
        none where points depend on the others.
        """
        if any(i.scoring == "min_max" for i in self.period.campaign.indicators):
            return ()
        return self._stretch("points", self._by_alike_rules)

    def ranks_alike(self) -> tuple[Fact, ...]:
        """The stretch of ranks among the same units."""
        of = self.unit.code, TOTAL
        return self._stretch("rank", lambda one, other: one.places(*of) == other.places(*of))

    def values_behind(self) -> tuple[Fact, ...]:
        """The values of the periods up to this one that miss their own targets, nearest first."""
        found = []
        for period in self._at_hand():
            value, target = (
                period.find(self.unit.code, self.subject, kind) for kind in ("value", "target")
            )
            if value is None or target is None or not (value.known and target.known):
                break
            if reaches(value.number, target.number, self.indicator.direction):
                break
            found.append(value)
        return tuple(found)

    def _at_hand(self) -> Iterator[PeriodOfSeries]:
        """The periods from this one back to the first that is not at hand."""
        for period in self.period.series:
            if period is None:
                return
            yield period

    def _stretch(
        self, kind: str, comparable: Callable[[PeriodOfSeries, PeriodOfSeries], bool]
    ) -> tuple[Fact, ...]:
        found: list[Fact] = []
        newer: PeriodOfSeries | None = None
        for period in self._at_hand():
            fact = period.find(self.unit.code, self.subject, kind)
            is_next = newer is None or comparable(period, newer)
            if fact is None or not fact.known or not is_next:
                break
            found.append(fact)
            newer = period
        return tuple(found)

    def _by_alike_rules(self, one: PeriodOfSeries, other: PeriodOfSeries) -> bool:
        plan = self.period.campaign
        by_target = [i.id for i in plan.indicators if i.scoring in BY_TARGET]

        def rules(period: PeriodOfSeries) -> list[object]:
            def value(subject: str, kind: str) -> float | None:
                fact = period.find(self.unit.code, subject, kind)
                return fact.value if fact is not None else None

            counted = [i.id for i in plan.scale if value(i.id, "points") is not None]
            lacking = value(TOTAL, "figures_lacking")
            return [lacking, counted, *(value(i, "target") for i in by_target)]

        before, now = rules(one), rules(other)
        return before == now and now[0] == 0

    # of a measure, of a reward ---------------------------------------------------------------

    @property
    def measure(self) -> Measure:
        """The measure asked about."""
        return self.period.campaign.measure(self.subject)

    @cached_property
    def reward(self) -> RewardRule | None:
        """The reward asked about, if it is given among the units below in this period."""
        if not self.ranks_children:
            return None
        level, period = self.children[0].level, self.period.period.id
        rules = self.period.campaign.rewards_in(period, level)
        return next((rule for rule in rules if reward_subject(rule.id) == self.subject), None)
