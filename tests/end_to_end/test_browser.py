"""The pages in a real browser: offline, quiet, at every width, with a keyboard, for everyone."""

from __future__ import annotations

import csv
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from dxkit.cli import run
from dxkit.period import OpenPeriod
from dxkit.press.publish.document_composition import compose
from dxkit.press.publish.frame import framed
from dxkit.report.report import Report

pytestmark = pytest.mark.unmeasured

PAGES = (
    "district/934-huyen-phung-hiep.html",
    "district/936-huyen-long-my.html",
    "province.html",
    "index.html",
    "findings.html",
    "../index.html",
)
WIDTHS = (320, 390, 768, 1440)


def load(browser: Any, page: Path, width: int = 1200, scheme: str = "light") -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 700},
    )
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    for kind in ("browser", "performance"):
        browser.get_log(kind)  # what an earlier page left
    browser.get(page.resolve().as_uri())


def requests_of(browser: Any) -> list[str]:
    messages = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    return [
        m["params"]["request"]["url"]
        for m in messages
        if m["method"] == "Network.requestWillBeSent"
    ]


def axe_violations(browser: Any, axe: str) -> list[tuple[str, str]]:
    """What axe-core has against the page, by WCAG 2.2 AA and its own best practices."""
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    browser.execute_script(axe)
    found = browser.execute_async_script(
        """const done = arguments[0];
        const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
        const wanted = {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]};
        axe.run(document, wanted).then(done);"""
    )
    assert len(found["passes"]) > 10
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_complains_of_nothing(
    browser: Any, outputs: Path, name: str
) -> None:
    load(browser, outputs / name)
    addresses = requests_of(browser)
    assert [a for a in addresses if not a.startswith(("file:", "data:"))] == []
    assert len([a for a in addresses if a.startswith("file:")]) == 1
    assert browser.get_log("browser") == []
    assert browser.execute_script("return document.querySelectorAll('h1').length") == 1


@pytest.mark.parametrize("name", PAGES)
def test_a_page_never_scrolls_sideways(browser: Any, outputs: Path, name: str) -> None:
    for width in WIDTHS:
        load(browser, outputs / name, width)
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, width


def heights_of_chart_text(browser: Any) -> list[tuple[str, float, str]]:
    """(chart, size of its letters in CSS pixels, text) of all that charts and heat maps show."""
    found = browser.execute_script(
        """document.querySelectorAll(".aside").forEach(d => d.open = true);
        const shown = ".drawing svg text, .heat th, .heat td, .spine td *";
        return [...document.querySelectorAll(shown)].map(e => {
          const scale = e.ownerSVGElement ? e.getScreenCTM().d : 1;
          const size = parseFloat(getComputedStyle(e).fontSize) * scale;
          return [e.closest("figure, section").id, size, e.textContent];
        })"""
    )
    return [(chart, size, text) for chart, size, text in found]


def boxes_that_scroll(browser: Any) -> list[str]:
    return list(
        browser.execute_script(
            """return [...document.querySelectorAll(".drawing, .heat .table")]
              .filter(e => e.scrollWidth > e.clientWidth).map(e => e.closest("figure").id)"""
        )
    )


WITH_CHARTS = (*PAGES[:4], "district/932-huyen-chau-thanh-a.html")


@pytest.mark.parametrize("name", WITH_CHARTS)
def test_charts_are_read_on_a_phone(browser: Any, outputs: Path, name: str) -> None:
    """No letter is under 11 px, and no chart has to be scrolled sideways."""
    for width in (320, 390):
        load(browser, outputs / name, width)
        heights = heights_of_chart_text(browser)
        assert len(heights) > 15
        assert [h for h in heights if h[1] < 11] == [], width
        assert boxes_that_scroll(browser) == [], width


