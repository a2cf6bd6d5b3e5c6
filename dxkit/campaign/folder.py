"""The campaign's folder, read: the whole plan at once, with every mistake in it, its map, and what
a plan that loads still lacks for a period, as far as it can be told without opening a workbook. And
extended: which days the next period may have, and the plan's files with it.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime
import json
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain, pairwise
from pathlib import Path
from typing import Annotated, Any

from dxkit.campaign.consistency import look_through, of_levels
from dxkit.campaign.plan_files import columns_of, newline_of, texts_in, with_rows
from dxkit.campaign.project import Project
from dxkit.campaign.reader import PLAN_FILE, Reader
from dxkit.model.campaign import Campaign, CampaignError, CampaignProblem, Target
from dxkit.model.choices import RefusedError
from dxkit.model.keys import FIRST_DAY, LAST_DAY, Number, OfUnit
from dxkit.model.periods import Period, calendar_days, split_period_id
from dxkit.model.plan import is_measured_at, without_target
from dxkit.model.units import MapShapes, Ring
from dxkit.workbooks.atomic import write_text
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


TARGETS = "targets.csv"
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
"""How long those are that units report of, the shortest first."""
_HEADING = re.compile(r"\s*\[")


def calendar_period(period_id: str) -> Period:
    """A period with the days that the calendar gives it. Raises RefusedError."""
    if _parts(period_id)[1] not in _MONTHS:
        raise RefusedError("period_malformed", text=period_id)
    return Period(period_id, *calendar_days(period_id))


def next_period(campaign: Campaign, wanted: str = "") -> Period:
    """The period ``wanted``, or the one after the last of the shortest: days, parts and due day are
    as far from those of the last of its length as it is from that. Raises RefusedError.
    """
    kind = _parts(wanted)[1] if wanted else ""
    last = {period.kind: period for period in campaign.reported}
    kind = kind or next((shorter for shorter in _MONTHS if shorter in last), "")
    if kind not in last or kind not in _MONTHS:
        known = ", ".join(period.id for period in campaign.reported)
        raise RefusedError("period_of_no_kind", text=wanted, available=known)
    before, length = last[kind], _MONTHS[kind]
    months = length
    if wanted:
        months = (_number(wanted) - _number(before.id)) * length
        if months <= 0:
            raise RefusedError("period_not_later", text=wanted, period=before.id)
    first = _later(before.last_day, months - length) + datetime.timedelta(days=1)
    due = _later(before.due_day, months) if before.due_day else None
    return Period(
        wanted or _following(before.id),
        first,
        _later(before.last_day, months),
        tuple(_month_later(part, months) for part in before.parts),
        due_day=due,
    )


def _parts(period_id: str) -> tuple[int, str, int]:
    try:
        year, kind, number = split_period_id(period_id)
        if not FIRST_DAY.year <= year <= LAST_DAY.year:
            raise ValueError(year)
    except ValueError as error:
        raise RefusedError("period_malformed", text=period_id) from error
    return year, kind, number


def _number(period_id: str) -> int:
    """Counts the periods of one kind."""
    year, kind, number = split_period_id(period_id)
    return year * 12 // _MONTHS[kind] + number


def _following(period_id: str) -> str:
    year, kind, number = split_period_id(period_id)
    last = 12 // _MONTHS[kind]
    year, number = (year, number + 1) if number < last and kind != "year" else (year + 1, 1)
    return {"month": f"{year}-{number:02}", "quarter": f"{year}-Q{number}", "year": f"{year}"}[kind]


def _month_later(part: str, months: int) -> str:
    year, _, month = split_period_id(part)
    later = year * 12 + month - 1 + months
    return f"{later // 12}-{later % 12 + 1:02}"


def _later(day: datetime.date, months: int) -> datetime.date:
    """So many months later; the last day of a month becomes the last day of a month."""
    later = day.year * 12 + day.month - 1 + months
    year, month = later // 12, later % 12 + 1
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    last = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, last if is_last else min(day.day, last))


def add_period(campaign: Campaign, period: Period, source_of_targets: str) -> int:
    """Write a period more into the files of a plan, into all that it changes or none; returns how
    many targets it has. It stands behind the last one of its length, whose targets it has for the
    time being, each marked as assumed; all else stays as it is, byte for byte.

    Raises RefusedError where the plan cannot be extended in this way, CampaignError where it
    would not load any more, InUseError where somebody has one of the files open.
    """
    before = [p for p in campaign.reported if p.kind == period.kind][-1]
    plan = _bytes_as_text(campaign.folder / PLAN_FILE)
    files = {PLAN_FILE: _with_block(plan, before, period)}
    own = {"period": period.id, "source": source_of_targets, "assumed": "true"}
    targets = texts_in(campaign.folder / TARGETS, columns_of(Target))
    rows = [row | own for row in targets if row["period"] == before.id]
    if rows:
        files[TARGETS] = with_rows(_bytes_as_text(campaign.folder / TARGETS), rows)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(campaign.folder, Path(scratch) / campaign.id))
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8", newline="")
        made = load_campaign(folder)
    if sorted(made.periods, key=str) != sorted((*campaign.periods, period), key=str):
        raise RefusedError("periods_inline", text=campaign.folder / PLAN_FILE)
    write_text(campaign.folder / PLAN_FILE, files[PLAN_FILE])
    try:
        if rows:
            write_text(campaign.folder / TARGETS, files[TARGETS])
    except OSError:
        write_text(campaign.folder / PLAN_FILE, plan)
        raise
    return len(rows)


def _bytes_as_text(path: Path) -> str:
    """A file's text with its line ends and its byte order mark."""
    return path.read_bytes().decode("utf-8")


def _with_block(text: str, before: Period, period: Period) -> str:
    """The plan with the block of a period behind that of another."""
    lines = text.splitlines(keepends=True)
    named = re.compile(rf"\s*id\s*=\s*([\"']){re.escape(before.id)}\1")
    headings = [n for n, line in enumerate(lines) if _HEADING.match(line)] + [len(lines)]
    for start, end in pairwise(headings):
        is_period = re.match(r"\s*\[\[\s*periods\s*\]\]", lines[start])
        if is_period and any(map(named.match, lines[start:end])):
            while end > start + 1 and re.match(r"\s*(#|$)", lines[end - 1]):
                end -= 1
            newline = newline_of(text)
            block = [f"{line}{newline}" for line in ("", *_block(period))]
            if not lines[end - 1].endswith("\n"):
                block.insert(0, newline)
            return "".join([*lines[:end], *block, *lines[end:]])
    return text


def _block(period: Period) -> list[str]:
    lines = ["[[periods]]", f'id = "{period.id}"']
    lines += [f"first_day = {period.first_day}", f"last_day = {period.last_day}"]
    if period.due_day is not None:
        lines.append(f"due_day = {period.due_day}")
    if period.parts:
        lines.append("parts = [{}]".format(", ".join(f'"{part}"' for part in period.parts)))
    return [*lines, f"source = {quoted(period.source)}", f"assumed = {str(period.assumed).lower()}"]


def quoted(text: str) -> str:
    """A text as a string of TOML."""
    return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))
