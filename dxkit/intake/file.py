"""One received file: which of its sheets are read, what each holds, and what is wrong with the file
as a whole.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dxkit.intake.dates import other_times, stated_day
from dxkit.intake.file_cells import (
    FileRead,
    Origin,
    TableRead,
    cells_of,
    listed_answers,
    without_remarks,
)
from dxkit.intake.findings import FindingFactory, finding
from dxkit.intake.forms import read_form
from dxkit.intake.names import Names, sender_in_name
from dxkit.intake.tables.described_layout import (
    ChosenRows,
    DescribedLayout,
    UnfitLayoutError,
    columns_read,
    likely_header,
    lines_of,
    of_period_block,
    transposed,
)
from dxkit.intake.tables.header import LayoutFinder
from dxkit.intake.tables.layout import Column, Layout
from dxkit.intake.tables.read import read_table
from dxkit.intake.tables.row_units import row_label
from dxkit.intake.tables.rows import RowReader
from dxkit.intake.tables.titles import (
    AmountUnits,
    about_time,
    adds_up,
    blocks_of_other_time,
    of_other_figures,
    scaled_unit,
    sender_of,
    title_cells,
)
from dxkit.intake.vocabulary import starts_with_word
from dxkit.model.addresses import column_and_row
from dxkit.model.campaign import Accumulation, Campaign, Correction, MeasureKind, SheetLayout
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import SheetRead, SourceFile
from dxkit.model.periods import Period
from dxkit.model.text import clean, normalise
from dxkit.model.units import Unit
from dxkit.workbooks.cells import Cell, Sheet, UnreadableFileError, Workbook
from dxkit.workbooks.legacy_text import decoded_sheet
from dxkit.workbooks.processes import no_collection
from dxkit.workbooks.raw_folder import SUFFIXES, WORKBOOK_SUFFIXES, read_content
from dxkit.workbooks.reading import is_workbook, workbook_of


@no_collection()
def read_file(
    campaign: Campaign, period: Period, names: Names, path: Path, folder: Path
) -> FileRead:
    """One file; a file that cannot be read is a finding."""
    file = path.relative_to(folder).as_posix()
    named = sender_in_name(file, names)
    by_name = named.code if named is not None else ""
    result = FileRead(SourceFile(file, "", unit_code=by_name))
    found, finding, suffix = result.findings, FindingFactory(file), path.suffix.lower()
    try:
        content = read_content(path)
        result.source = SourceFile(file, hashlib.sha256(content).hexdigest(), False, by_name)
        if suffix not in WORKBOOK_SUFFIXES:
            code = "workbook_not_read" if is_workbook(content) else "file_type_unknown"
            found.append(finding(code, None, by_name))
            return result
        workbook = workbook_of(content, file)
    except UnreadableFileError as error:
        found.append(unreadable(file, error.reason, error.sheet, error.cell, by_name))
        return result
    if suffix not in SUFFIXES[workbook.format]:
        found.append(finding("file_type_differs", format=workbook.format, suffix=suffix))
    if workbook.encoding not in ("", "utf-8", "utf-8-sig"):
        found.append(finding("encoding_detected", encoding=workbook.encoding))
    result.listed = listed_answers(workbook)
    workbook, origin = without_remarks(workbook)
    workbook = _in_unicode(workbook, found)
    result.cells = cells_of(workbook, origin)
    mine = [_for_copy(c, workbook, origin) for c in campaign.corrections if c.period == period.id]
    workbook, result.corrected = _corrected(workbook, mine, found)
    form = read_form(campaign, period, workbook)
    if form is not None:
        found += form.findings
        result.answers, result.replies = form.answers, form.replies
        result.as_before = form.as_before
        workbook, sender = form.workbook, form.identity.sender
        by_name = by_name or (sender if sender in names.units else "")
        if form.refused or form.identity.asks_replies:
            result.source = dataclasses.replace(
                result.source, unit_code=by_name, is_reply=form.identity.asks_replies
            )
            return result
    read = _read_sheets(campaign, period, names, workbook, form.layouts if form else {})
    result.tables, result.sheets = read.tables, read.sheets
    found += read.findings
    marker = normalise(campaign.simulated_marker)
    simulated = bool(marker) and any(
        isinstance(cell.value, str) and marker in normalise(cell.text)
        for sheet in workbook.sheets
        for cell in sheet.cells.values()
    )
    if simulated:
        found.append(finding("simulated_data"))
    found += _sent_late(workbook, period)
    of_sheets = by_name or (read.sender.code if read.sender is not None else "")
    sender = next((t.sender.code for t in result.tables if t.sender), of_sheets)
    result.source = SourceFile(file, result.source.sha256, simulated, sender)
    return result


def file_that_failed(path: Path, folder: Path, names: Names, reason: str) -> FileRead:
    """A file whose reading gave nothing."""
    file = path.relative_to(folder).as_posix()
    sender = sender_in_name(file, names)
    code = sender.code if sender else ""
    try:
        digest = hashlib.sha256(read_content(path)).hexdigest()
    except UnreadableFileError:
        digest = ""
    source = SourceFile(file, digest, unit_code=code)
    return FileRead(source, findings=[unreadable(file, reason, unit_code=code)])


def unreadable(
    file: str, reason: str, sheet: str = "", cell: str = "", unit_code: str = ""
) -> Finding:
    """That a file, or what stands in a file's place, is not read."""
    return finding("file_unreadable", CellRef(file, sheet, cell), unit_code, reason=reason)


