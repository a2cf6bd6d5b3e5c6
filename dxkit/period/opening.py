"""Opening a period: read, or taken from the store, then analysed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.assembly import analyse_period
from dxkit.campaign.folder import load_campaign
from dxkit.campaign.map import load_map
from dxkit.campaign.project import Project
from dxkit.intake.initiatives import published_initiatives, reported_initiatives
from dxkit.intake.period import read_period
from dxkit.intake.store import is_current, read_stored, store_key, write_stored
from dxkit.intake.versions.history import History
from dxkit.model.campaign import WHOLE_MOVEMENT, Campaign
from dxkit.model.initiatives import Initiative
from dxkit.model.observations import Received
from dxkit.period import OpenPeriod, Past
from dxkit.workbooks.atomic import writer_if_free
from dxkit.workbooks.raw_folder import Contents, contents_of


@lru_cache(maxsize=8)
def open_period(project: Project, campaign_id: str, period_id: str) -> OpenPeriod:
    """The period, from the stored intake when the raw files and the campaign are unchanged.

    The periods before are opened with it as ``opened_with`` says. Raises CampaignError,
    and UnknownNameError for a period the campaign does not have.
    """
    campaign = load_campaign(project.campaign_folder(campaign_id))
    campaign.period(period_id)
    nearest_first = reversed(opened_with(project, campaign, period_id))
    received, *earlier = (receive(project, campaign, period) for period in nearest_first)
    analysis = analyse_period(campaign, received, *earlier)
    shapes = load_map(campaign.folder)
    return OpenPeriod(project, campaign, received, analysis, shapes, Past(_history, _register))


def open_as_it_is(project: Project, campaign: Campaign, period_id: str) -> OpenPeriod:
    """The same for a process that lives long: opened anew when its plan or workbooks have changed
    since it was opened last, unless ``one_reading`` forbids.
    """
    opened = open_period(project, campaign.id, period_id)
    if project.sealed or _standing:
        return opened
    raw = contents_before_and_of(project, campaign, period_id)
    if campaign == opened.campaign and are_parsed(raw, *opened.all_received):
        return opened
    open_period.cache_clear()
    return open_period(project, campaign.id, period_id)


_standing: list[None] = []
"""Not empty while ``one_reading`` holds, in all threads."""


@contextmanager
def one_reading() -> Iterator[None]:
    """Within it periods stay as they were opened: all pages of a batch are of one reading, by which
    a later run knows whether they are out of date.
    """
    _standing.append(None)
    try:
        yield
    finally:
        _standing.pop()


def _history(opened: OpenPeriod) -> tuple[Analysis, ...]:
    """Each period as opening it gives it, compared with as many before it."""
    project, campaign = opened.project, opened.campaign
    opened_before = dict(enumerate(opened.analyses[:-1], start=1))
    known = {analysis.period.id: (number, analysis) for number, analysis in opened_before.items()}
    with_raw = project.periods_with_raw(campaign)
    found = []
    for period in campaign.periods:
        if period.id == opened.analysis.period.id:
            break
        if period.id in known or period.id in with_raw:
            number, analysis = known.get(period.id, (0, opened.analysis))
            if number != len(opened_with(project, campaign, period.id)):
                analysis = open_period(project, campaign.id, period.id).analysis
            found.append(analysis)
    return (*found, opened.analysis)


def _register(opened: OpenPeriod) -> tuple[Initiative, ...]:
    reported = (
        initiative
        for analysis in opened.history
        for initiative in reported_initiatives(
            opened.campaign, analysis.received.table.register_rows
        )
        if initiative.unit_code in opened.analysis.units
    )
    references = opened.project.raw_folder(opened.campaign.id)
    published, _ = published_initiatives(opened.campaign, opened.analysis.period.id, references)
    return (*reported, *published)


def receive(
    project: Project,
    campaign: Campaign,
    period_id: str,
    wait: Callable[[], None] = lambda: None,
    tries: int = 2,
) -> Received:
    """What intake says of one period, read anew only when something it depends on has changed.

    ``wait`` is called before the period before is asked for, which somebody else may be reading;
    ``tries`` is how often the files are read once more when they change meanwhile.
    """
    stored = project.store_file(campaign.id, period_id)
    if project.sealed and stored.exists():
        return read_stored(stored)
    raw = _read_with(project, campaign, period_id)
    references = project.raw_folder(campaign.id)
    key = store_key(campaign, references, raw)
    if is_current(stored, key):
        return read_stored(stored)
    before = period_before(project, campaign, period_id)
    read: list[Received] = []

    def earlier() -> Received:
        wait()
        read.append(receive(project, campaign, before))
        return read[0]

    folder = project.period_folder(campaign.id, period_id)
    with writer_if_free(project.outputs / campaign.id) as may_write:
        history = History.open(stored.parent, may_write)
        received = read_period(
            campaign, period_id, folder, references, earlier if before else None, history
        )
        # Stored under the hash of what was parsed: a file may be replaced in between, and be back.
        was_parsed = are_parsed(raw, *read, received)
        as_before = was_parsed and key == store_key(campaign, references, raw)
        if may_write and as_before and campaign == load_campaign(campaign.folder):
            write_stored(received, key, stored)
    return (
        received
        if was_parsed or not tries
        else receive(project, campaign, period_id, tries=tries - 1)
    )


def contents_before_and_of(
    project: Project, campaign: Campaign, period_id: str
) -> tuple[Contents, ...]:
    """What lies in the raw folders of the periods opened with it and of the period."""
    periods = opened_with(project, campaign, period_id)
    return tuple(contents_of(project.period_folder(campaign.id, period)) for period in periods)


def _read_with(project: Project, campaign: Campaign, period_id: str) -> tuple[Contents, ...]:
    """The same of the period before alone, beside which a period is read, and of the period."""
    periods = filter(None, (period_before(project, campaign, period_id), period_id))
    return tuple(contents_of(project.period_folder(campaign.id, period)) for period in periods)


def are_parsed(raw: Sequence[Contents], *received: Received) -> bool:
    """Whether what was received of some periods was parsed from these very files."""
    parsed = [{source.name: source.sha256 for source in each.sources} for each in received]
    return len(raw) == len(parsed) and all(map(Contents.agrees, raw, parsed))


def is_stored(project: Project, campaign: Campaign, period_id: str) -> bool:
    """Whether opening the period reads no workbook."""
    if project.sealed:
        return True
    references = project.raw_folder(campaign.id)

    def is_there(period: str) -> bool:
        raw = _read_with(project, campaign, period)
        stored = project.store_file(campaign.id, period)
        return is_current(stored, store_key(campaign, references, raw))

    return all(map(is_there, opened_with(project, campaign, period_id)))


def period_before(project: Project, campaign: Campaign, period_id: str) -> str:
    """The period before, if there is one at hand; otherwise nothing."""
    before = campaign.previous_period(period_id)
    return before.id if before and _is_at_hand(project, campaign, before.id) else ""


def opened_with(project: Project, campaign: Campaign, period_id: str) -> tuple[str, ...]:
    """The periods whose figures a period's numbers are made from, forward in time, itself the last:
    the one before and, where the plan has a target for the whole movement, those before it, as far
    back as none is lacking.
    """
    found = [period_id]
    while before := period_before(project, campaign, found[0]):
        found.insert(0, before)
        if not any(target.period == WHOLE_MOVEMENT for target in campaign.targets):
            break
    return tuple(found)


def _is_at_hand(project: Project, campaign: Campaign, period_id: str) -> bool:
    if project.sealed:
        return project.store_file(campaign.id, period_id).exists()
    return period_id in project.periods_with_raw(campaign)
