"""The table of all kinds of facts: one entry for each, by what it is about.

What a kind means to a reader stands in ``trace.toml`` under its name and its method.
"""

from __future__ import annotations

from collections.abc import Callable

from dxkit.analysis.facts.about import About
from dxkit.analysis.facts.kind import (
    COUNT,
    Declaration,
    Declared,
    Derived,
    Elsewhere,
    Kind,
    Reported,
    Taken,
    counted,
)
from dxkit.analysis.facts.methods import (
    day_at_present_pace,
    difference,
    per_week,
    places_gained,
    quotient,
    shortfall,
    summed,
    weekly_pace,
)
from dxkit.analysis.robustness.ranges import Certainty
from dxkit.analysis.totals import EXCLUDED, Result
from dxkit.model.campaign import WHOLE_MOVEMENT, IndicatorKind, MeasureKind
from dxkit.model.facts import TOTAL, Fact, FactKey, UnitOfMeasure
from dxkit.model.observations import Flag

FIRST_PERIOD = "first_period"
NO_DEADLINE = "no_deadline"
NO_TARGET = "no_target"
NOT_RANKED = "not_ranked"
NOT_SCORED = "not_scored"
MANY_PERIODS = "many_periods"
"""Why there is no sum over the movement: only the period before is at hand, and there are more."""

SHARE, POINTS, DATE = UnitOfMeasure.SHARE, UnitOfMeasure.POINTS, UnitOfMeasure.DATE
POINT_DECIMALS = 2
"""With how many decimals points are written."""

