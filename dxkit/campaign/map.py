"""Where units lie: the tiles of a schema, or areas from a GeoJSON file, in the campaign folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from dxkit.campaign.reader import Reader
from dxkit.model.campaign import CampaignError, CampaignProblem
from dxkit.model.keys import Number, OfUnit
from dxkit.model.units import MapShapes, Ring

TILES_FILE = "tiles.csv"


@dataclass(frozen=True, slots=True)
class Tile:
    """Where a unit lies on the schema, counted from the top left."""

    code: OfUnit
    row: Annotated[int, Number(0, 200, whole=True)]
    column: Annotated[int, Number(0, 200, whole=True)]


def load_map(folder: Path) -> MapShapes:
    """The campaign's ``tiles.csv`` (code, row, column) and its ``*.geojson`` files, whose features
    have a property ``code``. Raises CampaignError naming file and line.
    """
    reader = Reader(folder)
    shapes = read_map(reader)
    if reader.problems:
        raise CampaignError(tuple(reader.problems))
    return shapes


def read_map(reader: Reader) -> MapShapes:
    """The same, as far as it can be read; what is wrong is noted."""
    areas: dict[str, tuple[Ring, ...]] = {}
    for path in sorted(reader.folder.glob("*.geojson")):
        try:
            areas |= _areas(path)
        except CampaignError as error:
            reader.problems += error.problems
    tiles: dict[str, tuple[int, int]] = {}
    present = (reader.folder / TILES_FILE).exists()
    for tile in reader.rows(TILES_FILE, Tile) if present else ():
        if tile.code in tiles:
            reader.note_of(tile, "repeated", text=tile.code)
        elif (tile.row, tile.column) in tiles.values():
            reader.note_of(tile, "repeated", "row", text=f"{tile.row}, {tile.column}")
        tiles[tile.code] = tile.row, tile.column
    return MapShapes(tiles, areas)


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
