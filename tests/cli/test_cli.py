"""The command line with right and wrong input: one sentence, the right exit code, no traceback."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from dxkit.cli import run
from tests.press.other_writer import held_by_another


def said(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    text = captured.out + captured.err
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["report", "2022-Q9"], "2022-Q3, 2022-Q4"),
        (["report", "--campaign", "nowhere"], "haugiang-2022, pci-2009"),
        (["report", "--unit", "999"], "930"),
        (["report", "--level", "county"], "district"),
        (["report", "--unit", "99999-khu-vuc-1"], "930 Thành phố Vị Thanh"),
        (["report", "--colour", "red"], "không có tùy chọn --colour"),
        (["report", "--unti", "930"], "không có tùy chọn --unti (gần giống: "),
        (["report", "2022-Q4", "--unit", "Vị", "Thanh"], "thừa chữ Thanh (tên"),
        (["report", "--jobs", "0"], "--jobs phải là số nguyên từ 1 trở lên."),
        (["report", "--time-limit", "x"], "--time-limit phải là số từ 1 trở lên."),
        (["report", "--engine", "steam"], "phải là một trong: auto, fork, spawn, stock."),
        (["report", "--lang", "en", "--engine", "steam"], "one of: auto, fork, spawn, stock."),
        (["explain"], "còn thiếu PERIOD."),
        (["reprot"], "không có lệnh reprot (gần giống: report)."),
        (["explain", "2022-Q4", "930", "nothing"], "app_installed"),
        (["explain", "2022-Q4", "Vị Thanh", "cashless"], "930 Thành phố Vị Thanh"),
        (["explain", "2022-Q4", "vi thanh", "cashless"], "Xã Vị Thanh (Huyện Vị Thuỷ)"),
        (["explain", "2022-Q4", "Hoả", "cashless"], "Xã Hoả Tiến"),
    ],
)
def test_wrong_input_is_one_sentence_that_helps(
    arguments: list[str], words: str, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = [] if arguments == ["reprot"] else ["--out", str(out)]
    assert run([*arguments, *more]) == 2
    *named, text = said(capsys).strip().splitlines()
    assert words in text
    assert named in (
        [],
        ["Chiến dịch: haugiang-2022 (mặc định, ghi ở data/campaigns/default.toml)."],
        ["Campaign: haugiang-2022 (the default, named by data/campaigns/default.toml)."],
    )


@pytest.fixture
def two_campaigns(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a second campaign, the alphabet's first, and no default."""
    campaigns = tmp_path / "data/campaigns"
    for name in ("haugiang-2022", "an-toan-2022"):
        shutil.copytree(root / "data/campaigns/haugiang-2022", campaigns / name)
        plan = campaigns / name / "campaign.toml"
        plan.write_text(plan.read_text("utf-8").replace("haugiang-2022", name), "utf-8")
    shutil.copytree(
        root / "data/raw/haugiang-2022/2022-Q3", tmp_path / "data/raw/an-toan-2022/2022-Q3"
    )
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    monkeypatch.delenv("DXKIT_CAMPAIGN", raising=False)
    return campaigns


@pytest.mark.parametrize(
    "command", ["rank", "check", "report", "verify", "demo", "explain 2022-Q3 930 cashless"]
)
def test_one_of_several_campaigns_is_never_taken_by_chance(
    command: str, two_campaigns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command.split(), "--lang", "en"]) == 2
    (text,) = said(capsys).strip().splitlines()
    assert "several campaigns" in text
    assert "an-toan-2022, haugiang-2022" in text
    assert not (two_campaigns.parents[1] / "outputs").exists()