def _sent_late(workbook: Workbook, period: Period) -> Iterator[Finding]:
    """The latest day that a workbook is signed with, when it is after the period's due day."""
    if period.due_day is None:
        return
    signed = [
        (day, sheet, cell)
        for sheet in workbook.sheets
        for cell in sheet.cells.values()
        if isinstance(cell.value, str) and (day := stated_day(cell.value))
    ]
    if not signed:
        return
    day, sheet, cell = max(signed, key=lambda entry: entry[0])
    if day > period.due_day:
        finding = FindingFactory(workbook.file, sheet.name)
        values = {"day": day.isoformat(), "due": period.due_day.isoformat()}
        yield finding("sent_late", cell, None, cell.text, **values)


def _for_copy(correction: Correction, workbook: Workbook, origin: Origin | None) -> Correction:
    """A repair of the file that a returned copy was made of holds for the copy too."""
    if origin is None or correction.file != origin.file or not workbook.sheets:
        return correction
    sheet = correction.sheet or workbook.sheets[0].name  # a text file's sheet has no name
    return dataclasses.replace(correction, file=workbook.file, sheet=sheet)


def _in_unicode(workbook: Workbook, findings: list[Finding]) -> Workbook:
    """The workbook with text of old encodings decoded, and a finding for each such sheet."""
    sheets = []
    for sheet in workbook.sheets:
        in_unicode, encoding = decoded_sheet(sheet)
        sheets.append(in_unicode)
        if encoding is not None:
            finding = FindingFactory(workbook.file, sheet.name)
            findings.append(finding("legacy_text_decoded", encoding=encoding.value))
    return dataclasses.replace(workbook, sheets=tuple(sheets))


def _corrected(
    workbook: Workbook, corrections: Iterable[Correction], findings: list[Finding]
) -> tuple[Workbook, dict[CellRef, Correction]]:
    """The workbook with the office's own repairs of cells, each applied only while its cell reads
    as expected; and the cells repaired. A repair that changes nothing explains its cell.
    """
    mine = [c for c in corrections if c.file == workbook.file]
    applied: dict[CellRef, Correction] = {}
    sheets = []
    for sheet in workbook.sheets:
        cells = dict(sheet.cells)
        for correction in (c for c in mine if c.sheet == sheet.name.strip()):
            address = CellRef(workbook.file, sheet.name, correction.cell)
            column, row = column_and_row(correction.cell)
            cell = sheet.cell(row, column)
            fits = clean(cell.text) == clean(correction.expected)
            code = "correction_applied" if fits else "correction_outdated"
            if fits and clean(correction.corrected) == clean(correction.expected):
                code = "value_explained"  # it stands as it is
            elif fits:
                cells[row, column] = Cell(row, column, correction.corrected, font=cell.font)
                applied[address] = correction
            said = ("expected", "corrected", "reason", "name", "date")
            values = {name: getattr(correction, name) for name in said}
            findings.append(finding(code, address, "", cell.text, **values))
        sheets.append(dataclasses.replace(sheet, cells=cells))
    known = {sheet.name.strip() for sheet in workbook.sheets}
    for correction in (c for c in mine if c.sheet not in known):
        address = CellRef(workbook.file, correction.sheet, correction.cell)
        values = {"expected": correction.expected, "reason": correction.reason}
        findings.append(finding("correction_outdated", address, **values))
    return dataclasses.replace(workbook, sheets=tuple(sheets)), applied


