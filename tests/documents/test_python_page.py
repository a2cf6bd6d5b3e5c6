"""What the page on Python tells can be done; docstrings' examples hold."""

from __future__ import annotations

import contextlib
import doctest
import inspect
import io
import pydoc
import re
import shutil
import sys
from pathlib import Path

import pytest

import dxkit
from dxkit.press.run.production import Production
from dxkit.report.explore.live import Chooser
from dxkit.report.notebook_period import NotebookPeriod, ShownScorecard, WhatIf
from dxkit.report.piece import Piece
from dxkit.report.report import Report

sys.path.insert(0, str(Path(__file__).parent))
from blocks import blocks_of

FACE = (NotebookPeriod, WhatIf, ShownScorecard, Production, Piece, Report, Chooser)


@pytest.fixture(scope="module", autouse=True)
def made(outputs: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The finished run, in a folder that may be written to."""
    folder = tmp_path_factory.mktemp("python")
    shutil.copytree(outputs.parents[1], folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DXKIT_OUT", str(folder))
        patch.chdir(folder)
        yield


def test_the_page_can_be_followed(root: Path) -> None:
    """In one language: the other's code is the same, which another test says."""
    page = root / "docs/vi/python-api.md"
    known: dict[str, object] = {}
    printed, lines = "", []
    for block in blocks_of(page):
        if block.kind == "python":
            lines.append(len(block.content.strip().splitlines()))
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                exec(block.content, known)  # the page's own code
            printed = said.getvalue()
        else:
            shown = [line.split() for line in printed.splitlines()]
            for line in block.content.splitlines():
                wanted = line.split()
                assert any(" ".join(wanted) in " ".join(row) for row in shown), (line, printed)
    questions = page.read_text("utf-8")
    asked = re.findall(r"^\*\*\d+\. [^\n]*\n\n```python\n(.*?)^```", questions, re.M | re.S)
    assert len(asked) == 15
    assert max(code.count("\n") for code in asked) <= 3
    assert Path("league.xlsx").stat().st_size > 4_000
    assert Path("cashless.png").read_bytes().startswith(b"\x89PNG")


def test_the_examples_of_all_docstrings_hold() -> None:
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner()
    things: list[tuple[str, object]] = [("dxkit", dxkit)]
    things += [(name, getattr(dxkit, name)) for name in dxkit.__all__]
    for kind in FACE:
        things.append((kind.__name__, kind))
        things += [(f"{kind.__name__}.{name}", made) for name, made in vars(kind).items()
                   if inspect.isfunction(made) and not name.startswith("_")]  # fmt: skip
    told, said = 0, io.StringIO()
    for name, thing in things:
        for test in finder.find(thing, name, module=False):
            test.globs = {}
            told += bool(test.examples)
            runner.run(test, out=said.write)
    assert runner.summarize(verbose=False).failed == 0, said.getvalue()
    assert told >= len(dxkit.__all__) + 12


def test_help_tells_of_every_public_name() -> None:
    """No name of the face without words; a frame's method names what a row is."""
    assert all(inspect.getdoc(getattr(dxkit, name)) for name in dxkit.__all__)
    for kind in FACE:
        public = [name for name in vars(kind) if not name.startswith("_")]
        fields = set(getattr(kind, "__dataclass_fields__", ()))
        for name in set(public) - fields:
            assert inspect.getdoc(getattr(kind, name)), f"{kind.__name__}.{name}"
        text = pydoc.plain(pydoc.render_doc(kind))
        assert kind.__name__ in text
    assert set(dxkit.__all__) == {name for name in vars(dxkit)
                                  if inspect.isfunction(getattr(dxkit, name))
                                  and not name.startswith("_")}  # fmt: skip


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(dxkit.__file__).parent / "py.typed").read_bytes() == b""
