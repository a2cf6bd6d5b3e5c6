"""A real browser without a network, and checkers of accessibility and of HTML."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium by selenium; every address but files leads nowhere."""
    from selenium import webdriver

    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("no chromium and chromedriver on this machine (Debian: chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--proxy-server=127.0.0.1:9", f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield started
    started.quit()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core: the file that AXE_CORE names, or the copy in the lock."""
    named = os.environ.get("AXE_CORE")
    if named:
        return Path(named).read_text("utf-8")
    return (files("selenium_axe_python") / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def nu_checker() -> list[str]:
    """The command that checks pages with the Nu HTML checker, whose program VNU_JAR names."""
    java, jar = shutil.which("java"), os.environ.get("VNU_JAR")
    if java is None:
        pytest.skip("no Java on this machine, which the Nu HTML checker needs")
    if not jar:
        pytest.skip("the Nu HTML checker is not here: set VNU_JAR to vnu.jar (see CONTRIBUTING.md)")
    return [java, "-Xss4m", "-jar", jar, "--stdout", "--format", "json"]
