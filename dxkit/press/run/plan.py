"""What is to be made: one task per page, with the key that tells whether it is up to date; and what
a page can show of its period, as one hash: as long as it stays the same, so does the page.

A report looks at its unit, at all below it and at those that these are compared with, now and in
the period before; what is told of the rest of a country it never says.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dxkit.campaign.project import Project, stated
from dxkit.intake.revisions import History
from dxkit.intake.store import store_key
from dxkit.model.campaign import Campaign
from dxkit.model.choices import RefusedError
from dxkit.model.observations import Received, Reply, Visit
from dxkit.model.text import slug
from dxkit.model.units import Unit, UnitRegistry
from dxkit.press.manifest import (
    FINDINGS,
    INDEX,
    LEAGUE,
    MANIFEST,
    STAYING,
    Manifest,
    code_key,
    digest_of,
    executed_path,
    hash_of,
    index_above_is_whole,
    is_damaged,
    path_key,
)
from dxkit.press.run.tasks import Task
from dxkit.report.wording.language import load_language
from dxkit.report.wording.publications import state_html
from dxkit.workbooks.atomic import only_writer
from dxkit.workbooks.raw_folder import Contents

if TYPE_CHECKING:
    from dxkit.period import OpenPeriod

PARAMETERS = ("campaign", "period", "unit")
"""What every report notebook must declare."""
OPTIONAL_PARAMETERS = ("language",)
REPORT_NOTEBOOK = "quarterly_report.ipynb"
OVERVIEW_NOTEBOOK = "province_overview.ipynb"
SHORT_NOTEBOOK = "short_report.ipynb"
"""For units that only the workbooks name: there are many, and few figures of each."""


class UnfitNotebookError(Exception):
    """A notebook does not declare the parameters that a report gives it (those ``missing``), or is
    none that can be read (none is missing).
    """

    def __init__(self, notebook: Path, missing: Sequence[str] = ()) -> None:
        super().__init__(f"{notebook} lacks {', '.join(missing) or 'what a notebook has'}")
        self.notebook = notebook
        self.missing = tuple(missing)


_LONGEST = 60
"""Letters of a unit's name in that of its page."""


def page_path(campaign: Campaign, unit: Unit) -> str:
    """Where a unit's page stands in a period's folder."""
    if unit.level == campaign.levels[0].id:
        return f"{unit.level}.html"
    return f"{unit.level}/{unit.code}-{slug(unit.name)[:_LONGEST]}.html"


def key_of(project: Project, campaign: Campaign, raw: Sequence[Contents], language: str) -> str:
    """A hash of all that the files of a period are made from, and the pages with their notebooks;
    ``raw`` is what lies in the folders of its series.
    """
    references = project.raw_folder(campaign.id)
    return digest_of(store_key(campaign, references, raw), code_key(), language)


def plan_tasks(
    project: Project,
    campaign: Campaign,
    period_id: str,
    key: str,
    folder: Path,
    units: Sequence[str],
    level: str,
    language: str,
    notebook: Path | None,
    registry: UnitRegistry,
) -> list[Task]:
    """The pages asked for: those of a level, or of certain units of the ``registry``; the top
    unit's page with them. ``key`` is that of the period (``key_of``). Raises UnfitNotebookError.
    """
    chosen = [*registry.at_level(level or campaign.report_level)]
    if not units and not level:
        chosen.append(registry.top)
    if units:
        chosen = [registry.get(code) for code in units]
    given: dict[Path, tuple[str, ...]] = {}
    publication = stated(project, campaign.id, period_id)
    tasks = []
    for unit in chosen:
        path = notebook or project.notebooks / _notebook(campaign, unit)
        content = path.read_bytes()
        if path not in given:
            given[path] = given_parameters(path, content)
        page = page_path(campaign, unit)
        state = str(state_html(publication, page, load_language(language)))
        own = _key_of_page(key, content, unit.code, period_id, state)
        executed = folder / executed_path(unit.code)
        tasks.append(
            Task(
                campaign.id, period_id, unit.code, language, path, given[path], folder / page,
                executed, own, state,
            )
        )  # fmt: skip
    return tasks


