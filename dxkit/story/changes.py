"""What changed since the last check, in words for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxkit.intake.changes import CellChange
from dxkit.intake.history import FindingKey
from dxkit.intake.revisions import Revision, SinceLastCheck
from dxkit.story.findings import finding_kind
from dxkit.story.messages import Language

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
        yield "  " + _cell(change, change in unasked, language)
    if len(typed) > most:
        yield "  " + say("changes.more", number=str(len(typed) - most))
    if follow:
        yield "  " + say("changes.recalculated", number=str(follow))


def _cell(change: CellChange, unasked: bool, language: Language) -> str:
    blank = language.plain("changes.blank")
    before, after = (
        f'"{_short(text)}"' if text else blank for text in (change.before, change.after)
    )
    line = f"{change.sheet}!{change.cell}: {before} → {after}"
    return f"{line} {language.plain('changes.unasked')}" if unasked else line


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _named(
    keys: Sequence[FindingKey], message: str, language: Language, most: int
) -> Iterator[str]:
    for code, file, sheet, cell, _ in keys[:most]:
        place = file + (f" › {sheet}!{cell}" if cell else f" › {sheet}" if sheet else "")
        yield "  " + language.plain(message, place=place, kind=finding_kind(code, language))
    if len(keys) > most:
        yield "  " + language.plain("changes.more_findings", number=str(len(keys) - most))
