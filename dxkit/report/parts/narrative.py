"""The narrative as an argument: the situation, what changed, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from dxkit.model.facts import Claim
from dxkit.report.parts.context import Context, Part
from dxkit.report.sentences.below import weakest_first
from dxkit.report.sentences.causes import causes
from dxkit.report.sentences.next_steps import next_steps as next_step_claims
from dxkit.report.sentences.situation import activity, changes, levels, standing


def narrative(context: Context) -> Part:
    """Situation, changes and causes; nothing at a level where no indicator is measured."""
    view = context.view
    if not view.results:
        return Part(Markup(""))
    before = view.previous_period
    paragraph = context.writer.paragraph
    parts = {
        "situation": [
            _listed(context, levels(view)), paragraph(standing(view)), paragraph(activity(view))
        ],
        "changes": [paragraph(changes(view))],
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
            body += Markup("<h3>{}</h3>{}").format(title, text)
    return context.section("narrative", body)


def next_steps(context: Context) -> Part:
    """What is lacking to reach the targets, where and by when."""
    listed = _listed(context, next_step_claims(context.view))
    return context.section("next_steps", listed) if listed else Part(Markup(""))


def _listed(context: Context, groups: Iterable[tuple[Claim, ...]]) -> Markup:
    """A list with an item for each group of sentences; nothing when there is none."""
    sentence = context.writer.sentence
    items = [Markup(" ").join(sentence(claim) for claim in group) for group in groups]
    if not items:
        return Markup("")
    return Markup("<ul>{}</ul>").format(Markup("").join(map(Markup("<li>{}</li>").format, items)))
