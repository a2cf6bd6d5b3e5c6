"""Units on a schema of where they lie, or on a map when the campaign folder holds one, with their
points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.analysis.analysis import Scorecard
from dxkit.model.facts import TOTAL, Fact
from dxkit.model.text import visible
from dxkit.model.units import Unit
from dxkit.report.charts.canvas import Canvas, Point
from dxkit.report.charts.figure import ChartData, DataRow, chart, name_of, steps_key
from dxkit.report.charts.style import (
    EARNED,
    GRADES,
    INK,
    LINE,
    SMALL,
    TRACK,
    WIDTH,
    broken,
    letters,
)
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.data_state import points_claims
from dxkit.report.wording.language import Language

_GAP = 3.0
_LEAST = 70.0  # width of a tile that holds most names in two lines


@dataclass(frozen=True, slots=True)
class Place:
    """A unit to be shown: its name, its number, and the background's step (0 worst … 4 best; None
    without a number); in notebooks, the numbers that a click on it picks.
    """

    label: str
    fact: Fact
    step: int | None
    picks: tuple[int, ...] = ()


def draw_tiles(name: str, tiles: Sequence[tuple[int, int, Place]], language: Language) -> Markup:
    """Equal tiles by (row, column), each with the unit's name and number."""
    columns = max(column for _, column, _ in tiles) + 1
    rows = max(row for row, _, _ in tiles) + 1
    width = max(WIDTH, _LEAST * columns)
    wide = width / columns
    high = 56.0
    with Canvas(name, rows * high, language, width) as canvas:
        for row, column, place in tiles:
            box = (column * wide + _GAP / 2, row * high + _GAP / 2, wide - _GAP, high - _GAP)
            canvas.bars([box], _colour(place), place.picks)
            _write(canvas, ((column + 0.5) * wide, (row + 0.5) * high), place, letters(wide - _GAP))
        return canvas.svg()


def draw_map(
    name: str, shapes: Sequence[tuple[Sequence[Sequence[Point]], Place]], language: Language
) -> Markup:
    """Areas given by rings of (longitude, latitude), each with its name and number inside."""
    points = [point for rings, _ in shapes for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    scale = WIDTH / (east - west or 1.0)
    height = min((north - south) * scale, 420.0) or 1.0
    scale = min(scale, height / (north - south or 1.0))

    def at(point: Point) -> Point:
        return (point[0] - west) * scale, (north - point[1]) * scale

    with Canvas(name, height, language) as canvas:
        for rings, place in shapes:
            outlines = [[at(point) for point in ring] for ring in rings]
            canvas.polygons(outlines, _colour(place), LINE, place.picks)
        for rings, place in shapes:
            ring = [at(point) for point in max(rings, key=len)]
            centre = (
                (min(x for x, _ in ring) + max(x for x, _ in ring)) / 2,
                (min(y for _, y in ring) + max(y for _, y in ring)) / 2,
            )
            _write(canvas, centre, place, 12)
        return canvas.svg()


def _colour(place: Place) -> str:
    return TRACK if place.step is None else GRADES[place.step]


def _write(canvas: Canvas, centre: Point, place: Place, width: int) -> None:
    x, y = centre
    label = broken(place.label, width)
    shift = 8 if "\n" not in label else 15
    canvas.words(x, y - 8, label, at="center", size=SMALL)
    canvas.fact(x, y + shift, place.fact, at="center", colour=INK, weight="bold", size=SMALL)


def map_chart(context: Context) -> Section:
    """The units below on the campaign's map or schema; nothing when it has neither for them all."""
    shapes = context.opened.shapes
    cards = {card.unit.code: card for card in context.view.children}
    if not cards:
        return NO_SECTION
    language, bare = context.language, bare_names(card.unit for card in cards.values())
    places = {
        code: _place(bare.get(code) or context.name(code).striptags(), card)
        for code, card in cards.items()
    }
    if cards.keys() <= shapes.areas.keys():
        key = "map"
        areas = [(shapes.areas[code], place) for code, place in places.items()]
        drawing = draw_map(name_of(key), areas, language)
    elif cards.keys() <= shapes.tiles.keys():
        key = "schema"
        tiles = [(*shapes.tiles[code], place) for code, place in places.items()]
        drawing = draw_tiles(name_of(key), tiles, language)
    else:
        return NO_SECTION
    data = ChartData(
        language.plain("report.unit"),
        (language.plain("report.column_points"),),
        tuple(
            DataRow(context.name(code), (card.fact(TOTAL, "points"),))
            for code, card in cards.items()
        ),
    )
    marks = steps_key(language, [place.step for place in places.values()], earned=True)
    figure = chart(context, key, drawing, list(points_claims(context.view)), data, marks)
    return context.section(key, figure)


def _place(label: str, card: Scorecard) -> Place:
    """The unit with its points; its background goes by the share of the points that it earned."""
    points, most = card.fact(TOTAL, "points"), card.fact(TOTAL, "max_points")
    step = None
    if points.known and most.number:
        earned = points.number / most.number
        step = sum(earned >= start for start in EARNED)
    return Place(label, points, step)


def bare_names(units: Iterable[Unit]) -> dict[str, str]:
    """The names without their kind, as they fit a tile, of the units that they tell apart; not of
    one that is a number ("VII").
    """
    named = {unit.code: visible(unit.bare_name) for unit in units}
    often = Counter(named.values())
    return {code: name for code, name in named.items()
            if often[name] == 1 and any(map(str.islower, name))}  # fmt: skip
