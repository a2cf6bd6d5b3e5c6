"""Many reports one after the other: none lost, none mixed up, nothing grows, nothing is left."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from dxkit.campaign.project import Project
from dxkit.press.run.plan import plan_tasks
from dxkit.press.run.tasks import PAGE, Task
from dxkit.press.run.workers import local_workers

WORKER_LIMIT_MB = 300


def memory_here() -> float:
    """Present resident memory of this process in MB."""
    resident = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(resident[1]) / 1024 if resident else 0.0


def children(process: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(child) for child in path.read_text().split()]
        except OSError:
            continue
    return found


COUNT_SCRIPT = """
import json, os, sys
from dxkit.workbooks.processes import stay_single_threaded
stay_single_threaded()
from pathlib import Path
sys.path.insert(0, {here!r})
from test_many_reports import make_many
print(json.dumps(make_many(Path({root!r}), Path({outputs!r}), {number})))
"""


def make_many(root: Path, outputs: Path, number: int) -> dict[str, object]:
    """So many reports in this process; what there is to say of them."""
    project = Project(root, out=outputs.parents[1])
    from dxkit.campaign.folder import load_campaign

    campaign = load_campaign(project.campaign_folder("haugiang-2022"))
    units = campaign.units.on(campaign.period("2022-Q4").last_day)
    one: list[Task] = []
    for level in ("district", "commune"):
        one += plan_tasks(project, campaign, "2022-Q4", "", outputs, [], level, "vi", None, units)
    wanted = [one[n % len(one)] for n in range(number)]
    crew = local_workers(project, one, "", 2, 300.0)
    seen: dict[str, set[str]] = {}
    lost, own = [], []
    with tempfile.TemporaryDirectory() as folder:
        for outcome in crew.run(wanted, Path(folder)):
            if outcome.reason:
                lost.append(outcome.reason)
                continue
            page = (outcome.scratch / PAGE).read_text("utf-8")
            seen.setdefault(outcome.task.unit, set()).add(page)
            own.append(memory_here())
        left = os.listdir(folder)
    quarter = max(1, len(own) // 4)
    return {
        "engine": crew.engine,
        "made": len(own),
        "lost": lost,
        "versions": sorted({len(pages) for pages in seen.values()}),
        "mixed_up": [
            unit
            for unit, pages in seen.items()
            if any(f'data-fact="2022-Q4/{unit}/' not in page for page in pages)
        ],
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        "own_first_mb": max(own[:quarter]),
        "own_last_mb": max(own[-quarter:]),
        "files_left": left,
        "children_left": len(children(os.getpid())),
        "open_files": len(os.listdir("/proc/self/fd")),
    }


def test_nothing_is_lost_mixed_up_or_left(
    root: Path, outputs: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    number = 1000 if pytestconfig.getoption("--full") else 8
    here = str(Path(__file__).parent)
    script = COUNT_SCRIPT.format(here=here, root=str(root), outputs=str(outputs), number=number)
    command = [sys.executable, "-c", script]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout.splitlines()[-1])
    print(found)
    assert found["engine"] == "fork"
    assert found["made"] == number
    assert found["lost"] == []
    assert found["versions"] == [1]  # every report of one unit is the same, byte for byte
    assert found["mixed_up"] == []
    assert found["peak_mb"] <= WORKER_LIMIT_MB
    assert found["own_last_mb"] - found["own_first_mb"] < 10
    assert found["files_left"] == []
    assert found["children_left"] == 0
    assert found["open_files"] < 20
    assert not list(tmp_path.iterdir())
