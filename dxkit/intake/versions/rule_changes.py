"""What differs between two versions of a file of the campaign's folder, rule by rule."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

RULE_FILES = (".csv", ".toml")

_NAMES = ("id", "indicator", "measure", "condition")  # keys by which the tables of a list are told


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule that reads otherwise. ``key`` are the fields that tell a row from the others, or the
    path of a key; ``column`` the field that changed, empty for a key or a whole row.
    """

    file: str
    key: tuple[str, ...]
    column: str
    before: str
    after: str


def rule_changes(file: str, before: str, after: str) -> Iterator[RuleChange]:
    """The changes between two texts of a CSV or TOML file; one without a key when a text cannot be
    taken apart.
    """
    try:
        if file.endswith(".csv"):
            yield from _of_rows(file, _rows(before), _rows(after))
        else:
            yield from _of_keys(file, dict(_keys(before)), dict(_keys(after)))
    except (ValueError, csv.Error):
        yield RuleChange(file, (), "", "", "")


Rows = list[dict[str, str]]


def _rows(text: str) -> Rows:
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="")
    return [{str(name): str(value).strip() for name, value in row.items()} for row in reader]


def _of_rows(file: str, before: Rows, after: Rows) -> Iterator[RuleChange]:
    columns = list(dict.fromkeys(name for row in (*before, *after) for name in row))
    naming = _naming(columns, before, after)
    old, new = ({tuple(row.get(c, "") for c in naming): row for row in r} for r in (before, after))
    for key in dict.fromkeys((*old, *new)):
        if key not in old or key not in new:
            rest = (_rest(rows.get(key, {}), naming) for rows in (old, new))
            yield RuleChange(file, key, "", *rest)
            continue
        for column in columns:
            was, now = old[key].get(column, ""), new[key].get(column, "")
            if was != now:
                yield RuleChange(file, key, column, was, now)


def _naming(columns: list[str], *versions: Rows) -> list[str]:
    """The first columns, as few as tell all rows of each version from each other: what a row is
    about stands before what it says.
    """
    for number in range(1, len(columns)):
        first = columns[:number]
        if all(
            len({tuple(row.get(c, "") for c in first) for row in rows}) == len(rows)
            for rows in versions
        ):
            return first
    return columns


def _rest(row: Mapping[str, str], naming: list[str]) -> str:
    return ", ".join(text for name, text in row.items() if name not in naming and text)


def _keys(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    yield from _flat((), tomllib.loads(text))


def _flat(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each key by its path; the tables of a list by their names, else by their number."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat((*path, name), inner)
    elif isinstance(value, list) and value and all(isinstance(inner, dict) for inner in value):
        for number, inner in enumerate(value, start=1):
            name = next((inner[name] for name in _NAMES if name in inner), number)
            yield from _flat((*path, str(name)), inner)
    else:
        yield path, ", ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _of_keys(
    file: str, before: Mapping[tuple[str, ...], str], after: Mapping[tuple[str, ...], str]
) -> Iterator[RuleChange]:
    for path in dict.fromkeys((*before, *after)):
        was, now = before.get(path, ""), after.get(path, "")
        if was != now:
            yield RuleChange(file, path, "", was, now)
