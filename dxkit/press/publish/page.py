"""From an executed notebook to one self-contained page: nbconvert, a second wall, the frame."""

from __future__ import annotations

import base64
import copy
import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import nh3
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from traitlets import default

from dxkit.model.text import visible
from dxkit.report.wording.language import Language, load_language

if TYPE_CHECKING:
    from dxkit.period import OpenPeriod

_TEMPLATES = files("dxkit.press.publish") / "templates"
_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_COMMON = {
    "class", "id", "lang", "role", "tabindex", "aria-label", "aria-labelledby", "aria-hidden",
    "hidden", "data-rows", "data-kind", "data-claim", "data-facts", "data-name", "data-about",
    "data-said",
}  # fmt: skip
_DRAWING = {"d", "x", "y", "width", "height", "style", "transform", "viewBox", "xmlns"}
_TAGS = nh3.ALLOWED_TAGS | {
    "main", "section", "figure", "figcaption", "header", "data", "table", "caption", "details",
    "summary", "svg", "g", "path", "text", "rect", "tspan",
}  # fmt: skip
_ATTRIBUTES = {
    "*": _COMMON,
    "a": {"href"},
    "th": {"scope", "style"},
    "data": {"value", "data-fact"},
    "g": {"data-fact", "data-value"},
    **dict.fromkeys(("svg", "path", "text", "rect", "tspan"), _DRAWING),
    "td": {"style"},
}
_STYLES = {
    "fill", "stroke", "stroke-width", "font-size", "font-weight", "font-style", "text-anchor",
    "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "opacity", "min-width",
    "background-color", "color", "text-align",
}  # fmt: skip
_LINK = re.compile(
    r"""<a\b[^>]*?href=["']((?:https?|mailto|ftp|tel):[^"']*)["'][^>]*>(.*?)</a>""", re.DOTALL
)
_SHEET = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL)
_SCRIPT = re.compile(
    r"<(script|iframe|video|audio|object|embed|canvas)\b[^>]*>(.*?</\1>)?", re.DOTALL
)
_TAKEN_OUT = re.compile(
    rf"""<style\b|{_SCRIPT.pattern}|href=["'](https?|mailto|ftp|tel):""", re.DOTALL
)
_RUNNING = re.compile(r"application/(?!json|pdf)|text/javascript")
"""Kinds of output that a program in the browser would have to draw."""
_SIMULATED = Markup('<p class="banner" role="note">{}</p>')
_PICTURE = "data:image/png;base64,"
_PICTURES = (_PICTURE, "data:image/jpeg;base64,", "data:image/gif;base64,")
_OURS = ("main",)  # ids of the frame
_ID = re.compile(r'\bid="([^"]*)"')
_UNSEEN = re.compile("[\x00-\x20]")  # browsers leave these out of addresses
_REACHING = re.compile(
    r'(href|src)="[\x00-\x20]*[/\\][\x00-\x20]*[/\\]|style="[^"]*(url\(|\\)', re.IGNORECASE
)
"""Addresses of other computers, as the sanitiser writes attributes."""


