"""The check that a page holds nothing of another unit."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dxkit.model.units import UnitRegistry

COMPARISON = "comparison"
"""The id with which a section's heading declares that other units are compared there."""
_FACT = re.compile(r'data-fact="[^"/]*/([^"/]*)/')
_DECLARED = re.compile(rf'<h[2-6][^>]*\bid="{COMPARISON}(?:-[\w-]+)?"')


def foreign_units(page: str, unit_code: str, units: UnitRegistry) -> tuple[str, ...]:
    """Codes of units whose facts stand on a page that is not theirs, sorted.

    A page may hold its own unit's facts, those of the units that it consists of and those of the
    units that it belongs to; any other only in a section whose heading has the id ``comparison``.
    """
    related = (*units.ancestors(unit_code), *units.descendants(unit_code))
    own = {unit_code, *(unit.code for unit in related)}
    found = {code for section in _sections(page) for code in _FACT.findall(section)}
    return tuple(sorted(found - own))


def _sections(page: str) -> Iterable[str]:
    """The page cut at its sections, without those that are declared as comparisons."""
    for part in page.split("<section"):
        section, _, rest = part.partition("</section>")
        if not _DECLARED.search(section):
            yield section
        yield rest
