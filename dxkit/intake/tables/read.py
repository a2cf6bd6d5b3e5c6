"""From the rows of one table to observations, register rows and control totals."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from dxkit.intake.file_cells import ControlTotal, StatedShare, TableRead
from dxkit.intake.findings import finding
from dxkit.intake.numbers import bare_number, read_number
from dxkit.intake.tables.invariants import NameInRow
from dxkit.intake.tables.layout import Column, Layout
from dxkit.intake.tables.rows import RowRead, RowReader
from dxkit.intake.vocabulary import holds_word, starts_with_word, vocabulary
from dxkit.model.campaign import MeasureKind
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, Observation, RegisterRow
from dxkit.model.text import clean, fold
from dxkit.workbooks.cells import Cell

_NOISE = Decimal("0.0000001")  # of binary fractions, in points


def read_table(reader: RowReader, layout: Layout, period: str) -> TableRead:
    """The content of a table, with everything that is wrong with it."""
    finding, header = reader.finding, layout.header_rows.start
    result = TableRead(layout.table, finding.file, finding.sheet, sender=reader.sender)
    for number, label in layout.not_understood:
        cell = reader.sheet.cell(header, number)
        result.findings.append(finding("column_not_understood", cell, None, label, path=label))
    if any(c.measure.kind is MeasureKind.TEXT for c in layout.columns):
        _read_register(reader, layout, period, result)
    else:
        first = (*layout.unit_columns, *(column.number for column in layout.columns))[0]
        result.heading = finding.address(reader.sheet.cell(header, first))
        name_in_row = NameInRow(reader.names, reader.sheet, layout)
        rows = reader.read()
        for number, row in enumerate(rows):
            if row.unit is not None and not row.is_total:
                kept = name_in_row.kept(row.unit, row.name_cell, row.values)
                if kept is not row.values:
                    rows[number] = dataclasses.replace(row, values=kept)
        result.names = _ends(rows)
        _read_counts(reader, rows, result)
        _check_ratios(reader, layout, rows, result)
    result.units.update(reader.units.written)
    result.findings.extend(reader.findings)
    result.refused.extend(reader.refused)
    result.remarked.update(reader.remarked)
    return result


def _ends(rows: Sequence[RowRead]) -> tuple[str, str]:
    """The addresses of the first and the last name of a unit."""
    cells = [row.name_cell.address for row in rows if row.unit is not None]
    return (cells[0], cells[-1]) if cells else ("", "")


def _read_counts(reader: RowReader, rows: Sequence[RowRead], result: TableRead) -> None:
    groups = _groups(rows, reader)
    seen: dict[str, RowRead] = {}
    repeated: set[str] = set()  # units of which two rows disagree
    restarted: tuple[str, Cell] | None = None  # the group whose names began again, and where
    first = previous = ""  # of the group: its first unit, and the one just above
    for row in rows:
        unit = row.unit
        if row.is_total or unit is None or unit.code in groups:
            restarted, first, previous = None, "", ""
            _keep_controls(reader, row, result)
            if unit is not None and (said := _said_of_group(row)) is not None:
                result.said[unit.code] = reader.finding.address(said)
            continue
        earlier = seen.get(unit.code)
        if earlier is not None:
            alike = [v for _, v in earlier.values.values()] == [v for _, v in row.values.values()]
            code = "unit_repeated_alike" if alike else "unit_repeated"
            for one, other in ((row, earlier),) if alike else ((row, earlier), (earlier, row)):
                values = {"unit": unit.name, "cell": other.name_cell.address}
                result.findings.append(reader.finding(code, one.name_cell, unit.code, **values))
            if not alike:
                repeated.add(unit.code)
                # A row that only repeats the one above is no new beginning, unless it is the first.
                again = unit.code == previous and _goes_on(reader, row, earlier)
                begins_again = unit.code == first or unit.code != previous
                if begins_again and not again and unit.code in reader.units.opened:
                    restarted = (unit.parent_code, row.name_cell)
            continue
        if restarted is not None and unit.parent_code == restarted[0]:
            # The names of a group begin again: the row that named the next group is gone.
            at, cell = row.name_cell, restarted[1].address
            result.findings.append(reader.finding("group_unclear", at, unit.code, cell=cell))
            continue
        seen[unit.code] = row
        first, previous = first or unit.code, unit.code
        _keep_observations(reader, row, unit.code, result)
    result.observations[:] = [
        o.refused() if o.unit_code in repeated else o for o in result.observations
    ]


def _goes_on(reader: RowReader, row: RowRead, above: RowRead) -> bool:
    """Whether a row that repeats the name above has no number where that one has: the first of
    another group would have one.
    """
    column = reader.layout.row_number_column
    if column is None:
        return False
    number, of_above = (clean(reader.sheet.cell(r.number, column).text) for r in (row, above))
    return bool(of_above) and not number


def _groups(rows: Sequence[RowRead], reader: RowReader) -> set[str]:
    """Codes of units that have units below them in the same table: their rows are totals."""
    registry = reader.names.units
    found: set[str] = set()
    for row in rows:
        if row.unit is None or row.is_total:
            continue
        parent = row.unit.parent_code
        if parent:
            found.add(parent)
            if parent in registry:
                found.update(unit.code for unit in registry.ancestors(parent))
    return found


def _said_of_group(row: RowRead) -> Cell | None:
    """The cell of a group's row that says that the group has not reported."""
    cells = [cell for cell, value in row.values.values() if value.flag is Flag.NOT_REPORTED]
    if not cells and row.is_empty and holds_word("not_reported", row.remark):
        return row.name_cell
    return cells[0] if cells else None


