"""All that is worked out of one period for all units at once, before any fact is made of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dxkit.analysis.aggregates import Aggregates, total
from dxkit.analysis.results import Results
from dxkit.analysis.robustness.ranges import Certainty, certainty
from dxkit.analysis.totals import Result
from dxkit.model.campaign import Campaign, Indicator, IndicatorKind
from dxkit.model.facts import CellRef, FactKey
from dxkit.model.findings import Severity
from dxkit.model.observations import IndicatorTable, Received
from dxkit.model.units import Unit


def flow_indicators(campaign: Campaign) -> tuple[Indicator, ...]:
    """The ratios of which both sides are flows, so that each part of a period has its own."""
    return tuple(i for i in campaign.indicators if campaign.is_flow(i))


@dataclass(frozen=True)
class Peers:
    """The known results on one indicator of units that are ranked together, of all or of those of
    one type; what is asked of one unit is of the others.
    """

    period: str
    results: Mapping[str, Result]
    """By code of the unit."""

    def others(self, unit: str) -> list[Result]:
        """The results of the others."""
        return [result for code, result in self.results.items() if code != unit]

    def keys(self, unit: str) -> tuple[FactKey, ...]:
        """The keys of their numerators and denominators."""
        return tuple(
            FactKey(self.period, r.unit_code, r.indicator.id, kind)
            for r in self.others(unit)
            for kind in ("numerator", "denominator")
        )

    def value(self, unit: str) -> float:
        """Their sums, divided."""
        own = self.results[unit].measured
        upper, lower = self._sums
        return (upper - (own.numerator.value or 0)) / (lower - (own.denominator.value or 0))

    @cached_property
    def _sums(self) -> tuple[float | int, float | int]:
        """The sums of all: those of the others are told from them, as there may be hundreds."""
        found = [result.measured for result in self.results.values()]
        return total(m.numerator.value or 0 for m in found), total(
            m.denominator.value or 0 for m in found
        )


class PeriodResults:
    """Results, doubts and certainties of one period; ``previous`` are those of the period before.

    ``received.units`` holds all units, hamlets known only from workbooks included.
    """

    def __init__(
        self, campaign: Campaign, received: Received, previous: PeriodResults | None = None
    ) -> None:
        self.campaign = campaign
        self.received = received
        self.period = campaign.period(received.table.period)
        self.units = received.units
        self.earlier = previous
        before = previous.results if previous is not None else None
        self.results: Results = Results(campaign, received, before)
        self._certainties: dict[tuple[str, str], Certainty] = {}
        self._peers: dict[tuple[str, str, str, str], Peers] = {}

    def peers(self, unit: Unit, indicator: str, *, of_its_type: bool = False) -> Peers:
        """The results of the units that the unit is ranked with, its own among them."""
        group, type_ = self.results.group_of(unit), unit.type if of_its_type else ""
        key = (unit.level, group, type_, indicator)
        if key not in self._peers:
            members = self.results.groups[unit.level, group] if group else ()
            found = {u.code: self.results.by_indicator[u.code, indicator] for u in members
                     if not of_its_type or u.type == type_}  # fmt: skip
            known = {u: r for u, r in found.items() if r.measured.value.value is not None}
            self._peers[key] = Peers(self.period.id, known)
        return self._peers[key]

    @cached_property
    def parts(self) -> dict[str, Aggregates]:
        """The sums of each part of the period ("2022-10") that somebody reported on."""
        found = {}
        for part in self.period.parts:
            own = tuple(o for o in self.received.table.observations if o.period == part)
            if own:
                table = IndicatorTable(self.received.table.period, own)
                received = dataclasses.replace(self.received, table=table)
                found[part] = Aggregates(self.campaign, received)
        return found

    @cached_property
    def doubtful_cells(self) -> frozenset[CellRef]:
        """The cells that a warning stands against: used, but somebody should look."""
        return frozenset(
            finding.place
            for finding in self.received.findings
            if finding.severity is Severity.WARNING and finding.place.cell
        )

    def certainty_of(self, unit: Unit) -> Certainty | None:
        """How sure the ranks in the unit's group are; None when it is compared with nobody or
        the campaign does not declare how to try them.
        """
        rule, group = self.campaign.uncertainty, self.results.group_of(unit)
        if rule is None or not group:
            return None
        key = (unit.level, group)
        if key not in self._certainties:
            self._certainties[key] = certainty(
                self.results, unit.level, group, rule, self.doubtful_cells
            )
        return self._certainties[key]

    def list_certainty(self, unit: Unit) -> Certainty | None:
        """How sure the list of rewards among the units directly below is; None for no list."""
        below = self.units.children(unit.code)
        if not below or self.results.group_of(below[0]) != unit.code:
            return None
        rules = (r for r in self.campaign.rewards if r.level == below[0].level and r.by == "points")
        in_force = any(not r.periods or self.period.id in r.periods for r in rules)
        return self.certainty_of(below[0]) if in_force else None

    def unchanged_below(self, unit: Unit) -> tuple[str, ...]:
        """Codes of the units directly below all of whose figures equal those of the period
        before: figures that nobody has renewed.
        """
        if self.earlier is None:
            return ()
        earlier = self.earlier.results
        return tuple(
            child.code
            for child in self.units.children(unit.code)
            if child.code in earlier.units
            and (now := _figures(self.results, child.code))
            and now == _figures(earlier, child.code)
        )


def _figures(results: Results, unit_code: str) -> tuple[float | int, ...]:
    """All numerators and denominators of a unit; empty when it lacks one."""
    found = [
        quantity.value
        for result in results.of_unit(unit_code)
        if result.indicator.kind is IndicatorKind.RATIO
        for quantity in (result.measured.numerator, result.measured.denominator)
    ]
    return tuple(n for n in found if n is not None) if None not in found else ()
