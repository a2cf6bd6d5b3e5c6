"""How scores and ranks were made."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from dxkit.model.campaign import IndicatorKind
from dxkit.model.rules import RankingRule, RewardRule, ScoringRule
from dxkit.report.parts.context import Context, Part
from dxkit.report.tables import NOTHING, Cell, Column, render_table


def method(context: Context) -> Part:
    """How scores and ranks were made, and which rules are assumed."""
    campaign, text = context.opened.campaign, context.language.text
    columns = [
        Column(text("report.indicator")),
        Column(text("report.column_max_points"), numeric=True),
        Column(text("report.column_scoring")),
    ]
    rows: list[list[Cell]] = []
    cards = (context.view.scorecard, *context.view.children)
    for indicator in campaign.indicators:
        points = (card.find(indicator.id, "max_points") for card in cards)
        rows.append(
            [
                context.language.name(indicator.short_names),
                next((fact for fact in points if fact is not None), NOTHING),
                context.said(
                    f"scoring/{indicator.id}", text(f"report.scoring_{indicator.scoring}")
                ),
            ]
        )
    shares = any(i.kind is IndicatorKind.RATIO for i in campaign.indicators)
    keys = [*(["method_shares"] if shares else []), "method_points"]
    body = Markup("<p>{}</p>").format(Markup(" ").join(text(f"report.{key}") for key in keys))
    body += render_table(text("report.method_caption"), columns, rows, context.language)
    sources = Markup("").join((*_of_indicators(context), *_of_rules(context)))
    body += Markup("<p>{}</p><ul>{}</ul>").format(text("report.method_sources"), sources)
    return context.section("method", body)


def _of_indicators(context: Context) -> Iterator[Markup]:
    """Each source of the indicators once, after the names of those that rest on it."""
    resting: dict[tuple[str, bool], list[str]] = {}
    for indicator in context.opened.campaign.indicators:
        name = context.language.name(indicator.short_names)
        resting.setdefault((indicator.source, indicator.assumed), []).append(name)
    for (source, assumed), names in resting.items():
        heading = Markup("{}: ").format(", ".join(names))
        yield _source(context, heading, source, assumed=assumed)


def _of_rules(context: Context) -> Iterator[Markup]:
    campaign = context.opened.campaign
    rules: list[ScoringRule | RankingRule | RewardRule] = [campaign.scoring, campaign.ranking]
    for rule in (*rules, *_rewards(context)):
        yield _source(context, Markup(""), rule.source, assumed=rule.assumed)


def _source(context: Context, heading: Markup, source: str, *, assumed: bool) -> Markup:
    mark = Markup(" ") + context.assumed() if assumed else ""
    return Markup('<li>{}<span class="document">{}</span>{}</li>').format(heading, source, mark)


def _rewards(context: Context) -> Iterator[RewardRule]:
    levels = {context.view.unit.level, context.view.child_level.id}
    yield from (rule for rule in context.opened.campaign.rewards if rule.level in levels)
