"""On which criteria a unit stands best and lowest, each place out of those ranked on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dxkit.model.facts import TOTAL, Claim, Fact, Reference
from dxkit.report.sentences.catalogue import Filling, choose, state
from dxkit.report.sentences.narrative_rules import MOST_PLACES
from dxkit.report.sentences.unit_view import View


@dataclass(frozen=True, slots=True)
class _Standing:
    """The place on one criterion, and out of how many: units that have nothing to measure are not
    ranked, so that criteria differ in it.
    """

    rank: Fact
    ranked: Fact

    @property
    def behind(self) -> float:
        """How many places follow."""
        return self.ranked.number - self.rank.number


def strengths(view: View) -> Iterator[Claim]:
    """The criteria with the best place, the last one never being it; then among the others those
    nearest the bottom. Or that all are alike, or that there is no figure to be ranked on.
    """
    ranks = [fact for fact in view.own_facts("rank") if fact.key.subject != TOTAL]
    if view.group is None or not ranks:
        return
    if not any(fact.known for fact in ranks):
        yield state("strength_unknown", {"best_rank": ranks[0], "unit": view.itself})
    found = [
        _Standing(fact, ranked)
        for fact in ranks
        if fact.known and (ranked := view.fact(fact.key.subject, "ranked")).number > 1
    ]
    if not found:
        return
    alike = _even(view, found)
    if alike is not None:
        yield alike
        return
    first = min((s.rank.number for s in found if s.behind), default=0)
    best = [s for s in found if s.behind and s.rank.number == first]
    others = [s for s in found if s not in best]
    last = min((s.behind for s in others), default=0)
    for name, told in (("best", best), ("worst", [s for s in others if s.behind == last])):
        claim = _places(name, told)
        if claim is not None:
            yield claim


def _even(view: View, found: list[_Standing]) -> Claim | None:
    ranks = sorted((s.rank for s in found), key=lambda fact: fact.number)
    ranked = sorted((s.ranked for s in found), key=lambda fact: fact.number)
    return choose(
        ("strength_even",),
        {
            "unit": view.itself,
            "best_rank": ranks[0],
            "worst_rank": ranks[-1],
            "least_ranked": ranked[0],
            "most_ranked": ranked[-1],
        },
    )


def _places(name: str, told: list[_Standing]) -> Claim | None:
    """Each place once with its criteria; nothing where they are too many to be read."""
    groups: dict[float, list[_Standing]] = {}
    for standing in told:
        groups.setdefault(standing.ranked.number, []).append(standing)
    if not 0 < len(groups) <= MOST_PLACES:
        return None
    filling: dict[str, Filling] = {}
    for place, alike in enumerate(groups.values(), start=1):
        filling[f"rank_{place}"] = alike[0].rank
        filling[f"ranked_{place}"] = alike[0].ranked
        filling[f"at_{place}"] = [Reference("short_indicator", s.rank.key.subject) for s in alike]
    return state(f"strength_{name}_{len(groups)}", filling)
