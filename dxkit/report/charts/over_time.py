"""Charts over time: each indicator over the periods of its series, the value as a line, the targets
as steps, a break where two periods cannot be compared; a flow by month, the part that counts inside
the whole and its share above; registers as tables; entries as spans; units before and after, each
beside those matched with it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from markupsafe import Markup

from dxkit.analysis.series import PeriodOfSeries, is_alike
from dxkit.model.campaign import Indicator, MeasureKind
from dxkit.model.facts import Fact, FactKey, reaches
from dxkit.model.observations import RegisterRow
from dxkit.model.text import harmless
from dxkit.report.charts.canvas import Canvas, Point
from dxkit.report.charts.figure import (
    ChartData,
    DataRow,
    chart,
    known,
    name_of,
    short_name,
    swatches,
)
from dxkit.report.charts.style import (
    BAD,
    GOOD,
    INK,
    LINE,
    PEER,
    SMALL,
    SOFT,
    WIDE_WIDTH,
    WIDTH,
    broken,
    letters,
)
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.chart_titles import month_shares, months_claim, trend_claims
from dxkit.report.sentences.data_state import register_claims
from dxkit.report.tables import Cell, Column, render_table
from dxkit.report.wording.language import Language

_TOP, _HIGH = 16.0, 110.0
_THICK = 38.0
_LEAST = 92.0  # what a month needs for its column and the numbers beside it


@dataclass(frozen=True, slots=True)
class Month:
    """One month: its name, the whole, the part, and the part's share of the whole."""

    label: str
    whole: Fact
    part: Fact
    share: Fact


def draw_months(name: str, months: Sequence[Month], language: Language) -> Markup:
    """The columns in the order given, with three numbers each: whole, part, share."""
    bottom = _TOP + _HIGH
    most = max((m.whole.number for m in months if m.whole.known), default=1) or 1
    width = max(WIDTH, _LEAST * len(months))
    step = width / max(len(months), 1)
    labels = [broken(month.label, letters(step * 0.8)) for month in months]
    below = 8 + SMALL * 1.05 * (1 + max((label.count("\n") for label in labels), default=0))
    with Canvas(name, bottom + below, language, width) as canvas:
        for n, (month, label) in enumerate(zip(months, labels, strict=True)):
            middle = step * n + 2 + _THICK / 2
            canvas.words(step * n, bottom + below / 2 + 1, label, size=SMALL)
            if not (month.whole.known and month.part.known):
                canvas.fact(middle, bottom - 10, month.whole, at="center", size=SMALL)
                continue
            high = _HIGH * month.whole.number / most
            part = _HIGH * month.part.number / most
            left = middle - _THICK / 2
            canvas.bars([(left, bottom - high, _THICK, high)], LINE)
            canvas.bars([(left, bottom - part, _THICK, part)], GOOD)
            canvas.fact(
                middle, bottom - high - 8, month.whole, at="center", colour=SOFT, size=SMALL
            )
            beside, height = left + _THICK + 5, max(bottom - part / 2, _TOP)
            canvas.fact(beside, height - 7, month.part, size=SMALL)
            canvas.fact(beside, height + 7, month.share, size=SMALL, weight="bold")
        canvas.lines([[(0, bottom), (width, bottom)]], PEER, 1)
        return canvas.svg()


_SPAN_ROW = 28.0
_AXIS = 22.0


@dataclass(frozen=True, slots=True)
class Span:
    """Something that began between two days: its group and name, whether it was published, the
    number by which it is picked, and whether it is.
    """

    group: str
    label: str
    first: datetime.date
    last: datetime.date
    published: bool
    number: int
    picked: bool = False

    @property
    def is_long(self) -> bool:
        """Whether it is drawn as a stroke: its month is not known."""
        return (self.last - self.first).days > 40


_WIDEST = 700.0
_NEAR = 20.0  # marks nearer to each other than this are one, with their number beside it


