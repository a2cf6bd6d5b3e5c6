"""The sections about the unit itself: title block, headlines, table of indicators, narrative."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from dxkit.model.facts import Claim, Reference
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.below import weakest_first
from dxkit.report.sentences.causes import causes
from dxkit.report.sentences.headlines import headlines as headline_claims
from dxkit.report.sentences.next_steps import next_steps as next_step_claims
from dxkit.report.sentences.situation import activity, changes, levels, standing
from dxkit.report.sentences.trends import trends


def head(context: Context, *, brief: bool = False) -> Section:
    """The title block: who, what, which period, cut-off, and a warning on simulated data. A
    ``brief`` one says where the unit lies, and leaves the legal basis to the fold.
    """
    campaign, period = context.opened.campaign, context.opened.analysis.period
    text = context.language.text
    banner = Markup("")
    if context.opened.received.simulated_files:
        banner = Markup('<p class="banner" role="note">{}</p>').format(text("report.simulated"))
    title = text(
        "report.title",
        unit=context.writer.name(context.view.itself),
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
        Markup('<p class="campaign">{}</p>').format(context.dated_name(campaign.names)),
        Markup("<h1>{}</h1>").format(title),
        _where(context) if brief else Markup(""),
        Markup('<p class="cut-off">{}</p>').format(cut_off),
        Markup("") if brief else legal_basis(context),
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


def legal_basis(context: Context) -> Markup:
    """The documents that the campaign rests on."""
    documents = [
        Markup('<span class="document">{}</span>').format(context.language.name(words))
        for words in context.opened.campaign.legal_basis
    ]
    told = (context.language.text("report.basis"), Markup("; ").join(documents))
    return Markup('<p class="basis">{} {}</p>').format(*told) if documents else Markup("")


def _official(context: Context) -> Markup:
    """The two-sided heading of an official document, seen in print: decree 30/2020, annex I."""
    text = context.language.text
    return Markup(
        '<div class="official" aria-hidden="true"><div><p><b>{}</b></p><p>{}</p></div>'
        '<div class="motto"><p>{}</p><p><b>{}</b></p><p class="dated">{}</p></div></div>'
    ).format(
        context.language.name(context.opened.campaign.organiser).upper(),
        text("official.number"),
        Markup("<strong>{}</strong>").format(text("official.state")),
        text("official.motto"),
        text("official.place_and_date"),
    )


def headlines(context: Context, *, brief: bool = False) -> Section:
    """The sentences to remember; where they stand for a ``brief`` page, with how sure the rank is,
    which its narrative would say.
    """
    items = Markup("").join(
        Markup("<li>{}</li>").format(context.writer.sentence(c))
        for c in headline_claims(context.view)
    )
    body = Markup('<ul class="headlines">{}</ul>').format(items)
    if brief:
        body += context.writer.paragraph(standing(context.view, compared=False))
    return context.section("headlines", body)


def narrative(context: Context) -> Section:
    """Situation, changes and causes; nothing at a level where no indicator is measured."""
    view = context.view
    if not view.indicators:
        return NO_SECTION
    before = view.previous_period
    paragraph = context.writer.paragraph
    parts = {
        "situation": [
            _listed(context, levels(view)), paragraph(standing(view)), paragraph(activity(view))
        ],
        "changes": [paragraph(changes(view))],
        "trend": [_listed(context, trends(view))],
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


def next_steps(context: Context, *, brief: bool = False) -> Section:
    """What is lacking to reach the targets, where and by when; on a ``brief`` page all of that for
    the first, of the others what lacks.
    """
    steps = list(next_step_claims(context.view))
    listed = _listed(context, [*steps[:1], *(s[:1] for s in steps[1:])] if brief else steps)
    return context.section("next_steps", listed) if listed else NO_SECTION


def _listed(context: Context, groups: Iterable[tuple[Claim, ...]]) -> Markup:
    """A list with an item for each group of sentences; nothing when there is none."""
    sentence = context.writer.sentence
    items = [Markup(" ").join(sentence(claim) for claim in group) for group in groups]
    if not items:
        return Markup("")
    return Markup("<ul>{}</ul>").format(Markup("").join(map(Markup("<li>{}</li>").format, items)))
