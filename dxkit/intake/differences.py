"""What differs between two versions of a file, cell by cell (rows put in or taken out are told from
rows that changed), and between all that pages were made from then and now: files and, rule by rule,
the campaign's folder.

An office replaces a file, or puts the mended one beside it ("… (1).xlsx"): figures count once, and
never by chance. A returned copy beside the very file it was made of takes its place. Two versions
of which nobody knows which is right are one error: cells that differ are not used.

What pages are made from is kept in ``made_from/<digest>.json`` beside the stored intake, one file
for all pages that were made from the same.
"""

from __future__ import annotations

import csv
import dataclasses
import difflib
import hashlib
import io
import itertools
import json
import math
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from dxkit.intake.file_cells import Content, FileCells, FileRead, TableRead
from dxkit.intake.findings import FindingFactory, finding
from dxkit.model.addresses import column_and_row, column_letters
from dxkit.model.facts import CellRef
from dxkit.model.text import clean, shortened
from dxkit.workbooks.atomic import write_bytes
from dxkit.workbooks.cells import moved, written_out

_MOST_ROWS = 5_000  # that are put side by side; longer sheets are compared in place

_EMPTY: Content = ("", "")


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that reads otherwise than before. ``cell`` is where it stands now, or stood if it
    is gone; ``was_at`` where it stood, empty if it is new. ``recalculated``: its formula is the
    same, the result followed from other cells.
    """

    sheet: str
    cell: str
    was_at: str
    before: str
    after: str
    recalculated: bool = False


@dataclass(frozen=True)
class Comparison:
    """The changes, in order; what the sheets of the earlier version are called now; and for each
    sheet with rows put in or taken out, by its name now, which earlier row went where.
    """

    changes: tuple[CellChange, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def sheet(self, name: str) -> str:
        """What a sheet of the earlier version is called now."""
        return self.renamed.get(name, name)

    def now_at(self, sheet: str, cell: str) -> str:
        """Where a cell of the earlier version stands now; its old address if its row is gone."""
        rows = self.moved.get(self.sheet(sheet))
        letters = cell.rstrip("0123456789")
        if rows is None or not letters or letters == cell:
            return cell
        row = int(cell[len(letters) :])
        return f"{letters}{rows.get(row, row)}"


def compare(before: FileCells, after: FileCells) -> Comparison:
    """What differs. Sheets are matched by name; one that was renamed, by being left over."""
    changes: list[CellChange] = []
    moved: dict[str, Mapping[int, int]] = {}
    earlier, later = before.titled, after.titled
    names = dict(zip(after.sheets, after.titled, strict=True))
    only_before = [name for name in earlier if name not in later]
    only_after = [name for name in later if name not in earlier]
    one_renamed = len(only_before) == len(only_after) == 1
    renamed: dict[str, str] = {}
    called = dict(zip(earlier, before.sheets, strict=True))
    for sheet, title in names.items():
        former = only_before[0] if one_renamed and title == only_after[0] else title
        if former in earlier:
            renamed[called[former]] = sheet
        found, rows = _of_sheet(sheet, earlier.get(former, {}), later[title])
        changes += found
        if rows is not None:
            moved[sheet] = rows
    for title in only_before if not one_renamed else ():
        changes += _of_sheet(title, earlier[title], {})[0]
    return Comparison(tuple(changes), renamed, moved)


Row = Mapping[int, Content]


def _of_sheet(
    sheet: str, before: Mapping[str, Content], after: Mapping[str, Content]
) -> tuple[list[CellChange], Mapping[int, int] | None]:
    old, new = _rows(before), _rows(after)
    in_place = _changes(sheet, old, new, [(row, row) for row in sorted({*old, *new})])
    changed_rows = {column_and_row(change.cell)[1] for change in in_place}
    if len(changed_rows) < 3 or max(len(old), len(new)) > _MOST_ROWS:
        return in_place, None
    pairs = _paired(old, new)
    aligned = _changes(sheet, old, new, pairs)
    if len(aligned) >= len(in_place):
        return in_place, None
    return aligned, {was: now for was, now in pairs if was and now}


def _rows(cells: Mapping[str, Content]) -> dict[int, dict[int, Content]]:
    rows: dict[int, dict[int, Content]] = {}
    for address, content in cells.items():
        column, row = column_and_row(address)
        rows.setdefault(row, {})[column] = content
    return rows


def _paired(old: Mapping[int, Row], new: Mapping[int, Row]) -> list[tuple[int, int]]:
    """Rows of the two versions that are the same row; nought where one has none."""
    before, after = sorted(old), sorted(new)
    matcher = difflib.SequenceMatcher(
        None, [_signature(old[r]) for r in before], [_signature(new[r]) for r in after], False
    )
    pairs: list[tuple[int, int]] = []
    for _, first, last, new_first, new_last in matcher.get_opcodes():
        gone, came = before[first:last], after[new_first:new_last]
        both = min(len(gone), len(came))
        pairs += zip(gone[:both], came[:both], strict=True)
        pairs += [(row, 0) for row in gone[both:]] + [(0, row) for row in came[both:]]
    return pairs


def _signature(row: Row) -> tuple[tuple[int, str], ...]:
    """What a row says, without results of formulas."""
    return tuple((c, clean(text)) for c, (text, formula) in sorted(row.items()) if not formula)


def _changes(
    sheet: str, old: Mapping[int, Row], new: Mapping[int, Row], pairs: Iterable[tuple[int, int]]
) -> list[CellChange]:
    changes = []
    for was, now in pairs:
        before, after = old.get(was, {}), new.get(now, {})
        for column in sorted({*before, *after}):
            (text, formula) = before.get(column, _EMPTY)
            (new_text, new_formula) = after.get(column, _EMPTY)
            if _same(text, new_text):
                continue
            letters = column_letters(column)
            at, earlier = f"{letters}{now or was}", f"{letters}{was or now}"
            alone = written_out(formula, earlier)
            follows = bool(alone) and moved(alone, earlier, at) == written_out(new_formula, at)
            was_at = earlier if column in before else ""
            changes.append(CellChange(sheet, at, was_at, text, new_text, follows))
    return changes


def _same(text: str, other: str) -> bool:
    """Whether two texts say the same: blanks do not count, nor the last of a number's digits,
    which programs round when they save.
    """
    if text == other or clean(text) == clean(other):
        return True
    try:
        return math.isclose(float(text), float(other), rel_tol=1e-12)
    except ValueError:
        return False


_Figure = tuple[str, str, str]  # unit, period, measure

_ALIKE = 0.5  # of the smaller file's cells, or figures, that two versions have in common
_NAMED = 20  # cells that a finding names
_LONGEST_SHOWN = 60  # characters of a cell that a finding shows


def settled(files: Sequence[FileRead]) -> list[FileRead]:
    """The files, of which those that another one stands for say nothing but that."""
    result = list(files)
    copies = [file for file in files if file.cells.origin is not None]
    for number, file in enumerate(result):
        copy = next((c for c in copies if c is not file and _is_copy(c, file)), None)
        if copy is not None:
            result[number] = _silent(file, "file_superseded", copy)
    figures = [_figures(file) for file in result]
    for (number, later), common in _in_common(figures):
        if (
            common >= _ALIKE * min(len(figures[number]), len(figures[later]))
            and result[number].tables
            and result[later].tables
            and _common_cells(result[number], result[later]) >= _ALIKE
        ):
            result[number], result[later] = _of_two(result[number], result[later])
    return result


def _in_common(figures: Sequence[Set[_Figure]]) -> list[tuple[tuple[int, int], int]]:
    """The pairs of files that report a figure both, in their order, and how many they do."""
    files: dict[_Figure, list[int]] = defaultdict(list)
    for number, of_file in enumerate(figures):
        for figure in of_file:
            files[figure].append(number)
    pairs: Counter[tuple[int, int]] = Counter()
    for numbers, times in Counter(map(tuple, files.values())).items():
        for pair in itertools.combinations(numbers, 2):
            pairs[pair] += times
    return sorted(pairs.items())


def _is_copy(copy: FileRead, original: FileRead) -> bool:
    """Whether a file is the returned copy of another. What the mark says is not enough."""
    origin = copy.cells.origin
    return (
        origin is not None
        and origin.sha256 == original.source.sha256
        and _common_cells(copy, original) >= _ALIKE
    )


def _figures(file: FileRead) -> set[_Figure]:
    return {
        (observation.unit_code, observation.period, observation.measure)
        for table in file.tables
        for observation in table.observations
    }


def _common_cells(one: FileRead, other: FileRead) -> float:
    """The share of the smaller file's cells that read alike at the same address."""
    texts = [
        {(sheet, at, text) for sheet, cells in f.cells.titled.items() for at, (text, _) in
         cells.items()}
        for f in (one, other)
    ]  # fmt: skip
    smaller = min(len(texts[0]), len(texts[1]))
    return len(texts[0] & texts[1]) / smaller if smaller else 0.0


