"""The data files of a period: CSV for people who go on from there."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path

from dxkit.analysis.rows import (
    AwardRow,
    IndicatorRow,
    RankingRow,
    RankRangeRow,
    award_rows,
    indicator_rows,
    rank_range_rows,
    ranking_rows,
)
from dxkit.period.opened import OpenPeriod
from dxkit.report.wording.findings import finding_text, names_in_findings
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import write_text

OBSERVATION_COLUMNS = (
    "period", "unit_code", "unit_name", "level", "measure", "value", "flag", "raw", "file",
    "sheet", "cell", "correction",
)  # fmt: skip
FINDING_COLUMNS = (
    "code", "severity", "unit_code", "file", "sheet", "cell", "raw", "message", "cause",
)  # fmt: skip
_FORMULA_START = re.compile(r"(^|[;\t\r\n])(\s*)(?=[=+@\uff1d\uff0b\uff0d\uff20-])")
"""Where a spreadsheet may take text for a formula: at its start, and, as programs that part fields
by semicolons do not see the quotation marks of this file, behind one or on a new line.
"""


def write_data(opened: OpenPeriod, folder: Path, language: Language) -> tuple[str, ...]:
    """The CSV files of a period, each whole or not at all, and uncertainty.json with everything
    that the trials of the ranking start from; returns their names.

    UTF-8 with a mark, so that Excel shows Vietnamese; numbers unrounded; text that a spreadsheet
    would take for a formula has an apostrophe before it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder / "observations.csv", OBSERVATION_COLUMNS, _observations(opened))
    tables = (
        ("indicators.csv", IndicatorRow, indicator_rows(opened.analysis)),
        ("ranking.csv", RankingRow, ranking_rows(opened.analysis)),
        ("awards.csv", AwardRow, award_rows(opened.analysis)),
        ("rank_ranges.csv", RankRangeRow, rank_range_rows(opened.analysis)),
    )
    for name, kind, rows in tables:
        write_records(folder / name, kind, rows)
    write_rows(folder / "findings.csv", FINDING_COLUMNS, _findings(opened, language))
    names = ("observations.csv", *(name for name, _, _ in tables), "findings.csv")
    inputs = opened.analysis.inputs_of_trials()
    if not inputs:
        (folder / "uncertainty.json").unlink(missing_ok=True)
        return names
    text = json.dumps(inputs, ensure_ascii=False, indent=1, sort_keys=True)
    write_text(folder / "uncertainty.json", text + "\n")
    return (*names, "uncertainty.json")


def _observations(opened: OpenPeriod) -> Iterator[list[object]]:
    units = opened.analysis.units
    for o in opened.received.table.observations:
        unit = units.get(o.unit_code)
        yield [
            o.period, unit.code, unit.name, unit.level, o.measure, o.value, o.flag, o.raw,
            o.place.file, o.place.sheet, o.place.cell, o.correction,
        ]  # fmt: skip


def _findings(opened: OpenPeriod, language: Language) -> Iterator[list[object]]:
    names = names_in_findings(opened.campaign, opened.analysis.units, language)
    for finding in opened.received.findings:
        place = finding.place
        yield [
            finding.code, finding.severity, finding.unit_code, place.file, place.sheet, place.cell,
            finding.raw, finding_text(finding, language, names), finding.cause or "",
        ]  # fmt: skip


def write_records(path: Path, kind: type, records: Iterable[object]) -> None:
    """Write a CSV file with the fields of a dataclass as its columns."""
    columns = [field.name for field in fields(kind)]
    write_rows(path, columns, ([getattr(r, column) for column in columns] for r in records))


def write_rows(path: Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a CSV file for a spreadsheet: no text is taken for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_field(value) for value in row] for row in rows)
    write_text(path, text.getvalue(), encoding="utf-8-sig")


def _field(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return repr(value)
    return _FORMULA_START.sub(r"\1\2'", str(value))
