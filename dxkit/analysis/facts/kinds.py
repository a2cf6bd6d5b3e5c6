"""The table of all kinds of facts: one entry for each, by what it is about.

What a kind means to a reader stands in ``trace.toml`` under its name and its method.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dxkit.analysis.aggregates import difference, total
from dxkit.analysis.facts.about import About
from dxkit.analysis.facts.kind import (
    COUNT,
    MOST_DECIMALS,
    Declaration,
    Declared,
    Derived,
    Elsewhere,
    Kind,
    Reported,
    Taken,
    counted,
    counted_in_visits,
    own_decimals,
)
from dxkit.analysis.facts.methods import (
    Number,
    day_at_present_pace,
    extreme,
    interval_high,
    interval_low,
    per_week,
    places_gained,
    quotient,
    shortfall,
    steps_of,
    summed,
    weekly_pace,
)
from dxkit.analysis.outcomes import (
    EXCLUDED,
    TOO_FEW,
    TOO_FEW_THINGS,
    WEIGHTED,
    Certainty,
    RankRange,
)
from dxkit.analysis.rules import NOT_SCORED, REGISTRY, Case
from dxkit.analysis.visits import TOO_FEW_VISITS, Verified, verified
from dxkit.model.campaign import WHOLE_MOVEMENT, IndicatorKind
from dxkit.model.facts import FUNNEL_ENDS, TOTAL, Fact, FactKey, UnitOfMeasure, deciding_decimals
from dxkit.model.observations import Flag
from dxkit.model.rules import RankingRule, RewardRule, ScoringRule, UncertaintyRule

FIRST_PERIOD, GAP_BEFORE = "first_period", "gap_before"
NO_DEADLINE = "no_deadline"
NO_TARGET = "no_target"
NOT_RANKED = "not_ranked"

Stretch = Callable[[About], tuple[Fact, ...]]
"""Finds facts of periods of the series, this one's first."""
SHARE, POINTS, DATE = UnitOfMeasure.SHARE, UnitOfMeasure.POINTS, UnitOfMeasure.DATE

VALUE_UNITS = {
    IndicatorKind.RATIO: UnitOfMeasure.SHARE,
    IndicatorKind.COUNT: UnitOfMeasure.COUNT,
    IndicatorKind.VALUE: UnitOfMeasure.SCORE,
}

# which facts a fact is made from --------------------------------------------------------------


def _one(fact: Fact | None) -> tuple[Fact, ...] | None:
    return None if fact is None else (fact,)


def before(kind: str) -> Elsewhere:
    """The same of the period before."""

    def find(about: About) -> tuple[Fact, ...] | None:
        look = about.lookup_before
        return _one(look(about.unit.code, about.subject, kind, "")) if look else None

    return Elsewhere(kind, "period_before", find)


def of_parent(kind: str) -> Elsewhere:
    """The same of the unit above, where it has a number other than 0."""

    def find(about: About) -> tuple[Fact, ...] | None:
        fact = about.lookup(about.unit.parent_code, about.subject, kind, "")
        return (fact,) if fact is not None and fact.known and fact.number else None

    return Elsewhere(kind, "unit_above", find)


def whole_before(about: About) -> tuple[Fact, ...] | None:
    """The values of all periods before this one, the nearest first; None when they are not all at
    hand.
    """
    now, before = about.period, about.period.series[1:]
    asked = (about.unit.code, about.subject, "value")
    found = [period.find(*asked) if period is not None else None for period in before]
    told = tuple(fact for fact in found if fact is not None)
    earlier = now.campaign.alike(now.period.id).index(now.period)
    return told if len(told) == earlier else None


GREATEST_BELOW = Elsewhere("value", "greatest_below", lambda a: (a.values_below[-1],))
LEAST_BELOW = Elsewhere("value", "least_below", lambda a: (a.values_below[0],))
POINTS_OF_INDICATORS = Elsewhere("points", "indicators", lambda a: a.points_of_indicators)
EARLIER_VALUES = Elsewhere("value", "indicators_period_before", lambda a: a.earlier_values)
WHOLE_BEFORE = Elsewhere("value", "periods_before", whole_before)


def over(stretch: Stretch, kind: str = "value") -> Elsewhere:
    """The facts of a stretch of the series, this period's first."""
    return Elsewhere(kind, "periods_comparable", lambda about: about.once(stretch))


# what a fact depends on -------------------------------------------------------------------------


def value_unit(about: About) -> UnitOfMeasure:
    """The unit of an indicator's values."""
    return VALUE_UNITS[about.indicator.kind]