def _keep_controls(reader: RowReader, row: RowRead, result: TableRead) -> None:
    code = row.unit.code if row.unit else ""
    for column, (cell, value) in row.values.items():
        if value.value is not None and not column.control and not column.cumulative:
            address, measure = reader.finding.address(cell), column.measure.id
            result.controls.append(ControlTotal(code, measure, column.period, value.value, address))


def _keep_observations(reader: RowReader, row: RowRead, code: str, result: TableRead) -> None:
    arose_nothing = {
        column.period
        for column, (_, value) in row.values.items()
        if value.flag is Flag.NOT_APPLICABLE
    }
    is_empty, address_of = row.is_empty, reader.finding.address
    for column, (cell, value) in row.values.items():
        measure, address = column.measure.id, address_of(cell)
        amount, flag, raw = value.value, value.flag, cell.text
        if is_empty:
            amount, flag, raw = None, Flag.NOT_REPORTED, row.remark
        elif value.problem:
            result.findings.append(
                reader.finding(value.problem, address, code, raw, **value.details)
            )
        if column.cumulative:
            if amount is not None:
                result.cumulative.append(
                    Observation(column.period, code, measure, amount, address, raw, flag)
                )
        elif column.control:
            if amount is not None:
                result.controls.append(
                    ControlTotal(code, measure, column.period, amount, address, True)
                )
        else:
            if amount == 0 and column.period in arose_nothing:
                amount, flag = None, Flag.NOT_APPLICABLE
            if flag is Flag.NO_DATA:
                result.findings.append(
                    reader.finding("value_missing", address, code, raw, measure=measure)
                )
            result.observations.append(
                Observation(column.period, code, measure, amount, address, raw, flag)
            )
            if value.whole is not None:
                result.findings += _check_whole(column, value.whole, row, result.observations[-1])


def _check_whole(
    column: Column, whole: int, row: RowRead, observation: Observation
) -> Iterator[Finding]:
    """A cell such as 25/40 must agree with the whole in its own column."""
    for other, (_, value) in row.values.items():
        is_whole = other.measure.id == column.measure.whole and other.scope == column.scope
        if is_whole and value.value not in (None, whole):
            values = {"stated": whole, "computed": value.value}
            yield finding("ratio_contradicts_parts", observation, **values)


def _check_ratios(
    reader: RowReader, layout: Layout, rows: Iterable[RowRead], result: TableRead
) -> None:
    """A typed or computed percentage must agree with its parts to the decimal it shows."""
    columns = {column.number: column for column in layout.columns}
    for row in rows:
        code = row.unit.code if row.unit else ""
        known = len(result.findings)
        for ratio in layout.ratios:
            cell = reader.sheet.cell(row.number, ratio.number)
            part, whole = (row.values[columns[n]][1].value for n in (ratio.part, ratio.whole))
            if read_number(cell, MeasureKind.SHARE).problem == "value_is_date":
                result.findings.append(reader.finding("value_is_date", cell, code, cell.text))
            if values := contradicting_ratio(cell, part, whole):
                result.findings.append(
                    reader.finding("ratio_contradicts_parts", cell, code, cell.text, **values)
                )
        doubtful = any(value.problem or value.value is None for _, value in row.values.values())
        for ratio in layout.ratios if doubtful or len(result.findings) > known else ():
            cell = reader.sheet.cell(row.number, ratio.number)
            if readings := _readings(cell):
                percent = round(float(readings[0][0]), 2)
                part_cell, whole_cell = (
                    reader.finding.address(row.values[columns[n]][0])
                    for n in (ratio.part, ratio.whole)
                )
                between = tuple(
                    ((r - e - _NOISE) / 100, (r + e + _NOISE) / 100) for r, e in readings
                )
                at = reader.finding.address(cell)
                result.shares.append(StatedShare(at, part_cell, whole_cell, percent, between))


