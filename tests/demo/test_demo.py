"""The demonstration workbooks are the bytes that stand in data/raw."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from dxkit.demo import read_census, write_demonstration
from dxkit.model.campaign import Campaign


def test_the_committed_workbooks_are_what_the_writer_writes(
    root: Path, haugiang: Campaign, tmp_path: Path
) -> None:
    census = read_census(root / "data/raw/haugiang-2022/reference/households_census_2019.csv")
    write_demonstration(haugiang, census, tmp_path)
    written = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*.xlsx"))
    assert len(written) == 16
    for path in written:
        committed = root / "data/raw/haugiang-2022" / path
        assert committed.read_bytes() == (tmp_path / path).read_bytes(), path
    names = set()
    for path in written:
        book = openpyxl.load_workbook(tmp_path / path)
        for sheet in book:
            texts = [str(c.value) for row in sheet.iter_rows(max_row=9) for c in row if c.value]
            assert any("SỐ LIỆU MÔ PHỎNG" in text for text in texts)
        if path.parts[0] == "2022-Q3":
            commune = ""
            for row in book["1. Chỉ tiêu hộ"].iter_rows(min_row=13, max_col=2, values_only=True):
                name = str(row[1] or "").strip()
                if name.startswith(("Ấp ", "Khu vực ")):
                    names.add((path.name, commune, name))
                else:
                    commune = name
    assert len(names) == 525
