"""What to do: for each target not reached, how much is lacking and where most of it."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.analysis.unit_facts import TOTAL
from dxkit.model.facts import Claim, Reference
from dxkit.story.claims.rules import choose
from dxkit.story.claims.view import View, unit_of

_PLACES = ("first", "second", "third")


def next_steps(view: View) -> Iterator[Claim]:
    """One claim for each missed target, the largest shortfall of points first; or that there is
    none.
    """
    found = []
    for indicator in view.indicators:
        lacking = view.scorecard.find(indicator.id, "shortfall")
        if lacking is None or not lacking.known:
            continue
        below = sorted(
            (fact for fact in view.child_facts(indicator.id, "shortfall") if fact.number > 0),
            key=lambda fact: -fact.number,
        )
        places = dict(zip(_PLACES, below, strict=False))
        claim = choose(
            ("next_step_3", "next_step_2", "next_step_1", "next_step_whole"),
            {
                "shortfall": lacking,
                "target": view.fact(indicator.id, "target"),
                "indicator": Reference("indicator", indicator.id),
                "thing": Reference("thing", indicator.numerator),
                **places,
                **{f"{place}_unit": unit_of(fact) for place, fact in places.items()},
            },
        )
        if claim is not None:
            lost = indicator.max_points - view.fact(indicator.id, "points").number
            found.append((lost, claim))
    yield from (claim for _, claim in sorted(found, key=lambda pair: -pair[0]))
    done = choose(
        ("next_nothing",),
        {
            "targets": view.fact(TOTAL, "targets"),
            "targets_met": view.fact(TOTAL, "targets_met"),
        },
    )
    if done is not None:
        yield done
