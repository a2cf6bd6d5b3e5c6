"""A file that its reader does not survive is named; the others are read."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import dxkit.intake.period as reading
from dxkit.model.campaign import Campaign
from dxkit.workbooks import processes
from dxkit.workbooks.processes import Failure, can_fork, children, each_apart

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="nothing is forked")


def take_memory() -> None:
    """Far more than is allowed; nothing may take all that a machine has where no limit is."""
    kept = [bytearray(50_000_000) for _ in range(40)]
    raise AssertionError(f"{len(kept)} times 50 MB were allowed")


def take_time() -> None:
    begun = time.process_time()
    while time.process_time() < begun + 60:
        pass
    raise AssertionError("a minute was allowed")


def take_memory_in_pickling() -> object:
    class Endless:
        def __reduce__(self) -> tuple[object, ...]:
            take_memory()
            return ()

    return Endless()


TROUBLES: dict[str, tuple[Callable[[], object], str]] = {
    "memory": (take_memory, "too_costly"),
    "pickled": (take_memory_in_pickling, "too_costly"),
    "time": (take_time, "too_costly"),
    "killed": (lambda: os.kill(os.getpid(), signal.SIGKILL), "too_costly"),
    "crashed": (lambda: crash(), "ended"),
    "left": (lambda: os._exit(0), "ended"),
    "error": (lambda: 1 / 0, "error"),
    "recursion": (lambda: recurse(), "error"),
}


def crash() -> None:
    faulthandler.disable()  # pytest's would tell of it
    os.kill(os.getpid(), signal.SIGSEGV)


def recurse() -> None:
    recurse()


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(100):  # a thread of an earlier test is gone a moment after it was waited for
        if can_fork():
            break
        time.sleep(0.05)
    assert can_fork(), [thread.name for thread in threading.enumerate()]
    monkeypatch.setattr(processes, "MOST_MEMORY", 400_000_000)


@pytest.mark.usefixtures("little_memory")
def test_what_ends_the_process_beside_costs_only_its_own_item(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "MOST_SECONDS", 1)

    def work(item: int | str) -> object:
        return TROUBLES[item][0]() if isinstance(item, str) else 2 * item

    items = [1, *TROUBLES, 2, "left", "left", 3]
    found = list(each_apart(work, items))
    assert [f.reason if isinstance(f, Failure) else f for f in found] == [
        2, *(reason for _, reason in TROUBLES.values()), 4, "ended", "ended", 6,
    ]  # fmt: skip
    traces = [f.trace for f in found if isinstance(f, Failure) and f.reason == "error"]
    assert ["ZeroDivisionError" in trace for trace in traces] == [True, False]


def test_nothing_is_left_running_by_who_asks_for_no_more(tmp_path: Path) -> None:
    """Nor is its end waited for."""

    def work(item: int) -> int:
        if item == 2:
            time.sleep(30)
            (tmp_path / "ended").touch()
        return item

    before = children()  # whom tests of the whole kit may have adopted
    found = each_apart(work, [1, 2])
    assert next(found) == 1
    assert children() > before
    found.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []
    assert children() <= before


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("trouble", ["memory", "error"])
def test_a_file_that_its_reader_does_not_survive_is_a_finding(
    trouble: str,
    haugiang: Campaign,
    raw_copy: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = raw_copy / "haugiang-2022/2022-Q4"
    for path in folder.glob("93[4-7]-*"):
        path.unlink()
    read_file = reading.read_file

    def read(*arguments: object, **more: object) -> object:
        path = next(a for a in arguments if isinstance(a, Path))
        if path.name.startswith("931"):
            TROUBLES[trouble][0]()
        return read_file(*arguments, **more)  # type: ignore[arg-type]

    logs = []
    monkeypatch.setattr(reading, "keep_log", logs.append)
    whole = reading.read_period(haugiang, "2022-Q4", folder)
    monkeypatch.setattr(reading, "read_file", read)
    found = reading.read_period(haugiang, "2022-Q4", folder)
    (unread,) = [f for f in found.findings if f.code == "file_unreadable"]
    assert (unread.address.file[:3], unread.unit_code) == ("931", "931")
    assert dict(unread.values)["reason"] == f"reader_{TROUBLES[trouble][1]}"
    assert found.sources[1].sha256 == whole.sources[1].sha256
    others = [o for o in whole.table.observations if o.address.file[:3] in ("930", "932", "933")]
    assert set(others) <= set(found.table.observations)
    assert len(others) > 1000
    assert ["ZeroDivisionError" in log for log in logs] == ([True] if trouble == "error" else [])
