"""The manifest of a period's outputs: what each page and file was made from, and how it went."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dxkit.model.campaign import Campaign
from dxkit.workbooks.archive import Archive
from dxkit.workbooks.atomic import take_away, write_text
from dxkit.workbooks.cells import UnreadableFileError

if TYPE_CHECKING:
    from dxkit.model.units import UnitRegistry
    from dxkit.report.wording.language import Language

MANIFEST = "manifest.json"
LEAGUE, FINDINGS, INDEX, ABOVE = "league.xlsx", "findings.html", "index.html", "../index.html"
"""The index of the campaign, above, is written by the runs of all its periods."""
TIMINGS = "timings.json"
"""How long each stage of the last run and each of its pages took; no output."""
FORMS = "forms"
"""The folder of the workbooks to be filled in."""
PROOF = "verify.html"
"""What differs from what ``verify`` makes again; no output."""
EFFECTS, CORRECTION, CHANGED_FACTS = "changes.html", "correction.docx", "data/changed_facts.csv"
"""What ``changes`` writes on a publication; no outputs either."""
CHANGES, CHANGED_FIGURES = "data/changes.csv", "data/changed_figures.csv"
STAYING = (CHANGES, CHANGED_FIGURES)
"""Files that stay through runs that have nothing to write into them."""
_NO_OUTPUT = re.compile(
    r"(.*/)?[.~].*|data/((cells|made_from)/[^/]+|received|kept(-[^/]+)?|history|returned)\.json"
    r"|(returned|forms)/.*\.edited-\d+\.\w+|(.*/)?(Thumbs\.db|desktop\.ini)|"
    + "|".join(map(re.escape, (MANIFEST, TIMINGS, PROOF, EFFECTS, CORRECTION, CHANGED_FACTS)))
)
"""What lies among the outputs and is none: what the kit remembers for itself, copies that somebody
has worked in and that were set aside, what systems and open programs leave.
"""


@dataclass
class PageRecord:
    """One page: its address in the output folder, the key it was made under, how it went."""

    path: str
    key: str
    status: str  # made, kept, failed
    seconds: float = 0.0
    sha256: str = ""
    reason: str = ""
    tries: int = 1
    machine: str = ""  # where it was made, when that was not here
    inputs_digest: str = ""  # of what it was made from, as it is remembered
    engine: str = ""  # how its notebook was run, when it needed another way than the run's
    not_shown: dict[str, list[int]] = field(default_factory=dict)
    """What of its notebook the page does not show: by kind, the numbers of the cells."""
    shown: str = ""  # a hash of all that it can show: of another key the page may be as it would be


@dataclass
class Manifest:
    """One period's last run that made pages, and all files that are in place.

    ``engine`` is how notebooks were run (fork, spawn, stock, cluster), ``jobs`` how many at a time;
    ``notebook`` tells somebody's own from another one of the same name;
    ``inputs`` and ``made_from`` are the hashes of what the pages were made from; ``files`` those of
    all that was written beside the pages, by its address; ``complete`` says that the index and the
    other files around the pages were written after the last page, ``inputs_digest`` is of what they
    were made from, as it is remembered, ``key`` the hash under which they were made, empty where
    they are to be made again, and ``screen`` how many findings only ask for a second look;
    ``linked`` is a hash of the pages that pages link to.
    """

    campaign: str
    period: str
    engine: str = ""
    jobs: int = 0
    seconds: float = 0.0
    complete: bool = False
    inputs_digest: str = ""
    key: str = ""
    screen: int = 0
    linked: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    notebook: str = ""
    made_from: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    pages: dict[str, PageRecord] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Manifest | None:
        """The manifest in a file, or None when there is none that can be read."""
        try:
            content = json.loads(path.read_text("utf-8"))
            pages = {unit: PageRecord(**record) for unit, record in content.pop("pages").items()}
            files = dict(content.pop("files", {}))
            return cls(**content, pages=pages, files=files)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    @classmethod
    def of(cls, folder: Path, campaign: str, period: str) -> Manifest:
        """The manifest in a period's folder; a new one when there is none that can be read."""
        return cls.load(folder / MANIFEST) or cls(campaign, period)

    def addresses(self, folder: Path) -> dict[str, str]:
        """The pages that are in place, by unit: relative to the folder."""
        return {
            unit: record.path
            for unit, record in self.pages.items()
            if record.status != "failed" and (folder / record.path).exists()
        }

    @property
    def in_place(self) -> dict[str, str]:
        """The pages that a run has left in place, by unit: relative to the folder. One that failed
        is there as an earlier run made it.
        """
        there = (r for r in self.pages.items() if r[1].status != "failed" or r[1].inputs_digest)
        return {unit: record.path for unit, record in there}

    def forget_missing(self, folder: Path, units: UnitRegistry) -> None:
        """Forget the pages of other than these ``units``, and those that somebody took away, with
        their executed notebooks.
        """
        for unit, record in [*self.pages.items()]:
            there = (folder / record.path).is_file()
            if not there:
                record.inputs_digest = ""
            if unit not in units or not (there or record.status == "failed"):
                del self.pages[unit]
                if not there and self.files.pop(executed_path(unit), ""):
                    take_away(folder / executed_path(unit))

    def renew(self, folder: Path, files: Mapping[str, str]) -> None:
        """Note the files that a check has written, and forget those that it has taken away. Lists
        of changes stay through checks that find none: without a note of one, as it stands.
        """
        taken = ("data/", "returned/")
        kept = {
            name: written
            for name, written in self.files.items()
            if not name.startswith(taken) or (folder / name).exists()
        }
        self.files = {**kept, **files}
        unnoted = [n for n in STAYING if n not in self.files and (folder / n).exists()]
        self.files |= hashes_of(folder, unnoted)

    def describe(self, engine: str, jobs: int, campaign: Campaign, notebooks: Path) -> None:
        """Note how the pages are made, by which versions, from which campaign and notebooks."""
        self.engine, self.jobs = engine, jobs
        self.versions = dict(versions_in_use())
        self.made_from = {"code": code_key(), "campaign": digest_of(*_contents(campaign.folder))}
        for path in sorted(notebooks.glob("*.ipynb")):
            self.made_from[path.name] = digest_of(path.read_bytes())

    def save(self, folder: Path) -> None:
        """Write the manifest into its period's folder."""
        content: dict[str, Any] = asdict(self)
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        write_text(folder / MANIFEST, text)


