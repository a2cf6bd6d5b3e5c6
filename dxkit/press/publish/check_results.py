"""What a check leaves behind: the data files, the findings page, the copies for the senders, what
changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dxkit.intake.versions.history import History
from dxkit.intake.versions.inputs import files_in_use
from dxkit.intake.versions.revisions import SinceLastCheck, recorded, since_last_check
from dxkit.period import OpenPeriod
from dxkit.press.publish.data_files import write_data, write_rows, write_text
from dxkit.press.publish.findings_page import findings_html
from dxkit.press.returned.write import Returned, write_returned
from dxkit.press.run.manifest import CHANGES, hashes_of
from dxkit.report.wording.language import Language

CHANGE_COLUMNS = ("file", "sheet", "cell", "was_at", "before", "after", "kind")


@dataclass(frozen=True)
class Checked:
    """What was written, with the hashes of all ``files``, and what changed since the last check."""

    returned: Returned
    since: SinceLastCheck
    files: dict[str, str]


def write_check(opened: OpenPeriod, folder: Path, language: Language) -> Checked:
    """The data files, ``findings.html``, ``returned/`` and ``data/changes.csv``; and this check
    becomes the one that the next is compared with. ``changes.csv`` stays until something changes
    again.
    """
    project, campaign = opened.project, opened.campaign
    period_id = opened.analysis.period.id
    raw = project.period_folder(campaign.id, period_id)
    written = [f"data/{name}" for name in write_data(opened, folder / "data", language)]
    returned = write_returned(opened, raw, folder, language)
    page = findings_html(opened, language, returned.copies)
    write_text(folder / "findings.html", page)
    history = History.open(project.store_file(campaign.id, period_id).parent)
    since = since_last_check(history, opened.received)
    changed = list(_rows(since))
    if changed or since.first:
        write_rows(folder / CHANGES, CHANGE_COLUMNS, changed)
        written.append(CHANGES)
    recorded(history, opened.received, since).save(files_in_use(folder.parent))
    files = hashes_of(folder, ["findings.html", *written, *returned.as_written])
    return Checked(returned, since, files)


def _rows(since: SinceLastCheck) -> Iterator[list[object]]:
    """One row for each cell that changed. The kind is ``asked`` (a finding stood there),
    ``unasked``, or ``recalculated`` (its formula is the same).
    """
    for revision in since.revisions:
        for change in revision.changes:
            kind = "unasked" if (change.sheet, change.cell) in revision.unasked else "asked"
            if change.recalculated:
                kind = "recalculated"
            place = (revision.file, change.sheet, change.cell, change.was_at)
            yield [*place, change.before, change.after, kind]
