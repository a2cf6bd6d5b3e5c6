"""Forms: what is asked of whom, what may be typed where, what the workbook says by itself."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dxkit.campaign.folder import load_campaign
from dxkit.cli import run
from dxkit.model.addresses import column_letters
from dxkit.model.campaign import Campaign, MeasureKind
from dxkit.model.forms import MAP, Form, Identity
from dxkit.model.observations import Received
from dxkit.model.units import Unit
from dxkit.period import OpenPeriod
from dxkit.press.forms import workbook
from dxkit.press.forms.questions import Questions
from dxkit.press.forms.workbook import write_form
from dxkit.report.wording.language import load_language
from dxkit.workbooks import atomic
from tests.press.forms.filling import Value, fill
from tests.press.small_campaign import write_project

HOUSEHOLDS = "1. Chỉ tiêu theo hộ"


def made(
    campaign: Campaign, before: Received | None, unit: str, path: Path, language: str = "vi"
) -> Form:
    period = campaign.reported[-1]
    questions = Questions(campaign, period, before, load_language(language))
    return write_form(questions, questions.units.get(unit), path)


@pytest.fixture(scope="module")
def commune(
    periods: dict[str, OpenPeriod], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Form, Any, Path]:
    """The form of phường I, which reported four quarters of its own a period ago."""
    path = tmp_path_factory.mktemp("form") / "31318.xlsx"
    opened = periods["2022-Q3"]
    form = made(opened.campaign, opened.received, "31318", path)
    return form, openpyxl.load_workbook(path), path


def test_a_commune_is_asked_for_its_hamlets_and_for_itself(
    commune: tuple[Form, Any, Path],
) -> None:
    form, book, _ = commune
    assert book.sheetnames == ["Hướng dẫn", HOUSEHOLDS, "2. Hồ sơ thủ tục hành chính",
                               "3. Hoạt động của tổ công nghệ", "4. Mô hình, sáng kiến trong kỳ",
                               "dxkit"]  # fmt: skip
    sheet = book[HOUSEHOLDS]
    names = [sheet.cell(row, 2).value for row in range(10, 18)]
    assert names == ["Phường I", *(f"Khu vực {n}" for n in range(1, 5)), None, None, None]
    labels = [sheet.cell(8, column).value for column in range(5, 8)]
    assert sheet["C7"].value == "Tổng số hộ"
    assert sheet["E7"].value == "Hộ có kỹ năng số"
    assert labels == ["Số hộ", "Kỳ trước", "Tỷ lệ (%)\nChỉ tiêu: 90"]
    dossiers = book["2. Hồ sơ thủ tục hành chính"]
    assert [dossiers.cell(7, c).value for c in (3, 5, 7, 9)] == [
        "Tháng 10/2022", "Tháng 11/2022", "Tháng 12/2022", "Cả kỳ"]  # fmt: skip
    assert dossiers["B10"].value == "Phường I"
    assert [len(sheet.rows) for sheet in form.sheets] == [7, 1, 1, 10]


def test_last_period_stands_beside(commune: tuple[Form, Any, Path], haugiang: Campaign) -> None:
    _, book, _ = commune
    raw = Path(haugiang.folder).parents[1] / "raw/haugiang-2022/2022-Q3/930-thanh-pho-vi-thanh.xlsx"
    sent = openpyxl.load_workbook(raw, data_only=True)["1. Chỉ tiêu hộ"]
    rows = {r[1].value: r for r in list(sent.iter_rows())[12:18]}
    form = book[HOUSEHOLDS]
    for row in range(11, 15):
        reported = rows[form.cell(row, 2).value]
        assert form.cell(row, 4).value == reported[2].value  # all households
        assert form.cell(row, 6).value == reported[3].value  # with digital skills


def test_the_guide_speaks_of_what_the_form_has(
    commune: tuple[Form, Any, Path], haugiang: Campaign, tmp_path: Path
) -> None:
    """No grey columns in a first form, no empty rows where nobody is still to be named."""
    closed = tuple(dataclasses.replace(level, open=False) for level in haugiang.levels)
    of_communes = tuple(m for m in haugiang.measures if m.level != "hamlet")
    plain = dataclasses.replace(
        haugiang, levels=closed, measures=of_communes, indicators=(), initiatives=None
    )
    said = {"later": [str(row[0].value) for row in commune[1]["Hướng dẫn"].iter_rows()]}
    for name, campaign in (("first", haugiang), ("closed", plain)):
        made(campaign, None, "930", tmp_path / f"{name}.xlsx")
        guide = openpyxl.load_workbook(tmp_path / f"{name}.xlsx")["Hướng dẫn"]
        said[name] = [str(row[0].value) for row in guide.iter_rows()]
    steps = {
        name: [t for t in texts if t[1:3] == ". " and t.endswith(".")]
        for name, texts in said.items()
    }
    assert {name: [t[0] for t in texts] for name, texts in steps.items()} == {
        "later": [*"123456"], "first": [*"12345"], "closed": [*"1234"]}  # fmt: skip
    has = {
        name: [word in " ".join(texts) for word in ("kỳ trước", "chữ xám", "Dòng trống")]
        for name, texts in steps.items()
    }
    assert has == {
        "later": [True, True, True], "first": [False, False, True], "closed": [False] * 3
    }  # fmt: skip


def test_what_is_asked_can_be_typed_and_nothing_else(commune: tuple[Form, Any, Path]) -> None:
    form, book, _ = commune
    for asked in form.sheets:
        sheet = book[asked.name]
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        unlocked = {c.coordinate for r in sheet.iter_rows() for c in r if not c.protection.locked}
        last = max((*asked.rows, *asked.groups))
        columns = {column.number for column in asked.columns} | {asked.choices, asked.answers} - {0}
        wanted = {sheet.cell(row, c).coordinate for row in asked.rows for c in columns}
        further = [row for row, code in asked.rows.items() if not code]
        wanted |= {sheet.cell(row, asked.unit_column).coordinate for row in further}
        below = {c for c in unlocked if openpyxl.utils.cell.coordinate_from_string(c)[1] > last}
        assert unlocked - below == wanted  # notes, date and names can be written below
        assert not unlocked & asked.fixed.keys()
    assert book[MAP].sheet_state == "veryHidden"


def test_rules_of_the_plan_stand_in_the_cells(commune: tuple[Form, Any, Path]) -> None:
    _, book, _ = commune
    sheet = book[HOUSEHOLDS]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    skills = rules["E11:E17"]
    assert skills.type == "custom"
    assert skills.formula1 == (
        "AND(ISNUMBER($E11),NOT(N($E11)<0),NOT(INT(N($E11))<>N($E11)),OR(NOT(ISNUMBER($C11)),$E11<=$C11))"
    )
    assert skills.error.startswith("Không lớn hơn “Tổng số hộ”. Nhập số nguyên")
    assert rules["S15:S17"].type == "list"
    assert sheet["C10"].value.startswith("=SUM($C11:$C17,")
    share = '=IF(AND(COUNT($E15)=1,COUNT($C15)=1,N($C15)>0),ROUND($E15/$C15*100,1),"")'
    assert sheet["G15"].value == share
    state = sheet["T11"].value
    assert "$E11<$F11" in state  # a part of a whole that fell
    assert "ABS($C11-$D11)>0.3*$D11" in state  # a jump, by the campaign's rule
    assert "$D15" not in sheet["T15"].value  # nothing is known of a hamlet still to be named
    guide = book["Hướng dẫn"]
    open_rows = [guide.cell(row, 3).value for row in range(1, 30)]
    counted = [text for text in open_rows if str(text).startswith("=COUNTIF")]
    assert len(counted) == 4
    assert "31/12/2022" in [cell.value for row in guide.iter_rows() for cell in row]


def test_the_identity_stands_in_three_places(commune: tuple[Form, Any, Path]) -> None:
    form, book, _ = commune
    text = form.identity.text
    assert Identity.of(text) == form.identity
    assert text.startswith("dxkit-form:1:haugiang-2022:2022-Q4:31318:")
    assert book.custom_doc_props[MAP].value == text
    assert book[MAP]["A1"].value == text
    assert all(text in book[sheet.name]["A6"].value for sheet in form.sheets)


def test_the_map_says_the_form_and_notices_every_change(commune: tuple[Form, Any, Path]) -> None:
    form, book, _ = commune
    lines = [tuple(str(c.value or "") for c in row[:4]) for row in book[MAP].iter_rows(max_col=4)]
    assert Form.of(lines) == form
    for number in range(1, len(lines), 7):
        spoilt = [*lines]
        spoilt[number] = (*spoilt[number][:2], spoilt[number][2] + "1", "")
        assert Form.of(spoilt) is None
        assert Form.of([*lines[:number], *lines[number + 1 :]]) is None


def test_the_same_bytes_each_time(commune: tuple[Form, Any, Path], tmp_path: Path,
                                  periods: dict[str, OpenPeriod]) -> None:  # fmt: skip
    *_, path = commune
    opened = periods["2022-Q3"]
    made(opened.campaign, opened.received, "31318", tmp_path / "again.xlsx")
    both = (path.read_bytes(), (tmp_path / "again.xlsx").read_bytes())
    assert both[0] == both[1]


def test_a_district_has_a_group_for_each_commune_and_a_total(
    periods: dict[str, OpenPeriod], tmp_path: Path
) -> None:
    opened = periods["2022-Q3"]
    form = made(opened.campaign, opened.received, "936", tmp_path / "936.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "936.xlsx")[HOUSEHOLDS]
    communes = [unit.code for unit in opened.analysis.units.children("936")]
    assert [*form.sheets[0].groups.values()] == [*communes, ""]
    groups = [*form.sheets[0].groups]
    assert sheet.cell(groups[-1], 2).value == "Tổng cộng"
    cells = ",".join(f"$C{row}" for row in groups[:-1])
    assert sheet.cell(groups[-1], 3).value == f"=SUM({cells})"
    before = {o.unit_code: o.value for o in opened.received.table.observations
              if o.measure == "households"}  # fmt: skip
    reader = openpyxl.load_workbook(tmp_path / "936.xlsx", data_only=True)[HOUSEHOLDS]
    for row, code in form.sheets[0].groups.items():
        inside = [v for u, v in before.items() if (code or "936") in opened.analysis.units.line(u)]
        assert reader.cell(row, 4).value == sum(v for v in inside if v is not None)


def test_a_measure_more_is_a_column_more(haugiang: Campaign, tmp_path: Path) -> None:
    more = dataclasses.replace(
        haugiang.measure("households_app"), id="households_bank", headers=("Hộ có ngân hàng số",)
    )
    of = {"id": "crop", "headers": ("Sản lượng",), "things": {"vi": "tấn"}, "whole": ""}
    weight = dataclasses.replace(more, kind=MeasureKind.AMOUNT, **of)  # type: ignore[arg-type]
    campaign = dataclasses.replace(haugiang, measures=(*haugiang.measures, more, weight))
    plain = made(haugiang, None, "31318", tmp_path / "one.xlsx")
    form = made(campaign, None, "31318", tmp_path / "two.xlsx")
    assert [c.measure for c in form.sheets[0].columns] == [
        *(c.measure for c in plain.sheets[0].columns), "households_bank", "crop"]  # fmt: skip
    sheet = openpyxl.load_workbook(tmp_path / "two.xlsx")[HOUSEHOLDS]
    labels = {sheet.cell(7, column).value for column in range(1, 30)}
    assert {"Hộ có ngân hàng số", "Sản lượng (tấn)"} <= labels
    assert plain.identity.structure != form.identity.structure


def test_without_a_period_before_hamlets_are_named_by_the_sender(
    haugiang: Campaign, tmp_path: Path
) -> None:
    form = made(haugiang, None, "31318", tmp_path / "form.xlsx")
    assert set(form.sheets[0].rows.values()) == {""}
    assert len(form.sheets[0].rows) == 12
    sheet = openpyxl.load_workbook(tmp_path / "form.xlsx")[HOUSEHOLDS]
    assert "Kỳ trước" not in {cell.value for row in sheet.iter_rows() for cell in row}


def test_links_lead_to_tables_with_any_name(haugiang: Campaign, tmp_path: Path) -> None:
    named = {id: {"vi": "Biểu 'hộ' & \"số\""} for id in haugiang.tables}
    form = made(dataclasses.replace(haugiang, tables=named), None, "31318", tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    links = [cell.hyperlink.location for row in book[form.guide] for cell in row if cell.hyperlink]
    assert links == ["'{}'!A1".format(of.name.replace("'", "''")) for of in form.sheets]
    assert links[0].startswith("'1. Biểu ''hộ''")


def test_another_campaign_has_its_forms_by_data_only(pci: Campaign, tmp_path: Path) -> None:
    form = made(pci, None, "01", tmp_path / "form.xlsx", "en")
    assert [len(sheet.columns) for sheet in form.sheets] == [11]
    sheet = openpyxl.load_workbook(tmp_path / "form.xlsx")[form.sheets[0].name]
    said = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "Gia nhập thị trường\nEntry costs score" in said
    assert "SUM" not in str(said)  # scores do not add up
    whole = made(pci, None, pci.units.on(pci.periods[0].last_day).top.code, tmp_path / "all.xlsx")
    assert len(whole.sheets[0].rows) == 63
    assert not whole.sheets[0].groups


# the command -----------------------------------------------------------------------------------


@pytest.fixture
def project(small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small campaign, in which nothing came of its second period yet."""
    folder = Path(shutil.copytree(small_project, tmp_path / "project"))
    monkeypatch.setenv("DXKIT_PROJECT", str(folder))
    return folder


