"""Reading a campaign folder: the whole plan at once, with every mistake in it; its map; and what a
plan that loads still lacks for a period, as far as it can be told without opening a workbook.
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

from dxkit.campaign.consistency import look_through, of_levels
from dxkit.campaign.project import Project
from dxkit.campaign.reader import PLAN_FILE, Reader
from dxkit.model.campaign import Campaign, CampaignError, CampaignProblem
from dxkit.model.keys import Number, OfUnit
from dxkit.model.plan import is_measured_at, without_target
from dxkit.model.units import MapShapes, Ring
from dxkit.workbooks.raw_folder import contents_of, raw_files

_known: dict[Path, tuple[str, Campaign]] = {}
"""By folder, the campaign that was read last, and the hash of what lay there."""


def load_campaign(folder: Path) -> Campaign:
    """The campaign in ``folder``; raises CampaignError listing everything that is wrong with it. It
    is read anew when a file has changed: each page asks for it, and a country takes half a second.
    """
    there = contents_of(folder)
    if folder in _known and _known[folder][0] == there.key:
        return _known[folder][1]
    campaign = _read(folder)
    if not there.passed_over and contents_of(folder) == there:
        _known[folder] = there.key, campaign
    return campaign


def _read(folder: Path) -> Campaign:
    reader = Reader(folder)
    campaign = reader.campaign()
    if campaign.abbreviations is not None:  # it could be read
        usual = tomllib.loads((files("dxkit.campaign") / "abbreviations.toml").read_text("utf-8"))
        campaign = dataclasses.replace(campaign, abbreviations={**usual, **campaign.abbreviations})
    _read_map(reader)
    reader.look_up()
    look_through(campaign, reader)
    if reader.problems:
        raise CampaignError(tuple(sorted(reader.problems, key=lambda p: (p.file, p.line))))
    levels = campaign.units.levels
    targets = tuple(each for target in campaign.targets for each in of_levels(target, levels))
    return dataclasses.replace(campaign, targets=targets)


_TILES_FILE = "tiles.csv"


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
    shapes = _read_map(reader)
    if reader.problems:
        raise CampaignError(tuple(reader.problems))
    return shapes


def _read_map(reader: Reader) -> MapShapes:
    """The same, as far as it can be read; what is wrong is noted."""
    areas: dict[str, tuple[Ring, ...]] = {}
    for path in sorted(reader.folder.glob("*.geojson")):
        try:
            areas |= _areas(path)
        except CampaignError as error:
            reader.problems += error.problems
    tiles: dict[str, tuple[int, int]] = {}
    present = (reader.folder / _TILES_FILE).exists()
    for tile in reader.rows(_TILES_FILE, Tile) if present else ():
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


def lacks(project: Project, campaign: Campaign, period_id: str) -> Iterator[CampaignProblem]:
    """What the period lacks, with codes of levels, indicators and periods as values. Targets, and a
    period after the movement, are findings of ``model.plan``.
    """
    for code, file, values in chain(
        _units(campaign, period_id),
        _ranking(campaign),
        _rewards(campaign, period_id),
        _folders(project, campaign, period_id),
    ):
        yield CampaignProblem(code, file, values=values)


_Lack = tuple[str, str, dict[str, object]]


def _units(campaign: Campaign, period_id: str) -> Iterator[_Lack]:
    """Units of an open level need not be known."""
    last_day = campaign.period(period_id).last_day
    units = campaign.units.on(last_day)
    for level in campaign.levels:
        if not level.open and not units.at_level(level.id):
            yield "level_without_units", "units.csv", {"level": level.id, "day": str(last_day)}


def _ranking(campaign: Campaign) -> Iterator[_Lack]:
    ranking = campaign.ranking
    level = campaign.report_level
    unmeasured = [
        indicator.id
        for indicator in campaign.indicators
        if indicator.max_points > 0 and not is_measured_at(campaign, level, indicator)
    ]
    if unmeasured:
        reached: dict[str, object] = {"level": level, "indicators": ", ".join(unmeasured)}
        yield "points_out_of_reach", "indicators.csv", reached
    for condition in ranking.conditions:
        values: dict[str, object] = {"level": condition.level, "text": condition.kind}
        if condition.level and condition.level not in ranking.within:
            yield "condition_without_ranking", PLAN_FILE, values
        for level in [condition.level] if condition.level else ranking.within:
            measured = condition.kind != "value" or is_measured_at(
                campaign, level, campaign.indicator(condition.indicator)
            )
            if not measured:
                values = {"level": level, "indicator": condition.indicator}
                yield "condition_without_value", PLAN_FILE, values
    if not ranking.weight and any(c.kind == "complete" for c in ranking.conditions):
        yield "weight_missing", PLAN_FILE, {}


def _rewards(campaign: Campaign, period_id: str) -> Iterator[_Lack]:
    for rule in campaign.rewards:
        if rule.periods and period_id not in rule.periods:
            continue
        values: dict[str, object] = {"text": rule.id, "level": rule.level}
        if rule.level not in campaign.ranking.within:
            yield "reward_without_ranking", PLAN_FILE, values
        if rule.by == "progress" and campaign.previous_period(period_id) is None:
            yield "reward_without_before", PLAN_FILE, values
        targets = (campaign.target(i.id, rule.level, period_id) for i in campaign.indicators)
        found = sum(target is not None for target in targets)
        if found < rule.minimum_targets and not without_target(campaign, rule.level, period_id):
            more = {"expected": period_id, "least": rule.minimum_targets, "found": found}
            yield "reward_without_targets", "targets.csv", values | more


def _folders(project: Project, campaign: Campaign, period_id: str) -> Iterator[_Lack]:
    references = project.raw_folder(campaign.id)
    folders = dict.fromkeys(check.folder for check in campaign.reference_checks)
    if campaign.initiatives is not None and campaign.initiatives.folder:
        folders[campaign.initiatives.folder] = None
    for name in folders:
        if not raw_files(references / name):
            yield "reference_missing", str(references / name), {}
    for part in campaign.leaves(period_id):
        folder = project.period_folder(campaign.id, part.id)
        if not raw_files(folder):
            yield "raw_missing", str(folder), {"expected": part.id}
    before = campaign.previous_period(period_id)
    if before is not None and not project.has_raw(campaign, before.id):
        folder = project.period_folder(campaign.id, before.id)
        yield "before_missing", str(folder), {"expected": before.id}
