"""What differs between two versions of a file, cell by cell; rows put in or taken out are told
from rows that changed.

An office replaces a file, or puts the mended one beside it ("… (1).xlsx"): figures count once, and
never by chance. A returned copy beside the very file it was made of takes its place. Two versions
of which nobody knows which is right are one error: cells that differ are not used.
"""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from dxkit.intake.file_cells import Content, FileCells, FileRead, TableRead
from dxkit.intake.findings import FindingFactory, finding
from dxkit.model.addresses import column_and_row, column_letters
from dxkit.model.facts import CellRef
from dxkit.model.text import clean, shortened
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
