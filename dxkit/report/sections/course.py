"""The course of a period: month by month, or over the periods that it is made of."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from dxkit.analysis.series import PeriodKept
from dxkit.model.campaign import Accumulation, MeasureKind
from dxkit.model.facts import TOTAL, Reference
from dxkit.model.observations import SILENT
from dxkit.report.charts.figure import short_name
from dxkit.report.charts.over_time import months_chart
from dxkit.report.context import Context, Section
from dxkit.report.sentences.chart_titles import course_claim
from dxkit.report.tables import NOTHING, Cell, Column, render_table


def months_or_course(context: Context) -> Section:
    """A flow by month; of a period made of others what each of them says, and what it lacks."""
    if not context.opened.analysis.period.of:
        return months_chart(context)
    lacking = Markup("").join(map(Markup("<p>{}</p>").format, _lacking(context)))
    claims = (course_claim(context.view, indicator) for indicator in context.view.indicators)
    body = context.writer.paragraph(filter(None, claims)) + lacking + _table(context)
    return context.section("course", body, aside=True)


def _table(context: Context) -> Markup:
    """The criteria, points and rank in each period and in the whole."""
    analysis, language, unit = context.opened.analysis, context.language, context.view.unit.code
    text, period = language.text, analysis.period
    course = {kept.id: kept for kept in analysis.course}
    whole, *names = (context.date(language.period(p)) for p in (period.id, *period.of))
    told = [(short_name(context, i), i.id, "value") for i in context.view.indicators]
    told += [(text(f"report.column_{kind}"), TOTAL, kind) for kind in ("points", "rank")]
    rows = list[list[Cell]]()
    for label, subject, kind in told:
        found = (course[p].find(unit, subject, kind) if p in course else None for p in period.of)
        own = context.view.scorecard.find(subject, kind)
        rows.append([label, *(fact or NOTHING for fact in (*found, own))])
    columns = [Column(text("report.indicator"))]
    columns += [Column(name, numeric=True, units_in_cells=True) for name in (*names, whole)]
    parts = context.writer.names(Reference("period", part) for part in period.of)
    note = text("report.course_note", period=whole, parts=parts, last=names[-1])
    if any(m.accumulation is Accumulation.MEAN for m in context.opened.campaign.measures):
        note = Markup("{} {}").format(note, text("report.course_mean"))
    return render_table(text("report.course_caption", period=whole), columns, rows, language, note)


def _lacking(context: Context) -> Iterator[Markup]:
    """Of each period that is in it, that nothing is there, or nothing or not all of which units; of
    one without units below, of itself.
    """
    analysis, language = context.opened.analysis, context.language
    course = {kept.id: kept for kept in analysis.course}
    whole = context.date(language.period(analysis.period.id))
    numbers = (m for m in context.opened.campaign.measures if m.kind is not MeasureKind.TEXT)
    adds_up = any(m.accumulation is not Accumulation.STOCK for m in numbers)
    for part in analysis.period.of if adds_up else analysis.period.of[-1:]:
        name = context.date(language.period(part))
        if part not in course:
            yield language.text("report.course_missing", period=name, whole=whole)
            continue
        own = context.view.unit.code
        is_silent = _state(course[part], own) == "silent"
        below = () if is_silent else analysis.units.children(own)
        found: dict[str, list[str]] = {"silent": [], "lacking": []}
        for code in [unit.code for unit in below] or [own]:
            found.get(_state(course[part], code), []).append(code)
        for state, codes in found.items():
            if codes:
                units = context.writer.names(Reference("unit", code) for code in codes)
                key = f"report.course_{state}"
                yield language.text(key, period=name, whole=whole, units=units)


def _state(part: PeriodKept, unit: str) -> str:
    """Whether a unit was ``silent`` in a period, or figures of it were ``lacking``."""
    points, lacking = (part.find(unit, TOTAL, kind) for kind in ("points", "figures_lacking"))
    if points is not None and points.missing in SILENT:
        return "silent"
    return "lacking" if lacking is not None and lacking.known and lacking.number else ""