def difference_unit(about: About) -> UnitOfMeasure:
    """The unit of a difference between two of its values."""
    unit = value_unit(about)
    return UnitOfMeasure.SHARE_DIFFERENCE if unit is UnitOfMeasure.SHARE else unit


def quotient_or_sum(about: About) -> str:
    """How a value is made."""
    return "quotient" if about.is_quotient else "sum"


def own_scoring(about: About) -> str:
    """How the plan scores an indicator."""
    return about.indicator.scoring


def value_decimals(about: About) -> int:
    """Those of the plan, or more where a target is missed by less than they show."""
    value, found, least = about.measured.value.value, about.result.target, own_decimals(about)
    if value is None or found is None:
        return least
    direction = about.indicator.direction
    return deciding_decimals(value, found.value, direction, value_unit(about), least)


def gap_decimals(about: About) -> int:
    """Those of the value, or more where a count misses a target that is no whole one."""
    value, found = about.measured.value.value, about.result.target
    least, direction = value_decimals(about), about.indicator.direction
    if value is None or found is None:
        return least
    return deciding_decimals(value - found.value, 0, direction, value_unit(about), least)


def target(about: About) -> Declaration | None:
    """The target of the period."""
    found = about.result.target
    return (found.value, found.assumed) if found is not None else None


def has_target(about: About) -> bool:
    return about.result.target is not None


def can_lack(about: About) -> bool:
    """Whether it is a quotient that should rise to a target."""
    return has_target(about) and about.is_quotient and about.indicator.direction > 0


PARTS = ("numerator", "denominator")


def is_of_few(about: About) -> bool:
    """Whether it is a share of fewer things than the campaign compares without a word."""
    upper, lower = (side.value or 0 for side in (about.measured.numerator,
                                                 about.measured.denominator))  # fmt: skip
    few = 0 < lower < about.period.campaign.checks.smallest
    return about.is_ratio and about.is_quotient and few and upper <= lower


def is_ranked(about: About) -> bool:
    return bool(about.result.ranked or about.result.unranked)


def has_ratios_below(about: About) -> bool:
    return about.is_ratio and bool(about.results_below)


def goal(about: About) -> Declaration | None:
    """What is to be reached next."""
    found = about.goal
    return (found.target.value, found.target.assumed) if found is not None else None


def brings_points(about: About) -> bool:
    """Whether a target is missed that more points stand for: not where they go by the others."""
    return about.result.is_met is False and about.indicator.scoring not in ("none", "min_max")


def points_to_target(about: About) -> float | None:
    """The points that a value at the target earns, and this one does not."""
    found, indicator = about.result.target, about.indicator
    if found is None or about.result.points is None:
        return None
    case = Case(found.value, found.value, indicator.direction, indicator.parameters)
    share = REGISTRY[indicator.scoring](case)
    return None if share is None else share * indicator.max_points - about.result.points


def has_goal(about: About) -> bool:
    return about.goal is not None and about.is_known("value")


def deadline(about: About) -> Declaration | None:
    """The day by which."""
    day = about.goal.deadline if about.goal is not None else None
    return (day.toordinal(), False) if day is not None else None


def goal_days(about: About) -> tuple[int | None]:
    """The days over which what is lacking has to be made up; None without a deadline."""
    return (about.goal.days if about.goal is not None else None,)


def denominator_and_days(about: About) -> tuple[float | int | None, int]:
    """What a pace is counted on, and the days since the period before."""
    earlier, now = about.period.previous, about.period.period
    days = (now.last_day - earlier.period.last_day).days if earlier is not None else 0
    return (about.measured.denominator.value, days)


def movement_target(about: About) -> Declaration | None:
    """The target for the whole movement; none beside what is made of other periods, which has its
    own.
    """
    if about.period.period.of:
        return None
    campaign = about.period.campaign
    found = campaign.target(about.subject, about.unit.level, WHOLE_MOVEMENT)
    return (found.value, True) if found is not None else None


def why_no_rank(about: About) -> str:
    """Nothing to rank, a decision, or a condition that the unit falls below."""
    found = about.total
    if found.points is None:
        return NOT_RANKED
    told = found.unranked in (EXCLUDED, TOO_FEW, WEIGHTED)
    return found.unranked if told else f"below_{found.unranked}"


