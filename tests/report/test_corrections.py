"""What an office puts on record from a notebook: what is written, what follows, what is refused."""

from __future__ import annotations

import csv
import datetime
import shutil
from pathlib import Path

import pytest
from lxml import html

import dxkit
from dxkit.intake.findings import finding
from dxkit.report.explore import corrections, live
from dxkit.report.explore.corrections import excerpt
from dxkit.report.explore.quality import Quality
from dxkit.workbooks.atomic import BusyError

CELL = "71-huyen-my-an.csv › D4"  # 300 of Xã Tân An are skilled


@pytest.fixture
def plan(small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = shutil.copytree(small_project, tmp_path / "office")
    monkeypatch.setenv("DXKIT_PROJECT", str(project))
    return project / "data/campaigns/small"


@pytest.fixture
def quality(plan: Path) -> Quality:
    return dxkit.quality("small", "2024-Q2")


def on_record(plan: Path) -> list[dict[str, str]]:
    with (plan / "corrections.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def shown(section: object) -> list[list[str]]:
    rows = html.fromstring(section.html).xpath("//tbody/tr")  # type: ignore[attr-defined]
    return [[cell.text_content() for cell in row] for row in rows]


def skilled() -> float:
    frame = dxkit.open("small", "2024-Q2").observations()
    return float(frame.query("unit_code == '711' and measure == 'skilled'")["value"].item())


def test_a_correction_is_on_record_and_everything_follows(quality: Quality, plan: Path) -> None:
    table, findings = quality.corrections(), quality.findings()
    assert "Kỳ này chưa có bản sửa" in table.html
    assert skilled() == 300
    raw = plan.parents[1] / "raw/small/2024-Q2" / "71-huyen-my-an.csv"
    before = raw.read_bytes()
    path = quality.correct(CELL, "350", "gọi điện hỏi lại", "Lê A")
    assert path == plan / "corrections.csv"
    today = datetime.date.today().isoformat()
    (row,) = on_record(plan)
    assert row == {
        "period": "2024-Q2", "file": "71-huyen-my-an.csv", "sheet": "", "cell": "D4",
        "expected": "300", "corrected": "350", "reason": "gọi điện hỏi lại", "name": "Lê A",
        "date": today,
    }  # fmt: skip
    assert skilled() == 350
    assert shown(table) == [[CELL, "300", "350", "gọi điện hỏi lại", f"Lê A, {today}"]]
    assert (
        'Văn phòng đã sửa ô từ "300" thành "350"' in html.fromstring(findings.html).text_content()
    )
    assert raw.read_bytes() == before


def test_an_explanation_leaves_the_figure_as_it_is(quality: Quality, plan: Path) -> None:
    quality.correct(CELL, "300", "xã mới sáp nhập", "Lê A")
    assert [(row["expected"], row["corrected"]) for row in on_record(plan)] == [("300", "300")]
    assert skilled() == 300
    (finding,) = (f for f in quality.chosen if f.code == "value_explained")
    assert (str(finding.address), finding.values["reason"]) == (CELL, "xã mới sáp nhập")
    assert shown(quality.corrections())[0][2] == "giữ nguyên như đã gửi"


def test_nothing_on_record_is_written_over(quality: Quality, plan: Path) -> None:
    quality.correct(CELL, "350", "gọi điện hỏi lại", "Lê A")
    before = (plan / "corrections.csv").read_bytes()
    for corrected in ("360", "350", "300"):
        with pytest.raises(ValueError, match=r"Lê A đã ghi nhận ô này ngày .* \(“350: gọi"):
            quality.correct(CELL, corrected, "khác", "Trần B")
    assert (plan / "corrections.csv").read_bytes() == before
    quality.correct(CELL.replace("D4", "E4"), "310", "khác", "Trần B")
    assert (plan / "corrections.csv").read_bytes().startswith(before)
    assert len(on_record(plan)) == 2


def test_nothing_is_put_on_record_of_a_file_that_nobody_has_seen(
    quality: Quality, plan: Path
) -> None:
    """A workbook is replaced while the notebook is open: its figure is right already."""
    raw = plan.parents[1] / "raw/small/2024-Q2" / "71-huyen-my-an.csv"
    place = corrections.address_of(CELL)
    assert corrections.received_text(quality.opened, place) == "300"
    raw.write_text(raw.read_text("utf-8").replace("1000,300", "1000,345"), "utf-8")
    with pytest.raises(ValueError, match="tệp đã được thay sau khi đọc"):
        quality.correct(CELL, "350", "gọi điện hỏi lại", "Lê A")
    assert "đã được thay" in excerpt(quality.opened, place, quality.language)
    assert (on_record(plan), skilled()) == ([], 345)
    dxkit.quality("small", "2024-Q2").correct(CELL, "350", "gọi điện hỏi lại", "Lê A")
    assert [row["expected"] for row in on_record(plan)] == ["345"]


@pytest.mark.parametrize(
    ("cell", "said", "why"),
    [
        ("71-huyen-my-an.csv › D99", ("350", "", "Lê A"), "cần đủ"),
        (CELL, ("350", " ", "Lê A"), "cần đủ"),
        (CELL, ("350", "gọi điện", ""), "cần đủ"),
        (CELL, (" ", "gọi điện", "Lê A"), "cần đủ"),
        (CELL, ("=1+1", "gọi điện", "Lê A"), "công thức"),
        (CELL, ("350", "x;@SUM(A1)", "Lê A"), "công thức"),
        ("none.csv › D4", ("350", "gọi điện", "Lê A"), "không có ô none.csv"),
        ("71-huyen-my-an.csv", ("350", "gọi điện", "Lê A"), "không có ô"),
        ("../../../campaigns/small/units.csv › A1", ("x", "y", "z"), "không có ô"),
    ],
)
def test_what_cannot_be_put_on_record_is_refused_in_words(
    quality: Quality, plan: Path, cell: str, said: tuple[str, str, str], why: str
) -> None:
    with pytest.raises(ValueError, match=f"^Chưa ghi: .*{why}"):
        quality.correct(cell, *said)
    assert on_record(plan) == []


def test_the_form_tells_what_it_did(
    quality: Quality, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "has_kernel", lambda: True)
    monkeypatch.setattr(type(quality), "chosen", property(lambda _: [doubtful]))
    doubtful = finding("jump", corrections.address_of(CELL))
    form = quality.form()
    form._repr_mimebundle_()
    told, fields = form._widget.children[-1], form.widgets
    correct, accept, refuse = form._widget.children[-2].children
    assert (fields["cell"].value, fields["corrected"].value) == (CELL, "300")
    correct.click()
    assert "ô đã ghi đúng như vậy" in told.value
    accept.click()
    assert f"ô {CELL} không có phát hiện nào" in told.value
    fields["reason"].value, fields["name"].value = "<b>hỏi lại</b>", "Lê A"
    fields["corrected"].value = "350"
    refuse.click()
    assert "ô đang ghi khác" in told.value
    assert on_record(plan) == []
    correct.click()
    assert f"Đã ghi nhận: {CELL}" in told.value
    assert [row["corrected"] for row in on_record(plan)] == ["350"]
    fields["reason"].value = "khác"
    correct.click()
    assert "Lê A đã ghi nhận ô này" in told.value
    assert "&lt;b&gt;hỏi lại" in told.value
    assert len(on_record(plan)) == 1


def test_the_last_finding_of_the_chosen_kind_is_corrected(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "has_kernel", lambda: True)
    raw = plan.parents[1] / "raw/small/2024-Q2" / "71-huyen-my-an.csv"
    raw.write_text(raw.read_text("utf-8").replace("1000,300", "1000,3oo?"), "utf-8")
    quality = dxkit.quality("small", "2024-Q2").choose(rule="value_unreadable")
    quality.choices()._repr_mimebundle_()
    form, table = quality.form(), quality.corrections()
    form._repr_mimebundle_()
    table._repr_mimebundle_()
    assert form.widgets["cell"].value == CELL
    for name, text in (("corrected", "300"), ("reason", "gọi điện"), ("name", "Lê A")):
        form.widgets[name].value = text
    form._widget.children[-2].children[0].click()
    assert f"Đã ghi nhận: {CELL}" in form._widget.children[-1].value
    assert "3oo?" in table._widget.value
    assert quality.controls.widgets["rule"].value == quality.choice.rule == "value_unreadable"
    assert (quality.chosen, form.widgets["cell"].options) == ((), ())
    quality.choose(rule="")
    assert "value_unreadable" not in dict(map(reversed, quality.offered("rule")))


def test_while_another_command_writes_nothing_is_put_on_record(
    quality: Quality, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: Path) -> None:
        raise BusyError

    monkeypatch.setattr(corrections, "only_writer", busy)
    with pytest.raises(ValueError, match="lệnh khác đang ghi"):
        quality.correct(CELL, "350", "gọi điện hỏi lại", "Lê A")
    assert on_record(plan) == []


def fell(quality: Quality) -> list[str]:
    return [f.severity for f in quality.opened.received.findings if f.code == "stock_fell"]


def test_what_is_explained_is_accepted_or_refused(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of Xã Tân An 300 were skilled; now fewer are, of which the commune has told by telephone."""
    monkeypatch.setattr(live, "has_kernel", lambda: True)
    folder = plan.parents[1] / "raw/small"
    shutil.copytree(folder / "2024-Q2", folder / "2024-Q1", dirs_exist_ok=True)
    raw = folder / "2024-Q2" / "71-huyen-my-an.csv"
    raw.write_text(raw.read_text("utf-8").replace("1000,300,300", "1000,250,300"), "utf-8")
    for old in (folder / "2024-Q1").iterdir():
        old.write_text(old.read_text("utf-8").replace("QUÝ II", "QUÝ I"), "utf-8")
    quality = dxkit.quality("small", "2024-Q2")
    assert fell(quality) == ["warning"]
    form, table = quality.choose(rule="stock_fell").form(), quality.corrections()
    form._repr_mimebundle_()
    told, fields = form._widget.children[-1], form.widgets
    _, accept, refuse = form._widget.children[-2].children
    assert fields["cell"].value == CELL
    assert "giảm từ 300 xuống 250" in form._widget.children[2].value
    fields["name"].value = "Lê A"
    accept.click()
    assert "đơn vị chưa giải trình ô" in told.value
    fields["reason"].value = "đã kiểm tra"
    accept.click()
    assert "chưa nêu lý do cụ thể" in told.value
    fields["reason"].value = "50 người chuyển đi"
    refuse.click()
    assert f"Đã ghi nhận: {CELL}" in told.value
    assert fell(quality) == ["warning"]
    fields["reason"].value = "50 người chuyển đi làm xa"
    accept.click()
    assert fell(quality) == ["note"]
    with (plan / "explanations.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["code"], row["value"], row["decision"]) for row in rows] == [
        ("stock_fell", "250", "refused"), ("stock_fell", "250", "accepted"),
    ]  # fmt: skip
    assert shown(table)[1][2:4] == ["Chấp nhận giải trình", "50 người chuyển đi làm xa"]
    with pytest.raises(ValueError, match="Lê A đã ghi nhận ô này"):
        quality.accept(CELL, "Trần B", text="50 người chuyển đi làm xa")


@pytest.mark.parametrize(
    ("start", "ending"),
    [
        (b"\xef\xbb\xbfperiod;file;sheet;cell;expected;corrected;reason;name;date\r\n", b"\r\n"),
        (b"date,name,reason,corrected,expected,cell,sheet,file,period", b"\n"),
        (b"period\tfile\tsheet\tcell\texpected\tcorrected\treason\tname\tdate\n", b"\n"),
        (b"", b"\n"),
    ],
)
def test_a_row_is_written_as_the_file_is(
    start: bytes, ending: bytes, quality: Quality, plan: Path
) -> None:
    """With semicolons, another order, no line end; or there is no file yet."""
    path = plan / "corrections.csv"
    path.unlink()
    if start:
        path.write_bytes(start)
    quality.correct(CELL, "350", 'nói "ba trăm; năm mươi"', "Lê A, phòng\tB")
    content = path.read_bytes()
    assert content.startswith(start or b"\xef\xbb\xbfperiod,")
    assert content.endswith(ending)
    assert content.count(ending) == 2
    assert skilled() == 350


def test_the_matrix_of_completeness_follows_the_sender(quality: Quality) -> None:
    matrix = quality.completeness()
    assert [row[0] for row in shown(matrix)] == ["Huyện Mỹ An", "Huyện Mỹ Bình", "Huyện Mỹ Châu"]
    assert {row[1] for row in shown(matrix)} == {"đủ"}
    quality.choose(sender="71")
    assert [row[0] for row in shown(matrix)] == [
        "Huyện Mỹ An", "Xã Tân An", "Xã Tân Bình", "Xã Tân Châu",
    ]  # fmt: skip
    quality.correct(CELL, "không rõ", "hỏi lại", "Lê A")
    assert [row[1] for row in shown(matrix)] == ["một phần", "một phần", "đủ", "đủ"]
