"""Who has sent, who is late, what is open, and what costs most comes first in the text."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lxml import html as lxml_html

import dxkit
from dxkit.cli import run
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.report.receipts import _by_cost


@pytest.fixture
def project(small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small campaign: 71 is in order, 72 has a part above its whole and a figure in words, of
    73 nothing came.
    """
    folder = Path(shutil.copytree(small_project, tmp_path / "project"))
    raw = folder / "data/raw/small/2024-Q2"
    (raw / "73-huyen-my-chau.csv").unlink()
    sent = raw / "72-huyen-my-binh.csv"
    text = sent.read_text("utf-8").replace("800,400,400", "800,900,bốn trăm")
    sent.write_text(text, "utf-8")
    monkeypatch.setenv("DXKIT_PROJECT", str(folder))
    return folder


def told(project: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, list[str]]:
    capsys.readouterr()
    assert run(["remind", "2024-Q2", *more]) == 0
    rows = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    return {row[0]: row[1:] for row in rows if len(row) == 6}


def text_of(project: Path, name: str) -> str:
    return (project / "outputs/small/reminders/2024-Q2" / f"{name}.txt").read_text("utf-8")


def test_a_table_and_a_text_for_each_sender(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = told(project, capsys)
    assert rows["71"] == ["Huyện Mỹ An", "đã gửi", "0", "0", "0"]
    assert rows["72"] == ["Huyện Mỹ Bình", "đã gửi", "1", "1", "0"]
    assert rows["73"] == ["Huyện Mỹ Châu", "chưa gửi", "0", "0", "0"]
    assert "Số liệu đã đủ" in text_of(project, "71-huyen-my-an")
    points = text_of(project, "72-huyen-my-binh")
    places = [points.index(f"{n}. 72-huyen-my-binh.csv › {at}") for n, at in ((1, "E4"), (2, "D4"))]
    assert places == sorted(places)
    silent = text_of(project, "73-huyen-my-chau")
    assert "chưa nhận được báo cáo số liệu quý II/2024 của huyện Mỹ Châu" in silent
    assert "Lộc An" not in silent


def test_who_has_not_sent_by_the_due_day_is_overdue(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = project / "data/campaigns/small/campaign.toml"
    plan.write_text(
        plan.read_text("utf-8").replace("2024-06-30", "2024-06-30\ndue_day = 2024-07-15"), "utf-8"
    )
    assert told(project, capsys, "--lang", "en")["73"][1] == "overdue"
    assert "were due (15 July 2024)" in text_of(project, "73-huyen-my-chau")


def test_before_anything_came_all_are_silent(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(project / "data/raw/small/2024-Q2")
    assert {row[1] for row in told(project, capsys, "--lang", "en").values()} == {
        "State", "not sent"}  # fmt: skip
    assert run(["remind", "2024-Q7"]) == 2


def test_what_costs_most_comes_first() -> None:
    def found(code: str, cell: str, **values: object) -> tuple[Finding, list[Finding]]:
        return Finding(code, CellRef("f", "s", cell), values=values), []

    mistakes = [
        found("value_missing", "A1"),  # a note
        found("jump", "A2"),
        found("value_unreadable", "A3"),
        found("unit_missing", "A4", weighed="households", percent=3.5),
        found("unit_missing", "A5", weighed="households", percent=40),
    ]
    assert [m[0].address.cell for m in _by_cost(mistakes)] == ["A5", "A4", "A3", "A2"]


def test_the_start_notebook_shows_the_same(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = told(project, capsys)
    shown = lxml_html.fromstring(dxkit.start("small", "2024-Q2").reminders().html)
    table = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("th|td")][:5]
        for row in shown.xpath("//tbody/tr")
    ]
    assert table == list(rows.values())[1:]  # without the headings
    texts = [one.text_content() for one in shown.xpath("//td/details/pre")]
    folder = project / "outputs/small/reminders/2024-Q2"
    assert texts == [path.read_text("utf-8") for path in sorted(folder.iterdir())]
    english = dxkit.start("small", "2024-Q2", "en").reminders()
    assert "Who has sent, and what is open" in english.html
