"""Tables as text: .csv and .tsv, whatever the encoding and the separator."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dxkit.model.addresses import column_letters
from dxkit.workbooks import limits
from dxkit.workbooks.atomic import write_text
from dxkit.workbooks.cells import Cell, Sheet, UnreadableFileError
from dxkit.workbooks.formats import build_sheet
from dxkit.workbooks.legacy_text import recognised
from dxkit.workbooks.limits import Allowance

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CONTROL_BYTES = re.compile(b"[\0-\x08\x0e-\x19\x1b-\x1f]")
_ENOUGH_CHARACTERS = 200_000  # are enough to tell an old encoding


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file and the encoding it was found to be in; raises ``UnreadableFileError``
    for bytes that are no text.
    """
    encoding = _declared(content) or _with_zeros(content)
    if not encoding.startswith("utf-16") and _CONTROL_BYTES.search(content):
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
    western = content.decode("latin-1")
    if recognised(western[:_ENOUGH_CHARACTERS].splitlines()):  # its sheet is decoded further
        return western, "latin-1"
    return content.decode("cp1258", errors="strict"), "cp1258"


_SEPARATORS = ("\t", ";", ",", "|")
_NUMBER = re.compile(r"[-+(]?\d[\d., ]*\)? ?%?\Z")
_CONTROL = re.compile("[\0-\x08\x0e-\x19\x1b-\x1f]")
_DIRECTIVE = re.compile(r"sep=(.)\r?\n")  # Excel's own way to name the separator
_FIRST_LINES, _FIRST_CHARACTERS = 2_000, 500_000  # are enough to tell the separator


def read_separated(text: str, allowance: Allowance) -> tuple[Sheet, ...]:
    """The one sheet of a text. A row is a record, as a spreadsheet shows it: a quoted field may
    hold line breaks. Raises ``UnreadableFileError`` when the separator is not certain or a
    quotation has no end.
    """
    text = text.removesuffix("\x1a")  # how old programs end a text
    if _CONTROL.search(text):
        raise UnreadableFileError("not_a_workbook")
    directive = _DIRECTIVE.match(text)
    first_row = 1
    if directive:
        text, first_row = text[directive.end() :], 2
    if len(text) > limits.MOST_TEXT or any(
        len(line) > limits.LONGEST_LINE for line in io.StringIO(text)
    ):
        raise UnreadableFileError("too_large")
    separator = directive[1] if directive else separator_of(text)
    width, strict = _width(text, separator)
    cells: dict[tuple[int, int], Cell] = {}
    lengths: dict[int, int] = {}
    for number, fields in enumerate(_records(text, separator, strict), start=first_row):
        if number > limits.MOST_ROWS:
            raise UnreadableFileError("too_large")
        if len(fields) < width:
            lengths[number] = len(fields)
        for column, value in enumerate(fields, start=1):
            if not value.strip():
                continue
            if "\n" in value and _swallows_rows(value, separator, width):
                raise UnreadableFileError(
                    "quotation_open", cell=f"{column_letters(column)}{number}"
                )
            allowance.take_cell(value, "", number, column)
            cells[number, column] = Cell(number, column, value)
    return (dataclasses.replace(build_sheet("", cells), row_lengths=lengths),)


def _records(text: str, separator: str, strict: bool) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)


def _width(text: str, separator: str) -> tuple[int, bool]:
    """How many fields the longest record has, and whether all quotations follow the rules."""
    try:
        return max((len(fields) for fields in _records(text, separator, True)), default=0), True
    except csv.Error as error:
        if "unexpected end" in str(error):  # the last quotation is open
            raise UnreadableFileError("quotation_open") from error
        if "field larger" in str(error):
            raise UnreadableFileError("cell_too_long") from error
    # A quotation mark within a field does no harm.
    return max(len(fields) for fields in _records(text, separator, False)), False


def _swallows_rows(field: str, separator: str, width: int) -> bool:
    """Whether whole rows stand in one field, since its quotation ends elsewhere."""
    return any(line.count(separator) >= max(width - 1, 2) for line in field.splitlines())


