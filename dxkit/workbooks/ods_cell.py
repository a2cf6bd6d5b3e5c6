"""One cell of an OpenDocument spreadsheet: its paragraphs, its value, its number format."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

from dxkit.workbooks.cells import CellValue, UnreadableFileError
from dxkit.workbooks.limits import LONGEST_TEXT
from dxkit.workbooks.ods_styles import OFFICE, TABLE, TEXT, StylesListener
from dxkit.workbooks.rich_text import raised
from dxkit.workbooks.styles import Style, written_number
from dxkit.workbooks.xml_parts import Attributes

CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
_ERROR_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_DURATION = re.compile(
    r"PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:[.,](\d{1,9}))?S)?\Z", re.ASCII
)


class OpenCell:
    """One cell while it is read: its paragraphs, and those of the note fixed to it."""

    def __init__(self, attributes: Attributes, styles: StylesListener) -> None:
        self.attributes = attributes
        self.struck = False  # whether letters are crossed out
        self._styles = styles
        self._looks: list[tuple[bool, bool]] = []  # of the open runs: crossed out, raised
        self.paragraphs: list[str] = []
        self.comment: list[str] = []
        self._listens = False
        self._length = 0
        self._annotated = 0
        self._depth = 0

    def start(self, name: str, above: str, attributes: Attributes) -> None:
        self._depth += 1
        if name in CELLS:  # a table within a cell, which no spreadsheet writes
            raise UnreadableFileError("damaged")
        if name == f"{OFFICE}annotation":
            self._annotated = self._depth
        elif name == f"{TEXT}p":
            own = self._depth == 1 or (self._annotated and self._depth == self._annotated + 1)
            if own and not self._listens:
                self._listens = True
                self._into.append("")
        elif self._listens:
            if name == f"{TEXT}s":
                self.text(" " * min(count_of(attributes, f"{TEXT}c"), LONGEST_TEXT + 1))
            elif name == f"{TEXT}tab":
                self.text("\t")
            elif name == f"{TEXT}line-break":
                self.text("\n")
            elif name == f"{TEXT}span":
                look = self._styles.of_letters(attributes.get(f"{TEXT}style-name", ""))
                self._looks.append(look)

    def end(self, name: str) -> None:
        if name == f"{TEXT}p" and (
            self._depth == 1 or (self._annotated and self._depth == self._annotated + 1)
        ):
            self._listens = False
        elif name == f"{OFFICE}annotation":
            self._annotated = 0
        elif name == f"{TEXT}span" and self._looks:
            self._looks.pop()
        self._depth -= 1

    def text(self, text: str) -> None:
        if self._listens and self._length <= LONGEST_TEXT:
            if any(is_raised for _, is_raised in self._looks):
                text = raised(text)
            if not self._annotated and text.strip() and any(line for line, _ in self._looks):
                self.struck = True
            self._into[-1] += text
            self._length += len(text)

    @property
    def is_too_long(self) -> bool:
        return self._length > LONGEST_TEXT or len(self.paragraphs) > LONGEST_TEXT

    @property
    def _into(self) -> list[str]:
        return self.comment if self._annotated else self.paragraphs


def value_of(attributes: Mapping[str, str], text: str) -> tuple[CellValue, bool]:
    """The value of a cell, None for an empty one, and whether it is an error."""
    computed = f"{TABLE}formula" in attributes
    if attributes.get(_ERROR_TYPE) == "error" or (computed and text.startswith(("#", "Err:"))):
        return text or "#VALUE!", True  # some programs write a number beside the error they show
    kind = attributes.get(f"{OFFICE}value-type", "")
    if kind in ("float", "percentage", "currency"):
        number = written_number(attributes.get(f"{OFFICE}value", ""))
        if number is None and f"{OFFICE}value" in attributes:
            raise UnreadableFileError("damaged")
        if number is not None or computed:
            return number, False
    if kind == "boolean" and f"{OFFICE}boolean-value" in attributes:
        return attributes[f"{OFFICE}boolean-value"] == "true", False
    if kind == "date" and f"{OFFICE}date-value" in attributes:
        try:
            written = datetime.datetime.fromisoformat(attributes[f"{OFFICE}date-value"])
        except ValueError:
            return text or "#VALUE!", True
        return written, False
    if kind == "time" and f"{OFFICE}time-value" in attributes:
        return _time(attributes[f"{OFFICE}time-value"]) or (text or "#VALUE!"), False
    return (attributes.get(f"{OFFICE}string-value") or text or None), False


def _time(duration: str) -> CellValue:
    """A time of day, or a duration of a day and more."""
    match = _DURATION.match(duration)
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.group(1, 2, 3))
    length = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if length >= datetime.timedelta(days=1):
        return length
    return (datetime.datetime.min + length).time()


def number_format_of(attributes: Mapping[str, str], style: Style) -> str:
    if attributes.get(f"{OFFICE}value-type") != "percentage" or "%" in style.number_format:
        return style.number_format
    return "0%"


def count_of(attributes: Mapping[str, str], name: str) -> int:
    """A number of repetitions: 1 where none is given."""
    text = attributes.get(name, "1")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise UnreadableFileError("damaged")
    return max(int(text), 1)
