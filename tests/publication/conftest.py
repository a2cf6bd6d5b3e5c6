"""The small campaign, with a census to compare with, reported and published."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import made_once
from tests.press.small_campaign import write_project

PERIOD, EARLIER = "2024-Q2", "2024-Q1"
REFERENCE = """
[[reference_checks]]
measure = "people"
reference = "census"
folder = "reference"
tolerance = 0.15
source = "Ví dụ"
"""
CENSUS = """STT,Mã ĐVHC,Đơn vị,Số người lớn theo điều tra
1,711,Xã Tân An,1010
2,712,Xã Tân Bình,990
3,713,Xã Tân Châu,1000
4,721,Xã Phú An,810
5,731,Xã Lộc An,505
"""


@pytest.fixture(scope="session")
def reported(
    root: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The pages of its second quarter, with Word documents. Nobody may alter it."""
    from dxkit.cli import run

    def make(folder: Path) -> None:
        write_project(root, folder, EARLIER, PERIOD)
        plan = folder / "data/campaigns/small"
        name = "Số người lớn theo điều tra"
        of_census = f"census,{name},Adults counted,người,people,count,stock,commune,census,{name},"
        tables = '[tables]\ncensus = {vi = "Điều tra", en = "Census"}\n'
        text = (plan / "campaign.toml").read_text("utf-8").replace("[tables]\n", tables)
        (plan / "campaign.toml").write_text(text + REFERENCE, "utf-8")
        measures = (plan / "measures.csv").read_text("utf-8")
        (plan / "measures.csv").write_text(f"{measures}{of_census}\n", "utf-8")
        (folder / "data/raw/small/reference").mkdir()
        (folder / "data/raw/small/reference/census.csv").write_text(CENSUS, "utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DXKIT_PROJECT", str(folder))
            assert run(["report", PERIOD, "--to", "docx"]) == 0

    return made_once(request, "reported", make, tmp_path_factory.mktemp("reported") / "project")


@pytest.fixture(scope="session")
def published(
    reported: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same, published as final. Nobody may alter it."""
    from dxkit.cli import run

    def make(folder: Path) -> None:
        shutil.copytree(reported, folder, dirs_exist_ok=True)
        left = folder / f"data/published/small/{PERIOD}/.being-published/outputs/province.html"
        left.parent.mkdir(parents=True)  # by a run that was killed
        left.write_text("half a page", "utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DXKIT_PROJECT", str(folder))
            by = ["--by", "Nguyễn Văn <b>A</b>, Chánh Văn phòng", "--note", "Đợt 1"]
            assert run(["publish", PERIOD, "--state", "final", *by]) == 0

    return made_once(request, "published", make, tmp_path_factory.mktemp("published") / "project")


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path]:
    """A copy of a project that a test may spoil."""

    def copy(project: Path) -> Path:
        shutil.copytree(project, tmp_path / "project")
        monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path / "project"))
        return tmp_path / "project"

    return copy


def replace_in(path: Path, old: str, new: str) -> None:
    """The next command reads the period anew, as in a process of its own."""
    from dxkit.period.opening import open_period

    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    open_period.cache_clear()
