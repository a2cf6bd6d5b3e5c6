"""The short commands: the league table, how one number was made, field checks, the demonstration
workbooks, JupyterLab.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any

import click

from dxkit.cli.session import (
    CANNOT_START,
    DONE,
    DONE_WITH_ERRORS,
    Command,
    Session,
    tell,
    with_session,
)


@click.command(cls=Command)
@click.argument("period", required=False)
@with_session
@click.option("--level", default="")
@click.option("--within", default="")
@click.option("--as-of", default="")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
def rank(session: Session, period: str | None, level: str, within: str, form: str) -> int:
    """Print the league table."""
    import csv
    import json

    from dxkit.analysis.rows import RANKING_COLUMNS, ranking_rows
    from dxkit.model.facts import TOTAL
    from dxkit.model.plan import plan_findings

    period_id = session.period(period)
    wanted = session.level(level) or session.campaign.report_level
    analysis = session.open(period_id).analysis
    if session.level(within):
        analysis = analysis.ranked_within(wanted, within)
    table = (dict(zip(RANKING_COLUMNS, row, strict=True)) for row in ranking_rows(analysis))
    rows: list[dict[str, Any]] = [row for row in table if row["level"] == wanted]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(rows[0] if rows else [])
        writer.writerows(row.values() for row in rows)
    else:
        bands = {b.id: session.language.name(b.names) for b in session.campaign.scoring.bands}
        tops = {unit.code for unit in analysis.units.units if not unit.parent_code}
        named = any(row["parent_code"] not in tops for row in rows)
        with_tiers = session.campaign.ranking.tiers
        header = session.say("rank_header_within" if named else "rank_header")
        header += f"\t{session.say('rank_column_tier')}" * with_tiers
        visited = bool(analysis.received.visits)
        tell(header + f"\t{session.language.plain('report.column_verified')}" * visited)
        for row in rows:
            card = analysis.scorecard(row["unit_code"])
            facts = (card.fact(TOTAL, kind) for kind in ("rank", "points"))
            numbers = "\t".join(session.language.number(fact) for fact in facts)
            within = f"\t{row['parent_name']}" if named else ""
            line = f"{numbers}\t{row['unit_name']}{within}\t{bands.get(row['band'], '–')}"
            if with_tiers:
                line += f"\t{row['tier'] or '–'}"
            if visited:
                kinds = ("verified", "verified_low", "verified_high")
                share = [card.find(TOTAL, kind) for kind in kinds]
                told = [session.language.number(fact) for fact in share if fact and fact.known]
                line += "\t{} ({} – {})".format(*told) if told else "\t–"
            if analysis.standing.is_of_part(row["unit_code"]):
                line += f"\t{session.language.plain('report.figures_lacking')}"
            tell(line)
    lacking = list(plan_findings(session.campaign, period_id))
    for line in session.finding_lines(((f, []) for f in lacking), analysis.units):
        tell(line, err=True)
    return DONE_WITH_ERRORS if lacking else DONE


@click.command(cls=Command)
@click.argument("period")
@click.argument("unit", required=False)
@click.argument("indicator", required=False)
@click.option("--kind", default="")
@click.option("--as-of", default="")
@with_session
def explain(
    session: Session, period: str, unit: str | None, indicator: str | None, kind: str
) -> int:
    """Show how one number was made, from the pages down to file, sheet and cell."""
    from dxkit.model.facts import FactKey
    from dxkit.press.publish.explain import chain
    from dxkit.report.tracing import fact_label, subject_names

    part = ""
    with suppress(ValueError):  # a key, as pages and league.xlsx name a number
        part, unit, indicator, kind = FactKey.parse(period)
        period = next((p.id for p in session.campaign.periods if part in p.parts), part)
    if not (unit and indicator):
        parameters = click.get_current_context().command.params
        raise click.MissingParameter(param=parameters[2 if unit else 1])
    period_id = session.period(period)
    opened = session.open(period_id)
    card = opened.analysis.scorecard(session.unit(unit, period_id))
    named = subject_names(session.campaign, session.language)
    kinds = [key.kind for key in card.facts if key.subject == indicator]
    if not kinds:
        known = dict.fromkeys(key.subject for key in card.facts if key.subject in named)
        raise session.refuse("indicator_unknown", text=indicator, available=", ".join(known))
    kind = kind or ("points" if indicator == "total" else "value")
    fact = card.facts.get(FactKey(part or period_id, card.unit.code, indicator, kind))
    if fact is None:
        raise session.refuse("kind_unknown", text=kind, available=", ".join(dict.fromkeys(kinds)))
    label = fact_label(opened.analysis, fact.key, session.language)
    tell(f"{label}: {session.language.number(fact)}")
    for line in chain(opened, fact.key, session.folder(period_id), session.language):
        tell(line)
    return DONE


@click.command(cls=Command)
@click.argument("period", required=False)
@with_session
@click.option("--visits", type=click.IntRange(1), default=10)
@click.option("--seed", type=click.IntRange(0), default=1)
@click.option("--level", default="")
def sample(session: Session, period: str | None, visits: int, seed: int, level: str) -> int:
    """Draw units to visit by risk, with known chances; write their list and sheets to print."""
    from dxkit.analysis.visits import draw_visits, level_of_visits
    from dxkit.model.facts import Fact, FactKey, UnitOfMeasure
    from dxkit.model.observations import VISITS
    from dxkit.press.forms.visits import write_visits

    period_id = session.reported_period(session.period(period))
    opened = session.open(period_id)
    wanted = session.level(level) or level_of_visits(opened.analysis)
    drawn = draw_visits(opened.analysis, opened.all_findings, wanted, visits, seed)
    if not drawn:
        raise session.refuse("no_visits", text=wanted)
    path = session.folder(period_id).parent / VISITS / f"{period_id}-{seed}.xlsx"
    with session.writing(period_id):
        write_visits(opened, drawn, seed, path, session.language)
    tell(session.say("visits_header"))
    for one in drawn:
        why = "; ".join(
            session.language.plain(f"visit.why_{reason}") for reason in dict.fromkeys(one.reasons)
        )
        name = opened.analysis.units.get(one.unit_code).name
        above = opened.analysis.units.parent(one.unit_code)
        within = above.name if above else ""
        key = FactKey(period_id, one.unit_code, "visit", "chance")
        chance = session.language.number(Fact(key, one.chance, UnitOfMeasure.SHARE, 1, "declared"))
        tell(f"{one.unit_code}\t{name}\t{within}\t{chance}\t{why}")
    tell(session.say("see", text=path))
    return DONE


@click.command(cls=Command)
@with_session
def demo(session: Session) -> int:
    """Write the demonstration workbooks (simulated, the same bytes each time)."""
    from dxkit.demo import read_census, read_plan, write_demonstration

    campaign, own = session.campaign, session.project.raw_folder(session.campaign.id)
    try:
        plan = read_plan(campaign)
        census = read_census(own / plan["census"])
    except FileNotFoundError as error:
        raise session.refuse("no_demo", campaign=campaign.id, text=error.filename) from error
    folder = session.project.raw or own
    write_demonstration(campaign, census, folder)
    count = sum(len(list((folder / period).glob("*.xlsx"))) for period in plan["periods"])
    tell(session.say("demo_written", count=count, text=folder))
    return DONE


@click.command(cls=Command, context_settings={"ignore_unknown_options": True})
@with_session
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(session: Session, arguments: tuple[str, ...]) -> int:
    """Open JupyterLab on the notebooks; further ARGUMENTS go to JupyterLab."""
    from dxkit.report.explore.lab import open_lab

    for name, folder in (("DXKIT_RAW", session.project.raw), ("DXKIT_OUT", session.project.out)):
        if folder is not None:
            os.environ[name] = str(folder)
    code = open_lab(session.project.root, session.language.code, arguments)
    return DONE if code == 0 else CANNOT_START
