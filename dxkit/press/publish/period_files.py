"""The files of a period around its pages: data, league, findings, returned copies, indexes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dxkit.campaign.project import Project
from dxkit.period import OpenPeriod, open_period
from dxkit.press.publish.data_files import write_text
from dxkit.press.run.manifest import STAYING, Manifest, hash_of, hashes_of
from dxkit.report.wording.language import Language, load_language

if TYPE_CHECKING:
    from dxkit.press.publish.check_results import Checked

LEAGUE, INDEX, ABOVE = "league.xlsx", "index.html", "../index.html"
"""The index of the campaign is written by the runs of all its periods."""


@dataclass(frozen=True)
class PeriodFiles:
    """What is written of one period apart from its pages, in one language."""

    project: Project
    campaign: str
    period: str
    language_code: str

    @property
    def folder(self) -> Path:
        """The folder of the period's outputs."""
        return self.project.output_folder(self.campaign, self.period)

    @property
    def opened(self) -> OpenPeriod:
        """The period."""
        return open_period(self.project, self.campaign, self.period)

    @cached_property
    def _language(self) -> Language:
        return load_language(self.language_code)

    def write(self, expected: Mapping[str, str]) -> Checked:
        """Everything that does not depend on how the pages go; returns what the check found and
        wrote, the league with it. ``expected`` are the pages that there will be, if all goes well:
        the index is got ready for them.
        """
        from dxkit.press.publish.check_results import write_check
        from dxkit.press.publish.index_pages import index_html
        from dxkit.press.publish.league_workbook import write_league

        write_league(self.opened, self.folder / LEAGUE, self._language)
        checked = write_check(self.opened, self.folder, self._language)
        index_html(self.opened, expected, self._language)
        checked.files.update(hashes_of(self.folder, [LEAGUE]))
        return checked

    def write_indexes(self, pages: Mapping[str, str]) -> None:
        """The index of the period, which names the pages that are there, by unit, and that of the
        campaign.
        """
        from dxkit.press.publish.index_pages import campaign_html, index_html

        index = index_html(self.opened, pages, self._language)
        write_text(self.folder / INDEX, index)
        above = self.folder.parent
        periods = {
            period.id: f"{period.id}/index.html"
            for period in self.opened.campaign.periods
            if (above / period.id / "index.html").exists()
        }
        write_text(above / "index.html", campaign_html(self.opened, periods, self._language))


def files_are_whole(project: Project, manifest: Manifest, folder: Path) -> bool:
    """Whether the files around the pages are all there as they were made, from the workbooks as
    they are. Only that they are there is asked of copies for senders, in which somebody may have
    worked, and of the list of changes, which cannot be made again.
    """
    noted = manifest.files
    there = {name for name in noted if name.startswith("returned/") or name in STAYING}
    around = {"findings.html", LEAGUE, INDEX, *(n for n in noted if n.startswith("data/"))} - there
    whole = all(hash_of(folder / name) == noted.get(name) for name in around)
    whole = whole and all((folder / name).exists() for name in there)
    if not (manifest.complete and whole and index_above_is_whole(folder)):
        return False
    received = open_period(project, manifest.campaign, manifest.period).received
    return manifest.inputs == {source.name: source.sha256 for source in received.sources}


def index_above_is_whole(folder: Path) -> bool:
    """Whether the campaign's index is as the last run of one of its periods made it."""
    made = hash_of(folder / ABOVE)
    found = (Manifest.load(path) for path in folder.parent.glob("*/manifest.json"))
    return any(manifest is not None and manifest.files.get(ABOVE) == made for manifest in found)
