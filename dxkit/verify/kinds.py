"""Every kind of number, counted again in the plainest way: the proof's own table of methods; those
over the periods of a series from what was received in each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import pairwise, takewhile
from typing import NamedTuple

from dxkit.model.campaign import WHOLE_MOVEMENT, Campaign, Indicator, IndicatorKind
from dxkit.model.facts import NORMAL, TOTAL, FactKey, reward_subject, student
from dxkit.model.observations import Visit
from dxkit.model.plan import Goal, goal_of
from dxkit.verify.recount import Decisions, Recount, of_group, rounded, share_of_points
from dxkit.verify.sums import Number, Pair, added, measures_of, quotient
from dxkit.verify.trials import Trials

_OF_ROW = ("alike", "rises", "falls", "rises_before", "falls_before", "best_before", "worst_before")
_OF_RANKS = {
    "ranks_alike": "alike", "rank_best_before": "best_before", "rank_worst_before": "worst_before",
}  # fmt: skip


class Asked(NamedTuple):
    """What may be asked of an indicator of a unit: a number by its kind. Raises ArithmeticError
    where there is none, as where it is divided by nothing, and KeyError where nothing is told.
    """

    r: Recount
    unit: str
    i: Indicator

    def __call__(self, kind: str) -> Fraction:
        if (number := _INDICATOR[kind](self)) is None:
            raise ArithmeticError(kind)
        return Fraction(str(number))  # a float as it is written

    @property
    def before(self) -> Asked:
        """The same in the period before."""
        if self.r.before is None:
            raise ArithmeticError("first period")
        return self._replace(r=self.r.before)

    @property
    def above(self) -> Asked:
        """The same of the unit above."""
        return self._replace(unit=self.r.units.get(self.unit).parent_code)

    @property
    def value(self) -> Fraction | None:
        """The value, if there is one."""
        return self.r.sums.value(self.unit, self.i)

    @property
    def pair(self) -> Pair:
        """What the value is made from."""
        return self.r.sums.of(self.unit, self.i)

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached."""
        return self.r.is_met(self.unit, self.i)

    def below(self) -> list[Asked]:
        """The same of the units directly below, where it is measured."""
        units = (u for u in self.r.children(self.unit) if self.r.sums.is_measured(u, self.i))
        return [self._replace(unit=unit) for unit in units]

    def values_below(self) -> list[Fraction]:
        """The values that there are."""
        return [value for below in self.below() if (value := below.value) is not None]

    def spread(self) -> Fraction | None:
        """From the lowest to the highest value."""
        return max(values) - min(values) if (values := self.values_below()) else None

    def outside(self) -> int:
        """How many shares below are more than 3.09 standard errors from that of all."""
        common = self("value")
        limit = Fraction(309, 100) ** 2 * common * (1 - common)
        known = [
            (b.value - common, b.pair.numbers[1] or 0) for b in self.below() if b.value is not None
        ]
        return sum(apart**2 * size > limit for apart, size in known)

    def others(self, *, alike: bool = False) -> list[Pair]:
        """Those of the others that it is ranked with that have a value, maybe of its own type
        alone; of less than three nothing is told, nor of a share of few things.
        """
        types = {u: self.r.units.get(u).type for u in self.r.members(self.unit)}
        own = types.pop(self.unit)
        members = (self._replace(unit=u) for u in types if not alike or types[u] == own)
        found = [other.pair for other in members if other.value is not None]
        if len(found) < 3 or self.r.is_of_few(self.unit, self.i):
            raise KeyError(f"{self.unit}/{self.i.id}")
        return found

    def told(self) -> list[dict[str, list[Pair]]]:
        """What reporting units told now and in the period before, where some told only in one."""
        if self.i.kind == "value" or self.unit not in self.before.r.units:
            raise KeyError(self.unit)
        told = [a.told_by_heirs(self.before.r.received.heirs) for a in (self, self.before)]
        if not all(told) or set(told[0]) == set(told[1]):
            raise KeyError(self.unit)
        return told

    def told_by_heirs(self, heirs: Mapping[str, str]) -> dict[str, list[Pair]]:
        """What reporting units told, those that went into another between two periods as that one
        where nothing of it is lacking.
        """
        measures, found = measures_of(self.i), dict[str, list[Pair]]()
        for place, pairs in self.r.sums.places_told(self.unit, measures).items():
            above = [code for code in self.r.units.line(place) if code in heirs.values()]
            if not above or self.r.sums.total(above[0], measures).is_whole:
                found.setdefault(above[0] if above else place, []).extend(pairs)
        return found

    def like_change(self) -> Fraction | None:
        """The change of those who told both times."""
        now, then = self.told()
        if not (both := {*now} & {*then}):
            return None
        sums = [added([p for code in both for p in told[code]]) for told in (now, then)]
        values = [quotient(numbers) for numbers in sums]
        return None if values[0] is None or values[1] is None else values[0] - values[1]

    def goal(self) -> Goal:
        """What is to be reached next."""
        found = goal_of(self.r.campaign, self.i, self.r.level(self.unit), self.r.period.id)
        if found is None:
            raise ArithmeticError("no target")
        return found

    def lacking(self, target: str) -> Fraction:
        """How many more of the denominator must count for a target: of amounts in hundredths."""
        upper, lower, wanted = self("numerator"), self("denominator"), self(target)
        if not lower:
            raise ArithmeticError(target)
        step = 1 if upper.denominator == lower.denominator == 1 else 100
        return Fraction(max(0, math.ceil((wanted * lower - upper) * step)), step)

    def points_to_target(self) -> float | None:
        """The points that reaching the target brings, where it is not reached."""
        target, share = self.r.target(self.unit, self.i), self.r.share(self.unit, self.i)
        if self.is_met is not False or self.i.scoring in ("none", "min_max") or target is None:
            raise KeyError(self.unit)
        full = share_of_points(self.i, target, target, ())
        return None if full is None or share is None else (full - share) * self.i.max_points

    def pace(self) -> Fraction:
        """How many there were in a week."""
        days = (self.r.period.last_day - self.before.r.period.last_day).days
        return round(self("change") * self("denominator") * 7 / days, 9)

    def goal_date(self) -> int | None:
        """The day on which the goal is reached at this pace."""
        lacking, pace = self("goal_shortfall"), self("pace")
        if not lacking or pace <= 0:
            return None
        days = math.ceil(round(float(lacking * 7 / pace), 9))
        return self.r.period.last_day.toordinal() + days

    def movement_value(self) -> Fraction:
        """The sum over all periods of the movement so far."""
        return self("value") + (self.before("movement_value") if self.r.past else 0)

    def of_series(self, kind: str) -> Number:
        """What the comparable values of the series tell."""
        scale = 100 if self.i.kind is IndicatorKind.RATIO else 1
        row = _comparable_values(self.r, self.unit, self.i)
        return _number_of_row(kind, row, self.i.direction, self.i.decimals, scale)

    def interval(self) -> tuple[float, float]:
        """The ends of the interval of a share of few things."""
        upper, lower = self("numerator"), self("denominator")
        few = 0 < lower < self.r.campaign.checks.smallest and upper <= lower
        if self.i.kind != "ratio" or not few:
            raise KeyError(self.unit)
        return interval(upper / lower, lower)


