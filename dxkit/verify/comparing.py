"""Two files that should be the same, byte for byte; where they are not, in which places.

Each kind of file is taken apart into its pieces, one list of which is compared with the other.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from pathlib import PurePath
from typing import NamedTuple

from dxkit.model.addresses import column_letters

Place = tuple[str, ...]
"""Where something is another, what stands there and what should."""
TOLERANCE = 1.0
"""How far, in points, what a page draws may lie from where another library's version puts it."""
_TOKEN = re.compile(r"<[^<>]*>|[^<]+|<")
_HEADING = re.compile(r"<(h[12]|style|script|title)\b")
_KEY = re.compile(r'data-fact="([^"]*)"')
_DRAWN_AT = re.compile(r'(?<= )(?:d|x|y|width|height|transform|viewBox)="[^"]*"')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_BY_VERSIONS = re.compile("metadata$|docProps/")
_LONGEST = 80


class Piece(NamedTuple):
    """One piece of a file: where it stands in words, and what it holds."""

    place: str
    text: str


def places(name: str, shown: bytes, expected: bytes, *, same_versions: bool) -> list[Place]:
    """Where a file differs from what it should be; nothing if it does not, or if only what other
    versions of the libraries write otherwise is not the same.
    """
    if shown == expected:
        return []
    take_apart = _BY_KIND.get(PurePath(name).suffix, _lines)
    found: list[Place] = []
    try:
        for pair in zip(take_apart(shown), take_apart(expected), strict=True):
            found = found or list(_unlike(*pair, same_versions=same_versions))
    except Exception:  # whatever a spoilt file makes its reader raise: it is not what it should be
        same_versions = True
    if found or not same_versions:
        return found
    at = _first_unlike(shown, expected)
    return [(f"byte {at + 1}", repr(shown[at : at + 20]), repr(expected[at : at + 20]))]


def _unlike(shown: list[Piece], expected: list[Piece], *, same_versions: bool) -> Iterator[Place]:
    """The runs in which two lists differ. What is alike at both ends is taken off first."""
    one, other = ([piece.text for piece in pieces] for pieces in (shown, expected))
    start = _first_unlike(one, other)
    end = min(_first_unlike(one[::-1], other[::-1]), min(len(one), len(other)) - start)
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    both = enumerate(zip(left, right, strict=False))
    runs: list[list[int]] = [[n, n + 1, n, n + 1] for n, (a, b) in both if a != b]
    if len(left) != len(right):
        matcher = difflib.SequenceMatcher(None, left, right, autojunk=len(left) > 5000)
        runs = [run for kind, *run in matcher.get_opcodes() if kind != "equal"]
    for a, b, c, d in runs:
        place = (expected[start + c : start + d] or shown[start + a : start + b])[0].place
        pairs = zip_longest(left[a:b], right[c:d], fillvalue="")
        by_versions = _BY_VERSIONS.match(place) or all(_is_drawn_alike(*pair) for pair in pairs)
        if same_versions or not by_versions:
            yield place, *_apart("".join(left[a:b]), "".join(right[c:d]))


def _first_unlike(one: Sequence[object], other: Sequence[object]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _apart(one: str, other: str) -> Place:
    """Two texts that differ, from shortly before where they do."""
    start = max(_first_unlike(one, other) - 30, 0) if max(len(one), len(other)) > _LONGEST else 0
    texts = _short(one[start:]), _short(other[start:])
    return texts if texts[0] != texts[1] else (repr(one[start:]), repr(other[start:]))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _is_drawn_alike(shown: str, expected: str) -> bool:
    """Whether two elements of a drawing differ by nothing but a little in where they are drawn."""
    if not expected.startswith("<") or _DRAWN_AT.sub("", shown) != _DRAWN_AT.sub("", expected):
        return False
    texts = [" ".join(_DRAWN_AT.findall(text)) for text in (shown, expected)]
    if _NUMBER.sub("", texts[0]) != _NUMBER.sub("", texts[1]):
        return False
    pairs = zip(*map(_NUMBER.findall, texts), strict=True)
    return all(abs(float(a) - float(b)) <= TOLERANCE for a, b in pairs)


# kinds of files: each in one way or more, of which the first that tells a difference is told ------


def _lines(content: bytes) -> Iterator[list[Piece]]:
    yield [Piece(str(n), x) for n, x in enumerate(content.decode("utf-8").splitlines(True), 1)]


def _rows(content: bytes) -> Iterator[list[Piece]]:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    yield list(_table(rows, rows[0]))


def _table(
    rows: Sequence[Sequence[object]], heads: Sequence[str], sheet: str = ""
) -> Iterator[Piece]:
    for number, row in enumerate(rows, start=1):
        fields = zip_longest(heads, row, fillvalue="")
        yield Piece(f"{sheet}{number}", "; ".join(f"{head}: {field}" for head, field in fields))


def _page(content: bytes) -> Iterator[list[Piece]]:
    yield list(_elements(content.decode("utf-8")))


def _elements(text: str, place: str = "<head>") -> Iterator[Piece]:
    """Each tag and text, with the fact that it tells or else the heading above it."""
    tokens = _TOKEN.findall(text)
    key = None
    for token, following in zip_longest(tokens, tokens[1:], fillvalue=""):
        if _HEADING.match(token):
            place = _short(following) if token.startswith("<h") else token
        key = _KEY.search(token) or (key if token != "</data>" else None)
        yield Piece(key[1] if key else place, token)


def _cells_of_notebook(content: bytes) -> Iterator[list[Piece]]:
    notebook = json.loads(content)
    found: list[Piece] = []
    for number, cell in enumerate(notebook.pop("cells"), start=1):
        text = json.dumps(cell, ensure_ascii=False, indent=0).replace('\\"', '"')
        found += (Piece(f"[{number}]", token) for token in _TOKEN.findall(text))
    yield found
    yield [Piece("metadata", str(notebook))]


def _components(content: bytes) -> Iterator[list[Piece]]:
    """Office documents: workbooks by cell, then each component."""
    yield list(_cells(content)) if b"xl/workbook.xml" in content else []
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        yield [Piece(name, book.read(name).decode("utf-8", "backslashreplace"))
               for name in sorted(book.namelist())]  # fmt: skip


def _cells(content: bytes) -> Iterator[Piece]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        letters = [column_letters(n) for n in range(1, len(rows[0] if rows else ()) + 1)]
        yield from _table(rows, letters, f"{name}!")


_BY_KIND: dict[str, Callable[[bytes], Iterator[list[Piece]]]] = {
    ".html": _page,
    ".csv": _rows,
    ".ipynb": _cells_of_notebook,
    **dict.fromkeys((".xlsx", ".xlsm", ".docx", ".ods"), _components),
}
