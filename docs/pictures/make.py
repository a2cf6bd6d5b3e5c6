"""Make the pictures of the documents anew: ``python docs/pictures/make.py``.

Needs the project's environment with its tests, Chromium with its driver, LibreOffice and poppler.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
PERIOD = "2022-Q4"


def main() -> None:
    """Run the demonstration quarter and photograph what a user sees of it."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        command = [sys.executable, "-m", "dxkit", "report", PERIOD, "--out", str(out)]
        subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        results = out / "haugiang-2022" / PERIOD
        page = next(results.glob("district/932-*.html"))
        photograph(page, 900, 1250, "page")
        photograph(results / "index.html", 900, 800, "index")
        photograph(results / "findings.html", 900, 800, "findings")
        print_sheet(next(results.glob("returned/930-*.xlsx")), out)
        photograph_lab(out)


def photograph(page: Path, width: int, height: int, name: str) -> None:
    """The top of a page in a browser."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for argument in ("headless", "no-sandbox", "disable-gpu", "hide-scrollbars", "no-first-run"):
        options.add_argument(f"--{argument}")
    browser = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    try:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(page.as_uri())
        taken = page.with_suffix(".png")
        browser.save_screenshot(str(taken))
    finally:
        browser.quit()
    keep(Image.open(taken), name)


def print_sheet(workbook: Path, scratch: Path) -> None:
    """The first sheet of a workbook, as LibreOffice prints it."""
    convert = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(scratch)]
    subprocess.run([*convert, str(workbook)], check=True, capture_output=True)
    taken = scratch / "sheet"
    pages = ["pdftoppm", "-png", "-r", "100", "-singlefile", str(scratch / f"{workbook.stem}.pdf")]
    subprocess.run([*pages, str(taken)], check=True)
    sheet = Image.open(taken.with_suffix(".png")).convert("RGB")
    written = ImageChops.difference(sheet, Image.new("RGB", sheet.size, "white")).getbbox()
    keep(sheet.crop(written), "returned")


def photograph_lab(scratch: Path) -> None:
    """JupyterLab as its test in a browser sees it."""
    test = [sys.executable, "-m", "pytest", "-q", "--full", "tests/end_to_end/test_lab.py"]
    only = ["-k", "runs and explore_initiatives"]
    pictures = os.environ | {"DXKIT_PICTURES": str(scratch)}
    subprocess.run([*test, *only], cwd=ROOT, env=pictures, check=True, capture_output=True)
    taken = Image.open(scratch / "lab-explore_initiatives.png")
    left = taken.width * 19 // 100  # the list of files, with the test's own notebooks, is left out
    top = taken.crop((left, 0, taken.width, (taken.width - left) * 4 // 5))
    keep(top.resize((1000, 800), Image.Resampling.LANCZOS), "lab")


def keep(picture: Image.Image, name: str) -> None:
    """Write a picture small enough for a repository."""
    picture.convert("RGB").quantize(48).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
