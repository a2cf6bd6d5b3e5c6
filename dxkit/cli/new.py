"""The commands that begin: a plan for a campaign, the next period in a plan."""

from __future__ import annotations

import dataclasses
import datetime
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dxkit.cli.help import Command, Group
from dxkit.cli.session import DONE, Session, tell, with_common_options, with_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from dxkit.model.observations import Mistake

_Read = TypeVar("_Read")


@click.group(cls=Group, invoke_without_command=True)
@with_common_options
@click.pass_context
def new(context: click.Context, /, **given: str) -> int:
    """Begin a campaign or a period; alone it tells how."""
    context.default_map = dict.fromkeys(new.commands, given)
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
    return DONE


@click.command("campaign", cls=Command)
@click.argument("id_", metavar="ID")
@click.option("--name")
@click.option("--organiser")
@click.option("--province")
@click.option("--units", type=click.Path(path_type=Path))
@click.option("--criteria", type=click.Path(path_type=Path))
@click.option("--period")
@click.option("--hamlets", is_flag=True, default=None)
@with_session
def new_campaign(
    session: Session, id_: str, units: Path | None, criteria: Path | None, **given: Any
) -> int:
    """Write the folder of a campaign, from what is given and what is answered to questions."""
    from dxkit.campaign.next_period import PeriodRefusedError, calendar_period
    from dxkit.model.campaign import CampaignError
    from dxkit.press.plans import lists
    from dxkit.press.plans.new_campaign import NewCampaign, levels_of, write_campaign
    from dxkit.report.wording.findings import problem_lines

    folder = session.project.campaign_folder(id_)
    if not re.fullmatch(r"[\w-]+", id_, re.ASCII):
        raise session.refuse("campaign_malformed", text=id_)
    if os.path.lexists(folder):
        raise session.refuse("campaign_there", text=folder)
    answers = _Answers(session, {**given, "units": units, "criteria": criteria})
    try:
        name, province = answers.text("name"), answers.text("province")
        found = answers.read(
            "units", lambda file: lists.units_of(lists.read_list(file, lists.OF_UNITS), province)
        )
        top = session.language.unit(found[0])
        organiser = answers.text("organiser", session.say("new_organiser", text=top))
        today = datetime.date.today()
        quarter = f"{today.year}-Q{(today.month + 2) // 3}"
        period = answers.read("period", lambda text: calendar_period(str(text)), quarter)
        levels = levels_of(found, answers.yes("hamlets"))
        known = levels[-1].id, period.id, session.language.plain("plan.source")
        judged = answers.read(
            "criteria",
            lambda file: lists.criteria_of(lists.read_list(file, lists.OF_CRITERIA), *known),
        )
        plan = NewCampaign(id_, name, organiser, period, levels, found, judged)
        with session.writing_to(folder):
            campaign = write_campaign(plan, folder, session.language)
            raw = session.project.raw_folder(id_) / period.id
            raw.mkdir(parents=True, exist_ok=True)
    except (lists.ListError, PeriodRefusedError) as error:
        raise session.refuse(error.reason, **error.values) from error
    except CampaignError as error:
        lines_of = (f"  {line}" for line in problem_lines(error, session.language))
        raise session.refuse("new_campaign_unfit", text="\n" + "\n".join(lines_of)) from error
    counts = "; ".join(
        f"{session.language.name(level.names)}: {len(campaign.units.at_level(level.id))}"
        for level in levels
        if not level.open
    )
    tell(session.say("new_campaign_made", text=folder, available=counts))
    numbers = {"number": len(judged.indicators), "count": len(judged.measures)}
    tell(session.say("new_campaign_judged", **numbers, points=f"{plan.total_points:g}"))
    tell(session.say("new_campaign_assumed"))
    tell(session.say("new_period_folder", text=raw))
    tell(session.say("status_next"))
    others = re.sub(r" --campaign \S+", "", session.given)
    for command in ("check {} --plan", "form {}"):
        tell(f"  dxkit {command.format(period.id)} --campaign {id_}{others}")
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
        before = [p for p in campaign.reported if p.kind == found.kind][-1]
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


for _command in (new_campaign, new_period):
    new.add_command(_command)


class _Answers:
    """What was given with a command, and what is asked for on a terminal."""

    def __init__(self, session: Session, given: dict[str, Any]) -> None:
        self._session, self._given = session, given
        needed = ("name", "province", "units", "criteria")
        lacking = [f"--{name}" for name in needed if given[name] is None]
        if lacking and not sys.stdin.isatty():
            raise session.refuse("new_lacking", available=", ".join(lacking))

    def text(self, name: str, proposed: str = "") -> str:
        """What was given; else the answer, or what is proposed."""
        if self._given[name] is not None:
            return str(self._given[name])
        if not sys.stdin.isatty():
            return proposed
        answer = click.prompt(self._session.say(f"ask_{name}"), default=proposed or None)
        return str(answer).strip().strip('"')

    def read(self, name: str, reader: Callable[[Path], _Read], proposed: str = "") -> _Read:
        """What is made of what was given or answered; an answer that cannot be used is asked for
        again.
        """
        from dxkit.campaign.next_period import PeriodRefusedError
        from dxkit.press.plans.lists import ListError

        while True:
            try:
                return reader(Path(self.text(name, proposed)))
            except (ListError, PeriodRefusedError) as error:
                if self._given[name] is not None:
                    raise
                tell(self._session.say(error.reason, **error.values))

    def yes(self, name: str) -> bool:
        """Whether so it was given, or is answered."""
        if self._given[name] is not None or not sys.stdin.isatty():
            return bool(self._given[name])
        answer = str(
            click.prompt(self._session.say(f"ask_{name}"), default=self._session.say("no"))
        )
        return answer.casefold().startswith(self._session.say("yes"))
