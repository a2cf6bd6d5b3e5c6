"""What pages are made from, remembered so that a later run can tell what has changed since.

Kept in ``made_from/<digest>.json`` beside the stored intake, one file for all pages that were made
from the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from dxkit.intake.versions.differences import CellChange, FileCells, compare
from dxkit.intake.versions.rule_changes import RULE_FILES, RuleChange, rule_changes
from dxkit.workbooks.atomic import write_bytes

FOLDER = "made_from"


@dataclass(frozen=True)
class Inputs:
    """``files`` are the hashes of raw files and references, by their address in the campaign's raw
    folder ("2022-Q3/930.xlsx"); ``plan`` the texts of the campaign's rules, of other files in its
    folder the hash; ``code`` a hash of the kit.
    """

    files: Mapping[str, str]
    plan: Mapping[str, str]
    code: str

    @cached_property
    def _text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, indent=0)

    @cached_property
    def digest(self) -> str:
        """A hash of it all."""
        return hashlib.sha256(self._text.encode("utf-8", "replace")).hexdigest()

    def save(self, folder: Path, wanted: Collection[str]) -> None:
        """Remember it, and no others than those whose digests are ``wanted``."""
        path = folder / FOLDER / f"{self.digest}.json"
        if not path.exists():
            write_bytes(path, self._text.encode("utf-8", "replace"))
        for other in path.parent.glob("*.json"):
            if other.stem not in wanted and other != path:
                other.unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path, digest: str) -> Inputs | None:
        """What was remembered under a digest, if it still is."""
        try:
            content = json.loads((folder / FOLDER / f"{digest}.json").read_text("utf-8"))
            return cls(dict(content["files"]), dict(content["plan"]), str(content["code"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None


def files_in_use(outputs: Path) -> frozenset[str]:
    """The hashes of all files that pages in the outputs of a campaign were made from."""
    found: set[str] = set()
    for path in outputs.glob(f"*/data/{FOLDER}/*.json"):
        inputs = Inputs.load(path.parents[1], path.stem)
        found.update(inputs.files.values() if inputs else ())
    return frozenset(found)


@dataclass(frozen=True)
class FileChange:
    """One file that is new, gone or changed. ``cells`` are those that were typed over, None when
    they are not known.
    """

    file: str
    kind: str  # new, gone, changed
    cells: tuple[CellChange, ...] | None = None


@dataclass(frozen=True)
class InputChanges:
    """What is otherwise than when pages were made. ``unknown``: of some it is not remembered."""

    files: tuple[FileChange, ...] = ()
    rules: tuple[RuleChange, ...] = ()
    code: bool = False
    unknown: bool = False

    def __add__(self, other: InputChanges) -> InputChanges:
        return InputChanges(
            tuple(dict.fromkeys((*self.files, *other.files))),
            tuple(dict.fromkeys((*self.rules, *other.rules))),
            self.code or other.code,
            self.unknown or other.unknown,
        )


def input_changes(
    before: Inputs | None, now: Inputs, cells: Callable[[str, str], FileCells | None]
) -> InputChanges:
    """What changed. ``cells`` gives what a file said in a version, by its address and hash."""
    if before is None:
        return InputChanges(unknown=True)
    rules: list[RuleChange] = []
    files = list(_files(before.files, now.files, cells))
    for change in _files(before.plan, now.plan, lambda file, text: None):
        if change.kind == "changed" and change.file.endswith(RULE_FILES):
            rules += rule_changes(change.file, before.plan[change.file], now.plan[change.file])
        else:
            files.append(change)
    return InputChanges(tuple(files), tuple(rules), before.code != now.code)


def _files(
    before: Mapping[str, str],
    now: Mapping[str, str],
    cells: Callable[[str, str], FileCells | None],
) -> Iterator[FileChange]:
    for file in sorted({*before, *now}):
        if file not in now:
            yield FileChange(file, "gone")
        elif file not in before:
            yield FileChange(file, "new")
        elif before[file] != now[file]:
            earlier, later = cells(file, before[file]), cells(file, now[file])
            typed = None
            if earlier is not None and later is not None:
                found = compare(earlier, later).changes
                typed = tuple(change for change in found if not change.recalculated)
            yield FileChange(file, "changed", typed)
