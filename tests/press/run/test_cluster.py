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
from dxkit.press.run.cluster import is_trusted

_QUIET = {**os.environ, "DASK_DISTRIBUTED__WORKER__HTTP__NANNY": "[]", "PYTHONUNBUFFERED": "1"}


def certificate(folder: Path, name: str) -> dict[str, str]:
    """Dask's options for an authority of its own, whose only certificate is that of all."""
    key, signed = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=office", "-keyout", key, "-out", signed],
        check=True, capture_output=True,
    )  # fmt: skip
    options = {"REQUIRE_ENCRYPTION": "True", "TLS__CA_FILE": str(signed)}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        options |= {f"TLS__{role}__CERT": str(signed), f"TLS__{role}__KEY": str(key)}
    return {f"DASK_DISTRIBUTED__COMM__{name}": value for name, value in options.items()}


class Cluster:
    """A scheduler and some workers, real processes on the loopback address, that speak by TLS."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.options = certificate(folder, "own")
        self.workers: list[subprocess.Popen[bytes]] = []
        self.log = folder / "scheduler.log"
        self.scheduler = self._start(
            "dask_scheduler", self.log, "--host", "tls://127.0.0.1", "--port", "0",
            "--no-dashboard",
        )  # fmt: skip
        found = self._wait_for(r"Scheduler at:\s*(tls://127\.0\.0\.1:\d+)", self.log)
        self.address = found[1]

    def add_workers(self, count: int) -> None:
        logs = [self.folder / f"worker-{number}.log" for number in range(count)]
        self.workers += [
            self._start(
                "dask_worker", log, self.address, "--host", "tls://127.0.0.1", "--nthreads", "1",
                "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder),
            )
            for log in logs
        ]  # fmt: skip
        for log in logs:
            self._wait_for("Registered to", log)

    def _start(self, module: str, log: Path, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
        with log.open("wb") as file:
            return subprocess.Popen(
                command, stdout=file, stderr=subprocess.STDOUT, env={**_QUIET, **self.options}
            )

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
    """A cluster without a worker yet."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    try:
        yield made
    finally:
        made.close()


def descendants(process: int) -> list[int]:
    children = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        children += [int(child) for child in path.read_text().split()]
    return children + [below for child in children for below in descendants(child)]


@pytest.mark.unmeasured
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.full)])
def test_a_batch_on_a_cluster_survives_the_death_of_a_worker(
    whole: bool, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Of two units of the small campaign; of Hậu Giang with its communes, more than 200 pages."""
    if whole and not request.config.getoption("--full"):
        pytest.skip("two hundred pages are part of --full")
    cluster: Cluster = request.getfixturevalue("cluster")
    rounds: list[list[str]]
    if whole:  # 84 pages twice and the eight districts with the province
        expected, out = (request.getfixturevalue(name) for name in ("outputs", "out"))
        rounds = [["--level", "commune"], ["--level", "commune", "--force", "--lang", "en"], []]
        rounds += [["--level", "commune", "--force"]]
    else:
        out, here = request.getfixturevalue("small"), tmp_path / "here"
        two = ["--unit", "70", "--unit", "71"]
        expected, rounds = here / "small/2024-Q2", [two]
    folder = out / expected.parent.name / expected.name
    arguments = ["report", expected.name, "--cluster", cluster.address, "--out", str(out)]
    strangers = {"nobody": {}, "another": certificate(cluster.folder, "another")}
    refused = [  # beside all else: each waits for an answer that does not come
        subprocess.Popen(
            [sys.executable, "-m", "dxkit", *arguments[:-1], str(out / who)],
            stderr=subprocess.PIPE, text=True, env={**os.environ, **options},
        )
        for who, options in strangers.items()
    ]  # fmt: skip
    cluster.add_workers(2)
    if not whole:
        assert run(["report", expected.name, *two, "--out", str(here)]) == 0
    made = 0
    for number, more in enumerate(rounds):
        command = [sys.executable, "-m", "dxkit", *arguments, *more]
        batch = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **cluster.options},
        )  # fmt: skip
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
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        assert manifest["engine"] == "cluster"
        made += len(re.findall(r"^.* \d+/\d+: \S+\.html$", said, re.MULTILINE))
    assert made >= (200 if whole else 2)
    machines = {page["machine"] for page in manifest["pages"].values() if page["machine"]}
    assert machines
    assert all(machine.startswith("tls://127.0.0.1:") for machine in machines)
    pages = [*expected.glob("district/*.html"), expected / "province.html"]
    assert len(pages) == (9 if whole else 2)
    for page in pages:
        assert (folder / page.relative_to(expected)).read_bytes() == page.read_bytes()
    assert not list(folder.glob(".scratch"))
    for process in refused:
        said = process.communicate(timeout=300)[1]
        assert process.returncode == 2
        assert "Không dùng được cụm máy tính" in said


@pytest.mark.parametrize(
    ("address", "named", "expected"),
    [
        ("tls://10.1.2.3:8786", "", True), ("tcp://127.0.0.1:1", "", True), ("[::1]:1", "", True),
        ("localhost:8786", "", True), ("tcp://10.1.2.3:8786", "", False), ("10.1.2.3:1", "", False),
        ("tcp://localhost.example.org:1", "", False), ("tcp://127.0.0.1.example.org:1", "", False),
        ("ws://127.0.0.1:1", "", False), ("tcp://[::1]:1@10.1.2.3:1", "", False),
        ("tcp://a:1", "tcp://b:1 tcp://a:1", True), ("tcp://a:1", "tcp://a:12", False),
    ],
)  # fmt: skip
def test_a_scheduler_is_trusted_by_certificate_by_place_or_by_name(
    address: str, named: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DXKIT_CLUSTER", named)
    assert is_trusted(address) is expected


def test_a_scheduler_that_the_office_has_not_named_is_not_spoken_with(
    out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)  # it is not even asked for
    arguments = ["--unit", "930", "--cluster", "tcp://10.1.2.3:8786", "--out", str(out)]
    assert run(["report", "2022-Q4", *arguments, "--lang", "en"]) == 2
    assert "Nothing says that the scheduler tcp://10.1.2.3:8786" in capsys.readouterr().err


def test_a_cluster_that_is_not_there_is_said_so(
    out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    arguments = ["--unit", "930", "--cluster", "tcp://127.0.0.1:1", "--out", str(out)]
    assert run(["report", "2022-Q4", *arguments]) == 2
    said = capsys.readouterr().err
    assert "dxkit[cluster]" in said
    assert "Traceback" not in said
