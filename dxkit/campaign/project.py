"""Where things are: the project's folders, what raw data they hold, and what was published, each
time in a folder below ``data/published/<campaign>/<period>``, which is a small project of its own
(plan, workbooks, notebooks, outputs) and is never altered or taken away.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dxkit.model.campaign import Campaign
from dxkit.workbooks.raw_folder import raw_files

DEFAULT_CAMPAIGN = "data/campaigns/default.toml"
"""The file that names the campaign which is meant when none is named."""


class ProjectNotFoundError(Exception):
    """No folder with data/campaigns was found."""


class DefaultCampaignError(Exception):
    """The file that should name the default campaign does not."""


@dataclass(frozen=True)
class Project:
    """The folders of one office. ``raw`` and ``out`` replace data/raw and outputs when given.

    A ``sealed`` project has no raw files: what intake stored came with it and stands as it is.
    ``stated`` is the record of the publication whose state the pages say. ``as_of`` is the day by
    whose units all periods are looked at; without it each is by those of its own last day.
    """

    root: Path
    raw: Path | None = None
    out: Path | None = None
    sealed: bool = False
    stated: Path | None = None
    as_of: datetime.date | None = None

    @classmethod
    def find(cls, raw: str | None = None, out: str | None = None) -> Project:
        """The project around the working directory, or the one the package lies in.

        DXKIT_PROJECT, DXKIT_RAW, DXKIT_OUT, DXKIT_SEALED, DXKIT_STATED and DXKIT_AS_OF stand in
        for what is not given.
        """
        named = os.environ.get("DXKIT_PROJECT")
        here, package = Path.cwd(), Path(__file__).resolve().parents[2]
        candidates = [Path(named)] if named else [here, *here.parents, package]
        for folder in candidates:
            if (folder / "data" / "campaigns").is_dir():
                raw = raw or os.environ.get("DXKIT_RAW")
                day = os.environ.get("DXKIT_AS_OF")
                out = out or os.environ.get("DXKIT_OUT")
                record = os.environ.get("DXKIT_STATED")
                return cls(
                    folder.resolve(),
                    Path(raw).resolve() if raw else None,
                    Path(out).resolve() if out else None,
                    bool(os.environ.get("DXKIT_SEALED")),
                    Path(record) if record else None,
                    as_of=datetime.date.fromisoformat(day) if day else None,
                )
        raise ProjectNotFoundError(str(here))

    @property
    def campaigns(self) -> tuple[str, ...]:
        """Ids of all campaigns, sorted."""
        plans = (self.root / "data" / "campaigns").glob("*/campaign.toml")
        return tuple(sorted(plan.parent.name for plan in plans))

    @property
    def default_campaign(self) -> str:
        """The campaign that default.toml names; nothing when there is no such file.

        Raises DefaultCampaignError for a file with anything else in it than that.
        """
        try:
            content = tomllib.loads((self.root / DEFAULT_CAMPAIGN).read_text("utf-8-sig"))
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            raise DefaultCampaignError(str(error)) from error
        if list(content) != ["campaign"] or not isinstance(content["campaign"], str):
            raise DefaultCampaignError(str(content))
        return content["campaign"]

    def campaign_folder(self, campaign_id: str) -> Path:
        """The folder that declares a campaign."""
        return self.root / "data" / "campaigns" / campaign_id

    def raw_folder(self, campaign_id: str) -> Path:
        """The raw folder of a campaign in the project, which also holds its references."""
        return self.root / "data" / "raw" / campaign_id

    def period_folder(self, campaign_id: str, period_id: str) -> Path:
        """The raw folder of one period. A folder given by hand may hold campaigns, periods, or
        the files themselves. Nothing is read from that of a period made of others.
        """
        if self.raw is None:
            return self.raw_folder(campaign_id) / period_id
        for folder in (self.raw / campaign_id / period_id, self.raw / period_id):
            if folder.is_dir():
                return folder
        return self.raw

    def periods_with_raw(self, campaign: Campaign) -> tuple[str, ...]:
        """Ids of the periods that have raw files, in the campaign's order.

        Files directly in a folder given by hand are those of the newest period.
        """
        found = tuple(
            period.id
            for period in campaign.reported
            if self.period_folder(campaign.id, period.id) != self.raw
            and raw_files(self.period_folder(campaign.id, period.id))
        )
        if not found and self.raw is not None and raw_files(self.raw):
            return (campaign.reported[-1].id,)
        return found

    def has_raw(self, campaign: Campaign, period_id: str) -> bool:
        """Whether a period has raw files, or one of those that it is made of."""
        if of := campaign.period(period_id).of:
            return any(self.has_raw(campaign, part) for part in of)
        folder = self.period_folder(campaign.id, period_id)
        if folder != self.raw:
            return bool(raw_files(folder))
        return period_id in self.periods_with_raw(campaign)

    def published_folder(self, campaign_id: str) -> Path:
        """The folder of all that was published of a campaign."""
        return self.root / "data" / "published" / campaign_id

    @property
    def stores(self) -> Path:
        """The folder of what is kept of what was read, and of the outputs by the units of then."""
        return self.out or self.root / "outputs"

    @property
    def outputs(self) -> Path:
        """The folder of all outputs: those by the units of a day are apart."""
        return self.stores / f"as-of-{self.as_of}" if self.as_of else self.stores

    def output_folder(self, campaign_id: str, period_id: str) -> Path:
        """The folder of one period's outputs."""
        return self.outputs / campaign_id / period_id

    def store_file(self, campaign_id: str, period_id: str) -> Path:
        """The file that keeps the intake of one period."""
        return self.stores / campaign_id / period_id / "data" / "received.json"

    def kept_file(self, campaign_id: str, period_id: str, boundaries: str = "") -> Path:
        """The file of what a series keeps of one period, by its own or other boundaries."""
        name = f"kept-{boundaries}.json" if boundaries else "kept.json"
        return self.store_file(campaign_id, period_id).with_name(name)

    @property
    def notebooks(self) -> Path:
        """The folder of the notebooks."""
        return self.root / "notebooks"