def keys_of_ranked(about: About) -> tuple[FactKey, ...]:
    """The totals of the group that have points."""
    results, period = about.period.results, about.period.period.id
    members = results.groups[about.unit.level, about.group] if about.group else ()
    return tuple(
        FactKey(period, member.code, TOTAL, "points")
        for member in members
        if results.totals[member.code].points is not None
    )


def same_units(about: About) -> tuple[bool]:
    """Whether the units ranked with this one are those that were ranked in the period before."""
    earlier, code = about.period.previous, about.unit.code
    if earlier is None or code not in earlier.units:
        return (False,)
    return (about.period.results.ranked_with(code) == earlier.results.ranked_with(code),)


def has_group(about: About) -> bool:
    return bool(about.group)


def has_tier(about: About) -> bool:
    return about.total.tier is not None


def cells(about: About) -> set[object]:
    """All cells behind the unit's indicators."""
    return {
        observation.address
        for result in about.results
        for quantity in (result.measured.numerator, result.measured.denominator)
        for observation in quantity.observations
    }


def without_before(about: About) -> str:
    """Why there is nothing to compare with: it is the first period, or the one before lacks."""
    return FIRST_PERIOD if len(about.period.series) < 2 else GAP_BEFORE


def ranks_children(about: About) -> bool:
    return about.ranks_children


def least(kind: str) -> Callable[[About], Declaration | None]:
    """The condition of a kind that the units below must fulfil to be ranked."""

    def find(about: About) -> Declaration | None:
        rule = about.period.campaign.ranking
        found = rule.least(kind, about.children[0].level, about.subject)
        return (found, rule.assumed) if found is not None else None

    return find


def boundary_day(about: About) -> Declaration | None:
    """Since when it has been made of other units."""
    found = about.period.boundaries.get(about.unit.code)
    return (found.day.toordinal(), False) if found is not None else None


def parts_of_units(about: About) -> int:
    """How many of these are only partly in it."""
    found = about.period.boundaries.get(about.unit.code)
    return sum(share != 1 for share in found.origins.values()) if found is not None else 0


def of_rule(
    rule: Callable[[About], RankingRule | RewardRule | ScoringRule | UncertaintyRule | None],
    name: str,
) -> Callable[[About], Declaration | None]:
    """What a rule of the plan declares, where it does."""

    def find(about: About) -> Declaration | None:
        found = rule(about)
        value = getattr(found, name, None)
        return (value, found.assumed) if found is not None and value is not None else None

    return find


of_ranking = partial(of_rule, lambda about: about.period.campaign.ranking)
of_reward = partial(of_rule, lambda about: about.reward)


def of_trials(name: str, number: Callable[[Certainty], int]) -> Taken:
    """How often the list of rewards among the units below was tried, and with what outcome."""

    def of_list(about: About) -> int | None:
        found = about.period.list_certainty(about.unit)
        return number(found) if found is not None else None

    return Taken(
        name,
        COUNT,
        of_list,
        method="count_of_trials",
        marks=lambda a: assumed(),
        when=lambda a: a.period.list_certainty(a.unit) is not None,
    )


def of_range(
    name: str, unit: UnitOfMeasure, method: str, number: Callable[[RankRange], Number]
) -> Taken:
    """What the trials of the ranking gave for a unit that is tried."""
    return Taken(
        name,
        unit,
        lambda a: number(a.rank_range) if a.rank_range else None,
        inputs=("points",),
        method=method,
        marks=lambda a: assumed(),
        when=lambda a: a.rank_range is not None,
        decimals=0,
    )


def of_visits(name: str, method: str, number: Callable[[Verified], Number]) -> Taken:
    """What visits say of the share of reported cases that are true; too few say nothing."""

    def share(about: About) -> Number | str:
        found = verified(about.visits, about.unit.code)
        return number(found) if found is not None else TOO_FEW_VISITS

    return Taken(
        name,
        SHARE,
        share,
        inputs=("checked", "confirmed"),
        method=method,
        when=lambda a: bool(a.visits),
    )


def other_places_of_any(about: About) -> tuple[str, ...]:
    """The reservation that the change of one of the indicators has."""
    ids = (result.indicator.id for result in about.results)
    changes = (about.lookup(about.unit.code, i, "change", "") for i in ids)
    found = any(change is not None and "other_places" in change.marks for change in changes)
    return ("other_places",) if found else ()


def of_progress(name: str, unit: UnitOfMeasure, method: str, part: str) -> Taken:
    """What a unit has gained since the period before, or why that is not known."""

    def gained(about: About) -> Number | str:
        if about.progress:
            found: Number = getattr(about.progress, part)
            return found
        return without_before(about) if about.period.previous is None else NOT_RANKED

    return Taken(
        name,
        unit,
        gained,
        inputs=(POINTS_OF_INDICATORS, EARLIER_VALUES),
        method=method,
        when=has_group,
        marks=other_places_of_any,
    )


