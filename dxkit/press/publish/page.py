"""From an executed notebook to one self-contained page, by nbconvert: what the notebook shows, as
HTML that stands still, and what of it a page cannot show. HTML that somebody has written is made
fit for that: what the page's wall would take away without a word is told. The wall itself is in
frame.py; nothing here keeps anything out.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from itertools import groupby, zip_longest
from typing import Any

from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbconvert.filters.ansi import strip_ansi
from traitlets import default

from dxkit.press.manifest import in_words
from dxkit.press.publish.frame import PICTURES, framed
from dxkit.report.piece import PAGE
from dxkit.report.wording.language import load_language
from dxkit.report.wording.publications import simulated_html


class DxkitExporter(Exporter):
    """``jupyter nbconvert --to dxkit``: the page of an executed notebook."""

    export_from_notebook = "dxkit"
    output_mimetype = "text/html"

    def __init__(self, config: Any = None, **settings: Any) -> None:
        settings.setdefault("optimistic_validation", True)  # once, not after each preprocessor
        super().__init__(config=config, **settings)

    @default("file_extension")  # type: ignore[untyped-decorator]
    def _extension(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: Any, resources: Any = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page and nbconvert's resources, in which ``not_shown`` has what the page does not
        show: by kind, the numbers of the cells. The notebook's metadata may give ``title``,
        ``dxkit.language`` and ``dxkit.simulated``: then the page says so, whatever it shows;
        ``dxkit.state`` is what the page says of its publication.
        """
        told = nb.metadata.get("dxkit", {})
        language = told.get("language", "vi")
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        shown = Content(nb, language)
        content, resources["not_shown"] = shown.html, shown.not_shown
        if shown.not_shown:
            self.log.warning(in_words(shown.not_shown, load_language(language)))
        if told.get("simulated") and 'class="banner"' not in content:
            content = str(simulated_html(True, load_language(language))) + content
        content = told.get("state", "") + content
        title = nb.metadata.get("title") or resources.get("metadata", {}).get("name", "")
        return framed(content, title, language), resources


@lru_cache(maxsize=1)
def exporter() -> DxkitExporter:
    """The one exporter of a process: making it costs more than using it. nbconvert's preprocessors
    do nothing without settings, and a notebook is checked when it is written.
    """
    return DxkitExporter(default_preprocessors=[], optimistic_validation=False)


_WIDGET = "application/vnd.jupyter.widget-view+json"
_WIDGETS = "application/vnd.jupyter.widget-state+json"
_MERMAID = "text/vnd.mermaid"
_TEXTS = (PAGE, "text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml")
_PICTURES = tuple(p.removeprefix("data:").removesuffix(";base64,") for p in PICTURES)
_DOUBTFUL = re.compile(
    r"<(style|script|i?frame|video|audio|object|embed|applet|canvas|input|select|button|textarea"
    r"|progress|meter|img|image|foreignobject|link)\b"
    r"|=(?<=href=)[\"'\s]*([a-z][a-z0-9+.-]*:|[/\\]{2})",
    re.IGNORECASE,
)
"""What of an output's HTML the page's wall may take out or alter."""
_SEEN = re.compile(r"<(img|svg|hr)\b|(^|>)\s*[^<\s]")
_OBJECTS = re.compile(
    r"<(?:Axes\b|Figure\b|[\w.]+ object\b|[^<>]* at 0x)[^<>]*>|array\(|dtype=object|[\s,()\[\]]"
)
"""Names of objects: they tell nothing, and differ from run to run."""
_OF_PAPERMILL = {"injected-parameters", "papermill-error-cell-tag"}
_CALL = re.compile(r"[\w.]+\(.*", re.DOTALL)
_OVERWRITTEN = re.compile(r"(?<!\r)\r+(?=\n|\Z)|^[^\n]*\r(?=[^\r\n])", re.MULTILINE)
"""What a terminal shows no more, each looked for once in a line."""
_TITLES = re.compile(r"\x1b\].*?(?:\x07|\x1b\\)")  # and links, to terminals
_OF_KIT = '<div class="table'
_BOX = f'{_OF_KIT}" tabindex="0" role="group" aria-label="{{}}">'
_DRAWN = re.compile("<svg|image/svg", re.IGNORECASE)
_TABLE = re.compile(r"<table\b|(</table\s*>)", re.IGNORECASE)
_ATTACHED = re.compile(r"""(<img\b[^>]*?src=["'])attachment:([^"']*)""", re.IGNORECASE)
_ANCHOR = re.compile(r'<a class="anchor-link"[^>]*>[^<]*</a>')


