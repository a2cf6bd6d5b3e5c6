"""A period opened: its campaign, what was received, and the analysis, ready for reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from dxkit.analysis.facts.scorecard import Analysis, Scorecard
from dxkit.campaign.folder import load_campaign
from dxkit.campaign.map import MapShapes, load_map
from dxkit.campaign.project import Project
from dxkit.intake.initiatives import published_initiatives, reported_initiatives
from dxkit.intake.period import read_period
from dxkit.intake.store import is_current, read_stored, store_key, write_stored
from dxkit.intake.versions.history import History
from dxkit.model.campaign import Campaign
from dxkit.model.initiatives import Initiative
from dxkit.model.observations import Received


@dataclass(frozen=True)
class OpenPeriod:
    """One period of a campaign with everything a report needs; no workbook is opened again."""

    project: Project
    campaign: Campaign
    received: Received
    analysis: Analysis
    shapes: MapShapes

    def scorecard(self, unit_code: str) -> Scorecard:
        """All facts of one unit; raises KeyError for an unknown code."""
        return self.analysis.scorecard(unit_code)

    @cached_property
    def history(self) -> tuple[Analysis, ...]:
        """The analyses of all periods with raw files up to this one, forward in time."""
        found = []
        for period_id in self.project.periods_with_raw(self.campaign):
            if period_id == self.analysis.period.id:
                break
            if self.analysis.previous and self.analysis.previous.period.id == period_id:
                found.append(self.analysis.previous)
            else:
                received = receive(self.project, self.campaign, period_id)
                found.append(Analysis(self.campaign, received))
        return (*found, self.analysis)

    @cached_property
    def register(self) -> tuple[Initiative, ...]:
        """The initiatives reported up to this period, then the published ones."""
        reported = (
            initiative
            for analysis in self.history
            for initiative in reported_initiatives(
                self.campaign, analysis.received.table.register_rows
            )
            if initiative.unit_code in self.analysis.units
        )
        references = self.project.raw_folder(self.campaign.id)
        published, _ = published_initiatives(self.campaign, self.analysis.period.id, references)
        return (*reported, *published)


@lru_cache(maxsize=8)
def open_period(project: Project, campaign_id: str, period_id: str) -> OpenPeriod:
    """The period, from the stored intake when the raw files and the campaign are unchanged.

    The period before is opened with it when its raw files are at hand. Raises CampaignError,
    and KeyError for a period the campaign does not have.
    """
    campaign = load_campaign(project.campaign_folder(campaign_id))
    declared = [period.id for period in campaign.periods]
    if period_id not in declared:
        raise KeyError(f"no period {period_id!r}; there are: {', '.join(declared)}")
    before = campaign.previous_period(period_id)
    received = receive(project, campaign, period_id)
    previous = None
    if before is not None and _is_at_hand(project, campaign, before.id):
        previous = receive(project, campaign, before.id)
    analysis = Analysis(campaign, received, previous)
    return OpenPeriod(project, campaign, received, analysis, load_map(campaign.folder))


def receive(
    project: Project,
    campaign: Campaign,
    period_id: str,
    wait: Callable[[], None] = lambda: None,
) -> Received:
    """What intake says of one period, read anew only when something it depends on has changed.

    ``wait`` is called before the period before is asked for, which somebody else may be reading.
    """
    stored = project.store_file(campaign.id, period_id)
    if project.sealed:
        return read_stored(stored)
    key = _key(project, campaign, period_id)
    if is_current(stored, key):
        return read_stored(stored)
    before = period_before(project, campaign, period_id)

    def earlier() -> Received:
        wait()
        return receive(project, campaign, before)

    folder = project.period_folder(campaign.id, period_id)
    references = project.raw_folder(campaign.id)
    history = History.open(stored.parent)
    received = read_period(
        campaign, period_id, folder, references, earlier if before else None, history
    )
    write_stored(received, key, stored)
    return received


def is_stored(project: Project, campaign: Campaign, period_id: str) -> bool:
    """Whether opening the period reads no workbook."""
    if project.sealed:
        return True
    before = period_before(project, campaign, period_id)
    return all(
        is_current(project.store_file(campaign.id, period), _key(project, campaign, period))
        for period in filter(None, (before, period_id))
    )


def period_before(project: Project, campaign: Campaign, period_id: str) -> str:
    """The period before, if there is one with raw files; otherwise nothing."""
    before = campaign.previous_period(period_id)
    at_hand = before is not None and before.id in project.periods_with_raw(campaign)
    return before.id if before and at_hand else ""


def _key(project: Project, campaign: Campaign, period_id: str) -> str:
    """Of everything that the intake of a period depends on."""
    before = period_before(project, campaign, period_id)
    folder = project.period_folder(campaign.id, period_id)
    earlier = project.period_folder(campaign.id, before) if before else None
    return store_key(campaign, folder, project.raw_folder(campaign.id), earlier)


def _is_at_hand(project: Project, campaign: Campaign, period_id: str) -> bool:
    if project.sealed:
        return project.store_file(campaign.id, period_id).exists()
    return period_id in project.periods_with_raw(campaign)
