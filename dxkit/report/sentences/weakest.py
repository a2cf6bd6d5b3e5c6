"""Which targets need attention: those that are missed, and those that some units below miss."""

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
        met = view.scorecard.find(indicator.id, "children_met")
        known = view.scorecard.find(indicator.id, "children_known")
        if met is not None and met.known and known is not None and known.value:
            yield Reached(indicator, met, known)


def weakest_first(view: View) -> list[Indicator]:
    """The indicators whose target the unit misses, then those that some unit below misses; in
    either group the one that the smallest share of the units below reach comes first, and among
    equals the one on which most points are lost. Nothing when nothing is lacking.
    """
    reached = {r.indicator.id: r for r in reached_below(view)}

    def is_missed(indicator: Indicator) -> bool:
        return view.result(indicator.id).is_met is False

    def order(indicator: Indicator) -> tuple[bool, float, float]:
        below = reached.get(indicator.id)
        points = view.result(indicator.id).points or 0
        return (
            not is_missed(indicator),
            below.share if below else 1.0,
            points - indicator.max_points,
        )

    lacking = [
        indicator
        for indicator in view.indicators
        if is_missed(indicator) or (indicator.id in reached and reached[indicator.id].is_short)
    ]
    return sorted(lacking, key=order)
