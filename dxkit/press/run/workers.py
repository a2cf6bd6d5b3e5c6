"""The processes that make pages: one for each page, never used twice; and what each does: run the
notebook, turn it into the page, end.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dxkit.campaign.project import Project
from dxkit.press.run.tasks import (
    DIED,
    DISK_LIMIT,
    EXECUTED,
    FILE_LIMIT,
    MEMORY,
    MEMORY_LIMIT,
    NEEDS_KERNEL,
    NO_SPACE,
    OUTPUT,
    PAGE,
    STOCK,
    TIMED_OUT,
    TRIES,
    NeedsKernelError,
    Outcome,
    Task,
)
from dxkit.workbooks.processes import (
    Stop,
    adopt_orphans,
    can_fork,
    children,
    cores,
    end_orphans,
    kill_group,
    lead_own_group,
    limit_own,
    size_on_disk,
    stay_single_threaded,
    stop_noted,
)

if TYPE_CHECKING:
    from dxkit.analysis.analysis import Analysis, WorkedOut
    from dxkit.report.report import Report

_OBJECTS_BETWEEN_COLLECTIONS = 50_000  # a page makes fewer that stay, and its process then ends


@dataclass
class Workers:
    """Processes of this machine: ``engine`` is fork, spawn or stock. A notebook that turns out to
    need a kernel of Jupyter's is run anew by the stock engine, in another process.
    """

    project: Project
    engine: str
    jobs: int
    time_limit: float

    def run(self, tasks: Sequence[Task], folder: Path) -> Iterator[Outcome]:
        """As promised by Crew. All processes have ended when the generator is closed."""
        with stop_noted() as stop:
            yield from self._run(tasks, folder, stop)

    def _run(self, tasks: Sequence[Task], folder: Path, stop: Stop) -> Iterator[Outcome]:
        if self.engine == "fork":
            gc.freeze()  # so that no child touches, and thereby copies, what is there already
        waiting = deque((task, 1) for task in tasks)
        need_kernel: set[Path] = set()
        ahead: deque[_Worker] = deque()  # started before there is work, so that none has to wait
        running: list[_Worker] = []
        ended: deque[_Worker] = deque()

        def give_work() -> None:
            while waiting and len(running) < self.jobs:
                worker = ahead.popleft() if ahead else _Worker(self, tasks[0])
                task, tries = waiting.popleft()
                engine = STOCK if task.notebook in need_kernel else self.engine
                worker.give(task, tries, folder, engine)
                running.append(worker)

        adopt_orphans()
        known = children()
        try:
            while waiting or running:
                stop.check()
                give_work()
                while len(ahead) < min(self.jobs, len(waiting)):
                    ahead.append(_Worker(self, tasks[0]))
                ended.extend(_ended(running, self.time_limit, stop))
                running = [worker for worker in running if worker not in ended]
                give_work()  # to be done while the finished pages are taken in
                while ended:
                    worker = ended.popleft()
                    outcome = worker.end()
                    end_orphans(known)
                    died = outcome.reason == DIED and worker.was_killed
                    if died and outcome.tries < TRIES:
                        waiting.append((outcome.task, outcome.tries + 1))
                    elif outcome.reason == NEEDS_KERNEL:
                        need_kernel.add(outcome.task.notebook)
                        waiting.append((outcome.task, outcome.tries))
                    else:
                        yield outcome
                    shutil.rmtree(outcome.scratch, ignore_errors=True)
            stop.check()
        finally:
            for worker in (*running, *ended, *ahead):
                worker.kill()
            end_orphans(known)
            gc.unfreeze()

    def close(self) -> None:
        """Nobody waits."""


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Within it a process that is begun anew does not run the caller's script once more, as it does
    where a script does not ask ``if __name__``.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class _Worker:
    """One process and the page that it makes."""

    def __init__(self, crew: Workers, sample: Task) -> None:
        context: Any = multiprocessing.get_context("fork" if crew.engine == "fork" else "spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=_work,
            args=(theirs, crew.project, crew.engine, sample),
            daemon=False,
        )
        with contextlib.nullcontext() if crew.engine == "fork" else _without_main():
            self.process.start()
        theirs.close()
        self.begun = 0.0
        self.was_killed = False
        self._reason = DIED
        self._engine = crew.engine
        self._given: tuple[Task, int, Path, str] | None = None

    def give(self, task: Task, tries: int, folder: Path, engine: str) -> None:
        """Have the page made."""
        scratch = Path(tempfile.mkdtemp(dir=folder))
        self._given = (task, tries, scratch, engine)
        self.begun = time.monotonic()
        with contextlib.suppress(OSError):  # it has died: that is seen by its end
            self.connection.send((task, scratch, engine))

    def overdue(self, now: float, limit: float) -> bool:
        """End the page that takes too long or writes too much; whether it did."""
        if now - self.begun > limit:
            self._reason = TIMED_OUT
        elif self._given and _bytes_in(self._given[2]) > DISK_LIMIT:
            self._reason = OUTPUT
        else:
            return False
        self.kill()
        return True

    def end(self) -> Outcome:
        """How it went, when the process has ended or has spoken its last word."""
        if self._given is None:
            raise RuntimeError("no page was given to this process")
        task, tries, scratch, engine = self._given
        with contextlib.suppress(EOFError, OSError):
            if self.connection.poll():
                self._reason = self.connection.recv()
                self.process.join(5)
        self.kill()
        self.was_killed = (self.process.exitcode or 0) < 0
        seconds = time.monotonic() - self.begun
        other = engine if engine != self._engine else ""
        return Outcome(task, scratch, self._reason, round(seconds, 3), tries, engine=other)

    def kill(self) -> None:
        """End the process, if it lives, and what it has left running."""
        if self.process.is_alive():
            self.process.kill()
        kill_group(self.process.pid)
        self.process.join()
        self.connection.close()


def _bytes_in(folder: Path) -> int:
    """The bytes of the files in a folder that somebody is writing."""
    found = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            found += size_on_disk(path)
    return found


def _ended(running: Sequence[_Worker], limit: float, stop: Stop) -> list[_Worker]:
    """Those that have finished, once at least one has, the time limit of one is reached or a stop
    is asked for.
    """
    left = min(worker.begun for worker in running) + limit - time.monotonic()
    left = max(0.05, min(left, 1.0))  # an end that its children hide is seen within a second
    found = set(wait([stop.noted, *(worker.connection for worker in running)], left))
    now = time.monotonic()
    return [
        worker
        for worker in running
        if worker.connection in found or worker.overdue(now, limit) or not worker.process.is_alive()
    ]


def _work(connection: Connection, project: Project, engine: str, sample: Task) -> None:
    """The process of one page: get ready, take the page, make it, say how it went."""
    import numpy.random

    lead_own_group()
    if engine != "fork":
        announce(project)
        open_for_pages(project, sample)
        warm_up(project, sample)
    try:
        task, scratch, engine = connection.recv()
    except EOFError:
        return
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    gc.enable()
    os.chdir(scratch)
    os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
    announce(project)
    numpy.random.seed()  # else the same in each fork; Python sees to its own random numbers
    adopt_orphans()
    limit_own(MEMORY_LIMIT, FILE_LIMIT)
    known = children()
    reason = make_page(task, scratch, engine)
    end_orphans(known)
    connection.send(reason)
    connection.close()
    os._exit(0)  # what the notebook has left behind must not hold the page up


def import_all() -> None:
    """Import everything that the making of a page needs."""
    import bdb  # noqa: F401  (this and the next five the shell puts off to its start: in each page)

    import IPython.core.application
    import IPython.core.completerlib
    import IPython.core.logger
    import IPython.core.magics
    import IPython.core.oinspect  # noqa: F401
    import nbformat  # noqa: F401
    import numpy.random  # noqa: F401  (numpy puts it off to its first use: in each page)

    import dxkit.press.publish.page
    import dxkit.press.run.shell
    import dxkit.report.notebook_period  # (the package's face opens reports by it)
    import dxkit.report.report  # noqa: F401


@lru_cache(maxsize=1)
def warm_tools() -> None:
    """Import and touch, by plain calls, what every page of any period is made with."""
    import_all()
    import nbformat
    from matplotlib.backends.registry import backend_registry

    from dxkit.press.publish.page import exporter

    backend_registry.list_all()
    empty = nbformat.v4.new_notebook()
    nbformat.validate(empty)
    exporter().from_notebook_node(empty)


def warm_up(project: Project, sample: Task) -> None:
    """Have each page find ready what it needs: the tools, touched once by a sample's parts.

    No notebook is run for this: what it leaves behind would be in every page.
    """
    warm_tools()
    from dxkit.period.opening import open_period
    from dxkit.report.report import Report

    opened = open_period(project, sample.campaign, sample.period)
    report = Report(opened, sample.unit, sample.language)
    with contextlib.suppress(Exception):  # it fails again on the page, where it is named
        _rehearse(report, sample.notebook)


def _rehearse(report: Report, path: Path) -> None:
    """Go once through what each page's process does to a notebook, except run it."""
    import nbformat
    from IPython.core.formatters import DisplayFormatter
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    from dxkit.press.publish.page import exporter

    notebook = parameterize_notebook(load_notebook_node(str(path)), {"unit": ""})
    formatter = DisplayFormatter()
    for name in report_calls(path):
        data, _ = formatter.format(getattr(report, name)())
        shown = nbformat.v4.new_output("execute_result", data)
        notebook.cells.append(nbformat.v4.new_code_cell(outputs=[shown]))
    exporter().from_notebook_node(notebook)
    nbformat.writes(notebook)


