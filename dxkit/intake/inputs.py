"""What pages are made from, remembered so that a later run can tell what has changed since: files
and, rule by rule, the campaign's folder. It is kept in ``made_from/<digest>.json`` beside the
stored intake, one file for all pages that were made from the same.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dxkit.intake.differences import CellChange, compare
from dxkit.intake.file_cells import FileCells
from dxkit.workbooks.atomic import write_bytes

RULE_FILES = (".csv", ".toml")

_NAMES = ("id", "indicator", "measure", "condition")  # keys by which the tables of a list are told


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule that reads otherwise. ``key`` are the fields that tell a row from the others, or the
    path of a key; ``column`` the field that changed, empty for a key or a whole row.
    """

    file: str
    key: tuple[str, ...]
    column: str
    before: str
    after: str


def rule_changes(file: str, before: str, after: str) -> Iterator[RuleChange]:
    """The changes between two texts of a CSV or TOML file; one without a key when a text cannot be
    taken apart.
    """
    try:
        if file.endswith(".csv"):
            yield from _of_rows(file, _rows_of_text(before), _rows_of_text(after))
        else:
            yield from _of_keys(file, dict(_keys(before)), dict(_keys(after)))
    except (ValueError, csv.Error):
        yield RuleChange(file, (), "", "", "")


_Rows = list[dict[str, str]]


def _rows_of_text(text: str) -> _Rows:
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="")
    return [{str(name): str(value).strip() for name, value in row.items()} for row in reader]


def _of_rows(file: str, before: _Rows, after: _Rows) -> Iterator[RuleChange]:
    columns = list(dict.fromkeys(name for row in (*before, *after) for name in row))
    naming = _naming(columns, before, after)
    old, new = ({tuple(row.get(c, "") for c in naming): row for row in r} for r in (before, after))
    for key in dict.fromkeys((*old, *new)):
        if key not in old or key not in new:
            rest = (_rest(rows.get(key, {}), naming) for rows in (old, new))
            yield RuleChange(file, key, "", *rest)
            continue
        for column in columns:
            was, now = old[key].get(column, ""), new[key].get(column, "")
            if was != now:
                yield RuleChange(file, key, column, was, now)


def _naming(columns: list[str], *versions: _Rows) -> list[str]:
    """The first columns, as few as tell all rows of each version from each other: what a row is
    about stands before what it says.
    """
    for number in range(1, len(columns)):
        first = columns[:number]
        if all(
            len({tuple(row.get(c, "") for c in first) for row in rows}) == len(rows)
            for rows in versions
        ):
            return first
    return columns


def _rest(row: Mapping[str, str], naming: list[str]) -> str:
    return ", ".join(text for name, text in row.items() if name not in naming and text)


def _keys(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    yield from _flat((), tomllib.loads(text))


def _flat(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each key by its path; the tables of a list by their names, else by their number."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat((*path, name), inner)
    elif isinstance(value, list) and value and all(isinstance(inner, dict) for inner in value):
        for number, inner in enumerate(value, start=1):
            name = next((inner[name] for name in _NAMES if name in inner), number)
            yield from _flat((*path, str(name)), inner)
    else:
        yield path, ", ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _of_keys(
    file: str, before: Mapping[tuple[str, ...], str], after: Mapping[tuple[str, ...], str]
) -> Iterator[RuleChange]:
    for path in dict.fromkeys((*before, *after)):
        was, now = before.get(path, ""), after.get(path, "")
        if was != now:
            yield RuleChange(file, path, "", was, now)


_FOLDER = "made_from"


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
        path = folder / _FOLDER / f"{self.digest}.json"
        if not path.exists():
            write_bytes(path, self._text.encode("utf-8", "replace"))
        for other in path.parent.glob("*.json"):
            if other.stem not in wanted and other != path:
                other.unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path, digest: str) -> Inputs | None:
        """What was remembered under a digest, if it still is."""
        try:
            content = json.loads((folder / _FOLDER / f"{digest}.json").read_text("utf-8"))
            return cls(dict(content["files"]), dict(content["plan"]), str(content["code"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None


def files_in_use(outputs: Path) -> frozenset[str]:
    """The hashes of all files that pages in the outputs of a campaign were made from."""
    found: set[str] = set()
    for path in outputs.glob(f"*/data/{_FOLDER}/*.json"):
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
    before: Mapping[str, str], now: Mapping[str, str], cells: Callable[[str, str], FileCells | None]
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
