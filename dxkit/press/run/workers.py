"""The processes that make pages: one for each page, never used twice."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import ModuleType
from typing import Any

from dxkit.campaign.project import Project
from dxkit.press.run.tasks import (
    DIED,
    DISK_LIMIT,
    FILE_LIMIT,
    MEMORY_LIMIT,
    NEEDS_KERNEL,
    OUTPUT,
    STOCK,
    TIMED_OUT,
    TRIES,
    Outcome,
    Task,
)
from dxkit.workbooks.processes import (
    Stop,
    adopt_orphans,
    children,
    end_orphans,
    kill_group,
    lead_own_group,
    limit_own,
    size_on_disk,
    stop_noted,
)

_OBJECTS_BETWEEN_COLLECTIONS = 50_000  # a page makes fewer that stay, and its process then ends


@dataclass(frozen=True)
class PageMaker:
    """What the process of one page does, in functions that another process finds by their names.

    ``announce`` has notebooks find the project's folders; ``get_ready`` opens the period of a task
    and warms the tools up; ``make_page`` makes a page in a scratch folder by an engine and gives
    the reason why it failed, or nothing.
    """

    announce: Callable[[Project], None]
    get_ready: Callable[[Project, Task], None]
    make_page: Callable[[Task, Path, str], str]


@dataclass
class Workers:
    """Processes of this machine: ``engine`` is fork, spawn or stock. A notebook that turns out to
    need a kernel of Jupyter's is run anew by the stock engine, in another process.
    """

    project: Project
    maker: PageMaker
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
            args=(theirs, crew.project, crew.maker, crew.engine, sample),
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
        elif self._given and _size(self._given[2]) > DISK_LIMIT:
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


def _size(folder: Path) -> int:
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


def _work(
    connection: Connection, project: Project, maker: PageMaker, engine: str, sample: Task
) -> None:
    """The process of one page: get ready, take the page, make it, say how it went."""
    import numpy.random

    lead_own_group()
    if engine != "fork":
        maker.announce(project)
        maker.get_ready(project, sample)
    try:
        task, scratch, engine = connection.recv()
    except EOFError:
        return
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    gc.enable()
    os.chdir(scratch)
    os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
    maker.announce(project)
    numpy.random.seed()  # else the same in each fork; Python sees to its own random numbers
    adopt_orphans()
    limit_own(MEMORY_LIMIT, FILE_LIMIT)
    known = children()
    reason = maker.make_page(task, scratch, engine)
    end_orphans(known)
    connection.send(reason)
    connection.close()
    os._exit(0)  # what the notebook has left behind must not hold the page up
