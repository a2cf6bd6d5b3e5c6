"""Which periods a period is opened with."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from dxkit.campaign.project import Project
from dxkit.model.campaign import Campaign
from dxkit.period.opening import period_before, series_of


@pytest.mark.parametrize(
    ("sent", "series", "before"),
    [
        ("2022-Q1 2022-Q2 2022-Q3 2022-Q4", "2022-Q1 2022-Q2 2022-Q3 2022-Q4", "2022-Q3"),
        ("2022-Q1 2022-Q3 2022-Q4", "2022-Q1 2022-Q3 2022-Q4", "2022-Q3"),  # a gap
        ("2022-Q1 2022-Q2 2022-Q4", "2022-Q1 2022-Q2 2022-Q4", ""),
        ("2022-Q1 2022-Q2 2022-Q3", "2022-Q1 2022-Q2 2022-Q3 2022-Q4", "2022-Q3"),
        ("2022-Q4", "2022-Q4", ""),
        ("2022-10 2022-Q3 2022 2022-Q4", "2022-Q3 2022-Q4", "2022-Q3"),  # of its own length
    ],
)
def test_a_series_is_of_the_periods_of_one_length(
    haugiang: Campaign, tmp_path: Path, sent: str, series: str, before: str
) -> None:
    first = haugiang.periods[0]
    names = ("2022-10", "2022-Q1", "2022-Q2", "2022-Q3", "2022", "2022-Q4", "2023-Q1")
    periods = tuple(dataclasses.replace(first, id=name) for name in names)
    whole = dataclasses.replace(haugiang, periods=periods)
    for name in sent.split():
        folder = tmp_path / haugiang.id / name
        folder.mkdir(parents=True)
        (folder / "930.xlsx").write_bytes(b"x")
    project = Project(tmp_path, raw=tmp_path)
    assert series_of(project, whole, "2022-Q4") == tuple(series.split())
    assert period_before(project, whole, "2022-Q4") == before
