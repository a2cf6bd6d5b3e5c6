"""Which unit a row of a table is about: the name or the total in its first texts, and the group it
stands in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from dxkit.intake.dates import stated_times
from dxkit.intake.names import Match, Names, Scope
from dxkit.intake.tables.layout import Layout
from dxkit.intake.vocabulary import holds_word, is_word, starts_with_word, vocabulary
from dxkit.model.text import clean, fold, normalise, without_outline
from dxkit.model.units import Unit
from dxkit.workbooks.cells import Cell, Sheet

_BULLET = re.compile(r"[-\u2013+*\u2022]|[a-h]\s?[.)]")
_REMARK_BEHIND = re.compile(r"\s*\(([^()]*)\)\Z")
_ROMAN = re.compile(r"[IVX]{1,6}[.)]?\Z")
_LONGEST_PLACE = 10  # words


@dataclass(frozen=True)
class RowLabel:
    """A row's label. ``name`` is the unit's name, empty for a total that names none; ``native``
    the name without its second line in another language.
    """

    name: str
    is_total: bool = False
    native: str = ""

    @cached_property
    def open_name(self) -> str:
        """The name without the numbering before it: what a unit that nobody declared is called."""
        return without_outline(self.name)

    @cached_property
    def readings(self) -> list[str]:
        """The name as it stands, without numbering, without another language, and without what
        a bracket counts or remarks behind it: "Xa Vi Tan (7 ap)".
        """
        names = (self.name, self.open_name, self.native, self.parts[0])
        return list(dict.fromkeys(name for name in names if name))

    @cached_property
    def parts(self) -> tuple[str, str]:
        """The name without the bracket behind it, and what that says; the whole name where it says
        which figures are meant, "(nu)", "(ke hoach)", or of which time.
        """
        behind = _REMARK_BEHIND.search(self.open_name) if ")" in self.name else None
        if behind is None:
            return self.open_name, ""
        said = behind[1].strip()
        parts = ("sub_rows", "sub_row_names", "sub_row_names_alone")
        others = ("of_other_figures", "other_figures", "period_cumulative")
        is_other = any(starts_with_word(kind, said) for kind in parts)
        is_other = is_other or any(holds_word(kind, said) for kind in others)
        if not said or is_other or stated_times(said):
            return self.open_name, ""
        return _REMARK_BEHIND.sub("", self.open_name), said

    def remark(self, names: Names) -> str:
        """What a bracket behind the name of a unit remarks; no count, and no other unit."""
        said = self.parts[1]
        if not said:
            return ""
        is_unit = names.is_written(said) or next(names.in_text(said), None) is not None
        is_count = said[:1].isdigit() and "/" not in said
        is_name = is_unit or names.is_written(self.open_name) or is_count
        return "" if is_name else said

    def is_known(self, names: Names) -> bool:
        """Whether it names a unit, of whatever day, or begins as hamlets' names do."""
        if not self.open_name:
            return False
        return names.is_of_open_level(self.open_name) or any(map(names.is_written, self.readings))

    @property
    def is_bulleted(self) -> bool:
        """Whether it stands below something else: "- nu", "a) nu"."""
        return bool(_BULLET.match(self.name))

    def is_sub_row(self, names: Names) -> bool:
        """Whether its row only parts the one above: "Trong do: nu", "- nu". A unit's name behind
        such words is a unit's, and a bare "Nam" may be a hamlet's: to the south.
        """
        word = starts_with_word("sub_rows", self.open_name)
        rest = RowLabel(" ".join(self.open_name.split()[len(word.split()) :]))
        is_part = self.is_bulleted and is_word("sub_row_names", rest.name)
        is_part = is_part or is_word("sub_row_names_alone", self.name)
        return bool(word or is_part) and not rest.is_known(names)


@lru_cache(maxsize=20_000)
def row_label(text: str) -> RowLabel:
    """What a label means: "Tong cong", "Cong huyen X", "X (Tong so)", or the name of a unit."""
    first_line, _, second_line = text.strip().partition("\n")
    native = clean(first_line) if second_line.isascii() else ""
    whole = clean(_in_one_language(text.strip()))
    if is_word("total_rows", whole) or is_word("total_rows", native):
        return RowLabel("", True)
    bracket = whole.rfind("(")
    if bracket > 0 and normalise(whole[bracket:]) in vocabulary()["total_suffixes"]:
        return RowLabel(whole[:bracket].strip(), True)
    if word := starts_with_word("total_rows", whole):
        return RowLabel(" ".join(whole.split()[len(word.split()) :]), True)
    return RowLabel(whole, native=native)


