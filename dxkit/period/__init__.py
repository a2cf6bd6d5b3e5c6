"""A period opened: its campaign, what was received, and the analysis, ready for reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dxkit.campaign.project import Project
from dxkit.model.campaign import Campaign
from dxkit.model.facts import Fact
from dxkit.model.findings import SCREEN, Finding
from dxkit.model.observations import Initiative, Received
from dxkit.model.units import MapShapes

if TYPE_CHECKING:
    from dxkit.analysis.analysis import Analysis, Scorecard


@dataclass(frozen=True)
class Past:
    """How a period looks back, when it is asked to: see ``OpenPeriod``."""

    history: Callable[[OpenPeriod], tuple[Analysis, ...]]
    register: Callable[[OpenPeriod], tuple[Initiative, ...]]


@dataclass(frozen=True)
class OpenPeriod:
    """One period of a campaign with everything a report needs; no workbook is opened again."""

    project: Project
    campaign: Campaign
    received: Received
    analysis: Analysis
    shapes: MapShapes
    past: Past

    @property
    def sources(self) -> dict[str, Mapping[str, str]]:
        """By period of its series, forward in time, the hash of each file that it is made from."""
        found = {period.id: period.sources for period in self.analysis.series if period is not None}
        return dict(reversed(found.items()))

    @cached_property
    def all_findings(self) -> tuple[Finding, ...]:
        """What is said of what was received, and what only ranks make worth a second look."""
        from dxkit.analysis.screen import jumps_into_awards  # with all of analysis, as in opening

        return (*self.received.findings, *jumps_into_awards(self.analysis))

    @property
    def screen(self) -> list[Finding]:
        """The unusual patterns among the findings, in order of their kinds."""
        found = (f for f in self.all_findings if f.code in SCREEN)
        return sorted(found, key=lambda finding: SCREEN.index(finding.code))

    def scorecard(self, unit_code: str) -> Scorecard:
        """All facts of one unit; raises KeyError for an unknown code."""
        return self.analysis.scorecard(unit_code)

    def all_facts(self, units: Iterable[str]) -> Iterator[Fact]:
        """All facts about the units that the plan knows and those directly below ``units``."""
        open_levels = {level.id for level in self.campaign.levels if level.open}
        known = {*units}
        for unit in self.analysis.units.units:
            if unit.level not in open_levels or known & {unit.code, unit.parent_code}:
                yield from self.scorecard(unit.code).facts.values()

    @cached_property
    def history(self) -> tuple[Analysis, ...]:
        """The analyses of all periods with raw files up to this one, forward in time."""
        return self.past.history(self)

    @cached_property
    def register(self) -> tuple[Initiative, ...]:
        """The initiatives reported up to this period, then the published ones."""
        return self.past.register(self)
