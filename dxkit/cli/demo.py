"""The command that writes the demonstration workbooks."""

from __future__ import annotations

import click

from dxkit.cli.session import DONE, Session, common_options


@click.command()
@common_options
def demo(campaign: str | None, raw: str | None, out: str | None, lang: str) -> int:
    """Write the demonstration workbooks (simulated, the same bytes each time)."""
    from dxkit.demo import write_demonstration
    from dxkit.demo.truth import read_census, read_plan

    session = Session(campaign, raw, out, lang)
    own = session.project.raw_folder(session.campaign.id)
    try:
        plan = read_plan(session.campaign)
        census = read_census(own / plan["census"])
    except FileNotFoundError as error:
        raise session.refuse(
            "no_demo", campaign=session.campaign.id, text=error.filename
        ) from error
    folder = session.project.raw or own
    write_demonstration(session.campaign, census, folder)
    count = sum(len(list((folder / period).glob("*.xlsx"))) for period in plan["periods"])
    click.echo(session.say("demo_written", count=count, text=folder))
    return DONE
