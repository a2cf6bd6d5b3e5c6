"""The command that proves the numbers on the pages."""

from __future__ import annotations

import click

from dxkit.cli.session import DONE, DONE_WITH_ERRORS, Session, common_options


@click.command()
@click.argument("period", required=False)
@common_options
def verify(
    period: str | None, campaign: str | None, raw: str | None, out: str | None, lang: str
) -> int:
    """Make the numbers again from the raw files and compare; compare files with what was made."""
    from dxkit.verify.files import FILE_KINDS, is_anything_made
    from dxkit.verify.verify import verify_period

    session = Session(campaign, raw, out, lang)
    period_id = session.period(period)
    folder = session.project.output_folder(session.campaign.id, period_id)
    if not is_anything_made(folder):
        raise session.refuse("no_pages", text=folder)
    result = verify_period(session.project, session.campaign.id, period_id)
    if not result.differences:
        counts = {"facts": result.facts, "pages": result.pages}
        counts |= {"cells": result.cells, "files": result.files}
        click.echo(session.say("verified", **counts))
        return DONE
    click.echo(session.say("not_verified", count=len(result.differences)))
    for difference in result.differences:
        text = f"{difference.page}: {difference.fact}: {difference.shown} ≠ {difference.expected}"
        if difference.fact in FILE_KINDS:
            text = session.say(difference.fact, text=difference.page)
        click.echo(f"  {text}")
    return DONE_WITH_ERRORS
