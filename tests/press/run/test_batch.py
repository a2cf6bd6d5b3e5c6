"""What goes wrong in a batch: finished pages are whole, it is said clearly, a rerun completes."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dxkit.cli import run
from dxkit.press import manifest
from dxkit.press.publish.links import without_links
from dxkit.workbooks.processes import adopt_orphans
from tests.forked import Forked

UNITS = ("71", "72", "73", "711")
SIX = (*UNITS, "712", "713")
PERIOD = "small/2024-Q2"
OWN = "own/own"  # where the pages of somebody's own notebook, own.ipynb, go


def asked_for(units: tuple[str, ...]) -> list[str]:
    return [argument for unit in units for argument in ("--unit", unit)]


REPORT = ["report", "2024-Q2", *asked_for(UNITS)]


def folder_of(out: Path) -> Path:
    return out / PERIOD


def manifest_of(out: Path) -> Any:
    return json.loads((folder_of(out) / "manifest.json").read_text("utf-8"))


def pages_of(folder: Path) -> dict[str, str]:
    """The pages but for the links to others, which depend on how many there are."""
    return {p.name: without_links(p.read_text("utf-8")) for p in folder.glob("*/*.html")}


def check_whole(out: Path, expected: dict[str, str]) -> set[str]:
    """Every page that is there is whole; nothing half-written lies about. Returns their names."""
    made = pages_of(folder_of(out))
    for name, content in made.items():
        assert content == expected[name], name
    left = {path.name for path in out.rglob(".*")} - {".running"}
    assert not left
    return set(made)


def children_of(process: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.fixture(scope="module")
def expected(small_project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages that the units of the small campaign should have, by name."""
    out = tmp_path_factory.mktemp("expected")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DXKIT_PROJECT", str(small_project))
        assert run(["report", "2024-Q2", *asked_for(SIX), "--out", str(out)]) == 0
    pages = pages_of(folder_of(out))
    assert len(pages) == len(SIX)
    return pages


def notebook_with(root: Path, folder: Path, source: str, last: str = "") -> str:
    """The report's notebook with a cell of somebody's own after the one that opens the report, and
    one at its end; it names no kernel, as some editors leave it.
    """
    content = json.loads((root / "notebooks/quarterly_report.ipynb").read_text("utf-8"))
    del content["metadata"]["kernelspec"]
    common = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    content["cells"].insert(2, {**common, "id": "own", "source": source})
    content["cells"].append({**common, "id": "last", "source": last})
    path = folder / "own.ipynb"
    path.write_text(json.dumps(content), "utf-8")
    return str(path)


