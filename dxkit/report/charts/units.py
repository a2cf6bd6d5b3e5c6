"""Units in charts: as bars, ranked with a target line or with their shares of a gap; as a table of
units × indicators in colours, by how far each value is from its target; in a funnel, each share
against the number of things that it is a share of, between the limits that chance alone seldom
crosses (Spiegelhalter, *Funnel plots for comparing institutional performance*, Statistics in
Medicine 24, 2005); on a schema of where they lie, or on a map when the campaign folder holds one,
with their points.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.analysis.analysis import Scorecard
from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import FUNNEL_ENDS, TOTAL, Fact, UnitOfMeasure, reaches
from dxkit.model.text import visible
from dxkit.model.units import Unit
from dxkit.report.charts.canvas import Canvas, Point
from dxkit.report.charts.figure import (
    MOST_ROWS,
    ChartData,
    DataRow,
    chart,
    coloured_table,
    known,
    measured_by_share,
    name_of,
    short_name,
    step_of,
    steps_key,
    swatches,
)
from dxkit.report.charts.style import (
    BAD,
    EARNED,
    GOOD,
    GRADES,
    INK,
    LINE,
    PEER,
    SMALL,
    SOFT,
    TRACK,
    WIDTH,
    broken,
    letters,
    spread,
)
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.chart_titles import (
    funnel_claim,
    gap_claim,
    grid_claim,
    ranked_claim,
    weakest_indicator,
)
from dxkit.report.sentences.data_state import points_claims
from dxkit.report.tables import NOTHING, Cell, Column, Number, render_table
from dxkit.report.wording.language import Language
from dxkit.report.wording.sentences import NBSP

_LEFT = 118.0  # where bars begin
_LABEL = letters(_LEFT - 12)
_RIGHT = WIDTH - 58.0  # where the scale ends; room for the number behind
_ROW, _DENSE_ROW = 26.0, 19.0
_MANY = 8  # rows from which they stand closer
_THICK = 13.0
_HEAD = 19.0  # above the bars, when a line is named there


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a label, its value, and the target it is held against, if any. ``direction`` is -1
    when less is better.
    """

    label: str
    value: Fact
    target: Fact | None = None
    direction: int = 1

    @property
    def reached(self) -> bool | None:
        """Whether the value is at or past the target; None where there is none."""
        if self.target is None or not self.target.known or not self.value.known:
            return None
        return reaches(self.value.number, self.target.number, self.direction)


def draw_bars(
    name: str,
    rows: Sequence[Bar],
    language: Language,
    *,
    line: Fact | None = None,
    line_word: str = "",
    short_of: bool = False,
) -> Markup:
    """Bars with their values behind them, in the order given; where there are targets the values
    stand in a column of their own, so that no stroke runs through a number.

    ``line`` is the target of all rows, drawn through them and named above by ``line_word``. Blue
    bars reach their target, orange ones do not, grey ones have none; with ``short_of`` every bar is
    something lacking, so all are orange.
    """
    head = _HEAD if line is not None and line.known else 0.0
    labels = [broken(row.label, _LABEL) for row in rows]
    tallest = SMALL * (1 + max((label.count("\n") for label in labels), default=0))
    step = max(_ROW if len(rows) <= _MANY else _DENSE_ROW, tallest + 5)
    height = head + step * len(rows)
    tops = [head + n * step + (step - _THICK) / 2 for n in range(len(rows))]
    with Canvas(name, height, language) as canvas:
        scale = _scale([*rows, *([Bar("", line)] if line else [])])
        across = {True: GOOD, False: BAD, None: PEER}
        if _is_share(rows):
            whole = (_RIGHT - _LEFT) * min(scale, 1.0) / scale
            canvas.bars([(_LEFT, top, whole, _THICK) for top in tops], TRACK)
        for reached, colour in across.items():
            canvas.bars(
                [
                    (_LEFT, top, _length(row.value, scale), _THICK)
                    for top, row in zip(tops, rows, strict=True)
                    if row.value.known and (False if short_of else row.reached) is reached
                ],
                colour,
            )
        canvas.lines([[(_LEFT, head + 2), (_LEFT, height - 2)]], LINE, 1)
        if line is not None and line.known:
            x = _LEFT + _length(line, scale)
            canvas.lines([[(x, 14), (x, height - 2)]], INK, 1.4)
            canvas.words(x - 2, 6, line_word, at="right", colour=SOFT, size=SMALL)
            canvas.fact(x + 2, 6, line, size=SMALL)
        in_column = any(row.target is not None and row.target.known for row in rows)
        for top, row, label in zip(tops, rows, labels, strict=True):
            middle = top + _THICK / 2
            canvas.words(_LEFT - 7, middle, label, at="right", size=SMALL, spacing=1.0)
            _write_value(canvas, middle, row.value, scale, in_column=in_column)
        return canvas.svg()


