"""What the lines above a table say: the period it is for, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from dxkit.intake.labels import row_label
from dxkit.intake.names import Names
from dxkit.intake.stated import Stated, quarter_in_name, stated_times
from dxkit.intake.text import clean, normalise, slug, vocabulary
from dxkit.intake.workbook import Cell, Sheet
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.periods import Period, split_period_id
from dxkit.model.units import Unit

_MONTHS_OF_A_QUARTER = 3


def title_cells(sheet: Sheet, first_table_row: int) -> Iterator[Cell]:
    """The cells above a table."""
    for row, cells in sheet.rows.items():
        if row < first_table_row:
            yield from cells


def about_time(sheet: Sheet, first_table_row: int, period: Period, file: str) -> Finding | None:
    """What is wrong with the time that the titles state, or, where they state none, the names of
    the sheet and the file: another period (``wrong_period``), or all months since the year began
    (``cumulative_title``). None when nothing is.
    """
    if split_period_id(period.id)[1] != "quarter":
        return None
    stated: list[tuple[Stated, Cell]] = [
        (time, cell)
        for cell in title_cells(sheet, first_table_row)
        for time in stated_times(cell.text)
    ]
    place = CellRef(file, sheet.name)
    quarters = [(time, cell) for time, cell in stated if time.kind == "quarter"]
    for time, cell in quarters or stated:
        where = CellRef(file, sheet.name, cell.address)
        values = {"stated": time.text, "expected": period.id}
        if not time.fits(period):
            return Finding("wrong_period", where, "", cell.text, values)
        if time.kind == "months" and time.number > _MONTHS_OF_A_QUARTER:
            return Finding("cumulative_title", where, "", cell.text, values)
    if not stated:
        for name in (sheet.name, PurePosixPath(file).stem):
            time_in_name = quarter_in_name(name)
            if time_in_name is not None:
                if not time_in_name.fits(period):
                    values = {"stated": time_in_name.text, "expected": period.id}
                    return Finding("wrong_period", place, "", name, values)
                break
    return None


def scaled_unit(sheet: Sheet, first_table_row: int, things: Collection[str]) -> Cell | None:
    """The title cell that says that figures are in thousands or another multiple of one of the
    ``things`` counted ("DVT: nghin ho"), or None.
    """
    words = vocabulary()
    for cell in title_cells(sheet, first_table_row):
        text = normalise(cell.text)
        for label in words["unit_of_measure"]:
            at = re.search(rf"(?:^|\s){label} (?P<unit>.*)", text)
            if at and any(
                f"{at['unit']} ".startswith(f"{scale} {thing} ")
                for scale in words["scales"]
                for thing in things
            ):
                return cell
    return None


def sender_of(file: str, sheet: Sheet, first_table_row: int, names: Names) -> Unit | None:
    """The unit whose table it is, as finely as it is certain: the one that the file's name begins
    with by code or holds by name, narrowed by the sheet's name and by the office that signs in
    the title; None when nothing names one.
    """
    sender = _of_file(file, names)
    titles = [clean(cell.text) for cell in title_cells(sheet, first_table_row)]
    if sender is None:
        sender = _in_titles(titles, names)
    within = (
        names.units.descendants(sender.code)
        if sender is not None
        else [u for u in names.units.units if u.level != names.units.levels[0]]
    )
    return _signing(sheet.name, titles, tuple(within), names) or sender


def _of_file(file: str, names: Names) -> Unit | None:
    below_top = [u for u in names.units.units if u.level != names.units.levels[0]]
    stem = slug(PurePosixPath(file).with_suffix("").as_posix())
    code = slug(PurePosixPath(file).stem).split("-")[0]
    if code in names.units and names.units.get(code) in below_top:
        return names.units.get(code)
    return _finest([u for u in below_top if f"-{slug(u.name)}-" in f"-{stem}-"], names)


def _in_titles(titles: Sequence[str], names: Names) -> Unit | None:
    """The unit of the level below the top that the titles name in full."""
    first_level = names.units.levels[1] if len(names.units.levels) > 1 else ""
    text = " | ".join(normalise(title) for title in titles)
    return _finest(
        [u for u in names.units.at_level(first_level) if normalise(u.name) in text], names
    )


def _signing(
    sheet_name: str, titles: Sequence[str], within: tuple[Unit, ...], names: Names
) -> Unit | None:
    """The unit that the sheet is called after, or whose office stands alone in a title cell."""
    offices = vocabulary()["office_prefixes"]
    texts = [
        title for title in titles if any(normalise(title).startswith(f"{o} ") for o in offices)
    ]
    for text in (*row_label(sheet_name).readings, *texts):
        match = names.find(text, [within])
        if match.unit is not None:
            return match.unit
    return None


def _finest(units: Sequence[Unit], names: Names) -> Unit | None:
    """The lowest of units that stand in one line, without those whose name is only part of
    another's; None when they do not.
    """
    whole = [
        u
        for u in units
        if not any(normalise(u.name) in normalise(other.name) for other in units if other != u)
    ]
    if not whole:
        return None
    lowest = max(whole, key=lambda unit: names.units.levels.index(unit.level))
    line = {lowest.code, *(unit.code for unit in names.units.ancestors(lowest.code))}
    return lowest if all(unit.code in line for unit in whole) else None
