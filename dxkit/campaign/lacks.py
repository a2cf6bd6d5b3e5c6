"""What a plan that loads still lacks for a period, as far as it can be told without opening a
workbook. Targets, and a period after the movement, are findings of ``model.plan``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from dxkit.campaign.project import Project
from dxkit.campaign.reader import PLAN_FILE
from dxkit.model.campaign import Campaign, CampaignProblem
from dxkit.model.plan import is_measured_at, without_target
from dxkit.workbooks.raw_folder import raw_files


def lacks(project: Project, campaign: Campaign, period_id: str) -> Iterator[CampaignProblem]:
    """What the period lacks, with codes of levels, indicators and periods as values."""
    for code, file, values in chain(
        _units(campaign, period_id),
        _ranking(campaign),
        _rewards(campaign, period_id),
        _folders(project, campaign, period_id),
    ):
        yield CampaignProblem(code, file, values=values)


_Lack = tuple[str, str, dict[str, object]]


def _units(campaign: Campaign, period_id: str) -> Iterator[_Lack]:
    """Units of an open level need not be known."""
    last_day = campaign.period(period_id).last_day
    units = campaign.units.on(last_day)
    for level in campaign.levels:
        if not level.open and not units.at_level(level.id):
            yield "level_without_units", "units.csv", {"level": level.id, "day": str(last_day)}


def _ranking(campaign: Campaign) -> Iterator[_Lack]:
    ranking = campaign.ranking
    level = campaign.report_level
    unmeasured = [
        indicator.id
        for indicator in campaign.indicators
        if indicator.max_points > 0 and not is_measured_at(campaign, level, indicator)
    ]
    if unmeasured:
        reached: dict[str, object] = {"level": level, "indicators": ", ".join(unmeasured)}
        yield "points_out_of_reach", "indicators.csv", reached
    for condition in ranking.conditions:
        values: dict[str, object] = {"level": condition.level, "text": condition.kind}
        if condition.level and condition.level not in ranking.within:
            yield "condition_without_ranking", PLAN_FILE, values
        for level in [condition.level] if condition.level else ranking.within:
            measured = condition.kind != "value" or is_measured_at(
                campaign, level, campaign.indicator(condition.indicator)
            )
            if not measured:
                values = {"level": level, "indicator": condition.indicator}
                yield "condition_without_value", PLAN_FILE, values
    if not ranking.weight and any(c.kind == "complete" for c in ranking.conditions):
        yield "weight_missing", PLAN_FILE, {}


def _rewards(campaign: Campaign, period_id: str) -> Iterator[_Lack]:
    for rule in campaign.rewards:
        if rule.periods and period_id not in rule.periods:
            continue
        values: dict[str, object] = {"text": rule.id, "level": rule.level}
        if rule.level not in campaign.ranking.within:
            yield "reward_without_ranking", PLAN_FILE, values
        if rule.by == "progress" and campaign.previous_period(period_id) is None:
            yield "reward_without_before", PLAN_FILE, values
        targets = (campaign.target(i.id, rule.level, period_id) for i in campaign.indicators)
        found = sum(target is not None for target in targets)
        if found < rule.minimum_targets and not without_target(campaign, rule.level, period_id):
            more = {"expected": period_id, "least": rule.minimum_targets, "found": found}
            yield "reward_without_targets", "targets.csv", values | more


def _folders(project: Project, campaign: Campaign, period_id: str) -> Iterator[_Lack]:
    references = project.raw_folder(campaign.id)
    folders = dict.fromkeys(check.folder for check in campaign.reference_checks)
    if campaign.initiatives is not None and campaign.initiatives.folder:
        folders[campaign.initiatives.folder] = None
    for name in folders:
        if not raw_files(references / name):
            yield "reference_missing", str(references / name), {}
    for part in campaign.leaves(period_id):
        folder = project.period_folder(campaign.id, part.id)
        if not raw_files(folder):
            yield "raw_missing", str(folder), {"expected": part.id}
    before = campaign.previous_period(period_id)
    if before is not None and not project.has_raw(campaign, before.id):
        folder = project.period_folder(campaign.id, before.id)
        yield "before_missing", str(folder), {"expected": before.id}
