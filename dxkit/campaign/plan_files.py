"""The files of a plan: tables of TOML with the line of every key, rows of CSV with theirs, and what
keeps one from being read. A reader asks both alike. What an office puts on record (corrections,
decisions on explanations) is added behind the rows of its file; what stands there is never written
over.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from dxkit.model.campaign import Campaign, CampaignError, CampaignProblem, Correction, Explanation
from dxkit.model.choices import RefusedError
from dxkit.model.keys import Day, Form, MisfitError, PerLanguage, fields_of
from dxkit.model.text import clean
from dxkit.workbooks.atomic import write_text
from dxkit.workbooks.csv_text import guarded, is_formula

LANGUAGES = ("vi", "en")
_HEADING = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_SETTING = re.compile(r"\s*([\w.\"' -]+?)\s*=")
_AT = re.compile(r"\(at line (\d+)")
_CAUSES = (
    ("toml_date", re.compile(r"=\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")),
    ("toml_decimal_comma", re.compile(r"=\s*[+-]?\d+,\d")),
    ("toml_comma_missing", re.compile(r"[\"'}]\s+[\"'{]")),
    ("toml_quotes_missing", re.compile(r"=\s*[^\W\d]")),
)


class Table:
    """A table of a TOML file. ``path`` is what stands before its keys ("rewards[2].")."""

    def __init__(
        self, file: str, content: Mapping[str, Any], lines: Mapping[str, int], path: str = ""
    ) -> None:
        self.file, self.content, self.path = file, content, path
        self._lines = lines

    def at(self, key: str) -> tuple[str, int, str]:
        """File, line and full name of a key; of one that is not there the line of its table."""
        path = name = f"{self.path}{key}"
        while path and path not in self._lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.file, self._lines.get(path, 0), name

    def get(self, key: str) -> object:
        """The value of a key, None when it is not there."""
        return self.content.get(key)

    def inner(self, key: str) -> Table:
        """The table of a key; raises MisfitError for anything else."""
        return self._table(key, self.content.get(key))

    def items(self, key: str) -> list[Any]:
        """The list of a key: tables for its tables."""
        found = self.content.get(key, [])
        if not isinstance(found, list):
            raise MisfitError("key_wrong_type", text=found, allowed="[…]")
        numbered = enumerate(found, start=1)
        return [self._table(f"{key}[{n}]", i) if isinstance(i, dict) else i for n, i in numbered]

    def read(self, form: Form, raw: object) -> object:
        """A value of the type that the form asks for."""
        if type(raw) not in form.types:
            raise MisfitError("key_wrong_type", text=raw, allowed=str(form))
        return form.read(raw)

    def names(self) -> list[str]:
        """The keys that are there."""
        return list(self.content)

    def _table(self, key: str, content: object) -> Table:
        if not isinstance(content, dict):
            raise MisfitError("key_wrong_type", text=content, allowed="{…}")
        return Table(self.file, content, self._lines, f"{self.path}{key}.")


def read_table(path: Path, *, is_needed: bool = False) -> Table:
    """The content of a TOML file; raises CampaignError for one that cannot be read, naming the
    first fault and nothing that follows from it, or that is empty where something is needed.
    """
    text = read_text(path)
    if is_needed and not text.strip():
        raise CampaignError((CampaignProblem("file_empty", path.name),))
    try:
        return Table(path.name, tomllib.loads(text), _lines_of(text))
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line = int(found[1]) if found else len(text.splitlines())
        raise CampaignError((_cause(path.name, line, text, str(error)),)) from error


def read_text(path: Path) -> str:
    """The text of a declared file (UTF-8); raises CampaignError."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        problem = CampaignProblem("file_missing", path.name)
    except UnicodeDecodeError:
        problem = CampaignProblem("file_not_utf8", path.name)
    except OSError as error:
        problem = CampaignProblem("file_unreadable", path.name, 0, {"reason": str(error.strerror)})
    raise CampaignError((problem,))


def _cause(file: str, line: int, text: str, reason: str) -> CampaignProblem:
    """The fault of a line that is no TOML, by what people write there."""
    written = (text.splitlines() or [""])[line - 1].strip()[:80]
    code = next((code for code, pattern in _CAUSES if pattern.search(written)), "toml_unreadable")
    values = {"text": written, "reason": reason, "example": Day.example(written)}
    return CampaignProblem(code, file, line, values)


