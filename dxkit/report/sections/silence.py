"""The one screen of a unit that has not reported: what is missing, in which file, till when, and
its results of the period before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from dxkit.analysis.completeness import Presence
from dxkit.model.facts import TOTAL, Reference
from dxkit.report.context import Context
from dxkit.report.sentences.headlines import standing
from dxkit.report.sentences.next_steps import next_steps
from dxkit.report.tables import NOTHING, Cell, Column, bulleted, render_table


def tile(title: str | Markup, figure: Markup, *blocks: Markup, kind: str = "wide") -> Markup:
    """A tile of the strip: its title, its large number, and what stands below that."""
    large = Markup('<p class="figure">{}</p>').format(figure) if figure else ""
    markup = Markup('<div class="{}"><dt>{}</dt><dd>{}{}</dd></div>')
    return markup.format(kind, title, large, Markup("").join(blocks))


def paragraphs(texts: Iterable[Markup]) -> Markup:
    """Texts, each a paragraph."""
    return Markup("").join(map(Markup("<p>{}</p>").format, texts))


def silence(context: Context) -> Markup:
    """Why there is nothing, what is to be sent, and the results of the period before."""
    said = [c for c in (standing(context.view),) if c is not None]
    said += next(iter(next_steps(context.view)), ())
    strip = Markup("").join((*_tables(context), *_files(context), *_due(context)))
    body = context.writer.paragraph(said) + Markup('<dl class="verdict">{}</dl>').format(strip)
    return body + _before(context)


def _tables(context: Context) -> Iterator[Markup]:
    """Each table without the unit's figures, and whether its row is there."""
    found, unit = context.opened.analysis.completeness, context.view.unit
    names, text = context.opened.campaign.tables, context.language.text
    items = [
        Markup("{}: {}").format(context.language.name(names[table]), text(f"site.{state}"))
        for table in found.tables
        if (state := found.of(unit, table)) is not Presence.COMPLETE
    ]
    if items:
        yield tile(text("report.silent_tables"), Markup(""), bulleted(items))


def _files(context: Context) -> Iterator[Markup]:
    """The files that its figures belong into, or that none has come from whom they should."""
    opened, code = context.opened, context.view.unit.code
    line, units = opened.analysis.units.line(code), opened.analysis.units
    names = [name for name, sender in opened.received.senders.items() if sender in line]
    sender = units.ancestor_at(code, opened.campaign.report_level)
    whose = context.writer.name(Reference("unit", sender.code if sender is not None else code))
    told = [Markup('<span class="place">{}</span>').format(name) for name in names]
    title = context.language.text("report.silent_files", unit=whose)
    none = context.language.text("report.silent_no_file")
    yield tile(title, Markup(""), paragraphs(told or [none]))


def _due(context: Context) -> Iterator[Markup]:
    """The day till when reports are to be in."""
    period = context.opened.analysis.period
    if period.due_day is not None:
        day = context.date(context.language.day(period.due_day))
        note = [context.assumed()] if period.assumed else []
        yield tile(context.language.text("report.silent_due"), day, paragraphs(note))


def _before(context: Context) -> Markup:
    """The results of the period before; nothing without any."""
    previous, code = context.opened.analysis.previous, context.view.unit.code
    if previous is None or code not in previous.units:
        return Markup("")
    text, find = context.language.text, previous.facts.find
    values = [(i, find(code, i.id, "value")) for i in context.view.indicators]
    if not any(value is not None and value.known for _, value in values):
        return Markup("")
    rows: list[list[Cell]] = [
        [context.language.name(i.short_names), value, find(code, i.id, "points") or NOTHING]
        for i, value in values
        if value is not None
    ]
    rows.append([text("report.total"), "", find(code, TOTAL, "points") or NOTHING])
    columns = [Column(text("report.indicator"))]
    columns += [Column(text(f"report.column_{key}"), numeric=True) for key in ("value", "points")]
    names = {"unit": context.writer.name(context.view.itself)}
    period = context.writer.name(Reference("period", previous.period.id))
    caption = text("report.silent_caption", period=period, **names)
    return render_table(caption, columns, rows, context.language, totals=1)
