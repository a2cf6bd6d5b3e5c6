"""Proof of the files: the set is the planned one, each as the run noted that made it and as it is
when it is made again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dxkit.press.manifest import ABOVE, MANIFEST, STAYING, Manifest, hash_of, index_above_is_whole
from dxkit.verify import difference
from dxkit.verify.comparing import places
from dxkit.verify.difference import REPORT, Difference

_NO_OUTPUT = re.compile(
    r"(.*/)?[.~].*|manifest\.json|verify\.html|returned/.*\.edited-\d+\.\w+"
    r"|data/((cells|made_from)/.*|(received|history|returned)\.json)"
    r"|(.*/)?(Thumbs\.db|desktop\.ini)"
)
"""What lies among the outputs and is none: what the kit remembers for itself, copies that somebody
has worked in and that were set aside, what systems and open programs leave.
"""


def is_anything_made(folder: Path) -> bool:
    """Whether there is a page of a unit to be proved, or was one."""
    manifest = Manifest.load(folder / MANIFEST)
    if manifest and any(record.status != "failed" for record in manifest.pages.values()):
        return True
    around = ("findings.html", "index.html", REPORT)
    return any(page.name not in around for page in folder.rglob("*.html"))


def outputs_in(folder: Path) -> list[str]:
    """The addresses of all outputs in a period's folder."""
    found = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return [name for name in found if not _NO_OUTPUT.fullmatch(name)]


def compare_files(
    folder: Path, again: Path, own: frozenset[str], *, same_versions: bool
) -> tuple[int, list[Difference]]:
    """How many files there should be, and which are not as they were made, or not as what was made
    ``again``. What cannot be made again (pages of ``own`` notebooks, PDF, lists of changes) is as
    it was made.
    """
    manifest = Manifest.load(folder / MANIFEST)
    found, noted = [], dict[str, str]()
    if manifest is None or not manifest.files:
        cause = difference.UNKNOWN if (folder / MANIFEST).exists() else difference.MISSING
        found.append(Difference(MANIFEST, cause))
    else:
        noted = {r.path: r.sha256 for r in manifest.pages.values() if r.status != "failed"}
        noted |= manifest.files
    apart = {ABOVE, *STAYING, *own}
    planned = {name for name in outputs_in(again) if name not in own}
    above_is_own = noted.get(ABOVE, "") == hash_of(folder / ABOVE)
    for name in sorted({*noted, *planned, *outputs_in(folder)}):
        is_noted = name == ABOVE and index_above_is_whole(folder)
        is_noted = is_noted or noted.get(name) == hash_of(folder / name)
        if not (folder / name).is_file():
            found.append(Difference(name, difference.MISSING))
        elif name in planned or (name == ABOVE and above_is_own):
            cause = difference.OTHER if is_noted else difference.CHANGED
            unlike = list(_compare(name, folder, again, cause, same_versions=same_versions))
            if not is_noted and noted and not unlike:
                unlike.append(Difference(MANIFEST, difference.CHANGED, name))
            found += unlike
        elif not is_noted and name in noted:
            found.append(Difference(name, difference.CHANGED))
        elif (noted and not is_noted) or not (name.endswith(".pdf") or name in apart):
            found.append(Difference(name, difference.ADDED))
    return len({*noted, *planned}), found


def _compare(
    name: str, folder: Path, again: Path, cause: str, *, same_versions: bool
) -> Iterator[Difference]:
    try:
        shown = (folder / name).read_bytes()
    except OSError:
        yield Difference(name, difference.UNREADABLE)
        return
    expected = (again / name).read_bytes()
    for place in places(name, shown, expected, same_versions=same_versions):
        yield Difference(name, cause, *place)
