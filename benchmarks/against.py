"""What reading costs now, as a multiple of what it cost at an earlier commit.

    python benchmarks/against.py COMMIT [ROUNDS]

Both versions read the demonstration's workbooks and, where the published workbooks lie beside the
project, the census; in turn, so that other work on the machine counts in both. Each figure is the
least processor time of all rounds, that of child processes with it.
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
import os, sys
from pathlib import Path
from dxkit.campaign.folder import load_campaign
from dxkit.intake.file import read_file
from dxkit.intake.names import Names
plan, folder, *periods = sys.argv[1:]
campaign = load_campaign(Path(plan))
for number in range(2):  # the first reading loads modules and words
    start = sum(os.times()[:4])
    for period in map(campaign.period, periods):
        raw, names = Path(folder.format(period=period.id)), Names(campaign, period.last_day)
        for path in sorted(raw.iterdir()):
            read_file(campaign, period, names, path, raw)
print(sum(os.times()[:4]) - start)
"""


def seconds(source: Path, plan: str, folder: str, *periods: str) -> float:
    """Processor time of reading the files of some periods with the version in ``source``."""
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(source / plan), folder, *periods],
        env={**os.environ, "PYTHONPATH": str(source), "PYTHONUTF8": "1"},
        cwd=source,
        capture_output=True,
        check=True,
        text=True,
    )
    return float(done.stdout)


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
                "data/campaigns/haugiang-2022", f"{raw}/{{period}}", "2022-Q3", "2022-Q4"
            )
        }  # fmt: skip
        if CENSUS.exists():
            census.mkdir()
            shutil.copy(CENSUS, census)
            sets["census"] = ("tests/intake/campaigns/census-2019", str(census), "2019")
        for what, arguments in sets.items():
            times = [(seconds(before, *arguments), seconds(ROOT, *arguments))
                     for _ in range(rounds)]  # fmt: skip
            then, now = (min(column) for column in zip(*times, strict=True))
            print(f"{what:15} {then:6.2f} s then {now:6.2f} s now   {now / then:.2f} times")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
