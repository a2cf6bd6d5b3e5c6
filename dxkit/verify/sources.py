"""The cells that a number was read from, found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dxkit.model.facts import CellRef, FactKey

if TYPE_CHECKING:
    from dxkit.verify.numbers import Again

_SIDES = {"numerator": 0, "denominator": 1, "month_numerator": 0, "month_denominator": 1}


def cells_of(again: Again, key: FactKey) -> set[CellRef] | None:
    """The cells that a number was read from; None for one that is made from others."""
    period = again if key.period in (again.period.id, *again.period.parts) else again.before
    if period is None or key.unit not in period.units:
        return None
    sums = period.sums
    if key.period in period.period.parts:
        sums = period.part(key.period)
    indicator = next((i for i in again.campaign.indicators if i.id == key.subject), None)
    if indicator is None:
        known = {measure.id for measure in again.campaign.measures}
        both: set[CellRef] = set()
        if key.subject in known and key.kind == "value":
            both = set(sums.total(key.unit, (key.subject,))[2])
        measure = key.subject
    elif key.kind in _SIDES or (key.kind == "value" and indicator.kind != "ratio"):
        both = sums.cells(key.unit, indicator)
        measures = sums.measures_of(indicator)
        measure = measures[min(_SIDES.get(key.kind, 0), len(measures) - 1)]
    else:
        return None
    of = period.period.id
    return {
        CellRef(f"{of}/{c.file}", c.sheet, c.cell) for c in both & period.places.get(measure, set())
    }


def cells_behind(again: Again, unit: str) -> set[CellRef]:
    """All cells behind the unit's indicators."""
    found: set[CellRef] = set()
    for indicator in again.scores.indicators(unit):
        found |= again.sums.cells(unit, indicator)
    return found
