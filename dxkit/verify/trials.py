"""Plain trials of the ranking: one after the other, in loops."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from dxkit.model.facts import CellRef
from dxkit.model.rules import UncertaintyRule
from dxkit.verify.recount import Recount, rounded

Shares = list[float | None]


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


Ends = dict[str, tuple[int, int]]
"""The best and the worst rank of each unit."""
_DRAW, _CORNER = "draw", "corner"
_KINDS = {"draw": "weights", "corner": "weights", "without": "indicators", "cell": "cells",
          "cells": "cells", "geometric": "methods", "ranks": "methods"}  # fmt: skip


class Trials:
    """The best and the worst rank of each ranked unit of a group ``by`` kind of trial, in how many
    draws it is ``listed`` for a reward, how many trials there were and in how many the list came
    out another, by ``tried`` and ``changed`` names, and the cells that alone decide it: who would
    come onto the list without one, and who would leave it. ``tied`` units are equal across the edge
    of a quota.
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
        self.by: dict[str, Ends] = {}
        self.named: dict[str, Ends] = {}
        self.listed = dict.fromkeys(self._units, 0)
        self.tried, self.changed = Counter[str](), Counter[str]()
        self.tied = 0
        self.deciding: dict[CellRef, tuple[set[str], set[str]]] = {}
        if self._units:
            self._try_all(recount.level(unit))

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

    def ways(self) -> list[str]:
        """The names of the trials but for draws, corners and single cells."""
        return [n for n in self.tried if n not in (_DRAW, _CORNER, "cell")]

    def ways_changing(self) -> list[str]:
        """Those of them that give another list."""
        return [name for name in self.ways() if self.changed[name]]

    def _try_all(self, level: str) -> None:
        base = self._points(self._weights)
        usual_trial = Trial("", base, base, self._met)
        ends, usual, self.tied = self._outcome(level, usual_trial)
        self.by = {kind: ends.copy() for kind in _KINDS.values()}
        self.by["rounding"] = self._as_written(base, ends)
        for trial in self._trials(base):
            name, cells = trial.name, trial.cells
            found, listed, tied = self._outcome(level, trial)
            way = "cells" if cells else name
            for into in (
                self.by[_KINDS[name.partition("/")[0]]],
                self.named.setdefault(way, ends.copy()),
            ):
                for unit, (best, worst) in found.items():
                    into[unit] = (min(best, into[unit][0]), max(worst, into[unit][1]))
            self.tried[name] += 1
            self.changed[name] += listed != usual or tied > 0
            for unit in listed if name == _DRAW else ():
                self.listed[unit] += 1
            if name == "cell" and listed != usual:
                self.deciding |= dict.fromkeys(cells, (listed - usual, usual - listed))
        for name in (_DRAW, _CORNER):
            self.named.pop(name)

    def _outcome(self, level: str, trial: Trial) -> tuple[Ends, set[str], int]:
        """The ranks, those who are equal standing either way; who is rewarded by the rules that go
        by points; how many are equal across the edge of a quota.
        """
        recount = self._recount
        ranks = recount.ranks_by(trial.keys, trial.but)
        shared = Counter(ranks.values())
        if recount.campaign.ranking.method != "competition":
            shared = Counter(dict.fromkeys(shared, 1))
        ends = {u: (rank, rank + shared[rank] - 1) for u, rank in ranks.items()}
        decided = recount.decide(level, {"points": ranks}, trial.points, trial.met).values()
        outcomes = [(u, listed, why) for by in decided for u, (listed, why) in by.items()]
        tied = sum(why in ("tied_into_quota", "tied_out_of_quota") for _, _, why in outcomes)
        return ends, {u for u, listed, _ in outcomes if listed}, tied

    def _trials(self, base: Mapping[str, float]) -> Iterator[Trial]:
        """Draws and ends of the weights, each indicator left out, other means, doubtful cells."""
        band, size = self._rule.weight_band, (self._rule.draws, len(self._weights))
        factors = np.random.default_rng(self._rule.seed).uniform(1 - band, 1 + band, size=size)
        for row in factors.tolist():
            points = self._points([w * f for w, f in zip(self._weights, row, strict=True)])
            yield Trial(_DRAW, points, points, self._met)
        order = sorted(range(len(self._weights)), key=lambda n: -self._weights[n])
        for signs in itertools.product((1 - band, 1 + band), repeat=min(len(order), 12)):
            weights = list(self._weights)
            for n, sign in zip(order, signs, strict=False):
                weights[n] *= sign
            points = self._points(weights)
            yield Trial(_CORNER, points, points, self._met)
        for left_out, indicator in enumerate(self._indicators):
            weights = [0.0 if n == left_out else w for n, w in enumerate(self._weights)]
            pairs = (zip(self._shares[u], weights, strict=True) for u in self._units)
            if all(any(s is not None and w > 0 for s, w in pair) for pair in pairs):
                points = self._points(weights)
                name = f"without/{indicator.id}"
                yield Trial(name, points, base, self._met, but=indicator.id)
        if len(self._indicators) > 1:
            yield Trial("geometric", self._by_product(), base, self._met)
            yield Trial("ranks", self._by_ranks(), base, self._met)
        recount = self._recount
        for unit in self._units:
            scale = recount.scale(unit)
            cells = recount.doubtful & {c for i in scale for c in recount.sums.cells(unit, i)}
            for cell in cells:
                yield self._without("cell", unit, frozenset({cell}), base)
            if len(cells) > 1:
                yield self._without(f"cells/{unit}", unit, cells, base)

    def _by_product(self) -> dict[str, float]:
        """The weighted geometric mean of the shares, on the whole scale."""
        most, found = self._recount.campaign.scoring.total_points, {}
        for unit in self._units:
            pairs = list(zip(self._shares[unit], self._weights, strict=True))
            whole = sum(w for s, w in pairs if s is not None)
            mean = math.prod(s ** (w / whole) for s, w in pairs if s is not None)
            found[unit] = mean * most + self._bonus[unit]
        return found

    def _by_ranks(self) -> dict[str, float]:
        """The weighted mean of the ranks by indicator, less being better."""
        found = {}
        for unit in self._units:
            earned = whole = 0.0
            for n, (share, weight) in enumerate(
                zip(self._shares[unit], self._weights, strict=True)
            ):
                if share is not None:
                    others = [self._shares[u][n] for u in self._units]
                    known = [round(s, 9) for s in others if s is not None]
                    above = sum(s > round(share, 9) for s in known)
                    earned += weight * (above + (known.count(round(share, 9)) + 1) / 2)
                    whole += weight
            found[unit] = -earned / whole
        return found

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

    def _as_written(self, points: Mapping[str, float], ends: Ends) -> Ends:
        """Points that are written alike may stand either way."""
        written = {unit: rounded(number, 2) for unit, number in points.items()}
        tied = self._recount.campaign.ranking.method == "competition"
        found = {}
        for unit, number in written.items():
            above = sum(other > number for other in written.values())
            alike = sum(other == number for other in written.values())
            worst = above + alike if tied else 0
            best, last = ends[unit]
            found[unit] = (min(best, 1 + above), max(last, worst))
        return found

    def _without(
        self, name: str, unit: str, cells: frozenset[CellRef], base: Mapping[str, float]
    ) -> Trial:
        """The unit's points and targets as if these cells held nothing."""
        usual = self._recount
        other = Recount(usual.sums.leaving_out(cells), None, usual.rules_of)
        met, shares = self._met[unit], self._shares_of(unit, other)
        for i, share in zip(self._indicators, self._shares[unit], strict=True):
            if share is not None:
                met += (other.is_met(unit, i) is True) - (usual.is_met(unit, i) is True)
        points = {**base, unit: self._points_of(unit, shares, self._weights)}
        return Trial(name, points, points, {**self._met, unit: met}, cells)
