"""The sections of the notebook of initiatives: the register, before and after, how sure that is,
where to try next, the card.
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from dxkit.analysis.initiatives import Comparison, another_place
from dxkit.analysis.panel import Interval, Window
from dxkit.model.facts import Fact
from dxkit.model.observations import Initiative
from dxkit.model.text import fold
from dxkit.report.charts.over_time import Pair, Span, draw_pairs, draw_spans
from dxkit.report.charts.units import Place, bare_names, draw_map, draw_tiles
from dxkit.report.explore.live import as_count, as_points, as_share, mean_of, paragraph, title
from dxkit.report.explore.selection import Selection, indicator_name, with_parent, within_a_sentence
from dxkit.report.tables import Cell, Column, bulleted
from dxkit.report.wording.publications import simulated_html

if TYPE_CHECKING:
    import pandas as pd


def register_table(selection: Selection) -> Markup:
    """The register as a table, with where each row stands or was published."""
    chosen = selection.chosen
    heading = title(selection.text("explore.register_title"))
    if not chosen:
        return heading + paragraph(selection.text("explore.register_none"))
    columns = selection.columns("name place start aim households evidence", "households")
    rows: list[list[Cell]] = []
    for i in chosen:
        place = with_parent(selection, i.unit_code)
        locality = "" if i.locality == selection.units.get(i.unit_code).name else i.locality
        households: Cell = "–"
        if i.households is not None:
            households = Markup(selection.language.number(as_count(i.households)))
        rows.append([
            _two_lines(i.name, i.field), _two_lines(place, locality), i.start or "–", i.aim or "–",
            households, _two_lines(i.evidence, source_text(selection, i)),
        ])  # fmt: skip
    numbered = {"shown": len(chosen), "total": len(selection.register)}
    return heading + selection.table_of("register_caption", columns, rows, **numbered)


def register_frame(selection: Selection) -> pd.DataFrame:
    """The same rows for a table that sorts and filters, one thing per column."""
    import pandas as pd

    keys = "initiative place district field start aim households evidence source"
    headings = [selection.language.plain(f"explore.grid_{key}") for key in keys.split()]
    rows = []
    for i in selection.chosen:
        above = selection.units.parent(i.unit_code)
        rows.append([
            i.name, i.locality or selection.units.get(i.unit_code).name,
            above.name if above else "", i.field, i.start, i.aim, i.households, i.evidence,
            source_text(selection, i),
        ])  # fmt: skip
    frame = pd.DataFrame(rows, columns=headings)
    return frame.astype({headings[6]: "Int64"})


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
        place=str(initiative.address),
    )


def timeline_section(selection: Selection) -> Markup:
    """When the initiatives began, by field."""
    picked = set(selection.picked)
    spans = [
        Span(i.field or "–", i.name, i.first_day, i.last_day, i.published, n, n in picked)
        for n, i in enumerate(selection.chosen)
        if i.first_day is not None and i.last_day is not None
    ]
    heading = title(selection.text("explore.timeline_title"))
    if not spans:
        return heading + paragraph(selection.text("explore.timeline_none"))
    alternative = selection.text(
        "explore.timeline_alternative",
        shown=len(spans),
        first=min(s.first for s in spans).strftime("%m/%Y"),
        last=max(s.last for s in spans).strftime("%m/%Y"),
    )
    drawing = draw_spans("timeline", spans, selection.language)
    return _figure(
        "timeline", heading, drawing, alternative, selection.text("explore.timeline_source")
    )


def map_section(selection: Selection) -> Markup:
    """How many of the initiatives chosen each unit has, on the map or the schema of the plan."""
    heading = title(selection.text("explore.map_title"))
    units, shapes = selection.units, selection.opened.shapes
    level = selection.campaign.report_level
    within: dict[str, list[int]] = {unit.code: [] for unit in units.at_level(level)}
    for n, initiative in enumerate(selection.chosen):
        above = units.ancestor_at(initiative.unit_code, level)
        if above is not None:
            within[above.code].append(n)
    picked, most = set(selection.picked), max(map(len, within.values()), default=0)
    bare = bare_names(units.at_level(level))
    places = {
        code: Place(
            bare.get(code) or units.get(code).name,
            as_count(len(found)),
            None if not found else 0 if picked & set(found) else 3 + (2 * len(found) > most),
            tuple(found),
        )
        for code, found in within.items()
    }
    if places and places.keys() <= shapes.areas.keys():
        areas = [(shapes.areas[code], place) for code, place in places.items()]
        drawing = draw_map("map", areas, selection.language)
    elif places and places.keys() <= shapes.tiles.keys():
        tiles = [(*shapes.tiles[code], place) for code, place in places.items()]
        drawing = draw_tiles("map", tiles, selection.language)
    else:
        return heading + paragraph(selection.text("explore.map_none"))
    alternative = Markup("; ").join(
        Markup("{}: {}").format(units.get(code).name, str(len(place.picks)))
        for code, place in places.items()
    )
    return _figure("map", heading, drawing, alternative, selection.text("explore.map_source"))


def beside_section(selection: Selection) -> Markup:
    """Two districts side by side: what they have of the chosen, and where they stand."""
    heading = title(selection.text("explore.beside_title"))
    codes = [code for code in (selection.choice.district, selection.choice.beside) if code]
    if len(set(codes)) < 2:
        return heading + paragraph(selection.text("explore.beside_none"))
    columns = [Column(selection.text("explore.card_what"))]
    columns += [Column(selection.units.get(code).name, numeric=True) for code in codes]
    found = [selection.within(code) for code in codes]
    reached = [sum(i.households or 0 for i in of_one) for of_one in found]
    rows: list[list[Cell]] = [
        _counted(selection, "beside_initiatives", map(len, found)),
        _counted(selection, "beside_places", (len({i.unit_code for i in f}) for f in found)),
        _counted(selection, "column_households", reached),
    ]
    for field in sorted({i.field for of_one in found for i in of_one if i.field}, key=fold):
        counts = (sum(i.field == field for i in of_one) for of_one in found)
        rows.append([field, *_counted(selection, "all", counts)[1:]])
    if indicator := selection.choice.indicator:
        cards = [selection.opened.analysis.scorecard(code) for code in codes]
        for kind in ("value", "target", "change", "rank"):
            facts = [card.find(indicator, kind) for card in cards]
            said = selection.text(f"explore.beside_{kind}", indicator=indicator_name(selection))
            rows.append([said, *(fact or "–" for fact in facts)])
    return heading + selection.table_of("beside_caption", columns, rows)


def _counted(selection: Selection, key: str, counts: Iterable[int]) -> list[Cell]:
    number = selection.language.number
    return [selection.text(f"explore.{key}"), *(Markup(number(as_count(c))) for c in counts)]


def view_section(selection: Selection, file: Path) -> Markup:
    """What is chosen as a line of code, as a text, and as a link to the notebook that keeps it."""
    language, period = selection.language, selection.opened.analysis.period.id
    made = f"dxkit.explore({selection.campaign.id!r}, {period!r}, {language.code!r})"
    body = title(selection.text("explore.view_title"))
    for key, code in (
        ("view_code", f"explorer = {made}.choose_view({selection.view!r})"),
        ("view_text", selection.view or '""'),
    ):
        body += paragraph(selection.text(f"explore.{key}")) + Markup("<pre>{}</pre>").format(code)
    if not file.exists():
        return body + paragraph(selection.text("explore.view_unsaved"))
    address = Path(os.path.relpath(file, selection.opened.project.notebooks)).as_posix()
    link = Markup('<a href="{}">{}</a>').format(quote(address), file.name)
    return body + Markup("<p>{} {}</p>").format(selection.text("explore.view_link"), link)


def _figure(
    name: str, heading: Markup, drawing: Markup, alternative: str, source: Markup
) -> Markup:
    """A drawing under its heading, with what it shows for those who do not see it."""
    return Markup(
        '<div id="{name}-title">{heading}</div><figure><div class="drawing">{drawing}</div>'
        '<p hidden id="{name}-text">{alternative}</p><p class="source">{source}</p></figure>'
    ).format(name=name, heading=heading, drawing=drawing, alternative=alternative, source=source)


def before_after_section(selection: Selection) -> Markup:
    """Small pictures, one per place."""
    comparison = selection.comparison
    name = indicator_name(selection)
    heading = title(selection.text("explore.before_title", indicator=name))
    if comparison is None:
        return heading + paragraph(selection.text("explore.no_indicator"))
    if not comparison.groups:
        return heading + paragraph(selection.text("explore.before_none"))
    chosen = selection.chosen
    picked = {chosen[number].unit_code for number in selection.picked}
    pairs = []
    for group in comparison.groups:
        window = comparison.windows[group.start]
        courses = [window.course(comparison.panel, code) for code in group.others]
        known = [(course.before, course.after) for course in courses if course is not None]
        before, after = (math.fsum(values) / len(known) for values in zip(*known, strict=True))
        pairs += [
            Pair(
                f"{'► ' * (code in picked)}{selection.units.get(code).name}",
                *facts_of(selection, code, window),
                (before, after),
            )
            for code in group.places
        ]
    alternative = selection.text(
        "explore.before_alternative",
        indicator=name,
        places=_first_of((pair.label for pair in pairs), 6),
    )
    drawing = draw_pairs("before", pairs, selection.language)
    return _figure("before", heading, drawing, alternative, selection.text("explore.before_source"))


def evidence_section(selection: Selection) -> Markup:
    """What the comparison says, how sure it is and why, and the places compared."""
    comparison = selection.comparison
    name = indicator_name(selection)
    heading = title(selection.text("explore.evidence_title", indicator=name))
    body = heading + grade_box(selection)
    if comparison is None:
        return body
    if comparison.interval is not None:
        body += comparison_sentences(selection, comparison, comparison.interval)
        body += checks(selection, comparison, comparison.interval)
        body += _compared_table(selection, comparison)
    return body + _left_out(selection)


def grade_box(selection: Selection) -> Markup:
    """The grade, what the figures lean to, and every reason that holds the grade down."""
    evidence = selection.evidence
    if evidence is None:
        return paragraph(selection.text("explore.no_indicator"))
    word = selection.text(f"explore.grade_{evidence.grade}")
    body = Markup("<p><strong>{}</strong></p>").format(selection.text("explore.grade", grade=word))
    body += paragraph(selection.text(f"explore.seems_{evidence.seems}"))
    if evidence.reasons:
        reasons = (selection.text(f"explore.reason_{reason}") for reason in evidence.reasons)
        body += paragraph(selection.text("explore.reasons")) + bulleted(reasons)
    return Markup('<div class="grade">{}</div>').format(body)


def comparison_sentences(
    selection: Selection, comparison: Comparison, interval: Interval
) -> Markup:
    """The change at the places, what of it was to be expected, and the difference that is left."""
    text, pull, unseen = selection.text, comparison.pull, comparison.pull_unseen
    many, name = len(comparison.places), within_a_sentence(selection)
    change = comparison.plain_change or 0.0
    sentences = [text("explore.plain_change", places=many, indicator=name, change=change)]
    if pull is not None and unseen is None:
        sentences.append(text("explore.pull", pull=pull))
    elif pull is not None:
        sentences.append(text("explore.pull_in_part", pull=pull, unseen=unseen or 0.0))
    if comparison.carried is not None:
        sentences.append(text("explore.carried", carried=comparison.carried))
    if interval.is_bounded:
        told = {"level": as_share(1 - interval.level, 0)}
        told |= {"probability": as_share(interval.probability)}
        sentences.append(text("explore.difference", **told, **_between(interval)))
    else:
        sentences.append(text("explore.difference_open", estimate=interval.estimate))
    sentences.append(text("explore.many_looks"))
    return paragraph(Markup(" ").join(sentences))


def _between(interval: Interval) -> dict[str, float]:
    return {name: getattr(interval, name) for name in ("estimate", "low", "high")}


def checks(selection: Selection, comparison: Comparison, interval: Interval) -> Markup:
    """What the comparison rests on, each with the figure that supports or would undo it."""
    text = selection.text
    items = [text(f"explore.rests_on_{'line' if comparison.carried is not None else 'others'}")]
    if comparison.undoing_break is not None:
        items.append(text("explore.undoing_break", undoing=abs(comparison.undoing_break)))
    if comparison.earlier is None:
        items.append(text("explore.earlier_none"))
    else:
        probability = as_share(comparison.earlier.probability)
        power = as_share(comparison.earlier.power, 0)
        items.append(text("explore.earlier", probability=probability, power=power))
    for back, placebo in enumerate(comparison.placebos, 1):
        if placebo.is_bounded:
            items.append(text("explore.placebo", back=back, **_between(placebo)))
    if not interval.excludes_nothing:
        names = ", ".join(selection.units.get(code).name for code in comparison.carriers if code)
        items.append(text(f"explore.carried_by_{'some' if names else 'none'}", names=names))
    beside = comparison.spillover
    if beside is None or not beside.is_bounded:
        items.append(text("explore.neighbours_untold"))
    else:
        items.append(text("explore.neighbours", **_between(beside)))
    items.append(text("explore.rests_on_choice"))
    return paragraph(text("explore.checks")) + bulleted(items)


def _compared_table(selection: Selection, comparison: Comparison) -> Markup:
    columns = selection.columns("district places others difference", "difference")
    differences = comparison.table.differences()
    rows: list[list[Cell]] = []
    for group in comparison.groups:
        window = comparison.windows[group.start]
        mean = math.fsum(differences[code] for code in group.places) / len(group.places)
        district = selection.units.get(group.district).name if group.district else ""
        rows.append([
            _two_lines(district, selection.language.period(group.start)),
            _courses(selection, group.places, window), _courses(selection, group.others, window),
            Markup(selection.language.number(as_points(mean), signed=True)),
        ])  # fmt: skip
    return selection.table_of("compared_caption", columns, rows)


def _courses(selection: Selection, codes: Iterable[str], window: Window) -> Markup:
    language = selection.language
    return Markup("; ").join(
        Markup("{} ({} → {})").format(
            selection.units.get(code).name,
            *(language.fact(fact) for fact in facts_of(selection, code, window)),
        )
        for code in codes
    )


def facts_of(selection: Selection, code: str, window: Window) -> tuple[Fact, Fact]:
    """A place's figures before and from the start on, traceable to their cells."""
    facts = [
        analysis.scorecard(code).fact(selection.choice.indicator, "value")
        for analysis in selection.opened.history
    ]
    before, after = ([facts[n] for n in part] for part in (window.before, window.after))
    return mean_of(before), mean_of(after)


