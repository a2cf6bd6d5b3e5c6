"""An initiative dealt out anew among the places of each district: what chance alone makes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

DRAWS = 1999
"""How many ways of dealing the initiative out anew are drawn."""
_SEED = 124
LEVEL = 0.05
"""How often, at most, a difference may be claimed where there is none, on both sides together."""
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference, the values of it that the test at ``level`` does not reject, and how often one
    as great, to either side, comes about where there is none. With too few places a bound is
    infinite.
    """

    estimate: float
    low: float
    high: float
    probability: float
    level: float

    @property
    def excludes_nothing(self) -> bool:
        """Whether "no difference" is among the values not rejected."""
        return self.low <= 0 <= self.high

    @property
    def is_bounded(self) -> bool:
        """Whether the values not rejected end on both sides."""
        return math.isfinite(self.low) and math.isfinite(self.high)


@lru_cache(maxsize=8)
def _ways(blocks: tuple[int, ...]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The numbers of the rows by block, and in each dealing those that take their places."""
    number = np.array(blocks)
    order = np.argsort(number, kind="stable")
    keys = np.random.default_rng(_SEED).random((DRAWS, len(blocks))) + number[order]
    return order, order[np.argsort(keys, axis=1)]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The joint test of the periods before: how often courses as unlike those of the others come
    about by chance, and its ``power``: how often it finds a trend that alone makes the finding.
    """

    probability: float
    power: float


class Dealings:
    """The initiative dealt out anew within each block, in ``DRAWS`` seeded ways.

    The difference is that of least squares with one level for each block and the ``covariates``
    (n × any); what these leave of an outcome changes hands within its block (Freedman and Lane
    1983). ``treated`` is 1 at the places with the initiative, else 0.
    """

    def __init__(self, treated: Numbers, blocks: Sequence[object], covariates: Numbers) -> None:
        names = {name: number for number, name in enumerate(dict.fromkeys(blocks))}
        number = np.array([names[block] for block in blocks])
        base = np.column_stack([number[:, None] == np.arange(len(names)), covariates]).astype(float)
        self._treated, self._base, self._undo = treated, base, np.linalg.pinv(base)
        self._blocks = len(names)
        self._weights = self._left(treated)
        self._whole = float(self._weights @ self._weights)
        free = len(treated) - len(names)
        rank = np.linalg.matrix_rank(base)
        self._wider = math.sqrt(free / max(1, free - (rank - len(names))))
        self.tells = self._whole > 1e-9 and len(treated) > rank + 1
        self._to, self._from = _ways(tuple(number.tolist()))

    def _left(self, outcomes: Numbers) -> Numbers:
        # what is left of figures that are all alike is nought, not what rounding makes of it
        return np.asarray(np.round(outcomes - self._base @ (self._undo @ outcomes), 12), float)

    def estimate(self, outcome: Numbers) -> float:
        """The real difference in an outcome."""
        return float(self._weights @ self._left(outcome) / self._whole)

    def adjusted(self, outcome: Numbers) -> Numbers:
        """An outcome less what the covariates explain of it."""
        whole = np.column_stack([self._base, self._treated])
        explained = np.linalg.pinv(whole) @ outcome
        explained[: self._blocks] = explained[-1] = 0
        return np.asarray(outcome - whole @ explained, float)

    def differences(self, outcomes: Numbers) -> Numbers:
        """The difference in outcomes (n, or n × m) in each dealing, the real one first."""
        left = self._left(outcomes)
        weights = self._weights / self._whole
        dealt = np.tensordot(left[self._from], weights[self._to], axes=(1, 0)) * self._wider
        return np.asarray(np.concatenate([(weights @ left)[None], dealt]), float)

    def interval(self, outcome: Numbers, level: float = LEVEL) -> Interval:
        """The constant effects that the test does not reject (Rosenbaum 2002, section 2.4)."""
        means, shares = self.differences(outcome), self.differences(self._treated)
        estimate = float(means[0])
        # A dealing is as great as the real one, given an effect, from this effect upwards.
        real = shares >= 1 - 1e-9
        crossings = np.sort((estimate - means[~real]) / (1 - shares[~real]))
        whole, same = len(means), int(real.sum())
        needed = math.floor(level / 2 * whole) - same + 1
        low = float(crossings[needed - 1]) if 0 < needed <= len(crossings) else -math.inf
        high = float(crossings[-needed]) if 0 < needed <= len(crossings) else math.inf
        upper = (same + int((crossings <= 0).sum())) / whole
        lower = (same + int((crossings >= 0).sum())) / whole
        return Interval(estimate, low, high, min(1.0, 2 * min(upper, lower)), level)

    def joint(self, outcomes: Numbers, other: Numbers, level: float = LEVEL) -> tuple[float, float]:
        """How often differences in all outcomes (n × m) together as great as these come about
        where there are none; and how often the test at ``level`` would reject if ``other`` (n × m)
        were added to them.
        """
        found = self.differences(outcomes)
        turned = np.linalg.pinv(np.atleast_2d(np.cov(found[1:], rowvar=False)))

        def far(differences: Numbers) -> Numbers:
            return np.asarray(np.einsum("ij,jk,ik->i", differences, turned, differences), float)

        chance = far(found[1:])
        probability = float((1 + (chance >= far(found[:1]) - 1e-9).sum()) / (DRAWS + 1))
        bound = np.quantile(chance, 1 - level)
        return probability, float((far(found[1:] + self.differences(other)[0]) > bound).mean())
