"""Facts about the rules of a ranking and of its rewards, as the campaign declares them, and about
how the list of rewards stands the trials. They belong to the unit inside which others are ranked.

Of ``total``: decimals (to which points are rounded), least_reported, least_covered, trials,
trials_changing, cells_tried, cells_deciding. Of an indicator: least_value. Of a reward, whose
subject is ``reward-<id>``: quota, minimum_share, minimum_targets.
"""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.analysis.facts.indicator_kinds import TOTAL
from dxkit.analysis.facts.maker import FactMaker
from dxkit.analysis.robustness.ranges import Certainty
from dxkit.model.campaign import Campaign, IndicatorKind
from dxkit.model.facts import Fact, UnitOfMeasure


def reward_subject(reward: str) -> str:
    """The subject of the facts about a reward."""
    return f"reward-{reward}"


def rule_facts(maker: FactMaker, campaign: Campaign, level: str, period: str) -> Iterator[Fact]:
    """What the campaign declares for the ranking of the units of a level and their rewards."""
    ranking, count = campaign.ranking, UnitOfMeasure.COUNT
    if ranking.decimals is not None:
        yield maker.declared(TOTAL, "decimals", ranking.decimals, count, assumed=ranking.assumed)
    for condition in ranking.conditions:
        if condition.level not in ("", level):
            continue
        unit, subject = UnitOfMeasure.SHARE, TOTAL
        if condition.kind == "value":
            subject = condition.indicator
            kind = campaign.indicator(subject).kind
            unit = {
                IndicatorKind.RATIO: UnitOfMeasure.SHARE,
                IndicatorKind.COUNT: UnitOfMeasure.COUNT,
                IndicatorKind.VALUE: UnitOfMeasure.SCORE,
            }[kind]
        yield maker.declared(
            subject, f"least_{condition.kind}", condition.at_least, unit, assumed=ranking.assumed
        )
    for rule in campaign.rewards:
        if rule.level != level or (rule.periods and period not in rule.periods):
            continue
        subject = reward_subject(rule.id)
        yield maker.declared(subject, "quota", rule.quota, count, assumed=rule.assumed)
        yield maker.declared(
            subject,
            "minimum_share",
            rule.minimum_share,
            UnitOfMeasure.SHARE,
            assumed=rule.assumed,
        )
        yield maker.declared(
            subject, "minimum_targets", rule.minimum_targets, count, assumed=rule.assumed
        )


def list_facts(maker: FactMaker, found: Certainty) -> Iterator[Fact]:
    """How often the list of rewards was tried and came out another, and the same of the doubtful
    cells that were left out one at a time.
    """
    numbers = {
        "trials": found.trials,
        "trials_changing": found.trials_changing,
        "cells_tried": found.doubtful_cells,
        "cells_deciding": len(found.deciding_cells),
    }
    for kind, number in numbers.items():
        yield maker.derived(
            TOTAL, kind, number, UnitOfMeasure.COUNT, 0, "count_of_trials", (), assumed=True
        )
