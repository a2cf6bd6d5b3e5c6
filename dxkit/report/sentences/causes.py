"""Where the results come from: which of the units below carry them and which hold them back."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.analysis.analysis import Scorecard
from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import TOTAL, Claim, Fact, Reference, reaches
from dxkit.report.sentences.catalogue import SLOTS, Filling, Slot
from dxkit.report.sentences.unit_view import (
    View,
    ends_of,
    reached_below,
    short_name,
    too_few_to_judge,
    unit_of,
    weakest_first,
)

_COUNTS = "children children_known children_met"
_MISSING = frozenset({"not_reported", "part_not_reported", "unread", "no_data", "rejected"})
_IDLE = frozenset({"not_applicable"})
MOST_SHORT = 5
"""Units that are named where they miss a target; more are counted."""


def causes(view: View) -> Iterator[Claim]:
    """The units below on the weakest of what is lacking, and how many of them reach the other
    targets; that nothing is lacking, or that too little is known to say so.
    """
    ratios = [i for i in view.indicators if i.kind is IndicatorKind.RATIO]
    if not any(view.fact(i.id, "value").known for i in view.indicators):
        return  # the situation says so
    lacking = weakest_first(view)
    yield from _overall(view, lacking)
    if lacking:
        yield from _below(view, lacking[0])
        yield from _others(view, lacking[1:])
    elif not view.fact(TOTAL, "targets").number:
        for indicator in _most_spread(view, ratios):
            yield from _below(view, indicator)
    if any(view.fact(i.id, "value").known for i in ratios):
        for places, name, reasons in (
            ((SLOTS["left_out"], SLOTS["left_out_all"]), "left_out", _MISSING),
            ((SLOTS["not_applicable"], SLOTS["not_applicable_all"]), "not_applicable", _IDLE),
        ):
            yield from _left_out(view, ratios, places, name, reasons)
        yield from _small(view, ratios)


def _overall(view: View, lacking: list[Indicator]) -> Iterator[Claim]:
    """Where the unit itself reaches all its targets: whether those below do so too."""
    if not view.children or too_few_to_judge(view):
        return
    reached = list(reached_below(view))
    shown = [r for r in reached if r.is_short] if lacking else reached
    told = view.told(TOTAL, "targets targets_known targets_met", "unit")
    told |= {f"met_{r.indicator.id}": r.met for r in shown}
    told |= {f"known_{r.indicator.id}": r.known for r in shown}
    yield from SLOTS["short_of_all" if lacking else "nothing_short"].say(told)


def _most_spread(view: View, ratios: list[Indicator]) -> list[Indicator]:
    spreads = [
        (fact.number, indicator)
        for indicator in ratios
        if (fact := view.scorecard.find(indicator.id, "spread")) is not None and fact.known
    ]
    return [max(spreads, key=lambda pair: pair[0])[1]] if spreads else []


def _below(view: View, indicator: Indicator) -> Iterator[Claim]:
    """How many units below reach the target, which are best and worst, and which of them holds a
    missed target back most.
    """
    values = view.child_facts(indicator.id, "value")
    if len(values) < 2:
        yield from _others(view, [indicator])
        return
    yield from SLOTS["met_below"].say(view.told(indicator, _COUNTS, "indicator level"))
    if indicator.kind is IndicatorKind.RATIO:
        yield from _extremes(view, indicator, values)
    yield from _short(view, indicator)
    if view.is_met(indicator) is False:
        yield from _drag(view, indicator)


def _extremes(view: View, indicator: Indicator, values: tuple[Fact, ...]) -> Iterator[Claim]:
    """Which units below are best and worst on a ratio, and how far apart they are."""
    ordered = sorted(values, key=lambda fact: fact.number * indicator.direction)
    best, worst = ordered[-1], ordered[0]
    told = view.told(indicator, "spread children_known", **ends_of(best, worst, values))
    yield from SLOTS["extremes"].say(told, indicator.direction)


def _short(view: View, indicator: Indicator) -> Iterator[Claim]:
    """Which units below miss the target, where they are few beside those that reach it."""
    gaps = [
        fact
        for fact in view.child_facts(indicator.id, "gap")
        if not reaches(fact.number, 0, indicator.direction)
    ]
    met = view.scorecard.find(indicator.id, "children_met")
    if met is None or not met.value or not 0 < len(gaps) <= MOST_SHORT:
        return
    told = view.told(indicator, _COUNTS, "indicator", short_units=list(map(unit_of, gaps)))
    told |= {f"short_{fact.key.unit}": fact for fact in gaps}
    yield from SLOTS["short"].say(told, indicator.direction)


def _others(view: View, lacking: list[Indicator]) -> Iterator[Claim]:
    """How many units below reach the other targets that some of them miss, in one sentence; and
    which of them miss it, where there is one such target.
    """
    filling: dict[str, Filling] = {}
    short = {r.indicator.id: r for r in reached_below(view) if r.is_short}
    others = [short[i.id] for i in lacking if i.id in short][: len(SLOTS["others"].sentences)]
    for number, other in enumerate(others, start=1):
        filling[f"met_{number}"] = other.met
        filling[f"known_{number}"] = other.known
        filling[f"name_{number}"] = short_name(other.indicator)
    yield from SLOTS["others"].say(filling)
    if len(others) == 1:
        yield from _short(view, others[0].indicator)


def _drag(view: View, indicator: Indicator) -> Iterator[Claim]:
    """The unit below whose share of the result is furthest behind its share of the whole."""
    if indicator.direction < 0 or indicator.kind is not IndicatorKind.RATIO:
        return
    pairs = [
        (child.find(indicator.id, "contribution"), child.find(indicator.id, "weight"))
        for child in view.children
    ]
    known = [(c, w) for c, w in pairs if c is not None and w is not None and c.known and w.known]
    if not known:
        return
    contribution, weight = max(known, key=lambda pair: pair[1].number - pair[0].number)
    named = view.told(indicator, "", "unit whole part", drag_unit=unit_of(weight))
    yield from SLOTS["drag"].say({"contribution": contribution, "weight": weight, **named})


def _left_out(
    view: View,
    ratios: list[Indicator],
    places: tuple[Slot, Slot],
    name: str,
    reasons: frozenset[str],
) -> Iterator[Claim]:
    """Which units below are left out for these reasons; one claim for all ratios that lack the
    same ones.
    """
    found: dict[tuple[str, ...], list[Indicator]] = {}
    for indicator in ratios:
        left = [
            child
            for child in view.children
            if (fact := child.find(indicator.id, "value")) is not None and fact.missing in reasons
        ]
        codes = tuple(child.unit.code for child in left)
        absent = _none_there(view, indicator, left) if reasons == _IDLE else None
        if absent is not None:
            yield absent
        elif codes:
            found.setdefault(codes, []).append(indicator)
    for codes, indicators in found.items():
        of_some, of_all = places
        yield from (of_all if len(indicators) == len(ratios) else of_some).say(
            {
                **{f"{name}_{i.id}": view.fact(i.id, f"children_{name}") for i in indicators},
                "units": [Reference("unit", code) for code in codes],
                "indicators": list(map(short_name, indicators)),
            }
        )


def _none_there(view: View, indicator: Indicator, idle: list[Scorecard]) -> Claim | None:
    """That these units have none of the things of which the indicator is a share."""
    filling: dict[str, Filling] = {}
    for card in idle:
        filling |= view.nought_of(card, indicator)
    if len(filling) < len(idle) or not idle:
        return None
    counted = view.fact(indicator.id, "children_not_applicable")
    units = [Reference("unit", card.unit.code) for card in idle]
    named = view.told(indicator, "", "whole", units=units, indicators=short_name(indicator))
    told = {f"not_applicable_{indicator.id}": counted, **filling, **named}
    return SLOTS["none_there"].choose(told)


def _small(view: View, ratios: list[Indicator]) -> Iterator[Claim]:
    """Which ratios below rest on so few things that one more or less moves them."""
    found: dict[tuple[tuple[str, ...], str], list[Indicator]] = {}
    for indicator in ratios:
        smallest = view.scorecard.find(indicator.id, "smallest")
        if smallest is None:
            continue
        codes = tuple(
            fact.key.unit
            for fact in view.child_facts(indicator.id, "denominator")
            if 0 < fact.number < smallest.number
        )
        if codes:
            found.setdefault((codes, indicator.denominator), []).append(indicator)
    for (codes, denominator), indicators in found.items():
        yield from SLOTS["small"].say(
            {
                **{f"small_{i.id}": view.fact(i.id, "small_denominators") for i in indicators},
                "smallest": view.fact(indicators[0].id, "smallest"),
                "units": [Reference("unit", code) for code in codes],
                "indicators": list(map(short_name, indicators)),
                "thing": Reference("thing", denominator),
            }
        )
