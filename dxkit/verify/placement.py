"""Placement: each observation's cell, its row and its column, read once more by another library.

At the cell must stand the text or the plain number that was taken; to its left, in its own row, the
name of its unit; above it, in its own column, a heading of its measure. What another reader cannot
judge (a name that nobody declared, a decoded legacy text, a derived count) is counted, not hidden.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dxkit.model.addresses import column_number
from dxkit.model.campaign import Campaign, Measure, MeasureKind
from dxkit.model.observations import Observation, Received
from dxkit.model.text import clean, normalise
from dxkit.verify.difference import MOVED, Difference

Sheet = Mapping[tuple[int, int], object]
"""The content of each cell by row and column; a merged cell stands wherever it reaches."""
_ADDRESS = re.compile(r"([A-Z]+)(\d+)")
_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_GROUPED = re.compile(r"\d{1,3}([.,]\d{3})+")
_HEADER_ROWS = 40
"""How far above a number its heading is looked for, and how far down a long list goes at most."""


@dataclass(frozen=True)
class Placement:
    """How many cells were ``read`` again, how many of them could not be judged whole, and which
    differ.
    """

    read: int = 0
    unjudged: int = 0
    differences: tuple[Difference, ...] = ()

    def __add__(self, other: Placement) -> Placement:
        found = (*self.differences, *other.differences)
        return Placement(self.read + other.read, self.unjudged + other.unjudged, found)


def compare_cells(campaign: Campaign, received: Received, folder: Path) -> Placement:
    """All cells behind the observations of one period, whose raw files lie in ``folder``."""
    by_file: dict[str, list[Observation]] = defaultdict(list)
    for observation in received.table.observations:
        if observation.place.cell:
            by_file[observation.place.file].append(observation)
    judge, total = _Judge(campaign, received), Placement()
    for file, observations in by_file.items():
        try:
            sheets = _READERS[Path(file).suffix.lower()](folder / file)
        except (KeyError, OSError, ValueError):  # a form or an encoding only the kit can read
            total += Placement(unjudged=len(observations))
            continue
        except Exception:  # whatever else a spoilt file makes a library raise
            total += Placement(0, 0, (Difference(file, MOVED),))
            continue
        for o in observations:
            column, row = _ADDRESS.fullmatch(o.place.cell).groups()  # type: ignore[union-attr]
            at = (int(row), column_number(column))
            verdicts = list(judge.judge(o, sheets.get(o.place.sheet, {}), *at))
            found = tuple(verdict for verdict in verdicts if isinstance(verdict, Difference))
            total += Placement(1, 0 if all(verdicts) else 1, found)
    return total


class _Judge:
    def __init__(self, campaign: Campaign, received: Received) -> None:
        self._units = received.units
        self._period = received.table.period
        self._measures = {measure.id: measure for measure in campaign.measures}
        self._named: dict[str, set[str]] = defaultdict(set)
        for unit in received.units.units:
            names = [normalise(name) for name in (unit.name, unit.bare_name, unit.code)]
            for name in (n for n in names if not n.isdigit() or len(n) > 2):  # no running number
                self._named[name].add(unit.code)
        for alias in (a for a in campaign.aliases if a.code in received.units):
            self._named[normalise(alias.alias)].add(alias.code)
        self._headings: dict[str, list[tuple[tuple[str, ...], Measure]]] = defaultdict(list)
        for measure in campaign.measures:
            for header in measure.headers:
                path = tuple(normalise(part) for part in header.split(">"))
                self._headings[measure.table].append((path, measure))

    def judge(
        self, o: Observation, sheet: Sheet, row: int, column: int
    ) -> Iterator[bool | Difference]:
        """Of the cell, its row and its column: true, that it cannot be judged, or what is wrong."""
        yield self._content(o, sheet.get((row, column)))
        yield self._row(o, sheet, row, column)
        yield self._column(o, sheet, row, column)

    def _content(self, o: Observation, content: object) -> bool | Difference:
        """Corrected cells keep the text they were received with."""
        if isinstance(content, float) and content.is_integer():
            content = int(content)
        text = "" if content is None else str(content)
        if o.value is None or not o.raw:
            return o.value is None
        number = _PLAIN.fullmatch(text.strip())
        if clean(text).casefold() != clean(o.raw).casefold():
            return self._differ(o, o.raw, text)
        if not number:
            return bool(o.correction) or not o.flag
        if o.correction or o.flag:
            return True
        readings = [float(text)]
        if isinstance(content, str) and _GROUPED.fullmatch(text.strip()):
            readings.append(float(re.sub("[.,]", "", text)))  # typed as 1.200 it may be 1200
        taken = (o.value, o.value * 100)  # a share may be typed in per cent
        if not any(abs(one - reading) < 1e-9 for one in taken for reading in readings):
            return self._differ(o, o.value, text)
        return True

    def _row(self, o: Observation, sheet: Sheet, row: int, column: int) -> bool | Difference:
        """The nearest name of a unit of its level to the left is that of its own unit."""
        own = self._units.get(o.unit_code)
        row_of_a_register = self._measures[o.measure].kind is MeasureKind.ROWS
        columns = range(column - 1, 0, -1)
        if row_of_a_register:  # it stands for the whole row
            columns = range(max((c for r, c in sheet if r == row), default=0), 0, -1)
        for at in columns:
            text = sheet.get((row, at))
            named = self._named.get(normalise(text), set()) if isinstance(text, str) else set()
            if own.code in named:
                return True
            level = {code for code in named if self._units.get(code).level == own.level}
            if level and not row_of_a_register:
                return self._differ(o, own.code, text)
        return False

    def _column(self, o: Observation, sheet: Sheet, row: int, column: int) -> bool | Difference:
        """Of the measures of its table, none but its own has its heading above."""
        measure = self._measures[o.measure]
        if measure.kind is MeasureKind.ROWS:
            return True
        texts = [sheet.get((at, column)) for at in range(1, min(row, _HEADER_ROWS))]
        said = {normalise(re.sub(r"\([^)]*\)", "", t)) for t in texts if isinstance(t, str)}
        fitting: dict[str, int] = {}
        for path, other in self._headings[measure.table]:
            if said.issuperset(path):
                fitting[other.id] = max(len(path), fitting.get(other.id, 0))
        if fitting.get(o.measure, 0) == max(fitting.values(), default=1):
            return True
        return self._differ(o, o.measure, "; ".join(fitting)) if fitting else False

    def _differ(self, o: Observation, shown: object, expected: object) -> Difference:
        return Difference(f"{self._period}/{o.place.file}", MOVED,
                          f"{o.place.sheet}!{o.place.cell}", str(shown), str(expected))  # fmt: skip


def _xlsx(path: Path) -> Mapping[str, Sheet]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    found: dict[str, dict[tuple[int, int], object]] = {}
    for sheet in book.worksheets:
        cells = (cell for row in sheet.iter_rows() for cell in row if cell.value is not None)
        found[sheet.title] = {(cell.row, cell.column): cell.value for cell in cells}
        areas = [(a.min_row, a.max_row, a.min_col, a.max_col) for a in sheet.merged_cells.ranges]
        _spread(found[sheet.title], areas)
    return found


def _xls(path: Path) -> Mapping[str, Sheet]:
    import xlrd

    book = xlrd.open_workbook(path, formatting_info=True)
    found: dict[str, dict[tuple[int, int], object]] = {}
    for sheet in book.sheets():
        found[sheet.name] = {
            (row + 1, column + 1): cell.value
            for row in range(sheet.nrows)
            for column, cell in enumerate(sheet.row(row))
            if cell.value != ""
        }
        areas = [(a + 1, b, c + 1, d) for a, b, c, d in sheet.merged_cells]
        _spread(found[sheet.name], areas)
    return found


def _spread(cells: dict[tuple[int, int], object], areas: list[tuple[int, int, int, int]]) -> None:
    for top, bottom, left, right in areas:
        if (bottom - top + 1) * (right - left + 1) < 10_000:
            content = cells.get((top, left))
            within = ((r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
            cells.update(dict.fromkeys(within, content))


def _text(path: Path, delimiters: str) -> Mapping[str, Sheet]:
    """Raises ValueError for an encoding that is not Unicode."""
    content = path.read_bytes()
    text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    read = (list(csv.reader(io.StringIO(text, newline=""), delimiter=d)) for d in delimiters)
    rows = max(read, key=lambda lines: sum(map(len, lines)))
    cells = ((r, c, text) for r, row in enumerate(rows, 1) for c, text in enumerate(row, 1))
    return {"": {(r, c): text for r, c, text in cells if text}}


_READERS: dict[str, Callable[[Path], Mapping[str, Sheet]]] = {
    ".xlsx": _xlsx,
    ".xlsm": _xlsx,
    ".xls": _xls,
    ".csv": partial(_text, delimiters=",;\t|"),
    ".txt": partial(_text, delimiters="\t;,|"),
    ".tsv": partial(_text, delimiters="\t"),
}
