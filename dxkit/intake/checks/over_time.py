"""Checks of a period against the one before: each a small function that yields findings of one
code. They ask for a second look; no value is changed by them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from dxkit.intake.findings import finding
from dxkit.model.campaign import Accumulation, Campaign, Measure
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Observation, Received
from dxkit.model.text import normalise

_Key = tuple[str, str]  # unit, measure


def over_time(campaign: Campaign, now: Received, before: Received) -> Iterator[Finding]:
    """All findings of the checks against the period before."""
    return chain(
        stock_fell(campaign, now, before),
        cumulative_fell(now, before),
        jump(campaign, now, before),
        copied_forward(campaign, now, before),
        initiative_carried_over(now, before),
        units_came_or_went(campaign, now, before),
    )


def stock_fell(campaign: Campaign, now: Received, before: Received) -> Iterator[Finding]:
    """A part of a whole, counted as a stock, that is smaller than it was: households do not lose
    an app they have installed.
    """
    earlier = _known(before.table.observations)
    for key, observation in _known(now.table.observations).items():
        measure = campaign.measure(observation.measure)
        was = earlier.get(key)
        if was is None or measure.accumulation is not Accumulation.STOCK or not measure.whole:
            continue
        if _number(observation) < _number(was):
            yield finding("stock_fell", observation, value=observation.value, before=was.value)


def cumulative_fell(now: Received, before: Received) -> Iterator[Finding]:
    """A sum since the beginning that is smaller than it was a period ago."""
    earlier = _known(before.cumulative)
    for key, observation in _known(now.cumulative).items():
        was = earlier.get(key)
        if was is not None and _number(observation) < _number(was):
            values = {"value": observation.value, "before": was.value}
            yield finding("cumulative_fell", observation, **values)


def cumulative_below_period(now: Received) -> Iterator[Finding]:
    """A sum since the beginning that is smaller than what the period alone has."""
    sums = _sums(now.table.observations)
    for key, observation in _known(now.cumulative).items():
        if key in sums and _number(observation) < sums[key]:
            values = {"value": observation.value, "sum": sums[key]}
            yield finding("cumulative_below_period", observation, **values)


def jump(campaign: Campaign, now: Received, before: Received) -> Iterator[Finding]:
    """A figure that changed more than the campaign's rules hold to be likely: a share by many
    points, a number of households by a large part of itself, a flow by a multiple.
    """
    rules = campaign.checks
    sums, earlier = _sums(now.table.observations), _sums(before.table.observations)
    first = {(o.unit_code, o.measure): o for o in reversed(now.table.observations)}
    for key, value in sums.items():
        was = earlier.get(key)
        if was is None:
            continue
        unit, measure = key[0], campaign.measure(key[1])
        if measure.accumulation is Accumulation.FLOW:
            larger, smaller = max(value, was), min(value, was)
            likely = larger < rules.smallest or larger <= rules.jump_ratio * smaller
        elif measure.whole:
            wholes = sums.get((unit, measure.whole)), earlier.get((unit, measure.whole))
            if not wholes[0] or not wholes[1] or wholes[0] < rules.smallest:
                continue
            likely = abs(value / wholes[0] - was / wholes[1]) <= rules.jump_share
        else:
            likely = was < rules.smallest or abs(value - was) <= rules.jump_stock * was
        if not likely:
            yield finding("jump", first[key], value=value, before=was)


def copied_forward(campaign: Campaign, now: Received, before: Received) -> Iterator[Finding]:
    """A column in which every figure is what the same unit reported a period ago."""
    earlier = _by_part(campaign, before)
    columns: dict[tuple[str, str, str], list[tuple[Observation, Observation | None]]]
    columns = defaultdict(list)
    for key, observation in _by_part(campaign, now).items():
        file, sheet, cell = observation.place
        letters = cell.rstrip("0123456789")
        columns[file, sheet, letters].append((observation, earlier.get(key)))
    for pairs in columns.values():
        both = [(o.value, was.value) for o, was in pairs if was is not None]
        same = [value for value, was in both if value == was]
        if len(same) == len(both) >= campaign.checks.copied_rows and any(same):
            yield finding("copied_forward", pairs[0][0], None, "", count=len(same))


def initiative_carried_over(now: Received, before: Received) -> Iterator[Finding]:
    """A row of a register that was already there a period ago, at the same unit."""
    earlier = {
        (row.register, row.unit_code, normalise(row.fields[0][1]))
        for row in before.table.register_rows
    }
    for row in now.table.register_rows:
        name = row.fields[0][1]
        if (row.register, row.unit_code, normalise(name)) in earlier:
            yield finding("initiative_carried_over", row.place, row.unit_code, name)


def units_came_or_went(campaign: Campaign, now: Received, before: Received) -> Iterator[Finding]:
    """A unit of an open level (a hamlet) that was not there a period ago, or is not any more,
    below a parent that named its units in both: mostly a name that is written in another way.
    """
    open_levels = {level.id for level in campaign.levels if level.open}
    later, earlier = (
        {u.code: u for u in received.units.units if u.level in open_levels}
        for received in (now, before)
    )
    parents = {u.parent_code for u in later.values()} & {u.parent_code for u in earlier.values()}
    first: dict[str, CellRef] = {}
    for observation in now.table.observations:
        for code in now.units.line(observation.unit_code):
            first.setdefault(code, observation.place)
    for code, unit in later.items():
        if code not in earlier and unit.parent_code in parents and code in first:
            values = {"unit": unit.name, "parent": now.units.get(unit.parent_code).name}
            yield finding("unit_appeared", first[code], code, **values)
    for code, unit in earlier.items():
        if code not in later and unit.parent_code in parents and unit.parent_code in first:
            values = {"unit": unit.name, "parent": now.units.get(unit.parent_code).name}
            parent = unit.parent_code
            yield finding("unit_disappeared", first[parent], parent, **values)


def _number(observation: Observation) -> float | int:
    if observation.value is None:
        raise ValueError(f"{observation.place}: no value to compare")
    return observation.value


def _known(observations: Iterable[Observation]) -> dict[_Key, Observation]:
    return {(o.unit_code, o.measure): o for o in observations if o.value is not None}


def _sums(observations: Iterable[Observation]) -> Mapping[_Key, float | int]:
    """Of each unit and measure, the sum over the parts of the period; none where one lacks."""
    sums: dict[_Key, float | int] = {}
    lacking: set[_Key] = set()
    for observation in observations:
        key = observation.unit_code, observation.measure
        if observation.value is None:
            lacking.add(key)
        else:
            sums[key] = sums.get(key, 0) + observation.value
    return {key: value for key, value in sums.items() if key not in lacking}


def _by_part(campaign: Campaign, received: Received) -> dict[tuple[str, str, int], Observation]:
    """Known figures that are likely to change from period to period, by unit, measure and the
    number of their month in the period.
    """
    parts = campaign.period(received.table.period).parts
    return {
        (o.unit_code, o.measure, parts.index(o.period) if o.period in parts else -1): o
        for o in received.table.observations
        if o.value is not None and _changes(campaign, campaign.measure(o.measure))
    }


def _changes(campaign: Campaign, measure: Measure) -> bool:
    """Whether a measure is likely to change: flows, and parts that are no base of another part."""
    is_base = any(other.whole == measure.id for other in campaign.measures)
    return measure.accumulation is Accumulation.FLOW or (bool(measure.whole) and not is_base)
