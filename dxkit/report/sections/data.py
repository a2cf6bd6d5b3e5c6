"""The sections on the data: registers, other measures, what is missing, the method, the sources."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from dxkit.model.addresses import named_ranges
from dxkit.model.campaign import IndicatorKind, Measure
from dxkit.model.facts import CellRef, Fact, Reference
from dxkit.model.findings import AcceptedExplanation, Finding
from dxkit.model.rules import RankingRule, RewardRule, ScoringRule
from dxkit.model.text import LONGEST, harmless
from dxkit.model.units import Unit
from dxkit.report.context import Context, Section
from dxkit.report.receipts import completeness_table
from dxkit.report.sentences.data_state import data_claims
from dxkit.report.tables import NOTHING, Cell, Column, bulleted, render_table
from dxkit.report.tracing import legend, traces
from dxkit.report.wording.findings import finding_kind, value_text


def activity(context: Context) -> Section:
    """Measures that no indicator uses, by table: the activity of the teams, for instance."""
    before = bool(context.view.previous_period)
    find = context.view.scorecard.find
    tables: dict[str, list[Measure]] = {}
    for measure in context.opened.campaign.activity:
        if find(measure.id, "value") is not None:
            tables.setdefault(measure.table, []).append(measure)
    text, parts = context.language.text, []
    for table, measures in tables.items():
        alike = before and any(find(measure.id, "like_change") for measure in measures)
        headings = ["this_period"]
        headings += ["previous_period", "column_change"] * before + ["column_like_change"] * alike
        columns = [Column(text("report.measure"))]
        columns += [Column(text(f"report.{heading}"), numeric=True) for heading in headings]
        rows: list[list[Cell]] = []
        for measure in measures:
            change, like = find(measure.id, "change"), find(measure.id, "like_change")
            cells = [find(measure.id, "value")]
            cells += [_before(context, measure.id), change] * before
            row: list[Cell] = [text("number.no_data") if f is None else f for f in cells]
            if alike:  # of a measure that has none all told both times
                told = change if like is None else like
                row.append(NOTHING if told is None or not told.known else told)
            rows.append([context.language.name(measure.names), *row])
        title = context.language.name(context.opened.campaign.tables[table])
        note = text("report.indicators_note_like") if alike else ""
        table_of = render_table(title, columns, rows, context.language, note)
        parts.append(context.titled(title, table_of, aside=True))
    return Section(Markup("").join(parts))


def _before(context: Context, measure_id: str) -> Fact | None:
    previous, code = context.opened.analysis.previous, context.view.unit.code
    if previous is None or code not in previous.units:
        return None
    return previous.facts.find(code, measure_id, "value")


def data_state(context: Context) -> Section:
    """What is missing or doubtful in this unit's data."""
    body = context.writer.paragraph(data_claims(context.view))
    body += completeness_table(
        context.opened, _reporting(context), context.language, only_lacking=True
    )
    by_code: dict[str, list[CellRef]] = {}
    for finding, _ in context.opened.received.mistakes:
        if finding.severity != "note" and _concerns(context, finding.unit_code, finding.address):
            by_code.setdefault(finding.code, []).append(finding.address)
    body += _explanations(context) + _replies(context)
    items = []
    for code, cells in by_code.items():
        # of a whole file its name; that none came is said above
        files = dict.fromkeys(c.file for c in cells if not c.cell and code != "workbook_missing")
        places = "; ".join((*named_ranges(cells), *files))
        if not places:
            continue
        kind = finding_kind(code, context.language)
        items.append(Markup('{}: <span class="place">{}</span>').format(kind, places))
    if items:
        title = context.language.text("report.findings_listed")
        listed = Markup("<p>{}</p>").format(title) + bulleted(items)
        body += context.more("findings", listed)
    elif not context.view.indicators:
        body += Markup("<p>{}</p>").format(context.language.text("report.no_findings"))
    return context.section("data_state", body)


