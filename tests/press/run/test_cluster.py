"""Pages made by a Dask cluster on this machine, one of whose workers is killed in mid-batch."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dxkit.cli import run

_QUIET = {**os.environ, "DASK_DISTRIBUTED__WORKER__HTTP__NANNY": "[]", "PYTHONUNBUFFERED": "1"}


class Cluster:
    """A scheduler and some workers, real processes on the loopback address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self.log = folder / "scheduler.log"
        self.scheduler = self._start(
            "dask_scheduler", self.log, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"
        )
        found = self._wait_for(r"Scheduler at:\s*(tcp://127\.0\.0\.1:\d+)", self.log)
        self.address = found[1]

    def add_workers(self, count: int) -> None:
        logs = [self.folder / f"worker-{number}.log" for number in range(count)]
        self.workers += [
            self._start(
                "dask_worker", log, self.address, "--host", "127.0.0.1", "--nthreads", "1",
                "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder),
            )
            for log in logs
        ]  # fmt: skip
        for log in logs:
            self._wait_for("Registered to", log)

    def _start(self, module: str, log: Path, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
        with log.open("wb") as file:
            return subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, env=_QUIET)

    def _wait_for(self, pattern: str, log: Path) -> Any:
        for _ in range(600):
            found = re.search(pattern, log.read_text("utf-8", "replace"))
            if found:
                return found
            time.sleep(0.1)
        raise TimeoutError(log.read_text("utf-8", "replace"))

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    try:
        made.add_workers(2)
        yield made
    finally:
        made.close()


def descendants(process: int) -> list[int]:
    children = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        children += [int(child) for child in path.read_text().split()]
    return children + [below for child in children for below in descendants(child)]


@pytest.mark.unmeasured
def test_a_batch_on_a_cluster_survives_the_death_of_a_worker(
    cluster: Cluster, outputs: Path, out: Path, pytestconfig: pytest.Config
) -> None:
    full = pytestconfig.getoption("--full")
    arguments = ["report", "2022-Q4", "--cluster", cluster.address, "--out", str(out)]
    rounds: list[list[str]] = [[]]
    if full:  # 84 pages twice and the eight districts with the province: more than 200
        rounds = [["--level", "commune"], ["--level", "commune", "--force", "--lang", "en"], []]
        rounds += [["--level", "commune", "--force"]]
    made = 0
    for number, more in enumerate(rounds):
        command = [sys.executable, "-m", "dxkit", *arguments, *more]
        batch = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if number == 0:
            victim = cluster.workers[0]
            while batch.poll() is None and not descendants(victim.pid):
                time.sleep(0.02)
            below = descendants(victim.pid)
            assert below, "the worker has made nothing"
            os.kill(victim.pid, signal.SIGKILL)
            victim.wait()
        _, said = batch.communicate(timeout=900)
        assert batch.returncode == 0, said
        if number == 0:
            time.sleep(0.5)
            assert not [p for p in below if Path(f"/proc/{p}/exe").exists()]
        manifest = json.loads((out / "haugiang-2022/2022-Q4/manifest.json").read_text("utf-8"))
        assert manifest["engine"] == "cluster"
        made += len(re.findall(r"^.* \d+/\d+: \S+\.html$", said, re.MULTILINE))
    assert made >= (200 if full else 9)
    machines = {page["machine"] for page in manifest["pages"].values() if page["machine"]}
    assert machines
    assert all(machine.startswith("tcp://127.0.0.1:") for machine in machines)
    folder = out / "haugiang-2022/2022-Q4"
    for page in (*outputs.glob("district/*.html"), outputs / "province.html"):
        assert (folder / page.relative_to(outputs)).read_bytes() == page.read_bytes()
    assert not list(folder.glob(".scratch"))


def test_a_cluster_that_is_not_there_is_said_so(
    out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    arguments = ["--unit", "930", "--cluster", "tcp://127.0.0.1:1", "--out", str(out)]
    assert run(["report", "2022-Q4", *arguments]) == 2
    said = capsys.readouterr().err
    assert "dxkit[cluster]" in said
    assert "Traceback" not in said
