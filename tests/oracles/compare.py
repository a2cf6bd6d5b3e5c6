"""A finished page whose sentences are judged."""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracles.page_tree import Element
from tests.oracles.second_path import Again


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on a page that cannot be proved."""

    page: str
    fact: str
    shown: str
    expected: str


@dataclass(frozen=True)
class PageProof:
    """One page under examination. ``unit`` is the unit it is about, empty for an index."""

    page: str
    unit: str
    language: str
    root: Element
    again: Again

    def differ(self, what: str, shown: str, expected: str) -> Difference:
        """A difference on this page."""
        return Difference(self.page, what, shown, expected)

    @property
    def allowed(self) -> frozenset[str]:
        """The units whose numbers and names this page may hold."""
        units = self.again.units
        if not self.unit or units.get(self.unit).level == self.again.campaign.levels[0].id:
            return frozenset(unit.code for unit in units.units)
        own = {self.unit, *(unit.code for unit in units.descendants(self.unit))}
        group = self.again.group(self.unit)
        return frozenset(own | ({group} if group else set()))
