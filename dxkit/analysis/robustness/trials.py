"""The ranking of one group as matrices, so that it can be tried again many times at once: each row
of a matrix is one ranking of the same units.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dxkit.analysis.outcomes import Result, Results
from dxkit.analysis.ranking import TOLERANCE_DIGITS, is_covered, rounded
from dxkit.analysis.results import tie_break
from dxkit.model.rules import RewardRule

Keys = NDArray[np.int64]
Matrix = NDArray[np.float64]
MOST_VARIED = 12
"""So many weights, the heaviest, stand at their ends in all combinations: of 12 there are 4,096."""
SHOWN_DECIMALS = 2
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
        self.shares = np.array([[share_earned(result) for result in row] for row in grid]).reshape(
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

    def points_of(self, shares: Matrix, weights: Matrix) -> Matrix:
        """Points of each unit (columns) under each row of weights."""
        applies = ~np.isnan(shares)
        covered = weights @ applies.T
        earned = weights @ np.where(applies, shares, 0.0).T
        with np.errstate(invalid="ignore", divide="ignore"):
            points = earned * (self.scoring.total_points / covered)
        total: Matrix = np.where(covered > 0, points, 0.0) + self.bonus
        return total

    def corners(self, band: float) -> Matrix:
        """Each weight lowered or raised by the whole band, in all combinations: one a row."""
        heaviest = np.argsort(-self.weights, kind="stable")[:MOST_VARIED]
        ends = np.array(list(itertools.product((1 - band, 1 + band), repeat=len(heaviest))))
        factors = np.ones((len(ends), len(self.weights)))
        factors[:, heaviest] = ends
        corners: Matrix = self.weights * factors
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

    def keys(self, points: Matrix, but: str = "") -> Keys:
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
        written = [rounded(points, SHOWN_DECIMALS) for points in self.points.tolist()]
        keys = np.rint(np.array(written) * 10.0**SHOWN_DECIMALS).astype(np.int64)
        return self.ranks(np.vstack([self.keys(self.points[None, :]), keys]))

    def awarded(
        self, keys: Keys, points: Matrix, targets_met: NDArray[np.int64]
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


def share_earned(result: Result | None) -> float:
    """The share of an indicator's points; not a number without any."""
    if result is None or result.points is None or not result.indicator.max_points:
        return math.nan
    return result.points / result.indicator.max_points
