"""What changed since the last check, in words for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxkit.intake.versions.differences import CellChange
from dxkit.intake.versions.history import FindingKey
from dxkit.intake.versions.revisions import Revision, SinceLastCheck
from dxkit.model.received_text import harmless
from dxkit.report.wording.findings import finding_kind
from dxkit.report.wording.language import Language

_LONGEST = 60  # characters of a cell


def changes_text(since: SinceLastCheck, language: Language, most: int) -> Iterator[str]:
    """Lines that say which cells changed, file by file, and what became of the findings; of
    each kind ``most`` are named.
    """
    say = language.plain
    if since.first:
        yield say("changes.first")
        return
    for file in since.gone_files:
        yield say("changes.file_gone", file=file)
    for file in since.new_files:
        yield say("changes.file_new", file=file)
    for revision in since.revisions:
        yield from _revision(revision, language, most)
    if not (since.revisions or since.new_files or since.gone_files):
        yield say("changes.none")
    if since.gone or since.new or since.revisions:
        numbers = {"gone": since.gone, "new": since.new, "still": since.still}
        yield say("changes.findings", **{name: str(len(keys)) for name, keys in numbers.items()})
        yield from _named(since.gone, "changes.finding_gone", language, most)
        yield from _named(since.new, "changes.finding_new", language, most)


def _revision(revision: Revision, language: Language, most: int) -> Iterator[str]:
    say = language.plain
    typed = [change for change in revision.changes if not change.recalculated]
    follow = len(revision.changes) - len(typed)
    key = "changes.file" if revision.file == revision.before else "changes.file_renamed"
    yield say(
        key,
        file=revision.file,
        before=revision.before,
        cells=str(len(typed)),
        unasked=str(len(revision.unasked)),
    )
    # What nobody asked for comes first: it is what must not be overlooked.
    unasked = [c for c in typed if (c.sheet, c.cell) in revision.unasked]
    asked = [c for c in typed if (c.sheet, c.cell) not in revision.unasked]
    for change in (*unasked, *asked)[:most]:
        line = cell_text(change, language)
        yield "  " + (f"{line} {say('changes.unasked')}" if change in unasked else line)
    if len(typed) > most:
        yield "  " + say("changes.more", number=str(len(typed) - most))
    if follow:
        yield "  " + say("changes.recalculated", number=str(follow))


def cell_text(change: CellChange, language: Language) -> str:
    """A changed cell, with what it said and says."""
    before, after = (short(text, language) for text in (change.before, change.after))
    return f"{change.sheet}!{change.cell}: {before} → {after}"


def short(text: str, language: Language) -> str:
    """What a cell or rule says, in quotation marks, cut where it is long."""
    return f'"{harmless(text, _LONGEST)}"' if text else language.plain("changes.blank")


def _named(
    keys: Sequence[FindingKey], message: str, language: Language, most: int
) -> Iterator[str]:
    for code, file, sheet, cell, _ in keys[:most]:
        place = file + (f" › {sheet}!{cell}" if cell else f" › {sheet}" if sheet else "")
        yield "  " + language.plain(message, place=place, kind=finding_kind(code, language))
    if len(keys) > most:
        yield "  " + language.plain("changes.more_findings", number=str(len(keys) - most))