def test_charts_of_another_campaign_are_read_on_a_phone(browser: Any, tmp_path: Path) -> None:
    arguments = ["report", "2009", "--campaign", "pci-2009", "--unit", "96", "--out", str(tmp_path)]
    assert run(arguments) == 0
    (page,) = tmp_path.glob("pci-2009/2009/province/96-*.html")
    for width in WIDTHS:
        load(browser, page, width)
        heights = heights_of_chart_text(browser)
        assert [h for h in heights if h[1] < 11] == [], width
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_small_letters_and_scrolling_are_seen(browser: Any, outputs: Path) -> None:
    load(browser, outputs / "province.html", 320)
    browser.execute_script(
        """document.querySelectorAll(".aside").forEach(d => d.open = true);
        document.querySelector(".drawing svg").style.cssText += ";width: 200px; min-width: 0";
        document.querySelector(".heat table").style.width = "400px" """
    )
    assert [h for h in heights_of_chart_text(browser) if h[1] < 11]
    assert boxes_that_scroll(browser) == ["chart-children"]


def test_the_first_screen_of_a_district_says_where_it_stands_and_what_to_do(
    browser: Any, outputs: Path
) -> None:
    """On a phone of 390 × 844: rank, points, targets, reward, the first task; the organiser, the
    title and the warning in a line each, and nothing hidden behind the edge.
    """
    pages = sorted((outputs / "district").glob("*.html"))
    assert len(pages) == 8
    for page in pages:
        load(browser, page, 390)
        tiles, strip, lines, ends = browser.execute_script(
            """const box = e => e.getBoundingClientRect();
            const all = s => [...document.querySelectorAll(s)];
            const seen = [...all("dl.verdict > div"), ...all("p.first, p.lacking")];
            return [
              all("dl.verdict dt").map(e => e.textContent.replaceAll("\\u00a0", " ")),
              box(document.querySelector("dl.verdict")).height,
              all(".organiser, h1, .banner").map(e => box(e).height / parseFloat(
                getComputedStyle(e).fontSize)),
              seen.map(e => box(e).bottom)
            ]"""
        )
        assert [" ".join(title.split()) for title in tiles] == [
            "Xếp hạng trong tỉnh Hậu Giang", "Điểm", "Chỉ tiêu đạt", "Đề nghị khen thưởng",
        ]  # fmt: skip
        assert strip <= 430, page.name
        assert len(lines) == 3
        assert all(line < 2.6 for line in lines), (page.name, lines)
        assert len(ends) == (6 if "934" in page.name else 5)
        assert max(ends) <= 844, page.name


SPINES = {  # of how many criteria
    "district/932-huyen-chau-thanh-a.html": 6,
    "district/934-huyen-phung-hiep.html": 6,
    "district/936-huyen-long-my.html": 6,
    "province.html": 6,
}


@pytest.mark.parametrize("name", SPINES)
def test_the_verdict_of_each_criterion_is_in_sight(browser: Any, outputs: Path, name: str) -> None:
    """With name, result and bar, without scrolling sideways; also on a page whose table has the
    column of changes like for like.
    """
    for width in (320, 390, 768, 1200, 1440):
        load(browser, outputs / name, width)
        rows = browser.execute_script(
            """return [...document.querySelectorAll(".spine tbody tr:not(.total)")].map(row =>
              [row, ...[..."summary|.of-value data|.bar|.state".split("|")].map(
                part => row.querySelector(part))].map(part => {
                const box = part.getBoundingClientRect();
                return [box.left, box.right, box.top, box.bottom];
              }))"""
        )
        assert len(rows) == SPINES[name]
        for row, *parts in rows:
            for left, right, *_ in parts:
                assert 0 <= left < right <= width, (width, parts)
            *_, bar, state = parts
            assert bar[1] - bar[0] >= 60, (width, bar)
            if width < 1000:  # a card of two lines: the verdict above the bar
                assert state[3] <= bar[2] + 2
                assert row[3] - row[2] <= 100, (width, row)


@pytest.mark.parametrize("name", SPINES)
def test_no_number_and_no_day_is_broken_over_two_lines(
    browser: Any, outputs: Path, name: str
) -> None:
    for width in (390, 768, 1200, 1440):
        load(browser, outputs / name, width)
        broken = browser.execute_script(
            """return [...document.querySelectorAll("main data.fact")].filter(number =>
              number.firstChild && number.checkVisibility()).map(number => {
                const text = document.createRange();
                text.selectNodeContents(number.firstChild);
                return [number.textContent, new Set([...text.getClientRects()].map(
                  box => Math.round(box.top))).size];
              }).filter(([, lines]) => lines > 1)"""
        )
        assert broken == [], width