FORMS = "outputs/small/2024-Q2/forms"


def test_the_command_writes_a_form_for_each_sender_before_anything_came(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(project / "data/raw/small/2024-Q2")
    assert run(["form", "2024-Q2"]) == 0
    there = sorted(path.name for path in (project / FORMS).iterdir())
    assert there == ["71-huyen-my-an.xlsx", "72-huyen-my-binh.xlsx", "73-huyen-my-chau.xlsx"]
    assert "Đã lập 3 biểu mẫu (5 dòng để nhập)" in capsys.readouterr().out
    assert run(["form", "2024-Q2", "--level", "commune", "--unit", "Phú An"]) == 0
    assert (project / FORMS / "721-xa-phu-an.xlsx").is_file()
    assert run(["form", "2024-Q9"]) == 2
    assert run(["form", "2024-Q2", "--level", "hamlet"]) == 2
    assert run(["form", "2024-Q2", "--unit", "Xã Không Có"]) == 2


def test_what_somebody_typed_into_a_form_in_place_is_kept(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["form", "2024-Q2"]) == 0
    path = project / FORMS / "71-huyen-my-an.xlsx"
    first = path.read_bytes()
    path.write_bytes(first + b"typed")
    assert run(["form", "2024-Q2", "--lang", "en"]) == 0
    assert (project / FORMS / "71-huyen-my-an.edited-1.xlsx").read_bytes() == first + b"typed"
    assert "Somebody has worked in this form" in capsys.readouterr().out
    assert run(["form", "2024-Q2"]) == 0
    assert len([*(project / FORMS).iterdir()]) == 4


def test_what_a_run_that_ended_early_wrote_is_nobodys_work(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(questions: Questions, sender: Unit, path: Path) -> Form:
        if sender.code == "72":
            raise OSError(28, "No space left on device", str(path))
        return write_form(questions, sender, path)

    with monkeypatch.context() as patched:
        patched.setattr(workbook, "write_form", full)
        assert run(["form", "2024-Q2"]) == 2
    assert run(["form", "2024-Q2"]) == 0
    assert run(["form", "2024-Q2", "--unit", "71", "--unit", "Mỹ An"]) == 0
    assert not list((project / FORMS).glob("*.edited-*"))


def test_a_form_open_in_another_program_is_told_and_the_others_are_made(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["form", "2024-Q2"]) == 0
    replace = os.replace

    def held(source: Path, target: Path) -> None:
        if Path(target).name == "72-huyen-my-binh.xlsx":
            raise PermissionError(13, "Access is denied", str(target))
        replace(source, target)

    monkeypatch.setattr(atomic, "_PAUSES", (0,))
    monkeypatch.setattr(os, "replace", held)
    assert run(["form", "2024-Q2", "--lang", "en"]) == 1
    said = capsys.readouterr()
    assert "72-huyen-my-binh.xlsx is open in another program" in said.err
    assert "2 forms written" in said.out


def test_verify_makes_forms_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "2024-Q2", "--unit", "71"]) == 0
    assert run(["form", "2024-Q2", "--lang", "en"]) == 0
    assert run(["verify", "2024-Q2"]) == 0
    path = project / FORMS / "73-huyen-my-chau.xlsx"
    book = openpyxl.load_workbook(path)
    book.worksheets[1]["D9"] = 999  # last period's
    book.save(path)
    capsys.readouterr()
    assert run(["verify", "2024-Q2", "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert "forms/73-huyen-my-chau.xlsx" in said
    assert "D9" in said


def test_the_plan_of_a_new_campaign_is_enough(root: Path, tmp_path: Path) -> None:
    write_project(root, tmp_path / "project")
    campaign = load_campaign(tmp_path / "project/data/campaigns/small")
    form = made(campaign, None, "70", tmp_path / "70.xlsx")
    assert [*form.sheets[0].groups.values()] == ["71", "72", "73", ""]


def test_groups_are_numbered_on_and_one_without_rows_is_left_out(
    root: Path, tmp_path: Path
) -> None:
    """A province of 23 districts with communes and one without, which is asked for nothing."""
    write_project(root, tmp_path / "project")
    plan = tmp_path / "project/data/campaigns/small"
    with (plan / "units.csv").open("a", encoding="utf-8") as units:
        for code in range(74, 95):
            units.write(f"{code},Huyện Mỹ {code},Huyện,district,70,,\n")
            if code > 74:
                units.write(f"{code}1,Xã Lộc {code},Xã,commune,{code},,\n")
    campaign = load_campaign(plan)
    form = made(campaign, None, "70", tmp_path / "70.xlsx").sheets[0]
    sheet = openpyxl.load_workbook(tmp_path / "70.xlsx")[form.name]
    numbers = {code: sheet.cell(row, 1).value for row, code in form.groups.items()}
    assert [numbers[code] for code in ("71", "73", "75", "91", "92", "94")] == [
        "I", "III", "IV", "XX", "21", "23"]  # fmt: skip
    assert "74" not in numbers
    questions = Questions(campaign, campaign.reported[-1], None, load_language("vi"))
    assert questions.of(questions.units.get("74")) == []


def test_the_proof_reads_every_figure_of_a_form_by_its_labels_and_names(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No form is read by its map twice: the second reader knows of none."""
    assert run(["form", "2024-Q2"]) == 0
    raw = project / "data/raw/small/2024-Q2"
    for path in sorted((project / FORMS).glob("*.xlsx")):
        book = openpyxl.load_workbook(path)
        lines = [tuple(str(c.value or "") for c in row) for row in book[MAP].iter_rows(max_col=4)]
        form = Form.of(lines)
        assert form is not None
        cells: dict[tuple[str, str], Value] = {}
        for row in form.sheets[0].rows:
            for n, column in enumerate(form.sheets[0].columns):
                cells[form.sheets[0].name, f"{column_letters(column.number)}{row}"] = 900 - n
        fill(path, cells, raw / path.name)
        (raw / path.with_suffix(".csv").name).unlink()
    assert run(["report", "2024-Q2", "--unit", "71"]) == 0
    capsys.readouterr()
    assert run(["verify", "2024-Q2", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "30 cells of the workbooks" in said  # of both periods
    assert "(0 could not be judged whole)" in said


def test_a_sender_checks_a_form_before_it_is_sent(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the same checks as when it has come in, against the period before; of nobody else."""
    assert run(["form", "2024-Q2", "--lang", "en"]) == 0
    form = project / FORMS / "71-huyen-my-an.xlsx"
    cells: dict[tuple[str, str], Value] = {
        ("1. People", f"{column}{row}"): value
        for row, skilled in ((9, 300), (10, 800), (11, 400))
        for column, value in (("C", 1000), ("E", skilled), ("H", skilled))
    }
    fill(form, cells, tmp_path / "sent.xlsx")
    shutil.rmtree(project / "data/raw/small/2024-Q2")
    capsys.readouterr()
    assert run(["check", "--form", str(tmp_path / "sent.xlsx"), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "Form of Huyện Mỹ An, Q2 2024: 9 figures, 0 rows of registers; 0 cells lack" in said
    assert "0 errors, 0 warnings" in said
    cells |= {("1. People", "E9"): 1001, ("1. People", "H10"): "tám trăm", ("1. People", "H11"): 4}
    fill(form, cells, tmp_path / "sent.xlsx")
    assert run(["check", "--form", str(tmp_path / "sent.xlsx"), "--lang", "en"]) == 1
    said = capsys.readouterr().out
    found = [line.split(": ")[0].rpartition("!")[2] for line in said.splitlines() if "!" in line]
    assert {"E9", "H10", "H11"} <= set(found)
    assert "72" not in said
    assert not (project / "data/raw/small/2024-Q2").exists()


@pytest.mark.parametrize("name", ["nowhere.xlsx", "plain.xlsx", "damaged.xlsx", "both"])
def test_what_is_no_form_is_refused_in_one_sentence(
    project: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    openpyxl.Workbook().save(tmp_path / "plain.xlsx")
    (tmp_path / "damaged.xlsx").write_bytes(b"PK\x03\x04 no more")
    more = ["--plan"] if name == "both" else []
    assert run(["check", "--form", str(tmp_path / name), "--lang", "en", *more]) == 2
    said, error = capsys.readouterr()
    assert not said
    assert len(error.splitlines()) == 1