def test_a_declared_default_is_named_in_the_first_line(
    two_campaigns: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    default = two_campaigns / "default.toml"
    default.write_text('campaign = "an-toan-2022"\n', "utf-8")
    assert run(["check", "2023-Q1", "--lang", "en"]) == 2
    first, refused = said(capsys).splitlines()
    assert first == "Campaign: an-toan-2022 (the default, named by data/campaigns/default.toml)."
    assert 'no period "2023-Q1". The campaign an-toan-2022 has: 2022-Q3, 2022-Q4, 2022.' in refused
    monkeypatch.setenv("DXKIT_CAMPAIGN", "haugiang-2022")
    assert run(["rank", "2022-Q3", "--lang", "en"]) == 2  # it has no workbooks here
    assert said(capsys).startswith(
        "Campaign: haugiang-2022 (the default, named by DXKIT_CAMPAIGN)."
    )
    assert run(["check", "2023-Q1", "--campaign", "an-toan-2022"]) == 2
    assert len(said(capsys).splitlines()) == 1  # what was asked for needs no naming


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('campaign = "nowhere"', '"nowhere" (named by data/campaigns/default.toml)'),
        ("campaign = 2022", "must hold just one line"),
        ('default = "an-toan-2022"', "must hold just one line"),
        ("campaign = an-toan-2022", "must hold just one line"),
        ("", "must hold just one line"),
    ],
)
def test_a_default_that_names_no_campaign_is_refused(
    content: str, words: str, two_campaigns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (two_campaigns / "default.toml").write_text(content, "utf-8")
    assert run(["rank", "--lang", "en"]) == 2
    (text,) = said(capsys).strip().splitlines()
    assert words in text


def test_a_folder_without_a_plan_is_named(
    two_campaigns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("haugiang-2022", "an-toan-2022"):
        (two_campaigns / name / "campaign.toml").unlink()
    assert run(["rank", "--campaign", "an-toan-2022", "--lang", "en"]) == 2
    folder = two_campaigns / "an-toan-2022"
    assert said(capsys) == f"The folder {folder} has no campaign.toml, so it is no campaign.\n"
    assert run(["rank", "--campaign", "x", "--lang", "en"]) == 2
    assert said(capsys).endswith("Available: –.\n")


def test_an_only_campaign_needs_no_naming(
    two_campaigns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(two_campaigns / "haugiang-2022")
    assert run(["check", "2023-Q1", "--lang", "en"]) == 2
    (text,) = said(capsys).splitlines()
    assert "The campaign an-toan-2022 has" in text


def test_a_period_whose_plan_is_incomplete_is_not_ranked(
    small_project: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the target of the shares that give them, 6 of the 10 points go by nothing."""
    shutil.copytree(small_project, tmp_path, dirs_exist_ok=True)
    targets = tmp_path / "data/campaigns/small/targets.csv"
    kept = [
        line
        for line in targets.read_text("utf-8").splitlines()
        if not line.startswith("skills,*,2024-Q2,")
    ]
    targets.write_text("\n".join(kept) + "\n", "utf-8")
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    assert run(["rank", "2024-Q2", "--lang", "en"]) == 1
    text = said(capsys)
    assert "targets.csv: The plan sets no target of Q2 2024 (districts)" in text
    assert "6 of 10 points" in text
    assert re.findall(r"^\d+\t", text, re.MULTILINE) == []
    assert text.count("not ranked\ttargets lacking\t") == 3


def test_an_empty_raw_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "raw").mkdir()
    arguments = ["--raw", str(tmp_path / "raw"), "--out", str(tmp_path / "out")]
    assert run(["report", *arguments]) == 2
    assert "Chưa có số liệu" in said(capsys)
    assert run(["report", "2022-Q4", *arguments]) == 2
    assert str(tmp_path / "raw") in said(capsys)


def test_a_broken_campaign_lists_all_its_mistakes(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(root / "data/campaigns", tmp_path / "data/campaigns")
    targets = tmp_path / "data/campaigns/haugiang-2022/targets.csv"
    targets.write_text(targets.read_text("utf-8").replace(",0.30,", ",30,"), "utf-8")
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    assert run(["report"]) == 2
    assert "targets.csv:2:" in said(capsys)


def test_rank_in_three_forms(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(outputs.parents[1])]
    assert run(["rank", "2022-Q4", *out]) == 0
    table = said(capsys)
    assert re.search(r"^1\t\d\d,\d\d\tHuyện Châu Thành A\t", table, re.MULTILINE)
    # Xã Phụng Hiệp has not reported: its district's place is that of fourteen communes of fifteen
    marked = [line.split("\t")[2] for line in table.splitlines() if "còn thiếu số liệu" in line]
    assert marked == ["Huyện Phụng Hiệp"]
    assert run(["rank", "2022-Q4", "--format", "json", *out]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["rank"] for row in rows] == list(range(1, 9))
    assert run(["rank", "2022-Q4", "--format", "csv", "--level", "commune", *out]) == 0
    assert len(list(csv.DictReader(io.StringIO(capsys.readouterr().out)))) == 75


def test_explain_goes_down_to_the_cells(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(outputs.parents[1])]
    assert run(["explain", "2022-Q4", "huyen vi thuy", "app_installed", *out]) == 0
    text = said(capsys)
    assert "2022-Q4/935-huyen-vi-thuy.xlsx › 1. Chỉ tiêu hộ!F14  '86,0%' = 369" in text


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("2022-Q4/935/app_installed/value", "1. Chỉ tiêu hộ!F14  '86,0%' = 369"),
        ("2022-Q3/935/total/points", "Huyện Vị Thuỷ, Tổng điểm, điểm, quý III/2022: "),
        ("2022-11/93/online_dossiers/month_denominator", "mẫu số trong tháng, tháng 11/2022: "),
        ("2022-Q4/93/reward-district/quota", "số lượng được đề nghị, quý IV/2022: 3"),
    ],
)
def test_explain_takes_the_key_of_a_number(
    outputs: Path, capsys: pytest.CaptureFixture[str], key: str, told: str
) -> None:
    assert run(["explain", key, "--out", str(outputs.parents[1])]) == 0
    assert told in said(capsys)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["2022-Q4"], "còn thiếu UNIT"),
        (["2022-Q4", "935"], "còn thiếu INDICATOR"),
        (["2022-Q4/935/total"], "còn thiếu UNIT"),
        (["2022-Q4/935/total/point"], 'Không có số "point"'),
        (["2022-Q4/935/totals/points"], 'Không có tiêu chí "totals"'),
        (["2022-13/935/total/points"], 'Không có kỳ "2022-13"'),
    ],
)
def test_explain_says_what_of_a_number_lacks_or_is_not_there(
    asked: list[str], told: str, outputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", *asked, "--out", str(outputs.parents[1])]) == 2
    assert told in capsys.readouterr().err


def test_check_writes_the_findings(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "2022-Q4", "--out", str(out)]) == 0
    folder = out / "haugiang-2022" / "2022-Q4"
    with (folder / "data/findings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"total_differs", "digits_repaired"} <= {row["code"] for row in rows}
    assert (folder / "findings.html").exists()
    text = said(capsys)
    # A commune is missing from the sums of its district: before single cells.
    assert text.index("Xã Phụng Hiệp chưa gửi báo cáo") < text.index("930-thanh-pho-vi-thanh.xlsx")
    assert "937-thi-xa-long-my.xlsx" in text


def test_check_explains_the_layout_of_one_workbook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = "930-thanh-pho-vi-thanh.xlsx"
    out = ["--lang", "en", "--out", str(tmp_path / "out")]
    assert run(["check", "2022-Q4", "--explain-layout", file, *out]) == 0
    text = said(capsys)
    assert f"{file} › 2. Hồ sơ TTHC: Table" in text
    assert "headings in 10-11; names of units from B13 to B21" in text
    (first,) = re.findall(r"^  C: Tháng 10 > Phát sinh → (.*)$", text, re.M)
    assert first.endswith(", October 2022")
    other = tmp_path / "other.csv"
    other.write_text("Mã,Tên,Nhà văn hóa\na,Phường I,4\nb,7,5\n", "utf-8")
    assert run(["check", "2022-Q4", "--explain-layout", str(other), *out]) == 0
    assert "  C: Nhà văn hóa → not declared, not read\n" in said(capsys)
    other.write_bytes(b"PK\x03\x04 no workbook")
    assert run(["check", "2022-Q4", "--explain-layout", str(other), *out]) == 0
    assert "other.csv: The file is not read" in said(capsys)
    assert run(["check", "2022-Q4", "--explain-layout", "none.xlsx", *out]) == 2
    assert "There is no workbook none.xlsx" in said(capsys)
    assert not (tmp_path / "out").exists()


def test_one_unreadable_workbook_stops_nobody_else(
    small_project: Path, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(small_project / "data/raw/small/2024-Q2", raw / "small/2024-Q2")
    (raw / "small/2024-Q2/73-huyen-my-chau.csv").write_bytes(b"PK\x03\x04 no workbook")
    assert run(["report", "2024-Q2", "--raw", str(raw), "--out", str(small)]) == 1
    assert "73-huyen-my-chau.csv" in said(capsys)
    folder = small / "small/2024-Q2"
    assert len(list(folder.glob("district/*.html"))) == 3
    page = next(folder.glob("district/73-*.html")).read_text("utf-8")
    assert "vì chưa có số liệu dùng được" in page
    assert "chưa gửi" not in re.sub(r"<footer.*", "", page)  # a file is there that nobody can read
    assert "Chưa đạt chỉ tiêu nào" not in page
    assert not re.search(r"\b(nan|None)\b", page)
    with (folder / "data/findings.csv").open(encoding="utf-8-sig", newline="") as file:
        codes = {(r["code"], r["file"]) for r in csv.DictReader(file)}
    assert ("file_unreadable", "73-huyen-my-chau.csv") in codes


def test_a_notebook_that_fails_keeps_the_earlier_page(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    broken = json.loads((root / "notebooks/quarterly_report.ipynb").read_text("utf-8"))
    whole = json.dumps(broken)
    broken["cells"][2]["source"] = ["raise ValueError('no ink')"]
    notebook = tmp_path / "broken.ipynb"
    notebook.write_text(whole, "utf-8")
    arguments = ["report", "2024-Q2", "--unit", "72", "--notebook", str(notebook)]
    arguments += ["--out", str(small)]
    assert run(arguments) == 0
    (page,) = small.glob("own/broken/small/2024-Q2/district/72-*.html")
    before = page.read_bytes()
    notebook.write_text(json.dumps(broken), "utf-8")
    assert run(arguments) == 1
    assert "no ink" in said(capsys)
    assert page.read_bytes() == before
    notebook.write_text(whole, "utf-8")
    assert run([*arguments, "--only-failed"]) == 0
    assert page.read_bytes() == before


def test_a_notebook_without_the_parameters_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    other = json.loads((root / "notebooks/quarterly_report.ipynb").read_text("utf-8"))
    other["cells"][0]["source"] = ['campaign: str = "x"\n', 'period = "y"\n', 'units = "z"']
    notebook = tmp_path / "other.ipynb"
    notebook.write_text(json.dumps(other), "utf-8")
    arguments = ["--notebook", str(notebook), "--out", str(tmp_path / "out")]
    assert run(["report", "2022-Q4", *arguments]) == 2
    assert ": unit." in said(capsys)
    assert run(["report", "2022-Q4", "--notebook", str(tmp_path / "none.ipynb")]) == 2
    assert "none.ipynb" in said(capsys)


def test_an_option_without_its_value_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "--unit"]) == 2
    assert "sau --unit phải ghi một giá trị." in said(capsys)


@pytest.mark.parametrize("content", ["PK\x03\x04", "[]", '{"cells": [1]}', "syntax"])
def test_what_is_no_notebook_is_refused_by_name(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    if content == "syntax":
        other = json.loads((root / "notebooks/quarterly_report.ipynb").read_text("utf-8"))
        other["cells"][0]["source"] = ["%matplotlib inline\n", 'unit = "930"']
        content = json.dumps(other)
    notebook = tmp_path / "some.ipynb"
    notebook.write_text(content, "utf-8")
    arguments = ["--notebook", str(notebook), "--out", str(tmp_path / "out")]
    assert run(["report", "2022-Q4", *arguments]) == 2
    assert "some.ipynb không phải sổ tay Jupyter" in said(capsys)


def test_hostile_text_in_a_workbook_is_harmless_text(raw_copy: Path, tmp_path: Path) -> None:
    path = raw_copy / "haugiang-2022/2022-Q4/932-huyen-chau-thanh-a.xlsx"
    for other in path.parent.glob("93[!2]-*"):
        other.unlink()
    book = openpyxl.load_workbook(path)
    sheet = book["3. Mô hình, sáng kiến"]
    sheet["B11"] = "<script>alert(1)</script></style><img src=x onerror=alert(2)>"
    sheet["H11"] = "javascript:alert(3)"
    sheet["F11"].value = "=cmd|' /C calc'!A0"
    sheet["F11"].data_type = "s"
    book.save(path)
    out = tmp_path / "out"
    arguments = ["--unit", "932", "--raw", str(raw_copy), "--out", str(out)]
    assert run(["report", "2022-Q4", *arguments]) in (0, 1)
    folder = out / "haugiang-2022" / "2022-Q4"
    page = next(folder.glob("district/*.html")).read_text("utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert page.count("<script") == 1  # the kit's own
    assert "<script>alert" not in page
    assert "<img" not in page
    assert page.count("</style>") == 1
    data = (folder / "data/observations.csv").read_text("utf-8-sig")
    assert not re.search(r"(^|,)=", data, re.MULTILINE)


def test_a_second_run_on_the_same_outputs_is_refused(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["report", "2024-Q2", "--unit", "71", "--out", str(small)]
    with held_by_another(small / "small"):
        assert run(arguments) == 2
        assert str(small / "small") in said(capsys)
    assert run(arguments) == 0


def test_where_the_rest_of_what_is_alike_stands_is_told_as_ranges(
    small_project: Path, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = shutil.copytree(small_project / "data/raw/small/2024-Q2", tmp_path / "raw/small/2024-Q2")
    lines = ["STT,Đơn vị,Số người lớn,Số người thành thạo,Số người quét mã"]
    lines += [f"{n},Xã Tân {name},xem,chưa rõ,?" for n, name in enumerate(("An", "Bình", "Châu"))]
    (raw / "71-huyen-my-an.csv").write_text("\n".join(lines), "utf-8")
    assert run(["check", "2024-Q2", "--raw", str(raw.parents[1]), "--out", str(small)]) == 1
    assert "71-huyen-my-an.csv › C4, D4, E3:E4" in said(capsys)


def test_pages_of_another_level(small: Path) -> None:
    arguments = ["--level", "commune", "--unit", "712", "--out", str(small)]
    assert run(["report", "2024-Q2", *arguments]) == 0
    page = next((small / "small/2024-Q2/commune").glob("712-*.html")).read_text("utf-8")
    assert 'data-fact="2024-Q2/712/codes/value"' in page
    assert 'data-fact="2024-Q2/71/' not in page


def test_what_took_how_long_is_told_and_kept(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["report", "2024-Q2", "--unit", "71", "--timings", "--out", str(small)]
    assert run([*arguments, "--force"]) == 0
    text = said(capsys)
    kept = small / "small/2024-Q2/timings.json"
    taken = json.loads(kept.read_text("utf-8"))
    (page,) = (name for name in taken if name.endswith(".html"))
    assert page.startswith("district/71-")
    assert set(taken) - {page} == {"plan", "read", "pages", "files"}
    assert taken["pages"] >= taken[page] > 0
    assert [*taken.values()] == sorted(taken.values(), reverse=True)
    assert f"{taken[page]:.2f} s  {page}" in text
    assert f"{taken['read']:.2f} s  Đọc bảng tính và tính toán" in text
    assert run(["verify", "2024-Q2", "--out", str(small)]) == 0  # it is no output

    assert run(arguments) == 0
    assert "Đọc bảng tính và tính toán" not in said(capsys)
    assert json.loads(kept.read_text("utf-8")) == taken


def test_a_page_that_takes_too_long_is_named(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    slow = json.loads((root / "notebooks/quarterly_report.ipynb").read_text("utf-8"))
    slow["cells"][1]["source"] = ["import time\n", "time.sleep(60)"]
    notebook = tmp_path / "slow.ipynb"
    notebook.write_text(json.dumps(slow), "utf-8")
    arguments = ["--unit", "71", "--notebook", str(notebook), "--out", str(small)]
    arguments += ["--time-limit", "1"]
    assert run(["report", "2024-Q2", *arguments]) == 1
    assert "quá thời gian" in said(capsys)


def test_english_pages(out: Path) -> None:
    assert run(["report", "2022-Q3", "--unit", "932", "--lang", "en", "--out", str(out)]) == 0
    page = next((out / "haugiang-2022/2022-Q3/district").glob("*.html")).read_text("utf-8")
    assert '<html lang="en">' in page
    assert "SIMULATED DATA" in page
    assert "first period" in page


def test_help_imports_nothing_heavy() -> None:
    """Nor does what a check leaves behind, in which nothing is drawn and no notebook run."""
    code = (
        "import sys; from dxkit.cli import run; run(['--help']); "
        "heavy = {'pandas', 'matplotlib', 'papermill', 'nbconvert', 'nbformat', 'openpyxl'}; "
        "print(sorted(heavy & set(sys.modules))); import dxkit.press.publish.period_files; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-2:] == ["[]", "[]"]


def test_demo_writes_the_same_workbooks_again(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", "--raw", str(tmp_path)]) == 0
    for path in sorted(tmp_path.rglob("*.xlsx")):
        committed = root / "data/raw/haugiang-2022" / path.relative_to(tmp_path)
        assert path.read_bytes() == committed.read_bytes()
    assert "16" in said(capsys)


def test_demo_of_a_campaign_without_one_is_refused(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["demo", "--campaign", "pci-2009", "--raw", str(tmp_path), "--lang", "en"]
    assert run(command) == 2
    (text,) = said(capsys).strip().splitlines()
    assert "pci-2009 has no demonstration" in text
    assert str(Path("data/demo/pci-2009.toml")) in text
    assert not list(tmp_path.iterdir())
