"""What all charts of a page share: their frame, their source line, values of a unit's period."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import Claim, Fact
from dxkit.story.charts.figure import ChartData, chart_figure
from dxkit.story.parts.context import Context, Part

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
    source: str = "",
) -> Markup:
    """The figure of the chart ``key``, under the claims that it shows. ``source`` names the line
    below it where the chart's own does not fit.
    """
    sentences = [context.writer.sentence(claim) for claim in claims if claim is not None]
    period = context.date(context.language.period(context.opened.analysis.period.id))
    line = context.language.text(f"chart.{source or key}_source", period=period)
    return chart_figure(name_of(key), drawing, sentences, line, data, context.language)


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
