"""One self-contained page around a content: a second wall, the frame."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import nh3
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from dxkit.model.text import visible
from dxkit.press.publish.style import lacking, page_script, page_style
from dxkit.report.wording.language import Language, load_language
from dxkit.report.wording.publications import simulated_html
from dxkit.report.wording.sentences import NBSP

if TYPE_CHECKING:
    from dxkit.period import OpenPeriod

_TEMPLATES = files("dxkit.press.publish") / "templates"
PICTURES = tuple(f"data:image/{kind};base64," for kind in ("png", "jpeg", "gif", "webp"))
"""How the addresses of pictures begin that have their data in them."""
RAW = Markup('<span class="raw">{}</span>')  # what others have written
_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_COMMON = {
    "class", "id", "lang", "role", "tabindex", "aria-label", "aria-labelledby", "aria-hidden",
    "hidden", "data-rows", "data-kind", "data-claim", "data-facts", "data-name", "data-about",
    "data-said", "style", "title", "dir",
}  # fmt: skip
_REFERRING = {"use", "textPath", "linearGradient", "radialGradient", "pattern"}
"""Elements of a drawing that may refer to another of its elements."""
_DRAWN = _REFERRING | {
    "svg", "g", "path", "text", "rect", "tspan", "circle", "ellipse", "line", "polyline",
    "polygon", "defs", "symbol", "marker", "mask", "clipPath", "stop", "image",
}  # fmt: skip
_PAINTED = {
    "fill", "stroke", "stop-color", "color", "clip-path", "mask", "font-family",
    "marker-start", "marker-mid", "marker-end",
}  # fmt: skip
_DRAWING = _PAINTED | {
    "d", "x", "y", "width", "height", "transform", "viewBox", "xmlns", "x1", "x2", "y1", "y2",
    "cx", "cy", "r", "rx", "ry", "fx", "fy", "dx", "dy", "points", "offset", "rotate", "opacity",
    "fill-opacity", "fill-rule", "stroke-width", "stroke-opacity", "stroke-linecap",
    "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset",
    "stop-opacity", "clip-rule", "clipPathUnits", "maskUnits", "maskContentUnits",
    "gradientUnits", "gradientTransform", "spreadMethod", "patternUnits", "patternContentUnits",
    "patternTransform", "markerUnits", "markerWidth", "markerHeight", "refX", "refY", "orient",
    "preserveAspectRatio", "font-size", "font-weight", "font-style", "text-anchor",
    "dominant-baseline", "alignment-baseline", "letter-spacing", "textLength", "lengthAdjust",
    "visibility", "display",
}  # fmt: skip
_FORMULA = {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup",
    "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded",
}  # fmt: skip
_TAGS = nh3.ALLOWED_TAGS | _DRAWN | _FORMULA | {
    "main", "section", "figure", "figcaption", "header", "data", "table", "caption", "details",
    "summary", "tfoot", "font",
}  # fmt: skip
_ATTRIBUTES = {
    "*": _COMMON,
    "a": {"href"},
    "th": {"scope", "colspan", "rowspan", "headers", "align"},
    "td": {"colspan", "rowspan", "headers", "align", "data-label"},
    "col": {"span"},
    "ol": {"start", "type", "reversed"},
    "li": {"value"},
    "details": {"open"},
    "time": {"datetime"},
    "font": {"color"},
    "math": {"display"},
    "data": {"value", "data-fact"},
    **dict.fromkeys(_DRAWN, _DRAWING),
    **dict.fromkeys(_REFERRING | {"image"}, _DRAWING | {"href"}),
    "g": _DRAWING | {"data-fact", "data-value"},
}
_STYLES = {
    "fill", "stroke", "stroke-width", "font-size", "font-weight", "font-style", "text-anchor",
    "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "opacity", "min-width",
    "background-color", "color", "text-align", "fill-opacity", "stroke-opacity", "fill-rule",
    "stroke-miterlimit", "stroke-dashoffset", "stop-color", "stop-opacity", "text-decoration",
    "font-family", "vertical-align", "white-space", "max-width", "height",
}  # fmt: skip
_OURS = ("main",)  # ids of the frame
_ID = re.compile(r'id="(?<=\bid=")([^"]*)"')  # begins with what is looked for: five times as fast
_UNSEEN = re.compile("[\x00-\x20]")  # browsers leave these out of addresses
_LOCAL = r"(?:rgb|hsl)a?\([^()\\]*\)|var\(--[\w-]+(?:, *#?\w+)?\)|url\([\"']?#[\w.:-]+[\"']?\)"
_PAINT = re.compile(rf"(?:[^(\\]|(?:{_LOCAL}))*", re.IGNORECASE)
"""A style or paint that fetches nothing: words, colours, elements of the same page."""
_BEHIND_PAINTED = "|".join(rf"(?<=\b{name}=)" for name in sorted(_PAINTED))
_REACHING = re.compile(  # its alternatives begin with one of two letters: the search leaps to them
    r'=((?<=href=)|(?<=src=))"[\x00-\x20]*[/\\][\x00-\x20]*[/\\]'
    r'|=(?<=style=)"[^"]*(\\|(?<!var|rgb|hsl)\()'
    rf'|<({"|".join(sorted(_REFERRING))}|image)\b|=({_BEHIND_PAINTED})"[^"]*[(\\]',
    re.IGNORECASE,
)
"""What may be an address of another computer, as the sanitiser writes attributes."""


def page_around(opened: OpenPeriod, title: str, content: Markup, language: Language) -> str:
    """A page around the reports: who, which campaign, the title, a warning on simulated data, and
    some content.
    """
    banner = simulated_html(bool(opened.received.simulated_files), language)
    head = Markup(
        '<header class="report-head"><p class="organiser">{}</p><p class="name">{}</p>'
        '<h1 class="date">{}</h1></header>{}'
    )
    campaign = opened.campaign
    names = (language.name(campaign.organiser), language.name(campaign.names))
    return framed(str(head.format(*names, title, banner) + content), title, language.code)


def framed(content: str, title: str, language_code: str) -> str:
    """A whole page around some content, which is sanitised first. The page's policy lets nothing
    run but the kit's own script, and nothing be fetched: the third wall.
    """
    safe = visible(sanitise(content)).replace("&nbsp;", NBSP)  # a third of its bytes
    plain = load_language(language_code).plain
    brief = 'class="report-head brief"' in safe  # a page of one screen
    contents = [(found[1], Markup(found[2]).striptags()) for found in _HEADING.finditer(safe)]
    style, script, script_hash = _style_and_script(lacking(safe))
    page: str = _frame().render(
        language=language_code,
        title=visible(title),
        style=style,
        script=script,
        script_hash=script_hash,
        skip=plain("report.skip"),
        contents_label=plain("report.contents"),
        contents=contents if len(contents) > 2 and not brief else [],
        sort_label=plain("site.sort"),
        save_label=plain("site.save"),
        search_label=plain("site.search"),
        none_label=plain("site.nothing_found"),
        content=Markup(safe),
    )
    return page


@lru_cache
def _style_and_script(without: frozenset[str]) -> tuple[Markup, Markup, str]:
    """The page's style and script without those parts, and the script's hash."""
    script = page_script(without)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    style = re.sub(r" +(?=[{};])|(?<=[{};:,]) +", "", page_style(without))
    return Markup(style), Markup(script), f"sha256-{digest}"


def sanitise(content: str) -> str:
    """The content without anything that could run or reach out: the second wall behind escaping.

    Pictures pass only with their data in them, as reports of one's own have them. Of elements with
    the same id the first keeps it.
    """
    pictures = any(picture in content for picture in PICTURES)
    clean = partial(
        nh3.clean,
        content,
        tags=_TAGS,
        attributes=_ATTRIBUTES | {"img": {"src", "alt", "width", "height"}}
        if pictures
        else _ATTRIBUTES,
        filter_style_properties=_STYLES,
        link_rel=None,
        url_schemes={"data"} if pictures else set(),
        strip_comments=True,
    )
    if pictures:
        return clean(attribute_filter=_Wall())
    cleaned = clean()
    ids = _ID.findall(cleaned)  # looking at each attribute takes long, and is hardly ever needed
    doubtful = len({*ids, *_OURS}) < len(ids) + len(_OURS) or _REACHING.search(cleaned)
    return clean(attribute_filter=_Wall()) if doubtful else cleaned


class _Wall:
    """Looks at each attribute: an address with data in it is that of a picture, a picture has no
    other address, no address is another computer's, and no two elements have one id.
    """

    def __init__(self) -> None:
        self._ids = {*_OURS}

    def __call__(self, tag: str, attribute: str, value: str) -> str | None:
        if attribute == "src" or (tag == "image" and attribute == "href"):
            return value if value.startswith(PICTURES) else None
        if tag in _REFERRING and attribute == "href":
            return value if value.startswith("#") else None
        if attribute == "href":
            address = _UNSEEN.sub("", value).replace("\\", "/").lower()
            return None if address.startswith(("data:", "//")) else value
        if attribute == "style" or attribute in _PAINTED:
            return value if _PAINT.fullmatch(value) else None
        if attribute == "id":
            taken = value in self._ids
            self._ids.add(value)
            return None if taken else value
        return value


@lru_cache(maxsize=1)
def _frame() -> Any:
    environment = Environment(
        undefined=StrictUndefined, autoescape=True, keep_trailing_newline=True
    )
    return environment.from_string((_TEMPLATES / "frame.html.j2").read_text("utf-8"))
