"""The sheets of one workbook: which are read, and what each holds."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Iterable, Iterator, Sequence

from dxkit.intake.dates import other_time
from dxkit.intake.findings import FindingFactory
from dxkit.intake.names import Names
from dxkit.intake.tables.header import LayoutFinder
from dxkit.intake.tables.layout import Layout
from dxkit.intake.tables.read import TableRead, read_table
from dxkit.intake.tables.rows import RowReader
from dxkit.intake.tables.titles import about_time, scaled_unit, sender_of, title_cells
from dxkit.model.campaign import Accumulation, Campaign, MeasureKind
from dxkit.model.findings import Finding
from dxkit.model.periods import Period
from dxkit.model.text import normalise
from dxkit.model.units import Unit
from dxkit.workbooks.cells import Sheet, Workbook


def read_sheets(
    campaign: Campaign, period: Period, names: Names, workbook: Workbook
) -> tuple[list[TableRead], list[Finding]]:
    """The tables of all sheets that are to be read, and what is wrong with the sheets."""
    finder = LayoutFinder(campaign, period)
    things = {normalise(thing) for m in campaign.measures for thing in m.things.values() if thing}
    tables: list[TableRead] = []
    findings: list[Finding] = []
    for sheet in _wanted_sheets(campaign, workbook):
        finding = FindingFactory(workbook.file, sheet.name)
        layouts = () if sheet.hidden else finder.find(sheet)
        if not layouts:
            if sheet.cells:
                code = "hidden_content_skipped" if sheet.hidden else "sheet_without_table"
                findings.append(finding(code))
            continue
        above = range(layouts[0].header_rows.start)
        sums_up = any(_sums_up(layout, period) for layout in layouts)
        problem = about_time(sheet, above, period, finding, sums_up)
        if problem is None and (scaled := scaled_unit(sheet, above, things)) is not None:
            problem = finding("unit_scaled", scaled, None, scaled.text)
        sender, unclear = sender_of(sheet, above, names, finding)
        problem = problem or unclear
        if problem is not None:
            findings.append(problem)
            if problem.code != "cumulative_title":
                continue
            layouts = tuple(_cumulative(layout, period) for layout in layouts)
        layouts = tuple(_of_the_time(sheet, layouts, period, finding, findings))
        of_sheet: list[TableRead] = []
        beside: dict[range, list[tuple[Layout, TableRead]]] = {}  # by the header they share
        for layout in layouts:
            if not layout.unit_columns:
                cell = sheet.cell(layout.header_rows.start, layout.columns[0].number)
                findings.append(finding("names_missing", cell, table=layout.table))
                continue
            shown = _shown(sheet, layout, finding, findings, sender)
            reader = RowReader(names, sheet, shown, sender, finding, period)
            of_sheet.append(read_table(reader, shown, period.id))
            beside.setdefault(layout.header_rows, []).append((layout, of_sheet[-1]))
        tables += of_sheet
        for tables_beside in beside.values():
            findings += _not_in_all(sheet, names, tables_beside, finding)
        findings += _missing_columns(campaign, of_sheet, layouts, finding)
    return tables, findings


def _not_in_all(
    sheet: Sheet, names: Names, beside: Sequence[tuple[Layout, TableRead]], finding: FindingFactory
) -> Iterator[Finding]:
    """Units that some of the tables side by side name and others do not, as when a list of names
    and scores lacks one.
    """
    named = [{o.unit_code for o in table.observations} for _, table in beside]
    known = {unit.code: unit for _, table in beside for unit in table.units}
    for (layout, _), here in zip(beside, named, strict=True):
        lacking = sorted(set().union(*named) - here) if layout.columns else []
        for code in lacking:
            cell = sheet.cell(layout.header_rows.start, layout.columns[0].number)
            unit = known.get(code) or names.units.get(code)
            yield finding("unit_not_beside", cell, code, unit=unit.name)


def _shown(
    sheet: Sheet,
    layout: Layout,
    finding: FindingFactory,
    findings: list[Finding],
    sender: Unit | None,
) -> Layout:
    """The layout without columns that are hidden: they are not read, and that is said, as an error
    of a column whose figures no other holds. So is that columns add up since before the period:
    they are read, but not as the period's.
    """
    for column in layout.columns:
        if column.cumulative:
            cell = sheet.cell(layout.header_rows.start, column.number)
            findings.append(finding("column_cumulative", cell, measure=column.measure.id))
    hidden = [c for c in layout.columns if c.number in sheet.hidden_columns]
    others = {(c.measure.id, c.period) for c in layout.columns if c not in hidden}
    for column in hidden:
        cell = sheet.cell(layout.header_rows.start, column.number)
        is_spare = (column.measure.id, column.period) in others or column.control
        is_spare = is_spare or column.cumulative or column.measure.kind is MeasureKind.TEXT
        code = "hidden_content_skipped" if is_spare else "column_hidden"
        unit = "" if is_spare or sender is None else sender.code
        findings.append(finding(code, cell, unit, measure=column.measure.id))
    shown = tuple(c for c in layout.columns if c not in hidden)
    numbers = {c.number for c in shown}
    ratios = tuple(r for r in layout.ratios if {r.part, r.whole} <= numbers)
    return dataclasses.replace(layout, columns=shown, ratios=ratios)


def _sums_up(layout: Layout, period: Period) -> bool:
    """Whether a table counts what came in the period and says nowhere what it adds up."""
    return any(
        c.measure.accumulation is Accumulation.FLOW and c.period == period.id
        for c in layout.columns
    ) and not any(c.cumulative or c.in_period for c in layout.columns)


def _of_the_time(
    sheet: Sheet,
    layouts: Sequence[Layout],
    period: Period,
    finding: FindingFactory,
    findings: list[Finding],
) -> Iterator[Layout]:
    """The tables of a sheet without those below whose own title states another time."""
    before = layouts[0].header_rows
    for layout in layouts:
        between = range(before.stop, layout.header_rows.start)
        before = layout.header_rows
        others = [
            (time, cell)
            for cell in title_cells(sheet, between)
            if isinstance(cell.value, str) and (time := other_time(cell.text, period))
        ]
        if not others:
            yield layout
            continue
        time, cell = others[-1]
        values = {"stated": time.text, "expected": period.id}
        findings.append(finding("wrong_period", cell, None, cell.text, **values))


def _cumulative(layout: Layout, period: Period) -> Layout:
    """The layout of a table that covers all months since the year began: its flows of the whole
    period are no flows of the period.
    """
    columns = tuple(
        dataclasses.replace(c, cumulative=True)
        if c.measure.accumulation is Accumulation.FLOW and c.period == period.id
        else c
        for c in layout.columns
    )
    return dataclasses.replace(layout, columns=columns)


def _missing_columns(
    campaign: Campaign,
    tables: Sequence[TableRead],
    layouts: Iterable[Layout],
    finding: FindingFactory,
) -> Iterator[Finding]:
    """Declared measures of the tables of one sheet that no column of it holds."""
    source = campaign.initiatives.columns["source"] if campaign.initiatives else ""
    present = {c.measure.id for layout in layouts for c in layout.columns if not c.cumulative}
    for table in {table.table: table for table in tables}.values():
        for measure in campaign.measures:
            expected = measure.table == table.table and measure.kind is not MeasureKind.ROWS
            # The source is what published registers add to reported ones.
            if expected and measure.id != source and measure.id not in present:
                code = "column_absent" if measure.kind is MeasureKind.TEXT else "column_missing"
                unit = table.sender.code if table.sender else ""
                yield finding(code, None, unit, measure=measure.id)


def _wanted_sheets(campaign: Campaign, workbook: Workbook) -> Iterator[Sheet]:
    """The sheets that layouts.toml does not leave out: the first entry that fits decides."""
    for sheet in workbook.sheets:
        fitting = (
            layout.read
            for layout in campaign.layouts
            if fnmatch.fnmatchcase(workbook.file, layout.file)
            and fnmatch.fnmatchcase(sheet.name, layout.sheet)
        )
        if next(fitting, True):
            yield sheet