def test_a_tap_on_a_name_unfolds_the_rest_of_its_card(browser: Any, outputs: Path) -> None:
    load(browser, outputs / "district/936-huyen-long-my.html", 390)
    row = browser.find_element("css selector", ".spine tbody tr")
    target = row.find_element("css selector", ".of-target")
    assert not target.is_displayed()
    assert "Tỷ lệ hồ sơ" not in row.text
    row.find_element("tag name", "summary").send_keys("\n")
    assert target.text == "50%"
    label = "return getComputedStyle(arguments[0], '::before').content"
    assert browser.execute_script(label, target).startswith('"Chỉ tiêu')
    assert "Tỷ lệ hồ sơ thủ tục hành chính nộp trực tuyến" in row.text
    for part in (".of-gap", ".of-group-value", ".of-points"):
        assert row.find_element("css selector", part).is_displayed()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser: Any, axe: str, outputs: Path, name: str) -> None:
    """Light on a screen, dark on a phone: everything unfolded."""
    for scheme, width in (("light", 1200), ("dark", 390)):
        load(browser, outputs / name, width, scheme)
        assert axe_violations(browser, axe) == [], scheme


@pytest.mark.parametrize("code", ["31459-ap-3", "31447-ap-4"])  # the longest
def test_the_page_of_a_hamlet_is_one_screen(
    browser: Any, axe: str, root: Path, periods: dict[str, OpenPeriod], tmp_path: Path, code: str
) -> None:
    """One of a desktop, two of a phone; all else is folded."""
    cells = json.loads((root / "notebooks/short_report.ipynb").read_text("utf-8"))["cells"]
    report = Report(periods["2022-Q4"], code, "vi")
    calls = ["".join(cell["source"]) for cell in cells[2:]]
    content = "".join(eval(call, {"report": report}).html for call in calls)
    page = tmp_path / "page.html"
    page.write_text(framed(content, report.title, "vi"), "utf-8")
    for width, most in ((1200, 900), (390, 2 * 844)):
        load(browser, page, width)
        told = browser.execute_script(
            "const e = document.documentElement; return [e.scrollHeight, e.scrollWidth]"
        )
        assert told[0] <= most
        assert told[1] == width
        seen = browser.find_element("css selector", "main").text
        for words in (
            "Xếp hạng trong",
            "trọng số tăng hoặc giảm",
            "Gần đạt",
            "còn thiếu",
            "xác minh",
        ):
            assert words in seen, words
        assert "Cách tính điểm" not in seen
        assert axe_violations(browser, axe) == []
    assert "Cách tính điểm" in browser.find_element("css selector", "main").text  # unfolded by axe
    commune = {"31459": "Xã Vĩnh Tường, huyện Vị Thuỷ", "31447": "Xã Vị Thuỷ, huyện Vị Thuỷ"}
    said = compose(page, periods["2022-Q4"], code).about[1].replace("\u00a0", " ")
    assert said == commune[code[:5]]


def test_axe_sees_a_mistake(browser: Any, axe: str, outputs: Path) -> None:
    load(browser, outputs / "index.html")
    browser.execute_script("document.querySelector('h1').style.color = '#eee'")
    browser.execute_script(axe)
    found = browser.execute_async_script("axe.run().then(arguments[0])")
    assert "color-contrast" in {v["id"] for v in found["violations"]}


