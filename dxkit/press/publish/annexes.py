"""Pages in other forms, beside them: documents, slides, messages, cards."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dxkit.period import OpenPeriod
from dxkit.press.manifest import Manifest, PageRecord, hash_of, hashes_of
from dxkit.press.publish.links import LANGUAGE
from dxkit.report.wording.language import Language, available_languages, load_language
from dxkit.workbooks.atomic import InUseError, only_writer, write_bytes
from dxkit.workbooks.processes import side_process

FORMS: Mapping[str, tuple[str, ...]] = {
    "pdf": (".pdf",),
    "docx": (".docx",),
    "pptx": (".pptx",),
    "text": (".zalo.txt", ".sms.txt", ".loudspeaker.txt"),
    "card": (".a4.svg", ".a4.png", ".phone.svg", ".phone.png"),
}
"""The forms that a page is also made in, each with how the names of its files beside the page end.
"""
_FORM_OF = {suffix: form for form, suffixes in FORMS.items() for suffix in suffixes}
SUFFIXES = tuple(_FORM_OF)
NO_MESSAGE = "no_message"
"""Why there is no message of a channel: no sentence is short enough."""


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
    """For each page that is there the forms of these ``kinds``, and those whose addresses are in
    ``again``. ``pages`` goes by unit code.

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
                if form_of(target.name) in kinds or target.relative_to(folder).as_posix() in again
            )
        reasons = write_documents(opened, wanted)
        names = [target.relative_to(folder).as_posix() for _, _, target in wanted]
        annexes = [Annex(n, form_of(n), r) for n, r in zip(names, reasons, strict=True)]
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


def form_of(name: str) -> str:
    """Which of the ``FORMS`` a file is, by its name; nothing where it is none."""
    return next((_FORM_OF[suffix] for suffix in SUFFIXES if name.endswith(suffix)), "")


def page_language(page: Path) -> Language:
    """That which a page is written in; Vietnamese where it does not say, or is not there."""
    try:
        found = LANGUAGE.search(page.read_text("utf-8", "replace")[:500])
    except OSError:
        found = None
    code = found[1] if found else ""
    return load_language(code if code in available_languages() else "vi")


def _content(opened: OpenPeriod, unit: str, page: Path, target: Path) -> bytes:
    from dxkit.press.publish.card import card_of
    from dxkit.press.publish.document_composition import compose
    from dxkit.press.publish.document_writers import pdf_of, word_of
    from dxkit.press.publish.messages import message_of
    from dxkit.press.publish.slides import talk_of
    from dxkit.press.publish.slides_file import slides_of

    match form_of(target.name):
        case "pdf":
            return pdf_of(compose(page, opened, unit))
        case "docx":
            return word_of(compose(page, opened, unit))
        case "pptx":
            return slides_of(talk_of(opened, unit, page_language(page).code))
        case "card":
            size, kind = (suffix[1:] for suffix in target.suffixes[-2:])
            return card_of(size, kind, opened, unit, page_language(page))
    channel = target.suffixes[-2][1:]
    return (message_of(channel, opened, unit, page_language(page)) + "\n").encode()


def _written(opened: OpenPeriod, unit: str, page: Path, target: Path) -> str:
    from dxkit.press.publish.messages import NoMessageError

    try:
        content = _content(opened, unit, page, target)
    except NoMessageError:
        return NO_MESSAGE
    except Exception as error:  # what no document can be made of, or the compiler does not take
        return f"{type(error).__name__}: {error}"
    try:
        write_bytes(target, content)
    except InUseError as error:
        return error.reason
    return ""


def damaged_annexes(manifest: Manifest, folder: Path) -> set[str]:
    """The addresses of pages in other forms that are not as they were made."""
    made = (name for name in manifest.files if form_of(name))
    return {name for name in made if hash_of(folder / name) != manifest.files[name]}
