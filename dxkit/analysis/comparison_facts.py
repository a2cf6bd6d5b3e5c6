"""Facts that compare a unit with others: the unit it is ranked in, and the units below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxkit.analysis.fact_maker import FactMaker
from dxkit.analysis.results import Result, Total
from dxkit.analysis.unit_facts import TOTAL, difference_unit
from dxkit.model.facts import Fact
from dxkit.model.table import Flag


def is_met(result: Result) -> bool | None:
    """Whether the target is reached, on unrounded values; None without a value or a target."""
    value = result.measured.value.value
    if value is None or result.target is None:
        return None
    return (value - result.target.value) * result.indicator.direction >= 0


def against_group_facts(maker: FactMaker, value: Fact, of_group: Fact) -> Iterator[Fact]:
    """The value less that of the whole inside which the unit is ranked."""
    difference = None
    if value.value is not None and of_group.value is not None:
        difference = value.value - of_group.value
    yield of_group
    yield maker.derived(
        value.key.subject,
        "against_group",
        difference,
        difference_unit(value.unit),
        value.decimals,
        "difference",
        (value, of_group),
    )


def children_facts(maker: FactMaker, indicator: str, below: Sequence[Result]) -> Iterator[Fact]:
    """Of the units directly below: how many there are, have a value, have nothing to measure, lack
    a value they should have, and reach their target.
    """
    known = [result for result in below if result.measured.value.value is not None]
    yield maker.counted(indicator, "children", len(below), "count_of_units")
    yield maker.counted(indicator, "children_known", len(known), "count_of_units")
    idle = sum(r.measured.value.missing == Flag.NOT_APPLICABLE for r in below)
    yield maker.counted(indicator, "children_not_applicable", idle, "count_of_units")
    left_out = len(below) - len(known) - idle
    yield maker.counted(indicator, "children_left_out", left_out, "count_of_units")
    if any(result.target for result in below):
        met = sum(is_met(result) is True for result in below)
        yield maker.counted(indicator, "children_met", met, "count_of_units_at_target")


def target_count_facts(maker: FactMaker, results: Sequence[Result]) -> Iterator[Fact]:
    """Of the unit's indicators with a target: how many there are, and how many reach it."""
    targeted = [result for result in results if result.target is not None]
    met = sum(is_met(result) is True for result in targeted)
    yield maker.counted(TOTAL, "targets", len(targeted), "count_of_targets")
    yield maker.counted(TOTAL, "targets_met", met, "count_of_targets_met")


def reporting_facts(maker: FactMaker, totals: Sequence[Total]) -> Iterator[Fact]:
    """Of the units directly below: how many there are, and how many sent nothing."""
    silent = sum(total.missing == Flag.NOT_REPORTED for total in totals)
    yield maker.counted(TOTAL, "units", len(totals), "count_of_units")
    yield maker.counted(TOTAL, "units_not_reported", silent, "count_of_units")
