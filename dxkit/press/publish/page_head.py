"""The head of the pages around the reports."""

from __future__ import annotations

from markupsafe import Markup

from dxkit.period import OpenPeriod
from dxkit.report.wording.language import Language


def page_head(opened: OpenPeriod, title: str, language: Language) -> Markup:
    """Who, which campaign, the title, and a warning on simulated data."""
    banner = Markup("")
    if opened.received.simulated_files:
        banner = Markup('<p class="banner" role="note">{}</p>').format(
            language.text("report.simulated")
        )
    return Markup(
        '<header class="report-head"><p class="organiser">{}</p><p class="name">{}</p>'
        '<h1 class="date">{}</h1></header>{}'
    ).format(
        language.name(opened.campaign.organiser),
        language.name(opened.campaign.names),
        title,
        banner,
    )
