"""What the operating system is asked for: forks, cores, groups of processes, work in one beside."""

from __future__ import annotations

import contextlib
import gc
import math
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_MEMORY = 1_500_000_000
"""Bytes that the reading of received files may take beyond what was there before."""
MOST_SECONDS = 300
"""Of the processor that the reading of one of them may take; the largest that the bounds on its
content let through takes one minute."""


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


@contextlib.contextmanager
def no_collection() -> Iterator[None]:
    """Within it no garbage is looked for: a batch, or the reading of a file, has a short life, and
    its many facts or cells stay.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def lead_own_group() -> None:
    """Leave the terminal's group, so that Ctrl-C reaches the one who decides, and end with it."""
    if hasattr(os, "setsid"):
        os.setsid()
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    if sys.platform.startswith("linux"):
        import ctypes

        set_death_signal = 1  # PR_SET_PDEATHSIG: whichever way the parent ends
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
        parent = multiprocessing.parent_process()
        if parent is not None and os.getppid() != parent.pid:  # it had ended before it was asked
            os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of processes whose own has ended below this one, however they part."""
    if sys.platform.startswith("linux"):
        import ctypes

        become_subreaper = 36  # PR_SET_CHILD_SUBREAPER
        ctypes.CDLL(None).prctl(become_subreaper, 1)


def children() -> set[int]:
    """The processes whose parent this one is; none where the system does not tell."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*") if sys.platform.startswith("linux") else ():
        with contextlib.suppress(OSError):  # it has ended
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                found.add(int(folder.name))
    return found


def end_orphans(known: set[int]) -> None:
    """End the adopted processes: all children but those that are ``known`` or of multiprocessing's,
    and again those that these leave.
    """
    ours = {process.pid for process in multiprocessing.active_children()}
    ours.add(getattr(resource_tracker._resource_tracker, "_pid", None))
    while orphans := children() - known - ours:
        for orphan in orphans:
            with contextlib.suppress(OSError):
                os.kill(orphan, signal.SIGKILL)
                os.waitpid(orphan, 0)


def limit_own(memory: int, largest_file: int) -> None:
    """Let this process and those that it starts take no more memory, in bytes, beyond what it has,
    and write no larger file. Only where the system has such limits.
    """
    if sys.platform.startswith("linux"):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + memory)
        _limit(resource.RLIMIT_FSIZE, largest_file)


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


STOPS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
"""By what a user, a closed terminal or the system asks a process to stop."""


@contextlib.contextmanager
def stops_handled_by(handler: Any) -> Iterator[None]:
    """Within it all ways of being asked to stop are one; those that are ignored stay so."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in STOPS:
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


class StopAsked(KeyboardInterrupt):
    """Somebody asks this process to stop. Behind a plain KeyboardInterrupt in code made from text,
    as that of every dataclass is, ``python -m`` ends by SIGINT whatever exit code it is given.
    """


_asked_at = -math.inf


def _is_repeated() -> bool:
    """Whether a stop was asked for less than a second ago: a closed terminal, a service and
    ``timeout`` each ask a process and then its whole group.
    """
    global _asked_at
    before, _asked_at = _asked_at, time.monotonic()
    return _asked_at - before < 1


def raise_stop(*_: object) -> None:
    """Handle a signal to stop."""
    if not _is_repeated():
        raise StopAsked


class Stop:
    """The wish to stop, asked of this process by its user or the system.

    It is only noted when it comes, since an exception out of a signal may be raised anywhere, also
    in the middle of a fork; ``check`` raises it where all is in order, ``noted`` can be waited for.
    """

    def __init__(self) -> None:
        self.noted, self._sender = multiprocessing.Pipe(duplex=False)
        self._asked = False

    def note(self, *_: object) -> None:
        """Handle the signal."""
        if not _is_repeated() and not self._asked:
            self._asked = True
            self._sender.send_bytes(b"stop")

    def check(self) -> None:
        """Raise StopAsked when a stop was asked for."""
        if self._asked:
            raise StopAsked

    def close(self) -> None:
        """Wait for it no longer."""
        self.noted.close()
        self._sender.close()


@contextlib.contextmanager
def stop_noted() -> Iterator[Stop]:
    """Within it, Ctrl-C and the system's call to end are noted, nothing more."""
    stop = Stop()
    try:
        with stops_handled_by(stop.note):
            yield stop
    finally:
        stop.close()


