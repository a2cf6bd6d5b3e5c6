"""A document as PDF, set by Typst in this process: tagged for readers who listen (PDF/UA-1, which
the compiler checks), with bookmarks, and with the same bytes every time.

The letters are those of the machine: Times New Roman as the decree asks, or a face of the same
widths; else the one that Typst carries. A face that lacks Vietnamese letters is not taken.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from dxkit.press.publish.document.tree import MARGINS, SPOKEN, Document

FACES = ("Times New Roman", "Liberation Serif", "Tinos", "Libertinus Serif")
"""The faces that a document may be set in, best first; Typst carries the last."""
_NEEDED = tuple(
    map(
        ord,
        "\u1ea0\u1ea1\u1eb6\u1ebf\u1ed9\u1eef\u01a0\u01a1\u01af\u01b0\u0110\u0111\u1ef9\u2212\u2020",
    )
)
"""Letters of Vietnamese that older faces lack, the minus sign, and the sign of a note."""
_FOREIGN = re.compile(
    "[^\n -~\u00a0-\u024f\u0300-\u036f\u1e00-\u1eff\u2010-\u2027\u2030-\u203e\u20ab\u2190-\u2199"
    "\u2200-\u22ff\u25a0-\u25ff]"
)
"""What a machine may have no letter for, and a PDF for readers who listen may then not hold: a box
stands for it on every machine, as in the charts.
"""
_TEMPLATES = "dxkit.press.publish.templates"
_DRAWING = """#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg")"""


def pdf_of(document: Document) -> bytes:
    """The PDF. Raises RuntimeError where the compiler refuses it."""
    content = document.as_data() | {
        "faces": [face(), FACES[-1]],
        "margins": MARGINS,
        "region": SPOKEN.get(document.language, "").partition("-")[2],
    }
    for block in content["body"]:
        if block["type"] == "figure":
            block["svg"] = lettered(block["svg"])
    template = files(_TEMPLATES).joinpath("document.typ").read_bytes()
    inputs = {"document": _FOREIGN.sub("\u25a1", json.dumps(content, ensure_ascii=False))}
    return _compiled(template, inputs, format="pdf", pdf_standards="ua-1")


def picture_of(svg: str) -> bytes:
    """A drawing as a bitmap on white, in the letters of the text."""
    return _compiled(_DRAWING.encode(), {"svg": lettered(svg)}, format="png", ppi=200)


def lettered(svg: str) -> str:
    """A drawing in the letters of the text."""
    return svg.replace("<svg", f'<svg font-family="{face()}"', 1)


def _compiled(source: bytes, inputs: dict[str, str], **options: Any) -> bytes:
    import typst

    made: bytes = typst.compile(source, font_paths=_fonts(), sys_inputs=inputs, **options)
    return made


def setter() -> str:
    """What sets pages and drawings here: a file made by another may look otherwise."""
    return f"Typst {version('typst')}, {face()}"


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts()


@cache
def face() -> str:
    """The first of ``FACES`` of which the machine has all letters."""
    from matplotlib.ft2font import FT2Font

    for name in FACES[:-1]:
        cuts = [font for font in _fonts().fonts() if font.family == name and font.path]
        letters = [FT2Font(font.path).get_charmap() for font in cuts if not font.index]
        if cuts and all({*_NEEDED} <= found.keys() for found in letters):
            return name
    return FACES[-1]
