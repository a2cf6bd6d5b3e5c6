"""What the tests of the intake share."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from dxkit.model.campaign import Accumulation, Campaign, Measure, MeasureKind
from tests.intake.office import Office


@pytest.fixture(scope="session")
def campaign(haugiang: Campaign) -> Campaign:
    """Hậu Giang and one measure that is reported as a share."""
    names = {"vi": "Tỷ lệ hộ nghèo", "en": "Share of poor households"}
    poor = Measure(
        "poor_share", names, {}, MeasureKind.SHARE, Accumulation.STOCK, "commune", "poverty",
        ("Tỷ lệ hộ nghèo",),
    )  # fmt: skip
    return dataclasses.replace(haugiang, measures=(*haugiang.measures, poor))


@pytest.fixture
def office(campaign: Campaign, tmp_path: Path) -> Office:
    return Office(campaign, tmp_path)
