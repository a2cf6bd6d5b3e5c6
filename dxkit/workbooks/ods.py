"""OpenDocument spreadsheets: .ods. First their styles (fonts, percent formats, hidden sheets), then
their content.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass

from dxkit.model.addresses import column_letters
from dxkit.workbooks import limits
from dxkit.workbooks.archive import Attributes, Parts
from dxkit.workbooks.cells import Cell, CellValue, Range, Sheet, UnreadableFileError
from dxkit.workbooks.formats import Style, build_sheet, raised, style_of, written_number
from dxkit.workbooks.limits import Allowance

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE = f"{_OASIS}office:1.0 "
TABLE = f"{_OASIS}table:1.0 "
TEXT = f"{_OASIS}text:1.0 "
_STYLE = f"{_OASIS}style:1.0 "
_NUMBER = f"{_OASIS}datastyle:1.0 "
_FONT = f"{_OASIS}xsl-fo-compatible:1.0 "
_DRAWING = f"{_OASIS}svg-compatible:1.0 "
_LONGEST_CHAIN = 20  # of styles that each build on another
_MOST_DECIMALS = 20


@dataclass
class _Declared:
    parent: str
    data: str
    font: str = ""
    line: str = ""  # through the letters: "none", "solid" …
    is_raised: bool = False
    shown: bool = True


class _StylesListener:
    """Hears styles, of the document and of its content, and gives them by name."""

    def __init__(self) -> None:
        self._declared: dict[tuple[str, str], _Declared] = {}  # by family and name
        self._fonts: dict[str, str] = {}
        self._percent: dict[str, str] = {}
        self._open: _Declared | None = None
        self._percent_open = ""
        self._known: dict[str, Style] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == f"{_STYLE}font-face":
            family = attributes.get(f"{_DRAWING}font-family", "")
            self._fonts[attributes.get(f"{_STYLE}name", "")] = family.strip("'\"")
        elif name in (f"{_STYLE}style", f"{_STYLE}default-style"):
            self._open = _Declared(
                attributes.get(f"{_STYLE}parent-style-name", ""),
                attributes.get(f"{_STYLE}data-style-name", ""),
            )
            key = (attributes.get(f"{_STYLE}family", ""), attributes.get(f"{_STYLE}name", ""))
            self._declared[key] = self._open
        elif name == f"{_STYLE}text-properties" and self._open is not None:
            self._open.font = attributes.get(f"{_STYLE}font-name") or attributes.get(
                f"{_FONT}font-family", ""
            )
            self._open.line = attributes.get(f"{_STYLE}text-line-through-style") or attributes.get(
                f"{_STYLE}text-line-through-type", ""
            )
            self._open.is_raised = attributes.get(f"{_STYLE}text-position", "").startswith("super")
        elif name == f"{_STYLE}table-properties" and self._open is not None:
            self._open.shown = attributes.get(f"{TABLE}display", "true") != "false"
        elif name == f"{_NUMBER}percentage-style":
            self._percent_open = attributes.get(f"{_STYLE}name", "")
            self._percent[self._percent_open] = "0%"
        elif name == f"{_NUMBER}number" and self._percent_open:
            places = attributes.get(f"{_NUMBER}decimal-places", "0")
            decimals = min(int(places), _MOST_DECIMALS) if places.isdecimal() else 0
            self._percent[self._percent_open] = f"0.{'0' * decimals}%" if decimals else "0%"

    def end(self, name: str) -> None:
        if name in (f"{_STYLE}style", f"{_STYLE}default-style"):
            self._open = None
        elif name == f"{_NUMBER}percentage-style":
            self._percent_open = ""

    def text(self, text: str) -> None:
        """Styles have none."""

    def of_cell(self, name: str) -> Style:
        """The style of a cell, with what it takes over from those it builds on."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._made("table-cell", name)
        return found

    def is_shown(self, table_style: str) -> bool:
        """Whether sheets of a style are shown."""
        declared = self._declared.get(("table", table_style))
        return declared is None or declared.shown

    def of_letters(self, name: str) -> tuple[bool, bool]:
        """Whether letters of a style within a cell are crossed out, and stand above the line."""
        declared = self._declared.get(("text", name))
        if declared is None:
            return False, False
        return declared.line not in ("", "none"), declared.is_raised

    def _made(self, family: str, name: str) -> Style:
        font = data = line = ""
        for _ in range(_LONGEST_CHAIN):
            declared = self._declared.get((family, name))
            if declared is None:
                break
            font, data = font or declared.font, data or declared.data
            line = line or declared.line
            if not name:
                break
            name = declared.parent
        number_format, name = self._percent.get(data, "General"), self._fonts.get(font, font)
        return style_of(number_format, name, line not in ("", "none"))


CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
_ERROR_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_DURATION = re.compile(
    r"PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:[.,](\d{1,9}))?S)?\Z", re.ASCII
)


class _OpenCell:
    """One cell while it is read: its paragraphs, and those of the note fixed to it."""

    def __init__(self, attributes: Attributes, styles: _StylesListener) -> None:
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
                self.text(" " * min(_count_of(attributes, f"{TEXT}c"), limits.LONGEST_TEXT + 1))
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
        if self._listens and self._length <= limits.LONGEST_TEXT:
            if any(is_raised for _, is_raised in self._looks):
                text = raised(text)
            if not self._annotated and text.strip() and any(line for line, _ in self._looks):
                self.struck = True
            self._into[-1] += text
            self._length += len(text)

    @property
    def is_too_long(self) -> bool:
        return self._length > limits.LONGEST_TEXT or len(self.paragraphs) > limits.LONGEST_TEXT

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


def _number_format_of(attributes: Mapping[str, str], style: Style) -> str:
    if attributes.get(f"{OFFICE}value-type") != "percentage" or "%" in style.number_format:
        return style.number_format
    return "0%"


def _count_of(attributes: Mapping[str, str], name: str) -> int:
    """A number of repetitions: 1 where none is given."""
    text = attributes.get(name, "1")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise UnreadableFileError("damaged")
    return max(int(text), 1)


_GROUPS = (f"{TABLE}table-row-group", f"{TABLE}table-column-group")


class _ContentListener:
    """Hears the content part and keeps its ``sheets``. It hears the part's styles as well."""

    def __init__(self, allowance: Allowance) -> None:
        self.sheets: list[Sheet] = []
        self.styles = _StylesListener()
        self._allowance = allowance
        self._open: list[str] = []
        self._table: _Table | None = None
        self._cell: _OpenCell | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        above = self._open[-1] if self._open else ""
        self._open.append(name)
        if len(self._open) > limits.DEEPEST_TAG:
            raise UnreadableFileError("too_large")
        if self._cell is not None:
            self._cell.start(name, above, attributes)
        elif self._table is not None:
            if name in CELLS:
                self._cell = _OpenCell(attributes, self.styles)
            else:
                self._table.start(name, attributes)
        elif name == f"{TABLE}table":
            if above == f"{OFFICE}spreadsheet":
                self._table = _Table(attributes, self.styles, self._allowance)
        else:
            self.styles.start(name, attributes)

    def end(self, name: str) -> None:
        self._open.pop()
        if self._cell is not None:
            if name in CELLS and self._table is not None:
                self._table.add(self._cell)
                self._cell = None
            else:
                self._cell.end(name)
        elif self._table is not None:
            if name == f"{TABLE}table":
                self.sheets.append(self._table.sheet())
                self._table = None
                if len(self.sheets) > limits.MOST_SHEETS:
                    raise UnreadableFileError("too_large")
            else:
                self._table.end(name)
        else:
            self.styles.end(name)

    def text(self, text: str) -> None:
        if self._cell is not None:
            self._cell.text(text)


