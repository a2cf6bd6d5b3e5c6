"""What earlier checks saw of each file, so that a later one can say what changed since.

Kept in ``history.json`` beside the stored intake, with each version's cells in
``cells/<hash>.json``. Outputs may be deleted: then there is nothing to compare with, and a file
that says it is a mended copy gets a finding that says so.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dxkit.intake.file_cells import FileCells, Origin
from dxkit.workbooks.atomic import write_bytes

Address = tuple[str, str]
"""Sheet and cell; the cell is empty for the whole sheet, both for the whole file."""

FindingKey = tuple[str, str, str, str, str]
"""Code, file, sheet, cell and unit of a finding."""


@dataclass(frozen=True)
class FileHistory:
    """One file as it was last seen: its hash; the addresses that somebody was asked to look at; and
    the cells that were altered although nobody asked, with what they said before.
    """

    sha256: str
    asked: frozenset[Address] = frozenset()
    altered: Mapping[Address, str] = field(default_factory=dict)


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