class Content:
    """The content of an executed notebook's page: ``html``, and what is ``not_shown`` of it, by
    kind the cells that it is in, counted from 1 without those that papermill adds.

    A report of the batch, which must be the same each time, holds nothing of what programs say
    about their running: warnings, bars of progress, tracebacks with this computer's folders.
    """

    def __init__(self, notebook: Any, language: str) -> None:
        self.not_shown: dict[str, list[int]] = {}
        settings, widgets = (notebook.metadata.get(name, {}) for name in ("dxkit", "widgets"))
        self._of_batch = "simulated" in settings
        self._widgets: Mapping[str, Any] = widgets.get(_WIDGETS, {}).get("state", {})
        self._text: Callable[..., str] = load_language(language).plain
        self._within: list[str] = []  # widgets whose content is being told
        self._drawings = self._cell = 0
        pieces = []
        for cell in notebook.cells:
            self._cell += _OF_PAPERMILL.isdisjoint(cell.metadata.get("tags", ()))
            pieces += [f"{piece}\n" for piece in self._pieces(cell)]
        self.html = "".join(pieces)

    def _pieces(self, cell: Any) -> Iterator[str]:
        if cell.cell_type == "code":
            yield from self._outputs(cell.get("outputs", ()))
        elif cell.cell_type == "markdown":
            yield self._markdown(cell["source"], cell.get("attachments", {}))
        elif cell.metadata.get("raw_mimetype", "") in ("", "text/html"):  # as --to html takes it
            yield self._html(cell["source"])
        elif cell["source"].strip():
            self._miss(cell.metadata["raw_mimetype"])

    def _outputs(self, outputs: Iterable[Any]) -> Iterator[str]:
        for (kind, name), group in groupby(outputs, lambda o: (o["output_type"], o.get("name"))):
            if kind == "stream":  # where a stream is broken depends on the clock
                yield self._stream(name, "".join(_joined(output["text"]) for output in group))
                continue
            for output in group:
                data = output.get("data", {})
                if data.get(PAGE) == "" != data.get("text/html"):
                    continue  # for editors alone
                yield self._error(output) if kind == "error" else self._data(output)

    def _stream(self, name: str, text: str) -> str:
        if name == "stderr" and self._of_batch:
            self._miss(name)
            return ""
        return self._preformatted(_OVERWRITTEN.sub("", text))

    def _error(self, output: Any) -> str:
        said = f"{output['ename']}: {output['evalue']}".rstrip(": ")
        if not self._of_batch:
            return self._preformatted("\n".join(output["traceback"]) or said)
        self._miss("traceback")
        return self._preformatted(said)

    def _data(self, output: Any) -> str:
        """What an output shows best: HTML, a picture, Markdown, a drawing, a formula, text."""
        data = output["data"]
        html = _joined(data.get(PAGE, data.get("text/html", "")))
        if {*data} <= {PAGE, "text/html", "text/plain"} and html and not _DOUBTFUL.search(html):
            return self._boxed(html)
        html, lost = self._still(html)
        lost_kinds = [kind for kind, _ in lost]
        seen, runs = bool(_SEEN.search(html)), "script" in lost_kinds
        others = [k for k in data if k not in (*_TEXTS, *_PICTURES, "application/json")]
        if seen and not runs:
            return self._boxed(html) + self._notes(lost)
        if (widget := data.get(_WIDGET, {}).get("model_id", "")) in self._widgets:
            return self._widget(widget)
        for kind in _PICTURES:
            if kind in data:
                about = output.get("metadata", {}).get(kind, {})
                return self._picture(kind, _joined(data[kind]), about)
        if runs or (others and "text/html" in data):
            runs_by = (others[0], _title(data[others[0]])) if others else ("text/html", "")
            lost = [runs_by, *(one for one in lost if one[0] != "script")]
        if "text/html" in data:
            return html + self._notes(lost)
        if "text/markdown" in data:
            return self._markdown(_joined(data["text/markdown"]))
        if "image/svg+xml" in data:
            return self._html(_joined(data["image/svg+xml"]))
        plain = self._plain(_joined(data.get("text/plain", "")))
        if "application/json" in data and not plain:
            plain = json.dumps(data["application/json"], ensure_ascii=False, indent=1)
        if others:
            plain = "" if _CALL.fullmatch(plain) else _joined(data.get(_MERMAID, plain))
        text = self._preformatted(_joined(data.get("text/latex", "")) or plain)
        return text + self._notes([(kind, _title(data[kind])) for kind in others[:1]])

    def _widget(self, name: str) -> str:
        """A widget as the notebook keeps it: what boxes hold, output, text; controls are named."""
        if name in self._within:
            return ""
        self._within.append(name)
        shown = self._state(self._widgets.get(name, {}))
        self._within.pop()
        return shown

    def _state(self, model: Mapping[str, Any]) -> str:
        kind, state = model.get("model_name", "").removesuffix("Model"), model.get("state", {})
        if kind == "Output":
            return "".join(self._outputs(state.get("outputs", ())))
        if "children" in state:
            titles = [Markup("<p>{}</p>").format(title) for title in state.get("titles", ())]
            held = [self._widget(c.removeprefix("IPY_MODEL_")) for c in state["children"]]
            return "".join(map("".join, zip_longest(titles, held, fillvalue="")))
        chosen = dict(enumerate(state.get("_options_labels", ()))).get(state.get("index"), "")
        value = str(state.get("value", chosen))
        if kind in ("HTML", "HTMLMath"):
            return self._html(value)
        if kind == "Label":
            return self._preformatted(value)
        if kind == "Image" and (kept := model.get("buffers")):
            return self._picture(f"image/{state.get('format')}", kept[0]["data"], {})
        where = " ".join(part for part in (state.get("description"), value) if part)
        return self._notes([(kind, where)] if kind else [])

    def _picture(self, kind: str, data: str, about: Mapping[str, Any]) -> str:
        told = about.get("alt") or self._text("report.picture")
        size = Markup(' {}="{}"')
        sizes = Markup("").join(size.format(n, about[n]) for n in ("width", "height") if n in about)
        figure = Markup('<figure><img src="data:{};base64,{}" alt="{}"{}></figure>')
        return self._html(figure.format(kind, "".join(data.split()), told, sizes))

    def _markdown(self, source: str, attachments: Mapping[str, Any] | None = None) -> str:
        """Markdown as HTML with the pictures pasted into it; headings have ids, but no signs that
        link to them.
        """
        from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

        renderer = IPythonRenderer(escape=False, attachments=attachments)
        html = str(MarkdownWithMath(renderer=renderer).render(source))

        def pasted(tag: re.Match[str]) -> str:  # made smaller, say: Markdown cannot
            kind, data = next(iter((attachments or {}).get(tag[2], {"": ""}).items()))
            return f"{tag[1]}data:{kind};base64,{data}" if kind else tag[0]

        return self._html(_ATTACHED.sub(pasted, _ANCHOR.sub("", html)))

    def _html(self, source: str) -> str:
        html, lost = self._still(source)
        return self._boxed(html) + self._notes(lost)

    def _still(self, source: str) -> tuple[str, list[tuple[str, str]]]:
        """HTML that stands still, whose drawings share no ids with those before."""
        self._drawings += bool(_DRAWN.search(source))
        return _made_still(source, f"drawing-{self._drawings}")

    def _boxed(self, html: str) -> str:
        """HTML whose tables move sideways on a narrow screen, as the kit's own do."""
        if _OF_KIT in html:
            return html
        box = Markup(_BOX).format(self._text("report.table"))
        return _TABLE.sub(lambda m: "</table></div>" if m[1] else f"{box}<table", html)

    def _preformatted(self, text: str) -> str:
        text = strip_ansi(_TITLES.sub("", text)).rstrip("\n")
        box = Markup(_BOX + "<pre>{}</pre></div>")
        return str(box.format(self._text("report.printed"), text)) if text else ""

    def _plain(self, text: str) -> str:
        named = "<" in text and not _OBJECTS.sub("", text)
        return "" if named else re.sub(" at 0x[0-9a-fA-F]+", "", text)

    def _notes(self, lost: Iterable[tuple[str, str]]) -> str:
        """Notes on what is not shown: its kind, and what tells more of it."""
        return "".join(self._note(kind, more) for kind, more in lost)

    def _note(self, kind: str, more: str) -> str:
        self._miss(kind)
        if kind == "style":  # nothing that anybody would look for
            return ""
        told = self._text("report.not_shown", kind=f"{kind} ({more})" if more else kind)
        return str(Markup('<p class="note">{}</p>').format(told))

    def _miss(self, kind: str) -> None:
        self.not_shown.setdefault(kind, []).append(self._cell)


