"""Reports made from Python: by the path of the command, and what is told of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dxkit
from dxkit.cli import run as command
from dxkit.period.opening import one_reading
from dxkit.press.manifest import outputs_in
from dxkit.workbooks.atomic import BusyError
from tests.press.other_writer import held_by_another

Q2 = ("small", "2024-Q2")


@pytest.fixture
def out(small: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for outputs of the small project, which Python's face finds, too."""
    monkeypatch.setenv("DXKIT_OUT", str(small))
    return small


def test_python_makes_what_the_command_makes(out: Path, tmp_path: Path) -> None:
    done = dxkit.run(*Q2)
    pages = ["province.html", *(f"district/7{n}-huyen-my-{name}.html"
                                for n, name in ((1, "an"), (2, "binh"), (3, "chau")))]  # fmt: skip
    assert {p.relative_to(done.folder).as_posix() for p in done.made} == set(pages)
    assert (done.kept, done.failed, done.ok) == ((), (), True)
    assert {p.relative_to(done.folder).as_posix() for p in done.files} == {*outputs_in(done.folder)}
    assert "made=4, kept=0, failed=0, ok=True" in repr(done)
    assert "index.html" in done._repr_html_()
    other = tmp_path / "by-command"
    assert command(["report", Q2[1], "--out", str(other)]) == 0
    for name in outputs_in(done.folder):
        written = (other / "small" / Q2[1] / name).read_bytes()
        assert (done.folder / name).read_bytes() == written, name
    again = dxkit.run(*Q2, units=["71", 72])
    assert (len(again.made), len(again.kept)) == (0, 2)
    assert again.pages()[["unit_code", "unit_name", "status"]].values.tolist() == [
        ["71", "Huyện Mỹ An", "kept"], ["72", "Huyện Mỹ Bình", "kept"],
    ]  # fmt: skip
    assert again.findings().equals(done.period.findings())
    for one in ("71", 71):
        assert [page.name[:2] for page in dxkit.run(*Q2, units=one, force=True).made] == ["71"]


def test_an_error_is_told_and_workbooks_are_read_as_they_are_now(
    out: Path, small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = shutil.copytree(small_project, tmp_path / "project")
    monkeypatch.setenv("DXKIT_PROJECT", str(project))
    book = project / "data/raw/small/2024-Q2/71-huyen-my-an.csv"
    dxkit.open(*Q2)  # which this process then knows
    lines = book.read_text("utf-8").replace("1000,300", "1000,chưa rõ")
    book.write_text(lines, "utf-8")
    done = dxkit.run(*Q2, units=["71"])
    assert not done.ok  # a figure cannot be read
    assert len(done.made) == 1
    assert "chưa rõ" in done.findings().query("severity == 'error'")["raw"].tolist()
    # and so is what is opened afterwards, or had been opened before
    seen = dxkit.open(*Q2).observations().query("raw == 'chưa rõ'")
    assert seen["value"].isna().all()
    assert len(seen) > 0
    book.write_text(lines.replace("chưa rõ", "301"), "utf-8")
    assert 301 in dxkit.open(*Q2).observations()["value"].tolist()
    book.write_text(lines.replace("chưa rõ", "302"), "utf-8")
    with one_reading():  # as in a page's process: all pages of a batch are of one reading
        assert 301 in dxkit.open(*Q2).observations()["value"].tolist()
    assert 302 in dxkit.open(*Q2).observations()["value"].tolist()


def test_a_notebook_of_ones_own_has_a_folder_of_its_own(
    out: Path, small_project: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own report.ipynb"
    shutil.copy(small_project / "notebooks/quarterly_report.ipynb", own)
    done = dxkit.run(*Q2, units=["71"], notebook=own)
    assert done.folder == out / "own/own report/small/2024-Q2"
    assert len(done.made) == 1
    other = tmp_path / "elsewhere/own report.ipynb"
    other.parent.mkdir()
    shutil.copy(own, other)
    with pytest.raises(ValueError, match="has the pages of another notebook"):
        dxkit.run(*Q2, units=["71"], notebook=other)
    with pytest.raises(ValueError, match=r"no notebook 'mine.ipynb'; .*: data_quality.ipynb, "):
        dxkit.run(*Q2, notebook="mine.ipynb")
    shutil.copy(own, tmp_path / "con.ipynb")
    with pytest.raises(ValueError, match="cannot be the name of a folder"):
        dxkit.run(*Q2, notebook=tmp_path / "con.ipynb")


def test_nobody_else_may_be_writing(out: Path) -> None:
    with held_by_another(out / "small"), pytest.raises(BusyError) as raised:
        dxkit.run(*Q2, units=["71"])
    assert "try again" in raised.value.__notes__[0]


def test_further_forms_are_made_beside_the_pages(out: Path) -> None:
    done = dxkit.run(*Q2, units=["71"], to="docx")
    assert [path.name for path in done.files if path.suffix == ".docx"] == ["71-huyen-my-an.docx"]
    assert (done.annexes_failed, done.ok) == ({}, True)


def test_a_script_without_a_guard_runs_once(
    out: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A second thread forbids the fork; the processes that are begun anew run no line of it."""
    if not request.config.getoption("--full"):
        pytest.skip("processes begun anew import all: part of --full")
    script = tmp_path / "script.py"
    script.write_text(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "print('TOP', flush=True)\nimport dxkit\n"
        f"print(dxkit.run('small', '{Q2[1]}', units=['71'], jobs=1))\n",
        "utf-8",
    )
    environment = os.environ | {"PYTHONPATH": str(Path(dxkit.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=120,
        env=environment,
    )  # fmt: skip
    assert done.stdout.count("TOP") == 1, done.stderr
    assert "made=1, kept=0, failed=0, ok=True" in done.stdout
