"""Proof of the files: the set is the planned one, each as the run noted that made it, and byte for
byte as it is when it is made again; where it is not, in which places.
"""

from __future__ import annotations

import csv
import difflib
import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path, PurePath

from dxkit.model.text import shortened
from dxkit.press.manifest import (
    ABOVE,
    MANIFEST,
    STAYING,
    Manifest,
    hash_of,
    index_above_is_whole,
    outputs_in,
)  # fmt: skip
from dxkit.verify import ADDED, CHANGED, MISSING, OTHER, UNKNOWN, UNREADABLE, Difference

Place = tuple[str, str, str]
"""Where something is another, what stands there and what should."""
Pieces = list[tuple[str, str]]
"""The pieces of a file one after the other, each with its place in words."""
TOLERANCE = 1.0
"""How far, in points, what a page draws may lie from where another library's version puts it."""
_TOKEN = re.compile(r"<[^<>]*>|[^<\n]+\n?|\n|<")
_HEADING = re.compile(r"<(h[12]|style|script|title)\b")
_KEY = re.compile(r'data-fact="([^"]*)"')
_DRAWN_AT = re.compile(r'(?<= )(?:d|x|y|width|height|transform|viewBox)="[^"]*"')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_BY_VERSIONS = re.compile(r' *"(version|nbformat_minor)": |docProps/app|word/media/')
_LONGEST = 80
_VERSION = re.compile(rb"<cp:version>[^<]*</cp:version>")
"""Where a Word document says what has drawn its drawings."""
_FACE = re.compile(rb"/FontName/(?:[A-Z]{6}\+)?([\w-]+)")
_SETTER = re.compile(rb"/Creator\(([^()]*)\)")


def compare_files(
    folder: Path, again: Path, own: frozenset[str], *, same_versions: bool
) -> tuple[int, list[Difference]]:
    """How many files there should be, and which are not as they were made, or not as what was made
    ``again``. What cannot be made again (pages of ``own`` notebooks, lists of changes) is as it was
    made.
    """
    manifest = Manifest.load(folder / MANIFEST)
    found, noted = [], dict[str, str]()
    if manifest is None or not manifest.files or manifest.period != folder.name:
        found.append(Difference(MANIFEST, UNKNOWN if (folder / MANIFEST).exists() else MISSING))
    else:
        noted = {r.path: r.sha256 for r in manifest.pages.values() if r.status != "failed"}
        noted |= manifest.files
    apart = {ABOVE, *STAYING, *own}
    planned = {name for name in outputs_in(again) if name not in own}
    if noted.get(ABOVE, "") == hash_of(folder / ABOVE):
        planned.add(ABOVE)
    for name in sorted({*noted, *planned, *outputs_in(folder)}):
        is_noted = noted.get(name) == hash_of(folder / name)
        is_noted = is_noted or (name == ABOVE and index_above_is_whole(folder))
        if not (folder / name).is_file():
            found.append(Difference(name, MISSING))
        elif name in planned:
            try:
                both = (folder / name).read_bytes(), (again / name).read_bytes()
            except OSError:
                found.append(Difference(name, UNREADABLE))
                continue
            unlike = places(name, *both, same_versions=same_versions)
            found += (Difference(name, OTHER if is_noted else CHANGED, *place) for place in unlike)
            if not is_noted and noted and not unlike:
                found.append(Difference(MANIFEST, CHANGED, name))
        elif not is_noted and name in noted:
            found.append(Difference(name, CHANGED))
        elif (noted and not is_noted) or name not in apart:
            found.append(Difference(name, ADDED))
    return len({*noted, *planned}), found


def places(name: str, shown: bytes, expected: bytes, *, same_versions: bool) -> list[Place]:
    """Where a file differs from what it should be; nothing if it does not, or if only what other
    versions of the libraries write otherwise is not the same.
    """
    if shown == expected:
        return []
    found = list[Place]()
    take_apart = _BY_KIND.get(PurePath(name).suffix, _pieces)
    try:
        if name.endswith((".pdf", ".docx")):
            same_versions = same_versions and _set_with(shown) == _set_with(expected)
        for one, other in zip(take_apart(shown), take_apart(expected), strict=True):
            if name.endswith(".pdf") and not same_versions and _letters(one) == _letters(other):
                return []  # in other faces other letters end a line
            runs = list(_runs(one, other))
            if not same_versions:
                runs = [run for run in runs if not _is_by_versions(*run[1:])]
            found = found or [(at, *_apart("".join(a), "".join(b))) for at, a, b in runs]
    except Exception:  # whatever a spoilt file makes its reader raise: it is not what it should be
        same_versions = True
    if found or not same_versions:
        return found
    at = _first_unlike(shown, expected)
    return [(f"byte {at + 1}", repr(shown[at : at + 20]), repr(expected[at : at + 20]))]


def _runs(shown: Pieces, expected: Pieces) -> Iterator[tuple[str, list[str], list[str]]]:
    """The runs in which two files differ; what is alike at both ends is taken off first."""
    one, other = ([text for _, text in pieces] for pieces in (shown, expected))
    start = _first_unlike(one, other)
    end = _first_unlike(one[start:][::-1], other[start:][::-1])
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    runs = [[n, n + 1, n, n + 1] for n, texts in enumerate(zip(left, right, strict=False))
            if texts[0] != texts[1]]  # fmt: skip
    if len(left) != len(right):
        matcher = difflib.SequenceMatcher(None, left, right, autojunk=len(left) > 5000)
        runs = [run for kind, *run in matcher.get_opcodes() if kind != "equal"]
    for a, b, c, d in runs:
        pieces = expected[start + c : start + d] or shown[start + a : start + b]
        yield pieces[0][0], left[a:b], right[c:d]


