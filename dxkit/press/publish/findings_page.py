"""findings.html: what to mend, by sender, for somebody who never saw the tool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from markupsafe import Markup

from dxkit.model.findings import Finding, Severity
from dxkit.period import OpenPeriod
from dxkit.press.publish.page import page_around
from dxkit.report.tables import Cell, Column, render_table
from dxkit.report.wording.cell_ranges import ranges_by_sheet
from dxkit.report.wording.findings import (
    finding_kind,
    finding_text,
    in_order,
    names_in_findings,
    what_to_do,
)
from dxkit.report.wording.language import Language

_ALIKE = 5  # findings of one kind in one file that are shown one by one
_LONGEST = 200  # characters of a cell that are shown


@dataclass
class _Sender:
    """The findings of one sender's files. ``unit`` is empty when a file does not say whose it is:
    then it stands for itself.
    """

    name: str
    unit: str = ""
    files: dict[str, list[Finding]] = field(default_factory=dict)

    def count(self, severity: Severity) -> int:
        """How many findings of a severity there are."""
        return sum(f.severity is severity for found in self.files.values() for f in found)


def findings_html(
    opened: OpenPeriod, language: Language, copies: Mapping[str, str] | None = None
) -> str:
    """All findings of a period. ``copies`` maps raw files to the addresses of the copies that go
    back to their senders, as seen from the page.
    """
    say = language.text
    title = language.plain(
        "site.findings_heading", period=language.period(opened.analysis.period.id)
    )
    senders = _senders(opened, language)
    names = names_in_findings(opened.campaign, opened.analysis.units, language)
    if not senders:
        nothing = Markup("<p>{}</p>").format(say("site.findings_none"))
        return page_around(opened, title, nothing, language)
    content = Markup("<p>{}</p><p>{}</p>").format(
        say("site.findings_intro"), say("site.findings_copies")
    )
    content += _summary(senders, language)
    for number, sender in enumerate(senders, start=1):
        content += Markup('<section><h2 id="sender-{}">{}</h2><p>{}</p>').format(
            number, sender.name, _counts(sender, language)
        )
        for file, findings in sender.files.items():
            content += _file(file, findings, (copies or {}).get(file, ""), names, language)
        content += Markup("</section>")
    return page_around(opened, title, content, language)


def _senders(opened: OpenPeriod, language: Language) -> list[_Sender]:
    """Who has something to mend: most errors first, then most to look at, then by name."""
    units = opened.analysis.units
    owner = {source.name: source.unit_code for source in opened.received.sources}
    found: dict[str, _Sender] = {}
    for finding in opened.received.findings:
        file = finding.place.file
        unit = owner.get(file, finding.unit_code)  # about a file that never came: whose it is
        key, name = unit, units.get(unit).name if unit in units else ""
        if not name:
            key = name = file if file in owner else language.plain("site.whole_folder")
        sender = found.setdefault(key, _Sender(name, unit))
        sender.files.setdefault(file if file in owner else "", []).append(finding)
    return sorted(
        found.values(),
        key=lambda s: (-s.count(Severity.ERROR), -s.count(Severity.WARNING), s.unit, s.name),
    )


def _summary(senders: Sequence[_Sender], language: Language) -> Markup:
    columns = [Column(language.text(f"site.{key}")) for key in ("sender", "files")]
    columns += [Column(language.text(f"site.severity_{s}"), numeric=True) for s in Severity]
    rows: list[list[Cell]] = []
    for number, sender in enumerate(senders, start=1):
        link = Markup('<a href="#sender-{}">{}</a>').format(number, sender.name)
        files = Markup(", ").join(
            Markup('<span class="place">{}</span>').format(file) for file in sender.files if file
        )
        rows.append([link, files, *(str(sender.count(severity)) for severity in Severity)])
    return render_table(language.text("site.findings_summary"), columns, rows, language)


def _counts(sender: _Sender, language: Language) -> Markup:
    errors, warnings = sender.count(Severity.ERROR), sender.count(Severity.WARNING)
    if not errors and not warnings:
        return language.text("site.sender_nothing")
    return language.text("site.sender_counts", errors=str(errors), warnings=str(warnings))


def _file(
    file: str, findings: Sequence[Finding], copy: str, names: Mapping[str, str], language: Language
) -> Markup:
    content = Markup("")
    if file:
        content += Markup('<h3 class="place">{}</h3>').format(file)
    if copy:
        content += Markup('<p><a href="{}">{}</a></p>').format(
            quote(copy), language.text("site.returned_copy")
        )
    elif file and any(f.severity is not Severity.NOTE for f in findings):
        content += Markup("<p>{}</p>").format(language.text("site.no_returned_copy"))
    for severity in Severity:
        kinds: dict[str, list[Finding]] = {}
        for finding in in_order(findings):
            if finding.severity is severity:
                kinds.setdefault(finding.code, []).append(finding)
        few = in_order(f for alike in kinds.values() if len(alike) <= _ALIKE for f in alike)
        caption = language.text(f"site.severity_{severity}")
        if few and severity is Severity.NOTE:
            content += _folded(caption, str(len(few)), _table(few, caption, names, language))
        elif few:
            content += _table(few, caption, names, language, about_no_file=not file)
        for code, alike in kinds.items():
            if len(alike) > _ALIKE:
                content += _many(code, severity, alike, names, language)
    return content


def _many(
    code: str,
    severity: Severity,
    alike: Sequence[Finding],
    names: Mapping[str, str],
    language: Language,
) -> Markup:
    """Findings of one kind, folded: what they are, where, and each of them when unfolded."""
    ranges = ranges_by_sheet(f.place for f in alike)
    where = "; ".join(f"{sheet} {cells}".strip() for (_, sheet), cells in ranges.items())
    kind = finding_kind(code, language)
    heading = language.text(
        "site.many_alike", severity=language.plain(f"site.severity_{severity}"), kind=kind
    )
    table = _table(alike, Markup("{}").format(kind), names, language)
    places = Markup('<p class="place">{}</p>').format(where) if where else Markup("")
    return _folded(heading, str(len(alike)), places + table)


def _folded(heading: Markup, number: str, content: Markup) -> Markup:
    return Markup("<details><summary>{} ({})</summary>{}</details>").format(
        heading, number, content
    )


def _table(
    findings: Iterable[Finding],
    caption: str | Markup,
    names: Mapping[str, str],
    language: Language,
    about_no_file: bool = False,
) -> Markup:
    columns = [Column(language.text(f"site.{key}")) for key in ("place", "raw", "message", "to_do")]
    rows: list[list[Cell]] = []
    for finding in findings:
        place = finding.place
        where = Markup('<span class="place">{}</span>')
        shown = finding.raw[:_LONGEST] + ("…" if len(finding.raw) > _LONGEST else "")
        rows.append(
            [
                where.format(f"{place.sheet} {place.cell}".strip())
                if place.sheet or place.cell
                else language.text("site.no_file" if about_no_file else "site.whole_file"),
                Markup('<span class="raw">{}</span>').format(shown),
                Markup('<span class="raw">{}</span>').format(
                    finding_text(finding, language, names)
                ),
                what_to_do(finding.code, language),
            ]
        )
    return render_table(caption, columns, rows, language)
