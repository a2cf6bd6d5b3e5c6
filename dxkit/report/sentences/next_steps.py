"""What to do: for each target still ahead, how much is lacking, where, and by when."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.model.campaign import Indicator
from dxkit.model.facts import TOTAL, Claim, Reference
from dxkit.report.sentences.catalogue import Filling, choose
from dxkit.report.sentences.coverage import least_covered, too_few_to_judge
from dxkit.report.sentences.unit_view import View, unit_of
from dxkit.report.sentences.weakest import reached_below

_PLACES = ("first", "second", "third")
_STEPS = (
    "next_step_3_apart",
    "next_step_3",
    "next_step_2_apart",
    "next_step_2",
    "next_step_1_apart",
    "next_step_1",
    "next_step_whole",
)
"""Told unit by unit where the parts make more than the whole, which others above it make up for."""
_LAST = ("next_below", "next_nothing", "next_unknown")
_PACES = (
    "pace_in_time",
    "pace_late",
    "pace_open",
    "pace_slow",
    "pace_none",
    "pace_first",
    "pace_unknown",
)
_TRENDS = ("trend_in_time", "trend_late", "trend_open", *_PACES[3:])
"""Of a share of what arises anew in each period: nothing is left over to be made up."""


def next_steps(view: View) -> Iterator[tuple[Claim, ...]]:
    """One group of claims for each target ahead, the largest loss of points first; or that
    nothing is lacking.
    """
    if not view.results:
        return  # nothing is measured at this level
    found: list[tuple[float, tuple[Claim, ...]]] = []
    for indicator in view.indicators:
        step = _step(view, indicator)
        if step:
            points = view.fact(indicator.id, "points")
            found.append((indicator.max_points - (points.value or 0), step))
    groups = [step for _, step in sorted(found, key=lambda pair: -pair[0])]
    said: set[Claim] = set()
    for group in groups:
        yield tuple(claim for claim in group if claim.message != "pace_first" or not said)
        said |= {claim for claim in group if claim.message == "pace_first"}
    if not groups:
        short = [r for r in reached_below(view) if r.is_short]
        slot = ("next_open",) if too_few_to_judge(view) else _LAST
        last = choose(
            slot,
            {
                **least_covered(view),
                **{f"met_{r.indicator.id}": r.met for r in short},
                **{f"known_{r.indicator.id}": r.known for r in short},
                "indicators": [Reference("short_indicator", r.indicator.id) for r in short],
                **view.known_kinds(TOTAL, "targets", "targets_known", "targets_met"),
                "value": view.scorecard.fact(TOTAL, "points"),
                "unit": view.itself,
            },
        )
        if last is not None:
            yield (last,)


def _step(view: View, indicator: Indicator) -> tuple[Claim, ...]:
    kinds = ("target", "goal", "deadline", "per_week", "pace", "goal_date")
    lacking = view.scorecard.find(indicator.id, "goal_shortfall")
    if lacking is None or not lacking.known:
        return ()
    below = sorted(
        (fact for fact in view.child_facts(indicator.id, "goal_shortfall") if fact.number > 0),
        key=lambda fact: -fact.number,
    )
    places = dict(zip(_PLACES, below, strict=False))
    filling: dict[str, Filling] = {
        **view.known_kinds(indicator.id, *kinds),
        "lacking": lacking,
        "indicator": Reference("short_indicator", indicator.id),
        "thing": Reference("thing", indicator.numerator),
        "part": Reference("measure", indicator.numerator),
        **places,
        **{f"{place}_unit": unit_of(fact) for place, fact in places.items()},
    }
    slots: tuple[tuple[str, ...], ...] = (
        _STEPS, ("next_goal",), ("deadline_set", "deadline_none"), _PACES
    )  # fmt: skip
    if view.campaign.is_flow(indicator):
        slots = (_STEPS, ("next_goal",), ("flow_weekly",), _TRENDS)
    claims = (choose(slot, filling) for slot in slots)
    first, *others = claims
    if first is None:
        return ()
    return (first, *(claim for claim in others if claim is not None))
