"""The received cells read once more, straight from the workbooks, beside what intake took."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from dxkit.model.observations import Observation, Received
from dxkit.verify.compare import Difference


def misread(received: Received, folder: Path) -> tuple[int, list[Difference]]:
    """How many cells of .xlsx files were read again, and where a cell does not hold the text or the
    plain number that was taken from it. Corrected cells keep the text they were received with.
    """
    by_sheet: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for observation in received.table.observations:
        if observation.place.file.endswith((".xlsx", ".xlsm")) and observation.place.cell:
            by_sheet[observation.place.file, observation.place.sheet].append(observation)
    read = 0
    differences: list[Difference] = []
    for file in dict.fromkeys(file for file, _ in by_sheet):
        if not (folder / file).is_file():
            continue
        book = openpyxl.load_workbook(folder / file, data_only=True)
        for (name, sheet), observations in by_sheet.items():
            if name == file and sheet in book.sheetnames:
                page = book[sheet]
                for o in observations:
                    read += 1
                    differences += _compare(o, page[o.place.cell].value, received.table.period)
        book.close()
    return read, differences


def _compare(o: Observation, content: object, period: str) -> Iterator[Difference]:
    where = f"{period}/{o.place}"
    is_whole = isinstance(content, float) and content.is_integer()
    text = str(int(content)) if is_whole and isinstance(content, float) else str(content or "")
    if isinstance(content, int) and not isinstance(content, bool):
        text = str(content)
    if o.value is not None and o.raw and _plain(text) != _plain(o.raw):
        yield Difference(where, o.measure, o.raw, text)
    elif re.fullmatch(r"-?\d+(\.\d+)?", text) and not o.correction and not o.flag:
        taken = (o.value, o.value * 100) if o.value is not None else ()  # or typed in per cent
        if not any(abs(number - float(text)) < 1e-9 for number in taken):
            yield Difference(where, o.measure, str(o.value), text)


def _plain(text: str) -> str:
    """The text without what cannot be seen, which intake drops from names."""
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(seen.split()).casefold()
