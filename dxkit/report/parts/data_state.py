"""What is missing or doubtful in the data, and the cells behind the numbers."""

from __future__ import annotations

from markupsafe import Markup

from dxkit.model.facts import CellRef
from dxkit.report.parts.context import Context, Part
from dxkit.report.sentences.data_state import data_claims
from dxkit.report.tracing import legend, traces
from dxkit.report.wording.cell_ranges import ranges_by_sheet
from dxkit.report.wording.findings import finding_kind


def data_state(context: Context) -> Part:
    """What is missing or doubtful in this unit's data."""
    body = context.writer.paragraph(data_claims(context.view))
    by_code: dict[str, list[CellRef]] = {}
    for finding in context.opened.received.findings:
        if finding.severity != "note" and _concerns(context, finding.unit_code, finding.place):
            by_code.setdefault(finding.code, []).append(finding.place)
    items = []
    for code, cells in by_code.items():
        places = "; ".join(
            f"{file} › {sheet}: {ranges}"
            for (file, sheet), ranges in ranges_by_sheet(cells).items()
        )
        # of a whole file its name; that none came is said above
        files = dict.fromkeys(c.file for c in cells if not c.cell and code != "workbook_missing")
        places = "; ".join(filter(None, (places, *files)))
        if not places:
            continue
        kind = finding_kind(code, context.language)
        items.append(Markup('<li>{}: <span class="place">{}</span></li>').format(kind, places))
    if items:
        title = context.language.text("report.findings_listed")
        body += Markup("<p>{}</p><ul>{}</ul>").format(title, Markup("").join(items))
    elif not context.view.results:
        body += Markup("<p>{}</p>").format(context.language.text("report.no_findings"))
    return context.section("data_state", body)


def sources(context: Context) -> Part:
    """The cells behind the page's numbers, and how each was made. Call it last: it knows the
    numbers of the parts made before it.
    """
    own = (
        fact
        for fact in context.view.scorecard.facts.values()
        if fact.key.unit == context.view.unit.code and fact.key.kind != "against_group"
    )
    cells = {cell for fact in own for cell in fact.sources}
    items = Markup("").join(
        Markup('<li class="place">{} › {}: {}</li>').format(file, sheet, ranges)
        for (file, sheet), ranges in ranges_by_sheet(cells).items()
    )
    text = context.language.text
    if items:
        body = Markup('<p>{}</p><ul class="sources">{}</ul>').format(text("report.sources"), items)
    else:  # nothing is worked out for the unit itself
        body = Markup("<p>{}</p>").format(text("report.sources_below"))
    body += Markup('<p class="note legend">{} <span class="scripted">{}</span></p>').format(
        legend(context.language), text("trace.hint")
    )
    return context.section("sources", body + page_traces(context))


def page_traces(context: Context) -> Markup:
    """How the numbers shown so far were made, for the page's script."""
    opened = context.opened
    shown = context.language.facts.values()
    unit = context.view.unit.code
    return traces(shown, opened.analysis, unit, opened.campaign, context.language)


def _concerns(context: Context, unit_code: str, place: CellRef) -> bool:
    """Whether a finding is about this unit or one below it."""
    units = context.opened.analysis.units
    if unit_code:
        chain = [unit_code]
        if unit_code in units:
            chain += [unit.code for unit in units.ancestors(unit_code)]
        return context.view.unit.code in chain
    senders = {s.name: s.unit_code for s in context.opened.received.sources}
    sender = senders.get(place.file, "")
    return (sender or units.top.code) == context.view.unit.code
