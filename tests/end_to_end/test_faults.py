"""Whatever ends a run, what is there is whole, a rerun gives the same bytes, nothing is left."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dxkit.cli import run
from dxkit.workbooks.processes import adopt_orphans, children
from tests.forked import Forked
from tests.press.run.test_batch import remount, small_disk
from tests.press.small_campaign import files_made, write_project

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]

PERIOD = "2024-Q2"
ALL = {
    "kill": 30,
    "child": 30,
    "signal": 30,
    "disk": 10,
    "swap": 6,
    "clock": 6,
    "pair": 20,
}  # else 1
WRITERS = ("report", "check", "verify")
AT_ONCE = [
    *itertools.combinations_with_replacement(WRITERS, 3),
    *itertools.combinations_with_replacement(("rank", *WRITERS), 2),
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        kind = metafunc.function.__name__.split("_")[1]
        full = metafunc.config.getoption("--full")
        metafunc.parametrize("seed", range(ALL[kind] if full else 1))


class Office:
    """A small project, the outputs that it should have, and how long they take: the pages and
    documents of the province and of one district, or of all with ``--full``.
    """

    def __init__(self, root: Path, folder: Path, full: bool) -> None:
        write_project(root, folder, "2024-Q1", PERIOD)
        self.folder, pages = folder, 4 if full else 2
        self.wanted = ["--to", "docx", *([] if full else ["--unit", "70", "--unit", "73"])]
        self.rerun(folder / "expected")  # which warms up what the commands are forked from
        begun = time.monotonic()
        done = self.start(folder / "again")
        said = done.communicate()[1]
        assert done.returncode == 0, said
        self.seconds = time.monotonic() - begun
        self.expected = files_made(folder / "expected")
        assert files_made(folder / "again") == self.expected
        assert len([name for name in self.expected if name.endswith(".html")]) == 3 + pages
        assert len([name for name in self.expected if name.endswith(".docx")]) == pages
        adopt_orphans()  # what a command leaves behind is this process's from then on
        self.known = children()

    def start(
        self, out: Path, command: str = "report", before: Callable[[], None] = lambda: None
    ) -> Forked:
        words = [command, PERIOD, *(self.wanted if command == "report" else [])]
        words += ["--out", str(out), "--lang", "en"]
        return Forked(*words, before=before, DXKIT_PROJECT=str(self.folder))

    def check(self, out: Path) -> None:
        """What is there is whole; a rerun completes it, byte for byte; nothing is left."""
        for name, content in files_made(out).items():
            assert content == self.expected.get(name, content), name
        self.rerun(out)
        assert files_made(out) == self.expected
        assert {path.name for path in out.rglob(".*")} == {".running"}
        assert self.left_running() == set()
        manifest = json.loads((out / "small" / PERIOD / "manifest.json").read_text("utf-8"))
        assert manifest["complete"]

    def rerun(self, out: Path) -> None:
        """The same command in this process."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DXKIT_PROJECT", str(self.folder))
            again = ["report", PERIOD, *self.wanted, "--out", str(out), "--lang", "en"]
            assert run(again) == 0

    def left_running(self) -> set[int]:
        """The processes of commands that have ended that live on."""
        return {one for one in children() - self.known if os.waitpid(one, os.WNOHANG) == (0, 0)}


