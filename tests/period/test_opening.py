"""Which periods a period is opened with."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from dxkit.campaign.project import Project
from dxkit.model.campaign import WHOLE_MOVEMENT, Campaign
from dxkit.period.opening import opened_with


@pytest.mark.parametrize(
    ("sent", "opened"),
    [
        ("P1 P2 P3 P4", "P1 P2 P3 P4"),
        ("P1 P3 P4", "P3 P4"),  # a gap: what lies before it is no part of the sum
        ("P1 P2 P4", "P4"),
        ("P1 P2 P3", "P1 P2 P3 P4"),  # nothing of its own has come yet
        ("P4", "P4"),
    ],
)
def test_a_sum_over_the_movement_opens_all_its_periods(
    haugiang: Campaign, tmp_path: Path, sent: str, opened: str
) -> None:
    first = haugiang.periods[0]
    periods = tuple(dataclasses.replace(first, id=f"P{n}") for n in (1, 2, 3, 4))
    whole = dataclasses.replace(haugiang, periods=periods)
    for name in sent.split():
        folder = tmp_path / haugiang.id / name
        folder.mkdir(parents=True)
        (folder / "930.xlsx").write_bytes(b"x")
    project = Project(tmp_path, raw=tmp_path)
    assert opened_with(project, whole, "P4") == tuple(opened.split())
    # without a target for the whole movement the period before is enough
    targets = tuple(t for t in haugiang.targets if t.period != WHOLE_MOVEMENT)
    short = dataclasses.replace(whole, targets=targets)
    assert opened_with(project, short, "P4") == tuple(opened.split()[-2:])
