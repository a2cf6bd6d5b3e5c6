"""Drawings for exploring, as inline SVG with real text."""

from __future__ import annotations

import datetime
import io
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

import matplotlib as mpl
from markupsafe import Markup
from matplotlib import dates
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from seaborn import color_palette

_BLUE, _ORANGE, _GREY = (color_palette("colorblind").as_hex()[n] for n in (0, 1, 7))
_SETTINGS: Any = {"svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 9}
_LONGEST = 24
MOST_PLACES = 12
"""How many small pictures are drawn at most."""


@dataclass(frozen=True, slots=True)
class Span:
    """One stroke of a timeline: its row, its first and last day, and whether it was published."""

    row: str
    first: datetime.date
    last: datetime.date
    published: bool


@dataclass(frozen=True, slots=True)
class SlopeLine:
    """One small picture: a place before and after, the mean of its matched places beside it; the
    written values are the reader's, with their marks.
    """

    title: str
    before: float
    after: float
    others_before: float
    others_after: float
    written: tuple[str, str]


def timeline(spans: Sequence[Span], alternative: str) -> Markup:
    """Strokes by row over the years; short ones are dots, larger where several began."""
    rows = list(dict.fromkeys(span.row for span in sorted(spans, key=lambda s: s.row)))
    height = 0.34 * len(rows) + 0.6
    figure = Figure(figsize=(8, height))
    with _drawn(figure) as axes:
        for span, number in Counter(spans).items():
            place = rows.index(span.row) + (0.16 if span.published else -0.16)
            colour = _ORANGE if span.published else _BLUE
            begin, end = _number(span.first), _number(span.last)
            if end - begin > 40:
                axes.plot((begin, end), (place, place), color=colour, linewidth=2.5, clip_on=False)
            else:
                _dot(axes, (begin + end) / 2, place, colour, 3 + 2 * number**0.5)
        axes.set_yticks(range(len(rows)), [_short(row) for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.xaxis.set_major_locator(dates.AutoDateLocator(maxticks=8))
        axes.xaxis.set_major_formatter(dates.DateFormatter("%m/%Y"))
        axes.tick_params(left=False, bottom=False)
        axes.grid(axis="x", color=_GREY, alpha=0.3, clip_on=False)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        figure.subplots_adjust(left=0.3, right=0.98, top=0.98, bottom=0.4 / height)
    return _svg(figure, alternative)


def small_multiples(lines: Sequence[SlopeLine], alternative: str) -> Markup:
    """One small picture for each place, all on one scale."""
    shown = lines[:MOST_PLACES]
    across = min(4, len(shown))
    down = -(-len(shown) // across)
    figure = Figure(figsize=(2.1 * across, 1.55 * down))
    values = [v for s in shown for v in (s.before, s.after, s.others_before, s.others_after)]
    low, high = min(values), max(values)
    margin = max((high - low) * 0.15, 0.01)
    with mpl.rc_context(_SETTINGS):
        FigureCanvasSVG(figure)
        for place, line in enumerate(shown, start=1):
            axes = figure.add_subplot(down, across, place)
            others = (line.others_before, line.others_after)
            axes.plot((0, 1), others, color=_GREY, linewidth=2, clip_on=False)
            own = (line.before, line.after)
            axes.plot((0, 1), own, color=_BLUE, linewidth=2, clip_on=False)
            for side, value in zip((0, 1), own, strict=True):
                _dot(axes, side, value, _BLUE, 4)
            for side, value, text in zip((0, 1), own, line.written, strict=True):
                axes.annotate(
                    text, (side, value), (-5 if side == 0 else 5, 0), textcoords="offset points",
                    ha="right" if side == 0 else "left", va="center", fontsize=8,
                )  # fmt: skip
            axes.set_title(_short(line.title), fontsize=8.5, pad=3)
            axes.set_xlim(-0.75, 1.75)
            axes.set_ylim(low - margin, high + margin)
            axes.axis("off")
        figure.subplots_adjust(0.01, 0.02, 0.99, 0.9, hspace=0.35, wspace=0.05)
    return _svg(figure, alternative)


class _drawn:  # noqa: N801 - used as a with block
    """One axes of a figure, drawn on with the house settings."""

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self._context = mpl.rc_context(_SETTINGS)

    def __enter__(self) -> Any:
        self._context.__enter__()
        FigureCanvasSVG(self._figure)
        return self._figure.add_subplot()

    def __exit__(self, *error: Any) -> None:
        self._context.__exit__(*error)


def _dot(axes: Any, across: float, up: float, colour: str, size: float) -> None:
    """A dot as a stroke without length: a marker would be a reference to another element."""
    axes.plot(
        (across, across), (up, up), color=colour, linewidth=size, solid_capstyle="round",
        clip_on=False,
    )  # fmt: skip


def _number(day: datetime.date) -> float:
    return float(dates.date2num(day))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _svg(figure: Figure, alternative: str) -> Markup:
    """The drawing with its alternative text, in the colours of its surroundings."""
    picture = io.StringIO()
    with mpl.rc_context({**_SETTINGS, "svg.hashsalt": "dxkit"}), warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph must not pass
        figure.savefig(
            picture, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    svg = picture.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<(metadata|style)\b.*?</\1>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<text style="', '<text style="fill: currentColor; ', svg)
    svg = svg.replace("font-family: 'DejaVu Sans'; ", "")
    size = re.search(r'viewBox="[^"]+"', svg)
    opening = svg.index(">") + 1
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'role="img" width="{figure.get_figwidth() * 96:.0f}" {size[0] if size else ""} '
        f"aria-label={quoteattr(alternative)}>"
    )
    return Markup(head + svg[opening:].strip())


def labelled(places: Iterable[str], most: int = 6) -> str:
    """The first few names of a list, for an alternative text."""
    names = list(places)
    return ", ".join(names[:most]) + ("…" if len(names) > most else "")