def _lines_of(text: str) -> dict[str, int]:
    """The first line of every table and key, by its full name."""
    lines: dict[str, int] = {}
    counts: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := _HEADING.match(line):
            table = ""
            for name in _names(heading[2]):
                table += f".{name}" if table else name
                if f"{table}[{counts[table]}]" in lines:  # of a list: its last table is meant
                    table += f"[{counts[table]}]"
            if heading[1] == "[[":
                table = table.removesuffix(f"[{counts[table.rsplit('[', 1)[0]]}]")
                counts[table] += 1
                lines.setdefault(table, number)
                table += f"[{counts[table]}]"
            lines.setdefault(table, number)
        elif setting := _SETTING.match(line):
            path = table
            for name in _names(setting[1]):
                path += f".{name}" if path else name
                lines.setdefault(path, number)
    return lines


def _names(dotted: str) -> list[str]:
    return [name.strip().strip("\"'") for name in dotted.split(".")]


class Row:
    """One line of a CSV file, whose values are texts without blanks around them. ``path`` is what
    stands before its columns' names ("name_").
    """

    def __init__(self, file: str, line: int, fields: Mapping[str, str], path: str = "") -> None:
        self.file, self.line, self._fields, self._path = file, line, fields, path

    def at(self, key: str) -> tuple[str, int, str]:
        """File, line and name of a column."""
        return self.file, self.line, f"{self._path}{key}"

    def get(self, key: str) -> str | None:
        """The field of a column, None when it is empty."""
        return self._fields.get(f"{self._path}{key}", "").strip() or None

    def inner(self, key: str) -> Row:
        """The columns whose names begin with a key."""
        return Row(self.file, self.line, self._fields, f"{self._path}{key}_")

    def items(self, key: str) -> list[str]:
        """The field's parts between ``|``."""
        return [part.strip() for part in (self.get(key) or "").split("|") if part.strip()]

    def pairs(self, key: str) -> Row:
        """The parts ``name=value`` between ``|`` of a field, as columns; raises MisfitError."""
        fields: dict[str, str] = {}
        for part in self.items(key):
            name, _, value = part.partition("=")
            if f"{key}.{name.strip()}" in fields:
                raise MisfitError("repeated", text=name.strip())
            fields[f"{key}.{name.strip()}"] = value
        return Row(self.file, self.line, fields, f"{key}.")

    def read(self, form: Form, raw: str) -> object:
        """The value that a text stands for."""
        return form.read(raw)

    def names(self) -> list[str]:
        """The names of its columns."""
        size = len(self._path)
        return [name[size:] for name in self._fields if name.startswith(self._path)]


