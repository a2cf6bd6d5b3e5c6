"""Without a command: where the quarter stands, told from what earlier commands have kept."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from dxkit.campaign.project import RECORD, Project, Publication
from dxkit.cli import run
from dxkit.period import opening


def told(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What it says, in English; no workbook is opened for it. What is run next opens them anew."""
    capsys.readouterr()
    opening.open_period.cache_clear()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("dxkit.intake.period.read_period", None)
        patched.setattr("dxkit.analysis.assembly.analyse_period", None)
        assert run(["--lang", "en", *options]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def steps(text: str) -> list[str]:
    return re.findall(r"^  dxkit (.*?) --lang en$", text, re.M)


@pytest.fixture
def project(small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small project that a test may work in."""
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path / "dx"))
    return Path(shutil.copytree(small_project, tmp_path / "dx"))


def test_the_steps_of_a_quarter_follow_each_other(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = project / "data/raw/small/2024-Q2"
    assert steps(told(capsys)) == ["check 2024-Q2"]
    assert "Check: not yet." in told(capsys)

    kept = (raw / "73-huyen-my-chau.csv").read_bytes()
    (raw / "73-huyen-my-chau.csv").unlink()
    run(["check", "2024-Q2", "--lang", "en"])
    counted = re.search(r"(\d+ errors, \d+ warnings, \d+ notes)", capsys.readouterr().out)
    text = told(capsys)
    assert "Received: 2 files" in text
    assert counted
    assert f"Check: {counted[1]} when last checked.\n" in text
    assert "Not sent: 1 (Huyện Mỹ Châu)." in text
    assert steps(text)[0] == "remind 2024-Q2"
    assert steps(text)[-1] == "report 2024-Q2"

    listed = project / "outputs/small/2024-Q2/data/findings.csv"
    findings = listed.read_bytes()
    listed.write_bytes(findings.replace(b",", b";"))  # as Excel saves it in Viet Nam
    assert told(capsys) == text
    for damaged in (b"", b"\xff\xfe", findings.replace(b"code,", b"kind,"), findings + b"x,y\r\n"):
        listed.write_bytes(damaged)
        assert "Check: not yet." in told(capsys)
        assert steps(told(capsys)) == ["check 2024-Q2"]
    listed.write_bytes(findings)

    (raw / "73-huyen-my-chau.csv").write_bytes(kept)
    text = told(capsys)
    assert "Received: 3 files" in text
    assert "have changed since" in text
    assert steps(text) == ["check 2024-Q2"]

    assert run(["report", "2024-Q2", "--unit", "71", "--jobs", "1"]) == 0
    text = told(capsys)
    assert "Not sent" not in text
    assert "Pages: 1 made, 0 failed; 0 may have to be made again." in text
    assert "Not published." in text
    assert steps(text) == ["verify 2024-Q2", "publish 2024-Q2 --state provisional --by …"]

    one = Publication("small", "2024-Q2", 1, "final", "An, director", "2024-07-20")
    published = one.folder(Project(project))
    shutil.copytree(project / "data/campaigns", published / "data/campaigns")
    shutil.copytree(project / "data/raw", published / "data/raw")
    (published / RECORD).write_text(one.record, "utf-8")
    text = told(capsys)
    assert "as they were then" in text
    assert steps(text) == ["new period"]
    plan = project / "data/campaigns/small/campaign.toml"
    whole = plan.read_text("utf-8")
    plan.write_text(whole + "# a remark\n", "utf-8")
    assert steps(told(capsys)) == ["check 2024-Q2"]  # by another plan
    plan.write_text(whole, "utf-8")
    again = raw / "71-huyen-my-an.csv"
    again.write_bytes(again.read_bytes() + b"\n")
    run(["check", "2024-Q2"])
    text = told(capsys)
    assert "workbooks or plan have changed since" in text
    assert steps(text) == ["changes 2024-Q2"]


def test_a_period_begins_with_its_forms(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = project / "data/raw/small/2024-Q2"
    shutil.rmtree(raw)
    assert "Q1 2024: from 1 January 2024 to 31 March 2024." in told(capsys)  # it has workbooks
    shutil.rmtree(project / "data/raw/small/2024-Q1")
    text = told(capsys)
    assert text.startswith("Small movement (small)\nQ2 2024: ")  # begun last, by today
    assert "Received: 0 files" in text
    assert steps(text) == ["form 2024-Q2"]
    run(["form", "2024-Q2"])
    text = told(capsys)
    assert "Forms: 3 written, to be sent." in text
    forms = project / "outputs/small/2024-Q2/forms"
    shutil.copy(forms / "71-huyen-my-an.xlsx", forms / "71-huyen-my-an.edited-1.xlsx")
    (forms / "~$71-huyen-my-an.xlsx").write_bytes(b"as Excel leaves it")
    assert "Forms: 3 written, to be sent." in told(capsys)
    assert steps(text) == ["remind 2024-Q2", "check 2024-Q2"]


@pytest.mark.parametrize(
    ("due", "words"),
    [("2024-07-10", "Reports were due by 10 July 2024, "), ("2199-12-31", "days left.")],
)
def test_the_due_day_is_told(
    due: str, words: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = project / "data/campaigns/small/campaign.toml"
    last = "last_day = 2024-06-30\n"
    text = plan.read_text("utf-8").replace(last, f"{last}due_day = {due}\n")
    plan.write_text(text, "utf-8")
    assert words in told(capsys)


def test_what_was_given_goes_on_with_the_commands(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "the results"
    text = told(capsys, "--out", str(out), "--campaign", "small")
    assert f'  dxkit check 2024-Q2 --campaign small --out "{out}" --lang en\n' in text
    assert run(["--out", str(out), "--campaign", "small", "check", "2024-Q2"]) in (0, 1)
    assert (out / "small/2024-Q2/findings.html").exists()


def test_without_a_project_the_reason_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    assert run([]) == 2
    assert capsys.readouterr().err.count("\n") == 1
