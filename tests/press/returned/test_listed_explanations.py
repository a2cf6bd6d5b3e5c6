"""Explanations that senders write into the list of a returned copy: read when it comes back, bound
to the code and the cell of their line.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import dxkit
from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.intake.file_cells import about, listed_answers
from dxkit.model.addresses import cells_of_text
from dxkit.model.findings import Finding
from dxkit.period.opening import open_period
from dxkit.verify.placement import compare_told
from dxkit.workbooks.reading import workbook_of

PERIOD = "2024-Q2"
SAID = "50 người chuyển đi làm xa"


@pytest.fixture
def project(small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small campaign; in Mỹ An fewer are skilled in one commune, fewer pay in all three."""
    folder = Path(shutil.copytree(small_project, tmp_path / "project"))
    monkeypatch.setenv("DXKIT_PROJECT", str(folder))
    raw = folder / "data/raw/small" / PERIOD / "71-huyen-my-an.csv"
    text = raw.read_text("utf-8")
    for was, now in (("300,300", "250,290"), ("800,800", "800,790"), ("400,400", "400,390")):
        assert was in text
        text = text.replace(was, now)
    raw.write_text(text, "utf-8")
    assert command("check") == 0
    return folder


def command(*arguments: str) -> int:
    open_period.cache_clear()  # each command is a process of its own
    name, *more = arguments
    return run([name, PERIOD, *more])


def copy_of(project: Path, name: str = "71-huyen-my-an-csv.xlsx") -> Any:
    return openpyxl.load_workbook(project / "outputs/small" / PERIOD / "returned" / name)


def line(book: Any, cell: str) -> int:
    return next(c.row for c in book.worksheets[0]["D"] if c.value == cell)


def sends_back(project: Path, book: Any, name: str = "71 đã xem.xlsx") -> dict[str, Finding]:
    """The copy beside the file it was made of; what falls then, by its cell."""
    book.save(project / "data/raw/small" / PERIOD / name)
    return falls()


def falls() -> dict[str, Finding]:
    open_period.cache_clear()
    received = open_period(Project.find(), "small", PERIOD).received
    return {f.address.cell: f for f in received.findings if f.code == "stock_fell"}


def test_what_is_written_into_the_list_is_an_answer(project: Path) -> None:
    book = copy_of(project)
    first = book.worksheets[0]
    assert [c.value for c in first[line(book, "Ô")]][7] == "Giải trình"
    assert first.column_dimensions["I"].hidden
    assert line(book, "E4:E6")  # three of a kind are one line
    first[f"H{line(book, 'D4')}"] = SAID
    first[f"H{line(book, 'E4:E6')}"] = "Đã kiểm tra"
    first.title = "Đã xem"
    book.move_sheet("Đã xem", 1)
    found = sends_back(project, book)
    assert {cell: f.values.get("answer_says") for cell, f in found.items()} == {
        "D4": "something", "E4": "nothing", "E5": "nothing", "E6": "nothing",
    }  # fmt: skip
    assert (found["D4"].values["answer"], found["D4"].severity) == (SAID, "warning")
    assert str(found["D4"].values["answer_at"]).startswith("Đã xem!H")
    assert command("accept", "--cell", "D4", "--by", "Lê A") == 0
    assert {cell: f.severity for cell, f in falls().items()} == {
        "D4": "note", "E4": "warning", "E5": "warning", "E6": "warning",
    }  # fmt: skip
    opened = open_period(Project.find(), "small", PERIOD)
    folder = project / "data/raw/small"
    proved = compare_told(opened.received, opened.campaign.explanations, lambda p: folder / p)
    assert (proved.read, proved.differences) == (1, ())
    assert f"“{SAID}”" in dxkit.report("small", PERIOD, "71").data_state().html
    assert command("check") == 0
    # in the next round the answers stand in the list that is made then
    again = copy_of(project, "71 đã xem.xlsx")
    listed = again["Đã xem"]
    texts = {c.value: listed[f"H{c.row}"].value for c in listed["D"] if c.value}
    assert texts["E4:E6"] == "Đã kiểm tra"


def test_a_list_that_was_worked_in(project: Path) -> None:
    """Lines that were sorted keep what they are about, a column put in shifts the list; the answer
    to a figure that was mended explains nothing. What was accepted before the copy came back holds
    in it, until the figure is another.
    """
    book = copy_of(project)
    first = book.worksheets[0]
    one, other = line(book, "D4"), line(book, "E4:E6")
    first[f"H{one}"] = SAID
    for column in "ABCDEFGHI":
        at, to = first[f"{column}{one}"], first[f"{column}{other}"]
        at.value, to.value = to.value, at.value
    first.insert_cols(2)
    found = sends_back(project, book)
    assert {cell for cell, f in found.items() if "answer" in f.values} == {"D4"}
    book.worksheets[1]["D4"] = 310
    found = sends_back(project, book)
    assert not [f for f in found.values() if "answer" in f.values]
    (project / "data/raw/small" / PERIOD / "71 đã xem.xlsx").unlink()
    assert command("accept", "--cell", "D4", "--by", "Lê A", "--text", SAID) == 0
    assert falls()["D4"].severity == "note"
    book = copy_of(project)
    assert sends_back(project, book)["D4"].severity == "note"
    book.worksheets[1]["D4"] = 240
    changed = sends_back(project, book)["D4"]
    assert (changed.severity, changed.values["decision"]) == ("warning", "value_changed")


def test_a_cell_that_changed_unasked_is_explained_like_any_other(project: Path) -> None:
    raw = project / "data/raw/small" / PERIOD / "71-huyen-my-an.csv"
    raw.write_text(raw.read_text("utf-8").replace("1000", "1001", 1), "utf-8")

    def altered() -> Finding:
        open_period.cache_clear()
        found = open_period(Project.find(), "small", PERIOD).received.findings
        assert "explanation_unused" not in {f.code for f in found}
        return next(f for f in found if f.code == "cell_altered")

    cell = altered().address.cell
    assert altered().severity == "warning"
    assert command("accept", "--cell", cell, "--code", "cell_altered", "--by", "Lê A", "--text",
                   "thêm 1 người mới chuyển đến") == 0  # fmt: skip
    assert altered().severity == "note"


def test_a_list_may_claim_whatever_it_likes() -> None:
    """Broken and boundless references are no answers, and take no time."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = f"dxkit-returned:{'0' * 64}:a.xlsx"
    sheet["H1"], sheet["I1"] = "dxkit-answers", "dxkit-about"
    for row, text in enumerate((about("jump", "S", "A1:ZZZ9999999"), "jump", "|||", "x|A0|S"), 2):
        sheet[f"H{row}"], sheet[f"I{row}"] = "vì", text
    stream = io.BytesIO()
    book.save(stream)
    found = listed_answers(workbook_of(stream.getvalue(), "a.xlsx"))
    assert {code for _, _, code in found} == {"jump"}
    assert len(found) == 10_000


def test_the_cells_of_a_line() -> None:
    assert [*cells_of_text("C12:C14, E3, B2:C2")] == ["C12", "C13", "C14", "E3", "B2", "C2"]
    assert [*cells_of_text("")] == []