class DxkitExporter(TemplateExporter):
    """``jupyter nbconvert --to dxkit``: the page of an executed report notebook."""

    export_from_notebook = "dxkit"
    output_mimetype = "text/html"

    def __init__(self, config: Any = None, **settings: Any) -> None:
        settings.setdefault("template_name", "report")
        settings.setdefault("extra_template_basedirs", [str(_TEMPLATES)])
        settings.setdefault("optimistic_validation", True)  # once, not after each preprocessor
        super().__init__(config=config, **settings)
        self.register_filter("cell2html", _markdown)

    @default("file_extension")  # type: ignore[untyped-decorator]
    def _extension(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: Any, resources: Any = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page and nbconvert's resources. The notebook's metadata may give ``title``,
        ``dxkit.language`` and ``dxkit.simulated``: then the page says so, whatever it shows;
        ``dxkit.below`` holds addresses of further pages, each with the name of its unit,
        ``dxkit.state`` what the page says of its publication.
        """
        language = nb.metadata.get("dxkit", {}).get("language", "vi")
        nb = _as_html(nb, language)
        content, resources = super().from_notebook_node(nb, resources, **kwargs)
        if nb.metadata.get("dxkit", {}).get("simulated") and 'class="banner"' not in content:
            said = _SIMULATED.format(load_language(language).text("report.simulated"))
            content = str(said) + content
        content = nb.metadata.get("dxkit", {}).get("state", "") + content
        content += _pages_below(nb.metadata.get("dxkit", {}).get("below", ()), language)
        title = nb.metadata.get("title") or resources.get("metadata", {}).get("name", "")
        return framed(content, title, language), resources


def _pages_below(below: Sequence[tuple[str, str]], language: str) -> str:
    """Links to the pages of the units below; nothing without any."""
    link = Markup('<li><a href="{}"><span class="name">{}</span></a></li>')
    items = Markup("").join(link.format(*one) for one in below)
    title = load_language(language).text("report.pages_below")
    box = Markup('<section><h2 id="pages-below">{}</h2><ul class="links">{}</ul></section>')
    return str(box.format(title, items)) if items else ""


def _markdown(cell: Any) -> str:
    """A cell's Markdown as HTML with the pictures pasted into it, without the signs that link to
    its headings.
    """
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    pasted = cell.get("attachments", {})
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True, attachments=pasted)
    return _addresses_told(str(MarkdownWithMath(renderer=renderer).render(cell["source"])))


def _addresses_told(content: str) -> str:
    """HTML in which the address of a link to another computer stands behind it as text."""
    return _LINK.sub(
        lambda link: link[0] if link[1] in link[2] else f"{link[2]} ({link[1]})", content
    )


def _as_html(nb: Any, language: str) -> Any:
    """The notebook with each output as the HTML of what it shows best: HTML, Markdown, a drawing, a
    picture, a formula, text. What a page cannot show, since it runs nothing, is told by its kind.
    """
    if all("text/html" in o.get("data", {}) and not _doubtful(o) for o in _outputs(nb)):
        return nb
    nb = copy.deepcopy(nb)
    for output in _outputs(nb):
        if "data" in output and ("text/html" not in output["data"] or _doubtful(output)):
            output["data"]["text/html"] = _html_of(output, language)
    return nb


def _outputs(nb: Any) -> Iterator[Any]:
    return (o for cell in nb.cells for o in cell.get("outputs", ()) if "data" in o)


def _doubtful(output: Any) -> bool:
    """Whether an output's HTML has what the wall takes out, or nothing that can be seen."""
    html = "".join(output["data"]["text/html"])
    return bool(html) and (not _seen(html) or bool(_TAKEN_OUT.search(html)))


def _seen(html: str) -> bool:
    """Whether a reader sees anything of some HTML: words, a picture, a drawing."""
    seen = _SHEET.sub("", _SCRIPT.sub("", html))
    return bool(re.search(r"<(img|svg)\b|(^|>)\s*[^<\s]", seen))


def _html_of(output: Any, language: str) -> str:
    data = {kind: "".join(v) if isinstance(v, list) else v for kind, v in output["data"].items()}
    plain = load_language(language).plain
    running = next((kind for kind in data if _RUNNING.match(kind)), "")
    html = data.get("text/html", "")
    if html and _seen(html) and not _SCRIPT.search(html):
        running = ""  # it has a form that stands still
    elif html:
        running = running or "text/html"
    for kind in ("image/png", "image/jpeg", "image/gif"):
        if kind in data and (running or not html):
            told = output.get("metadata", {}).get(kind, {}).get("alt") or plain("report.picture")
            figure = Markup('<figure><img src="data:{};base64,{}" alt="{}"></figure>')
            return str(figure.format(kind, "".join(data[kind].split()), told))
    if running:
        told = plain("report.not_shown", kind=running)
        return _addresses_told(html) + str(Markup('<p class="note">{}</p>').format(told))
    if html:
        return _addresses_told(_styles_moved(html))
    if "text/markdown" in data:
        return _markdown({"source": data["text/markdown"]})
    if "image/svg+xml" in data:
        return str(data["image/svg+xml"])
    text = data.get("text/latex") or data.get("text/plain", "")
    # "<Axes: ...>" and "<... at 0x7f...>" name an object, tell nothing, and differ from run to run
    empty = not text or re.fullmatch(r"\[?<.*>\]?", text, re.DOTALL) or " at 0x" in text
    return "" if empty else str(Markup("<pre>{}</pre>").format(text))


def _styles_moved(content: str) -> str:
    """HTML with the rules that its style sheets have for single elements, as a coloured table of
    pandas has them, at these elements; the sheets themselves do not pass the wall.
    """
    rules = {
        name: " ".join(style.split())
        for sheet in _SHEET.findall(content)
        for names, style in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet)
        for name in re.findall(r"#([\w-]+)\s*(?:,|$)", names.strip())
    }

    def styled(tag: re.Match[str]) -> str:
        style = rules.get(tag[2])
        return f'{tag[1]} style="{Markup.escape(style)}"' if style else tag[0]

    return re.sub(r'(<t[dh] id="([\w-]+)")', styled, _SHEET.sub("", content))


