"""Pages in other forms, beside them: a PDF as the browser prints it, an official Word document."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dxkit.period import OpenPeriod
from dxkit.press.manifest import Manifest, PageRecord, hash_of, hashes_of
from dxkit.workbooks.atomic import only_writer, replacing
from dxkit.workbooks.processes import is_root, kill_group


@dataclass(frozen=True, slots=True)
class Annex:
    """One file made, or the reason why not."""

    path: str
    kind: str
    reason: str = ""


def make_annexes(
    kinds: Sequence[str],
    opened: OpenPeriod,
    pages: Mapping[str, PageRecord],
    folder: Path,
    language: str,
    browser: Path | None,
    again: Collection[str] = (),
) -> Iterator[Annex]:
    """For each page that is there its PDF, its document, or both, and those whose addresses are in
    ``again``. ``pages`` goes by unit code.

    One that fails does not stop the others; those made are noted in the manifest. Raises BusyError.
    """
    made: list[str] = []

    def annex(page: Path, kind: str, reason: str = "") -> Annex:
        name = page.with_suffix(f".{kind}").relative_to(folder).as_posix()
        if not reason:
            made.append(name)
        return Annex(name, kind, reason)

    with only_writer(folder.parent):
        try:
            for unit, record in pages.items():
                page = folder / record.path
                if record.status == "failed" or not page.exists():
                    continue
                asked = {*kinds, *(k for k in ("pdf", "docx") if annex(page, k, "?").path in again)}
                if "pdf" in asked and browser is not None:
                    try:
                        print_page(browser, page, page.with_suffix(".pdf"))
                        yield annex(page, "pdf")
                    except PrintError as error:
                        yield annex(page, "pdf", str(error))
                if "docx" in asked:
                    from dxkit.press.publish.word.document import write_document

                    write_document(opened, unit, language, page.with_suffix(".docx"))
                    yield annex(page, "docx")
        finally:
            manifest = Manifest.of(folder, opened.campaign.id, opened.analysis.period.id)
            manifest.files |= hashes_of(folder, made)
            manifest.save(folder)


def damaged_annexes(manifest: Manifest, folder: Path) -> set[str]:
    """The addresses of PDFs and documents that are not as they were made."""
    made = (name for name in manifest.files if name.endswith((".pdf", ".docx")))
    return {name for name in made if hash_of(folder / name) != manifest.files[name]}


TIME_LIMIT = 120.0
"""Seconds that one page may take to print."""

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
          "msedge", "microsoft-edge", "brave-browser")  # fmt: skip
_WINDOWS = (
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
        for inner in _WINDOWS:
            path = Path(os.environ.get(variable, "")) / inner
            if os.environ.get(variable) and path.is_file():
                yield path
    yield from (Path(app) for app in _MAC if Path(app).is_file())


def print_page(browser: Path, page: Path, target: Path) -> None:
    """Print one page as an A4 PDF with tags for screen readers; whole or not at all. The browser
    gets a profile of its own and no network. Raises PrintError.
    """
    profiles = tempfile.TemporaryDirectory(prefix="dxkit-", ignore_cleanup_errors=True)
    with replacing(target) as scratch, profiles as profile:
        command = [
            str(browser), "--headless", "--disable-gpu", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--disable-quic",
            "--disable-extensions", "--proxy-server=127.0.0.1:9", "--no-pdf-header-footer",
            "--generate-pdf-document-outline", f"--user-data-dir={profile}",
            f"--print-to-pdf={scratch}", page.resolve().as_uri(),
        ]  # fmt: skip
        if is_root():
            command.insert(1, "--no-sandbox")  # Chromium refuses its sandbox to root
        none = subprocess.DEVNULL
        try:
            process = subprocess.Popen(
                command, stdin=none, stdout=none, stderr=none, start_new_session=True
            )
        except OSError as error:
            raise PrintError(f"{page.name}: {error}") from error
        try:
            code = process.wait(TIME_LIMIT)
        except subprocess.TimeoutExpired as error:
            raise PrintError(f"{page.name}: {error}") from error
        finally:  # with all that it has started
            kill_group(process.pid)
            process.wait()
        if code or not scratch.exists():
            raise PrintError(f"{page.name}: {browser.name} ended with {code}")
