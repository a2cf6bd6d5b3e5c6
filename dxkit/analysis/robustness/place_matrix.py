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
    order = np.argsort(keys, axis=1, kind="stable")
    ordered = np.take_along_axis(keys, order, axis=1)
    columns = np.arange(keys.shape[1])
    starts = np.ones(keys.shape, dtype=bool)  # where a run of equal entries starts
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    ends = np.roll(starts, -1, axis=1)  # and ends: the next starts
    ends[:, -1:] = True
    first = np.maximum.accumulate(np.where(starts, columns, 0), axis=1)
    after = np.where(ends, columns + 1, keys.shape[1])
    after = np.minimum.accumulate(after[:, ::-1], axis=1)[:, ::-1]
    above = np.empty(keys.shape, dtype=np.int64)
    equal = np.empty(keys.shape, dtype=np.int64)
    np.put_along_axis(above, order, keys.shape[1] - after, axis=1)
    np.put_along_axis(equal, order, after - first, axis=1)
    return above, equal


def _dense(row: Keys) -> Keys:
    _, inverse = np.unique(-row, return_inverse=True)
    return np.asarray(inverse, dtype=np.int64) + 1
