"""What to do: for each target still ahead, how much is lacking, where, and by when."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.model.campaign import Indicator
from dxkit.model.facts import TOTAL, Claim, Fact, Reference
from dxkit.report.sentences.below import least_covered, reached_below, too_few_to_judge
from dxkit.report.sentences.catalogue import SLOTS, Filling
from dxkit.report.sentences.unit_view import View, short_name, unit_of

_PLACES = ("first", "second", "third")


def next_steps(view: View, *, located: bool = True) -> Iterator[tuple[Claim, ...]]:
    """One group of claims for each target ahead, the largest loss of points first; or that
    nothing is lacking. The first of a group says where most is lacking if it is ``located``.
    """
    if not view.indicators:
        return  # nothing is measured at this level
    found: list[tuple[float, tuple[Claim, ...]]] = []
    for indicator in view.indicators:
        step = _step(view, indicator, located=located)
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
        slot = SLOTS["last_in_part"] if too_few_to_judge(view) else SLOTS["last"]
        last = slot.choose(
            {
                **least_covered(view),
                **{f"met_{r.indicator.id}": r.met for r in short},
                **{f"known_{r.indicator.id}": r.known for r in short},
                "indicators": [short_name(r.indicator) for r in short],
                **view.known_kinds(TOTAL, "targets", "targets_known", "targets_met"),
                "value": view.scorecard.fact(TOTAL, "points"),
                "unit": view.itself,
            }
        )
        if last is not None:
            yield (last,)


def _most_lacking(view: View, indicator: Indicator) -> list[Fact]:
    """Where most is lacking below, in three units at most: of those that lack the same, all or none
    is told, and nothing of a sole unit.
    """
    if len(view.children) < 2:
        return []
    facts = [f for f in view.child_facts(indicator.id, "goal_shortfall") if f.number > 0]
    below = sorted(facts, key=lambda fact: -fact.number)
    told, rest = below[: len(_PLACES)], below[len(_PLACES) :]
    return [fact for fact in told if not rest or fact.number > rest[0].number]


def _step(view: View, indicator: Indicator, *, located: bool) -> tuple[Claim, ...]:
    kinds = ("target", "goal", "shortfall", "points_to_target", "deadline", "per_week", "pace",
             "goal_date")  # fmt: skip
    lacking = view.scorecard.find(indicator.id, "goal_shortfall")
    if lacking is None or not lacking.known:
        return ()
    most = _most_lacking(view, indicator) if located else ()
    places = dict(zip(_PLACES, most, strict=False))
    filling: dict[str, Filling] = {
        **view.known_kinds(indicator.id, *kinds),
        "lacking": lacking,
        "indicator": short_name(indicator),
        "thing": Reference("thing", indicator.numerator),
        "part": Reference("measure", indicator.numerator),
        **places,
        **{f"{place}_unit": unit_of(fact) for place, fact in places.items()},
    }
    if view.campaign.is_flow(indicator):
        told = (SLOTS["flow"], SLOTS["trend"])
    else:
        told = (SLOTS["deadline"], SLOTS["pace"])
    first = SLOTS["step"].choose(filling)
    if first is None:
        return ()
    slots = (SLOTS["next_goal"], SLOTS["brings"], *told)
    return (first, *(claim for slot in slots for claim in slot.say(filling)))
