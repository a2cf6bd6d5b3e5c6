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
    """Prove that every number on the pages agrees with the raw workbooks."""
    from dxkit.press.verify import verify_period

    session = Session(campaign, raw, out, lang)
    period_id = session.period(period)
    result = verify_period(session.project, session.campaign.id, period_id)
    if not result.pages:
        folder = session.project.output_folder(session.campaign.id, period_id)
        raise session.refuse("no_pages", text=folder)
    if not result.differences:
        counts = {"facts": result.facts, "pages": result.pages, "cells": result.cells}
        click.echo(session.say("verified", **counts))
        return DONE
    click.echo(session.say("not_verified", count=len(result.differences)))
    for difference in result.differences:
        click.echo(
            f"  {difference.page}: {difference.fact}: {difference.shown} ≠ {difference.expected}"
        )
    return DONE_WITH_ERRORS
