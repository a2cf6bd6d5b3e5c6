"""What the lines above a table say: the period it is for, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

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
    """The unit whose table it is: the one that the file's name begins with by code or holds by
    name, else the one that a title names in full; None when neither is certain.
    """
    below_top = [u for u in names.units.units if u.level != names.units.levels[0]]
    stem = slug(PurePosixPath(file).stem)
    code = stem.split("-")[0]
    if code in names.units and names.units.get(code) in below_top:
        return names.units.get(code)
    by_name = _longest([u for u in below_top if slug(u.name) in stem])
    if by_name is not None:
        return by_name
    titles = " | ".join(normalise(clean(c.text)) for c in title_cells(sheet, first_table_row))
    first_level = names.units.levels[1] if len(names.units.levels) > 1 else ""
    return _longest(
        [u for u in below_top if u.level == first_level and normalise(u.name) in titles]
    )


def _longest(units: list[Unit]) -> Unit | None:
    """The unit whose name holds those of all others found; None when two remain."""
    if not units:
        return None
    longest = max(units, key=lambda unit: len(unit.name))
    contained = all(normalise(unit.name) in normalise(longest.name) for unit in units)
    return longest if contained else None