def _joined(text: Any) -> str:
    """Text that a notebook may keep in lines."""
    return text if isinstance(text, str) else "".join(map(str, text))


def _title(chart: Any) -> str:
    """What a chart says is its title, as the programs for it write it; else nothing."""
    said = chart if isinstance(chart, dict) else ()
    for name in ("layout", "title", "text"):
        said = said.get(name, said) if isinstance(said, dict) else said
    return said if isinstance(said, str) else ""


_FITTING = "max-width:100%;height:auto"
"""The style of a picture that is no wider than a narrow screen."""
_DRAWING = "data:image/svg+xml;base64,"
_WHOLE = {"script", "iframe", "video", "audio", "object", "applet", "canvas", "foreignobject"}
"""What is lost with all that is within."""
_ALONE = {"embed", "frame", "input", "select", "button", "textarea", "progress", "meter"}
"""What is lost but for the words within."""
_ELSEWHERE = re.compile(
    r"(?!(javascript|vbscript|data):)([a-z][a-z0-9+.-]*:|[/\\]{2})", re.IGNORECASE
)
_SHEET = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"[#.]?[\w-]+|\*")
_PLAIN_TABLE = ".dataframe "
"""How rules begin that each table of pandas has: they place its figures as the page does anyway."""
_SVG = re.compile(r"<svg\b.*</svg\s*>", re.DOTALL | re.IGNORECASE)
_ID = re.compile(r"""(\sid=["'])([^"']+)""")
_TO_ID = re.compile(r"""(href=["']#|url\(["']?#)([^"')]+)""")


