"""The card of an initiative, and where to try next."""

from __future__ import annotations

from markupsafe import Markup

from dxkit.model.text import fold
from dxkit.report.explore import numbers
from dxkit.report.explore.drawing import labelled
from dxkit.report.explore.evidence import before_after_part, evidence_part
from dxkit.report.explore.naming import indicator_name, with_parent
from dxkit.report.explore.register import register_table
from dxkit.report.explore.selection import Selection
from dxkit.report.tables import Cell, Column, render_table


def next_part(selection: Selection) -> Markup:
    """Where to try next, with the caveat of the grade; below grade B, that none is named."""
    text, language = numbers.speaker(selection.language), selection.language
    heading = Markup("<h2>{}</h2>").format(text("explore.next_title"))
    evidence = selection.evidence
    if evidence is None:
        return heading + Markup("<p>{}</p>").format(text("explore.no_indicator"))
    word = text(f"explore.grade_{evidence.grade}")
    if not evidence.is_ground_to_go_on:
        return heading + Markup("<p>{}</p>").format(text("explore.next_low", grade=word))
    whole = abs(selection.goal * 100 - round(selection.goal * 100)) < 1e-9
    goal = numbers.share(selection.goal, 0 if whole else 1)
    found = selection.suggestions()
    if not found:
        return heading + Markup("<p>{}</p>").format(text("explore.next_none", goal=goal))
    columns = [Column(text("explore.column_place"))]
    columns += [Column(text(f"explore.column_{k}"), numeric=True) for k in ("value", "lag")]
    columns.append(Column(text("explore.column_like")))
    rows: list[list[Cell]] = []
    for suggestion in found:
        card = selection.opened.scorecard(suggestion.code)
        rows.append([
            with_parent(selection, suggestion.code),
            card.fact(selection.choice.indicator, "value"),
            Markup(language.number(numbers.points(suggestion.lag))),
            with_parent(selection, suggestion.like),
        ])  # fmt: skip
    caption = text("explore.next_caption", goal=goal)
    caveat = Markup('<p class="note">{}</p>').format(text("explore.next_caveat", grade=word))
    return heading + caveat + render_table(caption, columns, rows, language)


def card_title(selection: Selection) -> str:
    """What the card is about."""
    name = selection.choice.name
    if not name and selection.choice.indicator:
        name = selection.language.plain("explore.card_all", indicator=indicator_name(selection))
    name = name or selection.language.plain("explore.card_any")
    return selection.language.plain("explore.card_title", name=name)


def summary_part(selection: Selection) -> Markup:
    """The card in short: where, since when, for what, how many households, how sure."""
    heading = Markup("<h2>{}</h2>").format(card_title(selection))
    return heading + _simulated(selection) + _summary(selection)


def card_page(selection: Selection) -> Markup:
    """Everything about the initiatives chosen, for a page of its own."""
    parts = [
        Markup("<h1>{}</h1>").format(card_title(selection)) + _simulated(selection),
        _summary(selection),
        evidence_part(selection),
        before_after_part(selection),
        next_part(selection),
        register_table(selection),
    ]
    return Markup("").join(Markup("<section>{}</section>").format(part) for part in parts)


def _summary(selection: Selection) -> Markup:
    text, language = numbers.speaker(selection.language), selection.language
    chosen = selection.chosen
    if not chosen:
        return Markup("<p>{}</p>").format(text("explore.register_none"))
    places = list(dict.fromkeys(i.unit_code for i in chosen))
    days = [day for i in chosen for day in (i.first_day, i.last_day) if day is not None]
    reached = [i.households for i in chosen if i.households is not None]
    aims = dict.fromkeys(aim for i in chosen for aim in i.indicators)
    said: dict[str, Cell] = {
        "places": text(
            "explore.card_places_said",
            number=numbers.count(len(places)),
            names=labelled((selection.units.get(code).name for code in places), 12),
        ),
        "start": "–",
        "fields": "; ".join(sorted({i.field for i in chosen if i.field}, key=fold)) or "–",
        "aims": "; ".join(language.name(selection.campaign.indicator(a).short_names) for a in aims)
        or "–",
        "households": "–",
    }
    if days:
        span = dict.fromkeys(day.strftime("%m/%Y") for day in (min(days), max(days)))
        said["start"] = " – ".join(span)
    if reached:
        said["households"] = text(
            "explore.card_households_said",
            households=numbers.count(sum(reached)),
            number=numbers.count(len(reached)),
        )
    evidence = selection.evidence
    if evidence is not None:
        said["grade"] = text(f"explore.grade_{evidence.grade}")
    return render_table(
        text("explore.card_caption"),
        [Column(text("explore.card_what")), Column(text("explore.card_said"))],
        [[text(f"explore.card_{key}"), value] for key, value in said.items()],
        language,
    )


def _simulated(selection: Selection) -> Markup:
    if not selection.opened.received.simulated_files:
        return Markup("")
    return Markup('<p class="banner" role="note">{}</p>').format(
        selection.language.text("report.simulated")
    )
