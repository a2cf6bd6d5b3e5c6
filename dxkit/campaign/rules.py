"""Reading the campaign's rules on points, places and rewards from campaign.toml."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain

from dxkit.campaign.toml_reader import Declaration
from dxkit.model.campaign import Indicator
from dxkit.model.rules import (
    CONDITIONS,
    RANKING_METHODS,
    REWARD_BASES,
    Band,
    Condition,
    Exclusion,
    RankingRule,
    RewardRule,
    ScoringRule,
    UncertaintyRule,
)
from dxkit.model.units import UnitRegistry


def read_scoring(
    plan: Declaration, indicators: Sequence[Indicator], languages: Sequence[str]
) -> ScoringRule:
    """The table ``scoring``; the points of the indicators must add up to its total."""
    table = plan.table("scoring")
    bonus = table.texts("bonus", [])
    ids = [indicator.id for indicator in indicators]
    for indicator_id in bonus:
        if indicator_id not in ids:
            table.problem("indicator_unknown", "bonus", text=indicator_id)
    total = table.number("total_points")
    given = sum(i.max_points for i in indicators if i.scoring != "none" and i.id not in bonus)
    if indicators and abs(given - total) > 1e-9:
        table.problem("points_do_not_add_up", "total_points", total=total, given=given)
    bands = []
    for band in table.tables("bands"):
        bands.append(
            Band(band.text("id"), band.words("name", languages), band.number("from_share"))
        )
        band.refuse_unknown_keys()
    rule = ScoringRule(total, tuple(bands), table.text("source"), table.truth("assumed"), bonus)
    table.refuse_unknown_keys()
    return rule


def read_ranking(
    plan: Declaration,
    level_ids: Collection[str],
    indicators: Sequence[Indicator],
    units: UnitRegistry,
    period_ids: Collection[str],
    languages: Sequence[str],
) -> RankingRule:
    """The table ``ranking`` with its conditions and exclusions."""
    table = plan.table("ranking")
    ids = [indicator.id for indicator in indicators]
    method = _one_of(table, "method", table.text("method"), RANKING_METHODS)
    within = table.table("within")
    groups = {level: within.text(level) for level in within.keys()}  # noqa: SIM118
    for level in chain.from_iterable(groups.items()):
        if level not in level_ids:
            within.problem("level_unknown", level, text=level)
    tie_break = table.texts("tie_break", [])
    for indicator_id in tie_break:
        if indicator_id not in ids:
            table.problem("indicator_unknown", "tie_break", text=indicator_id)
    decimals = table.number("decimals", -1)
    rule = RankingRule(
        method,
        groups,
        tie_break,
        table.text("source"),
        table.truth("assumed"),
        None if decimals < 0 else int(decimals),
        tuple(_condition(found, level_ids, ids) for found in table.tables("conditions")),
        tuple(
            _exclusion(found, units, period_ids, languages) for found in table.tables("exclusions")
        ),
    )
    table.refuse_unknown_keys()
    return rule


def read_rewards(
    plan: Declaration,
    level_ids: Collection[str],
    period_ids: Collection[str],
    languages: Sequence[str],
) -> tuple[RewardRule, ...]:
    """The tables ``rewards``, in the order in which they apply."""
    rules = []
    for table in plan.tables("rewards"):
        rule = RewardRule(
            table.text("id"),
            table.text("level"),
            int(table.number("quota")),
            table.number("minimum_share"),
            table.words("name", languages),
            table.text("source"),
            table.truth("assumed"),
            _one_of(table, "by", table.text("by", "points"), REWARD_BASES),
            table.texts("periods", []),
            int(table.number("minimum_targets", 0)),
            _one_of(table, "ties", table.text("ties", "all"), ("all", "none")),
        )
        if rule.level not in level_ids:
            table.problem("level_unknown", "level", text=rule.level)
        for period in rule.periods:
            if period not in period_ids:
                table.problem("period_not_declared", "periods", text=period)
        table.refuse_unknown_keys()
        rules.append(rule)
    return tuple(rules)


def read_uncertainty(plan: Declaration) -> UncertaintyRule | None:
    """The table ``uncertainty``; None when the campaign has none, and places are not tried."""
    if not plan.has("uncertainty"):
        return None
    table = plan.table("uncertainty")
    rule = UncertaintyRule(
        table.number("weight_band"),
        int(table.number("draws")),
        int(table.number("seed")),
        table.text("source"),
        table.truth("assumed"),
    )
    if not 0 <= rule.weight_band < 1:
        table.problem("not_between_0_and_1", "weight_band", text=str(rule.weight_band))
    table.refuse_unknown_keys()
    return rule


def _condition(
    table: Declaration, level_ids: Collection[str], indicators: Collection[str]
) -> Condition:
    condition = Condition(
        _one_of(table, "condition", table.text("condition"), CONDITIONS),
        table.number("at_least"),
        table.text("level", ""),
        table.text("indicator", ""),
    )
    if condition.level and condition.level not in level_ids:
        table.problem("level_unknown", "level", text=condition.level)
    if (condition.kind == "value") != bool(condition.indicator) or (
        condition.indicator and condition.indicator not in indicators
    ):
        table.problem("indicator_unknown", "indicator", text=condition.indicator)
    table.refuse_unknown_keys()
    return condition


def _exclusion(
    table: Declaration,
    units: UnitRegistry,
    period_ids: Collection[str],
    languages: Sequence[str],
) -> Exclusion:
    exclusion = Exclusion(
        table.text("unit"),
        table.text("period"),
        table.words("reason", languages),
        table.text("source"),
    )
    if exclusion.unit not in units:
        table.problem("unit_unknown", "unit", unit=exclusion.unit)
    if exclusion.period not in period_ids:
        table.problem("period_not_declared", "period", text=exclusion.period)
    table.refuse_unknown_keys()
    return exclusion


def _one_of(table: Declaration, key: str, text: str, allowed: Sequence[str]) -> str:
    if text not in allowed:
        table.problem("unknown_choice", key, text=text, allowed=", ".join(allowed))
    return text
