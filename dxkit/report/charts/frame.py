"""What all charts of a page share: their frame, their source line, values of a unit's period."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import Claim, Fact
from dxkit.report.charts.figure import ChartData, chart_figure, table_figure
from dxkit.report.parts.context import Context, Part

NOTHING = Part(Markup(""))
"""What a chart is when there is nothing to show."""


def name_of(key: str) -> str:
    """The id of a chart on the page."""
    return f"chart-{key}"


def chart(
    context: Context,
    key: str,
    drawing: Markup,
    claims: Sequence[Claim | None],
    data: ChartData,
    read_as: str = "",
) -> Markup:
    """The figure of the chart ``key``, under the claims that it shows. ``read_as`` names the words
    that tell how to read it where they are not those of ``key``.
    """
    title, source = _title_and_source(context, read_as or key, claims)
    return chart_figure(name_of(key), drawing, title, source, data, context.language)


def coloured_table(
    context: Context, key: str, table: Markup, claims: Sequence[Claim | None]
) -> Markup:
    """The figure ``key`` that is a table whose colours show its claims."""
    title, source = _title_and_source(context, key, claims)
    return table_figure(name_of(key), table, title, source)


def _title_and_source(
    context: Context, key: str, claims: Sequence[Claim | None]
) -> tuple[list[Markup], Markup]:
    """The claims as sentences, or what the chart holds when none is true; and how to read it with
    where its data comes from.
    """
    text = context.language.text
    period = context.date(context.language.period(context.opened.analysis.period.id))
    title = [context.writer.sentence(claim) for claim in claims if claim is not None]
    title = title or [text("chart.untitled", period=period)]
    return title, text(f"chart.{key}_source", period=period)


def short_name(context: Context, indicator: Indicator) -> str:
    """The indicator as charts and tables name it."""
    return context.language.name(indicator.short_names)


def measured_by_share(context: Context) -> tuple[Indicator, ...]:
    """The unit's indicators that stand on a common scale: those that are no plain counts."""
    return tuple(i for i in context.view.indicators if i.kind is not IndicatorKind.COUNT)


def known(fact: Fact | None) -> Fact | None:
    """The fact when it has a value."""
    return fact if fact is not None and fact.known else None


def attained(value: Fact | None, target: Fact | None, direction: int) -> float | None:
    """How much of the target the value is, at least 1 exactly when it is reached; None when there
    is no value or no target.
    """
    if value is None or target is None or not value.known or not target.known:
        return None
    better, worse = (value, target) if direction > 0 else (target, value)
    return better.number / worse.number if worse.number else 1.0
