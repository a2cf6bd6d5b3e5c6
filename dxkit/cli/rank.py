"""The command that prints the league table."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dxkit.cli.session import DONE, DONE_WITH_ERRORS, Session, common_options

if TYPE_CHECKING:
    from dxkit.analysis.facts.scorecard import Analysis


@click.command()
@click.argument("period", required=False)
@common_options
@click.option("--level", default="", help="Level to rank; the campaign's report level if left out.")
@click.option("--within", default="", help="Rank inside this level instead of the declared one.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
def rank(
    period: str | None,
    campaign: str | None,
    raw: str | None,
    out: str | None,
    lang: str,
    level: str,
    within: str,
    form: str,
) -> int:
    """Print the league table."""
    import csv
    import json
    from dataclasses import asdict

    from dxkit.analysis.rows import ranking_rows
    from dxkit.model.facts import TOTAL

    session = Session(campaign, raw, out, lang)
    period_id = session.period(period)
    wanted = session.level(level) or session.campaign.report_level
    analysis = session.open(period_id).analysis
    if session.level(within):
        analysis = analysis.ranked_within(wanted, within)
    rows = [row for row in ranking_rows(analysis) if row.level == wanted]
    if form == "json":
        click.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1))
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(asdict(rows[0]) if rows else [])
        writer.writerows(asdict(row).values() for row in rows)
    else:
        bands = {b.id: session.language.name(b.names) for b in session.campaign.scoring.bands}
        click.echo(session.say("rank_header"))
        for row in rows:
            card = analysis.scorecard(row.unit_code)
            place, points = (
                session.language.number(card.fact(TOTAL, k)) for k in ("rank", "points")
            )
            click.echo(f"{place}\t{points}\t{row.unit_name}\t{bands.get(row.band, '–')}")
    return DONE_WITH_ERRORS if _plan_lacks(session, analysis) else DONE


def _plan_lacks(session: Session, analysis: Analysis) -> bool:
    """Say what the plan lacks for the period to be ranked, if anything."""
    from dxkit.model.plan import plan_findings
    from dxkit.report.wording.findings import finding_text, names_in_findings

    names = names_in_findings(session.campaign, analysis.units, session.language)
    found = list(plan_findings(session.campaign, analysis.period.id))
    for finding in found:
        text = finding_text(finding, session.language, names)
        click.echo(f"{finding.place}: {text}", err=True)
    return bool(found)
