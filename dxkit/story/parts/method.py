"""How scores and ranks were made."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from dxkit.model.rules import RankingRule, RewardRule, ScoringRule
from dxkit.story.parts.context import Context, Part
from dxkit.story.tables import Cell, Column, render_table


def method(context: Context) -> Part:
    """How scores and ranks were made, and which rules are assumed."""
    indicators = context.opened.campaign.indicators
    campaign, text = context.opened.campaign, context.language.text
    columns = [
        Column(text("report.indicator")),
        Column(text("report.column_max_points"), numeric=True),
        Column(text("report.column_scoring")),
        Column(text("report.column_source")),
    ]
    rows: list[list[Cell]] = []
    cards = (context.view.scorecard, *context.view.children)
    for indicator in indicators:
        points = (card.find(indicator.id, "max_points") for card in cards)
        source = Markup('<span class="document">{}</span>').format(indicator.source)
        if indicator.assumed:
            source += Markup(" ") + context.assumed()
        rows.append(
            [
                context.language.name(indicator.short_names),
                next((fact for fact in points if fact is not None), "–"),
                context.said(
                    f"scoring/{indicator.id}", text(f"report.scoring_{indicator.scoring}")
                ),
                source,
            ]
        )
    rules_used: list[ScoringRule | RankingRule | RewardRule] = [
        campaign.scoring,
        campaign.ranking,
        *_rewards(context),
    ]
    rules = Markup("").join(
        Markup('<li><span class="document">{}</span>{}</li>').format(
            rule.source, Markup(" ") + context.assumed() if rule.assumed else ""
        )
        for rule in rules_used
    )
    body = Markup("<p>{}</p>").format(text("report.method"))
    body += render_table(text("report.method_caption"), columns, rows, context.language)
    return context.section("method", body + Markup("<ul>{}</ul>").format(rules))


def _rewards(context: Context) -> Iterator[RewardRule]:
    levels = {context.view.unit.level, context.view.child_level.id}
    yield from (rule for rule in context.opened.campaign.rewards if rule.level in levels)
