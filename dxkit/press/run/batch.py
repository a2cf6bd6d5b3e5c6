"""The batch of a period: what is to be made, by whom, and the files around the pages. What makes
pages is imported when there is something to make: it takes longer than finding nothing changed.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.project import Project, publications
from dxkit.intake.revisions import History, SinceLastCheck, since_last_check
from dxkit.intake.store import store_key
from dxkit.model.campaign import Campaign
from dxkit.model.observations import Received
from dxkit.model.units import UnitRegistry
from dxkit.period import OpenPeriod
from dxkit.period.opening import (
    are_parsed,
    contents_before_and_of,
    is_stored,
    open_period,
    period_before,
    receive,
    receive_on_day,
)
from dxkit.press.manifest import (
    ABOVE,
    INDEX,
    MANIFEST,
    TIMINGS,
    Manifest,
    PageRecord,
    code_key,
    hashes_of,
    path_key,
)
from dxkit.press.publish.annexes import Annex, damaged_annexes, make_annexes
from dxkit.press.publish.links import Links, link_pages
from dxkit.press.run.plan import Horizon, files_are_whole, is_current, is_of, key_of, plan_tasks
from dxkit.press.run.tasks import TIME_LIMIT, Crew, Task, scratch_folder
from dxkit.report.wording.language import load_language
from dxkit.workbooks.atomic import only_writer, write_text
from dxkit.workbooks.processes import can_fork, no_collection, side_process, stay_single_threaded
from dxkit.workbooks.raw_folder import Contents

if TYPE_CHECKING:
    from dxkit.analysis.analysis import WorkedOut
    from dxkit.press.run.changed_figures import PublishedChanges

    _WorkedOut = tuple["Parted", WorkedOut]


@dataclass(frozen=True)
class Options:
    """How a batch is run.

    ``engine`` is fork, spawn or stock, or empty for the best that is safe here; ``jobs`` 0 means
    all cores; ``cluster`` is the address of a Dask scheduler; ``canary`` has every page made again
    in another order and compared; ``kinds`` are forms (``FORMS``) in which pages are also made.
    """

    jobs: int = 0
    force: bool = False
    only_failed: bool = False
    engine: str = ""
    time_limit: float = TIME_LIMIT
    cluster: str = ""
    canary: bool = False
    kinds: tuple[str, ...] = ()


DEFAULT = Options()
Parted = tuple[list[Task], list[Task]]
"""The pages that are to be made, and those that are kept."""


@dataclass
class RunResult:
    """What a batch did, what had changed since the workbooks were last checked, and which numbers
    on the pages that were there before, or were published, were no longer so. ``annexes`` are the
    pages in other forms that were made, or made again because they were damaged, or could not be;
    ``stages`` how many seconds each stage took: ``plan``, ``read`` (and work out), ``pages``,
    ``files`` (the rest of what is made around the pages, beside them), ``annexes``. ``received`` is
    what the period was made from.
    """

    folder: Path
    manifest: Manifest
    seconds: float = 0.0
    pages: list[PageRecord] = field(default_factory=list)
    units: tuple[str, ...] = ()
    since: SinceLastCheck = field(default_factory=lambda: SinceLastCheck(first=True))
    published: tuple[PublishedChanges, ...] = ()
    annexes: tuple[Annex, ...] = ()
    stages: dict[str, float] = field(default_factory=dict)
    received: Received = field(init=False)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Count what is done within to a stage."""
        begun = time.monotonic()
        yield
        self.stages[stage] = self.stages.get(stage, 0.0) + time.monotonic() - begun

    @property
    def dearest(self) -> list[tuple[str, float]]:
        """The stages and the pages that were made, the dearest first, with their seconds as
        timings.json keeps them: rounded once, so that what is told of them is the same.
        """
        pages = ((page.path, page.seconds) for page in self.pages if page.status != "kept")
        taken = [(name, round(seconds, 3)) for name, seconds in (*self.stages.items(), *pages)]
        return sorted(taken, key=lambda one: -one[1])

    @property
    def changed(self) -> int:
        """How many numbers on pages that were there, or were published, are no longer so."""
        return sum(len(changes.figures) for changes in self.published)

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
    outdated: Callable[[PublishedChanges], None] = lambda changes: None,
    finished: Callable[[RunResult], None] = lambda result: None,
) -> RunResult:
    """Make the pages of a period that are not up to date, and the files around them.

    ``units`` limits the pages, ``level`` chooses another level than the campaign's. One page that
    fails does not stop the others. Where pages in place show numbers that are no longer so,
    ``outdated`` is told before any is replaced; ``finished`` is told when all pages are made and
    other forms of them are not. Raises CampaignError, BusyError, ClusterError, UnfitNotebookError,
    and OSError when the outputs cannot be written.
    """
    begun = time.monotonic()
    campaign = load_campaign(project.campaign_folder(campaign_id))
    folder = project.output_folder(campaign_id, period_id)
    folder.mkdir(parents=True, exist_ok=True)
    with only_writer(folder.parent), scratch_folder(folder) as scratch, no_collection():
        earlier = Manifest.load(folder / MANIFEST)
        raw = contents_before_and_of(project, campaign, period_id)
        plan = store_key(campaign, project.raw_folder(campaign_id), ())
        key = key_of(project, campaign, raw, language)
        asked = {*units, *(earlier.pages if earlier else ())}
        asked |= {""} if level and campaign.level(level).open else set()
        registry = units_among(project, campaign, period_id, asked)
        tasks = plan_tasks(
            project, campaign, period_id, key, folder, units, level, language, notebook, registry
        )
        todo = [
            task
            for task in tasks
            if options.force or not is_current(task, earlier, options.only_failed, folder)
        ]
        manifest = earlier or Manifest(campaign_id, period_id)
        manifest.notebook = path_key(notebook) if notebook else ""
        manifest.forget_missing(folder, registry)
        links = Links.among(campaign, period_id, registry, manifest.in_place, folder.parent)
        is_linked = manifest.linked == links.digest
        result = RunResult(folder, manifest, units=tuple(task.unit for task in tasks))
        for unit in sorted({t.unit for t in tasks} - {t.unit for t in todo}):
            result.pages.append(replace(manifest.pages[unit], status="kept", seconds=0.0))
        canaries = tasks if options.canary else []
        result.stages["plan"] = time.monotonic() - begun
        started(len(todo) + len(canaries))
        run = _Run(project, options, result, started, progress, outdated, raw, plan, key)
        as_made = is_linked and not (todo or canaries)
        if tasks and not (as_made and files_are_whole(manifest, folder, key)):
            try:
                deepest = max(tasks, key=lambda task: len(registry.ancestors(task.unit)))
                run.make(deepest, todo, canaries, scratch)
                result.received = open_period(project, campaign_id, period_id).received
            finally:
                manifest.seconds = round(time.monotonic() - begun, 3)
                manifest.save(folder)
            if not is_linked or manifest.linked != links.digest:
                _link_beside(project, campaign, links)
        else:
            kept = (publications(project, campaign_id, p.id) for p in campaign.periods)
            if tasks and (any(kept) or any(t.key != manifest.pages[t.unit].key for t in tasks)):
                run.compare_figures(tasks[0])
            result.received = receive_on_day(project, campaign, period_id)
            history = History.open(project.store_file(campaign_id, period_id).parent)
            result.since = since_last_check(history, result.received)
        result.seconds = time.monotonic() - begun
        finished(result)
        damaged = damaged_annexes(manifest, folder)
        if tasks and {*options.kinds, *damaged} - {"html"}:
            opened = open_period(project, campaign_id, period_id)
            pages = {unit: manifest.pages[unit] for unit in result.units}
            with result.timed("annexes"):
                result.annexes = tuple(make_annexes(options.kinds, opened, pages, folder, damaged))
        if len(result.stages) > 1:  # something was made
            timings = dict(result.dearest)
            write_text(folder / TIMINGS, json.dumps(timings, indent=1) + "\n")
    return result


