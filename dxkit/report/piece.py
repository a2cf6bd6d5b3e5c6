"""A piece of a page or notebook as analysts go on with it: HTML, tables as frames, its chart."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dxkit.report.tables import IN_PERCENT, NOTHING
from dxkit.report.wording.language import IN_SENTENCES, SIGNS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

PAGE = "text/vnd.dxkit.page"
"""The kind of output under which a kernel also gives a piece as it stands on a page."""
_FACT = re.compile(r'(<data class="fact[^>]* data-fact="([^"]*)")>')
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_HIDDEN = re.compile(r"(?<=<)[a-z]+ [^<>]*?\bhidden(?=[ >])")
_OF_PAGES = re.compile(r'class="(?:official|scripted|key)"')
"""What stands on prints, speaks of the page's script, or is the key to drawings."""
_MARKED = re.compile(r'<(/?)(td|th|data)\b(?:[^>]*? class="([^"]*)")?[^>]*>')
_TRACES = re.compile(r'<p hidden class="place" id="traces">.*?</p>', re.DOTALL)
_WRITTEN = re.compile(r"[+−-]?[\d.,]+%?")
_READ = (
    ".//text()[not(ancestor::*[@aria-hidden='true'])"
    " and (not(ancestor::details/ancestor::*[self::td or self::th]) or ancestor::summary)]"
)
_Element = Any  # of lxml, which ships no types
_listener: ContextVar[Callable[[Any], object] | None] = ContextVar("listener", default=None)


@contextmanager
def on_each_drawing(tell: Callable[[Any], object]) -> Iterator[None]:
    """Within it the canvas of every chart that is drawn is told, too."""
    token = _listener.set(tell)
    try:
        yield
    finally:
        _listener.reset(token)


def tell_drawing(canvas: object) -> None:
    """Tell whoever listens that a chart is drawn."""
    tell = _listener.get()
    if tell is not None:
        tell(canvas)


def has_kernel() -> bool:
    """Whether this runs in a notebook kernel, whose front end may show widgets."""
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    return hasattr(get_ipython(), "kernel")


def boxed(html: Markup, kind: str = "") -> Markup:
    """Content in the box that the notebook's style is for."""
    return Markup('<div class="dxkit{}">{}</div>').format(kind and f" {kind}", html)


class Piece:
    """What a section promises: ``html``, and where it has them ``frame`` and ``figure``.

    >>> import dxkit
    >>> league = dxkit.report("haugiang-2022", "2022-Q4", 93, "en").league()
    >>> league.frame.columns[0], len(league.frame), league.figure
    ('Unit', 8, None)
    """

    @property
    def html(self) -> Markup:
        """The section as it stands on a page; empty when it has nothing to say."""
        raise NotImplementedError

    _box = ""

    def _told(self, key: str) -> str:
        """How the number of that key was made, in plain text; empty where it is not told."""
        return ""

    @property
    def _in_notebook(self) -> Markup:
        """The section for an editor of notebooks. Where that takes styles and scripts away, as from
        notebooks it does not trust, nothing is lost but colours and drawings: what needs the style
        is hidden without it, so that the words of a drawing do not run into one another, and how a
        number was made is its title, which no script has to show.
        """

        def told(fact: re.Match[str]) -> str:
            how = self._told(fact[2])
            return Markup('{} title="{}">').format(Markup(fact[1]), how) if how else fact[0]

        html = _OF_PAGES.sub(r"\g<0> hidden", _TRACES.sub("", self.html))
        html = _DRAWING.sub(r'<span class="drawn" hidden>\g<0></span>', html)
        html = _HIDDEN.sub(r'\g<0>="hidden"', html)  # without a value it is taken away
        html = _signed(html)
        return boxed(Markup(_FACT.sub(told, html)), self._box) if html else Markup("")

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """As it stands on a page; in a kernel for the editor that shows it, and so."""
        bundle = {"text/html": str(self.html), "text/plain": repr(self)}
        if has_kernel():
            bundle |= {"text/html": str(self._in_notebook), PAGE: bundle["text/html"]}
        return bundle

    def _make_again(self) -> None:
        """Make the content anew, drawings included."""

    @property
    def frames(self) -> tuple[pd.DataFrame, ...]:
        """The tables of the section in their order, each anew: headings as on the page, numbers
        unrounded (shares as fractions), NaN for "–" and for a number that is missing, ranks among
        others ("3/8") and all else as text; ``attrs["caption"]`` is the caption.
        """
        from lxml import html

        root = html.fragment_fromstring(self.html, create_parent="div")
        return tuple(map(_frame, root.iter("table")))

    @property
    def frame(self) -> pd.DataFrame | None:
        """The first of them; None for a section without a table."""
        return next(iter(self.frames), None)

    @property
    def figure(self) -> Figure | None:
        """The chart as a matplotlib figure, to save (``figure.savefig("chart.png")``) or to go on
        with; None for a section without one.
        """
        drawn: list[Figure] = []
        with on_each_drawing(lambda canvas: drawn.append(canvas.figure)):
            self._make_again()
        return drawn[0] if drawn else None


def _signed(html: str) -> str:
    """The HTML with the signs that the style sets behind headings and numbers, as text for where
    there is no style.
    """
    around: list[tuple[str, list[str]]] = []

    def sign(tag: re.Match[str]) -> str:
        if not tag[1]:
            around.append((tag[2], (tag[3] or "").split()))
            return tag[0]
        kind, marks = around.pop()
        of_table = kind == "th" or any(one == "td" for one, _ in around)
        seen = SIGNS if of_table else IN_SENTENCES
        signs = "".join(SIGNS[mark] for mark in seen if mark in marks)
        if kind == "td" or not signs:
            return tag[0]
        return f'<sup class="dxkit-unstyled">{signs}</sup>{tag[0]}'

    return _MARKED.sub(sign, html)


def _frame(table: _Element) -> pd.DataFrame:
    import pandas as pd

    for badge in table.xpath(".//*[@class='badge']"):
        badge.drop_tree()
    head, *body = ([*row.iter("th", "td")] for row in table.iter("tr"))
    texts = [[_text(cell) for cell in row] for row in body]
    frame = pd.DataFrame(texts, columns=[_text(cell).removesuffix(IN_PERCENT) for cell in head])
    for number, cells in enumerate(zip(*body, strict=True)):
        values = [_number(cell) for cell in cells]
        if any(isinstance(value, float) for value in values):
            plain = all(value is None or isinstance(value, float) for value in values)
            frame.isetitem(number, pd.array(values, dtype="float64" if plain else "object"))
    caption = next(iter(table.iter("caption")), None)
    frame.attrs = {"caption": "" if caption is None else _text(caption)}
    return frame


def _text(cell: _Element) -> str:
    """What is read in a cell: no mark beside it, of a fold only what is unfolded by."""
    return " ".join("".join(cell.xpath(_READ)).split())


def _number(cell: _Element) -> float | str | None:
    """A number unrounded, None where there is none, else the text."""
    facts, text = cell.xpath(".//data[@data-fact]"), _text(cell)
    if len(facts) == 1 and _WRITTEN.fullmatch(text) and _text(facts[0]) == text:
        return float(facts[0].get("value"))
    return None if text in ("", NOTHING) or cell.xpath(".//span[@class='missing']") else text