DRAFT, PROVISIONAL, FINAL, REVISED = "draft", "provisional", "final", "revised"
AS_OF = "as_of"
"""What is made by the units of another day, and never published."""
STATES = (PROVISIONAL, FINAL, REVISED)
RECORD, SUMS, FACTS = "publication.json", "SHA256SUMS", "facts.csv"
"""What was said of a publication, the hashes of all its files, all its facts."""
_NAME = re.compile(rf"([1-9]\d*)-({'|'.join(STATES)})")


@dataclass(frozen=True)
class Publication:
    """One publication of a period; or a draft, or what is by the units of another ``day``, which
    have no folder and no number.

    ``by`` is who published it, ``day`` when (ISO 8601); ``despite`` the reason given for doing so
    with ``errors`` or ``differences`` still open; ``previous`` the hash of the list of hashes of
    the one before; ``changed`` what reads otherwise than in it, in words, by page; ``revised`` the
    keys of these facts.
    """

    campaign: str
    period: str
    number: int
    state: str
    by: str = ""
    day: str = ""
    note: str = ""
    despite: str = ""
    errors: int = 0
    differences: int = 0
    previous: str = ""
    changed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    revised: Sequence[str] = ()

    @property
    def id(self) -> str:
        """The name of its folder: "2-final"."""
        return f"{self.number}-{self.state}"

    def folder(self, project: Project) -> Path:
        """Where it stands."""
        return project.published_folder(self.campaign) / self.period / self.id

    def project(self, project: Project) -> Project:
        """The project that it is."""
        folder = self.folder(project)
        return Project(folder, stated=folder / RECORD)

    def outputs(self, project: Project) -> Path:
        """Its pages and the files around them."""
        return self.project(project).output_folder(self.campaign, self.period)

    @property
    def record(self) -> str:
        """What is said of it, as its file has it."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


def _read_record(path: Path) -> Publication | None:
    """What a file says of a publication; None where it is damaged."""
    try:
        found = Publication(**json.loads(path.read_text("utf-8")))
        datetime.date.fromisoformat(found.day)
        lines = [line for lines in found.changed.values() for line in lines]
        texts = [found.by, found.note, found.despite, found.previous, *lines, *found.revised]
        is_whole = found.state in STATES and all(isinstance(text, str) for text in texts)
        is_whole = is_whole and isinstance(found.number, int)
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return found if is_whole else None


def publications(project: Project, campaign: str, period: str) -> tuple[Publication, ...]:
    """All publications of a period, the latest last. One whose record is damaged is known by the
    name of its folder.
    """
    found = []
    for folder in (project.published_folder(campaign) / period).glob("*-*"):
        if name := _NAME.fullmatch(folder.name):
            number, state = int(name[1]), name[2]
            read = _read_record(folder / RECORD)
            as_named = Publication(campaign, period, number, state)
            whole = read is not None and (read.campaign, read.period, read.id) == (
                campaign, period, folder.name)  # fmt: skip
            found.append(read if read is not None and whole else as_named)
    return tuple(sorted(found, key=lambda one: one.number))


def stated(project: Project, campaign: str, period: str) -> Publication | None:
    """What pages of a period say of their state: that of the publication which they are made for,
    that they are a draft once there is one; None before. By the units of another day they are none.
    """
    if project.as_of is not None:
        return Publication(campaign, period, 0, AS_OF, day=str(project.as_of))
    if project.stated is not None:
        return _read_record(project.stated)
    if publications(project, campaign, period):
        return Publication(campaign, period, 0, DRAFT)
    return None
