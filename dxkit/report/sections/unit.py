"""The sections about the unit itself: title block, headlines, table of indicators, narrative."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import TOTAL, Claim, Reference
from dxkit.model.observations import Flag
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.below import rests_on_few, weakest_first
from dxkit.report.sentences.causes import causes
from dxkit.report.sentences.headlines import headlines as headline_claims
from dxkit.report.sentences.next_steps import next_steps as next_step_claims
from dxkit.report.sentences.situation import activity, changes, levels, standing
from dxkit.report.sentences.trends import trends
from dxkit.report.tables import Cell, Column, State, render_table


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


def indicators(context: Context) -> Section:
    """The table of indicators; nothing at a level where none is measured."""
    if not context.view.indicators:
        return NO_SECTION
    text = context.language.text
    columns = [Column(text("report.indicator"))]
    keys = ["value"]
    targets = context.view.own_facts("target")
    if any(fact.known for fact in targets):
        keys += ["target", "gap"]
    if context.view.previous_period:
        keys += ["change"]
        told = {f.key.subject for f in context.view.own_facts("like_change")}
        keys += ["like_change"] * any(i.id in told for i in context.view.indicators)
    keys += ["points", *(["rank"] if context.view.group else [])]
    mixed = any(i.kind is IndicatorKind.COUNT for i in context.view.indicators)
    columns += [
        Column(text(f"report.column_{key}"), numeric=True, units_in_cells=mixed) for key in keys
    ]
    with_state = "target" in keys
    if with_state:
        columns.append(Column(text("report.column_state")))
    rows: list[list[Cell]] = []
    for indicator in context.view.indicators:
        row: list[Cell] = [context.language.name(indicator.short_names)]
        for key in keys:
            row.append(_cell(context, indicator.id, key))
        if with_state:
            row.append(_state(context, indicator))
        rows.append(row)
    rows.append(_total_row(context, keys, with_state))
    notes = [
        *(["shares"] if _mentions_differences(context, keys) else []),
        *(["like"] if "like_change" in keys else []),
        *(["ranks"] if "rank" in keys else []),
    ]
    note = Markup(" ").join(text(f"report.indicators_note_{name}") for name in notes)
    caption = text("report.indicators_caption", unit=context.writer.name(context.view.itself))
    return context.section(
        "indicators", render_table(caption, columns, rows, context.language, note, totals=1)
    )


def _mentions_differences(context: Context, keys: list[str]) -> bool:
    """Whether the table has gaps or changes of shares."""
    shares = any(i.kind is IndicatorKind.RATIO for i in context.view.indicators)
    return shares and not {"gap", "change"}.isdisjoint(keys)


def _cell(context: Context, indicator: str, kind: str) -> Cell:
    fact = context.view.scorecard.find(indicator, kind)
    if kind == "like_change" and fact is None:  # all of those told both times
        fact = context.view.scorecard.find(indicator, "change")
    elsewhere = kind == "like_change" and fact is not None and not fact.known
    if (
        elsewhere
        or fact is None
        or fact.missing in ("no_target", "first_period", "gap_before", "not_scored")
    ):
        return "–"
    value = context.view.scorecard.find(indicator, "value")
    if kind != "value" and not fact.known and value is not None and not value.known:
        return "–"  # the result says why
    if kind == "rank" and fact.known:
        ranked = context.view.fact(indicator, "ranked")
        return context.language.fact(fact) + Markup("/") + context.language.fact(ranked)
    return fact


def _total_row(context: Context, keys: list[str], with_state: bool) -> list[Cell]:
    row: list[Cell] = [context.language.text("report.total")]
    for key in keys:
        row.append(_cell(context, TOTAL, key) if key in ("points", "rank") else "")
    return [*row, ""] if with_state else row


def _state(context: Context, indicator: Indicator) -> State:
    card = context.view.scorecard
    kind = {True: "good", False: "bad", None: "none"}[card.is_met(indicator)]
    if card.fact(indicator.id, "target").known and kind == "none":
        idle = card.fact(indicator.id, "value").missing == Flag.NOT_APPLICABLE
        kind = "idle" if idle else "unknown"
    elif kind != "none" and rests_on_few(context.view, indicator):
        kind = "open"
    said = f"met/{card.unit.code}/{indicator.id}"
    return State(context.language.plain(f"report.state_{kind}"), kind, said)


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
