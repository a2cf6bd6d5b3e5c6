"""What happened to the files of a period since the last check, and what nobody had asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dxkit.intake.file_cells import FileCells, FileRead
from dxkit.intake.findings import FindingFactory
from dxkit.intake.versions.differences import CellChange, Comparison, compare
from dxkit.intake.versions.history import Address, FileHistory, FindingKey, History
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding, Severity
from dxkit.model.observations import Received

MOST_ALTERED = 50
"""Cells of one sheet that are named one by one; beyond it the sheet is."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ABOUT_VERSIONS = frozenset({"cell_altered", "cells_altered", "file_superseded"})


@dataclass(frozen=True)
class Revision:
    """What happened to one file. ``unasked`` are the addresses, of those that changed, that nobody
    had asked to change; ``altered`` all such of this and earlier revisions.
    """

    file: str
    before: str  # the name it had
    comparison: Comparison
    unasked: frozenset[Address] = frozenset()
    altered: Mapping[Address, str] = field(default_factory=dict)

    @property
    def changes(self) -> tuple[CellChange, ...]:
        """The cells that changed."""
        return self.comparison.changes


def revision(history: History, file: str, sha256: str, cells: FileCells | None) -> Revision | None:
    """What happened to a file since it was last seen; None when it never was, or when what it
    said then is lost.
    """
    name = history.known_as(file, cells)
    if not name:
        return None
    known = history.files[name]
    if known.sha256 == sha256:
        return Revision(file, name, Comparison(), altered=known.altered)
    before = history.cells(known.sha256)
    if before is None or cells is None:
        return None
    return _revised(file, name, known, compare(before, cells), cells)


def _revised(
    file: str, name: str, known: FileHistory, comparison: Comparison, cells: FileCells
) -> Revision:
    asked = frozenset((comparison.sheet(sheet), cell) for sheet, cell in known.asked)
    rows = frozenset((sheet, cell.lstrip(_LETTERS)) for sheet, cell in asked)
    unasked = frozenset(
        (change.sheet, change.cell)
        for change in comparison.changes
        if not change.recalculated and not _was_asked(change, asked, rows)
    )
    altered = {
        (comparison.sheet(sheet), comparison.now_at(sheet, cell)): text
        for (sheet, cell), text in known.altered.items()
    }
    for change in comparison.changes:
        address = (change.sheet, change.cell)
        if address in unasked:
            altered.setdefault(address, change.before)
    still = {
        (sheet, cell): text
        for (sheet, cell), text in altered.items()
        if cells.sheets.get(sheet, {}).get(cell, ("", ""))[0] != text
    }
    return Revision(file, name, comparison, unasked, still)


def _was_asked(
    change: CellChange, asked: frozenset[Address], rows: frozenset[tuple[str, str]]
) -> bool:
    """Whether somebody was asked about the cell; for one that was empty, about its row, its sheet
    or its file: what was missing has come.
    """
    if (change.sheet, change.was_at or change.cell) in asked:
        return True
    if change.before:
        return False
    sheet, row = change.sheet, change.cell.lstrip(_LETTERS)
    return not rows.isdisjoint({("", ""), (sheet, ""), (sheet, row)})


def altered_cells(
    sent: Sequence[FileRead],
    files: Sequence[FileRead],
    history: History,
    checked: Callable[[FileRead], Iterable[Finding]],
) -> Iterator[Finding]:
    """Cells that changed although nobody was asked about them. ``sent`` are all files, ``files``
    the same with what other versions stand for taken out. Keeps the cells of each. ``checked`` is
    what there is to say of one file by itself.
    """
    by_hash = {file.source.sha256: file for file in sent}
    for as_sent, file in zip(sent, files, strict=True):
        name, digest, cells = file.source.name, file.source.sha256, file.cells
        if not cells.sheets or file.source.is_reply:  # who replies says what he likes
            continue
        history.keep(digest, cells)
        if file is not as_sent and not file.tables:  # another version stands for it
            continue
        found = revision(_with_original(file, by_hash, history, checked), name, digest, cells)
        finding = FindingFactory(name, "", file.source.unit_code)
        if found is not None:
            yield from _about(found, cells, finding)
        elif cells.origin is not None:
            yield finding("baseline_missing", file=cells.origin.file)


