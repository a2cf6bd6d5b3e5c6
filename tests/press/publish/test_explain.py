"""How a number is explained: the order of its cells."""

from __future__ import annotations

import random
import re
from pathlib import Path

from dxkit.model.facts import CellRef, FactKey
from dxkit.period import OpenPeriod
from dxkit.press.publish.explain import chain, in_reading_order
from dxkit.report.wording.language import load_language

IN_ORDER = [
    CellRef("2022-Q3/a.xlsx", "1. Hộ", "C14"),
    CellRef("2022-Q4/a.xlsx"),
    CellRef("2022-Q4/a.xlsx", "1. Hộ", "C9"),
    CellRef("2022-Q4/a.xlsx", "1. Hộ", "C14"),
    CellRef("2022-Q4/a.xlsx", "1. Hộ", "C100"),
    CellRef("2022-Q4/a.xlsx", "1. Hộ", "D2"),
    CellRef("2022-Q4/a.xlsx", "1. Hộ", "Z3"),
    CellRef("2022-Q4/a.xlsx", "1. Hộ", "AA1"),
    CellRef("2022-Q4/a.xlsx", "2. Hồ sơ", "B7"),
    CellRef("2022-Q4/b.xlsx", "1. Hộ", "A1"),
]


def test_cells_are_in_the_order_of_a_spreadsheet() -> None:
    for seed in range(20):
        mixed = random.Random(seed).sample(IN_ORDER, len(IN_ORDER))
        assert in_reading_order(mixed) == IN_ORDER


def test_the_explanation_lists_cells_in_that_order(
    periods: dict[str, OpenPeriod], tmp_path: Path
) -> None:
    """The hamlets of Phung Hiep, whose rows have two and three digits."""
    language = load_language("vi")
    key = FactKey("2022-Q4", "934", "households", "value")
    lines = "\n".join(chain(periods["2022-Q4"], key, tmp_path, language))
    rows = [int(row) for row in re.findall(r"!C(\d+) ", lines)]
    assert rows == sorted(rows)
    assert rows[0] < 100 <= rows[-1]
