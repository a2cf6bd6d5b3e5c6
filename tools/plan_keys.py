"""The tables of keys in docs/<language>/campaign-folder.md, made from what the plan's dataclasses
say of their fields. What a key holds is told by the page itself and stays.

Usage: python tools/plan_keys.py   (from the project folder; writes the pages)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from dxkit.campaign.folder import Tile
from dxkit.campaign.plan_files import LANGUAGES
from dxkit.model.campaign import Campaign
from dxkit.model.keys import REQUIRED, Field, PerLanguage, apart, fields_of, form_of

_SECTION = re.compile(r"^## (\S+\.(?:toml|csv))$(.*?)(?=^## |\Z)", re.M | re.S)
_ROW = re.compile(r"^\| (`.*?) \|.*\| (.*?) \|$", re.M)


def files() -> dict[str, list[tuple[str, str, str]]]:
    """Key (or keys), what is allowed and the value when it is left out, of every file."""
    found = {"campaign.toml": list(_keys(Campaign, ""))}
    for field in fields_of(Campaign):
        if field.key.row:
            found[field.key.file] = list(_columns(field.key.row))
        elif field.key.file:
            found[field.key.file] = list(_key(field, ""))
    found["tiles.csv"] = list(_columns(Tile))
    return found


def _keys(kind: type, before: str) -> Iterator[tuple[str, str, str]]:
    for field in fields_of(kind):
        if not field.key.file:
            yield from _key(field, before)


def _key(field: Field, before: str) -> Iterator[tuple[str, str, str]]:
    if field.key.each:
        inner, marks = apart(get_args(field.kind)[1])
        for key in field.key.each:
            yield f"`{before}{key}`", f"`{form_of(inner, marks)}`", "–"
        return
    inner = field.kind
    name = f"{before}{field.key.name}"
    if get_origin(inner) is tuple:
        inner = apart(get_args(inner)[0])[0]
    if is_dataclass(inner):
        yield f"`{name}`", "", _default(field)
        yield from _keys(inner, f"{name}.")
    else:
        yield f"`{name}`", f"`{_allowed(field)}`", _default(field)


def _has_keys(kind: Any) -> bool:
    return is_dataclass(kind) or get_origin(kind) is Mapping


def _columns(kind: type) -> Iterator[tuple[str, str, str]]:
    for field in fields_of(kind):
        names = [field.key.name]
        if any(isinstance(mark, PerLanguage) for mark in field.marks):
            names = [f"{field.key.name}_{code}" for code in LANGUAGES]
        allowed = "…" if len(names) > 1 else _allowed(field)
        default = "–" if get_origin(field.kind) is Mapping and len(names) == 1 else _default(field)
        yield ", ".join(f"`{name}`" for name in names), f"`{allowed}`", default


def _allowed(field: Field) -> str:
    if any(isinstance(mark, PerLanguage) for mark in field.marks):
        return ", ".join(LANGUAGES)
    if get_origin(field.kind) is tuple:
        inner, marks = apart(get_args(field.kind)[0])
        return ", ".join(LANGUAGES) if _has_keys(inner) else f"[{form_of(inner, marks)}]"
    if get_origin(field.kind) is Mapping:
        of_keys, (value, marks) = (apart(argument) for argument in get_args(field.kind))
        told = ", ".join(LANGUAGES) if _has_keys(value) else ""
        if get_origin(value) is tuple:
            told = f"[{form_of(*apart(get_args(value)[0]))}]"
        return f"{form_of(*of_keys)} = {told or form_of(value, marks)}"
    return str(form_of(field.kind, field.marks))


def _default(field: Field) -> str:
    value = field.key.default
    if value is REQUIRED:
        return "●"
    if value in ("", (), None, {}) or is_dataclass(value):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def renewed(page: str) -> str:
    """A page with its tables of keys made anew; what a key holds is taken from its old row."""
    told = files()

    def section(match: re.Match[str]) -> str:
        holds = dict(_ROW.findall(match[2]))
        rows = [f"| {key} | {allowed} | {default} | {holds.get(key, '')} |"
                for key, allowed, default in told[match[1]]]  # fmt: skip
        head, body = re.split(r"^\|---.*$", match[2], maxsplit=1, flags=re.M)
        after = re.sub(r"^\|.*\n?", "", body.lstrip("\n"), flags=re.M)
        return f"## {match[1]}{head}|---|---|---|---|\n" + "\n".join(rows) + "\n" + after

    return _SECTION.sub(section, page)


if __name__ == "__main__":
    for language in LANGUAGES:
        path = Path("docs") / language / "campaign-folder.md"
        path.write_text(renewed(path.read_text("utf-8")), "utf-8")
        lacking = re.findall(r"^\| (`.*?) \|.*\|  \|$", path.read_text("utf-8"), re.M)
        if lacking:
            sys.exit(f"{path}: say what these hold: {', '.join(lacking)}")
