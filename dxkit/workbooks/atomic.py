"""Files that appear whole or not at all, also when the power fails."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_HALF_WRITTEN = re.compile(r"\..+\.(csv|docx|html|json|pdf|xlsx)\.[0-9]+")
"""What ``.NAME.PROCESS`` was to become."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A scratch file beside ``path`` to be written, which takes its place when the block ends well
    and is gone in any case. Folders that lack are made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield scratch
        put_in_place(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def put_in_place(scratch: Path, path: Path) -> None:
    """Flush a finished file to the disk, then move it to where it belongs."""
    with scratch.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(scratch, path)


def clear_half_written(folder: Path) -> None:
    """Take away what processes that were killed have left in a folder."""
    for path in folder.rglob(".*"):
        if _HALF_WRITTEN.fullmatch(path.name):
            with suppress(OSError):  # outputs that may not be written are told of where they are
                path.unlink()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all."""
    with replacing(path) as scratch:
        scratch.write_bytes(content)


def write_text(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a text file that appears whole or not at all, its line ends as they are."""
    with replacing(path) as scratch:
        scratch.write_text(text, encoding, newline="")
