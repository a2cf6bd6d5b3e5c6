"""The files around the pages are right though no page had to be made."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from lxml import html

from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.period.opening import open_period
from dxkit.press.publish.period_files import write_files, write_indexes
from dxkit.report.wording.language import load_language

FILES = ("league.xlsx", "findings.html", "data/ranking.csv")


@pytest.fixture
def own_outputs(outputs: Path, tmp_path: Path) -> Path:
    """A copy of the shared run's outputs."""
    shutil.copytree(outputs.parent, tmp_path / "out" / "haugiang-2022")
    return tmp_path / "out" / "haugiang-2022" / "2022-Q4"


def pages(folder: Path, number: int) -> dict[str, int]:
    found = [folder / "province.html", *folder.glob("district/*.html")]
    assert len(found) == number
    return {page.name: page.stat().st_mtime_ns for page in found}


def test_files_that_went_missing_are_written_again(small: Path) -> None:
    command, folder = ["report", "2024-Q2", "--out", str(small)], small / "small/2024-Q2"
    assert run(command) == 0
    before = {name: (folder / name).read_bytes() for name in FILES}
    made = pages(folder, 4)
    for name in FILES:
        (folder / name).unlink()
    assert run(command) == 0
    assert {name: (folder / name).read_bytes() for name in FILES} == before
    assert pages(folder, 4) == made


@pytest.mark.parametrize("sheet", range(4))
def test_a_period_without_a_complete_unit_has_all_its_files(
    sheet: int, raw_copy: Path, tmp_path: Path
) -> None:
    """The first days: one workbook has come, and lacks a sheet. The fourth has no points: its
    sender could be ranked, but one of eight is too few to rank.
    """
    folder = raw_copy / "haugiang-2022" / "2022-Q4"
    for path in folder.glob("93[1-7]-*"):
        path.unlink()
    (path,) = folder.glob("930-*")
    book = openpyxl.load_workbook(path)
    del book[book.sheetnames[sheet]]
    book.save(path)
    project = Project.find(str(raw_copy), str(tmp_path / "out"))
    opened = open_period(project, "haugiang-2022", "2022-Q4")
    folder, vietnamese = project.output_folder("haugiang-2022", "2022-Q4"), load_language("vi")
    pages = {unit: f"{unit}.html" for unit in ("93", "930", "931")}
    write_files(opened, vietnamese, pages)
    write_indexes(opened, vietnamese, pages)
    assert all((folder / name).stat().st_size for name in ("index.html", *FILES))
    assert (folder.parent / "index.html").exists()
    ranking = (folder / "data/ranking.csv").read_text("utf-8-sig")
    ranks = [row["rank"] for row in csv.DictReader(io.StringIO(ranking))
             if row["level"] == "district"]  # fmt: skip
    assert ranks == [""] * 8
    findings = (folder / "data/findings.csv").read_text("utf-8-sig")
    assert "table_missing,error,930," in findings


def test_a_changed_workbook_changes_the_league_though_no_page_is_made(
    own_outputs: Path, raw_copy: Path, root: Path
) -> None:
    """``--only-failed`` after a run without failures: only the pages stay as they are."""
    raw = raw_copy / "haugiang-2022"
    shutil.copytree(root / "data/raw/haugiang-2022/2022-Q3", raw / "2022-Q3")
    path = raw / "2022-Q4" / "936-huyen-long-my.xlsx"
    book = openpyxl.load_workbook(path)
    book["3. Mô hình, sáng kiến"].delete_rows(18)  # the last of eight
    book.save(path)
    made = pages(own_outputs, 9)
    arguments = ["--raw", str(raw_copy), "--out", str(own_outputs.parents[1])]
    assert run(["report", "2022-Q4", "--only-failed", *arguments]) == 1  # pages say another number
    assert pages(own_outputs, 9) == made
    league = openpyxl.load_workbook(own_outputs / "league.xlsx")
    compared = league["So sánh"]
    heads = [cell.value for cell in compared[4]]
    (row,) = [row for row in compared.iter_rows(min_row=5, values_only=True) if row[0] == "936"]
    assert row[heads.index("Mô hình, sáng kiến")] == 7
    manifest = json.loads((own_outputs / "manifest.json").read_text("utf-8"))
    assert manifest["pages"]


@pytest.mark.parametrize("page", ["index.html", "province.html"])
def test_a_table_of_ranks_says_whose_figures_lack(page: str, outputs: Path) -> None:
    """Of the demonstration only Xã Phụng Hiệp says that it has not reported."""
    rows = html.parse(str(outputs / page)).getroot().iterfind(".//table//tr")
    texts = [[" ".join(cell.text_content().split()) for cell in row] for row in rows]
    marked = {text[0] for text in texts if "(còn thiếu số liệu)" in " ".join(text)}
    assert marked == {"Huyện Phụng Hiệp"}
