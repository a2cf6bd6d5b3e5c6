"""The files of a period around its pages: what a check leaves behind, CSV for people who go on from
there among it; findings.html, which tells somebody who never saw the tool what to mend, by sender;
the league, the indexes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from dxkit.analysis import rows
from dxkit.intake.inputs import files_in_use
from dxkit.intake.revisions import History, SinceLastCheck, recorded, since_last_check
from dxkit.model.addresses import ranges_by_sheet
from dxkit.model.findings import SCREEN, Finding, Severity
from dxkit.model.observations import Mistake, SheetRead
from dxkit.model.text import shortened
from dxkit.period import OpenPeriod
from dxkit.press.manifest import CHANGES, FINDINGS, INDEX, LEAGUE, hashes_of
from dxkit.press.publish.frame import RAW, page_around
from dxkit.press.returned.copies import Returned, write_returned
from dxkit.report.receipts import completeness_table
from dxkit.report.tables import Cell, Column, bulleted, render_table
from dxkit.report.wording.findings import (
    column_text,
    finding_kind,
    finding_text,
    in_order,
    names_in_findings,
    sheet_text,
    texts_of_findings,
    what_to_do,
)
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import take_away, write_text
from dxkit.workbooks.csv_text import write_rows

_CHANGE_COLUMNS = ("file", "sheet", "cell", "was_at", "before", "after", "kind")


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
    written = [f"data/{name}" for name in _write_data(opened, folder / "data", language)]
    returned = write_returned(opened, folder, language)
    write_text(folder / FINDINGS, _findings_html(opened, language, returned.copies))
    history = History.open(project.store_file(campaign, period_id).parent)
    since = since_last_check(history, opened.received)
    changed = list(_changed_rows(since))
    if changed or since.first:
        write_rows(folder / CHANGES, _CHANGE_COLUMNS, changed)
        written.append(CHANGES)
    if not opened.received.parts:
        recorded(history, opened.received, since).save(files_in_use(folder.parent))
    files = hashes_of(folder, [FINDINGS, *written, *returned.as_written])
    return Checked(returned, since, files, len(opened.screen))


def _write_data(opened: OpenPeriod, folder: Path, language: Language) -> tuple[str, ...]:
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


def _changed_rows(since: SinceLastCheck) -> Iterator[list[object]]:
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


_ALIKE = 5  # findings of one kind in one file that are shown one by one
_LONGEST = 200  # characters of a cell that are shown
_ADDRESS = Markup('<span class="place">{}</span>')


@dataclass
class _Sender:
    """The findings of one sender's files. ``unit`` is empty when a file does not say whose it is:
    then it stands for itself.
    """

    name: str
    unit: str = ""
    files: dict[str, list[Mistake]] = field(default_factory=dict)

    def count(self, severity: Severity) -> int:
        """How many findings of a severity there are that follow from no other."""
        return sum(f.severity is severity for found in self.files.values() for f, _ in found)


def _findings_html(opened: OpenPeriod, language: Language, copies: Mapping[str, str]) -> str:
    """All findings of a period. ``copies`` maps raw files to the addresses of the copies that go
    back to their senders, as seen from the page.
    """
    period = language.period(opened.analysis.period.id)
    title = language.plain("site.findings_heading", period=period)
    names = names_in_findings(opened.campaign, opened.analysis.units, language)
    units, level = opened.analysis.units, opened.campaign.report_level
    matrices = {}
    for unit in units.at_level(level):
        below = [u for u in units.children(unit.code) if not opened.campaign.level(u.level).open]
        matrices[unit.code] = completeness_table(opened, below, language, only_lacking=True)
    content = completeness_table(opened, units.at_level(level), language)
    senders = _senders(opened, language)
    if senders or not opened.screen:
        there = None if opened.received.parts else copies
        content += _Content(language, there, names, matrices).html(senders)
    content += _second_looks(opened, language, names)
    content += _layouts(opened.received.sheets, language, names)
    return page_around(opened, title, content, language)


def _senders(opened: OpenPeriod, language: Language) -> list[_Sender]:
    """Who has something to mend: most errors first, then most to look at, then by name."""
    units = opened.analysis.units
    owner = opened.received.senders
    found: dict[str, _Sender] = {}
    for mistake in opened.received.mistakes:
        finding = mistake[0]
        if finding.code in SCREEN:
            continue
        file = finding.address.file
        unit = owner.get(file, finding.unit_code)  # about a file that never came: whose it is
        key, name = unit, units.get(unit).name if unit in units else ""
        if not name:
            key = name = file if file in owner else language.plain("site.whole_folder")
        sender = found.setdefault(key, _Sender(name, unit))
        sender.files.setdefault(file if file in owner else "", []).append(mistake)
    return sorted(
        found.values(),
        key=lambda s: (-s.count(Severity.ERROR), -s.count(Severity.WARNING), s.unit, s.name),
    )


@dataclass(frozen=True)
class _Content:
    """What stands below the page's head."""

    language: Language
    copies: Mapping[str, str] | None  # None of a period made of others: each has its own
    names: Mapping[str, str]
    matrices: Mapping[str, Markup]  # of the units below each sender

    def _say(self, key: str, **values: str | Markup) -> Markup:
        return self.language.text(f"site.{key}", **values)

    def html(self, senders: Sequence[_Sender]) -> Markup:
        """A table of the senders, and a section for each."""
        if not senders:
            return Markup("<p>{}</p>").format(self._say("findings_none"))
        about = "findings_copies" if self.copies is not None else "findings_copies_of_parts"
        content = Markup("<p>{}</p><p>{}</p>").format(self._say("findings_intro"), self._say(about))
        content += self._summary(senders)
        for number, sender in enumerate(senders, start=1):
            files = (self._file(*found) for found in sender.files.items())
            matrix = self.matrices.get(sender.unit, Markup(""))
            content += Markup('<section><h2 id="sender-{}">{}</h2><p>{}</p>{}{}</section>').format(
                number, sender.name, self._counts(sender), matrix, Markup("").join(files)
            )
        return content

    def _summary(self, senders: Sequence[_Sender]) -> Markup:
        columns = [Column(self._say(key)) for key in ("sender", "files")]
        columns += [Column(self._say(f"severity_{s}"), numeric=True) for s in Severity]
        rows: list[list[Cell]] = []
        for number, sender in enumerate(senders, start=1):
            link = Markup('<a href="#sender-{}">{}</a>').format(number, sender.name)
            files = Markup(", ").join(_ADDRESS.format(file) for file in sender.files if file)
            rows.append([link, files, *(str(sender.count(severity)) for severity in Severity)])
        return render_table(self._say("findings_summary"), columns, rows, self.language)

    def _counts(self, sender: _Sender) -> Markup:
        errors, warnings = sender.count(Severity.ERROR), sender.count(Severity.WARNING)
        if not errors and not warnings:
            return self._say("sender_nothing")
        return self._say("sender_counts", errors=str(errors), warnings=str(warnings))

    def _file(self, file: str, mistakes: Sequence[Mistake]) -> Markup:
        content = Markup('<h3 class="place">{}</h3>').format(file) if file else Markup("")
        if copy := (self.copies or {}).get(file, ""):
            link = Markup('<p><a href="{}">{}</a></p>')
            content += link.format(quote(copy), self._say("returned_copy"))
        elif (
            self.copies is not None
            and file
            and any(f.severity is not Severity.NOTE for f, _ in mistakes)
        ):
            content += Markup("<p>{}</p>").format(self._say("no_returned_copy"))
        for severity in Severity:
            kinds: dict[str, list[Mistake]] = {}
            for mistake in in_order(mistakes):
                if mistake[0].severity is severity:
                    kinds.setdefault(mistake[0].code, []).append(mistake)
            few = in_order(m for alike in kinds.values() if len(alike) <= _ALIKE for m in alike)
            caption = self._say(f"severity_{severity}")
            if few and severity is Severity.NOTE:
                content += _folded(caption, len(few), self._table(few, caption))
            elif few:
                content += self._table(few, caption, about_no_file=not file)
            for code, alike in kinds.items():
                if len(alike) > _ALIKE:
                    content += self._many(code, severity, alike)
        return content

    def _many(self, code: str, severity: Severity, alike: Sequence[Mistake]) -> Markup:
        """Findings of one kind, folded: what they are, where, and each of them when unfolded."""
        ranges = ranges_by_sheet(f.address for f, _ in alike)
        where = "; ".join(f"{sheet} {cells}".strip() for (_, sheet), cells in ranges.items())
        kind = finding_kind(code, self.language)
        named = self.language.plain(f"site.severity_{severity}")
        heading = self._say("many_alike", severity=named, kind=kind)
        addresses = Markup('<p class="place">{}</p>').format(where) if where else Markup("")
        table = self._table(alike, Markup("{}").format(kind))
        return _folded(heading, len(alike), addresses + table)

    def _table(
        self, mistakes: Iterable[Mistake], caption: Markup, about_no_file: bool = False
    ) -> Markup:
        columns = [Column(self._say(key)) for key in ("place", "raw", "message", "to_do")]
        nowhere = self._say("no_file" if about_no_file else "whole_file")
        rows: list[list[Cell]] = []
        for finding, consequences in mistakes:
            address = f"{finding.address.sheet} {finding.address.cell}".strip()
            shown = shortened(finding.raw, _LONGEST)
            message = RAW.format(finding_text(finding, self.language, self.names))
            if consequences:
                message += self._consequences(finding, consequences)
            to_do = what_to_do(finding.code, self.language)
            where = _ADDRESS.format(address) if address else nowhere
            rows.append([where, RAW.format(shown), message, to_do])
        return render_table(caption, columns, rows, self.language)

    def _consequences(self, cause: Finding, consequences: Sequence[Finding]) -> Markup:
        """What follows from a finding, folded."""
        items = []
        for finding in consequences:
            file, sheet, cell = finding.address
            address = f"{file if file != cause.address.file else ''} {sheet} {cell}".strip()
            text = finding_text(finding, self.language, self.names)
            where = _ADDRESS.format(address) + Markup(": ") if address else Markup("")
            items.append(where + RAW.format(text))
        return _folded(self._say("consequences"), len(consequences), bulleted(items))


