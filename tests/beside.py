"""Plain pytest processes beside each other: each test file is run by the one that claims it.

A worker of pytest-xdist has a thread that waits for orders, beside which the kit does not fork:
tests would see another way of running than a user has. Plain processes have none; run.py starts
one for each core, with ``--beside FOLDER`` naming a folder that they share.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

FIRST = {"intake", "workbooks"}
"""The rooms whose tests each fork a reader or two, in no time from a process that holds little."""
LAST = {"analysis", "campaign", "oracles"}
"""The rooms whose files take a few seconds each: run last, so that no process waits long for the
other at the end.
"""


class Beside:
    """A pytest plugin: what the processes of one run have agreed on, in their folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = next(n for n in itertools.count() if self.claims("process", str(n)))

    def claims(self, kind: str, name: str) -> bool:
        """Whether this process is the first to ask for it."""
        claim = self.folder / f"{kind}-{name.replace('/', '-')}"
        try:
            claim.mkdir()
        except FileExistsError:
            return False
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Every other process begins at the end, so that two meet in the middle: of the files to
        get ready, where each then finds ready what the other has written, and of those to run.
        """
        report = yield
        if self.number % 2 and isinstance(collector, pytest.Directory):
            report.result.reverse()
        return report

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """What is better run first, and what last."""

        def turn(folders: set[str]) -> int:
            return bool(folders & LAST) - bool(folders & FIRST)

        files = [list(group) for _, group in itertools.groupby(items, lambda item: item.path)]
        files.sort(key=lambda file: turn({*file[0].path.parts}))
        items[:] = itertools.chain.from_iterable(files)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Pytest's own loop over the files that this process gets."""
        if session.testsfailed and not session.config.option.continue_on_collection_errors:
            raise session.Interrupted(f"{session.testsfailed} errors while collecting")
        if session.config.option.collectonly:
            return True
        for item, following in itertools.pairwise(itertools.chain(self._mine(session), [None])):
            assert item is not None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        return True

    def _mine(self, session: pytest.Session) -> Iterator[pytest.Item]:
        mine = set()  # a file may come twice: pytest brings together what shares a fixture's value
        for path, items in itertools.groupby(session.items, lambda item: item.path):
            name = path.relative_to(session.config.rootpath).as_posix()
            if name in mine or self.claims("file", name):
                mine.add(name)
                yield from items

    def once(self, name: str, make: Callable[[Path], None]) -> Path:
        """A folder that whoever needs it first has made; the others wait for it."""
        folder, whole, failed = (self.folder / f"{name}{end}" for end in ("", ".whole", ".failed"))
        if not self.claims("made", name):
            while not whole.exists():
                if failed.exists():
                    pytest.fail(f"{name} could not be made: the other process says why")
                time.sleep(0.1)
            return folder
        try:
            folder.mkdir()
            make(folder)
        except BaseException:
            failed.touch()
            raise
        whole.touch()
        return folder
