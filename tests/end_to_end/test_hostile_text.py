"""Hostile text in every text field of a workbook shows as harmless text, and nothing runs."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from hostile_workbooks import FILES, SHEETS, TEXTS, UNSEEN, actions_in, write_hostile
from lxml import etree, html

from dxkit.cli import run

pytestmark = pytest.mark.unmeasured

UNITS = ("934", "936", "93", "31393")


@pytest.fixture(scope="module")
def hostile_outputs(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of two districts, a commune and the province, and all annexes, made of nothing but
    hostile workbooks.
    """
    base = tmp_path_factory.mktemp("hostile")
    raw = base / "raw" / "haugiang-2022" / "2022-Q4"
    raw.mkdir(parents=True)
    write_hostile(root / "data/raw/haugiang-2022/2022-Q4", raw)
    arguments = [part for unit in UNITS for part in ("--unit", unit)]
    arguments += ["--to", "docx", "--to", "pdf"]
    arguments += ["--raw", str(base / "raw"), "--out", str(base / "out")]
    assert run(["report", "2022-Q4", *arguments]) == 1  # made, with findings of errors
    return base / "out" / "haugiang-2022" / "2022-Q4"


def pages_of(folder: Path) -> list[Path]:
    found = [*folder.rglob("*.html"), folder.parent / "index.html"]
    assert len(found) == 7
    return found


def text_of(folder: Path, pattern: str) -> str:
    (page,) = folder.glob(pattern)
    return " ".join(html.fromstring(page.read_text("utf-8")).text_content().split())


def test_every_kind_of_field_arrived(hostile_outputs: Path) -> None:
    """What is attacked is there to be seen: as text."""
    district = text_of(hostile_outputs, "district/934-*.html")
    for text in TEXTS:
        shown = re.sub(f"[{UNSEEN}]", "", " ".join(text.split()))[:300]
        assert shown in district.replace("\ufffd", ""), text[:60]
    assert "<img src=x onerror=window.ran=7>" in district  # the name of a file
    for sheet in ("<svg onload=window.ran=10>", SHEETS[1]):
        assert sheet in district
    commune = text_of(hostile_outputs, "commune/31393-*.html")
    assert f"Ấp {TEXTS[3]}" in commune  # a hamlet's name, as it was written
    assert "Ấp a\ufffdgnp.exe \ufffdbc" in commune  # its signs that reverse what is read are seen
    dated = text_of(hostile_outputs, "district/936-*.html")
    assert "]]>&amp;&lt;b&gt;" in dated  # the register of initiatives
    findings = text_of(hostile_outputs, "findings.html")
    for text in (FILES[2], TEXTS[0], TEXTS[1], "=1+1"):
        assert text in findings, text


def test_every_page_holds_it_as_text_only(hostile_outputs: Path) -> None:
    for page in pages_of(hostile_outputs):
        text = page.read_text("utf-8")
        tree = html.fromstring(text)
        assert len(tree.findall(".//script")) == 1, page.name
        assert len(tree.findall(".//style")) == 1
        assert not tree.xpath(".//img | .//iframe | .//object | .//form | .//base | .//input")
        attributes = {name for element in tree.iter() for name in element.attrib}
        assert not {name for name in attributes if name.startswith("on")}
        links = [link.get("href", "") for link in tree.iter("a")]
        assert not [link for link in links if not re.match(r"(#|\.\./|[\w-]+[/.])", link)]
        hidden = {c for c in text if unicodedata.category(c) in ("Cf", "Cc")} - {"\n"}
        assert not hidden, page.name
        assert "x" * 1000 not in text


def test_nothing_runs_and_nothing_breaks_in_a_browser(browser: Any, hostile_outputs: Path) -> None:
    for page in pages_of(hostile_outputs):
        browser.get_log("browser")
        browser.get(page.resolve().as_uri())
        browser.execute_script(
            """document.querySelectorAll("details").forEach(d => d.open = true);
            document.querySelectorAll("a, td, th, .raw, .place, .fact, text").forEach(e => {
              for (const kind of ["mouseover", "focusin", "keydown"])
                e.dispatchEvent(new MouseEvent(kind, {bubbles: true}));
            });
            document.querySelectorAll("th button").forEach(e => e.click());
            document.querySelectorAll("data.fact").forEach(e => e.click());"""
        )
        assert browser.execute_script("return window.ran") is None
        assert browser.get_log("browser") == []
        for width in (320, 390, 1200):
            browser.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 700},
            )
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        tall = browser.execute_script(
            "return Math.max(...[...document.querySelectorAll('tr, li')].map(e => e.offsetHeight))"
        )
        assert tall < 2500, page.name  # no endless cell


