"""A plain second reading of a workbook, and whether a first reading can stand beside it.

What is asked of the reading of a spoilt file:

1. Each value that was read is what the cell at its place says, read by another library and the few
   lines below, or that cell has a finding of its own; and the row names the value's unit.
2. Each value that the unspoilt file gave and the spoilt one does not has a finding that was not
   there before: at its cell, its row (wherever rows put in or taken out have moved it), its
   column, its sheet, its file, or about its unit; or it stands there under the name now beside it.

A number typed over by another plausible number is, by 1, what the cell says: nobody can know
better. Where no other library can read the file, only values of the unspoilt file may be read.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Observation, Received

Cells = Mapping[str, Mapping[tuple[int, int], object]]  # of each sheet, by row and column

_OF_SHEETS = {"wrong_period", "cumulative_title", "unit_scaled"}  # said at a cell of the title
_ROWS_MOVED = 5  # rows that one spoiling may put in or take out above a value
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vii": "7"}
_NOUGHTS = {"không", "0"}


def second_reading(content: bytes, suffix: str) -> list[Cells]:
    """The cells as other libraries read them, one entry for each that can."""
    found: list[Cells] = []
    if suffix == "csv":
        text = content.decode("utf-8-sig", "replace")
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
        return [{"": {(r, c): v for r, row in enumerate(rows, 1) for c, v in enumerate(row, 1)}}]
    for reader in (_calamine, _openpyxl):
        try:
            found.append(reader(content))
        except BaseException as error:  # a panic of the other library is no Exception
            if isinstance(error, (KeyboardInterrupt, TimeoutError)):
                raise
    return found


def _calamine(content: bytes) -> Cells:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        name: {
            (r, c): value
            for r, row in enumerate(
                book.get_sheet_by_name(name).to_python(skip_empty_area=False), start=1
            )
            for c, value in enumerate(row, start=1)
        }
        for name in book.sheet_names
    }


def _openpyxl(content: bytes) -> Cells:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return {
        sheet.title: {
            (cell.row, cell.column): cell.value for row in sheet.iter_rows() for cell in row
        }
        for sheet in book.worksheets
    }


def plain_number(value: object) -> float | int | None:
    """What a person reads off a cell without any doubt."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return value
    text = unicodedata.normalize("NFKC", str(value)).strip().strip("'\u200b").strip()
    if text.lower() in _NOUGHTS:
        return 0
    if re.fullmatch(r"\d{1,3}(?:([. ])\d{3})(?:\1\d{3})*", text):
        return int(re.sub(r"[. ]", "", text))
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", text):  # in a column of counts
        return int(text.replace(",", ""))
    if match := re.fullmatch(r"(\d+) (?:hộ|hồ sơ|người|đội|tổ|buổi|lượt)", text):
        return int(match[1])
    if re.fullmatch(r"\+?\d+", text):
        return int(text)
    if match := re.fullmatch(r"(\d+) ?/ ?\d+", text):
        return int(match[1])
    if re.fullmatch(r"\d+[.,]\d+", text):
        return float(text.replace(",", "."))
    return None


def letters(text: object) -> str:
    """The letters and digits of a name without accents and case, roman numerals as digits."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", str(text)).casefold())
    plain = plain.replace("đ", "d").replace("ð", "d")
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return "".join(_ROMAN.get(word, word.lstrip("0") or "0") for word in words)


@dataclass
class Judge:
    """Compares readings of spoilt files with the one of the unspoilt file."""

    original: Received
    rows_measures: frozenset[str]
    names: Mapping[str, frozenset[str]]  # written names of units, as ``letters``, by code

    def faults(self, spoilt: Received, content: bytes, suffix: str) -> list[str]:
        """What cannot stand; empty for a reading without fault."""
        new = _new_findings(self.original.findings, spoilt.findings)
        before = {_key(o): o for o in self.original.table.observations}
        after = {_key(o): o for o in spoilt.table.observations}
        places = {o.address: o.value for o in spoilt.table.observations}
        found = [
            f"lost without a finding: {key} {o.value} from {o.address}"
            for key, o in before.items()
            if o.value is not None
            and (key not in after or after[key].value is None)
            and (places.get(o.address) != o.value)  # else it is there under a changed name
            and not _covered(o, after.get(key), new)
        ]
        changed = [
            o
            for key, o in after.items()
            if o.value is not None
            and o.measure not in self.rows_measures
            and (
                key not in before
                or (before[key].value, before[key].address) != (o.value, o.address)
            )
        ]
        if not changed:
            return found
        readings = second_reading(content, suffix)
        own = {f.address for f in spoilt.findings if f.address.cell}
        for o in changed:
            if o.address in own and o.flag is not None:
                continue
            if not any(self._agrees(o, cells, spoilt) for cells in readings):
                said = [
                    cells.get(o.address.sheet, {}).get(_row_column(o.address.cell))
                    for cells in readings
                ]
                found.append(f"not what the cell says: {_key(o)} {o.value} at {o.address}: {said}")
        return found

    def _agrees(self, o: Observation, cells: Cells, spoilt: Received) -> bool:
        sheet = cells.get(o.address.sheet, {})
        row, column = _row_column(o.address.cell)
        if plain_number(sheet.get((row, column))) != o.value:
            return False
        unit = spoilt.units.get(o.unit_code)
        wanted = self.names.get(o.unit_code, frozenset()) | {letters(unit.name)}
        labels = {letters(sheet.get((row, c), "")) for c in range(1, column)}
        about_row = any(
            f.address.sheet == o.address.sheet
            and f.address.cell
            and _row_column(f.address.cell)[0] == row
            for f in spoilt.findings
        )
        return bool(wanted & labels) or about_row


def _key(o: Observation) -> tuple[str, str, str]:
    return o.unit_code, o.period, o.measure


def _row_column(address: str) -> tuple[int, int]:
    match = re.fullmatch(r"([A-Z]+)(\d+)", address)
    if match is None:
        return 0, 0
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _new_findings(before: Iterable[Finding], after: Iterable[Finding]) -> list[Finding]:
    def identity(f: Finding) -> tuple[object, ...]:
        return f.code, f.address, f.unit_code, f.raw, tuple(sorted(map(str, f.values.values())))

    known = {identity(f) for f in before}
    return [f for f in after if identity(f) not in known]


def _covered(lost: Observation, now: Observation | None, findings: Iterable[Finding]) -> bool:
    """Whether a finding is about the value that is not there."""
    places = [lost.address] + ([now.address] if now else [])
    return any(
        f.code == "file_unreadable"
        or (f.code in _OF_SHEETS and f.address.sheet == lost.address.sheet)
        or _is_about(f.address, place)
        or f.unit_code == lost.unit_code
        or f.unit_code in _above(lost)
        for f in findings
        for place in places
    )


def _above(o: Observation) -> set[str]:
    """The code of the commune in a hamlet's code."""
    return {o.unit_code.split("-")[0]} if "-" in o.unit_code else set()


def _is_about(finding: CellRef, place: CellRef) -> bool:
    if finding.file != place.file:
        return False
    if not finding.sheet or (finding.sheet == place.sheet and not finding.cell):
        return True
    if finding.sheet != place.sheet:
        return False
    (row, column), (own_row, own_column) = _row_column(finding.cell), _row_column(place.cell)
    return abs(row - own_row) <= _ROWS_MOVED or column == own_column
