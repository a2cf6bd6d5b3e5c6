"""Work that is done beside the pages, in a process of its own where that is safe."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from dxkit.press.run.processes import can_fork, lead_own_group

Result = TypeVar("Result")


def _nothing() -> None:
    """The end of work that has no second part."""


@contextlib.contextmanager
def aside(
    work: Callable[[], Result], last: Callable[..., None] = _nothing
) -> Iterator[Callable[..., Result]]:
    """Begin some work; gives the call that waits for its end, has ``last`` done in the same
    process with the arguments given, and returns what the work has returned.

    What either raises is raised by that call. Where no fork is safe it does both itself.
    """

    def here(*arguments: object) -> Result:
        result = work()
        last(*arguments)
        return result

    if not can_fork():
        yield here
        return
    context: Any = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(work, last, theirs))
    process.start()
    theirs.close()

    def finish(*arguments: object) -> Result:
        with contextlib.suppress(OSError):  # it has ended: what it has said can still be read
            ours.send(arguments)
        try:
            result, error = ours.recv()
        except (EOFError, OSError):  # it was ended from outside
            return here(*arguments)
        process.join()
        if error is not None:
            raise error
        returned: Result = result
        return returned

    try:
        yield finish
    finally:
        process.kill()
        process.join()
        ours.close()


def _work(work: Callable[[], Any], last: Callable[..., None], connection: Any) -> None:
    lead_own_group()
    try:
        result = pickle.dumps((work(), None))  # now: the other side may still be busy
        last(*connection.recv())
        connection.send_bytes(result)
    except Exception as error:
        connection.send((None, error))
    os._exit(0)