def _explanations(context: Context) -> Markup:
    """What the office has accepted of this unit and those below it, each with its cell; on the page
    of a unit above the reporting ones folded.
    """
    told: dict[tuple[str, AcceptedExplanation], list[Finding]] = {}
    for finding in context.opened.received.findings:
        said = finding.explanation
        if said is not None and _concerns(context, finding.unit_code, finding.address):
            told.setdefault((finding.unit_code, said), []).append(finding)
    text, items = context.language.text, list[Markup]()
    for (code, said), findings in told.items():
        about = Markup("; ").join(
            Markup('{} (<span class="place">{}</span>)').format(
                finding_kind(one.code, context.language), one.address
            )
            for one in findings
        )
        whose = code or context.opened.received.senders.get(findings[0].address.file, "")
        unit = Reference("unit", whose or context.opened.analysis.units.top.code)
        cell = str(said.cell or text("report.explained_without"))
        if said.period != context.opened.analysis.period.id:
            cell = f"{context.language.period(said.period)}: {cell}"
        items.append(text(
            "report.explained", unit=context.writer.name(unit), about=about,
            text=_written(context, f"“{harmless(said.text, LONGEST)}”"),
            source=Markup('<span class="place">{}</span>').format(cell),
            name=Markup('<span class="name">{}</span>').format(harmless(said.name, LONGEST)),
            day=context.date(value_text("day", said.day, context.language, {})),
        ))  # fmt: skip
    return _listed(context, "explained", items)


def _replies(context: Context) -> Markup:
    """What this unit and those below it say of their draft results, each with its cell."""
    items, own = list[Markup](), context.view.unit.code
    for reply in context.opened.received.replies:
        if own not in context.opened.analysis.units.line(reply.unit_code):
            continue
        items.append(context.language.text(
            "report.replied", unit=context.writer.name(Reference("unit", reply.unit_code)),
            about=_written(context, harmless(reply.about.removesuffix("."), LONGEST)),
            text=_written(context, f"“{harmless(reply.text, LONGEST)}”"),
            source=Markup('<span class="place">{}</span>').format(reply.address),
        ))  # fmt: skip
    return _listed(context, "replies", items)


def _written(context: Context, text: str) -> Markup:
    """What a sender wrote, whatever its direction, in the language of the campaign."""
    spoken = next(iter(context.opened.campaign.names))
    of = Markup(' lang="{}"').format(spoken) if spoken != context.language.code else ""
    return Markup('<bdi class="raw"{}>{}</bdi>').format(of, text)


def _listed(context: Context, key: str, items: list[Markup]) -> Markup:
    """A list under what it is; on the page of a unit above the reporting ones folded."""
    campaign, listed = context.opened.campaign, bulleted(items)
    if not listed:
        return listed
    order = [level.id for level in campaign.levels]
    if order.index(context.view.unit.level) < order.index(campaign.report_level):
        return context.more(key, listed)
    return Markup("<p>{}</p>{}").format(context.language.text(f"report.{key}_more"), listed)


def _reporting(context: Context) -> list[Unit]:
    """The units directly below that the plan names."""
    campaign, children = context.opened.campaign, context.view.children
    return [c.unit for c in children if not campaign.level(c.unit.level).open]


def sources(context: Context) -> Section:
    """The cells behind the page's numbers, how each was made, and what the campaign rests on. Call
    it last: it knows the numbers of the parts made before it.
    """
    own = (
        fact
        for fact in context.view.scorecard.facts.values()
        if fact.key.unit == context.view.unit.code
    )
    cells = {cell for fact in own for cell in fact.sources}
    listed = map(Markup('<li class="place">{}</li>').format, named_ranges(cells))
    items, text = Markup("").join(listed), context.language.text
    if items:
        body = Markup('<p>{}</p><ul class="sources">{}</ul>').format(text("report.sources"), items)
        body = context.more("sources", body)
    else:  # nothing is worked out for the unit itself
        body = Markup("<p>{}</p>").format(text("report.sources_below"))
    body += Markup('<p class="note legend">{} <span class="scripted">{}</span></p>').format(
        legend(context.language), text("trace.hint")
    )
    return context.section("sources", body + _foundation(context) + page_traces(context))


