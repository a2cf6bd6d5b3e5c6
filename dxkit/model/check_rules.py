"""The campaign's rules on which figures ask for a second look, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReferenceCheck:
    """A reported measure is compared with a published one read from ``folder`` under the
    campaign's raw folder; a relative difference above ``tolerance`` is a finding.
    """

    measure: str
    reference: str
    folder: str
    tolerance: float
    source: str


@dataclass(frozen=True, slots=True)
class CheckRules:
    """From where on a figure is unlikely enough to ask for a second look.

    ``jump_share`` is a change of a share between periods (0.5: 50 points), ``jump_stock`` one of a
    whole relative to itself, ``jump_ratio`` a multiple of a flow; units below ``smallest`` things
    are left alone. ``copied_rows`` equal rows make a column a copy of the last period's.
    ``heaping_window`` is how near to a target (0.02: 2 points) units are compared, and
    ``heaping_chance`` how unlikely a crowd just above it must be.
    """

    jump_share: float = 0.5
    jump_stock: float = 0.3
    jump_ratio: float = 5.0
    smallest: float = 30
    copied_rows: int = 5
    heaping_window: float = 0.02
    heaping_chance: float = 0.001
