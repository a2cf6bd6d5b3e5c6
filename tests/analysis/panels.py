"""Synthetic panels whose truth is known, for the statistics of initiatives."""

from __future__ import annotations

import dataclasses

import numpy as np

from dxkit.analysis.panel import Panel, Place

TYPES = ("commune", "ward", "township")


@dataclasses.dataclass(frozen=True)
class Situation:
    """Shares of places that lie in districts in turn. Each has its own level; all rise by 2 points
    a period, each by a ``slope`` of its own (standard deviation) besides; each district has a
    ``shock`` in each period, which stays where it ``drifts``; each figure has its own ``noise``.

    ``chosen`` are the ``treated`` places: by ``lot``; all of one ``district``; those that are
    ``rising``, as far as somebody knows; those that by chance had a bad period before the start
    (``dip``); those that stood ``lowest`` then. The initiative adds ``effect`` from period number
    ``start`` on, and ``spill`` at the other places of its districts.
    """

    effect: float = 0.0
    periods: int = 4
    start: int = 2
    chosen: str = "lot"
    treated: int = 10
    noise: float = 0.02
    shock: float = 0.0
    drifts: bool = False
    slope: float = 0.0
    spill: float = 0.0
    places: int = 75
    districts: int = 8
    kinds: int = 1

    def draw(self, seed: int) -> tuple[Panel, dict[str, str]]:
        """A panel, and the start at each place with the initiative."""
        random = np.random.default_rng(seed)
        numbers = np.arange(self.places)
        district = numbers % self.districts
        level = np.clip(random.normal(0.5, 0.08, self.places), 0.02, 0.95)
        slope = random.normal(0, 1, self.places) * self.slope
        shock = random.normal(0, 1, (self.districts, self.periods)) * self.shock
        if self.drifts:
            shock = shock.cumsum(axis=1)
        chance = random.normal(0, self.noise, (self.places, self.periods))
        values = level[:, None] + (0.02 + slope)[:, None] * np.arange(self.periods)
        values += shock[district] + chance
        order = {
            "lot": random.permutation(self.places),
            "district": np.argsort((district != random.integers(self.districts)) + random.random(
                self.places) / 2),
            "rising": np.argsort(-slope - random.normal(0, 1, self.places) * self.slope),
            "dip": np.argsort(chance[:, self.start - 1]),
            "lowest": np.argsort(values[:, self.start - 1]),
        }[self.chosen]  # fmt: skip
        own = np.isin(numbers, order[: self.treated])
        values[own, self.start :] += self.effect
        values[~own & np.isin(district, district[own]), self.start :] += self.spill
        kind = random.choice(3, self.places, p=(0.68, 0.17, 0.15)) if self.kinds > 1 else 0 * own
        size = np.exp(random.normal(7.8, 0.3, self.places))
        names = tuple(f"Q{number}" for number in range(self.periods))
        codes = [f"{number:03d}" for number in numbers]
        places = {
            code: Place(code, TYPES[kind[n]], float(size[n]), f"d{district[n]}")
            for n, code in enumerate(codes)
        }
        known = {
            (code, period): float(values[n, m])
            for n, code in enumerate(codes)
            for m, period in enumerate(names)
        }
        starts = {code: names[self.start] for code, has in zip(codes, own, strict=True) if has}
        return Panel("cashless", 1, names, places, known), starts
