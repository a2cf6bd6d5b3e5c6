"""How the units below a unit stand: on how many of them what is said of the whole rests, and which
targets need attention.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dxkit.model.campaign import Indicator
from dxkit.model.facts import Fact
from dxkit.report.sentences.unit_view import View


@dataclass(frozen=True, slots=True)
class Reached:
    """How many of the units below reach the target of an indicator, of those with a figure."""

    indicator: Indicator
    met: Fact
    known: Fact

    @property
    def share(self) -> float:
        """The share of the units with a figure that reach the target."""
        return self.met.number / self.known.number

    @property
    def is_short(self) -> bool:
        """Whether some unit with a figure misses the target."""
        return self.met.number < self.known.number


def reached_below(view: View) -> Iterator[Reached]:
    """Each indicator with a target below and a figure of some unit, in the campaign's order."""
    for indicator in view.indicators:
        found = view.known_kinds(indicator.id, "children_met", "children_known")
        if len(found) == 2 and found["children_met"].known and found["children_known"].value:
            yield Reached(indicator, *found.values())


def weakest_first(view: View) -> list[Indicator]:
    """The indicators whose target the unit misses, then those that some unit below misses; in
    either group the one that the smallest share of the units below reach comes first, and among
    equals the one on which most points are lost. Nothing when nothing is lacking.
    """
    reached = {r.indicator.id: r for r in reached_below(view)}

    def order(indicator: Indicator) -> tuple[bool, float, float]:
        below = reached.get(indicator.id)
        points = view.fact(indicator.id, "points").value or 0
        return (
            view.is_met(indicator) is not False,
            below.share if below else 1.0,
            points - indicator.max_points,
        )

    lacking = [
        indicator
        for indicator in view.indicators
        if view.is_met(indicator) is False
        or (indicator.id in reached and reached[indicator.id].is_short)
    ]
    return sorted(lacking, key=order)


def least_covered(view: View) -> dict[str, Fact]:
    """Of the indicator behind a target that is judged whose figures come from the smallest share
    of the units below: how many have figures, of how many, and how many lack them. Nothing where
    no unit below lacks a figure.
    """
    found: list[tuple[float, dict[str, Fact]]] = []
    for indicator in view.indicators:
        left_out = view.fact(indicator.id, "children_left_out")
        if view.is_met(indicator) is not None and left_out.number > 0:
            counts = view.known_kinds(indicator.id, "children_known", "children")
            share = counts["children_known"].number / counts["children"].number
            found.append((share, {"left_out": left_out, **counts}))
    return min(found, key=lambda pair: pair[0])[1] if found else {}


def too_few_to_judge(view: View) -> bool:
    """Whether fewer than half of the units below have figures behind some target: then nothing is
    said to be reached by the whole, or compared with others.
    """
    return any(rests_on_few(view, i) for i in view.indicators if view.is_met(i) is not None)


def rests_on_few(view: View, indicator: Indicator) -> bool:
    """Whether fewer than half of the units below have a figure of an indicator."""
    known, of = (view.fact(indicator.id, kind).value for kind in ("children_known", "children"))
    return bool(known) and 2 * (known or 0) < (of or 0)
