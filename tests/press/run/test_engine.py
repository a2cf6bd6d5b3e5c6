"""The batch's plain shell shows what papermill's stock engine shows, on notebooks that are hard on
an engine, and leaves to it those that need a kernel.

Differences that remain; no page shows any of them:

- The text of a stream is one output between two others. Stock breaks it by the clock.
- Text that other programs or C code write straight to the process's output stands where it was
  written; the stock kernel shows it some time later, at a place that differs from run to run.
- Text that a task of asyncio writes belongs to the cell that runs; stock may lose it.
- A traceback ends in the same words; its colours and the lines of code in it are IPython's own.
- A notebook that sends itself an interrupt is not interrupted; one that ends its own process is
  said to have died; what it wants done at the process's end is not done: it ends at once.
- A transformer of cells that a notebook has added is called once for a cell; stock calls it twice.
- The metadata on the language are the notebook's own, not the kernel's.
- Variables of the environment that a kernel sets for terminals are not set.
- The user's own start-up files and settings of IPython are not read: no page depends on them.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import multiprocessing
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from jupyter_client.kernelspec import NoSuchKernel
from notebook_gallery import GALLERY, NEEDS_KERNEL, notebook
from output_gallery import RUN
from papermill.engines import NBClientEngine

from dxkit.press.run import shell
from dxkit.press.run.engine import DxkitEngine
from dxkit.press.run.tasks import NeedsKernelError

DEFAULT = "rich"
ANY_ORDER = ("processes", "slow streams")
OF_KERNEL = (
    "output widget", "interact", "progress", "input refused", "other magics", "frames and media",
)  # fmt: skip
"""Notebooks of the other gallery that need a kernel, or tell the time or their folder."""
ENDS_ITSELF = ("killed", "ends itself")


def execute(folder: Path, cells: list[Any], stock: bool) -> None:
    """Run a notebook; out.ipynb and error.txt tell how it went."""
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # the stock kernel looks for it
    folder.mkdir()
    os.chdir(folder)
    nbformat.write(notebook(cells), "in.ipynb")
    error = ""
    try:
        if stock:
            papermill.execute_notebook("in.ipynb", "out.ipynb", {"a": 7}, progress_bar=False)
        else:
            done = shell.run_notebook(Path("in.ipynb"), {"a": 7}, "out.ipynb")
            nbformat.write(done, "out.ipynb")
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"
    Path("error.txt").write_text(error, "utf-8")


def in_forks(runs: list[tuple[Path, list[Any], bool]]) -> None:
    for run in runs:
        process = multiprocessing.get_context("fork").Process(target=execute, args=run)
        process.start()
        process.join()


def run_all(runs: list[tuple[Path, list[Any], bool]]) -> None:
    """Run notebooks, each in a fork of an interpreter that has just been started."""
    process = multiprocessing.get_context("spawn").Process(target=in_forks, args=(runs,))
    process.start()
    process.join(60 + 20 * len(runs))
    assert process.exitcode == 0, "it hangs or failed"


def outcome(folder: Path, any_order: bool) -> dict[str, Any]:
    """How a notebook went, without what chance decides."""
    error = folder / "error.txt"
    said = error.read_text("utf-8") if error.exists() else "the process ended"
    found: dict[str, Any] = {"error": plain(said).strip().splitlines()[-1:], "cells": []}
    if (folder / "out.ipynb").exists():
        cells = nbformat.read(folder / "out.ipynb", as_version=4).cells
        found["cells"] = [
            (c.source, c.get("execution_count"), joined(c.get("outputs", ()), any_order))
            for c in cells
        ]
    return found


def joined(outputs: Any, any_order: bool) -> list[str]:
    """The outputs as text, pieces of one stream joined, of a traceback its last line."""
    made: list[dict[str, Any]] = []
    for output in json.loads(json.dumps(outputs)):
        if output["output_type"] == "error":
            output["traceback"] = plain("\n".join(output["traceback"])).splitlines()[-1:]
        same = [m for m in made[None if any_order else -1 :] if m.get("name") == output.get("name")]
        if "name" in output and same:
            same[-1]["text"] += output["text"]
        else:
            made.append(output)
    texts = [plain(json.dumps(o, ensure_ascii=False, sort_keys=True)) for o in made]
    return sorted(texts) if any_order else texts


def plain(text: str) -> str:
    """Without colours, addresses, the names under which cells are compiled, and what is drawn by
    lot for tables and drawings.
    """
    text = re.sub(r"\x1b\[[\d;]*m", "", text)
    text = re.sub(r'[^\s"]*/ipykernel_\d+/\d+\.py|\d{6,}\.py|<ipython-input-[-\w]+>', "CELL", text)
    text = re.sub(r"T_[0-9a-f]{5}|[a-z]*[0-9a-f]{10}\b|\d{4}-\d\d-\d\dT[\d:.]+", "DRAWN", text)
    return re.sub(r"0x[0-9a-f]+", "0xN", re.sub(r" +", " ", text))


def names(full: bool) -> list[str]:
    """All notebooks of the gallery, or that of every run and one other, chosen by DXKIT_SEED: each
    takes a kernel's start.
    """
    if full:
        return [*GALLERY, *(name for name in RUN if name not in OF_KERNEL)]
    others = sorted(set(GALLERY) - {DEFAULT})
    return [DEFAULT, random.Random(os.environ.get("DXKIT_SEED", "dxkit")).choice(others)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", names(metafunc.config.getoption("--full")))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """Where each notebook was run by both engines, and by the plain one those that need a kernel:
    all in forks of one interpreter.
    """
    folder = tmp_path_factory.mktemp("ran")
    chosen = names(pytestconfig.getoption("--full"))
    run_all([
        *((folder / f"{name} stock", (GALLERY | RUN)[name], True) for name in chosen),
        *((folder / f"{name} plain", (GALLERY | RUN)[name], False) for name in chosen),
        *((folder / name, cells, False) for name, cells in NEEDS_KERNEL.items()),
    ])  # fmt: skip
    return folder


def test_the_plain_shell_shows_what_the_stock_engine_shows(name: str, ran: Path) -> None:
    stock, own = (outcome(ran / f"{name} {kind}", name in ANY_ORDER) for kind in ("stock", "plain"))
    if name in ENDS_ITSELF:
        assert stock["error"][0].startswith("DeadKernelError")
        assert own["error"] == ["the process ended"]  # the batch sees it end, and says so
        return
    for one, other in zip(stock["cells"], own["cells"], strict=True):
        if name == "asyncio" and "await task" in one[0]:
            assert set(one[2]) <= set(other[2])
        else:
            assert one == other
    assert stock["error"] == own["error"]


def test_what_only_a_kernel_has_is_left_to_one(ran: Path) -> None:
    for name in NEEDS_KERNEL:
        assert outcome(ran / name, False)["error"][0].startswith("NeedsKernelError"), name


def test_a_kernel_that_a_notebook_names_is_not_passed_over(tmp_path: Path) -> None:
    content = notebook(["1"])
    content.metadata["kernelspec"]["name"] = "of-my-own"
    path = tmp_path / "in.ipynb"
    nbformat.write(content, path)
    with pytest.raises(NeedsKernelError, match="of-my-own"):
        shell.run_notebook(path, {"a": 1})
    with pytest.raises(NoSuchKernel, match="of-my-own"):
        papermill.execute_notebook(str(path), None, engine_name="dxkit", progress_bar=False)


def test_papermill_never_runs_its_callers_script_again(tmp_path: Path) -> None:
    """It has a second thread and no ``if __name__``: a process started anew would run it."""
    nbformat.write(notebook(GALLERY["parameters"]), tmp_path / "in.ipynb")
    script = tmp_path / "script.py"
    script.write_text(
        "import threading, papermill\nprint('TOP', flush=True)\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "papermill.execute_notebook('in.ipynb', 'out.ipynb', {'a': 9}, engine_name='dxkit')\n"
        "print('END')\n"
    )
    command = [sys.executable, str(script)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["TOP", "END"]
    assert nbformat.read(tmp_path / "out.ipynb", 4).cells[-1].outputs[0].text == "9 x\n"
    assert {*vars(DxkitEngine)} <= {"__module__", "__doc__"}
    assert issubclass(DxkitEngine, NBClientEngine)


def test_what_the_shell_uses_of_its_libraries_is_there() -> None:
    """A library that renames what is overridden would have it passed over without a word."""
    for kind in (shell._Results, shell._Displays, shell.ZMQInteractiveShell):
        base = kind.__mro__[1]
        own = {"__module__", "__doc__", "__init__", "run"}
        for name in {*vars(kind)} - own:
            assert hasattr(base, name), f"{base.__name__}.{name}"
    used = {
        shell.InteractiveShell._showtraceback: ["self", "etype", "evalue", "stb"],
        shell.DisplayHook.write_format_data: ["self", "format_dict", "md_dict"],
        shell.DisplayHook.write_output_prompt: ["self"],
        shell.raise_for_execution_errors: ["nb", "output_path"],
        shell.parameterize_notebook: ["nb", "parameters"],
        shell.load_notebook_node: ["notebook_path"],
        shell.remove_error_markers: ["nb"],
    }
    for function, expected in used.items():
        assert [*inspect.signature(function).parameters][: len(expected)] == expected
    published = inspect.signature(shell.DisplayPublisher.publish).parameters
    assert {"data", "metadata", "transient", "update"} <= {*published}
    asked = inspect.signature(shell.InteractiveShell.run_cell_async).parameters
    assert {"transformed_cell", "preprocessing_exc_tuple"} <= {*asked}
    assert isinstance(shell.comm.get_comm_manager().comms, dict)
    assert shell.DisplayHook.prompt_count
    assert shell.NATIVE_KERNEL_NAME == "python3"


ASSIGNED = {("cli/report.py", "tqdm.monitor_interval")}
"""What of a library is set: tqdm's documented way to have no thread."""


