"""A kernel made ahead, and its start in the process of one notebook.

It can be made in a process whose forks run one notebook each: it changes nothing around it before
it is started. The process in which it is started is not fit for a second notebook.
"""

from __future__ import annotations

import atexit
import importlib
import logging
import os
import random
import sys
import threading
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from dxkit.press.run.kernel import Deliver, Loop, kernel_class, session_class
from dxkit.press.run.streams import CellStream

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


@lru_cache(maxsize=1)
def kernel_ahead() -> Any:
    """The one kernel of this process and of its forks, not yet started."""
    import_kernel()
    kernel = kernel_class().instance(
        session=session_class()(key=b""),
        iopub_socket="iopub",
        shell_channel_thread=SimpleNamespace(parent_thread=threading.main_thread()),
        log=logging.getLogger("dxkit.kernel"),
    )
    kernel.io_loop = Loop(kernel)
    kernel.shell.extension_manager.load_extension("storemagic")
    atexit.unregister(kernel.shell.atexit_operations)
    kernel.shell.clear_instance()
    kernel.clear_instance()
    return kernel


def started_kernel(deliver: Deliver) -> Any:
    """The kernel of this process, whose messages are given to ``deliver``. Takes over the process's
    streams.
    """
    kernel = kernel_ahead()
    _prepare_process()
    kernel.session.deliver = deliver
    sys.stdout = CellStream("stdout", kernel.session)
    sys.stderr = CellStream("stderr", kernel.session)
    kernel.start()
    return kernel


def _prepare_process() -> None:
    """Make a forked process look like one that has just been started for a notebook."""
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    logging.root.handlers.clear()
    if logging.root.level != logging.WARNING:
        logging.root.setLevel(logging.WARNING)
    if "" not in sys.path:  # the working folder, where IPython puts it
        site = (n for n, path in enumerate(sys.path) if path.endswith(("site-packages",)))
        sys.path.insert(next(site, len(sys.path)), "")
    inline = "module://matplotlib_inline.backend_inline"
    backend = os.environ.setdefault("MPLBACKEND", inline)
    if "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = backend
