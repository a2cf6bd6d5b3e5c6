"""The command that prints the league table."""

from __future__ import annotations

import sys

import click

from dxkit.cli.session import DONE, Session, common_options


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
    from dxkit.analysis.unit_facts import TOTAL

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
    return DONE