@lru_cache(maxsize=1)
def exporter() -> DxkitExporter:
    """The one exporter of a process: making it costs more than using it. nbconvert's preprocessors
    do nothing without settings, and a notebook is checked when it is written.
    """
    return DxkitExporter(default_preprocessors=[], optimistic_validation=False)


def page_around(opened: OpenPeriod, title: str, content: Markup, language: Language) -> str:
    """A page around the reports: who, which campaign, the title, a warning on simulated data, and
    some content.
    """
    banner = Markup("")
    if opened.received.simulated_files:
        banner = _SIMULATED.format(language.text("report.simulated"))
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
    safe = visible(sanitise(content))
    plain = load_language(language_code).plain
    contents = [(found[1], Markup(found[2]).striptags()) for found in _HEADING.finditer(safe)]
    style, script, script_hash = _style_and_script()
    page: str = _frame().render(
        language=language_code,
        title=visible(title),
        style=style,
        script=script,
        script_hash=script_hash,
        skip=plain("report.skip"),
        contents_label=plain("report.contents"),
        contents=contents if len(contents) > 2 else [],
        sort_label=plain("site.sort"),
        search_label=plain("site.search"),
        none_label=plain("site.nothing_found"),
        content=Markup(safe),
    )
    return page


@lru_cache(maxsize=1)
def _style_and_script() -> tuple[Markup, Markup, str]:
    """The page's style and script without comments and indents, and the script's hash."""
    style = (_TEMPLATES / "page.css").read_text("utf-8")
    style = re.sub(r"/\*.*?\*/|\n\s*", " ", style, flags=re.DOTALL).strip()
    lines = (line.strip() for line in (_TEMPLATES / "page.js").read_text("utf-8").splitlines())
    script = "\n".join(line for line in lines if line and not line.startswith("//"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Markup(style), Markup(script), f"sha256-{digest}"


def sanitise(content: str) -> str:
    """The content without anything that could run or reach out: the second wall behind escaping.

    Pictures pass only with their data in them, as reports of one's own have them. Of elements with
    the same id the first keeps it.
    """
    pictures = any(picture in content for picture in _PICTURES)
    clean = partial(
        nh3.clean,
        content,
        tags=_TAGS,
        attributes=_ATTRIBUTES | {"img": {"src", "alt"}} if pictures else _ATTRIBUTES,
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
        if attribute == "src":
            return value if value.startswith(_PICTURES) else None
        if attribute == "href":
            address = _UNSEEN.sub("", value).replace("\\", "/").lower()
            return None if address.startswith(("data:", "//")) else value
        if attribute == "style":
            return None if _REACHING.search(f' style="{value}"') else value
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
