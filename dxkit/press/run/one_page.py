"""What the process of one page does: run the notebook, turn it into the page, end."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dxkit.press.run.tasks import (
    EXECUTED,
    MEMORY,
    NEEDS_KERNEL,
    NO_SPACE,
    OUTPUT,
    PAGE,
    STOCK,
    NeedsKernelError,
)
from dxkit.press.run.workers import PageMaker, Workers
from dxkit.workbooks.processes import can_fork, cores, stay_single_threaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dxkit.analysis.analysis import Analysis, WorkedOut
    from dxkit.campaign.project import Project
    from dxkit.press.run.tasks import Task
    from dxkit.report.report import Report


def import_all() -> None:
    """Import everything that the making of a page needs."""
    import bdb  # noqa: F401  (this and the next five the shell puts off to its start: in each page)

    import IPython.core.application
    import IPython.core.completerlib
    import IPython.core.logger
    import IPython.core.magics
    import IPython.core.oinspect  # noqa: F401
    import nbformat  # noqa: F401
    import numpy.random  # noqa: F401  (numpy puts it off to its first use: in each page)

    import dxkit.press.publish.page
    import dxkit.press.run.shell
    import dxkit.report.notebook_period  # (the package's face opens reports by it)
    import dxkit.report.report  # noqa: F401


@lru_cache(maxsize=1)
def warm_tools() -> None:
    """Import and touch, by plain calls, what every page of any period is made with."""
    import_all()
    import nbformat
    from matplotlib.backends.registry import backend_registry

    from dxkit.press.publish.page import exporter

    backend_registry.list_all()
    empty = nbformat.v4.new_notebook()
    nbformat.validate(empty)
    exporter().from_notebook_node(empty)


def warm_up(project: Project, sample: Task) -> None:
    """Have each page find ready what it needs: the tools, touched once by a sample's parts.

    No notebook is run for this: what it leaves behind would be in every page.
    """
    warm_tools()
    from dxkit.period.opening import open_period
    from dxkit.report.report import Report

    opened = open_period(project, sample.campaign, sample.period)
    report = Report(opened, sample.unit, sample.language)
    with contextlib.suppress(Exception):  # it fails again on the page, where it is named
        _rehearse(report, sample.notebook)


def _rehearse(report: Report, path: Path) -> None:
    """Go once through what each page's process does to a notebook, except run it."""
    import nbformat
    from IPython.core.formatters import DisplayFormatter
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    from dxkit.press.publish.page import exporter
    from dxkit.report.charts.canvas import find_fonts

    notebook = parameterize_notebook(load_notebook_node(str(path)), {"unit": ""})
    formatter = DisplayFormatter()
    find_fonts(report.context.language)
    for name in report_calls(path):
        if name.endswith("_chart"):  # takes long, and has nothing to be found but fonts
            continue
        data, _ = formatter.format(getattr(report, name)())
        shown = nbformat.v4.new_output("execute_result", data)
        notebook.cells.append(nbformat.v4.new_code_cell(outputs=[shown]))
    exporter().from_notebook_node(notebook)
    nbformat.writes(notebook)


def open_for_pages(project: Project, sample: Task) -> Analysis:
    """Open a task's period and work out what ranks need."""
    from dxkit.period.opening import open_period

    analysis = open_period(project, sample.campaign, sample.period).analysis
    analysis.rank_all()
    return analysis


def prepare_scorecards(project: Project, tasks: Sequence[Task]) -> WorkedOut:
    """Open the period of some tasks and make the scorecards that several of their pages look at,
    once for all of them: of their units, those beside and those above, save on levels whose units
    only the workbooks name.
    """
    analysis = open_for_pages(project, tasks[0])
    units = analysis.units
    wanted = {code for task in tasks for code in units.line(task.unit)}
    for above in {units.get(task.unit).parent_code for task in tasks}:
        wanted.update(unit.code for unit in units.children(above))
    for unit in units.units:
        if unit.code in wanted and not analysis.campaign.level(unit.level).open:
            len(analysis.scorecard(unit.code).facts)
    return analysis.worked_out


def report_calls(notebook: Path) -> list[str]:
    """The parts of a report that a notebook shows."""
    source = notebook.read_text("utf-8")
    return [name for name in re.findall(r"\breport\.(\w+)\(\)", source) if name.isidentifier()]


