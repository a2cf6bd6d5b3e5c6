"""What people do to forms that they were asked not to do: each kind alters a filled form and says
which finding is to tell it, and where.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from openpyxl.utils import get_column_letter, range_boundaries

from dxkit.model.forms import MAP, VERSION, Form, FormSheet

Told = tuple[str, str, str]
"""Finding code, sheet, cell (or one of several); none for a whole sheet, or for the file."""


@dataclass
class Tampered:
    """A form in hand: the workbook, its map, the sheet with the most rows, what chance says."""

    book: Any
    form: Form
    random: Random

    @property
    def of(self) -> FormSheet:
        return max(self.form.sheets, key=lambda s: len([c for c in s.rows.values() if c]))

    @property
    def sheet(self) -> Any:
        return self.book[self.of.name]

    @property
    def row(self) -> int:
        """A row of a unit that the form names; not the last of the table."""
        return self.random.choice([row for row, code in self.of.rows.items() if code][:-1])

    @property
    def entry(self) -> int:
        return self.random.choice(self.of.columns).number

    @property
    def top(self) -> int:
        return self.of.header[0]

    @property
    def last(self) -> int:
        """The last column of the table."""
        return int(self.of.answers)

    @property
    def derived(self) -> list[str]:
        """The addresses of formulas in rows of units."""
        return [a for a, f in self.of.fixed.items() if f.startswith("=")]

    def told(self, row: int, column: int, code: str = "form_changed", also: int = 0) -> Told:
        """Told at a cell, or in a row ``also`` that is alike."""
        letter = get_column_letter(column)
        return code, self.of.name, " ".join(f"{letter}{at}" for at in (row, also) if at)

    def shift(self, *, row: int = 0, column: int = 0, by: int = 1) -> None:
        """Put in or take out rows or columns as a spreadsheet does: merged cells go along."""
        ranges = [range_boundaries(str(area)) for area in self.sheet.merged_cells.ranges]
        for area in [str(a) for a in self.sheet.merged_cells.ranges]:
            self.sheet.unmerge_cells(area)
        if row and by > 0:
            self.sheet.insert_rows(row, by)
        elif row:
            self.sheet.delete_rows(row, -by)
        elif by > 0:
            self.sheet.insert_cols(column, by)
        else:
            self.sheet.delete_cols(column, -by)
        for left, top, right, bottom in ranges:
            if row:
                top, bottom = _moved(top, bottom, row, by)
            else:
                left, right = _moved(left, right, column, by)
            if left <= right and top <= bottom and (left, top) != (right, bottom):
                self.sheet.merge_cells(
                    start_row=top, start_column=left, end_row=bottom, end_column=right
                )

    def swap(self, cells: Callable[[int], tuple[Any, Any]], ends: range) -> None:
        """Change the content of pairs of cells about."""
        for at in ends:
            one, other = cells(at)
            if type(one).__name__ == type(other).__name__ == "Cell":
                one.value, other.value = other.value, one.value


def _moved(first: int, last: int, at: int, by: int) -> tuple[int, int]:
    """A run of lines after ``by`` lines were put in, or taken out, at one."""
    if by > 0:
        return first + by * (first >= at), last + by * (last >= at)
    gone = -by
    return (first if first <= at else first - gone), (last if last < at else last - gone)


Kind = Callable[[Tampered], Told]
KINDS: dict[str, Kind] = {}


def kind(change: Kind) -> Kind:
    KINDS[change.__name__] = change
    return change


# rows --------------------------------------------------------------------------------------------


@kind
def row_inserted(t: Tampered) -> Told:
    row = t.row
    t.shift(row=row)
    return t.told(row, 2)


@kind
def row_inserted_with_figures(t: Tampered) -> Told:
    row = t.row
    t.shift(row=row)
    t.sheet.cell(row, 2).value = "Ấp 77"
    for column in t.of.columns:
        t.sheet.cell(row, column.number).value = 3
    return t.told(row, 2)


@kind
def two_rows_inserted(t: Tampered) -> Told:
    row = t.row
    t.shift(row=row, by=2)
    return t.told(row, 2)


@kind
def row_deleted(t: Tampered) -> Told:
    row = t.row
    t.shift(row=row, by=-1)
    return t.told(row, 2)


@kind
def first_row_deleted(t: Tampered) -> Told:
    row = next(iter(t.of.rows))
    t.shift(row=row, by=-1)
    return t.told(row, 2)


@kind
def group_or_total_deleted(t: Tampered) -> Told:
    row = next(iter(t.of.groups))
    t.shift(row=row, by=-1)
    return t.told(row, 2)


@kind
def row_doubled(t: Tampered) -> Told:
    row = t.row
    t.shift(row=row + 1)
    for column in range(1, t.last + 1):
        t.sheet.cell(row + 1, column).value = t.sheet.cell(row, column).value
    return t.told(row, 2, also=row + 1)


@kind
def rows_changed_about(t: Tampered) -> Told:
    row = t.row
    t.swap(lambda c: (t.sheet.cell(row, c), t.sheet.cell(row + 1, c)), range(1, t.last + 1))
    return t.told(row, 2)


@kind
def names_changed_about(t: Tampered) -> Told:
    row = t.row
    t.swap(lambda c: (t.sheet.cell(row, c), t.sheet.cell(row + 1, c)), range(2, 3))
    return t.told(row, 2, "form_part_unclear")


@kind
def row_above_the_labels_inserted(t: Tampered) -> Told:
    t.shift(row=3)
    return t.told(3, 2, also=2)


@kind
def rows_of_titles_deleted(t: Tampered) -> Told:
    t.shift(row=3, by=-2)
    return t.told(3, 2)


@kind
def numbers_of_columns_deleted(t: Tampered) -> Told:
    row = t.of.header[1] + 1
    t.shift(row=row, by=-1)
    return t.told(row, 2)


# columns -----------------------------------------------------------------------------------------


@kind
def column_inserted(t: Tampered) -> Told:
    column = t.entry
    t.shift(column=column)
    return t.told(t.top, column)


@kind
def column_with_figures_inserted(t: Tampered) -> Told:
    column = t.entry
    t.shift(column=column)
    for row in t.of.rows:
        t.sheet.cell(row, column).value = 7
    return t.told(t.top, column)


@kind
def column_left_of_all_inserted(t: Tampered) -> Told:
    t.shift(column=1)
    return t.told(t.top, 1)


@kind
def entry_column_deleted(t: Tampered) -> Told:
    column = t.entry
    t.shift(column=column, by=-1)
    return t.told(t.top, column)


@kind
def derived_column_deleted(t: Tampered) -> Told:
    entries = {c.number for c in t.of.columns} | {t.of.choices, t.of.answers}
    column = next(c for c in range(3, t.last) if c not in entries)
    t.shift(column=column, by=-1)
    return t.told(t.top, column)


@kind
def choices_deleted(t: Tampered) -> Told:
    column = t.of.choices
    t.shift(column=column, by=-1)
    return t.told(t.top, column)


@kind
def columns_changed_about(t: Tampered) -> Told:
    first, second = (c.number for c in t.of.columns[:2])
    ends = range(t.top, max(t.of.rows) + 1)
    t.swap(lambda r: (t.sheet.cell(r, first), t.sheet.cell(r, second)), ends)
    return t.told(t.top, first)


# labels ------------------------------------------------------------------------------------------


def _label(t: Tampered, column: int) -> int:
    """The row in which the last label of a column stands."""
    letter = get_column_letter(column)
    rows = range(t.top, t.of.header[1] + 1)
    return next(row for row in reversed(rows) if t.of.fixed.get(f"{letter}{row}"))


@kind
def label_written_over(t: Tampered) -> Told:
    column = t.entry
    t.sheet.cell(_label(t, column), column).value = "Số liệu bổ sung"
    return t.told(t.top, column, "form_part_unclear")


@kind
def label_cleared(t: Tampered) -> Told:
    column = t.entry
    t.sheet.cell(_label(t, column), column).value = None
    return t.told(t.top, column, "form_part_unclear")


@kind
def label_of_another_column(t: Tampered) -> Told:
    first, second = (c.number for c in t.of.columns[:2])
    t.sheet.cell(_label(t, first), first).value = t.sheet.cell(_label(t, second), second).value
    return t.told(t.top, first, "form_part_unclear")


@kind
def name_unknown(t: Tampered) -> Told:
    row = t.row
    t.sheet.cell(row, 2).value = "Đơn vị lạ"
    return t.told(row, 2, "form_part_unclear")


@kind
def name_of_another(t: Tampered) -> Told:
    row = t.row
    t.sheet.cell(row, 2).value = t.sheet.cell(row + 1, 2).value
    return t.told(row, 2, "form_part_unclear")


@kind
def name_cleared(t: Tampered) -> Told:
    row = t.row
    t.sheet.cell(row, 2).value = None
    return t.told(row, 2, "form_part_unclear")


@kind
def name_pasted_over_by_a_figure(t: Tampered) -> Told:
    row = t.row
    t.sheet.cell(row, 2).value = 512
    return t.told(row, 2, "form_part_unclear")


@kind
def number_of_a_row_written_over(t: Tampered) -> Told:
    row = t.row
    t.sheet.cell(row, 1).value = "99"
    return t.told(row, 2)


@kind
def block_pasted_a_column_to_the_left(t: Tampered) -> Told:
    row = t.row
    for column in range(2, t.last):
        if type(t.sheet.cell(row, column)).__name__ == "Cell":
            t.sheet.cell(row, column).value = t.sheet.cell(row, column + 1).value
    return t.told(row, 2, "form_part_unclear")


# what nobody was asked for -----------------------------------------------------------------------


def _overwritten(t: Tampered, address: str) -> Told:
    t.sheet[address].value = t.random.randint(1000, 9999)
    return "form_cell_overwritten", t.of.name, address


@kind
def formula_of_a_row_written_over(t: Tampered) -> Told:
    rows = tuple(str(row) for row in t.of.rows)
    found = [a for a in t.derived if a.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") in rows]
    return _overwritten(t, t.random.choice(found))


@kind
def sum_written_over(t: Tampered) -> Told:
    rows = tuple(str(row) for row in t.of.groups)
    found = [a for a in t.derived if a.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") in rows]
    return _overwritten(t, t.random.choice(found))


@kind
def formula_cleared(t: Tampered) -> Told:
    address = t.random.choice(t.derived)
    t.sheet[address].value = None
    return "form_cell_overwritten", t.of.name, address


@kind
def formula_replaced(t: Tampered) -> Told:
    address = t.random.choice(t.derived)
    t.sheet[address].value = "=1+1"
    return "form_cell_overwritten", t.of.name, address


@kind
def figure_beside_a_sum(t: Tampered) -> Told:
    row = next(iter(t.of.groups))
    return _overwritten(t, f"{get_column_letter(t.of.choices)}{row}")


@kind
def title_written_over(t: Tampered) -> Told:
    t.sheet["A3"].value = "BÁO CÁO NHANH"
    return "form_cell_overwritten", t.of.name, "A3"


@kind
def choice_unknown(t: Tampered) -> Told:
    row = t.row
    t.sheet.cell(row, t.of.choices).value = "bận"
    return t.told(row, t.of.choices)


# sheets ------------------------------------------------------------------------------------------


@kind
def sheet_deleted(t: Tampered) -> Told:
    name = t.of.name
    del t.book[name]
    return "form_changed", name, ""


@kind
def sheet_renamed(t: Tampered) -> Told:
    name = t.of.name
    t.sheet.title = "Biểu mới"
    return "form_changed", name, ""


@kind
def sheet_copied(t: Tampered) -> Told:
    copied = t.book.copy_worksheet(t.sheet)
    for column in t.of.columns:
        copied.cell(t.row, column.number).value = 1
    return "form_changed", copied.title, ""


@kind
def sheet_added(t: Tampered) -> Told:
    sheet = t.book.create_sheet("Nháp")
    for row in (["STT", "Đơn vị", "Tổng số hộ"], [1, "Ấp 1", 5]):
        sheet.append(row)
    return "form_changed", "Nháp", ""


@kind
def sheet_hidden(t: Tampered) -> Told:
    t.sheet.sheet_state = "hidden"
    return "hidden_content_skipped", t.of.name, ""


@kind
def row_hidden(t: Tampered) -> Told:
    row = t.row
    for column in t.of.columns:
        t.sheet.cell(row, column.number).value = 1
    t.sheet.row_dimensions[row].hidden = True
    return t.told(row, 2, "row_hidden")


@kind
def column_hidden(t: Tampered) -> Told:
    column = t.entry
    t.sheet.column_dimensions.clear()
    t.sheet.column_dimensions[get_column_letter(column)].hidden = True
    return t.told(t.top, column, "column_hidden")


# the identity ------------------------------------------------------------------------------------


def _on_guide(t: Tampered) -> Any:
    cells = (cell for row in t.book[t.form.guide].iter_rows() for cell in row)
    return next(cell for cell in cells if t.form.identity.text in str(cell.value))


@kind
def map_deleted(t: Tampered) -> Told:
    del t.book[MAP]
    return "form_without_map", t.form.guide, _on_guide(t).coordinate


@kind
def map_changed(t: Tampered) -> Told:
    sheet = t.book[MAP]
    row = t.random.randint(2, sheet.max_row)
    sheet.cell(row, 2).value = f"{sheet.cell(row, 2).value}0"
    return "form_without_map", MAP, "A1"


@kind
def map_shown_and_copied_as_text(t: Tampered) -> Told:
    t.book[MAP].sheet_state = "visible"
    t.book[MAP]["A2"].value = "x"
    return "form_without_map", MAP, "A1"


@kind
def identity_removed_from_all_sheets(t: Tampered) -> Told:
    del t.book[MAP]
    _on_guide(t).value = None
    for sheet in t.form.sheets:
        t.book[sheet.name]["A6"].value = None
    return "form_without_map", "", ""


def _as(t: Tampered, old: str, new: str) -> None:
    for sheet in t.book.worksheets:
        for cell in (sheet["A1"], sheet["A6"]):
            if isinstance(cell.value, str):
                cell.value = cell.value.replace(old, new)


@kind
def older_version(t: Tampered) -> Told:
    _as(t, f"dxkit-form:{VERSION}:", "dxkit-form:0:")
    return "form_without_map", MAP, "A1"


@kind
def newer_version(t: Tampered) -> Told:
    _as(t, f"dxkit-form:{VERSION}:", f"dxkit-form:{VERSION + 1}:")
    return "form_without_map", MAP, "A1"


@kind
def form_of_another_period(t: Tampered) -> Told:
    _as(t, f":{t.form.period}:", ":2019-Q1:")
    return "form_of_another", MAP, "A1"


@kind
def form_of_another_campaign(t: Tampered) -> Told:
    _as(t, f":{t.form.campaign}:", ":phong-trao-khac:")
    return "form_of_another", MAP, "A1"


# what is typed is checked again ------------------------------------------------------------------


def _typed(t: Tampered, value: object, code: str) -> Told:
    row, column = t.row, t.entry
    t.sheet.cell(row, column).value = value
    return t.told(row, column, code)


@kind
def words_pasted(t: Tampered) -> Told:
    return _typed(t, "đang rà soát", "value_unreadable")


@kind
def number_below_nought_pasted(t: Tampered) -> Told:
    return _typed(t, -5, "count_negative")


@kind
def fraction_pasted(t: Tampered) -> Told:
    return _typed(t, 12.5, "count_not_whole")


@kind
def error_pasted(t: Tampered) -> Told:
    return _typed(t, "#REF!", "value_is_error")


@kind
def number_as_text_with_doubtful_digits_pasted(t: Tampered) -> Told:
    return _typed(t, "12O", "digits_repaired")


@kind
def cells_merged(t: Tampered) -> Told:
    row, column = t.row, t.entry
    t.sheet.cell(row, column).value = 3
    t.sheet.merge_cells(start_row=row, start_column=column, end_row=row + 1, end_column=column)
    return t.told(row, column, "cell_merged")


def tamper(name: str, book: Any, form: Form, random: Random) -> Told:
    """Do one kind of harm to a workbook."""
    return KINDS[name](Tampered(book, copy.copy(form), random))
