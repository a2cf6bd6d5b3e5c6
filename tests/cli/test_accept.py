"""The office's decision on what a sender explains, from the form to the check after it."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

import dxkit
from dxkit.cli import run
from dxkit.model.campaign import Decision
from dxkit.period.opening import open_period
from tests.press.forms.filling import Value, fill

SHEET = "1. Người dân"
FORM = "outputs/small/2024-Q2/forms/71-huyen-my-an.xlsx"
CELLS: dict[str, Value] = {
    "C9": 1000, "E9": 300, "H9": 290, "M9": "Đã kiểm tra",
    "C10": 1000, "E10": 1100, "H10": 800, "M10": "gồm cả người tạm trú",
    "C11": 1000, "E11": 400, "H11": 400,
}  # fmt: skip


@pytest.fixture
def project(small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small campaign, of which Mỹ An sends the form; a part exceeds its whole, another fell."""
    folder = Path(shutil.copytree(small_project, tmp_path / "project"))
    monkeypatch.setenv("DXKIT_PROJECT", str(folder))
    raw = folder / "data/raw/small/2024-Q2"
    (raw / "71-huyen-my-an.csv").unlink()
    run(["form", "2024-Q2", "--unit", "71"])
    send(folder, {})
    return folder


def send(project: Path, other: dict[str, Value]) -> None:
    typed = {(SHEET, at): value for at, value in {**CELLS, **other}.items()}
    fill(project / FORM, typed, project / "data/raw/small/2024-Q2/71.xlsx")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    open_period.cache_clear()  # each command is a process of its own
    code = run([*arguments])
    shown = capsys.readouterr()
    return code, shown.out + shown.err


def told(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """What the program says alone, and of who is still to be asked."""
    return said(capsys)[1], said(capsys, "remind", "2024-Q2")[1]


def rows(project: Path) -> list[dict[str, str]]:
    path = project / "data/campaigns/small/explanations.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_warning_is_listed_accepted_and_no_longer_asked(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = said(capsys, "accept", "2024-Q2")
    assert (code, text.count("[part_exceeds_whole]")) == (0, 1)
    assert "(ô M10): “gồm cả người tạm trú”" in text
    assert "1 giải trình chờ văn phòng quyết định; 1 giải trình chưa nêu lý do" in text
    assert "2 điểm cần xem lại" in said(capsys, "check", "2024-Q2")[1]
    wait = "1 giải trình của đơn vị chờ văn phòng quyết định: gõ dxkit accept 2024-Q2 hoặc mở sổ"
    state = str(dxkit.start("small", "2024-Q2").state().html)
    assert all(wait in text for text in (*told(capsys), state.replace("\xa0", " ")))
    assert "  dxkit accept 2024-Q2\n" in told(capsys)[0]
    code, text = said(capsys, "accept", "2024-Q2", "--cell", "71.xlsx > 1. Người dân!e10",
                      "--by", "Lê A, phó phòng", "--note", "đã hỏi")  # fmt: skip
    assert (code, "Đã ghi 1 quyết định" in text) == (0, True)
    (row,) = rows(project)
    assert {k: v for k, v in row.items() if k != "date"} == {
        "period": "2024-Q2", "file": "71.xlsx", "sheet": SHEET, "cell": "E10",
        "code": "part_exceeds_whole", "value": "1100", "explanation": "gồm cả người tạm trú",
        "decision": "accepted", "name": "Lê A, phó phòng", "note": "đã hỏi",
    }  # fmt: skip
    _, text = said(capsys, "check", "2024-Q2")
    assert "1 điểm cần xem lại" in text
    assert said(capsys, "accept", "2024-Q2")[1].startswith("0 giải trình chờ")
    assert not any("chờ văn phòng quyết định" in text for text in told(capsys))
    assert said(capsys, "accept", "2024-Q2", "--cell", "H9", "--by", "Lê A", "--text",
                "10 người mất thẻ")[0] == 0  # fmt: skip
    assert "0 điểm cần xem lại" in said(capsys, "check", "2024-Q2")[1]
    send(project, {"E10": 1101})
    _, text = said(capsys, "check", "2024-Q2")
    assert "1 điểm cần xem lại" in text
    assert "nay ô ghi khác nên cần giải trình lại" in text


REFUSED = [
    (["--cell", "H9", "--by", "Lê A"], "“Đã kiểm tra” chưa nêu lý do cụ thể"),
    (["--cell", "E10"], "cần đủ nội dung, lý do và họ tên"),
    (["--cell", "Z9", "--by", "Lê A"], "Không có phát hiện nào ở ô “Z9”"),
    (["--by", "Lê A"], "Cần --cell"),
    (["--cell", "E10", "--by", "Lê A", "--code", "jump"], "không có phát hiện nào như vậy"),
    (["--cell", "E10", "--by", "Lê A", "--text", "khác"], "đã giải trình trong tệp"),
    (["--cell", "E10", "--by", "Lê A", "--note", "=1+1"], "công thức"),
    (["--cell", "E10", "--cell", "H9", "--by", "Lê A"], "chưa nêu lý do"),
]


def test_what_cannot_be_accepted_is_told_and_nothing_is_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for given, told in REFUSED:
        code, text = said(capsys, "accept", "2024-Q2", *given)
        assert (code, told in text) == (2, True), text
        assert not (project / "data/campaigns/small/explanations.csv").exists()


def test_a_decision_stands(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was refused is not accepted by another row, and two cells are decided on at once."""
    assert said(capsys, "accept", "2024-Q2", "--cell", "E10", "--cell", "H9", "--by", "Lê A",
                "--refuse", "--note", "chưa rõ")[0] == 0  # fmt: skip
    assert [(row["cell"], row["decision"]) for row in rows(project)] == [
        ("E10", "refused"), ("H9", "refused")]  # fmt: skip
    code, text = said(capsys, "accept", "2024-Q2", "--cell", "E10", "--by", "Trần B")
    assert (code, "Lê A đã ghi nhận ô này" in text) == (2, True)
    assert "không chấp nhận giải trình" in said(capsys, "check", "2024-Q2")[1]


def test_what_a_notebook_is_told_beside_an_empty_phrase_is_the_explanation(project: Path) -> None:
    """Where the phrase is refused it is a note on that."""
    open_period.cache_clear()
    quality, cell = dxkit.quality("small", "2024-Q2"), f"71.xlsx › {SHEET}!H9"
    quality._decide(cell, Decision.REFUSED, "Lê A", "chưa rõ")
    quality._decide(cell, Decision.ACCEPTED, "Lê A", "10 người mất thẻ")
    assert [(row["explanation"], row["note"]) for row in rows(project)] == [
        ("Đã kiểm tra", "chưa rõ"), ("10 người mất thẻ", ""),
    ]  # fmt: skip
