"""The parts of the notebook of initiatives, each from the present choices."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from markupsafe import Markup

from dxkit.analysis.initiatives.effect import ComparedSet, Course
from dxkit.model.facts import Fact
from dxkit.model.initiatives import Initiative
from dxkit.story.explore import drawing, numbers
from dxkit.story.tables import Cell, Column, render_table

if TYPE_CHECKING:
    from dxkit.story.explore.explorer import Explorer


def register_table(explorer: Explorer) -> Markup:
    """The register as a table, with where each row stands or was published."""
    text = numbers.speaker(explorer.language)
    chosen = explorer.chosen
    heading = Markup("<h2>{}</h2>").format(text("explore.register_title"))
    if not chosen:
        return heading + Markup("<p>{}</p>").format(text("explore.register_none"))
    keys = ("name", "place", "start", "aim", "households", "evidence")
    columns = [Column(text(f"explore.column_{key}"), numeric=key == "households") for key in keys]
    rows: list[list[Cell]] = []
    for i in chosen:
        place = _with_parent(explorer, i.unit_code)
        locality = "" if i.locality == explorer.units.get(i.unit_code).name else i.locality
        households: Cell = "–"
        if i.households is not None:
            households = Markup(explorer.language.number(numbers.count(i.households)))
        rows.append([
            _two_lines(i.name, i.field), _two_lines(place, locality), i.start or "–", i.aim or "–",
            households, _two_lines(i.evidence, source_text(explorer, i)),
        ])  # fmt: skip
    caption = text(
        "explore.register_caption",
        shown=numbers.count(len(chosen)),
        total=numbers.count(len(explorer.register)),
    )
    return heading + render_table(caption, columns, rows, explorer.language)


def _two_lines(first: str, second: str) -> Markup:
    if not second:
        return Markup("{}").format(first or "–")
    return Markup('{}<br><span class="note">{}</span>').format(first or "–", second)


def source_text(explorer: Explorer, initiative: Initiative) -> str:
    """Where an initiative is known from: a report's cell, or a publication."""
    if initiative.published:
        return explorer.language.plain("explore.published_source", source=initiative.source)
    return explorer.language.plain(
        "explore.reported_in",
        period=explorer.language.period(initiative.period),
        place=str(initiative.place),
    )


