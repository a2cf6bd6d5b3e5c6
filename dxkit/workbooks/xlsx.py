"""Workbooks in Office Open XML: .xlsx and .xlsm. Macros, pictures and links are never opened.

First the workbook (its sheets, texts and comments), then its styles and the cells of one sheet.
"""

from __future__ import annotations

import datetime
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dxkit.model.addresses import column_letters, column_number
from dxkit.workbooks import limits
from dxkit.workbooks.archive import Attributes, LocalNames, Parts
from dxkit.workbooks.cells import Cell, CellValue, Range, Sheet, UnreadableFileError, shared
from dxkit.workbooks.formats import (
    Runs,
    Style,
    build_sheet,
    builtin_formats,
    is_on,
    shown,
    style_of,
    written_number,
)
from dxkit.workbooks.limits import Allowance, columns_between, each_column

_ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})\Z")
_SHEET_KINDS = frozenset(
    {"worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"}
)


@dataclass(frozen=True)
class _Relation:
    kind: str  # the last word of its type: "worksheet", "comments"
    part: str


def read_xlsx(parts: Parts, allowance: Allowance) -> tuple[Sheet, ...]:
    """The sheets that hold cells, in the workbook's order."""
    book = main_part(parts)
    relations = _relations(parts, book)
    elements = parts.elements(book)
    settings = {e.path: e.attributes for e in elements}
    properties = settings.get("/workbook/workbookPr", {})
    calculation = settings.get("/workbook/calcPr", {})
    styles = _read_styles(parts, _related(relations, "styles"), _is_true(properties, "date1904"))
    strings = _strings(parts, _related(relations, "sharedStrings"))
    declared = [e.attributes for e in elements if e.path == "/workbook/sheets/sheet"]
    if len(declared) > limits.MOST_SHEETS:
        raise UnreadableFileError("too_large")
    listed = {_relation_id(attributes) for attributes in declared}
    if any(r.kind == "worksheet" and id not in listed for id, r in relations.items()):
        raise UnreadableFileError("damaged")  # a sheet is there that the list has lost
    sheets = []
    for attributes in declared:
        relation = relations.get(_relation_id(attributes))
        if relation is None or relation.kind not in _SHEET_KINDS:
            raise UnreadableFileError("damaged", attributes.get("name", ""))
        if relation.kind == "worksheet":  # charts, dialogs and old macros are sheets as well
            name = unescaped(attributes.get("name", ""))
            listener = _SheetListener(
                name, strings, styles, allowance, _is_true(calculation, "fullCalcOnLoad")
            )
            parts.read(relation.part, listener)
            hidden = attributes.get("state", "visible") != "visible"
            comments = _comments(parts, relation.part, name, allowance)
            sheets.append(_sheet(name, listener, hidden, comments))
    if not sheets:
        raise UnreadableFileError("damaged")
    return tuple(sheets)


def main_part(parts: Parts) -> str:
    """The name of the part that lists the sheets, or nothing when there is none."""
    if "_rels/.rels" in parts:
        for relation in _relations(parts, "").values():
            if relation.kind == "officeDocument":
                return relation.part
    return "xl/workbook.xml" if "xl/workbook.xml" in parts else ""


def _is_true(attributes: Attributes, name: str) -> bool:
    """Whether an attribute is set."""
    return attributes.get(name, "") in ("1", "true", "on")


def _sheet(
    name: str, listener: _SheetListener, hidden: bool, comments: dict[tuple[int, int], str]
) -> Sheet:
    merged = [_range(name, reference) for reference in listener.merged]
    return build_sheet(
        name,
        listener.cells,
        merged,
        hidden=hidden,
        hidden_rows=listener.hidden_rows,
        hidden_columns=each_column(listener.hidden_columns),
        comments=comments,
        formulas=listener.formulas,
    )


def _range(sheet: str, reference: str) -> Range:
    first, _, last = reference.partition(":")
    corners = [_ADDRESS.match(corner) for corner in (first, last or first)]
    if corners[0] is None or corners[1] is None:
        raise UnreadableFileError("damaged", sheet)
    (left, top), (right, bottom) = (
        (column_number(corner[1]), int(corner[2])) for corner in corners if corner
    )
    if top > bottom or left > right:
        raise UnreadableFileError("damaged", sheet)
    return top, left, bottom, right


def _relation_id(attributes: Attributes) -> str:
    return next((v for n, v in attributes.items() if n.rpartition(" ")[2] == "id"), "")


