"""The main sentences and the table of indicators."""

from __future__ import annotations

from markupsafe import Markup

from dxkit.analysis.totals import Result
from dxkit.model.campaign import IndicatorKind
from dxkit.model.facts import TOTAL
from dxkit.report.parts.context import Context, Part
from dxkit.report.sentences.headlines import headlines as headline_claims
from dxkit.report.tables import Cell, Column, State, render_table


def headlines(context: Context) -> Part:
    """The sentences to remember."""
    items = Markup("").join(
        Markup("<li>{}</li>").format(context.writer.sentence(c))
        for c in headline_claims(context.view)
    )
    return context.section("headlines", Markup('<ul class="headlines">{}</ul>').format(items))


def indicators(context: Context) -> Part:
    """The table of indicators; nothing at a level where none is measured."""
    if not context.view.results:
        return Part(Markup(""))
    text = context.language.text
    columns = [Column(text("report.indicator"))]
    keys = ["value"]
    if any(result.target for result in context.view.results):
        keys += ["target", "gap"]
    if context.view.previous_period:
        keys += ["change"]
    keys += ["points", *(["rank"] if context.view.group else [])]
    mixed = any(result.indicator.kind is IndicatorKind.COUNT for result in context.view.results)
    columns += [
        Column(text(f"report.column_{key}"), numeric=True, units_in_cells=mixed) for key in keys
    ]
    with_state = "target" in keys
    if with_state:
        columns.append(Column(text("report.column_state")))
    rows: list[list[Cell]] = []
    for result in context.view.results:
        indicator = result.indicator.id
        row: list[Cell] = [context.language.name(result.indicator.short_names)]
        for key in keys:
            row.append(_cell(context, indicator, key))
        if with_state:
            row.append(_state(context, result))
        rows.append(row)
    rows.append(_total_row(context, keys, with_state))
    notes = [
        *(["shares"] if _mentions_differences(context, keys) else []),
        *(["ranks"] if "rank" in keys else []),
    ]
    note = Markup(" ").join(text(f"report.indicators_note_{name}") for name in notes)
    caption = text("report.indicators_caption", unit=context.writer.name(context.view.itself))
    return context.section(
        "indicators",
        render_table(caption, columns, rows, context.language, note, totals=1),
    )


def _mentions_differences(context: Context, keys: list[str]) -> bool:
    """Whether the table has gaps or changes of shares."""
    shares = any(result.indicator.kind is IndicatorKind.RATIO for result in context.view.results)
    return shares and not {"gap", "change"}.isdisjoint(keys)


def _cell(context: Context, indicator: str, kind: str) -> Cell:
    fact = context.view.scorecard.find(indicator, kind)
    if fact is None or fact.missing in ("no_target", "first_period", "not_scored"):
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


def _state(context: Context, result: Result) -> State:
    kind = {True: "good", False: "bad", None: "none"}[result.is_met]
    if result.target is not None and kind == "none":
        kind = "unknown"
    said = f"met/{result.unit_code}/{result.indicator.id}"
    return State(context.language.plain(f"report.state_{kind}"), kind, said)
