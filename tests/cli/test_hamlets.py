"""Units that only the workbooks name (hamlets): in the league table, with pages of their own."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path

import pytest

from dxkit.cli import run
from tests.end_to_end.tiny_province import Province


def test_ranks_of_hamlets_name_their_communes(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ranked = ["rank", "2022-Q4", "--out", str(out)]
    assert run([*ranked, "--level", "hamlet"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines() if "\t" in line]
    assert lines[0] == ["Hạng", "Điểm", "Đơn vị", "Thuộc", "Xếp loại"]
    assert ["1", "83,62", "Khu vực 2", "Phường I", "Tốt"] in lines
    assert run([*ranked, "--level", "hamlet", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    named = {(row["parent_name"], row["unit_name"]) for row in rows}
    assert len(named) == len(rows) > 500
    # one in each commune is proposed, save where figures lack or nobody has half of the points
    proposed = [row["parent_code"] for row in rows if row["award"] == "hamlet"]
    assert len(proposed) == len(set(proposed)) > 60
    assert run(ranked) == 0
    assert "Thuộc" not in capsys.readouterr().out


def links(page: Path) -> dict[str, Path]:
    """The files that a page links to, by what it says; they are there."""
    found = re.findall(
        r'<a(?: class="unit")? href="([^#"][^"]*)">(.*?)</a>', page.read_text("utf-8")
    )
    files = {
        re.sub("<[^>]+>", "", text).replace("\u00a0", " "): (page.parent / href).resolve()
        for href, text in found
    }
    assert all(file.is_file() for file in files.values())
    return files


def test_a_hamlet_gets_a_page_which_later_runs_keep_and_the_proof_makes_again(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two cities only 930 sends: the other lacks, hence 1; the proof has nothing to say."""
    Province.silent(root, {"930", "931"}).write(root, tmp_path)
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    raw, out = tmp_path / "data/raw/haugiang-2022/2022-Q4", tmp_path / "out"
    raw.mkdir()
    (sent,) = (root / "data/raw/haugiang-2022/2022-Q4").glob("930-*.xlsx")
    shutil.copy(sent, raw)
    told = ["--out", str(out)]
    assert run(["report", "2022-Q4", "--unit", "31318-khu-vuc-2", *told]) == 1
    page = out / "haugiang-2022/2022-Q4/hamlet/31318-khu-vuc-2-khu-vuc-2.html"
    index = {"Quý IV/2022": page.parents[1] / "index.html"}
    assert links(page) == index
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", page.read_text("utf-8")))
    assert re.search(r"Xếp hạng trong Phường I ?1/4", text)
    assert re.search(r"Điểm ?83,62/100", text)
    assert run(["report", "2022-Q4", "--unit", "31318", *told]) == 1  # of another unit
    assert page.is_file()
    commune = out / "haugiang-2022/2022-Q4/commune/31318-phuong-i.html"
    assert links(commune) == index | {"Khu vực 2": page}
    assert links(page) == index | {"Phường I": commune}  # put on it since
    assert "Phường\u00a0I</span></a>, <span" in page.read_text("utf-8")  # the city has no page
    first = page.with_name("31318-khu-vuc-1-khu-vuc-1.html")
    assert run(["report", "2022-Q4", "--unit", "31318-khu-vuc-1", *told]) == 1
    assert links(commune) == index | {"Khu vực 1": first, "Khu vực 2": page}
    assert links(page) == index | {"Phường I": commune, "Khu vực 1": first}
    capsys.readouterr()
    assert run(["verify", "2022-Q4", *told]) == 0
    assert "3 trang" in capsys.readouterr().out
    assert run(["report", "2022-Q4", "--unit", "khu vực 1", *told]) == 2
    assert "31318-khu-vuc-1 Khu vực 1 (Phường I)" in capsys.readouterr().err
