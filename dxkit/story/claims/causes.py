"""Where the results come from: which of the units below carry them and which hold them back."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import Claim, Reference
from dxkit.story.claims.narrative_rules import MOST_OTHERS
from dxkit.story.claims.rules import Filling, choose, state
from dxkit.story.claims.view import View, unit_of

_COUNTS = ("children", "children_known", "children_met")
_MISSING = frozenset({"not_reported", "unread", "no_data", "rejected"})
_IDLE = frozenset({"not_applicable"})


def causes(view: View) -> Iterator[Claim]:
    """The units below on each ratio whose target is missed, the costliest first, or on the one on
    which they differ most.
    """
    ratios = [i for i in view.indicators if i.kind is IndicatorKind.RATIO]
    if not any(view.fact(i.id, "value").known for i in ratios):
        return  # the situation says so
    missed = [i for i in ratios if view.result(i.id).is_met is False]
    missed.sort(key=lambda i: (view.result(i.id).points or 0) - i.max_points)
    for indicator in (missed or _most_spread(view, ratios))[:1]:
        yield from _below(view, indicator)
    yield from _others(view, missed[1:])
    yield from _left_out(view, ratios, "below_left_out", "left_out", _MISSING)
    yield from _left_out(view, ratios, "below_not_applicable", "not_applicable", _IDLE)
    yield from _small(view, ratios)


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
        return
    counts = view.known_kinds(indicator.id, *_COUNTS)
    common: dict[str, Filling] = {
        **counts,
        "indicator": Reference("short_indicator", indicator.id),
        "level": view.child_level,
    }
    slot = ("below_all_met", "below_none_met", "below_some_met", "below_untargeted")
    claim = choose(slot, common)
    if claim is not None:
        yield claim
    ordered = sorted(values, key=lambda fact: fact.number * indicator.direction)
    best, worst = ordered[-1], ordered[0]
    claim = choose(
        ("below_spread", "below_equal"),
        {
            **common,
            **view.known_kinds(indicator.id, "spread"),
            "best": best,
            "worst": worst,
            "best_units": [unit_of(fact) for fact in values if fact.number == best.number],
            "worst_units": [unit_of(fact) for fact in values if fact.number == worst.number],
        },
        indicator.direction,
    )
    if claim is not None:
        yield claim
    claim = _drag(view, indicator) if view.result(indicator.id).is_met is False else None
    if claim is not None:
        yield claim


def _others(view: View, missed: list[Indicator]) -> Iterator[Claim]:
    """How many units below reach the other targets that the whole misses, in one sentence."""
    filling: dict[str, Filling] = {}
    place = 0
    for indicator in missed[:MOST_OTHERS]:
        counts = view.known_kinds(indicator.id, "children_met", "children_known")
        if len(counts) == 2 and counts["children_known"].number > 1:
            place += 1
            filling[f"met_{place}"] = counts["children_met"]
            filling[f"known_{place}"] = counts["children_known"]
            filling[f"name_{place}"] = Reference("short_indicator", indicator.id)
    if place:
        yield state(f"below_others_{place}", filling)


def _drag(view: View, indicator: Indicator) -> Claim | None:
    """The unit below whose share of the result is furthest behind its share of the whole."""
    if indicator.direction < 0:
        return None
    pairs = [
        (child.find(indicator.id, "contribution"), child.find(indicator.id, "weight"))
        for child in view.children
    ]
    known = [(c, w) for c, w in pairs if c is not None and w is not None and c.known and w.known]
    if not known:
        return None
    contribution, weight = max(known, key=lambda pair: pair[1].number - pair[0].number)
    return choose(
        ("below_drag",),
        {
            "contribution": contribution,
            "weight": weight,
            "drag_unit": unit_of(weight),
            "unit": view.itself,
            "whole": Reference("measure", indicator.denominator),
            "part": Reference("measure", indicator.numerator),
        },
    )


def _left_out(
    view: View, ratios: list[Indicator], message: str, name: str, reasons: frozenset[str]
) -> Iterator[Claim]:
    """Which units below are left out for these reasons; one claim for all ratios that lack the
    same ones.
    """
    found: dict[tuple[str, ...], list[Indicator]] = {}
    for indicator in ratios:
        codes = tuple(
            child.unit.code
            for child in view.children
            if (fact := child.find(indicator.id, "value")) is not None and fact.missing in reasons
        )
        if codes:
            found.setdefault(codes, []).append(indicator)
    for codes, indicators in found.items():
        yield state(
            f"{message}_all" if len(indicators) == len(ratios) else message,
            {
                **{f"{name}_{i.id}": view.fact(i.id, f"children_{name}") for i in indicators},
                "units": [Reference("unit", code) for code in codes],
                "indicators": [Reference("short_indicator", i.id) for i in indicators],
            },
        )


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
        yield state(
            "below_small",
            {
                **{f"small_{i.id}": view.fact(i.id, "small_denominators") for i in indicators},
                "smallest": view.fact(indicators[0].id, "smallest"),
                "units": [Reference("unit", code) for code in codes],
                "indicators": [Reference("short_indicator", i.id) for i in indicators],
                "thing": Reference("thing", denominator),
            },
        )
