"""HTML that somebody has written made fit to stand still on a page: what the page's wall would take
away without a word is told. The wall itself is in frame.py; nothing here keeps anything out.
"""

from __future__ import annotations

import base64
import re
from html import escape
from html.parser import HTMLParser

PICTURES = tuple(f"data:image/{kind};base64," for kind in ("png", "jpeg", "gif", "webp"))
"""How the addresses of pictures begin that have their data in them."""
FITTING = "max-width:100%;height:auto"
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
_DRAWN = re.compile(r"<svg\b.*</svg\s*>", re.DOTALL | re.IGNORECASE)
_ID = re.compile(r"""(\sid=["'])([^"']+)""")
_TO_ID = re.compile(r"""(href=["']#|url\(["']?#)([^"')]+)""")


def still(html: str, drawing: str) -> tuple[str, list[tuple[str, str]]]:
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
    return _DRAWN.sub(lambda d: _with_ids(d[0], drawing), "".join(teller.told)), teller.lost


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
            style += FITTING if "width" in given or "height" not in given else ""
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
            drawn, lost = still(svg, f"{self._drawing}-{len(self.told)}")
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