def _first_unlike(one: Sequence[object], other: Sequence[object]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _apart(*texts: str) -> tuple[str, str]:
    """Two texts that differ, from shortly before where they do."""
    start = max(_first_unlike(*texts) - 30, 0) if max(map(len, texts)) > _LONGEST else 0
    one, other = (_short(text[start:]) for text in texts)
    return (one, other) if one != other else (repr(texts[0][start:]), repr(texts[1][start:]))


def _short(text: str) -> str:
    return shortened(" ".join(text.split()), _LONGEST)


def _is_by_versions(shown: list[str], expected: list[str]) -> bool:
    """Whether other versions of the libraries may write this, or draw it, a little elsewhere."""
    pairs = [*zip_longest(shown, expected, fillvalue="")]
    return all(_BY_VERSIONS.match(b) or _is_drawn_alike(a, b) for a, b in pairs)


def _is_drawn_alike(*texts: str) -> bool:
    """Whether two elements of a drawing differ by nothing but a little in where they are drawn."""
    drawn = [" ".join(_DRAWN_AT.findall(text)) for text in texts]
    alike = (_DRAWN_AT.sub("", texts[0]), _NUMBER.sub("", drawn[0])) == (
        _DRAWN_AT.sub("", texts[1]), _NUMBER.sub("", drawn[1]))  # fmt: skip
    pairs = zip(*map(_NUMBER.findall, drawn), strict=False)
    near = all(abs(float(a) - float(b)) <= TOLERANCE for a, b in pairs)
    return texts[1].startswith("<") and alike and near


def _pieces(content: bytes) -> Iterator[Pieces]:
    """Each tag, and each text or line, with the fact that it tells or else the heading above it or
    its line; what stands in a notebook as it stands on its page.
    """
    place, key, line, found = "", None, 1, Pieces()
    tokens = _TOKEN.findall(content.decode("utf-8").replace('\\"', '"'))
    for token, following in zip_longest(tokens, tokens[1:], fillvalue=""):
        if _HEADING.match(token):
            place = _short(following) if token.startswith("<h") else token
        key = _KEY.search(token) or (key if token != "</data>" else None)
        found.append((key[1] if key else place or str(line), token))
        line += token.count("\n")
    yield found


def _rows(content: bytes) -> Iterator[Pieces]:
    """A table by row, each field with the name of its column, then as it is written."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    named = ((str(n), zip_longest(rows[0], row, fillvalue="")) for n, row in enumerate(rows, 1))
    yield [(n, "; ".join(f"{head}: {field}" for head, field in row)) for n, row in named]
    yield from _pieces(content)


def _components(content: bytes) -> Iterator[Pieces]:
    """Office documents: workbooks by cell, then each component."""
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: _VERSION.sub(b"", book.read(name)) for name in book.namelist()}
    if "xl/workbook.xml" in parts:
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        cells = (cell for sheet in sheets for row in sheet.iter_rows() for cell in row)
        yield [(f"{cell.parent.title}!{cell.coordinate}", f"{cell.value!r} ({cell.number_format})")
               for cell in cells if cell.value not in (None, "")]  # fmt: skip
    yield [(n, f"{n} {part.decode('utf-8', 'backslashreplace')}") for n, part in parts.items()]


def _letters(pieces: Pieces) -> str:
    return "".join(text for _, text in pieces)


def _set_with(content: bytes) -> set[bytes]:
    """The faces in a PDF and the program that has set it, or what a Word document says of its
    drawings: with others it may look otherwise.
    """
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return {*_VERSION.findall(package.read("docProps/core.xml"))}
    return {*_FACE.findall(content), *_SETTER.findall(content)}


def words_of(content: bytes) -> Iterator[Pieces]:
    """A document set in pages, by word, with its page as "p. 2"; not the numbers of the pages and
    the headings that a table repeats.
    """
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is spoilt is told as a difference
    found = Pieces()
    for number, page in enumerate(PdfReader(io.BytesIO(content)).pages, start=1):
        text = _Text()
        page.extract_text(visitor_operand_before=text.begin_or_end, visitor_text=text.add)
        found += ((f"p. {number}", word) for word in text.said.split())
    yield found


class _Text:
    """What a page says outside of what is marked as no part of the text."""

    def __init__(self) -> None:
        self.said, self._artifacts = "", list[bool]()

    def begin_or_end(self, operator: bytes, operands: list[object], *_: object) -> None:
        if operator in (b"BDC", b"BMC"):
            self._artifacts.append(operands[0] == "/Artifact")
        elif operator == b"EMC":
            self._artifacts.pop()

    def add(self, text: str, *_: object) -> None:
        if not any(self._artifacts):
            self.said += text


def _frame(content: bytes) -> Iterator[Pieces]:
    """A picture by its size alone: other versions draw its edges a little otherwise."""
    yield [("", content[:33].hex())]


_BY_KIND: dict[str, Callable[[bytes], Iterator[Pieces]]] = {
    ".csv": _rows,
    ".png": _frame,
    ".pdf": words_of,
    **dict.fromkeys((".xlsx", ".xlsm", ".docx", ".pptx", ".ods"), _components),
}
