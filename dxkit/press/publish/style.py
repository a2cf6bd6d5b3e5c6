"""The page's style, and the same for notebooks: of the kit's own output alone, whatever rules the
editor has for outputs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from markupsafe import Markup

from dxkit.report.piece import PAGE, has_kernel
from dxkit.report.wording.language import Language

_INNER = r"(?:[^{}]|\{[^{}]*\})*"
_RULE = re.compile(rf"([^{{}}]+)\{{((?:[^{{}}]|\{{{_INNER}\}})*)\}}")
"""A rule, or rules for some media within others."""
_FILES = ("page.css", "page.js")
_PART = re.compile(r"^(?=(?:/\*|  //) )", re.MULTILINE)
_PART_OF = re.compile(r"^(?:/\*|  //) \.([a-z]+):", re.MULTILINE)
_REM = re.compile(r"(-?[\d.]+)rem\b")
_DARK = 'body:is([data-jp-theme-light="false"], .vscode-dark, .vscode-high-contrast) &'
_GROUND = re.compile("(--ground): (#[0-9a-f]+)")
_EDITORS = r"\1: var(--jp-layout-color0, var(--vscode-editor-background, \2))"
_MARGINS = 5
"""By how much a page's screen is wider than the column of a notebook that holds the same, rem."""
_SIZE = r"calc(\1*var(--rem))"
_BOX = ".dxkit.dxkit.dxkit"
"""Thrice, so that no rule of an editor is stronger."""
_OF_BOX = """
--rem: calc(var(--jp-content-font-size1, 14px) + 1px); color-scheme: light;
container-type: inline-size; padding: 1px;
:where(:not(svg, svg *)) { all: revert } :where(svg) { max-width: none }
"""
_AROUND = """
& > * { max-width: 50rem }
& > :has(.spine, .beside) { max-width: 62rem }
.spine, .beside { margin-inline: 0 !important }
& > :first-child, & > :first-child > h2 { margin-top: 0; border: 0; padding-top: 0 }
.drawn { display: contents } .dxkit-unstyled { display: none }
data.fact[title] { cursor: help; text-decoration: underline dotted var(--peer) 1px;
  text-underline-offset: .2em }
"""


def lacking(content: str) -> frozenset[str]:
    """The classes which nothing in a page's content has, of those with a part of style or script of
    their own: a part begins with a comment on a line of its own ("/* .search: ...") and ends at
    the next.
    """
    named = {name for file in _FILES for name in _PART_OF.findall(_template(file))}
    return frozenset(n for n in named if not re.search(rf'class="[^"]*\b{n}\b', content))


@lru_cache
def page_style(without: frozenset[str] = frozenset()) -> str:
    """The style of pages without comments and indents, and without the parts of these classes."""
    return _without_blanks(_template("page.css", without))


@lru_cache
def page_script(without: frozenset[str]) -> str:
    """The same of the script."""
    lines = (line.strip() for line in _template("page.js", without).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


@lru_cache
def _template(file: str, without: frozenset[str] = frozenset()) -> str:
    text = (files("dxkit.press.publish") / "templates" / file).read_text("utf-8")
    parts = _PART.split(text)
    return "".join(part for part in parts if not without.intersection(_PART_OF.findall(part)))


@lru_cache(maxsize=1)
def notebook_style() -> str:
    """The same for the boxes of the kit's output in notebooks (see ``Piece``): widths are those of
    the box, sizes those of the editor's text, light and dark those of the editor, which may differ
    from the system's; nothing is for print. Rules of the editor for outputs do not reach in.
    """
    explored = (files("dxkit.report.explore") / "explore.css").read_text("utf-8")
    rules = "".join(_in_box(*found) for found in _RULE.findall(page_style()))
    inside = _without_blanks(_OF_BOX) + _REM.sub(_SIZE, rules + _without_blanks(_AROUND + explored))
    return f".dxkit-unstyled {{ display: none }} {_BOX} {{ {inside} }}"


def _without_blanks(style: str) -> str:
    return re.sub(r"/\*.*?\*/|\n\s*", " ", style, flags=re.DOTALL).strip()


def _in_box(head: str, body: str) -> str:
    """A rule of the page within the rule of the box; nothing for one of prints."""
    head, body = head.strip(), _GROUND.sub(_EDITORS, body)
    if "{" in body:
        body = "".join(_in_box(*found) for found in _RULE.findall(body))
    if head.startswith("@page") or head == "@media print":
        return ""
    if "prefers-color-scheme: dark" in head:
        return f"{_DARK} {{ color-scheme: dark; {body} }}"
    if head.startswith("@media") and "-width" in head:
        head = re.sub("screen and |, print", "", head).replace("@media", "@container")
        head = _REM.sub(lambda size: f"{float(size[1]) - _MARGINS:g}em", head)  # the box's own em
    return f"{re.sub(r'^(:root|body)$', '&', head)} {{{body}}}"


_sent_by: list[int] = []


def send_style(language: Language) -> None:
    """Show the notebook's style with what runs, once however much it opens: it is there for all
    outputs of the notebook. Where the editor takes it away, a line says so. Nothing where no editor
    shows it.
    """
    if not has_kernel():
        return
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    shell = get_ipython()
    if _sent_by != [shell.execution_count]:
        _sent_by[:] = [shell.execution_count]
        style = Markup('<style>{}</style><p class="dxkit-unstyled">{}</p>').format(
            Markup(notebook_style()), language.text("explore.unstyled")
        )
        display({"text/html": str(style), "text/plain": "", PAGE: ""}, raw=True)
