"""Where units lie: the tiles of a schema, or areas from a GeoJSON file, in the campaign folder."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dxkit.model.problems import CampaignError, CampaignProblem

TILES_FILE = "tiles.csv"
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class MapShapes:
    """``tiles``: code → (row, column) of a schema. ``areas``: code → rings of (longitude,
    latitude). Either may be empty; areas are preferred.
    """

    tiles: dict[str, tuple[int, int]]
    areas: dict[str, tuple[Ring, ...]]


def load_map(folder: Path) -> MapShapes:
    """The campaign's ``tiles.csv`` (code, row, column) and its ``*.geojson`` files, whose features
    have a property ``code``. Raises CampaignError naming file and line.
    """
    areas: dict[str, tuple[Ring, ...]] = {}
    for path in sorted(folder.glob("*.geojson")):
        areas |= _areas(path)
    tiles = folder / TILES_FILE
    return MapShapes(_tiles(tiles) if tiles.exists() else {}, areas)


def _tiles(path: Path) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != 3:
            values = {"found": len(row), "expected": 3}
            raise CampaignError((CampaignProblem("fields_do_not_fit", path.name, line, values),))
        code, *places = row
        for column, text in zip(("row", "column"), places, strict=True):
            if not text.isdecimal():
                values_ = {"column": column, "text": text}
                raise CampaignError((CampaignProblem("not_a_number", path.name, line, values_),))
        if code in found:
            raise CampaignError((CampaignProblem("repeated", path.name, line, {"text": code}),))
        found[code] = (int(places[0]), int(places[1]))
    return found


def _areas(path: Path) -> dict[str, tuple[Ring, ...]]:
    try:
        features = json.loads(path.read_text("utf-8-sig"))["features"]
        return {str(f["properties"]["code"]): _rings(f["geometry"]) for f in features}
    except (ValueError, KeyError, TypeError) as error:
        problem = CampaignProblem(
            "file_unreadable", path.name, 0, {"reason": f"{type(error).__name__}: {error}"}
        )
        raise CampaignError((problem,)) from error


def _rings(geometry: dict[str, Any]) -> tuple[Ring, ...]:
    """The outer rings; holes are left out, for areas of units have none that a chart could show."""
    kind, coordinates = geometry["type"], geometry["coordinates"]
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}[kind]
    return tuple(tuple((float(x), float(y)) for x, y, *_ in polygon[0]) for polygon in polygons)
