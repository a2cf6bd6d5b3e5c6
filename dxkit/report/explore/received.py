"""Cells in their surroundings, as they stand in the files received."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from dxkit.model.addresses import column_and_row, column_letters
from dxkit.model.facts import CellRef
from dxkit.period import OpenPeriod
from dxkit.report.wording.language import Language
from dxkit.workbooks.cells import Sheet, UnreadableFileError, Workbook
from dxkit.workbooks.legacy_text import decoded_sheet
from dxkit.workbooks.raw_folder import read_content
from dxkit.workbooks.reading import workbook_of

_ROWS_AROUND, _COLUMNS_AROUND = 2, 4


@lru_cache(maxsize=32)
def _workbook(path: Path, changed: int, sha256: str) -> Workbook | None:
    try:
        content = read_content(path)
        is_it = hashlib.sha256(content).hexdigest() == sha256
        return workbook_of(content, path.name) if is_it else None
    except UnreadableFileError:
        return None


def received_sheet(opened: OpenPeriod, place: CellRef) -> Sheet | None:
    """The sheet of an address as the period was opened with it, in Unicode; None where its file can
    no longer be read or another has taken its place.
    """
    hashes = {source.name: source.sha256 for source in opened.received.sources}
    period, _, name = opened.received.located(place).file.partition("/")
    path = opened.project.period_folder(opened.campaign.id, period) / name
    is_there = place.file in hashes and path.is_file()
    book = _workbook(path, path.stat().st_mtime_ns, hashes[place.file]) if is_there else None
    sheets = book.sheets if book else ()
    return next((decoded_sheet(s)[0] for s in sheets if s.name == place.sheet), None)


def excerpt(opened: OpenPeriod, place: CellRef, language: Language) -> Markup:
    """The cells around an address in a file received, the cell itself marked; in words, why there
    is nothing to show.
    """
    column, row = column_and_row(place.cell)
    if not column:
        return Markup("<p>{}</p>").format(language.text("explore.no_excerpt"))
    sheet = received_sheet(opened, place)
    if sheet is None:
        return Markup("<p>{}</p>").format(language.text("explore.file_gone"))
    caption = language.text(
        "explore.excerpt_caption", file=place.file, sheet=place.sheet, cell=place.cell
    )
    return _grid(sheet, row, column, caption)


def _grid(sheet: Sheet, row: int, column: int, caption: Markup) -> Markup:
    columns = range(max(1, column - _COLUMNS_AROUND), column + _COLUMNS_AROUND + 1)
    rows = range(max(1, row - _ROWS_AROUND), row + _ROWS_AROUND + 1)
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(column_letters(c)) for c in columns
    )
    body = Markup("")
    for number in rows:
        cells = Markup("").join(
            Markup("<td{}>{}</td>").format(
                Markup(' class="hit"') if (number, c) == (row, column) else Markup(""),
                sheet.cell(number, c).text[:60],
            )
            for c in columns
        )
        body += Markup('<tr><th scope="row">{}</th>{}</tr>').format(str(number), cells)
    return Markup(
        '<div class="table"><table><caption>{}</caption><thead><tr><th></th>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(caption, head, body)
