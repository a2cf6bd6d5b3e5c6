"""Which of the units below a unit reach each target, and which lack reports, counted again."""

from __future__ import annotations

from tests.oracles.second_path import Again


def reached_below(again: Again, unit: str) -> dict[str, tuple[int, int]]:
    """By indicator: of the units below that have a figure, how many reach the target, and how many
    there are; of those indicators that have a target and a figure below.
    """
    found = {}
    for indicator in again.indicators(unit):
        below = [c for c in again.children(unit) if again.sums.is_measured(c, indicator)]
        known = sum(again.value(c, indicator) is not None for c in below)
        if known and any(again.target(c, indicator) is not None for c in below):
            met = sum(again.is_met(c, indicator) is True for c in below)
            found[indicator.id] = (met, known)
    return found


def least_share_known(again: Again, unit: str) -> float:
    """The smallest share of the units below that have figures behind a target that is judged; 1
    where none lacks any. A unit with nothing to measure lacks none.
    """
    shares = [1.0]
    for indicator in again.indicators(unit):
        if again.is_met(unit, indicator) is None:
            continue
        below = [c for c in again.children(unit) if again.sums.is_measured(c, indicator)]
        without = [c for c in below if again.value(c, indicator) is None]
        if any(again.sums.of(c, indicator).why != "not_applicable" for c in without):
            shares.append(1 - len(without) / len(below))
    return min(shares)


def silent_below(again: Again, unit: str) -> list[str]:
    """The units directly below in which some, but not all, of those below have not reported."""
    found = []
    for child in again.children(unit):
        below = again.children(child)
        silent = sum(again.total(c)[2] == "not_reported" for c in below)
        if 0 < silent < len(below):
            found.append(child)
    return found
