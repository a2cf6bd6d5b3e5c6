"""The paper that charts are drawn on: matplotlib in points, finished as SVG for a page: small, with
its facts marked and the page's colours.
"""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Self

import matplotlib as mpl
import numpy as np
from lxml import etree
from markupsafe import Markup, escape
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from dxkit.model.facts import Fact
from dxkit.model.text import harmless
from dxkit.report.charts.style import FONT_SIZE, INK, SOFT, VARIABLES, WIDTH, filled
from dxkit.report.piece import tell_drawing
from dxkit.report.wording.language import Language

FACT, NAME, WORDS, PICKS = "fact", "name", "words", "picks"
"""How the ids of things begin: a number, words that hold figures, other words, shapes to pick."""

WIDE = Markup('<svg class="wide"')
"""How a drawing begins that is wider than a phone."""

_INHERITED = ("font-size", "text-anchor")
"""What is said once for the whole drawing, as most of its words have it."""
_DEFAULTS = {"fill": VARIABLES[INK], "stroke-linejoin": "miter", "stroke-linecap": "butt"}
_COLOUR = re.compile("|".join(VARIABLES))
Element = Any


def for_page(text: str, facts: Mapping[str, Fact]) -> Markup:
    """matplotlib's SVG as an element that is seen alone: a table says the same.

    ``facts`` are those written, by the id of their group. Lines written under one id stay together.
    A drawing wider than most says how wide it must stay to be read, and scrolls where it cannot be.
    """
    root = etree.fromstring(text.encode(), etree.XMLParser(remove_comments=True))
    written = [group for group in root.iter("{*}g") if _things(group)]
    usual = _usual([_look(text) for text in root.iter("{*}text")])
    body = "".join(
        _group(key, [_thing(t, usual) for group in groups for t in _things(group)], facts)
        for key, groups in groupby(written, key=lambda group: group.get("id", ""))
    )
    width = float(root.get("viewBox").split()[2])
    if width > WIDTH:
        usual = usual | {"min-width": f"{width:.0f}px"}
    begin = WIDE if width > WIDTH else Markup("<svg")
    return Markup(
        '{} xmlns="http://www.w3.org/2000/svg" aria-hidden="true" viewBox="{}" style="{}">{}</svg>'
    ).format(begin, root.get("viewBox"), _written(usual), Markup(body))


def _usual(looks: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The look of most words; all else is drawn in the colour of the page's text."""
    common = {
        name: Counter(look[name] for look in looks).most_common(1)[0][0]
        for name in _INHERITED
        if looks
    }
    return _DEFAULTS | common


def _things(group: Element) -> list[Element]:
    """What is drawn in a group itself, not in a group below it."""
    return [child for child in group if etree.QName(child).localname in ("path", "text")]


def _group(key: str, things: Sequence[str], facts: Mapping[str, Fact]) -> str:
    inside = "".join(things)
    fact = facts.get(key)
    if fact is not None and fact.known:
        return Markup('<g class="fact" data-value="{}" data-fact="{}">{}</g>').format(
            repr(fact.value), str(fact.key), Markup(inside)
        )
    if key.startswith(PICKS):
        return f'<g data-pick="{key.removeprefix(PICKS)}">{inside}</g>'
    if key.startswith(NAME):
        return f'<g class="name">{inside}</g>'
    return f"<g>{inside}</g>" if len(things) > 1 else inside


def _thing(thing: Element, usual: Mapping[str, str]) -> str:
    own = {name: value for name, value in _look(thing).items() if usual.get(name) != value}
    look = f' style="{_written(own)}"' if own else ""
    if etree.QName(thing).localname == "path":
        return f'<path d="{_outline(thing.get("d"))}"{look}></path>'
    place = f'x="{_rounded(thing.get("x"))}" y="{_rounded(thing.get("y"))}"'
    return f"<text {place}{look}>{escape(thing.text or '')}</text>"


def _look(thing: Element) -> dict[str, str]:
    """How a part looks, in the page's colours and fonts."""
    pairs = (pair.partition(":") for pair in thing.get("style", "").split(";"))
    look = {name.strip(): value.strip() for name, _, value in pairs if name.strip()}
    look.pop("font-family", None)
    return {name: _COLOUR.sub(lambda c: VARIABLES[c[0]], look[name]) for name in look}


def _written(look: Mapping[str, str]) -> Markup:
    return escape(";".join(f"{name}:{value}" for name, value in look.items()))


def _outline(path: str) -> str:
    """A path with the fewest letters: "M1 2L3 4 5 6z"."""
    path = re.sub(r"-?\d+(?:\.\d+)?", lambda number: _rounded(number[0]), " ".join(path.split()))
    path = re.sub(r" ?([A-Za-z]) ?", r"\1", path)
    return re.sub(r"(?<=L)([^A-Za-z]+)((?:L[^A-Za-z]+)+)", lambda m: m[0].replace("L", " "), path)


def _rounded(number: str) -> str:
    """A coordinate to a tenth of a point, which no eye tells apart."""
    return f"{round(float(number), 1) + 0.0:.1f}".removesuffix(".0")


_SETTINGS: Any = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": FONT_SIZE,
    "path.simplify": False,
}
Point = tuple[float, float]
_TO_BASELINE = 0.36
"""How far below the middle of a line its letters stand, in sizes of the font."""


