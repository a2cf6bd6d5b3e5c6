"""JupyterLab as an analyst meets it: a real browser opens every notebook of a copied project, runs
all cells, chooses another district, and nothing is asked of any other machine.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from hostile_workbooks import TEXTS

from tests.end_to_end.hostile_province import HostileProvince, arrived
from tests.end_to_end.tiny_province import CAMPAIGN

TOKEN = "a-token-of-the-test"
pytestmark = [
    pytest.mark.full,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module", autouse=True)
def only_whole(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--full"):
        pytest.skip("JupyterLab in a browser takes two minutes: part of --full")
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        pytest.skip("no chromium with chromedriver on this machine")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def lab(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, Path]]:
    """Port and process of ``dxkit lab`` in a copy of the project, whose name has blanks and
    accents.
    """
    project = copy_of(root, tmp_path_factory.mktemp("lab") / "Dự án của tôi")
    add_hostile_campaign(root, project, tmp_path_factory.mktemp("hostile"))
    command = ["dxkit", "lab", "--"]
    assert (yield from started(command, project, tmp_path_factory.mktemp("jupyter"))) == 0


@pytest.fixture(scope="module")
def plain(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, Path]]:
    """The same of JupyterLab as it comes."""
    project = copy_of(root, tmp_path_factory.mktemp("plain") / "project")
    command = ["jupyterlab", "--ip=127.0.0.1", "--LabApp.news_url="]
    yield from started(command, project, tmp_path_factory.mktemp("jupyter"))


def copy_of(root: Path, project: Path) -> Path:
    for part in ("data", "notebooks", "docs"):
        shutil.copytree(root / part, project / part)
    return project


def started(
    command: list[str], project: Path, settings: Path
) -> Generator[tuple[int, int, Path], None, int]:
    """Port, process and project of a JupyterLab; then its exit code."""
    port = free_port()
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(settings / "config"),
        "JUPYTER_DATA_DIR": str(settings / "data"),
        "JUPYTER_RUNTIME_DIR": str(settings / "runtime"),
    }
    options = [
        "--no-browser", f"--port={port}", f"--IdentityProvider.token={TOKEN}",
        "--LabApp.expose_app_in_browser=True", "--allow-root",
    ]  # fmt: skip
    with (settings / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, *options],
            cwd=project, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(lambda: _listens(port), 60, "JupyterLab to listen")
        yield port, process.pid, project
    finally:
        end = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < end:
            os.killpg(process.pid, signal.SIGINT)  # as Ctrl+C in a terminal, twice to mean it
            time.sleep(1)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait(30)
    said = (settings / "log").read_text("utf-8")
    assert "Traceback" not in said
    return code


def add_hostile_campaign(root: Path, project: Path, scratch: Path) -> None:
    """The campaign ``hostile`` beside the shipped ones, and notebooks about it."""
    HostileProvince(0).write(root, scratch)
    for kind in ("campaigns", "raw"):
        shutil.copytree(scratch / "data" / kind / CAMPAIGN, project / "data" / kind / "hostile")
    plan = project / "data/campaigns/hostile/campaign.toml"
    plan.write_text(
        plan.read_text("utf-8").replace(f'id = "{CAMPAIGN}"', 'id = "hostile"'), "utf-8"
    )
    for name in ("explore_initiatives", "data_quality"):
        text = (project / f"notebooks/{name}.ipynb").read_text("utf-8")
        about = text.replace(f'\\"{CAMPAIGN}\\"', '\\"hostile\\"')
        assert about != text
        (project / f"notebooks/hostile_{name}.ipynb").write_text(about, "utf-8")


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def wait_for(happened: Callable[[], Any], seconds: float, what: str) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := happened():
            return found
        time.sleep(0.3)
    raise AssertionError(f"waited {seconds} s for {what}")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for argument in (
        "headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
        "disable-background-networking", "disable-component-update", "disable-sync",
        "window-size=1500,6500", f"user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):  # fmt: skip
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


OUTPUTS = """
const widget = window.jupyterapp?.shell.currentWidget;
if (!widget?.content?.model?.cells || !widget.context.isReady) return null;
return Array.from(widget.content.model.cells).filter(c => c.type === 'code').map(c => c.toJSON());
"""
RUN_ALL = "window.jupyterapp.commands.execute('notebook:run-all-cells')"


def open_and_run(browser: Any, port: int, name: str) -> list[dict[str, Any]]:
    """Open a notebook, Run All, and give its cells once all have run."""
    browser.get(f"http://127.0.0.1:{port}/lab/tree/notebooks/{name}.ipynb?reset&token={TOKEN}")
    wait_for(lambda: browser.execute_script(OUTPUTS), 60, f"{name} to open")
    ready = "return window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status"
    wait_for(lambda: browser.execute_script(ready) == "idle", 60, "the kernel")
    browser.execute_script(RUN_ALL)

    def finished() -> list[dict[str, Any]] | None:
        cells = browser.execute_script(OUTPUTS)
        ran = all(cell["execution_count"] for cell in cells)
        return cells if ran and browser.execute_script(ready) == "idle" else None

    return wait_for(finished, 300, f"{name} to run")


def hosts_asked(browser: Any) -> set[str]:
    """The hosts of all requests the browser has made since last asked."""
    found = set()
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            address = message["params"]["request"]["url"]
            if not address.startswith(("data:", "blob:", "chrome:", "devtools:")):
                found.add(address.split("/")[2].split(":")[0])
    return found


def addresses_connected(pid: int) -> set[str]:
    """The addresses to which the server and its kernels hold connections."""
    first = psutil.Process(pid)
    processes = [first, *first.children(recursive=True)]
    return {c.raddr.ip for p in processes for c in p.net_connections("inet") if c.raddr}


@pytest.mark.parametrize(
    "name",
    ["start_here", "data_quality", "explore_initiatives", "quarterly_report", "province_overview"],
)
def test_every_notebook_runs(lab: tuple[int, int, Path], browser: Any, name: str) -> None:
    port, pid, _ = lab
    cells = open_and_run(browser, port, name)
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert not [o for o in outputs if o["output_type"] in ("error", "stream")]
    assert len(outputs) >= 2
    assert all("text/html" in o["data"] for o in outputs)
    assert hosts_asked(browser) == {"127.0.0.1"}
    assert addresses_connected(pid) <= {"127.0.0.1", "::1"}
    take_picture(browser, name)


class Widgets:
    """The widgets of an open notebook, as a hand at the mouse and the keyboard has them."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def js(self, script: str, *values: Any) -> Any:
        return self.browser.execute_script(script, *values)

    def options(self, name: str) -> list[str]:
        found = "return [...document.querySelectorAll(`.dxkit-${arguments[0]} option`)]"
        return self.js(found + ".map(o => o.text.replaceAll('\u00a0', ' '))", name)

    def chosen(self, name: str) -> str:
        find = """const s = document.querySelector(
          `.dxkit-${arguments[0]} select, .dxkit-${arguments[0]} input`);
        return (s.selectedOptions ? s.selectedOptions[0].text : s.value)
          .replaceAll("\u00a0", " ");"""
        return self.js(find, name)

    def choose(self, name: str, text: str) -> None:
        change = """const s = document.querySelector(`.dxkit-${arguments[0]} select`);
        const texts = [...s.options].map(o => o.text.replaceAll("\u00a0", " "));
        s.selectedIndex = texts.indexOf(arguments[1]);
        if (s.selectedIndex < 0) throw Error(arguments[1]);
        s.dispatchEvent(new Event("change", {bubbles: true}));"""
        self.js(change, name, text)
        self.settle()

    def type(self, name: str, text: str) -> None:
        change = """const s = document.querySelector(`.dxkit-${arguments[0]} input`);
        s.value = arguments[1];
        for (const kind of ["input", "change"]) s.dispatchEvent(new Event(kind, {bubbles: true}));
        """
        self.js(change, name, text)
        self.settle()

    def press(self, label: str) -> None:
        find = "const b = [...document.querySelectorAll('.jupyter-button, .dt-button')]"
        self.js(find + ".find(b => b.innerText.trim() === arguments[0]); b.click()", label)
        self.settle()

    def run(self, code: str) -> None:
        """Run code in the kernel, as a cell does, and wait for its end."""
        kernel = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
        ended = ".done.then(() => arguments[1]())"
        self.browser.set_script_timeout(300)
        self.browser.execute_async_script(
            f"{kernel}.requestExecute({{code: arguments[0]}}){ended}", code
        )

    def settle(self) -> None:
        """Wait until the kernel has done what the widgets asked; a second request of a widget is
        sent after the first was answered.
        """
        for _ in range(3):
            self.run("0")

    def shown(self, start: str) -> str:
        """The text of the section whose heading begins so."""
        find = """const boxes = [...document.querySelectorAll(".jp-OutputArea-output .dxkit")];
        const box = boxes.find(b => b.querySelector("h2")?.innerText.startsWith(arguments[0]));
        return box ? box.innerHTML : "";"""
        return self.js(find, start)

    def rows(self) -> list[str]:
        found = "return [...document.querySelectorAll('table.dataTable tbody tr')]"
        return self.js(found + ".map(r => r.innerText)")

    def until(self, happened: Callable[[], Any], what: str) -> Any:
        return wait_for(happened, 60, what)


