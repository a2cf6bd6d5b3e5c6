"""A finished drawing as a page takes it: small, with its facts marked and the page's colours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from lxml import etree
from markupsafe import Markup, escape

from dxkit.model.facts import Fact
from dxkit.report.charts.style import INK, VARIABLES, WIDTH

FACT, NAME, WORDS = "fact", "name", "words"
"""How the ids of written things begin: a number, words that hold figures, other words."""

WIDE = Markup('<svg class="wide"')
"""How a drawing begins that is wider than a phone."""

_INHERITED = ("font-size", "text-anchor")
"""What is said once for the whole drawing, as most of its words have it."""
_DEFAULTS = {"fill": VARIABLES[INK], "stroke-linejoin": "miter", "stroke-linecap": "butt"}
_COLOUR = re.compile("|".join(VARIABLES))
Element = Any


def for_page(text: str, name: str, facts: Mapping[str, Fact]) -> Markup:
    """matplotlib's SVG as an element named by ``<name>-title`` and ``<name>-text``.

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
        '{} xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{}" style="{}"'
        ' aria-labelledby="{}-title {}-text">{}</svg>'
    ).format(begin, root.get("viewBox"), _written(usual), name, name, Markup(body))


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
