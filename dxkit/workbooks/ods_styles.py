"""The styles of an OpenDocument spreadsheet: fonts, percent formats, hidden sheets."""

from __future__ import annotations

from dataclasses import dataclass

from dxkit.workbooks.styles import Style, style_of
from dxkit.workbooks.xml_parts import Attributes

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE = f"{_OASIS}office:1.0 "
TABLE = f"{_OASIS}table:1.0 "
TEXT = f"{_OASIS}text:1.0 "
_STYLE = f"{_OASIS}style:1.0 "
_NUMBER = f"{_OASIS}datastyle:1.0 "
_FONT = f"{_OASIS}xsl-fo-compatible:1.0 "
_DRAWING = f"{_OASIS}svg-compatible:1.0 "
_LONGEST_CHAIN = 20  # of styles that each build on another
_MOST_DECIMALS = 20


@dataclass
class _Declared:
    parent: str
    data: str
    font: str = ""
    line: str = ""  # through the letters: "none", "solid" …
    is_raised: bool = False
    shown: bool = True


class StylesListener:
    """Hears styles, of the document and of its content, and gives them by name."""

    def __init__(self) -> None:
        self._declared: dict[tuple[str, str], _Declared] = {}  # by family and name
        self._fonts: dict[str, str] = {}
        self._percent: dict[str, str] = {}
        self._open: _Declared | None = None
        self._percent_open = ""
        self._known: dict[str, Style] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == f"{_STYLE}font-face":
            family = attributes.get(f"{_DRAWING}font-family", "")
            self._fonts[attributes.get(f"{_STYLE}name", "")] = family.strip("'\"")
        elif name in (f"{_STYLE}style", f"{_STYLE}default-style"):
            self._open = _Declared(
                attributes.get(f"{_STYLE}parent-style-name", ""),
                attributes.get(f"{_STYLE}data-style-name", ""),
            )
            key = (attributes.get(f"{_STYLE}family", ""), attributes.get(f"{_STYLE}name", ""))
            self._declared[key] = self._open
        elif name == f"{_STYLE}text-properties" and self._open is not None:
            self._open.font = attributes.get(f"{_STYLE}font-name") or attributes.get(
                f"{_FONT}font-family", ""
            )
            self._open.line = attributes.get(f"{_STYLE}text-line-through-style") or attributes.get(
                f"{_STYLE}text-line-through-type", ""
            )
            self._open.is_raised = attributes.get(f"{_STYLE}text-position", "").startswith("super")
        elif name == f"{_STYLE}table-properties" and self._open is not None:
            self._open.shown = attributes.get(f"{TABLE}display", "true") != "false"
        elif name == f"{_NUMBER}percentage-style":
            self._percent_open = attributes.get(f"{_STYLE}name", "")
            self._percent[self._percent_open] = "0%"
        elif name == f"{_NUMBER}number" and self._percent_open:
            places = attributes.get(f"{_NUMBER}decimal-places", "0")
            decimals = min(int(places), _MOST_DECIMALS) if places.isdecimal() else 0
            self._percent[self._percent_open] = f"0.{'0' * decimals}%" if decimals else "0%"

    def end(self, name: str) -> None:
        if name in (f"{_STYLE}style", f"{_STYLE}default-style"):
            self._open = None
        elif name == f"{_NUMBER}percentage-style":
            self._percent_open = ""

    def text(self, text: str) -> None:
        """Styles have none."""

    def of_cell(self, name: str) -> Style:
        """The style of a cell, with what it takes over from those it builds on."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._made("table-cell", name)
        return found

    def is_shown(self, table_style: str) -> bool:
        """Whether sheets of a style are shown."""
        declared = self._declared.get(("table", table_style))
        return declared is None or declared.shown

    def of_letters(self, name: str) -> tuple[bool, bool]:
        """Whether letters of a style within a cell are crossed out, and stand above the line."""
        declared = self._declared.get(("text", name))
        if declared is None:
            return False, False
        return declared.line not in ("", "none"), declared.is_raised

    def _made(self, family: str, name: str) -> Style:
        font = data = line = ""
        for _ in range(_LONGEST_CHAIN):
            declared = self._declared.get((family, name))
            if declared is None:
                break
            font, data = font or declared.font, data or declared.data
            line = line or declared.line
            if not name:
                break
            name = declared.parent
        number_format, name = self._percent.get(data, "General"), self._fonts.get(font, font)
        return style_of(number_format, name, line not in ("", "none"))