def _silent(file: FileRead, code: str, other: FileRead) -> FileRead:
    about = _about(file)(code, file=other.source.name)
    return dataclasses.replace(file, tables=[], findings=[about], corrected={})


def _about(file: FileRead) -> FindingFactory:
    return FindingFactory(file.source.name, "", file.source.unit_code)


def _of_two(kept: FileRead, other: FileRead) -> tuple[FileRead, FileRead]:
    """Two versions: what they agree on is used once, what they differ in is not."""
    name = kept.source.name
    differing = {
        CellRef(name, change.sheet, change.cell): change.before
        for change in compare(other.cells, kept.cells).changes
    }
    if not differing:
        return kept, _silent(other, "file_repeated", kept)
    named = [f"{address.sheet} {address.cell}".strip() for address in list(differing)[:_NAMED]]
    values = {
        "file": other.source.name,
        "count": len(differing),
        "cells": ", ".join([*named, *(["…"] if len(differing) > _NAMED else [])]),
    }
    findings = [*kept.findings, _about(kept)("file_versions_differ", **values)]
    for table in kept.tables:
        for observation in (*table.observations, *table.cumulative):
            if observation.address in differing:
                texts = (observation.raw, differing[observation.address])
                own, others = (shortened(text, _LONGEST_SHOWN) for text in texts)
                values = {"file": other.source.name, "own": own, "other": others}
                findings.append(finding("cell_versions_differ", observation, **values))
    tables = [_without(table, differing.keys()) for table in kept.tables]
    return (
        dataclasses.replace(kept, tables=tables, findings=findings),
        dataclasses.replace(other, tables=[], findings=[], corrected={}),
    )


def _without(table: TableRead, addresses: Set[CellRef]) -> TableRead:
    return dataclasses.replace(
        table,
        observations=[
            o if o.address not in addresses or o.value is None else o.refused()
            for o in table.observations
        ],
        cumulative=[o for o in table.cumulative if o.address not in addresses],
        controls=[c for c in table.controls if c.address not in addresses],
        register_rows=[
            row
            for row in table.register_rows
            if not any(address in addresses for _, address in row.addresses)
        ],
    )


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
