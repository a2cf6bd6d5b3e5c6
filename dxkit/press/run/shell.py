"""A notebook run in this very process, which serves no other: papermill reads it, IPython's plain
shell runs its code, and what a cell shows is written into it as nbclient would write it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import comm
import matplotlib
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.jsonutil import json_default
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME
from nbformat import from_dict
from papermill.execute import raise_for_execution_errors, remove_error_markers
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from traitlets import Type
from traitlets.config import Config

from dxkit.press.run.tasks import NeedsKernelError

PYTHON = {"name": NATIVE_KERNEL_NAME, "display_name": "Python 3", "language": "python"}


class _Outputs:
    """The outputs of the cell that runs, and what a kernel is ``needed`` for."""

    def __init__(self) -> None:
        self.needed = ""
        self.cell: list[Any] = []
        self._streams = {"stdout": _captured("stdout", 1), "stderr": _captured("stderr", 2)}
        self._clear_first = False
        self._by_id: dict[str, list[Any]] = {}

    def add(self, *outputs: dict[str, Any]) -> None:
        """Add what has been written to the streams, then outputs."""
        texts = {name: read() for name, read in self._streams.items()}
        written = [{"output_type": "stream", "name": n, "text": t} for n, t in texts.items() if t]
        for output in (*written, *outputs):
            if self._clear_first:
                self.clear(wait=False)
            self.cell.append(self._clean(output))

    def show(self, display_id: str, update: Any, **shown: Any) -> None:
        """Add what is displayed, also in the place of what has been shown under the same id."""
        for output in self._by_id.get(display_id, ()):
            output.update(self._clean(shown))
        if not update:
            self.add({"output_type": "display_data", **shown})
            if display_id:
                self._by_id.setdefault(display_id, []).append(self.cell[-1])

    def clear(self, wait: bool) -> None:
        """Take away what the cell has shown, at once or when it shows something else."""
        self.add()
        self._clear_first = wait
        self.cell[:] = self.cell if wait else []

    def _clean(self, content: dict[str, Any]) -> Any:
        """Content as a kernel's messages would bring it."""
        try:
            return from_dict(json.loads(json.dumps(content, default=json_default, allow_nan=False)))
        except (TypeError, ValueError):
            self.needed = "JSON"
            return from_dict({})


def _captured(name: str, descriptor: int) -> Callable[[], str]:
    """Have a stream, also of processes started here, go to a file; gives what reads what is new."""
    file = tempfile.TemporaryFile("ab+", buffering=0)  # noqa: SIM115
    os.dup2(file.fileno(), descriptor)
    stream = open(descriptor, "w", 1, "UTF-8", "replace", "\n", closefd=False)  # noqa: SIM115
    setattr(sys, name, stream)
    done = 0

    def read() -> str:
        nonlocal done
        stream.flush()
        file.seek(done)
        data = file.read()
        done += len(data)
        return data.decode("UTF-8", "replace")

    return read


class _Results(DisplayHook):
    """Takes the value of a cell."""

    def write_output_prompt(self) -> None:
        """It is drawn by what shows the notebook."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        kind = {"output_type": "execute_result", "execution_count": self.prompt_count}
        self.shell.outputs.add({**kind, "data": format_dict, "metadata": md_dict or {}})


class _Displays(DisplayPublisher):
    """Takes what is displayed."""

    def publish(self, data: Any, metadata: Any = None, **more: Any) -> None:
        display_id = (more.get("transient") or {}).get("display_id", "")
        self.shell.outputs.show(display_id, more.get("update"), data=data, metadata=metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear(wait)


class ZMQInteractiveShell(InteractiveShell):
    """IPython's plain shell, by the name by which libraries know that they are in a notebook."""

    displayhook_class = Type(_Results)
    display_pub_class = Type(_Displays)

    def __init__(self, **settings: Any) -> None:
        self.outputs = _Outputs()
        super().__init__(**settings)

    def init_virtualenv(self) -> None:
        """Another environment's packages are not this one's, whatever is activated."""

    def enable_gui(self, gui: Any = None) -> None:
        self.outputs.needed = self.outputs.needed or gui or ""  # windows have a loop of their own

    # A private name, but documented: subclasses override it to have tracebacks elsewhere.
    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        error = {"ename": etype.__name__, "evalue": str(evalue), "traceback": stb}
        self.outputs.add({"output_type": "error", **error})

    async def run(self, source: str) -> bool:
        """Run a cell within the running loop of events, as a kernel does; whether it went well."""
        transformed, problem = source, None
        try:
            transformed = self.transform_cell(source)
        except Exception:  # shown by the shell
            problem = sys.exc_info()
        result = await self.run_cell_async(
            source, True, transformed_cell=transformed, preprocessing_exc_tuple=problem
        )
        self.events.trigger("post_execute")
        self.events.trigger("post_run_cell", result)
        self.outputs.add()
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, UsageError | EOFError) or getattr(error, "obj", None) is self:
            self.outputs.needed = repr(error)  # a magic, an answer, an attribute that is not here
        return error is None


def load_notebook(path: Path) -> Any:
    """A notebook as papermill reads it; one that names no kernel, as some editors leave it, is
    Python's.
    """
    notebook = load_notebook_node(str(path))
    notebook.metadata.setdefault("kernelspec", from_dict(PYTHON))
    return notebook


def run_notebook(path: Path, parameters: dict[str, Any], failed: str | None = None) -> Any:
    """The notebook as executed with these parameters; the process's streams are then its own.

    Raises NeedsKernelError and, having written it to ``failed``, what papermill does on a failure.
    """
    notebook = parameterize_notebook(load_notebook(path), parameters)
    if notebook.metadata.kernelspec.name != NATIVE_KERNEL_NAME:
        raise NeedsKernelError(notebook.metadata.kernelspec.name)
    notebook = remove_error_markers(notebook)
    sys.path.append("")  # the working folder
    InteractiveShell.clear_instance()
    shell = ZMQInteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    matplotlib.use(os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline"))
    asyncio.Runner().run(_run_cells(notebook, shell))
    raise_for_execution_errors(notebook, failed)
    return notebook


async def _run_cells(notebook: Any, shell: ZMQInteractiveShell) -> None:
    """Run the cells up to the end or the first that fails."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    comms = len(comm.get_comm_manager().comms)
    for cell in cells:
        cell.outputs, cell.execution_count = [], None
    for cell in cells:
        tags = cell.metadata.get("tags", ())
        if not cell.source.strip() or "skip-execution" in tags:
            continue
        cell.execution_count, shell.outputs.cell = shell.execution_count, cell.outputs
        well = await shell.run(cell.source)
        if shell.outputs.needed or len(comm.get_comm_manager().comms) > comms:
            raise NeedsKernelError(shell.outputs.needed or "comms")
        well = well and all(output.output_type != "error" for output in cell.outputs)
        if not well and "raises-exception" not in tags:
            cell.metadata.papermill = {"exception": True}  # not each failure is an output
            break
