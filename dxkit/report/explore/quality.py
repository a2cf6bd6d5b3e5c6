"""The object the notebook of data quality touches: who sent what, and what is wrong with it, each
cell in its surroundings as it stands in the received file.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from dxkit.campaign.plan_files import Record, records_in
from dxkit.model.campaign import Correction, Decision, Explanation
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding, Severity
from dxkit.period import OpenPeriod
from dxkit.report.explore.corrections import (
    CorrectionForm,
    address_of,
    correction_of,
    decisions_of,
    excerpt,
    put_on_record,
)
from dxkit.report.explore.live import Chooser, Listed, Section, as_count, paragraph, title
from dxkit.report.receipts import completeness_table
from dxkit.report.tables import Cell, Column
from dxkit.report.wording.findings import finding_kind, finding_text, names_in_findings

MOST_SHOWN = 100
"""How many findings are listed one by one; choosing a sender or a kind shows the others."""
FEW_ALIKE = 3
"""How many of a kind in one file are listed while no kind is chosen."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which findings are listed; empty text chooses nothing."""

    sender: str = ""
    rule: str = ""
    severity: str = ""


class Quality(Chooser):
    """What was received in a period. Each method gives one section of the notebook."""

    of_unit = ("sender",)

    def __init__(self, opened: OpenPeriod, language: str = "vi") -> None:
        super().__init__(opened, language)
        self.choice = Choice()

    def _options(self, name: str) -> list[tuple[str, str]]:
        every = (self.language.plain("explore.all"), "")
        if name == "sender":
            level = self.opened.campaign.report_level
            return [every, *((u.name, u.code) for u in self.opened.analysis.units.at_level(level))]
        if name == "severity":
            said = self.language.plain
            return [every, *((said(f"site.severity_{s}"), str(s)) for s in Severity)]
        codes = dict.fromkeys(f.code for f in self.opened.all_findings)
        if self.choice.rule:  # of which the last may just have been corrected
            codes.setdefault(self.choice.rule)
        return [every, *((finding_kind(code, self.language), code) for code in codes)]

    def sender_of(self, finding: Finding) -> str:
        """The unit at the report level that a finding concerns: its own, else the file's sender."""
        units, level = self.opened.analysis.units, self.opened.campaign.report_level
        code = finding.unit_code or self.opened.received.senders.get(finding.address.file, "")
        above = units.ancestor_at(code, level) if code in units else None
        return above.code if above else code

    @property
    def chosen(self) -> tuple[Finding, ...]:
        """The findings that fit the choices, errors first."""
        order = list(Severity)
        found = self._fitting(self.choice)
        return Listed(sorted(found, key=lambda f: order.index(f.severity)))

    def _fitting(self, choice: Choice) -> list[Finding]:
        return [
            f
            for f in self.opened.all_findings
            if (not choice.sender or self.sender_of(f) == choice.sender)
            and (not choice.rule or f.code == choice.rule)
            and (not choice.severity or f.severity == choice.severity)
        ]

    def _there(self, name: str) -> set[str]:
        left = self._fitting(dataclasses.replace(self.choice, **{name: ""}))
        return {
            {"sender": self.sender_of(f), "rule": f.code, "severity": str(f.severity)}[name]
            for f in left
        }

    # sections ----------------------------------------------------------------------------

    def senders(self) -> Section:
        """Who sent which file, how many values were read from it, and how much is wrong."""
        return self._section(lambda: _senders_table(self))

    def by_rule(self) -> Section:
        """How often each kind of finding occurs, by sender."""
        return self._section(lambda: _rules_table(self))

    def findings(self) -> Section:
        """Each finding; a click opens the cells around it as they stand in the file."""
        return self._section(lambda: _findings_list(self))

    def completeness(self) -> Section:
        """Of which sender which tables are there; of a chosen one, of each unit below it."""
        return self._section(lambda: _completeness(self))

    def corrections(self) -> Section:
        """The office's corrections and explanations of the period, as they are on record."""
        return self._section(lambda: _corrections_table(self))

    def form(self) -> CorrectionForm:
        """A form that takes a correction or an explanation of a cell that was found doubtful."""
        return self._added(CorrectionForm(self, lambda: self.chosen, self.correct, self._decide))

    def correct(self, cell: str, corrected: str, reason: str, name: str) -> Path:
        """Have a cell, named as findings name it ("931.xlsx › Sheet!C7"), read ``corrected``: a row
        of the campaign's corrections.csv with today's date, guarded by what the cell says; the
        sections follow. What it says already is explained: it stands as it is, and why is on
        record. Returns the file.

        Raises ValueError, in the office's words, for a cell that is not there, a file that another
        has replaced since the period was opened, an empty field, or a cell that has a correction
        already: nothing on record is written over.
        """
        said = corrected, reason, name
        return self._put([correction_of(self.opened, address_of(cell), said, self.language)])

    def accept(
        self, cell: str, name: str, *, note: str = "", text: str = "", code: str = ""
    ) -> Path:
        """Accept what the sender explains of a cell's findings, or of that of a ``code``: rows of
        the campaign's explanations.csv with today's date. ``text`` is the explanation where it came
        another way than in the workbook. A warning is a note from then on, while cell and
        explanation stay as they are; an error stays one. Returns the file.

        Raises ValueError, in the office's words, as ``correct`` does, and for a cell that nothing
        is found at, an explanation that gives no reason or repeats that of the period before.
        """
        return self._decided(cell, Decision.ACCEPTED, (name, note, text), code)

    def refuse(
        self, cell: str, name: str, *, note: str = "", text: str = "", code: str = ""
    ) -> Path:
        """Put on record that it is not accepted; all else as ``accept``."""
        return self._decided(cell, Decision.REFUSED, (name, note, text), code)

    def _decide(self, cell: str, decision: Decision, name: str, reason: str) -> Path:
        """``reason`` is a note on what the sender says; the explanation where he says nothing, or
        nothing that can be accepted.
        """
        place, said = address_of(cell), {"something"}
        if decision is Decision.REFUSED:
            said |= {"nothing", "copied"}
        here = (f for f in self.opened.received.findings if f.address == place)
        is_note = any(f.values.get("answer_says") in said for f in here)
        note, text = (reason, "") if is_note else ("", reason)
        return self._decided(cell, decision, (name, note, text), "")

    def _decided(
        self, cell: str, decision: Decision, said: tuple[str, str, str], code: str
    ) -> Path:
        place = address_of(cell)
        return self._put(decisions_of(self.opened, place, decision, said, self.language, code))

    def _put(self, records: Sequence[Record]) -> Path:
        path, self.opened = put_on_record(self.opened, records, self.language)
        self.refresh()
        return path