def test_nothing_of_a_library_is_replaced_or_taken_from_its_private_modules(root: Path) -> None:
    assigned = set()
    for path in sorted((root / "dxkit").rglob("*.py")):
        place = path.relative_to(root / "dxkit").as_posix()
        libraries = set()
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
                for alias in node.names:
                    full = [*module.split("."), *alias.name.split(".")]
                    top = next(part for part in full if part)
                    if top != "dxkit" and top not in sys.stdlib_module_names:
                        libraries.add((alias.asname or alias.name).partition(".")[0])
                        private = [p for p in full if p.startswith("_")]
                        assert not private, f"{place}: {full}"
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                inner: ast.expr = node
                while isinstance(inner, ast.Attribute):
                    inner = inner.value
                if isinstance(inner, ast.Name) and inner.id in libraries:
                    assigned.add((place, ast.unparse(node)))
    assert assigned == ASSIGNED


PRIVATE = {
    "_showtraceback": "IPython.core.interactiveshell:InteractiveShell",
    "_element": "docx.opc.coreprops:CoreProperties", "_p": "docx.text.paragraph:Paragraph",
    "_inline": "docx.shape:InlineShape", "_r": "docx.text.run:Run", "_tbl": "docx.table:Table",
    "_tr": "docx.table:_Row", "_tc": "docx.table:_Cell",
    "_style": "openpyxl.styles.styleable:StyleableObject",
    "_sh_abs_posn": "xlrd.book:Book", "_resource_tracker": "multiprocessing:resource_tracker",
}  # fmt: skip
"""The private names of libraries that the kit touches, and whose they are: docs/decisions.md."""
_DOCUMENTED = {"_repr_mimebundle_", "_repr_html_", "_replace", "_exit"}
"""Of IPython, named tuples and os, for all that they look private."""


def test_the_private_names_of_libraries_are_few_and_there(root: Path) -> None:
    found = set()
    for path in sorted((root / "dxkit").rglob("*.py")):
        nodes = [*ast.walk(ast.parse(path.read_text("utf-8")))]
        attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
        own = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        own |= {node.id for node in nodes if isinstance(node, ast.Name)}
        own |= {a.attr for a in attributes if ast.unparse(a.value) == "self"}
        private = {a.attr for a in attributes if re.match("_[^_]", a.attr)}
        found |= private - own | private & set(PRIVATE)
    found -= _DOCUMENTED
    assert found | {"_showtraceback"} == set(PRIVATE)  # overridden: the test above asks for it
    decided = (root / "docs/decisions.md").read_text("utf-8")
    for name, where in PRIVATE.items():
        module, _, kind = where.partition(":")
        source = inspect.getsource(getattr(importlib.import_module(module), kind))
        assert re.search(rf"\b{name}\b", source), where
        assert f".{name}`" in decided, name