def below(process: int) -> list[int]:
    """The processes that one has started, and those that these have."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [process]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


@pytest.fixture(scope="module")
def office(
    root: Path, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Office:
    folder = tmp_path_factory.mktemp("faults") / "project"
    return Office(root, folder, pytestconfig.getoption("--full"))


def test_kill_of_the_run(seed: int, office: Office, tmp_path: Path) -> None:
    """Before, during and after the pages."""
    process = office.start(tmp_path / "out")
    time.sleep(random.Random(seed).uniform(0.1, 1.1) * office.seconds)
    process.kill()
    process.communicate()
    time.sleep(0.2)
    office.check(tmp_path / "out")


def test_child_killed(seed: int, office: Office, tmp_path: Path) -> None:
    """Readers, pages, the process that makes the files: what it was doing is done by another."""
    dice = random.Random(seed)
    process = office.start(tmp_path / "out")
    time.sleep(dice.uniform(0.2, 0.9) * office.seconds)
    while process.poll() is None:
        if some := below(process.pid):
            try:
                os.kill(dice.choice(some), signal.SIGKILL)
            except ProcessLookupError:
                continue
            break
    said = process.communicate(timeout=120)[1]
    assert process.returncode in (0, 1), said
    assert "unexpected" not in said
    assert "Traceback" not in said
    office.check(tmp_path / "out")


def test_signal_to_stop(seed: int, office: Office, tmp_path: Path) -> None:
    dice = random.Random(seed)
    process = office.start(tmp_path / "out")
    while not list(tmp_path.glob("out/*/*/.scratch")):
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(dice.uniform(0, 0.8) * office.seconds)
    process.send_signal(dice.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP)))
    said = process.communicate(timeout=120)[1]
    assert "Traceback" not in said
    assert process.returncode == ("Stopped as asked" in said)
    assert {path.name for path in (tmp_path / "out").rglob(".*")} == {".running"}
    assert office.left_running() == set()
    office.check(tmp_path / "out")


def test_disk_that_is_full(seed: int, office: Office, tmp_path: Path) -> None:
    size = random.Random(seed).randrange(20, 900, 4)
    with small_disk(tmp_path / "disk", f"{size}k") as disk:
        process = office.start(disk)
        said = process.communicate(timeout=120)[1]
        assert process.returncode in (0, 1, 2), said
        assert "Traceback" not in said
        assert "unexpected" not in said
        if process.returncode == 2:
            assert "The disk is full" in said
        remount(disk, "ro")
        refused = office.start(disk, "check")
        told = refused.communicate(timeout=120)[1]
        assert refused.returncode == 2
        assert "may not be written" in told
        remount(disk, "rw,size=50m")
        office.check(disk)


def test_swap_of_raw_files_while_they_are_read(seed: int, office: Office, tmp_path: Path) -> None:
    """Whatever was read, the next run's outputs are those of the files that are there then."""
    dice = random.Random(seed)
    path = office.folder / "data/raw/small" / PERIOD / "73-huyen-my-chau.csv"
    true = path.read_bytes()
    other = true.replace(b"500,300", b"500,222")
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            path.write_bytes(other)
            time.sleep(dice.uniform(0, 0.1))
            path.write_bytes(true)
            time.sleep(dice.uniform(0, 0.1))

    thread = threading.Thread(target=swap)
    process = office.start(tmp_path / "out")  # before there is a thread, beside which none forks
    thread.start()
    try:
        said = process.communicate(timeout=120)[1]
    finally:
        over.set()
        thread.join()
        path.write_bytes(true)
    assert process.returncode in (0, 1), said
    assert "unexpected" not in said
    again = office.start(tmp_path / "out")
    said = again.communicate(timeout=120)[1]
    assert again.returncode in (0, 1), said  # figures on pages may have been the other file's
    for name in ("data/changes.csv", "data/changed_figures.csv"):
        (tmp_path / "out/small" / PERIOD / name).unlink(missing_ok=True)
    found = files_made(tmp_path / "out")
    for name, content in office.expected.items():
        if "cells" not in name and name != f"small/{PERIOD}/data/changes.csv":
            assert found[name] == content, name


def test_clock_that_goes_back(seed: int, office: Office, tmp_path: Path) -> None:
    """Within runs and between them: no time of a file or of the day decides anything."""
    dice = random.Random(seed)

    def go_back() -> None:
        """Each look at the clock finds it anywhere in the last 30 years."""
        now = time.time
        time.time = lambda: now() - dice.randrange(10**9)
        time.time_ns = lambda: int(time.time() * 10**9)

    for _ in range(2):
        process = office.start(tmp_path / "out", before=go_back)
        said = process.communicate(timeout=120)[1]
        assert process.returncode == 0, said
        dice.random()  # else the second finds what the first has found
        assert files_made(tmp_path / "out") == office.expected
        for file in (*(tmp_path / "out").rglob("*"), *(office.folder / "data").rglob("*")):
            os.utime(file, (dice.randrange(2**31),) * 2)
        damaged = dice.choice([*tmp_path.rglob("*.html"), *tmp_path.rglob("*.docx")])
        kept = damaged.stat()
        damaged.write_bytes(damaged.read_bytes()[:-1] + b" ")  # the same size, the same time
        os.utime(damaged, ns=(kept.st_atime_ns, kept.st_mtime_ns))


def test_pair_of_commands_at_once(seed: int, office: Office, tmp_path: Path) -> None:
    """Of every pair, and of those that write every three; in the end one rerun gives all."""
    names = AT_ONCE[seed]
    runs = [(name, office.start(tmp_path / "out", name)) for name in names]
    for name, process in runs:
        said = process.communicate(timeout=120)[1]
        assert process.returncode in (0, 1, 2), (name, said)
        assert "Traceback" not in said
        assert "unexpected" not in said
        if process.returncode == 2:
            assert "Another run is writing" in said or name == "verify", (name, said)
    office.check(tmp_path / "out")
