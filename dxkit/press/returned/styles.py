"""What is added to a sender's workbook: cell formats and names of parts; what is there stays."""

from __future__ import annotations

import copy
from itertools import count

from dxkit.model.findings import Severity
from dxkit.workbooks.package import MAIN, Element, Package, main, parse

COLOURS = {Severity.ERROR: "FFF8CBAD", Severity.WARNING: "FFFFE699"}
"""Ground of a doubtful cell: the light orange and yellow of the usual palette, as ARGB."""


def required(parent: Element, tag: str) -> Element:
    """The first child of a kind; raises KeyError when there is none."""
    found = parent.find(main(tag))
    if found is None:
        raise KeyError(tag)
    return found


def new_name(package: Package, pattern: str) -> str:
    """The first numbered name that no part of a package has."""
    numbered = (pattern.format(number) for number in count(1))
    return next(name for name in numbered if name not in package.names)


class Styles:
    """The formats of one package. Raises KeyError when it has none."""

    def __init__(self, package: Package) -> None:
        (part,) = package.related(package.workbook, "styles") or [""]
        self._root = package.tree(part)
        self._formats = required(self._root, "cellXfs")
        self._fills = required(self._root, "fills")
        self._made: dict[tuple[int, str], int] = {}

    def coloured(self, style: int, severity: Severity) -> int:
        """The format like another one, on the ground of a severity."""
        key = (style, str(severity))
        if key not in self._made:
            fill = self._fill(COLOURS[severity])
            self._made[key] = self._variant(style, {"fillId": str(fill), "applyFill": "1"})
        return self._made[key]

    def uncoloured(self, style: int) -> int:
        """The format without the ground that an earlier round gave it; others stay."""
        number = int(self._formats[style].get("fillId", "0"))
        colours = {str(c.get("rgb", "")).upper() for c in self._fills[number].iter(main("fgColor"))}
        if not colours & set(COLOURS.values()):
            return style
        key = (style, "")
        if key not in self._made:
            self._made[key] = self._variant(style, {"fillId": "0"})
        return self._made[key]

    def text(self, *, bold: bool = False, colour: str = "", ground: Severity | None = None) -> int:
        """A format for wrapped text in the workbook's own first font."""
        fonts = required(self._root, "fonts")
        font = copy.deepcopy(fonts[0])
        for tag in ("b", "color", "u"):
            for child in font.findall(main(tag)):
                font.remove(child)
        # The schema wants bold first and the colour before size and name of the font.
        if colour:
            font.insert(0, parse(f'<color xmlns="{MAIN}" rgb="{colour}"/>'.encode()))
        if bold:
            font.insert(0, parse(f'<b xmlns="{MAIN}"/>'.encode()))
        fonts.append(font)
        fonts.set("count", str(len(fonts)))
        fill = self._fill(COLOURS[ground]) if ground else 0
        self._formats.append(
            parse(
                f'<xf xmlns="{MAIN}" numFmtId="49" fontId="{len(fonts) - 1}" fillId="{fill}" '
                'borderId="0" applyFont="1" applyFill="1" applyNumberFormat="1" '
                'applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'.encode()
            )
        )
        return self._counted(self._formats)

    def _fill(self, colour: str) -> int:
        for number, fill in enumerate(self._fills):
            if any(c.get("rgb") == colour for c in fill.iter(main("fgColor"))):
                return number
        self._fills.append(
            parse(
                f'<fill xmlns="{MAIN}"><patternFill patternType="solid"><fgColor rgb="{colour}"/>'
                '<bgColor indexed="64"/></patternFill></fill>'.encode()
            )
        )
        return self._counted(self._fills)

    def _variant(self, style: int, changes: dict[str, str]) -> int:
        variant = copy.deepcopy(self._formats[style])
        for name, value in changes.items():
            variant.set(name, value)
        self._formats.append(variant)
        return self._counted(self._formats)

    @staticmethod
    def _counted(parent: Element) -> int:
        parent.set("count", str(len(parent)))
        return len(parent) - 1