def _second_looks(opened: OpenPeriod, language: Language, names: Mapping[str, str]) -> Markup:
    """The unusual patterns, each at its unit: for the office, which asks who sent them."""
    say, units = language.text, opened.analysis.units
    rows: list[list[Cell]] = []
    for finding in opened.screen:
        where = [units.get(code).name for code in units.line(finding.unit_code)[:-1]]
        message = RAW.format(finding_text(finding, language, names))
        rows.append([", ".join(where), _ADDRESS.format(finding.address), message,
                     what_to_do(finding.code, language)])  # fmt: skip
    if not rows:
        return Markup("")
    columns = [Column(say(f"site.{key}")) for key in ("matrix_unit", "place", "message", "to_do")]
    table = render_table(say("site.screen_caption"), columns, rows, language)
    return Markup('<section><h2 id="screen">{}</h2><p>{}</p>{}</section>').format(
        say("site.screen_heading"), say("site.screen_intro"), table
    )


def _layouts(sheets: Sequence[SheetRead], language: Language, names: Mapping[str, str]) -> Markup:
    """What was understood of each sheet, folded; sheets that are laid out alike are one."""
    alike: dict[tuple[object, ...], list[SheetRead]] = {}
    for sheet in sheets:
        key = (sheet.why_not, sheet.table, sheet.header, sheet.columns)
        alike.setdefault(key, []).append(sheet)
    say, content = language.text, Markup("")
    columns = [Column(say(f"layout.{key}")) for key in ("line", "path", "use")]
    for some in alike.values():
        shown = (f"{sheet.address}: {sheet_text(sheet, language, names)}" for sheet in some)
        rows: list[list[Cell]] = [
            [_ADDRESS.format(c.line), RAW.format(c.path), column_text(c, language, names)]
            for c in some[0].columns
        ]
        content += bulleted(shown)
        if rows:
            caption = Markup("{}").format(some[0].address)
            content += render_table(caption, columns, rows, language)
    if not content:
        return content
    intro = Markup("<p>{}</p>").format(say("layout.intro"))
    return _folded(say("layout.heading"), len(sheets), intro + content)


def _folded(heading: Markup, number: int, content: Markup) -> Markup:
    return Markup("<details><summary>{} ({})</summary>{}</details>").format(
        heading, number, content
    )
