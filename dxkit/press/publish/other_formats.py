"""Pages in other forms, beside them: a PDF as the browser prints it, an official Word document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dxkit.period import OpenPeriod
from dxkit.press.publish.pdf import PrintError, print_page
from dxkit.press.run.lock import only_run
from dxkit.press.run.manifest import Manifest, PageRecord, hashes_of

KINDS = ("html", "pdf", "docx")


@dataclass(frozen=True, slots=True)
class Annex:
    """One file made, or the reason why not."""

    path: str
    kind: str
    reason: str = ""


def make_annexes(
    kinds: Sequence[str],
    opened: OpenPeriod,
    pages: dict[str, PageRecord],
    folder: Path,
    language: str,
    browser: Path | None,
) -> Iterator[Annex]:
    """For each page that is there its PDF, its document, or both. ``pages`` goes by unit code.

    One that fails does not stop the others; those made are noted in the manifest. Raises BusyError.
    """
    with only_run(folder):
        made: list[str] = []
        try:
            for annex in _annexes(kinds, opened, pages, folder, language, browser):
                if not annex.reason:
                    made.append(annex.path)
                yield annex
        finally:
            manifest = Manifest.of(folder, opened.campaign.id, opened.analysis.period.id)
            manifest.files |= hashes_of(folder, made)
            manifest.save(folder)


def _annexes(
    kinds: Sequence[str],
    opened: OpenPeriod,
    pages: dict[str, PageRecord],
    folder: Path,
    language: str,
    browser: Path | None,
) -> Iterator[Annex]:
    for unit, record in pages.items():
        page = folder / record.path
        if record.status == "failed" or not page.exists():
            continue
        if "pdf" in kinds and browser is not None:
            target = page.with_suffix(".pdf")
            reason = ""
            try:
                print_page(browser, page, target)
            except PrintError as error:
                reason = str(error)
            yield Annex(target.relative_to(folder).as_posix(), "pdf", reason)
        if "docx" in kinds:
            from dxkit.press.publish.word.document import write_document

            target = page.with_suffix(".docx")
            write_document(opened, unit, language, target)
            yield Annex(target.relative_to(folder).as_posix(), "docx")
