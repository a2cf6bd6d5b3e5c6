"""The paragraph about one indicator: level, change, standing, and what lies below."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import Claim, Fact, Reference
from dxkit.story.claims.rules import choose, state
from dxkit.story.claims.view import View, unit_of

_LEVELS = ("exceeded", "met", "nearly", "missed", "no_target")
_REASONS = ("not_reported", "no_data", "not_applicable", "rejected")
_CHANGES = ("up", "down", "same", "unknown")
_STANDINGS = ("standing_above", "standing_below", "standing_equal", "standing_rank")


def indicator_claims(view: View, indicator: Indicator) -> Iterator[Claim]:
    """What is true of one indicator of the unit, in reading order."""
    level = _level(view, indicator)
    yield level
    if not view.fact(indicator.id, "value").known:
        return
    for claim in (
        _change(view, indicator),
        _standing(view, indicator),
        *_below(view, indicator),
    ):
        if claim is not None:
            yield claim


def _facts(view: View, indicator: Indicator, *kinds: str) -> dict[str, Fact]:
    found = {kind: view.scorecard.find(indicator.id, kind) for kind in kinds}
    return {kind: fact for kind, fact in found.items() if fact is not None}


def _thing(indicator: Indicator) -> Reference:
    """The thing that the indicator counts."""
    return Reference("thing", indicator.numerator)


def _level(view: View, indicator: Indicator) -> Claim:
    kind = indicator.kind.value
    claim = choose(
        [f"level_{name}_{kind}" for name in _LEVELS] + [f"level_{name}" for name in _REASONS],
        {
            **_facts(
                view, indicator, "value", "target", "gap", "shortfall", "numerator", "denominator"
            ),
            "indicator": Reference("indicator", indicator.id),
            "thing": _thing(indicator),
            "unit": view.itself,
        },
        indicator.direction,
    )
    if claim is None:
        raise LookupError(f"no sentence fits the level of {indicator.id} at {view.unit.code}")
    return claim


def _change(view: View, indicator: Indicator) -> Claim | None:
    if view.previous_period is None:
        return None  # said once, at the top
    previous = view.scorecard.previous(indicator.id, "value")
    more = {"previous": previous} if previous is not None else {}
    return choose(
        [f"change_{name}_{indicator.kind.value}" for name in _CHANGES],
        {
            **_facts(view, indicator, "value", "change"),
            **more,
            "previous_period": view.previous_period,
            "thing": _thing(indicator),
        },
        indicator.direction,
    )


def _standing(view: View, indicator: Indicator) -> Claim | None:
    facts = _facts(view, indicator, "rank", "ranked")
    if view.group is None or "rank" not in facts:
        return None
    if indicator.kind is IndicatorKind.RATIO:
        whole = view.analysis.scorecard(view.group.code).find(indicator.id, "value")
        if whole is not None:
            facts["group_value"] = whole
            facts["difference"] = view.fact(indicator.id, "against_group")
    return choose(
        _STANDINGS,
        {
            **facts,
            "group": Reference("unit", view.group.code),
            "level": Reference("level", view.unit.level),
        },
        indicator.direction,
    )


def _below(view: View, indicator: Indicator) -> Iterator[Claim | None]:
    """How many units below reach the target, which are best and worst, who is left out."""
    counts = _facts(
        view,
        indicator,
        "children",
        "children_known",
        "children_met",
        "children_left_out",
        "children_not_applicable",
    )
    values = view.child_facts(indicator.id, "value")
    if not values or indicator.kind is not IndicatorKind.RATIO:
        return
    if "children_met" in counts:
        yield choose(
            ("below_all_met", "below_none_met", "below_some_met"),
            {
                **counts,
                "level": view.child_level,
            },
        )
    if len(values) > 1:
        ordered = sorted(values, key=lambda fact: fact.number * indicator.direction)
        best, worst = ordered[-1], ordered[0]
        yield choose(
            ("below_spread", "below_equal"),
            {
                "best": best,
                "worst": worst,
                "children_known": counts["children_known"],
                "best_units": [unit_of(fact) for fact in values if fact.number == best.number],
                "worst_units": [unit_of(fact) for fact in values if fact.number == worst.number],
                "level": view.child_level,
            },
        )
    for message, reasons in (
        ("below_left_out", {"not_reported", "no_data", "rejected"}),
        ("below_not_applicable", {"not_applicable"}),
    ):
        units = [
            Reference("unit", child.unit.code)
            for child in view.children
            if (fact := child.find(indicator.id, "value")) is not None and fact.missing in reasons
        ]
        if units:
            yield state(
                message,
                {
                    **counts,
                    "units": units,
                },
            )
