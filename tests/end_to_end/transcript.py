"""A page as a screen reader tells it: Chromium's tree of accessibility in order, a line for each
thing that is told at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_ALONE = {
    "heading", "listitem", "row", "caption", "Figcaption", "paragraph", "sectionheader", "note",
    "navigation", "main", "list", "table", "figure", "group", "section", "region", "image",
    "DescriptionListTerm", "DescriptionListDetail", "LineBreak", "search", "searchbox", "status",
}  # fmt: skip
"""What is told by itself; all else goes on in the line."""
_NAMED = {"navigation", "table", "group", "figure", "image", "search", "searchbox", "region"}
"""What is told by its name before what it holds."""
_CELLS = {"cell", "rowheader", "columnheader", "gridcell"}


class Transcript:
    """The lines of the page that a browser shows."""

    def __init__(self, browser: Any) -> None:
        nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        self._nodes = {node["nodeId"]: node for node in nodes}
        self._line = ""
        top = next(node for node in nodes if "parentId" not in node)
        self.lines = [line for line in self._told(top) if line.strip(" |")]

    def _told(self, node: Mapping[str, Any]) -> Iterator[str]:
        role = "" if node.get("ignored") else _value(node, "role")
        name = " ".join(_value(node, "name").split())
        if role == "StaticText":
            self._line += _value(node, "name")
            return
        if role in ("InlineTextBox", "ListMarker"):
            return
        if role in _ALONE:
            yield from self._ended()
        if role in _NAMED and name:
            yield f"{role}: {name}"
        self._line += {
            "heading": f"heading {_property(node, 'level')}: ", "listitem": "• ", "link": "[",
            "button": "(button) ",
            "DisclosureTriangle": f"({'open' if _property(node, 'expanded') else 'folded'}) ",
        }.get(role, "")  # fmt: skip
        before = len(self._line)
        if role != "image":
            for child in node.get("childIds", ()):
                if child in self._nodes:
                    yield from self._told(self._nodes[child])
        if role == "link":
            self._line += "]"
        if role in _CELLS:
            self._line = (self._line if len(self._line) > before else f"{self._line}–") + " | "
        if role in _ALONE:
            yield from self._ended()

    def _ended(self) -> Iterator[str]:
        yield " ".join(self._line.split()).removesuffix(" |")
        self._line = ""


def _value(node: Mapping[str, Any], key: str) -> str:
    return str(node.get(key, {}).get("value", ""))


def _property(node: Mapping[str, Any], name: str) -> Any:
    found = (p["value"].get("value") for p in node.get("properties", ()) if p["name"] == name)
    return next(found, None)
