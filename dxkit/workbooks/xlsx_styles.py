"""The styles of an Office Open XML workbook."""

from __future__ import annotations

from dataclasses import dataclass

from dxkit.workbooks.rich_text import is_on
from dxkit.workbooks.styles import Style, builtin_formats, style_of
from dxkit.workbooks.xml_parts import Parts


@dataclass(frozen=True)
class Styles:
    """The styles by their number, and the year from which the workbook counts its days."""

    by_number: tuple[Style, ...]
    counts_from_1904: bool


def read_styles(parts: Parts, part: str, counts_from_1904: bool) -> Styles:
    """The styles of a workbook; only the plain one when it has none."""
    formats = {str(number): code for number, code in builtin_formats().items()}
    fonts: list[str] = []
    struck: set[int] = set()
    found: list[Style] = []
    for element in parts.elements(part) if part else ():
        attributes = element.attributes
        match element.path:
            case "/styleSheet/numFmts/numFmt":
                formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "General")
            case "/styleSheet/fonts/font":
                fonts.append("")
            case "/styleSheet/fonts/font/name":
                fonts[-1] = attributes.get("val", "")
            case "/styleSheet/fonts/font/strike" if is_on(attributes):
                struck.add(len(fonts) - 1)
            case "/styleSheet/cellXfs/xf":
                code = formats.get(attributes.get("numFmtId", "0"), "General")
                font = int(attributes.get("fontId", "0"))
                name = fonts[font] if font < len(fonts) else ""
                found.append(style_of(code, name, font in struck))
    return Styles(tuple(found) or (Style(),), counts_from_1904)
