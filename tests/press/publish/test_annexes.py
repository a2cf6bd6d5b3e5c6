"""The annexes: the league workbook, Word documents, PDFs; and that verification sees them."""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest

from dxkit.cli import run
from dxkit.verify.files import places

TO = ("--to", "docx", "--to", "pdf")


@pytest.fixture(scope="module")
def with_documents(small_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small campaign's first period with the Word document and the PDF of each page."""
    out = tmp_path_factory.mktemp("annexes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DXKIT_PROJECT", str(small_project))
        assert run(["report", "2024-Q1", *TO, "--out", str(out)]) == 0
    return out / "small/2024-Q1"


@pytest.fixture(scope="module")
def whole_with_documents(outputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of the shared run, copied, with the Word document and the PDF of one district."""
    out = tmp_path_factory.mktemp("annexes")
    shutil.copytree(outputs.parent, out / "haugiang-2022")
    assert run(["report", "2022-Q4", "--unit", "936", *TO, "--out", str(out)]) == 0
    return out / "haugiang-2022/2022-Q4"


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.full)])
def made(request: pytest.FixtureRequest, small: Path, tmp_path: Path,
         monkeypatch: pytest.MonkeyPatch) -> Made:  # fmt: skip
    """A copy of either that a test may spoil: of a quarter of Hậu Giang with ``--full``."""
    if request.param and not request.config.getoption("--full"):
        pytest.skip("a whole quarter is part of --full")
    if request.param:
        monkeypatch.delenv("DXKIT_PROJECT")
        folder, one = request.getfixturevalue("whole_with_documents"), ("936", "cashless")
    else:
        folder, one = request.getfixturevalue("with_documents"), ("71", "skills")
    shutil.copytree(folder.parent, tmp_path / "made" / folder.parent.name)
    return Made(tmp_path / "made" / folder.parent.name / folder.name, *one)


class Made(NamedTuple):
    """The outputs of a period, a unit with documents, an indicator."""

    folder: Path
    unit: str
    indicator: str

    def document(self, kind: str) -> Path:
        return next(self.folder.glob(f"district/{self.unit}-*.{kind}"))


def test_documents_have_the_same_bytes_every_time(made: Made) -> None:
    paths = [made.document(kind) for kind in ("docx", "pdf")]
    before = [path.read_bytes() for path in paths]
    out = str(made.folder.parents[1])
    one = ["--unit", made.unit, "--force", *TO]
    assert run(["report", made.folder.name, *one, "--out", out]) == 0
    assert [path.read_bytes() for path in paths] == before


@pytest.mark.unmeasured
def test_verification_proves_pages_and_annexes_and_names_what_was_changed_in_them(
    made: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    """A number changed on a page and in each annex is named, and nothing else: all other pages,
    annexes and data files are proved.
    """
    folder, about = made.folder, f"{made.unit}/{made.indicator}/value"
    path, printed = made.document("docx"), made.document("pdf")
    _replace_in(path, "word/document.xml", _first_number)
    printed.write_bytes(with_another_digit(printed.read_bytes()))
    book = openpyxl.load_workbook(folder / "league.xlsx")
    book["Xếp hạng"]["D5"] = 99.5
    book.save(folder / "league.xlsx")
    page = path.with_suffix(".html")
    text = page.read_text("utf-8")
    fact = re.compile(rf"(data-fact=\"{folder.name}/{about}\"[^>]*>)5")
    tampered = fact.sub(r"\g<1>6", text, count=1)
    assert tampered != text
    page.write_text(tampered, "utf-8", newline="")
    capsys.readouterr()
    assert run(["verify", folder.name, "--out", str(folder.parents[1])]) == 1
    _, *named = capsys.readouterr().out.splitlines()
    places = {line.strip().partition(": ")[0] for line in named}
    assert places == {f"district/{p.name}" for p in (path, printed, page)} | {"league.xlsx"}
    assert any(about in line for line in named)
    assert any("Xếp hạng!D5" in line for line in named)


def test_a_changed_number_of_the_workbook_is_found(made: Made, tmp_path: Path) -> None:
    """Neither another number, nor another writing of it, nor one that nobody listed passes."""
    path = made.folder / "league.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Xếp hạng"]
    sheet["D5"] = 99.5
    sheet["D6"].number_format = "0%"
    sheet["Z9"] = 7
    book.save(tmp_path / "league.xlsx")
    spoilt, right = (tmp_path / "league.xlsx").read_bytes(), path.read_bytes()
    assert not places("league.xlsx", right, right, same_versions=True)
    found = {place for place, *_ in places("league.xlsx", spoilt, right, same_versions=True)}
    assert {f"Xếp hạng!{cell}" for cell in ("D5", "D6", "Z9")} <= found


def test_a_changed_description_of_a_picture_is_found(with_documents: Path, tmp_path: Path) -> None:
    """What only readers who do not see a document's chart are told is proved as well."""
    path = tmp_path / "copy.docx"
    made = next(with_documents.glob("district/71-*.docx")).read_bytes()
    path.write_bytes(made)
    _replace_in(
        path,
        "word/document.xml",
        lambda text: re.sub(r'(descr="[^"]*?: )\d+', r"\g<1>99999", text, count=1),
    )
    (place, shown, expected), *_ = places(path.name, path.read_bytes(), made, same_versions=True)
    assert place == "word/document.xml"
    assert shown != expected


def _first_number(text: str) -> str:
    """The document's XML with the first number made another."""
    changed = re.sub(r"(<w:t[^>]*>[^<]*?)\d", r"\g<1>77", text, count=1)
    assert changed != text
    return changed


_STRING = rb"\((?:[^\\()]|\\.)*\)"
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _letter(found: re.Match[bytes]) -> bytes:
    said = found[1]
    return bytes([int(said, 8) & 255]) if said.isdigit() else _PLAIN.get(said, said)


def with_another_digit(content: bytes) -> bytes:
    """A PDF in which the first digit that is set in a line of a page is another one."""
    for found in re.finditer(rb"/Length (\d+)/Filter/FlateDecode>>\nstream\n", content):
        start, length = found.end(), int(found[1])
        shown = zlib.decompress(content[start : start + length])
        if b"]TJ" in shown:
            break
    fonts = dict(re.findall(rb"/(f\d+) (\d+) 0 R", content)[::-1])  # those of the first page
    for line in shown.split(b"\n"):
        used = re.search(rb"/(f\d+) [\d.]+ Tf.*\]TJ", line)
        if used is None:
            continue
        font = re.search(rb"\n%s 0 obj\n.*?/ToUnicode (\d+) 0 R" % fonts[used[1]], content, re.S)
        assert font is not None
        told = re.search(rb"\n%s 0 obj\n.*?stream\n(.*?)\nendstream" % font[1], content, re.S)
        assert told is not None
        codes = re.findall(r"<(....)> <00(3\d)>", zlib.decompress(told[1]).decode())
        digits = {bytes.fromhex(code): digit for code, digit in codes}
        for string in re.findall(_STRING, line, re.DOTALL):
            plain = _ESCAPED.sub(_letter, string[1:-1])
            letters = [plain[n : n + 2] for n in range(0, len(plain), 2)]
            at = next((n for n, letter in enumerate(letters) if letter in digits), None)
            if at is not None and len({*digits.values()}) > 1:
                letters[at] = next(d for d in digits if digits[d] != digits[letters[at]])
                other = b"(%s)" % b"".join(b"\\%03o" % byte for byte in b"".join(letters))
                put = zlib.compress(shown.replace(line, line.replace(string, other, 1), 1))
                head = found[0].replace(found[1], b"%d" % len(put), 1)
                return content[: found.start()] + head + put + content[start + length :]
    raise AssertionError("there is no digit to change")


def _replace_in(path: Path, member: str, change: Any) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = change(parts[member].decode())
    assert changed.encode() != parts[member]
    parts[member] = changed.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