def announce(project: Project) -> None:
    """Have notebooks in this process and in those that it starts find the project's folders."""
    os.environ["DXKIT_PROJECT"] = str(project.root)
    for name, folder in (("DXKIT_RAW", project.raw), ("DXKIT_OUT", project.out)):
        if folder is not None:
            os.environ[name] = str(folder)
    if project.sealed:
        os.environ["DXKIT_SEALED"] = "1"
    for name, said in (("DXKIT_STATED", project.stated), ("DXKIT_AS_OF", project.as_of)):
        os.environ[name] = str(said or "")  # whatever the surroundings say


def make_page(task: Task, scratch: Path, engine: str) -> str:
    """Make one page in ``scratch``; returns why it failed, or nothing. ``NEEDS_KERNEL``: by the
    stock engine it may still be made.

    Raises no Exception; OSError with ``NO_SPACE`` is told apart as ``no_space``.
    """
    try:
        _make(task, scratch, engine)
    except NeedsKernelError:
        return NEEDS_KERNEL
    except Exception as error:  # the reason goes to the batch, which names the page
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            return f"no_space: {error.strerror}"
        said = _last_line(f"{type(error).__name__}: {error}".strip().splitlines())
        if isinstance(error, MemoryError) or said.startswith("MemoryError"):
            return MEMORY
        if said.startswith(f"OSError: [Errno {errno.EFBIG}]"):
            return OUTPUT
        # papermill counts from 0, and the cell that it adds
        cell = getattr(error, "cell_index", None)
        return said if cell is None else f"in_cell: {max(cell, 1)}: {said}"
    return ""


def _last_line(lines: list[str]) -> str:
    """The line that says what went wrong: papermill puts the error's own words last."""
    return next((line for line in reversed(lines) if line.strip(" -")), "")


def _executed(task: Task, engine: str) -> Any:
    """The task's notebook, executed."""
    from dxkit.press.run.shell import load_notebook, run_notebook

    parameters = {name: getattr(task, name) for name in task.parameters}
    if engine != STOCK:
        return run_notebook(task.notebook, parameters)
    import papermill

    return papermill.execute_notebook(
        load_notebook(task.notebook),
        None,
        parameters=parameters,
        progress_bar=False,
        log_output=False,
        request_save_on_cell_execute=False,
    )


def _make(task: Task, scratch: Path, engine: str) -> None:
    import nbformat

    from dxkit.campaign.project import Project
    from dxkit.period.opening import one_reading, open_period
    from dxkit.press.publish.page import exporter
    from dxkit.report.report import Report

    with one_reading():
        notebook = _executed(task, engine)
    opened = open_period(Project.find(), task.campaign, task.period)
    report = Report(opened, task.unit, task.language)
    notebook.metadata["title"] = report.title
    simulated = bool(opened.received.simulated_files)
    notebook.metadata["dxkit"] = {"language": task.language, "simulated": simulated}
    if task.state:
        notebook.metadata["dxkit"]["state"] = task.state
    notebook.metadata.pop("papermill", None)  # holds times and paths
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # papermill draws the id of the cell it adds
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    page, resources = exporter().from_notebook_node(notebook)
    if resources["not_shown"]:
        notebook.metadata["dxkit"]["not_shown"] = resources["not_shown"]
    (scratch / PAGE).write_text(page, "utf-8", newline="")
    (scratch / EXECUTED).write_text(nbformat.writes(notebook), "utf-8", newline="")


def get_ready(project: Project, sample: Task) -> None:
    """Open the period of a task, and warm up what pages are made with."""
    open_for_pages(project, sample)
    warm_up(project, sample)


MAKER = PageMaker(announce, get_ready, make_page)


def local_workers(
    project: Project, tasks: Sequence[Task], engine: str, jobs: int, time_limit: float
) -> Workers:
    """The workers of this machine for some tasks, with their period open and everything warm before
    they part.

    ``engine`` empty means the best that is safe here, ``jobs`` 0 all cores.
    """
    stay_single_threaded()
    engine = engine or ("fork" if can_fork() else "spawn")
    if engine == "fork":
        prepare_scorecards(project, tasks)
        warm_up(project, tasks[0])
    return Workers(project, MAKER, engine, jobs or cores(), time_limit)
