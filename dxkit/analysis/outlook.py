"""What an indicator should reach next, and the day by which."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from dxkit.model.campaign import Campaign, Indicator, Target


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