def open_for_pages(project: Project, sample: Task) -> Analysis:
    """Open a task's period and work out what ranks need."""
    from dxkit.period.opening import open_period

    analysis = open_period(project, sample.campaign, sample.period).analysis
    analysis.rank_all()
    return analysis


def prepare_scorecards(project: Project, tasks: Sequence[Task]) -> WorkedOut:
    """Open the period of some tasks and make the scorecards that several of their pages look at,
    once for all of them: of their units, those beside and those above, save on levels whose units
    only the workbooks name.
    """
    analysis = open_for_pages(project, tasks[0])
    units = analysis.units
    wanted = {code for task in tasks for code in units.line(task.unit)}
    for above in {units.get(task.unit).parent_code for task in tasks}:
        wanted.update(unit.code for unit in units.children(above))
    for unit in units.units:
        if unit.code in wanted and not analysis.campaign.level(unit.level).open:
            len(analysis.scorecard(unit.code).facts)
    return analysis.worked_out


def report_calls(notebook: Path) -> list[str]:
    """The parts of a report that a notebook shows."""
    source = notebook.read_text("utf-8")
    return [name for name in re.findall(r"\breport\.(\w+)\(\)", source) if name.isidentifier()]


def announce(project: Project) -> None:
    """Have notebooks in this process and in those that it starts find the project's folders."""
    os.environ["DXKIT_PROJECT"] = str(project.root)
    for name, folder in (("DXKIT_RAW", project.raw), ("DXKIT_OUT", project.out)):
        if folder is not None:
            os.environ[name] = str(folder)
    if project.sealed:
        os.environ["DXKIT_SEALED"] = "1"
    for name, said in (("DXKIT_STATED", project.stated), ("DXKIT_AS_OF", project.as_of)):
        os.environ[name] = str(said or "")  # whatever the surroundings say


