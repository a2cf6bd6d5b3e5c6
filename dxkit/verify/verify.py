"""Proof of a period: recounted, made again, compared whole."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.project import Project
from dxkit.model.facts import CellRef
from dxkit.model.observations import VISITS, Flag
from dxkit.period import OpenPeriod
from dxkit.period.kept import is_altered
from dxkit.period.opening import leaves_of, receive, receive_before
from dxkit.press.manifest import MANIFEST, Manifest, code_key, executed_path, versions_in_use
from dxkit.press.run.made_again import MadeAgain
from dxkit.verify.difference import CHANGED, FAILED, INPUT, OTHER, Difference, in_order
from dxkit.verify.facts import compare_numbers, recount_facts
from dxkit.verify.files import compare_files
from dxkit.verify.placement import compare_cells, compare_told, compare_visits
from dxkit.verify.recount import recounted
from dxkit.workbooks.processes import no_collection, stay_single_threaded


@dataclass(frozen=True)
class Verification:
    """What was proved of a period, and what differs, causes first.

    ``counted`` are the ``facts`` counted again, the ``cells`` read by a second reader (``unjudged``
    of them say nothing that it can judge), the ``pages`` and ``files`` compared, and ``own`` of the
    pages of which the numbers alone were. ``versions`` of libraries, and maybe the kit's own code,
    are others than those that the pages were made with.
    """

    counted: Mapping[str, int]
    versions: Sequence[str]
    other_code: bool
    differences: Sequence[Difference]
    opened: OpenPeriod


def verify_period(project: Project, campaign_id: str, period_id: str) -> Verification:
    """Read the workbooks anew, count every number again, make every file again in a folder that is
    then removed, and compare. Raises CampaignError, and OSError where there is no room for it.
    """
    stay_single_threaded()
    folder = project.output_folder(campaign_id, period_id)
    manifest = Manifest.load(folder / MANIFEST) or Manifest(campaign_id, period_id)
    now, then = versions_in_use(), manifest.versions
    versions = [f"{n} {then[n]} → {now.get(n, '–')}" for n in then if then[n] != now.get(n)]
    code = manifest.made_from.get("code", code_key()) != code_key()
    with no_collection(), tempfile.TemporaryDirectory(prefix="dxkit-verify-") as scratch:
        made = MadeAgain(project, campaign_id, period_id, Path(scratch).resolve())
        opened, units, is_own = made.opened, made.units, project.outputs.parent.name == "own"
        plan = load_campaign(made.project.campaign_folder(campaign_id))
        received = [receive(made.project, plan, p) for p in reversed(opened.sources)]
        course = [receive(made.project, plan, p.id) for p in opened.analysis.course]
        again = recounted(plan, *received, course=course, day=project.as_of)
        facts, others = recount_facts(opened, again, units)
        found = [other._replace(file=_page_of(other, made, units)) for other in others]
        counted = Counter(facts=facts, pages=len(units), own=len(units) if is_own else 0)
        leaves = {p: None for of in opened.sources for p in leaves_of(project, opened.campaign, of)}
        for name in leaves:
            one = receive(made.project, opened.campaign, name)
            held = any(o.flag is Flag.AS_BEFORE for o in one.table.observations)
            was = receive_before(made.project, opened.campaign, name) if held else None
            raw = project.period_folder(campaign_id, name)
            cells = compare_cells(opened.campaign, one, raw, was)
            counted.update(cells=cells.read, unjudged=cells.unjudged)
            returned = project.raw_folder(campaign_id) / VISITS / name
            told = compare_told(one, plan.explanations, partial(project.period_folder, campaign_id))
            counted.update(cells=told.read)
            found += (*cells.differences, *told.differences, *compare_visits(one, returned))
        found += [*_altered_series(project, made.project, opened)]
        noted = [unit for unit, page in manifest.pages.items() if page.status != "failed"]
        linked, listed = manifest.in_place, noted
        if not manifest.pages:
            linked, listed = {unit: made.planned[unit] for unit in units}, units
        failed = dict(made.make([] if is_own else units, listed, linked))
        apart = {*failed}
        for unit in units if is_own else []:
            page = made.planned[unit]
            text = (folder / page).read_text("utf-8", "replace")
            found += compare_numbers(page, text, opened, made.language(page))
            apart |= {page, executed_path(unit)}
        counted["files"], altered = compare_files(
            folder, made.folder, frozenset(apart), same_versions=not versions
        )
    not_made = [Difference(page, FAILED, expected=reason) for page, reason in failed.items()]
    found += (*not_made, *causes(manifest, opened, altered, folder), *altered)
    return Verification(counted, versions, code, in_order(found), opened)


def _altered_series(project: Project, again: Project, opened: OpenPeriod) -> Iterator[Difference]:
    """The files of what is kept of earlier periods that say something else than is kept anew of the
    same workbooks.
    """
    day = opened.received.as_of or opened.analysis.period.last_day
    for period in opened.analysis.past:
        other = opened.campaign.other_boundaries(period.id, day)
        files = [p.kept_file(opened.campaign.id, period.id, other) for p in (project, again)]
        if is_altered(*files):
            name = files[0].relative_to(project.stores / opened.campaign.id).as_posix()
            yield Difference(f"../{name}", CHANGED)


def causes(
    manifest: Manifest, opened: OpenPeriod, altered: list[Difference], folder: Path
) -> Iterator[Difference]:
    """The received files that are others than those the outputs were made from, if these would be
    others now or there are others; with the cells that observations.csv tells otherwise.
    """
    now = {source.name: source.sha256 for source in opened.received.sources}
    is_other = any(d.cause == OTHER for d in altered) or now.keys() != manifest.inputs.keys()
    if not manifest.files or not is_other:
        return
    told: dict[tuple[str, str], str] = {}
    with suppress(OSError, ValueError, KeyError):
        lines = (folder / "data/observations.csv").read_text("utf-8-sig").splitlines(keepends=True)
        for row in csv.DictReader(lines):
            told[row["file"], f"{row['sheet']}!{row['cell']}"] = row["raw"]
    for name in sorted(n for n in {*now, *manifest.inputs} if now.get(n) != manifest.inputs.get(n)):
        file = opened.received.located(CellRef(name)).file
        of_file = [o for o in opened.received.table.observations if o.address.file == name]
        cells = {f"{o.address.sheet}!{o.address.cell}": o.raw for o in of_file}
        both = ((at, told.get((name, at), raw), raw) for at, raw in cells.items())
        other = [Difference(file, INPUT, at, was, raw) for at, was, raw in both if was != raw]
        yield from other or [Difference(file, INPUT)]


def _page_of(difference: Difference, made: MadeAgain, there: Sequence[str]) -> str:
    """The page of the unit that a number is about, or of one above it; else its period."""
    period, unit, *_ = difference.place.split("/")
    units = made.opened.analysis.units
    line = units.line(unit) if unit in units else ()
    return next((made.planned[code] for code in line if code in there), period)