def _read_register(reader: RowReader, layout: Layout, period: str, result: TableRead) -> None:
    texts = [c for c in layout.columns if c.measure.kind is MeasureKind.TEXT]
    address, title = reader.finding.address, texts[0].number
    result.header = address(reader.sheet.cell(layout.header_rows.start, title))
    rows = reader.read()
    result.names = _ends(rows)
    for row in rows:
        named = reader.sheet.cell(row.number, title)
        code = row.unit.code if row.unit is not None else ""
        if named.formula_without_value:
            result.findings.append(reader.finding("formula_not_calculated", named, code))
        if row.unit is None and row.is_total and named.text.strip():  # "of the whole district"
            at, said = row.name_cell, row.name_cell.text
            about = reader.finding("unit_unknown", at, "", said, name=said, candidates="")
            result.findings.append(about)
        if row.unit is None or not named.text.strip():
            continue
        if _names_none(named.text):
            told = reader.finding("initiative_unnamed", named, code, name=named.text.strip())
            result.findings.append(told)
            continue
        if _is_unclear(named.text):
            told = reader.finding("initiative_unclear", named, code, name=clean(named.text))
            result.findings.append(told)
        cells = [(c.measure.id, reader.sheet.cell(row.number, c.number)) for c in texts]
        result.register_rows.append(
            RegisterRow(
                period,
                row.unit.code,
                layout.table,
                tuple((measure, clean(_written(cell))) for measure, cell in cells),
                tuple((measure, address(cell)) for measure, cell in cells),
            )
        )


def _names_none(text: str) -> bool:
    """Whether the name of an initiative is none: without a letter, or the word for none."""
    return not any(map(str.isalpha, text)) or bool(_word_for_none().match(fold(text)))


_FIRST, _SECOND = (rf"(?:\A|[\s;,.(])(?:{n})\s?[.)]\s*[^\W\d_]" for n in ("1|a", "2|b"))
_LISTED = re.compile(rf"{_FIRST}.*{_SECOND}|\S \+ \S", re.DOTALL | re.IGNORECASE)
_MANY = re.compile(r"\D{0,4}(?:0?[2-9]|[1-9]\d) (?P<things>.*)", re.DOTALL)


def _is_unclear(text: str) -> bool:
    """Whether the name of an initiative may hold several, by how they are listed or counted, or one
    that is not in effect: "Cho 4.0 (du kien)".
    """
    lines = [line.strip(" -\u2013+*\u2022") for line in text.splitlines() if line.strip()]
    items = [part for part in text.split(";") if part.strip()]
    several = len(lines) > 1 and all(line[:1].isupper() or line[:1].isdigit() for line in lines)
    several = several or (len(items) > 1 and ":" not in items[0]) or bool(_LISTED.search(text))
    first = starts_with_word("initiative_kinds", text)
    rests = re.split(rf" (?:&|{'|'.join(vocabulary()['and'])}) ", clean(text).casefold())[1:]
    several |= bool(first) and any(starts_with_word("initiative_kinds", rest) for rest in rests)
    many = _MANY.match(text)
    several = several or bool(many and starts_with_word("initiative_things", many["things"]))
    remarks = re.findall(r"\(([^()]*)\)", text)
    beside = any(holds_word("not_in_effect", remark) for remark in remarks)
    return several or beside or bool(starts_with_word("of_other_titles", text))


@lru_cache(maxsize=1)
def _word_for_none() -> re.Pattern[str]:
    words = vocabulary()
    kinds = ("no_data", "none_arose", "not_reported", "zero", "no_initiative")
    whole = "|".join(fold(word) for kind in kinds for word in words[kind])
    begins = "|".join(map(fold, words["no_initiative_begins"]))
    return re.compile(rf"(?:{whole})\Z|(?:{begins})\b")


def _written(cell: Cell) -> str:
    """A register's text; a day as it is written."""
    day = cell.value
    return f"{day:%d/%m/%Y}" if isinstance(day, datetime.date) else cell.text


def contradicting_ratio(
    cell: Cell, part: float | int | None, whole: float | int | None
) -> dict[str, object] | None:
    """What a ratio cell states and what its parts give, in percent, when the two differ by more
    than the rounding of what is written; None when they agree or one is missing.
    """
    readings = _readings(cell)
    if part is None or not whole or not readings:
        return None
    computed = Decimal(repr(part)) * 100 / Decimal(repr(whole))
    if any(abs(read - computed) <= error + _NOISE for read, error in readings):
        return None
    return {"stated": round(float(readings[0][0]), 2), "computed": round(float(computed), 2)}


def _readings(cell: Cell) -> list[tuple[Decimal, Decimal]]:
    """What a cell with a share states, in percent, and by how much its last digit may be off."""
    stated, is_percentage = bare_number(cell)
    if stated is None:
        return []
    if is_percentage and not isinstance(cell.value, str):
        stated = stated.scaleb(2)
    half = Decimal(1).scaleb(int(stated.as_tuple().exponent)) / 2
    readings = [(stated, half)]
    if not is_percentage and abs(stated) <= 1:
        readings.append((stated * 100, half * 100))
    return readings
