"""Proof of the files: each is, byte for byte, what the run noted that made it; none is gone, none
was added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dxkit.press.manifest import ABOVE, MANIFEST, Manifest, hash_of, index_above_is_whole
from dxkit.verify.compare import Difference

CHANGED, MISSING, ADDED = "file_changed", "file_missing", "file_added"
UNREADABLE, UNKNOWN = "file_unreadable", "file_unknown"
FILE_KINDS = frozenset({CHANGED, MISSING, ADDED, UNREADABLE, UNKNOWN})
"""What may be wrong with a whole file, each the key of its words. Unknown are all files without the
notes that tell what they were.
"""
_NO_OUTPUT = re.compile(
    r"(.*/)?[.~].*|manifest\.json|data/((cells|made_from)/.*|(received|history|returned)\.json)"
    r"|returned/.*\.edited-\d+\.\w+|(.*/)?(Thumbs\.db|desktop\.ini)"
)
"""What lies among the outputs and is none: what the kit remembers for itself, copies that somebody
has worked in and that were set aside, what systems and open programs leave.
"""


def is_anything_made(folder: Path) -> bool:
    """Whether there is a page of a unit to be proved, or was one."""
    manifest = Manifest.load(folder / MANIFEST)
    if manifest and any(record.status != "failed" for record in manifest.pages.values()):
        return True
    return any(page.name not in ("findings.html", "index.html") for page in folder.rglob("*.html"))


def compare_files(folder: Path) -> tuple[int, list[Difference]]:
    """How many files there should be, and which are not as they were made."""
    if not (folder / MANIFEST).exists():
        return 0, [_differ(MANIFEST, MISSING)]
    manifest = Manifest.load(folder / MANIFEST)
    if manifest is None or not manifest.files:
        return 0, [_differ(MANIFEST, UNKNOWN)]
    made = {r.path: r.sha256 for r in manifest.pages.values() if r.status != "failed"}
    made |= manifest.files
    return len(made), [*_altered(folder, made), *_added(folder, made)]


def _altered(folder: Path, made: dict[str, str]) -> Iterator[Difference]:
    for name, expected in sorted(made.items()):
        if not (folder / name).is_file():
            yield _differ(name, MISSING)
        elif name == ABOVE:
            if not index_above_is_whole(folder):
                yield _differ(name, CHANGED)
        elif hash_of(folder / name) != expected:
            yield _differ(name, CHANGED)


def _added(folder: Path, made: dict[str, str]) -> Iterator[Difference]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in made and not _NO_OUTPUT.fullmatch(name):
            yield _differ(name, ADDED)


def _differ(name: str, kind: str) -> Difference:
    return Difference(name, kind, "", "")
