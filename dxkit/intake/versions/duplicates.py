"""Several versions of one workbook in the raw folder: figures count once, and never by chance.

An office replaces a file, or puts the mended one beside it ("… (1).xlsx"). A returned copy beside
the very file it was made of takes its place. Two versions of which nobody knows which is right are
one error: cells that differ are not used.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence, Set

from dxkit.intake.file_cells import FileRead, TableRead
from dxkit.intake.findings import FindingFactory, finding
from dxkit.intake.versions.differences import compare
from dxkit.model.facts import CellRef
from dxkit.model.text import shortened

Figure = tuple[str, str, str]  # unit, period, measure

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


def _in_common(figures: Sequence[Set[Figure]]) -> list[tuple[tuple[int, int], int]]:
    """The pairs of files that report a figure both, in their order, and how many they do."""
    files: dict[Figure, list[int]] = defaultdict(list)
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


def _figures(file: FileRead) -> set[Figure]:
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
