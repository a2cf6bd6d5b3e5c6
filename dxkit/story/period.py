"""A period opened: its campaign, what was received, and the analysis, ready for reports."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dxkit.analysis.scorecard import Analysis
from dxkit.intake.campaign_folder import load_campaign
from dxkit.intake.history import History
from dxkit.intake.intake import read_period
from dxkit.intake.map_shapes import MapShapes, load_map
from dxkit.intake.project import Project
from dxkit.intake.store import is_current, read_stored, store_key, write_stored
from dxkit.model.campaign import Campaign
from dxkit.model.table import Received


@dataclass(frozen=True)
class OpenPeriod:
    """One period of a campaign with everything a report needs; no workbook is opened again."""

    project: Project
    campaign: Campaign
    received: Received
    analysis: Analysis
    shapes: MapShapes


@lru_cache(maxsize=8)
def open_period(project: Project, campaign_id: str, period_id: str) -> OpenPeriod:
    """The period, from the stored intake when the raw files and the campaign are unchanged.

    The period before is opened with it when its raw files are at hand. Raises CampaignError,
    and KeyError for a period the campaign does not have.
    """
    campaign = load_campaign(project.campaign_folder(campaign_id))
    before = campaign.previous_period(period_id)
    received = receive(project, campaign, period_id)
    previous = None
    if before is not None and before.id in project.periods_with_raw(campaign):
        previous = receive(project, campaign, before.id)
    analysis = Analysis(campaign, received, previous)
    return OpenPeriod(project, campaign, received, analysis, load_map(campaign.folder))


def receive(project: Project, campaign: Campaign, period_id: str) -> Received:
    """What intake says of one period, read anew only when something it depends on has changed."""
    before = campaign.previous_period(period_id)
    at_hand = before is not None and before.id in project.periods_with_raw(campaign)
    earlier = project.period_folder(campaign.id, before.id) if before and at_hand else None
    folder = project.period_folder(campaign.id, period_id)
    references = project.raw_folder(campaign.id)
    stored = project.store_file(campaign.id, period_id)
    key = store_key(campaign, folder, references, earlier)
    if is_current(stored, key):
        return read_stored(stored)
    previous = receive(project, campaign, before.id) if before and at_hand else None
    history = History.open(stored.parent)
    received = read_period(campaign, period_id, folder, references, previous, history)
    write_stored(received, key, stored)
    return received
