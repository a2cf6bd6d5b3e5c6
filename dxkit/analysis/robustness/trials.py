"""The ranking of one group as matrices, so that it can be tried again many times at once: each row
of a matrix is one ranking of the same units.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dxkit.analysis.outcomes import Result, Results
from dxkit.analysis.ranking import TOLERANCE_DIGITS, is_covered, rounded
from dxkit.analysis.totals import tie_break
from dxkit.model.rules import RewardRule

Keys = NDArray[np.int64]


def ranks_by_row(keys: Keys, method: str) -> Keys:
    """The ranks in each row, the greatest key first: 1, 2, 2, 4 or (``dense``) 1, 2, 2, 3."""
    if method == "competition":
        return 1 + above_and_equal(keys)[0]
    return np.stack([_dense(row) for row in keys])


def above_and_equal(keys: Keys) -> tuple[Keys, Keys]:
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


def _dense(row: Keys) -> Keys:
    _, inverse = np.unique(-row, return_inverse=True)
    return np.asarray(inverse, dtype=np.int64) + 1


SHOWN_DECIMALS = 2
"""The decimals with which points are written on a page."""

Matrix = NDArray[np.float64]


class Trials:
    """One group as matrices: units by scored indicators."""

    def __init__(self, results: Results, level: str, group: str) -> None:
        self.results = results
        campaign = results.campaign
        self.rule = campaign.ranking
        self.scoring = campaign.scoring
        members = results.groups[level, group]
        totals = results.totals
        self.codes = [unit.code for unit in members if totals[unit.code].rank is not None]
        self.rewards: tuple[RewardRule, ...] = tuple(
            r
            for r in campaign.rewards
            if r.level == level
            and r.by == "points"
            and (not r.periods or results.rules_of in r.periods)
            and is_covered(r, len(self.codes), len(members))
        )
        self.indicators = [
            i for i in campaign.indicators if i.scoring != "none" and i.id not in self.scoring.bonus
        ]
        self.weights = np.array([i.max_points for i in self.indicators], dtype=float)
        grid = [
            [results.by_indicator.get((code, i.id)) for i in self.indicators] for code in self.codes
        ]
        self.shares = np.array([[share_earned(result) for result in row] for row in grid]).reshape(
            len(self.codes), len(self.indicators)
        )
        self.bonus = np.array([totals[code].bonus for code in self.codes])
        ties = [tie_break(campaign, results.by_indicator, code) for code in self.codes]
        keys = sorted(set(ties))
        self.tie = np.array([keys.index(tie) for tie in ties], dtype=np.int64)
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

    def without_each_indicator(self) -> Matrix:
        """Points with one indicator left out at a time, save one that is all some unit has."""
        weights = self.weights * (1 - np.eye(len(self.weights)))
        covered = weights @ (~np.isnan(self.shares)).T
        kept = (covered > 0).all(axis=1)
        return self.points_of(self.shares, weights[kept])

    def ranks(self, points: Matrix) -> NDArray[np.int64]:
        """Ranks in each row of points, by the campaign's rules on ties and rounding."""
        return ranks_by_row(self._comparable(points), self.rule.method)

    def _comparable(self, points: Matrix) -> NDArray[np.int64]:
        """Points as whole numbers that compare as the rules ask, ties broken."""
        steady = np.round(points, TOLERANCE_DIGITS)
        if self.rule.decimals is not None:
            scale = 10.0**self.rule.decimals
            steady = np.floor(np.round(steady * scale, 6) + 0.5) / scale
        whole = np.rint(steady * 10.0**TOLERANCE_DIGITS).astype(np.int64)
        comparable: NDArray[np.int64] = whole * (len(self.codes) + 1) + self.tie
        return comparable

    def ranks_as_written(self) -> NDArray[np.int64]:
        """The best and the worst rank of each unit if points that are written alike are alike."""
        written = np.array([rounded(points, SHOWN_DECIMALS) for points in self.points.tolist()])
        best = 1 + (written[None, :] > written[:, None]).sum(axis=1)
        worst = (written[None, :] >= written[:, None]).sum(axis=1)
        if self.rule.method == "dense":
            worst = np.minimum(worst, self.ranks(self.points[None, :])[0].max())
        return np.stack([best, worst])

    def awarded(self, points: Matrix, targets_met: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Who is on a list in each row, by the reward rules in their order."""
        listed = np.zeros(points.shape, dtype=bool)
        for rule in self.rewards:
            share = np.round(points / self.scoring.total_points, TOLERANCE_DIGITS)
            eligible = (
                (share >= round(rule.minimum_share, TOLERANCE_DIGITS))
                & (targets_met >= rule.minimum_targets)
                & self.whole
                & ~listed
            )
            lowest = np.iinfo(np.int64).min
            keys = np.where(eligible, self._comparable(points), lowest)
            above, level_with = above_and_equal(keys)
            inside = above < rule.quota if rule.ties == "all" else above + level_with <= rule.quota
            listed |= inside & eligible
        return listed


def share_earned(result: Result | None) -> float:
    """The share of an indicator's points; not a number without any."""
    if result is None or result.points is None or not result.indicator.max_points:
        return math.nan
    return result.points / result.indicator.max_points
