"""The pages around the reports: the index of a period and the list of findings."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from dxkit.analysis.unit_facts import TOTAL
from dxkit.model.facts import CellRef, Reference
from dxkit.press.page import framed
from dxkit.story.findings import finding_text
from dxkit.story.messages import Language
from dxkit.story.period import OpenPeriod
from dxkit.story.sentences import Writer
from dxkit.story.tables import Cell, Column, render_table

_DATA_FILES = ("observations", "indicators", "ranking", "findings")


def index_html(opened: OpenPeriod, pages: Mapping[str, str], language: Language) -> str:
    """The index of a period: every unit with a page, by place, and the other files.

    ``pages`` maps unit codes to addresses relative to the index.
    """
    analysis, text = opened.analysis, language.text
    writer = Writer(opened.campaign, analysis.units, language)
    totals = analysis.results.totals
    columns = [
        Column(text("report.unit")),
        Column(text("report.column_rank"), numeric=True),
        Column(text("report.column_points"), numeric=True),
        Column(text("report.column_band")),
    ]
    ranked = [code for code in pages if analysis.results.group_of(analysis.units.get(code))]
    ranked.sort(key=lambda code: (totals[code].rank is None, totals[code].rank or 0))
    rows: list[list[Cell]] = []
    for code in ranked:
        name = writer.name(Reference("unit", code), starts=True)
        card, band = analysis.scorecard(code), totals[code].band
        rows.append(
            [
                Markup('<a href="{}">{}</a>').format(pages[code], name),
                card.fact(TOTAL, "rank"),
                card.fact(TOTAL, "points"),
                language.name(band.names) if band else "–",
            ]
        )
    title = language.plain("site.index_title", period=language.period(analysis.period.id))
    others = [(pages[code], analysis.units.get(code).name) for code in pages if code not in ranked]
    links = [
        *others,
        ("findings.html", language.plain("site.findings_title")),
        ("league.xlsx", language.plain("site.league_workbook")),
        *((f"data/{name}.csv", f"{name}.csv") for name in _DATA_FILES),
    ]
    content = _head(opened, title, language)
    content += Markup('<ul class="links">{}</ul>').format(
        Markup("").join(Markup('<li><a href="{}">{}</a></li>').format(*link) for link in links)
    )
    content += Markup('<section><h2 id="units">{}</h2>{}</section>').format(
        text("site.units"), render_table(text("site.units"), columns, rows, language)
    )
    return framed(str(content), title, language.code)


def findings_html(opened: OpenPeriod, language: Language) -> str:
    """All findings, by file, for somebody who never saw the tool."""
    text = language.text
    title = language.plain(
        "site.findings_heading", period=language.period(opened.analysis.period.id)
    )
    content = _head(opened, title, language)
    content += Markup("<p>{}</p>").format(text("site.findings_intro"))
    by_file: dict[str, list[list[Cell]]] = {}
    for finding in opened.received.findings:
        place = finding.place
        by_file.setdefault(place.file, []).append(
            [
                _where(place, language),
                text(f"site.severity_{finding.severity}"),
                Markup('<span class="raw">{}</span>').format(finding.raw[:200]),
                Markup('<span class="raw">{}</span>').format(finding_text(finding, language)),
            ]
        )
    columns = [Column(text(f"site.{key}")) for key in ("place", "severity", "raw", "message")]
    for number, (file, rows) in enumerate(sorted(by_file.items()), start=1):
        table = render_table(text("site.findings_title"), columns, rows, language)
        content += Markup('<section><h2 id="file-{}" class="place">{}</h2>{}</section>').format(
            number, file, table
        )
    return framed(str(content), title, language.code)


def _where(place: CellRef, language: Language) -> Markup:
    """The sheet and cell of a finding, or that it is about the whole file."""
    if not place.sheet and not place.cell:
        return language.text("site.whole_file")
    return Markup('<span class="place">{} {}</span>').format(place.sheet, place.cell)


def _head(opened: OpenPeriod, title: str, language: Language) -> Markup:
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
