"""A gallery of tamperings: each is caught, naming the file, though the manifest was rewritten so
that every hash is right; what was not touched is not named.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dxkit.cli import run
from dxkit.period import OpenPeriod
from dxkit.press.manifest import Manifest, hash_of, outputs_in
from dxkit.press.publish.annexes import write_documents
from dxkit.verify import ADDED, MISSING, OTHER, UNKNOWN
from dxkit.verify.files import compare_files, places
from tests.verify import gallery

TABLES = ("observations", "indicators", "ranking", "awards", "rank_ranges", "findings")
NOTHING = frozenset[str]()


@pytest.fixture(scope="module")
def pristine(
    outputs: Path, periods: dict[str, OpenPeriod], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What is made again: ``verify`` makes the same bytes, as tests/end_to_end asks."""
    folder = tmp_path_factory.mktemp("pristine") / "haugiang-2022"
    shutil.copytree(outputs.parent, folder)
    (page,) = (folder / "2022-Q4/district").glob("936-*.html")
    targets = [page.with_name(f"936.{kind}") for kind in ("docx", "pdf")]
    wanted = [("936", page, target) for target in targets]
    assert not any(write_documents(periods["2022-Q4"], wanted))
    (folder / "2022-Q4/data/changes.csv").unlink(missing_ok=True)
    rehash(folder / outputs.name)
    return folder / outputs.name