def _key_of_page(key: str, notebook: bytes, unit: str, period: str, state: str) -> str:
    return digest_of(key, notebook, unit, period, *filter(None, [state]))


def is_of(task: Task, key: str) -> bool:
    """Whether a page was planned for its period under this key and its notebook as it is now."""
    content = task.notebook.read_bytes()
    return task.key == _key_of_page(key, content, task.unit, task.period, task.state)


def _notebook(campaign: Campaign, unit: Unit) -> str:
    """The notebook of a unit's page, by its level."""
    if unit.level == campaign.levels[0].id:
        return OVERVIEW_NOTEBOOK
    return SHORT_NOTEBOOK if campaign.level(unit.level).open else REPORT_NOTEBOOK


def given_parameters(notebook: Path, content: bytes) -> tuple[str, ...]:
    """The parameters that a notebook is given. Raises UnfitNotebookError, also for a notebook that
    would run with its own defaults: papermill only warns of that.
    """
    try:
        declared = declared_parameters(content)
    except (ValueError, TypeError, KeyError, AttributeError, SyntaxError) as error:
        raise UnfitNotebookError(notebook) from error
    missing = [name for name in PARAMETERS if name not in declared]
    if missing:
        raise UnfitNotebookError(notebook, missing)
    return tuple(name for name in (*PARAMETERS, *OPTIONAL_PARAMETERS) if name in declared)


def declared_parameters(content: bytes) -> set[str]:
    """The names that a notebook's cell tagged ``parameters`` sets."""
    cells = json.loads(content)["cells"]
    tagged = (c for c in cells if "parameters" in c.get("metadata", {}).get("tags", []))
    source = "".join(next(tagged, {"source": ""})["source"])
    return {
        target.id
        for statement in ast.parse(source).body
        for target in getattr(statement, "targets", [getattr(statement, "target", None)])
        if isinstance(target, ast.Name)
    }


def is_current(task: Task, earlier: Manifest | None, only_failed: bool, folder: Path) -> bool:
    """Whether a page needs no making: it and its executed notebook are there as they were made, and
    under the same key, or from the same that it can show.
    """
    record = earlier.pages.get(task.unit) if earlier else None
    if earlier is None or record is None or record.status == "failed":
        return False
    executed = earlier.files.get(executed_path(task.unit))
    return (
        (only_failed or record.key == task.key or "" != task.shown == record.shown)
        and folder / record.path == task.page
        and (record.sha256, executed) == (hash_of(task.page), hash_of(task.executed))
    )


def files_are_whole(manifest: Manifest, folder: Path, key: str) -> bool:
    """Whether the files around the pages are all there as they were made, under the key of the
    period as it is. In copies for senders somebody may have worked: they need only be workbooks;
    the list of changes, which cannot be made again, need only be there.
    """
    noted = manifest.files
    there = {name for name in noted if name.startswith("returned/") or name in STAYING}
    around = {FINDINGS, LEAGUE, INDEX, *(n for n in noted if n.startswith("data/"))} - there
    whole = all(hash_of(folder / name) == noted.get(name) for name in around)
    whole = whole and all((folder / name).exists() for name in there)
    whole = whole and not any(
        is_damaged(folder / name, noted[name]) for name in there if name.startswith("returned/")
    )
    return whole and manifest.complete and manifest.key == key and index_above_is_whole(folder)


_FOLDER_NAME = re.compile(r"\w([\w .()-]*[\w)])?")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|(com|lpt)\d)(\..*)?")
"""Names that Windows keeps for devices."""


