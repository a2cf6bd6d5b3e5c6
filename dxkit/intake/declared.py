"""Reading declared data, CSV and TOML, so that every mistake is noted with its file and line."""

from __future__ import annotations

import csv
import datetime
import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from dxkit.model.campaign import CampaignProblem

Problems = list[CampaignProblem]
_TRUTH = {"true": True, "false": False}


class Row:
    """One line of a declared CSV file. The getters note a problem and give a harmless value when
    a field does not hold what it should.
    """

    def __init__(self, file: str, line: int, fields: Mapping[str, str], problems: Problems) -> None:
        self.file = file
        self.line = line
        self._fields = fields
        self._problems = problems

    def problem(self, code: str, **values: object) -> None:
        """Note that something is wrong with this line."""
        self._problems.append(CampaignProblem(code, self.file, self.line, values))

    def text(self, column: str, *, required: bool = False) -> str:
        """The field without surrounding blanks."""
        text = self._fields[column].strip()
        if required and not text:
            self.problem("field_empty", column=column)
        return text

    def words(self, column: str, languages: Iterable[str]) -> dict[str, str]:
        """The fields ``column_<language>``, by language."""
        return {code: self.text(f"{column}_{code}", required=True) for code in languages}

    def number(self, column: str) -> float:
        """The field as a decimal number with a point."""
        text = self.text(column)
        try:
            return float(text)
        except ValueError:
            self.problem("not_a_number", column=column, text=text)
            return 0.0

    def truth(self, column: str) -> bool:
        """The field as ``true`` or ``false``."""
        text = self.text(column)
        if text not in _TRUTH:
            self.problem("not_true_or_false", column=column, text=text)
        return _TRUTH.get(text, False)

    def day(self, column: str) -> datetime.date | None:
        """The field as a day, YYYY-MM-DD; None when empty."""
        text = self.text(column)
        try:
            return datetime.date.fromisoformat(text) if text else None
        except ValueError:
            self.problem("not_a_date", column=column, text=text)
            return None

    def one_of(self, column: str, allowed: Iterable[str], *, empty: bool = False) -> str:
        """The field, which must be one of ``allowed`` (or empty, where that is permitted)."""
        text = self.text(column)
        choices = list(allowed)
        if text not in choices and not (empty and not text):
            self.problem("unknown_value", column=column, text=text, allowed=", ".join(choices))
        return text

    def parts(self, column: str) -> tuple[str, ...]:
        """The field's parts between ``|``."""
        return tuple(part.strip() for part in self.text(column).split("|") if part.strip())


class RowsOf(Protocol):
    """The lines of a campaign's file by its name, which must have exactly these columns."""

    def __call__(self, name: str, *columns: str) -> list[Row]: ...


def read_rows(path: Path, columns: Iterable[str], problems: Problems) -> list[Row]:
    """The lines of a CSV file (UTF-8, comma) that must have exactly these columns, in any order.

    A file that cannot be read gives no lines and a problem.
    """
    wanted = list(columns)
    text = _read_text(path, problems)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    missing = [column for column in wanted if column not in header]
    unknown = [column for column in header if column not in wanted]
    if missing or unknown:
        for column in missing:
            problems.append(CampaignProblem("column_missing", path.name, 1, {"column": column}))
        for column in unknown:
            problems.append(CampaignProblem("column_unknown", path.name, 1, {"column": column}))
        return []
    rows = []
    line = reader.line_num + 1
    for fields in reader:
        if fields and len(fields) != len(header):
            values = {"found": len(fields), "expected": len(header)}
            problems.append(CampaignProblem("fields_do_not_fit", path.name, line, values))
        elif fields:
            rows.append(Row(path.name, line, dict(zip(header, fields, strict=True)), problems))
        line = reader.line_num + 1
    return rows


