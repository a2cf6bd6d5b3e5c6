"""A file that Excel, Word or OneDrive holds open, as Windows has it: one sentence names it, what
could be written is written, and once it is closed the command does the rest.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dxkit.cli import run
from dxkit.workbooks import atomic
from dxkit.workbooks.atomic import InUseError, rename, take_away, write_text
from tests.press.small_campaign import files_made

PERIOD = "2024-Q2"
Hold = Callable[..., list[float]]


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Hold:
    """Have files held: neither replaced nor removed nor renamed. ``times``: that often, then no
    more. Gives the seconds that somebody has waited.
    """
    held: dict[str, int] = {}
    waited: list[float] = []

    def guarded(change: Callable[..., None], which: int) -> Callable[..., None]:
        def changed(*paths: Path, **more: object) -> None:
            name = Path(paths[which]).name
            if held.get(name, 0) and Path(paths[which]).exists():
                held[name] -= 1
                raise PermissionError(13, "Access is denied", *map(str, paths))
            change(*paths, **more)

        return changed

    monkeypatch.setattr(os, "replace", guarded(os.replace, 1))
    monkeypatch.setattr(os, "unlink", guarded(os.unlink, 0))
    monkeypatch.setattr(os, "rename", guarded(os.rename, 0))
    monkeypatch.setattr(time, "sleep", waited.append)

    def holding(*names: str, times: int = 1000) -> list[float]:
        held.clear()
        held.update(dict.fromkeys(names, times))
        return waited

    return holding


def test_what_is_let_go_soon_is_written(tmp_path: Path, hold: Hold) -> None:
    file = tmp_path / "league.xlsx"
    write_text(file, "old")
    waited = hold("league.xlsx", times=2)
    write_text(file, "new")
    assert file.read_text("utf-8") == "new"
    assert waited == [0.1, 0.3]


def test_a_folder_of_new_files_is_renamed_when_it_is_let_go(tmp_path: Path, hold: Hold) -> None:
    write_text(tmp_path / ".being-published/facts.csv", "all")
    waited = hold(".being-published", times=2)
    rename(tmp_path / ".being-published", tmp_path / "1-final")
    assert (tmp_path / "1-final/facts.csv").read_text("utf-8") == "all"
    assert waited == [0.1, 0.3]


@pytest.mark.parametrize(
    "change",
    [
        lambda file: write_text(file, "new"),
        take_away,
        lambda file: rename(file, file.with_name("kept.xlsx")),
    ],
)
def test_what_is_held_on_stays_whole_and_is_named(
    change: Callable[[Path], None], tmp_path: Path, hold: Hold
) -> None:
    file = tmp_path / "league.xlsx"
    write_text(file, "old")
    waited = hold("league.xlsx")
    with pytest.raises(InUseError) as error:
        change(file)
    assert error.value.filename == str(file)
    assert sum(waited) == 1
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [
        ("league.xlsx", "old")
    ]


def test_a_draft_of_a_notice_that_is_open_is_named(tmp_path: Path, hold: Hold) -> None:
    """It is taken away where nothing is different any more, or written anew."""
    from dxkit.publication.changes import write_effects
    from dxkit.report.wording.language import load_language

    (tmp_path / "correction.docx").write_bytes(b"as Word has it open")
    hold("correction.docx")
    nothing: Any = SimpleNamespace(any=False)
    with pytest.raises(InUseError) as error:
        write_effects(nothing, tmp_path, load_language("vi"))
    assert error.value.filename == str(tmp_path / "correction.docx")


def test_a_folder_that_may_not_be_written_to_is_no_open_file(
    tmp_path: Path, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "league.xlsx"
    write_text(file, "old")
    hold("league.xlsx")
    monkeypatch.setattr(atomic.os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError) as error:
        take_away(file)
    assert not isinstance(error.value, InUseError)


@pytest.mark.parametrize("name", ["visits.csv", "uncertainty.json"])
def test_a_data_file_that_is_no_longer_made_is_named_while_it_is_open(
    name: str, small: Path, hold: Hold, capsys: pytest.CaptureFixture[str]
) -> None:
    write_text(small / "small" / PERIOD / "data" / name, "of an earlier run")
    hold(name)
    assert run(["check", PERIOD, "--out", str(small), "--lang", "en"]) == 2
    assert f"{name} is open in another program" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("check", "findings.html"),
        ("check", "ranking.csv"),
        ("check", "manifest.json"),
        ("report", "league.xlsx"),
    ],
)
def test_a_command_names_the_open_file_and_does_the_rest_later(
    command: str, name: str, small: Path, hold: Hold, capsys: pytest.CaptureFixture[str]
) -> None:
    one, forced = (["--unit", "71"], ["--force"]) if command == "report" else ([], [])
    words = [command, PERIOD, "--out", str(small), *one]
    assert run(words) == 0
    whole = files_made(small, "changes.csv")
    for path in small.rglob(name):
        if path.suffix != ".json":
            path.write_bytes(b"as somebody has it open")
    capsys.readouterr()
    hold(name)
    assert run([*words, *forced, "--lang", "en"]) == 2
    said = capsys.readouterr().err
    assert f"{name} is open in another program" in said
    assert "Traceback" not in said
    assert not list(small.rglob(".*.[0-9]*"))
    hold()
    assert run(words) == 0
    assert files_made(small, "changes.csv") == whole


def test_a_page_whose_document_is_open_is_named_and_the_others_are_made(
    small: Path, hold: Hold, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["report", PERIOD, "--out", str(small), "--unit", "71", "--unit", "72"]
    assert run(words) == 0
    whole = files_made(small, "changes.csv")
    (old,) = small.rglob("71-*.html")
    page = old.read_bytes()
    old.with_suffix(".docx").write_bytes(b"as Word has it open")
    capsys.readouterr()
    hold("71-huyen-my-an.docx")
    assert run([*words, "--force"]) == 1
    said = capsys.readouterr().err
    assert "71-huyen-my-an.docx đang mở trong chương trình khác" in said
    assert "Traceback" not in said
    assert old.read_bytes() == page
    hold()
    assert run(words) == 0
    assert files_made(small, "changes.csv") == whole
