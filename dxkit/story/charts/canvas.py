"""The paper that charts are drawn on: matplotlib in points, finished as SVG for a page."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Self
from xml.sax.saxutils import quoteattr

import matplotlib as mpl
import numpy as np
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from dxkit.model.facts import Fact
from dxkit.story.charts.style import FONT_SIZE, INK, SOFT, VARIABLES, WIDTH
from dxkit.story.messages import Language
from dxkit.story.plain_text import harmless

_SETTINGS: Any = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": FONT_SIZE,
    "axes.linewidth": 0,
    "path.simplify": False,
}
Point = tuple[float, float]
_NAME = "name"


_bitmaps: ContextVar[dict[str, bytes] | None] = ContextVar("bitmaps", default=None)


@contextmanager
def with_bitmaps() -> Iterator[dict[str, bytes]]:
    """Within it every chart drawn is also kept as a PNG, by its name: documents take no SVG."""
    kept: dict[str, bytes] = {}
    token = _bitmaps.set(kept)
    try:
        yield kept
    finally:
        _bitmaps.reset(token)


class Canvas:
    """A drawing of ``width`` × ``height`` points, y downwards. Use as a context.

    Numbers are written only as facts (``fact``); everything else is words and shapes. The same
    calls give the same bytes. A glyph that the font lacks, or any warning, is an error.
    """

    def __init__(self, name: str, height: float, language: Language, width: float = WIDTH) -> None:
        self.name = name
        self.height = height
        self.width = width
        self.language = language
        self._facts: dict[str, Fact] = {}
        self._drawn = 0

    def __enter__(self) -> Self:
        self._context: Any = mpl.rc_context(_SETTINGS | {"svg.hashsalt": self.name})
        self._context.__enter__()
        self._warnings = warnings.catch_warnings()
        self._warnings.__enter__()
        warnings.simplefilter("error")
        self._figure = Figure(figsize=(self.width / 72, self.height / 72), frameon=False)
        FigureCanvasSVG(self._figure)
        self._axes: Any = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set(xlim=(0, self.width), ylim=(self.height, 0))
        self._axes.axis("off")
        return self

    def __exit__(self, *error: Any) -> None:
        self._warnings.__exit__(*error)
        self._context.__exit__(*error)

    # shapes ------------------------------------------------------------------------------

    def bars(self, boxes: Sequence[tuple[float, float, float, float]], colour: str) -> None:
        """Filled boxes, each (left, top, width, height)."""
        self.polygons(
            [[(x, y), (x + w, y), (x + w, y + h), (x, y + h)] for x, y, w, h in boxes], colour
        )

    def polygons(self, shapes: Sequence[Sequence[Point]], colour: str, edge: str = "none") -> None:
        """Filled shapes of one colour."""
        path = Path.make_compound_path(*(Path(_closed(s), closed=True) for s in shapes if len(s)))
        self._path(path, facecolor=colour, edgecolor=edge, linewidth=1)

    def lines(self, pieces: Sequence[Sequence[Point]], colour: str, width: float = 1.0) -> None:
        """Open lines of one colour."""
        path = Path.make_compound_path(*(Path(piece) for piece in pieces))
        self._path(path, facecolor="none", edgecolor=colour, linewidth=width)

    def dots(self, points: Sequence[Point], colour: str, size: float) -> None:
        """Round marks ``size`` points across."""
        circle = [(math.cos(n * math.pi / 6), math.sin(n * math.pi / 6)) for n in range(12)]
        self.polygons(
            [[(x + size / 2 * dx, y + size / 2 * dy) for dx, dy in circle] for x, y in points],
            colour,
        )

    def _path(self, path: Path, **look: Any) -> None:
        """All shapes of one call as one path: no references, which a page's filter would drop."""
        if np.size(path.vertices):
            self._axes.add_patch(PathPatch(path, joinstyle="miter", **look, **self._next()))

    def _next(self) -> dict[str, Any]:
        """Each call draws over those before it."""
        self._drawn += 1
        return {"clip_on": False, "zorder": self._drawn}

    # writing -----------------------------------------------------------------------------

    def words(
        self, x: float, y: float, text: str, at: str = "left", colour: str = INK, **font: Any
    ) -> None:
        """Words that are not a number; ``at`` says which end stands at x. A name or date that holds
        figures is marked as one.
        """
        if any(letter.isdigit() for letter in text):
            font["gid"] = _NAME
        text = drawable(text)
        self._axes.text(
            x, y, text, ha=at, va="center", color=colour, parse_math=False, **self._next(), **font
        )

    def fact(
        self,
        x: float,
        y: float,
        fact: Fact,
        at: str = "left",
        colour: str = INK,
        *,
        signed: bool = False,
        **font: Any,
    ) -> None:
        """A number as readers see it, traceable; a missing one gives its reason, softly."""
        name = f"fact{len(self._facts)}"
        self._facts[name] = fact
        shown = self.language.number(fact, signed=signed)
        self._axes.text(
            x,
            y,
            shown,
            ha=at,
            va="center",
            gid=name,
            color=colour if fact.known else SOFT,
            **self._next(),
            **font,
        )

    # the finished drawing ----------------------------------------------------------------

    def svg(self) -> Markup:
        """The drawing for a page, named by the element ``<name>-text``."""
        bitmaps = _bitmaps.get()
        if bitmaps is not None:
            bitmaps[self.name] = self.png()
        picture = io.StringIO()
        self._figure.savefig(
            picture, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
        return _for_page(picture.getvalue(), self.name, self._facts)

    def png(self, dots_per_inch: int = 200) -> bytes:
        """The same drawing as a bitmap on white."""
        picture = io.BytesIO()
        self._figure.savefig(
            picture, format="png", dpi=dots_per_inch, facecolor="white", metadata={"Software": None}
        )
        return picture.getvalue()


def _closed(shape: Sequence[Point]) -> list[Point]:
    return [*shape, shape[0]]


@lru_cache
def _glyphs() -> frozenset[int]:
    """What the charts' font can draw; it holds all of Vietnamese."""
    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


def drawable(text: str) -> str:
    """Received text with a box for each letter that the font lacks; line breaks stay."""
    lines = (harmless(line) for line in text.split("\n"))
    return "\n".join(
        "".join(letter if ord(letter) in _glyphs() else "\u25a1" for letter in line)
        for line in lines
    )


def _rounded(attribute: re.Match[str]) -> str:
    """Coordinates to a tenth of a point, which no eye tells apart."""

    def written(number: re.Match[str]) -> str:
        return f"{float(number[0]):.1f}".removesuffix(".0")

    return re.sub(r"\d+\.\d+", written, attribute[0])


def _for_page(text: str, name: str, facts: dict[str, Fact]) -> Markup:
    """Ids of its own, facts marked, colours as variables, text in the page's fonts."""
    svg = text[text.index("<svg") :]
    svg = re.sub(r"<(metadata|style)\b.*?</\1>|<!--.*?-->", "", svg, flags=re.DOTALL)
    for key, fact in facts.items():
        if fact.known:
            mark = (
                f'<g class="fact" data-value="{fact.value!r}" data-fact={quoteattr(str(fact.key))}>'
            )
            svg = svg.replace(f'<g id="{key}">', mark)
    svg = svg.replace(f'<g id="{_NAME}">', '<g class="name">')
    svg = re.sub(r' transform="rotate\(-0 [^"]*"| id="[^"]*"| clip-path="[^"]*"', "", svg)
    svg = re.sub(r'(?<= )(?:d|x|y)="[^"]*"', _rounded, svg)
    svg = re.sub(r"<defs>.*?</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub("|".join(VARIABLES), lambda found: VARIABLES[found[0]], svg)
    svg = svg.replace("font-family: 'DejaVu Sans'; ", "")  # the page's own fonts
    svg = re.sub(r"\s*\n\s*", " ", svg).replace(" <", "<").replace("> ", ">")
    opening = svg.index(">") + 1
    size = re.search(r'viewBox="[^"]+"', svg[:opening])
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size[0] if size else ""} '
        f'aria-labelledby="{name}-text">'
    )
    return Markup(head + svg[opening:].strip())
