"""Taking pages in: checked, moved into place whole, and recorded."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from dxkit.period import OpenPeriod
from dxkit.press.manifest import Manifest, PageRecord, executed_path, hashes_of, sha256_of
from dxkit.press.run.one_page import EXECUTED, NO_SPACE, PAGE
from dxkit.press.run.other_units import foreign_units
from dxkit.press.run.plan import Task
from dxkit.press.run.published import remember
from dxkit.press.run.workers import Crew, Outcome

LEAK, UNSTABLE, FOREIGN = "leak", "unstable", "foreign"
_SAVE_EVERY = 2.0  # seconds between two writes of the manifest
_HALF_WRITTEN = re.compile(r"\..+\.(csv|docx|html|json|pdf|xlsx)\.[0-9]+")
"""What .NAME.PROCESS was to become."""


class NoSpaceError(OSError):
    """The outputs cannot be written any more; every further page would be lost."""


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """A folder beside the pages for what is not whole yet. It is removed at the end, with what this
    run or an earlier one that was killed has left half-written: the run's lock keeps others from
    writing here.
    """
    scratch = folder / ".scratch"
    _clear(folder, scratch)
    scratch.mkdir()
    try:
        yield scratch
    finally:
        _clear(folder, scratch)


def _clear(folder: Path, scratch: Path) -> None:
    shutil.rmtree(scratch, ignore_errors=True)
    for path in folder.rglob(".*"):
        if _HALF_WRITTEN.fullmatch(path.name):
            with suppress(OSError):  # outputs that may not be written are told of where they are
                path.unlink()


class Batch:
    """The pages of one period as they come in."""

    def __init__(self, opened: OpenPeriod, manifest: Manifest, scratch: Path) -> None:
        self._folder = scratch.parent
        self._scratch = scratch
        self._manifest = manifest
        self._units = opened.analysis.units
        manifest.inputs = {source.name: source.sha256 for source in opened.received.sources}
        self.inputs_digest = remember(opened, manifest)
        self._saved = time.monotonic()

    def make(self, crew: Crew, tasks: Sequence[Task]) -> Iterator[PageRecord]:
        """Have the pages made; yields a record of each, whole in its place or failed.

        Raises NoSpaceError when there is no room for any more.
        """
        for outcome in crew.run(tasks, self._scratch):
            record = self._taken_in(outcome)
            earlier = self._manifest.pages.get(outcome.task.unit)
            if record.status != "failed":
                record.inputs_digest = self.inputs_digest
            elif earlier is not None:  # the page that it should have replaced stays
                record.inputs_digest = earlier.inputs_digest
            self._manifest.pages[outcome.task.unit] = record
            if time.monotonic() - self._saved > _SAVE_EVERY:
                self._save()
            yield record

    def compare(self, crew: Crew, tasks: Sequence[Task]) -> Iterator[PageRecord]:
        """Have the pages made again, in the order given, and compare them byte for byte.

        A page that differs fails, with ``unstable`` as the reason: it depends on something else
        than its own unit. Nothing in place is changed.
        """
        for outcome in crew.run(tasks, self._scratch):
            unit = outcome.task.unit
            record = self._manifest.pages[unit]
            if record.status != "failed":
                reason = outcome.reason
                if not reason and sha256_of((outcome.scratch / PAGE).read_bytes()) != record.sha256:
                    reason = UNSTABLE
                if reason:
                    digest = record.inputs_digest
                    record = _record(outcome, self._folder, "failed", reason=reason)
                    record.inputs_digest = digest
                    self._manifest.pages[unit] = record
            yield record

    def _save(self) -> None:
        """Write the manifest, so that even a run that is cut off can be gone on with."""
        self._manifest.save(self._folder)
        self._saved = time.monotonic()

    def _taken_in(self, outcome: Outcome) -> PageRecord:
        """Move a page that is whole and its unit's own into place."""
        task = outcome.task
        if outcome.reason.startswith("no_space"):
            raise NoSpaceError(NO_SPACE[0], outcome.reason.partition(": ")[2], str(self._folder))
        if outcome.reason:
            return _record(outcome, self._folder, "failed", reason=outcome.reason)
        page = (outcome.scratch / PAGE).read_bytes()
        foreign = foreign_units(page.decode("utf-8"), task.unit, self._units)
        if foreign:
            reason = f"{LEAK}: {', '.join(foreign)}"
            return _record(outcome, self._folder, "failed", reason=reason)
        for name, target in ((EXECUTED, task.executed), (PAGE, task.page)):
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(outcome.scratch / name, target)
        files = self._manifest.files
        for kind in (".pdf", ".docx"):  # they would say what an earlier page said
            annex = task.page.with_suffix(kind)
            annex.unlink(missing_ok=True)
            files.pop(annex.relative_to(self._folder).as_posix(), None)
        files |= hashes_of(self._folder, [executed_path(task.unit)])
        return _record(outcome, self._folder, "made", sha256=sha256_of(page))


def _record(
    outcome: Outcome, folder: Path, status: str, sha256: str = "", reason: str = ""
) -> PageRecord:
    return PageRecord(
        outcome.task.page.relative_to(folder).as_posix(),
        outcome.task.key,
        status,
        outcome.seconds,
        sha256,
        reason,
        outcome.tries,
        outcome.machine,
    )
