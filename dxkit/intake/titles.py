"""What the lines above a table say: the period it is for, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from dxkit.intake.labels import row_label
from dxkit.intake.names import Names
from dxkit.intake.text import clean, normalise, slug, vocabulary
from dxkit.intake.workbook import Cell, Sheet
from dxkit.model.units import Unit

_NUMERALS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}


def title_cells(sheet: Sheet, first_table_row: int) -> Iterator[Cell]:
    """The cells above a table."""
    for row, cells in sheet.rows.items():
        if row < first_table_row:
            yield from cells


def stated_quarter(text: str) -> tuple[int, int] | None:
    """The quarter and year that a title names: "Quy IV nam 2022", "Q4/2022"; None without one."""
    quarter = "|".join(vocabulary()["period_quarter"])
    match = re.search(
        rf"\b(?:(?:{quarter}) ?|q)(iv|i{{1,3}}|[1-4])\b\D{{0,8}}(\d{{4}})\b", normalise(text)
    )
    return (_NUMERALS[match[1]], int(match[2])) if match else None


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
