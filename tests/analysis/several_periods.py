"""Quarters in a row, each of a few communes, analysed as the last of them is."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.assembly import analyse_period, kept_of
from dxkit.analysis.series import PeriodKept
from dxkit.model.campaign import Campaign
from dxkit.model.observations import IndicatorTable, Observation, Received
from dxkit.model.units import Unit, UnitRegistry

QUARTERS = tuple(f"{year}-Q{number}" for year in (2020, 2021, 2022) for number in (1, 2, 3, 4))


def longer(campaign: Campaign, last: str = "2022-Q4") -> Campaign:
    """The plan of one district over twelve quarters, each with the targets of its last one."""
    periods, day = [], datetime.date(2020, 1, 1)
    for name in QUARTERS[: QUARTERS.index(last) + 1]:
        end = day + datetime.timedelta(days=89)
        periods.append(dataclasses.replace(
            campaign.periods[0], id=name, first_day=day, last_day=end, parts=()))  # fmt: skip
        day = end + datetime.timedelta(days=1)
    own = [t for t in campaign.targets if t.period == campaign.reported[-1].id]
    whole = [t for t in campaign.targets if t.period == "*"]
    targets = [dataclasses.replace(t, period=p.id) for t in own for p in periods]
    ranking = dataclasses.replace(campaign.ranking, minimum_ranked=1)
    rewards = tuple(dataclasses.replace(r, minimum_coverage=0.0) for r in campaign.rewards)
    few = tuple(u for u in campaign.units.units if {u.code, u.parent_code} & {"93", "930"})
    units = UnitRegistry(
        tuple(u for u in few if u.level != "district" or u.code == "930"), campaign.units.levels
    )
    return dataclasses.replace(
        campaign, units=units, periods=tuple(periods), targets=(*targets, *whole), ranking=ranking,
        rewards=rewards, last_day=day, uncertainty=None,
    )  # fmt: skip


def with_targets(campaign: Campaign, indicator: str, **targets: float) -> Campaign:
    """The plan with other targets of an indicator: Q2020_3=0.5."""
    other = {name.removeprefix("Q").replace("_", "-Q"): v for name, v in targets.items()}
    changed = tuple(
        dataclasses.replace(t, value=other[t.period])
        if t.indicator == indicator and t.period in other
        else t
        for t in campaign.targets
    )
    return dataclasses.replace(campaign, targets=changed)


def received_of(campaign: Campaign, period: str, rows: Sequence[Observation]) -> Received:
    """What was received of a period, whatever period the rows bear."""
    units = campaign.units.on(campaign.period(period).last_day)
    known = sorted({o.unit_code for o in rows if o.unit_code not in units})
    hamlets = [Unit(code, code, "", "hamlet", code.split("-")[0]) for code in known]
    told = tuple(dataclasses.replace(o, period=period) for o in rows)
    return Received(IndicatorTable(period, told), units.with_units(hamlets))


def all_received(
    campaign: Campaign, told: Mapping[str, Sequence[Observation]]
) -> tuple[Received, ...]:
    """What was received of periods, forward in time."""
    names = [period.id for period in campaign.periods if period.id in told]
    return tuple(received_of(campaign, name, told[name]) for name in names)


def analysed(campaign: Campaign, *received: Received) -> Analysis:
    """The last of periods, given forward in time, with those before it."""
    *earlier, own = received
    before = campaign.previous_period(own.table.period)
    has_before = earlier and before and earlier[-1].table.period == before.id
    previous = earlier.pop() if has_before else None

    def kept(one: Received) -> PeriodKept:
        return PeriodKept(one.table.period, lambda: kept_of(analyse_period(campaign, one)))

    return analyse_period(campaign, own, previous, [*map(kept, earlier)])
