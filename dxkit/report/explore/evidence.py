"""Before and after, against matched places, and how sure that is."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from markupsafe import Markup

from dxkit.analysis.initiatives.sets import ComparedSet, Course
from dxkit.model.facts import Fact
from dxkit.report.explore import drawing, numbers
from dxkit.report.explore.naming import indicator_name, within_a_sentence
from dxkit.report.tables import Cell, Column, render_table

if TYPE_CHECKING:
    from dxkit.report.explore.initiatives import Explorer


def before_after_part(explorer: Explorer) -> Markup:
    """Small pictures, one per place."""
    say, text = explorer.language.plain, numbers.speaker(explorer.language)
    comparison = explorer.comparison
    name = indicator_name(explorer)
    heading = Markup("<h2>{}</h2>").format(text("explore.before_title", indicator=name))
    if comparison is None:
        return heading + Markup("<p>{}</p>").format(text("explore.no_indicator"))
    if not comparison.sets:
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
            indicator=within_a_sentence(explorer),
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