def _nothing() -> None:
    """The end of work that has no second part."""


@contextlib.contextmanager
def side_process(
    work: Callable[[], Result], last: Callable[..., None] = _nothing
) -> Iterator[Callable[..., Result]]:
    """Begin some work; gives the call that waits for its end, has ``last`` done in the same
    process with the arguments given, and returns what the work has returned.

    What either raises is raised by that call. Where no fork is safe it does both itself.
    """

    def in_this_process(*arguments: object) -> Result:
        result = work()
        last(*arguments)
        return result

    if not can_fork():
        yield in_this_process
        return
    with _forked(_work, work, last) as (process, ours):

        def finish(*arguments: object) -> Result:
            with contextlib.suppress(OSError):  # it has ended: what it has said can still be read
                ours.send(arguments)
            try:
                result, error = ours.recv()
            except (EOFError, OSError):  # it was ended from outside
                return in_this_process(*arguments)
            process.join()
            if error is not None:
                raise error
            returned: Result = result
            return returned

        yield finish


@contextlib.contextmanager
def _forked(target: Callable[..., None], *arguments: object) -> Iterator[tuple[Any, Any]]:
    """A process that does something with these arguments and a connection, and our end of it;
    whatever it does at the end of the block is ended.
    """
    context: Any = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(*arguments, theirs))
    try:
        held = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # none in the middle of the fork
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        theirs.close()
        yield process, ours
    finally:
        if process.pid is not None:
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


@dataclass(frozen=True)
class Failure:
    """Why some work gave no result: ``too_costly``, ``ended``, or ``error`` with its trace."""

    reason: str
    trace: str = ""


def each_apart(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result | Failure]:
    """Do some work with each item, one after the other in one process beside, under limits of
    memory and, for each, of the processor. After an item that ends this process, in another one;
    once more with that item, for somebody else may have ended it.

    Where no fork is safe it is done here, without limits.
    """
    left = list(items)
    tried = 0
    while left:
        if not can_fork():
            yield _tried(work, left.pop(0))
            continue
        with _forked(_work_through, work, left) as (process, ours):
            while left:
                try:
                    with no_collection():
                        done = pickle.loads(ours.recv_bytes())
                except (EOFError, OSError):
                    process.join()
                    spent, killed = -getattr(signal, "SIGXCPU", 0), -getattr(signal, "SIGKILL", 0)
                    if process.exitcode != spent and not tried:
                        tried += 1
                        break
                    costly = process.exitcode in (spent, killed)
                    done = Failure("too_costly" if costly else "ended")
                tried = 0
                left.pop(0)
                yield done
                if isinstance(done, Failure):  # whatever it has left behind
                    break


def _tried(work: Callable[[Item], Result], item: Item) -> Result | Failure:
    try:
        return work(item)
    except MemoryError:
        return Failure("too_costly")
    except Exception:
        return Failure("error", traceback.format_exc())


def _work_through(work: Callable[[Item], Result], items: Sequence[Item], connection: Any) -> None:
    import resource

    lead_own_group()
    gc.freeze()  # what is there already is not looked through, and thereby copied
    limit_own(MOST_MEMORY, resource.RLIM_INFINITY)
    for item in items:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + MOST_SECONDS)
        try:
            done = pickle.dumps(_tried(work, item), pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            done = pickle.dumps(Failure("too_costly"))
        connection.send_bytes(done)
    os._exit(0)


def _limit(kind: int, most: int) -> None:
    """Take no more of something than this, or than what is allowed at all."""
    import resource

    _, hard = resource.getrlimit(kind)
    bounds = [bound for bound in (most, hard) if bound != resource.RLIM_INFINITY]
    resource.setrlimit(kind, (min(bounds, default=hard), hard))


def keep_log(trace: str) -> Path:
    """Keep what an unexpected error leaves, for who looks after the kit; returns the file."""
    name = f"dxkit-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    log = Path(tempfile.gettempdir()) / name
    with log.open("a", encoding="utf-8") as file:
        file.write(trace)
    return log
