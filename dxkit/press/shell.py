"""IPython without a kernel: runs a cell and keeps what it shows as notebook outputs."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets import Type


class _Stream(io.TextIOBase):
    """A standard stream whose text becomes outputs of the running cell."""

    def __init__(self, name: str, outputs: list[NotebookNode]) -> None:
        self.name_of_stream = name
        self._outputs = outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        last = self._outputs[-1] if self._outputs else None
        if last is not None and last.get("name") == self.name_of_stream:
            last["text"] += text
        elif text:
            self._outputs.append(new_output("stream", name=self.name_of_stream, text=text))
        return len(text)


class _ResultHook(DisplayHook):
    """Keeps the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.outputs.append(
            new_output(
                "execute_result",
                data=format_dict,
                metadata=md_dict or {},
                execution_count=self.shell.execution_count,
            )
        )

    def log_output(self, format_dict: Any) -> None:
        pass

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Publisher(DisplayPublisher):
    """Keeps what ``display`` shows."""

    def publish(self, data: Any, metadata: Any = None, **kwargs: Any) -> None:
        self.shell.outputs.append(new_output("display_data", data=data, metadata=metadata or {}))


class _Shell(InteractiveShell):
    """An IPython shell with no terminal and no history file."""

    displayhook_class = Type(_ResultHook)
    display_pub_class = Type(_Publisher)
    outputs: list[NotebookNode]

    def init_history(self) -> None:
        super().init_history()
        self.history_manager.enabled = False

    def enable_gui(self, gui: Any = None) -> None:
        pass

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.outputs.append(
            new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb))
        )


class NotebookShell:
    """One notebook's worth of IPython."""

    def __init__(self) -> None:
        _Shell.clear_instance()
        self._shell = _Shell.instance()
        self._shell.HistoryManager = None
        self._shell.outputs = []

    def run(self, cell: NotebookNode) -> bool:
        """Run a cell, give it its outputs and execution count; whether it failed."""
        outputs: list[NotebookNode] = []
        self._shell.outputs = outputs
        count = self._shell.execution_count
        with (
            contextlib.redirect_stdout(_Stream("stdout", outputs)),
            contextlib.redirect_stderr(_Stream("stderr", outputs)),
        ):
            result = self._shell.run_cell(cell.source, store_history=True, silent=False)
        cell.outputs = outputs
        cell.execution_count = count
        return not result.success