def _write_value(canvas: Canvas, y: float, value: Fact, scale: float, *, in_column: bool) -> None:
    if not value.known:
        canvas.fact(_LEFT + 5, y, value, size=SMALL)
    elif in_column:
        canvas.fact(WIDTH, y, value, at="right", weight="bold")
    else:
        canvas.fact(_LEFT + _length(value, scale) + 5, y, value, weight="bold")


def _length(fact: Fact, scale: float) -> float:
    return (_RIGHT - _LEFT) * max(fact.number, 0) / scale


def _scale(rows: Sequence[Bar]) -> float:
    """The value at the right end: 100 % for shares, unless one is greater."""
    shown = [f.number for row in rows for f in (row.value, row.target) if f is not None and f.known]
    return max([*shown, *([1.0] if _is_share(rows) else [])], default=1.0) or 1.0


def _is_share(rows: Sequence[Bar]) -> bool:
    return any(row.value.unit is UnitOfMeasure.SHARE for row in rows)


def gap_chart(context: Context) -> Section:
    """Where the things are lacking that the weakest indicator needs to reach its target; nothing
    with a sole unit below.
    """
    indicator = weakest_indicator(context.view)
    if indicator is None or len(context.view.children) < 2:
        return NO_SECTION
    lacking = [
        fact for fact in context.view.child_facts(indicator.id, "shortfall") if fact.number > 0
    ]
    if not lacking or len(lacking) > MOST_ROWS:
        return NO_SECTION
    lacking.sort(key=lambda fact: -fact.number)
    bars = [Bar(context.name(fact.key.unit).striptags(), fact) for fact in lacking]
    claims = [gap_claim(context.view, indicator, lacking)]
    data = ChartData(
        context.language.plain("report.unit"),
        (context.language.plain("chart.lacking"),),
        tuple(DataRow(context.name(fact.key.unit), (fact,)) for fact in lacking),
    )
    drawing = draw_bars(name_of("gap"), bars, context.language, short_of=True)
    return Section(chart(context, "gap", drawing, claims, data, what=indicator))


def ranked_chart(context: Context, indicator_id: str = "") -> Section:
    """The units below ranked on one indicator (left out: the weakest) with the target as a line."""
    indicator = _chosen(context, indicator_id)
    if indicator is None:
        return NO_SECTION
    cards = [card for card in context.view.children if known(card.find(indicator.id, "value"))]
    if not cards or len(cards) > MOST_ROWS:
        return NO_SECTION
    cards.sort(key=lambda card: -card.fact(indicator.id, "value").number * indicator.direction)
    target = known(cards[0].find(indicator.id, "target"))
    bars = [
        Bar(
            context.name(card.unit.code).striptags(),
            card.fact(indicator.id, "value"),
            target,
            indicator.direction,
        )
        for card in cards
    ]
    language = context.language
    data = ChartData(
        language.plain("report.unit"),
        (language.plain("report.column_value"), language.plain("report.column_target")),
        tuple(
            DataRow(context.name(card.unit.code), (card.fact(indicator.id, "value"), target))
            for card in cards
        ),
    )
    claims = [ranked_claim(context.view, indicator)]
    drawing = draw_bars(
        name_of("ranked"),
        bars,
        language,
        line=target,
        line_word=language.plain("chart.target_word"),
    )
    reached = {bar.reached for bar in bars}
    words = {True: (GOOD, "reached"), False: (BAD, "missed"), None: (PEER, "free")}
    marks = swatches(language, [words[key] for key in words if key in reached])
    return Section(chart(context, "ranked", drawing, claims, data, marks, indicator))