def test_search_finds_units_with_and_without_accents(browser: Any, outputs: Path) -> None:
    load(browser, outputs / "index.html")
    field = browser.find_element("css selector", ".search input")
    visible = """return [...document.querySelectorAll("#lists tbody tr, .found li")]
        .filter(e => !e.hidden).map(e => (e.cells ? e.cells[0] : e).textContent)
        .map(text => text.replace(/\\s+/g, " "))"""
    found = "Xã Hòa Mỹ (Huyện Phụng Hiệp)"
    for typed, expected in (("hoa my", found), ("Hòa Mỹ", found), ("PHUNG", None)):
        field.clear()
        field.send_keys(typed)
        names = browser.execute_script(visible)
        assert names
        if expected:
            assert names == [expected]
        else:
            assert "Huyện Phụng Hiệp" in names
            assert "Huyện Long Mỹ" not in names
    field.clear()
    field.send_keys("không có đâu")
    assert browser.execute_script(visible) == []
    assert browser.find_element("css selector", ".search [role=status]").text


def test_tables_sort_and_totals_stay_last(browser: Any, outputs: Path) -> None:
    load(browser, outputs / "province.html")
    table = "#so-sanh-cac-don-vi ~ .aside table"
    column = (
        f"return [...document.querySelectorAll('{table} tbody tr')]"
        ".map(r => [r.cells[0].innerText, Number(r.cells[1].querySelector('data').value)])"
    )
    before = browser.execute_script(column)
    button = browser.find_elements("css selector", f"{table} th button")[1]
    button.send_keys("\n")  # by the keyboard
    after = browser.execute_script(column)
    assert after[-1] == before[-1] == ["Tỉnh\u00a0Hậu\u00a0Giang", before[-1][1]]
    assert after[:-1] == sorted(before[:-1], key=lambda row: -row[1])
    assert after != before
    heading = browser.find_elements("css selector", f"{table} th")[1]
    assert heading.get_attribute("aria-sort") == "descending"


def test_the_numbers_of_a_chart_are_saved_for_a_spreadsheet(
    browser: Any, outputs: Path, tmp_path: Path
) -> None:
    """As they stand in its table: in Vietnamese between semicolons, texts never a formula."""
    load(browser, outputs / "province.html")
    where = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    shown = browser.execute_script(
        """const folded = document.querySelector("figure details:has(table)");
        folded.open = true;
        folded.querySelector("tbody th").textContent = '=1+"2"';
        folded.querySelector(".save").click();
        return [...folded.querySelectorAll("tr")].map(r => [...r.cells].map(
          c => c.textContent.trim()))"""
    )
    end = time.monotonic() + 20
    while not (files := [*tmp_path.glob("*.csv")]) and time.monotonic() < end:
        time.sleep(0.1)
    (path,) = files
    assert path.name.startswith("chart-")
    rows = [*csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";")]
    assert rows[1][0] == "'" + shown[1][0] == '\'=1+"2"'
    rows[1][0] = shown[1][0]
    assert rows == [[text.replace("\u2212", "-") for text in row] for row in shown]


def test_a_number_tells_where_it_comes_from(browser: Any, outputs: Path) -> None:
    load(browser, outputs / "district/934-huyen-phung-hiep.html")
    fact = browser.find_element(
        "css selector", "td data[data-fact='2022-Q4/934/digital_skills/value']"
    )
    browser.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", fact
    )
    fact.click()
    box = browser.find_element("css selector", "#trace")
    for words in ("86,8%", "43.376", "49.954", "934-huyen-phung-hiep.xlsx", "chia cho"):
        assert words in box.text, words
    assert fact.get_attribute("aria-describedby") == "trace"
    browser.switch_to.active_element.send_keys("\ue00c")  # Escape
    assert not box.is_displayed()


