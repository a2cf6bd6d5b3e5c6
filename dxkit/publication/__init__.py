"""Publishing a period: its outputs, made once more with their state, and all that they were made
from, kept together in a folder that appears whole or not at all.
"""

from __future__ import annotations

import datetime
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import zip_longest
from pathlib import Path

from dxkit.campaign.project import (
    FACTS,
    FINAL,
    RECORD,
    REVISED,
    SUMS,
    Project,
    Publication,
    publications,
)
from dxkit.model.choices import RefusedError
from dxkit.model.facts import FactKey
from dxkit.model.observations import Received
from dxkit.period import OpenPeriod
from dxkit.press.manifest import Manifest, PageRecord, hash_of, hashes_of, outputs_in, sha256_of
from dxkit.press.run.changed_figures import changes_since, inputs_of, remember
from dxkit.press.run.made_again import MadeAgain
from dxkit.report.tracing import fact_label
from dxkit.verify import ADDED, CHANGED, MISSING, UNREADABLE, Difference
from dxkit.workbooks.atomic import only_writer, rename, write_text
from dxkit.workbooks.csv_text import write_rows
from dxkit.workbooks.processes import flush_folder
from dxkit.workbooks.raw_folder import raw_files

_STAGE = ".being-published"


def next_number(project: Project, campaign: str, period: str, state: str) -> int:
    """The number of a new publication. Raises RefusedError for a state that cannot follow: what is
    final is only revised, and what was never published is not revised.
    """
    known = publications(project, campaign, period)
    if state == REVISED and not known:
        raise RefusedError("nothing_to_revise")
    if state != REVISED and {FINAL, REVISED} & {one.state for one in known}:
        raise RefusedError("already_final")
    return known[-1].number + 1 if known else 1


def open_errors(received: Received) -> int:
    """How many findings of severity error nobody has answered."""
    return sum(finding.severity == "error" for finding, _ in received.mistakes)


def publish(project: Project, new: Publication, proved: OpenPeriod) -> Path:
    """Keep a period that has just been ``proved``; returns the new folder. What is said of it is
    completed by its number, its day and what it changes. Raises RefusedError, BusyError, OSError
    (InUseError where another program holds the new folder: a scanner of viruses, OneDrive).
    """
    campaign, period = new.campaign, new.period
    home = project.published_folder(campaign) / period
    with only_writer(project.published_folder(campaign)):
        earlier = publications(project, campaign, period)
        before = earlier[-1] if earlier else None
        sums = before.folder(project) / SUMS if before else None
        new = replace(
            new,
            number=next_number(project, campaign, period, new.state),
            day=datetime.date.today().isoformat(),
            previous=sha256_of(sums.read_bytes()) if sums and sums.is_file() else "",
        )
        stage = home / _STAGE
        shutil.rmtree(stage, ignore_errors=True)  # of a run that was killed
        try:
            _fill(stage, project, new, proved, before)
            _seal(stage)
            rename(stage, new.folder(project))
        finally:
            shutil.rmtree(stage, ignore_errors=True)
        for folder in (home, home.parent, home.parent.parent):
            flush_folder(folder)
    for path in new.folder(project).rglob("*"):
        if path.is_file():  # nothing is written over by chance
            path.chmod(stat.S_IREAD | stat.S_IRGRP | stat.S_IROTH)
    return new.folder(project)


def _fill(
    stage: Path,
    project: Project,
    new: Publication,
    proved: OpenPeriod,
    before: Publication | None,
) -> None:
    """All files of a publication but the list of their hashes."""
    campaign, period = new.campaign, new.period
    for source, target in _inputs(project, proved):
        (stage / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, stage / target)
    kept = Project(stage, stated=stage / RECORD)
    again = MadeAgain(project, campaign, period, stage / "outputs", kept)
    if (inputs := inputs_of(again.opened)) != inputs_of(proved):
        raise RefusedError("changed_meanwhile")
    if before is not None:
        changed, revised = _changed(again, before, project)
        new = replace(new, changed=changed, revised=revised)
    write_text(stage / RECORD, new.record)
    made = Manifest.of(again.made, campaign, period)
    noted = [unit for unit, page in made.pages.items() if page.status != "failed"]
    pages = {code: again.planned[code] for code in again.units}
    for page, reason in again.make(again.units, noted, pages):
        raise RefusedError("page_not_made", page=page, reason=reason)
    manifest = Manifest(campaign, period, complete=True)
    manifest.describe(made.engine, made.jobs, again.opened.campaign, kept.notebooks)
    manifest.inputs = {source.name: source.sha256 for source in again.opened.received.sources}
    manifest.inputs_digest = digest = remember(again.opened, manifest, inputs)
    hashes = hashes_of(again.folder, ["../index.html", *outputs_in(again.folder)])
    for code, page in pages.items():
        record = PageRecord(page, "", "made", sha256=hashes.pop(page), inputs_digest=digest)
        manifest.pages[code] = record
    manifest.files = hashes
    manifest.save(again.folder)
    _write_facts(again.opened, again.units, stage / FACTS)
    for stored in ("received.json", "kept*.json", ".*"):  # to be quick; besides there are locks
        for path in [*(stage / "outputs").rglob(stored)]:
            if path.is_file():
                path.unlink()


