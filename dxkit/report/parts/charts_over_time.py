"""Charts over months: a flow indicator month by month, a register's rows on a timeline."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

from dxkit.analysis.period_results import flow_indicators
from dxkit.model.campaign import Measure
from dxkit.model.facts import Claim, FactKey
from dxkit.model.observations import RegisterRow
from dxkit.model.received_text import harmless
from dxkit.report.charts.figure import ChartData, DataRow
from dxkit.report.charts.frame import NOTHING, chart, name_of
from dxkit.report.charts.months import Month, draw_months
from dxkit.report.charts.timeline import Event, draw_timeline
from dxkit.report.parts.context import Context, Part
from dxkit.report.sentences.chart_titles import month_shares, months_claim

_MONTH = re.compile(r"(?:\d{1,2}[/.-])?(0?[1-9]|1[0-2])[/.-](\d{4})")
_MOST_EVENTS = 25


def months_chart(context: Context) -> Part:
    """The first flow indicator by month: everything, the part that counts, and its share."""
    view, language = context.view, context.language
    for indicator in flow_indicators(context.opened.campaign):
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
        figure = chart(context, "months", drawing, [months_claim(view, indicator)], data)
        return context.section("months", figure)
    return NOTHING


def timeline(
    context: Context, measures: Sequence[Measure], rows: Sequence[RegisterRow], claims: list[Claim]
) -> Markup:
    """The rows of a register by the month they began in; empty when no column holds months.

    The column is the first in which every row has a month ("11/2022") or a day; the label is the
    register's first column.
    """
    dated = _dated_column(measures, rows)
    if dated is None or len(rows) > _MOST_EVENTS:
        return Markup("")
    events = [
        Event(row.text(measures[0].id), month)
        for row in rows
        if (month := _month_of(row.text(dated.id))) is not None
    ]
    found = sorted({event.month for event in events})
    names = {month: "/".join(reversed(month.split("-"))) for month in found}
    data = ChartData(
        context.language.name(measures[0].names),
        (),
        tuple(
            DataRow(
                Markup('<bdi class="raw">{}</bdi> <span class="date">{}</span>').format(
                    harmless(event.label), names[event.month]
                ),
                (),
            )
            for event in sorted(events, key=lambda event: event.month)
        ),
    )
    drawing = draw_timeline(name_of("timeline"), events, names, context.language)
    return chart(context, "timeline", drawing, claims, data)


def _dated_column(measures: Sequence[Measure], rows: Sequence[RegisterRow]) -> Measure | None:
    if len(rows) < 2:
        return None
    for measure in measures:
        if all(_month_of(row.text(measure.id)) for row in rows):
            return measure
    return None


def _month_of(text: str) -> str | None:
    """ "11/2022", "5/11/2022" → "2022-11"; None for anything else."""
    match = _MONTH.fullmatch(text.strip())
    return f"{match[2]}-{int(match[1]):02d}" if match else None
