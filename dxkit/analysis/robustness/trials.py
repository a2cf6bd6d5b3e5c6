"""The ranking of one group as matrices, so that it can be tried again many times at once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dxkit.analysis.ranking import TOLERANCE_DIGITS, rounded
from dxkit.analysis.results import Results
from dxkit.analysis.robustness.place_matrix import above_and_equal, places_by_row
from dxkit.analysis.totals import Result
from dxkit.model.rules import RewardRule

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
        self.shares = np.array([[share_earned(result) for result in row] for row in grid]).reshape(
            len(self.codes), len(self.indicators)
        )
        self.bonus = np.array([totals[code].bonus for code in self.codes])
        keys = sorted({results.tie_break(code) for code in self.codes})
        self.tie = np.array([keys.index(results.tie_break(c)) for c in self.codes], dtype=np.int64)
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

    def places(self, points: Matrix) -> NDArray[np.int64]:
        """Places in each row of points, by the campaign's rules on ties and rounding."""
        return places_by_row(self._comparable(points), self.rule.method)

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
