"""The right of reply: draft results go out with room for a reply, and replies come back to the page
with their cells.
"""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import html

import dxkit
from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.intake.store import read_stored, write_stored
from dxkit.model.observations import Received
from dxkit.period.opening import open_period
from dxkit.verify.placement import compare_told

PERIOD = "2024-Q2"
SAID = "Xã Tân Bình có 790 người, xem biên bản 12/BB <b>"


@pytest.fixture
def project(small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(small_project, tmp_path / "project"))
    monkeypatch.setenv("DXKIT_PROJECT", str(folder))
    assert command("form", "--reply") == 0
    return folder


def command(name: str, *more: str) -> int:
    open_period.cache_clear()  # each command is a process of its own
    return run([name, PERIOD, *more])


def received() -> Received:
    open_period.cache_clear()
    return open_period(Project.find(), "small", PERIOD).received


def form_of(project: Path, name: str = "71-huyen-my-an") -> Path:
    return project / f"outputs/small/replies/{PERIOD}/{name}.xlsx"


def sends(
    project: Path,
    change: Callable[[Any], object],
    name: str = "góp ý.xlsx",
    of: str = "71-huyen-my-an",
) -> Path:
    """The form filled in by another program, into the folder of the period."""
    book = openpyxl.load_workbook(form_of(project, of))
    change(book)
    path = project / "data/raw/small" / PERIOD / name
    book.save(path)
    return path


def reply(book: Any) -> None:
    book.worksheets[0]["D7"] = SAID


def test_the_draft_goes_out_with_its_numbers_and_sentences(project: Path) -> None:
    """1,500 of 3,000 adults are skilled, of 80 in 100; the communes of Mỹ Châu are the best."""
    book = openpyxl.load_workbook(form_of(project))
    rows = [[c.value for c in row] for row in book.worksheets[0].iter_rows(min_row=5)]
    assert rows[0] == ["STT", "Nội dung", "Kết quả dự thảo", "Ý kiến của đơn vị"]
    assert rows[2][1:3] == ["Kỹ năng", "kết quả 50,0%; chỉ tiêu 80%§; điểm 3,75§; thứ hạng 2"]
    assert rows[4][1] == "Tổng điểm"
    assert str(rows[5][1]).startswith("Huyện Mỹ An xếp thứ 2/3 huyện của tỉnh Sông Xanh, đạt 6,25")
    sheet = book.worksheets[0]
    open_cells = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    assert open_cells == {f"D{row}" for row in range(7, 7 + len(rows) - 3)}
    assert rows[-1][1] == "§ Tính theo quy tắc là giả định."
    assert book["dxkit"].sheet_state == "veryHidden"
    assert len([*form_of(project).parent.iterdir()]) == 3
    before = form_of(project).read_bytes()
    assert command("form", "--reply") == 0
    assert form_of(project).read_bytes() == before
    assert command("form", "--reply", "--unit", "71", "--lang", "en") == 0
    cell = openpyxl.load_workbook(form_of(project)).worksheets[0]["C7"].value
    assert cell == "result 50.0%; target 80%§; points 3.75§; rank 2"


def test_no_number_goes_out_without_its_reservations(project: Path) -> None:
    """Tân An has no figure of the skilled; in Tân Bình more pay than there are."""
    raw = project / "data/raw/small" / PERIOD / "71-huyen-my-an.csv"
    text = raw.read_text("utf-8").replace("Tân An,1000,300,", "Tân An,1000,,")
    raw.write_text(text.replace("1000,800,800", "1000,800,1100"), "utf-8")
    assert command("form", "--reply", "--unit", "71") == 0
    told = openpyxl.load_workbook(form_of(project)).worksheets[0]
    assert [told[f"C{row}"].value for row in (7, 8, 9)] == [
        "kết quả 60,0%‡; chỉ tiêu 80%§; điểm 4,50‡§; thứ hạng 1‡",
        "kết quả 60,0%*; chỉ tiêu 80%§; điểm 3,00*§; thứ hạng 1*",
        "điểm 7,50*‡§; thứ hạng 1*‡§",
    ]
    assert "đạt 7,50*/10 điểm" in told["B10"].value
    legend = next(c.value for c in told["B"] if str(c.value).startswith("* "))
    assert legend == (
        "* Có ô số liệu cần xác minh hoặc ghi số ước chừng. ‡ Chưa gồm các nơi thiếu số liệu. "
        "§ Tính theo quy tắc là giả định."
    )


