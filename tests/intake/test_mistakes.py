"""Twenty-one mistakes in one quarter: each is told once, at the cell at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign
from dxkit.model.findings import Finding, Severity
from dxkit.model.observations import Mistake, Received
from dxkit.period import OpenPeriod
from tests.intake.mistakes import PLANTED, write_planted

WRONG_TOTALS = {"1. Chỉ tiêu hộ!F18", "2. Hồ sơ TTHC!H23"}
MOST = 1.3  # findings on the screen for a mistake


def cell_of(finding: Finding) -> tuple[str, str]:
    sheet_and_cell = f"{finding.address.sheet}!{finding.address.cell}"
    return finding.address.file[:3], sheet_and_cell if finding.address.cell else ""


@pytest.fixture(scope="module")
def received(
    periods: dict[str, OpenPeriod], haugiang: Campaign, root: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Received:  # fmt: skip
    raw, folder = root / "data" / "raw" / haugiang.id, tmp_path_factory.mktemp("2022-Q4")
    write_planted(raw / "2022-Q4", folder)
    return read_period(haugiang, "2022-Q4", folder, raw, periods["2022-Q3"].received)


@pytest.fixture(scope="module")
def told(received: Received, periods: dict[str, OpenPeriod]) -> list[Mistake]:
    """What is told on the screen of the workbooks sent and was not of those without mistakes."""
    known = {(f.code, f.address) for f, _ in periods["2022-Q4"].received.mistakes}
    sent = {source.name for source in received.sources}
    return [
        (finding, following)
        for finding, following in received.mistakes
        if (finding.code, finding.address) not in known
        and finding.severity is not Severity.NOTE
        and finding.address.file in sent
    ]


def test_each_mistake_is_told_at_the_cell_at_fault_and_hardly_anything_else(
    told: list[Mistake],
) -> None:
    planted = {(code, cell) for code, mistakes in PLANTED.items() for cell in mistakes}
    print(f"{len(planted)} mistakes, {len(told)} findings on the screen")
    assert len(planted) == 21
    assert planted <= {cell_of(finding) for finding, _ in told}
    assert len(told) <= MOST * len(planted)


def test_every_total_that_is_right_stays_unblamed(received: Received, told: list[Mistake]) -> None:
    """Of all findings, folded ones too: totals are blamed where they were made wrong only."""
    of_totals = [f for f in received.findings if f.code == "total_differs"]
    assert {cell_of(f)[1] for f in of_totals} == WRONG_TOTALS
    shares = {cell_of(f)[1] for f, _ in told if f.code == "ratio_contradicts_parts"}
    assert shares == {"1. Chỉ tiêu hộ!E15"}


def test_what_is_proposed_is_what_stood_there(
    received: Received, periods: dict[str, OpenPeriod]
) -> None:
    stood = {o.address: o.value for o in periods["2022-Q4"].received.table.observations}
    proposed = {
        f.address: f.values["proposed"] for f in received.findings if "proposed" in f.values
    }
    assert proposed == {place: stood[place] for place in proposed}
    assert len(proposed) == 14
    by_hand = {("932", "1. Chỉ tiêu hộ!D14"): 489, ("932", "1. Chỉ tiêu hộ!H20"): 347}
    assert (
        by_hand.items() <= {cell_of(f): f.values.get("proposed") for f in received.findings}.items()
    )
