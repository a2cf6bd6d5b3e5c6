"""Whether the bounds of pyproject.toml hold: make an environment with the lowest version allowed of
each library, or with the newest, run the main job there for both campaigns and verify it.

    python3 -m tools.bounds lowest
    python3 -m tools.bounds newest

Takes some minutes and the network; nothing is left behind. What the libraries themselves need is
the newest that fits, as pip chooses it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CAMPAIGNS = ("haugiang-2022", "pci-2009")
_LOWEST = re.compile(r"([\w-]+)>=([^,]+),<[^,]+")


def wanted(end: str, requirements: Iterable[str]) -> list[str]:
    """What pip is asked for: requirements as they are, or of each exactly the lowest version."""
    if end == "newest":
        return list(requirements)
    return [_LOWEST.sub(r"\1==\2", requirement) for requirement in requirements]


def make_environment(end: str, folder: Path) -> Path:
    """An environment with dxkit; returns its Python."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    libraries = wanted(end, declared["project"]["dependencies"])
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *libraries, *declared["build-system"]["requires"]], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", ROOT], check=True)
    subprocess.run([python, "-m", "pip", "freeze", "--exclude-editable"], check=True)
    return python


def run_main_job(python: Path, out: Path) -> bool:
    """Whether every page is made, and verified; findings in the data are no fault."""
    for campaign in CAMPAIGNS:
        options = ["--campaign", campaign, "--out", str(out), "--lang", "en"]
        for command, done in (("report", (0, 1)), ("verify", (0,))):
            words = [python, "-m", "dxkit", command, *options]
            if subprocess.run(words, cwd=ROOT, check=False).returncode not in done:
                print(f"{command} of {campaign} failed", file=sys.stderr)
                return False
    return True


def main(arguments: list[str]) -> int:
    """Run the job in one environment; returns the exit code."""
    if arguments not in (["lowest"], ["newest"]):
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="dxkit-bounds-") as scratch:
        python = make_environment(arguments[0], Path(scratch, "venv"))
        done = run_main_job(python, Path(scratch, "out"))
    print(f"{arguments[0]} versions: {'ok' if done else 'FAILED'}")
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
