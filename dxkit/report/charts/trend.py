"""The course of each indicator over the periods of its series: a small picture for each, the value
as a line, the targets as steps, a break where two periods cannot be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from dxkit.analysis.series import PeriodOfSeries, is_alike
from dxkit.model.campaign import Indicator
from dxkit.model.facts import Fact, reaches
from dxkit.report.charts.canvas import Canvas, Point
from dxkit.report.charts.figure import ChartData, DataRow, chart, known, name_of, short_name
from dxkit.report.charts.style import BAD, GOOD, LINE, PEER, SMALL, SOFT, WIDTH, broken, letters
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.chart_titles import trend_claims
from dxkit.report.wording.language import Language

_LEAST = 3
"""Two points are no trend."""
_SIDE, _TITLE, _HIGH, _APART, _AXIS = 20.0, 20.0, 62.0, 14.0, 20.0
_ROOM = 40.0  # what a number needs beside the next one


@dataclass(frozen=True, slots=True)
class Moment:
    """One period of an indicator: its value and target, where there are any, and whether it can be
    compared with the period before.
    """

    value: Fact | None
    target: Fact | None
    follows: bool


@dataclass(frozen=True, slots=True)
class Course:
    """An indicator over all periods, forward in time."""

    indicator: Indicator
    label: str
    moments: tuple[Moment, ...]

    @property
    def known(self) -> int:
        """In how many periods there is a value."""
        return sum(moment.value is not None for moment in self.moments)


def draw_courses(
    name: str, courses: Sequence[Course], first: str, last: str, language: Language
) -> Markup:
    """The pictures one below the other, over the names of the first and last period. Blue dots
    reach their target, orange ones do not, grey ones have none.
    """
    high = _TITLE + _HIGH + _APART
    number = max(len(course.moments) for course in courses)
    step = (WIDTH - 2 * _SIDE) / max(number - 1, 1)
    with Canvas(name, high * len(courses) + _AXIS, language) as canvas:
        for place, course in enumerate(courses):
            top = high * place
            canvas.words(0, top + 8, broken(course.label, letters(WIDTH), 1), size=SMALL)
            _draw(canvas, course, top + _TITLE, step)
        below = high * len(courses)
        canvas.lines([[(0, below - 2), (WIDTH, below - 2)]], LINE, 1)
        ticks = [_SIDE + step * n for n in range(number)]
        canvas.lines([[(x, below - 2), (x, below + 3)] for x in ticks], PEER, 1)
        canvas.words(0, below + 12, first, colour=SOFT, size=SMALL)
        canvas.words(WIDTH, below + 12, last, at="right", colour=SOFT, size=SMALL)
        return canvas.svg()


def _draw(canvas: Canvas, course: Course, top: float, step: float) -> None:
    facts = [f for m in course.moments for f in (m.value, m.target) if f is not None]
    low, most = min(f.number for f in facts), max(f.number for f in facts)
    wide = most - low or 1.0
    points: list[Point | None] = []

    def at(fact: Fact) -> float:
        return top + 14 + (_HIGH - 18) * (most - fact.number) / wide

    for n, moment in enumerate(course.moments):
        x = _SIDE + step * n
        points.append(None if moment.value is None else (x, at(moment.value)))
    canvas.lines(list(_steps(course, at, step)), SOFT, 1)
    pieces, breaks = [], []
    for n, (one, other) in enumerate(pairwise(points), start=1):
        if one is not None and other is not None:
            if course.moments[n].follows:
                pieces.append([one, other])
            else:
                middle = (one[0] + other[0]) / 2
                breaks.append([(middle, top + 8), (middle, top + _HIGH)])
    canvas.lines(breaks, PEER, 1.5)
    canvas.lines(pieces, PEER, 2)
    for colour in (PEER, GOOD, BAD):
        chosen = [p for m, p in zip(course.moments, points, strict=True)
                  if p is not None and _colour(course, m) == colour]  # fmt: skip
        canvas.dots(chosen, colour, 6)
    for n in _written(course, step):
        point, value = points[n], course.moments[n].value
        if point is not None and value is not None:
            is_last = n == len(points) - 1
            canvas.fact(point[0], point[1] - 10, value, at="center", size=SMALL,
                        weight="bold" if is_last else "normal")  # fmt: skip


def _steps(course: Course, at: Callable[[Fact], float], step: float) -> Iterator[list[Point]]:
    """The targets as level strokes, joined where one follows the other."""
    line: list[Point] = []
    for n, moment in enumerate(course.moments):
        if moment.target is None:
            if line:
                yield line
            line = []
            continue
        x, y = _SIDE + step * n, at(moment.target)
        line += [(max(x - step / 2, 0), y), (min(x + step / 2, WIDTH), y)]
    if line:
        yield line


def _colour(course: Course, moment: Moment) -> str:
    value, target = moment.value, moment.target
    if value is None or target is None:
        return PEER
    met = reaches(value.number, target.number, course.indicator.direction)
    return GOOD if met else BAD


def _written(course: Course, step: float) -> list[int]:
    """Which values are written: the last and the first, the greatest and the least, then the
    others from the left, where there is room.
    """
    numbers = {n: m.value.number for n, m in enumerate(course.moments) if m.value is not None}
    told, by_value = list(numbers), sorted(numbers, key=numbers.__getitem__)
    chosen: list[int] = []
    for n in (*told[-1:], *told[:1], *by_value[-1:], *by_value[:1], *told):
        if all(abs(n - other) * step >= _ROOM for other in chosen):
            chosen.append(n)
    return sorted(chosen)


def courses_of(context: Context) -> list[Course]:
    """The indicators that have values in three periods at least."""
    analysis, code = context.view.analysis, context.view.unit.code
    periods: list[PeriodOfSeries | None] = list(analysis.series[::-1])
    found = []
    for indicator in context.view.indicators:
        values, targets = (
            [known(fact) for fact in analysis.over_time(code, indicator.id, kind).values()]
            for kind in ("value", "target")
        )
        follows = [False] + [
            one is not None and other is not None and is_alike(one, other, code, indicator.id)
            for one, other in pairwise(periods)
        ]
        moments = tuple(map(Moment, values, targets, follows))
        course = Course(indicator, short_name(context, indicator), moments)
        if course.known >= _LEAST:
            found.append(course)
    return found


def trend_chart(context: Context) -> Section:
    """The course of each indicator over all periods; nothing before there are three."""
    courses = courses_of(context) if len(context.view.analysis.series) >= _LEAST else []
    if not courses:
        return NO_SECTION
    language = context.language
    asked = (context.view.unit.code, courses[0].indicator.id, "value")
    names = [language.period(name) for name in context.view.analysis.over_time(*asked)]
    rows = [
        DataRow(context.date(name), tuple(course.moments[n].value for course in courses))
        for n, name in enumerate(names)
    ]
    rows += _target_rows(context, courses, names)
    headings = tuple(course.label for course in courses)
    data = ChartData(language.plain("chart.period"), headings, tuple(rows))
    drawing = draw_courses(name_of("trend"), courses, names[0], names[-1], language)
    return Section(chart(context, "trend", drawing, trend_claims(context.view), data))


def _target_rows(
    context: Context, courses: Sequence[Course], names: Sequence[str]
) -> Iterator[DataRow]:
    """The targets of the first period, and of each that has another one than the period before."""
    shown: tuple[float | None, ...] = ()
    for n, name in enumerate(names):
        targets = tuple(course.moments[n].target for course in courses)
        numbers = tuple(target.value if target is not None else None for target in targets)
        if numbers != shown and any(target is not None for target in targets):
            label = context.language.text("chart.target_of", period=context.date(name))
            yield DataRow(label, targets)
        shown = numbers