def _left_out(selection: Selection) -> Markup:
    comparison = selection.comparison
    if comparison is None or not comparison.left_out:
        return Markup("")
    by_reason: dict[str, list[str]] = defaultdict(list)
    for code, reason in comparison.left_out:
        by_reason[reason].append(selection.units.get(code).name)
    said = selection.text("explore.left_out", number=len(comparison.left_out))
    parts = Markup("; ").join(
        Markup("{}: {}").format(selection.text(f"explore.left_out_{reason}"), ", ".join(names))
        for reason, names in by_reason.items()
    )
    return Markup('<p class="note">{} {}.</p>').format(said, parts)


def next_section(selection: Selection) -> Markup:
    """Where to try next, with the caveat of the grade; below grade B, that none is named."""
    language = selection.language
    heading = title(selection.text("explore.next_title"))
    evidence = selection.evidence
    if evidence is None:
        return heading + paragraph(selection.text("explore.no_indicator"))
    word = selection.text(f"explore.grade_{evidence.grade}")
    if not evidence.is_ground_to_go_on:
        return heading + paragraph(selection.text("explore.next_low", grade=word))
    whole = abs(selection.goal * 100 - round(selection.goal * 100)) < 1e-9
    goal = as_share(selection.goal, 0 if whole else 1)
    found = selection.suggestions()
    if not found:
        return heading + paragraph(selection.text("explore.next_none", goal=goal))
    columns = selection.columns("place value lag like", "value lag")
    rows: list[list[Cell]] = []
    for suggestion in found:
        card = selection.opened.scorecard(suggestion.code)
        rows.append([
            with_parent(selection, suggestion.code),
            card.fact(selection.choice.indicator, "value"),
            Markup(language.number(as_points(suggestion.lag))),
            with_parent(selection, suggestion.like),
        ])  # fmt: skip
    said = selection.text("explore.next_caveat", grade=word)
    expected = another_place(selection.comparison) if selection.comparison else None
    if expected is not None:
        low, high = expected
        said += Markup(" ") + selection.text("explore.next_expected", low=low, high=high)
    caveat = Markup('<p class="note">{}</p>').format(said)
    return heading + caveat + selection.table_of("next_caption", columns, rows, goal=goal)


