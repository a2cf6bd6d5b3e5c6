"""What a batch hands around: the task of making a page, how it went, and who makes pages."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dxkit.workbooks.atomic import clear_half_written

PAGE, EXECUTED = "page", "executed"
"""What a page's scratch folder holds."""
STOCK = "stock"
"""The engine that is papermill's own: a kernel of Jupyter's for each notebook."""
NEEDS_KERNEL = "needs_kernel"
NO_SPACE = (errno.ENOSPC, errno.EROFS, errno.EDQUOT)
TRIES = 3
"""How often a page is tried whose process was ended from outside."""
DIED, TIMED_OUT, MEMORY, OUTPUT = "died", "timed_out", "too_much_memory", "too_much_output"
OTHER_CODE = "other_code"
"""Why a machine of a cluster makes nothing: it has another dxkit."""
TIME_LIMIT = 300.0
"""Seconds that one page may take, if nothing else is said."""
MEMORY_LIMIT = 2_000_000_000
"""Bytes that the process of one page may take beyond what was there before."""
FILE_LIMIT, DISK_LIMIT = 100_000_000, 500_000_000
"""Bytes that one page may write into a file, what it prints among them, and into all files of its
folder.
"""


class NeedsKernelError(Exception):
    """A notebook wants what only a kernel of Jupyter's has: the stock engine must run it anew."""


class ClusterError(Exception):
    """The cluster cannot be used, for the reason told."""


class StrangeClusterError(ClusterError):
    """Nothing says that the scheduler at this address is the office's own."""


@dataclass(frozen=True)
class Task:
    """One page to be made. ``parameters`` are the fields that its notebook is given; ``state`` is
    what it says of its publication, as HTML; ``key`` the hash of everything that the period is made
    from, ``shown`` that of what the page can show of it, empty where that is not known.
    """

    campaign: str
    period: str
    unit: str
    language: str
    notebook: Path
    parameters: tuple[str, ...]
    page: Path  # final place
    executed: Path  # final place of the executed notebook
    key: str
    state: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Outcome:
    """How the making of one page went. ``scratch`` holds it until the next one is asked for;
    ``engine`` is named where the notebook needed another than the batch has.
    """

    task: Task
    scratch: Path
    reason: str  # empty: made
    seconds: float
    tries: int = 1
    machine: str = ""
    engine: str = ""


class Crew(Protocol):
    """Those who make pages: ``engine`` is how, ``jobs`` how many at a time."""

    engine: str
    jobs: int

    def run(self, tasks: Sequence[Task], folder: Path) -> Iterator[Outcome]:
        """Make the pages in scratch folders below ``folder``; yields each as it is finished."""
        ...

    def close(self) -> None:
        """Let those go who are waiting for more."""
        ...


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """A folder beside the pages for what is not whole yet. It is removed at the end, with what this
    run or an earlier one that was killed has left half-written: the run's lock keeps others from
    writing here.
    """
    scratch = folder / ".scratch"

    def clear() -> None:
        shutil.rmtree(scratch, ignore_errors=True)
        clear_half_written(folder, "**/.*")

    clear()
    scratch.mkdir(exist_ok=True)  # on Windows a program may hold a file in it
    try:
        yield scratch
    finally:
        clear()