def _relations(parts: Parts, of: str) -> dict[str, _Relation]:
    folder, name = posixpath.split(of)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, _Relation] = {}
    if listed not in parts:
        return found
    for element in parts.elements(listed):
        target = element.attributes.get("Target", "")
        if not target or element.attributes.get("TargetMode") == "External":
            continue
        part = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        kind = element.attributes.get("Type", "").rpartition("/")[2]
        found[element.attributes.get("Id", "")] = _Relation(kind, part)
    return found


def _related(relations: dict[str, _Relation], kind: str) -> str:
    return next((r.part for r in relations.values() if r.kind == kind), "")


class _TextsListener:
    """Texts of several runs each, without the reading aids of Japanese text."""

    def __init__(self, root: str, item: str, allowance: Allowance) -> None:
        self.texts: list[str] = []
        self.struck: set[int] = set()  # the numbers of texts with letters crossed out
        self.references: list[str] = []
        self._item = item
        self._allowance = allowance
        self._names = LocalNames(root)
        self._pieces: list[str] = []
        self._runs = Runs()
        self._length = 0
        self._listens = False
        self._aside = 0
        self._depth = 0

    def start(self, name: str, attributes: Attributes) -> None:
        local = self._names[name]
        self._depth += 1
        if self._depth > 20 or len(self.texts) > limits.MOST_STRINGS:
            raise UnreadableFileError("too_large")
        if local == self._item:
            self._pieces = []
            self._runs = Runs()
            self._length = 0
            self.references.append(attributes.get("ref", ""))
        elif local == "t":
            self._listens = not self._aside
        elif local == "rPh":
            self._aside += 1
        else:
            self._runs.start(local, attributes)

    def end(self, name: str) -> None:
        local = self._names[name]
        self._depth -= 1
        if local == "t":
            self._listens = False
        elif local == "rPh":
            self._aside -= 1
        elif local == self._item:
            text = "".join(self._pieces)
            if self._runs.struck:
                self.struck.add(len(self.texts))
            # A text that was cut stays longer than a cell may be, so that its cell is refused.
            self.texts.append(text if self._length > limits.LONGEST_TEXT else unescaped(text))

    def text(self, text: str) -> None:
        if self._listens and self._length <= limits.LONGEST_TEXT:
            self._pieces.append(self._runs.letters(text))
            self._length += len(text)
            self._allowance.take_text(text)


def _strings(parts: Parts, part: str) -> _Strings:
    if not part:
        return _Strings()
    listener = _TextsListener("sst", "si", Allowance())
    parts.read(part, listener)
    return _Strings(listener.texts, frozenset(listener.struck))


def _comments(
    parts: Parts, sheet_part: str, sheet: str, allowance: Allowance
) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    part = _related(_relations(parts, sheet_part), "comments")
    if part not in parts:
        return found
    listener = _TextsListener("comments", "comment", allowance)
    parts.read(part, listener)
    for reference, text in zip(listener.references, listener.texts, strict=True):
        top, left, _, _ = _range(sheet, reference)
        found[top, left] = text
    return found


@dataclass(frozen=True)
class Styles:
    """The styles by their number, and the year from which the workbook counts its days."""

    by_number: tuple[Style, ...]
    counts_from_1904: bool


def _read_styles(parts: Parts, part: str, counts_from_1904: bool) -> Styles:
    """The styles of a workbook; only the plain one when it has none."""
    formats = {str(number): code for number, code in builtin_formats().items()}
    fonts: list[str] = []
    struck: set[int] = set()
    found: list[Style] = []
    for element in parts.elements(part) if part else ():
        attributes = element.attributes
        match element.path:
            case "/styleSheet/numFmts/numFmt":
                formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "General")
            case "/styleSheet/fonts/font":
                fonts.append("")
            case "/styleSheet/fonts/font/name":
                fonts[-1] = attributes.get("val", "")
            case "/styleSheet/fonts/font/strike" if is_on(attributes):
                struck.add(len(fonts) - 1)
            case "/styleSheet/cellXfs/xf":
                code = formats.get(attributes.get("numFmtId", "0"), "General")
                font = int(attributes.get("fontId", "0"))
                name = fonts[font] if font < len(fonts) else ""
                found.append(style_of(code, name, font in struck))
    return Styles(tuple(found) or (Style(),), counts_from_1904)


