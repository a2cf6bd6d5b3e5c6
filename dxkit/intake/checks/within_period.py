"""Checks between values: each a small function that yields findings of one code."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from dxkit.intake.numbers.numerals import parse_decimal
from dxkit.model.campaign import Campaign, IndicatorKind, MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, Observation
from dxkit.model.rules import ReferenceCheck
from dxkit.model.text import clean
from dxkit.model.units import UnitRegistry
from dxkit.workbooks.cells import Cell

_LARGEST = 10**15  # of a number in a ratio cell, whichever its sign
_NOISE = Decimal("0.0000001")  # of binary fractions, in points


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """A number that repeats the sum of observations: of the units below ``unit_code`` (of the
    whole table when empty), or of the parts of the period when ``over_parts``.
    """

    unit_code: str
    measure: str
    period: str
    value: float | int
    place: CellRef
    over_parts: bool = False


def contradicting_ratio(
    cell: Cell, part: float | int | None, whole: float | int | None
) -> dict[str, object] | None:
    """What a ratio cell states and what its parts give, in percent, when the two differ by more
    than the rounding of what is written; None when they agree or one is missing.
    """
    stated, is_percentage = _stated_ratio(cell)
    if part is None or not whole or stated is None:
        return None
    computed = Decimal(repr(part)) * 100 / Decimal(repr(whole))
    half = Decimal(1).scaleb(int(stated.as_tuple().exponent)) / 2
    readings = [(stated, half)]
    if not is_percentage and abs(stated) <= 1:
        readings.append((stated * 100, half * 100))
    if any(abs(read - computed) <= error + _NOISE for read, error in readings):
        return None
    return {"stated": round(float(stated), 2), "computed": round(float(computed), 2)}


def _stated_ratio(cell: Cell) -> tuple[Decimal | None, bool]:
    """The number in a ratio cell, in percent where the cell says so, and whether it does."""
    if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool):
        if not abs(cell.value) <= _LARGEST:
            return None, False
        percent = cell.is_percentage
        number = Decimal(repr(cell.value))
        return (number.scaleb(2) if percent else number), percent
    if isinstance(cell.value, str):
        text = clean(cell.value)
        return parse_decimal(text.rstrip("% ")), text.endswith("%")
    return None, False


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
            values = {"part": part.value, "whole": whole.value}
            yield Finding("part_exceeds_whole", part.place, unit, part.raw, values)


def share_exceeds_whole(
    campaign: Campaign, observations: Iterable[Observation]
) -> Iterator[Finding]:
    """A share of more than everything."""
    for observation in observations:
        if campaign.measure(observation.measure).kind is not MeasureKind.SHARE:
            continue
        if observation.value is not None and observation.value > 1:
            yield Finding(
                "share_exceeds_whole", observation.place, observation.unit_code, observation.raw
            )


def heaped_above_target(
    campaign: Campaign,
    period_id: str,
    observations: Iterable[Observation],
    units: UnitRegistry,
) -> Iterator[Finding]:
    """Among the places of one reporting unit, far more shares just above a target than just below.

    Without a reason to heap, a share near the target is as likely below as above it: the chance of
    a crowd is that of so many heads among so many throws (McCrary 2008 in its simplest form).
    """
    rules = campaign.checks
    known = {
        (o.unit_code, o.measure): o
        for o in observations
        if o.value is not None and o.period == period_id
    }
    for indicator in campaign.indicators:
        target = campaign.target(indicator.id, campaign.report_level, period_id)
        if indicator.kind is not IndicatorKind.RATIO or target is None:
            continue
        above: dict[str, list[Observation]] = defaultdict(list)
        below: dict[str, int] = defaultdict(int)
        for (code, measure), part in known.items():
            whole = known.get((code, indicator.denominator))
            if measure != indicator.numerator or whole is None or not whole.value:
                continue
            sender = units.ancestor_at(code, campaign.report_level)
            distance = (part.value or 0) / whole.value - target.value
            if sender is None or abs(distance) >= rules.heaping_window:
                continue
            if distance >= 0:
                above[sender.code].append(part)
            else:
                below[sender.code] += 1
        for code, crowd in above.items():
            if _chance_of_heads(len(crowd), len(crowd) + below[code]) < rules.heaping_chance:
                values = {
                    "above": len(crowd),
                    "below": below[code],
                    "target": round(target.value * 100, 1),
                    "window": round(rules.heaping_window * 100, 1),
                    "indicator": indicator.id,
                }
                yield Finding("heaped_above_target", crowd[0].place, code, "", values)


def _chance_of_heads(heads: int, throws: int) -> float:
    """The chance of at least so many heads in so many throws of a fair coin."""
    chance: float = sum(math.comb(throws, k) for k in range(heads, throws + 1)) / 2**throws
    return chance


def total_differs(
    controls: Iterable[ControlTotal],
    observations: Iterable[Observation],
    units: UnitRegistry,
    lacking: Collection[str] = (),
) -> Iterator[Finding]:
    """A total that is not the sum of the parts of its own table.

    Where a part is missing, the sum of the others is compared all the same when it is greater
    than the total already; a smaller one may only lack what is missing, which has its own finding.
    ``lacking`` are the units (empty: the whole table) that a unit below has no row of.
    """
    sums: dict[tuple[str, str, str], _Sum] = defaultdict(_Sum)
    for part in observations:
        above = {unit.code for unit in units.ancestors(part.unit_code)} - {""}
        for code in {"", *above}:
            sums[code, part.measure, part.period].add(part)
        sums[part.unit_code, part.measure, "over parts"].add(part)
    for control in controls:
        period = "over parts" if control.over_parts else control.period
        found = sums.get((control.unit_code, control.measure, period))
        if found is None or not found.values:
            continue
        added = math.fsum(found.values)
        difference = added - control.value
        # Sums of fractions differ in the last digit that a computer keeps; whole numbers do not.
        has_gap = found.has_gap or control.unit_code in lacking
        if abs(difference) <= 1e-9 * max(abs(added), 1) or (has_gap and difference < 0):
            continue
        values = {"total": control.value, "sum": added, "difference": abs(difference)}
        yield Finding("total_differs", control.place, control.unit_code, "", values)


@dataclass
class _Sum:
    """What is known of a sum of observations."""

    values: list[float | int] = field(default_factory=list)
    has_gap: bool = False

    def add(self, part: Observation) -> None:
        if part.value is not None:
            self.values.append(part.value)
        elif part.flag not in (Flag.NOT_APPLICABLE, Flag.NOT_REPORTED):
            self.has_gap = True


def far_from_reference(
    check: ReferenceCheck,
    observations: Iterable[Observation],
    references: Iterable[Observation],
    units: UnitRegistry,
) -> Iterator[Finding]:
    """A reported sum that differs from the published figure by more than the tolerance.

    The finding stands at the first cell of the sum.
    """
    published = {o.unit_code: o for o in references if o.measure == check.reference}
    reported: dict[str, list[Observation]] = {}
    for observation in observations:
        if observation.measure == check.measure and observation.value is not None:
            chain = (
                observation.unit_code,
                *(u.code for u in units.ancestors(observation.unit_code)),
            )
            for code in chain:
                if code in published:
                    reported.setdefault(code, []).append(observation)
    for code, parts in reported.items():
        expected = published[code].value
        found = sum(o.value for o in parts if o.value is not None)
        if expected and abs(found - expected) > check.tolerance * expected:
            values = {
                "reported": found,
                "published": expected,
                "difference": round(abs(found - expected) / expected * 100),
            }
            yield Finding("far_from_reference", parts[0].place, code, "", values)
