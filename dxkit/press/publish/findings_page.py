"""findings.html: what to mend, by sender, for somebody who never saw the tool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from markupsafe import Markup

from dxkit.model.addresses import ranges_by_sheet
from dxkit.model.findings import SCREEN, Finding, Severity
from dxkit.model.observations import Mistake, SheetRead
from dxkit.model.text import shortened
from dxkit.period import OpenPeriod
from dxkit.press.publish.frame import RAW, page_around
from dxkit.report.receipts import completeness_table
from dxkit.report.tables import Cell, Column, bulleted, render_table
from dxkit.report.wording.findings import (
    column_text,
    finding_kind,
    finding_text,
    in_order,
    names_in_findings,
    sheet_text,
    what_to_do,
)
from dxkit.report.wording.language import Language

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


def findings_html(opened: OpenPeriod, language: Language, copies: Mapping[str, str]) -> str:
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
    content += _screen(opened, language, names)
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


def _screen(opened: OpenPeriod, language: Language, names: Mapping[str, str]) -> Markup:
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
