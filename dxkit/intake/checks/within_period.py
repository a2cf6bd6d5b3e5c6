"""Checks between values: each a small function that yields findings of one code."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from dxkit.intake.findings import finding
from dxkit.intake.tables.read import ControlTotal
from dxkit.model.campaign import Campaign, IndicatorKind, MeasureKind
from dxkit.model.check_rules import ReferenceCheck
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, Observation
from dxkit.model.units import UnitRegistry


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


def heaped_above_target(
    campaign: Campaign, period_id: str, observations: Iterable[Observation], units: UnitRegistry
) -> Iterator[Finding]:
    """Of the units below a reporting unit, far more shares just above a target than just below.

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
                yield finding("heaped_above_target", crowd[0].place, code, **values)


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
        for code in ("", *units.line(part.unit_code)[1:]):
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
        yield finding("total_differs", control.place, control.unit_code, **values)


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
            for code in units.line(observation.unit_code):
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
            yield finding("far_from_reference", parts[0].place, code, **values)
