"""Workbooks in Office Open XML: .xlsx and .xlsm. Macros, pictures and links are never opened."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from dxkit.model.addresses import column_number
from dxkit.workbooks.cells import Range, Sheet, UnreadableFileError
from dxkit.workbooks.limits import LONGEST_TEXT, MOST_SHEETS, MOST_STRINGS, Allowance, each_column
from dxkit.workbooks.sheet_building import build_sheet
from dxkit.workbooks.styles import Runs
from dxkit.workbooks.xlsx_sheet import SheetListener, Strings, read_styles, unescaped
from dxkit.workbooks.xml_parts import Attributes, LocalNames, Parts

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
    styles = read_styles(parts, _related(relations, "styles"), is_true(properties, "date1904"))
    strings = _strings(parts, _related(relations, "sharedStrings"))
    declared = [e.attributes for e in elements if e.path == "/workbook/sheets/sheet"]
    if len(declared) > MOST_SHEETS:
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
            listener = SheetListener(
                name, strings, styles, allowance, is_true(calculation, "fullCalcOnLoad")
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


def is_true(attributes: Attributes, name: str) -> bool:
    """Whether an attribute is set."""
    return attributes.get(name, "") in ("1", "true", "on")


def _sheet(
    name: str, listener: SheetListener, hidden: bool, comments: dict[tuple[int, int], str]
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
        if self._depth > 20 or len(self.texts) > MOST_STRINGS:
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
            self.texts.append(text if self._length > LONGEST_TEXT else unescaped(text))

    def text(self, text: str) -> None:
        if self._listens and self._length <= LONGEST_TEXT:
            self._pieces.append(self._runs.letters(text))
            self._length += len(text)
            self._allowance.take_text(text)


def _strings(parts: Parts, part: str) -> Strings:
    if not part:
        return Strings()
    listener = _TextsListener("sst", "si", Allowance())
    parts.read(part, listener)
    return Strings(listener.texts, frozenset(listener.struck))


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
