"""dxkit on a machine like Windows: ``tests/windows/sitecustomize.py`` takes from its code what only
POSIX has. ``pytest --windows PATH`` runs any tests so; here the commands are run so each time.
"""

from __future__ import annotations

import ast
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
import unicodedata
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dxkit.cli import run
from tests.press.small_campaign import files_made
from tests.windows import sitecustomize as windows

SYSTEM = "dxkit/workbooks/processes.py"
"""The one file that asks the operating system for what others do not have."""
ONE_SYSTEMS = windows.MODULES | {"msvcrt", "winreg", "_winapi", "ctypes", "signal"}
PERIOD = "2024-Q2"


def modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((root / "dxkit").rglob("*.py")):
        yield path.relative_to(root).as_posix(), ast.parse(path.read_text("utf-8"))


def asked_of_the_system(tree: ast.Module) -> set[str]:
    """What a module asks for that not every system has."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                found |= {alias.name.partition(".")[0] for alias in node.names} & ONE_SYSTEMS
            case ast.ImportFrom(module=str(name)) if name.partition(".")[0] in ONE_SYSTEMS:
                found.add(name)
            case ast.ImportFrom(module="os"):
                found |= {f"os.{a.name}" for a in node.names if a.name in windows.OF_OS}
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in windows.OF_OS:
                found.add(f"os.{name}")
            case ast.Attribute(value=ast.Name(id="sys"), attr="platform"):
                found.add("sys.platform")
            case ast.Attribute(attr=name) if name in ("add_reader", "add_writer", "st_blocks"):
                found.add(name)
            case ast.Constant(value=str(text)) if re.match(r"/(proc|dev|sys|etc|tmp|usr)\b", text):
                found.add(text)
    return found


def test_what_one_system_has_is_asked_for_in_one_file(root: Path) -> None:
    found = {name: asked for name, tree in modules(root) if (asked := asked_of_the_system(tree))}
    assert {"fcntl", "resource", "msvcrt", "signal", "ctypes"} <= found.pop(SYSTEM)
    assert found == {}


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("import fcntl as f", "fcntl"),
        ("def lock():\n    from resource import setrlimit", "resource"),
        ("from os import fork, path", "os.fork"),
        ("import os\nif hasattr(os, 'x'): os.killpg(1, 2)", "os.killpg"),
        ("loop.add_reader(0, print)", "add_reader"),
        ("open('/proc/self/stat')", "/proc/self/stat"),
    ],
)
def test_whoever_asks_elsewhere_is_found(line: str, asked: str) -> None:
    assert asked_of_the_system(ast.parse(line)) == {asked}


TRIED = """
import sys
for line in sys.stdin.read().splitlines():
    try:
        exec(line, {"__name__": "dxkit.tried"})
        print("done")
    except Exception as error:
        print(type(error).__name__)
"""
REFUSED = [
    ("import fcntl", "ModuleNotFoundError"),
    ("import resource", "ModuleNotFoundError"),
    ("import os; os.fork()", "AttributeError"),
    ("import multiprocessing as m; m.get_context('fork').Process().start()", "NotOnWindowsError"),
    ("import os; os.setsid()", "AttributeError"),
    ("import signal; signal.SIGKILL", "AttributeError"),
    ("import signal; signal.pthread_sigmask", "AttributeError"),
    ("open('/proc/self/stat')", "NotOnWindowsError"),
    ("open('/dev/zero')", "NotOnWindowsError"),
    ("from pathlib import Path; list(Path('/proc').glob('*'))", "NotOnWindowsError"),
    ("open('so lieu?.csv', 'w')", "OSError"),
    ("open('con.txt', 'w')", "OSError"),
    ("import asyncio; asyncio.new_event_loop().add_reader(0, print)", "NotImplementedError"),
    ("import os; f = open('a', 'w'); os.replace('a', 'b')", "PermissionError"),
    ("import os; f = open('c', 'w'); os.remove('c')", "PermissionError"),
    ("import os; os.mkdir('d'); open('e', 'w').close(); os.rename('e', 'd')", "FileExistsError"),
    ("import sys, os; assert (sys.platform, os.name) == ('win32', 'nt')", "done"),
    ("import subprocess; subprocess.run(['true'], stdin=subprocess.DEVNULL, check=True)", "done"),
]  # fmt: skip


def test_that_machine_refuses_what_windows_refuses(tmp_path: Path) -> None:
    folder = Path(windows.__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", TRIED], input="\n".join(line for line, _ in REFUSED),
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(folder)},
    )  # fmt: skip
    assert done.stdout.split() == [said for _, said in REFUSED], done.stderr


COMMANDS = """
import json
import sys
from dxkit.cli import all_letters_shown, run
if __name__ == "__main__":
    with all_letters_shown([]):
        print("codes", *[run(words) for words in json.loads(sys.argv[1])])
