"""The batch: one page per unit, each in its own process and scratch folder."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dxkit.intake.campaign_folder import load_campaign
from dxkit.intake.project import Project
from dxkit.model.campaign import Campaign
from dxkit.press.data_out import write_data, write_text
from dxkit.press.lock import only_run
from dxkit.press.manifest import Manifest, PageRecord, digest_of
from dxkit.press.tasks import Task, is_current, plan_tasks

TIME_LIMIT = 300.0
"""Seconds that one page may take."""


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
    *,
    units: Sequence[str] = (),
    level: str = "",
    language: str = "vi",
    jobs: int = 0,
    force: bool = False,
    only_failed: bool = False,
    notebook: Path | None = None,
    progress: Callable[[str], None] = lambda unit: None,
    started: Callable[[int], None] = lambda number: None,
) -> RunResult:
    """Make the pages of a period that are not up to date, and the files around them.

    ``units`` limits the pages, ``level`` chooses another level than the campaign's. One page that
    fails does not stop the others. Raises CampaignError, BusyError,
    UnknownParametersError, and OSError when the outputs cannot be written.
    """
    begun = time.monotonic()
    campaign = load_campaign(project.campaign_folder(campaign_id))
    folder = project.output_folder(campaign_id, period_id)
    folder.mkdir(parents=True, exist_ok=True)
    with only_run(folder):
        earlier = Manifest.load(folder / "manifest.json")
        tasks = plan_tasks(project, campaign, period_id, folder, units, level, language, notebook)
        todo = [t for t in tasks if force or not is_current(t, earlier, only_failed, folder)]
        manifest = Manifest(campaign_id, period_id, _engine_name())
        manifest.pages = dict(earlier.pages) if earlier else {}
        kept = {t.unit for t in tasks} - {t.unit for t in todo}
        result = RunResult(folder, manifest, 0.0, units=tuple(task.unit for task in tasks))
        started(len(todo))
        for unit in kept:
            result.pages.append(_as_kept(manifest.pages[unit]))
        try:
            if todo:
                _prime(project, campaign_id, period_id)
                for task, record in _run_all(todo, project, jobs or _cores()):
                    manifest.pages[task.unit] = record
                    result.pages.append(record)
                    progress(task.unit)
                _write_around(project, campaign, period_id, folder, language, manifest)
        finally:
            if todo:
                write_text(folder / "manifest.json", manifest.text())
    result.seconds = time.monotonic() - begun
    return result


def _as_kept(record: PageRecord) -> PageRecord:
    return PageRecord(record.path, record.key, "kept", 0.0, record.sha256)


def _engine_name() -> str:
    return "fork" if _can_fork() else "spawn"


def _can_fork() -> bool:
    return sys.platform.startswith("linux")


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _prime(project: Project, campaign_id: str, period_id: str) -> None:
    """Open the period and pay what is paid once per process, before the processes part."""
    from dxkit.press.making import warm_up
    from dxkit.story.period import open_period

    opened = open_period(project, campaign_id, period_id)
    _ = opened.analysis.results.totals
    if opened.analysis.previous is not None:
        _ = opened.analysis.previous.results.totals
    for unit in opened.analysis.units.units:
        if unit.level in {level.id for level in opened.campaign.levels if not level.open}:
            opened.analysis.scorecard(unit.code)
    if _can_fork():
        warm_up()


def _run_all(
    tasks: Sequence[Task], project: Project, jobs: int
) -> Iterator[tuple[Task, PageRecord]]:
    """The pages as they are finished, at most ``jobs`` at a time."""
    context: Any = multiprocessing.get_context("fork" if _can_fork() else "spawn")
    waiting = list(reversed(tasks))
    running: dict[Any, tuple[Task, Any, Path, float]] = {}
    retried: set[str] = set()
    from multiprocessing.connection import wait

    from dxkit.press.making import make_page

    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                task = waiting.pop()
                scratch = Path(tempfile.mkdtemp(prefix="dxkit-"))
                process = context.Process(target=make_page, args=(task, project, scratch))
                process.start()
                running[process.sentinel] = (task, process, scratch, time.monotonic())
            for sentinel in wait(list(running), timeout=0.5):
                task, process, scratch, begun = running.pop(sentinel)
                process.join()
                killed = process.exitcode is not None and process.exitcode < 0
                if killed and task.unit not in retried:
                    retried.add(task.unit)  # stopped from outside: once more
                    waiting.append(task)
                else:
                    yield task, _finish(task, scratch, process.exitcode, time.monotonic() - begun)
                shutil.rmtree(scratch, ignore_errors=True)
            for sentinel, (task, process, scratch, begun) in list(running.items()):
                if time.monotonic() - begun > TIME_LIMIT:
                    process.kill()
                    process.join()
                    del running[sentinel]
                    shutil.rmtree(scratch, ignore_errors=True)
                    yield task, _failed(task, "timed_out", TIME_LIMIT)
    finally:
        for _, process, scratch, _ in running.values():
            process.kill()
            process.join()
            shutil.rmtree(scratch, ignore_errors=True)


def _finish(task: Task, scratch: Path, exit_code: int | None, seconds: float) -> PageRecord:
    """Move what is whole into place."""
    page = scratch / "page.html"
    if exit_code == 0 and page.exists():
        for source, target in ((scratch / "executed.ipynb", task.executed), (page, task.page)):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_text(target, source.read_text("utf-8"))
        for kind in (".pdf", ".docx"):  # they would say what an earlier page said
            task.page.with_suffix(kind).unlink(missing_ok=True)
        folder = task.executed.parent.parent
        return PageRecord(
            task.page.relative_to(folder).as_posix(),
            task.key,
            "made",
            round(seconds, 3),
            digest_of(task.page.read_bytes()),
        )
    error = scratch / "error.txt"
    reason = error.read_text("utf-8") if error.exists() else "died"
    return _failed(task, reason, seconds)


def _failed(task: Task, reason: str, seconds: float) -> PageRecord:
    folder = task.executed.parent.parent
    path = task.page.relative_to(folder).as_posix()
    return PageRecord(path, task.key, "failed", round(seconds, 3), "", reason)


def _write_around(
    project: Project,
    campaign: Campaign,
    period_id: str,
    folder: Path,
    language_code: str,
    manifest: Manifest,
) -> None:
    """The files that are not pages of units."""
    from dxkit.press.checking import write_check
    from dxkit.press.site import campaign_html, index_html
    from dxkit.press.workbook_out import write_league
    from dxkit.story.messages import load_language
    from dxkit.story.period import open_period

    opened = open_period(project, campaign.id, period_id)
    language = load_language(language_code)
    manifest.inputs = {source.name: source.sha256 for source in opened.received.sources}
    write_data(opened, folder / "data", language)
    write_league(opened, folder / "league.xlsx", language)
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
    write_check(opened, folder, language)
