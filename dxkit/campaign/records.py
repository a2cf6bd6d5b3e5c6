"""What an office puts on record in its plan, corrections and decisions on explanations: rows added
behind those of their file; what stands there is never written over.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from dxkit.campaign.plan_files import texts_in, with_rows
from dxkit.campaign.reader import columns_of
from dxkit.model.campaign import Campaign, Correction, Explanation
from dxkit.model.choices import RefusedError
from dxkit.model.keys import fields_of
from dxkit.model.text import clean
from dxkit.workbooks.atomic import write_text
from dxkit.workbooks.csv_text import guarded, is_formula

Record = Correction | Explanation
_Record = TypeVar("_Record", bound=Record)
_FILES = {field.key.row: field.key.file for field in fields_of(Campaign)}
_SAID_ONCE: dict[type[Record], tuple[str, ...]] = {
    Correction: ("period", "file", "sheet", "cell", "expected"),
    Explanation: ("period", "file", "sheet", "cell", "code", "value", "explanation"),
}


def what_of(record: Record) -> tuple[str, ...]:
    """What a record is about, as far as it tells it from others; two of the same contradict or
    repeat each other.
    """
    return tuple(guarded(clean(getattr(record, name))) for name in _SAID_ONCE[type(record)])


def add_records(folder: Path, records: Sequence[Record]) -> Path:
    """Put records of one kind behind those of the plan in ``folder``, in the file's own separator
    and line ends, all at once; returns the file.

    Raises RefusedError: ``empty`` (a field that must not be), ``formula`` (a text that a
    spreadsheet would take for one), ``taken``, with the values of the earlier one on the same; and
    CampaignError for a file that cannot be read.
    """
    kind: type = type(records[0])
    path = folder / _FILES[kind]
    there: list[Record] = records_in(folder, kind)
    known = "\ufeff" + ",".join(columns_of(kind))
    if path.exists():
        known = path.read_bytes().decode("utf-8")
    rows = [dataclasses.asdict(record) for record in records]
    for record, values in zip(records, rows, strict=True):
        for field in fields_of(kind):
            value = values[field.name]
            if not value.strip() and field.key.default != "":
                raise RefusedError("empty", text=field.name)
            if is_formula(value):
                raise RefusedError("formula", text=value)
        for earlier in there:
            if what_of(earlier) == what_of(record):
                raise RefusedError("taken", **dataclasses.asdict(earlier) | {"text": record.cell})
        there.append(record)
    write_text(path, with_rows(known, rows))
    return path


def records_in(folder: Path, kind: type[_Record]) -> list[_Record]:
    """The records of a kind as they stand in the plan's file now; none without the file."""
    path = folder / _FILES[kind]
    texts: list[dict[str, Any]] = texts_in(path, columns_of(kind)) if path.exists() else []
    return [kind(**text) for text in texts]