_INDICATOR: dict[str, Callable[[Asked], Number | None]] = {
    "value": lambda a: a.value,
    "numerator": lambda a: a.pair.numbers[0],
    "denominator": lambda a: a.pair.numbers[1],
    "target": lambda a: a.r.target(a.unit, a.i),
    "gap": lambda a: a("value") - a("target"),
    "attained": lambda a: a("value") / a("target"),
    "interval_low": lambda a: a.interval()[0],
    "interval_high": lambda a: a.interval()[1],
    "shortfall": lambda a: a.lacking("target"),
    "change": lambda a: a("value") - a.before("value"),
    "points": lambda a: s * a.i.max_points if (s := a.r.share(a.unit, a.i)) is not None else None,
    "max_points": lambda a: a.i.max_points,
    "points_to_target": lambda a: a.points_to_target(),
    "rank": lambda a: a.r.ranks_within(a.unit, a.i).get(a.unit),
    "ranked": lambda a: len(a.r.ranks_within(a.unit, a.i)),
    "places_in_one": lambda a: len(set.symmetric_difference(*map(set, a.told()))),
    "like_change": lambda a: a.like_change(),
    "group_units": lambda a: len(a.others()),
    "group_value": lambda a: quotient(added(a.others())),
    "against_group": lambda a: a("value") - a("group_value"),
    "type_units": lambda a: len(a.others(alike=True)),
    "type_value": lambda a: quotient(added(a.others(alike=True))),
    "against_type": lambda a: a("value") - a("type_value"),
    "children": lambda a: len(a.below()),
    "children_known": lambda a: len(a.values_below()),
    "children_not_applicable": lambda a: sum(
        below.value is None and below.pair.why == "not_applicable" for below in a.below()
    ),
    "children_left_out": lambda a: (
        a("children") - a("children_known") - a("children_not_applicable")
    ),
    "children_met": lambda a: sum(below.is_met is True for below in a.below()),
    "children_outside": lambda a: a.outside(),
    "small_denominators": lambda a: sum(
        0 < (below.pair.numbers[1] or 0) < a.r.campaign.checks.smallest for below in a.below()
    ),
    "smallest": lambda a: a.r.campaign.checks.smallest,
    "spread": lambda a: a.spread(),
    "contribution": lambda a: a("numerator") / a.above("numerator"),
    "weight": lambda a: a("denominator") / a.above("denominator"),
    "goal": lambda a: a.goal().target.value,
    "goal_shortfall": lambda a: a.lacking("goal"),
    "deadline": lambda a: day.toordinal() if (day := a.goal().deadline) else None,
    "per_week": lambda a: math.ceil(a("goal_shortfall") * 7 / (a.goal().days or 0)),
    "pace": lambda a: a.pace(),
    "goal_date": lambda a: a.goal_date(),
    "movement_value": lambda a: a.movement_value(),
    "movement_target": lambda a: a.r.target(a.unit, a.i, WHOLE_MOVEMENT),
    **{kind: partial(Asked.of_series, kind=kind) for kind in _OF_ROW},
    "behind": lambda a: _periods_behind(a.r, a.unit, a.i),
    "least_value": lambda a: a.r.campaign.ranking.least("value", a.r.level_below(a.unit), a.i.id),
    "least_denominator": lambda a: a.r.campaign.ranking.least_denominator,
}
"""Of an indicator, or of a measure asked like one."""
_OF_REWARD = ("quota", "minimum_share", "minimum_targets", "minimum_coverage")

