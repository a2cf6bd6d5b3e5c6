"""What the process of one page does: run the notebook, turn it into the page, end."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dxkit.intake.project import Project
    from dxkit.press.tasks import Task


def warm_up() -> None:
    """Import and touch, by plain calls, what every page needs."""
    _light_imports()
    import papermill  # noqa: F401

    import dxkit.press.shell
    import dxkit.story.report  # noqa: F401
    from dxkit.press.page import exporter, framed

    exporter()
    framed("", "", "vi")


def _light_imports() -> None:
    """Keep a JSON-schema extra out that takes a second to import and that no notebook needs."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def make_page(task: Task, project: Project, scratch: Path) -> None:
    """Make one page in ``scratch``: page.html and executed.ipynb, or error.txt and exit code 1."""
    os.environ["DXKIT_PROJECT"] = str(project.root)
    for name, folder in (("DXKIT_RAW", project.raw), ("DXKIT_OUT", project.out)):
        if folder is not None:
            os.environ[name] = str(folder)
    try:
        _make(task, scratch)
    except Exception as error:  # the reason goes to the batch, which names the page
        reason = f"{type(error).__name__}: {error}".strip().splitlines()
        (scratch / "error.txt").write_text(_last_line(reason), "utf-8")
        (scratch / "traceback.txt").write_text(traceback.format_exc(), "utf-8")
        os._exit(1)


def _last_line(lines: list[str]) -> str:
    """The line that says what went wrong: papermill puts the error's own words last."""
    return next((line for line in reversed(lines) if line.strip(" -")), "")


def _make(task: Task, scratch: Path) -> None:
    _light_imports()
    import nbformat
    import papermill

    import dxkit
    from dxkit.press.page import exporter

    parameters = {
        "campaign": task.campaign,
        "period": task.period,
        "unit": task.unit,
        "language": task.language,
    }
    notebook = papermill.execute_notebook(
        str(task.notebook),
        None,
        parameters=parameters,
        engine_name="dxkit",
        progress_bar=False,
        log_output=False,
        request_save_on_cell_execute=False,
    )
    title = dxkit.report(**parameters).title
    notebook.metadata["title"] = title
    notebook.metadata["dxkit"] = {"language": task.language}
    notebook.metadata.pop("papermill", None)  # holds times and paths
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # papermill draws the id of the cell it adds
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    page, _ = exporter().from_notebook_node(notebook)
    (scratch / "page.html").write_text(page, "utf-8", newline="")
    (scratch / "executed.ipynb").write_text(nbformat.writes(notebook), "utf-8", newline="")
