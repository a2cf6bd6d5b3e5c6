"""The examples of docs/<language>/layouts.md: each sheet with its entry is read as it says."""

from __future__ import annotations

import csv
import re
import shutil
import sys
from pathlib import Path

import openpyxl
import pytest

from dxkit.campaign.folder import load_campaign
from dxkit.intake.period import read_period

sys.path.insert(0, str(Path(__file__).parent))
from blocks import LANGUAGES, blocks_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_of_layouts(root: Path, tmp_path: Path, language: str) -> None:
    blocks = blocks_of(root / "docs" / language / "layouts.md")
    examples = [blocks[first : first + 3] for first in range(0, len(blocks), 3)]
    assert [[block.kind for block in example] for example in examples] == [
        ["csv", "toml", "text"]
    ] * 7
    plan = tmp_path / "haugiang-2022"
    shutil.copytree(root / "data/campaigns/haugiang-2022", plan)
    entries = "\n".join(entry.content for _, entry, _ in examples)
    (plan / "layouts.toml").write_text(entries, "utf-8")
    campaign = load_campaign(plan)
    for number, (sheet, entry, read) in enumerate(examples):
        (name,) = re.findall(r'sheet = "(.*)"', entry.content)
        folder = tmp_path / str(number)
        folder.mkdir()
        book = openpyxl.Workbook()
        book.active.title = name
        for row in csv.reader(sheet.content.splitlines()):
            book.active.append([int(c) if c.isdigit() else c or None for c in row])
        book.save(folder / "bieu.xlsx")
        found = {
            f"{o.address.cell} {o.unit_code} {o.measure} {o.value}"
            for o in read_period(campaign, "2022-Q4", folder).table.observations
            if o.value is not None
        }
        assert found == set(read.content.splitlines()), name
