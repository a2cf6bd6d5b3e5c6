"""IPython's own kernel without sockets and threads: a request goes in, its messages come out.

Everything that a notebook can see (shell, display, magics, comms, tracebacks) is ipykernel's own
code; only what carried the messages is replaced.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Deliver = Callable[[str, dict[str, Any]], None]
"""Takes a message and the channel it belongs to: ``iopub``, ``shell`` or ``flush``."""


def kernel_class() -> Any:
    """ipykernel's kernel, made to be called; defined when all that it needs is imported."""
    from ipykernel.eventloops import enable_gui
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.zmqshell import ZMQInteractiveShell as StockShell
    from IPython.core.builtin_trap import BuiltinTrap
    from IPython.core.history import HistoryManager
    from traitlets import Type

    class ZMQInteractiveShell(StockShell):
        """Keeps the stock shell's name, by which libraries know that they are in a notebook.

        What a shell changes in the process around it waits until it is started.
        """

        init_environment = init_virtualenv = init_sys_modules = init_prompts = _later

        def init_builtins(self) -> None:
            self.builtin_trap = BuiltinTrap(shell=self)

        _asked: tuple[int, str, str] | None = None

        def transform_cell(self, raw_cell: str) -> str:
            """The kernel asks for a cell, then the shell for the same one: it is done once."""
            asked, self._asked = self._asked, None
            if asked is not None and asked[:2] == (self.execution_count, raw_cell):
                return asked[2]
            transformed: str = super().transform_cell(raw_cell)
            self._asked = (self.execution_count, raw_cell, transformed)
            return transformed

        def start(self) -> None:
            """Make this the shell of the process, which is now in the notebook's folder."""
            _make_known(self)
            self.save_sys_module_state()
            super().init_environment()
            super().init_virtualenv()
            super().init_sys_modules()
            super().init_builtins()
            super().init_prompts()
            atexit.register(self.atexit_operations)
            self.starting_dir = os.getcwd()
            self.history_manager.dir_hist[:] = [Path(self.starting_dir)]

        def init_history(self) -> None:
            self.history_manager = HistoryManager(shell=self, parent=self, enabled=False)
            self.configurables.append(self.history_manager)

        def enable_gui(self, gui: Any = None) -> None:
            enable_gui(gui, self.kernel)
            self.active_eventloop = gui

    class Kernel(IPythonKernel):
        """No queue of requests is ever waiting, so none has to be aborted or waited for."""

        shell_class = Type(ZMQInteractiveShell)
        _execute_sleep = 0.0
        exit_asked = False

        def start(self) -> None:
            """Make this the kernel of the process."""
            _make_known(self)
            self.shell.start()

        def _abort_queues(self, subshell_id: Any = None) -> None:
            pass

        async def answer(self, request: dict[str, Any]) -> None:
            """Serve one request as ``dispatch_shell`` does."""
            self.set_parent([], request)
            self._publish_status("busy", "shell")
            self.pre_handler_hook()
            try:
                await self.shell_handlers[request["header"]["msg_type"]]("shell", [], request)
            finally:
                self.post_handler_hook()
            sys.stdout.flush()
            sys.stderr.flush()
            self._publish_status("idle", "shell")

    return Kernel


def _later(_: Any) -> None:
    """In place of what is done when the kernel is started."""


def _make_known(singleton: Any) -> None:
    """Have a class of which a process has one object, and those above it, give out this one."""
    for kind in type(singleton)._walk_mro():
        kind._instance = singleton


def session_class() -> Any:
    """jupyter_client's session, which hands each message to its ``deliver`` instead of sending it;
    the socket's place names the channel.
    """
    from jupyter_client.session import Session

    class CallingSession(Session):
        deliver: Deliver

        def send(
            self,
            stream: Any,
            msg_or_type: Any,
            content: Any = None,
            parent: Any = None,
            ident: Any = None,
            buffers: Any = None,
            track: bool = False,
            header: Any = None,
            metadata: Any = None,
        ) -> Any:
            message = msg_or_type
            if not isinstance(message, dict):
                message = self.msg(message, content, parent, header, metadata)
            message["buffers"] = [bytes(buffer) for buffer in buffers or ()]
            self.deliver(stream, message)
            return message

    return CallingSession


class Loop:
    """What a kernel asks of its event loop: to note an interrupt and the wish to exit."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel

    def add_callback(self, callback: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon_threadsafe(callback)

    def call_later(self, _delay: float, _stop: Any) -> None:
        self._kernel.exit_asked = True

    def stop(self) -> None:
        """Named by the kernel, called by nobody: the exit is noted in ``call_later``."""