ALL = "(tất cả)"


def test_every_widget_of_initiatives(lab: tuple[int, int, Path], browser: Any) -> None:
    port, _, project = lab
    open_and_run(browser, port, "explore_initiatives")
    page = Widgets(browser)
    page.settle()
    page.until(lambda: len(page.rows()) > 5 and page.shown("Ở đâu"), "the widgets")
    # each choice: the table follows, and the other choices offer what is left
    names = page.options("name")
    total = "return document.querySelector('.dt-info')?.innerText ?? ''"
    everything = page.js(total)
    page.choose("district", "Huyện Châu Thành A")
    page.until(
        lambda: page.rows() and all("Châu Thành A" in row for row in page.rows()),
        "the table to follow the district",
    )
    assert len(page.options("name")) < len(names)
    page.choose("beside", "Thành phố Vị Thanh")
    page.until(lambda: "Vị Thanh" in page.shown("Hai địa bàn"), "the districts side by side")
    for choice, number in (("period", 1), ("field", 1), ("name", 1), ("indicator", 2)):
        before = page.js(total), page.rows(), page.shown("Lưu lại")
        page.choose(choice, page.options(choice)[number])
        page.until(
            lambda b=before: (page.js(total), page.rows(), page.shown("Lưu lại")) != b, choice
        )
        page.choose(choice, ALL)
        page.until(lambda c=choice: f"{c}=" not in page.shown("Lưu lại"), choice)
    before = page.rows()
    page.choose("sort", "Tên")
    page.until(lambda: page.rows() != before, "another order")
    page.type("search", "thanh xuan")
    page.until(lambda: "search=thanh+xuan" in page.shown("Lưu lại"), "the search")
    # chosen in code, the widgets move
    page.run("explorer.choose(search='', district='', beside='', indicator='cashless')")
    page.until(lambda: page.chosen("district") == ALL, "the widget to move")
    assert (page.chosen("search"), page.chosen("beside")) == ("", ALL)
    # the table itself: search, order, and what its buttons make
    page.until(lambda: page.js(total) == everything, "the whole table")
    page.js(
        """const s = document.querySelector(".dt-search input"); s.value = "QR";
        s.dispatchEvent(new Event("input", {bubbles: true}))"""
    )
    page.until(lambda: all("QR" in row for row in page.rows()), "the table's own search")
    page.js("document.querySelector('table.dataTable thead th .dt-column-order')?.click()")
    assert {"Sao chép", "Excel"} <= set(
        page.js("return [...document.querySelectorAll('.dt-button')].map(b => b.innerText.trim())")
    )
    # what is picked in one section is marked in all
    timeline, where = page.shown("Dòng thời gian"), page.shown("Ở đâu")
    page.js(
        """const rows = [...document.querySelectorAll("table.dataTable tbody tr")];
        rows.find(r => r.innerText.includes("Xã ")).querySelector("td").click()"""
    )
    page.until(lambda: page.shown("Dòng thời gian") != timeline, "the timeline to mark the row")
    page.until(lambda: page.shown("Ở đâu") != where, "the map to mark the row")
    selected = "return document.querySelectorAll('table.dataTable tr.selected').length"
    page.run("explorer.pick([])")
    page.until(lambda: page.js(selected) == 0, "nothing to be picked")
    click = """const boxes = [...document.querySelectorAll(".jp-OutputArea-output .dxkit")];
    const box = boxes.find(b => b.querySelector("h2")?.innerText.startsWith(arguments[0]));
    const marks = [...box.querySelectorAll("[data-pick]")];
    marks.sort((a, b) => b.dataset.pick.length - a.dataset.pick.length);
    marks[0].querySelector("path").dispatchEvent(new MouseEvent("click", {bubbles: true}));"""
    for section, other in (("Ở đâu", "Dòng thời gian"), ("Dòng thời gian", "Ở đâu")):
        before = page.shown(other)
        page.js(click, section)
        page.until(lambda o=other, b=before: page.shown(o) != b, f"{other} to follow {section}")
        page.run("explorer.pick([])")
        page.until(lambda o=other, b=before: page.shown(o) == b, "nothing to be picked")
    # saved
    for label, suffix in (("Lưu bảng (Excel)", "xlsx"), ("Lưu thẻ (HTML)", "html"),
                          ("Lưu lựa chọn (sổ tay)", "ipynb")):  # fmt: skip
        page.press(label)
        page.until(lambda s=suffix: [*project.glob(f"outputs/*/explore/*.{s}")], label)
    assert hosts_asked(browser) == {"127.0.0.1"}
    take_picture(browser, "explore")


