"""Pages as official documents, beside them: Word and PDF."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dxkit.period import OpenPeriod
from dxkit.press.manifest import Manifest, PageRecord, hash_of, hashes_of
from dxkit.workbooks.atomic import InUseError, only_writer, write_bytes
from dxkit.workbooks.processes import side_process

SUFFIXES = (".pdf", ".docx")
"""How the names of documents beside a page end."""


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
    again: Collection[str] = (),
) -> list[Annex]:
    """For each page that is there its PDF, its Word document, or both, and those whose addresses
    are in ``again``. ``pages`` goes by unit code.

    One that fails does not stop the others; those made are noted in the manifest. Raises BusyError.
    """
    wanted: list[tuple[str, Path, Path]] = []
    with only_writer(folder.parent):
        for unit, record in pages.items():
            page = folder / record.path
            if record.status == "failed" or not page.exists():
                continue
            targets = (page.with_suffix(suffix) for suffix in SUFFIXES)
            wanted += (
                (unit, page, target)
                for target in targets
                if target.suffix[1:] in kinds or target.relative_to(folder).as_posix() in again
            )
        reasons = write_documents(opened, wanted)
        names = [target.relative_to(folder).as_posix() for _, _, target in wanted]
        annexes = [Annex(n, n.rpartition(".")[2], r) for n, r in zip(names, reasons, strict=True)]
        manifest = Manifest.of(folder, opened.campaign.id, opened.analysis.period.id)
        manifest.files |= hashes_of(folder, [a.path for a in annexes if not a.reason])
        manifest.save(folder)
    return annexes


def write_documents(opened: OpenPeriod, wanted: Sequence[tuple[str, Path, Path]]) -> list[str]:
    """Write documents, each of a unit, from its page, to an address that says which kind it is;
    gives for each the reason why it could not be set, or nothing.

    The compiler of the PDFs starts threads, beside which later work could not fork: all is done in
    a process of its own where there can be one.
    """
    with side_process(lambda: [_written(opened, *one) for one in wanted]) as finish:
        return finish()


def _written(opened: OpenPeriod, unit: str, page: Path, target: Path) -> str:
    from dxkit.press.publish.document.composition import compose
    from dxkit.press.publish.document.pdf import pdf_of
    from dxkit.press.publish.document.word import word_of

    try:
        document = compose(page, opened, unit)
        content = (pdf_of if target.suffix == ".pdf" else word_of)(document)
    except Exception as error:  # what no document can be made of, or the compiler does not take
        return f"{type(error).__name__}: {error}"
    try:
        write_bytes(target, content)
    except InUseError as error:
        return error.reason
    return ""


def damaged_annexes(manifest: Manifest, folder: Path) -> set[str]:
    """The addresses of PDFs and documents that are not as they were made."""
    made = (name for name in manifest.files if name.endswith(SUFFIXES))
    return {name for name in made if hash_of(folder / name) != manifest.files[name]}
