"""Hostile text in every text field of a workbook shows as harmless text, and nothing runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from lxml import html

from dxkit.cli import run

HOSTILE = (
    "<script>window.ran = 1</script>",
    '"><img src=x onerror="window.ran = 2">',
    '<a href="javascript:window.ran=3" onmouseover="window.ran=4">bấm</a>',
    "</style></title></main><svg onload=window.ran=5>",
    "{{ 7*7 }} {% raw %} $x^2$ \\frac",
    "a\u202egnp.exe \u2066b\u200bc",
    "=HYPERLINK(\"http://example.com\",\"x\")",
    "+1+1", "@SUM(A1)", "-2+3",
    "漢字 \U0001f600 ꯍ",
    "x" * 10_000,
    "]]>&amp;&lt;b&gt;",
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile_outputs(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on the real workbook of one district with its text fields spoiled."""
    base = tmp_path_factory.mktemp("hostile")
    raw = base / "raw" / "haugiang-2022" / "2022-Q4"
    raw.mkdir(parents=True)
    source = root / "data/raw/haugiang-2022/2022-Q4/934-huyen-phung-hiep.xlsx"
    book = openpyxl.load_workbook(source)
    register = book["3. Mô hình, sáng kiến"]
    first = 11
    for place, text in enumerate(HOSTILE):
        for column in range(2, register.max_column + 1):
            cell = register.cell(first + place, column)
            if column == 3:  # the locality decides whose row it is: keep it readable
                cell.value = cell.value or "Xã Hòa Mỹ"
                continue
            cell.value = text
            cell.data_type = "s"
    households = book["1. Chỉ tiêu hộ"]
    hamlets = [c for (c,) in households.iter_rows(min_col=2, max_col=2)
               if isinstance(c.value, str) and c.value.startswith("Ấp")]  # fmt: skip
    for cell, text in zip(hamlets, HOSTILE, strict=False):
        cell.value = f"Ấp {text[:200]}"
    last = households.max_column
    for row, text in enumerate(HOSTILE, start=14):
        noted = households.cell(row, last)
        noted.value, noted.data_type = text, "s"
    book.save(raw / source.name)
    out = base / "out"
    arguments = ["--raw", str(base / "raw"), "--out", str(out)]
    assert (
        run(["report", "2022-Q4", "--unit", "934", "--unit", "93", "--to", "docx", *arguments]) < 2
    )
    return out / "haugiang-2022" / "2022-Q4"


def test_the_register_arrived(hostile_outputs: Path) -> None:
    text = next(hostile_outputs.glob("district/934-*.html")).read_text("utf-8")
    assert "window.ran = 1" in text
    assert "漢字" in text


def test_every_page_holds_it_as_text_only(hostile_outputs: Path) -> None:
    pages = [*hostile_outputs.rglob("*.html")]
    assert len(pages) >= 4
    for page in pages:
        text = page.read_text("utf-8")
        tree = html.fromstring(text)
        assert len(tree.findall(".//script")) == 1, page.name
        assert len(tree.findall(".//style")) == 1
        assert not tree.findall(".//img")
        attributes = {name for element in tree.iter() for name in element.attrib}
        assert not {name for name in attributes if name.startswith("on")}
        for link in tree.iter("a"):
            assert not link.get("href", "").startswith("javascript")
        unseen = set("\u202e\u2066\u200b") & set(text)
        assert not unseen or page.name == "findings.html", page.name
        assert "x" * 1000 not in text


def test_nothing_runs_in_a_browser(browser: Any, hostile_outputs: Path) -> None:
    for page in hostile_outputs.rglob("*.html"):
        browser.get_log("browser")
        browser.get(page.resolve().as_uri())
        browser.execute_script(
            "document.querySelectorAll('a, td, .raw').forEach(e =>"
            " e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})))"
        )
        assert browser.execute_script("return window.ran") is None
        assert browser.get_log("browser") == []
        for width in (320, 1200):
            browser.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 700},
            )
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_no_annex_holds_a_formula_or_a_link(hostile_outputs: Path) -> None:
    book = openpyxl.load_workbook(hostile_outputs / "league.xlsx")
    kinds = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row if c.value}
    assert kinds <= {"s", "n"}
    assert not any(c.hyperlink for sheet in book for row in sheet.iter_rows() for c in row)
    document = docx.Document(str(next(hostile_outputs.glob("district/934-*.docx"))))
    words = "\n".join(c.text for t in document.tables for row in t.rows for c in row.cells)
    assert "window.ran = 1" in words
    assert not set("\u202e\u2066\u200b") & set(words)
    assert not document.element.body.xpath(".//w:hyperlink | .//w:instrText[contains(., 'LINK')]")
