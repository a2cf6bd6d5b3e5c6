"""What to do: for each target still ahead, how much is lacking, where, and by when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dxkit.model.campaign import Indicator
from dxkit.model.facts import TOTAL, Claim, Fact
from dxkit.report.sentences.catalogue import SLOTS, Filling
from dxkit.report.sentences.unit_view import (
    View,
    least_covered,
    reached_below,
    short_name,
    too_few_to_judge,
    unit_of,
)

_PLACES = ("first", "second", "third")


@dataclass(frozen=True, slots=True)
class Task:
    """A target still ahead: its facts by kind, and where most is lacking below."""

    indicator: Indicator
    facts: Mapping[str, Fact]
    places: Sequence[Fact]


def tasks_ahead(view: View) -> list[Task]:
    """Each target still ahead, the largest loss of points first."""
    kinds = ("target", "goal", "shortfall", "points_to_target", "deadline", "per_week", "pace",
             "goal_date")  # fmt: skip
    found: list[tuple[float, Task]] = []
    for indicator in view.indicators:
        lacking = view.scorecard.find(indicator.id, "goal_shortfall")
        if lacking is not None and lacking.known and lacking.number > 0:
            facts = {**view.known_kinds(indicator.id, *kinds), "lacking": lacking}
            lost = indicator.max_points - (view.fact(indicator.id, "points").value or 0)
            found.append((lost, Task(indicator, facts, _most_lacking(view, indicator))))
    return [task for _, task in sorted(found, key=lambda pair: -pair[0])]


def due(task: Task) -> Iterator[Claim]:
    """Whether a target is reached in time at the present pace."""
    days = {kind: task.facts[kind] for kind in ("goal_date", "deadline") if kind in task.facts}
    yield from SLOTS["task_due"].say(days)


def next_steps(view: View, *, located: bool = True) -> Iterator[tuple[Claim, ...]]:
    """One group of claims for each target ahead, the largest loss of points first; or that
    nothing is lacking. The first of a group says where most is lacking if it is ``located``.
    """
    if not view.indicators:
        return  # nothing is measured at this level
    groups = [_step(view, task, located=located) for task in tasks_ahead(view)]
    said: set[Claim] = set()
    for group in groups:
        yield tuple(claim for claim in group if claim.message != "pace_first" or not said)
        said |= {claim for claim in group if claim.message == "pace_first"}
    if not groups:
        short = [r for r in reached_below(view) if r.is_short]
        slot = SLOTS["last_in_part"] if too_few_to_judge(view) else SLOTS["last"]
        named, value = [short_name(r.indicator) for r in short], view.fact(TOTAL, "points")
        last = slot.choose(
            {
                **least_covered(view),
                **{f"met_{r.indicator.id}": r.met for r in short},
                **{f"known_{r.indicator.id}": r.known for r in short},
                **view.told(TOTAL, "targets targets_known targets_met", "unit", value=value),
                "indicators": named,
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


def _step(view: View, task: Task, *, located: bool) -> tuple[Claim, ...]:
    indicator = task.indicator
    places = dict(zip(_PLACES, task.places if located else (), strict=False))
    units = {f"{place}_unit": unit_of(fact) for place, fact in places.items()}
    named = view.told(indicator, "", "indicator thing part", **units)
    filling: dict[str, Filling] = {**task.facts, **places, **named}
    if view.campaign.is_flow(indicator):
        told = (SLOTS["flow"], SLOTS["trend"])
    else:
        told = (SLOTS["deadline"], SLOTS["pace"])
    first = SLOTS["step"].choose(filling)
    if first is None:
        return ()
    slots = (SLOTS["next_goal"], SLOTS["brings"], *told)
    return (first, *(claim for slot in slots for claim in slot.say(filling)))
