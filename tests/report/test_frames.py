"""The frames for analysts: documented columns, the figures of the data files, no shared state."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

import dxkit
from dxkit.report import frames


@pytest.fixture(scope="module")
def period() -> dxkit.period.OpenPeriod:
    return dxkit.open("haugiang-2022", "2022-Q4")


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("units", frames.UNIT_COLUMNS),
        ("observations", frames.OBSERVATION_COLUMNS),
        ("indicators", frames.INDICATOR_COLUMNS),
        ("ranking", frames.RANKING_COLUMNS),
        ("findings", frames.FINDING_COLUMNS),
        ("initiatives", frames.INITIATIVE_COLUMNS),
    ],
)
def test_columns_and_types(period, name: str, columns: tuple[str, ...]) -> None:
    frame = getattr(period, name)()
    assert tuple(frame.columns) == columns
    assert len(frame) > 0
    for column in frame.columns:
        if column in frames._NUMBERS:
            assert pd.api.types.is_float_dtype(frame[column]), column
        elif column not in ("published", "decimals", "cells"):
            assert pd.api.types.is_string_dtype(frame[column]), column
            assert frame[column].notna().all(), column
    frame["spoilt"] = 1
    assert tuple(getattr(period, name)().columns) == columns  # the next one is whole


@pytest.mark.parametrize("name", ["observations", "indicators", "ranking", "findings"])
def test_the_frames_equal_the_data_files(period, outputs: Path, name: str) -> None:
    with (outputs / f"data/{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    frame = getattr(period, name)()
    assert list(frame.columns) == header
    assert len(frame) == len(rows)
    for made, written in zip(frame.itertuples(index=False), rows, strict=True):
        for value, text in zip(made, written, strict=True):
            if isinstance(value, float):
                assert (text == "") if pd.isna(value) else value == float(text)
            else:
                assert value == text.removeprefix("'") or value == text


def test_three_lines_reach_any_figure(period) -> None:
    """The share of one district by two other ways: its two counts, and its scorecard."""
    table = period.indicators()
    value = table.query("unit_code == '930' and indicator == 'cashless'")["value"].item()
    reported = period.observations().query("unit_code.str.startswith('313')")
    communes = period.units().query("parent_code == '930'")["unit_code"]
    own = reported[reported["unit_code"].str.split("-").str[0].isin(communes)]
    sums = own.groupby("measure")["value"].sum()
    assert value == pytest.approx(sums["households_cashless"] / sums["households"])
    assert value == period.scorecard("930").fact("cashless", "value").value
    facts = period.facts("930").query("unit_code == '930' and period == '2022-Q4'")
    facts = facts.query("subject == 'cashless' and kind == 'value'")
    assert facts["value"].item() == value
    assert len(facts["cells"].item()) > 50


def test_history_reaches_back(period) -> None:
    both = period.indicators(history=True)
    assert list(both["period"].unique()) == ["2022-Q3", "2022-Q4"]
    earlier = dxkit.open("haugiang-2022", "2022-Q3").indicators()
    pd.testing.assert_frame_equal(both.query("period == '2022-Q3'").reset_index(drop=True), earlier)


def test_a_campaign_without_initiatives_has_an_empty_register() -> None:
    pci = dxkit.open("pci-2009", "2009")
    assert pci.initiatives().empty
    assert tuple(pci.initiatives().columns) == frames.INITIATIVE_COLUMNS