def test_a_reply_stands_on_the_page_with_its_cell_and_is_proved(project: Path) -> None:
    as_before = received()
    path = sends(project, reply)
    told = received()
    assert told.table == as_before.table  # it changes no number
    assert [f for f in told.findings if f.severity != "note"] == []
    (said,) = told.replies
    assert (said.unit_code, said.text, said.address.cell) == ("71", SAID, "D7")
    assert said.about == "Kỹ năng: kết quả 50,0%; chỉ tiêu 80%§; điểm 3,75§; thứ hạng 2"
    write_stored(told, "key", project / "kept.json")
    assert read_stored(project / "kept.json") == told
    root = html.fromstring(str(dxkit.report("small", PERIOD, "71").data_state().html))
    (item,) = root.xpath("//section//li[contains(., 'có ý kiến')]")
    assert item.text_content().replace("\xa0", " ") == (
        f"Về “{said.about}”, huyện Mỹ An có ý kiến: “{SAID}” (góp ý.xlsx › Ý kiến về dự thảo!D7)."
    )
    assert not item.xpath(".//b")
    assert "có ý kiến" not in dxkit.report("small", PERIOD, "72").data_state().html
    folded = html.fromstring(str(dxkit.report("small", PERIOD, "70", "en").data_state().html))
    (above,) = folded.xpath("//details[contains(., 'replies:')]")
    assert SAID in above.text_content()

    def differences() -> list[tuple[str, str, str]]:
        found = compare_told(told, (), lambda period: path.parent).differences
        return [(d.file, d.place, d.expected) for d in found]

    assert differences() == []
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["D7"] = other = SAID.replace("790", "970")
    book.save(path)
    assert differences() == [(f"{PERIOD}/góp ý.xlsx", "Ý kiến về dự thảo!D7", other)]


def test_a_reply_of_a_figure_alone_is_proved(project: Path) -> None:
    """Readers differ in what they make of whole numbers and of days."""

    def figures(book: Any) -> None:
        for row, held in enumerate((970, 48.5, datetime.date(2024, 7, 5)), start=7):
            book.worksheets[0].cell(row, 4, held)

    path = sends(project, figures)
    told = received()
    assert [r.text for r in told.replies] == ["970", "48.5", "2024-07-05 00:00:00"]
    proved = compare_told(told, (), lambda period: path.parent)
    assert (proved.read, proved.differences) == (3, ())


def row_deleted(book: Any) -> None:
    reply(book)
    book.worksheets[0].delete_rows(8)


def draft_overwritten(book: Any) -> None:
    reply(book)
    book.worksheets[0]["C7"] = "kết quả 99%"


def map_lost(book: Any) -> None:
    reply(book)
    del book["dxkit"]


def of_another_period(book: Any) -> None:
    reply(book)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace(":2024-Q2:", ":2024-Q1:")


def test_a_form_that_was_changed_is_told(project: Path) -> None:
    """A reply to an altered draft is one to what was sent; else nobody knows what it is about."""
    before = received().table
    for change, code, kept in (
        (row_deleted, "form_changed", False),
        (draft_overwritten, "form_cell_overwritten", True),
        (map_lost, "form_without_map", False),
        (of_another_period, "form_of_another", False),
    ):
        sends(project, change)
        told = received()
        assert code in {f.code for f in told.findings}
        assert [r.about.partition(":")[0] for r in told.replies] == ["Kỹ năng"] * kept
        assert told.table == before


def test_who_agrees_says_nothing_and_has_sent_no_figures(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sends(project, lambda book: None)
    (project / "data/raw/small" / PERIOD / "71-huyen-my-an.csv").unlink()
    told = received()
    assert told.replies == ()
    assert [(f.code, f.unit_code) for f in told.findings] == [("workbook_missing", "71")]
    capsys.readouterr()
    command("remind")
    (line,) = (x for x in capsys.readouterr().out.splitlines() if x.startswith("71\t"))
    assert "chưa gửi" in line


def test_what_is_sent_twice_is_said_once_and_a_form_with_a_reply_is_kept(project: Path) -> None:
    sends(project, lambda book: book.worksheets[0].cell(8, 4, "Đồng ý"))
    assert command("check") == 0
    sends(project, reply)  # in its place: nobody had to be asked
    assert "cell_altered" not in {f.code for f in received().findings}
    sends(project, reply, "lần 2.xlsx")
    sends(project, reply, "72.xlsx", of="72-huyen-my-binh")
    assert [r.unit_code for r in received().replies] == ["72", "71"]
    book = openpyxl.load_workbook(form_of(project))
    reply(book)
    book.save(form_of(project))
    assert command("form", "--reply") == 0
    kept = form_of(project).with_name("71-huyen-my-an.edited-1.xlsx")
    assert openpyxl.load_workbook(kept).worksheets[0]["D7"].value == SAID
