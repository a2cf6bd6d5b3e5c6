"""Plain trials of the ranking, one after the other."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dxkit.model.facts import CellRef
from dxkit.model.rules import UncertaintyRule
from dxkit.verify.recount import Recount, rounded
from dxkit.verify.sums import Sums

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Ends = dict[str, tuple[int, int]]
"""The best and the worst rank of each unit."""
_DRAW, _CORNER, _CELL = "draw", "corner", "cell"
_KINDS = {_DRAW: "weights", _CORNER: "weights", "without": "indicators", _CELL: "cells",
          "cells": "cells", "geometric": "methods", "ranks": "methods"}  # fmt: skip


class Trial(NamedTuple):
    """One trial: its name, the number by which units are ranked, the points they have, how many
    targets are then reached, the cells that it leaves out, and the indicator that breaks no tie.
    """

    name: str
    keys: Mapping[str, float]
    points: Mapping[str, float]
    met: Mapping[str, int]
    cells: frozenset[CellRef] = frozenset()
    but: str = ""


class Trials:
    """The best and the worst rank of each ranked unit of a group ``by`` kind of trial, in how many
    draws it is ``listed`` for a reward, how many trials there were and in how many the list came
    out another, by ``tried`` and ``changed`` names, and the cells that alone decide it: who would
    come onto the list without one, and who would leave it. ``tied`` units are equal across the edge
    of a quota. ``ways`` are the trials by name but for draws, corners and single cells, of which
    those ``ways_changing`` give another list.
    """

    def __init__(self, recount: Recount, unit: str, rule: UncertaintyRule) -> None:
        self._recount, self._rule = recount, rule
        self._level, self._units = recount.level(unit), list(recount.ranks(unit))
        self._indicators = recount.campaign.scale
        self._weights = np.array([i.max_points for i in self._indicators], float)
        self._shares = self._shares_of(self._units, recount)
        self._met = {u: recount.met(u) for u in self._units}
        self._is_shared = recount.campaign.ranking.method == "competition"
        self.by: dict[str, Ends] = {}
        self.named: dict[str, Ends] = {}
        self.listed, self.tried, self.changed = Counter[str](), Counter[str](), Counter[str]()
        self.tied, self.ways, self.ways_changing = 0, list[str](), list[str]()
        self.deciding: dict[CellRef, tuple[set[str], set[str]]] = {}
        if self._units:
            self._try_all()

    def ends(self, unit: str) -> tuple[int | None, int | None]:
        """The best and the worst rank that weights give; None for a unit that is not tried."""
        return self.by.get("weights", {}).get(unit, (None, None))

    def trial_ends(self, unit: str) -> tuple[int | None, int | None]:
        """The same over all other trials."""
        found = [ends[unit] for kind, ends in self.by.items() if kind != "weights" and unit in ends]
        return (min(b for b, _ in found), max(w for _, w in found)) if found else (None, None)

    def outside(self, unit: str) -> set[str]:
        """The other trials that give a unit a rank that weights do not."""
        best, worst = self.by["weights"][unit]
        named = {**self.named, "rounding": self.by["rounding"]}
        return {n for n, ends in named.items() if ends[unit][0] < best or ends[unit][1] > worst}

    def _try_all(self) -> None:
        base = self._points(self._weights)
        ends, usual, self.tied = self._outcome(Trial("", base, base, self._met))
        self.by = {kind: ends.copy() for kind in _KINDS.values()}
        self.by["rounding"] = self._as_written(base, ends)
        for trial in self._trials(base):
            name, (found, listed, tied) = trial.name, self._outcome(trial)
            way = self.named.setdefault("cells" if trial.cells else name, ends.copy())
            for into in (way, self.by[_KINDS[name.partition("/")[0]]]):
                for unit, (best, worst) in found.items():
                    into[unit] = (min(best, into[unit][0]), max(worst, into[unit][1]))
            self.tried[name] += 1
            self.changed[name] += listed != usual or tied > 0
            if name == _DRAW:
                self.listed.update(listed)
            elif name == _CELL and listed != usual:
                self.deciding |= dict.fromkeys(trial.cells, (listed - usual, usual - listed))
        for name in (_DRAW, _CORNER):
            self.named.pop(name)
        self.ways = [name for name in self.tried if name not in (_DRAW, _CORNER, _CELL)]
        self.ways_changing = [name for name in self.ways if self.changed[name]]

    def _outcome(self, trial: Trial) -> tuple[Ends, set[str], int]:
        """The ranks, those who are equal standing either way; who is rewarded by the rules that go
        by points; how many are equal across the edge of a quota.
        """
        recount = self._recount
        ranks = recount.ranks_by(trial.keys, trial.but)
        shared = Counter(ranks.values() if self._is_shared else {*ranks.values()})
        ends = {u: (rank, rank + shared[rank] - 1) for u, rank in ranks.items()}
        decided = recount.decide(self._level, {"points": ranks}, trial.points, trial.met)
        outcomes = [(u, *decision) for by in decided.values() for u, decision in by.items()]
        tied = sum(why in ("tied_into_quota", "tied_out_of_quota") for _, _, why in outcomes)
        return ends, {u for u, listed, _ in outcomes if listed}, tied

    def _trials(self, base: Mapping[str, float]) -> Iterator[Trial]:
        """Draws and ends of the weights, each indicator left out, other means, doubtful cells."""
        recount, weights, many = self._recount, self._weights, len(self._weights)
        ends = (1 - self._rule.weight_band, 1 + self._rule.weight_band)
        draws = np.random.default_rng(self._rule.seed).uniform(*ends, (self._rule.draws, many))
        heaviest = np.argsort(-weights, kind="stable")[:12]
        signs = np.array([*itertools.product(ends, repeat=len(heaviest))])
        corners = np.ones((len(signs), many))
        corners[:, heaviest] = signs
        for name, rows in ((_DRAW, draws), (_CORNER, corners)):
            for factors in rows:
                points = self._points(weights * factors)
                yield Trial(name, points, points, self._met)
        known = ~np.isnan(self._shares)
        for left_out, indicator in enumerate(self._indicators):
            others = np.where(np.arange(many) == left_out, 0, weights)
            if (known @ others > 0).all():
                name = f"without/{indicator.id}"
                yield Trial(name, self._points(others), base, self._met, but=indicator.id)
        if many > 1:
            bonus = np.array([recount.bonus(u) for u in self._units])
            parts = weights / (known @ weights)[:, None]  # of the whole of what counts
            mean = np.nanprod(self._shares**parts, axis=1)
            product = mean * recount.campaign.scoring.total_points + bonus
            ranks = pd.DataFrame(self._shares.round(9)).rank(ascending=False)
            by_ranks = -(ranks * parts).sum(axis=1)
            for name, keys in (("geometric", product), ("ranks", by_ranks)):
                found = dict(zip(self._units, keys.tolist(), strict=True))
                yield Trial(name, found, base, self._met)
        for unit in self._units:
            cells = frozenset(
                recount.received.doubtful_cells & recount.cells_of(unit, recount.scale(unit))
            )
            for cell in cells:
                yield self._without(_CELL, unit, frozenset({cell}), base)
            if len(cells) > 1:
                yield self._without(f"cells/{unit}", unit, cells, base)

    def _shares_of(self, units: list[str], recount: Recount) -> Numbers:
        """The shares of each indicator's points, none where it is not of the unit's scale."""
        scales = {unit: recount.scale(unit) for unit in units}
        return np.array([
            [recount.share(u, i) if i in scales[u] else None for i in self._indicators]
            for u in units
        ], float)  # fmt: skip

    def _points(self, weights: Numbers) -> dict[str, float]:
        return self._points_of(self._units, self._shares, weights)

    def _points_of(self, units: list[str], shares: Numbers, weights: Numbers) -> dict[str, float]:
        covered, earned = ~np.isnan(shares) @ weights, np.nan_to_num(shares) @ weights
        most, bonus = self._recount.campaign.scoring.total_points, self._recount.bonus
        sums = zip(units, earned.tolist(), covered.tolist(), strict=True)
        return {u: (e * most / c if c > 0 else 0.0) + bonus(u) for u, e, c in sums}

    def _as_written(self, points: Mapping[str, float], ends: Ends) -> Ends:
        """Points that are written alike may stand either way."""
        written = pd.Series({unit: float(rounded(number, 2)) for unit, number in points.items()})
        best, worst = (written.rank(method=m, ascending=False).astype(int) for m in ("min", "max"))
        worst = worst if self._is_shared else worst * 0
        return {u: (min(ends[u][0], best[u]), max(ends[u][1], worst[u])) for u in self._units}

    def _without(
        self, name: str, unit: str, cells: frozenset[CellRef], base: Mapping[str, float]
    ) -> Trial:
        """The unit's points and targets as if these cells held nothing."""
        usual = self._recount
        sums = Sums(usual.campaign, usual.received, without=cells)
        other = Recount(sums, None, usual.rules_of)
        scored = [i for i in self._indicators if i in usual.scale(unit)]
        gained = sum((other.is_met(unit, i) is True) - (usual.is_met(unit, i) is True)
                     for i in scored if usual.share(unit, i) is not None)  # fmt: skip
        own = self._points_of([unit], self._shares_of([unit], other), self._weights)
        met = {**self._met, unit: self._met[unit] + gained}
        return Trial(name, points := {**base, **own}, points, met, cells)
