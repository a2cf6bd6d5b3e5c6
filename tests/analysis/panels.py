"""Synthetic panels whose truth is known, for the statistics of initiatives."""

from __future__ import annotations

import numpy as np

from dxkit.analysis.initiatives.matching import Panel, Place

TYPES = ("commune", "ward", "township")


def synthetic(
    seed: int,
    *,
    effect: float = 0.0,
    periods: int = 2,
    start: int = 1,
    noise: float = 0.03,
    places: int = 75,
    treated: int = 15,
    lowest: bool = False,
) -> tuple[Panel, dict[str, str]]:
    """A panel of shares: each place has its own level, all share a trend, every figure has its
    own ``noise``. The initiative adds ``effect`` from period number ``start`` on; it goes to places
    drawn by lot or, with ``lowest``, to those that happened to stand lowest just before.
    """
    random = np.random.default_rng(seed)
    level = random.normal(0.5, 0.06, places)
    steps = 0.05 * np.arange(periods)
    values = level[:, None] + steps + random.normal(0, noise, (places, periods))
    size = np.exp(random.normal(7.8, 0.3, places))
    kind = random.choice(3, places, p=(0.68, 0.17, 0.15))
    order = np.argsort(values[:, start - 1]) if lowest else random.permutation(places)
    chosen = order[:treated]
    values[chosen, start:] += effect
    names = [f"Q{number}" for number in range(periods)]
    codes = [f"{number:03d}" for number in range(places)]
    panel = Panel(
        "cashless",
        1,
        tuple(names),
        {c: Place(c, TYPES[kind[n]], float(size[n])) for n, c in enumerate(codes)},
        {(c, p): float(values[n, m]) for n, c in enumerate(codes) for m, p in enumerate(names)},
    )
    return panel, {codes[n]: names[start] for n in chosen}
