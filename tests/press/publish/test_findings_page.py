"""The findings page holds every finding once, by sender, errors first, with a link to the copy."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest
from lxml import html

from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.period.opening import open_period
from dxkit.report.explore.start import Start
from tests.press.small_campaign import write_project


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs of a check of three workbooks, one of them much spoiled, one not a workbook."""
    base = tmp_path_factory.mktemp("trang")
    raw = base / "raw" / "2022-Q4"
    raw.mkdir(parents=True)
    source = root / "data/raw/haugiang-2022/2022-Q4"
    book = openpyxl.load_workbook(source / "933-huyen-chau-thanh.xlsx")
    sheet = book["1. Chỉ tiêu hộ"]
    for row in range(14, 30):
        sheet.cell(row, 4).value = f"<script>alert({row})</script>"
    sheet["F14"] = "=cmd|' /C calc'!A0"
    sheet["F14"].data_type = "s"
    book.save(raw / "933 #1 huyen-chau-thanh.xlsx")
    (raw / "935-huyen-vi-thuy.xlsx").write_bytes((source / "935-huyen-vi-thuy.xlsx").read_bytes())
    (raw / "936-huyen-long-my.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    open_period.cache_clear()
    arguments = ["--raw", str(base / "raw"), "--out", str(base / "out")]
    assert run(["check", "2022-Q4", *arguments]) == 1
    return base / "out" / "haugiang-2022" / "2022-Q4"


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "data/findings.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_finding_is_on_the_page_once(folder: Path) -> None:
    page = html.fromstring((folder / "findings.html").read_text("utf-8"))
    tables = [t for t in page.xpath("//section//table") if len(t.xpath("./thead/tr/th")) == 4]
    cells = [row.xpath("./th|./td")[2] for table in tables for row in table.xpath("./tbody/tr")]
    followed = [item for cell in cells for item in cell.xpath(".//li")]
    shown = Counter(
        part.xpath("./span[@class='raw']")[0].text_content() for part in cells + followed
    )
    assert len(followed) == 1  # the workbook that cannot be read: whose sender has no figures
    assert shown == Counter(" ".join(row["message"].split()) for row in rows(folder))
    summary = page.xpath("//table/tbody/tr[.//a[starts-with(@href, '#sender-')]]")
    assert len(summary) == len(page.xpath("//section"))
    # What follows from a mistake is not counted as another.
    counts = Counter(row["severity"] for row in rows(folder) if not row["cause"])
    for column, severity in ((2, "error"), (3, "warning"), (4, "note")):
        assert (
            sum(int(r.xpath("./th|./td")[column].text_content()) for r in summary)
            == (counts[severity])
        )


def test_senders_with_most_errors_come_first(folder: Path) -> None:
    page = html.fromstring((folder / "findings.html").read_text("utf-8"))
    headings = [h.text_content() for h in page.xpath("//section/h2")]
    assert headings[0] == "Huyện Châu Thành"
    # The name of a file that cannot be read tells whose it is.
    assert {"Huyện Vị Thuỷ", "Huyện Long Mỹ"} <= set(headings)
    first = page.xpath("//section")[0]
    captions = [c.text_content() for c in first.xpath(".//caption|.//summary")]
    severities = [c for c in captions if c.startswith(("Lỗi", "Cần xem lại", "Ghi nhận"))]
    order = {"Lỗi": 0, "Cần": 1, "Ghi": 2}
    assert [order[c.split()[0].rstrip(":")] for c in severities] == sorted(
        order[c.split()[0].rstrip(":")] for c in severities
    )


def test_links_lead_to_the_copies_and_text_from_cells_is_text(folder: Path) -> None:
    text = (folder / "findings.html").read_text("utf-8")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(14)" in text
    page = html.fromstring(text)
    links = [unquote(a.get("href")) for a in page.xpath("//section//a")]
    assert len(links) == 2
    assert all((folder / link).exists() for link in links)
    for link in links:
        first = openpyxl.load_workbook(folder / link).worksheets[0]
        assert all(c.data_type in "sn" for row in first.iter_rows() for c in row)


def test_a_period_without_findings_says_so(root: Path, tmp_path: Path) -> None:
    open_period.cache_clear()
    assert run(["check", "2009", "--campaign", "pci-2009", "--out", str(tmp_path)]) == 0
    page = (tmp_path / "pci-2009/2009/findings.html").read_text("utf-8")
    found = rows(tmp_path / "pci-2009/2009")
    assert ("Không có điểm nào cần kiểm tra" in page) == (not found)


def test_what_was_understood_of_each_sheet_is_shown(folder: Path) -> None:
    """Two workbooks of one form: each kind of sheet once, with both files."""
    page = html.fromstring((folder / "findings.html").read_text("utf-8"))
    (shown,) = page.xpath("//main//details[summary[contains(., 'Đã hiểu các bảng')]]")
    captions = [c.text_content() for c in shown.xpath(".//caption")]
    assert len(captions) == 4
    lists = [[li.text_content() for li in ul.xpath("./li")] for ul in shown.xpath(".//ul")]
    assert all(len(files) == 2 for files in lists)
    households = {
        tuple(cell.text_content().strip() for cell in row.xpath("./th|./td"))
        for row in shown.xpath("(.//table)[1]/tbody/tr")
    }
    assert {
        ("B", "Đơn vị", "tên đơn vị"),
        ("D", "Hộ có kỹ năng số > Số hộ", "Hộ có kỹ năng số"),
        ("E", "Hộ có kỹ năng số > Tỷ lệ (%)", "tỷ lệ, chỉ để đối chiếu"),
    } <= households


def test_an_unusual_pattern_stands_apart_and_accuses_nobody(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Xã Tân An counts a tenth fewer adults than a quarter ago and as many skilled."""
    write_project(root, tmp_path, "2024-Q1", "2024-Q2")
    path = tmp_path / "data/raw/small/2024-Q2/71-huyen-my-an.csv"
    path.write_text(path.read_text("utf-8").replace("Xã Tân An,1000", "Xã Tân An,900"), "utf-8")
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    open_period.cache_clear()
    assert run(["check", "2024-Q2"]) == 0
    said = capsys.readouterr().out
    assert "Cần chú ý: 0 lỗi, 0 điểm cần xem lại, 1 ghi nhận." in said
    assert "1 dấu hiệu khác thường" in said
    assert "không phải là kết luận sai phạm" in said
    page = html.fromstring((tmp_path / "outputs/small/2024-Q2/findings.html").read_text("utf-8"))
    assert [section.xpath("./h2/@id") for section in page.xpath("//section")] == [["screen"]]
    text = " ".join(page.xpath("//section[h2/@id='screen']")[0].text_content().split())
    assert "Xã Tân An, Huyện Mỹ An" in text
    assert "giảm từ 1.000 xuống 900" in text
    assert "đề nghị kiểm tra" in text
    assert "Không có điểm nào cần kiểm tra" not in page.text_content()
    assert [(r["code"], r["unit_code"]) for r in rows(tmp_path / "outputs/small/2024-Q2")] == [
        ("whole_shrank", "711")
    ]
    start = Start(open_period(Project.find(None, None), "small", "2024-Q2"))
    assert "1 dấu hiệu khác thường" in str(start.state())
