"""The words of run.py for those who work on dxkit: one file's tests at once, all tests by several
processes, the proof that nothing changed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

import run as bootstrap
from dxkit.cli import cli
from tools import same


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What run.py starts, instead of starting it."""
    commands: list[list[str]] = []
    for name in ("call", "call_beside"):
        monkeypatch.setattr(bootstrap, name, lambda command: commands.append(command) or 5)
    return commands


def test_its_own_words_hide_no_command_of_dxkit() -> None:
    assert set(bootstrap.OWN) == {"test", "lint", "same"}
    assert not set(bootstrap.OWN) & set(cli.commands)


def test_chosen_tests_are_pytest_only_with_its_exit_code(called: list[list[str]]) -> None:
    assert bootstrap.run_test("python", ["tests/press", "--full", "-x"]) == 5
    assert called == [["python", "-m", "pytest", "tests/press", "--full", "-x"]]


def test_without_a_choice_everything_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    suites: dict[str, list[list[str]]] = {}
    for words in ("", "--full"):

        def note(_: str, steps: list[tuple[str, object, list[str]]], words: str = words) -> int:
            gates = [name for name, _, _ in steps[:4]]
            assert gates == ["style", "format", "types", "imports"]
            suites[words] = [command for _, _, command in steps[4:] if "pytest" in command]
            return 0

        monkeypatch.setattr(bootstrap, "run_steps", note)
        assert bootstrap.run_test("python", words.split()) == 0
    assert suites[""] == [["-m", "pytest", "-q"]]
    counted, more = suites["--full"]
    assert counted[:2] == ["-m", "coverage"]
    assert counted[-3:] == ["-m", "not unmeasured", "--full"]
    assert more[-3:] == ["-m", "unmeasured", "--full"]


def test_where_no_test_is_run_the_links_of_the_documents_are_a_gate(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    """They are asked for by a test, which is among all tests."""
    monkeypatch.setattr(bootstrap, "run_steps", lambda _, steps: steps)
    *gates, (name, _, command) = bootstrap.run_lint("python", [])
    assert gates == bootstrap.GATES
    assert name == "links"
    assert (root / command[-1]).is_file()


def test_steps_end_at_the_first_that_fails(capfd: pytest.CaptureFixture[str]) -> None:
    steps = [
        ("first", bootstrap.call, ["-c", "print('a')"]),
        ("second", bootstrap.call, ["-c", "raise SystemExit(3)"]),
        ("third", bootstrap.call, ["-c", "print('c')"]),
    ]
    assert bootstrap.run_steps(sys.executable, steps) == 3
    out = capfd.readouterr().out
    assert re.findall(r"^(\w+) +(ok|FAILED)", out, re.M) == [("first", "ok"), ("second", "FAILED")]


def test_hooks_before_a_commit_need_no_network(root: Path) -> None:
    content = yaml.safe_load((root / ".pre-commit-config.yaml").read_text("utf-8"))
    (local,) = content["repos"]
    assert local["repo"] == "local"
    assert [hook["id"] for hook in local["hooks"]] == [
        "ruff",
        "ruff-format",
        "notebooks",
        "imports",
    ]
    assert {hook["language"] for hook in local["hooks"]} == {"system"}


SOME_TESTS = """
import os, pytest
from pathlib import Path

@pytest.fixture(scope="module", autouse=True)
def whole_module():
    yield
    note("end of {name}")

def note(text):
    with open(Path(__file__).parent / f"log-{{os.getpid()}}", "a") as log:
        log.write(text + "\\n")

@pytest.fixture(scope="session")
def made(request):
    def make(folder):
        note("made")
        (folder / "file").write_text("x")
    return request.config.pluginmanager.get_plugin("beside").once("shared thing", make)

@pytest.mark.parametrize("number", [1, 2])
def test_it(number, made, value):
    assert (made / "file").read_text() == "x"
    note("{name} %d %s" % (number, value))
    assert "{name}" != "failing"
"""


def test_processes_beside_each_other_run_each_test_once(root: Path, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        f"import sys; sys.path.insert(0, {str(root)!r})\n"
        "from tests.conftest import pytest, pytest_addoption, pytest_configure\n"
        "@pytest.fixture(scope='session', params='xy')\ndef value(request): return request.param\n"
    )
    names = ["a/one", "a/two", "b/three", "b/four", "c/failing"]
    for name in names:
        folder, _, module = name.partition("/")
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"test_{module}.py").write_text(SOME_TESTS.format(name=module))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "agreed").mkdir()
    command = [sys.executable, "-m", "pytest", "-q", f"--beside={tmp_path / 'agreed'}"]
    started = [
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) for _ in "ab"
    ]
    said = [process.communicate(timeout=120)[0] for process in started]
    assert sorted(process.returncode for process in started)[-1] == 1, said  # one test fails
    lines = [line for log in tmp_path.rglob("log-*") for line in log.read_text().splitlines()]
    modules = [name.partition("/")[2] for name in names]
    wanted = [f"{m} {n} {value}" for m in modules for n in (1, 2) for value in "xy"]
    ends = {line for line in lines if line.startswith("end of ")}
    assert ends == {
        f"end of {m}" for m in modules
    }  # once, or for each value: as others come between
    assert sorted(line for line in lines if line not in ends) == sorted([*wanted, "made"])
    passed = [int(n) for text in said for n in re.findall(r"(\d+) passed", text)]
    failed = [int(n) for text in said for n in re.findall(r"(\d+) failed", text)]
    assert (sum(passed), sum(failed)) == (16, 4)


