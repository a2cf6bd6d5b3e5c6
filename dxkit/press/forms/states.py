"""What the form itself says of a row while it is filled in: formulas by the rules of the checks
that the figures will meet when they come back (``intake.checks.figures``), and by no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dxkit.model.campaign import Accumulation, MeasureKind
from dxkit.model.rules import CheckRules
from dxkit.press.forms.questions import Asked, Role

OPEN = ("empty", "partial", "wrong", "exceeds", "nameless", "explain")
"""Why a row is not done, worst last but one for each colour; ``done`` says that it is."""


@dataclass(frozen=True)
class RowCells:
    """The addresses of a row's cells: of each column; of the name where it is written in, of the
    choice why cells are empty, of the explanation. ``before`` has columns of which the choice
    ``as_before`` (its words, quoted) may say that what the cell given shows still holds.
    """

    columns: Mapping[Asked, str]
    name: str
    choice: str
    answer: str
    as_before: str = ""
    before: Mapping[Asked, str] = field(default_factory=dict)

    def value(self, column: Asked) -> str:
        """The formula of what the row says of a column."""
        at = self.columns[column]
        before = self.before.get(column)
        return f"IF({self._is_left(at)},{before},{at})" if before else at

    def there(self, column: Asked) -> str:
        """The condition that the row says a number of a column."""
        at = self.columns[column]
        is_typed = f"COUNT({at})=1"
        return f"OR({is_typed},{self._is_left(at)})" if column in self.before else is_typed

    def _is_left(self, at: str) -> str:
        return f"{at}&{self.choice}={self.as_before}"  # empty, and the choice made


class States:
    """The formulas of one table; ``say`` gives the words of a state."""

    def __init__(
        self, columns: Sequence[Asked], rules: CheckRules, say: Callable[[str], str]
    ) -> None:
        self._columns, self._rules, self._say = columns, rules, say
        self._entries = [column for column in columns if column.role is Role.ENTRY]
        self._whole = {c.measure.id: c for c in columns if c.role in (Role.ENTRY, Role.SUM)}
        self._before = {c.measure.id: c for c in columns if c.role is Role.BEFORE}

    def validity(self, column: Asked, cells: RowCells) -> str:
        """The condition that what is typed into a cell fulfils."""
        at = cells.columns[column]
        conditions = [f"ISNUMBER({at})", *(f"NOT({wrong})" for wrong in self._wrong(column, at))]
        whole = self._whole_of(column)
        if whole is not None:
            of = cells.columns[whole]
            conditions.append(f"OR(NOT(ISNUMBER({of})),{at}<={of})")
        return f"=AND({','.join(conditions)})"

    def state(self, cells: RowCells, earlier: Mapping[str, float | int]) -> str:
        """The formula of the state of a row whose unit reported ``earlier``, by measure."""
        entries = ",".join(cells.columns[column] for column in self._entries)
        count = len(self._entries)
        wrong = [f"COUNT({entries})<COUNTA({entries})"]
        for column in self._entries:
            wrong += self._wrong(column, cells.columns[column])
        exceeds = [
            f"AND({cells.there(column)},{cells.there(whole)},"
            f"{cells.value(column)}>{cells.value(whole)})"
            for column in self._entries
            if (whole := self._whole_of(column)) is not None
        ]
        asking = [*self._asking(cells, earlier), f'{cells.choice}="{self._say("no_data")}"']
        say = {state: f'"{self._say(f"state_{state}")}"' for state in (*OPEN, "done")}
        nothing = f'AND(COUNTA({entries})=0,{cells.choice}="")'
        named = f'IF({cells.name}="","",{say["empty"]})' if cells.name else say["empty"]
        asks = f'AND({cells.answer}="",OR({",".join(asking)}))'
        formula = f"IF({asks},{say['explain']},{say['done']})"
        lacking = f'AND(COUNT({entries})<{count},{cells.choice}="")'
        if others := [
            c for at, c in cells.columns.items() if at in self._entries and at not in cells.before
        ]:
            is_short = f"COUNT({','.join(others)})<{len(others)}"
            lacking = f"OR({lacking},AND({cells.choice}={cells.as_before},{is_short}))"
        formula = f"IF({lacking},{say['partial']},{formula})"
        if exceeds:
            formula = f"IF(OR({','.join(exceeds)}),{say['exceeds']},{formula})"
        formula = f"IF(OR({','.join(wrong)}),{say['wrong']},{formula})"
        if cells.name:
            formula = f'IF({cells.name}="",{say["nameless"]},{formula})'
        return f"=IF({nothing},{named},{formula})"

    def _whole_of(self, column: Asked) -> Asked | None:
        """The column of the whole that a figure is part of, for the same time."""
        asked = column.measure.whole, column.period
        found = (c for c in self._entries if (c.measure.id, c.period) == asked)
        return next(found, None)

    @staticmethod
    def _wrong(column: Asked, at: str) -> Iterator[str]:
        """What a number of a kind cannot be."""
        kind = column.measure.kind
        if kind is not MeasureKind.SCORE:
            yield f"N({at})<0"
        if kind is MeasureKind.COUNT:
            yield f"INT(N({at}))<>N({at})"
        if kind is MeasureKind.SHARE:
            yield f"N({at})>1"

    def _asking(self, cells: RowCells, earlier: Mapping[str, float | int]) -> Iterator[str]:
        """The conditions under which a figure asks for an explanation: a part of a whole that fell,
        and a change that ``CheckRules`` hold to be unlikely.
        """
        rules = self._rules
        for measure, column in self._whole.items():
            was = earlier.get(measure)
            if was is None or measure not in self._before:
                continue
            at, kind = cells.columns[column], column.measure
            before = cells.columns[self._before[measure]]
            counted = f"COUNT({at})=1"
            if column.role is Role.SUM:
                parts = [cells.columns[c] for c in self._entries if c.measure.id == measure]
                counted = f"COUNT({','.join(parts)})={len(parts)}"
            if kind.accumulation is Accumulation.FLOW:
                larger, smaller = f"MAX({at},{before})", f"MIN({at},{before})"
                unlikely = f"{larger}>={rules.smallest:g},{larger}>{rules.jump_ratio:g}*{smaller}"
            elif kind.whole:
                yield f"AND({counted},{at}<{before})"
                of, then = self._whole.get(kind.whole), self._before.get(kind.whole)
                if of is None or then is None or not earlier.get(kind.whole):
                    continue
                now, past, at = cells.value(of), cells.columns[then], cells.value(column)
                counted = f"N({now})>={rules.smallest:g},{cells.there(column)}"
                unlikely = f"ABS({at}/MAX({now},1)-{before}/{past})>{rules.jump_share:g}"
            else:
                unlikely = (
                    f"{before}>={rules.smallest:g},ABS({at}-{before})>{rules.jump_stock:g}*{before}"
                )
            yield f"AND({counted},{unlikely})"
