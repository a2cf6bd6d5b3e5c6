"""Scoring: what share of an indicator's points a value earns. One registry, chosen by name.

Each function gives a share, 0 for no points and 1 for all of them, or None when the rule says
nothing about the case (no target is set, all compared units are equal).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dxkit.model.rules import Band

NOT_SCORED = "not_scored"
"""Why there are no points for what is known: the rule says nothing about it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A known value to be scored. ``direction`` is +1 when more is better, -1 when less is;
    ``peers`` are the known values of all units it is compared with, itself among them.
    """

    value: float
    target: float | None = None
    direction: int = 1
    parameters: Mapping[str, float] = field(default_factory=dict)
    peers: Sequence[float] = ()


def ratio_to_target(case: Case) -> float | None:
    """Value over target, at most 1; target over value when less is better."""
    uncapped = ratio_to_target_uncapped(case)
    return None if uncapped is None else min(uncapped, 1.0)


def ratio_to_target_uncapped(case: Case) -> float | None:
    """Value over target without a limit, for plans that reward exceeding it."""
    if case.target is None or case.target <= 0:
        return None
    if case.direction > 0:
        return max(case.value, 0.0) / case.target
    return case.target / case.value if case.value > 0 else 1.0


def share(case: Case) -> float:
    """The value itself, which is a share; its complement when less is better."""
    return _directed(case.value, case.direction)


def count(case: Case) -> float:
    """A number of things over the parameter ``full``, at most 1."""
    return _directed(case.value / case.parameters["full"], case.direction)


def steps(case: Case) -> float:
    """The share of the best step reached. Parameters come in pairs ``from_1`` and ``share_1``,
    ``from_2`` and ``share_2``, …: at least ``from`` (at most, when less is better) earns
    ``share``; a value that reaches no step earns 0.
    """
    return max(
        (
            case.parameters["share_" + name.removeprefix("from_")]
            for name, threshold in case.parameters.items()
            if name.startswith("from_") and (case.value - threshold) * case.direction >= 0
        ),
        default=0.0,
    )


def min_max(case: Case) -> float | None:
    """The position between the worst and the best of the units compared."""
    low, high = min(case.peers), max(case.peers)
    if low == high:
        return None
    return _directed((case.value - low) / (high - low), case.direction)


def goalposts(case: Case) -> float:
    """The position between the parameters ``low`` and ``high``, kept within 0 and 1."""
    low, high = case.parameters["low"], case.parameters["high"]
    return _directed((case.value - low) / (high - low), case.direction)


def none(case: Case) -> None:
    """No points: the indicator is shown and ranked but not scored."""


def _directed(position: float, direction: int) -> float:
    position = min(max(position, 0.0), 1.0)
    return position if direction > 0 else 1.0 - position


REGISTRY: Mapping[str, Callable[[Case], float | None]] = {
    function.__name__: function
    for function in (
        ratio_to_target,
        ratio_to_target_uncapped,
        share,
        count,
        steps,
        min_max,
        goalposts,
        none,
    )
}


def band_of(share_of_points: float, bands: Sequence[Band]) -> Band | None:
    """The best band whose lower edge is reached; None below them all.

    Shares within 1e-9 of an edge are on it: 324 of 360 points are 90 %.
    """
    reached = [band for band in bands if share_of_points >= band.from_share - 1e-9]
    return max(reached, key=lambda band: band.from_share, default=None)
