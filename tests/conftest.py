"""What all tests share: the project, the shipped campaigns, one finished run."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dxkit.press.processes import stay_single_threaded

stay_single_threaded()  # before anything imports numpy, so that tests fork as a batch does

from dxkit.cli import run  # noqa: E402
from dxkit.intake.campaign_folder import load_campaign  # noqa: E402
from dxkit.model.campaign import Campaign  # noqa: E402
from dxkit.press import aside, workers  # noqa: E402
from dxkit.press import run as batch_run  # noqa: E402
from dxkit.press.kernels import process  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long suites whole")


@pytest.fixture(scope="session", autouse=True)
def forks_beside_xdist() -> Iterator[None]:
    """A worker of pytest-xdist has a thread that only waits for orders. The kit would not fork
    beside it, and tests would see another way of running than a batch has, ten times as slow.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ or not sys.platform.startswith("linux"):
        yield
        return
    waiting = len(os.listdir("/proc/self/task"))

    def can_fork() -> bool:
        return len(os.listdir("/proc/self/task")) == waiting

    with pytest.MonkeyPatch.context() as patch:
        for module in (aside, batch_run, process, workers):
            patch.setattr(module, "can_fork", can_fork)
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def haugiang() -> Campaign:
    return load_campaign(ROOT / "data/campaigns/haugiang-2022")


@pytest.fixture(scope="session")
def pci() -> Campaign:
    return load_campaign(ROOT / "data/campaigns/pci-2009")


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of published workbooks, which the project does not carry."""
    folder = ROOT.parent / "shared" / "real"
    if not folder.is_dir():
        pytest.skip("the published workbooks (../shared/real) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of one run of the main job on the committed demonstration workbooks."""
    out = tmp_path_factory.mktemp("out")
    assert run(["report", "2022-Q4", "--out", str(out)]) == 0
    return out / "haugiang-2022" / "2022-Q4"


@pytest.fixture
def raw_copy(tmp_path: Path) -> Path:
    """A copy of the raw data of 2022-Q4 that a test may spoil."""
    folder = tmp_path / "raw" / "haugiang-2022"
    shutil.copytree(ROOT / "data/raw/haugiang-2022/2022-Q4", folder / "2022-Q4")
    return tmp_path / "raw"
