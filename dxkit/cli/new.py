"""The commands that begin: a plan for a campaign, the next period in a plan."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

import click

from dxkit.cli.help import Command, Group
from dxkit.cli.session import DONE, Session, tell, with_common_options, with_session

if TYPE_CHECKING:
    from dxkit.model.observations import Mistake


@click.group(cls=Group, invoke_without_command=True)
@with_common_options
@click.pass_context
def new(context: click.Context, /, **given: str) -> int:
    """Begin a campaign or a period; alone it tells how."""
    context.default_map = dict.fromkeys(new.commands, given)
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
    return DONE


_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("period", cls=Command)
@click.argument("period", default="")
@click.option("--first-day", type=_DAY)
@click.option("--last-day", type=_DAY)
@click.option("--due-day", type=_DAY)
@with_session
def new_period(session: Session, period: str, **days: datetime.datetime | None) -> int:
    """Add a period to the plan, with targets as in the one before, and make its raw folder."""
    from dxkit.campaign.folder import load_campaign
    from dxkit.campaign.next_period import PeriodRefusedError, next_period, with_period
    from dxkit.model.campaign import CampaignError
    from dxkit.model.plan import plan_findings
    from dxkit.report.wording.findings import problem_lines
    from dxkit.workbooks.atomic import write_text

    campaign, language = session.campaign, session.language
    try:
        found = next_period(campaign, period)
        before = [p for p in campaign.periods if p.kind == found.kind][-1]
        named = {"period": language.period(before.id)}
        given = {name: day.date() for name, day in days.items() if day is not None}
        source = session.say("new_period_source", **named)
        found = dataclasses.replace(found, source=source, assumed=True, **given)  # type: ignore[arg-type]
        own = session.say("new_targets_source", **named)
        with session.writing(found.id):
            files, targets = with_period(campaign, found, own)
            for name, text in files.items():
                write_text(campaign.folder / name, text)
            raw = session.project.raw or session.project.raw_folder(campaign.id).parent
            folder = raw / campaign.id / found.id
            folder.mkdir(parents=True, exist_ok=True)
    except PeriodRefusedError as error:
        raise session.refuse(error.reason, **error.values) from error
    except CampaignError as error:
        lines = (f"  {line}" for line in problem_lines(error, language))
        raise session.refuse("new_period_unfit", text="\n" + "\n".join(lines)) from error
    when = {"first": language.day(found.first_day), "last": language.day(found.last_day)}
    tell(session.say("new_period_added", period=language.period(found.id), **when))
    if found.due_day is not None:
        tell(session.say("new_period_due", due=language.day(found.due_day)))
    if targets:
        tell(session.say("new_period_targets", number=targets, **named))
    lacking: list[Mistake] = [
        (f, []) for f in plan_findings(load_campaign(campaign.folder), found.id)
    ]
    for line in session.finding_lines(lacking, campaign.units):
        tell("  " + line)
    tell(session.say("new_period_folder", text=folder))
    tell(session.say("status_next"))
    tell(f"  dxkit form {found.id}{session.given}")
    return DONE


new.add_command(new_period)
