"""Taking pages in: they hold nothing of another unit, are moved into place whole, and recorded."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from dxkit.model.units import UnitRegistry
from dxkit.period import OpenPeriod
from dxkit.press.manifest import Manifest, PageRecord, executed_path, hashes_of, sha256_of
from dxkit.press.publish.annexes import SUFFIXES
from dxkit.press.publish.links import Links, link_pages
from dxkit.press.run.tasks import EXECUTED, NO_SPACE, PAGE, Crew, Outcome, Task
from dxkit.workbooks.atomic import InUseError, put_in_place, take_away

LEAK, UNSTABLE, FOREIGN = "leak", "unstable", "foreign"
_SAVE_EVERY = 2.0  # seconds between two writes of the manifest
COMPARISON = "comparison"
"""The id with which a section's heading declares that other units are compared there."""
_FACT = re.compile(r'data-fact="[^"/]*/([^"/]*)/')  # as the page's sanitiser writes attributes
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")

_Element = Any  # of lxml, which ships no types


class NoSpaceError(OSError):
    """The outputs cannot be written any more; every further page would be lost."""


class FinishedPages:
    """The pages of one period as they come in; ``digest`` is of what they are made from."""

    def __init__(
        self, opened: OpenPeriod, manifest: Manifest, scratch: Path, links: Links, digest: str
    ) -> None:
        self._folder = scratch.parent
        self._scratch = scratch
        self._manifest = manifest
        self._links = links
        self._units = opened.analysis.units
        manifest.inputs = {source.name: source.sha256 for source in opened.received.sources}
        self._digest = digest
        self._saved = time.monotonic()

    def keep(self, tasks: Iterable[Task]) -> Iterator[PageRecord]:
        """Note that pages are as they would be if they were made from what there is now."""
        for task in tasks:
            record = self._manifest.pages[task.unit]
            record.key, record.inputs_digest = task.key, self._digest
            yield replace(record, status="kept", seconds=0.0)

    def make(self, crew: Crew, tasks: Sequence[Task]) -> Iterator[PageRecord]:
        """Have the pages made; yields a record of each, whole in its place or failed.

        Raises NoSpaceError when there is no room for any more.
        """
        for outcome in crew.run(tasks, self._scratch):
            if outcome.reason.startswith("no_space"):
                said = outcome.reason.partition(": ")[2]
                raise NoSpaceError(NO_SPACE[0], said, str(self._folder))
            page = b"" if outcome.reason else (outcome.scratch / PAGE).read_bytes()
            foreign = foreign_units(page.decode("utf-8"), outcome.task.unit, self._units)
            reason = f"{LEAK}: {', '.join(foreign)}" if foreign else outcome.reason
            if not reason:
                page = self._links.put_on(page.decode("utf-8"), outcome.task.unit).encode("utf-8")
                try:
                    self._move_in(outcome, page)
                except InUseError as error:
                    reason = error.reason
            record = self._noted(outcome, reason, page)
            if time.monotonic() - self._saved > _SAVE_EVERY:  # so that a run cut off can go on
                self._manifest.save(self._folder)
                self._saved = time.monotonic()
            yield record

    def link(self, links: Links, *, anew: bool) -> None:
        """Put the links on the pages in place, if they are others than those expected or, ``anew``,
        others than those that pages had before the run.
        """
        if anew or links.digest != self._links.digest:
            link_pages(links, self._manifest, self._folder)
        else:
            self._manifest.linked = links.digest
        self._links = links

    def compare(self, crew: Crew, tasks: Sequence[Task]) -> Iterator[PageRecord]:
        """Have the pages made again, in the order given, and compare them byte for byte.

        A page that differs fails, with ``unstable`` as the reason: it depends on something else
        than its own unit. Nothing in place is changed.
        """
        for outcome in crew.run(tasks, self._scratch):
            record = self._manifest.pages[outcome.task.unit]
            if record.status != "failed":
                reason = outcome.reason
                if not reason:
                    made = (outcome.scratch / PAGE).read_text("utf-8")
                    linked = self._links.put_on(made, outcome.task.unit)
                    reason = UNSTABLE * (sha256_of(linked.encode("utf-8")) != record.sha256)
                if reason:
                    record = self._noted(outcome, reason)
            yield record

    def _move_in(self, outcome: Outcome, page: bytes) -> None:
        """Move a page that is whole and its unit's own into place."""
        (outcome.scratch / PAGE).write_bytes(page)
        task, files = outcome.task, self._manifest.files
        for kind in SUFFIXES:  # they would say what an earlier page said
            annex = task.page.with_suffix(kind)
            take_away(annex)
            files.pop(annex.relative_to(self._folder).as_posix(), None)
        for name, target in ((EXECUTED, task.executed), (PAGE, task.page)):
            target.parent.mkdir(parents=True, exist_ok=True)
            put_in_place(outcome.scratch / name, target)
        files |= hashes_of(self._folder, [executed_path(task.unit)])

    def _noted(self, outcome: Outcome, reason: str, page: bytes = b"") -> PageRecord:
        """The record of a page that was made, or failed for a reason: then the page that it should
        have replaced stays.
        """
        task = outcome.task
        earlier = self._manifest.pages.get(task.unit)
        record = self._manifest.pages[task.unit] = PageRecord(
            task.page.relative_to(self._folder).as_posix(),
            task.key,
            "failed" if reason else "made",
            outcome.seconds,
            "" if reason else sha256_of(page),
            reason,
            outcome.tries,
            outcome.machine,
            self._digest if not reason else earlier.inputs_digest if earlier else "",
            outcome.engine,
            {} if reason else _not_shown(task.executed),
            task.shown,
        )
        return record


def _not_shown(executed: Path) -> dict[str, list[int]]:
    """What a page does not show, as its executed notebook says."""
    text = executed.read_text("utf-8")
    if '"not_shown": {' not in text:  # nearly all, and parsing takes long
        return {}
    return dict(json.loads(text)["metadata"]["dxkit"].get("not_shown", {}))


def foreign_units(page: str, unit_code: str, units: UnitRegistry) -> tuple[str, ...]:
    """Codes of units whose facts stand on a page that is not theirs, sorted.

    A page may hold its own unit's facts, those of the units that it consists of and those of the
    units that it belongs to; any other only in a section whose heading has the id ``comparison``.
    What only reads like a fact in a text that somebody sent is none.
    """
    related = (*units.ancestors(unit_code), *units.descendants(unit_code))
    own = {unit_code, *(unit.code for unit in related)}
    if own.issuperset(_FACT.findall(page)):  # nearly all pages: parsing takes four times as long
        return ()
    return tuple(sorted(set(_units_outside_comparisons(page)) - own))


def _units_outside_comparisons(page: str) -> Iterator[str]:
    # Without "huge_tree" a page beyond the parser's limits would be cut in silence.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    root = etree.fromstring(page.encode("utf-8"), parser)
    declared = {
        _section(heading)
        for heading in root.iter(*_HEADINGS)
        if f"{heading.get('id', '')}-".startswith(f"{COMPARISON}-")
    }
    for element in root.iterfind(".//*[@data-fact]"):
        section = _section(element)
        if section is None or section not in declared:
            yield from element.get("data-fact").split("/")[1:2]


def _section(element: _Element) -> _Element | None:
    """The section that an element stands in."""
    return next(element.iterancestors("section"), None)