@pytest.fixture(scope="module")
def small_made(small_project: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The small campaign's outputs, to be spoilt and as made: its workbook is soon read."""
    folders = [tmp_path_factory.mktemp("small") for _ in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DXKIT_PROJECT", str(small_project))
        assert run(["report", "2024-Q2", "--unit", "71", "--out", str(folders[0])]) == 0
    shutil.copytree(folders[0], folders[1], dirs_exist_ok=True)
    spoilt, pristine = (folder / "small/2024-Q2" for folder in folders)
    return spoilt, pristine


@pytest.fixture(scope="module")
def copied(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spoilt") / "haugiang-2022"
    shutil.copytree(pristine.parent, folder)  # with the times of what it holds
    return folder / pristine.name


@pytest.fixture
def spoilt(copied: Path, pristine: Path) -> Iterator[Path]:
    """A copy that a test may spoil, and that is whole again after it."""
    yield copied
    for name in {*outputs_in(copied), *outputs_in(pristine), "manifest.json"}:
        made, copy = pristine / name, copied / name
        if not made.exists():
            copy.unlink()
        elif not copy.exists() or copy.stat().st_mtime_ns != made.stat().st_mtime_ns:
            shutil.copy2(made, copy)


def rehash(folder: Path, *, forget: str = "") -> None:
    """The manifest as somebody would write it who hides what he has done."""
    manifest = Manifest.load(folder / "manifest.json")
    assert manifest is not None
    manifest.pages = {u: r for u, r in manifest.pages.items() if r.path != forget}
    for record in manifest.pages.values():
        record.sha256 = hash_of(folder / record.path)
    manifest.files = {name: hash_of(folder / name) for name in outputs_in(folder)
                      if name not in {r.path for r in manifest.pages.values()}}  # fmt: skip
    manifest.files["../index.html"] = hash_of(folder / "../index.html")
    manifest.save(folder)


def kinds() -> list[tuple[str, str, gallery.Spoil]]:
    """What is spoilt, in which files, and how."""
    found = [(kind, "district/93*.html", spoil) for kind, spoil in gallery.PAGE.items()]
    found += [(kind, "index.html", spoil) for kind, spoil in gallery.INDEX.items()]
    found += [(kind, "findings.html", spoil) for kind, spoil in gallery.FINDINGS.items()]
    found += [(f"{kind} of {name}", f"data/{name}.csv", spoil)
              for name in TABLES for kind, spoil in gallery.TABLE.items()]  # fmt: skip
    found += [(kind, "league.xlsx", spoil) for kind, spoil in gallery.WORKBOOK.items()]
    found += [(kind, "returned/93*.xlsx", spoil) for kind, spoil in gallery.COPY.items()]
    found += [(kind, "district/936.docx", spoil) for kind, spoil in gallery.DOCUMENT.items()]
    found += [(kind, "district/936.pdf", spoil) for kind, spoil in gallery.PDF.items()]
    found += [(kind, "notebooks/93*.ipynb", spoil) for kind, spoil in gallery.NOTEBOOK.items()]
    found += [(kind, "data/uncertainty.json", spoil) for kind, spoil in gallery.DRAWS.items()]
    return found


def compare(folder: Path, pristine: Path) -> list[tuple[str, str]]:
    _, found = compare_files(folder, pristine, NOTHING, same_versions=True)
    return list(dict.fromkeys((d.file, d.cause) for d in found))


def test_the_gallery_is_large() -> None:
    assert len(gallery.PAGE) >= 40
    assert 4 * len(kinds()) >= 150


def test_what_was_not_touched_is_not_named(spoilt: Path, pristine: Path) -> None:
    assert compare(spoilt, pristine) == []


LIKE_OTHERS = {"a text of the workbook", "a cell cleared", "a row hidden", "a sheet removed"}
"""Found in the way in which others are: a number changed, a sheet hidden."""


@pytest.mark.parametrize(("kind", "files", "spoil"), kinds(), ids=[k[0] for k in kinds()])
def test_a_tampering_is_caught(
    kind: str,
    files: str,
    spoil: gallery.Spoil,
    spoilt: Path,
    pristine: Path,
    request: pytest.FixtureRequest,
) -> None:
    full = request.config.getoption("--full")
    if kind in LIKE_OTHERS and not full:
        pytest.skip("a whole workbook is read and written for each: --full tries all kinds")
    if files == "league.xlsx" and not full:
        spoilt, pristine = request.getfixturevalue("small_made")
    for seed in range(4 if full else 1):
        chance = random.Random(f"{kind}/{seed}")
        candidates = sorted(spoilt.glob(files))
        chance.shuffle(candidates)
        for path in candidates:  # the first that holds what is to be spoilt
            try:
                content = spoil(path.read_bytes(), chance)
            except (AssertionError, IndexError, StopIteration):
                continue
            break
        else:
            pytest.fail(f"nothing to spoil: {kind}")
        name, made = path.relative_to(spoilt).as_posix(), path.read_bytes()
        assert content != made
        path.write_bytes(content)
        rehash(spoilt)
        _, found = compare_files(spoilt, pristine, NOTHING, same_versions=True)
        assert {(d.file, d.cause) for d in found} == {(name, OTHER)}
        assert all(d.place and d.shown != d.expected for d in found)
        path.write_bytes(made)


@pytest.mark.parametrize("name", ["league.xlsx", "data/awards.csv", "findings.html",
                                  "data/uncertainty.json", "notebooks/930.ipynb"])  # fmt: skip
def test_a_file_deleted_with_its_note_is_missed(name: str, spoilt: Path, pristine: Path) -> None:
    (spoilt / name).unlink()
    rehash(spoilt)
    assert compare(spoilt, pristine) == [(name, MISSING)]


@pytest.mark.parametrize("name", ["district/938-huyen-moi.html", "data/more.csv", "league-2.xlsx",
                                  "assets/x.js", "returned/x.xlsx",
                                  "data/cells/x.html"])  # fmt: skip
def test_a_file_added_with_its_note_is_named(name: str, spoilt: Path, pristine: Path) -> None:
    (spoilt / name).parent.mkdir(exist_ok=True)
    (spoilt / name).write_text("x", "utf-8")
    rehash(spoilt)
    assert compare(spoilt, pristine) == [(name, ADDED)]


def test_the_manifest_of_another_period_tells_nothing(spoilt: Path, pristine: Path) -> None:
    manifest = Manifest.load(spoilt / "manifest.json")
    assert manifest is not None
    manifest.period = "2022-Q3"
    manifest.save(spoilt)
    assert compare(spoilt, pristine) == [("manifest.json", UNKNOWN)]


def test_every_change_of_a_single_byte_is_caught(
    pristine: Path, request: pytest.FixtureRequest
) -> None:
    chance = random.Random("bytes")
    names = outputs_in(pristine)
    contents = {name: (pristine / name).read_bytes() for name in names}
    for _ in range(2000 if request.config.getoption("--full") else 120):
        name = chance.choice(names)
        made = contents[name]
        at = chance.randrange(len(made))
        other = (made[at] + chance.randrange(1, 256)) % 256
        changed = made[:at] + bytes([other]) + made[at + 1 :]
        assert places(name, changed, made, same_versions=True), (name, at)


def test_other_versions_may_move_a_drawing_by_a_hair_and_nothing_else(pristine: Path) -> None:
    page = next(iter(sorted((pristine / "district").glob("936*.html"))))
    made = page.read_bytes()
    cases = {"a bar's colour", "two labels exchanged", "a digit that is seen", "a mark removed"}
    for kind in cases:
        spoilt = gallery.PAGE[kind](made, random.Random(kind))
        assert places(page.name, spoilt, made, same_versions=False), kind
    text = made.decode("utf-8")
    start = text.index("<svg")
    number = next(iter(re.finditer(r' x="(\d+)\.(\d)"', text[start:])))
    at = start + number.start(2)
    nearly = f"{text[:at]}{9 - int(text[at])}{text[at + 1 :]}".encode()
    assert nearly != made
    assert not places(page.name, nearly, made, same_versions=False)
    assert places(page.name, nearly, made, same_versions=True)


ELSEWHERE: list[tuple[str, gallery.Spoil]] = [
    ("data/ranking.csv", gallery.TABLE["the ends of lines"]),
    ("data/ranking.csv", gallery.TABLE["the mark at the start"]),
    ("data/ranking.csv", lambda content, _: content.replace(b"\r\n2", b'\r\n"2"', 1)),
    ("league.xlsx", gallery.WORKBOOK["a format of the workbook"]),
    ("league.xlsx", gallery.component("docProps/core.xml", lambda t: t.replace("</", "x</", 1))),
    ("notebooks/930.ipynb", lambda content, _: content.replace(b'"title": "', b'"title": "X ')),
]


@pytest.mark.parametrize(("name", "spoil"), ELSEWHERE)
def test_other_versions_write_no_other_words(
    name: str, spoil: gallery.Spoil, pristine: Path, request: pytest.FixtureRequest
) -> None:
    if name == "league.xlsx" and not request.config.getoption("--full"):
        _, pristine = request.getfixturevalue("small_made")
    made = (pristine / name).read_bytes()
    changed = spoil(made, random.Random(name))
    assert changed != made
    assert places(name, changed, made, same_versions=False)