def test_every_widget_of_quality(lab: tuple[int, int, Path], browser: Any) -> None:
    port, _, project = lab
    open_and_run(browser, port, "data_quality")
    page = Widgets(browser)
    record = project / "data/campaigns/haugiang-2022/corrections.csv"
    decisions = record.with_name("explanations.csv")
    page.until(lambda: page.options("cell"), "the form")
    for choice, text in (("severity", None), ("rule", None), ("sender", "Huyện Châu Thành A")):
        before = page.shown("Từng phát hiện")
        page.choose(choice, text or page.options(choice)[1])
        page.until(lambda b=before: page.shown("Từng phát hiện") != b, choice)
        if text:
            assert "Châu Thành A" in page.shown("Số liệu đã có")
            assert page.shown("Số liệu đã có").count("<tr>") > 8  # the communes of the district
        page.choose(choice, ALL)
        page.until(lambda b=before: page.shown("Từng phát hiện") == b, choice)
    cells = page.options("cell")
    page.choose("cell", cells[1])
    place = cells[1].partition(" – ")[0]
    page.until(lambda: page.chosen("cell") == cells[1], "the cell")
    time.sleep(2)
    told = "return document.querySelector('.dxkit-told')?.innerText ?? ''"
    page.press("Ghi bản sửa")
    page.until(lambda: "Chưa ghi: ô đã ghi đúng như vậy" in page.js(told), "why not")
    page.type("reason", "gọi điện hỏi lại")
    page.type("name", "Lê A")
    page.press("Chấp nhận giải trình")
    page.until(lambda: "Chưa ghi" not in page.js(told), "an answer")
    assert page.js(told).startswith("Đã ghi nhận"), page.js(told)
    row = decisions.read_text("utf-8-sig").splitlines()[-1]
    assert row.endswith(f"gọi điện hỏi lại,accepted,Lê A,{datetime.date.today().isoformat()},")
    page.until(lambda: place.split(" › ")[0] in page.shown("Sửa số liệu"), "the record")
    page.choose("cell", next(c for c in cells if not c.startswith(place)))
    time.sleep(2)
    page.type("corrected", "123")
    page.type("reason", "theo văn bản")
    page.press("Ghi bản sửa")
    page.until(lambda: ",123,theo văn bản,Lê A," in record.read_text("utf-8-sig"), "the correction")
    assert len(record.read_text("utf-8-sig").splitlines()) == 2
    take_picture(browser, "quality")


