"""Reading declared CSV, so that every mistake is noted with its file and line."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from dxkit.campaign.toml_reader import Problems, read_text
from dxkit.model.problems import CampaignProblem

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
    text = read_text(path, problems)
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
