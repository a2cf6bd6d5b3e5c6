"""Where names of units are looked for: prepared once, so that a row costs the same in a campaign of
ten units and of ten thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from dxkit.model.text import normalise, slug
from dxkit.model.units import Unit, UnitRegistry


class Scope:
    """Units among which a name is looked for, in their order."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = tuple(units)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {unit.code: place for place, unit in enumerate(self.units)}

    def of(self, units: Sequence[Unit]) -> list[Unit]:
        """Those of some units that are in the scope, in its order."""
        found = [unit for unit in units if unit.code in self._places]
        return sorted(found, key=lambda unit: self._places[unit.code])


class Scopes:
    """The scopes of one day's units."""

    def __init__(self, units: UnitRegistry) -> None:
        self._units = units
        self._children: dict[str, Scope] = {}
        self._descendants: dict[str, Scope] = {}

    def children(self, code: str) -> Scope:
        """The units directly below one."""
        if code not in self._children:
            self._children[code] = Scope(self._units.children(code))
        return self._children[code]

    def descendants(self, code: str) -> Scope:
        """All units below one."""
        if code not in self._descendants:
            self._descendants[code] = Scope(self._units.descendants(code))
        return self._descendants[code]

    @cached_property
    def levels(self) -> tuple[Scope, ...]:
        """The units of each level, from the top down."""
        return tuple(Scope(self._units.at_level(level)) for level in self._units.levels)

    @cached_property
    def below_top(self) -> Scope:
        """All units but those of the top level."""
        top = self._units.levels[0]
        return Scope(unit for unit in self._units.units if unit.level != top)

    @cached_property
    def first_level(self) -> tuple[tuple[str, Unit], ...]:
        """The units of the level below the top, each with its name's key."""
        return tuple((normalise(u.name), u) for scope in self.levels[1:2] for u in scope.units)

    @cached_property
    def by_slug(self) -> dict[str, list[Unit]]:
        """The units below the top by the slugs of their names."""
        found: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.below_top.units:
            found[slug(unit.name)].append(unit)
        return found