def test_hostile_texts_in_widgets_are_texts(lab: tuple[int, int, Path], browser: Any) -> None:
    """Every option chosen, every field filled with every text, everything clicked."""
    port, _, _ = lab
    inert = """const within = s => [...document.querySelectorAll(`.jp-OutputArea-output ${s}`)];
      return [window.ran ?? 0, ...["script", "iframe", "object", "embed", "form", "base",
        "img:not([src^='data:image/png'])", "a[href^='javascript']"].map(s => within(s).length),
        within("*").filter(e => [...e.attributes].some(a => a.name.startsWith("on"))).length]"""
    stirred = """document.querySelectorAll(".jp-OutputArea-output *").forEach(e => {
      for (const kind of ["mouseover", "focusin"])
        e.dispatchEvent(new MouseEvent(kind, {bubbles: true}));
    })"""
    found: dict[str, set[int]] = {}
    typed = 0
    for name, choices in (("explore_initiatives", ("period", "field", "name", "sort")),
                          ("data_quality", ("rule", "severity", "sender", "cell"))):  # fmt: skip
        open_and_run(browser, port, f"hostile_{name}")
        page = Widgets(browser)
        page.until(lambda p=page, c=choices: p.options(c[1]), name)
        if name == "explore_initiatives":
            page.run("explorer.choose(indicator='')")
        page.js("document.querySelectorAll('.dxkit details').forEach(d => d.open = true)")
        time.sleep(3)
        everything = "return document.querySelector('.jp-Notebook').textContent + [...document"
        found[name] = arrived(page.js(everything + ".querySelectorAll('option')].map(o => o.text)"))
        for choice in choices:
            for text in page.options(choice)[:12]:
                page.choose(choice, text)
            if choice != "cell":
                page.choose(choice, page.options(choice)[0])
        fields = ("search",) if name == "explore_initiatives" else ("corrected", "reason", "name")
        for text in TEXTS:
            for field in fields:
                page.type(field, text[:2000])
                typed += 1
            if "reason" in fields:
                page.press("Ghi bản sửa")
        time.sleep(3)
        page.js(stirred)
        assert page.js(inert) == [0] * 10, name
    print("\nwidgets: " + ", ".join(f"{len(f)} injections seen in {n}" for n, f in found.items())
          + f"; {typed} typed; nothing active")  # fmt: skip
    assert min(map(len, found.values())) > 40


