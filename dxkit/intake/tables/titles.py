"""What the lines above a table say: the period it is for, and whose it is."""

from __future__ import annotations

import datetime
import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import PurePosixPath
from typing import NamedTuple

from dxkit.intake.dates import (
    Stated,
    month_alone,
    names_period,
    of_kind,
    other_days,
    other_times,
    own_words,
    stated_start,
    stated_years,
    tells_only_time,
    tells_time,
    time_alone,
    time_in_name,
    titled_times,
    with_kind,
    without_besides,
    without_code,
)
from dxkit.intake.findings import FindingFactory
from dxkit.intake.names import Names, Scope, finest, in_slug, sender_in_name
from dxkit.intake.numbers import Counted, is_measured_out, units_of_amounts
from dxkit.intake.tables.labels import is_figure, label_text, says_units_of_measure
from dxkit.intake.tables.layout import Column, Layout
from dxkit.intake.tables.row_units import row_label
from dxkit.intake.vocabulary import holds_word, is_word, starts_with_word, vocabulary, without_word
from dxkit.model.campaign import Campaign, Conversion, Measure, MeasureKind
from dxkit.model.findings import Finding
from dxkit.model.periods import Period
from dxkit.model.text import clean, fold, harmless, normalise
from dxkit.model.units import Unit
from dxkit.workbooks.cells import Cell, Sheet

_ROWS_OF_A_SIGNATURE = 12


def title_cells(sheet: Sheet, rows: range) -> Iterator[Cell]:
    """The cells of the rows above or between tables."""
    for row in rows:
        yield from sheet.rows.get(row, ())


class _Stated(NamedTuple):
    """What a title or a name states that is not the period."""

    time: str
    text: str
    cell: Cell | None = None  # None for the sheet's name, or the file's
    code: str = "wrong_period"


def about_time(
    sheet: Sheet,
    rows: range,
    period: Period,
    finding: FindingFactory,
    sums_up: bool,
    told: Collection[Cell] = (),
) -> Finding | None:
    """What is wrong with the time that the titles state, or, where they state none, the names of
    the sheet and the file or notes below, or that the sheet's name states beside: another period
    (``wrong_period``), or all months since the year began (``cumulative_title``), which matters
    where the table ``sums_up``. Titles that are ``told`` already do not count, and what others
    state is not mended by one that begins with an outlook. None when nothing is.
    """
    cells = [*title_cells(sheet, rows), *_beside(sheet, rows.stop)]
    cells = [cell for cell in cells if cell not in told]
    cells += _in_pieces(cells)
    own = [cell for cell in cells if not starts_with_word("outlook", cell.text)]
    found = _stated_in(own, period) or _stated_in(cells, period)
    if found is None and not any(titled_times(cell.text, period) for cell in own):
        found = _days_and_years(own, period)
    if found is None and not any(titled_times(cell.text, period) for cell in cells):
        found = _days_and_years(cells, period) or _in_names(sheet, period, finding.file)
    if found is None and not any(tells_time(cell.text, period) for cell in cells):
        notes = _notes(sheet, rows.stop)
        found = _stated_in(notes, period) or _days_and_years(notes, period)
    found = found or _sheet_of_other_time(sheet, period)
    if found is None and sums_up:
        texts = [*((cell.text, cell) for cell in cells), (sheet.name, None)]
        words = ((adds_up(text, period), text, cell) for text, cell in texts)
        found = next((_Stated(*said, "cumulative_title") for said in words if said[0]), None)
    if found is None:
        return None
    return finding(found.code, found.cell, None, found.text, stated=found.time, expected=period.id)