"""


def on_windows(project: Path) -> dict[str, str]:
    """The environment of a process that is on that machine, for a project."""
    folders = [str(Path(windows.__file__).parent), str(Path(__file__).parents[2])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(folders), "DXKIT_PROJECT": str(project)}


def run_on_windows(project: Path, out: Path, *commands: str) -> tuple[list[int], str]:
    """Commands, one after the other in one process on that machine; their codes and words."""
    script = out.with_name("commands.py")
    script.write_text(COMMANDS, "utf-8")
    words = [[*command.split(), "--out", str(out)] for command in commands]
    done = subprocess.run(
        [sys.executable, script, json.dumps(words)], capture_output=True, check=False,
        env=on_windows(project) | {"PYTHONIOENCODING": "cp1258"},
    )  # fmt: skip
    said = unicodedata.normalize("NFC", (done.stderr + done.stdout).decode("cp1258"))
    assert "Traceback" not in said, said
    assert "codes" in said, said
    return [int(code) for code in said.rpartition("codes")[2].split()], said


def test_every_command_runs_there_and_makes_the_same_files(
    small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(os.environ.get("DXKIT_SEED", "dxkit"))
    unit, language = dice.choice(("71", "72", "73")), dice.choice(("vi", "en"))
    pages = f"report {PERIOD} --unit {unit} --lang {language} --to docx"
    commands = [
        f"check {PERIOD} --lang {language}", pages, f"verify {PERIOD}",
        dice.choice(("rank", f"explain {PERIOD} {unit} skills", f"sample {PERIOD}")),
        "report --engine fork",
    ]  # fmt: skip
    out = tmp_path / "Kết quả, ở đây"
    codes, said = run_on_windows(small_project, out, *commands)
    assert codes == [0, 0, 0, 0, 2], said
    assert "hãy bỏ tùy chọn --engine" in said
    manifest = json.loads((out / "small" / PERIOD / "manifest.json").read_text("utf-8"))
    assert manifest["engine"] == "spawn"
    monkeypatch.setenv("DXKIT_PROJECT", str(small_project))
    assert run([*commands[0].split(), "--out", str(tmp_path / "here")]) == 0
    assert run([*pages.split(), "--out", str(tmp_path / "here")]) == 0
    made = files_made(out, "verify.html", "field_checks")
    assert len([name for name in made if name.endswith((".html", ".docx"))]) >= 4
    assert made == files_made(tmp_path / "here")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def asked(address: str, data: bytes | None = None) -> bytes:
    request = urllib.request.Request(address, data, {"Authorization": "token word"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore:Proactor:RuntimeWarning")
def test_jupyterlab_starts_there_and_runs_a_kernel(
    pytestconfig: pytest.Config, small_project: Path, tmp_path: Path
) -> None:
    from jupyter_client import BlockingKernelClient

    if not pytestconfig.option.windows:
        pytest.skip("takes ten seconds: part of --windows")
    port, log = free_port(), tmp_path / "log"
    options = ["--no-browser", f"--port={port}", "--IdentityProvider.token=word", "--allow-root"]
    places = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "dxkit", "lab", "--", *options], stdout=written, stderr=written,
            env=on_windows(small_project) | places, stdin=subprocess.DEVNULL, cwd=small_project,
            start_new_session=True,
        )  # fmt: skip
    api, end = f"http://127.0.0.1:{port}/api", time.monotonic() + 120
    try:
        while True:
            try:
                asked(f"{api}/status")
                break
            except OSError:
                assert time.monotonic() < end, log.read_text("utf-8")
                time.sleep(0.2)
        kernel = json.loads(asked(f"{api}/kernels", b"{}"))["id"]
        client = BlockingKernelClient()
        client.load_connection_file(str(tmp_path / "RUNTIME" / f"kernel-{kernel}.json"))
        client.start_channels()
        assert client.execute("import dxkit", reply=True, timeout=90)["content"]["status"] == "ok"
        client.stop_channels()
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl+C in a terminal, twice to mean it
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert "Traceback" not in log.read_text("utf-8")


@pytest.mark.full
@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_the_types_hold_on_other_systems(
    system: str, root: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Their own halves, which run nowhere here: every name in them exists there."""
    if not (pytestconfig.option.full or pytestconfig.option.windows):
        pytest.skip("takes a minute: part of --full and --windows")
    words = ["-m", "mypy", "--platform", system, "--cache-dir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, *words], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
