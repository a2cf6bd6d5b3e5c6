"""Checks between the figures of a period, and against the period before: each a small function that
yields findings of one code. They ask for a second look; no value is changed by them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from dxkit.intake.file_cells import ControlTotal, RefusedRow, TableRead, TotalKey, totals_of
from dxkit.intake.findings import finding
from dxkit.intake.numbers import is_measured_out
from dxkit.intake.vocabulary import without_word
from dxkit.model.campaign import Accumulation, Campaign, MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import APPROXIMATE, Flag, Observation, Received
from dxkit.model.rules import ReferenceCheck
from dxkit.model.units import UnitRegistry

_Key = tuple[str, str]  # unit, measure
_AS_KEPT = 1e-14  # of a number: a workbook may keep 15 digits


def within_period(campaign: Campaign, observations: Sequence[Observation]) -> Iterator[Finding]:
    """All findings of the checks inside a period that look at its figures one by one."""
    return chain(
        part_exceeds_whole(campaign, observations),
        share_exceeds_whole(campaign, observations),
    )


def part_exceeds_whole(
    campaign: Campaign, observations: Iterable[Observation]
) -> Iterator[Finding]:
    """A part greater than the whole it is a part of, at the same unit in the same period."""
    found = {(o.unit_code, o.period, o.measure): o for o in observations}
    for (unit, period, measure), part in found.items():
        whole = found.get((unit, period, campaign.measure(measure).whole))
        if whole is None or part.value is None or whole.value is None:
            continue
        if part.value > whole.value:
            yield finding("part_exceeds_whole", part, part=part.value, whole=whole.value)


def share_exceeds_whole(
    campaign: Campaign, observations: Iterable[Observation]
) -> Iterator[Finding]:
    """A share of more than everything."""
    for observation in observations:
        is_share = campaign.measure(observation.measure).kind is MeasureKind.SHARE
        if is_share and observation.value is not None and observation.value > 1:
            yield finding("share_exceeds_whole", observation)


def total_differs(
    campaign: Campaign, table: TableRead, units: UnitRegistry, lacking: Collection[str] = ()
) -> Iterator[Finding]:
    """A total that is not the sum of the parts of its own table, beyond what rounding explains.

    Where a part is missing, the sum of the others is compared all the same when it is greater
    than the total already; a smaller one may only lack what is missing, which has its own finding.
    ``lacking`` are the units (empty: the whole table) that a unit below has no row of. A total
    that is right with the rows that were refused is right.
    """
    sums: dict[TotalKey, _Sum] = defaultdict(_Sum)
    refused = _RefusedSums(table.refused, units)
    amounts = {measure.id for measure in campaign.measures if is_measured_out(measure)}
    for part in table.observations:
        step = _step(part) if part.measure in amounts else 0.0
        for key in totals_of(part, units):
            sums[key].add(part, step)
    for control in table.controls:
        found = sums.get(control.key)
        if found is None or not found.values:
            continue
        added = math.fsum(found.values)
        difference = added - control.value
        # Sums of fractions differ in the last digit that a computer keeps; whole numbers do not.
        close = 1e-9 * max(abs(added), 1)
        if control.measure in amounts:
            close += campaign.checks.rounding * (found.steps + max(found.step, _step(control)))
        gaps = refused.of(control)
        has_gap = found.has_gap or control.unit_code in lacking or None in gaps
        if abs(difference) <= close or (has_gap and difference < 0):
            continue
        if any(abs(difference + gap) <= close for gap in gaps if gap):
            continue
        values = {"total": control.value, "sum": added, "difference": abs(difference)}
        yield finding("total_differs", control.address, control.unit_code, **values)


class _RefusedSums:
    """What the refused rows that a total may hold add up to."""

    def __init__(self, rows: Sequence[RefusedRow], units: UnitRegistry) -> None:
        causes = {row.cause for row in rows}
        alone: dict[TotalKey, list[float | int | None]] = defaultdict(list)
        first: dict[TotalKey, list[float | int | None]] = defaultdict(list)
        for row in rows:
            above = units.line(row.group) if row.group in units else ()
            codes = ("", *above) if row.group else (_ANY,)
            for key, value in row.values.items():
                for code in codes:
                    if row.name not in causes:
                        alone[code, *key].append(value)
                    if row.cause is None:
                        first[code, *key].append(value)
        self._sums = [{key: _sum_of(v) for key, v in found.items()} for found in (alone, first)]

    def of(self, control: ControlTotal) -> list[float | int | None]:
        """Two sums, as rows that others were refused for may be totals of these, or not. None where
        it cannot be told.
        """
        if control.over_parts:
            return []
        key, codes = (control.measure, control.period), (control.unit_code, _ANY)
        return [_sum_of([sums.get((code, *key), 0) for code in codes]) for sums in self._sums]


_ANY = "*"  # in place of a unit: of rows whose group is not known


def _sum_of(values: Sequence[float | int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) if len(known) == len(values) else None


def _step(written: Observation | ControlTotal) -> float:
    """What the last written digit of a number counts; of a total, whose writing is not kept, as
    many decimals as it has.
    """
    value = written.value or 0
    raw = written.raw if isinstance(written, Observation) else repr(value).removesuffix(".0")
    digits = int("".join(filter(str.isdecimal, raw)) or 0)
    exponent = math.log10(abs(value) / digits) if value and digits else 0.0
    return float(10 ** round(exponent)) if abs(exponent - round(exponent)) < 1e-9 else 1.0


@dataclass
class _Sum:
    """What is known of a sum of observations; ``steps`` are what their last written digits count,
    together, and ``step`` the greatest of them.
    """

    values: list[float | int] = field(default_factory=list)
    has_gap: bool = False
    steps: float = 0.0
    step: float = 0.0

    def add(self, part: Observation, step: float) -> None:
        if part.value is not None:
            self.values.append(part.value)
            self.steps, self.step = self.steps + step, max(self.step, step)
        elif part.flag not in (Flag.NOT_APPLICABLE, Flag.NOT_REPORTED):
            self.has_gap = True


def far_from_reference(
    check: ReferenceCheck,
    observations: Iterable[Observation],
    references: Iterable[Observation],
    units: UnitRegistry,
) -> Iterator[Finding]:
    """A reported sum that differs from the published figure by more than the tolerance.

    The finding stands at the first cell of the sum; one that is too small because a figure in it is
    lacking has none.
    """
    published = {o.unit_code: o for o in references if o.measure == check.reference}
    reported: dict[str, list[Observation]] = {}
    lacking: set[str] = set()
    for observation in observations:
        if observation.measure == check.measure:
            line = [code for code in units.line(observation.unit_code) if code in published]
            if observation.value is None:
                lacking.update(line)
                continue
            for code in line:
                reported.setdefault(code, []).append(observation)
    for code, parts in reported.items():
        expected = published[code].value
        found = sum(o.value for o in parts if o.value is not None)
        if code in lacking and found < (expected or 0):
            continue  # it lacks what has its own finding
        if expected and abs(found - expected) > check.tolerance * expected:
            values = {
                "reported": found,
                "published": expected,
                "difference": round(abs(found - expected) / expected * 100),
            }
            yield finding("far_from_reference", parts[0].address, code, **values)


def over_time(campaign: Campaign, now: Received, before: Received) -> Iterator[Finding]:
    """All findings of the checks against the period before."""
    return chain(
        stock_fell(campaign, now, before),
        cumulative_fell(now, before),
        jump(campaign, now, before),
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
    sums = sums_of(now.table.observations)
    for key, observation in _known(now.cumulative).items():
        if key in sums and _number(observation) < sums[key]:
            values = {"value": observation.value, "sum": sums[key]}
            yield finding("cumulative_below_period", observation, **values)


def jump(campaign: Campaign, now: Received, before: Received) -> Iterator[Finding]:
    """A figure that changed more than the campaign's rules hold to be likely: a share by many
    points, a number of households by a large part of itself, a flow by a multiple.
    """
    rules = campaign.checks
    sums, earlier = sums_of(now.table.observations), sums_of(before.table.observations)
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


def initiative_carried_over(now: Received, before: Received) -> Iterator[Finding]:
    """A row of a register that was already there a period ago, at the same unit."""
    earlier = {
        (row.register, row.unit_code, without_word("initiative_things", row.fields[0][1]))
        for row in before.table.register_rows
    }
    for row in now.table.register_rows:
        name = row.fields[0][1]
        key = without_word("initiative_things", name)
        if (row.register, row.unit_code, key) in earlier:
            yield finding("initiative_carried_over", row.address, row.unit_code, name)


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
            first.setdefault(code, observation.address)
    for code, unit in later.items():
        if code not in earlier and unit.parent_code in parents and code in first:
            values = {"unit": unit.name, "parent": now.units.get(unit.parent_code).name}
            yield finding("unit_appeared", first[code], code, **values)
    for code, unit in earlier.items():
        if code not in later and unit.parent_code in parents and unit.parent_code in first:
            values = {"unit": unit.name, "parent": now.units.get(unit.parent_code).name}
            parent = unit.parent_code
            yield finding("unit_disappeared", first[parent], parent, **values)


def exact_stocks(campaign: Campaign, before: Received) -> dict[_Key, float | int]:
    """The figures of the period before of which a sender may say that they still hold: stocks that
    were not about so much.
    """
    stocks = {m.id for m in campaign.measures if m.accumulation is Accumulation.STOCK}
    told = [o for o in before.table.observations if o.measure in stocks]
    about = {(o.unit_code, o.measure) for o in told if o.flag in APPROXIMATE}
    return {key: value for key, value in sums_of(told).items() if key not in about}


def take_as_before(
    campaign: Campaign,
    observations: Iterable[Observation],
    choices: Mapping[CellRef, CellRef],
    before: Received | None,
) -> tuple[list[Observation], list[Finding]]:
    """The observations; those read where a form shows the figure of the period before, because its
    sender chose to say so (``choices``, by that address), are kept only while that figure is still
    what was reported then. What is taken, and what is not, is told at the choice.
    """
    earlier = exact_stocks(campaign, before) if before is not None else {}
    kept: list[Observation] = []
    taken: dict[CellRef, list[Observation]] = defaultdict(list)
    findings: list[Finding] = []
    for o in observations:
        choice = choices.get(o.address)
        if choice is not None and o.value is not None:
            now = earlier.get((o.unit_code, o.measure))
            if now is not None and math.isclose(now, o.value, rel_tol=_AS_KEPT):
                o = replace(o, flag=Flag.AS_BEFORE)
                taken[choice].append(o)
            else:
                reason = "before_not_at_hand" if before is None else "before_is_none"
                reason = reason if now is None else "before_is_other"
                values = {"measure": o.measure, "reason": reason, "before": o.value}
                o = replace(o.refused(), address=choice)
                findings.append(finding("as_before_unfounded", o, **values))
        kept.append(o)
    for choice, those in taken.items():
        told = {"count": len(those), "cells": ", ".join(o.address.cell for o in those)}
        findings.append(finding("value_as_before", choice, those[0].unit_code, **told))
    return kept, findings


def _number(observation: Observation) -> float | int:
    if observation.value is None:
        raise ValueError(f"{observation.address}: no value to compare")
    return observation.value


def _known(observations: Iterable[Observation]) -> dict[_Key, Observation]:
    return {(o.unit_code, o.measure): o for o in observations if o.value is not None}


def sums_of(observations: Iterable[Observation]) -> Mapping[_Key, float | int]:
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
