"""Reading the plan's dataclasses from TOML tables and CSV rows, by what is said of their fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar, cast, get_args, get_origin

from dxkit.campaign.plan_files import LANGUAGES, Row, Table, columns_of, read_rows, read_table
from dxkit.model.campaign import Campaign, CampaignError, CampaignProblem
from dxkit.model.keys import (
    REQUIRED,
    Declared,
    Field,
    Form,
    MisfitError,
    PerLanguage,
    apart,
    fields_of,
    form_of,
)
from dxkit.model.units import UnitRegistry

PLAN_FILE = "campaign.toml"
_SOME = 12  # of what is declared that a refusal lists
_FAILED: Any = object()
_Record = TypeVar("_Record")
_At = tuple[str, int, str]


class Reader:
    """Reads records and remembers what was wrong, where each record stands, and what is declared.

    Each fault is noted once, where it is; what could only follow from it is left alone: whoever
    compares several files or keys asks ``is_sound`` first.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[CampaignProblem] = []
        self.plan: Table = Table(PLAN_FILE, {}, {})
        self._faulty: set[str] = set()  # files, keys of campaign.toml, those with ids unknown
        self._declared: dict[str, dict[str, None]] = defaultdict(dict)  # in order
        self._mentioned: list[tuple[Declared, str, _At]] = []
        self._sources: dict[int, tuple[object, Table | Row]] = {}

    def note(self, at: _At, code: str, **values: object) -> None:
        """Note that something is wrong with a key."""
        file, line, key = at
        self.problems.append(CampaignProblem(code, file, line, {"key": key, **values}))
        self._faulty.add(_origin(at))
        if key == _origin(at):
            self._faulty.add(f"ids of {key}")

    def note_of(self, record: Any, code: str, key: str = "", **values: object) -> None:
        """Note that something is wrong with a key (by default the first) of a record."""
        kind: Any = type(record)
        key = key or fields_of(kind)[0].key.name
        self.note(self._sources[id(record)][1].at(key), code, **values)

    def is_sound(self, *origins: str) -> bool:
        """Whether nothing was wrong in these files, or keys of campaign.toml."""
        return not self._faulty & {*origins, PLAN_FILE}

    def rows(self, name: str, kind: type[_Record]) -> tuple[_Record, ...]:
        """The records of a CSV file."""
        problems: list[CampaignProblem] = []
        rows: list[Row] = []
        try:
            rows = read_rows(self.folder / name, columns_of(kind), problems)
        except CampaignError as error:
            problems += error.problems
        if problems:
            self._unreadable(name, problems)
        records = [record for row in rows if (record := self.record(kind, row)) is not _FAILED]
        self._refuse_doubled(records)
        return tuple(records)

    def record(self, kind: type[_Record], source: Table | Row) -> _Record:
        """A record; a mark of failure when any of its values is not what it may be."""
        values = self._values(kind, source)
        origin, name = _origin(source.at("")), next(iter(values.values()))
        if name is _FAILED:
            self._faulty.add(f"ids of {origin}")
        else:
            self._declared[origin][name] = None
        if _FAILED in values.values():
            return _FAILED  # type: ignore[no-any-return]
        made = kind(**values)
        self._sources[id(made)] = made, source
        return made

    def campaign(self) -> Campaign:
        """The campaign as far as it can be read: where something was wrong, a field is empty."""
        self.plan = self._table(PLAN_FILE)
        values = dict.fromkeys((f.name for f in fields_of(Campaign)), _FAILED)
        if self.is_sound():
            values |= self._values(Campaign, self.plan)
        for field in fields_of(Campaign):
            if field.key.optional and not (self.folder / field.key.file).exists():
                values[field.name] = field.key.default
            elif field.key.row:
                values[field.name] = self.rows(field.key.file, field.key.row)
            elif field.key.file:
                table = self._table(field.key.file)
                self._refuse_others(table, [field.key.name])
                values[field.name] = self._field(field, table)
        for key in ("levels", "periods"):
            if values[key] == () and self.is_sound(key):
                self.note(self.plan.at(key), "key_missing")
        values = {name: None if value is _FAILED else value for name, value in values.items()}
        levels = tuple(level.id for level in values["levels"] or ())
        values["units"] = UnitRegistry(values["units"], levels)
        return Campaign(folder=self.folder, languages=LANGUAGES, **values)

    def _values(self, kind: type, source: Table | Row) -> dict[str, Any]:
        """The values of a record's fields that are read from the source itself."""
        fields = [field for field in fields_of(kind) if not field.key.file]
        if isinstance(source, Table):
            self._refuse_others(source, [key for field in fields for key in field.keys])
        return {field.name: self._field(field, source) for field in fields}

    def look_up(self) -> None:
        """Note every id that is mentioned and nowhere declared."""
        for form, text, at in self._mentioned:
            declared = self._declared[form.where]
            file = form.where if form.where.endswith(".csv") else PLAN_FILE
            unsure = {f"ids of {form.where}", f"ids of {file}"}
            if text not in form.also and text not in declared and not self._faulty & unsure:
                known = [*islice(chain(form.also, declared), _SOME + 1)]
                some = ", ".join(known[:_SOME]) + (", …" if len(known) > _SOME else "")
                self.note(at, "not_declared", text=text, where=form.where, allowed=some)

    def _table(self, name: str) -> Table:
        """A TOML file; one that cannot be read is a problem, and empty."""
        try:
            return read_table(self.folder / name, is_needed=name == PLAN_FILE)
        except CampaignError as error:
            self._unreadable(name, error.problems)
            return Table(name, {}, {})

    def _unreadable(self, name: str, problems: Iterable[CampaignProblem]) -> None:
        self.problems += problems
        self._faulty |= {name, f"ids of {name}"}

    def _refuse_others(self, table: Table, known: list[str]) -> None:
        for key in table.names():
            if key not in known:
                self.note(table.at(key), "key_unknown", allowed=", ".join(known))

    def _refuse_doubled(self, records: Iterable[Any]) -> None:
        seen: set[str] = set()
        for record in records:
            name = getattr(record, "id", "")
            if name in seen:
                self.note_of(record, "repeated", text=name)  # in place of another, perhaps
                self._faulty.add(f"ids of {_origin(self._sources[id(record)][1].at(''))}")
            seen |= {name} - {""}

    def _field(self, field: Field, source: Table | Row) -> Any:
        if field.key.each:
            kind, marks = apart(get_args(field.kind)[1])
            return _all({key: self._value(source, key, kind, marks, "") for key in field.key.each})
        return self._value(source, field.key.name, field.kind, field.marks, field.key.default)

    def _value(
        self, source: Table | Row, key: str, kind: Any, marks: tuple[object, ...], default: Any
    ) -> Any:
        try:
            return self._found(source, key, kind, marks, default)
        except MisfitError as error:
            self.note(source.at(key), error.code, **error.values)
            return _FAILED

    def _found(
        self, source: Table | Row, key: str, kind: Any, marks: tuple[object, ...], default: Any
    ) -> Any:
        outer, raw = get_origin(kind), source.get(key)
        if isinstance(source, Row):
            if any(isinstance(mark, PerLanguage) for mark in marks):
                return self._words(source.inner(key), default)
            if outer is Mapping:
                return self._mapping(source.pairs(key), kind)
        if raw is None or (raw == "" and default == ""):
            if default is REQUIRED:
                raise MisfitError("key_missing" if isinstance(source, Table) else "field_empty")
            return default
        if outer is tuple:
            return self._list(source, key, *apart(get_args(kind)[0]))
        if any(isinstance(mark, PerLanguage) for mark in marks):
            return self._words(source.inner(key), default)
        if outer is Mapping:
            return self._mapping(source.inner(key), kind)
        if is_dataclass(kind):
            return self.record(cast(type, kind), source.inner(key))
        return self._single(source, key, raw, form_of(kind, marks))

    def _single(self, source: Table | Row, key: str, raw: Any, form: Form) -> Any:
        value = source.read(form, raw)
        if isinstance(form, Declared):
            self._mentioned.append((form, str(value), source.at(key)))
        return value

    def _words(self, inner: Table | Row, default: Any = REQUIRED) -> Any:
        if isinstance(inner, Table):
            self._refuse_others(inner, [*LANGUAGES])
        return _all({code: self._value(inner, code, str, (), default) for code in LANGUAGES})

    def _mapping(self, inner: Any, kind: Any) -> Any:
        of_keys, (of_values, marks) = (apart(argument) for argument in get_args(kind))
        found = {}
        for key in inner.names():
            found[key] = self._value(inner, key, of_values, marks, REQUIRED)
            try:
                self._single(inner, key, key, form_of(*of_keys))
            except MisfitError as error:
                self.note(inner.at(key), error.code, **error.values)
                found[key] = _FAILED
        return _all(found)

    def _list(self, source: Table | Row, key: str, kind: Any, marks: tuple[object, ...]) -> Any:
        form = None if is_dataclass(kind) or get_origin(kind) else form_of(kind, marks)
        found: list[Any] = []
        for item in source.items(key):
            if form is not None:
                found.append(self._single(source, key, item, form))
            elif not isinstance(item, Table):
                raise MisfitError("key_wrong_type", text=item, allowed="{…}")
            else:
                found.append(
                    self.record(cast(type, kind), item) if is_dataclass(kind) else self._words(item)
                )
        found = [record for record in found if record is not _FAILED]
        self._refuse_doubled(found)
        return tuple(found)


def _origin(at: _At) -> str:
    """What a fault lies in: a file, or a key of campaign.toml."""
    file, _, key = at
    return key.partition(".")[0].partition("[")[0] if file == PLAN_FILE else file


def _all(found: dict[Any, Any]) -> Any:
    return _FAILED if any(value is _FAILED for value in found.values()) else found
