"""The files of a period around its pages: what a check leaves behind, CSV for people who go on from
there among it, the league, the indexes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dxkit.analysis import rows
from dxkit.intake.inputs import files_in_use
from dxkit.intake.revisions import History, SinceLastCheck, recorded, since_last_check
from dxkit.period import OpenPeriod
from dxkit.press.manifest import CHANGES, FINDINGS, INDEX, LEAGUE, hashes_of
from dxkit.press.publish.findings_page import findings_html
from dxkit.press.returned.copies import Returned, write_returned
from dxkit.report.wording.findings import texts_of_findings
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import take_away, write_text
from dxkit.workbooks.csv_text import write_rows

CHANGE_COLUMNS = ("file", "sheet", "cell", "was_at", "before", "after", "kind")


@dataclass(frozen=True)
class Checked:
    """What was written, with the hashes of all ``files``, what changed since the last check, and
    how many findings only ask for a second look.
    """

    returned: Returned
    since: SinceLastCheck
    files: dict[str, str]
    screen: int


def write_check(opened: OpenPeriod, language: Language) -> Checked:
    """The data files, ``findings.html``, ``returned/`` and ``data/changes.csv``; and this check
    becomes the one that the next is compared with. ``changes.csv`` stays until something changes
    again.
    """
    project, campaign, period_id = opened.project, opened.campaign.id, opened.analysis.period.id
    folder = project.output_folder(campaign, period_id)
    written = [f"data/{name}" for name in write_data(opened, folder / "data", language)]
    returned = write_returned(opened, folder, language)
    write_text(folder / FINDINGS, findings_html(opened, language, returned.copies))
    history = History.open(project.store_file(campaign, period_id).parent)
    since = since_last_check(history, opened.received)
    changed = list(_rows(since))
    if changed or since.first:
        write_rows(folder / CHANGES, CHANGE_COLUMNS, changed)
        written.append(CHANGES)
    if not opened.received.parts:
        recorded(history, opened.received, since).save(files_in_use(folder.parent))
    files = hashes_of(folder, [FINDINGS, *written, *returned.as_written])
    return Checked(returned, since, files, len(opened.screen))


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


def _rows(since: SinceLastCheck) -> Iterator[list[object]]:
    """One row for each cell that changed. The kind is ``asked`` (a finding stood there),
    ``unasked``, or ``recalculated`` (its formula is the same).
    """
    for revision in since.revisions:
        for change in revision.changes:
            kind = "unasked" if (change.sheet, change.cell) in revision.unasked else "asked"
            if change.recalculated:
                kind = "recalculated"
            address = (revision.file, change.sheet, change.cell, change.was_at)
            yield [*address, change.before, change.after, kind]


def write_files(opened: OpenPeriod, language: Language, expected: Mapping[str, str]) -> Checked:
    """Everything that does not depend on how the pages go; returns what the check found and wrote,
    the league with it. ``expected`` are the pages that there will be, if all goes well: the index
    is got ready for them.
    """
    from dxkit.press.publish.index_pages import index_html
    from dxkit.press.publish.league_workbook import write_league

    folder = _folder(opened)
    write_league(opened, folder / LEAGUE, language)
    checked = write_check(opened, language)
    index_html(opened, expected, language)
    checked.files.update(hashes_of(folder, [LEAGUE]))
    return checked


def write_indexes(opened: OpenPeriod, language: Language, pages: Mapping[str, str]) -> None:
    """The index of the period, which names the pages that are there, by unit, and that of the
    campaign.
    """
    from dxkit.press.publish.index_pages import campaign_html, index_html

    folder = _folder(opened)
    write_text(folder / INDEX, index_html(opened, pages, language))
    periods = {
        period.id: f"{period.id}/{INDEX}"
        for period in opened.campaign.periods
        if (folder.parent / period.id / INDEX).exists()
    }
    write_text(folder.parent / INDEX, campaign_html(opened, periods, language))


def _folder(opened: OpenPeriod) -> Path:
    return opened.project.output_folder(opened.campaign.id, opened.analysis.period.id)
