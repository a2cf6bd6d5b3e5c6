"""The warm engine shows what the stock engine shows, on notebooks that are hard on an engine.

Differences that remain, all looked for below:

- Text that other programs or C code write straight to the process's output stands where it was
  written; the stock kernel shows it some time later, at a place that differs from run to run.
- What a notebook has said before it kills its own process at once is kept; stock loses the last
  0.2 seconds of it, and the number of the cell.
- After ``exit()`` the kernel ends at once; stock runs the next cell if that comes within 0.1 s.
- One notebook's streams may come in more pieces in stock, by the clock; here the pieces follow the
  times at which the text was written. Compared joined.
- A transformer of cells that a notebook has added is called once for a cell; stock calls it twice.
- The user's own start-up files and settings of IPython are not read: no page depends on them.
"""

from __future__ import annotations

import builtins
import json
import multiprocessing
import os
import random
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from gallery import GALLERY, notebook
from IPython import get_ipython

from dxkit.press.run.start import import_kernel, kernel_ahead, started_kernel

DEFAULT = ("rich", "errors", "processes", "interrupted by itself")
LOOSE = ("processes",)  # order of outputs free
ENDS_ITSELF = ("killed", "ends itself", "exit")


EXTRA: dict[str, list[Any]] = {
    "slow": ["print('begun')\nimport time; time.sleep(60)", "print('never')"],
    "leaves": ["import subprocess\nprint(subprocess.Popen(['sleep', '600']).pid)"],
    "late": [
        "import atexit, pathlib, time\n"
        "atexit.register(pathlib.Path('at_exit.txt').write_text, 'run')\n"
        "get_ipython().kernel.post_handler_hook = lambda: time.sleep(0.5)"
    ],
}


def execute(folder: Path, name: str, options: dict[str, Any]) -> None:
    """Run a notebook of the gallery; out.ipynb and error.txt tell how it went."""
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # the stock kernel looks for it
    folder.mkdir()
    nbformat.write(notebook(GALLERY[name]), folder / "in.ipynb")
    error = ""
    try:
        papermill.execute_notebook(
            str(folder / "in.ipynb"),
            str(folder / "out.ipynb"),
            parameters={"a": 7} if name == "parameters" else {},
            cwd=str(folder),
            progress_bar=False,
            **options,
        )
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"
    (folder / "error.txt").write_text(error, "utf-8")


def in_a_fresh_interpreter(folders: list[Path], name: str, options: list[Any]) -> None:
    """Run a notebook with several options, each in a fork of a process like papermill's own."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=in_forks, args=(folders, name, options))
    process.start()
    process.join(180)
    assert process.exitcode == 0, "it hangs or failed"


def in_forks(folders: list[Path], name: str, options: list[Any]) -> None:
    GALLERY.setdefault(name, EXTRA.get(name, []))
    for folder, chosen in zip(folders, options, strict=True):
        process = multiprocessing.get_context("fork").Process(
            target=execute, args=(folder, name, chosen)
        )
        process.start()
        process.join()


def results(folder: Path, name: str, options: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What a notebook gives under each of several options."""
    folders = {key: folder / key for key in options}
    in_a_fresh_interpreter(list(folders.values()), name, list(options.values()))
    return {key: outcome(place, name) for key, place in folders.items()}


def outcome(folder: Path, name: str) -> dict[str, Any]:
    """What the executed notebook in a folder shows, without what chance decides."""
    content = nbformat.read(folder / "out.ipynb", as_version=4)
    cells = []
    for cell in content.cells:
        if cell.cell_type == "code":
            papermill_says = cell.metadata.get("papermill", {})
            cells.append(
                {
                    "source": cell.source,
                    "count": cell.execution_count,
                    "status": papermill_says.get("status"),
                    "exception": papermill_says.get("exception"),
                    "outputs": joined(cell.outputs, name in LOOSE),
                }
            )
    error = folder / "error.txt"
    return {
        "error": plain(error.read_text("utf-8")) if error.exists() else "the process ended",
        "language": content.metadata.get("language_info"),
        "files": sorted(
            path.name
            for path in folder.iterdir()
            if path != error and not path.name.startswith(".coverage")
        ),
        "cells": cells,
    }


def joined(outputs: Any, any_order: bool) -> list[str]:
    """The outputs as text, pieces of one stream joined."""
    made: list[dict[str, Any]] = []
    for output in outputs:
        if made and output.output_type == "stream" and made[-1].get("name") == output.name:
            made[-1]["text"] += output.text
        else:
            made.append(json.loads(json.dumps(output)))
    texts = [plain(json.dumps(o, ensure_ascii=False, sort_keys=True)) for o in made]
    return sorted(texts) if any_order else texts


def plain(text: str) -> str:
    """Without process numbers, addresses and folders."""
    text = re.sub(r"ipykernel_\d+|/tmp/[^/ \"]*pytest-[^ \"\\]*", "N", text)
    return re.sub(r"0x[0-9a-f]+", "0xN", text)


