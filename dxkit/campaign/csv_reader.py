"""A declared CSV file: its rows with their lines, and what keeps them from being read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from dxkit.campaign.toml_reader import read_text
from dxkit.model.campaign import CampaignError, CampaignProblem
from dxkit.model.keys import Form, MisfitError


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
    separator = max(",;\t", key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    line = 1
    try:
        header = [name.strip() for name in next(lines, [])]
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
