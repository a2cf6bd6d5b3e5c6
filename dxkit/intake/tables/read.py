"""From the rows of one table to observations, register rows and control totals."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from dxkit.intake.names import Names
from dxkit.intake.numbers.numerals import parse_decimal
from dxkit.intake.numbers.read import read_number, rejected
from dxkit.intake.tables.layout import Column, Layout
from dxkit.intake.tables.row_units import is_roman, row_label
from dxkit.intake.tables.rows import RowRead, RowReader
from dxkit.model.campaign import MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, Observation, RegisterRow
from dxkit.model.text import clean
from dxkit.model.units import Unit
from dxkit.workbooks.cells import Cell, Sheet

_LARGEST = 10**15  # of a number in a ratio cell, whichever its sign
_NOISE = Decimal("0.0000001")  # of binary fractions, in points


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """A number that repeats the sum of observations: of the units below ``unit_code`` (of the
    whole table when empty), or of the parts of the period when ``over_parts``.
    """

    unit_code: str
    measure: str
    period: str
    value: float | int
    place: CellRef
    over_parts: bool = False


@dataclass
class TableRead:
    """What one table of one sheet says."""

    table: str
    file: str
    sheet: str
    observations: list[Observation] = field(default_factory=list)
    register_rows: list[RegisterRow] = field(default_factory=list)
    cumulative: list[Observation] = field(default_factory=list)  # flows since before the period
    controls: list[ControlTotal] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    units: Counter[Unit] = field(default_factory=Counter)  # that it alone names, as written
    header_place: CellRef | None = None  # of a register
    heading: CellRef | None = None  # of a table of figures: where the names of its units begin
    sender: Unit | None = None


def read_table(reader: RowReader, layout: Layout, period: str) -> TableRead:
    """The content of a table, with everything that is wrong with it."""
    result = TableRead(layout.table, reader.file, reader.sheet.name, sender=reader.sender)
    for number, label in layout.not_understood:
        cell = reader.sheet.cell(layout.header_rows.start, number)
        place = CellRef(reader.file, reader.sheet.name, cell.address)
        result.findings.append(Finding("column_not_understood", place, raw=label))
    if any(c.measure.kind is MeasureKind.TEXT for c in layout.columns):
        _read_register(reader, layout, period, result)
    else:
        first = (*layout.unit_columns, *(column.number for column in layout.columns))[0]
        cell = reader.sheet.cell(layout.header_rows.start, first)
        result.heading = reader.place(cell)
        rows = of_nearest_names(reader.read(), reader.names, reader.sheet, layout)
        _read_counts(reader, rows, result)
        _check_ratios(reader, layout, rows, result)
    result.units.update(reader.written)
    result.findings.extend(reader.findings)
    return result


def _read_counts(reader: RowReader, rows: Sequence[RowRead], result: TableRead) -> None:
    groups = _groups(rows, reader)
    seen: dict[str, RowRead] = {}
    restarted: tuple[str, Cell] | None = None  # the group whose names began again, and where
    first = previous = ""  # of the group: its first unit, and the one just above
    for row in rows:
        if row.is_total or row.unit is None or row.unit.code in groups:
            restarted, first, previous = None, "", ""
            _keep_controls(reader, row, result)
            continue
        earlier = seen.get(row.unit.code)
        if earlier is not None:
            alike = [v for _, v in earlier.values.values()] == [v for _, v in row.values.values()]
            code = "unit_repeated_alike" if alike else "unit_repeated"
            result.findings.append(_repeated(code, row, earlier, reader))
            if not alike:
                result.findings.append(_repeated(code, earlier, row, reader))
                _reject(row.unit.code, result)
                # A row that only repeats the one above is no new beginning, unless it is the first.
                begins_again = row.unit.code == first or row.unit.code != previous
                if begins_again and row.unit.code in reader.opened:
                    restarted = (row.unit.parent_code, row.name_cell)
            continue
        if restarted is not None and row.unit.parent_code == restarted[0]:
            # The names of a group begin again: the row that named the next group is gone.
            values = {"cell": restarted[1].address}
            place = reader.place(row.name_cell)
            result.findings.append(Finding("group_unclear", place, row.unit.code, values=values))
            continue
        seen[row.unit.code] = row
        first, previous = first or row.unit.code, row.unit.code
        _keep_observations(reader, row, result)


def _repeated(code: str, row: RowRead, other: RowRead, reader: RowReader) -> Finding:
    """That a row's unit has another row."""
    unit = row.unit
    if unit is None:
        raise ValueError("a row of totals is no unit's")
    values = {"unit": unit.name, "cell": other.name_cell.address}
    return Finding(code, reader.place(row.name_cell), unit.code, "", values)


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