def _inputs(project: Project, opened: OpenPeriod) -> Iterator[tuple[Path, str]]:
    """All that a period is made from, and where it stands in its publication: the plan, the
    notebooks, the workbooks of all periods up to it, and the references beside them.
    """
    campaign, period_id = opened.campaign, opened.analysis.period.id
    for path in raw_files(campaign.folder):
        inner = path.relative_to(campaign.folder).as_posix()
        yield path, f"data/campaigns/{campaign.id}/{inner}"
    for path in sorted(project.notebooks.glob("*.ipynb")):
        yield path, f"notebooks/{path.name}"
    raw, periods = project.raw_folder(campaign.id), [p.id for p in campaign.periods]
    to = f"data/raw/{campaign.id}"
    for path in raw_files(raw):
        inner = path.relative_to(raw).as_posix()
        if inner.partition("/")[0] not in periods:
            yield path, f"{to}/{inner}"
    with_raw = project.periods_with_raw(campaign)
    for period in (p for p in periods[: periods.index(period_id) + 1] if p in with_raw):
        folder = project.period_folder(campaign.id, period)
        for path in raw_files(folder):
            yield path, f"{to}/{period}/{path.relative_to(folder).as_posix()}"


def _changed(
    again: MadeAgain, before: Publication, project: Project
) -> tuple[Mapping[str, list[str]], list[str]]:
    """What reads otherwise than in the publication before, in the words of each page, by page; and
    the keys of these facts.
    """
    found, revised, opened = dict[str, list[str]](), set[str](), again.opened
    language = cache(again.language)  # a page has many figures
    for figure in changes_since(opened, before, project).figures:
        try:
            fact = opened.analysis.find(key := FactKey.parse(figure.fact))
        except (ValueError, KeyError):
            continue
        then, now = figure.shown(fact, language(figure.page))
        if then != now:
            said = fact_label(opened.analysis, key, language(figure.page))
            found.setdefault(figure.page, []).append(f"{said}: {then} → {now}")
            revised.add(figure.fact)
    return found, sorted(revised)


def _seal(folder: Path) -> None:
    """The hashes of all files, and every byte on the disk."""
    write_text(folder / SUMS, _written(sums_of(folder)))
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        else:
            flush_folder(path)
    flush_folder(folder)


def sums_of(folder: Path) -> Mapping[str, str]:
    """The hash of each file of a publication but the list of them, by its address, sorted; empty
    for one that cannot be read.
    """
    paths = (path for path in folder.rglob("*") if path.is_file() and path != folder / SUMS)
    named = sorted((path.relative_to(folder).as_posix(), path) for path in paths)
    return {name: hash_of(path) for name, path in named}


def _written(sums: Mapping[str, str]) -> str:
    """The list of hashes as ``sha256sum --check`` reads it."""
    return "".join(f"{digest}  {name}\n" for name, digest in sums.items())


def altered_files(project: Project, publication: Publication) -> Iterator[Difference]:
    """The files of a publication that are not as they were when it was sealed, or cannot be read,
    or the list of their hashes, by their addresses in the project.
    """
    folder = publication.folder(project)
    at = folder.relative_to(project.root).as_posix()
    sums = sums_of(folder)
    try:
        sealed = (folder / SUMS).read_bytes()
    except OSError:
        sealed = b""
    lines = (line.split("  ", 1) for line in sealed.decode("utf-8", "replace").splitlines())
    then = {line[1]: line[0] for line in lines if len(line) == 2}
    found = []
    for name in sorted({*then, *sums}):
        if then.get(name) != sums.get(name):
            kind = CHANGED if sums.get(name) else UNREADABLE if name in sums else MISSING
            found.append(Difference(f"{at}/{name}", kind if name in then else ADDED))
    if not sealed:
        found = [Difference(f"{at}/{SUMS}", MISSING)]
    elif not found and sealed != _written(sums).encode():
        found = [Difference(f"{at}/{SUMS}", CHANGED)]
    yield from found


def altered_publications(project: Project, campaign: str, period: str) -> Iterator[Difference]:
    """The altered files of all publications of a period; those that are gone, or that another was
    put in the place of: each holds the hash of the one before.
    """
    there = publications(project, campaign, period)
    home = (project.published_folder(campaign) / period).relative_to(project.root).as_posix()
    numbers = {one.number for one in there}
    for number in sorted({*range(1, max(numbers, default=0))} - numbers):
        yield Difference(f"{home}/{number}", MISSING)
    for one, following in zip_longest(there, there[1:]):
        yield from altered_files(project, one)
        made = hash_of(one.folder(project) / SUMS)
        if following and following.number == one.number + 1 and following.previous != made:
            yield Difference(f"{home}/{one.id}/{SUMS}", CHANGED)


def _write_facts(opened: OpenPeriod, units: list[str], path: Path) -> None:
    """Each fact with its unrounded value, or the reason why there is none."""
    rows = ((str(f.key), f.value, f.missing) for f in opened.all_facts(units))
    write_rows(path, ("fact", "value", "missing"), rows)
