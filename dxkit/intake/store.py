"""What intake found, kept in a file, so that unchanged workbooks are not read again.

JSON, because outputs may be passed on: opening a store never runs anything.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import (
    Flag,
    IndicatorTable,
    Observation,
    Received,
    RegisterRow,
    SourceFile,
)
from dxkit.model.units import Unit, UnitRegistry
from dxkit.workbooks.atomic import write_text
from dxkit.workbooks.raw_folder import content_key


def store_key(
    campaign: Campaign, folder: Path, references: Path, before: Path | None = None
) -> str:
    """A hash of all that intake depends on: raw files, those of the period ``before``, references,
    campaign folder, its code.
    """
    digest = hashlib.sha256(_code_hash().encode())
    reference_folders = [references / check.folder for check in campaign.reference_checks]
    for place in (folder, *([before] if before else []), campaign.folder, *reference_folders):
        digest.update(content_key(place).encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _code_hash() -> str:
    digest = hashlib.sha256()
    for room in ("dxkit.model", "dxkit.workbooks", "dxkit.campaign", "dxkit.intake"):
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
    """Keep what was received; the file appears whole or not at all."""
    content = {"key": key, **_packed(received)}
    write_text(path, json.dumps(content, ensure_ascii=False, separators=(",", ":")))


def read_stored(path: Path) -> Received:
    """What was kept: equal to what was given to ``write_stored``."""
    return _unpacked(json.loads(path.read_text("utf-8")))


def _packed(received: Received) -> dict[str, Any]:
    places: dict[CellRef, int] = {}

    def at(place: CellRef) -> int:
        return places.setdefault(place, len(places))

    def observed(o: Observation) -> list[Any]:
        return [
            o.period,
            o.unit_code,
            o.measure,
            o.value,
            at(o.place),
            o.raw,
            o.flag,
            o.correction,
        ]

    packed = {
        "period": received.table.period,
        "observations": [observed(o) for o in received.table.observations],
        "register_rows": [
            [r.period, r.unit_code, r.register, r.fields, [[n, at(p)] for n, p in r.places]]
            for r in received.table.register_rows
        ],
        "levels": received.units.levels,
        "units": [
            [u.code, u.name, u.type, u.level, u.parent_code, _day(u.valid_from), _day(u.valid_to)]
            for u in received.units.units
        ],
        "findings": [
            [f.code, at(f.place), f.unit_code, f.raw, dict(f.values)] for f in received.findings
        ],
        "cumulative": [observed(o) for o in received.cumulative],
        "sources": [[s.name, s.sha256, s.simulated, s.unit_code] for s in received.sources],
    }
    return packed | {"places": [[p.file, p.sheet, p.cell] for p in places]}


def _unpacked(content: dict[str, Any]) -> Received:
    places = [CellRef(*fields) for fields in content["places"]]
    observations, cumulative = (
        tuple(
            Observation(
                period,
                unit,
                measure,
                value,
                places[place],
                raw,
                Flag(flag) if flag else None,
                reason,
            )
            for period, unit, measure, value, place, raw, flag, reason in content[key]
        )
        for key in ("observations", "cumulative")
    )
    rows = tuple(
        RegisterRow(
            period,
            unit,
            register,
            tuple((name, text) for name, text in fields),
            tuple((name, places[place]) for name, place in cells),
        )
        for period, unit, register, fields, cells in content["register_rows"]
    )
    units = UnitRegistry(
        tuple(_unit(fields) for fields in content["units"]), tuple(content["levels"])
    )
    findings = tuple(
        Finding(code, places[place], unit, raw, values)
        for code, place, unit, raw, values in content["findings"]
    )
    return Received(
        IndicatorTable(content["period"], observations, rows),
        units,
        findings,
        tuple(SourceFile(*fields) for fields in content["sources"]),
        cumulative,
    )


def _unit(fields: Iterable[Any]) -> Unit:
    code, name, kind, level, parent, valid_from, valid_to = fields
    return Unit(code, name, kind, level, parent, _parsed(valid_from), _parsed(valid_to))


def _day(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""


def _parsed(text: str) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None