def _made_still(html: str, drawing: str) -> tuple[str, list[tuple[str, str]]]:
    """HTML as it is but for what a page cannot show, and the kinds of that, each with its address
    or nothing.

    An address of another computer stands as text behind its link or in the place of its picture.
    Rules that style sheets have for single elements, classes and kinds of elements, as a coloured
    table of pandas has them, stand at these. Ids within drawings begin with ``drawing``.
    """
    rules = dict[str, str]()
    others = False
    for selectors, style in _RULE.findall("".join(_SHEET.findall(html))):
        for selector in map(str.strip, selectors.split(",")):
            if _SIMPLE.fullmatch(selector):
                rules[selector] = f"{rules.get(selector, '')} {' '.join(style.split())};"
            others |= not (selector in rules or selector.startswith(_PLAIN_TABLE))
    teller = _Teller(rules, drawing)
    teller.feed(_SHEET.sub("", html))
    teller.close()
    if others:
        teller.lost.append(("style", ""))
    return _SVG.sub(lambda d: _with_ids(d[0], drawing), "".join(teller.told)), teller.lost


def _with_ids(drawing: str, name: str) -> str:
    """A drawing whose ids are its own: two of one library have the same, and random ones."""
    ids = dict[str, str]()
    for _, found in _ID.findall(drawing):
        ids.setdefault(found, f"{name}-{len(ids) + 1}")
    drawing = _ID.sub(lambda m: m[1] + ids[m[2]], drawing)
    return _TO_ID.sub(lambda m: m[1] + ids.get(m[2], m[2]), drawing)


