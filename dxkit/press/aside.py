"""Work that is done beside the pages, in a process of its own where that is safe."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dxkit.press.processes import can_fork, lead_own_group


@contextmanager
def aside(work: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Begin some work; gives the call that waits for its end and raises what it has raised.

    Where no fork is safe the work is done by that call.
    """
    if not can_fork():
        yield work
        return
    context: Any = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, sender))
    process.start()
    sender.close()

    def finish() -> None:
        try:
            error = receiver.recv()
        except EOFError:
            error = None
            work()  # it was ended from outside: done here
        process.join()
        if error is not None:
            raise error

    try:
        yield finish
    finally:
        process.kill()
        process.join()
        receiver.close()


def _work(work: Callable[[], None], sender: Any) -> None:
    lead_own_group()
    try:
        work()
        sender.send(None)
    except Exception as error:
        sender.send(error)
    os._exit(0)
