"""How indicators and places are named in the parts of the notebook of initiatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dxkit.report.explore.initiatives import Explorer


def indicator_name(explorer: Explorer) -> str:
    """The chosen indicator in words."""
    if not explorer.choice.indicator:
        return explorer.language.plain("explore.all")
    indicator = explorer.campaign.indicator(explorer.choice.indicator)
    return explorer.language.name(indicator.short_names)


def within_a_sentence(explorer: Explorer) -> str:
    """The chosen indicator's full name, as it stands inside a sentence."""
    names = explorer.campaign.indicator(explorer.choice.indicator).names
    name = explorer.language.name(names)
    return name[:1].lower() + name[1:]


def with_parent(explorer: Explorer, code: str) -> str:
    """A unit and the unit above it."""
    parent = explorer.units.parent(code)
    name = explorer.units.get(code).name
    return f"{name}, {parent.name}" if parent else name