def _keep_controls(reader: RowReader, row: RowRead, result: TableRead) -> None:
    code = row.unit.code if row.unit else ""
    for column, (cell, value) in row.values.items():
        if value.value is not None and not column.control and not column.cumulative:
            result.controls.append(
                ControlTotal(
                    code, column.measure.id, column.period, value.value, reader.place(cell)
                )
            )


def _keep_observations(reader: RowReader, row: RowRead, result: TableRead) -> None:
    if row.unit is None:
        raise ValueError("a row of totals has no observations")
    code = row.unit.code
    if row.is_empty:
        for column, (cell, _) in row.values.items():
            if not column.control and not column.cumulative:
                result.observations.append(
                    Observation(
                        column.period,
                        code,
                        column.measure.id,
                        None,
                        reader.place(cell),
                        row.remark,
                        Flag.NOT_REPORTED,
                    )
                )
        return
    arose_nothing = {
        column.period
        for column, (_, value) in row.values.items()
        if value.flag is Flag.NOT_APPLICABLE
    }
    for column, (cell, value) in row.values.items():
        place = reader.place(cell)
        raw = cell.text
        if value.problem:
            result.findings.append(Finding(value.problem, place, code, raw, value.details))
        if column.cumulative:
            if value.value is not None:
                result.cumulative.append(
                    Observation(
                        column.period, code, column.measure.id, value.value, place, raw, value.flag
                    )
                )
            continue
        if column.control:
            if value.value is not None:
                result.controls.append(
                    ControlTotal(code, column.measure.id, column.period, value.value, place, True)
                )
            continue
        amount, flag = value.value, value.flag
        if amount == 0 and column.period in arose_nothing:
            amount, flag = None, Flag.NOT_APPLICABLE
        if flag is Flag.NO_DATA:
            result.findings.append(
                Finding("value_missing", place, code, raw, {"measure": column.measure.id})
            )
        result.observations.append(
            Observation(column.period, code, column.measure.id, amount, place, raw, flag)
        )
        if value.whole is not None:
            _check_whole(column, value.whole, row, place, raw, result)


def _check_whole(
    column: Column, whole: int, row: RowRead, place: CellRef, raw: str, result: TableRead
) -> None:
    """A cell such as 25/40 must agree with the whole in its own column."""
    for other, (_, value) in row.values.items():
        if other.measure.id != column.measure.whole or other.scope != column.scope:
            continue
        if value.value not in (None, whole):
            code = row.unit.code if row.unit else ""
            values = {"stated": whole, "computed": value.value}
            result.findings.append(Finding("ratio_contradicts_parts", place, code, raw, values))


def _check_ratios(
    reader: RowReader, layout: Layout, rows: Iterable[RowRead], result: TableRead
) -> None:
    """A typed or computed percentage must agree with its parts to the decimal it shows."""
    columns = {column.number: column for column in layout.columns}
    for row in rows:
        for ratio in layout.ratios:
            cell = reader.sheet.cell(row.number, ratio.number)
            part = row.values[columns[ratio.part]][1].value
            whole = row.values[columns[ratio.whole]][1].value
            code = row.unit.code if row.unit else ""
            place = reader.place(cell)
            if read_number(cell, MeasureKind.SHARE).problem == "value_is_date":
                result.findings.append(Finding("value_is_date", place, code, cell.text))
            values = contradicting_ratio(cell, part, whole)
            if values:
                result.findings.append(
                    Finding("ratio_contradicts_parts", place, code, cell.text, values)
                )


def _reject(unit_code: str, result: TableRead) -> None:
    """Two rows of one unit disagree: neither is used."""
    result.observations[:] = [
        Observation(o.period, o.unit_code, o.measure, None, o.place, o.raw, Flag.REJECTED)
        if o.unit_code == unit_code
        else o
        for o in result.observations
    ]


