"""Plain trials of the ranking: one after the other, in loops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import numpy as np

from dxkit.model.facts import CellRef
from dxkit.model.rules import UncertaintyRule
from dxkit.verify.points import Scores

Shares = list[float | None]


class Trial(NamedTuple):
    """One trial: of which kind, the points it gives, how many targets are then reached, and the
    cells that it leaves out.
    """

    kind: str
    points: Mapping[str, float]
    met: Mapping[str, int]
    cells: frozenset[CellRef] = frozenset()


class Trials:
    """The best and the worst rank of each ranked unit of a group ``by`` kind of trial, in how many
    draws it is ``listed`` for a reward, how often the list came out another, and the cells that
    alone decide it: who would come onto the list without one, and who would leave it.
    """

    def __init__(
        self, scores: Scores, unit: str, doubtful: frozenset[CellRef], rule: UncertaintyRule
    ) -> None:
        self._scores, self._rule = scores, rule
        campaign = scores.campaign
        self._units = [u for u in scores.members(unit) if scores.is_ranked(u)]
        scored = (i for i in campaign.indicators if i.scoring != "none")
        self._indicators = [i for i in scored if i.id not in campaign.scoring.bonus]
        self._weights = [i.max_points for i in self._indicators]
        self._shares = {
            u: [scores.share(u, i) if scores.sums.is_measured(u, i) else None
                for i in self._indicators]
            for u in self._units
        }  # fmt: skip
        self._met = {u: scores.met(u) for u in self._units}
        self.by: dict[str, dict[str, tuple[int, int]]] = {}
        self.listed = dict.fromkeys(self._units, 0)
        self.lists_tried = self.lists_changed = self.cells_tried = 0
        self.deciding: dict[CellRef, tuple[set[str], set[str]]] = {}
        if self._units:
            self._try_all(scores.sums.received.units.get(unit).level, doubtful)

    def ends(self, unit: str) -> tuple[int | None, int | None]:
        """The best and the worst rank of a unit over all trials; None for one that is not tried."""
        found = [ends[unit] for ends in self.by.values() if unit in ends]
        return (min(b for b, _ in found), max(w for _, w in found)) if found else (None, None)

    def _try_all(self, level: str, doubtful: frozenset[CellRef]) -> None:
        base = self._points(self._weights)
        ranks = self._scores.ranks(base)
        kinds = ("indicators", "weights", "cells")
        self.by = {kind: {u: (rank, rank) for u, rank in ranks.items()} for kind in kinds}
        self.by["rounding"] = self._as_written(base, ranks)
        usual = self._scores.lists(base, self._met, level)
        for kind, points, met, cells in self._trials(base, doubtful):
            for unit, rank in self._scores.ranks(points).items():
                best, worst = self.by[kind][unit]
                self.by[kind][unit] = (min(rank, best), max(rank, worst))
            listed = self._scores.lists(points, met, level)
            self.lists_tried += 1
            self.lists_changed += listed != usual
            for unit in listed if kind == "weights" else ():
                self.listed[unit] += 1
            if len(cells) == 1:
                self.cells_tried += 1
                if listed != usual:
                    self.deciding |= dict.fromkeys(cells, (listed - usual, usual - listed))

    def _trials(self, base: Mapping[str, float], doubtful: frozenset[CellRef]) -> Iterator[Trial]:
        """Each indicator left out, each draw of weights, each doubtful cell, all of a unit's."""
        for left_out in range(len(self._weights)):
            weights = [0.0 if n == left_out else w for n, w in enumerate(self._weights)]
            pairs = (zip(self._shares[u], weights, strict=True) for u in self._units)
            if all(any(s is not None and w > 0 for s, w in pair) for pair in pairs):
                yield Trial("indicators", self._points(weights), self._met)
        band, size = self._rule.weight_band, (self._rule.draws, len(self._weights))
        factors = np.random.default_rng(self._rule.seed).uniform(1 - band, 1 + band, size=size)
        for row in factors.tolist():
            weights = [w * f for w, f in zip(self._weights, row, strict=True)]
            yield Trial("weights", self._points(weights), self._met)
        sums = self._scores.sums
        for unit in self._units:
            measured = (i for i in self._indicators if sums.is_measured(unit, i))
            cells = doubtful & {cell for i in measured for cell in sums.cells(unit, i)}
            for some in {frozenset({cell}) for cell in cells} | ({cells} if cells else set()):
                yield self._without(unit, some, base)

    def _points(self, weights: list[float]) -> dict[str, float]:
        return {unit: self._points_of(unit, self._shares[unit], weights) for unit in self._units}

    def _points_of(self, unit: str, shares: Shares, weights: list[float]) -> float:
        covered = earned = 0.0
        for weight, share in zip(weights, shares, strict=True):
            if share is not None:
                covered += weight
                earned += weight * share
        most = self._scores.campaign.scoring.total_points
        return (earned * most / covered if covered > 0 else 0.0) + self._scores.bonus(unit)

    def _as_written(
        self, points: Mapping[str, float], ranks: Mapping[str, int]
    ) -> dict[str, tuple[int, int]]:
        """Points that are written alike may stand either way."""
        written = {
            u: Decimal(repr(round(p, 9))).quantize(Decimal("0.01"), ROUND_HALF_UP)
            for u, p in points.items()
        }
        found = {}
        for unit, number in written.items():
            above = sum(other > number for other in written.values())
            below = above + sum(other == number for other in written.values())
            tied = self._scores.campaign.ranking.method == "competition"
            rank = ranks[unit]
            found[unit] = (min(rank, 1 + above), max(rank, below) if tied else rank)
        return found

    def _without(self, unit: str, cells: frozenset[CellRef], base: Mapping[str, float]) -> Trial:
        """The unit's points and targets as if these cells held nothing."""
        scores, sums = self._scores, self._scores.sums.leaving_out(cells)
        shares: Shares = []
        met = self._met[unit]
        for indicator, share in zip(self._indicators, self._shares[unit], strict=True):
            if share is not None:
                value = sums.value(unit, indicator)
                share = scores.share_at(unit, indicator, value)
                met += scores.is_met_at(unit, indicator, value) is True
                met -= scores.is_met(unit, indicator) is True
            shares.append(share)
        points = {**base, unit: self._points_of(unit, shares, self._weights)}
        return Trial("cells", points, {**self._met, unit: met}, cells)
