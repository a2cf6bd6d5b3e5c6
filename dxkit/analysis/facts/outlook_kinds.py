"""Facts about the way that is left: to the next target, by when, at which pace."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from dxkit.analysis.facts.indicator_kinds import FIRST_PERIOD
from dxkit.analysis.facts.maker import FactMaker
from dxkit.analysis.outlook import day_reached, per_week, shortfall, weekly_pace
from dxkit.analysis.totals import Result
from dxkit.model.campaign import Campaign, Indicator, Target
from dxkit.model.facts import Fact, UnitOfMeasure

NO_DEADLINE = "no_deadline"
REACHED = "reached"
NO_PROGRESS = "no_progress"
BEYOND_CALENDAR = "beyond_calendar"


@dataclass(frozen=True, slots=True)
class Goal:
    """What an indicator should reach next and the day by which; ``is_next`` when it is the target
    of the period to come rather than that of the period reported on. ``days`` are those over which
    what is lacking has to be made up, None without a deadline: those to the deadline of what is
    counted once and stays, those of the period of what arises anew in each.
    """

    target: Target
    deadline: datetime.date | None
    is_next: bool
    days: int | None = None


def goal_of(campaign: Campaign, indicator: Indicator, level: str, period_id: str) -> Goal | None:
    """The target of the period to come and its last day; in the last period the same target by
    the campaign's own last day, when that is still ahead; None without any target.
    """
    period, flow = campaign.period(period_id), campaign.is_flow(indicator)
    own_days = (period.last_day - period.first_day).days + 1
    coming = campaign.next_period(period_id)
    ahead = campaign.target(indicator.id, level, coming.id) if coming else None
    if coming is not None and ahead is not None:
        days = own_days if flow else (coming.last_day - period.last_day).days
        return Goal(ahead, coming.last_day, True, days)
    present = campaign.target(indicator.id, level, period_id)
    if present is None:
        return None
    last = campaign.last_day
    if last is None or last <= period.last_day:
        return Goal(present, None, False, own_days if flow else None)
    return Goal(present, last, False, own_days if flow else (last - period.last_day).days)


def outlook_facts(
    maker: FactMaker,
    result: Result,
    goal: Goal,
    parts: tuple[Fact, Fact],
    value: Fact,
    previous: Fact | None,
    days: tuple[datetime.date, datetime.date | None],
) -> Iterator[Fact]:
    """The outlook of one ratio that should rise. ``parts`` are its numerator and denominator;
    ``days`` the last days of this period and of the one before.
    """
    subject, count = result.indicator.id, UnitOfMeasure.COUNT
    target = maker.declared(
        subject, "goal", goal.target.value, value.unit, assumed=goal.target.assumed
    )
    yield target
    if not value.known:
        return
    numerator, denominator = (int(part.number) for part in parts)
    lacking = maker.derived(
        subject,
        "goal_shortfall",
        shortfall(numerator, denominator, goal.target.value),
        count,
        0,
        "shortfall",
        (*parts, target),
    )
    yield lacking
    if goal.deadline is None:
        yield maker.absent(subject, "deadline", UnitOfMeasure.DATE, NO_DEADLINE)
    else:
        yield Fact(
            maker.key(subject, "deadline"),
            goal.deadline.toordinal(),
            UnitOfMeasure.DATE,
            0,
            "declared",
        )
    if goal.days is not None:
        yield maker.derived(
            subject,
            "per_week",
            per_week(int(lacking.number), goal.days),
            count,
            0,
            "per_week",
            (lacking,),
        )
    yield from _pace_facts(maker, subject, value, previous, lacking, denominator, days)


def _pace_facts(
    maker: FactMaker,
    subject: str,
    value: Fact,
    previous: Fact | None,
    lacking: Fact,
    denominator: int,
    days: tuple[datetime.date, datetime.date | None],
) -> Iterator[Fact]:
    last_day, last_day_before = days
    date = UnitOfMeasure.DATE
    if previous is None or last_day_before is None:
        yield maker.absent(subject, "pace", UnitOfMeasure.COUNT, FIRST_PERIOD)
        yield maker.absent(subject, "goal_date", date, FIRST_PERIOD)
        return
    if not previous.known:
        yield maker.absent(subject, "pace", UnitOfMeasure.COUNT, previous.missing)
        yield maker.absent(subject, "goal_date", date, previous.missing)
        return
    elapsed = (last_day - last_day_before).days
    pace = maker.derived(
        subject,
        "pace",
        weekly_pace(value.number, previous.number, denominator, elapsed),
        UnitOfMeasure.COUNT,
        0,
        "weekly_pace",
        (value, previous),
    )
    yield pace
    reason, day = "", None
    if not lacking.number:
        reason = REACHED
    elif pace.number <= 0:
        reason = NO_PROGRESS
    else:
        day = day_reached(last_day, int(lacking.number), pace.number)
        reason = "" if day else BEYOND_CALENDAR
    yield maker.derived(
        subject,
        "goal_date",
        day.toordinal() if day else None,
        date,
        0,
        "day_at_present_pace",
        (lacking, pace),
        missing=reason,
    )