def children_lacking(about: About) -> int:
    """How many of the units directly below have no value that should have one."""
    found = (r.measured.value for r in about.results_below)
    return sum(v.value is None and v.missing != Flag.NOT_APPLICABLE for v in found)


def small_denominators(about: About) -> int:
    """How many of the units directly below have a denominator too small to compare."""
    smallest = about.period.campaign.checks.smallest
    return sum(0 < (r.measured.denominator.value or 0) < smallest for r in about.results_below)


def is_share(about: About) -> bool:
    """Whether it is known, and one of things that are among those counted."""
    value = about.measured.value.value
    return value is not None and value <= 1


def children_outside(about: About) -> int:
    """Of how many of the units directly below the share lies beyond the outer limits of a funnel
    around the common one: farther away than chance takes one of so few.
    """
    common = about.measured.value.value or 0
    of_one = FUNNEL_ENDS[1] ** 2 * common * (1 - common)
    return sum(
        (r.measured.value.value - common) ** 2 * (r.measured.denominator.value or 0) > of_one
        for r in about.results_below
        if r.measured.value.value is not None
    )


def places_in_one(about: About) -> int:
    """How many told in one of the two periods only."""
    now, then = about.places or ({}, {})
    return len(now.keys() ^ then.keys())


def like_change(about: About) -> float | int | str:
    """The change of those alone who told both times."""
    now, then = about.places or ({}, {})
    both, values = now.keys() & then.keys(), []
    if not both:
        return str(Flag.NOT_APPLICABLE)
    for places in (now, then):
        upper, *lower = map(total, zip(*(places[code] for code in both), strict=True))
        if lower and not lower[0]:
            return str(Flag.NOT_APPLICABLE)
        values.append(upper / lower[0] if lower else upper)
    return difference(*values)


def like_for_like(
    unit: UnitOfMeasure | Callable[[About], UnitOfMeasure],
    decimals: Callable[[About], int] | None = None,
) -> tuple[Kind, ...]:
    """How many told in one of the two periods only, and the change of those who told in both."""
    return (
        counted("places_in_one", "count_of_places", places_in_one, lambda a: a.places is not None),
        Taken(
            "like_change",
            unit,
            like_change,
            inputs=("value", before("value")),
            method="difference_like_for_like",
            when=lambda a: a.places is not None,
            decimals=decimals,
        ),
    )


LEAST_OTHERS = 3
"""A unit is compared with as many others at least: a mean of two would tell what one of them has,
and be moved by it.
"""


def of_others(name: str, of_its_type: bool) -> tuple[Kind, ...]:
    """What the units have together that a unit is ranked with, or those of its type, itself left
    out, and how far it is from that.
    """

    def others(about: About) -> int:
        return about.peers(of_its_type).others(about.unit.code)

    def are_enough(about: About) -> bool:
        few = about.result.unranked == TOO_FEW_THINGS
        can_be = about.is_ratio and about.is_known("value") and not few
        return can_be and others(about) >= LEAST_OTHERS

    return (
        counted(f"{name}_units", "count_of_units", others, are_enough),
        Taken(
            f"{name}_value",
            value_unit,
            lambda a: a.peers(of_its_type).value(a.unit.code),
            method="quotient_of_sums",
            keys=lambda a: a.peers(of_its_type).keys(a.unit.code),
            marks=lambda a: ("partial",) if a.peers(of_its_type).is_partial(a.unit.code) else (),
            when=are_enough,
        ),
        Derived(f"against_{name}", difference_unit, difference, inputs=("value", f"{name}_value")),
    )


def of_series(
    name: str,
    unit: UnitOfMeasure | Callable[[About], UnitOfMeasure],
    method: str,
    number: Callable[[About], Number | None],
    inputs: Elsewhere,
    decimals: Callable[[About], int] | None = None,
) -> Taken:
    """What a stretch of the series says; nothing where it is too short to say it."""

    def is_told(about: About) -> bool:
        told = about.is_series and about.is_known(inputs.kind)
        return told and about.once(number) is not None

    return Taken(
        name, unit, lambda a: a.once(number), inputs=(inputs,), method=method, when=is_told,
        own_cells=True, decimals=decimals,
    )  # fmt: skip


