"""Where the units below lie, with their points: a schema of tiles, or a map when there is one."""

from __future__ import annotations

from dxkit.analysis.facts.scorecard import Scorecard
from dxkit.model.facts import TOTAL
from dxkit.report.charts.figure import ChartData, DataRow
from dxkit.report.charts.frame import NOTHING, chart, name_of
from dxkit.report.charts.tiles import Place, draw_map, draw_tiles
from dxkit.report.parts.context import Context, Part
from dxkit.report.sentences.data_state import points_claims


def map_chart(context: Context) -> Part:
    """The units below on the campaign's map or schema; nothing when it has neither for them all."""
    shapes = context.opened.shapes
    cards = {card.unit.code: card for card in context.view.children}
    if not cards:
        return NOTHING
    language = context.language
    if cards.keys() <= shapes.areas.keys():
        key = "map"
        areas = [(shapes.areas[code], _place(card)) for code, card in cards.items()]
        drawing = draw_map(name_of(key), areas, language)
    elif cards.keys() <= shapes.tiles.keys():
        key = "schema"
        tiles = [(*shapes.tiles[code], _place(card)) for code, card in cards.items()]
        drawing = draw_tiles(name_of(key), tiles, language)
    else:
        return NOTHING
    data = ChartData(
        language.plain("report.unit"),
        (language.plain("report.column_points"),),
        tuple(
            DataRow(context.name(code), (card.fact(TOTAL, "points"),))
            for code, card in cards.items()
        ),
    )
    figure = chart(context, key, drawing, list(points_claims(context.view)), data)
    return context.section(key, figure)


def _place(card: Scorecard) -> Place:
    """The unit with its points; its background goes by the share of the points that it earned."""
    points, most = card.fact(TOTAL, "points"), card.fact(TOTAL, "max_points")
    step = None
    if points.known and most.number:
        earned = points.number / most.number
        step = sum(earned >= start for start in (0.5, 0.7, 0.8, 0.9))
    return Place(card.unit.name, points, step)