def read_rows(path: Path, columns: Iterable[str], problems: list[CampaignProblem]) -> list[Row]:
    """The rows of a CSV file (UTF-8; comma or semicolon, as in its first line) that must have
    exactly these columns, in any order; blank ones are left out. A row of too few or too many
    fields is a problem; raises CampaignError for a file that cannot be read.
    """
    text = read_text(path)
    separator = _separator(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    line = 1
    try:
        header = [name.strip() for name in next(lines, [])]
        if not text.strip():
            raise CampaignError((CampaignProblem("file_empty", path.name),))
        if unfit := tuple(_unfit_columns(path.name, header, list(columns))):
            raise CampaignError(unfit)
        line = lines.line_num + 1
        for fields in lines:
            if any(field.strip() for field in fields):
                if len(fields) == len(header):
                    rows.append(Row(path.name, line, dict(zip(header, fields, strict=True))))
                else:
                    problems.append(_unfit_row(path.name, line, fields, len(header), separator))
            line = lines.line_num + 1
    except csv.Error as error:
        raise CampaignError(
            (CampaignProblem("csv_unreadable", path.name, line, {"reason": error}),)
        ) from error
    return rows


def columns_of(kind: type) -> list[str]:
    """The columns of the CSV file whose rows are records of a kind, in order."""
    columns = []
    for field in fields_of(kind):
        of_languages = any(isinstance(mark, PerLanguage) for mark in field.marks)
        endings = [f"_{code}" for code in LANGUAGES] if of_languages else [""]
        columns += [f"{field.key.name}{ending}" for ending in endings]
    return columns


def texts_in(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV file, each as its texts by column; raises CampaignError for a file with any
    problem.
    """
    problems: list[CampaignProblem] = []
    rows = read_rows(path, columns, problems)
    if problems:
        raise CampaignError(tuple(problems))
    return [{name: row.get(name) or "" for name in columns} for row in rows]


def with_rows(text: str, rows: Iterable[Mapping[str, str]]) -> str:
    """The text of a CSV file with further rows behind its own, in its columns' order, with its
    separator and line ends; what stood there stays as it is.
    """
    separator, ending = _separator(text), newline_of(text)
    head = text.removeprefix("\ufeff").partition("\n")[0]
    header = [name.strip() for name in next(csv.reader([head], delimiter=separator))]
    added = io.StringIO(newline="")
    writer = csv.writer(added, delimiter=separator, lineterminator=ending)
    writer.writerows([row[name] for name in header] for row in rows)
    return text + ending * (not text.endswith("\n")) + added.getvalue()


def newline_of(text: str) -> str:
    """What a file's lines end with."""
    return "\r\n" if "\r\n" in text else "\n"


def _separator(text: str) -> str:
    return max(",;\t", key=text.partition("\n")[0].count)


def _unfit_columns(file: str, header: list[str], wanted: list[str]) -> Iterator[CampaignProblem]:
    for column in wanted:
        if column not in header:
            yield CampaignProblem("column_missing", file, 1, {"key": column})
    for column in dict.fromkeys(header):
        if column not in wanted:
            allowed = ", ".join(wanted)
            yield CampaignProblem("column_unknown", file, 1, {"key": column, "allowed": allowed})
        elif header.count(column) > 1:
            yield CampaignProblem("repeated", file, 1, {"key": column, "text": column})


def _unfit_row(
    file: str, line: int, fields: list[str], expected: int, separator: str
) -> CampaignProblem:
    """A row of too few or too many fields; the whole file when it has another separator than its
    first line (raises CampaignError).
    """
    for other in {",", ";", "\t"} - {separator}:
        if len(next(csv.reader([separator.join(fields)], delimiter=other), [])) == expected:
            signs = {"text": other, "expected": separator}
            raise CampaignError((CampaignProblem("separators_differ", file, line, signs),))
    values = {"found": len(fields), "expected": expected}
    return CampaignProblem("fields_do_not_fit", file, line, values)


Record = Correction | Explanation
_Record = TypeVar("_Record", bound=Record)
_FILES = {field.key.row: field.key.file for field in fields_of(Campaign)}
_SAID_ONCE: dict[type[Record], tuple[str, ...]] = {
    Correction: ("period", "file", "sheet", "cell", "expected"),
    Explanation: ("period", "file", "sheet", "cell", "code", "value", "explanation"),
}


def what_of(record: Record) -> tuple[str, ...]:
    """What a record is about, as far as it tells it from others; two of the same contradict or
    repeat each other.
    """
    return tuple(guarded(clean(getattr(record, name))) for name in _SAID_ONCE[type(record)])


def add_records(folder: Path, records: Sequence[Record]) -> Path:
    """Put records of one kind behind those of the plan in ``folder``, in the file's own separator
    and line ends, all at once; returns the file.

    Raises RefusedError: ``empty`` (a field that must not be), ``formula`` (a text that a
    spreadsheet would take for one), ``taken``, with the values of the earlier one on the same; and
    CampaignError for a file that cannot be read.
    """
    kind: type = type(records[0])
    path = folder / _FILES[kind]
    there: list[Record] = records_in(folder, kind)
    known = "\ufeff" + ",".join(columns_of(kind))
    if path.exists():
        known = path.read_bytes().decode("utf-8")
    rows = [dataclasses.asdict(record) for record in records]
    for record, values in zip(records, rows, strict=True):
        for field in fields_of(kind):
            value = values[field.name]
            if not value.strip() and field.key.default != "":
                raise RefusedError("empty", text=field.name)
            if is_formula(value):
                raise RefusedError("formula", text=value)
        for earlier in there:
            if what_of(earlier) == what_of(record):
                raise RefusedError("taken", **dataclasses.asdict(earlier) | {"text": record.cell})
        there.append(record)
    write_text(path, with_rows(known, rows))
    return path


def records_in(folder: Path, kind: type[_Record]) -> list[_Record]:
    """The records of a kind as they stand in the plan's file now; none without the file."""
    path = folder / _FILES[kind]
    texts: list[dict[str, Any]] = texts_in(path, columns_of(kind)) if path.exists() else []
    return [kind(**text) for text in texts]
