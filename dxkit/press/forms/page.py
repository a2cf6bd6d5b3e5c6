"""One sheet of a form while it is written: titles and labels, then a table of figures or a
register, with all that is noted in the map; and how its cells look. Rows and columns count from 1.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dxkit.model.addresses import column_letters, quoted, runs
from dxkit.model.campaign import MeasureKind
from dxkit.model.forms import FormColumn, FormSheet
from dxkit.model.text import harmless
from dxkit.model.units import Unit
from dxkit.press.forms.questions import (
    OPEN,
    Asked,
    AskedRow,
    Question,
    Questions,
    Role,
    RowCells,
    States,
)
from dxkit.workbooks.cells import Cell

BASE = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
_GREY, _LINE = "#5F6B76", {"border": 1, "border_color": "#9AA5B1"}
_OPEN = {**_LINE, "bg_color": "#FFFBE6", "locked": False}
LOOKS: dict[str, dict[str, object]] = {
    "plain": {},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "bold": {"bold": True},
    "center": {"align": "center"},
    "center_bold": {"align": "center", "bold": True},
    "motto": {"align": "center", "bold": True, "bottom": 0},
    "title": {"align": "center", "bold": True, "font_size": 14},
    "italic": {"align": "center", "italic": True},
    "open_line": {"align": "center", "bold": True, "locked": False},
    "open_note": {"italic": True, "locked": False},
    "note": {"italic": True, "font_color": _GREY, "font_size": 9},
    "header": {**_LINE, "align": "center", "bold": True, "text_wrap": True, "bg_color": "#E8EEF4"},
    "header_grey": {**_LINE, "align": "center", "text_wrap": True, "font_color": _GREY},
    "number_row": {**_LINE, "align": "center", "italic": True, "font_size": 9},
    "text": {**_LINE, "text_wrap": True},
    "index": {**_LINE, "align": "center"},
    "number": {**_LINE, "num_format": "#,##0"},
    "measured": {**_LINE, "num_format": "#,##0.###"},
    "part": {**_LINE, "num_format": "0.0%"},
    "share": {**_LINE, "num_format": "0.0", "font_color": _GREY, "italic": True},
    "grey": {**_LINE, "num_format": "#,##0.###", "font_color": _GREY},
    "grey_part": {**_LINE, "num_format": "0.0%", "font_color": _GREY},
    "state": {**_LINE, "align": "center", "bold": True, "text_wrap": True, "font_size": 9},
    "open_number": {**_OPEN, "num_format": "#,##0"},
    "open_measured": {**_OPEN, "num_format": "#,##0.###"},
    "open_part": {**_OPEN, "num_format": "0.0%"},
    "open_text": {**_OPEN, "text_wrap": True},
    "open_date": {**_OPEN, "num_format": "dd/mm/yyyy"},
    "group_text": {**_LINE, "bold": True, "text_wrap": True, "bg_color": "#F3F5F8"},
    "group_index": {**_LINE, "bold": True, "align": "center", "bg_color": "#F3F5F8"},
    "group_number": {**_LINE, "bold": True, "num_format": "#,##0.###", "bg_color": "#F3F5F8"},
    "group_part": {**_LINE, "bold": True, "num_format": "0.0%", "bg_color": "#F3F5F8"},
    "group_share": {**_LINE, "num_format": "0.0", "font_color": _GREY, "bg_color": "#F3F5F8"},
    "green": {"bg_color": "#D9F0E0", "font_color": "#0B5A2B"},
    "amber": {"bg_color": "#FFE3A8", "font_color": "#6B4700"},
    "red": {"bg_color": "#F9D0CC", "font_color": "#8A1410"},
}  # fmt: skip
COLOURS = {"empty": "amber", "partial": "amber", "explain": "amber", "wrong": "red",
           "exceeds": "red", "nameless": "red", "done": "green"}  # fmt: skip
"""The look of each state of a row."""


_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII",
             "XIV", "XV", "XVI", "XVII", "XVIII", "XIX", "XX")  # fmt: skip
_FIRST_ROW = 7  # of the labels: above stand motto, title, period, identity
_ENTRY_LOOKS = {MeasureKind.COUNT: "open_number", MeasureKind.SHARE: "open_part"}
_HIGH, _WIDE = 30, 9  # a row of labels; a column of figures


class Page:
    """A sheet that asks one ``question``; ``list_of`` gives the range of a list of choices."""

    def __init__(
        self, sheet: Any, title: str, looks: Mapping[str, Any], questions: Questions,
        question: Question, sender: Unit, list_of: Any,
    ) -> None:  # fmt: skip
        self.sheet, self.title, self.question, self._looks = sheet, title, question, looks
        self._questions, self._sender, self._list_of = questions, sender, list_of
        self.fixed: dict[str, str] = {}
        self.rows: dict[int, str] = {}
        self.groups: dict[int, str] = {}
        self.open_at_first = 0
        campaign, columns = questions.campaign, question.columns
        register = campaign.initiatives
        roles = {m: role for role, m in register.columns.items()} if register else {}
        self._roles = {column: roles.get(column.measure.id, "") for column in columns}
        named = [c for c in columns if question.is_register and self._roles[c] == "locality"]
        first = 2 if named else 3
        self.numbers = {column: number for number, column in enumerate(columns, start=first)}
        self.unit_column = self.numbers[named[0]] if named else 2
        behind = first + len(columns)
        self.choices, self.state_column, self.answers = (
            (0, behind, 0) if question.is_register else (behind, behind + 1, behind + 2)
        )
        self._last = self.answers or self.state_column
        self._header = range(_FIRST_ROW, _FIRST_ROW + question.depth)
        self._first = self._header.stop + 1  # below the numbers of the columns
        self._states = States(columns, campaign.checks, self._say)

    def _say(self, key: str, **values: str) -> str:
        return self._questions.language.plain(f"form.{key}", **values)

    # cells -----------------------------------------------------------------------------------

    def _put(self, row: int, column: int, value: str | float | int, look: str) -> None:
        """Something that nobody fills in."""
        if isinstance(value, str):
            value = "\n".join(harmless(line, 2000) for line in value.split("\n"))
            self.sheet.write_string(row - 1, column - 1, value, self._looks[look])
        else:
            self.sheet.write_number(row - 1, column - 1, value, self._looks[look])
        self.fixed[f"{column_letters(column)}{row}"] = Cell(row, column, value).text

    def _work_out(self, row: int, column: int, formula: str, look: str, result: object) -> None:
        """A formula with what it gives in an empty form."""
        self.sheet.write_formula(row - 1, column - 1, formula, self._looks[look], result)
        self.fixed[f"{column_letters(column)}{row}"] = formula

    def _blank(self, row: int, column: int, look: str) -> None:
        """A cell to be filled in, or one that stays empty."""
        self.sheet.write_blank(row - 1, column - 1, None, self._looks[look])

    def _across(self, row: int, left: int, right: int, text: str, look: str, down: int = 1) -> None:
        """A text over several cells."""
        if left < right or down > 1:
            area = (row - 1, left - 1, row + down - 2, right - 1)
            self.sheet.merge_range(*area, "", self._looks[look])
        self._put(row, left, text, look)

    @staticmethod
    def _at(row: int, column: int) -> str:
        """The address of a cell as formulas give it, its column fixed."""
        return f"${column_letters(column)}{row}"

    def _validate(self, rows: Sequence[int], column: int, **rule: object) -> None:
        """What may be typed into the cells of a column."""
        title = "not_listed" if rule["validate"] == "list" else "not_valid"
        rule.setdefault("error_message", self._say("choose_listed"))
        area = (rows[0] - 1, column - 1, rows[-1] - 1, column - 1)
        self.sheet.data_validation(*area, {"error_title": self._say(title), **rule})

    # the sheet -------------------------------------------------------------------------------

    def write(self) -> FormSheet:
        """Titles, labels, rows, signatures; what the map says of them."""
        self._titles()
        self._labels()
        if self.question.is_register:
            self._register()
        else:
            self._table()
        row, half = self._first + len(self.rows) + len(self.groups), self._last // 2
        note = self._looks["open_note"]
        self.sheet.merge_range(row - 1, 0, row - 1, self._last - 1, self._say("notes"), note)
        row += 2
        signed = ((row, half + 1, "date_line"), (row + 1, 1, "prepared_by"),
                  (row + 1, half + 1, "signed_by"))  # fmt: skip
        for at, left, key in signed:  # may be written over
            right = self._last if left > 1 else half
            look = self._looks["open_line"]
            self.sheet.merge_range(at - 1, left - 1, at - 1, right - 1, self._say(key), look)
        self._colours()
        self.sheet.repeat_rows(_FIRST_ROW - 1, self._header.stop - 1)
        self.sheet.freeze_panes(self._header.stop, 2)
        shown = {c: self.numbers[then] for c, then in self.question.stocks.items()}
        columns = tuple(
            FormColumn(number, column.measure.id, column.period, shown.get(column, 0))
            for column, number in self.numbers.items()
            if column.role is Role.ENTRY
        )
        return FormSheet(
            self.title, self.question.table, (_FIRST_ROW, self._header.stop - 1),
            self.unit_column, columns, self.choices, self.answers, self.rows, self.groups,
            self.fixed,
        )  # fmt: skip

    def sign(self, identity: str) -> None:
        """The identity in small below the title: it stays where all else of it is lost."""
        self.sheet.write_string(5, 0, self._say("identity", text=identity), self._looks["note"])

    def _titles(self) -> None:
        say, language, half = self._say, self._questions.language, self._last // 2
        widths = {1: 5, 2: 24, self.choices: 13, self.state_column: 13, self.answers: 28}
        for number in self.numbers.values():
            widths[number] = 24 if self.question.is_register else _WIDE
        for column, width in widths.items():
            if column:
                self.sheet.set_column(column - 1, column - 1, width)
        name = language.unit(self._sender, starts=True)
        self._across(1, 1, half, say("committee", unit=name.upper()), "center_bold")
        self._across(1, half + 1, self._last, say("nation"), "center_bold")
        self._across(2, half + 1, self._last, say("motto"), "center_bold")
        self._across(
            3, 1, self._last, self._questions.name_of(self.question.table).upper(), "title"
        )
        period = language.period(self._questions.period.id)
        days = f"{period[:1].upper()}{period[1:]} ({self._questions.days})"
        self._across(4, 1, self._last, days, "center_bold")
        before = self._questions.before
        if before is not None and before.simulated_files:
            self._across(5, 1, self._last, say("simulated"), "italic")

    def _labels(self) -> None:
        """The labels above the columns, each over all that it stands for, and column numbers."""
        say = self._say
        alone = {1: "number", 2: "unit", self.choices: "choices", self.state_column: "state",
                 self.answers: "answers"}  # fmt: skip
        paths: dict[int, tuple[str, ...]] = {
            number: (say(key),) for number, key in alone.items() if number
        }
        paths |= {number: column.path for column, number in self.numbers.items()}
        grey = {n for c, n in self.numbers.items() if c.role in (Role.BEFORE, Role.SHARE)}
        for depth, row in enumerate(self._header):
            ends = {n: p[depth] for n, p in paths.items() if len(p) == depth + 1}
            for number, label in ends.items():
                look = "header_grey" if number in grey else "header"
                self._across(row, number, number, label, look, self._header.stop - row)
            over = sorted(n for n, path in paths.items() if len(path) > depth + 1)
            for _, group in itertools.groupby(over, key=lambda n, d=depth: paths[n][: d + 1]):  # type: ignore[misc]
                for run in runs([*group]):
                    self._across(row, run[0], run[-1], paths[run[0]][depth], "header")
            self.sheet.set_row(row - 1, _HIGH)
        for number in range(1, self._last + 1):
            self._put(self._header.stop, number, f"({number})", "number_row")
        lines = 1 + max(len(column.path[-1]) for column in self.question.columns) // _WIDE
        if not self.question.is_register:
            self.sheet.set_row(self._header.stop - 2, max(_HIGH, 15 * lines))

    def _colours(self) -> None:
        """Each state of a row by its word and its colour; what is to be explained."""
        first, last = min(self.rows), max(self.rows)
        area = (first - 1, self.state_column - 1, last - 1, self.state_column - 1)
        rule = {"type": "cell", "criteria": "=="}
        for state, colour in COLOURS.items():
            word = f'"{self._say(f"state_{state}")}"'
            of = {**rule, "value": word, "format": self._looks[colour]}
            self.sheet.conditional_format(*area, of)
        if self.answers:
            asks = f'={self._at(first, self.state_column)}="{self._say("state_explain")}"'
            amber = {"type": "formula", "criteria": asks, "format": self._looks["amber"]}
            answers = (first - 1, self.answers - 1, last - 1, self.answers - 1)
            self.sheet.conditional_format(*answers, amber)

    def open_rows(self) -> str:
        """The formula that counts the rows that are not done."""
        column = column_letters(self.state_column)
        area = f"{quoted(self.title)}!${column}${min(self.rows)}:${column}${max(self.rows)}"
        words = (self._say(f"state_{state}") for state in OPEN)
        return "=" + "+".join(f'COUNTIF({area},"{word}")' for word in words)

    # a table of figures ----------------------------------------------------------------------

    def _table(self) -> None:
        """A row for each unit, its group above it, the sum of all below."""
        above: list[int] = []  # the groups that the row lies in
        below: dict[int, list[int]] = {0: []}  # rows directly below a group; 0: below none
        inside: dict[int, list[int]] = {}  # rows of units that a group adds up
        for row, asked in enumerate(self.question.rows, start=self._first):
            above = above[: asked.depth]
            beside = below[above[-1] if above else 0]
            beside.append(row)
            if asked.group and asked.unit is not None:
                above, below[row], inside[row] = [*above, row], [], []
                self.groups[row] = asked.unit.code
                number = len(beside)
                numeral = _NUMERALS[number - 1] if number <= len(_NUMERALS) else str(number)
                self._put(row, 1, numeral, "group_index")
                self._put(row, 2, asked.unit.name, "group_text")
            else:
                self.rows[row] = asked.unit.code if asked.unit else ""
                for group in above:
                    inside[group].append(row)
                self._put(row, 1, str(len(beside)), "index")
                self._row(row, asked)
        if len(below[0]) > 1 and any(c.measure.kind.adds_up for c in self.question.columns):
            end = self._first + len(self.question.rows)
            self.groups[end], below[end], inside[end] = "", below[0], [*self.rows]
            self._blank(end, 1, "group_index")
            self._put(end, 2, self._say("total"), "group_text")
        for row in self.groups:
            self._sums(row, below[row], inside[row])
        choices = [self._say("none_arose"), self._say("no_data")]
        with_before = [row for row, code in self.rows.items() if self._stocks(code)]
        without = [row for row in self.rows if row not in with_before]
        for rows, more in ((with_before, [self._say("as_before")]), (without, [])):
            source = self._list_of([*choices, *more]) if rows else ""
            for run in runs(rows):
                self._validate(run, self.choices, validate="list", source=source)
        entries = [c for c in self.numbers if c.role is Role.ENTRY]
        for column, run in itertools.product(entries, [*runs([*self.rows])]):
            formula = self._states.validity(column, self._cells(run[0]))
            rule = {"validate": "custom", "value": formula, "error_message": self._told(column)}
            self._validate(run, self.numbers[column], **rule)

    def _told(self, column: Asked) -> str:
        """What may be typed, in words."""
        campaign, said = self._questions.campaign, self._say(f"must_be_{column.measure.kind}")
        if column.measure.whole:
            whole = self._questions.language.name(campaign.measure(column.measure.whole).names)
            said = f"{self._say('not_above', whole=whole)} {said}"
        return said if len(said) <= 255 else f"{said[:254]}…"

    def _stocks(self, code: str) -> dict[Asked, Asked]:
        """The columns of which the sender may say of a unit that the figure beside still holds."""
        of = self.question.stocks.items()
        return {c: then for c, then in of if (code, c.measure.id) in self._questions.exact_stocks}

    def _cells(self, row: int) -> RowCells:
        columns = {column: self._at(row, number) for column, number in self.numbers.items()}
        code = self.rows.get(row, "")  # none of a group
        name = "" if code else self._at(row, 2)
        shown = {c: columns[then] for c, then in self._stocks(code).items()}
        others = self._at(row, self.choices), self._at(row, self.answers)
        return RowCells(columns, name, *others, f'"{self._say("as_before")}"', shown)

    def _row(self, row: int, asked: AskedRow) -> None:
        earlier: dict[str, float | int] = {}
        if asked.unit is None:
            self._blank(row, 2, "open_text")
        else:
            self._put(row, 2, asked.unit.name, "text")
            earlier = self._questions.earlier.get(asked.unit.code, {})
        for column, number in self.numbers.items():
            measure, kind = column.measure, column.measure.kind
            look = "grey_part" if kind is MeasureKind.SHARE else "grey"
            if column.role is Role.ENTRY:
                self._blank(row, number, _ENTRY_LOOKS.get(kind, "open_measured"))
            elif column.role is not Role.BEFORE:
                self._derived(row, column, "")
            elif measure.id in earlier:
                self._put(row, number, earlier[measure.id], look)
            else:
                self._blank(row, number, look)
        self._blank(row, self.choices, "open_text")
        self._blank(row, self.answers, "open_text")
        at_first = "" if asked.unit is None else self._say("state_empty")
        self.open_at_first += bool(at_first)
        cells = self._cells(row)
        self._work_out(
            row, self.state_column, self._states.state(cells, earlier), "state", at_first
        )

    def _derived(self, row: int, column: Asked, group: str) -> None:
        """The sum of the parts of the period, or the share of the whole."""
        number, own = self.numbers[column], column.measure
        figures = [c for c in self.numbers if c.role in (Role.ENTRY, Role.SUM)]
        if column.role is Role.SUM:
            parts = [self._at(row, self.numbers[c]) for c in figures if c.measure is own]
            parts.remove(self._at(row, number))
            self._work_out(row, number, f"=SUM({','.join(parts)})", f"{group}number", 0)
            return
        cells = self._cells(row)
        at = {c.measure.id: c for c in figures if c.period == column.period}
        of = at[own.id], at[own.whole]
        part, whole = map(cells.value, of)
        there = f"AND({','.join(map(cells.there, of))},N({whole})>0)"
        formula = f'=IF({there},ROUND({part}/{whole}*100,1),"")'
        self._work_out(row, number, formula, f"{group}share", "")

    def _sums(self, row: int, below: Sequence[int], inside: Sequence[int]) -> None:
        """A group's row: what adds up is added; ``inside`` are the rows of units that it sums."""
        earlier = self._questions.earlier
        for column, number in self.numbers.items():
            measure = column.measure
            if column.role is Role.SHARE:
                self._derived(row, column, "group_")
            elif measure.kind.adds_up:
                cells_of = [[self._at(r, number) for r in run] for run in runs(below)]
                cells = ",".join(run[0] + f":{run[-1]}" * (len(run) > 1) for run in cells_of)
                cells += "".join(f",{left}" for left in self._sums_before(column, below))
                was = [earlier.get(self.rows[r], {}).get(measure.id, 0) for r in inside]
                result = sum(was) if column.role is Role.BEFORE else 0
                self._work_out(row, number, f"=SUM({cells})", "group_number", result)
            else:
                self._blank(row, number, "group_number")
        for number in (self.choices, self.state_column, self.answers):
            self._blank(row, number, "group_text")

    def _sums_before(self, column: Asked, rows: Sequence[int]) -> Iterator[str]:
        """What rows add to a sum that say that the figure of the period before still holds."""
        held = [row for row in rows if column in self._stocks(self.rows.get(row, ""))]
        for run in runs(held):
            then = self.question.stocks[column]
            numbers = self.numbers[column], self.choices, self.numbers[then]
            entry, choice, before = (
                f"{self._at(run[0], n)}:{self._at(run[-1], n)}" for n in numbers
            )
            yield f'SUMPRODUCT(({entry}&{choice}="{self._say("as_before")}")*1,{before})'

    # a register ------------------------------------------------------------------------------

    def _register(self) -> None:
        """Empty lines, with lists of what may stand in them."""
        say, columns = self._say, self.question.columns
        rows = range(self._first, self._first + len(self.question.rows))
        for row in rows:
            self.rows[row] = ""
            self._put(row, 1, str(row - self._first + 1), "index")
            for number in {self.unit_column, *self.numbers.values()}:
                self._blank(row, number, "open_text")
            of = [self._at(row, n) for n in sorted({*self.numbers.values(), self.unit_column})]
            named, unit = (self._at(row, n) for n in (self.numbers[columns[0]], self.unit_column))
            words = {state: f'"{say(f"state_{state}")}"' for state in COLOURS}
            formula = f'IF({unit}="",{words["nameless"]},{words["done"]})'
            formula = f'IF({named}="",{words["partial"]},{formula})'
            formula = f'=IF(COUNTA({",".join(of)})=0,"",{formula})'
            self._work_out(row, self.state_column, formula, "state", "")
        units = self._questions.at(self._sender, columns[0].measure.level)
        self._choose(rows, self.unit_column, [unit.name for unit in units], "stop")
        for column, number in self.numbers.items():
            match self._roles[column]:
                case "aim":
                    indicators = self._questions.campaign.indicators
                    name = self._questions.language.name
                    self._choose(rows, number, [name(i.short_names) for i in indicators], "warning")
                case "field":
                    self._choose(rows, number, self._told_before(column), "information")
                case "start":
                    days = datetime.date(2000, 1, 1), datetime.date(2100, 1, 1)
                    rule = {"validate": "date", "criteria": "between", "minimum": days[0]}
                    told = say("must_be_date")
                    self._validate(rows, number, **rule, maximum=days[1], error_message=told)
                    for row in rows:
                        self._blank(row, number, "open_date")
                case "households":
                    rule = {"validate": "integer", "criteria": ">=", "value": 0}
                    self._validate(rows, number, **rule, error_message=say("must_be_count"))

    def _choose(self, rows: range, number: int, choices: Sequence[str], kind: str) -> None:
        if choices:
            source = self._list_of(choices)
            self._validate(rows, number, validate="list", source=source, error_type=kind)

    def _told_before(self, column: Asked) -> list[str]:
        """What stood in a column of the register a period ago."""
        before = self._questions.before
        rows = before.table.register_rows if before else ()
        return sorted({row.text(column.measure.id) for row in rows} - {""})[:30]
