"""A form: a workbook made for one sender to fill in, known by its identity when it comes back, and
the map by which it is read: what stands where, and what nobody was asked to touch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

VERSION = 1
"""Of the forms made today; another one is another structure."""
MAP = "dxkit"
"""The sheet with the map, which no program lists; so is the property with the identity called."""
REPLIES = "replies"
"""The table of a sheet that asks what a sender says of draft results: no figures."""
_MARK = "dxkit-form"


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column to be filled in: a measure, of a part of the period or of the whole. ``before`` is
    the column with what was reported a period ago where a sender may say that it still holds.
    """

    number: int
    measure: str
    period: str
    before: int = 0


@dataclass(frozen=True)
class FormSheet:
    """One sheet with the rows of a table. ``choices`` is the column that says of a row why cells
    are empty, ``answers`` that of explanations; 0 for none. ``rows`` are those to be filled in, by
    number, with the code of their unit, empty where it is written in; ``groups`` those that add
    others up, with theirs, empty for the whole table. ``fixed`` is what stands in cells that
    nobody fills in, by address; a formula with its "=".
    """

    name: str
    table: str
    header: tuple[int, int]
    unit_column: int
    columns: tuple[FormColumn, ...]
    choices: int
    answers: int
    rows: Mapping[int, str]
    groups: Mapping[int, str]
    fixed: Mapping[str, str] = field(default_factory=dict)

    def lines(self) -> Iterator[tuple[str, ...]]:
        """All of it, one text for each field."""
        numbers = (*self.header, self.unit_column, self.choices, self.answers)
        yield "sheet", self.name, self.table, " ".join(map(str, numbers))
        for column in self.columns:
            at = f"{column.number} {column.before}" if column.before else str(column.number)
            yield "column", at, column.measure, column.period
        for kind, rows in (("row", self.rows), ("group", self.groups)):
            for number, code in rows.items():
                yield kind, str(number), code, ""
        for address, content in self.fixed.items():
            yield "fixed", address, content, ""


@dataclass(frozen=True)
class Identity:
    """What a form says it is: of which campaign, period and sender, made by which version, with
    which structure.
    """

    campaign: str
    period: str
    sender: str
    version: int
    structure: str

    @property
    def text(self) -> str:
        """As it stands in the workbook's property, in the map, and on the sheets."""
        return ":".join((_MARK, str(self.version), self.campaign, self.period, self.sender,
                         self.structure))  # fmt: skip

    @property
    def asks_replies(self) -> bool:
        """Whether it asks what the sender says of draft results, and for no figures."""
        return self.structure.startswith(REPLIES)

    @classmethod
    def of(cls, text: str) -> Identity | None:
        """The identity that a text says; None when it says none."""
        mark, *parts = text.strip().split(":")
        if mark != _MARK or len(parts) != 5 or not parts[0].isdecimal():
            return None
        return cls(parts[1], parts[2], parts[3], int(parts[0]), parts[4])


@dataclass(frozen=True)
class Form:
    """A form with all its sheets to be filled in; ``guide`` is the name of the first one."""

    campaign: str
    period: str
    sender: str
    guide: str
    sheets: tuple[FormSheet, ...]
    version: int = VERSION

    @property
    def identity(self) -> Identity:
        """What it is known by; its structure as a hash of all that it asks and fixes."""
        of = self.campaign, self.period, self.sender, self.version
        return Identity(*of, _structure_of([*self._lines()]))

    def _lines(self) -> Iterator[tuple[str, ...]]:
        yield "guide", self.guide, "", ""
        for sheet in self.sheets:
            yield from sheet.lines()

    def lines(self) -> Iterator[tuple[str, ...]]:
        """The map as it stands in its sheet: the identity, then all else."""
        yield self.identity.text, "", "", ""
        yield from self._lines()

    @classmethod
    def of(cls, lines: Sequence[tuple[str, ...]]) -> Form | None:
        """The form of a map; None when it is not whole, or not as it was made."""
        identity: Identity | None = None
        sheets: list[FormSheet] = []
        guide = ""
        try:
            for kind, *fields in lines:
                if identity is None:
                    identity = Identity.of(kind)
                    if identity is None:
                        return None
                elif kind == "guide":
                    guide = fields[0]
                elif kind == "sheet":
                    first, last, unit, choices, answers = map(int, fields[2].split())
                    sheets.append(FormSheet(fields[0], fields[1], (first, last), unit, (), choices,
                                            answers, {}, {}, {}))  # fmt: skip
                elif kind:
                    sheets[-1] = _with(sheets[-1], kind, fields)
        except (ValueError, IndexError, KeyError):
            return None
        if identity is None or _structure_of(lines[1:]) != identity.structure:
            return None
        of = (identity.campaign, identity.period, identity.sender, guide)
        return cls(*of, tuple(sheets), identity.version)


def _structure_of(lines: Sequence[tuple[str, ...]]) -> str:
    """A hash of a map; where its sheets ask for replies it says so."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(repr(tuple(line)).encode())
    asks_replies = any(line[0] == "sheet" and line[2] == REPLIES for line in lines)
    return f"{REPLIES}-" * asks_replies + digest.hexdigest()[:16]


def _with(sheet: FormSheet, kind: str, fields: list[str]) -> FormSheet:
    """A sheet with one more line of its map."""
    if kind == "column":
        number, *before = map(int, fields[0].split())
        column = FormColumn(number, fields[1], fields[2], *before)
        return replace(sheet, columns=(*sheet.columns, column))
    of = {"row": sheet.rows, "group": sheet.groups, "fixed": sheet.fixed}[kind]
    assert isinstance(of, dict)
    of[fields[0] if kind == "fixed" else int(fields[0])] = fields[1]
    return sheet
