"""What has come, and what is still to come from whom: the matrix of units and tables; who has sent,
who is late, what is open, and for each sender a text that somebody may send. Nothing is sent by the
kit.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.analysis.aggregates import Presence
from dxkit.model.findings import Severity
from dxkit.model.observations import Mistake
from dxkit.model.text import harmless
from dxkit.model.units import Unit
from dxkit.period import OpenPeriod
from dxkit.report.tables import Cell, Column, render_table
from dxkit.report.wording.findings import finding_text, names_in_findings, what_to_do
from dxkit.report.wording.language import Language


def completeness_table(
    opened: OpenPeriod, units: Sequence[Unit], language: Language, only_lacking: bool = False
) -> Markup:
    """A row for each unit, a column for each table of figures; nothing without either. Of
    ``only_lacking``, rows of the units that lack something, or a sentence that none does.
    """
    found = opened.analysis.completeness
    if not units or not found.tables:
        return Markup("")
    states = [(unit, [found.of(unit, table) for table in found.tables]) for unit in units]
    if only_lacking:
        states = [(unit, row) for unit, row in states if set(row) != {Presence.COMPLETE}]
        if not states:
            return Markup("<p>{}</p>").format(language.text("site.matrix_complete"))
    names = opened.campaign.tables
    columns = [Column(language.text("site.matrix_unit"))]
    columns += [Column(language.name(names[table])) for table in found.tables]
    rows: list[list[Cell]] = [
        [language.unit(unit, starts=True), *(language.text(f"site.{state}") for state in row)]
        for unit, row in states
    ]
    caption = language.text("site.matrix_lacking" if only_lacking else "site.matrix_caption")
    return render_table(caption, columns, rows, language)


def incomplete_lines(
    opened: OpenPeriod, units: Sequence[Unit], language: Language
) -> Iterator[str]:
    """How many units have complete figures in all tables; of the others which tables have not."""
    found, names = opened.analysis.completeness, opened.campaign.tables
    lines = []
    for unit in units:
        lacking = [
            f"{language.name(names[table])}: {language.plain(f'site.{state}')}"
            for table in found.tables
            if (state := found.of(unit, table)) is not Presence.COMPLETE
        ]
        if lacking:
            lines.append(f"  {unit.name}: {'; '.join(lacking)}")
    whole = str(len(units) - len(lines))
    yield language.plain("site.matrix_whole", whole=whole, units=str(len(units)))
    yield from lines


RECEIVED, LATE, SILENT, OVERDUE = "received", "late", "silent", "overdue"
_MOST = 3  # points in a text
_LACKING = frozenset({"value_missing", "figure_missing", "figure_gone"})
_LONGEST = 400


@dataclass(frozen=True)
class Reminder:
    """Where one sender stands: its state, how many errors, warnings and empty cells, the text."""

    unit: Unit
    state: str
    errors: int
    warnings: int
    lacking: int
    text: str


def reminders(opened: OpenPeriod, language: Language, today: datetime.date) -> Iterator[Reminder]:
    """One for each unit of the level that gets a report; who has sent nothing after the due day is
    overdue ``today``.
    """
    received, units = opened.received, opened.analysis.units
    level, due = opened.campaign.report_level, opened.analysis.period.due_day
    names = names_in_findings(opened.campaign, units, language)

    def sender_of(code: str) -> Unit | None:
        return units.ancestor_at(code, level) if code in units else None

    senders = {source.name: sender_of(source.unit_code) for source in received.sources}
    by_sender: dict[Unit | None, list[Mistake]] = defaultdict(list)
    for mistake in received.mistakes:
        found = mistake[0]
        for sender in {senders.get(found.address.file), sender_of(found.unit_code)}:
            by_sender[sender].append(mistake)
    sent = {senders[source.name] for source in received.sources if not source.is_reply}
    for unit in units.at_level(level):
        mine = by_sender[unit] if unit in sent else []
        if unit in sent:
            was_late = any(f.code == "sent_late" for f, _ in mine)
            state = LATE if was_late else RECEIVED
        else:
            state = OVERDUE if due is not None and today > due else SILENT
        counts = [finding.severity for finding, _ in mine]
        lacking = sum(f.code in _LACKING for m in mine for f in (m[0], *m[1]))
        points = [
            f"{f.address}: {finding_text(f, language, names)} {what_to_do(f.code, language)}"
            for f, _ in _by_cost(mine)
        ]
        text = _text(opened, language, unit, state, [harmless(p, _LONGEST) for p in points])
        errors, warnings = map(counts.count, (Severity.ERROR, Severity.WARNING))
        yield Reminder(unit, state, errors, warnings, lacking, text)


def _by_cost(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """Errors and warnings by what they cost: what takes the largest part of a unit out of its sums
    first, then other errors, then what should be looked at.
    """
    asked = [m for m in mistakes if m[0].severity is not Severity.NOTE]

    def cost(mistake: Mistake) -> tuple[bool, float, int]:
        percent = mistake[0].values.get("percent", 0) if "weighed" in mistake[0].values else 0
        is_error = mistake[0].severity is Severity.ERROR
        return is_error, float(str(percent)), len(mistake[1])

    return sorted(asked, key=cost, reverse=True)


def _text(
    opened: OpenPeriod, language: Language, unit: Unit, state: str, points: Sequence[str]
) -> str:
    """A mail or a message: what came, the points that cost most, how many are left."""
    period, due = opened.analysis.period, opened.analysis.period.due_day
    values = {
        "organiser": language.name(opened.campaign.organiser),
        "unit": language.unit(unit),
        "period": language.period(period.id),
        "due": language.day(due) if due else language.plain("form.no_deadline"),
    }
    lines = [
        language.plain("remind.subject", **values), "",
        language.plain("remind.greeting", **values), "",
        language.plain(f"remind.{state}", **values),
    ]  # fmt: skip
    if state in (SILENT, OVERDUE):
        lines.append(language.plain("remind.please_send"))
    elif points:
        lines.append(language.plain("remind.points"))
        lines += [f"{number}. {point}" for number, point in enumerate(points[:_MOST], start=1)]
        if len(points) > _MOST:
            number = str(len(points) - _MOST)
            lines.append(language.plain("remind.rest", number=number))
    else:
        lines.append(language.plain("remind.nothing"))
    return "\n".join([*lines, "", language.plain("remind.closing"), ""])
