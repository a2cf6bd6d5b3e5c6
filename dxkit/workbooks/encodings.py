"""Which encoding a text file is in."""

from __future__ import annotations

import re

from dxkit.workbooks.cells import UnreadableFileError

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CONTROL = re.compile(b"[\0-\x08\x0e-\x19\x1b-\x1f]")
_FIRST_CHARACTERS = 200_000  # are enough to tell an old encoding


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file and the encoding it was found to be in; raises ``UnreadableFileError``
    for bytes that are no text.
    """
    encoding = _declared(content) or _with_zeros(content)
    if not encoding.startswith("utf-16") and _CONTROL.search(content):
        raise UnreadableFileError("not_a_workbook")
    try:
        if encoding:
            return content.decode(encoding), encoding
        try:
            return content.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            return _eight_bit(content)
    except UnicodeDecodeError as error:
        raise UnreadableFileError("damaged") from error


def _declared(content: bytes) -> str:
    return next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "")


def _with_zeros(content: bytes) -> str:
    """UTF-16 without a mark: each digit, blank and separator has a zero beside it."""
    start = content[:4000]
    first, second = start[0::2].count(0), start[1::2].count(0)
    if first + second <= len(start) // 4:
        return ""
    return "utf-16-le" if second > first else "utf-16-be"


def _eight_bit(content: bytes) -> tuple[str, str]:
    """A text of one byte for each letter; not one in UTF-8 with a few bytes spoilt."""
    sequences = content.decode("utf-8", "ignore")
    beyond_ascii = sum(1 for letter in sequences if letter > "\x7f")
    spoilt = content.decode("utf-8", "replace").count("\ufffd")
    if beyond_ascii > 3 * spoilt:
        raise UnreadableFileError("damaged")
    from dxkit.workbooks.legacy_text import recognised

    western = content.decode("latin-1")
    if recognised(
        western[:_FIRST_CHARACTERS].splitlines()
    ):  # decoded further with the cells of the sheet
        return western, "latin-1"
    return content.decode("cp1258", errors="strict"), "cp1258"