def draw_spans(name: str, spans: Sequence[Span], language: Language) -> Markup:
    """A row for each name, under its group: strokes and dots over the months, blue, those published
    orange; what began close together is one dot with its number. Picked ones are as dark as words.
    """
    begin, end = min(span.first for span in spans), max(span.last for span in spans)
    begin = begin.replace(day=1)
    left, right = 270.0, _WIDEST - 30

    def at(day: datetime.date) -> float:
        return left + (right - left) * (day - begin).days / max((end - begin).days, 1)

    rows: list[tuple[str, list[Span]]] = []
    ordered = sorted(spans, key=lambda s: (s.group, s.label))
    for group, of_group in groupby(ordered, lambda s: s.group):
        rows.append((group, []))
        rows += [(label, list(named)) for label, named in groupby(of_group, lambda s: s.label)]
    height = _AXIS + _SPAN_ROW * len(rows)
    with Canvas(name, height, language, _WIDEST) as canvas:
        months = range(begin.year * 12 + begin.month - 1, end.year * 12 + end.month)
        step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if len(months) <= 7 * s)
        days = [datetime.date(m // 12, m % 12 + 1, 1) for m in months if m % step == 0]
        for day in days:
            canvas.words(at(day), 8, f"{day:%m/%Y}", at="center", colour=SOFT, size=SMALL)
        canvas.lines([[(at(day), _AXIS - 5), (at(day), height)] for day in days], LINE, 1)
        for n, (label, named) in enumerate(rows):
            y = _AXIS + _SPAN_ROW * (n + 0.5)
            inset, colour = (12, INK) if named else (0, SOFT)
            text = broken(label, letters(left - 12 - inset), 1)
            canvas.words(inset, y + 3, text, size=SMALL, colour=colour)
            for x, marks in _marks(named, at):
                picks = [span.number for span in marks]
                colour = BAD if marks[0].published else GOOD
                colour = INK if any(span.picked for span in marks) else colour
                if marks[0].is_long:
                    line = [(at(marks[0].first), y + 3), (at(marks[0].last), y + 3)]
                    canvas.lines([line], colour, 3.5, picks)
                else:
                    canvas.dots([(x, y + 3)], colour, 9, picks)
                if len(marks) > 1:
                    canvas.words(x, y - 9, f"×{len(marks)}", "center", SOFT, size=SMALL)
        return canvas.svg()


def _marks(
    spans: Iterable[Span], at: Callable[[datetime.date], float]
) -> Iterator[tuple[float, list[Span]]]:
    """The marks of a row, from the left, each with the spans that it stands for."""
    ends = sorted(
        (s.published, s.is_long, (at(s.first) + at(s.last)) / 2, s.number, s) for s in spans
    )
    for _, alike in groupby(ends, lambda e: e[:2]):
        together: list[Span] = []
        start = 0.0
        for *_, x, _, span in alike:
            if together and x - start >= _NEAR:
                yield start, together
                together = []
            start = start if together else x
            together = [*together, span]
        yield start, together


_ACROSS, _PAIR_HIGH = 4, 100.0
MOST_PAIRS = 12
"""How many small pictures are drawn at most."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A unit before and after, both known, and the mean of its matched units beside it."""

    label: str
    before: Fact
    now: Fact
    others: tuple[float, float]


def draw_pairs(name: str, pairs: Sequence[Pair], language: Language) -> Markup:
    """One small picture for each unit, all on one scale: blue the unit, grey those matched."""
    shown = pairs[:MOST_PAIRS]
    values = [v for p in shown for v in (p.before.number, p.now.number, *p.others)]
    low, wide = min(values), (max(values) - min(values)) or 1.0
    step = WIDE_WIDTH / _ACROSS
    with Canvas(name, _PAIR_HIGH * -(-len(shown) // _ACROSS), language, WIDE_WIDTH) as canvas:
        for n, pair in enumerate(shown):
            middle, top = step * (n % _ACROSS + 0.5), _PAIR_HIGH * (n // _ACROSS)
            ends = [
                [(x, top + 88 - 54 * (value - low) / wide) for x, value in zip(
                    (middle - 20, middle + 20), two, strict=True)]
                for two in (pair.others, (pair.before.number, pair.now.number))
            ]  # fmt: skip
            canvas.words(middle, top + 12, broken(pair.label, letters(step), 1), at="center",
                         size=SMALL)  # fmt: skip
            for line, colour in zip(ends, (PEER, GOOD), strict=True):
                canvas.lines([line], colour, 2)
            canvas.dots(ends[1], GOOD, 6)
            canvas.fact(middle - 26, ends[1][0][1], pair.before, at="right", size=SMALL)
            canvas.fact(middle + 26, ends[1][1][1], pair.now, size=SMALL)
        return canvas.svg()


def months_chart(context: Context) -> Section:
    """The first flow indicator by month: everything, the part that counts, and its share."""
    view, language = context.view, context.language
    for indicator in filter(view.campaign.is_flow, view.campaign.indicators):
        shares = month_shares(view, indicator)
        if len(shares) < 2:
            continue
        facts = view.scorecard.facts
        months = []
        for share in shares:
            period, unit = share.key.period, share.key.unit
            whole, part = (
                facts[FactKey(period, unit, indicator.id, f"month_{side}")]
                for side in ("denominator", "numerator")
            )
            months.append(Month(language.period(period), whole, part, share))
        campaign = context.opened.campaign
        data = ChartData(
            language.plain("chart.month"),
            (
                language.name(campaign.measure(indicator.denominator).names),
                language.name(campaign.measure(indicator.numerator).names),
                language.plain("chart.share"),
            ),
            tuple(
                DataRow(context.date(month.label), (month.whole, month.part, month.share))
                for month in months
            ),
        )
        drawing = draw_months(name_of("months"), months, language)
        marks = swatches(context.language, [(LINE, "all"), (GOOD, "part")])
        claims = [months_claim(view, indicator)]
        figure = chart(context, "months", drawing, claims, data, marks, indicator)
        return context.section("months", figure + _whole_months(context), aside=True)
    return NO_SECTION


def registers(context: Context) -> Section:
    """The registers that the campaign keeps, such as model initiatives."""
    parts = []
    for measure in context.opened.campaign.measures:
        is_kept = context.view.scorecard.find(measure.id, "value") is not None
        if measure.kind is not MeasureKind.ROWS or not is_kept:
            continue  # of a unit below those that keep it nothing is known
        rows = context.opened.analysis.register_rows(context.view.unit.code, measure.table)
        claims = list(register_claims(context.view, measure.id))
        body = context.writer.paragraph(claims)
        if rows:
            body += _register_table(context, measure.table, rows)
        title = context.language.name(context.opened.campaign.tables[measure.table])
        parts.append(context.titled(title, body, aside=True))
    return Section(Markup("").join(parts))


def _register_table(context: Context, table: str, rows: Sequence[RegisterRow]) -> Markup:
    campaign, language = context.opened.campaign, context.language
    measures = [m for m in campaign.measures if m.table == table and m.kind is MeasureKind.TEXT]
    measures = [m for m in measures if any(row.text(m.id) for row in rows)]
    columns = [Column(language.name(m.names)) for m in measures]
    written: list[list[Cell]] = [
        [Markup('<bdi class="raw">{}</bdi>').format(harmless(row.text(m.id))) for m in measures]
        for row in rows
    ]
    return render_table(language.name(campaign.tables[table]), columns, written, language)


def _whole_months(context: Context) -> Markup:
    """That the months are whole ones, where the period is not made of whole months."""
    period, language = context.view.analysis.period, context.language
    after = period.last_day + datetime.timedelta(days=1)
    if period.first_day.day == after.day == 1:
        return Markup("")
    first, last = (context.date(language.day(d)) for d in (period.first_day, period.last_day))
    text = language.text("report.months_whole", first=first, last=last)
    return Markup('<p class="note">{}</p>').format(text)


_LEAST_TREND = 3
"""Two points are no trend."""
_SIDE, _TITLE, _COURSE_HIGH, _APART, _COURSE_AXIS = 20.0, 20.0, 62.0, 14.0, 20.0
_ROOM = 40.0  # what a number needs beside the next one


@dataclass(frozen=True, slots=True)
class _Moment:
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
    moments: tuple[_Moment, ...]

    @property
    def known(self) -> int:
        """In how many periods there is a value."""
        return sum(moment.value is not None for moment in self.moments)


def _draw_courses(
    name: str, courses: Sequence[Course], first: str, last: str, language: Language
) -> Markup:
    """The pictures one below the other, over the names of the first and last period. Blue dots
    reach their target, orange ones do not, grey ones have none.
    """
    high = _TITLE + _COURSE_HIGH + _APART
    number = max(len(course.moments) for course in courses)
    step = (WIDTH - 2 * _SIDE) / max(number - 1, 1)
    with Canvas(name, high * len(courses) + _COURSE_AXIS, language) as canvas:
        for place, course in enumerate(courses):
            top = high * place
            canvas.words(0, top + 8, broken(course.label, letters(WIDTH), 1), size=SMALL)
            _draw_course(canvas, course, top + _TITLE, step)
        below = high * len(courses)
        canvas.lines([[(0, below - 2), (WIDTH, below - 2)]], LINE, 1)
        ticks = [_SIDE + step * n for n in range(number)]
        canvas.lines([[(x, below - 2), (x, below + 3)] for x in ticks], PEER, 1)
        canvas.words(0, below + 12, first, colour=SOFT, size=SMALL)
        canvas.words(WIDTH, below + 12, last, at="right", colour=SOFT, size=SMALL)
        return canvas.svg()


def _draw_course(canvas: Canvas, course: Course, top: float, step: float) -> None:
    facts = [f for m in course.moments for f in (m.value, m.target) if f is not None]
    low, most = min(f.number for f in facts), max(f.number for f in facts)
    wide = most - low or 1.0
    points: list[Point | None] = []

    def at(fact: Fact) -> float:
        return top + 14 + (_COURSE_HIGH - 18) * (most - fact.number) / wide

    for n, moment in enumerate(course.moments):
        x = _SIDE + step * n
        points.append(None if moment.value is None else (x, at(moment.value)))
    canvas.lines(list(_target_steps(course, at, step)), SOFT, 1)
    pieces, breaks = [], []
    for n, (one, other) in enumerate(pairwise(points), start=1):
        if one is not None and other is not None:
            if course.moments[n].follows:
                pieces.append([one, other])
            else:
                middle = (one[0] + other[0]) / 2
                breaks.append([(middle, top + 8), (middle, top + _COURSE_HIGH)])
    canvas.lines(breaks, PEER, 1.5)
    canvas.lines(pieces, PEER, 2)
    for colour in (PEER, GOOD, BAD):
        chosen = [p for m, p in zip(course.moments, points, strict=True)
                  if p is not None and _course_colour(course, m) == colour]  # fmt: skip
        canvas.dots(chosen, colour, 6)
    for n in _written_values(course, step):
        point, value = points[n], course.moments[n].value
        if point is not None and value is not None:
            is_last = n == len(points) - 1
            canvas.fact(point[0], point[1] - 10, value, at="center", size=SMALL,
                        weight="bold" if is_last else "normal")  # fmt: skip


def _target_steps(
    course: Course, at: Callable[[Fact], float], step: float
) -> Iterator[list[Point]]:
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


def _course_colour(course: Course, moment: _Moment) -> str:
    value, target = moment.value, moment.target
    if value is None or target is None:
        return PEER
    met = reaches(value.number, target.number, course.indicator.direction)
    return GOOD if met else BAD


def _written_values(course: Course, step: float) -> list[int]:
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


def _courses_of(context: Context) -> list[Course]:
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
        moments = tuple(map(_Moment, values, targets, follows))
        course = Course(indicator, short_name(context, indicator), moments)
        if course.known >= _LEAST_TREND:
            found.append(course)
    return found


def trend_chart(context: Context) -> Section:
    """The course of each indicator over all periods; nothing before there are three."""
    courses = _courses_of(context) if len(context.view.analysis.series) >= _LEAST_TREND else []
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
    drawing = _draw_courses(name_of("trend"), courses, names[0], names[-1], language)
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
