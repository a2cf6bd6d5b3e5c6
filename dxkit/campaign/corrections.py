"""Rows added to a plan's corrections.csv; what stands there is never written over."""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path

from dxkit.campaign.plan_files import read_rows
from dxkit.model.campaign import CampaignError, CampaignProblem, Correction
from dxkit.model.text import clean
from dxkit.workbooks.atomic import write_bytes
from dxkit.workbooks.csv_text import is_formula

FILE = "corrections.csv"
_COLUMNS = [field.name for field in dataclasses.fields(Correction)]


class CorrectionError(Exception):
    """A correction that is not taken. ``reason`` is ``empty`` (a field that must not be),
    ``formula`` (a text that a spreadsheet would take for one), or ``taken``, by the correction of
    the same cell in ``earlier``.
    """

    def __init__(self, reason: str, text: str = "", earlier: Correction | None = None) -> None:
        super().__init__(f"{reason}: {text}")
        self.reason, self.text, self.earlier = reason, text, earlier


def add_correction(folder: Path, correction: Correction) -> Path:
    """Put a correction behind those of the plan in ``folder``, in the file's own separator and line
    ends, all at once; returns the file.

    Raises CorrectionError, and CampaignError for a file that cannot be read.
    """
    path = folder / FILE
    values = dataclasses.asdict(correction)
    for column, value in values.items():
        if not value.strip() and column not in ("sheet", "expected"):
            raise CorrectionError("empty", column)
        if is_formula(value):
            raise CorrectionError("formula", value)
    for earlier in corrections_in(folder):
        if all(
            clean(getattr(earlier, column)) == clean(values[column])
            for column in ("period", "file", "sheet", "cell", "expected")
        ):
            raise CorrectionError("taken", str(correction.cell), earlier)
    known = path.read_bytes() if path.exists() else b"\xef\xbb\xbf" + ",".join(_COLUMNS).encode()
    ending = "\r\n" if b"\r\n" in known else "\n"
    head = known.decode("utf-8-sig").partition("\n")[0]
    separator = max(",;\t", key=head.count)
    line = io.StringIO(newline="")
    order = [name.strip().strip('"') for name in head.split(separator)]
    csv.writer(line, delimiter=separator, lineterminator=ending).writerow(values[n] for n in order)
    gap = b"" if known.endswith(b"\n") else ending.encode()
    write_bytes(path, known + gap + line.getvalue().encode())
    return path


def corrections_in(folder: Path) -> list[Correction]:
    """The corrections of a plan as they stand in its file now; none without the file."""
    if not (folder / FILE).exists():
        return []
    problems: list[CampaignProblem] = []
    rows = read_rows(folder / FILE, _COLUMNS, problems)
    if problems:
        raise CampaignError(tuple(problems))
    return [Correction(**{name: row.get(name) or "" for name in _COLUMNS}) for row in rows]
