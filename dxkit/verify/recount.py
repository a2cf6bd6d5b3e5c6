"""One period counted again in plain loops: points, ranks and rewards by the campaign's rules."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property, wraps
from itertools import groupby
from typing import Any

from dxkit.model.campaign import Campaign, Indicator
from dxkit.model.facts import CellRef
from dxkit.model.observations import SILENT, Received
from dxkit.model.plan import why_no_ranking
from dxkit.model.rules import Condition, RewardRule
from dxkit.verify.sums import Answer, Sums, carried, origins, remembered

Points = Mapping[str, float]
Decisions = dict[str, tuple[bool, str]]
"""By unit: whether it is on the list, and the reason."""


def of_group(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """Have what all units of a group share worked out once, for the first of its members."""
    known = remembered(method)

    @wraps(method)
    def ask(self: Recount, unit: str, *asked: Any) -> Answer:
        return known(self, self.members(unit)[0], *asked)

    return ask


class Recount:
    """What several kinds of number need. ``earlier`` are the periods of its series that are at
    hand, the nearest first, ``before`` the one before, if it is, ``course`` those that it is made
    of; points go by the rules of the period ``rules_of``.
    """

    def __init__(
        self, sums: Sums, earlier: Sequence[Recount] = (), rules_of: str = "",
        course: Sequence[Recount] = (),
    ) -> None:  # fmt: skip
        self.sums, self.earlier, self.course = sums, earlier, course
        self.campaign, self.received, self.units = sums.campaign, sums.received, sums.units
        self.period = self.campaign.period(self.received.table.period)
        self.rules_of = rules_of or self.period.id
        alike = [period.id for period in self.campaign.alike(self.period.id)]
        self.past = alike[: alike.index(self.period.id)][::-1]
        """The periods as long that the plan has before it, the nearest first."""
        is_next = [r for r in earlier[:1] if r.period.id in self.past[:1]]
        self.before = is_next[0] if is_next else None

    @remembered
    def boundaries(self) -> dict[str, tuple[int, int]]:
        """By unit that is made of others than there were in the first of the periods, the day of
        the last change, and how many of these are only partly in it, of those within others none.
        """
        last = self.received.as_of or self.period.last_day
        first = min((r.period.last_day for r in self.earlier), default=self.period.last_day)
        since: dict[str, int] = {}
        for day in sorted({s.date for s in self.campaign.successions if first < s.date <= last}):
            made = origins(self.campaign, day - datetime.timedelta(days=1), last)
            since |= dict.fromkeys(made, day.toordinal())
        made = origins(self.campaign, first, last) if since else {}
        then, known = self.campaign.units.on(first), {u: of for u, of in made.items() if u in since}
        parts = {
            unit: [p for c, p in of.items() if not any(over in of for over in then.line(c)[1:])]
            for unit, of in known.items()
        }
        return {u: (since[u], sum(p != 1 for p in of)) for u, of in parts.items() if of}

    @remembered
    def part(self, name: str) -> Recount:
        """What was reported on one part of the period."""
        return Recount(Sums(self.campaign, self.received, part=name))

    @cached_property
    def before_by_rules(self) -> Recount | None:
        """The period before, scored by this period's rules."""
        return Recount(self.before.sums, (), self.period.id) if self.before else None

    # units and values ----------------------------------------------------------------------

    def level(self, unit: str) -> str:
        """The level of a unit."""
        return self.units.get(unit).level

    def children(self, unit: str) -> list[str]:
        """The units directly below."""
        return [u.code for u in self.units.children(unit)]

    @remembered
    def group(self, unit: str) -> str:
        """The unit inside which this one is compared; empty when it is compared with nobody."""
        within = self.campaign.ranking.within.get(self.level(unit), "")
        above = self.units.ancestor_at(unit, within)
        return above.code if above else ""

    def members(self, unit: str) -> list[str]:
        """The units it is compared with, itself among them."""
        group = self.group(unit)
        return self._inside(group, self.level(unit)) if group else [unit]

    @remembered
    def _inside(self, group: str, level: str) -> list[str]:
        return [u.code for u in self.units.descendants(group) if u.level == level]

    @remembered
    def indicators(self, unit: str) -> list[Indicator]:
        """The indicators measured at the unit's level."""
        return [i for i in self.campaign.indicators if self.sums.is_measured(unit, i)]

    @remembered
    def scale(self, unit: str) -> list[Indicator]:
        """The indicators that make up the unit's scale."""
        return [i for i in self.campaign.scale if self.sums.is_measured(unit, i)]

    @remembered
    def incomplete(self, unit: str) -> list[Indicator]:
        """The indicators of the scale whose figures are not whole."""
        return [i for i in self.scale(unit) if not self.sums.of(unit, i).is_whole]

    def target(self, unit: str, indicator: Indicator, of: str = "") -> float | None:
        """The target of a period, else of that of the rules, at the unit's level."""
        found = self.campaign.target(indicator.id, self.level(unit), of or self.rules_of)
        return found.value if found else None

    def is_met(self, unit: str, indicator: Indicator) -> bool | None:
        """Whether the target is reached; None without value or target."""
        value, target = self.sums.value(unit, indicator), self.target(unit, indicator)
        if value is None or target is None:
            return None
        return float(value) >= target if indicator.direction > 0 else float(value) <= target

    @remembered
    def met(self, unit: str) -> int:
        """How many targets the unit reaches."""
        return sum(self.is_met(unit, i) is True for i in self.indicators(unit))

    # points --------------------------------------------------------------------------------

    @remembered
    def share(self, unit: str, indicator: Indicator) -> float | None:
        """The share of the indicator's points; None without a value or a rule for it."""
        value, peers = self.sums.value(unit, indicator), list[float]()
        if value is None:
            return None
        if indicator.scoring == "min_max":
            values = (self.sums.value(u, indicator) for u in self.members(unit))
            peers = [float(v) for v in values if v is not None]
        return share_of_points(indicator, float(value), self.target(unit, indicator), peers)

    @remembered
    def total(self, unit: str) -> tuple[float | None, float, str]:
        """Points, covered share of the scale, and why there are none."""
        rule, sums, scored = self.campaign.scoring, self.sums, self.scale(unit)
        without = [sums.of(unit, i).why for i in scored if sums.value(unit, i) is None]
        lacking, is_known = {*without} - {"not_applicable"}, len(without) < len(scored)
        if lacking <= SILENT and not is_known and (lacking or not without):
            return None, 0.0, "unread" if "unread" in lacking else "not_reported"
        shares = [(i.max_points, self.share(unit, i)) for i in scored]
        counted = [(most, share) for most, share in shares if share is not None]
        covered = sum(most for most, _ in counted)
        why = why_no_ranking(self.campaign, self.level(unit), self.rules_of)
        if why or lacking or not covered:
            idle = "not_scored" if is_known else "not_applicable"
            return None, 0.0, why or ("incomplete" if lacking else idle)
        earned = sum(most * share for most, share in counted) * rule.total_points / covered
        return earned + self.bonus(unit), covered / rule.total_points, ""

    @remembered
    def bonus(self, unit: str) -> float:
        """The points on top of the scale."""
        found = [i for i in self.indicators(unit) if i.id in self.campaign.scoring.bonus]
        return sum(i.max_points * (self.share(unit, i) or 0.0) for i in found)

    def band(self, unit: str) -> str:
        """The id of the unit's grade; empty without points or below all grades."""
        points, scoring = self.total(unit)[0], self.campaign.scoring
        share = -1.0 if points is None else points / scoring.total_points
        reached = [b for b in scoring.bands if share >= b.from_share - 1e-9]
        return max(reached, key=lambda band: band.from_share).id if reached else ""

    # ranks ---------------------------------------------------------------------------------

    @remembered
    def complete(self, unit: str) -> Fraction:
        """The least share, by weight, of the places at or below a unit that tell of a criterion."""
        if self.total(unit)[0] is None:
            return Fraction(0)
        return min(self.sums.completeness(unit, i) for i in self.scale(unit))

    def why_not(self, unit: str) -> str:
        """Why a unit with points has no rank: a decision, the condition it falls below, or that
        too few others have none.
        """
        return self._out(unit) or ("" if unit in self.ranks(unit) else "too_few_ranked")

    @remembered
    def _out(self, unit: str) -> str:
        rule = self.campaign.ranking
        if any((e.unit, e.period) == (unit, self.rules_of) for e in rule.exclusions):
            return "excluded"
        if unit in self.received.weighted:
            return "weighted"
        asked = rule.conditions_at(self.level(unit))
        return next((c.kind for c in asked if self._lacks(unit, c) > 1e-9), "")

    def _lacks(self, unit: str, condition: Condition) -> float:
        """How much a unit lacks to fulfil a condition for being ranked."""
        if condition.kind == "covered":
            most = sum(i.max_points for i in self.scale(unit))
            there = self.total(unit)[1] * self.campaign.scoring.total_points / most
        elif condition.kind == "complete":
            there = float(self.complete(unit))
        elif condition.kind == "reported":
            below = [self._tells(child) for child in self.children(unit)]
            there = sum(below) / len(below) if below else 1
        elif (value := self._directed(unit, condition.indicator)) is not None:
            direction = self.campaign.indicator(condition.indicator).direction
            return condition.at_least * direction - float(value)
        else:
            return 0
        return condition.at_least - there

    def _tells(self, unit: str) -> bool:
        """Whether the unit sent something, of a period made of others something that counts."""
        scale = self.scale(unit)
        lacking = {self.sums.of(unit, i).why for i in scale} - {"not_applicable"}
        is_late = "part_not_reported" in lacking and lacking <= {*SILENT, "part_not_reported"}
        is_known = any(self.sums.value(unit, i) is not None for i in scale)
        return self.total(unit)[2] not in SILENT and (is_known or not is_late)

    @remembered
    def _directed(self, unit: str, name: str) -> Fraction | None:
        """The value of an indicator, if there is one, the greater the better."""
        indicator = self.campaign.indicator(name)
        measured = self.sums.is_measured(unit, indicator)
        value = self.sums.value(unit, indicator) if measured else None
        return None if value is None else round(value * indicator.direction, 9)

    def ranks_by(self, points: Points, but: str = "") -> dict[str, int]:
        """Ranks by these points, ties broken as the campaign declares, ``but`` by one indicator."""
        decimals = self.campaign.ranking.decimals
        names = [name for name in self.campaign.ranking.tie_break if name != but]
        keys = {}
        for unit, number in points.items():
            values = [self._directed(unit, name) for name in names]
            ties = [-math.inf if value is None else float(value) for value in values]
            keys[unit] = (rounded(number, 9 if decimals is None else decimals), *ties)
        return self.ranks_of(keys)

    def ranks_of(self, keys: Mapping[str, tuple[object, ...]]) -> dict[str, int]:
        """1, 2, 2, 4 or (dense) 1, 2, 2, 3, the greatest key first."""
        ordered = sorted(keys.values(), reverse=True)
        if self.campaign.ranking.method == "dense":
            ordered = list(dict.fromkeys(ordered))
        first = {key: n for n, key in reversed([*enumerate(ordered, start=1)])}
        return {unit: first[key] for unit, key in keys.items()}

    @of_group
    def ranks(self, unit: str) -> dict[str, int]:
        """The ranks of the unit's group."""
        points = {u: self.total(u)[0] for u in self.members(unit)}
        could = {u: p for u, p in points.items() if p is not None and not self._out(u)}
        too_few = len(could) < self.campaign.ranking.minimum_ranked
        return {} if too_few or not self.group(unit) else self.ranks_by(could)

    @of_group
    def ranked(self, unit: str) -> str:
        """The units of its group that have a rank, in one text."""
        return " ".join(sorted(self.ranks(unit)))

    def is_of_few(self, unit: str, indicator: Indicator) -> bool:
        """Whether a share is of fewer things than are ranked or compared."""
        least = self.campaign.ranking.least_denominator
        return any(side and side < least for side in self.sums.of(unit, indicator).numbers[1:])

    @of_group
    def ranks_within(self, unit: str, indicator: Indicator) -> dict[str, int]:
        """The ranks of the unit's group by one indicator."""
        weighted = self.received.weighted
        members = (u for u in self.members(unit) if u not in weighted)
        many = [u for u in members if not self.is_of_few(u, indicator)]
        values = {u: self._directed(u, indicator.id) for u in many}
        keys = {u: (value,) for u, value in values.items() if value is not None}
        return self.ranks_of(keys) if len(keys) >= self.campaign.ranking.minimum_ranked else {}

    @of_group
    def gains(self, unit: str) -> dict[str, float]:
        """Points gained since the period before by this period's rules, in the unit's group."""
        if (earlier := self.before_by_rules) is None:
            return {}
        sure = {u.code for u in earlier.units.units} - earlier.received.weighted
        both = (u for u in self.ranks(unit) if u in sure)
        pairs = ((u, self.total(u)[0], earlier.total(u)[0]) for u in both)
        return {u: a - b for u, a, b in pairs if a is not None and b is not None}

    @of_group
    def gain_ranks(self, unit: str) -> dict[str, int]:
        """The ranks by points gained."""
        return self.ranks_of({code: (round(gain, 9),) for code, gain in self.gains(unit).items()})

    # rewards ---------------------------------------------------------------------------------

    def level_below(self, unit: str) -> str:
        """The level of the units directly below that are ranked inside this one; else KeyError."""
        below = self.children(unit)
        if not below or self.group(below[0]) != unit:
            raise KeyError(unit)
        return self.level(below[0])

    def ranked_inside(self, unit: str) -> list[str]:
        """One unit of each level whose units are ranked inside this one."""
        within = self.campaign.ranking.within.items()
        levels = [level for level, above in within if above == self.level(unit)]
        return [first for level in levels for first in self._inside(unit, level)[:1]]

    def rewards(self, level: str) -> Sequence[RewardRule]:
        """The rules in force for units of a level."""
        return self.campaign.rewards_in(self.rules_of, level)

    def decide(
        self, by: Mapping[str, Mapping[str, int]], points: Points, met: Mapping[str, int]
    ) -> dict[str, Decisions]:
        """What each reward in force decides about the units of a group that have these ranks ``by``
        what rules go by, where there are any, these points, and so many targets reached.
        """
        found: dict[str, Decisions] = {}
        members = self.members(next(iter(points))) if points else []
        for rule in self.rewards(self.level(members[0])) if members else ():
            ranks, given, decided = by.get(rule.by, {}), 0, Decisions()
            few = len(ranks) / len(members) < rule.minimum_coverage - 1e-9
            has_one = {u for each in found.values() for u, (listed, _) in each.items() if listed}
            for _, tied in groupby(sorted(ranks, key=ranks.__getitem__), ranks.__getitem__):
                reasons = {}
                for unit in tied:
                    share = round(points[unit] / self.campaign.scoring.total_points, 9)
                    obstacles = {
                        "below_minimum_coverage": few,
                        "has_an_award": unit in has_one,
                        "figures_lacking": bool(self.incomplete(unit)),
                        "below_minimum_share": share < round(rule.minimum_share, 9),
                        "below_minimum_targets": met[unit] < rule.minimum_targets,
                    }
                    reasons[unit] = next((why for why, stands in obstacles.items() if stands), "")
                eligible = [*reasons.values()].count("")
                if given >= rule.quota:
                    verdict = (False, "quota_full")
                elif given + eligible <= rule.quota:
                    verdict = (True, "within_quota")
                else:
                    tied_by, shared = "tier" if rule.by == "tier" else "tied", rule.ties == "all"
                    verdict = (shared, f"{tied_by}_{'into' if shared else 'out_of'}_quota")
                decided |= {u: (False, why) if why else verdict for u, why in reasons.items()}
                given += eligible
            found[rule.id] = decided
        return found

    # what is told of the data ----------------------------------------------------------------

    def unchanged_below(self, unit: str) -> list[str]:
        """The units directly below whose figures are all those of the period before."""
        found = []
        for child in self.children(unit):
            if self.before and child in self.before.units:
                ratios = [i for i in self.indicators(child) if i.kind == "ratio"]
                now, then = ([r.sums.of(child, i) for i in ratios] for r in (self, self.before))
                is_same = [p.numbers for p in now] == [p.numbers for p in then]
                found += [child] if now and is_same and all(p.counts for p in now) else []
        return found

    def incomplete_below(self, unit: str) -> list[str]:
        """The units directly below that sent something and lack other figures, but for those of
        which is told that some, not all, below them are silent.
        """
        found = []
        for child in self.children(unit):
            silent = {self.total(c)[2] == "not_reported" for c in self.children(child)}
            if self.incomplete(child) and self.total(child)[2] not in SILENT and len(silent) < 2:
                found.append(child)
        return found

    def cells_of(self, unit: str, indicators: Iterable[Indicator]) -> set[CellRef]:
        """All cells behind some of the unit's indicators."""
        pairs = (self.sums.of(unit, i) for i in indicators)
        return {cell for pair in pairs for side in pair.cells for cell in side}