def timeline_part(explorer: Explorer) -> Markup:
    """When the initiatives began, by field."""
    say, text = explorer.language.plain, numbers.speaker(explorer.language)
    spans = [
        drawing.Span(i.field or "–", i.first_day, i.last_day, i.published)
        for i in explorer.chosen
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


def before_after_part(explorer: Explorer) -> Markup:
    """Small pictures, one per place."""
    say, text = explorer.language.plain, numbers.speaker(explorer.language)
    comparison = explorer.comparison
    name = indicator_name(explorer)
    heading = Markup("<h2>{}</h2>").format(text("explore.before_title", indicator=name))
    if comparison is None or not comparison.sets:
        return heading + Markup("<p>{}</p>").format(text("explore.before_none"))
    lines = [
        drawing.SlopeLine(
            explorer.units.get(s.place.code).name,
            s.place.before,
            s.place.after,
            math.fsum(c.before for c in s.controls) / len(s.controls),
            math.fsum(c.after for c in s.controls) / len(s.controls),
            _written(explorer, s),
        )
        for s in comparison.sets
    ]
    alternative = say(
        "explore.before_alternative",
        indicator=name,
        places=drawing.labelled(line.title for line in lines),
    )
    return heading + Markup('<figure>{}<p class="source">{}</p></figure>').format(
        drawing.small_multiples(lines, alternative), text("explore.before_source")
    )


def _written(explorer: Explorer, compared: ComparedSet) -> tuple[str, str]:
    before, after = facts_of(explorer, compared.place, compared.start)
    return explorer.language.number(before), explorer.language.number(after)


def evidence_part(explorer: Explorer) -> Markup:
    """What the comparison says, how sure it is and why, and the places compared."""
    text = numbers.speaker(explorer.language)
    comparison = explorer.comparison
    name = indicator_name(explorer)
    heading = Markup("<h2>{}</h2>").format(text("explore.evidence_title", indicator=name))
    body = heading + grade_box(explorer)
    if comparison is None:
        return body
    body += comparison_sentences(explorer)
    if comparison.sets:
        body += _matched_table(explorer)
    return body + _left_out(explorer)


def grade_box(explorer: Explorer) -> Markup:
    """The grade, what the figures lean to, and every reason that holds the grade down."""
    text = numbers.speaker(explorer.language)
    evidence = explorer.evidence
    if evidence is None:
        return Markup("<p>{}</p>").format(text("explore.before_none"))
    word = text(f"explore.grade_{evidence.grade}")
    body = Markup("<p><strong>{}</strong></p>").format(text("explore.grade", grade=word))
    body += Markup("<p>{}</p>").format(text(f"explore.seems_{evidence.seems}"))
    if evidence.reasons:
        items = Markup("").join(
            Markup("<li>{}</li>").format(text(f"explore.reason_{reason}"))
            for reason in evidence.reasons
        )
        body += Markup("<p>{}</p><ul>{}</ul>").format(text("explore.reasons"), items)
    return Markup('<div class="grade">{}</div>').format(body)


def comparison_sentences(explorer: Explorer) -> Markup:
    """The change at the places, what of it was to be expected, and the difference that is left."""
    text = numbers.speaker(explorer.language)
    comparison = explorer.comparison
    if comparison is None or comparison.interval is None or comparison.plain_change is None:
        return Markup("")
    sentences = [
        text(
            "explore.plain_change",
            places=numbers.count(len(comparison.sets)),
            indicator=_within_a_sentence(explorer),
            change=numbers.points(comparison.plain_change),
        )
    ]
    if comparison.pull is not None:
        sentences.append(text("explore.pull", pull=numbers.points(comparison.pull)))
    interval = comparison.interval
    if math.isfinite(interval.low) and math.isfinite(interval.high):
        sentences.append(
            text(
                "explore.difference",
                estimate=numbers.points(interval.estimate),
                level=numbers.share(1 - interval.level, 0),
                low=numbers.points(interval.low),
                high=numbers.points(interval.high),
                probability=numbers.share(interval.probability, 0),
            )
        )
    else:
        sentences.append(
            text("explore.difference_open", estimate=numbers.points(interval.estimate))
        )
    sentences.append(text("explore.many_looks"))
    return Markup("<p>{}</p>").format(Markup(" ").join(sentences))


def _matched_table(explorer: Explorer) -> Markup:
    text = numbers.speaker(explorer.language)
    comparison = explorer.comparison
    columns = [Column(text("explore.column_place"))]
    columns += [Column(text(f"explore.column_{k}"), numeric=True) for k in ("before", "after")]
    columns.append(Column(text("explore.column_controls")))
    columns.append(Column(text("explore.column_difference"), numeric=True))
    rows: list[list[Cell]] = []
    for compared in comparison.sets if comparison else ():
        before, after = facts_of(explorer, compared.place, compared.start)
        rows.append([
            explorer.units.get(compared.place.code).name, before, after,
            _controls(explorer, compared),
            Markup(explorer.language.number(numbers.points(compared.adjusted), signed=True)),
        ])  # fmt: skip
    return render_table(text("explore.matched_caption"), columns, rows, explorer.language)


def _controls(explorer: Explorer, compared: ComparedSet) -> Markup:
    language = explorer.language
    return Markup("; ").join(
        Markup("{} ({} → {})").format(
            explorer.units.get(c.code).name,
            *(language.fact(f) for f in facts_of(explorer, c, compared.start)),
        )
        for c in compared.controls
    )


def facts_of(explorer: Explorer, course: Course, start: str) -> tuple[Fact, Fact]:
    """A place's figures before and from the start on, traceable to their cells."""
    periods = [analysis.period.id for analysis in explorer.opened.history]
    place = periods.index(start)
    facts = [
        analysis.scorecard(course.code).fact(explorer.choice.indicator, "value")
        for analysis in explorer.opened.history
    ]
    return numbers.mean(facts[:place]), numbers.mean(facts[place:])


def _left_out(explorer: Explorer) -> Markup:
    text = numbers.speaker(explorer.language)
    comparison = explorer.comparison
    if comparison is None or not comparison.left_out:
        return Markup("")
    by_reason: dict[str, list[str]] = defaultdict(list)
    for code, reason in comparison.left_out:
        by_reason[reason].append(explorer.units.get(code).name)
    said = text("explore.left_out", number=numbers.count(len(comparison.left_out)))
    parts = Markup("; ").join(
        Markup("{}: {}").format(text(f"explore.left_out_{reason}"), ", ".join(names))
        for reason, names in by_reason.items()
    )
    return Markup('<p class="note">{} {}.</p>').format(said, parts)


def next_part(explorer: Explorer) -> Markup:
    """Where to try next, with the caveat of the grade."""
    text, language = numbers.speaker(explorer.language), explorer.language
    heading = Markup("<h2>{}</h2>").format(text("explore.next_title"))
    evidence = explorer.evidence
    if evidence is None:
        return heading + Markup("<p>{}</p>").format(text("explore.before_none"))
    whole = abs(explorer.goal * 100 - round(explorer.goal * 100)) < 1e-9
    goal = numbers.share(explorer.goal, 0 if whole else 1)
    found = explorer.suggestions()
    if not found:
        return heading + Markup("<p>{}</p>").format(text("explore.next_none", goal=goal))
    columns = [Column(text("explore.column_place"))]
    columns += [Column(text(f"explore.column_{k}"), numeric=True) for k in ("value", "lag")]
    columns.append(Column(text("explore.column_like")))
    rows: list[list[Cell]] = []
    for suggestion in found:
        card = explorer.opened.scorecard(suggestion.code)
        rows.append([
            _with_parent(explorer, suggestion.code),
            card.fact(explorer.choice.indicator, "value"),
            Markup(language.number(numbers.points(suggestion.lag))),
            _with_parent(explorer, suggestion.like),
        ])  # fmt: skip
    caption = text("explore.next_caption", goal=goal)
    word = text(f"explore.grade_{evidence.grade}")
    caveat = Markup('<p class="note">{}</p>').format(text("explore.next_caveat", grade=word))
    return heading + caveat + render_table(caption, columns, rows, language)


def _with_parent(explorer: Explorer, code: str) -> str:
    parent = explorer.units.parent(code)
    name = explorer.units.get(code).name
    return f"{name}, {parent.name}" if parent else name


def card_title(explorer: Explorer) -> str:
    """What the card is about."""
    name = explorer.choice.name or explorer.language.plain(
        "explore.card_all", indicator=indicator_name(explorer)
    )
    return explorer.language.plain("explore.card_title", name=name)


def card_part(explorer: Explorer) -> Markup:
    """Everything about the chosen initiative on one card."""
    parts = [
        Markup("<h1>{}</h1>").format(card_title(explorer)),
        _simulated(explorer),
        evidence_part(explorer),
        before_after_part(explorer),
        next_part(explorer),
        register_table(explorer),
    ]
    return Markup("").join(Markup("<section>{}</section>").format(part) for part in parts)


def indicator_name(explorer: Explorer) -> str:
    """The chosen indicator in words."""
    if not explorer.choice.indicator:
        return explorer.language.plain("explore.all")
    indicator = explorer.campaign.indicator(explorer.choice.indicator)
    return explorer.language.name(indicator.short_names)


def _within_a_sentence(explorer: Explorer) -> str:
    names = explorer.campaign.indicator(explorer.choice.indicator).names
    name = explorer.language.name(names)
    return name[:1].lower() + name[1:]


def _simulated(explorer: Explorer) -> Markup:
    if not explorer.opened.received.simulated_files:
        return Markup("")
    return Markup('<p class="banner" role="note">{}</p>').format(
        explorer.language.text("report.simulated")
    )
