"""Placement: each observation's cell, its row and its column, read once more by another library.

At the cell must stand the text or the plain number that was taken; in its row, or above it, the
name of its unit; above it, or before it, a heading of its measure. What another reader cannot judge
(a name that nobody declared, a decoded legacy text, a derived count) is counted, not hidden.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dxkit.model.addresses import column_number
from dxkit.model.campaign import Campaign, Measure, MeasureKind
from dxkit.model.observations import Observation, Received
from dxkit.model.text import clean, normalise
from dxkit.verify.difference import MOVED, Difference

Merged = tuple[tuple[int, int], tuple[int, int]]
_ADDRESS = re.compile(r"([A-Z]+)(\d+)")
_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_NUMBER = re.compile(r"-?\d+(?:[., ]\d+)*")
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks begin, whatever their files are called; anything else is text."""
_DELIMITERS = ",;\t|"
_MOST_MERGED = 10_000
_MOST_BROKEN = 4  # texts over which the words of one label are broken


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


class Sheet:
    """What a second reader finds in a sheet, by row and column. A merged cell stands wherever it
    reaches; ``merged`` is None where the file does not tell, and a heading then reaches over the
    empty cells behind it, in rows without numbers.
    """

    def __init__(self, rows: Iterable[Iterable[object]], merged: Sequence[Merged] | None) -> None:
        cells = ((r, c, v) for r, row in enumerate(rows, 1) for c, v in enumerate(row, 1))
        self.cells = {(r, c): v for r, c, v in cells if v not in ("", None)}
        for (top, left), (bottom, right) in merged or ():  # counted from 0
            if (bottom - top) * (right - left) < _MOST_MERGED:
                rs, cs = range(top + 1, bottom + 2), range(left + 1, right + 2)
                shown = self.cells.get((top + 1, left + 1))
                self.cells |= {(r, c): shown for r in rs for c in cs if shown is not None}
        self._rows: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self._columns: dict[int, dict[int, str]] = defaultdict(dict)
        numbered = set()
        for (row, column), held in sorted(self.cells.items(), key=lambda cell: cell[0]):
            if isinstance(held, str):
                self._rows[row].append((column, held))
                self._columns[column][row] = held
            if _PLAIN.fullmatch(str(held).strip()):
                numbered.add(row)
        self._reaching = [r for r in self._rows if r not in numbered] if merged is None else []

    def before(self, row: int, column: int | None = None) -> list[str]:
        """The texts of a row before a column, or all of them, the nearest first."""
        found = self._rows.get(row, [])
        return [text for at, text in reversed(found) if column is None or at < column]

    def above(self, row: int, column: int) -> list[str]:
        """The texts above a cell, the nearest first."""
        found = {at: text for at, text in self._columns.get(column, {}).items() if at < row}
        for at in (r for r in self._reaching if r < row and (r, column) not in self.cells):
            if reaching := self.before(at, column):
                found[at] = reaching[0]
        return [found[at] for at in sorted(found, reverse=True)]


def compare_cells(campaign: Campaign, received: Received, folder: Path) -> Placement:
    """All cells behind the observations of one period, whose raw files lie in ``folder``."""
    by_file: dict[str, list[Observation]] = defaultdict(list)
    for observation in received.table.observations:
        if observation.address.cell:
            by_file[observation.address.file].append(observation)
    judge, total = _Judge(campaign, received), Placement()
    for file, observations in by_file.items():
        try:
            readings = list(_read(folder / file, {o.address.sheet for o in observations}))
        except Exception:  # what only the kit can read, and whatever a file makes a library raise
            total += Placement(unjudged=len(observations))
        else:
            placements = [judge.judge_all(observations, sheets) for sheets in readings]
            total += min(placements, key=lambda p: (len(p.differences), p.unjudged))
    return total


def _read(path: Path, names: set[str]) -> Iterator[dict[str, Sheet]]:
    """The sheets of a workbook; of a text, one for each delimiter that it may have. Raises what the
    reader does, and ValueError for an encoding that is not Unicode.
    """
    content = path.read_bytes()
    if not content.startswith(_BINARY):
        encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        text = content.decode(encoding)
        for delimiter in _DELIMITERS:
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            yield {"": Sheet(rows, None)}
        return
    from python_calamine import CalamineWorkbook

    book, found = CalamineWorkbook.from_filelike(io.BytesIO(content)), {}
    for sheet in map(book.get_sheet_by_name, names & {*book.sheet_names}):
        table = sheet.to_python(skip_empty_area=False)
        found[sheet.name] = Sheet(table, sheet.merged_cell_ranges)
    yield found


def _figures(text: str) -> str:
    """What no decoding changes of a text with a number."""
    return re.sub(r"[^\d.,%/]", "", text)


def _readings(text: str) -> list[float]:
    """What the number in a text may say, its last separator being of thousands or decimals."""
    parts = re.split("[., ]", found[0] if (found := _NUMBER.search(text)) else "")
    forms = {"".join(parts), ".".join(("".join(parts[:-1]), parts[-1])) if parts[1:] else ""}
    return [float(form) for form in forms if form]


