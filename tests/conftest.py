"""What all tests share: the project, the shipped campaigns, one finished run.

Nothing heavy is imported here: tests of one small module start at once.
"""

from __future__ import annotations

import gc
import os
import runpy
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dxkit.workbooks.processes import stay_single_threaded
from tests.beside import Beside

if TYPE_CHECKING:
    from dxkit.model.campaign import Campaign
    from dxkit.period import OpenPeriod

stay_single_threaded()  # before anything imports numpy, so that tests fork as a batch does
# Python looks for garbage every few hundred things that are made: among the millions that tests
# share, that took them a seventh of their time. Among those that stay it looks sooner than by
# itself: the analyses of tests that are over go in circles, and all that a process holds makes each
# fork dearer.
gc.set_threshold(20_000, 10, 2)
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell's "&" has begun this process without Ctrl-C, and what it starts would inherit that:
    # the commands of the tests begin as from a terminal.
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long suites whole")
    parser.addoption("--windows", action="store_true", help="run dxkit as if on Windows")
    parser.addoption("--beside", type=Path, help="folder shared with other pytest processes")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.windows:
        go_to_windows()
    if config.option.beside:
        config.pluginmanager.register(Beside(config.option.beside), "beside")


def go_to_windows() -> None:
    """Have dxkit, imported from here on, and whatever is started from here on be on Windows."""
    windows = str(ROOT / "tests" / "windows")
    os.environ["PYTHONPATH"] = os.pathsep.join([windows, os.environ.get("PYTHONPATH", str(ROOT))])
    for name in [name for name in sys.modules if name.partition(".")[0] == "dxkit"]:
        del sys.modules[name]
    runpy.run_path(f"{windows}/sitecustomize.py", run_name="sitecustomize")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def haugiang() -> Campaign:
    from dxkit.campaign.folder import load_campaign

    return load_campaign(ROOT / "data/campaigns/haugiang-2022")


@pytest.fixture(scope="session")
def pci() -> Campaign:
    from dxkit.campaign.folder import load_campaign

    return load_campaign(ROOT / "data/campaigns/pci-2009")


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of published workbooks, which the project does not carry."""
    folder = ROOT.parent / "shared" / "real"
    if not folder.is_dir():
        pytest.skip("the published workbooks (../shared/real) are not on this machine")
    return folder


def made_once(
    request: pytest.FixtureRequest, name: str, make: Callable[[Path], None], folder: Path
) -> Path:
    """What ``make`` puts into a folder: made by one of the processes that test beside each other,
    this one's copy of it.
    """
    beside = request.config.pluginmanager.get_plugin("beside")
    if beside is None:
        make(folder)
    else:
        shutil.copytree(beside.once(name, make), folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for outputs with nothing but the intake of the two quarters of Hậu Giang as
    committed, so that no test has to read them that is not about reading. Nobody may alter it.
    """
    from dxkit.campaign.project import Project
    from dxkit.period.opening import open_period

    def make(folder: Path) -> None:
        open_period(Project.find(None, str(folder)), "haugiang-2022", "2022-Q4")

    return made_once(request, "stored", make, tmp_path_factory.mktemp("stored"))


@pytest.fixture(scope="session")
def periods(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, OpenPeriod]:
    """The two quarters of Hậu Giang as committed, opened. Nobody may alter them."""
    from dxkit.campaign.project import Project
    from dxkit.period.opening import open_period

    out = tmp_path_factory.mktemp("periods")
    project = Project.find(None, str(shutil.copytree(stored, out, dirs_exist_ok=True)))
    return {p: open_period(project, "haugiang-2022", p) for p in ("2022-Q3", "2022-Q4")}


@pytest.fixture(scope="session")
def outputs(
    request: pytest.FixtureRequest, stored: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The outputs of one run of the main job on the committed demonstration workbooks: this
    process's copy of them. A test that alters them takes a copy of its own.
    """
    from dxkit.cli import run

    def make(folder: Path) -> None:
        shutil.copytree(stored, folder, dirs_exist_ok=True)
        assert run(["report", "2022-Q4", "--out", str(folder)]) == 0

    out = made_once(request, "outputs", make, tmp_path_factory.mktemp("out"))
    return out / "haugiang-2022" / "2022-Q4"


@pytest.fixture
def out(stored: Path, tmp_path: Path) -> Path:
    """A folder for a test's own outputs of Hậu Giang, whose quarters are read already."""
    return Path(shutil.copytree(stored, tmp_path / "out"))


@pytest.fixture(scope="session")
def small_project(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of three districts and two periods, whose pages are made in a moment. Nobody may
    alter it.
    """
    from tests.press.small_campaign import write_project

    folder = tmp_path_factory.mktemp("small") / "project"
    write_project(root, folder, "2024-Q1", "2024-Q2")
    return folder


@pytest.fixture
def small(small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for outputs of that project, which the commands of the test are about."""
    monkeypatch.setenv("DXKIT_PROJECT", str(small_project))
    return tmp_path / "out"


@pytest.fixture
def raw_copy(tmp_path: Path) -> Path:
    """A copy of the raw data of 2022-Q4 that a test may spoil."""
    folder = tmp_path / "raw" / "haugiang-2022"
    shutil.copytree(ROOT / "data/raw/haugiang-2022/2022-Q4", folder / "2022-Q4")
    return tmp_path / "raw"