def card_title(selection: Selection) -> str:
    """What the card is about."""
    name = selection.choice.name
    if not name and selection.choice.indicator:
        name = selection.language.plain("explore.card_all", indicator=indicator_name(selection))
    name = name or selection.language.plain("explore.card_any")
    return selection.language.plain("explore.card_title", name=name)


def summary_section(selection: Selection) -> Markup:
    """The card in short: where, since when, for what, how many households, how sure."""
    heading = title(card_title(selection))
    return heading + _simulated(selection) + _summary(selection)


def card_page(selection: Selection) -> Markup:
    """Everything about the initiatives chosen, for a page of its own."""
    parts = [
        Markup("<h1>{}</h1>").format(card_title(selection)) + _simulated(selection),
        _summary(selection),
        evidence_section(selection),
        before_after_section(selection),
        next_section(selection),
        register_table(selection),
    ]
    return Markup("").join(Markup("<section>{}</section>").format(part) for part in parts)


def _summary(selection: Selection) -> Markup:
    language = selection.language
    chosen = selection.chosen
    if not chosen:
        return paragraph(selection.text("explore.register_none"))
    places = list(dict.fromkeys(i.unit_code for i in chosen))
    days = [day for i in chosen for day in (i.first_day, i.last_day) if day is not None]
    reached = [i.households for i in chosen if i.households is not None]
    aims = dict.fromkeys(aim for i in chosen for aim in i.indicators)
    said: dict[str, Cell] = {
        "places": selection.text(
            "explore.card_places_said",
            number=len(places),
            names=_first_of((selection.units.get(code).name for code in places), 12),
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
        said["households"] = selection.text(
            "explore.card_households_said", households=sum(reached), number=len(reached)
        )
    evidence = selection.evidence
    if evidence is not None:
        said["grade"] = selection.text(f"explore.grade_{evidence.grade}")
    columns = [Column(selection.text(f"explore.card_{key}")) for key in ("what", "said")]
    rows = [[selection.text(f"explore.card_{key}"), value] for key, value in said.items()]
    return selection.table_of("card_caption", columns, rows)


def _simulated(selection: Selection) -> Markup:
    return simulated_html(bool(selection.opened.received.simulated_files), selection.language)


def _first_of(names: Iterable[str], most: int) -> str:
    """The first few names of a list."""
    found = list(names)
    return ", ".join(found[:most]) + ("…" if len(found) > most else "")
