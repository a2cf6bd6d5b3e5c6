"""The charts of a page, each with the claims that are its title."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from dxkit.analysis.unit_facts import TOTAL
from dxkit.model.campaign import IndicatorKind
from dxkit.model.facts import Claim
from dxkit.story.charts import Bar, bars
from dxkit.story.claims.data_state import points_claims
from dxkit.story.claims.headlines import headlines
from dxkit.story.parts.context import Context, Part


def targets_chart(context: Context) -> Part:
    """Values against targets, for the indicators measured as shares or scores."""
    if not context.view.results:
        return Part(Markup(""))
    rows = [
        Bar(
            context.language.name(i.short_names),
            context.view.fact(i.id, "value"),
            context.view.scorecard.find(i.id, "target"),
        )
        for i in context.view.indicators
        if i.kind is not IndicatorKind.COUNT
    ]
    claims = [c for c in headlines(context.view) if c.message.startswith("headline_targets")]
    return _chart(context, "targets", rows, claims)


def children_chart(context: Context) -> Part:
    """The units below, ranked by points."""
    ranked = sorted(
        context.view.children, key=lambda child: -(child.fact(TOTAL, "points").value or -1)
    )
    if not ranked:
        return Part(Markup(""))
    rows = [Bar(child.unit.name, child.fact(TOTAL, "points")) for child in ranked]
    return _chart(context, "children", rows, list(points_claims(context.view)))


def _chart(context: Context, key: str, rows: Iterable[Bar], claims: list[Claim]) -> Part:
    rows = list(rows)
    title = Markup(" ").join(context.writer.sentence(claim) for claim in claims)
    alternative = context.language.plain(
        f"report.{key}_alternative",
        unit=context.view.unit.name,
        rows="; ".join(f"{row.label}: {context.language.number(row.value)}" for row in rows),
    )
    source = context.language.text(
        f"report.{key}_source",
        period=context.date(context.language.period(context.opened.analysis.period.id)),
    )
    return context.section(
        f"{key}_chart",
        bars(f"chart-{key}", rows, title, source, alternative, context.language),
    )
