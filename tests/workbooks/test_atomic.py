"""A file is whole or as it was, whatever happens while it is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dxkit.workbooks.atomic import (
    clear_half_written,
    only_writer,
    replacing,
    write_bytes,
    write_text,
)


def test_what_is_written_is_on_the_disk_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, int]] = []
    flush, move = os.fsync, os.replace

    def flushed(file: int) -> None:
        done.append(("flushed", os.fstat(file).st_size))
        flush(file)

    def moved(source: Path, target: Path) -> None:
        done.append(("moved", source.stat().st_size))
        move(source, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(os, "replace", moved)
    target = tmp_path / "data" / "ranking.csv"
    write_text(target, "mã\r\n", "utf-8-sig")
    assert target.read_bytes() == b"\xef\xbb\xbfm\xc3\xa3\r\n"
    assert done == [("flushed", 8), ("moved", 8)]
    write_bytes(target, b"93")
    assert target.read_bytes() == b"93"
    assert done[2:] == [("flushed", 2), ("moved", 2)]


def test_what_breaks_off_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "league.xlsx"
    write_bytes(target, b"whole")

    def broken_off() -> None:
        with replacing(target) as scratch:
            scratch.write_bytes(b"ha")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        broken_off()
    assert target.read_bytes() == b"whole"
    assert [path.name for path in tmp_path.iterdir()] == ["league.xlsx"]


def test_what_a_killed_process_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    kept = {"ranking.csv", ".hidden.csv", ".running", ".ranking.csv.old", "x.csv.77"}
    for name in (*kept, ".ranking.csv.4711", ".932.docx.12", ".932.zalo.txt.9", ".932.pptx.9",
                 ".932.a4.svg.9", ".932.a4.png.9"):  # fmt: skip
        (tmp_path / name).write_text("", "utf-8")
    clear_half_written(tmp_path, "**/.*")
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_who_writes_next_clears_what_was_left_in_any_period(tmp_path: Path) -> None:
    """As when a process ends while it stores what the quarter before says."""
    left = [tmp_path / ".index.html.71", tmp_path / "2024-Q1/data/received.json/.866fd9.json.71"]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{", "utf-8")
    with only_writer(tmp_path):
        assert [path for path in left if path.exists()] == []
        left[1].write_text("{", "utf-8")  # by a process that is stopped with this one
    assert not left[1].exists()


def test_files_are_moved_into_place_by_this_way_only(root: Path) -> None:
    rooms = (path for path in (root / "dxkit").rglob("*.py") if path.name != "atomic.py")
    others = [p.name for p in rooms if "os.replace(" in p.read_text("utf-8")]
    assert others == []
