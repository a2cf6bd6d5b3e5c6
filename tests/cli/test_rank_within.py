"""The league table names the unit above, where several have units of one name."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from dxkit.cli import run


def test_ranks_of_hamlets_name_their_communes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rank", "2022-Q4", "--level", "hamlet", "--out", str(tmp_path)]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines() if "\t" in line]
    assert lines[0] == ["Hạng", "Điểm", "Đơn vị", "Thuộc", "Xếp loại"]
    assert ["1", "83,62", "Khu vực 2", "Phường I", "Tốt"] in lines
    assert (
        run(["rank", "2022-Q4", "--level", "hamlet", "--format", "csv", "--out", str(tmp_path)])
        == 0
    )
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    named = {(row["parent_name"], row["unit_name"]) for row in rows}
    assert len(named) == len(rows) > 500
    # one in each commune is proposed, save where figures lack or nobody has half of the points
    proposed = [row["parent_code"] for row in rows if row["award"] == "hamlet"]
    assert len(proposed) == len(set(proposed)) > 60
    assert run(["rank", "2022-Q4", "--out", str(tmp_path)]) == 0
    assert "Thuộc" not in capsys.readouterr().out