def blocks_of_other_time(
    sheet: Sheet, rows: range, layouts: Sequence[Layout], period: Period
) -> tuple[list[tuple[Cell, Stated]], list[Layout]]:
    """The titles that state another time for a block beside others only, and the blocks that they
    rule: a title rules what stands below it, one in the columns of the first block all of them,
    unless another block has its own in the same row. None where no title fits the period.
    """
    blocks = [layout for layout in layouts if layout.header_rows == layouts[0].header_rows]
    extents = [block.extent for block in blocks]
    owned: dict[int, list[Cell]] = defaultdict(list)
    for row in rows:
        in_row = [cell for cell in sheet.rows.get(row, ()) if tells_time(cell.text, period)]
        for cell in in_row:
            # Beside the last block a title rules what is not read.
            at = sum(last + 1 < cell.column for _, last in extents)
            is_common = at == 0 and (len(in_row) == 1 or len(blocks) == 1)
            owned[-1 if is_common else at].append(cell)
    found = {at: other_times(cells, period) for at, cells in owned.items()}
    fits = any(not others for others in found.values())
    if found.get(-1) or not fits:
        return [], []
    told = [other for others in found.values() for other in others]
    return told, [block for at, block in enumerate(blocks) if found.get(at)]


def _in_pieces(cells: Iterable[Cell]) -> Iterator[Cell]:
    """What words of time say whose numbers have cells of their own, beside or below, as one text in
    the cell of the first: "Quy:", "IV", "Nam:", "2026"; and a day or a year alone in its row.
    """
    rows: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        rows[cell.row].append(cell)
    alone = {number: row[0] for number, row in rows.items() if len(row) == 1}
    for number, cell in alone.items():
        if is_word("period_labels", cell.text):
            below = [alone[n] for n in (number, number + 1, number + 2) if n in alone]
            yield replace(cell, value=" ".join(map(_as_shown, below)))
        elif said := time_alone(_as_shown(cell)):
            yield replace(cell, value=said)
    for row in rows.values():
        words = [is_word("period_labels", cell.text) for cell in row]
        first = words.index(True) if True in words else len(row)
        pairs = words[first:]
        if pairs and pairs == [True, False] * (len(pairs) // 2):
            yield replace(row[first], value=" ".join(map(_as_shown, row)))


def _notes(sheet: Sheet, header_row: int) -> list[Cell]:
    """The texts below the last row with a figure that tell a time alone: "So lieu quy III"."""
    last = itertools.takewhile(
        lambda row: row > header_row and not any(map(is_figure, sheet.rows[row])),
        itertools.islice(reversed(sheet.rows), _ROWS_OF_A_SIGNATURE),
    )
    cells = (cell for row in last for cell in sheet.rows[row])
    said = ((cell, without_word("end_rows", cell.text)) for cell in cells)
    return [cell for cell, text in said if tells_only_time(text)]


def _as_shown(cell: Cell) -> str:
    """The text of a cell; a day or a month as its format shows it."""
    if not isinstance(cell.value, datetime.date):
        return cell.text
    return f"{cell.value:%d/%m/%Y}" if "d" in cell.number_format.casefold() else label_text(cell)


def _beside(sheet: Sheet, header_row: int) -> Iterator[Cell]:
    """The cells of a header's first row that have nothing below: titles beside the table."""
    below = {cell.column for row, cells in sheet.rows.items() if row > header_row for cell in cells}
    for cell in sheet.rows.get(header_row, ()):
        if cell.column not in below:
            yield cell


def _stated_in(cells: Sequence[Cell], period: Period) -> _Stated | None:
    """That titles state another time than the period's, or months since the year began; of times
    without a year that the titles state another year. What a title tells beside ("ky truoc: quy
    III") counts where nothing else is told, and then a month alone.
    """
    stated: dict[Stated, Cell] = {}
    for without in (without_besides, str):
        for cell in cells if not stated else ():
            for time in titled_times(without(cell.text), period):
                stated.setdefault(time, cell)
    if not stated:
        stated = {month: cell for cell in cells if (month := month_alone(cell.text, period))}
    for time in of_kind(stated, period):
        if found := _against(time, period, stated[time].text, stated[time]):
            return found
    is_dated = any(time.year for time in stated)
    return None if is_dated or not stated else _other_year(cells, period)


def _against(time: Stated, period: Period, text: str, cell: Cell | None = None) -> _Stated | None:
    """That a time which a text states is not the period's, or goes back before it."""
    code = "wrong_period" if not time.fits(period) else "cumulative_title"
    is_other = not time.fits(period) or time.goes_back(period)
    return _Stated(time.told(text), text, cell, code) if is_other else None


def _days_and_years(cells: Sequence[Cell], period: Period) -> _Stated | None:
    """That titles state days that are not the period's, or only other years."""
    for cell in cells:
        if (days := other_days(cell.text, period)) is not None:
            code = "cumulative_title" if days.goes_back else "wrong_period"
            return _Stated(days.told, cell.text, cell, code)
    return _other_year(cells, period)


def _other_year(cells: Sequence[Cell], period: Period) -> _Stated | None:
    """That titles state other years alone; plans may go on after the next."""
    own = ((own_words(cell.text, period), cell) for cell in cells)
    years = [(year, cell) for text, cell in own for year in stated_years(text, period.year + 1)]
    if years and period.year not in {year for year, _ in years}:
        year, cell = years[0]
        return _Stated(str(year), cell.text, cell)
    return None


def _in_names(sheet: Sheet, period: Period, file: str) -> _Stated | None:
    """That the name of the sheet or the file states another time; a file may be called after the
    month in which it was sent, "2026-04".
    """
    stem = without_code(PurePosixPath(file).stem)
    for name, is_file in ((sheet.name, False), (stem, True)):
        time = time_in_name(with_kind(name, period))
        if time is not None:
            is_sent = is_file and not _has_word_of_time(name) and _is_near(time, period)
            return None if is_sent else _against(time, period, name)
        is_sure = period.kind != "quarter" or name.isdigit() or stated_years(name)
        if is_sure and names_period(name, period) is False:
            return _Stated(harmless(clean(name)), name)  # "T2" is a month of a quarter
    return None


def _sheet_of_other_time(sheet: Sheet, period: Period) -> _Stated | None:
    """That a sheet whose title may have been copied is called after another time: a quarter, months
    from the year's start on, a year, or a month of which no day lies in the period, nor is the one
    after it, in which it is sent. Words of time only: "Q3" may be a locality.
    """
    time = time_in_name(with_kind(sheet.name, period))
    if not (_has_word_of_time(sheet.name) or (time and time.year) or sheet.name.isdigit()):
        return None
    if time is not None:
        return None if _is_near(time, period) else _against(time, period, sheet.name)
    is_year = sheet.name.isdigit() or (len(sheet.name.split()) == 2 and stated_years(sheet.name))
    if is_year and names_period(sheet.name, period) is False:
        return _Stated(clean(sheet.name), sheet.name)
    return None


def _has_word_of_time(name: str) -> bool:
    words, key = vocabulary(), normalise(name.replace("_", " "))
    kinds = ("period_quarter", "period_month", "period_year")
    of_time = "|".join(w for kind in kinds for word in words[kind] for w in (word, fold(word)))
    of_time += "|" + "|".join(entry.split()[0] for entry in words["month_names"])
    return re.search(rf"(?<![^\W_])(?:{of_time})(?![^\W\d_])", key) is not None


def _is_near(time: Stated, period: Period) -> bool:
    """Whether it is a month that holds days of a longer period, or the one after it."""
    return time.kind == "month" != period.kind and any(
        time.number == month and time.year in (None, year) for year, month in _months_of(period)
    )


def _months_of(period: Period) -> Iterator[tuple[int, int]]:
    """The months that hold days of a period, and the one after the last."""
    first = period.first_day.year * 12 + period.first_day.month - 1
    last = period.last_day.year * 12 + period.last_day.month
    for month in range(first, last + 1):
        yield month // 12, month % 12 + 1


def adds_up(text: str, period: Period) -> str:
    """The word of a text that says that it adds up since before a period of less than a year."""
    words, key = vocabulary(), f" {fold(text)} "
    is_own = stated_start(own_words(text, period), period.last_day) == period.first_day
    is_own &= not any(f" {fold(word)} " in key for word in words["year_start"])
    if is_own or period.kind == "year":
        return ""
    return next((w for w in words["period_cumulative"] if f" {fold(w)} " in key), "")


def of_other_figures(
    sheet: Sheet, rows: range, marker: str, told: Collection[Cell] = ()
) -> tuple[str, Cell | None] | None:
    """The name of the sheet, or the text of a title and its cell, that says that its figures are no
    reported ones: planned, expected, or those of the last year. None where neither does; titles
    that are ``told`` already, or hold the campaign's ``marker`` of simulated data, do not count.
    """
    marker = normalise(marker)
    if _is_of_others(sheet.name):
        return sheet.name, None
    for cell in title_cells(sheet, rows):
        is_other = starts_with_word("of_other_titles", cell.text) or holds_word(
            "estimated", cell.text
        )
        alone = cell.column == 1 or len(sheet.rows[cell.row]) == 1
        marked = marker and marker in normalise(cell.text)
        if (is_other or (alone and _is_of_others(cell.text))) and cell not in told and not marked:
            return cell.text, cell
    return None


def _is_of_others(text: str) -> bool:
    """Whether a name or title, or what stands in its brackets or behind a dash, says of other
    figures, and all of it no more but their time: "Quy IV (du kien)", not "Tai chinh - Ke hoach".
    """
    parts = {part: _is_other_word(part) for part in _PARTS.split(text)}
    return any(parts.values()) and all(is_it or tells_only_time(p) for p, is_it in parts.items())


def _is_other_word(text: str) -> bool:
    """Whether a text is a word for other figures, with or without their time."""
    words = vocabulary()
    times = {*words["period_year"], *words["period_quarter"], *words["period_month"]}
    named = normalise(text).split()
    around = zip(["", *named], named, [*named[1:], ""], strict=False)
    bare = [
        word
        for before, word, after in around  # a plan of "5 years" keeps its number
        if not _NUMBER_OF_TIME.match(word) or (after in times and before not in times)
    ]
    while " ".join(bare) not in words["of_other_sheets"]:
        if not bare or bare[-1] not in times or len(bare) == len(named):
            return False
        bare.pop()
    return True


_PARTS = re.compile(r"[()]| [-\u2013] ")
_NUMBER_OF_TIME = re.compile(r"(?:\d\d?|\d{4}|i{1,3}|iv)\Z")  # a document has another


def scaled_unit(sheet: Sheet, rows: range, things: Collection[str]) -> Cell | None:
    """The title cell, or the note at the sheet's end, that says that figures are in thousands or
    another multiple of one of the ``things`` counted ("DVT: nghin ho", and of titles "(1.000 ho)")
    or of whatever there is, or None.
    """
    words = vocabulary()
    above = [*title_cells(sheet, rows), *_beside(sheet, rows.stop)]
    last = [row for row in list(sheet.rows)[-_ROWS_OF_A_SIGNATURE:] if row >= rows.stop]
    for cell in (*above, *(cell for row in last for cell in sheet.rows[row])):
        text = normalise(cell.text)
        scaled = (f"{scale} {thing}" for scale in words["scales"] for thing in things)
        if cell in above and text in scaled:
            return cell
        for label in words["unit_of_measure"]:
            at = re.search(rf"(?:^|\s){label} (?P<unit>.*)", text)
            if at and any(
                at["unit"] == scale or f"{at['unit']} ".startswith(f"{scale} {thing} ")
                for scale in words["scales"]
                for thing in things
            ):
                return cell
    return None


def sender_of(
    sheet: Sheet, rows: range, names: Names, finding: FindingFactory
) -> tuple[Unit | None, Finding | None]:
    """The unit whose table it is, as finely as it is certain: the one that the file's name begins
    with by code or holds by name, narrowed by the sheet's name and by the office that signs in
    the title; None when nothing names one. With it what is wrong when two of these name units of
    which neither lies in the other.
    """
    titles = [*title_cells(sheet, rows), *_signatures(sheet, rows)]
    offices = [cell for cell in titles if starts_with_word("office_prefixes", cell.text)]
    file_sender = sender_in_name(finding.file, names) or _in_titles(titles, names)
    scopes = names.scopes
    within = scopes.descendants(file_sender.code) if file_sender is not None else scopes.below_top
    sender = _signing(sheet.name, offices, within, names) or file_sender
    if sender is None:
        return None, None
    units = names.units
    line = {*units.line(sender.code), *(u.code for u in units.descendants(sender.code))}
    for cell, named in _named_in(titles, offices, names):
        if line.isdisjoint(unit.code for unit in named):
            values = {"unit": sender.name, "other": named[0].name}
            return sender, finding("sender_unclear", cell, sender.code, cell.text, **values)
    named = _called_after(sheet.name, names, sender.level)
    if named and line.isdisjoint(unit.code for unit in named):
        values = {"unit": named[0].name, "other": sender.name}
        at = next((c for c, u in _named_in(titles, offices, names) if sender in u), None)
        return sender, finding("sender_unclear", at, sender.code, sheet.name, **values)
    return sender, None


def _signatures(sheet: Sheet, rows: range) -> Iterator[Cell]:
    """The cells at a sheet's end in which an office signs."""
    words = {f"tm {office}" for office in vocabulary()["office_prefixes"]}
    for row in list(sheet.rows)[-_ROWS_OF_A_SIGNATURE:]:
        for cell in sheet.rows[row] if row > rows.stop else ():
            if isinstance(cell.value, str) and normalise(cell.value).startswith(tuple(words)):
                yield cell


def _named_in(
    titles: Sequence[Cell], offices: Sequence[Cell], names: Names
) -> Iterator[tuple[Cell, tuple[Unit, ...]]]:
    """The units that the titles name, each with its cell, but those that are written to."""
    for cell in titles:
        if isinstance(cell.value, str) and not starts_with_word("recipients", cell.text):
            unit = names.in_full(cell.text) if cell in offices else None
            for named in [(unit,)] if unit is not None else names.in_text(cell.text):
                yield cell, named


def _called_after(sheet_name: str, names: Names, level: str) -> tuple[Unit, ...]:
    """The units that a sheet is called after: with their type, or by a name of several words
    without it, then those of a ``level``.
    """
    unit = names.in_full(sheet_name)
    if unit is not None:
        return (unit,)
    full, bare = in_slug(sheet_name, names)
    key = normalise(sheet_name)
    of_name = (u for u in bare if normalise(u.bare_name) in key or fold(u.bare_name) in key)
    return tuple(full or (u for u in of_name if u.level == level))


def _in_titles(titles: Iterable[Cell], names: Names) -> Unit | None:
    """The unit of the level below the top that the titles name in full."""
    text = " | ".join(normalise(clean(title.text)) for title in titles)
    return finest([unit for key, unit in names.scopes.first_level if key in text], names)


def _signing(sheet_name: str, offices: Iterable[Cell], within: Scope, names: Names) -> Unit | None:
    """The unit that the sheet is called after, or whose office stands alone in a title cell."""
    for text in (*row_label(sheet_name).readings, *(clean(cell.text) for cell in offices)):
        match = names.find(text, [within], suggest=False)
        if match.unit is not None:
            return match.unit
    return None


class AmountUnits:
    """The units of measure of one campaign's amounts."""

    def __init__(self, campaign: Campaign) -> None:
        self.known = frozenset(units_of_amounts(campaign))
        self._of = {
            measure.id: _units_of(measure, campaign.conversions)
            for measure in campaign.measures
            if is_measured_out(measure)
        }
        self._stated = re.compile(
            rf"(?:^|\s|\()(?:{'|'.join(vocabulary()['unit_of_measure'])})\s*:?\s*(?P<units>[^():]+)"
        )

    def in_own_units(
        self, sheet: Sheet, layout: Layout, titles: Iterable[Cell], beside: Iterable[Column]
    ) -> Layout:
        """The layout, each column of amounts with what it is in, or with its problem where the unit
        that its label, or else a title, says is none of the measure's. Whole numbers of such a unit
        are in the measure's own, or not used; so are counts below another thing in a row of units
        ("(nguoi)", "%"), and all where a title says per cent alone. Of people and households one is
        easily taken for the other: columns of these are not used below a title that says things
        of which no column of the sheet, those of tables ``beside`` neither, counts any; another
        thing there ("ho" above files) is a line left from another sheet.
        """
        measured = [c for c in layout.columns if c.measure.id in self._of]
        told = {unit for cell in titles for unit in self._stated_in(cell)}
        stated = told & self.known
        counts = [c for c in beside if c.measure.kind is MeasureKind.COUNT]
        people, homes = ({*vocabulary()[kind]} for kind in ("people", "households"))
        other = set[str]()  # things of which none is told, where the title tells the like
        if not stated and bool(told & people) != bool(told & homes):
            ours, other = (people, homes) if told & people else (homes, people)
            other = set() if any(_is_of(c, ours) for c in counts) else other
        is_percent = told == {"%"}
        rows = [sheet.rows.get(row, ()) for row in (*layout.header_rows, layout.first_row)]
        below = {c.column: normalise(c.text) for r in rows if says_units_of_measure(r) for c in r}
        columns = []
        for column in layout.columns:
            unit = below.get(column.number)
            is_count = column.measure.kind is MeasureKind.COUNT and column not in measured
            is_other = is_percent or _is_of(column, other) or (unit and not _counts(column, unit))
            if is_count and is_other:
                column = replace(column, problem=column.problem or "column_unit_unclear")
            if column in measured:
                units = self._of[column.measure.id]
                is_amount = column.measure.kind is MeasureKind.AMOUNT
                said = {column.unit} if column.unit else stated
                factors = {units[unit] for unit in said if unit in units}
                is_clear = not said or (factors == {1} or (is_amount and len(factors) == 1))
                factor = factors.pop() if is_clear and factors else Decimal(1)
                problem = column.problem or ("" if is_clear else "column_unit_unclear")
                of = units if is_amount else None
                column = replace(column, units=of, factor=factor, problem=problem)
            columns.append(column)
        return replace(layout, columns=tuple(columns))

    def _stated_in(self, cell: Cell) -> Iterator[str]:
        """The units that a title says figures are in: "DVT: kg", "(trieu dong)"."""
        if isinstance(cell.value, str):
            text = clean(cell.text).casefold()
            found = [m["units"] for m in self._stated.finditer(text)] or [text.strip("() ")]
            for units in found:
                yield from map(normalise, re.split("[,;/]", units))


def _is_of(column: Column, group: Collection[str]) -> bool:
    """Whether a column counts one of a group of things."""
    return not {normalise(thing) for thing in column.measure.things.values()}.isdisjoint(group)


def _counts(column: Column, unit: str) -> bool:
    """Whether a column is in a unit: its thing, or the last word for it ("luot nguoi")."""
    things = frozenset(normalise(thing) for thing in column.measure.things.values() if thing)
    if column.measure.kind is MeasureKind.SHARE:
        return unit == "%"
    return not things or Counted(things).counts(unit) or any(t.endswith(f" {unit}") for t in things)


def _units_of(measure: Measure, conversions: Iterable[Conversion]) -> Mapping[str, Decimal]:
    """The units of measure that a measure's amounts may be in."""
    own = {normalise(thing) for thing in measure.things.values() if thing}
    units = dict.fromkeys(own, Decimal(1))
    for each in conversions:
        if normalise(each.of) in own:
            units[normalise(each.unit)] = Decimal(repr(each.times))
    return units
