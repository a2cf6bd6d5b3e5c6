"""Charts as inline SVG: one axes, few artists, real text, and every number a traceable fact."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from seaborn import color_palette

from dxkit.model.facts import Fact
from dxkit.story.messages import Language

_BLUE, _ORANGE, _GREY = (color_palette("colorblind").as_hex()[n] for n in (0, 1, 7))
_WIDTH = 7.2  # inches; the page scales the picture
_ROW = 0.36
_LABEL_LENGTH = 26
_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.linewidth": 0,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: a label, its value, and the target it is held against, if any."""

    label: str
    value: Fact
    target: Fact | None = None

    @property
    def reached(self) -> bool:
        """Whether the value is at or above the target; a row without one counts as reached."""
        if self.target is None or not self.target.known or not self.value.known:
            return True
        return self.value.number >= self.target.number


def bars(
    name: str,
    rows: Sequence[Bar],
    title: Markup,
    source: Markup | str,
    alternative: str,
    language: Language,
) -> Markup:
    """Horizontal bars with their values written at the end and targets as upright strokes.

    ``name`` is unique on the page; ``title`` the one point of the chart; ``alternative`` says
    what it shows to those who do not see it. Rows without a value say why in words.
    """
    height = _ROW * len(rows) + 0.2
    settings: Any = {**_SETTINGS, "svg.hashsalt": name}
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph must not pass
        figure = Figure(figsize=(_WIDTH, height))
        FigureCanvasSVG(figure)
        axes = figure.add_axes((0.3, 0, 0.7, 1))
        facts = _draw(axes, rows, language)
        picture = io.StringIO()
        figure.savefig(
            picture, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    svg = _finished(picture.getvalue(), name, alternative, facts)
    return Markup(
        '<figure class="chart"><figcaption>{}</figcaption>{}<p class="source">{}</p></figure>'
    ).format(title, svg, source)


def _draw(axes, rows: Sequence[Bar], language: Language) -> dict[str, Fact]:  # type: ignore[no-untyped-def]
    shown = [f for row in rows for f in (row.value, row.target) if f is not None and f.known]
    most = max((fact.number for fact in shown), default=1) or 1
    places = range(len(rows))
    known = [(place, row) for place, row in zip(places, rows, strict=True) if row.value.known]
    axes.barh(
        [place for place, _ in known],
        [row.value.number for _, row in known],
        height=0.62,
        color=[_BLUE if row.reached else _ORANGE for _, row in known],
        clip_on=False,
    )
    strokes = [
        [(row.target.number, place - 0.42), (row.target.number, place + 0.42)]
        for place, row in zip(places, rows, strict=True)
        if row.target is not None and row.target.known
    ]
    axes.add_collection(LineCollection(strokes, colors="#222222", linewidths=2.2, clip_on=False))
    facts: dict[str, Fact] = {}
    for place, row in zip(places, rows, strict=True):
        axes.text(-0.02 * most, place, _short(row.label), ha="right", va="center")
        key = f"fact{place}"
        facts[key] = row.value
        reach = row.value.number if row.value.known else 0
        if (
            row.target is not None
            and row.target.known
            and 0 <= row.target.number - reach < 0.16 * most
        ):
            reach = row.target.number
        axes.text(
            reach + 0.015 * most,
            place,
            language.number(row.value),
            va="center",
            gid=key,
            color="#222222" if row.value.known else _GREY,
        )
    axes.set_xlim(0, most * 1.18)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.axis("off")
    return facts


def _short(label: str) -> str:
    return label if len(label) <= _LABEL_LENGTH else label[: _LABEL_LENGTH - 1] + "…"


def _finished(text: str, name: str, alternative: str, facts: dict[str, Fact]) -> Markup:
    """The drawing for the page: ids its own, facts marked, text in the page's colours."""
    svg = text[text.index("<svg") :]
    svg = re.sub(r"<(metadata|style)\b.*?</\1>|<!--.*?-->", "", svg, flags=re.DOTALL)
    for key, fact in facts.items():
        if fact.known:
            mark = (
                f'<g class="fact" data-value="{fact.value!r}" data-fact={quoteattr(str(fact.key))}>'
            )
            svg = svg.replace(f'<g id="{key}">', mark)
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
    svg = re.sub(
        r' id="([^"]+)"',
        lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "",
        svg,
    )
    svg = re.sub(r'(url\(#|href="#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"#222222", "currentColor", svg)
    svg = re.sub(r"<text style=\"", '<text style="fill: currentColor; ', svg)
    svg = svg.replace("font-family: 'DejaVu Sans'; ", "")  # the page's own fonts
    svg = re.sub(r"\n\s*", "\n", svg)
    opening = svg.index(">") + 1
    size = re.search(r'viewBox="[^"]+"', svg[:opening])
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size[0] if size else ""} '
        f"aria-label={quoteattr(alternative)}>"
    )
    return Markup(head + svg[opening:].strip())
