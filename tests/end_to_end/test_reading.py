"""How long pages are, what of them is folded, and that they hold still: in Chromium, by measure."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.unmeasured

WEAK, PARTIAL = "district/936-huyen-long-my.html", "district/934-huyen-phung-hiep.html"
PAGES = (WEAK, PARTIAL, "province.html", "index.html", "findings.html", "../index.html")
PHONE = (390, 844)


def load(browser: Any, page: Path, width: int, height: int) -> None:
    """A page in a window of that size, a phone's when it is narrow."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700},
    )
    browser.get(page.resolve().as_uri())


def printed(browser: Any) -> list[str]:
    """The text of each sheet of A4 that the page in the window is printed on."""
    from pypdf import PdfReader

    settings = {"preferCSSPageSize": True, "printBackground": True}
    content = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", settings)["data"])
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


SHIFT = """const done = arguments[0]; let sum = 0;
new PerformanceObserver(list => { for (const e of list.getEntries()) sum += e.value; })
  .observe({type: "layout-shift", buffered: true});
setTimeout(() => done(sum), 150)"""


@pytest.mark.parametrize("name", PAGES)
def test_nothing_moves_while_a_page_opens(browser: Any, outputs: Path, name: str) -> None:
    for size in (PHONE, (1200, 900)):
        load(browser, outputs / name, *size)
        assert browser.execute_async_script(SHIFT) <= 0.02, size


def test_a_shift_is_seen(browser: Any, outputs: Path) -> None:
    load(browser, outputs / WEAK, *PHONE)
    browser.execute_script("document.querySelector('nav.crumbs').style.marginTop = '500px'")
    assert browser.execute_async_script(SHIFT) > 0.1


def seen(browser: Any, selector: str) -> list[bool]:
    """Of each element whether it is rendered."""
    found = f"return [...document.querySelectorAll({selector!r})].map(e => e.checkVisibility())"
    return list(browser.execute_script(found))


@pytest.mark.parametrize("name", [WEAK, "province.html"])
def test_what_only_some_ask_for_is_folded(browser: Any, outputs: Path, name: str) -> None:
    """On a phone also what stands beside the rest; the contents in the page itself, everywhere but
    beside a wide one; in print method and cells are left out.
    """
    folds = ("nav.contents li", ".more > *", ".aside > :not(summary)", ".aside > summary")
    load(browser, outputs / name, *PHONE)
    contents, more, aside, handles = (seen(browser, fold) for fold in folds)
    assert len(contents) > 8
    assert not any(contents + aside)
    assert sum(more) == len(browser.find_elements("css selector", ".more")) >= 3  # the summaries
    assert all(handles)
    titles = browser.execute_script(
        "return [...document.querySelectorAll('.aside > summary')].map(e => e.textContent)"
    )
    assert len({*titles}) == len(titles) >= 3  # each says what it opens
    browser.find_element("css selector", ".aside > summary").send_keys("\n")
    assert seen(browser, ".aside > :not(summary)")[0]
    load(browser, outputs / name, 768, 900)
    contents, more, aside, handles = (seen(browser, fold) for fold in folds)
    assert not any(contents + handles)
    assert all(aside)
    load(browser, outputs / name, 1440, 900)
    assert all(seen(browser, folds[0]))
    text = "\n".join(printed(browser))
    assert "Hoạt động của tổ công nghệ số cộng đồng" in text
    for left_out in (
        "Cách tính điểm và xếp hạng",
        ".xlsx ›",
        "Mở phần này",
        "Trường hợp bằng điểm",
    ):
        assert left_out not in text, left_out
