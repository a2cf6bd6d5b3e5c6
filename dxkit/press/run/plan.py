"""What is to be made: one task per page, with the key that tells whether it is up to date."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dxkit.campaign.project import Project, stated
from dxkit.intake.store import store_key
from dxkit.intake.versions.history import History
from dxkit.model.campaign import Campaign
from dxkit.model.choices import RefusedError
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