def of_extreme(
    name: str,
    unit: UnitOfMeasure | Callable[[About], UnitOfMeasure],
    stretch: Stretch,
    inputs: Elsewhere,
    direction: Callable[[About], int],
    decimals: Callable[[About], int] | None = None,
    *,
    best: bool,
) -> Taken:
    """The best number of a stretch before this period, or the worst."""
    return of_series(
        name, unit, "best_before" if best else "worst_before",
        lambda a: extreme(a.once(stretch), direction(a), best=best), inputs, decimals,
    )  # fmt: skip


def of_stretch(
    stretch: Stretch,
    unit: UnitOfMeasure | Callable[[About], UnitOfMeasure],
    kind: str,
    direction: Callable[[About], int],
    decimals: Callable[[About], int],
    shown: Callable[[About], int],
) -> tuple[Kind, ...]:
    """How many periods can be compared, how often in a row up to this one, and up to the one
    before, the number rose or fell, and what was best and worst before. Steps are told with
    so many ``decimals``, the best and the worst are ``shown`` with as many as the number itself.
    """
    inputs = over(stretch, kind)

    def told(about: About) -> tuple[Fact, ...]:
        return about.once(stretch)

    def steps(name: str, up: bool, ago: int) -> Kind:
        def number(about: About) -> int | None:
            found = told(about)
            return steps_of(found[ago:], up, decimals(about)) if found else None

        return of_series(name, COUNT, f"steps_{'up' if up else 'down'}", number, inputs)

    return (
        of_series("alike", COUNT, "count_of_periods", lambda a: len(told(a)) or None, inputs),
        steps("rises", up=True, ago=0),
        steps("falls", up=False, ago=0),
        steps("rises_before", up=True, ago=1),
        steps("falls_before", up=False, ago=1),
        of_extreme("best_before", unit, stretch, inputs, direction, shown, best=True),
        of_extreme("worst_before", unit, stretch, inputs, direction, shown, best=False),
    )


RANKS = over(About.ranks_alike, "rank")


def has_progress(about: About) -> bool:
    return bool(about.group) and about.progress is not None


def children_missing(reason: str) -> Callable[[About], int]:
    """How many of the units directly below have no total for a reason."""

    def count(about: About) -> int:
        totals = about.period.results.totals
        return sum(totals[child.code].missing == reason for child in about.children)

    return count


def is_counted(about: About) -> bool:
    """Whether the measure is counted at the unit's level or below."""
    depth, measure = about.period.aggregates.depth, about.measure
    return measure.kind.adds_up and depth[about.unit.level] <= depth[measure.level]


def decimals_of_activity(about: About) -> int:
    """With how many decimals a change of it is written: of an amount as many as any has."""
    value = about.fact("value")
    return MOST_DECIMALS if value is not None and isinstance(value.value, float) else 0


def decimals_lacking(about: About) -> int:
    """With how many decimals it is written what is lacking to a target."""
    sides = (about.measured.numerator.value, about.measured.denominator.value)
    return MOST_DECIMALS if any(isinstance(side, float) for side in sides) else 0


def assumed(is_so: bool = True) -> tuple[str, ...]:
    """The reservation that a rule is assumed."""
    return ("assumed",) if is_so else ()


def by_scoring(about: About) -> tuple[str, ...]:
    """The reservation that the rule of scoring is assumed."""
    return assumed(about.period.campaign.scoring.assumed)


# the tables -----------------------------------------------------------------------------------