def _link_beside(project: Project, campaign: Campaign, links: Links) -> None:
    """Have the pages of the periods beside link to those that are there now."""
    for _, period, _ in links.beside:
        folder = project.output_folder(campaign.id, period)
        manifest = Manifest.load(folder / MANIFEST)
        if manifest is None or manifest.made_from.get("code") != code_key():
            continue  # it is made anew by its own run
        units = units_among(project, campaign, period, manifest.pages)
        manifest.forget_missing(folder, units)
        theirs = Links.among(campaign, period, units, manifest.in_place, folder.parent)
        if manifest.linked != theirs.digest:
            link_pages(theirs, manifest, folder)
            manifest.save(folder)


def units_among(
    project: Project, campaign: Campaign, period_id: str, codes: Iterable[str]
) -> UnitRegistry:
    """The units of a period by the plan, and if it lacks any of these, all that workbooks name."""
    registry = campaign.units.on(project.as_of or campaign.period(period_id).last_day)
    if all(code in registry for code in codes):
        return registry
    return open_period(project, campaign.id, period_id).received.units


@dataclass(frozen=True)
class _Run:
    """What a batch works with, and whom it tells."""

    project: Project
    options: Options
    result: RunResult
    started: Callable[[int], None]
    progress: Callable[[PageRecord], None]
    outdated: Callable[[PublishedChanges], None]
    raw: tuple[Contents, ...]
    plan: str
    key: str

    def make(self, sample: Task, todo: Sequence[Task], canaries: list[Task], scratch: Path) -> None:
        """Make the pages ``todo``, with the files around them beside, then compare ``canaries``."""
        result, manifest, folder = self.result, self.result.manifest, self.result.folder
        linked, manifest.linked, manifest.complete = manifest.linked, "", False
        from dxkit.press.run.changed_figures import inputs_of, remember
        from dxkit.press.run.finished_pages import FinishedPages

        with result.timed("read"):
            parted = _make_ready(self.project, sample, partial(self._to_keep, todo))
            from dxkit.press.publish.period_files import write_files, write_indexes

            opened = open_period(self.project, sample.campaign, sample.period)
            inputs = inputs_of(opened)
            # The keys are of what lay there when the run began; the plan may have been saved since.
            key_now = partial(key_of, self.project, opened.campaign, language=sample.language)
            as_planned = self.key == key_now(self.raw)
            digest = remember(opened, manifest, inputs) if as_planned else ""
            kept: list[Task] = []
            if as_planned and are_parsed(self.raw, opened.sources):
                todo, kept = parted
                if kept:
                    self.started(len(todo) + len(canaries))
            else:
                todo, as_planned = [replace(task, key="") for task in todo], False
            self.compare_figures(
                sample, {manifest.pages[task.unit].path: task.unit for task in kept}
            )
        language = load_language(sample.language)
        expected = {task.unit: task.page.relative_to(folder).as_posix() for task in todo}
        write = partial(write_files, opened, language, manifest.addresses(folder) | expected)
        with side_process(write, partial(write_indexes, opened, language)) as finish_files:
            crew = self._crew([*todo, *canaries] or [sample])
            manifest.describe(crew.engine, crew.jobs, opened.campaign, self.project.notebooks)
            links = Links.among(
                opened.campaign, sample.period, opened.analysis.units,
                manifest.in_place | expected, folder.parent,
            )  # fmt: skip
            pages = FinishedPages(opened, manifest, scratch, links, digest)
            result.pages += pages.keep(kept)
            try:
                with result.timed("pages"):
                    for record in pages.make(crew, todo):
                        result.pages.append(record)
                        self.progress(record)
                    raw, engines = self.raw, {manifest.pages[t.unit].engine for t in todo}
                    if {crew.engine, *engines} - {"fork", ""}:  # some have read the workbooks, too
                        raw = contents_before_and_of(self.project, opened.campaign, sample.period)
                    now = key_now(raw)  # all have read their notebooks
                    for task in todo:
                        record = manifest.pages[task.unit]
                        if record.status == "made" and task.key and not is_of(task, now):
                            record.key = record.shown = record.inputs_digest = ""
                            as_planned = False
                    links = replace(links, here=manifest.in_place)
                    pages.link(links, anew=links.digest != linked)
                with result.timed("files"):
                    checked = finish_files(manifest.addresses(folder))
                result.since = checked.since
                manifest.renew(folder, checked.files | hashes_of(folder, [INDEX, ABOVE]))
                manifest.complete, manifest.inputs_digest = True, digest
                manifest.key, manifest.screen = self.key if as_planned else "", checked.screen
                random.Random(sample.period).shuffle(canaries)
                for record in pages.compare(crew, canaries):
                    result.pages = [r for r in result.pages if r.path != record.path] + [record]
                    self.progress(record)
            finally:
                crew.close()

    def _to_keep(self, todo: Sequence[Task], opened: OpenPeriod) -> Parted:
        """The pages that are to be made, each with the hash of what it can show, and those that
        show already what they would show: something changed that is not theirs.
        """
        result, kept, others = self.result, list[Task](), list[Task]()
        for task in Horizon(opened, self.raw, self.plan).with_hashes(todo):
            fits = is_current(task, result.manifest, False, result.folder)
            (kept if fits and not self.options.force else others).append(task)
        return others, kept

    def compare_figures(self, sample: Task, kept: Mapping[str, str] = MappingProxyType({})) -> None:
        """Compare the figures on the pages in place with those of today, but of pages ``kept``."""
        from dxkit.press.run.changed_figures import all_changes, write_figures

        result = self.result
        opened = open_period(self.project, sample.campaign, sample.period)
        result.published = all_changes(opened, kept)
        if written := write_figures(result.published, result.folder):
            result.manifest.renew(result.folder, hashes_of(result.folder, written))
        for changes in result.published:
            self.outdated(changes)

    def _crew(self, tasks: Sequence[Task]) -> Crew:
        """Those who make the pages."""
        from dxkit.press.run import workers

        project, options = self.project, self.options
        if options.cluster:
            from dxkit.press.run.cluster import ClusterCrew

            return ClusterCrew(project, options.cluster, options.time_limit)
        return workers.local_workers(
            project, tasks, options.engine, options.jobs, options.time_limit
        )


