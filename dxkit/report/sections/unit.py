"""The sections about the unit itself: title block, narrative, its course month by month or over the
periods that the period is made of, and what to do: what is lacking to reach each target, where, how
fast, and till when, beside the chart of the units that lack most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from dxkit.analysis.series import PeriodKept
from dxkit.model.campaign import Accumulation, MeasureKind
from dxkit.model.facts import TOTAL, Claim, Reference
from dxkit.model.observations import SILENT
from dxkit.report.charts.figure import known, short_name
from dxkit.report.charts.over_time import months_chart
from dxkit.report.charts.units import gap_chart
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.causes import causes
from dxkit.report.sentences.chart_titles import course_claim
from dxkit.report.sentences.next_steps import Task, due, next_steps, tasks_ahead
from dxkit.report.sentences.situation import activity, boundaries, changes, levels, standing, trends
from dxkit.report.sentences.unit_view import unit_of, weakest_first
from dxkit.report.tables import NOTHING, Cell, Column, bulleted, render_table
from dxkit.report.wording.publications import simulated_html


def head(context: Context, *, brief: bool = False) -> Section:
    """The title block: who, what, which period, cut-off, and a warning on simulated data. A
    ``brief`` one says where the unit lies.
    """
    campaign, period = context.opened.campaign, context.opened.analysis.period
    text = context.language.text
    banner = simulated_html(bool(context.opened.received.simulated_files), context.language)
    title = text(
        context.language.title_key("report.heading", period),
        unit=context.name(context.view.unit.code),
        period=context.date(context.language.period(period.id)),
    )
    cut_off = text(
        "report.cut_off",
        first=context.date(context.language.day(period.first_day)),
        last=context.date(context.language.day(period.last_day)),
    )
    if period.assumed:
        cut_off += Markup(" ") + context.assumed()
    lines = [
        _official(context),
        Markup('<p class="organiser">{}</p>').format(context.language.name(campaign.organiser)),
        Markup("<h1>{}</h1>").format(title),
        _where(context) if brief else Markup(""),
        Markup('<p class="cut-off">{}</p>').format(cut_off),
    ]
    return Section(
        Markup('<header class="report-head{}">{}</header>{}').format(
            " brief" if brief else "", Markup("").join(lines), banner
        )
    )


def _where(context: Context) -> Markup:
    """The units above, nearest first, but for the whole."""
    above = context.opened.analysis.units.ancestors(context.view.unit.code)[:-1]
    names = (
        context.writer.name(Reference("unit", unit.code), starts=not place)
        for place, unit in enumerate(above)
    )
    return (
        Markup('<p class="where">{}</p>').format(Markup(", ").join(names)) if above else Markup("")
    )


def _official(context: Context) -> Markup:
    """The two-sided heading of an official document, seen in print: decree 30/2020, annex I."""
    text = context.language.text
    return Markup(
        '<div class="official" aria-hidden="true"><div><p><b>{}</b></p><p>{}</p></div>'
        '<div class="motto"><p>{}</p><p><b>{}</b></p><p class="dated">{}</p></div>'
        '<p class="kind">{}</p></div>'
    ).format(
        context.language.name(context.opened.campaign.organiser).upper(),
        text("official.number"),
        Markup("<strong>{}</strong>").format(text("official.state")),
        text("official.motto"),
        text("official.place_and_date"),
        text("official.report"),
    )


def narrative(context: Context) -> Section:
    """Situation, changes and causes; nothing at a level where no indicator is measured."""
    view = context.view
    if not view.indicators:
        return NO_SECTION
    before = view.previous_period
    paragraph = context.writer.paragraph
    parts = {
        "situation": [
            listed(context, levels(view)), paragraph(standing(view)), paragraph(activity(view))
        ],
        "changes": [paragraph(changes(view))],
        "trend": [paragraph(boundaries(view)), listed(context, trends(view))],
        "causes": [paragraph(causes(view))],
    }  # fmt: skip
    if not weakest_first(view):  # then nothing is called a limitation
        parts["below"] = parts.pop("causes")
    body = Markup("")
    for key, texts in parts.items():
        text = Markup("").join(texts)
        if text:
            previous = context.writer.name(before) if before else Markup("")
            title = context.language.text(f"report.narrative_{key}", previous_period=previous)
            told = context.aside(title, text) if key == "changes" else text
            body += Markup("<h3>{}</h3>{}").format(title, told)  # the spine shows changes
    return context.section("narrative", body)


def listed(context: Context, groups: Iterable[tuple[Claim, ...]]) -> Markup:
    """A list with an item for each group of sentences; nothing when there is none."""
    sentence = context.writer.sentence
    return bulleted(Markup(" ").join(map(sentence, group)) for group in groups)


# what to do ---------------------------------------------------------------------------------------


def tasks(context: Context, *, brief: bool = False) -> Section:
    """A table of the targets still ahead, the largest loss of points first, and the chart of where
    most is lacking. On a ``brief`` page what lacks of all but the first, in sentences. Nothing
    where the strip says all.
    """
    ahead = tasks_ahead(context.view)
    if not ahead:
        return NO_SECTION
    if brief:
        said = listed(context, (step[:1] for step in [*next_steps(context.view)][1:]))
        return context.section("tasks", said) if said else NO_SECTION
    both = (_table(context, ahead), gap_chart(context).html)
    return context.section(
        "tasks", Markup('<div class="beside"><div>{}</div>{}</div>').format(*both)
    )


def _table(context: Context, ahead: list[Task]) -> Markup:
    text = context.language.text
    days = {fact.value for task in ahead if (fact := task.facts.get("deadline")) is not None}
    deadline = ahead[0].facts.get("deadline") if len(days) == 1 else None
    once = deadline is not None and deadline.known and all("deadline" in t.facts for t in ahead)
    columns = [Column(text("report.indicator"))]
    columns += [
        Column(text(f"report.column_{key}"), name=f"of-{key.replace('_', '-')}", labelled=True)
        for key in ("lacking", "where", "per_week", "expected")
    ]
    rows: list[list[Cell]] = [
        [
            context.language.name(task.indicator.short_names),
            _lacking(context, task, dated=not once),
            _places(context, task),
            _pace(context, task),
            _expected(context, task),
        ]
        for task in ahead
    ]
    filled = [n for n in range(5) if n < 2 or any(row[n] != NOTHING for row in rows)]
    names = {"unit": context.writer.name(context.view.itself)}
    caption = (
        text("report.tasks_caption_by", deadline=deadline, **names)
        if once and deadline is not None
        else text("report.tasks_caption", **names)
    )
    flows = any(context.opened.campaign.is_flow(task.indicator) for task in ahead)
    return render_table(
        caption,
        [columns[n] for n in filled],
        [[row[n] for n in filled] for row in rows],
        context.language,
        text("report.tasks_note_flow") if flows else "",
        name="tasks",
    )


def _lacking(context: Context, task: Task, *, dated: bool) -> Markup:
    """How much is lacking, of what, to reach which level, by when, and the points that this brings;
    where the next period asks for another level, those that the target of this one brings.
    """
    text, facts = context.language.text, task.facts
    thing = context.writer.name(Reference("thing", task.indicator.numerator))
    by = {"deadline": facts["deadline"]} if dated and known(facts.get("deadline")) else {}
    notes = [text(f"report.tasks_goal{'_by' if by else ''}", goal=facts["goal"], **by)]
    points, target = facts.get("points_to_target"), facts.get("target")
    if points is not None and points.known and target is not None:
        now = "" if target.value == facts["goal"].value else "_now"
        notes.append(text(f"report.tasks_brings{now}", points=points, target=target))
    lacking = context.language.fact(facts["lacking"])
    said = Markup("; ").join(notes)
    return Markup('<b>{} {}</b> <span class="note">{}</span>').format(lacking, thing, said)


def _places(context: Context, task: Task) -> Cell:
    shown = [
        Markup("{}\N{NO-BREAK SPACE}({})").format(
            context.writer.name(unit_of(fact)), context.language.fact(fact)
        )
        for fact in task.places
    ]
    return Markup(", ").join(shown) if shown else NOTHING


def _pace(context: Context, task: Task) -> Cell:
    needed, pace = task.facts.get("per_week"), task.facts.get("pace")
    if needed is None or not needed.known:
        return NOTHING
    said = context.language.fact(needed)
    if pace is None or not pace.known or context.opened.campaign.is_flow(task.indicator):
        return said
    now = context.language.text("report.tasks_pace", pace=pace)
    return Markup('{} <span class="note">{}</span>').format(said, now)


def _expected(context: Context, task: Task) -> Cell:
    day = task.facts.get("goal_date")
    if day is None:
        return NOTHING
    return Markup(" ").join((context.language.fact(day), context.sentences(due(task))))


def months_or_course(context: Context) -> Section:
    """A flow by month; of a period made of others what each of them says, and what it lacks."""
    if not context.opened.analysis.period.of:
        return months_chart(context)
    lacking = Markup("").join(map(Markup("<p>{}</p>").format, _lacking_periods(context)))
    claims = (course_claim(context.view, indicator) for indicator in context.view.indicators)
    body = context.writer.paragraph(filter(None, claims)) + lacking + _course_table(context)
    return context.section("course", body, aside=True)


def _course_table(context: Context) -> Markup:
    """The criteria, points and rank in each period and in the whole."""
    analysis, language, unit = context.opened.analysis, context.language, context.view.unit.code
    text, period = language.text, analysis.period
    course = {kept.id: kept for kept in analysis.course}
    whole, *names = (context.date(language.period(p)) for p in (period.id, *period.of))
    told = [(short_name(context, i), i.id, "value") for i in context.view.indicators]
    told += [(text(f"report.column_{kind}"), TOTAL, kind) for kind in ("points", "rank")]
    rows = list[list[Cell]]()
    for label, subject, kind in told:
        found = (course[p].find(unit, subject, kind) if p in course else None for p in period.of)
        own = context.view.scorecard.find(subject, kind)
        rows.append([label, *(fact or NOTHING for fact in (*found, own))])
    columns = [Column(text("report.indicator"))]
    columns += [Column(name, numeric=True, units_in_cells=True) for name in (*names, whole)]
    parts = context.writer.names(Reference("period", part) for part in period.of)
    note = text("report.course_note", period=whole, parts=parts, last=names[-1])
    if any(m.accumulation is Accumulation.MEAN for m in context.opened.campaign.measures):
        note = Markup("{} {}").format(note, text("report.course_mean"))
    return render_table(text("report.course_caption", period=whole), columns, rows, language, note)


def _lacking_periods(context: Context) -> Iterator[Markup]:
    """Of each period that is in it, that nothing is there, or nothing or not all of which units; of
    one without units below, of itself.
    """
    analysis, language = context.opened.analysis, context.language
    course = {kept.id: kept for kept in analysis.course}
    whole = context.date(language.period(analysis.period.id))
    numbers = (m for m in context.opened.campaign.measures if m.kind is not MeasureKind.TEXT)
    adds_up = any(m.accumulation is not Accumulation.STOCK for m in numbers)
    for part in analysis.period.of if adds_up else analysis.period.of[-1:]:
        name = context.date(language.period(part))
        if part not in course:
            yield language.text("report.course_missing", period=name, whole=whole)
            continue
        own = context.view.unit.code
        is_silent = _state_of(course[part], own) == "silent"
        below = () if is_silent else analysis.units.children(own)
        found: dict[str, list[str]] = {"silent": [], "lacking": []}
        for code in [unit.code for unit in below] or [own]:
            found.get(_state_of(course[part], code), []).append(code)
        for state, codes in found.items():
            if codes:
                units = context.writer.names(Reference("unit", code) for code in codes)
                key = f"report.course_{state}"
                yield language.text(key, period=name, whole=whole, units=units)


def _state_of(part: PeriodKept, unit: str) -> str:
    """Whether a unit was ``silent`` in a period, or figures of it were ``lacking``."""
    points, lacking = (part.find(unit, TOTAL, kind) for kind in ("points", "figures_lacking"))
    if points is not None and points.missing in SILENT:
        return "silent"
    return "lacking" if lacking is not None and lacking.known and lacking.number else ""