INDICATOR: tuple[Kind, ...] = (
    Reported("numerator", COUNT, lambda a: a.measured.numerator, when=lambda a: a.is_quotient),
    Reported("denominator", COUNT, lambda a: a.measured.denominator, when=lambda a: a.is_quotient),
    Reported(
        "value",
        value_unit,
        lambda a: a.measured.value,
        inputs=("numerator", "denominator"),
        method=quotient_or_sum,
        decimals=value_decimals,
    ),
    Declared("target", value_unit, target, without=NO_TARGET),
    Derived(
        "gap",
        difference_unit,
        difference,
        inputs=("value", "target"),
        when=has_target,
        decimals=gap_decimals,
    ),
    Derived("interval_low", value_unit, interval_low, inputs=PARTS, when=is_of_few),
    Derived("interval_high", value_unit, interval_high, inputs=PARTS, when=is_of_few),
    Derived("attained", SHARE, quotient, inputs=("value", "target"), when=has_target),
    Derived(
        "shortfall",
        COUNT,
        shortfall,
        decimals=decimals_lacking,
        inputs=("numerator", "denominator", "target"),
        when=can_lack,
        missing=lambda a: a.measured.value.missing,
    ),
    Derived(
        "change",
        difference_unit,
        difference,
        inputs=("value", before("value")),
        without=without_before,
        marks=lambda a: a.other_places,
    ),
    *like_for_like(difference_unit),
    Taken(
        "points",
        POINTS,
        lambda a: a.result.points,
        inputs=("value",),
        method=own_scoring,
        missing=lambda a: NOT_SCORED if a.is_known("value") else a.measured.value.missing,
        marks=lambda a: assumed(a.indicator.assumed),
    ),
    Declared("max_points", POINTS, lambda a: (a.indicator.max_points, a.indicator.assumed)),
    Taken(
        "points_to_target",
        POINTS,
        points_to_target,
        inputs=("points", "target"),
        method="points_to_target",
        when=brings_points,
    ),
    Taken(
        "rank",
        COUNT,
        lambda a: a.result.rank,
        inputs=("value",),
        method="competition_rank",
        missing=lambda a: a.result.unranked,
        when=is_ranked,
    ),
    Declared(
        "least_denominator",
        COUNT,
        of_ranking("least_denominator"),
        when=lambda a: a.result.unranked == TOO_FEW_THINGS,
    ),
    counted("ranked", "count_of_ranked", lambda a: a.result.ranked, is_ranked),
    *of_others("group", of_its_type=False),
    counted("children", "count_of_units", lambda a: len(a.results_below)),
    counted("children_known", "count_of_units", lambda a: len(a.values_below)),
    counted(
        "children_not_applicable",
        "count_of_units",
        lambda a: sum(r.measured.value.missing == Flag.NOT_APPLICABLE for r in a.results_below),
    ),
    counted("children_left_out", "count_of_units", children_lacking),
    counted(
        "children_met",
        "count_of_units_at_target",
        lambda a: sum(r.is_met is True for r in a.results_below),
        lambda a: any(r.target for r in a.results_below),
    ),
    Declared(
        "smallest",
        COUNT,
        lambda a: (a.period.campaign.checks.smallest, True),
        when=has_ratios_below,
    ),
    counted("small_denominators", "count_of_units", small_denominators, has_ratios_below),
    counted(
        "children_outside",
        "count_of_units_outside",
        children_outside,
        lambda a: has_ratios_below(a) and is_share(a) and len(a.values_below) > LEAST_OTHERS,
    ),
    Derived(
        "spread",
        difference_unit,
        difference,
        inputs=(GREATEST_BELOW, LEAST_BELOW),
        when=lambda a: a.is_ratio and len(a.values_below) > 1,
    ),
    Derived(
        "contribution",
        SHARE,
        quotient,
        inputs=("numerator", of_parent("numerator")),
        own_cells=True,
        when=lambda a: a.is_ratio and a.is_known("numerator"),
    ),
    Derived(
        "weight",
        SHARE,
        quotient,
        inputs=("denominator", of_parent("denominator")),
        own_cells=True,
        when=lambda a: a.is_ratio and a.is_known("denominator"),
    ),
    *of_others("type", of_its_type=True),
    Declared("goal", value_unit, goal),
    Derived(
        "goal_shortfall",
        COUNT,
        shortfall,
        decimals=decimals_lacking,
        inputs=("numerator", "denominator", "goal"),
        when=has_goal,
    ),
    Declared("deadline", DATE, deadline, without=NO_DEADLINE, when=has_goal),
    Derived(
        "per_week",
        COUNT,
        per_week,
        inputs=("goal_shortfall",),
        more=goal_days,
        when=lambda a: has_goal(a) and goal_days(a) != (None,),
    ),
    Derived(
        "pace",
        COUNT,
        weekly_pace,
        inputs=("value", before("value")),
        more=denominator_and_days,
        without=without_before,
        when=has_goal,
    ),
    Derived(
        "goal_date",
        DATE,
        day_at_present_pace,
        inputs=("goal_shortfall", "pace"),
        more=lambda a: (a.period.period.last_day,),
        when=has_goal,
    ),
    Declared("movement_target", COUNT, movement_target),
    Derived(
        "movement_value",
        COUNT,
        summed,
        inputs=("value", WHOLE_BEFORE),
        method="sum",
        without=str(Flag.NO_DATA),
        when=lambda a: movement_target(a) is not None,
    ),
    Declared("least_value", value_unit, least("value"), when=ranks_children),
    *of_stretch(
        About.values_alike,
        value_unit,
        "value",
        lambda a: a.indicator.direction,
        own_decimals,
        value_decimals,
    ),
    of_series(
        "behind",
        COUNT,
        "count_of_periods_behind",
        lambda a: len(a.once(About.values_behind)) if has_target(a) else None,
        over(About.values_behind),
    ),
)
"""Of an indicator of one unit."""