def _read_register(reader: RowReader, layout: Layout, period: str, result: TableRead) -> None:
    texts = [c for c in layout.columns if c.measure.kind is MeasureKind.TEXT]
    title = texts[0]
    result.header_place = CellRef(
        reader.file,
        reader.sheet.name,
        reader.sheet.cell(layout.header_rows.start, title.number).address,
    )
    for row in reader.read():
        name = reader.sheet.cell(row.number, title.number)
        if row.unit is None or not name.text.strip():
            continue
        cells = [(c.measure.id, reader.sheet.cell(row.number, c.number)) for c in texts]
        result.register_rows.append(
            RegisterRow(
                period,
                row.unit.code,
                layout.table,
                tuple((measure, clean(cell.text)) for measure, cell in cells),
                tuple((measure, reader.place(cell)) for measure, cell in cells),
            )
        )


def contradicting_ratio(
    cell: Cell, part: float | int | None, whole: float | int | None
) -> dict[str, object] | None:
    """What a ratio cell states and what its parts give, in percent, when the two differ by more
    than the rounding of what is written; None when they agree or one is missing.
    """
    stated, is_percentage = _stated_ratio(cell)
    if part is None or not whole or stated is None:
        return None
    computed = Decimal(repr(part)) * 100 / Decimal(repr(whole))
    half = Decimal(1).scaleb(int(stated.as_tuple().exponent)) / 2
    readings = [(stated, half)]
    if not is_percentage and abs(stated) <= 1:
        readings.append((stated * 100, half * 100))
    if any(abs(read - computed) <= error + _NOISE for read, error in readings):
        return None
    return {"stated": round(float(stated), 2), "computed": round(float(computed), 2)}


def _stated_ratio(cell: Cell) -> tuple[Decimal | None, bool]:
    """The number in a ratio cell, in percent where the cell says so, and whether it does."""
    if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool):
        if not abs(cell.value) <= _LARGEST:
            return None, False
        percent = cell.is_percentage
        number = Decimal(repr(cell.value))
        return (number.scaleb(2) if percent else number), percent
    if isinstance(cell.value, str):
        text = clean(cell.value)
        return parse_decimal(text.rstrip("% ")), text.endswith("%")
    return None, False


def of_nearest_names(
    rows: Sequence[RowRead], names: Names, sheet: Sheet, layout: Layout
) -> list[RowRead]:
    """The rows, without figures that have another unit's name nearer on their left than the one
    that their row was read by: whose they are is not certain. Nor is it where names stand on their
    right only, and more than one does.
    """
    others = (layout.row_number_column, layout.code_column, layout.remark_column)
    known = {number for number in others if number is not None} | sheet.hidden_columns
    known |= {c.number for c in layout.columns} | {r.number for r in layout.ratios}
    known |= set(layout.unit_columns)
    return [
        row if row.is_total or row.unit is None else _checked(row, names, sheet, known)
        for row in rows
    ]


def _checked(row: RowRead, names: Names, sheet: Sheet, known: set[int]) -> RowRead:
    own = row.name_cell
    foreign = [*_foreign_names(row, names, sheet, known)]
    if not foreign:
        return row
    values = dict(row.values)
    for column, (cell, value) in row.values.items():
        left = [name for name in (own, *foreign) if name.column < column.number]
        nearest = max(left, key=lambda name: name.column, default=foreign[0])
        if nearest is not own and value.value is not None:
            problem = rejected("name_not_nearest", name=nearest.text.strip(), cell=nearest.address)
            values[column] = cell, problem
    return dataclasses.replace(row, values=values)


def _foreign_names(row: RowRead, names: Names, sheet: Sheet, known: set[int]) -> Iterator[Cell]:
    """The cells of a row that name a unit and that it was not read by, without the columns that
    are ``known`` to hold something else.
    """
    for cell in sheet.rows.get(row.number, ()):
        is_other = cell.column != row.name_cell.column and cell.column not in known
        if is_other and isinstance(cell.value, str) and _is_name(cell.text, names):
            yield cell


def _is_name(text: str, names: Names) -> bool:
    """Whether a text names a unit; "II" is a grade as well as a ward's bare name."""
    if sum(map(str.isalpha, text)) < 2 or is_roman(text):
        return False
    label = row_label(text)
    return not label.is_total and (
        names.is_of_open_level(label.open_name) or any(map(names.is_written, label.readings))
    )
