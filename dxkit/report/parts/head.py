"""The title block of a page."""

from __future__ import annotations

from markupsafe import Markup

from dxkit.report.parts.context import Context, Part
from dxkit.report.wording.language import written_day


def head(context: Context) -> Part:
    """The title block: who, what, which period, cut-off, and a warning on simulated data."""
    campaign, period = context.opened.campaign, context.opened.analysis.period
    text = context.language.text
    basis = Markup("; ").join(
        Markup('<span class="document">{}</span>').format(context.language.name(words))
        for words in campaign.legal_basis
    )
    banner = Markup("")
    if context.opened.received.simulated_files:
        banner = Markup('<p class="banner" role="note">{}</p>').format(text("report.simulated"))
    title = text(
        "report.title",
        unit=context.name(context.view.unit.code),
        period=context.date(context.language.period(period.id)),
    )
    cut_off = text(
        "report.cut_off",
        first=context.date(written_day(period.first_day)),
        last=context.date(written_day(period.last_day)),
    )
    if period.assumed:
        cut_off += Markup(" ") + context.assumed()
    lines = [
        _official(context),
        Markup('<p class="organiser">{}</p>').format(context.language.name(campaign.organiser)),
        Markup('<p class="campaign">{}</p>').format(context.dated_name(campaign.names)),
        Markup("<h1>{}</h1>").format(title),
        Markup('<p class="cut-off">{}</p>').format(cut_off),
    ]
    if basis:
        lines.append(Markup('<p class="basis">{} {}</p>').format(text("report.basis"), basis))
    return Part(
        Markup('<header class="report-head">{}</header>{}').format(Markup("").join(lines), banner)
    )


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
