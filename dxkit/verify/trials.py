"""Plain trials of the ranking: one after the other, in loops."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from dxkit.model.campaign import Indicator
from dxkit.model.facts import CellRef
from dxkit.verify.points import Scores


class Trials:
    """The best and the worst place of each ranked unit of a group, its share of draws on the list
    of rewards, and how often the list itself came out another.
    """

    def __init__(self, scores: Scores, unit: str, doubtful: frozenset[CellRef]) -> None:
        self.scores = scores
        campaign, sums = scores.campaign, scores.sums
        self.level = sums.received.units.get(unit).level
        self.units = [u for u in scores.members(unit) if scores.is_ranked(u)]
        self.indicators = [
            i
            for i in campaign.indicators
            if i.scoring != "none" and i.id not in campaign.scoring.bonus
        ]
        self.shares = {u: [self._share(u, i) for i in self.indicators] for u in self.units}
        self.met = {u: scores.met(u) for u in self.units}
        self.weights = [i.max_points for i in self.indicators]
        self.by: dict[str, dict[str, tuple[int, int]]] = {}
        self.listed = dict.fromkeys(self.units, 0)
        self.lists_tried = self.lists_changed = self.cells_tried = 0
        self.deciding: dict[CellRef, tuple[set[str], set[str]]] = {}
        self._try_all(doubtful)

    def _share(self, unit: str, indicator: Indicator) -> float | None:
        measured = self.scores.sums.is_measured(unit, indicator)
        return self.scores.share(unit, indicator) if measured else None

    def _points(self, unit: str, shares: list[float | None], weights: list[float]) -> float:
        covered = earned = 0.0
        for weight, share in zip(weights, shares, strict=True):
            if share is not None:
                covered += weight
                earned += weight * share
        most = self.scores.campaign.scoring.total_points
        return (earned * most / covered if covered > 0 else 0.0) + self.scores.bonus(unit)

    def _all_points(self, weights: list[float]) -> dict[str, float]:
        return {u: self._points(u, self.shares[u], weights) for u in self.units}

    def ends(self, unit: str) -> tuple[int | None, int | None]:
        """The best and the worst rank of a unit over all trials; None for one that is not tried."""
        found = [ends[unit] for ends in self.by.values() if unit in ends]
        return (min(b for b, _ in found), max(w for _, w in found)) if found else (None, None)

    def _note(self, kind: str, ranks: dict[str, int]) -> None:
        ends = self.by[kind]
        for unit, rank in ranks.items():
            best, worst = ends[unit]
            ends[unit] = (min(rank, best), max(rank, worst))

    def _try_all(self, doubtful: frozenset[CellRef]) -> None:
        if not self.units:
            return
        base = self._all_points(self.weights)
        ranks = self.scores.ranks(base)
        kinds = ("indicators", "weights", "cells", "rounding")
        self.by = {kind: {u: (rank, rank) for u, rank in ranks.items()} for kind in kinds}
        self.list = self.scores.lists(base, self.met, self.level)
        for left_out in range(len(self.weights)):
            weights = [0.0 if n == left_out else w for n, w in enumerate(self.weights)]
            has_some = all(
                any(s is not None and w > 0 for s, w in zip(self.shares[u], weights, strict=True))
                for u in self.units
            )
            if has_some:
                points = self._all_points(weights)
                self._note("indicators", self.scores.ranks(points))
                self._compare(points, self.met)
        rule = self.scores.campaign.uncertainty
        if rule is None:
            return
        factors = np.random.default_rng(rule.seed).uniform(
            1 - rule.weight_band, 1 + rule.weight_band, size=(rule.draws, len(self.weights))
        )
        for row in factors.tolist():
            weights = [w * f for w, f in zip(self.weights, row, strict=True)]
            points = self._all_points(weights)
            self._note("weights", self.scores.ranks(points))
            for unit in self._compare(points, self.met):
                self.listed[unit] += 1
        self._round(base)
        for unit in self.units:
            cells = self._cells(unit) & doubtful
            for cell in cells:
                self._leave_out(unit, frozenset({cell}), base)
            if len(cells) > 1:
                self._leave_out(unit, frozenset(cells), base)

    def _round(self, points: dict[str, float]) -> None:
        """Points that are written alike may stand either way."""
        written = {
            u: Decimal(repr(round(p, 9))).quantize(Decimal("0.01"), ROUND_HALF_UP)
            for u, p in points.items()
        }
        for unit, number in written.items():
            above = sum(other > number for other in written.values())
            level_with = sum(other == number for other in written.values())
            worst = self.by["rounding"][unit][1]
            if self.scores.campaign.ranking.method == "competition":
                worst = max(worst, above + level_with)
            best = min(self.by["rounding"][unit][0], 1 + above)
            self.by["rounding"][unit] = (best, worst)

    def _cells(self, unit: str) -> set[CellRef]:
        sums = self.scores.sums
        found: set[CellRef] = set()
        for indicator in self.indicators:
            if sums.is_measured(unit, indicator):
                found |= sums.cells(unit, indicator)
        return found

    def _leave_out(self, unit: str, cells: frozenset[CellRef], base: dict[str, float]) -> None:
        sums = self.scores.sums.leaving_out(cells)
        shares: list[float | None] = []
        change = 0
        for indicator, share in zip(self.indicators, self.shares[unit], strict=True):
            if share is None:
                shares.append(None)
            else:
                value = sums.value(unit, indicator)
                shares.append(self.scores.share_at(unit, indicator, value))
                change += self.scores.is_met_at(unit, indicator, value) is True
                change -= self.scores.is_met(unit, indicator) is True
        points = {**base, unit: self._points(unit, shares, self.weights)}
        self._note("cells", self.scores.ranks(points))
        listed = self._compare(points, {**self.met, unit: self.met[unit] + change})
        if len(cells) == 1:
            (cell,) = cells
            self.cells_tried += 1
            if listed != self.list:
                self.deciding[cell] = (listed - self.list, self.list - listed)

    def _compare(self, points: Mapping[str, float], met: Mapping[str, int]) -> set[str]:
        """The list of a trial, counted."""
        listed = self.scores.lists(points, met, self.level)
        self.lists_tried += 1
        self.lists_changed += listed != self.list
        return listed