# of the total --------------------------------------------------------------------------------


def _rank_change(r: Recount, unit: str) -> Number | None:
    then = r.before.ranks(unit) if r.before and unit in r.before.units else {}
    now = r.ranks(unit)
    return then[unit] - now[unit] if unit in now and now.keys() == then.keys() else None


@of_group
def trials(r: Recount, unit: str) -> Trials:
    """The trials of the unit's group; KeyError when the campaign does not say how to try."""
    if r.campaign.uncertainty is None:
        raise KeyError(unit)
    return Trials(r, unit, r.campaign.uncertainty)


@of_group
def tiers(r: Recount, unit: str) -> dict[str, int]:
    """The tiers of the unit's group: one more than there are ranks better than a unit's best below
    which everybody who can have them stays; none where the campaign parts nobody.
    """
    if not r.campaign.ranking.tiers:
        return {}
    ends = trials(r, unit).by["weights"]
    cuts = [k for k in range(1, len(ends)) if not any(b <= k < w for b, w in ends.values())]
    return {u: 1 + sum(k < best for k in cuts) for u, (best, _) in ends.items()}


def _of_points(r: Recount, unit: str, kind: str) -> Number:
    return _number_of_row(kind, _comparable_points(r, unit), 1, 2, 1)


def _of_ranks(r: Recount, unit: str, kind: str) -> Number:
    return _number_of_row(kind, _comparable_ranks(r, unit), -1, 0, 1)


def decisions(r: Recount, unit: str) -> dict[str, Decisions]:
    """What each reward in force decides about the units ranked inside this one."""
    found: dict[str, Decisions] = {}
    for first in r.ranked_inside(unit):
        progress, in_tiers = r.gain_ranks(first), tiers(r, first)
        ranks = {"points": r.ranks(first), "progress": progress, "tier": in_tiers}
        points = {u: r.total(u)[0] or 0.0 for u in r.members(first)}
        found |= r.decide(ranks, points, {u: r.met(u) for u in points})
    return found


def list_trials(r: Recount, unit: str) -> Trials:
    """The trials of the list of rewards among the units directly below; KeyError for none."""
    level = r.level_below(unit)
    tried = not r.campaign.level(level).open
    if not tried or not any(rule.by == "points" for rule in r.rewards(level)):
        raise KeyError(unit)
    return trials(r, r.children(unit)[0])


