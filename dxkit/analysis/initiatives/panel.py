"""One indicator over the units of a level and several periods."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dxkit.analysis.facts.scorecard import Analysis


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of the panel: its ``type`` (commune, ward, township), its ``size``, the denominator of
    the indicator (households), 1 when it has none, and the ``district`` in which it lies: the unit
    next to the top of the tree, itself where it stands there, empty when that is not known.
    """

    code: str
    type: str = ""
    size: float = 1.0
    district: str = ""


@dataclass(frozen=True)
class Panel:
    """Values by (unit code, period); what is missing is not in it. ``direction`` is +1 when more
    is better, else -1; ``periods`` run forward in time.
    """

    indicator: str
    direction: int
    periods: tuple[str, ...]
    places: Mapping[str, Place]
    values: Mapping[tuple[str, str], float]
    simulated: bool = False

    def __repr__(self) -> str:
        size = f"periods={len(self.periods)}, places={len(self.places)}, values={len(self.values)}"
        return f"Panel({self.indicator!r}, {size})"

    def mean(self, unit_code: str, periods: Sequence[str]) -> float | None:
        """The mean of a unit's values over some periods; None unless all are there."""
        found = [self.values.get((unit_code, period)) for period in periods]
        known = [value for value in found if value is not None]
        return math.fsum(known) / len(known) if known and len(known) == len(found) else None


def panel_of(analyses: Sequence[Analysis], indicator_id: str, level: str) -> Panel:
    """The panel of an indicator at a level from analysed periods, given forward in time.

    Units are those of the last period. Values are unrounded; shares are fractions.
    """
    last = analyses[-1]
    indicator = last.campaign.indicator(indicator_id)
    next_to_top = last.campaign.levels[:2][-1].id
    places, values = {}, {}
    for unit in last.units.at_level(level):
        for analysis in analyses:
            result = analysis.results.by_indicator.get((unit.code, indicator_id))
            if result is None:
                continue
            value = result.measured.value.value
            if value is not None:
                values[unit.code, analysis.period.id] = float(value)
            size = result.measured.denominator.value
            district = last.units.ancestor_at(unit.code, next_to_top)
            places[unit.code] = Place(
                unit.code, unit.type, float(size or 1), district.code if district else ""
            )
    return Panel(
        indicator_id,
        indicator.direction,
        tuple(analysis.period.id for analysis in analyses),
        places,
        values,
        any(analysis.received.simulated_files for analysis in analyses),
    )
