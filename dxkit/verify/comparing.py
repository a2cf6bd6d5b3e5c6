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

Place = tuple[str, ...]
"""Where something is another, what stands there and what should."""
Pieces = list[tuple[str, str]] | dict[str, str]
"""The pieces of a file one after the other, each with its place in words; or by their names."""
Run = tuple[str, list[str], list[str]]
TOLERANCE = 1.0
"""How far, in points, what a page draws may lie from where another library's version puts it."""
_TOKEN = re.compile(r"<[^<>]*>|[^<]+|<")
_HEADING = re.compile(r"<(h[12]|style|script|title)\b")
_KEY = re.compile(r'data-fact="([^"]*)"')
_DRAWN_AT = re.compile(r'(?<= )(?:d|x|y|width|height|transform|viewBox)="[^"]*"')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_BY_VERSIONS = re.compile("metadata$|docProps/")
_LONGEST = 80


def places(name: str, shown: bytes, expected: bytes, *, same_versions: bool) -> list[Place]:
    """Where a file differs from what it should be; nothing if it does not, or if only what other
    versions of the libraries write otherwise is not the same.
    """
    if shown == expected:
        return []
    take_apart = _BY_KIND.get(PurePath(name).suffix, _lines)
    found: list[Place] = []
    try:
        for one, other in zip(take_apart(shown), take_apart(expected), strict=True):
            runs = list(_runs(one, other))
            if not same_versions:
                runs = [run for run in runs if not _is_by_versions(*run)]
            found = found or [(at, *_apart("".join(a), "".join(b))) for at, a, b in runs]
    except Exception:  # whatever a spoilt file makes its reader raise: it is not what it should be
        same_versions = True
    if found or not same_versions:
        return found
    at = _first_unlike(shown, expected)
    return [(f"byte {at + 1}", repr(shown[at : at + 20]), repr(expected[at : at + 20]))]


def _runs(shown: Pieces, expected: Pieces) -> Iterator[Run]:
    """The runs in which two files differ: of named pieces those of the same name, else what is
    alike at both ends is taken off first.
    """
    if isinstance(shown, dict) and isinstance(expected, dict):
        for at in {**expected, **shown}:
            if shown.get(at) != expected.get(at):
                yield at, [shown.get(at, "")], [expected.get(at, "")]
        return
    one, other = ([piece[1] for piece in pieces] for pieces in (shown, expected))
    start = _first_unlike(one, other)
    end = min(_first_unlike(one[::-1], other[::-1]), min(len(one), len(other)) - start)
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    both = enumerate(zip(left, right, strict=False))
    runs: list[list[int]] = [[n, n + 1, n, n + 1] for n, (a, b) in both if a != b]
    if len(left) != len(right):
        matcher = difflib.SequenceMatcher(None, left, right, autojunk=len(left) > 5000)
        runs = [run for kind, *run in matcher.get_opcodes() if kind != "equal"]
    for a, b, c, d in runs:
        pieces = [*expected][start + c : start + d] or [*shown][start + a : start + b]
        yield pieces[0][0], left[a:b], right[c:d]


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


def _is_by_versions(place: str, shown: list[str], expected: list[str]) -> bool:
    """Whether other versions of the libraries may write this, or draw it, a little elsewhere."""
    pairs = zip_longest(shown, expected, fillvalue="")
    return bool(_BY_VERSIONS.match(place)) or all(_is_drawn_alike(*pair) for pair in pairs)


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


def _lines(content: bytes) -> Iterator[Pieces]:
    yield [(str(n), x) for n, x in enumerate(content.decode("utf-8").splitlines(True), 1)]


def _rows(content: bytes) -> Iterator[Pieces]:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    named = ((str(n), zip_longest(rows[0], row, fillvalue="")) for n, row in enumerate(rows, 1))
    yield [(n, "; ".join(f"{head}: {field}" for head, field in row)) for n, row in named]


def _page(content: bytes) -> Iterator[Pieces]:
    yield list(_elements(content.decode("utf-8")))


def _elements(text: str, place: str = "<head>") -> Iterator[tuple[str, str]]:
    """Each tag and text, with the fact that it tells or else the heading above it."""
    tokens = _TOKEN.findall(text)
    key = None
    for token, following in zip_longest(tokens, tokens[1:], fillvalue=""):
        if _HEADING.match(token):
            place = _short(following) if token.startswith("<h") else token
        key = _KEY.search(token) or (key if token != "</data>" else None)
        yield (key[1] if key else place), token


def _notebook(content: bytes) -> Iterator[Pieces]:
    notebook = json.loads(content)
    found = []
    for number, cell in enumerate(notebook.pop("cells"), start=1):
        text = json.dumps(cell, ensure_ascii=False, indent=0).replace('\\"', '"')
        found += [(f"[{number}]", token) for token in _TOKEN.findall(text)]
    yield found
    yield {"metadata": str(notebook)}


def _components(content: bytes) -> Iterator[Pieces]:
    """Office documents: workbooks by cell, then each component."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    yield _cells(content) if "xl/workbook.xml" in parts else {}
    yield {name: part.decode("utf-8", "backslashreplace") for name, part in parts.items()}


def _cells(content: bytes) -> dict[str, str]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        f"{sheet.title}!{cell.coordinate}": f"{cell.value!r} ({cell.number_format})"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


_BY_KIND: dict[str, Callable[[bytes], Iterator[Pieces]]] = {
    ".html": _page,
    ".csv": _rows,
    ".ipynb": _notebook,
    **dict.fromkeys((".xlsx", ".xlsm", ".docx", ".ods"), _components),
}