_TOTAL: dict[str, Callable[[Recount, str], Number | None]] = {
    "points": lambda r, u: r.total(u)[0],
    "max_points": lambda r, u: r.campaign.scoring.total_points,
    "covered": lambda r, u: r.total(u)[1],
    "complete": lambda r, u: r.complete(u),
    "bonus": lambda r, u: r.bonus(u) if r.total(u)[0] is not None else 0,
    "rank": lambda r, u: r.ranks(u).get(u),
    "rank_shared": lambda r, u: [*r.ranks(u).values()].count(r.ranks(u).get(u, 0)) or None,
    "ranked": lambda r, u: len(r.ranks(u)),
    "tier": lambda r, u: tiers(r, u)[u],
    "tiers": lambda r, u: tiers(r, u)[u] and max(tiers(r, u).values()),
    "tier_units": lambda r, u: [*tiers(r, u).values()].count(tiers(r, u)[u]),
    "rank_change": _rank_change,
    "points_before": lambda r, u: b.total(u)[0] if (b := r.before_by_rules) else None,
    "progress": lambda r, u: r.gains(u).get(u),
    "progress_rank": lambda r, u: r.gain_ranks(u).get(u),
    "progress_ranked": lambda r, u: len(r.gains(u)),
    "rank_best": lambda r, u: trials(r, u).ends(u, by_weights=True)[0],
    "rank_worst": lambda r, u: trials(r, u).ends(u, by_weights=True)[1],
    "trial_best": lambda r, u: trials(r, u).ends(u, by_weights=False)[0],
    "trial_worst": lambda r, u: trials(r, u).ends(u, by_weights=False)[1],
    "trials_outside": lambda r, u: len(trials(r, u).outside(u)),
    "award_draws": lambda r, u: Fraction((t := trials(r, u)).listed[u], len(t.changed["draw"])),
    **{kind: partial(_of_points, kind=kind) for kind in _OF_ROW},
    **{name: partial(_of_ranks, kind=kind) for name, kind in _OF_RANKS.items()},
    "boundary_day": lambda r, u: r.boundaries()[u][0],
    "parts_of_units": lambda r, u: r.boundaries()[u][1],
    "cells": lambda r, u: len(r.cells_of(u, r.indicators(u))),
    "cells_doubtful": lambda r, u: len(r.cells_of(u, r.indicators(u)) & r.received.doubtful_cells),
    "children_unchanged": lambda r, u: len(r.unchanged_below(u)),
    "targets": lambda r, u: sum(r.target(u, i) is not None for i in r.indicators(u)),
    "targets_known": lambda r, u: sum(r.is_met(u, i) is not None for i in r.indicators(u)),
    "targets_met": lambda r, u: r.met(u),
    "units": lambda r, u: len(r.children(u)),
    "units_not_reported": lambda r, u: sum(r.total(c)[2] == "not_reported" for c in r.children(u)),
    "units_unread": lambda r, u: sum(r.total(c)[2] == "unread" for c in r.children(u)),
    "units_lacking": lambda r, u: len(r.incomplete_below(u)),
    "tables_lacking": lambda r, u: r.received.tables_lacking[u],
    "figures_lacking": lambda r, u: len(r.incomplete(u)),
    "decimals": lambda r, u: r.campaign.ranking.decimals,
    "least_denominator": lambda r, u: (
        (r.level_below(u) and r.campaign.ranking.least_denominator) or 0
    ),
    "minimum_ranked": lambda r, u: (r.level_below(u) and r.campaign.ranking.minimum_ranked) or 0,
    "least_reported": lambda r, u: r.campaign.ranking.least("reported", r.level_below(u)),
    "least_covered": lambda r, u: r.campaign.ranking.least("covered", r.level_below(u)),
    "least_complete": lambda r, u: r.campaign.ranking.least("complete", r.level_below(u)),
    "visits": lambda r, u: len(visits_to(r, u)),
    "checked": lambda r, u: sum(visit.checked for visit in visits_to(r, u)),
    "confirmed": lambda r, u: sum(visit.confirmed for visit in visits_to(r, u)),
    "verified": lambda r, u: verified(r, u)[0],
    "verified_low": lambda r, u: verified(r, u)[1],
    "verified_high": lambda r, u: verified(r, u)[2],
    "weight_band": lambda r, u: getattr(r.campaign.uncertainty, "weight_band", None),
    "trials": lambda r, u: len(list_trials(r, u).changed["draw"]),
    "trials_changing": lambda r, u: sum(list_trials(r, u).changed["draw"]),
    "corners": lambda r, u: len(list_trials(r, u).changed["corner"]),
    "corners_changing": lambda r, u: sum(list_trials(r, u).changed["corner"]),
    "ways": lambda r, u: len(list_trials(r, u).ways),
    "ways_changing": lambda r, u: sum(list_trials(r, u).ways.values()),
    "tied_at_quota": lambda r, u: list_trials(r, u).tied,
    "cells_tried": lambda r, u: len(list_trials(r, u).changed["cell"]),
    "cells_deciding": lambda r, u: len(list_trials(r, u).deciding),
}
_OF_PART = {f"month_{kind}": kind for kind in ("value", "numerator", "denominator")}

