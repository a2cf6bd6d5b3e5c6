"""Before and after, against matched places, and how sure that is."""

from __future__ import annotations

import math
from collections import defaultdict

from markupsafe import Markup

from dxkit.analysis.initiatives.matching import ComparedSet, Course
from dxkit.model.facts import Fact
from dxkit.report.explore import drawing, numbers
from dxkit.report.explore.naming import indicator_name, within_a_sentence
from dxkit.report.explore.selection import Selection
from dxkit.report.tables import Cell, Column, render_table


def before_after_part(selection: Selection) -> Markup:
    """Small pictures, one per place."""
    say, text = selection.language.plain, numbers.speaker(selection.language)
    comparison = selection.comparison
    name = indicator_name(selection)
    heading = Markup("<h2>{}</h2>").format(text("explore.before_title", indicator=name))
    if comparison is None:
        return heading + Markup("<p>{}</p>").format(text("explore.no_indicator"))
    if not comparison.sets:
        return heading + Markup("<p>{}</p>").format(text("explore.before_none"))
    lines = [
        drawing.SlopeLine(
            selection.units.get(s.place.code).name,
            s.place.before,
            s.place.after,
            math.fsum(c.before for c in s.controls) / len(s.controls),
            math.fsum(c.after for c in s.controls) / len(s.controls),
            _written(selection, s),
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


def _written(selection: Selection, compared: ComparedSet) -> tuple[str, str]:
    before, after = facts_of(selection, compared.place, compared.start)
    return selection.language.number(before), selection.language.number(after)


def evidence_part(selection: Selection) -> Markup:
    """What the comparison says, how sure it is and why, and the places compared."""
    text = numbers.speaker(selection.language)
    comparison = selection.comparison
    name = indicator_name(selection)
    heading = Markup("<h2>{}</h2>").format(text("explore.evidence_title", indicator=name))
    body = heading + grade_box(selection)
    if comparison is None:
        return body
    body += comparison_sentences(selection)
    if comparison.sets:
        body += _matched_table(selection)
    return body + _left_out(selection)


def grade_box(selection: Selection) -> Markup:
    """The grade, what the figures lean to, and every reason that holds the grade down."""
    text = numbers.speaker(selection.language)
    evidence = selection.evidence
    if evidence is None:
        return Markup("<p>{}</p>").format(text("explore.no_indicator"))
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


def comparison_sentences(selection: Selection) -> Markup:
    """The change at the places, what of it was to be expected, and the difference that is left."""
    text = numbers.speaker(selection.language)
    comparison = selection.comparison
    if comparison is None or comparison.interval is None or comparison.plain_change is None:
        return Markup("")
    sentences = [
        text(
            "explore.plain_change",
            places=numbers.count(len(comparison.sets)),
            indicator=within_a_sentence(selection),
            change=numbers.points(comparison.plain_change),
        )
    ]
    if comparison.pull is not None:
        key = "pull" if comparison.periods_before > 1 else "pull_in_part"
        sentences.append(text(f"explore.{key}", pull=numbers.points(comparison.pull)))
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


def _matched_table(selection: Selection) -> Markup:
    text = numbers.speaker(selection.language)
    comparison = selection.comparison
    columns = [Column(text("explore.column_place"))]
    columns += [Column(text(f"explore.column_{k}"), numeric=True) for k in ("before", "after")]
    columns.append(Column(text("explore.column_controls")))
    columns.append(Column(text("explore.column_difference"), numeric=True))
    rows: list[list[Cell]] = []
    for compared in comparison.sets if comparison else ():
        before, after = facts_of(selection, compared.place, compared.start)
        rows.append([
            selection.units.get(compared.place.code).name, before, after,
            _controls(selection, compared),
            Markup(selection.language.number(numbers.points(compared.adjusted), signed=True)),
        ])  # fmt: skip
    return render_table(text("explore.matched_caption"), columns, rows, selection.language)


def _controls(selection: Selection, compared: ComparedSet) -> Markup:
    language = selection.language
    return Markup("; ").join(
        Markup("{} ({} → {})").format(
            selection.units.get(c.code).name,
            *(language.fact(f) for f in facts_of(selection, c, compared.start)),
        )
        for c in compared.controls
    )


def facts_of(selection: Selection, course: Course, start: str) -> tuple[Fact, Fact]:
    """A place's figures before and from the start on, traceable to their cells."""
    periods = [analysis.period.id for analysis in selection.opened.history]
    place = periods.index(start)
    facts = [
        analysis.scorecard(course.code).fact(selection.choice.indicator, "value")
        for analysis in selection.opened.history
    ]
    return numbers.mean(facts[:place]), numbers.mean(facts[place:])


def _left_out(selection: Selection) -> Markup:
    text = numbers.speaker(selection.language)
    comparison = selection.comparison
    if comparison is None or not comparison.left_out:
        return Markup("")
    by_reason: dict[str, list[str]] = defaultdict(list)
    for code, reason in comparison.left_out:
        by_reason[reason].append(selection.units.get(code).name)
    said = text("explore.left_out", number=numbers.count(len(comparison.left_out)))
    parts = Markup("; ").join(
        Markup("{}: {}").format(text(f"explore.left_out_{reason}"), ", ".join(names))
        for reason, names in by_reason.items()
    )
    return Markup('<p class="note">{} {}.</p>').format(said, parts)
