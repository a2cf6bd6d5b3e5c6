"""Results: what every unit reached on every indicator, its points, its place.

Values, points and places are unrounded; ranks need all units, so this runs once per period.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from dxkit.analysis.indicators import Aggregates, Measured
from dxkit.analysis.ranking import competition_ranks
from dxkit.analysis.rewards import rewarded
from dxkit.analysis.scoring import REGISTRY, Case, band_of
from dxkit.model.campaign import Band, Campaign, Indicator, Target
from dxkit.model.table import Flag, Received
from dxkit.model.units import Unit

INCOMPLETE = "incomplete"
"""Why a unit is not ranked: some, not all, of its indicators lack a value."""


@dataclass(frozen=True, slots=True)
class Result:
    """One unit on one indicator. ``points`` is None without a value or without a rule for it;
    ``rank`` is the place among the ``ranked`` units of the group that have a value.
    """

    unit_code: str
    indicator: Indicator
    measured: Measured
    target: Target | None
    points: float | None
    rank: int | None = None
    ranked: int = 0

    @property
    def attained(self) -> float | None:
        """Value over target; None when one of them is missing."""
        value = self.measured.value.value
        if value is None or self.target is None or not self.target.value:
            return None
        return value / self.target.value


@dataclass(frozen=True, slots=True)
class Total:
    """The points of one unit over all indicators, brought to the campaign's full scale.

    ``covered`` is the share of the scale whose indicators apply. ``missing`` tells why there is
    no total (``not_reported``, ``incomplete``); such units have no rank, band or award.
    """

    unit_code: str
    points: float | None
    covered: float
    missing: str = ""
    band: Band | None = None
    rank: int | None = None
    ranked: int = 0
    award: str = ""


class Results:
    """All results of one period of a campaign."""

    def __init__(self, campaign: Campaign, received: Received) -> None:
        self.campaign = campaign
        self.received = received
        self.units = received.units
        self.aggregates = Aggregates(campaign, received)

    def group_of(self, unit: Unit) -> str:
        """Code of the unit inside which this one is compared; empty when it is not compared."""
        level = self.campaign.ranking.within.get(unit.level)
        group = self.units.ancestor_at(unit.code, level) if level else None
        return group.code if group else ""

    @cached_property
    def groups(self) -> dict[tuple[str, str], tuple[Unit, ...]]:
        """The units that are compared with each other, by level and group code."""
        found: dict[tuple[str, str], list[Unit]] = defaultdict(list)
        for unit in self.units.units:
            found[unit.level, self.group_of(unit) or unit.code].append(unit)
        return {key: tuple(members) for key, members in found.items()}

    @cached_property
    def by_indicator(self) -> dict[tuple[str, str], Result]:
        """Results by unit code and indicator id; none where a level is below the indicator."""
        found: dict[tuple[str, str], Result] = {}
        for (level, _), members in self.groups.items():
            for indicator in self.campaign.indicators:
                if self.aggregates.is_measured_at(level, indicator):
                    for result in self._compare(level, members, indicator):
                        found[result.unit_code, indicator.id] = result
        return found

    def of_unit(self, unit_code: str) -> tuple[Result, ...]:
        """The results of one unit, in the campaign's order of indicators."""
        keys = ((unit_code, indicator.id) for indicator in self.campaign.indicators)
        return tuple(self.by_indicator[key] for key in keys if key in self.by_indicator)

    @cached_property
    def totals(self) -> dict[str, Total]:
        """Totals by unit code."""
        found: dict[str, Total] = {}
        for (level, group), members in self.groups.items():
            totals = {unit.code: self._total(unit.code) for unit in members}
            found |= self._placed(level, group, totals)
        return found

    def _compare(self, level: str, members: tuple[Unit, ...], indicator: Indicator) -> list[Result]:
        target = self.campaign.target(indicator.id, level, self.received.table.period)
        measured = {u.code: self.aggregates.indicator(u.code, indicator) for u in members}
        known = {c: float(m.value.value) for c, m in measured.items() if m.value.value is not None}
        ranks: dict[str, int] = {}
        if self.group_of(members[0]):
            ranks = competition_ranks({c: (v * indicator.direction,) for c, v in known.items()})
        peers = tuple(known.values())
        score = REGISTRY[indicator.scoring]
        results = []
        for code, found in measured.items():
            points = None
            if code in known:
                earned = score(
                    Case(
                        known[code],
                        target.value if target else None,
                        indicator.direction,
                        indicator.parameters,
                        peers,
                    )
                )
                points = None if earned is None else earned * indicator.max_points
            results.append(
                Result(code, indicator, found, target, points, ranks.get(code), len(ranks))
            )
        return results

    def _total(self, unit_code: str) -> Total:
        """Points over the indicators that apply, scaled up to the whole when some do not."""
        results = [r for r in self.of_unit(unit_code) if r.indicator.scoring != "none"]
        reasons = {r.measured.value.missing for r in results if r.measured.value.value is None}
        unknown = reasons - {Flag.NOT_APPLICABLE}
        full = math.fsum(i.max_points for i in self.campaign.indicators)
        scored = [r for r in results if r.points is not None]
        covered = math.fsum(r.indicator.max_points for r in scored)
        if unknown or not scored:
            nobody = unknown <= {Flag.NOT_REPORTED} and not scored
            return Total(unit_code, None, 0.0, str(Flag.NOT_REPORTED) if nobody else INCOMPLETE)
        earned = math.fsum(r.points for r in scored if r.points is not None)
        points = earned * (self.campaign.scoring.total_points / covered)
        band = band_of(points / self.campaign.scoring.total_points, self.campaign.scoring.bands)
        return Total(unit_code, points, covered / full, band=band)

    def _placed(self, level: str, group: str, totals: dict[str, Total]) -> dict[str, Total]:
        if group in totals:  # a unit that is compared with nobody
            return totals
        known = {code: t.points for code, t in totals.items() if t.points is not None}
        ranks = competition_ranks(
            {code: (points, *self._tie_break(code)) for code, points in known.items()}
        )
        awards: dict[str, str] = {}
        full = self.campaign.scoring.total_points
        for rule in self.campaign.rewards:
            if rule.level == level:
                shares = {code: points / full for code, points in known.items()}
                awards |= dict.fromkeys(rewarded(ranks, shares, rule), rule.id)
        return {
            code: Total(
                code,
                total.points,
                total.covered,
                total.missing,
                total.band,
                ranks.get(code),
                len(known),
                awards.get(code, ""),
            )
            for code, total in totals.items()
        }

    def _tie_break(self, unit_code: str) -> tuple[float, ...]:
        """Values of the tie-break indicators, the better the greater; an absent one comes last."""
        found = []
        for indicator_id in self.campaign.ranking.tie_break:
            result = self.by_indicator.get((unit_code, indicator_id))
            value = result.measured.value.value if result else None
            direction = self.campaign.indicator(indicator_id).direction
            found.append(-math.inf if value is None else value * direction)
        return tuple(found)
