"""Mutations of dxkit's own code, one step each, and who must notice: ``verify`` or a named test.

A mutation is run in a process of its own on a copy of the package. That ``verify`` notices means
that the workbooks of three districts, read and analysed by the mutated code, differ from what is
placed and recounted; what ``verify`` cannot see, because the mutated code also makes again what it
compares, a test of the default suite must see.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
VERIFY = "verify"
DISTRICTS = ("932", "935", "936")


class Mutation(NamedTuple):
    """Text of one module of a room, what it becomes, and who notices."""

    room: str
    old: str
    new: str
    notices: str


MUTATIONS = tuple(
    Mutation(**entry)
    for entry in tomllib.loads((Path(__file__).parent / "mutations.toml").read_text("utf-8"))[
        "mutations"
    ]
)


def places_of(mutation: Mutation) -> list[Path]:
    """The modules and files of words in its room that hold a mutation's text."""
    room = ROOT / "dxkit" / mutation.room
    paths = [path for suffix in ("py", "toml") for path in sorted(room.rglob(f"*.{suffix}"))]
    return [path for path in paths if mutation.old in path.read_text("utf-8")]


def mutated(mutation: Mutation, folder: Path) -> Path:
    """A copy of the package in a folder, mutated where the text stands, once in its room."""
    package = folder / "dxkit"
    if not package.exists():
        shutil.copytree(ROOT / "dxkit", package)  # with what is compiled already
    (source,) = places_of(mutation)
    text = source.read_text("utf-8")
    target = package / source.relative_to(ROOT / "dxkit")
    target.write_text(text.replace(mutation.old, mutation.new, 1), "utf-8")
    return target


def who_notices(mutation: Mutation, folder: Path) -> str:
    """``verify``, the test that first fails, or nothing, when the mutated code runs."""
    target = mutated(mutation, folder)
    asked = ["-c", _VERIFY] if mutation.notices == VERIFY else ["-c", _TEST, mutation.notices]
    try:
        done = subprocess.run(
            [sys.executable, *asked], cwd=ROOT, text=True, encoding="utf-8", capture_output=True,
            env={**os.environ, "MUTATED": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    finally:
        target.write_text((ROOT / target.relative_to(folder)).read_text("utf-8"), "utf-8")
    if mutation.notices == VERIFY:
        return VERIFY if done.returncode == 1 and done.stdout.startswith("differs: ") else ""
    failed = re.search(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
    return failed[1] if failed else ""


_START = "import os, sys; sys.path.insert(0, os.environ['MUTATED']); import dxkit\n"
_TEST = f"""{_START}
import pytest
sys.exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "--no-header", sys.argv[1]]))
"""
_VERIFY = f"""{_START}
from tests.verify.mutations import differences
found = differences()
print(f"differs: {{found}}" if found else "agrees")
sys.exit(bool(found))
"""


def differences() -> int:
    """How much of three districts' workbooks, as this process reads them, is not proved."""
    import tempfile

    from dxkit.campaign.project import Project
    from dxkit.period.opening import open_period
    from dxkit.verify.placement import compare_cells
    from dxkit.verify.recount import recounted
    from dxkit.verify.verify import recount_facts

    with tempfile.TemporaryDirectory() as scratch:
        raw, published = Path(scratch) / "raw", ROOT / "data/raw/haugiang-2022"
        for period in ("2022-Q3", "2022-Q4"):
            folder = raw / "haugiang-2022" / period
            folder.mkdir(parents=True)
            for district in DISTRICTS:
                (path,) = (published / period).glob(f"{district}*")
                shutil.copy(path, folder)
        project = Project.find(str(raw), str(Path(scratch) / "out"))
        opened = open_period(project, "haugiang-2022", "2022-Q4")
        previous = opened.analysis.previous
        assert previous is not None
        received = [opened.received, previous.received]
        cells = [compare_cells(opened.campaign, one,
                               project.period_folder("haugiang-2022", one.table.period))
                 for one in received]  # fmt: skip
        counted, found = recount_facts(opened, recounted(opened.campaign, *received), [])
        assert counted > 5000
        return len(found) + sum(len(c.differences) for c in cells)