def in_words(not_shown: Mapping[str, Sequence[int]], language: Language) -> str:
    """What a page does not show, as a line: each kind, how often and in which cells."""
    told = [
        language.plain(
            "report.not_shown_kind",
            kind=kind,
            number=str(len(cells)),
            cells=", ".join(map(str, sorted({*cells})[:8])) + ", …" * (len({*cells}) > 8),
        )
        for kind, cells in sorted(not_shown.items())
    ]
    number = str(sum(map(len, not_shown.values())))
    return language.plain("report.not_shown_all", number=number, kinds="; ".join(told))


@cache
def versions_in_use() -> dict[str, str]:
    """The version of Python, and of dxkit and the libraries that can change a byte of a page."""
    from importlib.metadata import version  # takes as long as all else here

    names = ("dxkit", "papermill", "nbconvert", "ipython", "ipykernel", "matplotlib", "pandas")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def digest_of(*parts: str | bytes) -> str:
    """A hash of several parts, each apart."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def sha256_of(content: bytes) -> str:
    """The hash of a file's content, as other programs give it."""
    return hashlib.sha256(content).hexdigest()


def hash_of(path: Path) -> str:
    """The hash of a file; empty when it is not there or cannot be read."""
    try:
        return sha256_of(path.read_bytes())
    except OSError:
        return ""


def hashes_of(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The hashes of files that have just been written, by their addresses in a folder."""
    return {name: sha256_of((folder / name).read_bytes()) for name in names}


def outputs_in(folder: Path) -> list[str]:
    """The addresses of all outputs in a period's folder."""
    found = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return [name for name in found if not _NO_OUTPUT.fullmatch(name)]


def is_damaged(copy: Path, made: str = "") -> bool:
    """Whether a workbook is neither as it was ``made`` nor one that somebody has saved since."""
    try:
        content = copy.read_bytes()
        return sha256_of(content) != made and not Archive(content).names
    except (OSError, UnreadableFileError):
        return True


def index_above_is_whole(folder: Path) -> bool:
    """Whether the campaign's index is as the last run of one of its periods made it."""
    made = hash_of(folder / ABOVE)
    found = (Manifest.load(path) for path in folder.parent.glob(f"*/{MANIFEST}"))
    return any(manifest is not None and manifest.files.get(ABOVE) == made for manifest in found)


def path_key(path: Path) -> str:
    """A hash of where a file is, which does not say where."""
    return digest_of(str(path.resolve()))


def executed_path(unit: str) -> str:
    """Where a unit's executed notebook stands in a period's folder."""
    return f"notebooks/{unit}.ipynb"


@cache
def code_key() -> str:
    """A hash of the package when first asked: a page made by other code is made again."""
    return digest_of(*_contents(Path(str(files("dxkit")))))


def _contents(root: Path) -> Iterable[bytes]:
    wanted = {".py", ".toml", ".j2", ".css", ".js", ".typ", ".json", ".csv"}
    found = (os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names)
    for path in sorted(found):  # texts: as many paths would take longer than reading the files
        if os.path.splitext(path)[1] in wanted:
            yield os.path.relpath(path, root).replace(os.sep, "/").encode()
            with open(path, "rb") as file:
                yield file.read()
