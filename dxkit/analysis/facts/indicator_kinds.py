"""Which facts a unit has of each indicator."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.analysis.aggregates import NO_DENOMINATOR, difference
from dxkit.analysis.facts.maker import FactMaker
from dxkit.analysis.outlook import shortfall
from dxkit.analysis.totals import Result
from dxkit.model.campaign import IndicatorKind
from dxkit.model.facts import Fact, UnitOfMeasure

TOTAL = "total"
"""The subject of facts about all indicators together."""

FIRST_PERIOD = "first_period"
NO_TARGET = "no_target"
NOT_RANKED = "not_ranked"
NOT_SCORED = "not_scored"
MANY_PERIODS = "many_periods"
"""Why there is no sum over the movement: only the period before is at hand, and there are more."""
OTHER_UNITS = "other_units"
"""Why there is no change of place: other units were ranked a period ago."""


_VALUE_UNITS = {
    IndicatorKind.RATIO: UnitOfMeasure.SHARE,
    IndicatorKind.COUNT: UnitOfMeasure.COUNT,
    IndicatorKind.VALUE: UnitOfMeasure.SCORE,
}
POINT_DECIMALS = 2
"""With how many decimals points are written."""


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
        POINT_DECIMALS,
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
    gap = None if value.value is None else difference(value.value, target.number)
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
        change = difference(value.value, previous.value)
    yield maker.derived(
        subject, "change", change, unit, result.indicator.decimals, "difference", (value, previous)
    )