def _in_one_language(name: str) -> str:
    """A name without what says it again in letters without accents: "Xa Vi Tan / Vi Tan commune"
    (the first with them).
    """
    for mark in ("\n", "/", "(", " - ", " \u2013 "):
        first, found, again = name.partition(mark)
        if found and again.isascii():
            bare = fold(" ".join(first.split()[1:]))
            if bare and f" {bare} " in f" {fold(again)} ":
                return first.strip()
    return name


def is_roman(text: str) -> bool:
    """Whether a row number is a roman numeral, as those of groups are."""
    return bool(_ROMAN.match(clean(text)))


def parted(name: str) -> Iterator[tuple[str, str]]:
    """The ways to part a name into a locality and what it lies in."""
    for mark in (",", " - ", " \u2013 ", "("):
        locality, found, of = name.partition(mark)
        if found and locality.strip() and of.strip():
            yield locality.strip(), of.strip(" )")
    words = name.split()
    for first in range(2, min(len(words) - 1, _LONGEST_PLACE)):
        yield " ".join(words[:first]), " ".join(words[first:])


class RowUnits:
    """Follows the names of one table from the top down. ``sender`` is the unit whose file it is,
    if known; ``opened`` are the units that only the workbook names, ``written`` how often it names
    each in which writing.
    """

    def __init__(self, names: Names, sheet: Sheet, layout: Layout, sender: Unit | None) -> None:
        self._names = names
        self._sheet = sheet
        self._layout = layout
        self._sender = sender
        self._top = sender if sender and names.open_level_below(sender) else None
        if sender is None and len(names.units.units) == 1:  # everything stands below the only one
            self._top = names.units.units[0]
        self._parent = self._top
        self._group: tuple[Unit, bool] | None = None  # of declared units, with a roman number?
        self._chain: list[Unit | None] = [None] * len(layout.unit_columns)
        self._unknown: set[int] = set()  # unit columns that last held a name nobody knows
        self._members = 0  # of the present parent
        self._is_roman_group = False  # whether its row has a roman number, and members' others
        self._is_counted_group = False  # whether its row has a number as its members have
        self._number = 0  # the row number of the last member
        self._last: Unit | None = None  # the last member
        self._is_unsure = False  # whether names of groups stand elsewhere than in their first rows
        self._below = 0  # rows below the last name of a group, in columns of their own
        self._merged_to = 0  # the last row of that name's merged cell, nought where it has none
        self.opened: dict[str, Unit] = {}
        self.written: Counter[Unit] = Counter()
        self.closed_at: Cell | None = None  # the total below the present parent's members
        self.orphans = 0  # names of an open level above the first group

    def find(self, label: RowLabel, position: int, number: int, stands_alone: bool) -> Match:
        """The unit that the name in a unit column means. ``stands_alone`` when the columns of
        coarser units are empty in the row.
        """
        match = self._found(label, position, number, stands_alone)
        by_code = self._by_code(number)
        if (
            match.unit is not None
            and by_code is not None
            and by_code.level == match.unit.level
            and by_code.code != match.unit.code
        ):
            return Match(None, "unit_ambiguous", (match.unit, by_code))
        return match

    def remember(self, position: int, unit: Unit | None, number: int) -> None:
        """Keep a unit as the group of what stands below it."""
        self._chain[position:] = [unit] + [None] * (len(self._chain) - position - 1)
        self._unknown -= set(range(position, len(self._chain)))
        if position < len(self._chain) - 1:
            self._below, self._merged_to = 0, self._last_row(number, position)
        else:
            self._below += 1
        if unit is None:
            return
        if self._names.open_level_below(unit) is not None:
            self._begin(unit)
            self._is_roman_group = len(self._chain) == 1 and self._is_roman(number)
            self._is_counted_group = self._counted(number) > 0
        elif unit.code in self._names.units:  # a declared unit without hamlets of its own
            self._begin(None)
            if len(self._chain) == 1 and any(self._names.units.children(unit.code)):
                self._group = (unit, self._is_roman(number))
        else:
            self._members += 1
            self._last = unit
            self._number = self._counted(number)

    def forget(self, position: int, number: int, label: RowLabel) -> None:
        """After an unknown name: what stands below it belongs to nobody we know, unless it is one
        member of a group like those below it.
        """
        if self._is_member(number, label):
            self._members += 1
            self._number = self._counted(number) or self._number
            return
        self._chain[position:] = [None] * (len(self._chain) - position)
        self._unknown.add(position)
        if self._is_roman(number):
            self._group = None
        if position < len(self._chain) - 1 or len(self._chain) == 1:
            self._begin(None)

    def _is_member(self, number: int, label: RowLabel) -> bool:
        """Whether an unknown name can begin no group: it begins as members' names do, it has a
        bullet, all rows are those of one group, or the row numbers tell.
        """
        if len(self._chain) > 1 or self._parent is None or self._names.has_type(label.name):
            return False
        if self.is_of_one_group or label.is_bulleted:
            return True
        if self._names.is_of_open_level(label.open_name):
            return True
        counted = self._counted(number)
        goes_on = bool(self._number) and counted == self._number + 1
        return (self._is_roman_group and bool(counted)) or (goes_on and not self._is_counted_group)

    @property
    def is_of_one_group(self) -> bool:
        """Whether all rows of the table stand in one group, the sender's."""
        top, here = self._top, self._parent
        return top is not None and here is not None and top.code == here.code

    def has_number(self, number: int) -> bool:
        """Whether a row has a row number."""
        return self._counted(number) > 0 or self._is_roman(number)

    def goes_on_below(self, number: int) -> bool:
        """Whether a row has the row number that follows the last member's."""
        return bool(self._number) and self._counted(number) == self._number + 1

    def take_back(self, unit: Unit) -> None:
        """Forget one writing of a unit that only the workbook names."""
        self.written[unit] -= 1
        if self.written[unit] <= 0:
            del self.written[unit]

    def close(self, unit: Unit | None, cell: Cell) -> None:
        """After a total: the members of the group that it closes have ended. A total of another
        unit than the group's begins nothing that is known.
        """
        if len(self._chain) > 1:
            if unit is None and self._below and self._top is None:
                self._chain = [None] * len(self._chain)
                self._unknown.add(0)
            return
        if self._parent is None or self._parent is self._top:
            return
        if unit is None or unit.code == self._parent.code:
            if self._members:
                self.closed_at = cell
        elif self._names.open_level_below(unit) is not None:
            self._begin(None)

    @property
    def group(self) -> str:
        """Code of the unit that the next row stands below; empty when it is not known."""
        named = next((unit for unit in reversed(self._chain[:-1]) if unit is not None), None)
        group = named or self._parent
        return group.code if group is not None else ""

    def repeats_above(self, name: str) -> bool:
        """Whether a name right below that of a group or a member says the same in another language:
        it has no accents, begins with no type of unit, and holds the bare name ("Vi Tan commune").
        """
        if self._parent is None or not name.isascii():
            return False
        above = self._last if self._members and self._last is not None else self._parent
        bare = fold(normalise(above.bare_name or above.name))
        return f" {bare} " in f" {fold(name)} " and not self._names.has_type(name)

    def begins_elsewhere(self, unit: Unit) -> bool:
        """Whether a title between the rows names another unit than the one they stand below."""
        here = self._parent or self._sender
        if here is None:
            return True
        return unit.code not in self._names.units.line(here.code)

    def _open(self, unit: Unit) -> Unit:
        """The unit that stands for all writings of one that only the workbook names."""
        self.written[unit] += 1
        return self.opened.setdefault(unit.code, unit)

    def _begin(self, parent: Unit | None) -> None:
        self._parent = parent
        self._members = 0
        self._is_roman_group = self._is_counted_group = False
        self._number = 0
        self.closed_at = None

    def _by_code(self, number: int) -> Unit | None:
        if self._layout.code_column is None:
            return None
        code = clean(self._sheet.cell(number, self._layout.code_column).text)
        return self._names.units.get(code) if code in self._names.units else None

    def _found(self, label: RowLabel, position: int, number: int, stands_alone: bool) -> Match:
        by_code = self._by_code(number)
        if by_code is not None and any(
            self._names.find(name, [[by_code]], suggest=False).unit for name in label.readings
        ):
            return Match(by_code)
        if any(before in self._unknown for before in range(position)):
            return Match(None, "unit_unknown")
        left = next((u for u in reversed(self._chain[:position]) if u is not None), None)
        if position and stands_alone and not self._is_filled(number, position):
            if left is None and self._top is None:
                self._is_unsure = True  # the group's name may stand in its middle or last row
            elif self._is_unsure or 0 < self._merged_to < number:
                return Match(None, "group_unclear")
        above = left or self._parent_by_number(number)
        if (match := self._within_named(label, above)) is not None:
            return match
        called = label.open_name
        if holds_word("not_reported", label.remark(self._names)):  # no hamlet is called so
            called = label.parts[0]
        behind = _REMARK_BEHIND.search(called)
        if above is not None and not label.parts[1] and behind and behind[1].strip():
            return Match(None, "unit_unknown")  # "(nu)", "(ke hoach)": which of its figures
        if above is not None and (opened := self._names.open_unit(called, above)):
            if above is self._parent and self._has_ended(number):
                return Match(None, "group_unclear")
            return Match(self._open(opened))
        match = self._declared(label, left, number)
        if match.problem == "unit_unknown" and above is not None and not match.candidates:
            return Match(None, match.problem, self._names.of_other_type(called, above))
        if match.unit is None and left is None and self._names.is_of_open_level(label.open_name):
            self.orphans += self._group is None and not self._has_begun
        return match

    @property
    def _has_begun(self) -> bool:
        return self._parent is not None or bool(self._unknown) or any(self._chain)

    def _declared(self, label: RowLabel, left: Unit | None, number: int) -> Match:
        """The declared unit of a name: of the group that it stands in, or of any level."""
        readings = label.readings
        if label.parts[1] and not label.remark(self._names) and not label.parts[1][0].isdigit():
            readings = [name for name in readings if name != label.parts[0]]
        match = self._first(readings, self._scopes(left))
        if left is not None or self._group is None:
            return match
        group, is_roman_group = self._group
        if match.unit is not None and self._is_elsewhere(match.unit, group):
            return Match(None, "group_unclear")
        member = self._first(readings, [self._names.scopes.children(group.code)])
        if member.unit is None or (match.unit is not None and match.unit.code == member.unit.code):
            return match
        if match.unit is not None and match.unit.level == group.level:
            if self._is_roman(number):
                return match
            if not is_roman_group:  # a group's name or a member's?
                return Match(None, "unit_ambiguous", (match.unit, member.unit))
        return member

    def _is_elsewhere(self, unit: Unit, group: Unit) -> bool:
        """Whether a unit of a finer level than the group's lies in another group."""
        levels = self._names.units.levels
        is_finer = levels.index(unit.level) > levels.index(group.level)
        return is_finer and group.code not in self._names.units.line(unit.code)

    def _first(self, readings: Sequence[str], scopes: Sequence[Scope]) -> Match:
        """What the first reading means that means something."""
        first: Match | None = None
        for name in readings:
            match = self._names.find(name, scopes, suggest=first is None)
            if match.unit is not None:
                return match
            first = first or match
        return first or Match(None, "unit_unknown")

    def _has_ended(self, number: int) -> bool:
        """Whether a total has closed the present group, or the row numbers begin again in it."""
        column = self._layout.row_number_column
        if self.closed_at is None and column is not None and self._parent is not self._top:
            text = clean(self._sheet.cell(number, column).text).strip(".)")
            if self._members and text in ("1", "01") and len(self._chain) == 1:
                self.closed_at = self._sheet.cell(number, column)
        return self.closed_at is not None

    def _within_named(self, label: RowLabel, above: Unit | None) -> Match | None:
        """The unit of a name that says itself what it lies in: "Ap 1, xa Vi Tan"."""
        units = self._names.units
        for name, of in parted(label.open_name):
            whole = self._names.in_full(of)
            if whole is None or whole.level == units.levels[0]:
                continue
            found = self._names.open_unit(name, whole)
            below = self._names.scopes.children(whole.code)
            found = found or self._names.find(name, [below], suggest=False).unit
            if found is None:
                continue
            if found.code not in units:
                if above is not None and above.code not in units.line(whole.code):
                    return Match(None, "unit_ambiguous", (whole, above))
                found = self._open(found)
            return Match(found)
        return None

    def _is_filled(self, number: int, position: int) -> bool:
        """Whether a merged cell beside the row says which coarser unit it belongs to."""
        columns = self._layout.unit_columns[:position]
        return any(self._sheet.merged_above(number, column) for column in columns)

    def _last_row(self, number: int, position: int) -> int:
        """The last row of the merged cell that holds a group's name, nought where it is none."""
        column = self._layout.unit_columns[position]
        top, _, bottom, _ = self._sheet.merged_at.get((number, column), (0, 0, 0, 0))
        return bottom if bottom > top else 0

    def _is_roman(self, number: int) -> bool:
        column = self._layout.row_number_column
        return column is not None and is_roman(self._sheet.cell(number, column).text)

    def _counted(self, number: int) -> int:
        """The row number of a row, nought where it is none."""
        column = self._layout.row_number_column
        text = clean(self._sheet.cell(number, column).text) if column is not None else ""
        text = text.strip(".)")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0

    def _parent_by_number(self, number: int) -> Unit | None:
        """The unit that the first name of a row stands below. In a single column of names it is the
        group above; where every name is taken, the row numbers tell groups (roman) from members.
        """
        if len(self._chain) > 1:
            return self._top
        level = self._names.open_level_below(self._top) if self._top else None
        if level is None or level.prefixes or self._layout.row_number_column is None:
            return self._parent
        return self._top if self._is_roman(number) else self._parent

    def _scopes(self, above: Unit | None) -> Sequence[Scope]:
        if above is not None:
            return [
                self._names.scopes.children(above.code),
                self._names.scopes.descendants(above.code),
            ]
        return self._anywhere

    @cached_property
    def _anywhere(self) -> Sequence[Scope]:
        scopes: list[Scope] = []
        if self._sender is not None and self._sender.code in self._names.units:
            children = self._names.units.children(self._sender.code)
            scopes.append(Scope((self._sender, *children)))
        return [*scopes, *self._names.scopes.levels]
