"""The registers, and the measures that no indicator uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from dxkit.model.campaign import Measure, MeasureKind
from dxkit.model.facts import Fact
from dxkit.model.observations import RegisterRow
from dxkit.model.received_text import harmless
from dxkit.report.parts.charts_over_time import timeline
from dxkit.report.parts.context import Context, Part
from dxkit.report.sentences.data_state import register_claims
from dxkit.report.tables import Cell, Column, render_table


def registers(context: Context) -> Part:
    """The registers that the campaign keeps, such as model initiatives."""
    parts = []
    for measure in context.opened.campaign.measures:
        if measure.kind is not MeasureKind.ROWS:
            continue
        rows = context.opened.analysis.register_rows(context.view.unit.code, measure.table)
        claims = list(register_claims(context.view, measure.id))
        columns = _columns(context, measure.table)
        body = timeline(context, columns, rows, claims) or context.writer.paragraph(claims)
        if rows:
            body += _register_table(context, measure.table, columns, rows)
        title = context.language.name(context.opened.campaign.tables[measure.table])
        parts.append(context.titled(title, body))
    return Part(Markup("").join(parts))


def activity(context: Context) -> Part:
    """Measures that no indicator uses, by table: the activity of the teams, for instance."""
    used = {i.numerator for i in context.view.indicators}
    used |= {i.denominator for i in context.view.indicators}
    used |= {check.reference for check in context.opened.campaign.reference_checks}
    tables: dict[str, list[list[Cell]]] = {}
    for measure in context.opened.campaign.measures:
        fact = context.view.scorecard.find(measure.id, "value")
        if fact is None or measure.id in used:
            continue
        row: list[Cell] = [context.language.name(measure.names), fact]
        if context.view.previous_period:
            before = _before(context, measure.id)
            row.append(before if before is not None else context.language.text("number.no_data"))
        tables.setdefault(measure.table, []).append(row)
    text = context.language.text
    columns = [Column(text("report.measure")), Column(text("report.this_period"), numeric=True)]
    if context.view.previous_period:
        columns.append(Column(text("report.previous_period"), numeric=True))
    parts = []
    for table, rows in tables.items():
        title = context.language.name(context.opened.campaign.tables[table])
        parts.append(context.titled(title, render_table(title, columns, rows, context.language)))
    return Part(Markup("").join(parts))


def _columns(context: Context, table: str) -> list[Measure]:
    """The columns of a register, in the campaign's order."""
    campaign = context.opened.campaign
    return [m for m in campaign.measures if m.table == table and m.kind is MeasureKind.TEXT]


def _register_table(
    context: Context, table: str, measures: Sequence[Measure], rows: Iterable[RegisterRow]
) -> Markup:
    rows = list(rows)
    measures = [m for m in measures if any(row.text(m.id) for row in rows)]
    columns = [Column(context.language.name(m.names)) for m in measures]
    written: list[list[Cell]] = [
        [Markup('<bdi class="raw">{}</bdi>').format(harmless(row.text(m.id))) for m in measures]
        for row in rows
    ]
    title = context.language.name(context.opened.campaign.tables[table])
    return render_table(title, columns, written, context.language)


def _before(context: Context, measure_id: str) -> Fact | None:
    previous, code = context.opened.analysis.previous, context.view.unit.code
    if previous is None or code not in previous.units:
        return None
    return previous.facts.find(code, measure_id, "value")