def test_the_trace_of_a_number_shows_hostile_names_as_text(
    browser: Any, hostile_outputs: Path
) -> None:
    browser.get(next(hostile_outputs.glob("commune/31393-*.html")).resolve().as_uri())
    for fact in browser.find_elements("css selector", "td data.fact")[:40]:
        browser.execute_script("arguments[0].click()", fact)
        box = browser.find_element("css selector", "#trace")
        if FILES[0][:30] in box.text:
            break
    else:
        pytest.fail("no trace names the file")
    assert SHEETS[0] in box.text or SHEETS[1] in box.text
    assert not box.find_elements("css selector", "img, svg, script, a")


def test_no_workbook_holds_a_new_formula_or_a_link_out(hostile_outputs: Path, root: Path) -> None:
    book = openpyxl.load_workbook(hostile_outputs / "league.xlsx")
    kinds = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row if c.value}
    assert kinds <= {"s", "n"}
    links = [c.hyperlink for sheet in book for row in sheet.iter_rows() for c in row]
    assert not any(link and link.target for link in links)  # the contents lead to other sheets
    (copy,) = (hostile_outputs / "returned").glob("934*.xlsx")
    received = openpyxl.load_workbook(
        root / "data/raw/haugiang-2022/2022-Q4/934-huyen-phung-hiep.xlsx"
    )
    formulas = {c.value for s in received for r in s.iter_rows() for c in r if c.data_type == "f"}
    returned = openpyxl.load_workbook(copy)
    for sheet in returned:
        for cell in (c for row in sheet.iter_rows() for c in row):
            assert cell.data_type != "f" or cell.value in formulas, (sheet.title, cell.coordinate)
            link = cell.hyperlink
            assert link is None or (link.location and not link.target), cell.coordinate
    assert not book.vba_archive
    assert not returned.vba_archive
    with zipfile.ZipFile(copy) as archive:
        assert not [n for n in archive.namelist() if "external" in n.lower() or n.endswith(".bin")]
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))


def test_no_document_holds_a_field_or_a_link(hostile_outputs: Path) -> None:
    documents = [*hostile_outputs.rglob("*.docx")]
    assert len(documents) == 4
    for path in documents:
        document = docx.Document(str(path))
        body = document.element.body
        assert not body.xpath(".//w:hyperlink | .//w:fldSimple | .//w:object | .//w:altChunk")
        assert not body.xpath(".//w:instrText[not(contains(., 'PAGE'))]")
        outside = [r for r in document.part.rels.values() if r.is_external]
        assert not outside
        assert not set(UNSEEN) & set("".join(body.itertext()))
    (district,) = hostile_outputs.glob("district/934-*.docx")
    document = docx.Document(str(district))
    words = "\n".join(c.text for t in document.tables for row in t.rows for c in row.cells)
    for text in (TEXTS[0], TEXTS[3], TEXTS[6], TEXTS[8]):
        assert text in words


def test_no_pdf_holds_an_action(hostile_outputs: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine")
    prints = [*hostile_outputs.rglob("*.pdf")]
    assert len(prints) == 4
    for path in prints:
        assert actions_in(path) == [], path.name
    (district,) = hostile_outputs.glob("district/934-*.pdf")
    # as it was written, cell after cell: read line by line, cells of a row would be mixed
    done = subprocess.run(["pdftotext", "-raw", district, "-"], capture_output=True, check=True)
    text = "".join(done.stdout.decode().split())
    for expected in (TEXTS[0], TEXTS[3], TEXTS[6]):
        assert "".join(expected.split()) in text


def test_notebooks_hold_it_escaped(hostile_outputs: Path) -> None:
    notebooks = [*hostile_outputs.glob("notebooks/*.ipynb")]
    assert len(notebooks) == 4
    for path in notebooks:
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                assert set(output.get("data", {})) <= {"text/html", "text/plain"}
                shown = "".join(output.get("data", {}).get("text/html", ""))
                if not shown.strip():
                    continue
                tree = html.fragment_fromstring(shown, create_parent="div")
                assert not tree.xpath(".//script | .//img | .//a[contains(@href, ':')]"), path.name
                names = {name for element in tree.iter() for name in element.attrib}
                assert not {name for name in names if name.startswith("on")}


def test_no_data_file_holds_a_formula(hostile_outputs: Path) -> None:
    """However a spreadsheet parts the fields: by commas, or by semicolons as in Viet Nam."""
    files = [*(hostile_outputs / "data").glob("*.csv")]
    assert len(files) >= 6
    arrived = ""
    for path in files:
        text = path.read_text("utf-8-sig")
        arrived += text
        rows = [*csv.reader(text.splitlines(), delimiter=",")]
        by_semicolon = (re.split("[;\t]", line) for line in text.splitlines())
        for field in (f for row in (*rows, *by_semicolon) for f in row):
            if re.match(r"\s*[=+@\-]", field):
                float(field)  # nothing but a number begins so
    assert "'=HYPERLINK" in arrived
    assert "x;'=1+1" in arrived


def test_verification_proves_these_pages_too(
    hostile_outputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = hostile_outputs.parents[2]
    arguments = ["--raw", str(base / "raw"), "--out", str(base / "out")]
    assert run(["verify", "2022-Q4", *arguments]) == 0, capsys.readouterr()
