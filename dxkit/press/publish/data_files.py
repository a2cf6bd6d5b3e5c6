"""The data files of a period: CSV for people who go on from there."""

from __future__ import annotations

import json
from pathlib import Path

from dxkit.analysis import rows
from dxkit.period import OpenPeriod
from dxkit.report.wording.findings import texts_of_findings
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import take_away, write_text
from dxkit.workbooks.csv_text import write_rows


def write_data(opened: OpenPeriod, folder: Path, language: Language) -> tuple[str, ...]:
    """The CSV files of a period, each whole or not at all, and uncertainty.json with everything
    that the trials of the ranking start from; returns their names.

    UTF-8 with a mark, so that Excel shows Vietnamese; numbers unrounded; text that a spreadsheet
    would take for a formula has an apostrophe before it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    analysis = opened.analysis
    texts = texts_of_findings(analysis.campaign, analysis.units, language)
    tables = {
        "observations.csv": (rows.OBSERVATION_COLUMNS, rows.observation_rows(analysis)),
        "indicators.csv": (rows.INDICATOR_COLUMNS, rows.indicator_rows(analysis)),
        "ranking.csv": (rows.RANKING_COLUMNS, rows.ranking_rows(analysis)),
        "awards.csv": (rows.AWARD_COLUMNS, rows.award_rows(analysis)),
        "rank_ranges.csv": (rows.RANK_RANGE_COLUMNS, rows.rank_range_rows(analysis)),
        "findings.csv": (rows.FINDING_COLUMNS, rows.finding_rows(opened.all_findings, texts)),
    }
    if opened.received.visits:
        tables["visits.csv"] = (rows.VISIT_COLUMNS, rows.visit_rows(analysis))
    else:
        take_away(folder / "visits.csv")
    for name, table in tables.items():
        write_rows(folder / name, *table)
    inputs = analysis.inputs_of_trials()
    if not inputs:
        take_away(folder / "uncertainty.json")
        return tuple(tables)
    text = json.dumps(inputs, ensure_ascii=False, indent=1, sort_keys=True)
    write_text(folder / "uncertainty.json", text + "\n")
    return (*tables, "uncertainty.json")
