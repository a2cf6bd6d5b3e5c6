"""What earlier checks saw of each file, what happened to the files of a period since the last
check, and what nobody had asked for.

Kept in ``history.json`` beside the stored intake, with each version's cells in
``cells/<hash>.json``. Outputs may be deleted: then there is nothing to compare with, and a file
that says it is a mended copy gets a finding that says so.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dxkit.intake.differences import CellChange, Comparison, compare
from dxkit.intake.file_cells import FileCells, FileRead, Origin
from dxkit.intake.findings import FindingFactory
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding, Severity
from dxkit.model.observations import Received
from dxkit.workbooks.atomic import write_bytes

_Address = tuple[str, str]
"""Sheet and cell; the cell is empty for the whole sheet, both for the whole file."""

FindingKey = tuple[str, str, str, str, str]
"""Code, file, sheet, cell and unit of a finding."""


@dataclass(frozen=True)
class FileHistory:
    """One file as it was last seen: its hash; the addresses that somebody was asked to look at; and
    the cells that were altered although nobody asked, with what they said before.
    """

    sha256: str
    asked: frozenset[_Address] = frozenset()
    altered: Mapping[_Address, str] = field(default_factory=dict)


@dataclass(frozen=True)
class History:
    """What is known of the files of one period; which of them lay in the raw folder at the last
    check, and its findings, notes left out. ``folder`` is where it is kept, unless somebody else is
    writing there.
    """

    folder: Path
    files: Mapping[str, FileHistory] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    findings: tuple[FindingKey, ...] = ()
    may_write: bool = True

    @classmethod
    def open(cls, folder: Path, may_write: bool = True) -> History:
        """The history kept in a folder; an empty one when there is none that can be read."""
        try:
            content = json.loads((folder / "history.json").read_text("utf-8"))
            files = {name: _file_history(entry) for name, entry in content["files"].items()}
            present = frozenset(content["present"])
            findings = tuple((c, f, s, at, u) for c, f, s, at, u in content["findings"])
        except (OSError, ValueError, KeyError, TypeError):
            return cls(folder, may_write=may_write)
        return cls(folder, files, present, findings, may_write)

    def save(self, in_use: Collection[str] = ()) -> None:
        """Keep the history, and the cells of no other versions than the last of each file and those
        ``in_use``, by their hashes.
        """
        files = {
            name: {
                "sha256": entry.sha256,
                "asked": sorted(entry.asked),
                "altered": [[*address, text] for address, text in sorted(entry.altered.items())],
            }
            for name, entry in sorted(self.files.items())
        }
        content = {"files": files, "present": sorted(self.present), "findings": self.findings}
        _write(self.folder / "history.json", content)
        wanted = {f"{digest}.json" for digest in in_use}
        wanted |= {f"{entry.sha256}.json" for entry in self.files.values()}
        for path in (self.folder / "cells").glob("*.json"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)

    def copy(self, folder: Path) -> None:
        """Keep the same in another folder, unless there is nothing to keep."""
        other = replace(self, folder=folder)
        for entry in self.files.values():
            if cells := self.cells(entry.sha256):
                other.keep(entry.sha256, cells)
        if self.files:
            other.save()

    def keep(self, sha256: str, cells: FileCells) -> None:
        """Keep the cells of a version."""
        path = self._cells_file(sha256)
        if self.may_write and not path.exists():
            origin = [cells.origin.file, cells.origin.sha256] if cells.origin else None
            _write(path, {"origin": origin, "sheets": cells.sheets})

    def cells(self, sha256: str) -> FileCells | None:
        """The cells of a version, if they were kept."""
        try:
            content = json.loads(self._cells_file(sha256).read_text("utf-8"))
            sheets = {
                sheet: {at: (text, formula) for at, (text, formula) in cells.items()}
                for sheet, cells in content["sheets"].items()
            }
            return FileCells(sheets, Origin(*content["origin"]) if content["origin"] else None)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def known_as(self, file: str, cells: FileCells | None) -> str:
        """The name under which a file, or what it is a copy of, was seen; empty if never."""
        if file in self.files:
            return file
        origin = cells.origin.file if cells and cells.origin else ""
        return origin if origin in self.files else ""

    def _cells_file(self, sha256: str) -> Path:
        return self.folder / "cells" / f"{sha256}.json"


def _file_history(entry: Mapping[str, Any]) -> FileHistory:
    return FileHistory(
        entry["sha256"],
        frozenset((sheet, cell) for sheet, cell in entry["asked"]),
        {(sheet, cell): text for sheet, cell, text in entry["altered"]},
    )


def _write(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    write_bytes(path, text.encode("utf-8", "replace"))  # half a character is no letter


_MOST_ALTERED = 50
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
    unasked: frozenset[_Address] = frozenset()
    altered: Mapping[_Address, str] = field(default_factory=dict)

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
    change: CellChange, asked: frozenset[_Address], rows: frozenset[tuple[str, str]]
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
    asked = _asked_addresses(checked(original), original.source.name)
    history.keep(origin.sha256, original.cells)
    known = FileHistory(origin.sha256, asked)
    return dataclasses.replace(history, files={**history.files, origin.file: known})


def _about(revision: Revision, cells: FileCells, finding: FindingFactory) -> Iterator[Finding]:
    by_sheet: dict[str, list[tuple[str, str]]] = {}
    for (sheet, cell), before in revision.altered.items():
        by_sheet.setdefault(sheet, []).append((cell, before))
    for sheet, altered in by_sheet.items():
        if len(altered) > _MOST_ALTERED:
            yield finding("cells_altered", CellRef(revision.file, sheet), count=len(altered))
            continue
        for cell, before in altered:
            after = cells.sheets.get(sheet, {}).get(cell, ("", ""))[0]
            address = CellRef(revision.file, sheet, cell)
            yield finding("cell_altered", address, None, after, before=before, after=after)


def _asked_addresses(findings: Iterable[Finding], file: str) -> frozenset[_Address]:
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
    now = _finding_keys(received.findings)
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
        asked = _asked_addresses(received.findings, source.name)
        files[source.name] = FileHistory(source.sha256, asked, altered)
    present = frozenset(source.name for source in received.sources)
    return History(history.folder, files, present, _finding_keys(received.findings))


def _finding_keys(findings: Iterable[Finding]) -> tuple[FindingKey, ...]:
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
