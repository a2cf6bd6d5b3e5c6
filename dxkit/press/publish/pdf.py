"""The reader's own browser, which prints pages as PDF."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

TIME_LIMIT = 120.0
"""Seconds that one page may take to print."""

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
          "msedge", "microsoft-edge", "brave-browser")  # fmt: skip
_PLACES = (
    r"Google\Chrome\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
    r"Chromium\Application\chrome.exe",
)
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


class PrintError(Exception):
    """The browser did not print a page."""


def find_browser() -> Path | None:
    """Chromium, Chrome or Edge: the one that DXKIT_BROWSER names, or the first found."""
    named = os.environ.get("DXKIT_BROWSER")
    if named is not None:
        return Path(named) if Path(named).is_file() else None
    return next(_found(), None)


def _found() -> Iterator[Path]:
    for name in _NAMES:
        if found := shutil.which(name):
            yield Path(found)
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        for place in _PLACES:
            path = Path(os.environ.get(variable, "")) / place
            if os.environ.get(variable) and path.is_file():
                yield path
    yield from (Path(place) for place in _MAC if Path(place).is_file())


def print_page(browser: Path, page: Path, target: Path) -> None:
    """Print one page as an A4 PDF with tags for screen readers; whole or not at all. The browser
    gets a profile of its own and no network. Raises PrintError.
    """
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    with tempfile.TemporaryDirectory(prefix="dxkit-", ignore_cleanup_errors=True) as profile:
        command = [
            str(browser), "--headless", "--disable-gpu", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--disable-quic",
            "--disable-extensions", "--proxy-server=127.0.0.1:9", "--no-pdf-header-footer",
            "--generate-pdf-document-outline", f"--user-data-dir={profile}",
            f"--print-to-pdf={scratch}", page.resolve().as_uri(),
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses its sandbox to root
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIME_LIMIT, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            scratch.unlink(missing_ok=True)
            raise PrintError(f"{page.name}: {error}") from error
    if done.returncode or not scratch.exists():
        scratch.unlink(missing_ok=True)
        raise PrintError(f"{page.name}: {browser.name} ended with {done.returncode}")
    os.replace(scratch, target)