@dataclass(frozen=True)
class _Split:
    """What a separator makes of a text."""

    separator: str
    agreeing: int  # records of the most frequent width, of those that it splits
    split: int  # records that it splits
    strength: float  # separators in a record that it splits, on the average
    rest: float  # of other separators left within the fields of such a record
    wider: bool  # whether records that it splits differ in width

    @property
    def is_table(self) -> bool:
        return self.split > 0 and self.agreeing >= 0.6 * self.split and self.rest < self.strength


def separator_of(text: str) -> str:
    """The mark that separates the fields.

    A separator splits the records of a table into equally many fields, and leaves none of the
    others within them except in numbers and, before a blank, in sentences. A comma is one only
    when all records it splits are equally wide: else an unquoted decimal comma is among them.
    """
    splits = [split for mark in _SEPARATORS if (split := _split(text, mark)).split]
    if not splits:
        return ";"  # one column, or sentences only
    most = max(split.split for split in splits)
    tables = [split for split in splits if split.is_table and split.split > most / 2]
    if not tables:
        raise UnreadableFileError("separator_unclear")
    best = max(tables, key=lambda split: split.strength)
    rivals = [split for split in tables if split != best and split.strength > best.strength / 2]
    if rivals or (best.separator == "," and best.wider):
        raise UnreadableFileError("separator_unclear")
    return best.separator


def _split(text: str, separator: str) -> _Split:
    reader = _records(text[:_FIRST_CHARACTERS], separator, False)
    widths: Counter[int] = Counter()
    strength = rest = 0
    try:
        for number, fields in enumerate(reader):
            if number >= _FIRST_LINES:
                break
            glued = _is_split(fields)
            if glued:
                widths[len(fields)] += 1
                strength += len(fields) - 1
                rest += sum(_foreign(field, separator) for field in fields)
    except csv.Error:
        pass  # the fields up to here tell
    count = sum(widths.values())
    return _Split(
        separator,
        max(widths.values(), default=0),
        count,
        strength / count if count else 0,
        rest / count if count else 0,
        len(widths) > 1,
    )


def _is_split(fields: list[str]) -> bool:
    """Whether a record is split, rather than a sentence cut at its commas."""
    filled = [field for field in fields if field.strip()]
    if len(fields) < 2 or not filled:
        return False
    return not all(field.startswith(" ") for field in fields[1:] if field) or len(filled) == 1


def _foreign(field: str, separator: str) -> int:
    """How many marks are left in a field that neither a number nor a sentence has: separators, and
    quotation marks, which stand around fields and seldom within.
    """
    if _NUMBER.match(field.strip()) or len(field) > limits.LONGEST_TEXT:
        return 0
    return field.count('"') + sum(
        len(re.findall(re.escape(mark) + r"(?=[^\s])", field))
        for mark in _SEPARATORS
        if mark != separator
    )


_FORMULA_START = re.compile(r"(^|[;\t\r\n])(\s*)(?=[=+@\uff1d\uff0b\uff0d\uff20-])")
"""Where a spreadsheet may take text for a formula: at its start, and, as programs that part fields
by semicolons do not see the quotation marks of this file, behind one or on a new line.
"""


def write_rows(path: Path, columns: Iterable[str], entries: Iterable[Iterable[object]]) -> None:
    """Write a CSV file for a spreadsheet: no text is taken for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_field(value) for value in row] for row in entries)
    write_text(path, text.getvalue(), encoding="utf-8-sig")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take part of a text for a formula; a number is none."""
    return bool(_FORMULA_START.search(text)) and not _NUMBER.match(text.strip())


def _field(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return repr(value)
    return guarded(str(value))


@lru_cache(maxsize=1 << 14)  # names, files and codes stand in many rows
def guarded(text: str) -> str:
    """The text with "'" wherever a spreadsheet would take it for a formula."""
    return _FORMULA_START.sub(r"\1\2'", text)