KINDS = frozenset({*_INDICATOR, *_TOTAL, *_OF_PART, *_OF_REWARD})
"""All kinds that can be counted again."""


def number_of(r: Recount, key: FactKey) -> Number | None:
    """The number of a fact, None when there is none; raises KeyError for an unknown key."""
    unit, subject, kind = key.unit, key.subject, key.kind
    if key.period in r.period.parts:
        r, kind = r.part(key.period), _OF_PART[kind]
    elif key.period != r.period.id or unit not in r.units:
        earlier = {each.period.id: each for each in r.earlier}
        earlier |= {part: each for each in r.earlier for part in each.period.parts}
        earlier |= {each.period.id: each for each in r.course}
        return number_of(earlier[key.period], key)
    try:
        if subject == TOTAL:
            return _TOTAL[kind](r, unit)
        if kind in _OF_REWARD:
            rules = {reward_subject(rule.id): rule for rule in r.rewards(r.level_below(unit))}
            declared: float = getattr(rules[subject], kind)
            return declared
        asked = Asked(r, unit, _subject(r.campaign, subject))
        if kind != "least_value" and not r.sums.is_measured(unit, asked.i):
            raise KeyError(str(key))
        return asked(kind)
    except ArithmeticError:
        return None


def _subject(campaign: Campaign, subject: str) -> Indicator:
    """An indicator; a measure as a count that nobody scores."""
    found = next((i for i in campaign.indicators if i.id == subject), None)
    return found or replace(
        campaign.indicators[0], id=subject, kind=IndicatorKind.COUNT, scoring="none",
        numerator=campaign.measure(subject).id, denominator="",
    )  # fmt: skip


# of visits ---------------------------------------------------------------------------------------


def visits_to(r: Recount, unit: str) -> list[Visit]:
    """The visits at or below a unit; KeyError without any."""
    if not (visits := r.received.visits_to(unit)):
        raise KeyError(unit)
    return visits


def verified(r: Recount, unit: str) -> tuple[Number, float, float]:
    """The share of reported cases that are true: of a visited unit itself that of its cases, else
    by the reported cases for which each visit stands; and the ends of its interval, for as many
    cases as would vary like the visits do among themselves. ArithmeticError for too few visits.
    """
    visits = visits_to(r, unit)
    for own in (visit for visit in visits if visit.unit_code == unit):
        share = Fraction(own.confirmed, own.checked)
        return (share, *interval(share, own.checked))
    if len(visits) < 3:
        raise ArithmeticError("too few visits")
    stands = [Fraction(v.size) / Fraction(v.chance) for v in visits]
    told = [(s / sum(stands), Fraction(v.confirmed, v.checked))
            for s, v in zip(stands, visits, strict=True)]  # fmt: skip
    share = sum((weight * each for weight, each in told), Fraction(0))
    free = len(visits) - 1
    apart = sum(((weight * (each - share)) ** 2 for weight, each in told), Fraction(0))
    variance = apart * (free + 1) / free
    cases = Fraction(sum(visit.checked for visit in visits))
    if variance:
        cases = min(cases, share * (1 - share) / variance)
    return (
        share,
        *interval(share, cases * (Fraction(str(NORMAL)) / Fraction(str(student(free)))) ** 2),
    )


