"""Two files that should be the same, byte for byte; where they are not, in which places."""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import PurePath

Place = tuple[str, ...]
"""Where something is another, what stands there and what should."""
TOLERANCE = 1.0
"""How far, in points, what a page draws may lie from where another library's version puts it."""
_TOKEN = re.compile(r"<[^<>]*>|[^<]+|<")
_HEADING = re.compile(r"<(h[12]|style|script|title)\b")
_KEY = re.compile(r'data-fact="([^"]*)"')
_DRAWN_AT = re.compile(r'(?<= )(?:d|x|y|width|height|transform|viewBox)="[^"]*"')
_TAG = re.compile(r"<[^<>]*>")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LONGEST = 80


def places(name: str, shown: bytes, expected: bytes, *, same_versions: bool) -> list[Place]:
    """Where a file differs from what it should be; nothing if it does not, or if only what other
    versions of the libraries write otherwise is not the same.
    """
    if shown == expected:
        return []
    compare = _BY_KIND.get(PurePath(name).suffix, _lines)
    try:
        found = list(compare(shown, expected, same_versions))
    except Exception:  # whatever a spoilt file makes its reader raise: it is not what it should be
        found, same_versions = [], True
    if found or not same_versions:
        return found
    at = _first_unlike(shown, expected)
    return [(f"byte {at + 1}", repr(shown[at : at + 20]), repr(expected[at : at + 20]))]


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


def _lines(shown: bytes, expected: bytes, _: bool) -> Iterator[Place]:
    one, other = (text.decode("utf-8").splitlines(True) for text in (shown, expected))
    for left, right in _unlike(one, other):
        texts = ("".join(lines[n] for n in run) for lines, run in ((one, left), (other, right)))
        yield f"{right.start + 1}", *_apart(*texts)


def _unlike(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[range, range]]:
    """The runs in which two sequences differ. What is alike at both ends is taken off first."""
    start, shortest = 0, min(len(one), len(other))
    while start < shortest and one[start] == other[start]:
        start += 1
    end = 0
    while end < shortest - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=len(left) > 5000)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            yield range(start + a, start + b), range(start + c, start + d)


def _pages(shown: bytes, expected: bytes, same_versions: bool) -> Iterator[Place]:
    one, other = (_TOKEN.findall(text.decode("utf-8")) for text in (shown, expected))
    for left, right in _unlike(one, other):
        pairs = zip_longest((one[n] for n in left), (other[n] for n in right), fillvalue="")
        if not same_versions and all(_is_drawn_alike(*pair) for pair in pairs):
            continue
        texts = ["".join(tokens[n] for n in run) for tokens, run in ((one, left), (other, right))]
        before = other[: right.start + 1]
        key = _KEY.search("".join((*texts, *before[-2:])))
        head = next((n for n in reversed(range(len(before))) if _HEADING.match(before[n])), 0)
        heading = _TAG.sub("", "".join(other[head : head + 2])) or other[head]
        yield key[1] if key else _short(heading), *_apart(*texts)


def _is_drawn_alike(shown: str, expected: str) -> bool:
    """Whether two elements of a drawing differ by nothing but a little in where they are drawn."""
    if not expected.startswith("<") or _DRAWN_AT.sub("", shown) != _DRAWN_AT.sub("", expected):
        return False
    texts = [" ".join(_DRAWN_AT.findall(text)) for text in (shown, expected)]
    if _NUMBER.sub("", texts[0]) != _NUMBER.sub("", texts[1]):
        return False
    pairs = zip(*map(_NUMBER.findall, texts), strict=True)
    return all(abs(float(a) - float(b)) <= TOLERANCE for a, b in pairs)


def _rows(shown: bytes, expected: bytes, _: bool) -> Iterator[Place]:
    one, other = (
        list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))
        for text in (shown, expected)
    )
    heads = other[0] if other else []
    lines = [["\x1f".join(row) for row in rows] for rows in (one, other)]
    for left, right in _unlike(*lines):
        for a, b in zip_longest(left, right):
            here = one[a] if a is not None else []
            there = other[b] if b is not None else []
            row = (b if b is not None else a or 0) + 1
            for head, x, y in zip_longest(heads, here, there, fillvalue=""):
                if x != y:
                    yield f"{row}: {head}", *_apart(x, y)


def _notebooks(shown: bytes, expected: bytes, same_versions: bool) -> Iterator[Place]:
    one, other = json.loads(shown), json.loads(expected)
    for number, pair in enumerate(zip_longest(one["cells"], other["cells"]), start=1):
        texts = [json.dumps(cell, ensure_ascii=False, indent=0).replace('\\"', '"').encode()
                 for cell in pair]  # fmt: skip
        for _, here, there in places("x.html", *texts, same_versions=same_versions)[:3]:
            yield f"[{number}]", here, there
    if same_versions and {**one, "cells": 0} != {**other, "cells": 0}:
        yield "metadata", *_apart(str({**one, "cells": 0}), str({**other, "cells": 0}))


def _packages(shown: bytes, expected: bytes, same_versions: bool) -> Iterator[Place]:
    """Office documents: workbooks cell by cell, or each component from where it differs."""
    books = [zipfile.ZipFile(io.BytesIO(content)) for content in (shown, expected)]
    names = dict.fromkeys(name for book in books for name in book.namelist())
    unlike = {}
    for name in names:
        parts = [book.read(name) if name in book.namelist() else b"" for book in books]
        if parts[0] != parts[1] and (same_versions or not name.startswith("docProps/")):
            unlike[name] = parts
    in_cells = False
    if unlike and "xl/workbook.xml" in names:
        cells = [_cells(content) for content in (shown, expected)]
        for at in dict.fromkeys(chain(*cells)):
            a, b = cells[0].get(at, ""), cells[1].get(at, "")
            if a != b:
                in_cells = True
                yield at, *_apart(a, b)
    for name, parts in () if in_cells else unlike.items():
        texts = [part.decode("utf-8", "replace") for part in parts]
        yield name, *_apart(*texts)


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


_BY_KIND: dict[str, Callable[[bytes, bytes, bool], Iterator[Place]]] = {
    ".html": _pages,
    ".csv": _rows,
    ".ipynb": _notebooks,
    ".xlsx": _packages,
    ".xlsm": _packages,
    ".docx": _packages,
    ".ods": _packages,
}