def own_notebook(
    project: Project, campaign_id: str, period_id: str, named: Path
) -> tuple[Project, Path]:
    """A notebook by its path or its name in notebooks/, and the project in which its outputs are
    apart from those of the office's own reports; what the office's last check saw goes with them,
    or a mended workbook would seem to have no earlier version. Raises RefusedError, BusyError.
    """
    found = next((path for path in (named, project.notebooks / named) if path.is_file()), None)
    if found is None:
        known = ", ".join(sorted(path.name for path in project.notebooks.glob("*.ipynb")))
        message = f"no notebook {str(named)!r}; there are in {project.notebooks}: {known}"
        raise RefusedError("notebook_missing", message, text=named, available=project.notebooks)
    if not _FOLDER_NAME.fullmatch(found.stem) or _RESERVED.fullmatch(found.stem):
        message = f"{found.name!r} cannot be the name of a folder of results"
        raise RefusedError("notebook_name", message, text=found.name)
    own = replace(project, out=project.outputs / "own" / found.stem)
    office, data = (p.store_file(campaign_id, period_id).parent for p in (project, own))
    made = Manifest.load(data.parent / MANIFEST)
    if made and made.notebook not in ("", path_key(found)):
        message = f"{data.parent} has the pages of another notebook named {found.name!r}"
        raise RefusedError("notebook_doubled", message, text=found.name, where=data.parent)
    with only_writer(data.parent.parent):
        History.open(office).copy(data)
    return own, found.resolve()


_OPENED = "report = dxkit.report(campaign, period, unit, language)"


class Horizon:
    """Of the pages of one period, opened from what lies ``raw`` in the folders of its series, by a
    ``plan`` and references whose hash (``store_key``) was taken before: what changes while it is
    read makes pages again.
    """

    def __init__(self, opened: OpenPeriod, raw: Sequence[Contents], plan: str) -> None:
        campaign, period = opened.campaign, opened.analysis.period.id
        previous = opened.analysis.previous
        self._now = _Told(campaign, opened.received)
        self._before = _Told(campaign, previous.received) if previous is not None else None
        told = [one for one in (opened.analysis, previous) if one is not None]
        near = {one.period.id for one in told if not one.received.parts}  # of parts all is told
        sources = zip(opened.sources, raw, strict=True)
        earlier = [at.key for name, at in sources if name not in near]
        self._everywhere = (plan, *earlier, code_key(), period)

    def with_hashes(self, tasks: Sequence[Task]) -> list[Task]:
        """The tasks, each with the hash of all that its page can show; without one where nobody
        knows what its notebook looks at.
        """
        contents = {task.notebook: task.notebook.read_bytes() for task in tasks}
        thin = {path for path, content in contents.items() if is_thin(content)}
        return [
            replace(task, shown=self._hash(task, contents[task.notebook]))
            if task.notebook in thin
            else task
            for task in tasks
        ]

    def _hash(self, task: Task, content: bytes) -> str:
        at = self._now.horizon(task.unit)
        told = [self._now.hash(at)]
        if self._before is not None:
            told.append(self._before.hash(self._before.horizon_of(self._now.below(at))))
        own = (task.language, task.unit, task.state, content)
        return digest_of(*self._everywhere, *own, *told)


