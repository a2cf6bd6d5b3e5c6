"""Notebooks with outputs of every kind, run by ``papermill --engine dxkit`` and made pages by
``nbconvert --to dxkit``, against the stock engine and ``--to html``. What ``--to html`` has and the
page has not must stand in ``ARGUED``; ``--full`` prints it as a table (``-s`` shows it).
"""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from lxml import html as lxml_html
from nbconvert.exporters import HTMLExporter
from notebook_gallery import notebook
from output_gallery import RUN, STORED

from dxkit.press.publish.page import DxkitExporter

ARGUED = [
    ("", r"alt No description|source\[type=", "the template's own"),
    ("", r"a\[href=(https?:|mailto:|//)", "no link to elsewhere: its address is told as text"),
    ("", r"<img> data:image/svg", "a drawing stands in the page, without what could run in it"),
    ("", r"span\[style=color", "colours of terminals cannot be read on light and on dark"),
    ("hostile|links", r"p\[style=background:url|base|link|a\[href=javascript:",
     "it runs or fetches: the policy"),
    ("markdown$", r"input\[type=checkbox", "a box stands as \u2611 or \u2610"),
    ("pasted", r"<img> attachment|alt drawn", "shown; the words of a drawing are its label"),
    ("display objects|pictures$|charts|functions|kinds|matplotlib$",
     r"word (<[\w.]+|object>?|at|0x\w+>?|of|[01]|size|\d+x\d+|with|(artists|Axes)>)$|<pre>",
     "the name of an object tells nothing, and differs from run to run"),
    ("charts|kinds|widgets without", r"word (alt.Chart|Figure\(|IntSlider\(|x$)|<pre>",
     "a call stands for a chart or widget that is shown or named"),
    ("pictures|hostile", r"<img> (https?:|//|pictures/|x$)|alt (MARK|None)",
     "a picture from elsewhere is not fetched: its words and address are told"),
    ("streams and|progress", r"word ([05]+%\|?|\||\d/3|\[.*|\?.*|MARK-TQDM:)$|<pre>",
     "text that later text has written over"),
    ("streams in", r"<pre>|word MARK-[AB]$", "pieces of one stream are one"),
    ("doubled|headings", r"(p|h1)\[id=", "of elements with one id the first has it"),
    ("frames", r"word (Your|browser|does|support|element.)$|<code>",
     "words for browsers that show no films, where the film is named"),
    ("bundles", r"iframe\[style", "what is isolated stands in the page itself, cleaned"),
    ("unicode|ansi", r"word .*[\u200d\u202e\x1b]", "signs that nobody sees stand as \ufffd"),
]  # fmt: skip
"""In which notebooks what of ``--to html``, as ``features`` writes it, no page has, and why."""
FOUND: dict[str, dict[str, str]] = {}
"""What was found of each notebook."""
POLICY = re.compile(r"https?:|//|mailto:|javascript:|data:text")
_COUNTED = {
    "table", "tr", "td", "th", "caption", "li", "ol", "ul", "h1", "h2", "h3", "blockquote", "pre",
    "code", "em", "strong", "b", "i", "u", "dt", "dd", "details", "summary", "kbd", "sub", "mark",
    "abbr", "math", "mfrac", "hr", "del", "font", "tfoot", "thead", "text", "rect", "circle",
}  # fmt: skip
_ATTRIBUTES = (
    "colspan", "rowspan", "start", "type", "value", "title", "open", "color", "href", "style", "id",
)  # fmt: skip
_INLINE = {"span", "a", "b", "i", "em", "strong", "code", "u", "data", "sub", "mark", "font", "kbd"}


def features(page: str) -> Counter[str]:
    """What a reader finds in a page: words, pictures, elements that mean something, attributes."""
    root = lxml_html.document_fromstring(page)
    (body,) = root.xpath("//main") or root.xpath("//body")
    for hidden in body.xpath(".//script|.//style"):
        hidden.drop_tree()
    found: Counter[str] = Counter()
    words: list[str] = []
    for element in body.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag not in _INLINE:
            element.text = f" {element.text or ''}"
            element.tail = f" {element.tail or ''}"
        if element.tag == "img":
            found[f"<img> {(element.get('src') or '')[:40]}"] += 1
            found.update(f"img {n} {element.get(n)}" for n in ("width", "height") if element.get(n))
            found[f"alt {element.get('alt')}"] += 1
            continue
        found[f"<{element.tag}>"] += element.tag in _COUNTED
        for name in _ATTRIBUTES:
            if (value := element.get(name)) and (element.tag, name) != ("div", "id"):  # its own
                value = (
                    re.sub(r"\s*([;:,])\s*", r"\1", value).rstrip(";") if name == "style" else value
                )
                found[f"{element.tag}[{name}={value}]"] += 1
    words = "".join(body.itertext()).split()
    found.update(f"word {word}" for word in words)
    return +found


def pages(content: Any) -> tuple[str, str, dict[str, list[int]]]:
    """What ``--to html`` and ``--to dxkit`` make of a notebook, and what the latter names."""
    content.metadata["dxkit"] = {"language": "en"}
    stock, _ = _html_exporter().from_notebook_node(content)
    own, resources = DxkitExporter().from_notebook_node(content)
    return f"<body>{stock}</body>", own, resources["not_shown"]


@lru_cache(maxsize=1)
def _html_exporter() -> HTMLExporter:
    return HTMLExporter(
        exclude_input=True, exclude_output_prompt=True, exclude_anchor_links=True,
        template_name="basic",
    )  # fmt: skip


