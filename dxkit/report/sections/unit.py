"""The sections about the unit itself: title block, table of indicators, narrative."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from dxkit.model.facts import Claim, Reference
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.below import weakest_first
from dxkit.report.sentences.causes import causes
from dxkit.report.sentences.situation import activity, changes, levels, standing
from dxkit.report.sentences.trends import boundaries, trends
from dxkit.report.tables import bulleted


def head(context: Context, *, brief: bool = False) -> Section:
    """The title block: who, what, which period, cut-off, and a warning on simulated data. A
    ``brief`` one says where the unit lies.
    """
    campaign, period = context.opened.campaign, context.opened.analysis.period
    text = context.language.text
    banner = Markup("")
    if context.opened.received.simulated_files:
        banner = Markup('<p class="banner" role="note">{}</p>').format(text("report.simulated"))
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


def foundation(context: Context) -> Markup:
    """The campaign, and the documents that it rests on: the foot of a page."""
    campaign, language = context.opened.campaign, context.language
    documents = [
        Markup('<span class="document">{}</span>').format(language.name(words))
        for words in campaign.legal_basis
    ]
    lines = [(language.text("report.about"), context.dated_name(campaign.names))]
    lines += [(language.text("report.basis"), Markup("; ").join(documents))] if documents else []
    line = Markup('<p class="basis">{} {}</p>')
    return Markup("").join(line.format(*told) for told in lines)


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
