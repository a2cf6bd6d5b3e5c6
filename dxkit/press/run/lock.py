"""One run at a time on the same outputs."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path


class BusyError(Exception):
    """Another run writes to the same outputs."""


@contextlib.contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold the outputs for this run; raises BusyError while another run holds them.

    The system lets go of the lock when its process ends, however it ends.
    """
    descriptor = os.open(folder / ".running", os.O_CREAT | os.O_RDWR)
    try:
        try:
            _lock(descriptor)
        except OSError:
            raise BusyError(str(folder)) from None
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Take the lock of an open file or raise OSError."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
