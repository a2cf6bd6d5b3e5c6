"""The one composition: a period's raw folder to observations and findings."""

from __future__ import annotations

import dataclasses
import fnmatch
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dxkit.intake.checks import far_from_reference, part_exceeds_whole, total_differs
from dxkit.intake.corrections import apply_corrections
from dxkit.intake.layout import Layout, LayoutFinder
from dxkit.intake.legacy_text import decoded_sheet
from dxkit.intake.names import Names
from dxkit.intake.rows import RowReader
from dxkit.intake.tables import TableRead, read_table
from dxkit.intake.text import normalise
from dxkit.intake.titles import sender_of, stated_quarter, title_cells
from dxkit.intake.workbook import Sheet, UnreadableFileError, Workbook, read_workbook
from dxkit.model.campaign import Campaign, Correction, MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.periods import Period, split_period_id
from dxkit.model.table import Flag, IndicatorTable, Observation, Received, SourceFile
from dxkit.model.units import Unit, UnitRegistry

WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv"})


@dataclass
class FileRead:
    """What one file says."""

    source: SourceFile
    tables: list[TableRead] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    corrected: dict[CellRef, Correction] = field(default_factory=dict)


def read_period(
    campaign: Campaign, period_id: str, folder: Path, references: Path | None = None
) -> Received:
    """Everything in the raw ``folder`` of one period. ``references`` is the folder that holds the
    campaign's reference folders; without it reported figures are not compared with published ones.

    Nothing is raised for bad input: what is wrong is in the findings.
    """
    period = campaign.period(period_id)
    names = Names(campaign, period.last_day)
    files = [read_file(campaign, period, names, path, folder) for path in raw_files(folder)]
    tables = [table for file in files for table in file.tables]
    units = names.units.with_units(
        {
            unit.code: unit for t in tables for unit in t.units if unit.code not in names.units
        }.values()
    )
    findings = [finding for file in files for finding in (*file.findings,)]
    findings += [finding for table in tables for finding in table.findings]
    observations, repeated = _united(tables)
    findings += repeated
    observations += _register_counts(campaign, names.units, tables, observations, period_id)
    corrected = {place: c for file in files for place, c in file.corrected.items()}
    observations = [
        dataclasses.replace(o, correction=corrected[o.place].reason) if o.place in corrected else o
        for o in observations
    ]
    for table in tables:
        findings += total_differs(table.controls, table.observations, units)
    findings += part_exceeds_whole(campaign, observations)
    findings += _missing_units(campaign, units, observations, folder)
    if references is not None:
        for check in campaign.reference_checks:
            published = _read_reference(campaign, period, names, references / check.folder)
            findings += far_from_reference(check, observations, published, units)
    exceeding = {f.place for f in findings if f.code == "part_exceeds_whole"}
    observations = [
        dataclasses.replace(o, flag=Flag.EXCEEDS_WHOLE) if o.place in exceeding else o
        for o in observations
    ]
    return Received(
        IndicatorTable(
            period_id,
            tuple(observations),
            tuple(row for table in tables for row in table.register_rows),
        ),
        units,
        tuple(findings),
        tuple(file.source for file in files),
    )


