"""What all tests share: the project, the shipped campaigns, one finished run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dxkit.press.processes import stay_single_threaded

stay_single_threaded()  # before anything imports numpy, so that tests fork as a batch does

from dxkit.cli import run  # noqa: E402
from dxkit.intake.campaign_folder import load_campaign  # noqa: E402
from dxkit.model.campaign import Campaign  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long suites whole")


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
