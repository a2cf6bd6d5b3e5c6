"""How sure a rank is: the ranking tried again under every reasonable doubt, all trials at once.

The weights are varied within the declared band: raised or lowered by all of it in every
combination, which gives the ranks that are possible, and in seeded draws, which tell how often.
Apart from that each other way is tried and named: an indicator left out, another mean, ranks added
up, each doubtful cell left out, and all of a unit, points that are written alike taken as alike.
Nothing is assumed about what a doubtful cell ought to hold. Units that are equal in a trial share
their ranks. Each row of a matrix is one ranking of the same units.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dxkit.analysis.outcomes import Certainty, DecidingCell, RankRange, Result, Results
from dxkit.analysis.results import tie_break
from dxkit.analysis.rules import REGISTRY, TOLERANCE_DIGITS, Case, is_covered, rounded
from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import CellRef, reaches
from dxkit.model.observations import Observation
from dxkit.model.rules import RewardRule, UncertaintyRule

Keys = NDArray[np.int64]
_Matrix = NDArray[np.float64]
_MOST_VARIED = 12
"""So many weights, the heaviest, stand at their ends in all combinations: of 12 there are 4,096."""
_SHOWN_DECIMALS = 2
"""The decimals with which points are written on a page."""
_NARROW = 32
"""Entries of a row up to which comparing each with each takes less than putting them in order."""


def above_and_equal(keys: Keys) -> tuple[Keys, Keys]:
    """For each entry of each row: how many of the row are greater, and how many equal it."""
    if keys.shape[1] <= _NARROW:
        columns = np.ascontiguousarray(keys.T)
        greater = np.add.reduce(columns[:, None] > columns, axis=0, dtype=np.uint8)
        same = np.add.reduce(columns[:, None] == columns, axis=0, dtype=np.uint8)
        return greater.T.astype(np.int64), same.T.astype(np.int64)
    order = np.argsort(keys, axis=1, kind="stable")
    ordered = np.take_along_axis(keys, order, axis=1)
    columns = np.arange(keys.shape[1])
    starts = np.ones(keys.shape, dtype=bool)  # where a run of equal entries starts
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    ends = np.roll(starts, -1, axis=1)  # and ends: the next starts
    ends[:, -1:] = True
    first = np.maximum.accumulate(np.where(starts, columns, 0), axis=1)
    after = np.where(ends, columns + 1, keys.shape[1])
    after = np.minimum.accumulate(after[:, ::-1], axis=1)[:, ::-1]
    above = np.empty(keys.shape, dtype=np.int64)
    equal = np.empty(keys.shape, dtype=np.int64)
    np.put_along_axis(above, order, keys.shape[1] - after, axis=1)
    np.put_along_axis(equal, order, after - first, axis=1)
    return above, equal


def _dense(row: Keys) -> Keys:
    _, inverse = np.unique(-row, return_inverse=True)
    return np.asarray(inverse, dtype=np.int64) + 1


class Trials:
    """One group as matrices: units by scored indicators."""

    def __init__(self, results: Results, level: str, group: str) -> None:
        self.results = results
        campaign = results.campaign
        self.rule = campaign.ranking
        self.scoring = campaign.scoring
        members = results.groups[level, group]
        totals = results.totals
        self.members = [unit.code for unit in members]
        self.codes = [code for code in self.members if totals[code].rank is not None]
        self.rewards: tuple[RewardRule, ...] = tuple(
            rule
            for rule in campaign.rewards_in(results.rules_of, level)
            if rule.by == "points" and is_covered(rule, len(self.codes), len(members))
        )
        self.indicators = campaign.scale
        self.weights = np.array([i.max_points for i in self.indicators], dtype=float)
        grid = [
            [results.by_indicator.get((code, i.id)) for i in self.indicators] for code in self.codes
        ]
        self.shares = np.array([[_share_earned(result) for result in row] for row in grid]).reshape(
            len(self.codes), len(self.indicators)
        )
        self.bonus = np.array([totals[code].bonus for code in self.codes])
        self._tie_breaks = [tie_break(campaign, results.by_indicator, c) for c in self.codes]
        self._orders: dict[str, Keys] = {}
        self.targets_met = np.array(
            [sum(r.is_met is True for r in results.of_unit(c)) for c in self.codes], dtype=np.int64
        )
        self.whole = np.array([not totals[code].lacking for code in self.codes], dtype=bool)
        self.points = self.points_of(self.shares, self.weights[None, :])[0]

    def points_of(self, shares: _Matrix, weights: _Matrix) -> _Matrix:
        """Points of each unit (columns) under each row of weights."""
        applies = ~np.isnan(shares)
        covered = weights @ applies.T
        earned = weights @ np.where(applies, shares, 0.0).T
        with np.errstate(invalid="ignore", divide="ignore"):
            points = earned * (self.scoring.total_points / covered)
        total: _Matrix = np.where(covered > 0, points, 0.0) + self.bonus
        return total

    def corners(self, band: float) -> _Matrix:
        """Each weight lowered or raised by the whole band, in all combinations: one a row."""
        heaviest = np.argsort(-self.weights, kind="stable")[:_MOST_VARIED]
        ends = np.array(list(itertools.product((1 - band, 1 + band), repeat=len(heaviest))))
        factors = np.ones((len(ends), len(self.weights)))
        factors[:, heaviest] = ends
        corners: _Matrix = self.weights * factors
        return corners

    def ways(self) -> Iterator[tuple[str, Keys]]:
        """The other ways of ranking, each with its name and keys: every indicator left out, save
        one that is all some unit has, and then not asked when points are equal; the weighted
        geometric mean in place of the arithmetic; the weighted mean of the ranks by indicator.
        """
        for column, indicator in enumerate(self.indicators):
            weights = np.where(np.arange(len(self.weights)) == column, 0.0, self.weights)
            if (weights @ (~np.isnan(self.shares)).T > 0).all():
                points = self.points_of(self.shares, weights[None, :])
                yield f"without/{indicator.id}", self.keys(points, but=indicator.id)
        if len(self.indicators) < 2:
            return
        weights = self.weights * ~np.isnan(self.shares)
        weights /= weights.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore"):
            logarithms = np.log(self.shares)
        mean = np.exp(np.where(weights > 0, logarithms * weights, 0.0).sum(axis=1))
        yield "geometric", self.keys((mean * self.scoring.total_points + self.bonus)[None, :])
        shares = np.rint(np.nan_to_num(self.shares, nan=-1.0) * 10.0**TOLERANCE_DIGITS)
        above, equal = above_and_equal(shares.T.astype(np.int64))
        places = (above + (equal + 1) / 2).T
        yield "ranks", self.keys(-(places * weights).sum(axis=1)[None, :])

    def keys(self, points: _Matrix, but: str = "") -> Keys:
        """Points as whole numbers that compare as the rules ask, ties broken by all declared
        indicators ``but`` one.
        """
        steady = np.round(points, TOLERANCE_DIGITS)
        if self.rule.decimals is not None:
            scale = 10.0**self.rule.decimals
            steady = np.floor(np.round(steady * scale, 6) + 0.5) / scale
        whole = np.rint(steady * 10.0**TOLERANCE_DIGITS).astype(np.int64)
        keys: Keys = whole * (len(self.codes) + 1) + self._ties(but)
        return keys

    def _ties(self, but: str) -> Keys:
        """The order of the units by all declared tie-break indicators ``but`` one."""
        if but not in self._orders:
            asked = [n for n, i in enumerate(self.rule.tie_break) if i != but]
            ties = [tuple(numbers[n] for n in asked) for numbers in self._tie_breaks]
            order = {tie: place for place, tie in enumerate(sorted(set(ties)))}
            self._orders[but] = np.array([order[tie] for tie in ties], dtype=np.int64)
        return self._orders[but]

    def ranks(self, keys: Keys) -> Keys:
        """The best and the worst rank of each unit over all rows of keys: units that are equal may
        stand either way.
        """
        if self.rule.method == "dense":
            ranks = np.stack([_dense(row) for row in keys])
            return np.stack([ranks.min(axis=0), ranks.max(axis=0)])
        above, equal = above_and_equal(keys)
        return np.stack([1 + above.min(axis=0), (above + equal).max(axis=0)])

    def ranks_as_written(self) -> Keys:
        """The same if points that are written alike are alike."""
        written = [rounded(points, _SHOWN_DECIMALS) for points in self.points.tolist()]
        keys = np.rint(np.array(written) * 10.0**_SHOWN_DECIMALS).astype(np.int64)
        return self.ranks(np.vstack([self.keys(self.points[None, :]), keys]))

    def awarded(
        self, keys: Keys, points: _Matrix, targets_met: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Who is on a list in each row, by the reward rules in their order, and who is equal with
        others across the edge of a quota.
        """
        listed = np.zeros(keys.shape, dtype=bool)
        tied = np.zeros(keys.shape, dtype=bool)
        for rule in self.rewards:
            share = np.round(points / self.scoring.total_points, TOLERANCE_DIGITS)
            eligible = (
                (share >= round(rule.minimum_share, TOLERANCE_DIGITS))
                & (targets_met >= rule.minimum_targets)
                & self.whole
                & ~listed
            )
            lowest = np.iinfo(np.int64).min
            above, equal = above_and_equal(np.where(eligible, keys, lowest))
            within = above + equal <= rule.quota
            crossing = eligible & (above < rule.quota) & ~within
            tied |= crossing
            listed |= (eligible & within) | (crossing if rule.ties == "all" else False)
        return listed, tied


