"""Plain trials of the ranking, one after the other."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dxkit.model.facts import CellRef
from dxkit.model.rules import UncertaintyRule
from dxkit.verify.recount import Points, Recount, rounded
from dxkit.verify.sums import Sums

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Ends = Mapping[str, tuple[int, int]]
"""The best and the worst rank of each unit."""
_DRAW, _CORNER, _CELL = "draw", "corner", "cell"
_KINDS = {_DRAW: "weights", _CORNER: "weights", "without": "indicators", "cells": "cells",
          "geometric": "methods", "ranks": "methods", "rounding": "rounding"}  # fmt: skip


class Trials:
    """The best and the worst rank of each ranked unit of a group as ``named`` trials give them, in
    how many draws it is ``listed`` for a reward, whether the list ``changed`` in each trial of a
    name, and the cells that alone decide it: who would come onto the list without one, and who
    would leave it. ``tied`` units are equal across the edge of a quota.
    """

    def __init__(self, recount: Recount, unit: str, rule: UncertaintyRule) -> None:
        self._recount, self._units = recount, list(recount.ranks(unit))
        self._indicators = recount.campaign.scale
        self._weights = np.array([i.max_points for i in self._indicators], float)
        self._shares = self._shares_of(self._units, recount)
        self._met = {u: recount.met(u) for u in self._units}
        self._points = self._points_of(self._units, self._shares, self._weights)
        self._usual, self._listed, self.tied = self._outcome(self._points)
        self.named, self.listed = dict[str, Ends](), Counter[str]()
        self.changed: dict[str, list[bool]] = {_DRAW: [], _CORNER: [], _CELL: []}
        self.deciding: dict[CellRef, tuple[set[str], set[str]]] = {}
        if self._units:
            self._try_all(rule)

    @cached_property
    def by(self) -> dict[str, Ends]:
        """The best and the worst rank of each unit by kind of trial."""
        found = dict.fromkeys(_KINDS.values(), self._usual)
        for name, ends in self.named.items():
            kind = _KINDS[name.partition("/")[0]]
            found[kind] = _joined(found[kind], ends)
        return found

    def ends(self, unit: str, *, by_weights: bool) -> tuple[int | None, int | None]:
        """The best and the worst rank that weights give, or all other trials; None for a unit that
        is not tried.
        """
        ranges = (ends for kind, ends in self.by.items() if (kind == "weights") is by_weights)
        found = [ends[unit] for ends in ranges if unit in ends]
        return (min(b for b, _ in found), max(w for _, w in found)) if found else (None, None)

    def outside(self, unit: str) -> set[str]:
        """The other trials that give a unit a rank that weights do not."""
        best, worst = self.by["weights"][unit]
        named = ((name, ends[unit]) for name, ends in self.named.items())
        return {name for name, (first, last) in named if first < best or last > worst}

    @property
    def ways(self) -> dict[str, bool]:
        """Whether the list changed in the trials other than draws, corners and single cells."""
        counted = (_DRAW, _CORNER, _CELL)
        return {n: o[0] for n, o in self.changed.items() if n not in counted}

    def _outcome(
        self, keys: Points, points: Points | None = None, met: Mapping[str, int] | None = None,
        but: str = "",
    ) -> tuple[Ends, set[str], int]:  # fmt: skip
        """The ranks by these keys, ties broken ``but`` by one indicator, those who are equal
        standing either way; with these points and so many targets reached, who is rewarded by the
        rules that go by points, and how many are equal across the edge of a quota.
        """
        recount = self._recount
        ranks = recount.ranks_by(keys, but)
        by = {"points": ranks}
        decided = recount.decide(by, points or self._points, met or self._met)
        outcomes = [(u, *verdict) for each in decided.values() for u, verdict in each.items()]
        tied = sum(why in ("tied_into_quota", "tied_out_of_quota") for _, _, why in outcomes)
        return self._ends(ranks), {u for u, listed, _ in outcomes if listed}, tied

    def _ends(self, ranks: Mapping[str, int]) -> Ends:
        is_shared = self._recount.campaign.ranking.method == "competition"
        equal = Counter(ranks.values() if is_shared else {*ranks.values()})
        return {unit: (rank, rank + equal[rank] - 1) for unit, rank in ranks.items()}

    def _try(self, name: str, *asked: Any, within: str = "") -> tuple[set[str], set[str]]:
        """Note the outcome of a trial; who comes onto the list in it, and who leaves it."""
        ends, listed, tied = self._outcome(*asked)
        self.named[within or name] = _joined(ends, self.named.get(within or name, self._usual))
        self.changed.setdefault(name, []).append(listed != self._listed or tied > 0)
        self.listed.update(listed if name == _DRAW else ())
        return listed - self._listed, self._listed - listed

    def _try_all(self, rule: UncertaintyRule) -> None:
        """Draws and ends of the weights, each indicator left out, other means, doubtful cells, and
        points that are written alike.
        """
        recount, weights, many = self._recount, self._weights, len(self._weights)
        ends = (1 - rule.weight_band, 1 + rule.weight_band)
        draws = np.random.default_rng(rule.seed).uniform(*ends, (rule.draws, many))
        heaviest = np.argsort(-weights, kind="stable")[:12]
        corners = np.ones((2 ** len(heaviest), many))
        corners[:, heaviest] = [*itertools.product(ends, repeat=len(heaviest))]
        for name, rows in ((_DRAW, draws), (_CORNER, corners)):
            for factors in rows:
                points = self._points_of(self._units, self._shares, weights * factors)
                self._try(name, points, points)
        known = ~np.isnan(self._shares)
        for left_out, indicator in enumerate(self._indicators):
            others = np.where(np.arange(many) == left_out, 0, weights)
            if (known @ others > 0).all():
                points = self._points_of(self._units, self._shares, others)
                self._try(f"without/{indicator.id}", points, None, None, indicator.id)
        if many > 1:
            bonus = np.array([recount.bonus(u) for u in self._units])
            parts = weights / (known @ weights)[:, None]  # of the whole of what counts
            mean = np.nanprod(self._shares**parts, axis=1)
            product = mean * recount.campaign.scoring.total_points + bonus
            ranks = pd.DataFrame(self._shares.round(9)).rank(ascending=False)
            better = len(self._units) - (ranks * parts).sum(axis=1)  # never below 0: halves go up
            for name, keys in (("geometric", product), ("ranks", better)):
                self._try(name, dict(zip(self._units, keys.tolist(), strict=True)))
        for unit in self._units:
            cells = recount.cells_of(unit, recount.scale(unit)) & recount.received.doubtful_cells
            for cell in cells:
                moved = self._try(_CELL, *self._without(unit, frozenset({cell})), within="cells")
                self.deciding |= {cell: moved} if any(moved) else {}
            if len(cells) > 1:
                without = self._without(unit, frozenset(cells))
                self._try(f"cells/{unit}", *without, within="cells")
        written = {unit: (rounded(number, 2),) for unit, number in self._points.items()}
        self.named["rounding"] = _joined(self._usual, self._ends(recount.ranks_of(written)))

    def _shares_of(self, units: list[str], recount: Recount) -> Numbers:
        """The shares of each indicator's points, none where it is not of the unit's scale."""
        scales = {unit: recount.scale(unit) for unit in units}
        return np.array([
            [recount.share(u, i) if i in scales[u] else None for i in self._indicators]
            for u in units
        ], float)  # fmt: skip

    def _points_of(self, units: list[str], shares: Numbers, weights: Numbers) -> Points:
        if not units:
            return {}
        covered, earned = ~np.isnan(shares) @ weights, np.nan_to_num(shares) @ weights
        most, bonus = self._recount.campaign.scoring.total_points, self._recount.bonus
        sums = zip(units, earned.tolist(), covered.tolist(), strict=True)
        return {u: (e * most / c if c > 0 else 0.0) + bonus(u) for u, e, c in sums}

    def _without(self, unit: str, cells: frozenset[CellRef]) -> tuple[Points, Points, Any]:
        """The points, by which units are ranked, and the targets as if these cells of a unit held
        nothing.
        """
        usual = self._recount
        sums = Sums(usual.campaign, usual.received, without=cells)
        other = Recount(sums, (), usual.rules_of)
        gained = sum((other.is_met(unit, i) is True) - (usual.is_met(unit, i) is True)
                     for i in usual.scale(unit) if usual.share(unit, i) is not None)  # fmt: skip
        own = self._points_of([unit], self._shares_of([unit], other), self._weights)
        points = {**self._points, **own}
        return points, points, {**self._met, unit: self._met[unit] + gained}


def _joined(one: Ends, other: Ends) -> Ends:
    return {u: (min(b, one[u][0]), max(w, one[u][1])) for u, (b, w) in other.items()}
