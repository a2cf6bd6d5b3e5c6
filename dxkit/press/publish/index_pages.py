"""The pages around the reports: the index of a period and that of the campaign, and verify.html:
all that cannot be proved of a period.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from dxkit.campaign.project import stated
from dxkit.model.facts import TOTAL
from dxkit.model.text import harmless
from dxkit.model.units import Unit
from dxkit.period import OpenPeriod
from dxkit.press.manifest import FINDINGS, INDEX, LEAGUE, PROOF
from dxkit.press.publish.frame import RAW, page_around
from dxkit.report.charts.units import map_chart
from dxkit.report.context import Context
from dxkit.report.sections.data import page_traces
from dxkit.report.sentences.data_state import reporting_claims
from dxkit.report.sentences.unit_view import View
from dxkit.report.tables import NOTHING, Cell, Column, bulleted, render_table
from dxkit.report.wording.language import Language
from dxkit.report.wording.publications import state_html
from dxkit.report.wording.sentences import unit_name
from dxkit.workbooks.atomic import take_away, write_text

_MOST_RANKED = 300
"""Rows of the index; a country has ten thousand units."""
MEMBERS = "; "
"""Between the names of units on the index."""
_DATA_FILES = ("observations", "indicators", "ranking", "findings")
_RANK = ("report.column_rank", "report.column_points")


def index_html(opened: OpenPeriod, pages: Mapping[str, str], language: Language) -> str:
    """The index of a period: a search, every unit with a page by rank, the units below them, the
    map, who has not sent, and the other files.

    ``pages`` maps unit codes to addresses relative to the index.
    """
    units = opened.analysis.units
    context = Context(opened, units.top.code, language.code)
    grouped = opened.analysis.standing.group_of
    made = [unit.code for unit in units.units if unit.code in pages]
    ranked = [code for code in made if grouped(units.get(code))]
    there = {*ranked}
    title = language.titled("site.index_title", opened.analysis.period)
    publication = stated(opened.project, opened.campaign.id, opened.analysis.period.id)
    content = state_html(publication, INDEX, language) + _links(
        [(pages[code], units.get(code).name) for code in made if code not in there]
        + [("../index.html", language.plain("site.all_periods"))]
    )
    order = opened.analysis.standing.in_order(ranked)[:_MOST_RANKED]
    lists = _league(context, order, pages)
    if len(order) < len(ranked):
        lists += Markup('<p class="note">{}</p>').format(language.text("site.league_cut"))
    lists += _members(context, ranked, order, pages)
    content += Markup(
        '<section><h2 id="units">{}</h2><div class="search" data-rows="lists"></div>'
        '<div id="lists">{}</div></section>'
    ).format(language.text("site.units"), lists)
    content += map_chart(context).html
    content += context.titled(language.plain("site.state_title"), _state(context, ranked))
    content += context.titled(language.plain("site.files_title"), _files(language))
    content += page_traces(context)
    return page_around(opened, title, content, language)


def campaign_html(opened: OpenPeriod, periods: Mapping[str, str], language: Language) -> str:
    """The index of a campaign over its periods, newest first, with the ranks of this period and
    the one before it.

    ``periods`` maps the periods that have an index to its address.
    """
    context = Context(opened, opened.analysis.units.top.code, language.code)
    title = language.plain("site.campaign_title")
    rows: list[list[Cell]] = []
    for period in reversed(opened.campaign.periods):
        if period.id in periods:
            name = context.date(language.period(period.id))
            link = Markup('<a href="{}">{}</a>').format(periods[period.id], name)
            days = (day.strftime("%d/%m/%Y") for day in (period.first_day, period.last_day))
            rows.append([link, context.date(" – ".join(days))])
    table = _table(context, "periods", ("site.period", "site.days"), rows)
    content = context.titled(language.plain("site.periods"), table)
    content += _over_periods(context)
    content += page_traces(context)
    return page_around(opened, title, content, language)


def _table(
    context: Context, caption: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> Markup:
    text = context.language.text
    columns = [Column(text(heading), numeric=heading in _RANK) for heading in headings]
    return render_table(text(f"site.{caption}"), columns, rows, context.language)


def _links(links: list[tuple[str, str]]) -> Markup:
    return bulleted((Markup('<a href="{}">{}</a>').format(*link) for link in links), "links")


def _league(context: Context, order: Sequence[str], pages: Mapping[str, str]) -> Markup:
    """The units that have a page, by rank."""
    rows: list[list[Cell]] = []
    for code in order:
        link = Markup('<a href="{}">{}</a>').format(pages[code], context.name(code))
        card = context.opened.analysis.scorecard(code)
        facts = (card.fact(TOTAL, "rank"), card.fact(TOTAL, "points"))
        rows.append([link, *facts, context.band(code)])
    return _table(context, "league", ("report.unit", *_RANK, "report.column_band"), rows)


def _members(
    context: Context, ranked: list[str], listed: Sequence[str], pages: Mapping[str, str]
) -> Markup:
    """The units with a page that the table has not ``listed``, and the names of those below each,
    so that somebody who knows only their own commune finds the page it stands on; no names that
    come from the workbooks. The page's script draws those that somebody looks for.
    """
    analysis = context.opened.analysis
    open_levels = {level.id for level in context.opened.campaign.levels if level.open}

    def name(unit: Unit) -> Markup:
        return unit_name(unit, context.opened.campaign, context.language)

    lines, there = Markup(""), {*listed}
    for code in ranked:
        names = [name(unit) for unit in analysis.units.children(code)
                 if unit.level not in open_levels and unit.code not in pages]  # fmt: skip
        if names or code not in there:
            link = Markup('<li><a href="{}">{}</a>').format(
                pages[code], name(analysis.units.get(code))
            )
            told = Markup(": <span>{}</span>").format(Markup(MEMBERS).join(names)) if names else ""
            lines += link + told + Markup("</li>")
    if not lines:
        return Markup("")
    return Markup(
        '<details class="members"><summary>{}</summary><ul>{}</ul></details><ul class="found"></ul>'
    ).format(context.language.text("site.members"), lines)


def _state(context: Context, ranked: list[str]) -> Markup:
    """Who has not sent: among the units with a page, and below each of them."""
    analysis = context.opened.analysis
    items = []
    for code in (context.view.unit.code, *ranked):
        view = View(analysis, analysis.units.get(code))
        for claim in reporting_claims(view):
            if code == context.view.unit.code or claim.message != "data_all_reported":
                name = context.name(code)
                items.append(Markup("{}: {}").format(name, context.writer.sentence(claim)))
    return bulleted(items)


def _files(language: Language) -> Markup:
    pages = [(FINDINGS, "site.findings_title"), (LEAGUE, "site.league_workbook")]
    links = [(name, language.plain(words)) for name, words in pages]
    return _links(links + [(f"data/{name}.csv", f"{name}.csv") for name in _DATA_FILES])


def _over_periods(context: Context) -> Markup:
    """Ranks and points of the report level in all periods of the series, behind those that the
    period is made of: side by side of two, in a table each of more.
    """
    analysis, text, language = context.opened.analysis, context.language.text, context.language
    codes = [u.code for u in analysis.units.at_level(context.opened.campaign.report_level)]
    told = {
        kind: {
            code: {part.id: part.find(code, TOTAL, kind) for part in analysis.course}
            | analysis.over_time(code, TOTAL, kind)
            for code in codes
        }
        for kind in ("rank", "points")
    }
    periods = next(iter(told["rank"].values()), {})
    kinds = [("rank", "points")] if len(periods) < 3 else [("rank",), ("points",)]
    tables = []
    for shown in kinds:
        columns = [Column(text("report.unit"))]
        for name in periods:
            period = context.date(language.period(name))
            both = [text(f"site.{kind}_of_period", period=period) for kind in shown]
            heads = both if len(shown) > 1 else [period]
            columns += [Column(head, numeric=True) for head in heads]
        rows: list[list[Cell]] = []
        for code in analysis.standing.in_order(codes):
            facts = [told[kind][code][name] for name in periods for kind in shown]
            cells = (NOTHING if fact is None else fact for fact in facts)
            rows.append([context.name(code), *cells])
        note = text("site.points_by_targets") if shown == ("points",) else ""
        caption = text(f"site.{'_and_'.join(shown)}_over_periods")
        tables.append(render_table(caption, columns, rows, context.language, note))
    return context.titled(language.plain("site.over_periods"), Markup("").join(tables))


# what cannot be proved ----------------------------------------------------------------------------


_MOST_ROWS = 500
_SECTION = Markup('<section><h2 id="cause-{}" class="place">{}</h2>{}</section>')


def write_differences(
    groups: Iterable[tuple[str, Sequence[Sequence[str]]]],
    opened: OpenPeriod,
    folder: Path,
    language: Language,
) -> None:
    """The page with each cause and file, and below it the places: where, what stands there, what
    should. No page where nothing differs.
    """
    content = Markup("")
    columns = [Column(language.text(f"site.verify_{key}")) for key in ("at", "shown", "expected")]
    for number, (heading, places) in enumerate(groups, start=1):
        rows = [[RAW.format(harmless(text or "–")) for text in place] for place in places]
        caption = language.text("site.verify_places")
        table = render_table(caption, columns, rows[:_MOST_ROWS], language) if rows else ""
        content += _SECTION.format(number, harmless(heading), table)
    if not content:
        take_away(folder / PROOF)
        return
    title = language.plain("site.verify_title", period=language.period(opened.analysis.period.id))
    write_text(folder / PROOF, page_around(opened, title, content, language))
