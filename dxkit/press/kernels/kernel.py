"""IPython's own kernel without sockets and threads: a request goes in, its messages come out.

Everything that a notebook can see (shell, display, magics, comms, tracebacks) is ipykernel's own
code; only what carried the messages is replaced. The process that makes a kernel serves one
notebook and is not fit for a second one.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from dxkit.press.kernels.streams import CellStream

Deliver = Callable[[str, dict[str, Any]], None]
"""Takes a message and the channel it belongs to: ``iopub``, ``shell`` or ``flush``."""

_NEEDED = (
    "ipykernel.debugger",
    "ipykernel.eventloops",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "IPython.core.application",
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "bdb",  # imported by the shell at the first cell
)


def import_kernel() -> None:
    """Import what a kernel needs, without the debugger, which no batch uses."""
    kept_out = "debugpy" not in sys.modules
    if kept_out:
        sys.modules["debugpy"] = None  # type: ignore[assignment]
    try:
        for name in _NEEDED:
            importlib.import_module(name)
    finally:
        if kept_out:
            del sys.modules["debugpy"]
    kernel_class()
    session_class()


@lru_cache(maxsize=1)
def kernel_class() -> Any:
    """ipykernel's kernel, made to be called; defined on first use, when all that it needs is
    imported.
    """
    from ipykernel.eventloops import enable_gui
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.zmqshell import ZMQInteractiveShell as StockShell
    from IPython.core.history import HistoryManager
    from traitlets import Type

    class ZMQInteractiveShell(StockShell):
        """Keeps the stock shell's name, by which libraries know that they are in a notebook."""

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


@lru_cache(maxsize=1)
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


def make_kernel(deliver: Deliver) -> Any:
    """A kernel whose messages are given to ``deliver``. Takes over the process's streams."""
    import_kernel()
    prepare_process()
    session = session_class()(key=b"")
    session.deliver = deliver
    sys.stdout = CellStream("stdout", session)
    sys.stderr = CellStream("stderr", session)
    with _no_modules_listed():
        kernel = kernel_class().instance(
            session=session,
            iopub_socket="iopub",
            shell_channel_thread=SimpleNamespace(parent_thread=threading.main_thread()),
            log=logging.getLogger("dxkit.kernel"),
        )
    kernel.io_loop = _Loop(kernel)
    kernel.shell.extension_manager.load_extension("storemagic")
    return kernel


@contextmanager
def _no_modules_listed() -> Iterator[None]:
    """Spare a new kernel the list of all modules' files, which only the debugger left out here
    would read: to touch every module is to copy seven megabytes into each forked process.
    """
    ipkernel = sys.modules["ipykernel.ipkernel"]
    ipkernel.sys = SimpleNamespace(modules={})  # type: ignore[attr-defined]
    try:
        yield
    finally:
        ipkernel.sys = sys  # type: ignore[attr-defined]


class _Loop:
    """What a kernel asks of its event loop: to note an interrupt and the wish to exit."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel

    def add_callback(self, callback: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon_threadsafe(callback)

    def call_later(self, _delay: float, _stop: Any) -> None:
        self._kernel.exit_asked = True

    def stop(self) -> None:
        """Named by the kernel, called by nobody: the exit is noted in ``call_later``."""


def prepare_process() -> None:
    """Make a forked process look like one that has just been started for a notebook."""
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    logging.root.handlers.clear()
    logging.root.setLevel(logging.WARNING)
    if "" not in sys.path:  # the working folder, where IPython puts it
        site = (n for n, path in enumerate(sys.path) if path.endswith(("site-packages",)))
        sys.path.insert(next(site, len(sys.path)), "")
    inline = "module://matplotlib_inline.backend_inline"
    backend = os.environ.setdefault("MPLBACKEND", inline)
    if "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = backend