def _chosen(context: Context, indicator_id: str) -> Indicator | None:
    if indicator_id:
        return context.opened.campaign.indicator(indicator_id)
    return weakest_indicator(context.view)


def children_chart(context: Context) -> Section:
    """The units below × the indicators as a table in colours, most points first. Line ends may part
    names: it fits the narrowest phone.
    """
    cards = _by_points(context)
    indicators = _shown(context, cards)
    if not indicators or len(cards) > MOST_ROWS:
        return NO_SECTION
    rows: list[list[Cell]] = [
        [
            context.name(card.unit.code).replace(NBSP, " "),
            *(_graded(card, indicator) for indicator in indicators),
        ]
        for card in cards
    ]
    claims = [grid_claim(context.view)]
    columns = [
        Column(context.language.plain("report.unit")),
        *(Column(short_name(context, indicator), numeric=True) for indicator in indicators),
    ]
    unit = context.writer.name(context.view.itself)
    period = context.date(context.language.period(context.view.analysis.period.id))
    caption = context.language.text("chart.children_caption", unit=unit, period=period)
    steps = [cell.step if isinstance(cell, Number) else None for row in rows for cell in row[1:]]
    table = steps_key(context.language, steps)
    table += render_table(caption, columns, rows, context.language)
    figure = coloured_table(context, "children", table, claims)
    return context.section("children", figure, aside=True)


def _graded(card: Scorecard, indicator: Indicator) -> Cell:
    value = known(card.find(indicator.id, "value"))
    if value is None:
        return NOTHING
    target = card.find(indicator.id, "target")
    return Number(value, step_of(value, target, indicator.direction))


def _by_points(context: Context) -> list[Scorecard]:
    """The units below, most points first; those without any keep their order at the end."""

    def place(card: Scorecard) -> float:
        points = known(card.find(TOTAL, "points"))
        return -points.number if points is not None else 1.0

    return sorted(context.view.children, key=place)


def _shown(context: Context, cards: list[Scorecard]) -> tuple[Indicator, ...]:
    """The indicators on a common scale, and counts with a target, of which some unit below has a
    value.
    """
    on_scale = measured_by_share(context)
    candidates = tuple(
        i
        for i in context.view.indicators
        if i in on_scale or any(known(card.find(i.id, "target")) for card in cards)
    )
    candidates = candidates or context.opened.campaign.indicators
    return tuple(i for i in candidates if any(known(card.find(i.id, "value")) for card in cards))


_WEST, _EAST = 46.0, 148.0
_TOP, _BOTTOM = 10.0, 190.0
_NAMES = _EAST + 12
_STEPS = 48
_MOST_NAMED = 12
"""Of more units the dots have no names; the table has them."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A unit: its name, its share and the number of things that it is a share of."""

    label: str
    share: Fact
    size: Fact


