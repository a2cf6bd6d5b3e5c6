"""Of several commands on the same outputs one writes; what is stored is what was parsed; whoever is
asked to stop says so and leaves nothing behind.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.period.opening import open_period, receive
from dxkit.workbooks import processes
from dxkit.workbooks.atomic import BusyError, only_writer
from tests.forked import Forked
from tests.press.other_writer import held_by_another
from tests.press.small_campaign import write_project

FIRST, SECOND = "2024-Q1", "2024-Q2"


@pytest.fixture
def project(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_project(root, tmp_path, FIRST, SECOND)
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("command", ["check", "report", "verify"])
@pytest.mark.parametrize("period", [FIRST, SECOND])
def test_commands_that_write_do_not_start_beside_another(
    command: str, period: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the period: the campaign's index is written by the runs of all of them."""
    if command == "verify":  # which asks first whether there is anything to prove
        page = project / "outputs/small" / period / "province.html"
        page.parent.mkdir(parents=True)
        page.write_text("<html></html>", "utf-8")
    before = sorted(project.rglob("*"))
    with held_by_another(project / "outputs/small"):
        assert run([command, period, "--lang", "en"]) == 2
    said = capsys.readouterr()
    assert said.err.strip().endswith(
        f"Another run is writing to {project}/outputs/small; wait for it and try again."
    )
    left = {path.name for path in set(project.rglob("*")) - set(before)}
    assert left <= {"outputs", "small", ".running"}


def test_commands_that_read_read_beside_another_and_store_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with held_by_another(project / "outputs/small"):
        assert run(["rank", SECOND, "--format", "csv"]) == 0
    out = capsys.readouterr().out
    assert [line.split(",")[0] for line in out.splitlines()[1:]] == [SECOND] * 3
    assert [path.name for path in project.glob("outputs/**/*.*")] == [".running"]
    open_period.cache_clear()
    assert run(["rank", SECOND, "--format", "csv"]) == 0
    assert capsys.readouterr().out == out
    assert len(list(project.glob("outputs/**/received.json"))) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="has locks of its own")
