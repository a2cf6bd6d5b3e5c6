"""The sections about the unit itself: title block, narrative, and what to do: what is lacking to
reach each target, where, how fast, and till when, beside the chart of the units that lack most.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from dxkit.model.facts import Claim, Reference
from dxkit.report.charts.figure import known
from dxkit.report.charts.units import gap_chart
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.below import weakest_first
from dxkit.report.sentences.causes import causes
from dxkit.report.sentences.next_steps import Task, due, next_steps, tasks_ahead
from dxkit.report.sentences.situation import activity, changes, levels, standing
from dxkit.report.sentences.trends import boundaries, trends
from dxkit.report.sentences.unit_view import unit_of
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