def _make_ready(project: Project, sample: Task, part: Callable[[OpenPeriod], Parted]) -> Parted:
    """Open the period of a task, with what all pages and files need; returns which pages are to be
    made and which are kept, as ``part`` has them.

    Workbooks are read beside while this process gets ready what the pages will be made with. Where
    what they say is stored, it is opened and ranked before the processes part, which both need it,
    and the scorecards are made beside.
    """
    from dxkit.press.run import workers

    stay_single_threaded()
    campaign = load_campaign(project.campaign_folder(sample.campaign))
    stored = is_stored(project, campaign, sample.period)
    import dxkit.analysis.assembly  # here and for reading before the processes part, which need it

    work: Callable[[], _WorkedOut | None] = partial(_worked_out, project, sample, part)
    if stored:
        workers.open_for_pages(project, sample)
    else:
        import dxkit.intake.period

        if can_fork():  # ranks are worked out once then, not in both processes
            work = partial(_read, project, campaign, sample.period)
    with side_process(work) as finish:
        import dxkit.press.publish.index_pages
        import dxkit.press.publish.league_workbook
        import dxkit.press.publish.period_files  # noqa: F401  (which the files around pages need)

        if not stored and can_fork():  # else while the files are written: that may begin sooner
            workers.warm_tools()
        beside = finish()
    analysis = workers.open_for_pages(project, sample)
    if beside is None:
        return part(open_period(project, sample.campaign, sample.period))
    parted, worked_out = beside
    analysis.take_over(worked_out)
    return parted


def _worked_out(project: Project, sample: Task, part: Callable[[OpenPeriod], Parted]) -> _WorkedOut:
    """Of a task's period: which pages are to be made, and the scorecards that these look at."""
    from dxkit.press.run import workers

    parted = part(open_period(project, sample.campaign, sample.period))
    return parted, workers.prepare_scorecards(project, parted[0] or [sample])


def _read(project: Project, campaign: Campaign, period_id: str) -> None:
    """Have the workbooks of a period read and what they say stored; those of the period before,
    which it is compared with, beside them.
    """
    before = period_before(project, campaign, period_id)
    if not before:
        receive(project, campaign, period_id)
        return
    with side_process(partial(_read, project, campaign, before)) as finish:
        receive(project, campaign, period_id, finish)
