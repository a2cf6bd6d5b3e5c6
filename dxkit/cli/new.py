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

from dxkit.cli.session import DONE, Command, Group, Session, tell, with_common_options, with_session

if TYPE_CHECKING:
    from collections.abc import Callable

_Read = TypeVar("_Read")
_NEEDED = ("name", "province", "units", "criteria")


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
@click.option("--units")
@click.option("--criteria")
@click.option("--period")
@click.option("--hamlets", is_flag=True, default=None)
@with_session
def new_campaign(session: Session, id_: str, **given: Any) -> int:
    """Write the folder of a campaign, from what is given and what is answered to questions."""
    from dxkit.campaign.folder import calendar_period
    from dxkit.model.campaign import CampaignError
    from dxkit.model.choices import RefusedError
    from dxkit.press.new_campaign import (
        OF_CRITERIA,
        OF_UNITS,
        NewCampaign,
        criteria_of,
        levels_of,
        read_list,
        units_of,
        write_campaign,
    )

    folder = session.project.campaign_folder(id_)
    if not re.fullmatch(r"[\w-]+", id_, re.ASCII):
        raise session.refuse("campaign_malformed", text=id_)
    if os.path.lexists(folder):
        raise session.refuse("campaign_there", text=folder)
    answers = _Answers(session, given)
    try:
        name, province = answers.text("name"), answers.text("province")
        found = answers.read(
            "units",
            lambda file: units_of(read_list(Path(file), OF_UNITS), province),
        )
        top = session.language.unit(found[0])
        organiser = answers.text("organiser", session.say("new_organiser", text=top))
        today = datetime.date.today()
        quarter = f"{today.year}-Q{(today.month + 2) // 3}"
        period = answers.read("period", calendar_period, quarter)
        levels = levels_of(found, answers.yes("hamlets"))
        known = levels[-1].id, period.id, session.language.plain("plan.source")
        judged = answers.read(
            "criteria",
            lambda file: criteria_of(read_list(Path(file), OF_CRITERIA), *known),
        )
        plan = NewCampaign(id_, name, organiser, period, levels, found, judged)
        with session.writing_to(folder):
            campaign = write_campaign(plan, folder, session.language)
            raw = _raw_folder(session, id_, period.id)
    except RefusedError as error:
        raise session.refuse(error.reason, **error.values) from error
    except CampaignError as error:
        raise session.refuse_plan("new_campaign_unfit", error) from error
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


@click.command("period", cls=Command)
@click.argument("period", default="")
@click.option("--first-day", default="")
@click.option("--last-day", default="")
@click.option("--due-day", default="")
@with_session
def new_period(session: Session, period: str, **days: str) -> int:
    """Add a period to the plan, with targets as in the one before, and make its raw folder."""
    from dxkit.campaign.folder import add_period, load_campaign, next_period
    from dxkit.model.campaign import CampaignError
    from dxkit.model.choices import RefusedError
    from dxkit.model.plan import plan_findings

    campaign, language = session.campaign, session.language
    try:
        found = next_period(campaign, period)
        before = [p for p in campaign.reported if p.kind == found.kind][-1]
        named = {"period": language.period(before.id)}
        given = {name: session.day(name, text) for name, text in days.items() if text}
        source = session.say("new_period_source", **named)
        found = dataclasses.replace(found, source=source, assumed=True, **given)  # type: ignore[arg-type]
        with session.writing(found.id):
            targets = add_period(campaign, found, session.say("new_targets_source", **named))
            folder = _raw_folder(session, campaign.id, found.id)
    except RefusedError as error:
        raise session.refuse(error.reason, **error.values) from error
    except CampaignError as error:
        raise session.refuse_plan("new_period_unfit", error) from error
    when = {"first": language.day(found.first_day), "last": language.day(found.last_day)}
    tell(session.say("new_period_added", period=language.period(found.id), **when))
    if found.due_day is not None:
        tell(session.say("new_period_due", due=language.day(found.due_day)))
    if targets:
        tell(session.say("new_period_targets", number=targets, **named))
    lacking = plan_findings(load_campaign(campaign.folder), found.id)
    for line in session.finding_lines(((f, []) for f in lacking), campaign.units):
        tell("  " + line)
    tell(session.say("new_period_folder", text=folder))
    tell(session.say("status_next"))
    tell(f"  dxkit form {found.id}{session.given}")
    return DONE


for _command in (new_campaign, new_period):
    new.add_command(_command)


def _raw_folder(session: Session, campaign_id: str, period_id: str) -> Path:
    """The folder that the workbooks of a period go to; it is made."""
    raw = session.project.raw or session.project.raw_folder(campaign_id).parent
    folder = raw / campaign_id / period_id
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class _Answers:
    """What was given with a command, and what is asked for on a terminal."""

    def __init__(self, session: Session, given: dict[str, Any]) -> None:
        self._session, self._asks = session, sys.stdin.isatty()
        self._given = {key: text for key, text in given.items() if str(text or "").strip()}
        lacking = [f"--{name}" for name in _NEEDED if name not in self._given]
        if lacking and not self._asks:
            raise session.refuse("new_lacking", available=", ".join(lacking))

    def text(self, name: str, proposed: str = "") -> str:
        """What was given; else the answer, or what is proposed."""
        return self.read(name, str, proposed)

    def read(self, name: str, reader: Callable[[str], _Read], proposed: str = "") -> _Read:
        """What is made of what was given or answered; an answer that is empty or cannot be used is
        asked for again.
        """
        from dxkit.model.choices import RefusedError

        if name in self._given or not self._asks:
            return reader(self._given.get(name, proposed))
        while True:
            prompt = self._session.say(f"ask_{name}")
            try:
                answer = click.prompt(prompt, default=proposed or None).strip().strip('"')
                if answer:
                    return reader(answer)
            except click.Abort as error:  # all is asked before anything is written
                raise self._session.refuse("ask_abandoned") from error
            except RefusedError as error:
                tell(self._session.say(error.reason, **error.values))

    def yes(self, name: str) -> bool:
        """Whether so it was given, or is answered."""
        if name in self._given or not self._asks:
            return name in self._given
        yes, no = self._session.say("yes"), self._session.say("no")
        while (answer := self.text(name, no)[0].casefold()) not in (yes, no):
            pass
        return answer == yes