def take_picture(browser: Any, name: str) -> None:
    if folder := os.environ.get("DXKIT_PICTURES"):
        browser.execute_script("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
        time.sleep(2)
        browser.save_screenshot(f"{folder}/lab-{name}.png")


def test_the_start_page_leads_on(lab, browser: Any) -> None:
    port, _, _ = lab
    open_and_run(browser, port, "start_here")
    label = "return window.jupyterapp.shell.currentWidget.title.label"
    for text, name in (("Chất lượng số liệu", "data_quality.ipynb"),
                       ("Một quý ở văn phòng, từng bước", "quarter.md")):  # fmt: skip
        link = f"return [...document.querySelectorAll('.dxkit a')].find(a => a.text === '{text}')"
        wait_for(lambda link=link: browser.execute_script(link), 60, text)
        browser.execute_script(link + ".click()")
        wait_for(lambda name=name: browser.execute_script(label) == name, 60, name)
        opens = "window.jupyterapp.commands.execute('docmanager:open', {path: arguments[0]})"
        browser.execute_script(opens, "notebooks/start_here.ipynb")


COLOURS = """
const box = document.querySelectorAll(".jp-OutputArea-output .dxkit");
const colour = (of, what) => getComputedStyle(of)[what];
const seen = [...box].flatMap(b => [...b.querySelectorAll("*")]).filter(e => e.checkVisibility());
return {
  boxes: box.length,
  states: [...new Set(seen.filter(e => e.matches(".good, .bad")).map(e => colour(e, "color")))],
  ground: colour(box[0], "backgroundColor"), ink: colour(box[0], "color"),
  cells: [...new Set(seen.filter(e => e.matches("td")).map(
    e => e.matches(".number") + " " + colour(e, "textAlign")))],
  drawn: seen.filter(e => e.matches(".drawing svg")).map(e => e.getBoundingClientRect().width),
  decree: seen.filter(e => e.matches(".official")).length,
  untold: [...document.querySelectorAll(".dxkit data.fact:not([title])")].length,
  said: document.querySelector(".dxkit-unstyled")?.checkVisibility(),
  styles: document.querySelectorAll(".jp-OutputArea-output style").length,
};"""
THEME = "return window.jupyterapp.commands.execute('apputils:change-theme', {theme: arguments[0]})"
DARK = """const dark = document.body.dataset.jpThemeLight === "false";
  return dark && getComputedStyle(document.querySelector(".dxkit")).color"""


def test_a_report_looks_like_its_page_in_plain_jupyterlab(
    plain: tuple[int, int, Path], browser: Any, tmp_path: Path
) -> None:
    """Without ``dxkit lab``; light, dark, and in a notebook that is not trusted."""
    port, _, project = plain
    for name in ("quarterly_report", "province_overview"):
        open_and_run(browser, port, name)
        find = "return document.querySelectorAll('.dxkit .drawing svg').length > 0"
        wait_for(lambda f=find: browser.execute_script(f), 60, "charts")
        look = browser.execute_script(COLOURS)
        assert look["boxes"] > 8
        assert look["styles"] == 1
        assert len(look["states"]) >= 1
        assert {"true right", "false left"} <= set(look["cells"])
        assert "false right" not in look["cells"]  # as JupyterLab's own rule has it
        assert min(look["drawn"]) >= 288  # at least as wide as its words ask for
        assert (look["decree"], look["untold"], look["said"]) == (0, 0, False)
        assert look["ground"] == "rgb(255, 255, 255)"
        browser.execute_script(THEME, "JupyterLab Dark")
        light = (False, look["ink"])
        wait_for(lambda i=light: browser.execute_script(DARK) not in i, 60, "the dark")
        dark = browser.execute_script(COLOURS)
        assert dark["ground"] != look["ground"]
        assert not set(dark["states"]) & set(look["states"])
        take_picture(browser, f"{name}-dark")
        browser.execute_script(THEME, "JupyterLab Light")
        # as somebody else gets it
        browser.execute_script("return window.jupyterapp.commands.execute('docmanager:save')")
        saved = project / f"notebooks/{name}.ipynb"
        wait_for(lambda s=saved: "dxkit-unstyled" in s.read_text("utf-8"), 60, "the notebook")
        content = json.loads(saved.read_text("utf-8"))
        content["metadata"]["sent"] = "by mail"  # so that nobody has signed it
        (project / f"notebooks/sent_{name}.ipynb").write_text(json.dumps(content), "utf-8")
        address = f"http://127.0.0.1:{port}/lab/tree/notebooks/sent_{name}.ipynb"
        browser.get(f"{address}?reset&token={TOKEN}")
        shown = "return document.querySelectorAll('.dxkit').length > 8"
        wait_for(lambda s=shown: browser.execute_script(s), 60, "the notebook as sent")
        bare = browser.execute_script(COLOURS)
        assert (bare["said"], bare["styles"], bare["drawn"]) == (True, 0, [])
        assert (bare["decree"], bare["untold"]) == (0, 0)
        text = browser.execute_script("return document.querySelector('.jp-Notebook').innerText")
        assert "Độc lập" not in text
        assert '"facts"' not in text  # what the page's script reads
        take_picture(browser, f"{name}-sent")


def test_the_interface_is_vietnamese_and_quiet(lab, browser: Any) -> None:
    port, _, _ = lab
    browser.get(f"http://127.0.0.1:{port}/lab?reset&token={TOKEN}")
    menu = "return document.querySelector('#jp-MainMenu')?.innerText ?? ''"
    wait_for(lambda: "Tệp" in browser.execute_script(menu), 60, "the menu in Vietnamese")
    where = "return document.querySelector('.jp-DirListing-content')?.innerText ?? ''"
    wait_for(lambda: "notebooks" in browser.execute_script(where), 60, "the file browser")
    time.sleep(3)  # a toast would show by now
    assert (
        browser.execute_script("return document.querySelectorAll('.Toastify__toast').length") == 0
    )
