"""How indicators and places are named in the parts of the notebook of initiatives."""

from __future__ import annotations

from dxkit.report.explore.selection import Selection


def indicator_name(selection: Selection) -> str:
    """The chosen indicator in words."""
    if not selection.choice.indicator:
        return selection.language.plain("explore.all")
    indicator = selection.campaign.indicator(selection.choice.indicator)
    return selection.language.name(indicator.short_names)


def within_a_sentence(selection: Selection) -> str:
    """The chosen indicator's full name, as it stands inside a sentence."""
    names = selection.campaign.indicator(selection.choice.indicator).names
    name = selection.language.name(names)
    return name[:1].lower() + name[1:]


def with_parent(selection: Selection, code: str) -> str:
    """A unit and the unit above it."""
    parent = selection.units.parent(code)
    name = selection.units.get(code).name
    return f"{name}, {parent.name}" if parent else name