def test_killed_workers_are_replaced(
    root: Path, expected: dict[str, str], small: Path, tmp_path: Path
) -> None:
    chance = random.Random(124)
    making = tmp_path / "making"  # from when on every child makes pages
    source = f"import time; open({str(making)!r}, 'w').close(); time.sleep(0.2)"
    own = notebook_with(root, tmp_path, source)
    batch = Forked(*REPORT, "--out", str(small), "--jobs", "2", "--notebook", own)
    killed: list[int] = []
    while batch.poll() is None and len(killed) < 3:
        workers = [child for child in children_of(batch.pid) if child not in killed]
        if workers and making.exists():
            killed.append(chance.choice(workers))
            try:
                os.kill(killed[-1], signal.SIGKILL)
            except ProcessLookupError:
                killed.pop()
            time.sleep(chance.uniform(0, 0.1))
        time.sleep(0.002)
    _, said = batch.communicate(timeout=120)
    assert batch.returncode == 0, said
    assert len(check_whole(small / OWN, expected)) == len(UNITS)
    pages = manifest_of(small / OWN)["pages"].values()
    assert killed
    assert sum(page["tries"] - 1 for page in pages) >= 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_batch_that_is_stopped_is_gone_on_with(
    number: signal.Signals, root: Path, expected: dict[str, str], small: Path, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"  # at which 72 waits until the batch has been stopped
    wait = f"while unit == '72' and not Path({str(gate)!r}).exists(): time.sleep(0.02)"
    slow = notebook_with(root, tmp_path, f"import time; from pathlib import Path\n{wait}")
    batch = Forked(*REPORT, "--out", str(small), "--jobs", "1", "--notebook", slow)
    while not (first := batch.said()[1]):
        assert batch.poll() is None
        time.sleep(0.01)
    workers = children_of(batch.pid)
    assert workers
    batch.send_signal(number)
    _, said = batch.communicate(timeout=60)
    assert "1/4" in first
    if number == signal.SIGINT:
        assert batch.returncode == 1
        assert "Đã dừng theo yêu cầu" in said
        assert "Traceback" not in said
        assert set(manifest_of(small / OWN)["pages"]) == {"71"}
        assert len(check_whole(small / OWN, expected)) == 1
    for worker in workers:
        assert not_running(worker)
    gate.touch()
    finished = {page: page.stat().st_mtime_ns for page in folder_of(small / OWN).glob("*/*.html")}
    half_written = folder_of(small / OWN) / "data" / ".ranking.csv.99999"
    half_written.write_text("unit,ra", "utf-8")
    assert run([*REPORT, "--out", str(small), "--notebook", slow]) == 0
    assert len(check_whole(small / OWN, expected)) == len(UNITS)
    assert (folder_of(small / OWN) / "index.html").exists()
    if number == signal.SIGINT:
        assert {page: page.stat().st_mtime_ns for page in finished} == finished


def not_running(process: int) -> bool:
    """Whether a process has ended, given a moment to do so."""
    for _ in range(100):
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of a given size."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def remount(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


def test_a_full_or_read_only_disk(
    expected: dict[str, str], small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(tmp_path / "disk", "300k") as disk:
        arguments = [*REPORT, "--out", str(disk)]
        assert run(arguments) == 2
        said = capsys.readouterr().err
        assert "Hết chỗ trống trên ổ đĩa" in said
        assert "Traceback" not in said
        check_whole(disk, expected)
        remount(disk, "size=50m")
        assert run(arguments) == 0
        assert len(check_whole(disk, expected)) == len(UNITS)
        assert manifest_of(disk)["complete"]
        remount(disk, "ro")
        assert run([*arguments, "--force"]) == 2
        assert "Không có quyền ghi" in capsys.readouterr().err
        assert len(check_whole(disk, expected)) == len(UNITS)


TROUBLE = """
import os, subprocess, tempfile, time
assert os.listdir(".") == []
assert tempfile.gettempdir() == os.getcwd()
open("mine.txt", "w").close()
unit == "71" and os.kill(os.getpid(), 9)
unit == "72" and os._exit(5)
unit == "73" and (subprocess.Popen(["sleep", "601"]), time.sleep(600))
1 / (unit != "711")
unit == "nobody's" and report.there_is_no_such_part()
dxkit.report(campaign, period, "721", language).indicators() if unit == "712" else None
"""


def test_each_trouble_is_named_stops_no_other_page_and_only_it_is_made_again(
    request: pytest.FixtureRequest, root: Path, small: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    notebook = notebook_with(root, tmp_path, TROUBLE)
    arguments = ["report", "2024-Q2", *asked_for(SIX), "--out", str(small), "--notebook", notebook]
    limit = "5" if sys.platform.startswith("linux") else "90"  # a process is not ready at once
    assert run([*arguments, "--time-limit", limit]) == 1
    said = capsys.readouterr().err
    assert said.count("tiến trình bị dừng từ bên ngoài") >= 2
    assert "quá thời gian cho phép" in said
    cells = json.loads(Path(notebook).read_text("utf-8"))["cells"]
    (cell,) = (n for n, c in enumerate(cells, 1) if "no_such_part" in "".join(c["source"]))
    assert f"ở ô thứ {cell} tính từ trên xuống: ZeroDivisionError: division by zero" in said
    assert "số liệu của đơn vị khác (721)" in said
    assert "Traceback" not in said
    pages = manifest_of(small / OWN)["pages"]
    assert [pages[unit]["status"] for unit in SIX] == [*["failed"] * 5, "made"]
    assert [pages[unit]["tries"] for unit in SIX] == [3, 1, 1, 1, 1, 1]
    folder = folder_of(small / OWN)
    assert [name.split("-")[0] for name in pages_of(folder)] == ["713"]
    assert not list(tmp_path.rglob("mine.txt"))
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    if not request.config.getoption("--windows"):  # where it is not ended, as the documents say
        assert "sleep 601" not in listed.stdout
    times = {p: p.stat().st_mtime_ns for p in folder.glob("notebooks/*.ipynb")}  # links do change
    notebook_with(root, tmp_path, "1 / 1")
    assert run([*arguments, "--only-failed"]) == 0
    assert len(pages_of(folder)) == len(SIX)
    assert {p: p.stat().st_mtime_ns for p in times} == times


GREEDY = """
import os, time, subprocess, sys, tempfile
if unit == "71":
    kept = [bytearray(50_000_000) for _ in range(100)]
if unit == "72":
    for _ in range(500):
        print("x" * 1_000_000)
if unit == "73":
    for number in range(100):
        with open(f"{number}.bin", "wb") as file:
            file.write(b"x" * 30_000_000)
    time.sleep(60)
if unit == "711":
    for way in ("sleep 602", "setsid sleep 602 &", "(setsid setsid sleep 602 &) &"):
        subprocess.Popen(["sh", "-c", way], start_new_session=True)
    for _ in range(20):
        if os.fork() == 0:
            os.setsid()
            os.fork()
            time.sleep(602)
if unit == "712":
    subprocess.Popen(["setsid", "sleep", "602"])
    if os.fork() == 0:
        os.setsid()
        time.sleep(602)
    os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="has no such limits")
def test_a_page_that_takes_all_it_can_get_is_named_and_nothing_of_it_is_left(
    root: Path, small: Path, tmp_path: Path
) -> None:
    """Memory, output, disk, and children that part from it."""
    seconds = f"602.{os.getpid()}"  # by which these are told from those of another run
    notebook = notebook_with(root, tmp_path, GREEDY.replace("602", seconds))
    adopt_orphans()
    known = children_of(os.getpid())
    options = ["--out", str(small), "--notebook", notebook, "--jobs", "2", "--lang", "en"]
    batch = Forked("report", "2024-Q2", *asked_for(SIX), *options)
    _, said = batch.communicate(timeout=170)
    assert batch.returncode == 1, said
    reasons = {unit: page["reason"] for unit, page in manifest_of(small / OWN)["pages"].items()}
    assert reasons == {
        "71": "too_much_memory", "72": "too_much_output", "73": "too_much_output",
        "711": "", "712": "died", "713": "",
    }  # fmt: skip
    assert "it takes more memory than a page may" in said
    assert "Traceback" not in said
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert f"sleep {seconds}" not in listed.stdout
    assert children_of(os.getpid()) == known
    assert not list((small / OWN).rglob(".scratch"))


WIDGET = """
import ipywidgets
box = ipywidgets.Output()
with box:
    print("in the box of", unit)
box
"""


def test_a_notebook_that_needs_a_kernel_gets_one(
    root: Path,
    expected: dict[str, str],
    small: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = notebook_with(root, tmp_path, WIDGET)
    arguments = ["report", "2024-Q2", "--unit", "71", "--out", str(small), "--notebook", own]
    assert run(arguments) == 0
    assert "1 trang được chạy bằng kernel của Jupyter" in capsys.readouterr().out
    (page,) = (folder_of(small / OWN) / "district").glob("*.html")
    content, told = without_links(page.read_text("utf-8")), "in the box of 71"
    assert content.count(told) == 1
    lines = [line for line in content.splitlines(keepends=True) if told not in line]
    assert "".join(lines) == expected[page.name]
    manifest = manifest_of(small / OWN)
    page = manifest["pages"]["71"]
    assert manifest["engine"] != page["engine"] == "stock"
    executed = (small / OWN / PERIOD / "notebooks/71.ipynb").read_text("utf-8")
    widgets = json.loads(executed)["metadata"]["widgets"]
    assert "in the box of 71" in json.dumps(widgets)
    assert run(arguments) == 0
    assert "kernel" not in capsys.readouterr().out


SPEAKING = """
import sys
print("out", unit)
print("err", file=sys.stderr)
from IPython.display import IFrame, display
display(IFrame("https://example.org/", 1, 1), IFrame("https://example.org/", 1, 1))
"""


def test_what_a_page_does_not_show_is_told_by_kind_and_cell(
    root: Path, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = notebook_with(root, tmp_path, SPEAKING)
    content = json.loads(Path(own).read_text("utf-8"))
    two = ["--unit", "71", "--unit", "72", "--lang", "en"]
    arguments = ["report", "2024-Q2", *two, "--out", str(small), "--notebook", own]
    assert run(arguments) == 0
    (cell,) = (n for n, c in enumerate(content["cells"], 1) if SPEAKING in "".join(c["source"]))
    told = (
        f"3 not shown of the notebook's outputs: iframe × 2 (cell {cell}); stderr × 1 (cell {cell})"
    )
    assert capsys.readouterr().out.count(told) == 1  # both pages in one line
    for unit in ("71", "72"):
        record = manifest_of(small / OWN)["pages"][unit]
        assert record["not_shown"] == {"stderr": [cell], "iframe": [cell, cell]}
        page = (folder_of(small / OWN) / record["path"]).read_text("utf-8")
        assert f"<pre>out {unit}</pre>" in page
        assert page.count("iframe (https://example.org/)") == 2
        assert ">err" not in page
    assert run(arguments) == 0
    assert told in capsys.readouterr().out  # and of pages that were kept


def test_the_canary_sees_a_page_that_depends_on_what_was_made_before(
    root: Path, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count = tmp_path / "count"
    source = (
        f"from pathlib import Path\ncount = Path({str(count)!r})\n"
        "count.write_text(count.read_text() + 'x' if count.exists() else 'x')\n"
        "from dxkit.report.report import Section\nfrom markupsafe import Markup\n"
        "Section(Markup('<p>%s</p>' % count.read_text()))"
    )
    two = ["--unit", "71", "--unit", "72"]
    own = ["--notebook", notebook_with(root, tmp_path, source), "--out", str(small)]
    assert run(["report", "2024-Q2", *two, "--jobs", "1", "--canary", *own]) == 1
    assert capsys.readouterr().err.count("kết quả khác") >= 2
    assert run(["report", "2024-Q2", *two, "--canary", "--out", str(small)]) == 0


def test_an_unchanged_batch_starts_no_process_and_imports_nothing_heavy(
    outputs: Path, root: Path
) -> None:
    code = (
        "import sys; from dxkit.cli import run; "
        f"assert run(['report', '2022-Q4', '--out', {str(outputs.parents[1])!r}]) == 0; "
        "heavy = {'pandas', 'matplotlib', 'papermill', 'openpyxl', 'numpy', 'lxml', 'rapidfuzz'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert result.stdout.strip().endswith("[]")


DRAW = "import numpy; numpy.random.random()"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pages are not forked")
def test_a_page_finds_all_imported_that_it_needs(
    root: Path, stored: Path, out: Path, tmp_path: Path
) -> None:
    """Also a commune's page after a district's, by which all is warmed up: only the places of its
    hamlets are tried in draws. Nobody has spent a second on addresses in JSON schemas.
    """
    names = "import sys; before = set(sys.modules); assert sys.modules['rfc3987_syntax'] is None"
    names = f"{names}\n{DRAW}"
    own = notebook_with(root, tmp_path, names, "print(sorted(set(sys.modules) - before))")
    content = json.loads(Path(own).read_text("utf-8"))
    content["cells"].insert(1, content["cells"].pop(2))  # before the report is opened
    Path(own).write_text(json.dumps(content), "utf-8")
    shutil.copytree(stored, out / OWN)
    command = ["report", "2022-Q4", *asked_for(("931", "31474")), "--out", out, "--notebook", own]
    batch = subprocess.run(
        [sys.executable, "-m", "dxkit", *command], capture_output=True, check=False
    )
    assert batch.returncode == 0
    folder = out / OWN / "haugiang-2022/2022-Q4/notebooks"
    of_each = [json.loads((folder / f"{u}.ipynb").read_text("utf-8")) for u in ("931", "31474")]
    (shown,) = of_each[1]["cells"][-1]["outputs"]
    assert shown["text"] == ["[]\n"]
    drawn = {str(c["outputs"]) for n in of_each for c in n["cells"] if c["source"][1:] == [DRAW]}
    assert len(drawn) == 2, "two pages draw the same numbers"


def test_pages_are_made_again_by_other_code_of_any_kind(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where only the script of pages or the form of documents is another."""
    kinds = {p.suffix for p in (root / "dxkit").rglob("*.*") if p.is_file()} - {".pyc", ".typed"}
    assert {".py", ".js", ".typ", ".css"} <= kinds
    monkeypatch.setattr(manifest, "files", lambda package: tmp_path)
    code_key = manifest.code_key.__wrapped__  # which remembers nothing
    keys = {code_key()}
    for number, kind in enumerate(sorted(kinds), start=2):
        (tmp_path / f"a{kind}").write_text("x", "utf-8")
        keys.add(code_key())
        assert len(keys) == number, kind


def test_the_manifest_says_how_the_pages_were_made(outputs: Path) -> None:
    manifest = json.loads((outputs / "manifest.json").read_text("utf-8"))
    assert manifest["engine"] == ("fork" if sys.platform.startswith("linux") else "spawn")
    assert manifest["jobs"] >= 1
    assert manifest["complete"]
    assert len(manifest["inputs"]) == 8
    assert set(manifest["made_from"]) >= {"code", "campaign", "quarterly_report.ipynb"}
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in manifest["made_from"].values())
    assert set(manifest["versions"]) >= {"python", "dxkit", "papermill", "nbconvert"}
    assert all(page["seconds"] > 0 for page in manifest["pages"].values())
