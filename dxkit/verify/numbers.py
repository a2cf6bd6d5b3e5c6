"""Every number that a page can show, made again from the received cells."""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from dxkit.model.campaign import Campaign, Indicator
from dxkit.model.facts import CellRef, FactKey
from dxkit.model.findings import Severity
from dxkit.model.observations import Received
from dxkit.model.periods import Period
from dxkit.model.units import UnitRegistry
from dxkit.verify.indicator_numbers import INDICATORS, Number
from dxkit.verify.points import Scores
from dxkit.verify.sums import Sums
from dxkit.verify.total_numbers import TOTALS, least_value, reward_number
from dxkit.verify.trials import Trials


class Again:
    """One period made again; ``before`` is the period before, when its files are at hand."""

    def __init__(self, campaign: Campaign, received: Received, before: Again | None) -> None:
        self.campaign: Campaign = campaign
        self.received: Received = received
        self.before: Again | None = before
        self.period: Period = campaign.period(received.table.period)
        self.units: UnitRegistry = received.units
        self.sums: Sums = Sums(campaign, received)
        self.scores: Scores = Scores(campaign, self.sums, self.period.id)
        self._parts: dict[str, Sums] = {}
        self._trials: dict[str, Trials] = {}
        self._known: dict[FactKey, Number] = {}
        self._ranks: dict[str, dict[str, int]] = {}

    def number(self, key: FactKey) -> Number:
        """The number of a fact, None when there is none; raises KeyError for an unknown key."""
        if key not in self._known:
            self._known[key] = self._make(key)
        return self._known[key]

    def _make(self, key: FactKey) -> Number:
        if key.period != self.period.id and key.period not in self.period.parts:
            if self.before is None:
                raise KeyError(str(key))
            return self.before.number(key)
        if key.unit not in self.units:
            raise KeyError(str(key))
        if key.period in self.period.parts:
            return self._month(key)
        if key.subject == "total":
            return TOTALS[key.kind](self, key.unit)
        if key.subject.startswith("reward-"):
            return reward_number(self, key.unit, key.subject, key.kind)
        indicators = {indicator.id: indicator for indicator in self.campaign.indicators}
        if key.subject in indicators:
            indicator = indicators[key.subject]
            if key.kind == "least_value":
                return least_value(self, key.unit, indicator.id)
            if not self.sums.is_measured(key.unit, indicator):
                raise KeyError(str(key))
            return INDICATORS[key.kind](self, key.unit, indicator)
        if key.kind != "value":
            raise KeyError(str(key))
        self.campaign.measure(key.subject)
        return self.sums.total(key.unit, (key.subject,))[0]

    def _month(self, key: FactKey) -> Number:
        sums, indicator = self.part(key.period), self.campaign.indicator(key.subject)
        sides = {"month_numerator": 0, "month_denominator": 1}
        if key.kind in sides:
            return sums.side(key.unit, indicator, sides[key.kind])
        if key.kind != "month_value":
            raise KeyError(str(key))
        return sums.value(key.unit, indicator)

    # what several kinds need -------------------------------------------------------------

    def part(self, name: str) -> Sums:
        """The sums of what was reported on one part of the period."""
        if name not in self._parts:
            self._parts[name] = Sums(self.campaign, self.received, part=name)
        return self._parts[name]

    @cached_property
    def places(self) -> Mapping[str, set[CellRef]]:
        """The cells received, by measure."""
        found: dict[str, set[CellRef]] = defaultdict(set)
        for observation in self.received.table.observations:
            found[observation.measure].add(observation.place)
        return found

    @cached_property
    def doubtful(self) -> frozenset[CellRef]:
        """The cells that a warning stands against."""
        return frozenset(
            f.place
            for f in self.received.findings
            if f.severity is Severity.WARNING and f.place.cell
        )

    @cached_property
    def scores_before(self) -> Scores | None:
        """The period before, scored by this period's rules."""
        if self.before is None:
            return None
        return Scores(self.campaign, self.before.sums, self.period.id)

    @property
    def is_beyond_the_second_period(self) -> bool:
        """Whether more periods than one lie before this one in the plan."""
        previous = self.campaign.previous_period(self.period.id)
        return previous is not None and self.campaign.previous_period(previous.id) is not None

    def children(self, unit: str) -> list[str]:
        """The units directly below."""
        return [u.code for u in self.units.children(unit)]

    def value(self, unit: str, indicator: Indicator) -> Number:
        """The value as pages give it."""
        return self.sums.value(unit, indicator)

    def value_before(self, unit: str, indicator: Indicator) -> Number:
        """The value of the period before."""
        if self.before is None or unit not in self.before.units:
            return None
        return self.before.sums.value(unit, indicator)

    def goal(self, unit: str, indicator: Indicator) -> tuple[float | None, datetime.date | None]:
        """The target ahead and the day by which."""
        level = self.units.get(unit).level
        coming = self.campaign.next_period(self.period.id)
        ahead = self.campaign.target(indicator.id, level, coming.id) if coming else None
        if coming is not None and ahead is not None:
            return ahead.value, coming.last_day
        last = self.campaign.last_day
        later = last if last is not None and last > self.period.last_day else None
        return self.scores.target(unit, indicator), later

    def lacking(self, unit: str, indicator: Indicator, target: float | None) -> Number:
        """How many more of the denominator must count to reach a target."""
        upper = self.sums.side(unit, indicator, 0)
        lower = self.sums.side(unit, indicator, 1)
        if upper is None or lower is None or target is None or not lower:
            return None
        return max(0, math.ceil(Fraction(repr(target)) * lower) - int(upper))

    def trials(self, unit: str) -> Trials:
        """The trials of the unit's group; KeyError when the campaign does not say how to try."""
        if self.campaign.uncertainty is None:
            raise KeyError(unit)
        group = f"{self.units.get(unit).level}/{self.scores.group(unit)}"
        if group not in self._trials:
            self._trials[group] = Trials(self.scores, unit, self.doubtful)
        return self._trials[group]

    def level_below(self, unit: str) -> str:
        """The level of the units directly below that are ranked inside this one; else KeyError."""
        below = self.children(unit)
        if not below or self.scores.group(below[0]) != unit:
            raise KeyError(unit)
        return self.units.get(below[0]).level

    def list_trials(self, unit: str) -> Trials:
        """The trials of the list of rewards among the units directly below; KeyError for none."""
        level = self.level_below(unit)
        listed = [r for r in self.campaign.rewards if r.level == level and r.by == "points"]
        if not any(not r.periods or self.period.id in r.periods for r in listed):
            raise KeyError(unit)
        return self.trials(self.children(unit)[0])

    def rank(self, unit: str) -> int | None:
        """The unit's place."""
        return self.ranks(unit).get(unit)

    def ranks(self, unit: str) -> dict[str, int]:
        """The places of the unit's group."""
        members = self.scores.members(unit)
        if members[0] not in self._ranks:
            ranked = [u for u in members if self.scores.is_ranked(u)]
            points = {u: self.scores.total(u)[0] or 0.0 for u in ranked}
            self._ranks[members[0]] = self.scores.places(points)
        return self._ranks[members[0]]

    def shared(self, unit: str) -> int | None:
        """How many units have the unit's place, itself among them."""
        own = self.rank(unit)
        return list(self.ranks(unit).values()).count(own) if own else None

    def why_unranked(self, unit: str) -> str:
        """Why a unit with points has no place: a decision, or the condition it falls below."""
        rule = self.campaign.ranking
        if (unit, self.period.id) in {(e.unit, e.period) for e in rule.exclusions}:
            return "excluded"
        for condition in rule.conditions:
            alone = replace(rule, conditions=(condition,))
            campaign = replace(self.campaign, ranking=alone)
            if not Scores(campaign, self.sums, self.period.id).is_ranked(unit):
                return f"below_{condition.kind}"
        return ""

    def gains(self, unit: str) -> dict[str, float]:
        """Points gained since the period before by this period's rules, in the unit's group."""
        found: dict[str, float] = {}
        earlier = self.scores_before
        for member in self.scores.members(unit):
            if earlier is None or member not in earlier.sums.received.units:
                continue
            before, now = earlier.total(member)[0], self.scores.total(member)[0]
            if before is not None and now is not None and self.scores.is_ranked(member):
                found[member] = now - before
        return found

    def unchanged_below(self, unit: str) -> list[str]:
        """The units directly below whose figures are all those of the period before."""
        earlier, found = self.before, []
        for child in self.children(unit) if earlier is not None else []:
            if earlier is None or child not in earlier.units:
                continue
            ratios = [i for i in self.scores.indicators(child) if i.kind == "ratio"]
            now = [self.sums.side(child, i, s) for i in ratios for s in (0, 1)]
            then = [earlier.sums.side(child, i, s) for i in ratios for s in (0, 1)]
            if now and None not in now and now == then:
                found.append(child)
        return found


def made_again(campaign: Campaign, received: Received, previous: Received | None) -> Again:
    """The period and the one before it."""
    before = Again(campaign, previous, None) if previous is not None else None
    return Again(campaign, replace(received), before)
