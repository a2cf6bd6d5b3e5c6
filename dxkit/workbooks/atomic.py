"""Files that appear whole or not at all, also when the power fails, and the lock by which one
process at a time writes them.
"""

from __future__ import annotations

import datetime
import errno
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dxkit.workbooks.processes import do_in_forks, lock_file

_HALF_WRITTEN = re.compile(r"\..+\.(csv|docx|html|json|pdf|png|pptx|svg|txt|xlsx)\.[0-9]+")
"""What ``.NAME.PROCESS`` was to become."""
_PAUSES = (0.1, 0.3, 0.6, 0.0)
"""Seconds to wait before a file that is held is tried again, and after the last time."""
_AROUND = (".*", "*/data/**/.*")
"""Where in a campaign's outputs more than one period's run writes: the index, the stores."""
_LOCKED = (errno.EACCES, errno.EAGAIN)
_held: dict[Path, int] = {}
"""The folders that this process may write to, and the descriptors of the locks that it holds."""


class BusyError(Exception):
    """Another process writes to the same outputs."""


class InUseError(PermissionError):
    """A file stays as it is, because another program has it open: as Windows has it."""

    @property
    def reason(self) -> str:
        """Why something was not made, as a run remembers it."""
        return f"in_use: {self.filename}"


class LockError(OSError):
    """Outputs cannot be locked, for a reason that the system gives."""


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold a campaign's outputs for this process and those that it forks. Raises BusyError while
    another process holds them, LockError where the system has no lock to give.

    The system lets go of the lock when its process ends, however it ends. What is then half written
    of the index and in the data of any period is taken away, at the latest by who has it next.
    """
    folder = folder.resolve()
    if folder in _held:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ".running"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
    try:
        try:
            lock_file(descriptor)
        except OSError as error:
            if error.errno in _LOCKED:
                raise BusyError(str(folder)) from None
            raise LockError(error.errno, error.strerror, str(folder)) from error
        _held[folder] = descriptor
        try:
            clear_half_written(folder, *_AROUND)
            yield
        finally:
            clear_half_written(folder, *_AROUND)  # of processes that were stopped with this one
            del _held[folder]
    finally:
        os.close(descriptor)


@contextmanager
def writer_if_free(folder: Path) -> Iterator[bool]:
    """Hold the outputs if that can be; whether they are held."""
    with ExitStack() as held:
        try:
            held.enter_context(only_writer(folder))
        except (BusyError, OSError):
            yield False
            return
        yield True


def _leave_locks() -> None:
    """In a process that was forked: what a notebook leaves running must not hold the outputs."""
    for folder, descriptor in _held.items():
        if descriptor >= 0:
            os.close(descriptor)
            _held[folder] = -1


do_in_forks(_leave_locks)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A scratch file beside ``path`` to be written, which takes its place when the block ends well
    and is gone in any case. Folders that lack are made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield scratch
        put_in_place(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


@contextmanager
def new_workbook(path: Path, *about: Any, **options: Any) -> Iterator[Any]:
    """The same as ``workbook_at``, whole or not at all. Raises InUseError."""
    with replacing(path) as scratch, workbook_at(scratch, *about, **options) as book:
        yield book


@contextmanager
def workbook_at(
    path: Path,
    day: datetime.date = datetime.date(2000, 1, 1),
    properties: Mapping[str, Any] = MappingProxyType({}),
    **options: Any,
) -> Iterator[Any]:
    """A workbook of xlsxwriter to be written, dated by a day: the same content gives the same
    bytes. Text is text, whatever it looks like.
    """
    import xlsxwriter

    options |= {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        midnight = datetime.datetime.combine(day, datetime.time())
        book.set_properties({"created": midnight, **properties})
        yield book


def put_in_place(scratch: Path, path: Path) -> None:
    """Flush a finished file to the disk, then move it to where it belongs. Raises InUseError."""
    with scratch.open("rb+") as file:
        os.fsync(file.fileno())
    _insist(lambda: os.replace(scratch, path), path)


def take_away(path: Path) -> None:
    """Remove a file that may be there. Raises InUseError."""
    _insist(lambda: path.unlink(missing_ok=True), path)


def rename(path: Path, name: Path) -> None:
    """Give a file or a folder a name that no other has. Raises InUseError."""
    _insist(lambda: path.rename(name), path)


def set_aside(path: Path) -> Path:
    """Give a file that somebody has worked in the next free name beside it. Raises InUseError."""
    number = 1
    while (kept := path.with_name(f"{path.stem}.edited-{number}{path.suffix}")).exists():
        number += 1
    rename(path, kept)
    return kept


def _insist(change: Callable[[], object], path: Path) -> None:
    """Change a file or folder, once more after a moment where it is held: OneDrive and scanners of
    viruses let a new one go soon, Excel and Word do not.
    """
    for pause in _PAUSES:
        try:
            change()
            return
        except PermissionError:
            if not path.exists() or not os.access(path.parent, os.W_OK):
                raise
            time.sleep(pause)
    raise InUseError(errno.EACCES, "in use", str(path))


def carry_mark_of_the_web(source: Path, target: Path, has_streams: bool = os.name == "nt") -> None:
    """Have Windows ask about a file as it asks about the one, received from elsewhere, that it was
    made of.
    """
    with suppress(OSError):  # a file has the mark, or has none
        if has_streams:
            mark = Path(f"{source}:Zone.Identifier").read_bytes()
            Path(f"{target}:Zone.Identifier").write_bytes(mark)


def clear_half_written(folder: Path, *where: str) -> None:
    """Take away what processes that were killed have left ``where``, by patterns, in a folder."""
    for path in chain.from_iterable(map(folder.glob, where)):
        if _HALF_WRITTEN.fullmatch(path.name):
            with suppress(OSError):  # outputs that may not be written are told of where they are
                path.unlink()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all."""
    with replacing(path) as scratch:
        scratch.write_bytes(content)


def write_text(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a text file that appears whole or not at all, its line ends as they are."""
    with replacing(path) as scratch:
        scratch.write_text(text, encoding, newline="")
