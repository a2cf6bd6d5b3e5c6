"""Whole files: a run notes what it has made, so that what was cut, changed, taken away or added
later is named by ``verify`` and made again by ``report``; what is as it was made raises no alarm.
"""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from dxkit.cli import run
from tests.press.other_writer import held_by_another
from tests.press.small_campaign import write_project

PERIODS = ("2024-Q1", "2024-Q2")
AROUND = ("index.html", "findings.html", "league.xlsx", "data/observations.csv",
          "data/indicators.csv", "data/ranking.csv", "data/awards.csv", "data/rank_ranges.csv",
          "data/findings.csv")  # fmt: skip
PAGES = ("province.html", "district/71-huyen-my-an.html", "district/72-huyen-my-binh.html",
         "district/73-huyen-my-chau.html")  # fmt: skip


@pytest.fixture(scope="module")
def reported(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small campaign with all its pages of the first period."""
    folder = tmp_path_factory.mktemp("small") / "project"
    write_project(root, folder, *PERIODS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DXKIT_PROJECT", str(folder))
        assert run(["report", PERIODS[0]]) == 0
    return folder


@pytest.fixture
def project(reported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it that a test may spoil."""
    shutil.copytree(reported, tmp_path / "project")
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path / "project"))
    return tmp_path / "project"


@pytest.fixture
def verified(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, set[str]]]:
    """Runs verify; gives how it ended and the files that it named."""

    def verify(period: str = PERIODS[0], *more: str) -> tuple[int, set[str]]:
        capsys.readouterr()
        code = run(["verify", period, "--lang", "en", *more])
        said, errors = capsys.readouterr()
        assert not errors
        return code, set(re.findall(r"^  (\S+): ", said, re.MULTILINE))

    return verify


def made(project: Path, period: str = PERIODS[0]) -> Path:
    return project / "outputs/small" / period


# no false alarms -----------------------------------------------------------------------------


def test_text_files_shared_ranks_and_rewards_nobody_tries_raise_no_alarm(
    project: Path, verified: Callable[..., tuple[int, set[str]]]
) -> None:
    page = (made(project) / PAGES[1]).read_text("utf-8")
    assert 'data-claim="rank_tied"' in page  # 71 and 72 stand alike
    assert "71-huyen-my-an.csv" in page
    assert verified() == (0, set())


def test_one_unit_alone_raises_no_alarm(
    project: Path, verified: Callable[..., tuple[int, set[str]]]
) -> None:
    """Its communes stand third, first and second, and are listed by name, not by rank."""
    shutil.rmtree(project / "outputs")
    assert run(["report", PERIODS[0], "--unit", "71"]) == 0
    assert verified() == (0, set())


# nothing made --------------------------------------------------------------------------------