def _with_original(
    file: FileRead,
    by_hash: Mapping[str, FileRead],
    history: History,
    checked: Callable[[FileRead], Iterable[Finding]],
) -> History:
    """The history, with the file that a copy was made of when it lies beside it and no check has
    seen it yet.
    """
    origin = file.cells.origin
    original = by_hash.get(origin.sha256) if origin else None
    if origin is None or original is None or history.known_as(file.source.name, file.cells):
        return history
    asked = asked_addresses(checked(original), original.source.name)
    history.keep(origin.sha256, original.cells)
    known = FileHistory(origin.sha256, asked)
    return dataclasses.replace(history, files={**history.files, origin.file: known})


def _about(revision: Revision, cells: FileCells, finding: FindingFactory) -> Iterator[Finding]:
    by_sheet: dict[str, list[tuple[str, str]]] = {}
    for (sheet, cell), before in revision.altered.items():
        by_sheet.setdefault(sheet, []).append((cell, before))
    for sheet, altered in by_sheet.items():
        if len(altered) > MOST_ALTERED:
            yield finding("cells_altered", CellRef(revision.file, sheet), count=len(altered))
            continue
        for cell, before in altered:
            after = cells.sheets.get(sheet, {}).get(cell, ("", ""))[0]
            address = CellRef(revision.file, sheet, cell)
            yield finding("cell_altered", address, None, after, before=before, after=after)


def asked_addresses(findings: Iterable[Finding], file: str) -> frozenset[Address]:
    """What in a file findings ask somebody to look at: every cell that is named, and
    sheets and the file itself for more than a note.
    """
    return frozenset(
        (finding.address.sheet, finding.address.cell)
        for finding in findings
        if finding.address.file == file
        and (finding.address.cell or finding.severity is not Severity.NOTE)
        and finding.code not in _ABOUT_VERSIONS
    )


@dataclass(frozen=True)
class SinceLastCheck:
    """What a check says of the one before. ``first`` when there was none that is still known."""

    first: bool
    revisions: tuple[Revision, ...] = ()
    new_files: tuple[str, ...] = ()
    gone_files: tuple[str, ...] = ()
    gone: tuple[FindingKey, ...] = ()
    new: tuple[FindingKey, ...] = ()
    still: tuple[FindingKey, ...] = ()


def since_last_check(history: History, received: Received) -> SinceLastCheck:
    """The files that changed, came and went, and the findings that are gone, new or still open; of
    a period made of others nothing, as each of these has its own.
    """
    if received.parts:
        return SinceLastCheck(first=False)
    revisions, new_files = [], []
    for source in received.sources:
        known = history.files.get(source.name)
        if known is not None and known.sha256 == source.sha256:
            continue
        found = revision(history, source.name, source.sha256, history.cells(source.sha256))
        if found is None:
            new_files.append(source.name)
        else:
            revisions.append(found)
    names = {source.name for source in received.sources}
    before = [_now(key, revisions) for key in history.findings]
    now = finding_keys(received.findings)
    return SinceLastCheck(
        first=not history.files,
        revisions=tuple(revisions),
        new_files=tuple(new_files),
        gone_files=tuple(sorted(history.present - names - {r.before for r in revisions})),
        gone=tuple(key for key, new in zip(history.findings, before, strict=True)
                   if new not in set(now)),
        new=tuple(key for key in now if key not in set(before)),
        still=tuple(key for key in now if key in set(before)),
    )  # fmt: skip


def recorded(history: History, received: Received, since: SinceLastCheck) -> History:
    """The history with this check in it. A file that is gone stays known, for its mended copy."""
    revised = {revision.file: revision for revision in since.revisions}
    files = dict(history.files)
    for source in received.sources:
        known = files.get(source.name)
        altered = known.altered if known is not None and known.sha256 == source.sha256 else {}
        if source.name in revised:
            altered = revised[source.name].altered
        asked = asked_addresses(received.findings, source.name)
        files[source.name] = FileHistory(source.sha256, asked, altered)
    present = frozenset(source.name for source in received.sources)
    return History(history.folder, files, present, finding_keys(received.findings))


def finding_keys(findings: Iterable[Finding]) -> tuple[FindingKey, ...]:
    """By what findings are told from each other, those of more than a note, each once."""
    return tuple(
        dict.fromkeys(
            (f.code, f.address.file, f.address.sheet, f.address.cell, f.unit_code)
            for f in findings
            if f.severity is not Severity.NOTE
        )
    )


def _now(key: FindingKey, revisions: Iterable[Revision]) -> FindingKey:
    """Where a finding of the last check would stand now."""
    code, file, sheet, cell, unit = key
    for found in revisions:
        if found.before == file:
            now = found.comparison
            return code, found.file, now.sheet(sheet), now.now_at(sheet, cell), unit
    return key
