"""What each key of a campaign folder may hold. The plan's dataclasses say it of their fields in
``Annotated``; the readers, the refusals and the documents' tables of keys are made from that.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, ClassVar, get_args, get_origin, get_type_hints

REQUIRED: Any = object()
"""The default of a key that must be there."""


class MisfitError(ValueError):
    """A value is not what its key may hold. The text is in the message files under
    ``campaign.<code>``; ``allowed`` in it is how the documents write what may stand there.
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


class Form:
    """What a value may be. ``str`` gives it as the documents write it."""

    types: ClassVar[tuple[type, ...]] = (str,)  # of the value in TOML; in CSV all is text

    def read(self, raw: Any) -> object:
        """The value of a text, or of a value of one of ``types``; raises MisfitError."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Text(Form):
    """A text that is not blank, without control characters, and matches a pattern; ``said`` says
    the pattern to people.
    """

    pattern: str = ""
    said: str = ""

    def read(self, raw: str) -> str:
        if not raw.strip():
            raise MisfitError("field_empty")
        unseen = re.search("[\x00-\x08\x0b-\x1f\x7f]", raw)
        if unseen or (self.pattern and not re.fullmatch(self.pattern, raw)):
            raise MisfitError("malformed", text=raw, allowed=str(self))
        return raw

    def __str__(self) -> str:
        return self.said or self.pattern or "…"


@dataclass(frozen=True, slots=True)
class Number(Form):
    """A finite number between two others, both allowed; a whole one where ``whole``."""

    least: float
    most: float
    whole: bool = False
    types = (int, float)
    _WRITTEN: ClassVar = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)

    def read(self, raw: str | float) -> float | int:
        code = "not_a_whole_number" if self.whole else "not_a_number"
        number = raw
        if isinstance(raw, str):
            number = float(raw) if self._WRITTEN.fullmatch(raw) else float("nan")
        number = float(number) if self.least <= number <= self.most else float("nan")  # type: ignore[operator]
        if number != number or (self.whole and not number.is_integer()):
            raise MisfitError(code, text=raw, allowed=str(self))
        return int(number) if self.whole else number

    def __str__(self) -> str:
        return f"{self.least:.12g} … {self.most:.12g}".replace("e+", "e")


@dataclass(frozen=True, slots=True)
class PartOfWhole(Form):
    """A part of a whole, above 0 and up to 1, kept exactly: 0.284, or 1030/3632."""

    _WRITTEN: ClassVar = re.compile(r"\d{1,15}(/\d{1,15}|\.\d{1,15})?", re.ASCII)

    def read(self, raw: str) -> Fraction:
        with suppress(ZeroDivisionError):
            part = Fraction(raw) if self._WRITTEN.fullmatch(raw) else Fraction(0)
            if 0 < part <= 1:
                return part
        raise MisfitError("not_a_part", text=raw, allowed=str(self))

    def __str__(self) -> str:
        return "0.284, 1030/3632"


@dataclass(frozen=True, slots=True)
class Choice(Form):
    """One of a few words, each standing for a value (by default for itself)."""

    values: Mapping[str, object] | tuple[str, ...]

    def read(self, raw: str) -> object:
        if raw not in self.values:
            raise MisfitError("unknown_value", text=raw, allowed=", ".join(self.values))
        return self.values[raw] if isinstance(self.values, Mapping) else raw

    def __str__(self) -> str:
        return ", ".join(self.values)


@dataclass(frozen=True, slots=True)
class Truth(Form):
    """True or false."""

    types = (bool,)

    def read(self, raw: str | bool) -> bool:
        if raw not in (True, False, "true", "false"):
            raise MisfitError("not_true_or_false", text=raw)
        return raw in (True, "true")

    def __str__(self) -> str:
        return "true, false"


@dataclass(frozen=True, slots=True)
class Day(Form):
    """A day, without a time; kept as it is written where ``written``."""

    written: bool = False
    types = (datetime.date,)
    _TURNED: ClassVar = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)

    def read(self, raw: str | datetime.date) -> datetime.date | str:
        day = raw
        if isinstance(raw, str):
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", raw, re.ASCII):
                raise MisfitError("not_a_date", text=raw, example=self.example(raw))
            try:
                day = datetime.date.fromisoformat(raw)
            except ValueError:
                raise MisfitError("not_a_date", text=raw, example=self.example(raw)) from None
        if not FIRST_DAY <= day <= LAST_DAY:  # type: ignore[operator]
            raise MisfitError("date_out_of_range", text=raw, allowed=f"{FIRST_DAY} … {LAST_DAY}")
        return str(raw) if self.written else day

    @classmethod
    def example(cls, text: str) -> str:
        """How a day is to be written: the one that 05/08/2026 means, or any."""
        found = cls._TURNED.search(text)
        return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else "2026-08-05"

    def __str__(self) -> str:
        return "YYYY-MM-DD"


FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Declared(Form):
    """An id that is declared elsewhere in the folder: in a CSV file or a list of campaign.toml.
    The reader looks it up when all files are read.
    """

    where: str
    also: tuple[str, ...] = ()

    def read(self, raw: str) -> str:
        return Text().read(raw)

    def __str__(self) -> str:
        return ", ".join((f"→ {self.where}", *self.also))


@dataclass(frozen=True, slots=True)
class Key:
    """How a field stands in the folder: under which name, if not its own; what it is when left out,
    where the dataclass does not say; in which file, if not in its table's, and what each row of
    that is; whether the file may be left out (``optional``); by several keys, one for ``each``
    entry of its mapping; or not at all (``made``).
    """

    name: str = ""
    default: Any = REQUIRED
    file: str = ""
    row: type | None = None
    optional: bool = False
    each: tuple[str, ...] = ()
    made: bool = False


class PerLanguage:
    """Marks a mapping from language codes to texts."""


Words = Annotated[Mapping[str, str], PerLanguage()]
"""One name in each language: language code → text."""
Id = Annotated[str, Text("[a-z0-9_]+", "a-z 0-9 _")]
CampaignId = Annotated[str, Text(r"[\w-]+", "A-Z a-z 0-9 _ -")]
UnitCode = Annotated[str, Text(r"[\w-]{1,40}", "A-Z a-z 0-9 _ - (1 … 40)")]
PeriodId = Annotated[
    str,
    Text("[0-9]{4}(-Q[1-4]|-H[12]|-(0[1-9]|1[0-2])|-[0-9]{4})?", "2022-Q3, 2022-07, 2022-H1, 2022"),
]
Folder = Annotated[str, Text(r"\w[\w .-]*(/\w[\w .-]*)*", "a, a/b")]
Cell = Annotated[str, Text("[A-Z]{1,3}[1-9][0-9]{0,6}", "C14")]
OfLevel = Annotated[str, Declared("levels")]
OfPeriod = Annotated[str, Declared("periods")]
OfUnit = Annotated[str, Declared("units.csv")]
OfMeasure = Annotated[str, Declared("measures.csv")]
OfIndicator = Annotated[str, Declared("indicators.csv")]
Share = Annotated[float, Number(0, 1)]
MayBeEmpty = Annotated[str, Key(default="")]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a dataclass that is read from the folder. Its type is taken apart: ``kind`` is the
    bare type, ``marks`` what ``Annotated`` says of it.
    """

    name: str
    key: Key
    kind: Any
    marks: tuple[object, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it takes in its table."""
        return self.key.each or (self.key.name,)


@cache
def fields_of(kind: type) -> tuple[Field, ...]:
    """The fields of a dataclass that are read from the folder, in order."""
    hints = get_type_hints(kind, include_extras=True)
    fields = []
    for field in dataclasses.fields(kind):
        bare, marks = apart(hints[field.name])
        key = next((mark for mark in reversed(marks) if isinstance(mark, Key)), Key())
        default = key.default
        if field.default is not dataclasses.MISSING:
            default = field.default
        elif field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        key = dataclasses.replace(key, name=key.name or field.name, default=default)
        if not key.made:
            fields.append(Field(field.name, key, bare, marks))
    return tuple(fields)


def apart(hint: Any) -> tuple[Any, tuple[object, ...]]:
    """A type hint as the bare type (that of ``X | None`` is X) and what ``Annotated`` says."""
    if get_origin(hint) is Annotated:
        bare, marks = apart(get_args(hint)[0])
        return bare, (*marks, *hint.__metadata__)
    if type(None) in get_args(hint):
        return apart(next(arg for arg in get_args(hint) if arg is not type(None)))
    return hint, ()


def form_of(kind: Any, marks: tuple[object, ...] = ()) -> Form:
    """What a value of a type may be: as it is annotated, else any of the type."""
    declared = [mark for mark in marks if isinstance(mark, Form)]
    if declared:
        return declared[-1]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return Choice({str(member): member for member in kind})
    forms: dict[Any, Form] = {str: Text(), bool: Truth(), datetime.date: Day()}
    return forms[kind]
