"""The batch of a period: what is to be made, by whom, and the files around the pages."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from dxkit.intake.campaign_folder import load_campaign
from dxkit.intake.project import Project
from dxkit.model.campaign import Campaign
from dxkit.press.aside import aside
from dxkit.press.batch import Batch, scratch_folder
from dxkit.press.cluster import ClusterCrew
from dxkit.press.data_out import write_data, write_text
from dxkit.press.lock import only_run
from dxkit.press.manifest import Manifest, PageRecord
from dxkit.press.tasks import Task, is_current, plan_tasks
from dxkit.press.workers import Crew, local_workers

TIME_LIMIT = 300.0
"""Seconds that one page may take, if nothing else is said."""


@dataclass(frozen=True)
class Options:
    """How a batch is run.

    ``engine`` is fork, spawn or stock, or empty for the best that is safe here; ``jobs`` 0 means
    all cores; ``cluster`` is the address of a Dask scheduler; ``canary`` has every page made again
    in another order and compared.
    """

    jobs: int = 0
    force: bool = False
    only_failed: bool = False
    engine: str = ""
    time_limit: float = TIME_LIMIT
    cluster: str = ""
    canary: bool = False


DEFAULT = Options()


@dataclass
class RunResult:
    """What a batch did."""

    folder: Path
    manifest: Manifest
    seconds: float
    pages: list[PageRecord] = field(default_factory=list)
    units: tuple[str, ...] = ()

    def count(self, status: str) -> int:
        """How many pages ended so."""
        return sum(record.status == status for record in self.pages)


def run_reports(
    project: Project,
    campaign_id: str,
    period_id: str,
    options: Options = DEFAULT,
    *,
    units: Sequence[str] = (),
    level: str = "",
    language: str = "vi",
    notebook: Path | None = None,
    progress: Callable[[PageRecord], None] = lambda record: None,
    started: Callable[[int], None] = lambda number: None,
) -> RunResult:
    """Make the pages of a period that are not up to date, and the files around them.

    ``units`` limits the pages, ``level`` chooses another level than the campaign's. One page that
    fails does not stop the others. Raises CampaignError, BusyError, ClusterError,
    UnknownParametersError, and OSError when the outputs cannot be written.
    """
    begun = time.monotonic()
    campaign = load_campaign(project.campaign_folder(campaign_id))
    folder = project.output_folder(campaign_id, period_id)
    folder.mkdir(parents=True, exist_ok=True)
    with only_run(folder), scratch_folder(folder) as scratch:
        earlier = Manifest.load(folder / "manifest.json")
        tasks = plan_tasks(project, campaign, period_id, folder, units, level, language, notebook)
        todo = [
            task
            for task in tasks
            if options.force or not is_current(task, earlier, options.only_failed, folder)
        ]
        manifest = earlier or Manifest(campaign_id, period_id)
        manifest.drop_unknown(campaign.units.on(campaign.period(period_id).last_day))
        result = RunResult(folder, manifest, 0.0, units=tuple(task.unit for task in tasks))
        for unit in sorted({t.unit for t in tasks} - {t.unit for t in todo}):
            result.pages.append(replace(manifest.pages[unit], status="kept", seconds=0.0))
        again = tasks if options.canary else []
        started(len(todo) + len(again))
        incomplete = not manifest.complete or not (folder / "index.html").exists()
        if todo or again or incomplete:
            sample = (*todo, *tasks)[0]
            manifest.complete = False
            crew = _crew(project, sample, options)
            manifest.describe(crew.engine, crew.jobs, campaign, project.notebooks)
            batch = Batch(project, campaign.id, period_id, manifest, scratch)
            files = partial(_write_files, project, campaign, period_id, folder, language)
            try:
                if todo or incomplete:
                    with aside(files) as finish_files:
                        for record in batch.make(crew, todo):
                            result.pages.append(record)
                            progress(record)
                        finish_files()
                    _write_index(project, campaign, period_id, folder, language, manifest)
                manifest.complete = True
                random.Random(period_id).shuffle(again)
                for record in batch.compare(crew, again):
                    result.pages = [r for r in result.pages if r.path != record.path] + [record]
                    progress(record)
            finally:
                crew.close()
                manifest.seconds = round(time.monotonic() - begun, 3)
                batch.save()
    result.seconds = time.monotonic() - begun
    return result


def _crew(project: Project, sample: Task, options: Options) -> Crew:
    """Those who make the pages."""
    if options.cluster:
        return ClusterCrew(project, options.cluster, options.time_limit)
    return local_workers(project, sample, options.engine, options.jobs, options.time_limit)


def _write_files(
    project: Project, campaign: Campaign, period_id: str, folder: Path, language_code: str
) -> None:
    """The files that do not depend on how the pages went."""
    from dxkit.press.checking import write_check
    from dxkit.press.workbook_out import write_league
    from dxkit.story.messages import load_language
    from dxkit.story.period import open_period

    opened = open_period(project, campaign.id, period_id)
    language = load_language(language_code)
    write_data(opened, folder / "data", language)
    write_league(opened, folder / "league.xlsx", language)
    write_check(opened, folder, language)


def _write_index(
    project: Project,
    campaign: Campaign,
    period_id: str,
    folder: Path,
    language_code: str,
    manifest: Manifest,
) -> None:
    """The indexes, which name the pages that are there."""
    from dxkit.press.site import campaign_html, index_html
    from dxkit.story.messages import load_language
    from dxkit.story.period import open_period

    opened = open_period(project, campaign.id, period_id)
    language = load_language(language_code)
    manifest.inputs = {source.name: source.sha256 for source in opened.received.sources}
    pages = {
        unit: record.path
        for unit, record in manifest.pages.items()
        if record.status != "failed" and (folder / record.path).exists()
    }
    write_text(folder / "index.html", index_html(opened, pages, language))
    periods = {
        period.id: f"{period.id}/index.html"
        for period in campaign.periods
        if (folder.parent / period.id / "index.html").exists()
    }
    write_text(folder.parent / "index.html", campaign_html(opened, periods, language))