_NO_RUNS = Runs()  # of most cells, whose text stands elsewhere or has none
_LETTERS = re.compile(r"[A-Z]{1,3}\Z")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SLIVER = re.compile(r"(?=.)0*(?:\.\d*)?\Z")  # less than a point of a row, a letter of a column
_NO_CHARACTER = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def unescaped(text: str) -> str:
    """The text with the characters that stand in it as "_x0035_" as they were. Those that no page
    and no workbook can hold stay as they are written.
    """

    def character(match: re.Match[str]) -> str:
        found = chr(int(match[1], 16))
        return match[0] if _NO_CHARACTER.match(found) else found

    return _ESCAPE.sub(character, text) if "_x" in text else text


@dataclass(frozen=True, slots=True)
class _Strings:
    """The texts that a workbook lists once for all its cells, and the numbers of those in which
    letters are crossed out.
    """

    texts: Sequence[str] = ()
    struck: frozenset[int] = frozenset()


class _SheetListener:
    """Hears one sheet part and keeps its ``cells`` and what is hidden or merged."""

    def __init__(
        self,
        name: str,
        strings: _Strings,
        styles: Styles,
        allowance: Allowance,
        calculates_on_load: bool,
    ) -> None:
        self.name = name
        self.cells: dict[tuple[int, int], Cell] = {}
        self.formulas: dict[str, str] = {}
        self.merged: list[str] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns = 0  # bits
        self._strings = strings
        self._styles = styles
        self._allowance = allowance
        self._calculates_on_load = calculates_on_load
        self._names = LocalNames("worksheet")
        self._columns: dict[str, int] = {}
        self._depth = 0
        self._row = 0
        self._row_text = "0"
        self._column = 0
        self._cell: Attributes | None = None
        self._has_formula = False
        self._formula: list[str] | None = None  # of the formula that is heard
        self._formula_length = 0
        self._group: str | None = None  # of cells that share a formula
        self._shared: dict[str, str] = {}
        self._has_value = False
        self._pieces: list[str] = []
        self._runs = _NO_RUNS
        self._length = 0
        self._listens = False
        self._aside = False
        self._hides_rows = False

    def start(self, full_name: str, attributes: Attributes) -> None:
        name = self._names[full_name]
        self._depth += 1
        if name == "c":
            self._begin_cell(attributes)
        elif self._cell is not None:
            if name == "v" or (name == "t" and not self._aside):
                self._listens = self._has_value = True
            elif name == "f":
                self._has_formula = True
                self._formula, self._formula_length = [], 0
                self._group = attributes.get("si")
            elif name == "rPh":
                self._aside = True
            elif self._runs is not _NO_RUNS:
                self._runs.start(name, attributes)
        elif name == "row":
            self._begin_row(attributes)
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))
            if len(self.merged) > limits.MOST_MERGED_COLUMNS:
                raise UnreadableFileError("too_large", self.name)
        elif name == "col":
            self._hide_columns(attributes)
        elif name == "sheetFormatPr":
            # Not "zeroHeight", which hides the rows that are not written.
            self._hides_rows = bool(_SLIVER.match(attributes.get("defaultRowHeight", "")))
        if self._depth > limits.DEEPEST_TAG:
            raise UnreadableFileError("too_large", self.name)

    def end(self, full_name: str) -> None:
        name = self._names[full_name]
        self._depth -= 1
        if name in ("v", "t"):
            self._listens = False
        elif name == "f":
            self._end_formula()
        elif name == "rPh":
            self._aside = False
        elif name == "c" and self._cell is not None:
            if self._has_value or self._has_formula:
                self._end_cell(self._cell)
            self._cell = None

    def text(self, text: str) -> None:
        if self._listens:
            self._pieces.append(self._runs.letters(text))
            self._length += len(text)
            if self._length > 2 * limits.LONGEST_TEXT:
                raise UnreadableFileError("cell_too_long", self.name, self._address)
        elif self._formula is not None and self._formula_length <= limits.LONGEST_TEXT:
            self._formula.append(text)
            self._formula_length += len(text)

    def _end_formula(self) -> None:
        """Keep a formula. Excel writes one once for many cells, which are asked for it later."""
        if self._formula is None:
            return
        text, self._formula = "".join(self._formula), None
        if self._group is not None and text:
            text = self._shared[self._group] = shared(text, self._address)
        elif self._group is not None:
            text = self._shared.get(self._group, "")
        if (
            text
            and self._formula_length <= limits.LONGEST_TEXT
            and self._allowance.take_formula(text)
        ):
            self.formulas[self._address] = text

    @property
    def _may_be_blank(self) -> bool:
        """Whether a formula can have no text as its result: it says so ("")."""
        return '""' in self.formulas.get(self._address, "")

    @property
    def _address(self) -> str:
        return f"{column_letters(self._column)}{self._row}"

    def _damaged(self) -> UnreadableFileError:
        return UnreadableFileError("damaged", self.name, self._address if self._column else "")

    def _begin_row(self, attributes: Attributes) -> None:
        number = attributes.get("r")
        self._row = self._row + 1 if number is None else _whole(number)
        self._row_text = str(self._row)
        self._column = 0
        if not 1 <= self._row <= limits.MOST_ROWS:
            raise self._damaged()
        is_usual = self._hides_rows and "ht" not in attributes
        if is_usual or _is_unseen(attributes, "ht"):
            self.hidden_rows.add(self._row)

    def _begin_cell(self, attributes: Attributes) -> None:
        if self._cell is not None or self._row == 0:
            raise self._damaged()
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            letters = reference.removesuffix(self._row_text)
            self._column = self._columns.get(letters) or self._number_of(letters)
        self._cell = attributes
        self._has_formula = self._has_value = False
        self._pieces = []
        self._runs = _NO_RUNS if attributes.get("t") != "inlineStr" else Runs()
        self._length = 0

    def _number_of(self, letters: str) -> int:
        number = column_number(letters) if _LETTERS.match(letters) else 0
        if (
            not 1 <= number <= limits.WIDEST_SHEET
        ):  # or the cell names another row than it stands in
            raise UnreadableFileError("damaged", self.name)
        self._columns[letters] = number
        return number

    def _hide_columns(self, attributes: Attributes) -> None:
        if _is_unseen(attributes, "width"):
            first, last = _whole(attributes.get("min", "")), _whole(attributes.get("max", ""))
            if not 1 <= first <= last <= limits.WIDEST_SHEET:
                raise UnreadableFileError("damaged", self.name)
            self.hidden_columns |= columns_between(first, last)

    def _end_cell(self, attributes: Attributes) -> None:
        kind = attributes.get("t", "n")
        number = _whole(attributes.get("s", "0"))
        if not 0 <= number < len(self._styles.by_number):
            raise self._damaged()
        style = self._styles.by_number[number]
        value, is_error = self._value(kind, "".join(self._pieces), style)
        uncalculated = self._has_formula and (
            (value in (None, "") and not (kind == "str" and self._may_be_blank))
            # The writer asks for a calculation and put a nought where the result will stand.
            or (self._calculates_on_load and value == 0 and not isinstance(value, (bool, str)))
        )
        if uncalculated:
            value = None
        elif value is None or value == "":
            return
        key = (self._row, self._column)
        if key in self.cells:
            raise self._damaged()
        self._allowance.take_cell(value, self.name, self._row, self._column)
        self.cells[key] = Cell(
            self._row,
            self._column,
            value,
            style.number_format,
            style.font,
            uncalculated,
            is_error,
            style.struck or self._runs.struck or (kind == "s" and self._is_struck()),
        )

    def _value(self, kind: str, text: str, style: Style) -> tuple[CellValue, bool]:
        """The value that the cell's kind makes of its text, and whether it is an error."""
        if kind == "s":
            number = _whole(text)
            if not 0 <= number < len(self._strings.texts):
                raise self._damaged()
            return self._strings.texts[number], False
        if kind in ("str", "inlineStr"):
            return unescaped(text), False
        text = text.strip()
        if not text:
            return None, False
        if kind == "n":
            return self._number(text, style)
        if kind == "e":
            return text, True
        if kind == "b" and text in ("0", "1", "true", "false"):
            return text in ("1", "true"), False
        if kind == "d":
            return datetime.datetime.fromisoformat(text), False
        raise self._damaged()

    def _is_struck(self) -> bool:
        return bool(self._strings.struck) and _whole("".join(self._pieces)) in self._strings.struck

    def _number(self, text: str, style: Style) -> tuple[CellValue, bool]:
        number = written_number(text)
        if number is None:
            raise self._damaged()
        return shown(number, style, self._styles.counts_from_1904)


def _whole(text: str) -> int:
    """A whole number, or -1 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _is_unseen(attributes: Attributes, size: str) -> bool:
    """Whether a row or column is hidden, or too low or narrow for anything to be seen in it."""
    is_hidden = attributes.get("hidden", "0") in ("1", "true")
    return is_hidden or bool(_SLIVER.match(attributes.get(size, "")))
