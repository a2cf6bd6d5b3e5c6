"""How sure a place is: the ranking tried again under every reasonable doubt, all trials at once.

The trials: each indicator left out; the weights varied within the declared band, in seeded
draws; each doubtful cell left out, and all doubtful cells of a unit; points that are written
alike taken as alike. Nothing is assumed about what a doubtful cell ought to hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dxkit.analysis.ranking import TOLERANCE_DIGITS, rounded
from dxkit.analysis.results import Results
from dxkit.analysis.scoring import REGISTRY, Case
from dxkit.analysis.totals import Result
from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import CellRef
from dxkit.model.rules import RewardRule, UncertaintyRule
from dxkit.model.table import Observation

SHOWN_DECIMALS = 2
"""The decimals with which points are written on a page."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RankRange:
    """The places that a unit takes over all trials, and how sure its award is.

    ``award_draws`` is the share of the draws of weights in which the unit is on a list of
    rewards. ``by`` gives the range of each kind of trial: ``indicators``, ``weights``, ``cells``,
    ``rounding``.
    """

    unit_code: str
    best: int
    worst: int
    award_draws: float
    by: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class DecidingCell:
    """A doubtful cell without which the list of rewards would be another."""

    cell: CellRef
    unit_code: str
    gains: tuple[str, ...]  # units that would come onto a list
    loses: tuple[str, ...]  # units that would leave it


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure the ranking of one group is. ``list_is_sure`` when no trial changes any award."""

    ranges: Mapping[str, RankRange]
    list_is_sure: bool
    deciding_cells: tuple[DecidingCell, ...]
    doubtful_cells: int


def certainty(
    results: Results,
    level: str,
    group: str,
    rule: UncertaintyRule,
    doubtful: frozenset[CellRef],
) -> Certainty:
    """The certainty of every place in one group; see the module for what is tried."""
    trial = _Trials(results, level, group)
    if not trial.codes:
        return Certainty({}, True, (), 0)
    cells = tuple(trial.cell_changes(doubtful))
    kinds = {
        "indicators": trial.without_each_indicator(),
        "weights": trial.with_weights(_draws(rule, len(trial.weights), trial.weights)),
        "cells": np.stack([trial.points, *(change.points for change in cells)]),
    }
    base = trial.places(trial.points[None, :])[0]
    ranges: dict[str, NDArray[np.int64]] = {}
    for kind, points in kinds.items():
        found = np.vstack([base[None, :], trial.places(points)])
        ranges[kind] = np.stack([found.min(axis=0), found.max(axis=0)])
    ranges["rounding"] = trial.places_as_written()
    met = trial.targets_met
    listed = trial.awarded(trial.points[None, :], met[None, :])[0]
    by_weights = trial.awarded(kinds["weights"], np.broadcast_to(met, kinds["weights"].shape))
    by_indicators = trial.awarded(
        kinds["indicators"], np.broadcast_to(met, kinds["indicators"].shape)
    )
    deciding = []
    sure = bool((by_weights == listed).all() and (by_indicators == listed).all())
    for change in cells:
        other = trial.awarded(change.points[None, :], change.targets_met[None, :])[0]
        if (other != listed).any():
            sure = False
            if change.cell is not None:
                deciding.append(
                    DecidingCell(
                        change.cell,
                        change.unit_code,
                        tuple(np.array(trial.codes)[other & ~listed]),
                        tuple(np.array(trial.codes)[listed & ~other]),
                    )
                )
    everything = np.stack(list(ranges.values()))
    return Certainty(
        {
            code: RankRange(
                code,
                int(everything[:, 0, i].min()),
                int(everything[:, 1, i].max()),
                float(by_weights[:, i].mean()),
                {kind: (int(found[0, i]), int(found[1, i])) for kind, found in ranges.items()},
            )
            for i, code in enumerate(trial.codes)
        },
        sure,
        tuple(deciding),
        sum(change.cell is not None for change in cells),
    )


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
        trial = _Trials(results, level, group)
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


@dataclass(frozen=True, slots=True)
class _Change:
    """The points of the group when a doubtful cell (or, without one, all of a unit's) is left
    out.
    """

    unit_code: str
    cell: CellRef | None
    points: Matrix
    targets_met: NDArray[np.int64]


class _Trials:
    """One group as matrices: units by scored indicators."""

    def __init__(self, results: Results, level: str, group: str) -> None:
        self.results = results
        campaign = results.campaign
        self.rule = campaign.ranking
        self.scoring = campaign.scoring
        self.rewards: tuple[RewardRule, ...] = tuple(
            r
            for r in campaign.rewards
            if r.level == level
            and r.by == "points"
            and (not r.periods or results.rules_of in r.periods)
        )
        members = results.groups[level, group]
        totals = results.totals
        self.codes = [unit.code for unit in members if totals[unit.code].rank is not None]
        self.indicators = [
            i for i in campaign.indicators if i.scoring != "none" and i.id not in self.scoring.bonus
        ]
        self.weights = np.array([i.max_points for i in self.indicators], dtype=float)
        grid = [
            [results.by_indicator.get((code, i.id)) for i in self.indicators] for code in self.codes
        ]
        self.shares = np.array([[_share(result) for result in row] for row in grid]).reshape(
            len(self.codes), len(self.indicators)
        )
        self.bonus = np.array([totals[code].bonus for code in self.codes])
        keys = sorted({results.tie_break(code) for code in self.codes})
        self.tie = np.array([keys.index(results.tie_break(c)) for c in self.codes], dtype=np.int64)
        self.targets_met = np.array(
            [sum(r.is_met is True for r in results.of_unit(c)) for c in self.codes], dtype=np.int64
        )
        self.points = self._points(self.shares, self.weights[None, :])[0]

    def _points(self, shares: Matrix, weights: Matrix) -> Matrix:
        """Points of each unit (columns) under each row of weights."""
        applies = ~np.isnan(shares)
        covered = weights @ applies.T
        earned = weights @ np.where(applies, shares, 0.0).T
        with np.errstate(invalid="ignore", divide="ignore"):
            points = earned * (self.scoring.total_points / covered)
        return np.where(covered > 0, points, 0.0) + self.bonus

    def with_weights(self, weights: Matrix) -> Matrix:
        """Points of each unit under each row of weights."""
        return self._points(self.shares, weights)

    def without_each_indicator(self) -> Matrix:
        """Points with one indicator left out at a time, save one that is all some unit has."""
        weights = self.weights * (1 - np.eye(len(self.weights)))
        covered = weights @ (~np.isnan(self.shares)).T
        kept = (covered > 0).all(axis=1)
        return self._points(self.shares, weights[kept])

    def places(self, points: Matrix) -> NDArray[np.int64]:
        """Places in each row of points, by the campaign's rules on ties and rounding."""
        return _places(self._comparable(points), self.rule.method)

    def _comparable(self, points: Matrix) -> NDArray[np.int64]:
        """Points as whole numbers that compare as the rules ask, ties broken."""
        steady = np.round(points, TOLERANCE_DIGITS)
        if self.rule.decimals is not None:
            scale = 10.0**self.rule.decimals
            steady = np.floor(np.round(steady * scale, 6) + 0.5) / scale
        whole = np.rint(steady * 10.0**TOLERANCE_DIGITS).astype(np.int64)
        comparable: NDArray[np.int64] = whole * (len(self.codes) + 1) + self.tie
        return comparable

    def places_as_written(self) -> NDArray[np.int64]:
        """The best and the worst place of each unit if points that are written alike are alike."""
        written = np.array([rounded(points, SHOWN_DECIMALS) for points in self.points.tolist()])
        best = 1 + (written[None, :] > written[:, None]).sum(axis=1)
        worst = (written[None, :] >= written[:, None]).sum(axis=1)
        if self.rule.method == "dense":
            worst = np.minimum(worst, self.places(self.points[None, :])[0].max())
        return np.stack([best, worst])

    def awarded(self, points: Matrix, targets_met: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Who is on a list in each row, by the reward rules in their order."""
        listed = np.zeros(points.shape, dtype=bool)
        for rule in self.rewards:
            share = np.round(points / self.scoring.total_points, TOLERANCE_DIGITS)
            eligible = (
                (share >= round(rule.minimum_share, TOLERANCE_DIGITS))
                & (targets_met >= rule.minimum_targets)
                & ~listed
            )
            lowest = np.iinfo(np.int64).min
            keys = np.where(eligible, self._comparable(points), lowest)
            above, level_with = _counts(keys)
            inside = above < rule.quota if rule.ties == "all" else above + level_with <= rule.quota
            listed |= inside & eligible
        return listed

    def cell_changes(self, doubtful: frozenset[CellRef]) -> Iterator[_Change]:
        """What becomes of the points without each doubtful cell, and without all of a unit's."""
        for place, code in enumerate(self.codes):
            found: dict[CellRef, None] = {}
            for indicator in self.indicators:
                result = self.results.by_indicator.get((code, indicator.id))
                if result is not None:
                    quantities = (result.measured.numerator, result.measured.denominator)
                    for quantity in quantities:
                        for o in quantity.observations:
                            if o.place in doubtful:
                                found[o.place] = None
            for cell in found:
                yield self._without(place, code, frozenset({cell}), cell)
            if len(found) > 1:
                yield self._without(place, code, frozenset(found), None)

    def _without(
        self, place: int, code: str, cells: frozenset[CellRef], cell: CellRef | None
    ) -> _Change:
        shares = self.shares[place].copy()
        met = self.targets_met.copy()
        for column, indicator in enumerate(self.indicators):
            result = self.results.by_indicator.get((code, indicator.id))
            if result is None or np.isnan(shares[column]):
                continue
            value = value_without(result, cells)
            if value == result.measured.value.value:
                continue
            met[place] -= result.is_met is True
            if value is None:
                shares[column] = np.nan
                continue
            shares[column] = self._scored(code, indicator, result, value)
            if result.target is not None:
                met[place] += (value - result.target.value) * indicator.direction >= 0
        points = self.points.copy()
        changed = self._points(shares[None, :], self.weights[None, :])
        points[place] = changed[0, 0] - self.bonus[0] + self.bonus[place]
        return _Change(code, cell, points, met)

    def _scored(self, code: str, indicator: Indicator, result: Result, value: float) -> float:
        peers = [
            float(other.measured.value.value)
            for c in self.codes
            if c != code
            and (other := self.results.by_indicator.get((c, indicator.id)))
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


def _share(result: Result | None) -> float:
    if result is None or result.points is None or not result.indicator.max_points:
        return math.nan
    return result.points / result.indicator.max_points


def _counts(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each entry of each row: how many of the row are greater, and how many equal it."""
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


def _places(keys: NDArray[np.int64], method: str) -> NDArray[np.int64]:
    if method == "competition":
        return 1 + _counts(keys)[0]
    return np.stack([_dense(row) for row in keys])


def _dense(row: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    distinct, inverse = np.unique(-np.asarray(row), return_inverse=True)
    del distinct
    return np.asarray(inverse, dtype=np.int64) + 1
