"""All that is worked out of one period for all units at once, before any fact is made of it."""

from __future__ import annotations

import dataclasses
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
class Alike:
    """The known results on one indicator of the units of one type that are ranked together."""

    period: str
    results: tuple[Result, ...]

    @cached_property
    def keys(self) -> tuple[FactKey, ...]:
        """The keys of their numerators and denominators."""
        return tuple(
            FactKey(self.period, r.unit_code, r.indicator.id, kind)
            for r in self.results
            for kind in ("numerator", "denominator")
        )

    @cached_property
    def value(self) -> float:
        """The sums of all, divided."""
        numerator = total(r.measured.numerator.value or 0 for r in self.results)
        return numerator / total(r.measured.denominator.value or 0 for r in self.results)


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
        self._alike: dict[tuple[str, str, str, str], Alike] = {}

    def alike(self, unit: Unit, indicator: str) -> Alike:
        """The results of the ranked units of the unit's type, its own among them."""
        group = self.results.group_of(unit)
        key = (unit.level, group, unit.type, indicator)
        if key not in self._alike:
            members = self.results.groups[unit.level, group] if group else ()
            found = (self.results.by_indicator[u.code, indicator] for u in members
                     if u.type == unit.type)  # fmt: skip
            known = tuple(r for r in found if r.measured.value.value is not None)
            self._alike[key] = Alike(self.period.id, known)
        return self._alike[key]

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