def _labels(nearest_first: Sequence[str]) -> set[str]:
    """What the texts above or before a cell may say: each with or without what stands in brackets,
    its first line alone where the second says it in another language, and texts that follow each
    other as one label whose words are broken over them.
    """
    texts = [text for text in reversed(nearest_first) if any(map(str.isalpha, text))]
    plain = [normalise(re.sub(r"\([^)]*\)", "", text)) for text in texts]
    many = len(plain) + 1
    ends = [(n, end) for n in range(many) for end in range(n + 1, min(n + 1 + _MOST_BROKEN, many))]
    said = {normalise(form) for text in texts for form in (text, text.split("\n")[0])}
    return said | {" ".join(filter(None, plain[first:last])) for first, last in ends}


class _Judge:
    def __init__(self, campaign: Campaign, received: Received) -> None:
        self._units = received.units
        self._period = received.table.period
        codes = ((said.code, said.address.file) for said in received.findings)
        self._decoded = {file for code, file in codes if code == "legacy_text_decoded"}
        self._times = [each.times for each in campaign.conversions]
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
            for header in (*measure.headers, *measure.names.values()):
                path = tuple(normalise(part) for part in header.split(">"))
                self._headings[measure.table].append((path, measure))

    def judge_all(self, observations: list[Observation], sheets: dict[str, Sheet]) -> Placement:
        """Of each cell, its row and its column: right, not to be judged, or what is wrong."""
        unjudged, found = 0, list[Difference]()
        for o in observations:
            sheet = sheets.get(o.address.sheet) or Sheet((), None)
            column, row = _ADDRESS.fullmatch(o.address.cell).groups()  # type: ignore[union-attr]
            at = (int(row), column_number(column))
            verdicts = (self._content(o, sheet.cells.get(at)), self._unit(o, sheet, *at),
                        self._measure(o, sheet, *at))  # fmt: skip
            found += (verdict for verdict in verdicts if isinstance(verdict, Difference))
            unjudged += not all(verdicts)
        return Placement(len(observations), unjudged, tuple(found))

    def _content(self, o: Observation, content: object) -> bool | Difference:
        """Corrected cells keep the text they were received with."""
        if isinstance(content, float) and content.is_integer():
            content = int(content)
        text = "" if content is None else str(content)
        if o.value is None or not o.raw:
            return o.value is None
        if clean(text).casefold() != clean(o.raw).casefold():
            was_decoded = o.address.file in self._decoded and _figures(text) == _figures(o.raw)
            return False if was_decoded else self._differ(o, o.raw, text)
        if o.correction or o.flag:
            return bool(o.correction or _PLAIN.fullmatch(text.strip()))
        kind, taken = self._measures[o.measure].kind, [o.value, o.value * 100]  # or in per cent
        if kind is MeasureKind.AMOUNT:  # in another unit
            taken += [o.value / times for times in self._times]
        is_near = any(abs(one - said) < 1e-9 for one in taken for said in _readings(text))
        if is_near or kind is MeasureKind.ROWS:
            return True
        is_bare = _NUMBER.fullmatch(text.strip().removesuffix("%"))  # words are not judged
        return bool(is_bare) and self._differ(o, o.value, text)

    def _unit(self, o: Observation, sheet: Sheet, row: int, column: int) -> bool | Difference:
        """The nearest name of a unit of its level is that of its own."""
        own = self._units.get(o.unit_code)
        if self._measures[o.measure].kind is MeasureKind.ROWS:  # it stands for the whole row
            return any(own.code in self._codes(text) for text in sheet.before(row))
        in_row = (*sheet.before(row, column), *sheet.before(row))
        for text in (*in_row, *sheet.above(row, column)):
            level = {c for c in self._codes(text) if self._units.get(c).level == own.level}
            if level:
                return own.code in level or self._differ(o, own.code, text)
        return False

    def _codes(self, text: str) -> set[str]:
        return self._named.get(normalise(text), set())

    def _measure(self, o: Observation, sheet: Sheet, row: int, column: int) -> bool | Difference:
        """Of the measures of its table, none but its own has its heading there."""
        measure = self._measures[o.measure]
        if measure.kind is MeasureKind.ROWS:
            return True
        for texts in (sheet.above(row, column), sheet.before(row, column)):
            said = _labels(texts)
            fitting: dict[str, int] = {}
            for path, other in self._headings[measure.table]:
                if said.issuperset(path):
                    fitting[other.id] = max(len("".join(path)), fitting.get(other.id, 0))
            if fitting:
                is_own = fitting.get(o.measure) == max(fitting.values())
                return is_own or self._differ(o, o.measure, "; ".join(fitting))
        return False

    def _differ(self, o: Observation, shown: object, expected: object) -> Difference:
        file, sheet, cell = o.address
        return Difference(
            f"{self._period}/{file}", MOVED, f"{sheet}!{cell}", str(shown), str(expected)
        )
