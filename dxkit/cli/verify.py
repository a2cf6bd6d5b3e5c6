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
    """Count and make everything again from the raw workbooks, and compare it whole."""
    from dxkit.verify.files import REPORT, is_anything_made
    from dxkit.verify.told import lines, write_report
    from dxkit.verify.verify import verify_period

    session = Session(campaign, raw, out, lang)
    period_id = session.period(period)
    folder = session.project.output_folder(session.campaign.id, period_id)
    if not is_anything_made(folder):
        raise session.refuse("no_pages", text=folder)
    result = verify_period(session.project, session.campaign.id, period_id)
    write_report(result, folder, session.language)
    if result.versions:
        click.echo(session.say("other_versions", text=", ".join(result.versions)))
    if result.other_code:
        click.echo(session.say("made_by_other_code"))
    if result.own:
        click.echo(session.say("verified_own", own=result.own))
    if not result.differences:
        names = ("facts", "cells", "unjudged", "files", "pages")
        click.echo(session.say("verified", **{name: getattr(result, name) for name in names}))
        return DONE
    click.echo(session.say("not_verified", count=len(result.differences), text=REPORT))
    for line in lines(result, session.language):
        click.echo(line)
    return DONE_WITH_ERRORS