PART: tuple[Kind, ...] = (
    Reported("month_numerator", COUNT, lambda a: a.measured.numerator),
    Reported("month_denominator", COUNT, lambda a: a.measured.denominator),
    Reported(
        "month_value",
        SHARE,
        lambda a: a.measured.value,
        inputs=("month_numerator", "month_denominator"),
        method="quotient",
        decimals=own_decimals,
    ),
)
"""Of a flow in one part of the period; their keys bear the part's own name ("2022-10")."""

TOTAL_KINDS: tuple[Kind, ...] = (
    Declared("boundary_day", DATE, boundary_day),
    counted(
        "parts_of_units",
        "count_of_units",
        parts_of_units,
        lambda a: a.unit.code in a.period.boundaries,
    ),
    counted("targets", "count_of_targets", lambda a: sum(r.target is not None for r in a.results)),
    counted(
        "targets_known", "count_of_targets", lambda a: sum(r.is_met is not None for r in a.results)
    ),
    counted(
        "targets_met", "count_of_targets_met", lambda a: sum(r.is_met is True for r in a.results)
    ),
    counted("units", "count_of_units", lambda a: len(a.children)),
    counted("units_not_reported", "count_of_units", children_missing(Flag.NOT_REPORTED)),
    counted("units_unread", "count_of_units", children_missing(Flag.UNREAD)),
    counted(
        "units_lacking",
        "count_of_units",
        lambda a: len(a.period.results.lacking_below(a.unit.code)),
    ),
    counted(
        "tables_lacking", "count_of_tables", lambda a: a.period.received.tables_lacking[a.unit.code]
    ),
    Taken(
        "points",
        POINTS,
        lambda a: a.total.points,
        inputs=(POINTS_OF_INDICATORS,),
        method="sum_of_points",
        missing=lambda a: a.total.missing,
        marks=by_scoring,
    ),
    Declared("max_points", POINTS, of_rule(lambda a: a.period.campaign.scoring, "total_points")),
    Taken("covered", SHARE, lambda a: a.total.covered, method="covered_points", decimals=0),
    Taken("complete", SHARE, lambda a: a.total.complete, method="share_of_weight", decimals=1),
    counted("figures_lacking", "count_of_lacking", lambda a: len(a.total.lacking)),
    Taken(
        "bonus",
        POINTS,
        lambda a: a.total.bonus,
        inputs=(POINTS_OF_INDICATORS,),
        method="sum_of_bonus",
        marks=by_scoring,
        when=lambda a: bool(a.period.campaign.scoring.bonus),
    ),
    Taken(
        "rank",
        COUNT,
        lambda a: a.total.rank,
        inputs=("points",),
        method="competition_rank",
        keys=keys_of_ranked,
        missing=why_no_rank,
        marks=lambda a: assumed(a.period.campaign.ranking.assumed),
        when=has_group,
    ),
    counted("ranked", "count_of_ranked", lambda a: a.total.ranked, has_group),
    counted(
        "rank_shared",
        "count_of_ranked",
        lambda a: a.total.sharing,
        lambda a: has_group(a) and a.total.rank is not None,
    ),
    Taken(
        "tier",
        COUNT,
        lambda a: a.total.tier,
        inputs=("rank_best", "rank_worst"),
        method="tier_of_ranges",
        when=has_tier,
    ),
    counted("tiers", "count_of_tiers", lambda a: max(a.tiers_beside), has_tier),
    counted(
        "tier_units",
        "count_of_ranked",
        lambda a: sum(tier == a.total.tier for tier in a.tiers_beside),
        has_tier,
    ),
    Derived(
        "rank_change",
        COUNT,
        places_gained,
        inputs=("rank", before("rank")),
        more=same_units,
        without=without_before,
        when=has_group,
    ),
    Taken(
        "points_before",
        POINTS,
        lambda a: a.progress.before if a.progress else None,
        inputs=(POINTS_OF_INDICATORS, EARLIER_VALUES),
        method="points_by_these_rules",
        when=has_progress,
    ),
    of_progress("progress", POINTS, "difference", "gain"),
    of_progress("progress_rank", COUNT, "competition_rank", "rank"),
    counted(
        "progress_ranked",
        "count_of_ranked",
        lambda a: a.progress.ranked if a.progress else 0,
        has_progress,
    ),
    of_range("rank_best", COUNT, "rank_range", lambda found: found.best),
    of_range("rank_worst", COUNT, "rank_range", lambda found: found.worst),
    of_range("trial_best", COUNT, "rank_trials", lambda found: found.trial_best),
    of_range("trial_worst", COUNT, "rank_trials", lambda found: found.trial_worst),
    of_range("trials_outside", COUNT, "rank_trials", lambda found: len(found.outside)),
    of_range("award_draws", SHARE, "share_of_draws", lambda found: found.award_draws),
    *of_stretch(About.points_alike, POINTS, "points", lambda a: 1, lambda a: 2, lambda a: 2),
    of_series(
        "ranks_alike",
        COUNT,
        "count_of_periods",
        lambda a: len(a.once(About.ranks_alike)) or None,
        RANKS,
    ),
    of_extreme("rank_best_before", COUNT, About.ranks_alike, RANKS, lambda a: -1, best=True),
    of_extreme("rank_worst_before", COUNT, About.ranks_alike, RANKS, lambda a: -1, best=False),
    counted("cells", "count_of_cells", lambda a: len(cells(a))),
    counted(
        "cells_doubtful",
        "count_of_cells",
        lambda a: len(cells(a) & a.period.received.doubtful_cells),
    ),
    counted(
        "children_unchanged",
        "count_of_units",
        lambda a: len(a.period.unchanged_below(a.unit)),
        lambda a: a.period.previous is not None,
    ),
    counted_in_visits("visits", "count_of_units", lambda visit: 1),
    counted_in_visits("checked", "count_of_cases", lambda visit: visit.checked),
    counted_in_visits("confirmed", "count_of_cases", lambda visit: visit.confirmed),
    of_visits("verified", "weighted_share", lambda found: found.share),
    of_visits("verified_low", "interval_of_visits", lambda found: found.low),
    of_visits("verified_high", "interval_of_visits", lambda found: found.high),
    Declared("decimals", COUNT, of_ranking("decimals"), when=ranks_children),
    Declared("minimum_ranked", COUNT, of_ranking("minimum_ranked"), when=ranks_children),
    Declared("least_denominator", COUNT, of_ranking("least_denominator"), when=ranks_children),
    Declared("least_reported", SHARE, least("reported"), when=ranks_children),
    Declared("least_covered", SHARE, least("covered"), when=ranks_children),
    Declared("least_complete", SHARE, least("complete"), when=ranks_children),
    Declared("weight_band", SHARE, of_rule(lambda a: a.period.campaign.uncertainty, "weight_band")),
    of_trials("trials", lambda found: found.draws),
    of_trials("trials_changing", lambda found: found.draws_changing),
    of_trials("corners", lambda found: found.corners),
    of_trials("corners_changing", lambda found: found.corners_changing),
    of_trials("ways", lambda found: found.ways),
    of_trials("ways_changing", lambda found: len(found.ways_changing)),
    of_trials("tied_at_quota", lambda found: found.tied),
    of_trials("cells_tried", lambda found: found.doubtful_cells),
    of_trials("cells_deciding", lambda found: len(found.deciding_cells)),
)
"""Of all indicators of a unit together, and of the ranking and the rewards among those below."""

MEASURE: tuple[Kind, ...] = (
    Reported(
        "value",
        COUNT,
        lambda a: a.period.aggregates.measure(a.unit.code, a.subject),
        when=is_counted,
    ),
    Derived(
        "change",
        COUNT,
        difference,
        inputs=("value", before("value")),
        when=lambda a: a.measure in a.period.campaign.activity,
        marks=lambda a: a.other_places,
        decimals=decimals_of_activity,
    ),
    *like_for_like(COUNT, decimals_of_activity),
)
"""Of what somebody counted."""

REWARD: tuple[Kind, ...] = (
    Declared("quota", COUNT, of_reward("quota")),
    Declared("minimum_share", SHARE, of_reward("minimum_share")),
    Declared("minimum_targets", COUNT, of_reward("minimum_targets")),
    Declared("minimum_coverage", SHARE, of_reward("minimum_coverage")),
)
"""Of a reward among the units below."""

KINDS = {"indicator": INDICATOR, "month": PART, "total": TOTAL_KINDS, "measure": MEASURE,
         "reward": REWARD}  # fmt: skip
"""All kinds, by what they are about."""
