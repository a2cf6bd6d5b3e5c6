"""What the tests of the intake share."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from dxkit.intake.file import read_file
from dxkit.intake.names import Names
from dxkit.model.campaign import Accumulation, Campaign, Measure, MeasureKind
from tests.intake.office import Office


@pytest.fixture(scope="session")
def campaign(haugiang: Campaign, root: Path) -> Campaign:
    """Hậu Giang and one measure that is reported as a share."""
    names = {"vi": "Tỷ lệ hộ nghèo", "en": "Share of poor households"}
    poor = Measure(
        "poor_share", names, {}, MeasureKind.SHARE, Accumulation.STOCK, "commune", "poverty",
        ("Tỷ lệ hộ nghèo",),
    )  # fmt: skip
    found = dataclasses.replace(haugiang, measures=(*haugiang.measures, poor))
    # Once in this process: patterns and writings are then ready in each that reads for a test.
    period, folder = found.period("2022-Q4"), root / "data/raw/haugiang-2022/2022-Q4"
    read_file(found, period, Names(found, period.last_day), min(folder.glob("930*")), folder)
    return found


@pytest.fixture
def office(campaign: Campaign, tmp_path: Path) -> Office:
    return Office(campaign, tmp_path)
