"""Proof of a period: recounted, made again, compared whole."""

from __future__ import annotations

import csv
import platform
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dxkit.campaign.project import Project
from dxkit.period import OpenPeriod
from dxkit.press.manifest import MANIFEST, Manifest, code_key, executed_path
from dxkit.verify.difference import INPUT, OTHER, RECOUNT, Difference, in_order
from dxkit.verify.facts import compare_numbers, recount_facts
from dxkit.verify.files import compare_files
from dxkit.verify.made_again import MadeAgain
from dxkit.verify.placement import Placement, compare_cells
from dxkit.verify.recount import recounted
from dxkit.workbooks.processes import stay_single_threaded

__all__ = ["Difference", "Verification", "verify_period"]
_FACT = re.compile('data-fact="([^"]*)"')


@dataclass(frozen=True)
class Verification:
    """What was proved of a period, and what differs, causes first.

    ``facts`` were counted again, ``cells`` read by a second reader (``unjudged`` of them say
    nothing that it can judge), ``pages`` and ``files`` compared, ``own`` of the pages by their
    numbers alone. ``versions`` of libraries, and maybe the kit's own code, are others than those
    that the pages were made with.
    """

    pages: int
    own: int
    facts: int
    cells: int
    unjudged: int
    files: int
    versions: tuple[str, ...]
    other_code: bool
    differences: tuple[Difference, ...]
    opened: OpenPeriod


def verify_period(project: Project, campaign_id: str, period_id: str) -> Verification:
    """Read the workbooks anew, count every number again, make every file again in a folder that is
    then removed, and compare. Raises CampaignError, and OSError where there is no room for it.
    """
    stay_single_threaded()
    folder = project.output_folder(campaign_id, period_id)
    manifest = Manifest.load(folder / MANIFEST)
    versions = tuple(_other_versions(manifest))
    code = manifest is not None and manifest.made_from.get("code", code_key()) != code_key()
    with tempfile.TemporaryDirectory(prefix="dxkit-verify-") as scratch:
        made = MadeAgain(project, campaign_id, period_id, Path(scratch).resolve())
        opened, units = made.opened, made.units
        received = opened.all_received[::-1]
        recount = recounted(opened.campaign, *received)
        facts, differences = recount_facts(opened, recount, units)
        cells = Placement()
        for one in received:
            raw = project.period_folder(campaign_id, one.table.period)
            cells += compare_cells(opened.campaign, one, raw)
        is_own = project.outputs.parent.name == "own"
        listed = linked = units
        if manifest is not None and manifest.pages:
            linked = [*manifest.pages]
            listed = [code for code, page in manifest.pages.items() if page.status != "failed"]
        failed = list(made.make([] if is_own else units, listed, linked))
        apart = {d.file for d in failed}
        if is_own:
            apart |= {name for u in units for name in (made.planned[u], executed_path(u))}
            for page in (made.planned[code] for code in units):
                text = (folder / page).read_text("utf-8", "replace")
                differences += compare_numbers(page, text, opened, made.language(page))
        files, altered = compare_files(
            folder, made.folder, frozenset(apart), same_versions=not versions
        )
    differences += [*cells.differences, *failed, *_causes(manifest, opened, altered, folder),
                    *altered]  # fmt: skip
    differences = list(_with_pages(folder, differences))
    return Verification(
        len(units), len(units) if is_own else 0, facts, cells.read, cells.unjudged, files,
        versions, code, in_order(differences), opened,
    )  # fmt: skip


def _other_versions(manifest: Manifest | None) -> Iterator[str]:
    """The libraries, and dxkit itself, that are others than those of the manifest."""
    for name, then in (manifest.versions if manifest else {}).items():
        try:
            now = platform.python_version() if name == "python" else version(name)
        except PackageNotFoundError:
            now = "–"
        if now != then:
            yield f"{name} {then} → {now}"


def _causes(
    manifest: Manifest | None, opened: OpenPeriod, altered: list[Difference], folder: Path
) -> Iterator[Difference]:
    """The received files that are others than those the outputs were made from, if these would be
    others now; with the cells that observations.csv tells otherwise.
    """
    if manifest is None or not any(d.cause == OTHER for d in altered):
        return
    now = {source.name: source.sha256 for source in opened.received.sources}
    told: dict[tuple[str, str], str] = {}
    with suppress(OSError, ValueError, KeyError):
        lines = (folder / "data/observations.csv").read_text("utf-8-sig").splitlines(keepends=True)
        for row in csv.DictReader(lines):
            told[row["file"], f"{row['sheet']}!{row['cell']}"] = row["raw"]
    for name in sorted({*now, *manifest.inputs}):
        if now.get(name) == manifest.inputs.get(name):
            continue
        file, cells = f"{opened.analysis.period.id}/{name}", 0
        for o in opened.received.table.observations:
            at = f"{o.address.sheet}!{o.address.cell}"
            if o.address.file == name and told.get((name, at), o.raw) != o.raw:
                cells += 1
                yield Difference(file, INPUT, at, told[name, at], o.raw)
        if not cells:
            yield Difference(file, INPUT)


def _with_pages(folder: Path, found: list[Difference]) -> Iterator[Difference]:
    """The differences; those of facts with the first page that shows them, else their period."""
    shown_on: dict[str, str] = {}
    for path in sorted(folder.rglob("*.html")) if any(d.cause == RECOUNT for d in found) else ():
        for key in _FACT.findall(path.read_text("utf-8", "replace")):
            shown_on.setdefault(key, path.relative_to(folder).as_posix())
    for difference in found:
        if difference.cause == RECOUNT:
            period = difference.place.partition("/")[0]
            difference = difference._replace(file=shown_on.get(difference.place, period))
        yield difference
