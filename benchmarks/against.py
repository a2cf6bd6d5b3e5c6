"""What reading costs now, as a multiple of what it cost at an earlier commit.

    python benchmarks/against.py COMMIT [ROUNDS]

Both versions read the demonstration's workbooks and, where the published workbooks lie beside the
project, the census; in turn, so that other work on the machine counts in both. Each figure is the
least processor time of all rounds, of reading once more in a process that has read once.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CENSUS = ROOT.parent / "shared" / "real" / "gso_census2019_households.xlsx"
_READ = """
import sys
from pathlib import Path
from dxkit.campaign.folder import load_campaign
from dxkit.intake.period import read_period
if __name__ == "__main__":
    times, plan, folder, references, *periods = sys.argv[1:]
    campaign = load_campaign(Path(plan))
    for number in range(int(times)):
        for period in periods:
            read_period(campaign, period, Path(folder.format(period=period)), Path(references))
"""


def seconds(source: Path, plan: str, *arguments: str) -> float:
    """Processor time of a further reading of some periods with the version that lies in
    ``source``, in whatever processes it reads.
    """
    once, twice = (_cost(source, str(times), str(source / plan), *arguments) for times in (1, 2))
    return twice - once


def _cost(source: Path, *arguments: str) -> float:
    script = source / "read_for_a_benchmark.py"
    script.write_text(_READ, "utf-8")
    try:
        process = subprocess.Popen(
            [sys.executable, str(script), *arguments],
            env={**os.environ, "PYTHONPATH": str(source), "PYTHONUTF8": "1"},
            cwd=source,
        )
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        script.unlink()
    if status:
        raise SystemExit(f"{source}: reading ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


def main(commit: str, rounds: int = 5) -> None:
    """Print both times and their ratio for each set of workbooks."""
    with tempfile.TemporaryDirectory() as name:
        before, census = Path(name) / "before", Path(name) / "census"
        git = ["git", "-C", str(ROOT), "archive", commit, "dxkit", "data/campaigns", "tests/intake"]
        archive = subprocess.run(git, check=True, capture_output=True).stdout
        before.mkdir()
        subprocess.run(["tar", "-x", "-C", str(before)], input=archive, check=True)
        raw = ROOT / "data/raw/haugiang-2022"
        sets = {
            "demonstration": (
                "data/campaigns/haugiang-2022", f"{raw}/{{period}}", str(raw), "2022-Q3", "2022-Q4"
            )
        }  # fmt: skip
        if CENSUS.exists():
            census.mkdir()
            shutil.copy(CENSUS, census)
            sets["census"] = ("tests/intake/campaigns/census-2019", str(census), name, "2019")
        for what, arguments in sets.items():
            times = [(seconds(before, *arguments), seconds(ROOT, *arguments))
                     for _ in range(rounds)]  # fmt: skip
            then, now = (min(column) for column in zip(*times, strict=True))
            print(f"{what:15} {then:6.2f} s then {now:6.2f} s now   {now / then:.2f} times")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