def interval(share: Fraction, cases: Fraction | int) -> tuple[float, float]:
    """Wilson's: the roots of (p - q)² = 1.96² q (1 - q) / n, for a share p of n cases."""
    square = Fraction(str(NORMAL)) ** 2 / cases
    a, b, c = 1 + square, -(2 * share + square), share**2
    root = math.sqrt(b * b - 4 * a * c)
    low, high = ((-float(b) + end) / (2 * float(a)) for end in (-root, root))
    return max(0.0, low), min(1.0, high)


def _at_hand(r: Recount, unit: str) -> Iterator[Recount]:
    """The period and those before it, back to the first that is not at hand, or has no such
    unit.
    """
    for name, one in zip([r.period.id, *r.past], [r, *r.earlier], strict=False):
        if one.period.id != name or unit not in one.units:
            return
        yield one


def _unbroken(
    r: Recount,
    unit: str,
    number: Callable[[Recount], Number | None],
    alike: Callable[[Recount, Recount], bool],
) -> list[Number]:
    found: list[Number] = []
    newer: Recount | None = None
    for one in _at_hand(r, unit):
        told = number(one)
        if told is None or (newer is not None and not alike(one, newer)):
            break
        found.append(told)
        newer = one
    return found


def _comparable_values(r: Recount, unit: str, i: Indicator) -> list[Number]:
    """The values that can be compared, this period's first: of the same places, or of all."""

    def number(one: Recount) -> Fraction | None:
        return one.sums.value(unit, i) if one.sums.is_measured(unit, i) else None

    def places(one: Recount) -> set[str]:
        return one.sums.tellers(unit, measures_of(i))

    def alike(one: Recount, newer: Recount) -> bool:
        whole = all(each.sums.of(unit, i).is_whole for each in (one, newer))
        return places(one) == places(newer) or (whole or i.kind is IndicatorKind.VALUE)

    return _unbroken(r, unit, number, alike)


def _comparable_points(r: Recount, unit: str) -> list[Number]:
    """The points by the same targets of the same criteria, of whole figures."""
    if any(i.scoring == "min_max" for i in r.campaign.indicators):
        return []

    def rules(one: Recount) -> list[object]:
        targets = [i for i in one.indicators(unit) if i.scoring.startswith("ratio_to_target")]
        counted = [i.id for i in one.scale(unit) if one.share(unit, i) is not None]
        return [counted, *((i.id, one.target(unit, i)) for i in targets)]

    def alike(one: Recount, newer: Recount) -> bool:
        lacking = one.incomplete(unit) or newer.incomplete(unit)
        return not lacking and rules(one) == rules(newer)

    return _unbroken(r, unit, lambda one: one.total(unit)[0], alike)


def _comparable_ranks(r: Recount, unit: str) -> list[Number]:
    """The ranks among the same units."""

    def alike(one: Recount, newer: Recount) -> bool:
        return one.ranked(unit) == newer.ranked(unit)

    return _unbroken(r, unit, lambda one: one.ranks(unit).get(unit), alike)


def _periods_behind(r: Recount, unit: str, i: Indicator) -> int:
    """How many periods in a row, this one the last, miss their targets."""

    def misses(one: Recount) -> bool:
        return one.sums.is_measured(unit, i) and one.is_met(unit, i) is False

    return len([*takewhile(misses, _at_hand(r, unit))])


def _steps(numbers: Sequence[Number], sign: int, decimals: int, scale: int = 1) -> int:
    """How often in a row, from the first back, a number is above the next, or below, as written."""
    written = [rounded(float(number) * scale, decimals) for number in numbers]
    gains = ((now - before) * sign for now, before in pairwise(written))
    return len([*takewhile(lambda gain: gain > 0, gains)])


def _number_of_row(
    kind: str, row: Sequence[Number], direction: int, decimals: int, scale: int
) -> Number:
    """A number that a row of comparable ones tells; raises KeyError where it tells none."""
    if not row or (kind.endswith(("best_before", "worst_before")) and len(row) < 2):
        raise KeyError(kind)
    row, name = (row[1:], kind.removesuffix("_before")) if "_before" in kind else (row, kind)
    if name == "alike":
        return len(row)
    if name in ("best", "worst"):
        return max(row) if (direction > 0) is (name == "best") else min(row)
    return _steps(row, 1 if name == "rises" else -1, decimals, scale)