def draw_funnel(
    name: str, dots: Sequence[Dot], whole: Fact, direction: int, words: str, language: Language
) -> Markup:
    """The dots, farther right the greater their denominator (``words`` says so), higher up the
    greater their share; the level line is the ``whole``, the curves are the limits. Grey dots lie
    between the outer ones; of those beyond blue ones are better, orange ones worse.
    """
    most, common = max(dot.size.number for dot in dots), whole.number
    least = min(dot.size.number for dot in dots)
    reach = FUNNEL_ENDS[1] * math.sqrt(common * (1 - common) / least)
    low = max(0.0, min([common - reach, *(dot.share.number for dot in dots)]))
    high = min(1.0, max([common + reach, *(dot.share.number for dot in dots)]))

    def at(size: float, share: float) -> Point:
        kept = min(max(share, low), high)
        across = (_EAST - _WEST - 6) * size / most
        return _WEST + across, _BOTTOM - (_BOTTOM - _TOP) * (kept - low) / (high - low or 1.0)

    with Canvas(name, _BOTTOM + 22, language) as canvas:
        canvas.lines([[(_WEST, _TOP), (_WEST, _BOTTOM), (_EAST, _BOTTOM)]], LINE, 1)
        for end, colour in zip(FUNNEL_ENDS, (LINE, SOFT), strict=True):
            sizes = [most * n / _STEPS for n in range(1, _STEPS + 1)]
            reaches = [end * math.sqrt(common * (1 - common) / size) for size in sizes]
            pairs = list(zip(sizes, reaches, strict=True))
            curves = [[at(n, common + sign * reach) for n, reach in pairs] for sign in (1, -1)]
            canvas.lines(curves, colour, 1)
        canvas.lines([[at(0, common), at(most, common)]], INK, 1.6)
        canvas.fact(_WEST - 5, at(0, common)[1], whole, at="right", size=SMALL)
        canvas.words(_WEST, _BOTTOM + 12, words, colour=SOFT, size=SMALL)
        for dot in dots:
            away = dot.share.number - common
            limit = FUNNEL_ENDS[1] * math.sqrt(common * (1 - common) / dot.size.number)
            colour = PEER if abs(away) <= limit else GOOD if away * direction > 0 else BAD
            canvas.dots([at(dot.size.number, dot.share.number)], colour, 7)
        if len(dots) <= _MOST_NAMED:
            ends = [at(dot.size.number, dot.share.number) for dot in dots]
            heights = spread([y for _, y in ends], 14, _TOP, _BOTTOM)
            canvas.lines(
                [[(x + 4, y), (_NAMES - 3, place)] for (x, y), place in
                 zip(ends, heights, strict=True)], LINE, 0.7,
            )  # fmt: skip
            for dot, place in zip(dots, heights, strict=True):
                label = broken(dot.label, letters(WIDTH - _NAMES), lines=1)
                canvas.words(_NAMES, place, label, size=SMALL)
        return canvas.svg()


def funnel_chart(context: Context, indicator_id: str = "") -> Section:
    """The units below on one indicator; left out, on that of which there are fewest things."""
    view = context.view
    shares = [i for i in view.indicators if i.kind is IndicatorKind.RATIO]
    found = [i for i in shares if known(view.scorecard.find(i.id, "children_outside"))]
    chosen = [i for i in found if i.id == indicator_id] if indicator_id else found
    if not chosen:
        return NO_SECTION
    indicator = min(chosen, key=lambda i: view.fact(i.id, "denominator").number)
    dots, text = _dots(context, indicator), context.language.plain
    rows = tuple(DataRow(dot.label, (dot.size, dot.share)) for dot in dots)
    headings = (text("chart.denominator"), text("report.column_value"))
    data = ChartData(text("report.unit"), headings, rows)
    drawing = draw_funnel(
        name_of("funnel"), dots, view.fact(indicator.id, "value"), indicator.direction,
        f"{headings[0]} →", context.language,
    )  # fmt: skip
    claims = [funnel_claim(view, indicator)]
    return Section(chart(context, "funnel", drawing, claims, data, what=indicator))


def _dots(context: Context, indicator: Indicator) -> list[Dot]:
    found = []
    for card in context.view.children:
        share, size = (known(card.find(indicator.id, kind)) for kind in ("value", "denominator"))
        if share is not None and size is not None:
            label = context.language.unit(card.unit, starts=True)
            found.append(Dot(label, share, size))
    return found


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
