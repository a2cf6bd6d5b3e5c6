"""The paragraphs on each indicator, and what to do next."""

from __future__ import annotations

from markupsafe import Markup

from dxkit.story.claims.indicators import indicator_claims
from dxkit.story.claims.next_steps import next_steps as next_step_claims
from dxkit.story.parts.context import Context, Part


def narrative(context: Context) -> Part:
    """A paragraph for each indicator; nothing at a level where none is measured."""
    if not context.view.results:
        return Part(Markup(""))
    paragraphs = Markup("").join(
        Markup("<h3>{}</h3>{}").format(
            context.language.name(indicator.short_names),
            context.writer.paragraph(indicator_claims(context.view, indicator)),
        )
        for indicator in context.view.indicators
    )
    return context.section("narrative", paragraphs)


def next_steps(context: Context) -> Part:
    """What is lacking to reach the targets, and where."""
    claims = list(next_step_claims(context.view))
    if not claims:
        return Part(Markup(""))
    items = Markup("").join(
        Markup("<li>{}</li>").format(context.writer.sentence(c)) for c in claims
    )
    return context.section("next_steps", Markup("<ul>{}</ul>").format(items))