def recounted(
    campaign: Campaign,
    received: Received,
    *earlier: Received,
    course: Iterable[Received] = (),
    day: datetime.date | None = None,
) -> Recount:
    """The period and those of its series before it, the nearest first, and what it is made of, all
    by the units of a day, else of its last one.
    """
    day = day or campaign.period(received.table.period).last_day
    before = recounted(campaign, *earlier, day=day) if earlier else None
    parts = [recounted(campaign, part, day=day) for part in course]
    found = (before, *before.earlier) if before else ()
    return Recount(Sums(*carried(campaign, received, day)), found, course=parts)


def rounded(points: float, decimals: int) -> Decimal:
    """Points half up, so that what a float adds in its last places decides nothing."""
    steady = Decimal(repr(round(points, 9)))
    return steady.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def share_of_points(
    indicator: Indicator, value: float, target: float | None, peers: Sequence[float]
) -> float | None:
    """What share of an indicator's points a value earns."""
    up, number, scoring = indicator.direction > 0, indicator.parameters, indicator.scoring
    if scoring.startswith("ratio_to_target"):
        if target is None or target <= 0:
            return None
        share = max(value, 0.0) / target
        if not up:
            share = target / value if value > 0 else 1.0
        return share if scoring.endswith("uncapped") else min(share, 1.0)
    if scoring == "steps":
        edges = {name[5:]: edge for name, edge in number.items() if name.startswith("from_")}
        reached = (n for n, edge in edges.items() if (value >= edge if up else value <= edge))
        return max((number[f"share_{n}"] for n in reached), default=0.0)
    low, high = {
        "share": (0, 1),
        "count": (0, number.get("full", 0)),
        "goalposts": (number.get("low", 0), number.get("high", 0)),
        "min_max": (min(peers, default=0), max(peers, default=0)),
    }.get(scoring, (0, 0))
    if low == high:
        return None
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return share if up else 1.0 - share
