"""What pages print of accepted explanations is proved to the cell and to the list."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import docx
import openpyxl
import pytest
from lxml import html

import dxkit
from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.period.opening import open_period
from dxkit.verify.placement import compare_told
from dxkit.workbooks.csv_text import guarded
from tests.press.forms.filling import Value, fill

SHEET = "1. Người dân"
SAID = "50 người chuyển đi làm xa; -3 hộ <b>"
CELLS: dict[str, Value] = {
    "C9": 1000, "E9": 250, "H9": 300, "M9": SAID,
    "C10": 1000, "E10": 800, "H10": 800, "C11": 1000, "E11": 400, "H11": 400,
}  # fmt: skip
PERIOD = "2024-Q2"


@pytest.fixture
def project(small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small campaign, in which fewer are skilled in Xã Tân An, which is accepted."""
    folder = Path(shutil.copytree(small_project, tmp_path / "project"))
    monkeypatch.setenv("DXKIT_PROJECT", str(folder))
    (folder / "data/raw/small" / PERIOD / "71-huyen-my-an.csv").unlink()
    command("form", PERIOD, "--unit", "71")
    send(folder, SAID)
    assert command("accept", PERIOD, "--cell", "E9", "--by", "Lê A") == 0
    return folder


def command(*arguments: str) -> int:
    open_period.cache_clear()  # each command is a process of its own
    return run([*arguments])


def send(project: Path, said: str) -> None:
    form = project / "outputs/small" / PERIOD / "forms/71-huyen-my-an.xlsx"
    typed = {(SHEET, at): value for at, value in {**CELLS, "M9": said}.items()}
    fill(form, typed, project / "data/raw/small" / PERIOD / "71.xlsx")


def page(project: Path, name: str = "district/71-huyen-my-an.html") -> Path:
    return project / "outputs/small" / PERIOD / name


def test_pages_print_what_is_told_with_its_cell_and_verify_proves_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside the explanation of Xã Tân An a reply of Mỹ Bình to its draft."""
    assert command("form", PERIOD, "--reply", "--unit", "72") == 0
    draft = project / "outputs/small/replies" / PERIOD / "72-huyen-my-binh.xlsx"
    book = openpyxl.load_workbook(draft)
    book.worksheets[0]["D7"] = "Chưa tính 12 hộ <b>"
    book.save(project / "data/raw/small" / PERIOD / "góp ý.xlsx")
    units = [f"--unit={code}" for code in ("70", "71", "72")]
    assert command("report", PERIOD, *units, "--to", "docx") == 0
    root = html.fromstring(page(project).read_text("utf-8"))
    (item,) = root.xpath("//section//li[contains(., 'Giải trình của')]")
    today = item.xpath(".//*[@class='date']")[0].text_content()
    assert item.text_content().replace("\xa0", " ") == (
        f"Số cộng dồn giảm so với kỳ trước (71.xlsx › {SHEET}!E9). Giải trình của xã Tân An: "
        f"“{SAID}” (71.xlsx › {SHEET}!M9; Lê A chấp nhận ngày {today})."
    )
    assert not item.xpath(".//b")
    marked = {e.get("data-fact") for e in root.xpath("//data[contains(@class, 'explained')]")}
    assert f"{PERIOD}/71/skills/value" in marked
    assert f"{PERIOD}/71/codes/value" not in marked  # of which nothing fell
    assert not root.xpath("//data[contains(@class, 'doubtful')]")
    assert "‖\xa0Có ô mà văn phòng đã chấp nhận giải trình." in root.text_content()
    for name in (page(project), page(project, "province.html")):
        said = [p.text for p in docx.Document(str(name.with_suffix(".docx"))).paragraphs]
        at = next(n for n, text in enumerate(said) if SAID in text)
        assert said[at - 1] == "Giải trình đã được văn phòng chấp nhận:"
    other = page(project, "district/72-huyen-my-binh.html")
    text = other.read_text("utf-8")
    assert "Giải trình của" not in text
    assert "góp ý.xlsx › Ý kiến về dự thảo!D7" in text
    capsys.readouterr()
    assert command("verify", PERIOD) == 0, capsys.readouterr()
    # letters on pages, and in a cell: that explanation is accepted no longer
    other.write_bytes(text.encode().replace(b"12 h", b"21 h"))
    send(project, SAID.replace("xa", "ăn xa"))
    capsys.readouterr()
    assert command("verify", PERIOD) == 1
    told = capsys.readouterr().out
    assert [name in told for name in ("71.xlsx", "71-huyen-my-an", "72-huyen-my-binh")] == [
        True
    ] * 3


def test_in_english(project: Path) -> None:
    text = str(dxkit.report("small", PERIOD, "71", "en").data_state().html)
    root = html.fromstring(text)
    assert root.xpath("//li//bdi[@class='raw'][@lang='vi']")[0].text_content() == f"“{SAID}”"
    text = root.text_content().replace("\xa0", " ")
    assert f": “{SAID}” (71.xlsx › {SHEET}!M9; accepted by Lê A on " in text
    assert "Explanation of Tân An commune:" in text


def test_each_text_is_read_again_at_its_cell_and_in_the_list(project: Path) -> None:
    opened = open_period(Project.find(), "small", PERIOD)
    received, plan = opened.received, opened.campaign.explanations

    def raw(period: str) -> Path:
        return opened.project.period_folder("small", period)

    proved = compare_told(received, plan, raw)
    assert (proved.read, proved.differences) == (1, ())
    altered = [
        dataclasses.replace(f, values={**f.values, "decided_text": SAID.replace("50", "60")})
        if f.explanation
        else f
        for f in received.findings
    ]
    other = dataclasses.replace(received, findings=tuple(altered))
    found = compare_told(other, plan, raw).differences
    assert [(d.file, d.place) for d in found] == [
        ("explanations.csv", f"71.xlsx › {SHEET}!E9"), (f"{PERIOD}/71.xlsx", f"{SHEET}!M9"),
    ]  # fmt: skip
    assert [d.expected for d in found] == [guarded(SAID), SAID]
    assert {d.shown for d in found} == {SAID.replace("50", "60")}
    found = compare_told(received, (), raw).differences
    assert [d.file for d in found] == ["explanations.csv"]
