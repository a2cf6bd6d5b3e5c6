"""Places in many rankings at once: each row of a matrix is one ranking of the same units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]


def places_by_row(keys: Keys, method: str) -> Keys:
    """The places in each row, the greatest key first: 1, 2, 2, 4 or (``dense``) 1, 2, 2, 3."""
    if method == "competition":
        return 1 + above_and_equal(keys)[0]
    return np.stack([_dense(row) for row in keys])


def above_and_equal(keys: Keys) -> tuple[Keys, Keys]:
    """For each entry of each row: how many of the row are greater, and how many equal it."""
    above = np.empty(keys.shape, dtype=np.int64)
    equal = np.empty(keys.shape, dtype=np.int64)
    ordered = np.sort(keys, axis=1)
    for row, (sorted_row, values) in enumerate(zip(ordered, keys, strict=True)):
        right = np.searchsorted(sorted_row, values, side="right")
        above[row] = len(sorted_row) - right
        equal[row] = right - np.searchsorted(sorted_row, values, side="left")
    return above, equal


def _dense(row: Keys) -> Keys:
    _, inverse = np.unique(-row, return_inverse=True)
    return np.asarray(inverse, dtype=np.int64) + 1
