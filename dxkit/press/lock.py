"""One run at a time on the same outputs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


class BusyError(Exception):
    """Another run writes to the same outputs."""


@contextlib.contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Refuse a second run on the same outputs; a lock left by a dead process is taken over."""
    lock = folder / ".running"
    try:
        descriptor = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        if _is_alive(lock):
            raise BusyError(str(folder)) from None
        lock.unlink(missing_ok=True)
        descriptor = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    try:
        os.write(descriptor, str(os.getpid()).encode())
        os.close(descriptor)
        yield
    finally:
        lock.unlink(missing_ok=True)


def _is_alive(lock: Path) -> bool:
    try:
        os.kill(int(lock.read_text()), 0)
    except (OSError, ValueError):
        return False
    return True