_MOST_TURNED = 50_000  # cells of a sheet that is looked at with rows and columns changed about
_ROWS_OF_A_TITLE = 12  # of a sheet without a table
_PLAIN = SheetLayout("*", "*")


@dataclass
class _SheetsRead:
    """What the sheets of one workbook say, what is wrong with them, and how each was understood."""

    tables: list[TableRead] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    sheets: list[SheetRead] = field(default_factory=list)
    sender: Unit | None = None  # of the first sheet that names one


def _read_sheets(
    campaign: Campaign,
    period: Period,
    names: Names,
    workbook: Workbook,
    known: Mapping[str, Layout],
) -> _SheetsRead:
    """The tables of all sheets that are to be read; ``known`` are the layouts of sheets of a form,
    of which nothing has to be looked for.
    """
    finder, units = LayoutFinder(campaign, period), AmountUnits(campaign)
    found = _SheetsRead()
    for sheet in workbook.sheets:
        layout = known.get(sheet.name)
        entry = _entry_for(campaign, workbook.file, sheet.name) if layout is None else _PLAIN
        finding = FindingFactory(workbook.file, sheet.name)
        one = _OneSheet(campaign, period, names, finder, units, sheet, entry, finding, layout)
        one.read()
        found.tables += one.tables
        found.findings += one.findings
        found.sheets += one.understood()
        found.sender = found.sender or one.sender
    return found


