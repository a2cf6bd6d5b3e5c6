"""The narrative as an argument: the situation, what changed, why, and what to do."""

from __future__ import annotations

from markupsafe import Markup

from dxkit.model.facts import Claim
from dxkit.story.claims.causes import causes
from dxkit.story.claims.changes import changes
from dxkit.story.claims.next_steps import next_steps as next_step_claims
from dxkit.story.claims.situation import activity, situation
from dxkit.story.parts.context import Context, Part


def narrative(context: Context) -> Part:
    """Situation, changes and causes; nothing at a level where no indicator is measured."""
    view = context.view
    if not view.results:
        return Part(Markup(""))
    before = view.previous_period
    parts = [
        ("situation", [*situation(view), *activity(view)]),
        ("changes", list(changes(view))),
        ("causes", list(causes(view))),
    ]
    body = Markup("")
    for key, claims in parts:
        if claims:
            previous = context.writer.name(before) if before else Markup("")
            title = context.language.text(f"report.narrative_{key}", previous_period=previous)
            body += Markup("<h3>{}</h3>{}").format(title, context.writer.paragraph(claims))
    return context.section("narrative", body)


def next_steps(context: Context) -> Part:
    """What is lacking to reach the targets, where and by when."""
    groups = list(next_step_claims(context.view))
    if not groups:
        return Part(Markup(""))
    items = Markup("").join(Markup("<li>{}</li>").format(_joined(context, g)) for g in groups)
    return context.section("next_steps", Markup("<ul>{}</ul>").format(items))


def _joined(context: Context, claims: tuple[Claim, ...]) -> Markup:
    return Markup(" ").join(context.writer.sentence(claim) for claim in claims)
