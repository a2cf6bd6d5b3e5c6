"""The command that writes the demonstration workbooks."""

from __future__ import annotations

import click

from dxkit.cli.session import DONE, Session, common_options


@click.command()
@common_options
def demo(campaign: str | None, raw: str | None, out: str | None, lang: str) -> int:
    """Write the demonstration workbooks (simulated, the same bytes each time)."""
    from dxkit.demo import write_demonstration
    from dxkit.demo.truth import read_census

    session = Session(campaign, raw, out, lang)
    references = session.project.raw_folder(session.campaign.id) / "reference"
    census = read_census(references / "households_census_2019.csv")
    folder = session.project.raw or session.project.raw_folder(session.campaign.id)
    write_demonstration(session.campaign, census, folder)
    count = len(list(folder.glob("2022-Q?/*.xlsx")))
    click.echo(session.say("demo_written", count=count, text=folder))
    return DONE
