"""The code blocks of a document, and running them as the document tells a reader to.

A block's first line says what it is: ``bash`` for commands, ``python`` to run, ``text`` for lines
that the commands before must have printed, and ``csv``, ``toml`` or ``json`` with a path for a file
to write (``+`` before the path: to add to it; ``after TEXT`` behind it: to put below the first line
that holds the text). A block ``text`` with nothing before it, or
any other kind, is only to be read.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dxkit.workbooks.processes import can_fork
from tests.forked import Forked

_BLOCK = re.compile(r"^```(\w+)[ ]?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


LANGUAGES = ("en", "vi")


@dataclass(frozen=True)
class Block:
    """One fenced block: its kind, the path beside it, its content."""

    kind: str
    path: str
    content: str


def pages(root: Path, language: str) -> dict[str, str]:
    return {p.name: p.read_text("utf-8") for p in sorted((root / "docs" / language).glob("*.md"))}


def table_rows(text: str) -> list[list[str]]:
    """The rows of all tables, without headings."""
    found = []
    for table in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        for line in table.splitlines()[2:]:
            found.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


def blocks_of(document: Path) -> list[Block]:
    text = document.read_text("utf-8")
    return [Block(kind, path.strip(), content) for kind, path, content in _BLOCK.findall(text)]


class Reader:
    """Follows a document in a project folder of its own."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.printed = ""
        self.codes: list[tuple[str, int]] = []  # each command and how it ended

    def follow(self, document: Path) -> Iterator[str]:
        """Do what each block tells; yields what was done, for the test to show."""
        for block in blocks_of(document):
            if block.kind == "bash":
                self.printed = ""
                for line in block.content.splitlines():
                    if line.strip() and not line.startswith("#"):
                        self._command(line)
                        yield line
            elif block.kind == "python" and not block.path:
                self._run([sys.executable, "-W", "ignore", "-c", block.content])
                yield "python"
            elif block.kind == "text":
                for line in block.content.splitlines():
                    assert line.strip() in self.printed, f"{line!r} is not in:\n{self.printed}"
            elif block.path:
                yield self._file(block)

    def _file(self, block: Block) -> str:
        name, _, anchor = block.path.lstrip("+ ").partition(" after ")
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before, after = "", ""
        if anchor:
            lines = path.read_text("utf-8").splitlines(keepends=True)
            place = next(n for n, line in enumerate(lines, start=1) if anchor in line)
            before, after = "".join(lines[:place]), "".join(lines[place:])
        elif block.path.startswith("+"):
            before = path.read_text("utf-8")
        path.write_text(before + block.content + after, "utf-8")
        return block.path

    def _command(self, line: str) -> None:
        words = re.findall(r'"[^"]*"|\S+', line)
        words = [word.strip('"') for word in words]
        if words[:2] == ["python3", "run.py"]:
            words = ["dxkit", *words[2:]]
        assert words[0] == "dxkit", f"a reader cannot run {line!r}"
        if can_fork():  # in a process that has imported all of dxkit; where the reader stands
            command = Forked(*words[1:], before=self._go_there)
            said = "".join(command.communicate(timeout=300))
            code = self._checked(line, command.returncode, said)
        else:
            code = self._run([sys.executable, "-W", "ignore", "-m", "dxkit", *words[1:]])
        self.codes.append((words[1], code))

    def _go_there(self) -> None:
        os.chdir(self.project)
        for name in [name for name in os.environ if name.startswith("DXKIT_")]:
            del os.environ[name]
        warnings.simplefilter("ignore")

    def _run(self, command: list[str]) -> int:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DXKIT_")}
        environment |= {"PYTHONPATH": str(self.project), "PYTHONUTF8": "1"}
        done = subprocess.run(
            command, cwd=self.project, env=environment, capture_output=True, check=False
        )
        said = done.stdout.decode() + done.stderr.decode()
        return self._checked(command, done.returncode, said)

    def _checked(self, command: object, code: int | None, said: str) -> int:
        assert code in (0, 1), f"{command}:\n{said}"
        assert "Traceback" not in said, said
        self.printed += said
        return code