class _Table:
    """One sheet while it is read."""

    def __init__(
        self, attributes: Attributes, styles: _StylesListener, allowance: Allowance
    ) -> None:
        self.name = attributes.get(f"{TABLE}name", "")
        self._hidden = not styles.is_shown(attributes.get(f"{TABLE}style-name", ""))
        self._styles = styles
        self._allowance = allowance
        self._cells: dict[tuple[int, int], Cell] = {}
        self._merged: list[Range] = []
        self._comments: dict[tuple[int, int], str] = {}
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()
        self._column_styles: dict[int, str] = {}
        self._columns = 0
        self._row = 1
        self._column = 1
        self._row_attributes: Attributes = {}
        self._in_row: list[Cell] = []
        self._closed_groups: list[bool] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name == f"{TABLE}table-row":
            self._row_attributes = attributes
            self._in_row = []
            self._column = 1
        elif name == f"{TABLE}table-column":
            self._add_columns(attributes)
        elif name in _GROUPS:
            self._closed_groups.append(attributes.get(f"{TABLE}display") == "false")

    def end(self, name: str) -> None:
        if name == f"{TABLE}table-row":
            self._end_row()
        elif name in _GROUPS:
            self._closed_groups.pop()

    def sheet(self) -> Sheet:
        return build_sheet(
            self.name,
            self._cells,
            self._merged,
            hidden=self._hidden,
            hidden_rows=self._hidden_rows,
            hidden_columns=self._hidden_columns,
            comments=self._comments,
        )

    def add(self, cell: _OpenCell) -> None:
        """Take in a cell, as often as it stands in the row."""
        attributes = cell.attributes
        repeated = _count_of(attributes, f"{TABLE}number-columns-repeated")
        if self._row > limits.MOST_ROWS or self._column > limits.WIDEST_SHEET:
            raise UnreadableFileError("damaged", self.name)
        if cell.is_too_long:
            raise UnreadableFileError("cell_too_long", self.name, self._address)
        style = self._style(attributes)
        value, is_error = value_of(attributes, "\n".join(cell.paragraphs))
        # A formula may have no text as its result, and says so.
        uncalculated = value is None and '""' not in attributes.get(f"{TABLE}formula", '""')
        if value is not None or uncalculated:
            for column in range(self._column, self._column + repeated):
                self._allowance.take_cell(value, self.name, self._row, column)
                self._in_row.append(
                    Cell(
                        self._row,
                        column,
                        value,
                        _number_format_of(attributes, style),
                        style.font,
                        uncalculated,
                        is_error,
                        style.struck or cell.struck,
                    )
                )
        if cell.comment:
            comment = "\n".join(cell.comment)
            self._allowance.take_text(comment)
            self._comments[self._row, self._column] = comment
        rows = _count_of(attributes, f"{TABLE}number-rows-spanned")
        columns = _count_of(attributes, f"{TABLE}number-columns-spanned")
        if rows > 1 or columns > 1:
            self._merged.append(
                (self._row, self._column, self._row + rows - 1, self._column + columns - 1)
            )
            if len(self._merged) > limits.MOST_MERGED_COLUMNS:
                raise UnreadableFileError("too_large", self.name)
        self._column += repeated

    def _end_row(self) -> None:
        repeated = _count_of(self._row_attributes, f"{TABLE}number-rows-repeated")
        hidden = self._row_attributes.get(f"{TABLE}visibility", "visible") != "visible"
        if self._in_row:
            for number in range(self._row, self._row + repeated):
                for cell in self._in_row:
                    if number != cell.row:
                        self._allowance.take_cell(cell.value, self.name, number, cell.column)
                    self._cells[number, cell.column] = dataclasses.replace(cell, row=number)
                if hidden or any(self._closed_groups):
                    self._hidden_rows.add(number)
        self._row += repeated

    def _add_columns(self, attributes: Attributes) -> None:
        repeated = _count_of(attributes, f"{TABLE}number-columns-repeated")
        hidden = attributes.get(f"{TABLE}visibility", "visible") != "visible"
        style = attributes.get(f"{TABLE}default-cell-style-name", "")
        first, last = self._columns + 1, min(self._columns + repeated, limits.MOST_COLUMNS)
        for column in range(first, last + 1):
            self._column_styles[column] = style
            if hidden or any(self._closed_groups):
                self._hidden_columns.add(column)
        self._columns += repeated

    def _style(self, attributes: Attributes) -> Style:
        return self._styles.of_cell(
            attributes.get(f"{TABLE}style-name")
            or self._row_attributes.get(f"{TABLE}default-cell-style-name")
            or self._column_styles.get(self._column, "")
        )

    @property
    def _address(self) -> str:
        return f"{column_letters(self._column)}{self._row}"


def read_ods(parts: Parts, allowance: Allowance) -> tuple[Sheet, ...]:
    """The sheets of the document, in its order."""
    manifest = "META-INF/manifest.xml"
    if manifest in parts and any(
        element.path.endswith("/encryption-data") for element in parts.elements(manifest)
    ):
        raise UnreadableFileError("encrypted")
    listener = _ContentListener(allowance)
    if "styles.xml" in parts:
        parts.read("styles.xml", listener.styles)
    parts.read("content.xml", listener)
    if not listener.sheets:
        raise UnreadableFileError("damaged")
    return tuple(listener.sheets)