def _completeness(quality: Quality) -> Markup:
    units, sender = quality.opened.analysis.units, quality.choice.sender
    shown = units.at_level(quality.opened.campaign.report_level)
    if sender:
        shown = (units.get(sender), *units.children(sender))
    heading = title(quality.text("explore.completeness_title"))
    return heading + completeness_table(quality.opened, shown, quality.language)


def _corrections_table(quality: Quality) -> Markup:
    heading = title(quality.text("explore.corrections_title"))
    period = quality.opened.analysis.period.id
    folder = quality.opened.campaign.folder
    found = [c for c in records_in(folder, Correction) if c.period == period]
    decided = [e for e in records_in(folder, Explanation) if e.period == period]
    if not found and not decided:
        return heading + paragraph(quality.text("explore.corrections_none"))
    columns = quality.columns("cell received corrected reason by")
    stands, rows = quality.text("explore.stands"), list[list[Cell]]()

    def add(one: Record, was: str, is_now: str, why: str) -> None:
        said = quality.text("explore.by_and_when", name=one.name, date=one.date)
        rows.append([str(CellRef(one.file, one.sheet, one.cell)), was or "–", is_now, why, said])

    for c in found:
        add(c, c.expected, stands if c.corrected == c.expected else c.corrected, c.reason)
    for e in decided:
        note = f" ({e.note})" if e.note else ""
        add(e, e.value, quality.text(f"explore.form_{e.decision}"), e.explanation + note)
    return heading + quality.table_of("corrections_caption", columns, rows)


