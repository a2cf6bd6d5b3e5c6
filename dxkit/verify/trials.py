"""Plain trials of the ranking: one after the other, in loops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from dxkit.model.facts import CellRef
from dxkit.model.rules import UncertaintyRule
from dxkit.verify.recount import Recount, rounded

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

    def __init__(self, recount: Recount, unit: str, rule: UncertaintyRule) -> None:
        self._recount, self._rule = recount, rule
        campaign = recount.campaign
        self._units = [u for u in recount.members(unit) if recount.is_ranked(u)]
        scored = (i for i in campaign.indicators if i.scoring != "none")
        self._indicators = [i for i in scored if i.id not in campaign.scoring.bonus]
        self._weights = [i.max_points for i in self._indicators]
        self._shares = {u: self._shares_of(u, recount) for u in self._units}
        self._bonus = {u: recount.bonus(u) for u in self._units}
        self._met = {u: recount.met(u) for u in self._units}
        self.by: dict[str, dict[str, tuple[int, int]]] = {}
        self.listed = dict.fromkeys(self._units, 0)
        self.lists_tried = self.lists_changed = self.cells_tried = 0
        self.deciding: dict[CellRef, tuple[set[str], set[str]]] = {}
        if self._units:
            self._try_all(recount.level(unit))

    def ends(self, unit: str) -> tuple[int | None, int | None]:
        """The best and the worst rank of a unit over all trials; None for one that is not tried."""
        found = [ends[unit] for ends in self.by.values() if unit in ends]
        return (min(b for b, _ in found), max(w for _, w in found)) if found else (None, None)

    def _try_all(self, level: str) -> None:
        base = self._points(self._weights)
        ranks, usual = self._outcome(level, base, self._met)
        for kind in ("indicators", "weights", "cells"):
            self.by[kind] = {u: (rank, rank) for u, rank in ranks.items()}
        self.by["rounding"] = self._as_written(base, ranks)
        for kind, points, met, cells in self._trials(base):
            tried, listed = self._outcome(level, points, met)
            for unit, rank in tried.items():
                best, worst = self.by[kind][unit]
                self.by[kind][unit] = (min(rank, best), max(rank, worst))
            self.lists_tried += 1
            self.lists_changed += listed != usual
            for unit in listed if kind == "weights" else ():
                self.listed[unit] += 1
            self.cells_tried += len(cells) == 1
            if len(cells) == 1 and listed != usual:
                self.deciding |= dict.fromkeys(cells, (listed - usual, usual - listed))

    def _outcome(
        self, level: str, points: Mapping[str, float], met: Mapping[str, int]
    ) -> tuple[dict[str, int], set[str]]:
        """The ranks by these points, and who is rewarded by the rules that go by points."""
        ranks = self._recount.ranks_by(points)
        decisions = self._recount.decide(level, {"points": ranks}, points, met)
        return ranks, {u for by in decisions.values() for u, (listed, _) in by.items() if listed}

    def _trials(self, base: Mapping[str, float]) -> Iterator[Trial]:
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
        recount = self._recount
        for unit in self._units:
            scale = recount.scale(unit)
            cells = recount.doubtful & {c for i in scale for c in recount.sums.cells(unit, i)}
            for some in {frozenset({cell}) for cell in cells} | ({cells} if cells else set()):
                yield self._without(unit, some, base)

    def _shares_of(self, unit: str, recount: Recount) -> Shares:
        own = recount.scale(unit)
        return [recount.share(unit, i) if i in own else None for i in self._indicators]

    def _points(self, weights: list[float]) -> dict[str, float]:
        return {unit: self._points_of(unit, self._shares[unit], weights) for unit in self._units}

    def _points_of(self, unit: str, shares: Shares, weights: list[float]) -> float:
        covered = earned = 0.0
        for weight, share in zip(weights, shares, strict=True):
            if share is not None:
                covered += weight
                earned += weight * share
        most = self._recount.campaign.scoring.total_points
        return (earned * most / covered if covered > 0 else 0.0) + self._bonus[unit]

    def _as_written(
        self, points: Mapping[str, float], ranks: Mapping[str, int]
    ) -> dict[str, tuple[int, int]]:
        """Points that are written alike may stand either way."""
        written = {unit: rounded(number, 2) for unit, number in points.items()}
        tied = self._recount.campaign.ranking.method == "competition"
        found = {}
        for unit, number in written.items():
            above = sum(other > number for other in written.values())
            alike = sum(other == number for other in written.values())
            worst = above + alike if tied else 0
            found[unit] = (min(ranks[unit], 1 + above), max(ranks[unit], worst))
        return found

    def _without(self, unit: str, cells: frozenset[CellRef], base: Mapping[str, float]) -> Trial:
        """The unit's points and targets as if these cells held nothing."""
        usual = self._recount
        other = Recount(usual.sums.leaving_out(cells), None, usual.rules_of)
        met, shares = self._met[unit], self._shares_of(unit, other)
        for i, share in zip(self._indicators, self._shares[unit], strict=True):
            if share is not None:
                met += (other.is_met(unit, i) is True) - (usual.is_met(unit, i) is True)
        points = {**base, unit: self._points_of(unit, shares, self._weights)}
        return Trial("cells", points, {**self._met, unit: met}, cells)
