"""Pages made on other machines: chunks of a batch are sent to a Dask cluster, each of which a
process started there makes (``main``).

What pages are made from travels as one parcel: the campaign folder, the notebooks, and what intake
has stored of the period and of the one before. No raw file travels, and no code: the machines have
the same dxkit, which is checked.
"""

from __future__ import annotations

import datetime
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.project import Project
from dxkit.period.opening import kept_bytes, leaves_of, look_back, period_before, series_of
from dxkit.press.manifest import code_key
from dxkit.press.run.tasks import (
    DIED,
    EXECUTED,
    OTHER_CODE,
    PAGE,
    TRIES,
    ClusterError,
    Outcome,
    StrangeClusterError,
    Task,
)
from dxkit.press.run.workers import local_workers
from dxkit.workbooks.processes import lead_own_group, no_collection

LOST = "lost"
_LONGEST_CHUNK = 32
_Made = tuple[str, str, float, int, str, str, bytes, bytes]
"""Unit, reason, seconds, tries, machine, engine, page, executed notebook."""


class ClusterCrew:
    """The workers of a Dask cluster, found through the address of its scheduler."""

    engine = "cluster"

    def __init__(self, project: Project, address: str, time_limit: float) -> None:
        """Raises ClusterError when it is not trusted, not installed or no worker is reached."""
        if not is_trusted(address):
            raise StrangeClusterError(address)
        try:
            from distributed import Client
        except ImportError:
            raise ClusterError("dxkit[cluster]") from None
        self.project = project
        self.time_limit = time_limit
        try:
            self._client: Any = Client(address, timeout=10, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:  # TypeError: it has no certificates
            raise ClusterError(f"{address}: {error}") from None
        self.jobs = sum(self._client.nthreads().values())
        if not self.jobs:
            self.close()
            raise ClusterError(f"{address}: 0")

    def run(self, tasks: Sequence[Task], folder: Path) -> Iterator[Outcome]:
        """As promised by Crew. A chunk whose worker dies is given to another by the scheduler; one
        whose result was lost with its worker is sent again.
        """
        from distributed import as_completed

        if not tasks:
            return
        packed = _pack(self.project, tasks)
        parcel = self._client.scatter(packed, broadcast=True, hash=False)
        chunks = {self._submit(parcel, chunk): (chunk, 1) for chunk in _chunks(tasks, self.jobs)}
        try:
            completed = as_completed(list(chunks), loop=self._client.loop)
            for future in completed:
                chunk, tries = chunks[future]
                made = _result(future)
                if made == LOST and tries < TRIES:
                    again = self._submit(packed, chunk)
                    chunks[again] = (chunk, tries + 1)
                    completed.add(again)
                else:
                    yield from _unpacked(made, {task.unit: task for task in chunk}, folder)
                future.release()
        finally:
            self._client.cancel([parcel, *chunks])

    def _submit(self, parcel: Any, chunk: Sequence[Task]) -> Any:
        """Have a chunk made from a parcel, which the cluster has already or gets with it."""
        paths = {"page": "", "executed": ""}  # each machine has its own
        described = [{**asdict(t), "notebook": t.notebook.name, **paths} for t in chunk]
        order = {"code": code_key(), "time_limit": self.time_limit, "tasks": described,
                 "as_of": str(self.project.as_of or "")}  # fmt: skip
        return self._client.submit(make_chunk, parcel, order, pure=False)

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()


def is_trusted(address: str) -> bool:
    """Whether what comes from a scheduler may be unpickled here, which runs whatever code is in it:
    certificates say whose it is, it is on this machine, or ``DXKIT_CLUSTER`` names it.
    """
    scheme, _, host = address.rpartition("://")
    here = re.fullmatch(r"(localhost|127(\.\d+){3}|\[::1\]):\d+", host)
    named = os.environ.get("DXKIT_CLUSTER", "").split()
    return scheme == "tls" or (scheme in ("", "tcp") and bool(here)) or address in named


def _chunks(tasks: Sequence[Task], jobs: int) -> Iterator[Sequence[Task]]:
    """Parts small enough to keep all busy to the end, long enough to be worth a start."""
    size = min(_LONGEST_CHUNK, -(-len(tasks) // (2 * jobs)))
    for first in range(0, len(tasks), size):
        yield tasks[first : first + size]


def _pack(project: Project, tasks: Sequence[Task]) -> bytes:
    """The parcel: a small project without raw files, as a zip archive."""
    campaign = load_campaign(project.campaign_folder(tasks[0].campaign))
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(campaign.folder.rglob("*")):
            if path.is_file():
                inner = path.relative_to(campaign.folder).as_posix()
                archive.write(path, f"data/campaigns/{campaign.id}/{inner}")
        for notebook in sorted({task.notebook for task in tasks}):
            archive.write(notebook, f"notebooks/{notebook.name}")
        before = period_before(project, campaign, tasks[0].period)
        sent, day = Project(Path()), project.as_of or campaign.period(tasks[0].period).last_day
        for period in series_of(project, campaign, tasks[0].period):
            if period not in (before, tasks[0].period):
                boundaries = campaign.other_boundaries(period, day)
                kept = kept_bytes(look_back(project, campaign, period, day), "")
                archive.writestr(sent.kept_file(campaign.id, period, boundaries).as_posix(), kept)
                continue
            for leaf in leaves_of(project, campaign, period):
                if (stored := project.store_file(campaign.id, leaf)).exists():
                    archive.write(stored, sent.store_file(campaign.id, leaf).as_posix())
    return data.getvalue()


def _result(future: Any) -> list[_Made] | str:
    """What a chunk has made, or why it has made nothing."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker

    try:
        made: list[_Made] = future.result()
    except CancelledError:  # made, but the worker died before it was fetched
        return LOST
    except KilledWorker:
        return DIED
    except Exception as error:
        named = f"{type(error).__name__}: {error}".splitlines()[0]
        return OTHER_CODE if str(error) == OTHER_CODE else named
    return made


def _unpacked(made: list[_Made] | str, tasks: dict[str, Task], folder: Path) -> Iterator[Outcome]:
    """The outcomes of a chunk, its pages written to scratch folders."""
    if isinstance(made, str):
        for task in tasks.values():
            yield Outcome(task, folder, DIED if made == LOST else made, 0.0)
        return
    for unit, reason, seconds, tries, machine, engine, page, executed in made:
        scratch = Path(tempfile.mkdtemp(dir=folder))
        (scratch / PAGE).write_bytes(page)
        (scratch / EXECUTED).write_bytes(executed)
        yield Outcome(tasks[unit], scratch, reason, seconds, tries, machine, engine)
        shutil.rmtree(scratch, ignore_errors=True)


def make_chunk(parcel: bytes, order: dict[str, Any]) -> list[_Made]:
    """On a machine of the cluster: make some pages in a process that is fit to be forked."""
    from distributed import get_worker

    ours = get_worker().local_directory  # Dask clears it away, even after a worker that was killed
    folder = Path(tempfile.mkdtemp(prefix="dxkit-", dir=ours))
    try:
        with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
            archive.extractall(folder)
        (folder / "order.json").write_text(json.dumps(order), "utf-8")
        command = [sys.executable, "-m", "dxkit.press.run.cluster", str(folder)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            said = ended.stderr.strip().splitlines() or [str(ended.returncode)]
            raise RuntimeError(said[-1])
        made = []
        for line in (folder / "made.jsonl").read_text("utf-8").splitlines():
            unit, reason, seconds, tries, engine = json.loads(line)
            place = folder / "made" / unit
            content = [(place / n).read_bytes() if not reason else b"" for n in (PAGE, EXECUTED)]
            address = get_worker().address
            made.append((unit, reason, seconds, tries, address, engine, *content))
        return made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(folder: Path) -> None:
    """The process that makes a chunk from the parcel in a folder; results go to ``made``."""
    lead_own_group()
    order = json.loads((folder / "order.json").read_text("utf-8"))
    if order["code"] != code_key():
        sys.exit(OTHER_CODE)
    day = datetime.date.fromisoformat(order["as_of"]) if order["as_of"] else None
    project = Project(folder, out=folder / "outputs", sealed=True, as_of=day)
    tasks = [
        Task(**{**task, "notebook": project.notebooks / task["notebook"], "page": folder,
                "parameters": tuple(task["parameters"]), "executed": folder})
        for task in order["tasks"]
    ]  # fmt: skip
    with (folder / "made.jsonl").open("w", encoding="utf-8") as record, no_collection():
        crew = local_workers(project, tasks, "", 1, order["time_limit"])
        for outcome in crew.run(tasks, folder):
            unit = outcome.task.unit
            if not outcome.reason:
                (folder / "made" / unit).mkdir(parents=True)
                for name in (PAGE, EXECUTED):
                    (outcome.scratch / name).replace(folder / "made" / unit / name)
            told = [unit, outcome.reason, outcome.seconds, outcome.tries, outcome.engine]
            record.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
