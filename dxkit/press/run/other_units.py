"""The check that a page holds nothing of another unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from dxkit.model.units import UnitRegistry

COMPARISON = "comparison"
"""The id with which a section's heading declares that other units are compared there."""
_FACT = re.compile(r'data-fact="[^"/]*/([^"/]*)/')  # as the page's sanitiser writes attributes
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")

_Element = Any  # of lxml, which ships no types


def foreign_units(page: str, unit_code: str, units: UnitRegistry) -> tuple[str, ...]:
    """Codes of units whose facts stand on a page that is not theirs, sorted.

    A page may hold its own unit's facts, those of the units that it consists of and those of the
    units that it belongs to; any other only in a section whose heading has the id ``comparison``.
    What only reads like a fact in a text that somebody sent is none.
    """
    related = (*units.ancestors(unit_code), *units.descendants(unit_code))
    own = {unit_code, *(unit.code for unit in related)}
    if own.issuperset(_FACT.findall(page)):  # nearly all pages: parsing takes four times as long
        return ()
    return tuple(sorted(set(_units_outside_comparisons(page)) - own))


def _units_outside_comparisons(page: str) -> Iterator[str]:
    # Without "huge_tree" a page beyond the parser's limits would be cut in silence.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    root = etree.fromstring(page.encode("utf-8"), parser)
    declared = {_section(heading) for heading in root.iter(*_HEADINGS) if _declares(heading)}
    for element in root.iterfind(".//*[@data-fact]"):
        section = _section(element)
        if section is None or section not in declared:
            yield from element.get("data-fact").split("/")[1:2]


def _declares(heading: _Element) -> bool:
    name = str(heading.get("id", ""))
    return name == COMPARISON or name.startswith(f"{COMPARISON}-")


def _section(element: _Element) -> _Element | None:
    """The section that an element stands in."""
    return next(element.iterancestors("section"), None)