class _Teller(HTMLParser):
    """Passes HTML on into ``told``, but for what is ``lost``: kinds, and addresses or nothing."""

    def __init__(self, rules: dict[str, str], drawing: str) -> None:
        super().__init__()
        self._drawing = drawing
        self.told: list[str] = []
        self.lost: list[tuple[str, str]] = []
        self._rules = rules
        self._within: list[str] = []
        self._link = ""  # the address of the link that is open
        self._words = ""  # of this link

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Pass an element on as it is written, or tell it."""
        given = {name: value or "" for name, value in attrs}
        address = next((given[name] for name in ("src", "data", "xlink:href") if name in given), "")
        if tag in ("image", "use"):
            address = address or given.get("href", "")
        if self._within:
            if tag == self._within[-1]:
                self._within.append(tag)
            elif tag == "source" and not self.lost[-1][1]:
                self.lost[-1] = (self.lost[-1][0], _told(address))
        elif tag in _WHOLE:
            self.lost.append((tag, _told(address)))
            self._within = [tag]
        elif tag == "input" and given.get("type", "").lower() == "checkbox":
            self.told.append("\u2611 " if "checked" in given else "\u2610 ")
        elif tag in _ALONE:
            self.lost += [(tag, _told(address))] * (given.get("type", "").lower() != "hidden")
        elif tag in ("img", "image") and not address.startswith(PICTURES):
            self._picture(tag, address, given.get("alt", ""))
        elif tag == "link":
            self.lost.append(("style", ""))
        elif tag == "use" and not address.startswith("#"):
            self.lost.append((tag, _told(address)))
        else:
            if tag == "pre" and given.get("class") == "mermaid":
                self.lost.append(("mermaid", ""))
            if tag == "a":
                address = given.get("href", "").strip()
                self._link, self._words = address if _ELSEWHERE.match(address) else "", ""
            self.told.append(self._styled(tag, given))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As XML writes an element without content."""
        self.handle_starttag(tag, attrs)
        if self._within == [tag]:
            self._within = []

    def handle_endtag(self, tag: str) -> None:
        """Pass an end on; that of a link with its address."""
        if self._within:
            if tag == self._within[-1]:
                self._within.pop()
            return
        if tag == "a" and self._link not in self._words:
            self.told.append(f" ({escape(self._link)})")
        self.told.append(f"</{tag}>")
        self._link = self._link if tag != "a" else ""

    def handle_data(self, data: str) -> None:
        """Pass text on."""
        if not self._within:
            self.told.append(escape(data, quote=False))
            self._words += data if self._link else ""

    def _styled(self, tag: str, given: dict[str, str]) -> str:
        """The tag, with the rules for it."""
        names = [f"#{given.get('id', '')}", tag, *(f".{c}" for c in given.get("class", "").split())]
        names += ["*"] * (not self.told)
        style = "".join(self._rules.get(name, "") for name in names).strip()
        if tag == "img" or (tag == "svg" and "viewbox" in given):
            style += _FITTING if "width" in given or "height" not in given else ""
        if not style:
            return self.get_starttag_text() or ""
        given = {**given, "style": f"{style} {given.get('style', '')}".strip()}
        written = [f'{name}="{escape(value)}"' for name, value in given.items()]
        end = "/>" if (self.get_starttag_text() or "").endswith("/>") else ">"
        return " ".join([f"<{tag}", *written]) + end

    def _picture(self, tag: str, address: str, alt: str) -> None:
        """A drawing with its data in it stands as such; another picture's words and address as
        text.
        """
        if address.startswith(_DRAWING):
            try:
                svg = base64.b64decode(address.removeprefix(_DRAWING)).decode("utf-8")
            except ValueError:
                svg = ""
            drawn, lost = _made_still(svg, f"{self._drawing}-{len(self.told)}")
            label = f'<svg role="img" aria-label="{escape(alt)}"'
            self.told.append(drawn.replace("<svg", label, 1))
            self.lost += lost
            return
        where = _told(address)
        self.lost.append(("img", where))
        if tag == "img":
            self.told.append(escape(alt))


def _told(address: str) -> str:
    """An address in words: that of data is as long as the data, and tells nothing."""
    address = "".join(address.split())
    return "" if address.startswith("data:") else address[:200]
