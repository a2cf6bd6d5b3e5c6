"""What differs between two versions of a file, cell by cell; rows put in or taken out are told
from rows that changed.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dxkit.intake.file_cells import Content, FileCells
from dxkit.model.addresses import column_and_row, column_letters
from dxkit.model.text import clean
from dxkit.workbooks.cells import moved, written_out

_MOST_ROWS = 5_000  # that are put side by side; longer sheets are compared in place

_EMPTY: Content = ("", "")


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that reads otherwise than before. ``cell`` is where it stands now, or stood if it
    is gone; ``was_at`` where it stood, empty if it is new. ``recalculated``: its formula is the
    same, the result followed from other cells.
    """

    sheet: str
    cell: str
    was_at: str
    before: str
    after: str
    recalculated: bool = False


@dataclass(frozen=True)
class Comparison:
    """The changes, in order; what the sheets of the earlier version are called now; and for each
    sheet with rows put in or taken out, by its name now, which earlier row went where.
    """

    changes: tuple[CellChange, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def sheet(self, name: str) -> str:
        """What a sheet of the earlier version is called now."""
        return self.renamed.get(name, name)

    def now_at(self, sheet: str, cell: str) -> str:
        """Where a cell of the earlier version stands now; its old address if its row is gone."""
        rows = self.moved.get(self.sheet(sheet))
        letters = cell.rstrip("0123456789")
        if rows is None or not letters or letters == cell:
            return cell
        row = int(cell[len(letters) :])
        return f"{letters}{rows.get(row, row)}"


def compare(before: FileCells, after: FileCells) -> Comparison:
    """What differs. Sheets are matched by name; one that was renamed, by being left over."""
    changes: list[CellChange] = []
    moved: dict[str, Mapping[int, int]] = {}
    earlier, later = before.titled, after.titled
    names = dict(zip(after.sheets, after.titled, strict=True))
    only_before = [name for name in earlier if name not in later]
    only_after = [name for name in later if name not in earlier]
    one_renamed = len(only_before) == len(only_after) == 1
    renamed: dict[str, str] = {}
    called = dict(zip(earlier, before.sheets, strict=True))
    for sheet, title in names.items():
        former = only_before[0] if one_renamed and title == only_after[0] else title
        if former in earlier:
            renamed[called[former]] = sheet
        found, rows = _of_sheet(sheet, earlier.get(former, {}), later[title])
        changes += found
        if rows is not None:
            moved[sheet] = rows
    for title in only_before if not one_renamed else ():
        changes += _of_sheet(title, earlier[title], {})[0]
    return Comparison(tuple(changes), renamed, moved)


Row = Mapping[int, Content]


def _of_sheet(
    sheet: str, before: Mapping[str, Content], after: Mapping[str, Content]
) -> tuple[list[CellChange], Mapping[int, int] | None]:
    old, new = _rows(before), _rows(after)
    in_place = _changes(sheet, old, new, [(row, row) for row in sorted({*old, *new})])
    changed_rows = {column_and_row(change.cell)[1] for change in in_place}
    if len(changed_rows) < 3 or max(len(old), len(new)) > _MOST_ROWS:
        return in_place, None
    pairs = _paired(old, new)
    aligned = _changes(sheet, old, new, pairs)
    if len(aligned) >= len(in_place):
        return in_place, None
    return aligned, {was: now for was, now in pairs if was and now}


def _rows(cells: Mapping[str, Content]) -> dict[int, dict[int, Content]]:
    rows: dict[int, dict[int, Content]] = {}
    for address, content in cells.items():
        column, row = column_and_row(address)
        rows.setdefault(row, {})[column] = content
    return rows


def _paired(old: Mapping[int, Row], new: Mapping[int, Row]) -> list[tuple[int, int]]:
    """Rows of the two versions that are the same row; nought where one has none."""
    before, after = sorted(old), sorted(new)
    matcher = difflib.SequenceMatcher(
        None, [_signature(old[r]) for r in before], [_signature(new[r]) for r in after], False
    )
    pairs: list[tuple[int, int]] = []
    for _, first, last, new_first, new_last in matcher.get_opcodes():
        gone, came = before[first:last], after[new_first:new_last]
        both = min(len(gone), len(came))
        pairs += zip(gone[:both], came[:both], strict=True)
        pairs += [(row, 0) for row in gone[both:]] + [(0, row) for row in came[both:]]
    return pairs


def _signature(row: Row) -> tuple[tuple[int, str], ...]:
    """What a row says, without results of formulas."""
    return tuple((c, clean(text)) for c, (text, formula) in sorted(row.items()) if not formula)


def _changes(
    sheet: str, old: Mapping[int, Row], new: Mapping[int, Row], pairs: Iterable[tuple[int, int]]
) -> list[CellChange]:
    changes = []
    for was, now in pairs:
        before, after = old.get(was, {}), new.get(now, {})
        for column in sorted({*before, *after}):
            (text, formula) = before.get(column, _EMPTY)
            (new_text, new_formula) = after.get(column, _EMPTY)
            if _same(text, new_text):
                continue
            letters = column_letters(column)
            at, earlier = f"{letters}{now or was}", f"{letters}{was or now}"
            alone = written_out(formula, earlier)
            follows = bool(alone) and moved(alone, earlier, at) == written_out(new_formula, at)
            was_at = earlier if column in before else ""
            changes.append(CellChange(sheet, at, was_at, text, new_text, follows))
    return changes


def _same(text: str, other: str) -> bool:
    """Whether two texts say the same: blanks do not count, nor the last of a number's digits,
    which programs round when they save.
    """
    if text == other or clean(text) == clean(other):
        return True
    try:
        return math.isclose(float(text), float(other), rel_tol=1e-12)
    except ValueError:
        return False
