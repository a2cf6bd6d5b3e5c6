"""What the operating system is asked for: forks, cores, locks, groups of processes, work in one
beside. What only one system has stands here and nowhere else, beside what the others do instead.
"""

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

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl
    import resource

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
    if sys.platform.startswith("linux"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def size_on_disk(path: Path) -> int:
    """The bytes that a file takes of the disk; where the system does not tell, those it holds."""
    if sys.platform == "win32":
        return path.lstat().st_size
    return path.lstat().st_blocks * 512


def flush_folder(folder: Path) -> None:
    """Have the names in a folder on the disk; Windows flushes them with the files."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def lock_file(descriptor: int) -> None:
    """Take the lock of an open file for as long as it is open here, or raise OSError."""
    if sys.platform == "win32":
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def do_in_forks(function: Callable[[], None]) -> None:
    """Have each process that is forked from this one begin with something."""
    if sys.platform != "win32":
        os.register_at_fork(after_in_child=function)


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
    if sys.platform != "win32":
        os.setsid()
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    parent = multiprocessing.parent_process()
    if sys.platform.startswith("linux"):
        import ctypes

        set_death_signal = 1  # PR_SET_PDEATHSIG: whichever way the parent ends
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
        if parent is not None and os.getppid() != parent.pid:  # it had ended before it was asked
            os._exit(1)
    elif parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of processes whose own has ended below this one, however they part."""
    if sys.platform.startswith("linux"):
        import ctypes

        become_subreaper = 36  # PR_SET_CHILD_SUBREAPER
        ctypes.CDLL(None).prctl(become_subreaper, 1)


def children() -> set[int]:
    """The processes whose parent this one is; none where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return set()
    found = set[int]()
    told = [*Path("/proc/self/task").glob("*/children")]  # by most kernels, in a hundredth of the
    for path in told:  # time that it takes to look at all processes of a machine
        with contextlib.suppress(OSError):  # the thread has ended
            found.update(map(int, path.read_text().split()))
    for folder in () if told else Path("/proc").glob("[0-9]*"):
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
                os.kill(orphan, _KILL)
                os.waitpid(orphan, 0)


def limit_own(memory: int, largest_file: int = sys.maxsize) -> None:
    """Let this process and those that it starts take no more memory, in bytes, beyond what it has,
    and write no larger file. Only where the system has such limits.
    """
    if sys.platform.startswith("linux"):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + memory)
        _limit(resource.RLIMIT_FSIZE, largest_file)


def kill_group(leader: int) -> None:
    """End a process and all that it has started, at once; on Windows the process alone."""
    with contextlib.suppress(OSError):  # all of them have ended
        if sys.platform == "win32":
            os.kill(leader, _KILL)
        else:
            os.killpg(leader, _KILL)


if sys.platform == "win32":  # whatever it is sent, a process ends at once
    _KILL = _SPENT = signal.SIGTERM
else:
    _KILL, _SPENT = signal.SIGKILL, signal.SIGXCPU
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


def ignore_stops() -> None:
    """Be stopped no more: this process is about to end."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)


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
        with _stops_held():  # none in the middle of the fork
            process.start()
        theirs.close()
        yield process, ours
    finally:
        if process.pid is not None:
            process.kill()
            process.join()
        ours.close()


@contextlib.contextmanager
def _stops_held() -> Iterator[None]:
    """Within it a stop that is asked for waits."""
    if sys.platform == "win32":
        yield
    else:
        held = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)


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
                    if process.exitcode != -_SPENT and not tried:
                        tried += 1
                        break
                    costly = process.exitcode in (-_SPENT, -_KILL)
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
    lead_own_group()
    gc.freeze()  # what is there already is not looked through, and thereby copied
    limit_own(MOST_MEMORY)
    for item in items:
        _limit_seconds(MOST_SECONDS)
        try:
            done = pickle.dumps(_tried(work, item), pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            done = pickle.dumps(Failure("too_costly"))
        connection.send_bytes(done)
    os._exit(0)


def _limit_seconds(more: int) -> None:
    """Take no more of the processor than this beyond what has been taken."""
    if sys.platform != "win32":
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + more)


def _limit(kind: int, most: int) -> None:
    """Take no more of something than this, or than what is allowed at all."""
    if sys.platform != "win32":
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, hard))


def keep_log(trace: str) -> Path:
    """Keep what an unexpected error leaves, for who looks after the kit; returns the file."""
    name = f"dxkit-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    log = Path(tempfile.gettempdir()) / name
    with log.open("a", encoding="utf-8") as file:
        file.write(trace)
    return log