def _senders_table(quality: Quality) -> Markup:
    """Who sent which file, how many values were read, how much is wrong."""
    received = quality.opened.received
    values = Counter(o.address.file for o in received.table.observations if o.value is not None)
    wrong = Counter((f.address.file, f.severity) for f in quality.opened.all_findings)
    by_unit: dict[str, list[str]] = {}
    for source in received.sources:
        by_unit.setdefault(source.unit_code, []).append(source.name)
    names = {
        u.code: u.name
        for u in quality.opened.analysis.units.at_level(quality.opened.campaign.report_level)
    }
    in_shared_files = _senders_of_shared_files(quality)
    rows: list[list[Cell]] = []
    for code in (*names, *(c for c in by_unit if c not in names)):
        name = names.get(code) or _other_sender(quality, code)
        for file in by_unit.get(code, [""]):
            if not file and code in in_shared_files:
                continue
            figures: list[Cell] = [_count(quality, values[file])]
            figures += [_count(quality, wrong[file, severity]) for severity in Severity]
            shown: Cell = file or quality.text("explore.not_sent")
            rows.append([name, shown, *(figures if file else ["–"] * 4)])
    counted = "values errors warnings notes"
    columns = quality.columns(f"sender file {counted}", counted)
    period = quality.language.period(quality.opened.analysis.period.id)
    heading = title(quality.text("explore.senders_title"))
    return heading + quality.table_of("senders_caption", columns, rows, period=period)


def _other_sender(quality: Quality, code: str) -> str:
    units = quality.opened.analysis.units
    return units.get(code).name if code in units else quality.language.plain("explore.no_sender")


def _senders_of_shared_files(quality: Quality) -> frozenset[str]:
    """Units of the report level whose figures came in whatever file."""
    units, level = quality.opened.analysis.units, quality.opened.campaign.report_level
    reported = {o.unit_code for o in quality.opened.received.table.observations}
    above = (units.ancestor_at(code, level) for code in reported)
    return frozenset(unit.code for unit in above if unit is not None)


def _rules_table(quality: Quality) -> Markup:
    """How often each kind of finding occurs, by sender."""
    number = Counter((f.code, quality.sender_of(f)) for f in quality.opened.all_findings)
    codes = dict.fromkeys(f.code for f in quality.opened.all_findings)
    heading = title(quality.text("explore.rules_title"))
    if not codes:
        return heading + paragraph(quality.text("explore.findings_none"))
    senders = sorted({sender for _, sender in number})
    first, last = quality.columns("rule all", "all")
    each = (Column(_other_sender(quality, s), numeric=True) for s in senders)
    rows: list[list[Cell]] = [
        [
            finding_kind(code, quality.language),
            *(_count(quality, number[code, sender]) for sender in senders),
            _count(quality, sum(number[code, sender] for sender in senders)),
        ]
        for code in codes
    ]
    return heading + quality.table_of("rules_caption", [first, *each, last], rows)


def _findings_list(quality: Quality) -> Markup:
    """Each finding, with the cells around it inside."""
    heading = title(quality.text("explore.findings_title"))
    chosen = quality.chosen
    if not chosen:
        return heading + paragraph(quality.text("explore.findings_none"))
    few = len(chosen) if quality.choice.rule else FEW_ALIKE
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in chosen:
        alike.setdefault((finding.code, finding.address.file), []).append(finding)
    shown = [f for group in alike.values() for f in group[:few]][:MOST_SHOWN]
    said = quality.text("explore.findings_shown", shown=len(shown), total=len(chosen))
    units = quality.opened.analysis.units
    names = names_in_findings(quality.opened.campaign, units, quality.language)
    items = Markup("")
    for finding in shown:
        items += Markup("<details><summary>{}: {} – {}</summary>{}</details>").format(
            quality.text(f"site.severity_{finding.severity}"),
            str(finding.address),
            finding_text(finding, quality.language, names),
            excerpt(quality.opened, finding.address, quality.language),
        )
        group = alike[finding.code, finding.address.file]
        if len(group) > few and finding is group[few - 1]:
            more = len(group) - few
            items += Markup('<p class="note">{}</p>').format(
                quality.text("explore.findings_alike", number=more)
            )
    return heading + Markup("<p>{}</p>{}").format(said, items)


def _count(quality: Quality, number: int) -> Markup:
    return Markup(quality.language.number(as_count(number))) if number else Markup("–")