@pytest.mark.parametrize("name", ["district/936-huyen-long-my.html", "index.html"])
def test_the_keyboard_reaches_every_control(browser: Any, outputs: Path, name: str) -> None:
    """Tab alone comes to each link, button, field, fold and scroll box, in the order of the page,
    and each shows that it has the focus.
    """
    load(browser, outputs / name)
    wanted = browser.execute_script(
        """const all = document.querySelectorAll("a, button, input, summary, [tabindex='0']");
        window.wanted = [...all].filter(e => e.checkVisibility() && e.tabIndex >= 0);
        window.met = [];
        document.addEventListener("focusin", e => {
          const look = getComputedStyle(e.target);
          window.met.push([e.target, look.outlineStyle !== "none"]);
        });
        return window.wanted.length"""
    )
    assert wanted > 15
    for _ in range(0, wanted + 5, 20):
        browser.switch_to.active_element.send_keys("\ue004" * 20)  # Tab
    missed, unseen, disordered = browser.execute_script(
        """const met = window.met.map(([e]) => e);
        const html = e => e.outerHTML.slice(0, 120);
        const first = met.slice(0, window.wanted.length);
        return [
          window.wanted.filter(e => !met.includes(e)).map(html),
          window.met.filter(([, shown]) => !shown).map(([e]) => html(e)),
          first.filter((e, n) => n && !(first[n - 1].compareDocumentPosition(e) & 4)).map(html),
        ]"""
    )
    assert (missed, unseen, disordered) == ([], [], [])


def test_the_keyboard_works_every_kind_of_control(browser: Any, outputs: Path) -> None:
    load(browser, outputs / "district/936-huyen-long-my.html")
    fold = browser.find_element("css selector", ".chart summary")
    fold.send_keys("\n")
    assert fold.find_element("xpath", "..").get_attribute("open")
    first = browser.find_element("css selector", "section data.fact[tabindex='0']")
    browser.execute_script("arguments[0].focus()", first)
    box = browser.find_element("css selector", "#trace")
    assert first.text in box.text  # the focus alone tells how it was made
    first.send_keys("\ue014")  # to the right
    here = browser.switch_to.active_element
    assert here.tag_name == "data"
    assert here != first
    assert here.get_attribute("aria-describedby") == "trace"
    skip = browser.find_element("css selector", ".skip")
    skip.send_keys("\n")
    assert browser.execute_script("return document.activeElement.id") == "main"


def test_the_table_of_a_chart_says_all_that_it_shows(browser: Any, outputs: Path) -> None:
    """What is drawn is told once: by its title, and its numbers by its table."""
    for name in ("district/934-huyen-phung-hiep.html", "province.html", "index.html"):
        load(browser, outputs / name)
        charts = browser.find_elements("css selector", ".drawing svg")
        assert charts
        numbers = 0
        for chart in charts:
            assert chart.get_attribute("aria-hidden") == "true"
            figure = chart.find_element("xpath", "ancestor::figure")
            told = figure.find_elements("css selector", "figcaption, details :is(th, td)")
            table = " ".join(e.get_attribute("textContent") for e in told)
            shown = [e.text for e in chart.find_elements("css selector", "g.fact")]
            numbers += len(shown)
            for number in shown:
                said = rf"(?<![\d,.]){re.escape(number.rstrip('%'))}(?![\d])"
                assert re.search(said, table), (figure.get_attribute("id"), number)
        assert numbers >= 8, name


def test_the_page_reads_the_same_without_script(browser: Any, outputs: Path) -> None:
    page = outputs / "district/934-huyen-phung-hiep.html"
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        load(browser, page)
        silent = browser.find_element("css selector", "main").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    load(browser, page)
    hints = browser.find_elements("css selector", ".scripted")
    spoken = browser.find_element("css selector", "main").text
    for hint in hints:
        spoken = spoken.replace(hint.text, "")
    assert silent.split() == spoken.replace("↕", "").split()


def test_every_letter_has_a_glyph(browser: Any, outputs: Path) -> None:
    """No letter of the page is drawn as the font's box for unknown letters."""
    load(browser, outputs / "district/934-huyen-phung-hiep.html")
    missing = browser.execute_script(
        """const pen = document.createElement("canvas").getContext("2d");
        const look = letter => {
          pen.canvas.width = 40; pen.canvas.height = 40;
          pen.font = "24px " + getComputedStyle(document.body).fontFamily;
          pen.fillText(letter, 4, 30);
          return pen.canvas.toDataURL();
        };
        const unknown = new Set([look("\\u{10FFFD}"), look("\\uFFFE")]);
        const letters = new Set(document.body.innerText);
        return [...letters].filter(c => c.trim() && unknown.has(look(c)))"""
    )
    assert missing == []
