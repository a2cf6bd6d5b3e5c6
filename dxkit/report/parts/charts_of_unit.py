"""Charts about the unit itself: against its targets, against before, among its peers."""

from __future__ import annotations

from dxkit.model.campaign import IndicatorKind
from dxkit.report.charts.bars import Bar, draw_bars
from dxkit.report.charts.figure import ChartData, DataRow
from dxkit.report.charts.frame import NOTHING, chart, known, measured_by_share, name_of, short_name
from dxkit.report.charts.slope import Slope, draw_slopes
from dxkit.report.charts.strip import Strip, draw_strips
from dxkit.report.parts.context import Context, Part
from dxkit.report.sentences.below import too_few_to_judge
from dxkit.report.sentences.chart_titles import changes_claim, peers_claim, targets_claim
from dxkit.report.sentences.headlines import TARGETS, headlines
from dxkit.report.sentences.situation import strengths


def targets_chart(context: Context) -> Part:
    """Values against targets, for the indicators measured as shares or scores; nothing where no
    target is set.
    """
    view, text = context.view, context.language.plain
    bars = [
        Bar(
            short_name(context, indicator),
            view.fact(indicator.id, "value"),
            known(view.scorecard.find(indicator.id, "target")),
            indicator.direction,
        )
        for indicator in measured_by_share(context)
    ]
    if not any(bar.value.known for bar in bars) or not any(bar.target for bar in bars):
        return NOTHING
    furthest = None if too_few_to_judge(view) else targets_claim(view)
    claims = [furthest] if furthest else [c for c in headlines(view) if c.message in TARGETS]
    data = ChartData(
        text("report.indicator"),
        (text("report.column_value"), text("report.column_target")),
        tuple(DataRow(bar.label, (bar.value, bar.target)) for bar in bars),
    )
    drawing = draw_bars(name_of("targets"), bars, context.language)
    return Part(chart(context, "targets", drawing, claims, data))


def changes_chart(context: Context) -> Part:
    """Each share in the period before and now; nothing in the first period."""
    view, text = context.view, context.language.plain
    if view.previous_period is None:
        return NOTHING
    slopes = []
    for indicator in view.indicators:
        before = view.scorecard.previous(indicator.id, "value")
        now = view.fact(indicator.id, "value")
        is_share = indicator.kind is IndicatorKind.RATIO
        if is_share and before is not None and before.known and now.known:
            slopes.append(Slope(short_name(context, indicator), before, now, indicator.direction))
    if not slopes:
        return NOTHING
    before_name = context.language.period(view.previous_period.id)
    now_name = context.language.period(view.analysis.period.id)
    data = ChartData(
        text("report.indicator"),
        (context.date(before_name), context.date(now_name)),
        tuple(DataRow(slope.label, (slope.before, slope.now)) for slope in slopes),
    )
    drawing = draw_slopes(name_of("changes"), slopes, before_name, now_name, context.language)
    return Part(chart(context, "changes", drawing, [changes_claim(view)], data))


def peers_chart(context: Context) -> Part:
    """The unit's shares among those it is ranked with, who stay nameless."""
    view, text = context.view, context.language.plain
    if view.group is None or len(view.peers) < 3:
        return NOTHING
    strips, rows = [], []
    for indicator in measured_by_share(context):
        own = view.fact(indicator.id, "value")
        others = tuple(
            fact.number
            for peer in view.peers
            if peer.unit.code != view.unit.code
            and (fact := known(peer.find(indicator.id, "value"))) is not None
        )
        whole = known(view.analysis.scorecard(view.group.code).find(indicator.id, "value"))
        strips.append(
            Strip(short_name(context, indicator), own, whole, others, indicator.direction)
        )
        rank = known(view.scorecard.find(indicator.id, "rank"))
        rows.append(DataRow(short_name(context, indicator), (own, whole, rank)))
    if not any(strip.own.known for strip in strips):
        return NOTHING
    headings = ["report.column_value", "chart.whole", "report.column_rank"]
    claims, read_as = [peers_claim(view)], ""
    if not any(strip.whole for strip in strips):  # nothing is worked out for the whole
        headings.remove("chart.whole")
        rows = [DataRow(row.label, row.facts[::2]) for row in rows]
        claims, read_as = list(strengths(view)), "peers_alone"
    data = ChartData(text("report.indicator"), tuple(text(key) for key in headings), tuple(rows))
    drawing = draw_strips(name_of("peers"), strips, context.language)
    return Part(chart(context, "peers", drawing, claims, data, read_as))
