"""Which facts a unit has: of each indicator, of its total, of each measure."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.analysis.fact_maker import FactMaker
from dxkit.analysis.indicators import NO_DENOMINATOR
from dxkit.analysis.outlook import shortfall
from dxkit.analysis.totals import EXCLUDED, Result, Total
from dxkit.model.campaign import IndicatorKind
from dxkit.model.facts import Fact, FactKey, UnitOfMeasure
from dxkit.model.rules import RankingRule, ScoringRule

TOTAL = "total"
"""The subject of facts about all indicators together."""

FIRST_PERIOD = "first_period"
NO_TARGET = "no_target"
NOT_RANKED = "not_ranked"
NOT_SCORED = "not_scored"


def why_no_rank(total: Total) -> str:
    """Why a unit has no place: nothing to rank, a decision, or a condition it falls below."""
    if total.points is None:
        return NOT_RANKED
    return total.unranked if total.unranked == EXCLUDED else f"below_{total.unranked}"


_VALUE_UNITS = {
    IndicatorKind.RATIO: UnitOfMeasure.SHARE,
    IndicatorKind.COUNT: UnitOfMeasure.COUNT,
    IndicatorKind.VALUE: UnitOfMeasure.SCORE,
}
_POINT_DECIMALS = 2


def value_facts(maker: FactMaker, result: Result) -> tuple[Fact, tuple[Fact, ...]]:
    """The value of an indicator, and its numerator and denominator when it is a ratio."""
    indicator, measured = result.indicator, result.measured
    parts: tuple[Fact, ...] = ()
    if measured.denominator is not NO_DENOMINATOR:
        parts = (
            maker.reported(indicator.id, "numerator", measured.numerator, UnitOfMeasure.COUNT),
            maker.reported(indicator.id, "denominator", measured.denominator, UnitOfMeasure.COUNT),
        )
    method, unit = "quotient" if parts else "sum", _VALUE_UNITS[indicator.kind]
    value = maker.reported(
        indicator.id, "value", measured.value, unit, indicator.decimals, method, parts
    )
    return value, parts


def points_fact(maker: FactMaker, result: Result, value: Fact) -> Fact:
    """The points that a value earns."""
    return maker.derived(
        result.indicator.id,
        "points",
        result.points,
        UnitOfMeasure.POINTS,
        _POINT_DECIMALS,
        result.indicator.scoring,
        (value,),
        missing=NOT_SCORED if value.known else value.missing,
        assumed=result.indicator.assumed,
    )


def indicator_facts(
    maker: FactMaker,
    result: Result,
    value: Fact,
    parts: tuple[Fact, ...],
    points: Fact,
    previous: Fact | None,
) -> Iterator[Fact]:
    """Everything about one indicator of one unit: its value, with numerator and denominator as
    ``parts``, its points, and all that is said of them; ``previous`` is its value a period ago.
    """
    indicator = result.indicator
    yield from parts
    yield value
    yield from _target_facts(maker, result, value, parts)
    yield from _change_facts(maker, result, value, previous)
    yield points
    yield maker.declared(
        indicator.id,
        "max_points",
        indicator.max_points,
        UnitOfMeasure.POINTS,
        assumed=indicator.assumed,
    )
    if result.ranked:
        yield maker.derived(
            indicator.id,
            "rank",
            result.rank,
            UnitOfMeasure.COUNT,
            0,
            "competition_rank",
            (value,),
            missing=value.missing,
        )
        yield maker.counted(indicator.id, "ranked", result.ranked, "count_of_ranked")


def difference_unit(unit: UnitOfMeasure) -> UnitOfMeasure:
    """The unit of a difference between two values of ``unit``."""
    return UnitOfMeasure.SHARE_DIFFERENCE if unit is UnitOfMeasure.SHARE else unit


def _target_facts(
    maker: FactMaker, result: Result, value: Fact, parts: tuple[Fact, ...]
) -> Iterator[Fact]:
    subject, decimals = result.indicator.id, result.indicator.decimals
    if result.target is None:
        yield maker.absent(subject, "target", value.unit, NO_TARGET)
        return
    target = maker.declared(
        subject, "target", result.target.value, value.unit, assumed=result.target.assumed
    )
    yield target
    gap = None if value.value is None else value.value - target.number
    unit = difference_unit(value.unit)
    both = (value, target)
    yield maker.derived(subject, "gap", gap, unit, decimals, "difference", both)
    yield maker.derived(
        subject, "attained", result.attained, UnitOfMeasure.SHARE, 1, "quotient", both
    )
    if parts and result.indicator.direction > 0:
        lacking = None
        if value.known:
            numerator, denominator = (int(part.number) for part in parts)
            lacking = shortfall(numerator, denominator, result.target.value)
        yield maker.derived(
            subject,
            "shortfall",
            lacking,
            UnitOfMeasure.COUNT,
            0,
            "shortfall",
            (*parts, target),
            missing=value.missing,
        )


def _change_facts(
    maker: FactMaker, result: Result, value: Fact, previous: Fact | None
) -> Iterator[Fact]:
    subject, unit = result.indicator.id, difference_unit(value.unit)
    if previous is None:
        yield maker.absent(subject, "change", unit, FIRST_PERIOD)
        return
    change = None
    if value.value is not None and previous.value is not None:
        change = value.value - previous.value
    yield maker.derived(
        subject, "change", change, unit, result.indicator.decimals, "difference", (value, previous)
    )


def total_points_fact(
    maker: FactMaker, total: Total, points: tuple[Fact, ...], scoring: ScoringRule
) -> Fact:
    """The points over all indicators; ``points`` are those of each."""
    return maker.derived(
        TOTAL,
        "points",
        total.points,
        UnitOfMeasure.POINTS,
        _POINT_DECIMALS,
        "sum_of_points",
        points,
        missing=total.missing,
        assumed=scoring.assumed,
    )


def rank_fact(
    maker: FactMaker,
    total: Total,
    points: Fact,
    points_of_group: tuple[FactKey, ...],
    ranking: RankingRule,
) -> Fact:
    """The place by ``points`` among the totals whose keys are ``points_of_group``."""
    return Fact(
        maker.key(TOTAL, "rank"),
        total.rank,
        UnitOfMeasure.COUNT,
        0,
        "competition_rank",
        points_of_group,
        points.sources,
        "" if total.rank is not None else why_no_rank(total),
        points.marks | ({"assumed"} if ranking.assumed else set()),
    )


def total_facts(
    maker: FactMaker,
    total: Total,
    points: Fact,
    points_of_indicators: tuple[Fact, ...],
    rank: Fact | None,
    previous_rank: Fact | None,
    scoring: ScoringRule,
) -> Iterator[Fact]:
    """Everything about the total of one unit.

    ``rank`` is None when it is not ranked; ``previous_rank`` its place a period ago, None in the
    first period.
    """
    count = UnitOfMeasure.COUNT
    yield points
    yield maker.declared(
        TOTAL,
        "max_points",
        scoring.total_points,
        UnitOfMeasure.POINTS,
        assumed=scoring.assumed,
    )
    yield maker.derived(
        TOTAL, "covered", total.covered, UnitOfMeasure.SHARE, 0, "covered_points", ()
    )
    if scoring.bonus:
        yield maker.derived(
            TOTAL,
            "bonus",
            total.bonus,
            UnitOfMeasure.POINTS,
            _POINT_DECIMALS,
            "sum_of_bonus",
            points_of_indicators,
            assumed=scoring.assumed,
        )
    if rank is None:
        return
    yield rank
    yield maker.counted(TOTAL, "ranked", total.ranked, "count_of_ranked")
    if total.rank is not None:
        yield maker.counted(TOTAL, "rank_shared", total.sharing, "count_of_ranked")
    if previous_rank is None:
        yield maker.absent(TOTAL, "rank_change", count, FIRST_PERIOD)
        return
    yield previous_rank
    gained = None
    if rank.value is not None and previous_rank.value is not None:
        gained = previous_rank.value - rank.value
    yield maker.derived(
        TOTAL, "rank_change", gained, count, 0, "places_gained", (rank, previous_rank)
    )