@dataclass
class _OneSheet:
    """Reads one sheet; ``layouts`` are its tables, each with what it says, if it is used."""

    campaign: Campaign
    period: Period
    names: Names
    finder: LayoutFinder
    units: AmountUnits
    sheet: Sheet
    entry: SheetLayout
    finding: FindingFactory
    known: Layout | None = None
    tables: list[TableRead] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    layouts: list[tuple[Layout, TableRead | None]] = field(default_factory=list)
    titles: list[Cell] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)  # of all tables
    sender: Unit | None = None
    why_not: str = ""

    def read(self) -> None:
        """Fill tables and findings."""
        if not self.sheet.cells or not self.entry.read:
            self.why_not = "left_out" if self.sheet.cells else "sheet_empty"
            return
        if self.sheet.hidden:
            self._refuse("hidden_content_skipped")
            return
        try:
            view, above, layouts = self._laid_out()
        except UnfitLayoutError as unfit:
            self._refuse("layout_unfit", unfit.cell, reason=unfit.reason)
            return
        if not layouts:
            first_rows = range(1, _ROWS_OF_A_TITLE)
            self.sender, _ = sender_of(self.sheet, first_rows, self.names, self.finding)
            turned = self._transposed_table()
            if turned is None:
                self._refuse("sheet_without_table")
            else:
                self._refuse("layout_needed", turned, reason="transposed")
            return
        titles = self.sheet if self.entry.transposed else view
        told: list[Cell] = []
        if not self.entry.names_periods and not self.entry.transposed:
            others, ruled = blocks_of_other_time(titles, above, layouts, self.period)
            for cell, time in others:
                values = time.against(self.period, cell.text)
                self.findings.append(self.finding("wrong_period", cell, None, cell.text, **values))
                told.append(cell)
            layouts = tuple(layout for layout in layouts if layout not in ruled)
        problem, sender = self._about_titles(titles, above, layouts, told)
        self.sender = sender
        self.titles = [*title_cells(titles, above)]
        if problem is not None:
            self.findings.append(problem)
            if problem.code != "cumulative_title":
                self.why_not = problem.code
                self.layouts = [(layout, None) for layout in layouts]
                return
            layouts = tuple(_cumulative(layout, self.period) for layout in layouts)
        if not self.entry.names_periods:
            layouts = tuple(self._of_the_time(view, layouts))
        self.columns = [column for layout in layouts for column in layout.columns]
        beside: dict[range, list[tuple[Layout, TableRead]]] = {}  # by the header they share
        for layout in layouts:
            read = self._table(view, layout, sender)
            if read is not None:
                beside.setdefault(layout.header_rows, []).append((layout, read))
        for tables_beside in beside.values():
            self.findings += self._not_in_all(view, tables_beside)
        self.findings += self._missing_columns(layouts)

    def _laid_out(self) -> tuple[Sheet, range, tuple[Layout, ...]]:
        """The sheet as it is read, the rows of its titles as it came, and its tables. Raises
        UnfitLayoutError when what is declared does not fit.
        """
        if self.known is not None:
            return self.sheet, range(self.known.header_rows.start), (self.known,)
        if self.entry.is_plain:
            layouts = self.finder.find(self.sheet)
            return self.sheet, range(layouts[0].header_rows.start if layouts else 0), layouts
        view = transposed(self.sheet) if self.entry.transposed else self.sheet
        dividing: frozenset[int] = frozenset()
        if self.entry.period_blocks:
            view, dividing = of_period_block(view, self.names, self.period)
        layouts = self.finder.find(view, DescribedLayout.of(self.entry, self.campaign))
        if not layouts:
            raise UnfitLayoutError("no_measure")
        header = layouts[0].header_rows
        columns = [n for layout in layouts for n in layout.unit_columns]
        for column in columns if self.entry.unit_columns else ():
            below = (view.cell(row, column).text for row in view.rows if row >= header.stop)
            if not any(row_label(text).is_known(self.names) for text in below if text.strip()):
                raise UnfitLayoutError("no_unit", view.cell(header.start, column))
        first = min(columns or [column.number for column in layouts[0].columns])
        behind = _first_of_notes(view, header) if self.entry.transposed else None
        kept = {
            at: cell
            for at, cell in view.cells.items()
            if not (at[0] in dividing and at[0] >= header.start)
            and not (self.entry.transposed and not first <= at[1] < (behind or at[1] + 1))
        }
        if behind:
            layouts = tuple(
                dataclasses.replace(
                    layout,
                    not_understood=tuple(x for x in layout.not_understood if x[0] < behind),
                    paths={number: p for number, p in layout.paths.items() if number < behind},
                )
                for layout in layouts
            )
        above = range(first if self.entry.transposed else header.start)
        return dataclasses.replace(view, cells=kept), above, layouts

    def _transposed_table(self) -> Cell | None:
        """Where a table with rows and columns changed about begins; None where there is none."""
        if len(self.sheet.cells) > _MOST_TURNED:
            return None
        view = transposed(self.sheet)
        for layout in self.finder.find(view):
            below = (view.cell(r, c).text for c in layout.unit_columns for r in view.rows)
            is_known = any(row_label(t).is_known(self.names) for t in below if t)
            if len(layout.columns) > 1 and is_known:
                return view.cell(layout.header_rows.start, layout.columns[0].number)
        return None

    def _refuse(self, code: str, cell: Cell | None = None, **values: object) -> None:
        self.findings.append(self.finding(code, cell, **values))
        self.why_not = code

    def _about_titles(
        self, titles: Sheet, above: range, layouts: Sequence[Layout], told: Sequence[Cell]
    ) -> tuple[Finding | None, Unit | None]:
        """What is wrong with what the titles state, and whose sheet it is."""
        sums_up = any(_sums_up(layout, self.period) for layout in layouts)
        problem = None
        if not self.entry.names_periods:  # where rows or blocks name their periods, titles do not
            problem = about_time(titles, above, self.period, self.finding, sums_up, told)
        whole = (m for m in self.campaign.measures if m.kind is not MeasureKind.AMOUNT)
        counted = [thing for measure in whole for thing in measure.things.values() if thing]
        scaled = scaled_unit(titles, above, {normalise(thing) for thing in counted})
        if problem is None and scaled is not None:
            problem = self.finding("unit_scaled", scaled, None, scaled.text)
        others = None
        if self.entry.is_plain:
            others = of_other_figures(titles, above, self.campaign.simulated_marker, told)
        if problem is None and others is not None:
            problem = self.finding("sheet_of_other_figures", others[1], None, stated=others[0])
        sender, unclear = sender_of(titles, above, self.names, self.finding)
        return problem or unclear, sender

    def _of_the_time(self, view: Sheet, layouts: Sequence[Layout]) -> Iterator[Layout]:
        """The tables of the sheet without those below whose own title states another time; the
        figures of one that says that it adds up since before the period are not the period's.
        """
        before = layouts[0].header_rows
        for layout in layouts:
            between = range(before.stop, layout.header_rows.start)
            before = layout.header_rows
            cells = [*title_cells(view, between)]
            others = other_times(cells, self.period)
            if not others:
                said = ((adds_up(cell.text, self.period), cell) for cell in cells)
                word, cell = next((told for told in said if told[0]), ("", None))
                if cell is not None and _sums_up(layout, self.period):
                    told = {"stated": word, "expected": self.period.id}
                    about = self.finding("cumulative_title", cell, None, cell.text, **told)
                    self.findings.append(about)
                    layout = _cumulative(layout, self.period)
                yield layout
                continue
            cell, time = others[-1]
            values = time.against(self.period, cell.text)
            self.findings.append(self.finding("wrong_period", cell, None, cell.text, **values))

    def _table(self, view: Sheet, layout: Layout, sender: Unit | None) -> TableRead | None:
        """What one table says, None when it cannot be read."""
        chosen = ChosenRows(view, layout, self.entry, self.period, self.names)
        cell = view.cell(layout.header_rows.start, layout.columns[0].number)
        read = None
        if not layout.unit_columns and not self.entry.one_unit:
            self._refuse("names_missing", cell, table=layout.table)
        elif (of_periods := chosen.undeclared_periods()) is not None:
            self._refuse("layout_needed", of_periods[1], reason=of_periods[0])
        else:
            try:
                view, layout = chosen.read(sender)
                read = self._read_rows(view, layout, sender, chosen.unclear)
            except UnfitLayoutError as unfit:
                self._refuse("layout_unfit", unfit.cell or cell, reason=unfit.reason)
        self.layouts.append((layout, read))
        return read

    def _read_rows(
        self, view: Sheet, layout: Layout, sender: Unit | None, unclear: Sequence[Cell]
    ) -> TableRead:
        self.findings += [
            self.finding("layout_unfit", at, None, at.text, reason="row_unclear") for at in unclear
        ]
        layout = self.units.in_own_units(view, layout, self.titles, self.columns)
        shown = self._shown(view, layout, sender)
        reader = RowReader(self.names, view, shown, sender, self.finding, self.period)
        read = read_table(reader, shown, self.period.id)
        self.tables.append(read)
        return read

    def _shown(self, view: Sheet, layout: Layout, sender: Unit | None) -> Layout:
        """The layout without columns that are hidden: they are not read, and that is said, as an
        error of a column whose figures no other holds. So is that columns add up since before the
        period: they are read, but not as the period's.
        """
        for column in layout.columns:
            if column.cumulative:
                cell = view.cell(layout.header_rows.start, column.number)
                about = self.finding("column_cumulative", cell, measure=column.measure.id)
                self.findings.append(about)
        hidden = [c for c in layout.columns if c.number in view.hidden_columns]
        others = {(c.measure.id, c.period) for c in layout.columns if c not in hidden}
        for column in hidden:
            cell = view.cell(layout.header_rows.start, column.number)
            is_spare = (column.measure.id, column.period) in others or column.control
            is_spare = is_spare or column.cumulative or column.measure.kind is MeasureKind.TEXT
            code = "hidden_content_skipped" if is_spare else "column_hidden"
            unit = "" if is_spare or sender is None else sender.code
            self.findings.append(self.finding(code, cell, unit, measure=column.measure.id))
        shown = tuple(c for c in layout.columns if c not in hidden)
        numbers = {c.number for c in shown}
        ratios = tuple(r for r in layout.ratios if {r.part, r.whole} <= numbers)
        return dataclasses.replace(layout, columns=shown, ratios=ratios)

    def _not_in_all(
        self, view: Sheet, beside: Sequence[tuple[Layout, TableRead]]
    ) -> Iterator[Finding]:
        """Units that some of the tables side by side name and others do not, as when a list of
        names and scores lacks one.
        """
        named = [{o.unit_code for o in table.observations} for _, table in beside]
        known = {unit.code: unit for _, table in beside for unit in table.units}
        for (layout, _), here in zip(beside, named, strict=True):
            lacking = sorted(set().union(*named) - here) if layout.columns else []
            for code in lacking:
                cell = view.cell(layout.header_rows.start, layout.columns[0].number)
                unit = known.get(code) or self.names.units.get(code)
                yield self.finding("unit_not_beside", cell, code, unit=unit.name)

    def _missing_columns(self, layouts: Iterable[Layout]) -> Iterator[Finding]:
        """Declared measures of the tables of the sheet that no column of it holds."""
        register = self.campaign.initiatives
        source = register.columns["source"] if register else ""
        present = {c.measure.id for layout in layouts for c in layout.columns if not c.cumulative}
        for table in {table.table: table for table in self.tables}.values():
            for measure in self.campaign.measures:
                expected = measure.table == table.table and measure.kind is not MeasureKind.ROWS
                # The source is what published registers add to reported ones.
                if expected and measure.id != source and measure.id not in present:
                    code = "column_absent" if measure.kind is MeasureKind.TEXT else "column_missing"
                    unit = table.sender.code if table.sender else ""
                    yield self.finding(code, None, unit, measure=measure.id)

    def understood(self) -> Iterator[SheetRead]:
        """What was understood of the sheet, for each of its tables."""
        file, name = self.finding.file, self.finding.sheet
        for layout, table in self.layouts:
            first, last = table.names if table is not None else ("", "")
            why_not = "" if table is not None else self.why_not
            columns = columns_read(layout, self.entry, self.period.id)
            header = lines_of(layout.header_rows, self.entry.transposed)
            yield SheetRead(file, name, why_not, layout.table, header, first, last, columns)
        if not self.layouts:
            is_open = self.why_not in ("sheet_without_table", "layout_needed", "layout_unfit")
            header, columns = likely_header(self.sheet) if is_open else ("", ())
            yield SheetRead(file, name, self.why_not, header=header, columns=columns)


def _sums_up(layout: Layout, period: Period) -> bool:
    """Whether a table counts what came in the period and says nowhere what it adds up."""
    return any(
        c.measure.accumulation is Accumulation.FLOW and c.period == period.id
        for c in layout.columns
    ) and not any(c.cumulative or c.in_period for c in layout.columns)


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


def _entry_for(campaign: Campaign, file: str, sheet: str) -> SheetLayout:
    """What layouts.toml says of a sheet: the first entry that fits decides."""
    fitting = (
        entry
        for entry in campaign.layouts
        if fnmatch.fnmatchcase(file, entry.file) and fnmatch.fnmatchcase(sheet, entry.sheet)
    )
    return next(fitting, _PLAIN)


def _first_of_notes(view: Sheet, header: range) -> int | None:
    """The column in which notes below a table with rows and columns changed about begin."""
    labels = (cell for row in header for cell in view.rows.get(row, ()))
    notes = (cell.column for cell in labels if starts_with_word("end_rows", clean(cell.text)))
    return min(notes, default=None)
