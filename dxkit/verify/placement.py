"""Placement: each observation's cell, its row and its column, and each result of a visit, read once
more by another library.

At the cell must stand the text or the plain number that was taken; in its row, or above it, the
name of its unit; above it, or before it, a heading of its measure. What another reader cannot judge
(a name that nobody declared, a decoded legacy text, a derived count) is counted, not hidden.
"""

from __future__ import annotations

import csv
import datetime
import io
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import accumulate, chain, groupby, product
from pathlib import Path
from typing import NamedTuple

from dxkit.intake.vocabulary import is_word
from dxkit.model.addresses import column_and_row
from dxkit.model.campaign import Campaign, Decision, Explanation, MeasureKind
from dxkit.model.observations import VISITS, Flag, Observation, Received
from dxkit.model.text import clean, normalise
from dxkit.verify import INPUT, MOVED, Difference
from dxkit.workbooks.csv_text import guarded

Merged = tuple[tuple[int, int], tuple[int, int]]
_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_NUMBER = re.compile(r"-?\d+(?:[., ]\d+)*")
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks begin, whatever their files are called; anything else is text."""
_DELIMITERS = ",;\t|"
_MOST_MERGED = 10_000
EXPLANATIONS = "explanations.csv"
_OF_VISIT = ("unit", "chance", "size", "checked", "confirmed")
_AS_KEPT = 1e-14  # of a number: a workbook may keep 15 digits
_MOST_BROKEN = 4  # texts over which the words of one label are broken


class Placement(NamedTuple):
    """How many cells were ``read`` again, how many of them could not be judged whole, and which
    differ.
    """

    read: int
    unjudged: int
    differences: tuple[Difference, ...]


class Sheet:
    """What a second reader finds in a sheet, by row and column. A merged cell stands wherever it
    reaches; where a file does not tell what is ``merged`` (None), a heading reaches over the empty
    cells behind it, in rows without numbers. What was taken for ``figures`` labels nothing.
    """

    def __init__(self, rows: Iterable[Iterable[object]], merged: Sequence[Merged] | None) -> None:
        table = dict(enumerate(map(list, rows), 1))
        cells = ((r, c, v) for r, row in table.items() for c, v in enumerate(row, 1))
        self.cells = {(r, c): v for r, c, v in cells if v not in ("", None)}
        for (top, left), (bottom, right) in merged or ():  # counted from 0
            if (bottom - top) * (right - left) < _MOST_MERGED and (top + 1, left + 1) in self.cells:
                area = product(range(top + 1, bottom + 2), range(left + 1, right + 2))
                self.cells |= dict.fromkeys(area, self.cells[top + 1, left + 1])
        texts = {at: held for at, held in self.cells.items() if isinstance(held, str)}
        widest = max(map(len, table.values()), default=0)
        for r, row in table.items() if merged is None else ():
            if not any(_PLAIN.fullmatch(str(held).strip()) for held in row):
                row += [""] * (widest - len(row))
                reaching: Iterator[str] = accumulate(map(str, row), lambda one, held: held or one)
                texts |= {(r, c): text for c, text in enumerate(reaching, 1) if text}
        self.figures = set[tuple[int, int]]()
        self._rows: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self._columns: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for (r, column), text in sorted(texts.items()):
            self._rows[r].append((column, text))
            self._columns[column].append((r, text))

    def before(self, row: int, column: float = math.inf) -> list[str]:
        """The texts of a row before a column, or all of them, the nearest first."""
        labels = [(at, text) for at, text in self._rows[row] if (row, at) not in self.figures]
        return [text for at, text in reversed(labels) if at < column]

    def above(self, row: int, column: int) -> list[str]:
        """The texts above a cell, the nearest first."""
        labels = [(r, text) for r, text in self._columns[column] if (r, column) not in self.figures]
        return [text for r, text in reversed(labels) if r < row]


def compare_cells(
    campaign: Campaign, received: Received, folder: Path, before: Received | None = None
) -> Placement:
    """All cells behind the observations of one period, whose raw files lie in ``folder``. What its
    sender says to be as it was ``before`` must have been reported so then.
    """
    by_file: dict[str, list[Observation]] = defaultdict(list)
    for observation in received.table.observations:
        if observation.address.cell:
            by_file[observation.address.file].append(observation)
    judge, found = _Judge(campaign, received, before), list[Placement]()
    for file, observations in by_file.items():
        try:
            readings = list(_read(folder / file, {o.address.sheet for o in observations}))
        except Exception:  # what only the kit can read, and whatever a file makes a library raise
            found.append(Placement(0, len(observations), ()))
        else:
            judged = (judge.judge_all(observations, sheets) for sheets in readings)
            found.append(min(judged, key=lambda p: (len(p.differences), p.unjudged)))
    read, unjudged, differences = zip(*found, strict=True) if found else ((), (), ())
    return Placement(sum(read), sum(unjudged), tuple(chain(*differences)))


def compare_told(
    received: Received, plan: Iterable[Explanation], raw: Callable[[str], Path]
) -> Placement:
    """What senders are quoted with: the accepted explanations, each at its cell in the folder of
    the period that it was accepted in (``raw``) and among those of the ``plan``, and the replies to
    draft results, each at its cell.
    """
    found = list[Difference]()
    listed: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in plan:
        listed[row.period, row.code, row.decision, row.name, row.date].append(row.explanation)
    quoted = [(received.table.period, each.address, each.text) for each in received.replies]
    for one in received.findings:
        said = one.explanation
        if said is None:
            continue
        kept = listed[said.period, one.code, Decision.ACCEPTED, said.name, said.day]
        if guarded(said.text) not in (guarded(clean(text)) for text in kept):
            there = "; ".join(dict.fromkeys(kept))
            found.append(Difference(EXPLANATIONS, INPUT, str(one.address), said.text, there))
        if said.cell is not None:
            quoted.append((said.period, said.cell, said.text))
    for period, (file, name, cell), text in quoted:
        column, row_number = column_and_row(cell)
        texts = []
        with suppress(Exception):  # whatever a file makes its reader raise
            for sheets in _read(raw(period) / file, {name}):
                sheet = sheets.get(name) or Sheet((), None)
                texts.append(_typed(sheet.cells.get((row_number, column), "")))
        if text not in texts:
            at = f"{period}/{file}", INPUT, f"{name}!{cell}"
            found.append(Difference(*at, text, "; ".join(texts)))
    return Placement(len(quoted), 0, tuple(found))


def _typed(held: object) -> str:
    """What somebody typed into a cell that he was to put words into: whole numbers without
    decimals, days with the time that a workbook keeps beside them.
    """
    if isinstance(held, datetime.date) and not isinstance(held, datetime.datetime):
        held = datetime.datetime.combine(held, datetime.time())
    if isinstance(held, float) and held.is_integer():
        held = int(held)
    return clean(str(held))


def compare_visits(received: Received, folder: Path) -> Iterator[Difference]:
    """The results that stand otherwise in the workbooks below ``folder``, or are not there."""
    sheets = {visit.address.sheet for visit in received.visits}
    files = {visit.address.file for visit in received.visits}
    there = {f: dict(_visits_in(folder / f.removeprefix(f"{VISITS}/"), sheets)) for f in files}
    for visit in received.visits:
        file, name, cell = visit.address
        kept = (visit.unit_code, visit.chance, visit.size, visit.checked, visit.confirmed)
        told = there[file].get((name, column_and_row(cell)[1]))
        if told != kept:
            yield Difference(file, INPUT, str(visit.address), str(kept), str(told))


def _visits_in(path: Path, names: set[str]) -> Iterator[tuple[tuple[str, int], tuple[object, ...]]]:
    """By sheet and row what stands below a heading of ids; nothing of what cannot be read."""
    with suppress(Exception):  # whatever a file makes its reader raise
        for name, sheet in chain(*(sheets.items() for sheets in _read(path, names))):
            columns = list[int]()
            for row, cells in groupby(sorted(sheet.cells), key=lambda at: at[0]):
                ids = {str(sheet.cells[at]).strip(): at[1] for at in cells}
                if ids.keys() >= {*_OF_VISIT}:
                    columns = [ids[id] for id in _OF_VISIT]
                elif columns:
                    code, *numbers = (str(sheet.cells.get((row, at), "")) for at in columns)
                    with suppress(ValueError):
                        yield (name, row), (code.strip().removesuffix(".0"), *map(float, numbers))


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


def _names_first(texts: Sequence[str]) -> list[str]:
    """Names, the nearest first; then codes, the farthest first, since figures may look like one."""
    codes = [text for text in reversed(texts) if text.strip().isdigit()]
    return [*(text for text in texts if not text.strip().isdigit()), *codes]


Verdict = bool | tuple[object, object]
"""Right, or not to be judged; or what was taken, and what stands there."""


class _Judge:
    def __init__(self, campaign: Campaign, received: Received, before: Received | None) -> None:
        self._units, self._period = received.units, received.table.period
        self._earlier: dict[tuple[str, str], set[float | None]] = defaultdict(set)
        for o in before.table.observations if before else ():
            self._earlier[o.unit_code, o.measure].add(o.value)
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
        self._headings: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
        for measure in campaign.measures:
            for header in (*measure.headers, *measure.names.values()):
                path = [normalise(label) for label in header.split(">")]
                self._headings[measure.table].append((path, measure.id))

    def judge_all(self, observations: list[Observation], sheets: dict[str, Sheet]) -> Placement:
        """Of each cell, its row and its column: right, not to be judged, or what is wrong."""
        unjudged, found = 0, list[Difference]()
        nowhere = Sheet((), None)
        for o in observations:
            column, row = column_and_row(o.address.cell)
            sheets.get(o.address.sheet, nowhere).figures.add((row, column))
        for o in observations:
            file, name, cell = o.address
            sheet, (column, row) = sheets.get(name, nowhere), column_and_row(cell)
            is_before = o.flag is Flag.AS_BEFORE  # shown beside the cell that was left empty
            verdicts = (self._content(o, sheet.cells.get((row, column))),
                        self._unit(o, sheet, row, column),
                        self._measure(o, sheet, row, column - is_before),
                        not is_before or self._is_said(o, sheet, row, column))  # fmt: skip
            wrong = (verdict for verdict in verdicts if isinstance(verdict, tuple))
            at = (f"{self._period}/{file}", MOVED, f"{name}!{cell}")
            found += (Difference(*at, str(taken), str(there)) for taken, there in wrong)
            unjudged += not all(verdicts)
        return Placement(len(observations), unjudged, tuple(found))

    def _content(self, o: Observation, content: object) -> Verdict:
        """Corrected cells keep the text they were received with."""
        if isinstance(content, float) and content.is_integer():
            content = int(content)
        text = "" if content is None else str(content)
        if o.value is None or not o.raw:
            return o.value is None
        if clean(text).casefold() != clean(o.raw).casefold():
            was_decoded = o.address.file in self._decoded and _figures(text) == _figures(o.raw)
            return False if was_decoded else (o.raw, text)
        if o.correction or o.flag not in (None, Flag.AS_BEFORE):
            return bool(o.correction or _PLAIN.fullmatch(text.strip()))
        kind, taken = self._measures[o.measure].kind, [o.value, o.value * 100]  # or in per cent
        if kind is MeasureKind.AMOUNT:  # in another unit
            taken += [o.value / times for times in self._times]
        is_near = any(abs(one - said) < 1e-9 for one in taken for said in _readings(text))
        if is_near or kind is MeasureKind.ROWS:
            return True
        is_bare = _NUMBER.fullmatch(text.strip().removesuffix("%"))  # words are not judged
        return (o.value, text) if is_bare else False

    def _is_said(self, o: Observation, sheet: Sheet, row: int, column: int) -> Verdict:
        """The cell before is empty, one behind says that all is as it was, and it was."""
        behind = [str(sheet.cells[at]) for at in sheet.cells if at[0] == row and at[1] > column]
        typed = clean(str(sheet.cells.get((row, column - 1), "")))
        was = self._earlier[o.unit_code, o.measure]
        same = [w is not None and math.isclose(w, o.value or 0, rel_tol=_AS_KEPT) for w in was]
        if not typed and same == [True] and any(is_word("as_before", text) for text in behind):
            return True
        return o.value, "; ".join(map(str, filter(None, (typed, *was, *behind))))

    def _unit(self, o: Observation, sheet: Sheet, row: int, column: int) -> Verdict:
        """The nearest name of a unit of its level is that of its own."""
        own, in_row = self._units.get(o.unit_code), sheet.before(row)
        if self._measures[o.measure].kind is MeasureKind.ROWS:  # it stands for the whole row
            return any(own.code in self._named[normalise(text)] for text in in_row)
        in_row = [*sheet.before(row, column), *in_row]
        for text in (*_names_first(in_row), *_names_first(sheet.above(row, column))):
            named = self._named[normalise(text)]
            if level := {code for code in named if self._units.get(code).level == own.level}:
                return True if own.code in level else (own.code, text)
        return False

    def _measure(self, o: Observation, sheet: Sheet, row: int, column: int) -> Verdict:
        """Of the measures of its table, none but its own has its heading there."""
        measure = self._measures[o.measure]
        if measure.kind is MeasureKind.ROWS:
            return True
        for texts in (sheet.above(row, column), sheet.before(row, column)):
            said, headings = _labels(texts), self._headings[measure.table]
            if fitting := {(len("".join(p)), m): m for p, m in headings if said.issuperset(p)}:
                is_own = (max(fitting)[0], o.measure) in fitting
                return True if is_own else (o.measure, "; ".join(dict.fromkeys(fitting.values())))
        return False
