"""Results of visits, read again by another library and counted again another way."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from dxkit.model.addresses import column_letters
from dxkit.model.observations import VISITS, Received
from dxkit.verify.difference import INPUT, Difference
from dxkit.verify.recount import Recount

_COLUMNS = ("unit", "chance", "size", "checked", "confirmed")
_STUDENT = {
    2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228,
    11: 2.201, 12: 2.179, 13: 2.160, 14: 2.145, 15: 2.131, 16: 2.120, 17: 2.110, 18: 2.101,
    19: 2.093, 20: 2.086, 21: 2.080, 22: 2.074, 23: 2.069, 24: 2.064, 25: 2.060, 26: 2.056,
    27: 2.052, 28: 2.048, 29: 2.045, 30: 2.042,
}  # fmt: skip


def compare_visits(received: Received, folder: Path) -> Iterator[Difference]:
    """The results that stand otherwise in the workbooks below ``folder``, or are not there."""
    from python_calamine import CalamineWorkbook

    found: dict[tuple[str, str], tuple[float, ...]] = {}
    for path in sorted(folder.rglob("*")) if received.visits else ():
        try:
            book = CalamineWorkbook.from_path(str(path))
        except Exception:  # whatever is no workbook has a finding of its own
            continue
        name = f"{VISITS}/{path.relative_to(folder).as_posix()}"
        for sheet in book.sheet_names:
            page = book.get_sheet_by_name(sheet)
            top, left = page.start or (0, 0)
            columns: list[int] = []
            for number, row in enumerate(page.to_python(), start=top + 1):
                texts = [str(value).strip() for value in row]
                if {*_COLUMNS} <= {*texts}:
                    columns = [texts.index(column) for column in _COLUMNS]
                elif columns:
                    code, *numbers = (row[column] for column in columns)
                    cell = f"{column_letters(columns[-1] + left + 1)}{number}"
                    told = (n for n in numbers if isinstance(n, int | float))
                    code = int(code) if isinstance(code, float) else code
                    found[f"{name} › {sheet}!{cell}", str(code)] = tuple(told)
    for visit in received.visits:
        at = (str(visit.address), visit.unit_code)
        kept = (visit.chance, visit.size, visit.checked, visit.confirmed)
        there = found.get(at)
        if there != kept:
            yield Difference(visit.address.file, INPUT, at[0], str(kept), str(there))


def share(r: Recount, unit: str) -> Fraction | None:
    """The share of reported cases that are true: of a visited unit itself that of its cases, else
    by the reported cases for which each visit stands.
    """
    visits = r.received.visits_to(unit)
    if not visits:
        raise KeyError(unit)
    own = [v for v in visits if v.unit_code == unit]
    if not own and len(visits) < 3:
        return None
    upper = lower = Fraction(0)
    for v in own or visits:
        stands = Fraction(1) if own else Fraction(v.size) / Fraction(v.chance)
        upper += stands * v.confirmed / v.checked
        lower += stands
    return upper / lower


def end(r: Recount, unit: str, larger: bool) -> float | None:
    """An end of its interval: a root of (p - q)² = 1.96² q (1 - q) / n, for as many cases n as
    would vary like the visits do among themselves.
    """
    p, visits = share(r, unit), r.received.visits_to(unit)
    if p is None:
        return None
    cases: Fraction | float = Fraction(sum(v.checked for v in visits))
    if own := [v for v in visits if v.unit_code == unit]:
        cases = Fraction(own[0].checked)
    else:
        stands = [Fraction(v.size) / Fraction(v.chance) for v in visits]
        apart = [
            s * (Fraction(v.confirmed, v.checked) - p) for s, v in zip(stands, visits, strict=True)
        ]
        number = len(visits)
        variance = sum((a / sum(stands)) ** 2 for a in apart) * number / (number - 1)
        if variance:
            cases = min(cases, p * (1 - p) / variance)
        width = Fraction(repr(_STUDENT.get(number - 1, 1.96 + 2.5 / (number - 1))))
        cases = cases * (Fraction(196, 100) / width) ** 2
    square = Fraction(196, 100) ** 2 / Fraction(cases)
    a, b, c = 1 + square, -(2 * p + square), p * p
    root = math.sqrt(b * b - 4 * a * c)
    return min(1.0, max(0.0, (-float(b) + (root if larger else -root)) / (2 * float(a))))


def counted(r: Recount, unit: str, what: str) -> int:
    """How many cases of the visits at or below a unit; KeyError without any."""
    visits = r.received.visits_to(unit)
    if not visits:
        raise KeyError(unit)
    return len(visits) if what == "visits" else sum(getattr(v, what) for v in visits)