def _foundation(context: Context) -> Markup:
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


def fold(context: Context) -> Section:
    """What a brief page has for whoever asks: method, sources and legal basis, folded. Call it
    last, as ``sources``.
    """
    title = context.language.text("report.fold")
    content = method(context, folded=False).html + sources(context).html
    return Section(
        Markup('<details class="fold"><summary>{}</summary>{}</details>').format(title, content)
    )


def page_traces(context: Context) -> Markup:
    """How the numbers shown so far were made, for the page's script."""
    opened = context.opened
    shown = context.language.facts.values()
    unit = context.view.unit.code
    return traces(shown, opened.analysis, unit, opened.campaign, context.language)


def _concerns(context: Context, unit_code: str, place: CellRef) -> bool:
    """Whether a finding is about this unit or one below it."""
    units, own = context.opened.analysis.units, context.view.unit.code
    if unit_code:
        return unit_code in units and own in units.line(unit_code)
    return (context.opened.received.senders.get(place.file) or units.top.code) == own


def method(context: Context, *, folded: bool = True) -> Section:
    """How scores and ranks were made, and which rules are assumed; ``folded`` under its title."""
    campaign, text = context.opened.campaign, context.language.text
    columns = [
        Column(text("report.indicator")),
        Column(text("report.column_max_points"), numeric=True),
        Column(text("report.column_scoring")),
    ]
    rows: list[list[Cell]] = []
    cards = (context.view.scorecard, *context.view.children)
    for indicator in campaign.indicators:
        points = (card.find(indicator.id, "max_points") for card in cards)
        rows.append(
            [
                context.language.name(indicator.short_names),
                next((fact for fact in points if fact is not None), NOTHING),
                context.said(
                    f"scoring/{indicator.id}", text(f"report.scoring_{indicator.scoring}")
                ),
            ]
        )
    shares = any(i.kind is IndicatorKind.RATIO for i in campaign.indicators)
    keys = [*(["method_shares"] if shares else []), "method_points"]
    body = Markup("<p>{}</p>").format(Markup(" ").join(text(f"report.{key}") for key in keys))
    body += render_table(text("report.method_caption"), columns, rows, context.language)
    body += Markup("<p>{}</p>").format(text("report.method_sources"))
    body += bulleted((*_of_indicators(context), *_of_rules(context)))
    return context.section("method", context.more("method", body) if folded else body)


def _of_indicators(context: Context) -> Iterator[Markup]:
    """Each source of the indicators once, after the names of those that rest on it."""
    resting: dict[tuple[str, bool], list[str]] = {}
    for indicator in context.opened.campaign.indicators:
        name = context.language.name(indicator.short_names)
        resting.setdefault((indicator.source, indicator.assumed), []).append(name)
    for (source, assumed), names in resting.items():
        heading = Markup("{}: ").format(", ".join(names))
        yield _source(context, heading, source, assumed=assumed)


def _of_rules(context: Context) -> Iterator[Markup]:
    campaign = context.opened.campaign
    rules: list[ScoringRule | RankingRule | RewardRule] = [campaign.scoring, campaign.ranking]
    for rule in (*rules, *_rewards(context)):
        yield _source(context, Markup(""), rule.source, assumed=rule.assumed)


def _source(context: Context, heading: Markup, source: str, *, assumed: bool) -> Markup:
    mark = Markup(" ") + context.assumed() if assumed else ""
    return Markup('{}<span class="document">{}</span>{}').format(heading, source, mark)


def _rewards(context: Context) -> Iterator[RewardRule]:
    levels = {context.view.unit.level, context.view.child_level.id}
    yield from (rule for rule in context.opened.campaign.rewards if rule.level in levels)
