"""What was published: for each time a folder below ``data/published/<campaign>/<period>``, which is
a small project of its own (plan, workbooks, notebooks, outputs) and is never altered or taken away.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dxkit.campaign.project import Project

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


def read_record(path: Path) -> Publication | None:
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
            read = read_record(folder / RECORD)
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
        return read_record(project.stated)
    if publications(project, campaign, period):
        return Publication(campaign, period, 0, DRAFT)
    return None