def make_page(task: Task, scratch: Path, engine: str) -> str:
    """Make one page in ``scratch``; returns why it failed, or nothing. ``NEEDS_KERNEL``: by the
    stock engine it may still be made.

    Raises no Exception; OSError with ``NO_SPACE`` is told apart as ``no_space``.
    """
    try:
        _make(task, scratch, engine)
    except NeedsKernelError:
        return NEEDS_KERNEL
    except Exception as error:  # the reason goes to the batch, which names the page
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            return f"no_space: {error.strerror}"
        said = _last_line(f"{type(error).__name__}: {error}".strip().splitlines())
        if isinstance(error, MemoryError) or said.startswith("MemoryError"):
            return MEMORY
        if said.startswith(f"OSError: [Errno {errno.EFBIG}]"):
            return OUTPUT
        # papermill counts from 0, and the cell that it adds
        cell = getattr(error, "cell_index", None)
        return said if cell is None else f"in_cell: {max(cell, 1)}: {said}"
    return ""


def _last_line(lines: list[str]) -> str:
    """The line that says what went wrong: papermill puts the error's own words last."""
    return next((line for line in reversed(lines) if line.strip(" -")), "")


def _executed(task: Task, engine: str) -> Any:
    """The task's notebook, executed."""
    from dxkit.press.run.shell import load_notebook, run_notebook

    parameters = {name: getattr(task, name) for name in task.parameters}
    if engine != STOCK:
        return run_notebook(task.notebook, parameters)
    import papermill

    return papermill.execute_notebook(
        load_notebook(task.notebook),
        None,
        parameters=parameters,
        progress_bar=False,
        log_output=False,
        request_save_on_cell_execute=False,
    )


def _make(task: Task, scratch: Path, engine: str) -> None:
    import nbformat

    from dxkit.period.opening import one_reading, open_period
    from dxkit.press.publish.page import exporter
    from dxkit.report.report import Report

    with one_reading():
        notebook = _executed(task, engine)
    opened = open_period(Project.find(), task.campaign, task.period)
    report = Report(opened, task.unit, task.language)
    notebook.metadata["title"] = report.title
    simulated = bool(opened.received.simulated_files)
    notebook.metadata["dxkit"] = {"language": task.language, "simulated": simulated}
    if task.state:
        notebook.metadata["dxkit"]["state"] = task.state
    notebook.metadata.pop("papermill", None)  # holds times and paths
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # papermill draws the id of the cell it adds
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    page, resources = exporter().from_notebook_node(notebook)
    if resources["not_shown"]:
        notebook.metadata["dxkit"]["not_shown"] = resources["not_shown"]
    (scratch / PAGE).write_text(page, "utf-8", newline="")
    (scratch / EXECUTED).write_text(nbformat.writes(notebook), "utf-8", newline="")


def local_workers(
    project: Project, tasks: Sequence[Task], engine: str, jobs: int, time_limit: float
) -> Workers:
    """The workers of this machine for some tasks, with their period open and everything warm before
    they part.

    ``engine`` empty means the best that is safe here, ``jobs`` 0 all cores.
    """
    stay_single_threaded()
    engine = engine or ("fork" if can_fork() else "spawn")
    if engine == "fork":
        prepare_scorecards(project, tasks)
        warm_up(project, tasks[0])
    return Workers(project, engine, jobs or cores(), time_limit)
