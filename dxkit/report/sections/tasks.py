"""The section on what to do: what is lacking to reach each target, where, how fast, and till when;
beside it the chart of the units that lack most.
"""

from __future__ import annotations

from markupsafe import Markup

from dxkit.model.facts import Reference
from dxkit.report.charts.bars import gap_chart
from dxkit.report.charts.figure import known
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sections.unit import listed
from dxkit.report.sentences.next_steps import Task, due, next_steps, tasks_ahead
from dxkit.report.sentences.unit_view import unit_of
from dxkit.report.tables import NOTHING, Cell, Column, render_table


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
