"""What ``report`` has just made raises no alarm, whatever the campaign is like."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dxkit.cli import run
from tests.press.small_campaign import write_project

PERIODS = ("2024-Q1", "2024-Q2")
Edit = Callable[[Path], None]


def _plan(pattern: str, put: str, file: str = "campaign.toml") -> Edit:
    def edit(folder: Path) -> None:
        path = folder / "data/campaigns/small" / file
        text = path.read_text("utf-8")
        changed = re.sub(pattern, put, text, flags=re.DOTALL | re.MULTILINE)
        assert changed != text
        path.write_text(changed, "utf-8")

    return edit


def _raw(old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        for path in (folder / "data/raw/small").rglob("*.csv"):
            path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    return edit


TRIED = """
[uncertainty]
draws = 50
weight_band = 0.2
seed = 7
source = "Ví dụ"
assumed = true

[tables]"""
CASES: dict[str, tuple[Edit | None, tuple[str, ...]]] = {
    "Vietnamese, text files, a tie, no trials": (None, ("2024-Q1",)),
    "English": (None, ("2024-Q1", "--lang", "en")),
    "a second period": (None, ("2024-Q2",)),
    "one unit": (None, ("2024-Q1", "--unit", "71")),
    "communes": (None, ("2024-Q1", "--level", "commune")),
    "trials": (_plan(r"^\[tables\]", TRIED), ("2024-Q1",)),
    "no rewards": (_plan(r"\[\[rewards\]\].*?(?=^\[tables\])", ""), ("2024-Q1",)),
    "no targets": (_plan(r"(?<=assumed\n).*", "", "targets.csv"), ("2024-Q1",)),
    "no complete unit": (_raw(",Số người quét mã", ",Ghi chú"), ("2024-Q1",)),
    "documents": (
        None,
        (
            "2024-Q1",
            "--unit",
            "71",
            "--to",
            "docx",
            "--to",
            "pdf",
            "--to",
            "text",
            "--to",
            "card",
            "--to",
            "pptx",
        ),
    ),
}
CHEAP = ("a second period", "trials", "no complete unit")


@pytest.mark.parametrize("case", CASES)
def test_what_was_just_made_raises_no_alarm(
    case: str,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    if case not in CHEAP and not request.config.getoption("--full"):
        pytest.skip("all of them with --full")
    write_project(root, tmp_path / "project", *PERIODS)
    edit, arguments = CASES[case]
    if edit is not None:
        edit(tmp_path / "project")
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path / "project"))
    assert run(["report", *arguments]) in (0, 1)  # 1: findings that the case has on purpose
    capsys.readouterr()
    code = run(["verify", arguments[0], "--lang", "en"])
    said = capsys.readouterr().out
    assert code == 0, said
    assert "all agree" in said


def test_a_received_file_that_changed_since_is_named_as_the_cause(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_project(root, tmp_path / "project", *PERIODS[:1])
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path / "project"))
    assert run(["report", PERIODS[0], "--unit", "72"]) == 0
    raw = tmp_path / "project/data/raw/small/2024-Q1/72-huyen-my-binh.csv"
    raw.write_text(raw.read_text("utf-8").replace("800,400,400", "800,410,400"), "utf-8")
    capsys.readouterr()
    assert run(["verify", PERIODS[0], "--lang", "en"]) == 1
    said = capsys.readouterr().out.splitlines()
    first = next(line for line in said if line.startswith("  "))
    assert first.startswith("  2024-Q1/72-huyen-my-binh.csv: ")
    assert "(1 place" in first
    assert "!D4: 400 ≠ 410" in first
    assert len(said) <= 21
    report = (tmp_path / "project/outputs/small/2024-Q1/verify.html").read_text("utf-8")
    assert "72-huyen-my-binh.csv" in report
    assert "data/indicators.csv" in report
