"""Work beside the pages: done once, in a process of its own where that is safe."""

from __future__ import annotations

import os
import signal
import threading
from functools import partial
from pathlib import Path

import pytest

from dxkit.workbooks.processes import side_process


def note(file: Path, word: str) -> int:
    """Write down who did what; returns the process."""
    with file.open("a") as lines:
        lines.write(f"{word} {os.getpid()}\n")
    return os.getpid()


def noted(file: Path) -> list[tuple[str, int]]:
    return [(word, int(number)) for word, number in map(str.split, file.read_text().splitlines())]


def test_both_parts_are_done_in_one_other_process(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    with side_process(partial(note, file, "work"), partial(note, file)) as finish:
        other = finish("last")
    assert noted(file) == [("work", other), ("last", other)]
    assert other != os.getpid()


def test_what_is_raised_there_is_raised_here(tmp_path: Path) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device", "league.xlsx")

    with side_process(full) as finish, pytest.raises(OSError, match="No space") as raised:
        finish()
    assert (raised.value.errno, raised.value.filename) == (28, "league.xlsx")


def test_work_that_was_ended_from_outside_is_done_here(tmp_path: Path) -> None:
    file = tmp_path / "notes"

    def work() -> int:
        me = note(file, "work")
        if me != here:
            os.kill(me, signal.SIGKILL)
        return me

    here = os.getpid()
    with side_process(work, partial(note, file)) as finish:
        assert finish("last") == here
    assert noted(file)[1:] == [("work", here), ("last", here)]


def test_it_is_done_here_where_a_second_thread_forbids_a_fork(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        with side_process(partial(note, file, "work"), partial(note, file)) as finish:
            assert not file.exists()
            assert finish("last") == os.getpid()
    finally:
        done.set()
        thread.join()
    assert noted(file) == [("work", os.getpid()), ("last", os.getpid())]
