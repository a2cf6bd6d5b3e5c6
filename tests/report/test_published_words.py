"""What is no longer so of pages already made, in words."""

from __future__ import annotations

from dxkit.intake.differences import CellChange
from dxkit.intake.inputs import FileChange, InputChanges, RuleChange
from dxkit.model.campaign import Campaign
from dxkit.report.wording.changes import published_text
from dxkit.report.wording.language import load_language

FIGURES = {"district/934.html": 3, "league.xlsx": 1}


def said(campaign: Campaign, inputs: InputChanges, code: str = "en", most: int = 2) -> list[str]:
    return list(published_text(FIGURES, inputs, None, campaign, load_language(code), most))


def test_pages_files_and_cells_are_named(haugiang: Campaign) -> None:
    cells = tuple(CellChange("S", f"F{row}", f"F{row}", "152", "") for row in (14, 15, 16))
    files = (
        FileChange("2022-Q3/934.xlsx", "changed", cells),
        FileChange("2022-Q4/930.xlsx", "new"),
        FileChange("reference/census.csv", "gone"),
        FileChange("map.geojson", "changed"),
    )
    first, *lines = said(haugiang, InputChanges(files, code=True, unknown=True))
    assert "Figures: 4; files: 2" in first
    assert lines[:10] == [
        "  district/934.html: 3",
        "  league.xlsx: 1",
        "What has changed since they were made:",
        "  2022-Q3/934.xlsx: 3 cells changed",
        '    S!F14: "152" → blank',
        '    S!F15: "152" → blank',
        "    … and 1 more cells",
        "  2022-Q4/930.xlsx: a new file",
        "  reference/census.csv: no longer there",
        "  map.geojson: changed",
    ]
    assert len(lines) == 12  # and another version, and that of some pages it is not remembered


def test_rules_are_told_as_pages_and_files_write_them(haugiang: Campaign) -> None:
    share, count = ("app_installed", "*", "2022-Q4"), ("initiatives", "*", "2022-Q4")
    rules = (
        RuleChange("targets.csv", share, "target", "0.80", "0.705"),
        RuleChange("targets.csv", count, "target", "2", "3"),
        RuleChange("targets.csv", share, "source", "a\x1b[31m", "b" * 90),
        RuleChange("targets.csv", share, "", "0.80, Plan 1", ""),
        RuleChange("campaign.toml", ("rewards", "district", "quota"), "", "3", "2"),
        RuleChange("campaign.toml", (), "", "", ""),
    )
    lines = said(haugiang, InputChanges(rules=rules), "vi", most=6)
    assert lines[4:] == [
        "  targets.csv, app_installed 2022-Q4: 80% → 70,5%",
        "  targets.csv, initiatives 2022-Q4: 2 → 3",
        f'  targets.csv, app_installed 2022-Q4 source: "a�[31m" → "{"b" * 59}…"',
        '  targets.csv, app_installed 2022-Q4: "0.80, Plan 1" → ô trống',
        '  campaign.toml, rewards.district.quota: "3" → "2"',
        "  campaign.toml: đã đổi",
    ]
    assert said(haugiang, InputChanges(rules=rules))[-1] == "  … and 4 more rules"