class Declaration:
    """A TOML table. The getters note a problem with the line of the key they miss or dislike."""

    def __init__(
        self, file: str, text: str, content: Mapping[str, object], problems: Problems, path: str
    ) -> None:
        self.file = file
        self._text = text
        self._content = content
        self._problems = problems
        self._path = path
        self._used: set[str] = set()

    def problem(self, code: str, key: str, **values: object) -> None:
        """Note that something is wrong with a key."""
        found = {"key": f"{self._path}{key}", **values}
        self._problems.append(CampaignProblem(code, self.file, self._line_of(key), found))

    def _line_of(self, key: str) -> int:
        """The first line that sets the key, below the table's own heading; 0 when there is none."""
        table = self._path.split("[")[0].rstrip(".")
        start = 0
        if table:
            heading = re.search(rf"^\[+{re.escape(table)}[\].]", self._text, re.MULTILINE)
            start = heading.start() if heading else 0
        found = re.compile(rf"^\[*{re.escape(key)}\b", re.MULTILINE).search(self._text, start)
        position = found.start() if found else start
        return self._text.count("\n", 0, position) + 1 if found or start else 0

    def _get(self, key: str, kind: type | tuple[type, ...], default: object) -> object:
        self._used.add(key)
        value = self._content.get(key)
        if value is None:
            if default is not None:
                return default
            self.problem("key_missing", key)
        elif not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.problem("key_wrong_type", key)
        else:
            return value
        return {str: "", bool: False, dict: {}, list: []}.get(
            kind if isinstance(kind, type) else float, 0.0
        )

    def text(self, key: str, default: str | None = None) -> str:
        """The text under a key."""
        return str(self._get(key, str, default))

    def number(self, key: str, default: float | None = None) -> float:
        """The number under a key."""
        return float(self._get(key, (int, float), default))  # type: ignore[arg-type]

    def truth(self, key: str, default: bool | None = None) -> bool:
        """The truth value under a key."""
        return bool(self._get(key, bool, default))

    def texts(self, key: str, default: list[str] | None = None) -> tuple[str, ...]:
        """The list of texts under a key."""
        values = self._list(key, default)
        if any(not isinstance(value, str) for value in values):
            self.problem("key_wrong_type", key)
            return ()
        return tuple(str(value) for value in values)

    def _list(self, key: str, default: list[str] | None) -> list[object]:
        found = self._get(key, list, default)
        return list(found) if isinstance(found, list) else []

    def has(self, key: str) -> bool:
        """Whether the key is there at all."""
        return key in self._content

    def day(self, key: str) -> datetime.date:
        """The day under a key."""
        value = self._get(key, datetime.date, None)
        return value if isinstance(value, datetime.date) else datetime.date.min

    def day_or_none(self, key: str) -> datetime.date | None:
        """The day under a key that may be absent."""
        return self.day(key) if key in self._content else None

    def words(self, key: str, languages: Iterable[str]) -> dict[str, str]:
        """The table of names under a key, one text for each language."""
        table = self.table(key)
        return {code: table.text(code) for code in languages}

    def table(self, key: str, *, optional: bool = False) -> Declaration:
        """The table under a key."""
        content = self._get(key, dict, {} if optional else None)
        return self._inner(key, content)

    def tables(self, key: str) -> list[Declaration]:
        """The list of tables under a key; an absent one is an empty list."""
        return [
            self._inner(f"{key}[{place}]", value)
            for place, value in enumerate(self._list(key, []), start=1)
        ]

    def keys(self) -> tuple[str, ...]:
        """All keys, for tables whose keys are free."""
        self._used.update(self._content)
        return tuple(self._content)

    def refuse_unknown_keys(self) -> None:
        """Note every key that nobody asked for."""
        for key in self._content:
            if key not in self._used:
                self.problem("key_unknown", key)

    def _inner(self, key: str, content: object) -> Declaration:
        if not isinstance(content, dict):
            self.problem("key_wrong_type", key)
            content = {}
        return Declaration(self.file, self._text, content, self._problems, f"{self._path}{key}.")


def read_declaration(path: Path, problems: Problems) -> Declaration:
    """A TOML file; one that cannot be read gives an empty table and a problem."""
    text = _read_text(path, problems)
    content: Mapping[str, object] = {}
    if text is not None:
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+)", str(error))
            line = int(found[1]) if found else 0
            values = {"reason": str(error)}
            problems.append(CampaignProblem("toml_unreadable", path.name, line, values))
    return Declaration(path.name, text or "", content, problems, "")


def _read_text(path: Path, problems: Problems) -> str | None:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        problems.append(CampaignProblem("file_missing", path.name))
    except (OSError, UnicodeDecodeError) as error:
        values = {"reason": type(error).__name__}
        problems.append(CampaignProblem("file_unreadable", path.name, 0, values))
    return None
