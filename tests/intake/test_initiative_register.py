"""The register of initiatives: published ones as they were published, reported ones counted."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import pytest

import dxkit
from dxkit.analysis.panel import choose, counts, started_at
from dxkit.intake.dates import start_days
from dxkit.intake.period import published_initiatives, reported_initiatives
from dxkit.model.campaign import Campaign

DAY = datetime.date


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("07/9/2023", DAY(2023, 9, 7), DAY(2023, 9, 7)),
        ("06/2022", DAY(2022, 6, 1), DAY(2022, 6, 30)),
        ("2022 (trước 10/10/2022)", DAY(2022, 1, 1), DAY(2022, 12, 31)),
        ("từ cuối 2020", DAY(2020, 1, 1), DAY(2020, 12, 31)),
        ("12/2021–2023", DAY(2021, 12, 1), DAY(2021, 12, 31)),
        ("18–20/5/2023", DAY(2023, 5, 18), DAY(2023, 5, 18)),
        ("02/2024", DAY(2024, 2, 1), DAY(2024, 2, 29)),
        ("31/2/2022", None, None),
        ("chưa rõ", None, None),
        ("", None, None),
    ],
)
def test_a_start_is_as_exact_as_its_text(text: str, first: DAY | None, last: DAY | None) -> None:
    assert start_days(text) == (first, last)


def test_the_published_register_is_read_as_published(root: Path, haugiang: Campaign) -> None:
    references = root / "data/raw/haugiang-2022"
    found, findings = published_initiatives(haugiang, "2022-Q4", references)
    assert len(found) == 42
    # The 43rd belongs to a commune that exists since 1 July 2025 only.
    assert [(f.code, f.address.cell) for f in findings] == [("unit_not_valid", "C46")]
    assert all(i.published and i.source and i.address.cell for i in found)
    assert len({i.key for i in found}) == 42
    by_name = {i.name: i for i in found if i.unit_code == "31396"}
    market = by_name["Chợ 4.0: chợ Cây Dương"]
    assert (market.households, market.indicators) == (69, ("cashless",))
    assert market.start_period == ""  # some time in 2022: no quarter can be told


def test_the_published_register_equals_its_source(root: Path) -> None:
    source = root.parent / "shared/domain/initiatives.csv"
    if not source.exists():
        pytest.skip("the source list (../shared/domain/initiatives.csv) is not on this machine")
    with source.open(encoding="utf-8-sig", newline="") as file:
        theirs = [
            (r["name_vi"], r["locality"], r["field"], r["time"], r["fact"], r["source"])
            for r in csv.DictReader(file)
        ]
    path = root / "data/raw/haugiang-2022/reference/initiatives_published.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[3:]
    assert [(r[3], r[4], r[5], r[6], r[9], r[10]) for r in rows] == theirs
    assert len(rows) == 43


def test_counts_per_place_and_quarter_feed_the_indicator(haugiang: Campaign) -> None:
    opened = dxkit.open("haugiang-2022", "2022-Q4")
    for analysis in (opened.analysis, opened.analysis.previous):
        assert analysis is not None
        found = reported_initiatives(haugiang, analysis.received.table.register_rows)
        assert len(found) > 50
        number = counts(found)
        compared = 0
        for unit in analysis.units.at_level("commune"):
            result = analysis.results.by_indicator[unit.code, "initiatives"]
            if result.measured.value.value is None:
                continue
            key = unit.code, analysis.period.id
            assert result.measured.value.value == number.get(key, 0)
            compared += 1
        assert compared >= 74


def test_choosing_and_starts(haugiang: Campaign) -> None:
    opened = dxkit.open("haugiang-2022", "2022-Q4")
    found = reported_initiatives(haugiang, opened.received.table.register_rows)
    rows = opened.received.table.register_rows
    texts = [dict(row.fields) for row in rows]
    chosen = choose(found, opened.analysis.units, indicator="cashless", within="934")
    expected = [
        row
        for row, text in zip(rows, texts, strict=True)
        if text["initiative_aim"] == "Hộ thanh toán không dùng tiền mặt"
        and opened.analysis.units.get(row.unit_code).parent_code == "934"
    ]
    assert [i.address for i in chosen] == [row.address for row in expected]
    assert len(chosen) >= 2
    assert set(started_at(chosen, ("2022-Q3", "2022-Q4")).values()) == {"2022-Q4"}
    assert set(started_at(chosen, ("2022-Q3",)).values()) == {""}
