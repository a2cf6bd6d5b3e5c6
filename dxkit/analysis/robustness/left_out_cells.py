"""What becomes of a ranking without a doubtful cell, whatever that should have held."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dxkit.analysis.robustness.trials import Matrix, Trials
from dxkit.analysis.scoring import REGISTRY, Case
from dxkit.analysis.totals import Result
from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import CellRef, reaches
from dxkit.model.observations import Observation


@dataclass(frozen=True, slots=True)
class Change:
    """The points of the group when a doubtful cell (or, without one, all of a unit's) is left
    out.
    """

    unit_code: str
    cell: CellRef | None
    points: Matrix
    targets_met: NDArray[np.int64]


def cell_changes(trials: Trials, doubtful: frozenset[CellRef]) -> Iterator[Change]:
    """What becomes of the points without each doubtful cell, and without all of a unit's."""
    for place, code in enumerate(trials.codes):
        found: dict[CellRef, None] = {}
        for indicator in trials.indicators:
            result = trials.results.by_indicator.get((code, indicator.id))
            if result is not None:
                quantities = (result.measured.numerator, result.measured.denominator)
                for quantity in quantities:
                    for o in quantity.observations:
                        if o.place in doubtful:
                            found[o.place] = None
        for cell in found:
            yield _without(trials, place, code, frozenset({cell}), cell)
        if len(found) > 1:
            yield _without(trials, place, code, frozenset(found), None)


def _without(
    trials: Trials, place: int, code: str, cells: frozenset[CellRef], cell: CellRef | None
) -> Change:
    shares = trials.shares[place].copy()
    met = trials.targets_met.copy()
    for column, indicator in enumerate(trials.indicators):
        result = trials.results.by_indicator.get((code, indicator.id))
        if result is None or np.isnan(shares[column]):
            continue
        value = value_without(result, cells)
        if value == result.measured.value.value:
            continue
        met[place] -= result.is_met is True
        if value is None:
            shares[column] = np.nan
            continue
        shares[column] = _scored(trials, code, indicator, result, value)
        if result.target is not None:
            met[place] += reaches(value, result.target.value, indicator.direction)
    points = trials.points.copy()
    changed = trials.points_of(shares[None, :], trials.weights[None, :])
    points[place] = changed[0, 0] - trials.bonus[0] + trials.bonus[place]
    return Change(code, cell, points, met)


def _scored(trials: Trials, code: str, indicator: Indicator, result: Result, value: float) -> float:
    peers = [
        float(other.measured.value.value)
        for c in trials.codes
        if c != code
        and (other := trials.results.by_indicator.get((c, indicator.id)))
        and other.measured.value.value is not None
    ]
    target = result.target.value if result.target else None
    share = REGISTRY[indicator.scoring](
        Case(value, target, indicator.direction, indicator.parameters, (*peers, value))
    )
    return math.nan if share is None else share


def value_without(result: Result, cells: Iterable[CellRef]) -> float | None:
    """The indicator's value when these cells, and what stands beside them in the same pair, are
    left out; None when nothing is left.
    """
    out = frozenset(cells)
    measured = result.measured
    kept_numerator = [o for o in measured.numerator.observations if o.place not in out]
    if result.indicator.kind is IndicatorKind.VALUE:
        same = len(kept_numerator) == len(measured.numerator.observations)
        return measured.value.value if same else None
    if result.indicator.kind is IndicatorKind.COUNT:
        return float(sum(o.value or 0 for o in kept_numerator)) if kept_numerator else None
    gone = {_pair(o) for o in measured.numerator.observations if o.place in out}
    gone |= {_pair(o) for o in measured.denominator.observations if o.place in out}
    if not gone:
        return measured.value.value
    numerator = sum(o.value or 0 for o in kept_numerator if _pair(o) not in gone)
    denominator = sum(
        o.value or 0
        for o in measured.denominator.observations
        if o.place not in out and _pair(o) not in gone
    )
    return numerator / denominator if denominator else None


def _pair(observation: Observation) -> tuple[str, str]:
    return observation.unit_code, observation.period
