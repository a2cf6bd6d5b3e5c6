"""Each hostile text in each text field there is, in every output: nothing active, nothing silent.

By default one turn of the texts, on pages and in data. ``pytest --full -s`` of this file puts each
text into each field, makes Word documents and prints too, looks at all in a browser, has it proved,
and prints how many injections were made and where they arrived.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from hostile_workbooks import TEXTS, actions_in
from lxml import html

import dxkit
from dxkit.cli import run
from tests.end_to_end.hostile_province import PERIOD, HostileProvince, arrived
from tests.end_to_end.tiny_province import CAMPAIGN

pytestmark = pytest.mark.unmeasured


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "turn" in metafunc.fixturenames:
        full = metafunc.config.getoption("--full")
        metafunc.parametrize("turn", range(len(TEXTS) if full else 1))


class Tally:
    """What was put in and where it was seen, over all turns."""

    def __init__(self) -> None:
        self.fields: Counter[str] = Counter()
        self.turns = 0
        self.made: Counter[str] = Counter()
        self.seen: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)

    def add(self, turn: int, kind: str, text: str) -> None:
        self.made[kind] += 1
        self.seen[kind] |= {(turn, number) for number in arrived(text)}

    def lines(self) -> Iterator[str]:
        fields = self.fields.total()
        yield f"\n{fields} fields x {self.turns} texts = {fields * self.turns} injections"
        yield "fields: " + ", ".join(f"{n} {group}" for group, n in self.fields.items())
        pairs = sum(map(len, self.seen.values()))
        yield f"seen as text {pairs} times over the outputs, active nowhere:"
        for kind, found in self.seen.items():
            yield f"  {kind}: {len(found)} injections in {self.made[kind]} files or sections"


@pytest.fixture(scope="module")
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    found = Tally()
    yield found
    if request.config.getoption("--full"):
        print("\n".join(found.lines()))


def test_no_injection_is_active_anywhere(
    turn: int,
    root: Path,
    tmp_path: Path,
    tally: Tally,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    full = request.config.getoption("--full")
    province = HostileProvince(turn)
    province.write(root, tmp_path)
    tally.fields, tally.turns = province.fields, tally.turns + 1
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    language = ("vi", "en")[turn % 2]
    more = ["--to", "docx", "--to", "pdf"] if full else []
    commands = [
        ["report", *more],
        ["check"],
        ["rank"],
        ["explain", "930", "cashless"],
        ["sample"],
        *([["verify"]] if full else []),
    ]
    for command, *options in commands:
        code = run([command, PERIOD, *options, "--lang", language])
        said = "".join(capsys.readouterr())
        assert "Traceback" not in said, said
        assert code in ((0,) if command == "verify" else (0, 1)), said
        assert not hidden_in(said), command
        tally.add(turn, "terminal", said)
    folder = tmp_path / "outputs" / CAMPAIGN
    for pattern, read in READERS.items():
        found = sorted(folder.rglob(pattern))
        assert found or not full, pattern
        for path in found:
            tally.add(turn, pattern.replace("*", ""), read(path))
    sections = list(sections_of(language))
    for section in sections:
        tally.add(turn, "notebooks' sections", inert(section))
    assert len({n for found in tally.seen.values() for t, n in found if t == turn}) > 200
    if full and shutil.which("chromium"):
        pages = sorted(folder.rglob("*.html"))
        look_at(request.getfixturevalue("browser"), pages, sections)


# what is read from each kind of output, once it was seen that nothing in it is active ----------


def hidden_in(text: str) -> set[str]:
    return {c for c in text if unicodedata.category(c) in ("Cf", "Cc")} - {"\n", "\t", "\r"}


def inert(markup: str) -> str:
    """The text of a piece of a page."""
    tree = html.fragment_fromstring(markup, create_parent="div")
    active = ".//script | .//iframe | .//object | .//embed | .//form | .//base | .//input | .//meta"
    assert not tree.xpath(active)
    assert not tree.xpath(".//img[not(starts-with(@src, 'data:image/png'))]")
    for element in tree.iter():
        assert not [name for name in element.attrib if name.startswith("on")]
        assert re.match(r"(#|\.\./|[\w-]+[/.])|$", element.get("href", "")), element.get("href")
    assert not hidden_in(markup)
    return " ".join(tree.text_content().split())


def _page(path: Path) -> str:
    text = path.read_text("utf-8")
    tree = html.fromstring(text)
    assert len(tree.findall(".//script")) == len(tree.findall(".//style")) == 1, path.name
    return inert("".join(html.tostring(e, encoding="unicode") for e in tree.xpath("//main")))


def _document(path: Path) -> str:
    document = docx.Document(str(path))
    body = document.element.body
    assert not body.xpath(".//w:hyperlink | .//w:fldSimple | .//w:object | .//w:altChunk")
    assert not body.xpath(".//w:instrText[not(contains(., 'PAGE'))]")
    assert not [r for r in document.part.rels.values() if r.is_external]
    return "\n".join("".join(p.itertext()) for p in body.iter("{*}p"))


def _print(path: Path) -> str:
    assert actions_in(path) == [], path.name
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def _workbook(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n"}, path.name
    outward = [c.hyperlink for c in cells if c.hyperlink and c.hyperlink.target]
    assert not outward
    with zipfile.ZipFile(path) as archive:
        assert not [n for n in archive.namelist() if "external" in n.lower() or n.endswith(".bin")]
    notes = [cell.comment.text for cell in cells if cell.comment]
    return "\n".join([*(str(cell.value) for cell in cells), *notes, *book.sheetnames])


def _data_file(path: Path) -> str:
    text = path.read_text("utf-8-sig")
    by_semicolon = (re.split("[;\t]", line) for line in text.splitlines())
    for field in (f for row in (*csv.reader(text.splitlines()), *by_semicolon) for f in row):
        if re.match(r"\s*[=+@\-]", field):
            float(field)  # nothing but a number begins so
    return text


def _notebook(path: Path) -> str:
    said = []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            assert set(output.get("data", {})) <= {"text/html", "text/plain"}
            shown = "".join(output.get("data", {}).get("text/html", ""))
            said += [inert(shown)] if shown.strip() else []
    return "\n".join(said)


READERS: dict[str, Callable[[Path], str]] = {
    "*.html": _page, "*.xlsx": _workbook, "*.csv": _data_file, "*.ipynb": _notebook,
    "*.docx": _document, "*.pdf": _print,
}  # fmt: skip


def sections_of(language: str) -> Iterator[str]:
    """What the notebooks for exploring put on the screen, as their widgets get it."""
    explorer = dxkit.explore(CAMPAIGN, PERIOD, language).choose(indicator="")
    quality = dxkit.quality(CAMPAIGN, PERIOD, language)
    start = dxkit.start(CAMPAIGN, PERIOD, language)
    for shown in (
        explorer.choices(), explorer.table(), explorer.timeline(), explorer.map(),
        explorer.beside(), explorer.matched(), explorer.before_after(), explorer.next_places(),
        explorer.card(), explorer.saved_view(), quality.choices(), quality.senders(),
        quality.completeness(), quality.by_rule(), quality.findings(), quality.form(),
        quality.corrections(), start.state(), start.reminders(), start.links(),
    ):  # fmt: skip
        bundle = getattr(shown, "_repr_mimebundle_", dict)()
        markup = bundle.get("text/html") or str(shown._repr_html_())
        yield re.sub("<style>.*?</style>", "", markup, flags=re.DOTALL)


def look_at(browser: Any, pages: list[Path], sections: list[str]) -> None:
    """Pages as somebody reads them, and sections put into a page as a widget puts them there."""
    browser.get_log("browser")
    for page in pages:
        browser.get(page.resolve().as_uri())
        browser.execute_script(
            """document.querySelectorAll("details").forEach(d => d.open = true);
            document.querySelectorAll("data.fact, th button").forEach(e => e.click())"""
        )
        assert browser.execute_script("return window.ran") is None, page.name
        assert browser.get_log("browser") == [], page.name
    browser.get("about:blank")
    for section in sections:
        browser.execute_script("document.body.innerHTML = arguments[0]", section)
        browser.execute_script(
            """document.querySelectorAll("body *").forEach(e => {
              for (const kind of ["mouseover", "focusin", "click"])
                e.dispatchEvent(new MouseEvent(kind, {bubbles: true}));
            })"""
        )
        assert browser.execute_script("return window.ran") is None
