"""What the operating system is asked for: forks, cores, groups of processes."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator


def stay_single_threaded() -> None:
    """Have numerical libraries start no thread when they are imported: it would forbid a fork.

    A batch keeps every core busy with pages; more threads in a page would only be in the way.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def can_fork() -> bool:
    """Whether a fork of this process is safe: on Linux, with no second thread alive.

    macOS has fork, but its system libraries do not survive it.
    """
    if not sys.platform.startswith("linux"):
        return False
    return len(os.listdir("/proc/self/task")) == 1


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def lead_own_group() -> None:
    """Leave the terminal's group, so that Ctrl-C reaches the one who decides, and end with it."""
    if hasattr(os, "setsid"):
        os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform.startswith("linux"):
        import ctypes

        set_death_signal = 1  # PR_SET_PDEATHSIG: whichever way the parent ends
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


def signal_group(leader: int, number: int) -> None:
    """Send a signal to a process and to all that it has started."""
    with contextlib.suppress(OSError):  # all of them have ended
        if hasattr(os, "killpg"):
            os.killpg(leader, number)
        else:
            os.kill(leader, number)


def kill_group(leader: int) -> None:
    """End a process and all that it has started, at once."""
    signal_group(leader, getattr(signal, "SIGKILL", signal.SIGTERM))


@contextlib.contextmanager
def stop_noted() -> Iterator[Callable[[], None]]:
    """Raise KeyboardInterrupt when the user or the system asks this process to stop.

    Python drops an exception that a signal raises within a destructor; the call that is given
    raises it again, so that no wish to stop is lost.
    """
    asked = False

    def note(*_: object) -> None:
        nonlocal asked
        asked = True
        raise KeyboardInterrupt

    def check() -> None:
        if asked:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield check
        return
    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield check
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
