"""JupyterLab as an analyst meets it: a real browser opens every notebook of a copied project, runs
all cells, chooses another district, and nothing is asked of any other machine.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

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
    project = tmp_path_factory.mktemp("lab") / "Dự án của tôi"
    for part in ("data", "notebooks", "docs"):
        shutil.copytree(root / part, project / part)
    settings = tmp_path_factory.mktemp("jupyter")
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
            [sys.executable, "-m", "dxkit", "lab", "--", *options],
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
    assert code == 0, said
    assert "Traceback" not in said


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
        "window-size=1500,3000", f"user-data-dir={tmp_path_factory.mktemp('chromium')}",
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

    return wait_for(finished, 120, f"{name} to run")


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
    if folder := os.environ.get("DXKIT_PICTURES"):
        browser.execute_script("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
        time.sleep(2)
        browser.save_screenshot(f"{folder}/lab-{name}.png")


def test_another_district_changes_table_and_chart(lab, browser: Any) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import Select

    port, _, _ = lab
    open_and_run(browser, port, "explore_initiatives")

    def shown() -> tuple[str, str]:
        text = browser.execute_script(
            "return document.querySelector('.widget-html-content .dxkit table')?.innerText ?? ''"
        )
        charts = "return [...document.querySelectorAll('.widget-html-content svg')]"
        return text, browser.execute_script(charts + ".map(s => s.outerHTML).join()")

    table, charts = wait_for(lambda: all(shown()) and shown(), 60, "the widgets")
    assert "Huyện Phụng Hiệp" in table
    chooser = Select(browser.find_element(By.CSS_SELECTOR, ".dxkit-district select"))
    chooser.select_by_visible_text("Huyện Châu Thành A")
    wait_for(lambda: shown()[0] != table and shown()[1] != charts, 60, "table and chart to follow")
    assert "Huyện Châu Thành A" in shown()[0]
    assert "Huyện Phụng Hiệp" not in shown()[0]
    search = browser.find_element(By.CSS_SELECTOR, ".dxkit-search input")
    before = shown()[0]
    search.send_keys("thanh xuan\n")
    wait_for(lambda: shown()[0] != before, 60, "the search")
    assert hosts_asked(browser) == {"127.0.0.1"}


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


def test_a_report_looks_like_its_page(lab, browser: Any) -> None:
    port, _, _ = lab
    open_and_run(browser, port, "quarterly_report")
    cells = "return [...document.querySelectorAll('.jp-RenderedHTML .table td')]"
    aligned = ".map(c => [c.className, getComputedStyle(c).textAlign])"
    found = wait_for(lambda: browser.execute_script(cells + aligned), 60, "a table")
    assert {align for kind, align in found if kind == "number"} == {"right"}
    assert {align for kind, align in found if kind != "number"} == {"left"}


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