def _share_earned(result: Result | None) -> float:
    """The share of an indicator's points; not a number without any."""
    if result is None or result.points is None or not result.indicator.max_points:
        return math.nan
    return result.points / result.indicator.max_points


@dataclass(frozen=True, slots=True)
class _Change:
    """The points of the group when a doubtful cell (or, without one, all of a unit's) is left
    out.
    """

    unit_code: str
    cell: CellRef | None
    points: _Matrix
    targets_met: NDArray[np.int64]


def _cell_changes(trials: Trials, doubtful: frozenset[CellRef]) -> Iterator[_Change]:
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
) -> _Change:
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
    return _Change(code, cell, points, met)


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


def _by_weights(trial: Trials, rule: UncertaintyRule) -> tuple[_Matrix, _Matrix]:
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

    def differs(keys: Keys, points: _Matrix, met: Keys = met) -> NDArray[np.bool_]:
        other, open_ = trial.awarded(keys, points, met)
        return np.asarray(((other != listed) | open_).any(axis=1))

    drawn, ends = _by_weights(trial, rule)
    keys = trial.keys(np.vstack([drawn, ends]))
    weights = differs(keys, np.vstack([drawn, ends]))
    ways = dict(trial.ways())
    changing = [n for n, way in ways.items() if differs(way, trial.points[None, :]).any()]
    deciding, left_out = [], [base]
    cells = tuple(_cell_changes(trial, doubtful))
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


def _draws(rule: UncertaintyRule, indicators: int, weights: _Matrix) -> _Matrix:
    """Weights of each draw: one row a draw, one column an indicator in the campaign's order."""
    generator = np.random.default_rng(rule.seed)
    factors = generator.uniform(
        1 - rule.weight_band, 1 + rule.weight_band, size=(rule.draws, indicators)
    )
    return weights * factors
