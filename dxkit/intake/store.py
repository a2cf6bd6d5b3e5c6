"""What intake found, kept in a file, so that unchanged workbooks are not read again.

JSON, because outputs may be passed on: opening a store never runs anything.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from sys import intern
from typing import Any

from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import (
    VISITS,
    Answer,
    ColumnRead,
    Flag,
    IndicatorTable,
    Observation,
    Received,
    RegisterRow,
    Reply,
    SheetRead,
    SourceFile,
    Visit,
)
from dxkit.model.units import Unit, UnitRegistry
from dxkit.workbooks.atomic import write_bytes
from dxkit.workbooks.raw_folder import Contents, contents_of


def store_key(campaign: Campaign, references: Path, raw: Iterable[Contents]) -> str:
    """A hash of all that intake depends on: the ``raw`` files of the period and of those before,
    references, results of visits, campaign folder, its code.
    """
    code = code_hash("dxkit.model", "dxkit.workbooks", "dxkit.campaign", "dxkit.intake")
    digest = hashlib.sha256(code.encode())
    folders = (campaign.folder, *(references / check.folder for check in campaign.reference_checks),
               references / VISITS)  # fmt: skip
    for part in (*raw, *map(contents_of, folders)):
        digest.update(part.key.encode())
    return digest.hexdigest()


@lru_cache
def code_hash(*rooms: str) -> str:
    """A hash of the code and the words in some rooms of the package."""
    digest = hashlib.sha256()
    for room in rooms:
        for entry in sorted(Path(str(files(room))).rglob("*")):
            if entry.suffix in (".py", ".toml"):
                digest.update(entry.read_bytes())
    return digest.hexdigest()


def is_current(path: Path, key: str) -> bool:
    """Whether the file holds a store made under this key."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(len(key) + 10).startswith(f'{{"key":"{key}"')
    except OSError:
        return False


def write_stored(received: Received, key: str, path: Path) -> None:
    """Keep what was received: each thing as the list of its fields, addresses by their number."""
    addresses: dict[CellRef, int] = {}

    def rows(things: Iterable[Any]) -> list[list[Any]]:
        return [
            [
                addresses.setdefault(value, len(addresses)) if type(value) is CellRef else value
                for value in (getattr(thing, field.name) for field in fields(thing))
            ]
            for thing in things
        ]

    table = received.table
    content = {
        "key": key,
        "period": table.period,
        "observations": rows(table.observations),
        "register_rows": rows(table.register_rows),
        "levels": received.units.levels,
        "units": rows(received.units.units),
        "findings": rows(received.findings),
        "cumulative": rows(received.cumulative),
        "sources": rows(received.sources),
        "weights": received.weights,
        "visits": rows(received.visits),
        "answers": rows(received.answers),
        "replies": rows(received.replies),
        "sheets": [[*row[:-1], rows(row[-1])] for row in rows(received.sheets)],
        "addresses": list(addresses),
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_plain)
    write_bytes(path, text.encode("utf-8", "replace"))  # half a character is no letter


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime.date) else dict(value)  # type: ignore[call-overload]


def _flag(told: str) -> Flag | None:
    return Flag(told) if told else None


def read_stored(path: Path) -> Received:
    """What was kept: equal to what was given to ``write_stored``."""
    content = json.loads(path.read_text("utf-8"))
    # names that stand in many rows are one object each, which the decoder makes anew every time
    addresses = [CellRef(*map(intern, address)) for address in content["addresses"]]
    observations, cumulative = (
        tuple(
            Observation(*(*map(intern, named), value, addresses[at], raw, _flag(flag), reason))
            for *named, value, at, raw, flag, reason in content[key]
        )
        for key in ("observations", "cumulative")
    )
    rows = tuple(
        RegisterRow(*(*start, _pairs(texts), tuple((n, CellRef(*cell)) for n, cell in cells)))
        for *start, texts, cells in content["register_rows"]
    )
    units = tuple(
        Unit(*(*start, _day(first), _day(last))) for *start, first, last in content["units"]
    )
    findings = tuple(
        Finding(code, addresses[at], unit, raw, values, None if by is None else addresses[by])
        for code, at, unit, raw, values, by in content["findings"]
    )
    return Received(
        IndicatorTable(content["period"], observations, rows),
        UnitRegistry(units, tuple(content["levels"])),
        findings,
        tuple(SourceFile(*source) for source in content["sources"]),
        cumulative,
        tuple(
            SheetRead(*(*start, tuple(ColumnRead(*column) for column in columns)))
            for *start, columns in content["sheets"]
        ),
        content["weights"],
        tuple(Visit(*(*start, addresses[at])) for *start, at in content["visits"]),
        tuple(Answer(addresses[at], unit, text) for at, unit, text in content["answers"]),
        tuple(Reply(addresses[at], *told) for at, *told in content["replies"]),
    )


def _pairs(texts: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in texts)


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None