def raw_files(folder: Path) -> list[Path]:
    """The files of a raw folder, sorted; links, hidden files and office lock files left out."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and not path.name.startswith((".", "~$"))
    )


def read_file(
    campaign: Campaign, period: Period, names: Names, path: Path, folder: Path
) -> FileRead:
    """One file; a file that cannot be read is a finding."""
    file = path.relative_to(folder).as_posix()
    place = CellRef(file)
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        values = {"reason": "cannot_open"}
        return FileRead(
            SourceFile(file, ""), findings=[Finding("file_unreadable", place, values=values)]
        )
    result = FileRead(SourceFile(file, digest))
    if path.suffix.lower() not in WORKBOOK_SUFFIXES:
        result.findings.append(Finding("file_type_unknown", place))
        return result
    try:
        workbook = read_workbook(path, file)
    except UnreadableFileError as error:
        result.findings.append(Finding("file_unreadable", place, values={"reason": error.reason}))
        return result
    if workbook.encoding not in ("", "utf-8", "utf-8-sig"):
        values = {"encoding": workbook.encoding}
        result.findings.append(Finding("encoding_detected", place, values=values))
    workbook = _in_unicode(workbook, result)
    mine = [c for c in campaign.corrections if c.period == period.id]
    workbook, about_corrections, result.corrected = apply_corrections(workbook, mine)
    result.findings += about_corrections
    _read_sheets(campaign, period, names, workbook, result)
    marker = normalise(campaign.simulated_marker)
    if marker and any(
        marker in normalise(c.text)
        for s in workbook.sheets
        for c in s.cells.values()
        if isinstance(c.value, str)
    ):
        result.source = dataclasses.replace(result.source, simulated=True)
        result.findings.append(Finding("simulated_data", place))
    sender = next((t.sender.code for t in result.tables if t.sender), "")
    result.source = dataclasses.replace(result.source, unit_code=sender)
    return result


def _in_unicode(workbook: Workbook, result: FileRead) -> Workbook:
    """The workbook with text of old encodings decoded, and a finding for each such sheet."""
    sheets = []
    for sheet in workbook.sheets:
        in_unicode, encoding = decoded_sheet(sheet)
        sheets.append(in_unicode)
        if encoding is not None:
            place = CellRef(workbook.file, sheet.name)
            values = {"encoding": encoding.value}
            result.findings.append(Finding("legacy_text_decoded", place, values=values))
    return dataclasses.replace(workbook, sheets=tuple(sheets))


def _read_sheets(
    campaign: Campaign, period: Period, names: Names, workbook: Workbook, result: FileRead
) -> None:
    finder = LayoutFinder(campaign, period)
    for sheet in _wanted_sheets(campaign, workbook):
        place = CellRef(workbook.file, sheet.name)
        if sheet.hidden:
            if sheet.cells:
                result.findings.append(Finding("hidden_content_skipped", place))
            continue
        layouts = finder.find(sheet)
        if not layouts:
            if sheet.cells:
                result.findings.append(Finding("sheet_without_table", place))
            continue
        wrong = _wrong_period(sheet, layouts[0].header_rows.start, period, workbook.file)
        if wrong is not None:
            result.findings.append(wrong)
            continue
        sender = sender_of(workbook.file, sheet, layouts[0].header_rows.start, names)
        tables = []
        for layout in layouts:
            if not layout.unit_columns:
                values = {"table": layout.table}
                result.findings.append(Finding("column_missing", place, values=values))
                continue
            shown = _without_hidden(sheet, layout, place, result)
            reader = RowReader(names, workbook.file, sheet, shown, sender)
            tables.append(read_table(reader, shown, period.id))
        result.tables += tables
        result.findings += _missing_columns(campaign, tables, layouts)


def _without_hidden(sheet: Sheet, layout: Layout, place: CellRef, result: FileRead) -> Layout:
    """The layout without columns that are hidden: they are not read, and that is said."""
    hidden = [c for c in layout.columns if c.number in sheet.hidden_columns]
    for column in hidden:
        cell = sheet.cell(layout.header_rows.start, column.number)
        where = dataclasses.replace(place, cell=cell.address)
        result.findings.append(Finding("hidden_content_skipped", where))
    shown = tuple(c for c in layout.columns if c not in hidden)
    numbers = {c.number for c in shown}
    ratios = tuple(r for r in layout.ratios if {r.part, r.whole} <= numbers)
    return dataclasses.replace(layout, columns=shown, ratios=ratios)


def _missing_columns(
    campaign: Campaign, tables: Sequence[TableRead], layouts: Iterable[Layout]
) -> Iterator[Finding]:
    """Declared measures of the tables of one sheet that no column of it holds."""
    present = {column.measure.id for layout in layouts for column in layout.columns}
    source = campaign.initiatives.columns["source"] if campaign.initiatives else ""
    for table in {table.table: table for table in tables}.values():
        for measure in campaign.measures:
            expected = measure.table == table.table and measure.kind is not MeasureKind.ROWS
            if measure.id == source:  # what published registers add to reported ones
                continue
            if expected and measure.id not in present:
                code = "column_absent" if measure.kind is MeasureKind.TEXT else "column_missing"
                place = CellRef(table.file, table.sheet)
                unit = table.sender.code if table.sender else ""
                yield Finding(code, place, unit, values={"measure": measure.id})


def _wanted_sheets(campaign: Campaign, workbook: Workbook) -> Iterator[Sheet]:
    """The sheets that layouts.toml does not leave out: the first entry that fits decides."""
    entries = campaign.layouts.get("sheets", ())
    for sheet in workbook.sheets:
        read = next(
            (
                entry["read"]
                for entry in entries  # type: ignore[attr-defined]
                if fnmatch.fnmatchcase(workbook.file, entry["file"])
                and fnmatch.fnmatchcase(sheet.name, entry["sheet"])
            ),
            True,
        )
        if read:
            yield sheet


def _wrong_period(sheet: Sheet, header: int, period: Period, file: str) -> Finding | None:
    year, kind, number = split_period_id(period.id)
    if kind != "quarter":
        return None
    for cell in title_cells(sheet, header):
        stated = stated_quarter(cell.text)
        if stated is not None and stated != (number, year):
            values = {"stated": f"{stated[1]}-Q{stated[0]}", "expected": period.id}
            place = CellRef(file, sheet.name, cell.address)
            return Finding("wrong_period", place, "", cell.text, values)
    return None


def _united(tables: Iterable[TableRead]) -> tuple[list[Observation], list[Finding]]:
    """All observations; a unit that two tables report differently is used from neither."""
    kept: dict[tuple[str, str, str], Observation] = {}
    findings = []
    for table in tables:
        for observation in table.observations:
            key = (observation.unit_code, observation.period, observation.measure)
            earlier = kept.get(key)
            if earlier is None or earlier.value is None:
                if earlier is None or observation.value is not None:
                    kept[key] = observation
            elif observation.value is not None and observation.value != earlier.value:
                kept[key] = dataclasses.replace(earlier, value=None, flag=Flag.REJECTED)
                values = {"unit": observation.unit_code, "cell": str(earlier.place)}
                findings.append(
                    Finding(
                        "unit_repeated",
                        observation.place,
                        observation.unit_code,
                        observation.raw,
                        values,
                    )
                )
    return list(kept.values()), findings


def _register_counts(
    campaign: Campaign,
    units: UnitRegistry,
    tables: Iterable[TableRead],
    observations: Iterable[Observation],
    period_id: str,
) -> list[Observation]:
    """One for each row of a register, and nought for the units of its sender that reported
    something else but have no row.
    """
    reported = {o.unit_code for o in observations if o.value is not None}
    reported |= {u.code for code in tuple(reported) if code in units for u in units.ancestors(code)}
    counts: list[Observation] = []
    for table in tables:
        measures = [m for m in campaign.measures if m.table == table.table and m.kind == "rows"]
        for measure in measures if table.header_place else ():
            with_rows = {row.unit_code for row in table.register_rows}
            counts += [
                Observation(period_id, row.unit_code, measure.id, 1, row.place, row.fields[0][1])
                for row in table.register_rows
            ]
            if table.sender is None or table.header_place is None:
                continue
            counts += [
                Observation(period_id, unit.code, measure.id, 0, table.header_place)
                for unit in units.descendants(table.sender.code)
                if unit.level == measure.level
                and unit.code in reported
                and unit.code not in with_rows
            ]
    return counts


def _missing_units(
    campaign: Campaign, units: UnitRegistry, observations: Iterable[Observation], folder: Path
) -> Iterator[Finding]:
    """Units that should have reported and did not: a whole workbook, or one unit of it."""
    known: dict[str, Observation] = {}
    for observation in observations:
        chain: list[Unit] = [units.get(observation.unit_code)]
        chain += units.ancestors(observation.unit_code)
        for unit in chain:
            earlier = known.get(unit.code)
            if earlier is None or (earlier.value is None and observation.value is not None):
                known[unit.code] = observation
    open_levels = {level.id for level in campaign.levels if level.open}
    finest = [level.id for level in campaign.levels if level.id not in open_levels][-1]
    for unit in units.at_level(campaign.report_level):
        if unit.code not in known:
            place = CellRef(folder.name)
            yield Finding("workbook_missing", place, unit.code, values={"unit": unit.name})
            continue
        if finest == campaign.report_level:
            continue
        for below in units.descendants(unit.code):
            if below.level != finest:
                continue
            found = known.get(below.code)
            if found is None or found.value is None:
                place = found.place if found else CellRef(known[unit.code].place.file)
                yield Finding("unit_not_reported", place, below.code, values={"unit": below.name})


def _read_reference(
    campaign: Campaign, period: Period, names: Names, folder: Path
) -> list[Observation]:
    tables = [
        table
        for path in raw_files(folder)
        for table in read_file(campaign, period, names, path, folder).tables
    ]
    return [observation for table in tables for observation in table.observations]