def names(full: bool) -> list[str]:
    """All notebooks of the gallery, or those of every run and one other, chosen by DXKIT_SEED."""
    if full:
        return list(GALLERY)
    others = sorted(set(GALLERY) - set(DEFAULT) - {"exit", "charts"})
    return [*DEFAULT, random.Random(os.environ.get("DXKIT_SEED", "dxkit")).choice(others)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", names(metafunc.config.getoption("--full")))


def test_both_engines_show_the_same(name: str, tmp_path: Path, pytestconfig: Any) -> None:
    starts = ["fork", "spawn", "here"] if pytestconfig.getoption("--full") else ["fork", "here"]
    options = {start: {"engine_name": "dxkit", "start": start} for start in starts}
    found = results(tmp_path, name, {"stock": {}, **options})
    stock = found.pop("stock")
    for start, warm in found.items():
        if name in ENDS_ITSELF:
            check_ended(name, start, stock, warm)
        else:
            for one, other in zip(stock["cells"], warm["cells"], strict=True):
                assert one == other, start
            assert stock == warm, start


def check_ended(name: str, start: str, stock: dict[str, Any], warm: dict[str, Any]) -> None:
    """A notebook that ends its kernel: what went before is kept, what comes after is not run."""
    assert warm["cells"][0] == stock["cells"][0]
    assert not warm["cells"][-1]["outputs"]
    assert stock["error"].startswith("DeadKernelError")
    if start == "here" and name != "exit":
        assert warm["error"] == "the process ended"  # the batch sees it end, and says so
    else:
        assert warm["error"] == stock["error"]
        assert warm["cells"][1]["outputs"] == stock["cells"][1]["outputs"]
    assert warm["files"] == stock["files"]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_cell_that_takes_too_long_is_interrupted_or_ends_the_run(
    start: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if start == "spawn" and not pytestconfig.getoption("--full"):
        pytest.skip("a kernel that is forked stands for both; --full runs each")
    limit = {"execution_timeout": 1, "engine_name": "dxkit", "start": start}
    options = {"ended": limit, "stopped": {**limit, "interrupt_on_timeout": True}}
    found = results(tmp_path, "slow", options)
    assert found["ended"]["error"].startswith("CellTimeoutError")
    assert "KeyboardInterrupt" in found["stopped"]["error"]
    assert "begun" in found["stopped"]["cells"][0]["outputs"][0]
    assert not found["ended"]["cells"][1]["outputs"]
    assert not found["stopped"]["cells"][1]["outputs"]


def test_nothing_is_left_running(tmp_path: Path) -> None:
    found = results(tmp_path, "leaves", {"left": {"engine_name": "dxkit", "start": "fork"}})
    process = re.search(r'"text": "(\d+)', found["left"]["cells"][0]["outputs"][0])
    assert process is not None
    status = Path(f"/proc/{process[1]}/stat")
    assert not status.exists() or status.read_text().split()[2] == "Z"  # nobody's but init's


def test_the_end_of_a_notebook_is_done_though_nobody_listens_any_more(tmp_path: Path) -> None:
    found = results(tmp_path, "late", {"end": {"engine_name": "dxkit", "start": "fork"}})
    assert "at_exit.txt" in found["end"]["files"]


def surroundings() -> dict[str, Any]:
    """What a shell would change in the process around it."""
    return {
        "environment": dict(os.environ),
        "main": sys.modules["__main__"],
        "shell": get_ipython(),
        "prompts": [name for name in vars(sys) if name.startswith("ps")],
        "path": list(sys.path),
        "streams": (sys.stdout, sys.stderr, sys.excepthook, sys.displayhook),
        "builtins": set(vars(builtins)),
        "threads": len(os.listdir("/proc/self/task")),
    }


def test_a_kernel_made_ahead_changes_nothing_around_it_before_it_is_started() -> None:
    import_kernel()
    before = surroundings()
    kernel = kernel_ahead()
    assert surroundings() == before
    context = multiprocessing.get_context("fork")
    for _ in range(2):
        found = context.SimpleQueue()
        process = context.Process(target=start_and_tell, args=(found,))
        process.start()
        process.join()
        assert found.get() >= {*before} - {"path", "threads"}, "the kernel was not started"
    assert kernel.shell.execution_count == 1
    assert surroundings() == before


def start_and_tell(found: Any) -> None:
    """What a started kernel changes, from a process of its own."""
    before = surroundings()
    started_kernel(lambda channel, message: None)
    after = surroundings()
    found.put({name for name in before if before[name] != after[name]})


def test_another_language_is_refused() -> None:
    content = notebook(["1"])
    content.metadata["kernelspec"]["language"] = "R"
    from dxkit.press.run.engine import DxkitEngine

    with pytest.raises(ValueError, match="not R"):
        DxkitEngine.execute_notebook(content, "ir")


def test_papermill_runs_it_from_its_own_command_line(tmp_path: Path) -> None:
    import subprocess

    nbformat.write(notebook(GALLERY["parameters"]), tmp_path / "in.ipynb")
    command = [sys.executable, "-m", "papermill", "--engine", "dxkit", "in.ipynb", "out.ipynb"]
    subprocess.run([*command, "-p", "a", "9"], cwd=tmp_path, check=True, capture_output=True)
    done = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert done.cells[-1].outputs[0].text == "9 x\n"
    assert [c.metadata.get("tags") for c in done.cells[1:3]] == [
        ["parameters"],
        ["injected-parameters"],
    ]