def test_a_lock_that_cannot_be_had_says_why(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import fcntl

    def none_left(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none_left)
    assert run(["check", FIRST, "--lang", "en"]) == 2
    said = capsys.readouterr().err
    assert "No locks available" in said
    assert "Another run" not in said


def test_the_lock_is_no_program_and_a_process_left_running_does_not_hold_it(
    tmp_path: Path,
) -> None:
    with only_writer(tmp_path):
        assert not os.access(tmp_path / ".running", os.X_OK) or os.name == "nt"
        left = os.fork() if sys.platform != "win32" else 0
        if left == 0 and sys.platform != "win32":
            time.sleep(60)
            os._exit(0)
    try:
        with held_by_another(tmp_path), pytest.raises(BusyError), only_writer(tmp_path):
            pass
    finally:
        if left:
            os.kill(left, signal.SIGKILL)
            os.waitpid(left, 0)


SWAPPED = ("raw/small/2024-Q2/73-huyen-my-chau.csv", "raw/small/2024-Q1/73-huyen-my-chau.csv",
           "campaigns/small/indicators.csv")  # fmt: skip


@pytest.mark.parametrize("swapped", SWAPPED)
def test_a_file_that_is_another_while_it_is_read_poisons_nothing(
    swapped: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another file stands in its place when it is parsed, and the first again afterwards."""
    import dxkit.intake.file as reader

    path = project / "data" / swapped
    true = path.read_bytes()
    other = true.replace(b"500,300", b"500,111").replace(b"true", b"false")
    assert other != true
    read_content, again = reader.read_content, []

    def swap(received: Path) -> bytes:
        again.append(received)
        if len(again) > 1 and "campaigns" in swapped:
            return read_content(received)
        path.write_bytes(other)
        try:
            return read_content(received)
        finally:
            if "campaigns" not in swapped:
                path.write_bytes(true)

    monkeypatch.setattr(reader, "read_content", swap)
    monkeypatch.setattr(processes, "can_fork", lambda: False)  # so that this test can count
    home = Project.find()
    campaign = load_campaign(home.campaign_folder("small"))
    receive(home, campaign, SECOND)
    assert len(again) > 6 or "campaigns" in swapped  # tried once more
    monkeypatch.setattr(reader, "read_content", read_content)
    path.write_bytes(true)
    received = receive(home, campaign, SECOND)
    figures = {o.value for o in received.table.of("731", "skilled")}
    assert figures == {300}
    before = receive(home, campaign, FIRST)
    assert {o.value for o in before.table.of("731", "skilled")} == {300}


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
@pytest.mark.parametrize(("name", "after"), [("TERM", 0), ("TERM", 0.4), ("TERM", 0.8), ("HUP", 0)])
def test_the_systems_call_to_end_is_as_ctrl_c(name: str, after: float, project: Path) -> None:
    """Whatever it is doing: reading, making, finishing."""
    process = Forked("report", SECOND, "--lang", "en")
    outputs = project / "outputs/small"
    while not list(outputs.glob("*/.scratch")):
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(after)
    process.send_signal(getattr(signal, f"SIG{name}"))
    said = process.communicate(timeout=60)[1]
    assert "Traceback" not in said
    if "Stopped as asked" in said:
        assert process.returncode == 1
    else:
        assert process.returncode == 0  # it was quicker
        assert (outputs / SECOND / "index.html").exists()
    assert [path.name for path in outputs.rglob(".*")] == [".running"]


TOLD_TO_STOP = """
import os, signal
from dxkit import cli
def stopped(*_, **__):
    code = "[os.kill(os.getpid(), getattr(signal, 'SIG' + name)) for name in {names}]"
    exec(code + "\\nfor _ in range(10_000): pass")
cli.cli.main = stopped
cli.main(["rank", "--lang", "en"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
@pytest.mark.parametrize("names", [["INT"], ["TERM"], ["TERM", "TERM", "HUP"]])
def test_a_stop_heard_in_code_made_from_text_ends_with_the_code_promised(
    names: list[str], root: Path, tmp_path: Path
) -> None:
    """As that of dataclasses is, while modules are read; a second call is the same wish."""
    (tmp_path / "told.py").write_text(TOLD_TO_STOP.format(names=names), "utf-8")
    path = os.pathsep.join((str(tmp_path), str(root)))
    done = subprocess.run(
        [sys.executable, "-m", "told"],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert [line.split(";")[0] for line in done.stderr.splitlines()] == ["Stopped as asked"]


@pytest.mark.parametrize(
    "name", ["..", ".", "...", "..x", "CON", "com1.x", "a.", "a b ", "-x", "a:b"]
)
def test_a_notebook_whose_name_is_no_folders_is_refused(
    name: str, root: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = project / f"{name}.ipynb"
    shutil.copy(root / "notebooks/quarterly_report.ipynb", notebook)
    assert run(["report", SECOND, "--notebook", str(notebook), "--lang", "en"]) == 2
    assert f"The notebook {notebook.name} cannot give its name" in capsys.readouterr().err
    assert not list(project.glob("outputs/**/*.html"))


def test_of_two_notebooks_of_one_name_the_second_is_refused(
    root: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("a", "b"):
        (project / folder).mkdir()
        shutil.copy(root / "notebooks/quarterly_report.ipynb", project / folder / "own.ipynb")
    command = ["report", SECOND, "--unit", "71", "--lang", "en", "--notebook"]
    assert run([*command, str(project / "a/own.ipynb")]) == 0
    page = next(project.glob("outputs/own/own/small/*/district/71-*.html"))
    made = page.stat().st_mtime_ns
    assert run([*command, str(project / "b/own.ipynb")]) == 2
    assert "another notebook called own.ipynb" in capsys.readouterr().err
    assert run([*command, str(project / "a/own.ipynb")]) == 0
    assert page.stat().st_mtime_ns == made