class _Told:
    """What was received of a period, by the units that it is told of."""

    def __init__(self, campaign: Campaign, received: Received) -> None:
        self._campaign, self._received = campaign, received
        self._units = received.units
        self._telling = {o.unit_code for o in received.table.observations}
        self._below: dict[str, frozenset[str]] = {}

    def below(self, code: str) -> frozenset[str]:
        """The codes of a unit and of all below it."""
        if code not in self._below:
            below = self._units.descendants(code)
            self._below[code] = frozenset((code, *(unit.code for unit in below)))
        return self._below[code]

    def horizon(self, code: str) -> str:
        """The unit in which all lies that the page of a unit can show: in it the unit and all below
        it are compared with others.
        """
        levels = [level.id for level in self._campaign.levels]
        depth = levels.index(self._units.get(code).level)
        within = map(self._campaign.ranking.within.get, levels[depth:])
        highest = min([max(depth - 1, 0), *(levels.index(level) for level in within if level)])
        unit = self._units.ancestor_at(code, levels[highest])
        return self._raised(unit.code if unit is not None else self._units.top.code)

    def horizon_of(self, codes: frozenset[str]) -> str:
        """The unit in which all of these were that there were."""
        lines = [self._units.line(code) for code in codes if code in self._units]
        common = set(lines[0]).intersection(*lines) if lines else set()
        nearest = next((code for code in lines[0] if code in common), "") if lines else ""
        return self._raised(nearest or self._units.top.code)

    def _raised(self, code: str) -> str:
        """The same, or the highest above that tells of itself for all below it."""
        line = self._units.line(code)
        return next((above for above in reversed(line) if above in self._telling), code)

    def hash(self, code: str) -> str:
        """A hash of all that is told of a unit and those below it, and of what is told of all."""
        above = self._units.line(code)[1:]
        files = [name for name, sender in self._received.senders.items() if sender in above]
        return digest_of(self._of_all, self._hashes[code].hexdigest(), repr(files))

    @cached_property
    def _of_all(self) -> str:
        """What is told of no unit, with each kind of thing that is not known here to be."""
        by_unit = {"table", "units", "findings", "sources", "cumulative", "weights", "visits"}
        received = self._received
        by_unit |= {"replies", "weighted", "sheets", "answers"}  # pages show no sheets, no answers
        rest = [getattr(received, f.name) for f in fields(received) if f.name not in by_unit]
        return repr((received.table.period, bool(received.simulated_files), rest))

    @cached_property
    def _hashes(self) -> dict[str, Any]:
        """By unit, a hash of what is told of it and those below it, in the order of telling."""
        received, units = self._received, self._units
        top, hashes = units.top.code, {unit.code: hashlib.sha256() for unit in units.units}
        lines = {code: [hashes[above] for above in units.line(code)] for code in hashes}

        def add(code: str, *told: object) -> None:
            text = repr(told).encode()
            for each in lines.get(code) or lines[top]:
                each.update(text)

        not_used = received.not_used_of(self._campaign.report_level)
        for unit in units.units:
            sure = (unit.code not in not_used, unit.code not in received.weighted)
            add(unit.code, unit, received.weights.get(unit.code), sure)
        doubtful, simulated = received.doubtful_cells, received.simulated_files
        explained = received.explained_cells
        for told in (received.table.observations, received.cumulative):
            for one in told:
                marked = one.address in doubtful, one.address in explained
                marks = (*marked, one.address.file in simulated)
                add(one.unit_code, told is received.cumulative, one, marks)
        for row in received.table.register_rows:
            add(row.unit_code, row, [cell in doubtful for _, cell in row.addresses])
        for came in chain[Reply | Visit](received.replies, received.visits):
            add(came.unit_code, came)
        for source in received.sources:
            add(source.unit_code, source.name, source.simulated)
        chief = {id(finding) for finding, _ in received.mistakes}
        for finding in received.findings:
            whose = finding.unit_code or received.senders.get(finding.address.file, "")
            add(whose, finding, id(finding) in chief)
        return hashes


def is_thin(notebook: bytes) -> bool:
    """Whether a notebook does nothing but open the report of the unit that it is given and show
    sections of it: then it looks at nothing else.
    """
    cells = [c for c in json.loads(notebook)["cells"] if c["cell_type"] == "code"]
    try:
        return all(
            _sets_a_literal(line)
            if "parameters" in cell["metadata"].get("tags", ())
            else _shows(line)
            for cell in cells
            for line in ast.parse("".join(cell["source"])).body
        )
    except SyntaxError:  # a magic
        return False


def _sets_a_literal(line: ast.stmt) -> bool:
    return isinstance(line, ast.Assign | ast.AnnAssign) and isinstance(line.value, ast.Constant)


def _shows(line: ast.stmt) -> bool:
    """Whether a line imports the package, opens the report, or shows one of its sections."""
    if ast.unparse(line) in ("import dxkit", _OPENED):
        return True
    match line:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name("report"), _), [], keywords)):
            return all(isinstance(keyword.value, ast.Constant) for keyword in keywords)
    return False