class _Line(Text):
    """A line of words. On a page it is laid out by who shows it: matplotlib would measure it first,
    in more time than it takes to write it.
    """

    def draw(self, renderer: Any) -> None:
        figure = self.get_figure()
        in_svg = figure is not None and isinstance(figure.canvas, FigureCanvasSVG)
        if not in_svg or mpl.rcParams["svg.fonttype"] != "none":  # letters are drawn
            super().draw(renderer)
            return
        look = renderer.new_gc()
        look.set_foreground(self.get_color())
        x, up = self.get_transform().transform(self.get_position())
        y = renderer.get_canvas_width_height()[1] - up
        renderer.open_group("text", self.get_gid())
        renderer.draw_text(look, x, y, self.get_text(), self.get_fontproperties(), 0, mtext=self)
        renderer.close_group("text")


class Canvas:
    """A drawing of ``width`` × ``height`` points, y downwards. Use as a context.

    Numbers are written only as facts (``fact``); everything else is words and shapes. The same
    calls give the same bytes. Any warning is an error.
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
        self.figure = Figure(figsize=(self.width / 72, self.height / 72), frameon=False)
        FigureCanvasSVG(self.figure)
        points = Affine2D().scale(1 / 72, -1 / 72).translate(0, self.height / 72)
        self._points = points + self.figure.dpi_scale_trans
        return self

    def __exit__(self, *error: Any) -> None:
        self._warnings.__exit__(*error)
        self._context.__exit__(*error)

    # shapes ------------------------------------------------------------------------------

    # ``picks`` are the numbers that a click on the shapes picks, in notebooks.

    def bars(
        self,
        boxes: Sequence[tuple[float, float, float, float]],
        colour: str,
        picks: Sequence[int] = (),
    ) -> None:
        """Filled boxes, each (left, top, width, height)."""
        self.polygons(
            [[(x, y), (x + w, y), (x + w, y + h), (x, y + h)] for x, y, w, h in boxes],
            colour,
            picks=picks,
        )

    def polygons(
        self,
        shapes: Sequence[Sequence[Point]],
        colour: str,
        edge: str = "none",
        picks: Sequence[int] = (),
    ) -> None:
        """Filled shapes of one colour."""
        path = Path.make_compound_path(*(Path([*s, s[0]], closed=True) for s in shapes if len(s)))
        self._path(path, picks, facecolor=colour, edgecolor=edge, linewidth=1)

    def lines(
        self,
        pieces: Sequence[Sequence[Point]],
        colour: str,
        width: float = 1.0,
        picks: Sequence[int] = (),
    ) -> None:
        """Open lines of one colour."""
        path = Path.make_compound_path(*(Path(piece) for piece in pieces))
        self._path(path, picks, facecolor="none", edgecolor=colour, linewidth=width)

    def dots(
        self, points: Sequence[Point], colour: str, size: float, picks: Sequence[int] = ()
    ) -> None:
        """Round marks ``size`` points across: very short lines with round ends."""
        path = Path.make_compound_path(*(Path([(x, y), (x + 0.1, y)]) for x, y in points))
        look = {"linewidth": size, "capstyle": "round", "snap": False}  # snapped, they would vanish
        self._path(path, picks, facecolor="none", edgecolor=colour, **look)

    def _path(self, path: Path, picks: Sequence[int] = (), **look: Any) -> None:
        """All shapes of one call as one path: no references, which a page's filter would drop."""
        if np.size(path.vertices):
            look = {"joinstyle": "miter", "capstyle": "butt", **look}
            key = {"gid": f"{PICKS}{' '.join(map(str, picks))}"} if picks else {}
            self.figure.add_artist(PathPatch(path, **look, **key, **self._next()))

    def _next(self) -> dict[str, Any]:
        """Each call draws over those before it."""
        self._drawn += 1
        return {"clip_on": False, "zorder": self._drawn, "transform": self._points}

    # writing -----------------------------------------------------------------------------

    def words(
        self,
        x: float,
        y: float,
        text: str,
        at: str = "left",
        colour: str = INK,
        *,
        size: float = FONT_SIZE,
        spacing: float = 1.05,
        weight: str = "normal",
    ) -> None:
        """Words that are not a number, in the middle of y; ``at`` says which end stands at x. Lines
        stand one below the other. A name or date that holds figures is marked as one.
        """
        kind = NAME if any(letter.isdigit() for letter in text) else WORDS
        key = f"{kind}{self._drawn}"
        lines = drawable(text).split("\n")
        top = y - size * spacing * (len(lines) - 1) / 2
        for number, line in enumerate(lines):
            look = {"ha": at, "color": colour, "fontweight": weight}
            self._write(key, x, top + number * size * spacing, line, size, **look)

    def fact(
        self,
        x: float,
        y: float,
        fact: Fact,
        at: str = "left",
        colour: str = INK,
        *,
        size: float = FONT_SIZE,
        weight: str = "normal",
        signed: bool = False,
    ) -> None:
        """A number as readers see it, traceable; a missing one gives its reason, softly."""
        key = f"{FACT}{len(self._facts)}"
        self._facts[key] = fact
        shown = self.language.number(fact, signed=signed)
        colour = colour if fact.known else SOFT
        self._write(key, x, y, shown, size, ha=at, color=colour, fontweight=weight)

    def _write(self, key: str, x: float, y: float, text: str, size: float, **look: Any) -> None:
        """One line of text; words and numbers at one height stand on one line."""
        look = {"va": "baseline", "fontsize": size, "parse_math": False, **look, **self._next()}
        self.figure.add_artist(_Line(x, y + _TO_BASELINE * size, text, gid=key, **look))

    # the finished drawing ----------------------------------------------------------------

    def svg(self) -> Markup:
        """The drawing for a page, named by the elements ``<name>-title`` and ``<name>-text``."""
        tell_drawing(self)
        picture = io.StringIO()
        told = {"Date": None, "Creator": None}
        self.figure.savefig(picture, format="svg", transparent=True, metadata=told)
        return for_page(picture.getvalue(), self._facts)


@lru_cache
def _glyphs() -> frozenset[int]:
    """What the charts' font can draw; it holds all of Vietnamese."""
    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


def width_of(text: str, size: float, weight: str = "normal") -> float:
    """How wide a line of words is in the charts' font, in points; other faces are narrower."""
    return _wide(text, weight) * (size / text_to_path.FONT_SCALE)


@lru_cache(maxsize=10_000)
def _wide(text: str, weight: str) -> float:
    """At the size at which fonts are measured: whoever asks for what fits tries several."""
    letters = FontProperties(family="DejaVu Sans", size=text_to_path.FONT_SCALE, weight=weight)
    return float(text_to_path.get_text_width_height_descent(drawable(text), letters, False)[0])


def wrapped(text: str, size: float, room: float, weight: str = "normal") -> list[str]:
    """Words in lines of at most so many points; none is cut, a longer one stands alone."""
    return filled(text.split(), lambda line: width_of(line, size, weight) <= room)


def drawable(text: str) -> str:
    """Received text with a box for each letter that the font lacks; line breaks stay."""
    lines = "\n".join(harmless(line) for line in text.split("\n"))
    return "".join(c if c == "\n" or ord(c) in _glyphs() else "\u25a1" for c in lines)
