"""How sure a rank is: the ranking tried again under every reasonable doubt, all trials at once.

The weights are varied within the declared band: raised or lowered by all of it in every
combination, which gives the ranks that are possible, and in seeded draws, which tell how often.
Apart from that each other way is tried and named: an indicator left out, another mean, ranks added
up, each doubtful cell left out, and all of a unit, points that are written alike taken as alike.
Nothing is assumed about what a doubtful cell ought to hold. Units that are equal in a trial share
their ranks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dxkit.analysis.outcomes import Certainty, DecidingCell, RankRange, Result, Results
from dxkit.analysis.robustness.trials import Keys, Matrix, Trials
from dxkit.analysis.scoring import REGISTRY, Case
from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import CellRef, reaches
from dxkit.model.observations import Observation
from dxkit.model.rules import UncertaintyRule


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
    for row, code in enumerate(trials.codes):
        found: dict[CellRef, None] = {}
        for indicator in trials.indicators:
            result = trials.results.by_indicator.get((code, indicator.id))
            if result is not None:
                quantities = (result.measured.numerator, result.measured.denominator)
                for quantity in quantities:
                    for o in quantity.observations:
                        if o.address in doubtful:
                            found[o.address] = None
        for cell in found:
            yield _without(trials, row, code, frozenset({cell}), cell)
        if len(found) > 1:
            yield _without(trials, row, code, frozenset(found), None)


def _without(
    trials: Trials, row: int, code: str, cells: frozenset[CellRef], cell: CellRef | None
) -> Change:
    shares = trials.shares[row].copy()
    met = trials.targets_met.copy()
    for column, indicator in enumerate(trials.indicators):
        result = trials.results.by_indicator.get((code, indicator.id))
        if result is None or np.isnan(shares[column]):
            continue
        value = value_without(result, cells)
        if value == result.measured.value.value:
            continue
        met[row] -= result.is_met is True
        if value is None:
            shares[column] = np.nan
            continue
        shares[column] = _scored(trials, code, indicator, result, value)
        if result.target is not None:
            met[row] += reaches(value, result.target.value, indicator.direction)
    points = trials.points.copy()
    changed = trials.points_of(shares[None, :], trials.weights[None, :])
    points[row] = changed[0, 0] - trials.bonus[0] + trials.bonus[row]
    return Change(code, cell, points, met)


def _scored(trials: Trials, code: str, indicator: Indicator, result: Result, value: float) -> float:
    peers = [
        float(other.measured.value.value)
        for c in trials.members
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
    kept_numerator = [o for o in measured.numerator.observations if o.address not in out]
    if result.indicator.kind is IndicatorKind.VALUE:
        same = len(kept_numerator) == len(measured.numerator.observations)
        return measured.value.value if same else None
    if result.indicator.kind is IndicatorKind.COUNT:
        return float(sum(o.value or 0 for o in kept_numerator)) if kept_numerator else None
    sides = (measured.numerator.observations, measured.denominator.observations)
    gone = {_pair(o) for side in sides for o in side if o.address in out}
    if not gone:
        return measured.value.value
    one, other = ({_pair(o) for o in side} for side in sides)
    # Of a flow over several periods and a stock of the last, a unit stays while it has both.
    apart = {u for u, _ in one ^ other} & {u for u, _ in one} & {u for u, _ in other}
    kept = [
        [o for o in side if o.address not in out and (o.unit_code in apart or _pair(o) not in gone)]
        for side in sides
    ]
    above, below = ({o.unit_code for o in side} for side in kept)
    left = apart - (above & below)
    upper, lower = (sum(o.value or 0 for o in side if o.unit_code not in left) for side in kept)
    return upper / lower if lower else None


def _pair(observation: Observation) -> tuple[str, str]:
    return observation.unit_code, observation.period


def tiers_of(results: Results) -> dict[str, int]:
    """The tier of each ranked unit, 1 the best: those of a group whose ranges of ranks overlap, or
    are joined by others' that do, stand together, so that two tiers part only where no range
    reaches across: all of the upper one stand before all of the lower one whatever weights are
    tried.
    """
    rule, found = results.campaign.uncertainty, dict[str, int]()
    for (level, group), members in results.groups.items():
        if rule is None or not results.group_of(members[0]):
            continue
        trial = Trials(results, level, group)
        if not trial.codes:
            continue
        best, worst = trial.ranks(trial.keys(np.vstack([trial.points, *_by_weights(trial, rule)])))
        tier, reach = 0, 0
        for first, last, code in sorted(
            zip(best.tolist(), worst.tolist(), trial.codes, strict=True)
        ):
            tier += first > reach
            reach = max(reach, last)
            found[code] = tier
    return found


def _by_weights(trial: Trials, rule: UncertaintyRule) -> tuple[Matrix, Matrix]:
    """The points of the units when weights are drawn, and at all ends of the weights."""
    drawn = trial.points_of(trial.shares, _draws(rule, len(trial.weights), trial.weights))
    return drawn, trial.points_of(trial.shares, trial.corners(rule.weight_band))


def certainty(
    results: Results, level: str, group: str, rule: UncertaintyRule, doubtful: frozenset[CellRef]
) -> Certainty:
    """The certainty of every rank in one group; see the module for what is tried."""
    trial = Trials(results, level, group)
    if not trial.codes:
        return Certainty({})
    met, base = trial.targets_met[None, :], trial.keys(trial.points[None, :])
    listed, tied = (found[0] for found in trial.awarded(base, trial.points[None, :], met))

    def differs(keys: Keys, points: Matrix, met: Keys = met) -> NDArray[np.bool_]:
        other, open_ = trial.awarded(keys, points, met)
        return np.asarray(((other != listed) | open_).any(axis=1))

    drawn, ends = _by_weights(trial, rule)
    keys = trial.keys(np.vstack([drawn, ends]))
    weights = differs(keys, np.vstack([drawn, ends]))
    ways = dict(trial.ways())
    changing = [n for n, way in ways.items() if differs(way, trial.points[None, :]).any()]
    deciding, left_out = [], [base]
    cells = tuple(cell_changes(trial, doubtful))
    for change in cells:
        without = trial.keys(change.points[None, :])
        left_out.append(without)
        points, reached = change.points[None, :], change.targets_met[None, :]
        other = trial.awarded(without, points, reached)[0][0]
        if change.cell is None and differs(without, points, reached).any():
            changing.append(f"cells/{change.unit_code}")
        if change.cell is not None and (other != listed).any():
            gains, loses = (np.array(trial.codes)[on] for on in (other & ~listed, listed & ~other))
            deciding.append(DecidingCell(change.cell, change.unit_code, tuple(gains), tuple(loses)))
    methods = [key for name, key in ways.items() if not name.startswith("without/")]
    tried = {name: trial.ranks(np.vstack([base, key])) for name, key in ways.items()}
    tried |= {"cells": trial.ranks(np.vstack(left_out)), "rounding": trial.ranks_as_written()}
    by = {
        "indicators": _joined([trial.ranks(base), *(f for n, f in tried.items() if "/" in n)]),
        "weights": trial.ranks(np.vstack([base, keys])),
        "cells": tried["cells"],
        "rounding": tried["rounding"],
        "methods": trial.ranks(np.vstack([base, *methods])),
    }
    best, worst = by["weights"]
    all_ = _joined(list(tried.values()))
    shares = trial.awarded(keys[: len(drawn)], drawn, met)[0].mean(axis=0)
    return Certainty(
        {
            code: RankRange(
                code,
                int(best[i]),
                int(worst[i]),
                int(all_[0, i]),
                int(all_[1, i]),
                tuple(n for n, f in tried.items() if f[0, i] < best[i] or f[1, i] > worst[i]),
                float(shares[i]),
                {kind: (int(found[0, i]), int(found[1, i])) for kind, found in by.items()},
            )
            for i, code in enumerate(trial.codes)
        },
        tuple(deciding),
        sum(change.cell is not None for change in cells),
        len(drawn),
        int(weights[: len(drawn)].sum()),
        len(ends),
        int(weights[len(drawn) :].sum()),
        len(ways) + sum(change.cell is None for change in cells),
        tuple(changing),
        int(tied.sum()),
    )


def _joined(ranges: list[Keys]) -> Keys:
    """The least of the best and the greatest of the worst ranks."""
    every = np.stack(ranges)
    return np.stack([every[:, 0].min(axis=0), every[:, 1].max(axis=0)])


def inputs_of(results: Results, doubtful: frozenset[CellRef]) -> dict[str, object]:
    """Everything that the trials start from, for the record; empty when none are declared."""
    rule = results.campaign.uncertainty
    if rule is None:
        return {}
    groups: dict[str, object] = {}
    weights: dict[str, float] = {}
    for (level, group), members in results.groups.items():
        if not results.group_of(members[0]) or results.campaign.level(level).open:
            continue
        trial = Trials(results, level, group)
        ids = [indicator.id for indicator in trial.indicators]
        weights = dict(zip(ids, trial.weights.tolist(), strict=True))
        groups[f"{level}/{group}"] = {
            code: {i: None if math.isnan(s) else s for i, s in zip(ids, row, strict=True)}
            for code, row in zip(trial.codes, trial.shares.tolist(), strict=True)
        }
    return {
        "draws": rule.draws,
        "seed": rule.seed,
        "generator": f"numpy {np.__version__} PCG64 uniform",
        "weight_band": rule.weight_band,
        "weights": weights,
        "shares_of_points": groups,
        "doubtful_cells": sorted(str(cell) for cell in doubtful),
    }


def _draws(rule: UncertaintyRule, indicators: int, weights: Matrix) -> Matrix:
    """Weights of each draw: one row a draw, one column an indicator in the campaign's order."""
    generator = np.random.default_rng(rule.seed)
    factors = generator.uniform(
        1 - rule.weight_band, 1 + rule.weight_band, size=(rule.draws, indicators)
    )
    return weights * factors