def test_where_only_a_check_was_made_there_is_nothing_to_prove(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", PERIODS[1]]) == 0
    assert (made(project, PERIODS[1]) / "findings.html").exists()
    capsys.readouterr()
    assert run(["verify", PERIODS[1], "--lang", "en"]) == 2
    said, errors = capsys.readouterr()
    assert not said
    assert "There are no pages in" in errors


# spoilt files --------------------------------------------------------------------------------


def spoil(path: Path, kind: str) -> None:
    content = path.read_bytes()
    if kind == "gone":
        path.unlink()
    else:
        spoilt = {"emptied": b"", "cut": content[: len(content) // 2], "longer": content + b"\n"}
        path.write_bytes(spoilt[kind])


def test_every_spoilt_file_is_named_and_made_again(
    project: Path, verified: Callable[..., tuple[int, set[str]]]
) -> None:
    folder = made(project)
    spoilt = [*AROUND, *PAGES[:2], "../index.html", "notebooks/72.ipynb"]
    before = {name: (folder / name).read_bytes() for name in spoilt}
    kept = {name: (folder / name).stat().st_mtime_ns for name in (PAGES[3], "notebooks/73.ipynb")}
    for name, kind in zip(spoilt, itertools.cycle(("emptied", "cut", "longer", "gone"))):
        spoil(folder / name, kind)
    assert verified() == (1, set(spoilt))
    assert run(["report", PERIODS[0]]) == 0
    del before["notebooks/72.ipynb"]  # which holds the times of its cells
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert {name: (folder / name).stat().st_mtime_ns for name in kept} == kept
    assert verified() == (0, set())


@pytest.mark.parametrize("kind", ["emptied", "cut", "gone"])
def test_spoilt_documents_and_copies_for_senders_are_made_again(
    kind: str, project: Path, verified: Callable[..., tuple[int, set[str]]]
) -> None:
    """What a sender's copy was saved as is somebody's work, and stays."""
    raw = project / "data/raw/small" / PERIODS[0] / "73-huyen-my-chau.csv"
    raw.write_text(raw.read_text("utf-8").replace("500,300", "500,3x0"), "utf-8")
    assert run(["report", PERIODS[0], "--unit", "73", "--to", "docx"]) == 1
    folder = made(project)
    (copy,), (document,) = folder.glob("returned/*"), folder.rglob("*.docx")
    before = copy.read_bytes(), document.read_bytes()
    spoil(copy, kind)
    spoil(document, kind)
    assert run(["report", PERIODS[0], "--unit", "73"]) == 1
    assert (copy.read_bytes(), document.read_bytes()) == before
    assert len(list(folder.glob("returned/*"))) == 1
    book = openpyxl.load_workbook(copy)
    book.worksheets[1]["C4"] = 501
    book.save(copy)
    edited = copy.read_bytes()
    assert run(["report", PERIODS[0], "--unit", "73"]) == 1
    assert copy.read_bytes() == edited


@pytest.mark.parametrize("kind", ["emptied", "cut"])
def test_no_spoilt_file_keeps_the_others_from_being_named(
    kind: str, project: Path, verified: Callable[..., tuple[int, set[str]]]
) -> None:
    spoilt = {"league.xlsx", "index.html", *PAGES}
    for name in spoilt:
        spoil(made(project) / name, kind)
    assert verified() == (1, spoilt)


def test_the_list_of_changes_which_cannot_be_made_again_holds_up_nothing(
    project: Path, verified: Callable[..., tuple[int, set[str]]]
) -> None:
    path = made(project) / "data/changes.csv"
    spoil(path, "emptied")
    assert run(["report", PERIODS[0]]) == 0
    assert verified() == (1, {"data/changes.csv"})
    path.unlink()
    assert run(["report", PERIODS[0]]) == 0
    assert verified() == (0, set())


def test_a_text_of_the_workbook_that_was_changed_is_found(
    project: Path, verified: Callable[..., tuple[int, set[str]]]
) -> None:
    """Its numbers are those of the facts as before."""
    path = made(project) / "league.xlsx"
    book = openpyxl.load_workbook(path)
    cell = next(c for c in book["Xếp hạng"]["C"] if c.value == "Huyện Mỹ Bình")
    cell.value = "Huyện Mỹ Châu"
    book.save(path)
    assert verified() == (1, {"league.xlsx"})


def test_what_was_added_is_named_but_not_what_is_no_output(
    project: Path, verified: Callable[..., tuple[int, set[str]]]
) -> None:
    folder = made(project)
    for name in ("~$league.xlsx", "district/.~lock.page#", "notebooks/.ipynb_checkpoints/72.ipynb",
                 "data/cells/0.json", "returned/71.edited-1.xlsx", "Thumbs.db"):  # fmt: skip
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"-")
    assert verified() == (0, set())
    added = {"data/ranks.csv", "district/74-huyen-my-dung.html", "league-2.xlsx"}
    for name in added:
        (folder / name).write_text("-", "utf-8")
    assert verified() == (1, added)


def test_a_manifest_that_is_gone_or_tells_nothing_is_named(
    project: Path, verified: Callable[..., tuple[int, set[str]]]
) -> None:
    path = made(project) / "manifest.json"
    for content in ("[]", '{"pages": {}, "campaign": "small", "period": "2024-Q1"}'):
        path.write_text(content, "utf-8")
        assert verified() == (1, {"manifest.json"}), content
    path.unlink()
    assert verified() == (1, {"manifest.json"})
    assert run(["report", PERIODS[0]]) == 0
    assert verified() == (0, set())


# every way of running ------------------------------------------------------------------------


def test_the_hashes_are_right_after_runs_of_every_kind(
    project: Path, verified: Callable[..., tuple[int, set[str]]]
) -> None:
    folder = made(project)
    for arguments in (
        ["check", PERIODS[0], "--lang", "en"],
        ["report", PERIODS[0], "--unit", "71", "--unit", "713", "--to", "docx"],
        ["report", PERIODS[0], "--force", "--unit", "71"],  # which takes its document away
    ):
        assert run(arguments) == 0, arguments
        assert verified() == (0, set()), arguments
    assert [path.name[:3] for path in folder.rglob("*.docx")] == ["713"]
    own = ["--notebook", "quarterly_report.ipynb"]
    assert run(["report", PERIODS[0], "--unit", "72", *own]) == 0
    out = str(project / "outputs/own/quarterly_report")
    assert verified(PERIODS[0], "--out", out) == (0, set())
    assert verified() == (0, set())


def test_copies_for_senders_and_the_indexes_of_two_periods(
    project: Path, verified: Callable[..., tuple[int, set[str]]]
) -> None:
    """The run of one period writes the campaign's index, which is the other's as well."""
    folder = made(project, PERIODS[1])
    raw = project / "data/raw/small" / PERIODS[1] / "73-huyen-my-chau.csv"
    raw.write_text(raw.read_text("utf-8").replace("500,300", "500,3x0"), "utf-8")
    assert run(["report", PERIODS[1], "--unit", "73"]) == 1
    (copy,) = folder.glob("returned/*")
    name = copy.relative_to(folder).as_posix()
    assert verified(PERIODS[1]) == (0, set())
    assert verified() == (0, set())
    spoil(copy, "longer")
    assert verified(PERIODS[1]) == (1, {name})
    spoil(project / "outputs/small/index.html", "cut")
    assert verified() == (1, {"../index.html"})
    copy.unlink()
    assert run(["report", PERIODS[1], "--unit", "73"]) == 1
    assert verified(PERIODS[1]) == (0, set())
    assert verified() == (0, set())


def test_a_check_waits_for_no_run_and_spoils_none(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a run is writing, and its manifest, are its own until it ends."""
    before = (made(project) / "manifest.json").read_bytes()
    with held_by_another(made(project).parent):
        assert run(["check", PERIODS[0], "--lang", "en"]) == 2
    assert "Another run is writing" in capsys.readouterr().err
    assert (made(project) / "manifest.json").read_bytes() == before
