"""The files of a raw folder, their bytes, and what stands in it that is no file to be read."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dxkit.workbooks.cells import UnreadableFileError
from dxkit.workbooks.limits import LARGEST_FILE

SUFFIXES = {
    "xlsx": frozenset({".xlsx", ".xlsm"}),
    "xls": frozenset({".xls"}),
    "ods": frozenset({".ods"}),
    "text": frozenset({".csv", ".tsv"}),
}
"""The formats that are read, each with the endings of names it goes by."""
WORKBOOK_SUFFIXES = frozenset(suffix for group in SUFFIXES.values() for suffix in group)
"""The endings of names of files that are read."""

_HASH = 64  # letters
_HIDDEN = (".", "~$")  # beginnings of names: systems' own files, and locks of open workbooks


@dataclass(frozen=True)
class RawFolder:
    """``files`` are regular files, sorted; ``passed_over`` are the names of what is not read,
    within the folder, each with a reason among those of unreadable files.
    """

    files: tuple[Path, ...]
    passed_over: tuple[tuple[str, str], ...]


def raw_files(folder: Path) -> list[Path]:
    """The regular files of a raw folder, sorted; hidden files and office lock files left out."""
    return list(look_into(folder).files)


def look_into(folder: Path) -> RawFolder:
    """Everything in a folder and the folders below it. No link is followed and no file opened."""
    files: list[Path] = []
    passed_over: list[tuple[str, str]] = []

    def walk(within: Path) -> None:
        try:
            entries = list(os.scandir(within))
        except OSError:
            note(within, "cannot_open")
            return
        for entry in entries:
            if entry.name.startswith(_HIDDEN):
                continue
            path = within / entry.name
            reason = _reason(entry)
            if reason:
                note(path, reason)
            elif entry.is_dir(follow_symlinks=False):
                if path.suffix.lower() in WORKBOOK_SUFFIXES:
                    note(path, "is_folder")
                walk(path)
            else:
                files.append(path)

    def note(path: Path, reason: str) -> None:
        passed_over.append((printable(path.relative_to(folder).as_posix()), reason))

    if folder.is_dir():
        walk(folder)
    return RawFolder(tuple(sorted(files)), tuple(sorted(passed_over)))


def read_content(path: Path) -> bytes:
    """The bytes of a file: a regular one, not a link, no larger than the bound. It is opened once
    and never waited for.
    """
    # A link and a pipe may have taken the file's place since the folder was listed.
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise UnreadableFileError("not_a_file")
            content = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UnreadableFileError("cannot_open") from error
    if len(content) > LARGEST_FILE:
        raise UnreadableFileError("too_large")
    return content


@dataclass(frozen=True)
class Contents:
    """What stands in a folder: what is passed over, each file's hash or why it has none; all is
    ``of`` a period, or of none.
    """

    passed_over: tuple[tuple[str, str], ...]
    files: Mapping[str, str]
    of: str = ""

    @property
    def key(self) -> str:
        """A hash of all of it."""
        return hashlib.sha256(repr((self.of, self.passed_over, self.files)).encode()).hexdigest()

    def agrees(self, parsed: Mapping[str, str]) -> bool:
        """Whether those were parsed, by their hashes; none of a file that could not be opened."""
        return {name: h if len(h) == _HASH else "" for name, h in self.files.items()} == parsed


def contents_of(folder: Path, of: str = "") -> Contents:
    """What stands in a folder, with the hash of each file."""
    seen, files = look_into(folder), {}
    for path in seen.files:
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = hashlib.sha256(read_content(path)).hexdigest()
        except UnreadableFileError as error:
            files[name] = error.reason
    return Contents(seen.passed_over, files, of)


def printable(name: str) -> str:
    """A name with what is no text in it written out, as "\\udcff"."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _reason(entry: os.DirEntry[str]) -> str:
    """Why an entry is neither a file to read nor a folder to look into; nothing if it is one."""
    try:
        entry.name.encode("utf-8")
    except UnicodeEncodeError:  # its name could be written on no page and in no data file
        return "name_not_text"
    try:
        if entry.is_symlink() or _is_junction(entry):
            return "link"
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return "cannot_open"
    return "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "not_a_file"


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is what Windows has for a link to a folder."""
    tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
    return tag != 0 and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)
