"""Facts that compare a unit with others: the unit it is ranked in, and the units below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxkit.analysis.aggregates import difference, total
from dxkit.analysis.facts.indicator_kinds import TOTAL, difference_unit
from dxkit.analysis.facts.maker import FactMaker
from dxkit.analysis.totals import Result, Total
from dxkit.model.facts import Fact, FactKey, UnitOfMeasure, united_marks
from dxkit.model.observations import Flag


def is_met(result: Result) -> bool | None:
    """Whether the target is reached, on unrounded values; None without a value or a target."""
    return result.is_met


def against_group_facts(maker: FactMaker, value: Fact, of_group: Fact) -> Iterator[Fact]:
    """The value less that of the whole inside which the unit is ranked."""
    behind = None
    if value.value is not None and of_group.value is not None:
        behind = difference(value.value, of_group.value)
    yield of_group
    yield maker.derived(
        value.key.subject,
        "against_group",
        behind,
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


def small_facts(maker: FactMaker, below: Sequence[Result], smallest: float) -> Iterator[Fact]:
    """How many of the ratios below rest on fewer things than the campaign's ``smallest``."""
    if not below:
        return
    indicator = below[0].indicator.id
    yield maker.declared(indicator, "smallest", smallest, UnitOfMeasure.COUNT, assumed=True)
    denominators = (result.measured.denominator.value or 0 for result in below)
    small = sum(0 < denominator < smallest for denominator in denominators)
    yield maker.counted(indicator, "small_denominators", small, "count_of_units")


def spread_facts(maker: FactMaker, values: Sequence[Fact]) -> Iterator[Fact]:
    """The distance between the greatest and the least of the values of the units below."""
    if len(values) < 2:
        return
    ordered = sorted(values, key=lambda fact: fact.number)
    least, greatest = ordered[0], ordered[-1]
    yield maker.derived(
        greatest.key.subject,
        "spread",
        difference(greatest.number, least.number),
        difference_unit(greatest.unit),
        greatest.decimals,
        "difference",
        (greatest, least),
    )


def part_of_whole_facts(
    maker: FactMaker, own: Sequence[Fact | None], whole: Sequence[Fact | None]
) -> Iterator[Fact]:
    """What a unit has of the whole above it: ``contribution`` of the numerator, ``weight`` of the
    denominator. ``own`` and ``whole`` are the two numerators and denominators.
    """
    for kind, part, all_ in zip(("contribution", "weight"), own, whole, strict=True):
        if part is None or all_ is None or not part.known or not all_.known or not all_.number:
            continue
        yield Fact(
            maker.key(part.key.subject, kind),
            part.number / all_.number,
            UnitOfMeasure.SHARE,
            1,
            "quotient",
            (part.key, all_.key),
            part.sources,
            marks=united_marks((part, all_)),
        )


def same_type_facts(maker: FactMaker, value: Fact, alike: Sequence[Result]) -> Iterator[Fact]:
    """The value of all units of the same type together, the unit itself among them, and how far
    the unit is from it; nothing when it is the only one of its type. The others' cells are found
    by its inputs, so that a page lists the cells of its own unit only.
    """
    known = [r for r in alike if r.measured.value.value is not None]
    if len(known) < 2 or not value.known:
        return
    subject = value.key.subject
    yield maker.counted(subject, "type_units", len(known), "count_of_units")
    numerator = total(r.measured.numerator.value or 0 for r in known)
    denominator = total(r.measured.denominator.value or 0 for r in known)
    partial = any(r.measured.value.partial for r in known)
    of_type = Fact(
        maker.key(subject, "type_value"),
        numerator / denominator,
        value.unit,
        value.decimals,
        "quotient_of_sums",
        tuple(
            FactKey(maker.period, r.unit_code, subject, kind)
            for r in known
            for kind in ("numerator", "denominator")
        ),
        marks=frozenset({"partial"} if partial else ()),
    )
    yield of_type
    yield maker.derived(
        subject,
        "against_type",
        difference(value.number, of_type.number),
        difference_unit(value.unit),
        value.decimals,
        "difference",
        (value, of_type),
    )


def target_count_facts(maker: FactMaker, results: Sequence[Result]) -> Iterator[Fact]:
    """Of the unit's indicators with a target: how many there are, have a value, and reach it."""
    targeted = [result for result in results if result.target is not None]
    met = sum(is_met(result) is True for result in targeted)
    yield maker.counted(TOTAL, "targets", len(targeted), "count_of_targets")
    known = sum(is_met(result) is not None for result in targeted)
    yield maker.counted(TOTAL, "targets_known", known, "count_of_targets")
    yield maker.counted(TOTAL, "targets_met", met, "count_of_targets_met")


def reporting_facts(
    maker: FactMaker, totals: Sequence[Total], lacking: Sequence[str]
) -> Iterator[Fact]:
    """Of the units directly below: how many there are, how many sent nothing, of how many nothing
    could be used though files at hand hold parts that were not, and how many are ``lacking`` some
    of their figures.
    """
    silent = sum(total.missing == Flag.NOT_REPORTED for total in totals)
    unread = sum(total.missing == Flag.UNREAD for total in totals)
    yield maker.counted(TOTAL, "units", len(totals), "count_of_units")
    yield maker.counted(TOTAL, "units_not_reported", silent, "count_of_units")
    yield maker.counted(TOTAL, "units_unread", unread, "count_of_units")
    yield maker.counted(TOTAL, "units_lacking", len(lacking), "count_of_units")