def test_what_all_tests_write_goes_into_memory_and_is_gone_after(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where there is such a disk with room; the others write where they always do."""
    assert bootstrap.memory_disk() in (None, "/dev/shm")
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    assert bootstrap.memory_disk() is None
    monkeypatch.setattr(bootstrap, "memory_disk", lambda: str(tmp_path))
    monkeypatch.setattr(bootstrap.os, "cpu_count", lambda: 2)
    noted = tmp_path / "noted"
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")  # or each start would compile all anew
    note = f"import tempfile; open({str(noted)!r}, 'a').write(tempfile.mkdtemp() + chr(10))"
    note = f"{note}; import sys; assert not sys.dont_write_bytecode"
    assert bootstrap.call_beside([sys.executable, "-c", note]) == 0
    folders = noted.read_text("utf-8").split()
    assert len(folders) == 2
    assert all(folder.startswith(f"{tmp_path}/dxkit-") for folder in folders)
    assert [path.name for path in tmp_path.iterdir()] == ["noted"]


# run.py same ----------------------------------------------------------------------------------


def write(folder: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return same.contents(folder)


def manifest(seconds: float, sha256: str) -> bytes:
    page = {"seconds": seconds, "sha256": sha256, "key": str(seconds)}
    files = {"930.pdf": sha256, "league.xlsx": sha256}
    told = {"seconds": seconds, "inputs_digest": str(seconds), "pages": {"930": page}}
    return json.dumps(told | {"files": files}).encode()


def test_what_a_clock_wrote_or_the_code_is_named_by_is_no_difference(tmp_path: Path) -> None:
    place = "districts-vi/c/p"
    before, after = (
        write(
            tmp_path / str(n),
            {
                f"{place}/manifest.json": manifest(n, "abc"),
                f"{place}/.running": b"%d" % n,
                f"{place}/data/made_from/{n:064}.json": b'{"code": "%d", "plan": {}}' % n,
            },
        )
        for n in (1, 2)
    )
    assert len(before) == 2
    assert same.report(before, after) == 0


def test_every_other_difference_is_named_with_its_first_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = "districts-vi/c/p"
    trees = []
    for n, value in ((1, "45,6%"), (2, "45,7%")):
        folder = tmp_path / str(n)
        files = {
            f"{place}/930.html": f"<p>Same</p><data>{value}</data><p>Same</p>".encode(),
            f"{place}/931.html": b"<p>Same</p>",
            f"{place}/manifest.json": manifest(n, value),
            f"{place}/data/only-{n}.csv": b"a,b\n",
        }
        write(folder, files)
        with zipfile.ZipFile(folder / place / "league.xlsx", "w") as package:
            package.writestr("xl/sheet1.xml", f"<row><c>{value}</c></row>")
        trees.append(same.contents(folder))
    assert same.report(*trees) == 5
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if not line.startswith(" ")] == [
        f"differs: {place}/930.html",
        f"gone: {place}/data/only-1.csv",
        f"new: {place}/data/only-2.csv",
        f"differs: {place}/league.xlsx",
        f"differs: {place}/manifest.json",
    ]
    assert "    -<data>45,6%</data>\n    +<data>45,7%</data>\n" in out
    assert "    -xl/sheet1.xml: <c>45,6%</c>\n" in out
    assert "931.html" not in out


def test_each_tree_is_run_with_its_own_code(tmp_path: Path, root: Path) -> None:
    """Also when its rooms have moved: the only thing asked of it is ``python -m dxkit``."""
    (tmp_path / "dxkit").mkdir()
    (tmp_path / "dxkit/__init__.py").write_text("")
    (tmp_path / "dxkit/__main__.py").write_text(
        "import os, sys; print(sys.argv[1:], os.environ['DXKIT_PROJECT']); sys.exit(1)"
    )
    assert same.foreign(tmp_path) == same.foreign(root) == ""
    (tmp_path / "empty").mkdir()
    assert "dxkit is taken from" in same.foreign(tmp_path / "empty")
    assert same.run_in(tmp_path, tmp_path / "out", ["-m", "dxkit", "report"]) == ""
    assert (tmp_path / "out/said.txt").read_text() == "['report'] TREE\n"
    (tmp_path / "dxkit/__main__.py").write_text("raise SystemExit(2)")
    assert "exit 2" in same.run_in(tmp_path, tmp_path / "out2", ["-m", "dxkit", "report"])
