"""A piece of a page or notebook as analysts go on with it: HTML, tables as frames, its chart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dxkit.report.tables import IN_PERCENT, NOTHING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_WRITTEN = re.compile(r"[+−-]?[\d.,]+%?")
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


def _frame(table: _Element) -> pd.DataFrame:
    import pandas as pd

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
    return " ".join(cell.text_content().split())


def _number(cell: _Element) -> float | str | None:
    """A number unrounded, None where there is none, else the text."""
    facts, text = cell.xpath(".//data[@data-fact]"), _text(cell)
    if len(facts) == 1 and _WRITTEN.fullmatch(text) and _text(facts[0]) == text:
        return float(facts[0].get("value"))
    return None if text in ("", NOTHING) or cell.xpath(".//span[@class='missing']") else text
