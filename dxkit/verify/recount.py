"""One period counted again from the received cells, in exact fractions and plain loops."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from dxkit.model.campaign import Campaign, Indicator
from dxkit.model.facts import CellRef, FactKey
from dxkit.model.findings import Severity
from dxkit.model.observations import Received
from dxkit.model.rules import RewardRule
from dxkit.verify.points import Scores, rank_by, units_by_rank
from dxkit.verify.sums import Number, Sums
from dxkit.verify.trials import Trials

SILENT = ("not_reported", "unread")
_TABLE_GAPS = ("unit_missing", "table_missing")
Decisions = dict[str, tuple[bool, str]]
"""By unit: whether it is on the list, and the reason."""


class Recount:
    """What several kinds of number need; ``before`` is the period before, if it is at hand."""

    def __init__(self, campaign: Campaign, received: Received, before: Recount | None) -> None:
        self.campaign = campaign
        self.received = received
        self.before = before
        self.period = campaign.period(received.table.period)
        self.units = received.units
        self.sums = Sums(campaign, received)
        self.scores = Scores(campaign, self.sums, self.period.id)
        self.known: dict[FactKey, Number | None] = {}
        self._parts: dict[str, Sums] = {}
        self._trials: dict[str, Trials] = {}
        self._ranks: dict[str, dict[str, int]] = {}
        self._gains: dict[str, dict[str, float]] = {}

    def part(self, name: str) -> Sums:
        """The sums of what was reported on one part of the period."""
        if name not in self._parts:
            self._parts[name] = Sums(self.campaign, self.received, part=name)
        return self._parts[name]

    @cached_property
    def doubtful(self) -> frozenset[CellRef]:
        """The cells that a warning stands against."""
        warned = (f for f in self.received.findings if f.severity is Severity.WARNING)
        return frozenset(f.place for f in warned if f.place.cell)

    @cached_property
    def scores_before(self) -> Scores | None:
        """The period before, scored by this period's rules."""
        earlier = self.before
        return Scores(self.campaign, earlier.sums, self.period.id) if earlier else None

    @property
    def is_beyond_the_second_period(self) -> bool:
        """Whether more periods than one lie before this one in the plan."""
        previous = self.campaign.previous_period(self.period.id)
        return previous is not None and self.campaign.previous_period(previous.id) is not None

    # values ------------------------------------------------------------------------------

    def children(self, unit: str) -> list[str]:
        """The units directly below."""
        return [u.code for u in self.units.children(unit)]

    def below(self, unit: str, indicator: Indicator) -> list[str]:
        """Those of them where the indicator is measured."""
        return [c for c in self.children(unit) if self.sums.is_measured(c, indicator)]

    def value_before(self, unit: str, indicator: Indicator) -> Fraction | None:
        """The value of the period before."""
        if self.before is None or unit not in self.before.units:
            return None
        return self.before.sums.value(unit, indicator)

    def goal(self, unit: str, indicator: Indicator) -> tuple[float | None, datetime.date | None]:
        """The target ahead and the day by which."""
        coming = self.campaign.next_period(self.period.id)
        level = self.units.get(unit).level
        ahead = self.campaign.target(indicator.id, level, coming.id) if coming else None
        if coming is not None and ahead is not None:
            return ahead.value, coming.last_day
        last = self.campaign.last_day
        later = last if last is not None and last > self.period.last_day else None
        return self.scores.target(unit, indicator), later

    def lacking(self, unit: str, indicator: Indicator, target: float | None) -> int | None:
        """How many more of the denominator must count to reach a target."""
        upper, lower = (self.sums.side(unit, indicator, side) for side in (0, 1))
        if upper is None or not lower or target is None:
            return None
        return max(0, math.ceil(Fraction(repr(target)) * lower) - int(upper))

    # ranks and rewards -------------------------------------------------------------------

    def trials(self, unit: str) -> Trials:
        """The trials of the unit's group; KeyError when the campaign does not say how to try."""
        rule = self.campaign.uncertainty
        if rule is None:
            raise KeyError(unit)
        group = f"{self.units.get(unit).level}/{self.scores.group(unit)}"
        if group not in self._trials:
            self._trials[group] = Trials(self.scores, unit, self.doubtful, rule)
        return self._trials[group]

    def level_below(self, unit: str) -> str:
        """The level of the units directly below that are ranked inside this one; else KeyError."""
        below = self.children(unit)
        if not below or self.scores.group(below[0]) != unit:
            raise KeyError(unit)
        return self.units.get(below[0]).level

    def rewards(self, unit: str) -> Iterator[RewardRule]:
        """The rules in force for the units directly below; KeyError when they are not ranked."""
        level = self.level_below(unit)
        for rule in self.campaign.rewards:
            if rule.level == level and (not rule.periods or self.period.id in rule.periods):
                yield rule

    def list_trials(self, unit: str) -> Trials:
        """The trials of the list of rewards among the units directly below; KeyError for none."""
        if not any(rule.by == "points" for rule in self.rewards(unit)):
            raise KeyError(unit)
        return self.trials(self.children(unit)[0])

    def ranks(self, unit: str) -> dict[str, int]:
        """The ranks of the unit's group."""
        members = self.scores.members(unit)
        if members[0] not in self._ranks:
            ranked = [u for u in members if self.scores.is_ranked(u)]
            points = {u: self.scores.total(u)[0] or 0.0 for u in ranked}
            self._ranks[members[0]] = self.scores.ranks(points)
        return self._ranks[members[0]]

    def gains(self, unit: str) -> dict[str, float]:
        """Points gained since the period before by this period's rules, in the unit's group."""
        members, earlier = self.scores.members(unit), self.scores_before
        if members[0] in self._gains or earlier is None:
            return self._gains.get(members[0], {})
        found: dict[str, float] = {}
        for member in members:
            if member in earlier.sums.received.units and self.scores.is_ranked(member):
                before, now = earlier.total(member)[0], self.scores.total(member)[0]
                if before is not None and now is not None:
                    found[member] = now - before
        self._gains[members[0]] = found
        return found

    def gain_ranks(self, unit: str) -> dict[str, int]:
        """The ranks by points gained."""
        keys = {code: (round(gain, 9),) for code, gain in self.gains(unit).items()}
        return rank_by(keys, self.campaign.ranking.method)

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

    def lacking_below(self, unit: str) -> list[str]:
        """The units directly below that sent something and lack other figures, but for those of
        which is told that some, not all, below them are silent.
        """
        found = []
        for child in self.children(unit):
            silent = [self.scores.total(c)[2] == "not_reported" for c in self.children(child)]
            is_told = any(silent) and not all(silent)
            sent = self.scores.total(child)[2] not in SILENT
            if self.scores.lacking(child) and sent and not is_told:
                found.append(child)
        return found

    def tables_lacking(self, unit: str) -> int:
        """In how many tables the unit, or one below it, is left out or did not send."""
        family = {unit, *(u.code for u in self.units.descendants(unit))}
        codes = [f.unit_code for f in self.received.findings if f.code in _TABLE_GAPS]
        return sum(code in family for code in codes)

    def decisions(self, unit: str) -> dict[str, Decisions]:
        """What each reward in force decides about the units ranked inside this one."""
        found: dict[str, Decisions] = {}
        has_one: set[str] = set()
        try:
            rules = list(self.rewards(unit))
        except KeyError:
            return {}
        for rule in rules:
            found[rule.id] = self._decide(self.children(unit)[0], rule, has_one)
            has_one |= {code for code, (listed, _) in found[rule.id].items() if listed}
        return found

    def _decide(self, first: str, rule: RewardRule, has_one: set[str]) -> Decisions:
        ranks = self.gain_ranks(first) if rule.by == "progress" else self.ranks(first)
        found: Decisions = {}
        given = 0
        for tied in units_by_rank(ranks):
            reasons = {code: self._obstacle(code, rule, has_one) for code in tied}
            found |= {code: (False, reason) for code, reason in reasons.items() if reason}
            eligible = [code for code, reason in reasons.items() if not reason]
            if given >= rule.quota:
                verdict = (False, "quota_full")
            elif given + len(eligible) <= rule.quota:
                verdict = (True, "within_quota")
            else:
                shared = rule.ties == "all"
                verdict = (shared, "tied_into_quota" if shared else "tied_out_of_quota")
            found |= dict.fromkeys(eligible, verdict)
            given += len(eligible)
        return found

    def _obstacle(self, unit: str, rule: RewardRule, has_one: set[str]) -> str:
        scores, points = self.scores, self.scores.total(unit)[0] or 0.0
        if unit in has_one:
            return "has_an_award"
        if scores.lacking(unit):
            return "figures_lacking"
        if round(points / self.campaign.scoring.total_points, 9) < round(rule.minimum_share, 9):
            return "below_minimum_share"
        return "below_minimum_targets" if scores.met(unit) < rule.minimum_targets else ""

    def band(self, unit: str) -> str:
        """The id of the unit's grade; empty without points or below all grades."""
        points, scoring = self.scores.total(unit)[0], self.campaign.scoring
        share = -1.0 if points is None else points / scoring.total_points
        reached = [b for b in scoring.bands if share >= b.from_share - 1e-9]
        return max(reached, key=lambda band: band.from_share).id if reached else ""

    # cells -------------------------------------------------------------------------------

    def cells_behind(self, unit: str) -> set[CellRef]:
        """All cells behind the unit's indicators."""
        found: set[CellRef] = set()
        return found.union(*(self.sums.cells(unit, i) for i in self.scores.indicators(unit)))


def recounted(campaign: Campaign, received: Received, previous: Received | None = None) -> Recount:
    """The period and the one before it."""
    before = Recount(campaign, previous, None) if previous is not None else None
    return Recount(campaign, replace(received), before)
