"""Pictures of the pages for somebody to look at: outputs/pictures, with ``--full``."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PAGES = {
    "strong": "district/932-huyen-chau-thanh-a.html",
    "weak": "district/936-huyen-long-my.html",
    "data-poor": "district/934-huyen-phung-hiep.html",
    "province": "province.html",
    "index": "index.html",
    "campaign": "../index.html",
    "findings": "findings.html",
}
LOOKS = ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark"), (320, "light"))


@pytest.fixture(scope="module")
def pictures(root: Path, request: pytest.FixtureRequest) -> Path:
    if not request.config.getoption("--full"):
        pytest.skip("pictures to look at are made with --full")
    folder = root / "outputs" / "pictures"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_pictures_of_screens(browser: Any, outputs: Path, pictures: Path, name: str) -> None:
    for width, scheme in LOOKS:
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 700}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        browser.get((outputs / PAGES[name]).resolve().as_uri())
        height = browser.execute_script("return document.documentElement.scrollHeight")
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", metrics | {"height": min(height, 16_000)}
        )
        picture = pictures / f"{name}-{width}-{scheme}.png"
        assert browser.save_screenshot(str(picture))
        assert picture.stat().st_size > 20_000


@pytest.mark.parametrize("name", PAGES)
def test_pictures_of_prints(outputs: Path, pictures: Path, name: str) -> None:
    program = shutil.which("chromium")
    if program is None or shutil.which("pdftoppm") is None:
        pytest.skip("no chromium, or no pdftoppm, on this machine")
    target = pictures / f"{name}.pdf"
    page = (outputs / PAGES[name]).resolve().as_uri()
    quiet = ["--headless", "--no-sandbox", "--no-pdf-header-footer"]
    subprocess.run([program, *quiet, f"--print-to-pdf={target}", page], check=True)
    command = ["pdftoppm", "-r", "60", "-png", str(target), str(pictures / f"{name}-print")]
    subprocess.run(command, check=True)
    sheets = list(pictures.glob(f"{name}-print*.png"))
    assert 1 <= len(sheets) <= 14