def differences(name: str, content: Any) -> dict[str, str]:
    """What is lost of a notebook, and why; what nothing is argued for has no reason. The wall
    holds, and what is not shown is told on the page.
    """
    stock, own, not_shown = pages(content)
    holds(own)
    for kind in set(not_shown) - {"style", "stderr", "traceback", "text/latex"}:
        assert f"kind {kind}" in own.partition("<main")[2]
    lost = features(stock) - features(own)
    FOUND[name] = {feature: argued(name, feature) for feature in lost}
    return FOUND[name]


def argued(name: str, feature: str) -> str:
    """Why a page of this notebook has not this."""
    whys = (w for where, what, w in ARGUED if re.match(where, name) and re.match(what, feature))
    return next(whys, "")


def holds(page: str) -> None:
    """No program but the kit's own, no address of another computer, no id twice: by another parser
    than the sanitiser's.
    """
    root = lxml_html.document_fromstring(page)
    assert len(root.xpath("//script")) == 1
    main = root.xpath("//main")[0]
    assert not main.xpath(".//script|.//style|.//iframe|.//link|.//object|.//embed|.//form|.//base")
    ids = [str(i) for i in root.xpath("//@id")]
    assert len(ids) == len({*ids})
    for element in main.iter():
        for name, value in element.attrib.items() if isinstance(element.tag, str) else ():
            assert not name.startswith("on"), name
            if name not in ("alt", "title", "aria-label", "class") and not name.startswith("xmlns"):
                assert not POLICY.search(value.replace("data:image/", "")[:200]), (name, value[:80])


def stored_notebook(name: str) -> Any:
    cells = STORED[name]
    return nbformat.v4.new_notebook(cells=[nbformat.from_dict(cell) for cell in cells])


def sample(names: Any, full: bool, number: int, light: Any = ()) -> list[str]:
    """All names, or some chosen by DXKIT_SEED."""
    chosen = random.Random(os.environ.get("DXKIT_SEED", "dxkit"))
    return [*names] if full else chosen.sample(sorted(set(light or names)), number)


LIGHT = (
    "plain values",
    "display objects",
    "streams and colours",
    "displays by id",
    "clear output",
    "async",
)
WITHOUT_PAPERMILL = ("errors allowed", "errors in repr", "input refused")
"""Papermill takes a cell that may fail for a failure, by either engine: the notebook is saved."""


def execute(name: str, folder: Path, engine: str | None) -> Any:
    """A notebook run by papermill's command."""
    path, done = folder / "in.ipynb", folder / f"{engine}.ipynb"
    nbformat.write(notebook(RUN[name]), path)
    try:
        papermill.execute_notebook(path, done, engine_name=engine, cwd=folder, progress_bar=False)
    except papermill.PapermillExecutionError:
        assert name in WITHOUT_PAPERMILL
    return nbformat.read(done, as_version=4)


def saved(content: Any) -> list[str]:
    """The outputs of a saved notebook, each cell's streams first and whole, without what chance
    and the clock decide.
    """
    texts = []
    for cell in content.cells:
        outputs = cell.get("outputs", ())
        texts += [
            "".join(o.text for o in outputs if o.get("name") == n) for n in ("stdout", "stderr")
        ]
        texts += [json.dumps(o, sort_keys=True) for o in outputs if o.output_type != "stream"]
    chance = (
        r"0x[0-9a-f]+|[pm]?[0-9a-f]{10,}|\d{4}-\d\d-\d\dT[\d:.]+|T_[0-9a-f]{5}|ipykernel_\d+/\w+"
    )
    texts = [re.sub(chance + r"|iVBOR[\w+/=\\]+", "N", text) for text in texts]
    return [re.sub(r"[\d.?]+\s?([nµμum]?s\b|it/s)|\d\d:\d\d", "T", text) for text in texts]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    full = metafunc.config.getoption("--full")
    if "run" in metafunc.fixturenames:
        metafunc.parametrize("run", sample(RUN, full, 1, LIGHT))
    if "stored" in metafunc.fixturenames:
        metafunc.parametrize("stored", sample(STORED, full, 8))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_what_is_run_is_saved_and_shown_as_by_the_stock_tools(
    run: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    own = execute(run, tmp_path, "dxkit")
    if pytestconfig.getoption("--full"):
        stock = execute(run, tmp_path, None)
        assert saved(stock) == saved(own)
    unexplained = [lost for lost, why in differences(run, own).items() if not why]
    assert not unexplained


def test_what_a_notebook_holds_is_on_its_page(stored: str) -> None:
    unexplained = [
        lost for lost, why in differences(stored, stored_notebook(stored)).items() if not why
    ]
    assert not unexplained


def test_the_differences_in_a_table(pytestconfig: pytest.Config) -> None:
    """All that the tests above have found, and no reason without a case."""
    if not pytestconfig.getoption("--full"):
        pytest.skip("with --full")
    print("\n| notebook | only with --to html | why |\n|---|---|---|")
    for name, found in FOUND.items():
        for lost, why in found.items():
            print(f"| {name} | {lost[:60]} | {why} |".replace("\n", " "))
    assert len(FOUND) == len(RUN) + len(STORED) >= 40
    reasons = {why for found in FOUND.values() for why in found.values()}
    assert reasons == {why for _, _, why in ARGUED}
