"""Reading declared TOML, so that every mistake is noted with its file and line."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from dxkit.model.problems import CampaignProblem

Problems = list[CampaignProblem]


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
    text = read_text(path, problems)
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


def read_text(path: Path, problems: Problems) -> str | None:
    """The text of a declared file (UTF-8); one that cannot be read is a problem."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        problems.append(CampaignProblem("file_missing", path.name))
    except (OSError, UnicodeDecodeError) as error:
        values = {"reason": type(error).__name__}
        problems.append(CampaignProblem("file_unreadable", path.name, 0, values))
    return None
