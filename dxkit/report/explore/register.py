"""The register of initiatives as a table, and when they began."""

from __future__ import annotations

from markupsafe import Markup

from dxkit.model.initiatives import Initiative
from dxkit.report.explore import drawing, numbers
from dxkit.report.explore.naming import with_parent
from dxkit.report.explore.selection import Selection
from dxkit.report.tables import Cell, Column, render_table


def register_table(selection: Selection) -> Markup:
    """The register as a table, with where each row stands or was published."""
    text = numbers.speaker(selection.language)
    chosen = selection.chosen
    heading = Markup("<h2>{}</h2>").format(text("explore.register_title"))
    if not chosen:
        return heading + Markup("<p>{}</p>").format(text("explore.register_none"))
    keys = ("name", "place", "start", "aim", "households", "evidence")
    columns = [Column(text(f"explore.column_{key}"), numeric=key == "households") for key in keys]
    rows: list[list[Cell]] = []
    for i in chosen:
        place = with_parent(selection, i.unit_code)
        locality = "" if i.locality == selection.units.get(i.unit_code).name else i.locality
        households: Cell = "–"
        if i.households is not None:
            households = Markup(selection.language.number(numbers.count(i.households)))
        rows.append([
            _two_lines(i.name, i.field), _two_lines(place, locality), i.start or "–", i.aim or "–",
            households, _two_lines(i.evidence, source_text(selection, i)),
        ])  # fmt: skip
    caption = text(
        "explore.register_caption",
        shown=numbers.count(len(chosen)),
        total=numbers.count(len(selection.register)),
    )
    return heading + render_table(caption, columns, rows, selection.language)


def _two_lines(first: str, second: str) -> Markup:
    if not second:
        return Markup("{}").format(first or "–")
    return Markup('{}<br><span class="note">{}</span>').format(first or "–", second)


def source_text(selection: Selection, initiative: Initiative) -> str:
    """Where an initiative is known from: a report's cell, or a publication."""
    if initiative.published:
        return selection.language.plain("explore.published_source", source=initiative.source)
    return selection.language.plain(
        "explore.reported_in",
        period=selection.language.period(initiative.period),
        place=str(initiative.place),
    )


def timeline_part(selection: Selection) -> Markup:
    """When the initiatives began, by field."""
    say, text = selection.language.plain, numbers.speaker(selection.language)
    spans = [
        drawing.Span(i.field or "–", i.first_day, i.last_day, i.published)
        for i in selection.chosen
        if i.first_day is not None and i.last_day is not None
    ]
    heading = Markup("<h2>{}</h2>").format(text("explore.timeline_title"))
    if not spans:
        return heading + Markup("<p>{}</p>").format(text("explore.timeline_none"))
    alternative = say(
        "explore.timeline_alternative",
        shown=numbers.count(len(spans)),
        first=min(s.first for s in spans).strftime("%m/%Y"),
        last=max(s.last for s in spans).strftime("%m/%Y"),
    )
    return heading + Markup('<figure>{}<p class="source">{}</p></figure>').format(
        drawing.timeline(spans, alternative), text("explore.timeline_source")
    )
