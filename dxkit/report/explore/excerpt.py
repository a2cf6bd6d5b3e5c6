"""A cell in its surroundings, as it stands in the received file."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from dxkit.model.addresses import column_letters, column_number
from dxkit.model.facts import CellRef
from dxkit.report.wording.language import Language
from dxkit.workbooks.cells import Sheet, UnreadableFileError, Workbook
from dxkit.workbooks.reading import read_workbook

_ROWS_AROUND, _COLUMNS_AROUND = 2, 4
_ADDRESS = re.compile(r"([A-Z]+)(\d+)\Z")


@lru_cache(maxsize=32)
def _workbook(path: Path, changed: int) -> Workbook | None:
    try:
        return read_workbook(path, path.name)
    except UnreadableFileError:
        return None


def excerpt(folder: Path, place: CellRef, language: Language) -> Markup:
    """The cells around a place in a file of ``folder``, the place itself marked; in words, why
    there is nothing to show.
    """
    found = _ADDRESS.match(place.cell)
    if found is None:
        return Markup("<p>{}</p>").format(language.text("explore.no_excerpt"))
    path = folder / place.file
    book = _workbook(path, path.stat().st_mtime_ns) if path.is_file() else None
    sheet = next((s for s in book.sheets if s.name == place.sheet), None) if book else None
    if sheet is None:
        return Markup("<p>{}</p>").format(language.text("explore.file_gone"))
    caption = language.text(
        "explore.excerpt_caption", file=place.file, sheet=place.sheet, cell=place.cell
    )
    return _grid(sheet, int(found[2]), column_number(found[1]), caption)


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