_VALUE_UNITS = {
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


def of_group(kind: str) -> Elsewhere:
    """The same of the unit inside which this one is ranked."""

    def find(about: About) -> tuple[Fact, ...] | None:
        return _one(about.lookup(about.group, about.subject, kind, "")) if about.group else None

    return Elsewhere(kind, "unit_ranked_in", find)


def of_parent(kind: str) -> Elsewhere:
    """The same of the unit above, where it has a number other than 0."""

    def find(about: About) -> tuple[Fact, ...] | None:
        fact = about.lookup(about.unit.parent_code, about.subject, kind, "")
        return (fact,) if fact is not None and fact.known and fact.number else None

    return Elsewhere(kind, "unit_above", find)


def whole_before(about: About) -> tuple[Fact, ...] | None:
    """The values of all periods before this one; None when they are not all at hand."""
    campaign, period = about.period.campaign, about.period.period.id
    previous = campaign.previous_period(period)
    if previous is None:
        return ()
    many = campaign.previous_period(previous.id) is not None
    return None if many else before("value").find(about)


GREATEST_BELOW = Elsewhere("value", "greatest_below", lambda a: (a.values_below[-1],))
LEAST_BELOW = Elsewhere("value", "least_below", lambda a: (a.values_below[0],))
POINTS_OF_INDICATORS = Elsewhere("points", "indicators", lambda a: a.points_of_indicators)
EARLIER_VALUES = Elsewhere("value", "indicators_period_before", lambda a: a.earlier_values)
WHOLE_BEFORE = Elsewhere("value", "periods_before", whole_before)

# what a fact depends on -------------------------------------------------------------------------


def value_unit(about: About) -> UnitOfMeasure:
    """The unit of an indicator's values."""
    return _VALUE_UNITS[about.indicator.kind]


def difference_unit(about: About) -> UnitOfMeasure:
    """The unit of a difference between two of its values."""
    unit = value_unit(about)
    return UnitOfMeasure.SHARE_DIFFERENCE if unit is UnitOfMeasure.SHARE else unit


def own_decimals(about: About) -> int:
    """With how many decimals the plan writes an indicator."""
    return about.indicator.decimals


def quotient_or_sum(about: About) -> str:
    """How a value is made."""
    return "quotient" if about.is_quotient else "sum"


def own_scoring(about: About) -> str:
    """How the plan scores an indicator."""
    return about.indicator.scoring


def target(about: About) -> Declaration | None:
    """The target of the period."""
    found = about.result.target
    return (found.value, found.assumed) if found is not None else None


def has_target(about: About) -> bool:
    return about.result.target is not None


def can_lack(about: About) -> bool:
    """Whether it is a quotient that should rise to a target."""
    return has_target(about) and about.is_quotient and about.indicator.direction > 0


def is_ranked(about: About) -> bool:
    return bool(about.result.ranked)


def has_ratios_below(about: About) -> bool:
    return about.is_ratio and bool(about.results_below)


def has_alike(about: About) -> bool:
    """Whether other units of its type have a value beside its own."""
    return about.is_ratio and len(about.alike.results) > 1 and about.is_known("value")


def goal(about: About) -> Declaration | None:
    """What is to be reached next."""
    found = about.goal
    return (found.target.value, found.target.assumed) if found is not None else None


def has_goal(about: About) -> bool:
    return about.goal is not None and about.is_known("value")


def deadline(about: About) -> Declaration | None:
    """The day by which."""
    day = about.goal.deadline if about.goal is not None else None
    return (day.toordinal(), False) if day is not None else None


def goal_days(about: About) -> tuple[int | None]:
    """The days over which what is lacking has to be made up; None without a deadline."""
    return (about.goal.days if about.goal is not None else None,)


def has_goal_days(about: About) -> bool:
    return has_goal(about) and goal_days(about) != (None,)


def denominator_and_days(about: About) -> tuple[float | int | None, int]:
    """What a pace is counted on, and the days since the period before."""
    earlier, now = about.period.earlier, about.period.period
    days = (now.last_day - earlier.period.last_day).days if earlier is not None else 0
    return (about.measured.denominator.value, days)


def why_no_sum(about: About) -> str:
    """Only the period before is at hand, and there are more; or not even that."""
    campaign = about.period.campaign
    previous = campaign.previous_period(about.period.period.id)
    many = previous is not None and campaign.previous_period(previous.id) is not None
    return MANY_PERIODS if many else str(Flag.NO_DATA)


def movement_target(about: About) -> Declaration | None:
    """The target for the whole movement."""
    campaign = about.period.campaign
    found = campaign.target(about.subject, about.unit.level, WHOLE_MOVEMENT)
    return (found.value, True) if found is not None else None


def why_no_rank(about: About) -> str:
    """Nothing to rank, a decision, or a condition that the unit falls below."""
    found = about.total
    if found.points is None:
        return NOT_RANKED
    return found.unranked if found.unranked == EXCLUDED else f"below_{found.unranked}"


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
    earlier, code = about.period.earlier, about.unit.code
    if earlier is None or code not in earlier.units:
        return (False,)
    return (about.period.results.ranked_with(code) == earlier.results.ranked_with(code),)


def has_group(about: About) -> bool:
    return bool(about.group)


def cells(about: About) -> set[object]:
    """All cells behind the unit's indicators."""
    return {
        observation.place
        for result in about.results
        for quantity in (result.measured.numerator, result.measured.denominator)
        for observation in quantity.observations
    }


def why_no_progress(about: About) -> str:
    return FIRST_PERIOD if about.period.earlier is None else NOT_RANKED


def least(kind: str) -> Callable[[About], Declaration | None]:
    """The condition of a kind that the units below must fulfil to be ranked."""

    def find(about: About) -> Declaration | None:
        rule = about.period.campaign.ranking
        if not about.ranks_children:
            return None
        level = about.children[0].level
        found = [
            c.at_least
            for c in rule.conditions
            if c.kind == kind and c.level in ("", level) and c.indicator in ("", about.subject)
        ]
        return (found[-1], rule.assumed) if found else None

    return find


def rank_decimals(about: About) -> Declaration | None:
    """To how many decimals points are rounded before units are ranked."""
    rule = about.period.campaign.ranking
    if not about.ranks_children or rule.decimals is None:
        return None
    return (rule.decimals, rule.assumed)


def of_reward(name: str) -> Callable[[About], Declaration | None]:
    """What a reward's rule declares."""

    def find(about: About) -> Declaration | None:
        rule = about.reward
        return (getattr(rule, name), rule.assumed) if rule is not None else None

    return find


def of_trials(name: str, number: Callable[[Certainty], int]) -> Taken:
    """How often the list of rewards among the units below was tried, and with what outcome."""

    def of_list(about: About) -> int | None:
        found = about.period.list_certainty(about.unit)
        return number(found) if found is not None else None

    return Taken(
        name,
        COUNT,
        method="count_of_trials",
        function=of_list,
        marks=lambda a: assumed(),
        when=lambda a: a.period.list_certainty(a.unit) is not None,
    )


def is_tried(about: About) -> bool:
    return about.rank_range is not None


def has_progress(about: About) -> bool:
    return bool(about.group) and about.progress is not None


def has_its_target(result: Result) -> bool:
    return result.target is not None


def tables_lacking(about: About) -> int:
    """In how many tables the unit, or one below it, is left out or that did not come from it: one
    that no criterion rests on is no figure lacking, and yet not all have reported.
    """
    units = about.period.units
    own = {about.unit.code, *(unit.code for unit in units.descendants(about.unit.code))}
    return sum(
        finding.code in ("unit_missing", "table_missing") and finding.unit_code in own
        for finding in about.period.received.findings
    )


def children_missing(reason: str) -> Callable[[About], int]:
    """How many of the units directly below have no total for a reason."""

    def count(about: About) -> int:
        totals = about.period.results.totals
        return sum(totals[child.code].missing == reason for child in about.children)

    return count


def is_counted(about: About) -> bool:
    """Whether the measure is counted at the unit's level or below."""
    depth, measure = about.period.results.aggregates.depth, about.measure
    is_count = measure.kind in (MeasureKind.COUNT, MeasureKind.ROWS)
    return is_count and depth[about.unit.level] <= depth[measure.level]


def assumed(is_so: bool = True) -> tuple[str, ...]:
    """The reservation that a rule is assumed."""
    return ("assumed",) if is_so else ()


def by_scoring(about: About) -> tuple[str, ...]:
    """The reservation that the rule of scoring is assumed."""
    return assumed(about.period.campaign.scoring.assumed)


# the tables -----------------------------------------------------------------------------------

INDICATOR: tuple[Kind, ...] = (
    Reported(
        "numerator", COUNT, quantity=lambda a: a.measured.numerator, when=lambda a: a.is_quotient
    ),
    Reported(
        "denominator",
        COUNT,
        quantity=lambda a: a.measured.denominator,
        when=lambda a: a.is_quotient,
    ),
    Reported(
        "value",
        value_unit,
        own_decimals,
        inputs=("numerator", "denominator"),
        method=quotient_or_sum,
        quantity=lambda a: a.measured.value,
    ),
    Declared("target", value_unit, declaration=target, without=NO_TARGET),
    Derived(
        "gap",
        difference_unit,
        own_decimals,
        inputs=("value", "target"),
        function=difference,
        when=has_target,
    ),
    Derived("attained", SHARE, 1, inputs=("value", "target"), function=quotient, when=has_target),
    Derived(
        "shortfall",
        COUNT,
        inputs=("numerator", "denominator", "target"),
        function=shortfall,
        when=can_lack,
        missing=lambda a: a.measured.value.missing,
    ),
    Derived(
        "change",
        difference_unit,
        own_decimals,
        inputs=("value", before("value")),
        function=difference,
        without=FIRST_PERIOD,
    ),
    Taken(
        "points",
        POINTS,
        POINT_DECIMALS,
        inputs=("value",),
        method=own_scoring,
        function=lambda a: a.result.points,
        missing=lambda a: NOT_SCORED if a.is_known("value") else a.measured.value.missing,
        marks=lambda a: assumed(a.indicator.assumed),
    ),
    Declared(
        "max_points", POINTS, declaration=lambda a: (a.indicator.max_points, a.indicator.assumed)
    ),
    Taken(
        "rank",
        COUNT,
        inputs=("value",),
        method="competition_rank",
        function=lambda a: a.result.rank,
        when=is_ranked,
    ),
    counted("ranked", "count_of_ranked", lambda a: a.result.ranked, is_ranked),
    Derived(
        "against_group",
        difference_unit,
        own_decimals,
        inputs=("value", of_group("value")),
        function=difference,
    ),
    counted("children", "count_of_units", lambda a: len(a.results_below)),
    counted("children_known", "count_of_units", lambda a: len(a.values_below)),
    counted(
        "children_not_applicable",
        "count_of_units",
        lambda a: sum(r.measured.value.missing == Flag.NOT_APPLICABLE for r in a.results_below),
    ),
    counted(
        "children_left_out",
        "count_of_units",
        lambda a: sum(
            r.measured.value.value is None and r.measured.value.missing != Flag.NOT_APPLICABLE
            for r in a.results_below
        ),
    ),
    counted(
        "children_met",
        "count_of_units_at_target",
        lambda a: sum(r.is_met is True for r in a.results_below),
        lambda a: any(r.target for r in a.results_below),
    ),
    Declared(
        "smallest",
        COUNT,
        declaration=lambda a: (a.period.campaign.checks.smallest, True),
        when=has_ratios_below,
    ),
    counted(
        "small_denominators",
        "count_of_units",
        lambda a: sum(
            0 < (r.measured.denominator.value or 0) < a.period.campaign.checks.smallest
            for r in a.results_below
        ),
        has_ratios_below,
    ),
    Derived(
        "spread",
        difference_unit,
        own_decimals,
        inputs=(GREATEST_BELOW, LEAST_BELOW),
        function=difference,
        when=lambda a: a.is_ratio and len(a.values_below) > 1,
    ),
    Derived(
        "contribution",
        SHARE,
        1,
        inputs=("numerator", of_parent("numerator")),
        function=quotient,
        own_cells=True,
        when=lambda a: a.is_ratio and a.is_known("numerator"),
    ),
    Derived(
        "weight",
        SHARE,
        1,
        inputs=("denominator", of_parent("denominator")),
        function=quotient,
        own_cells=True,
        when=lambda a: a.is_ratio and a.is_known("denominator"),
    ),
    counted("type_units", "count_of_units", lambda a: len(a.alike.results), has_alike),
    Taken(
        "type_value",
        value_unit,
        own_decimals,
        method="quotient_of_sums",
        function=lambda a: a.alike.value,
        keys=lambda a: a.alike.keys,
        marks=lambda a: (
            ("partial",) if any(r.measured.value.partial for r in a.alike.results) else ()
        ),
        when=has_alike,
    ),
    Derived(
        "against_type",
        difference_unit,
        own_decimals,
        inputs=("value", "type_value"),
        function=difference,
    ),
    Declared("goal", value_unit, declaration=goal),
    Derived(
        "goal_shortfall",
        COUNT,
        inputs=("numerator", "denominator", "goal"),
        method="shortfall",
        function=shortfall,
        when=has_goal,
    ),
    Declared("deadline", DATE, declaration=deadline, without=NO_DEADLINE, when=has_goal),
    Derived(
        "per_week",
        COUNT,
        inputs=("goal_shortfall",),
        function=per_week,
        more=goal_days,
        when=has_goal_days,
    ),
    Derived(
        "pace",
        COUNT,
        inputs=("value", before("value")),
        function=weekly_pace,
        more=denominator_and_days,
        without=FIRST_PERIOD,
        when=has_goal,
    ),
    Derived(
        "goal_date",
        DATE,
        inputs=("goal_shortfall", "pace"),
        function=day_at_present_pace,
        more=lambda a: (a.period.period.last_day,),
        when=has_goal,
    ),
    Declared("movement_target", COUNT, declaration=movement_target),
    Derived(
        "movement_value",
        COUNT,
        inputs=("value", WHOLE_BEFORE),
        method="sum",
        function=summed,
        without=why_no_sum,
        when=lambda a: movement_target(a) is not None,
    ),
    Declared("least_value", value_unit, declaration=least("value")),
)
"""Of an indicator of one unit."""

PART: tuple[Kind, ...] = (
    Reported("month_numerator", COUNT, quantity=lambda a: a.measured.numerator),
    Reported("month_denominator", COUNT, quantity=lambda a: a.measured.denominator),
    Reported(
        "month_value",
        SHARE,
        own_decimals,
        inputs=("month_numerator", "month_denominator"),
        method="quotient",
        quantity=lambda a: a.measured.value,
    ),
)
"""Of a flow in one part of the period; their keys bear the part's own name ("2022-10")."""

TOTAL_KINDS: tuple[Kind, ...] = (
    counted("targets", "count_of_targets", lambda a: sum(map(has_its_target, a.results))),
    counted(
        "targets_known",
        "count_of_targets",
        lambda a: sum(r.is_met is not None for r in a.results),
    ),
    counted(
        "targets_met",
        "count_of_targets_met",
        lambda a: sum(r.is_met is True for r in a.results),
    ),
    counted("units", "count_of_units", lambda a: len(a.children)),
    counted("units_not_reported", "count_of_units", children_missing(Flag.NOT_REPORTED)),
    counted("units_unread", "count_of_units", children_missing(Flag.UNREAD)),
    counted(
        "units_lacking",
        "count_of_units",
        lambda a: len(a.period.results.lacking_below(a.unit.code)),
    ),
    counted("tables_lacking", "count_of_tables", tables_lacking),
    Taken(
        "points",
        POINTS,
        POINT_DECIMALS,
        inputs=(POINTS_OF_INDICATORS,),
        method="sum_of_points",
        function=lambda a: a.total.points,
        missing=lambda a: a.total.missing,
        marks=by_scoring,
    ),
    Declared(
        "max_points",
        POINTS,
        declaration=lambda a: (
            a.period.campaign.scoring.total_points,
            a.period.campaign.scoring.assumed,
        ),
    ),
    Taken("covered", SHARE, method="covered_points", function=lambda a: a.total.covered),
    counted("figures_lacking", "count_of_lacking", lambda a: len(a.total.lacking)),
    Taken(
        "bonus",
        POINTS,
        POINT_DECIMALS,
        inputs=(POINTS_OF_INDICATORS,),
        method="sum_of_bonus",
        function=lambda a: a.total.bonus,
        marks=by_scoring,
        when=lambda a: bool(a.period.campaign.scoring.bonus),
    ),
    Taken(
        "rank",
        COUNT,
        inputs=("points",),
        method="competition_rank",
        function=lambda a: a.total.rank,
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
    Derived(
        "rank_change",
        COUNT,
        inputs=("rank", before("rank")),
        function=places_gained,
        more=same_units,
        without=FIRST_PERIOD,
        when=has_group,
    ),
    Taken(
        "points_before",
        POINTS,
        POINT_DECIMALS,
        inputs=(POINTS_OF_INDICATORS, EARLIER_VALUES),
        method="points_by_these_rules",
        function=lambda a: a.progress.before if a.progress else None,
        when=has_progress,
    ),
    Taken(
        "progress",
        POINTS,
        POINT_DECIMALS,
        inputs=(POINTS_OF_INDICATORS, EARLIER_VALUES),
        method="difference",
        function=lambda a: a.progress.gain if a.progress else why_no_progress(a),
        when=has_group,
    ),
    Taken(
        "progress_rank",
        COUNT,
        inputs=(POINTS_OF_INDICATORS, EARLIER_VALUES),
        method="competition_rank",
        function=lambda a: a.progress.rank if a.progress else why_no_progress(a),
        when=has_group,
    ),
    counted(
        "progress_ranked",
        "count_of_ranked",
        lambda a: a.progress.ranked if a.progress else 0,
        has_progress,
    ),
    Taken(
        "rank_best",
        COUNT,
        inputs=("points",),
        method="rank_range",
        function=lambda a: a.rank_range.best if a.rank_range else None,
        marks=lambda a: assumed(),
        when=is_tried,
    ),
    Taken(
        "rank_worst",
        COUNT,
        inputs=("points",),
        method="rank_range",
        function=lambda a: a.rank_range.worst if a.rank_range else None,
        marks=lambda a: assumed(),
        when=is_tried,
    ),
    Taken(
        "award_draws",
        SHARE,
        inputs=("points",),
        method="share_of_draws",
        function=lambda a: a.rank_range.award_draws if a.rank_range else None,
        marks=lambda a: assumed(),
        when=is_tried,
    ),
    counted("cells", "count_of_cells", lambda a: len(cells(a))),
    counted("cells_doubtful", "count_of_cells", lambda a: len(cells(a) & a.period.doubtful_cells)),
    counted(
        "children_unchanged",
        "count_of_units",
        lambda a: len(a.period.unchanged_below(a.unit)),
        lambda a: a.period.earlier is not None,
    ),
    Declared("decimals", COUNT, declaration=rank_decimals),
    Declared("least_reported", SHARE, declaration=least("reported")),
    Declared("least_covered", SHARE, declaration=least("covered")),
    of_trials("trials", lambda found: found.trials),
    of_trials("trials_changing", lambda found: found.trials_changing),
    of_trials("cells_tried", lambda found: found.doubtful_cells),
    of_trials("cells_deciding", lambda found: len(found.deciding_cells)),
)
"""Of all indicators of a unit together, and of the ranking and the rewards among those below."""

MEASURE: tuple[Kind, ...] = (
    Reported(
        "value",
        COUNT,
        quantity=lambda a: a.period.results.aggregates.measure(a.unit.code, a.subject),
        when=is_counted,
    ),
)
"""Of what somebody counted."""

REWARD: tuple[Kind, ...] = (
    Declared("quota", COUNT, declaration=of_reward("quota")),
    Declared("minimum_share", SHARE, declaration=of_reward("minimum_share")),
    Declared("minimum_targets", COUNT, declaration=of_reward("minimum_targets")),
)
"""Of a reward among the units below."""

KINDS = {
    "indicator": INDICATOR,
    "month": PART,
    "total": TOTAL_KINDS,
    "measure": MEASURE,
    "reward": REWARD,
}
"""All kinds, by what they are about."""
